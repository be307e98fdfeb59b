"""What is made once and kept, by content: nothing here looks at a clock to decide whether work is due.

Three things, each usable alone:

- :class:`Cache` keeps bytes under a key and notices when an entry is not whole;
- :class:`FileHashes` knows the SHA-256 of files, and reads a file again only when it may have changed;
- :func:`code_hash` and :func:`libraries_hash` say which code made something.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import platform
import sys
import time
from collections.abc import Callable, Collection, Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

PACKAGE = Path(__file__).resolve().parent
LIMIT = 400 * 2**20
"""Bytes that a cache may hold; the entries that were not used for longest go first."""

DOUBT_NS = 2 * 10**9
"""A file changed this shortly before it was hashed may have changed again within the clock's grain."""

BEFORE_THE_MART = ("extracts", "measures", "build.py", "unchanged.py", "cli.py", "__main__.py", "progress.py")
"""Sources that have no part in how documents are made: what they do to a document, the mart shows."""

CHARTS_FOLDER = "VALUEKIT_CACHE"
"""Environment variable by which the renderer tells a document's cells where charts and tables are kept."""


def digest(*parts: bytes | str) -> str:
    """SHA-256 of `parts`, each with its length in front, so that no two lists of parts look alike."""
    found = hashlib.sha256()
    for part in parts:
        data = part.encode("utf-8", "surrogatepass") if isinstance(part, str) else part
        found.update(b"%d:" % len(data))
        found.update(data)
    return found.hexdigest()


def digest_of(value: Any) -> str:
    """SHA-256 of anything that JSON can say; what it cannot is taken as its ``str``."""
    return digest(json.dumps(value, sort_keys=True, ensure_ascii=False, default=str))


class Cache:
    """Bytes kept under keys in `folder`; it may be deleted, or damaged, at any time.

    An entry is one file: the SHA-256 of the content, a line end, the content. It is written aside and
    renamed, so two processes may keep the same entry at once; one that is not whole counts as absent.
    """

    def __init__(self, folder: Path):
        self.folder = folder

    def file(self, kind: str, key: str) -> Path:
        """Where the entry `key` of one `kind` (a folder's name) is kept."""
        return self.folder / kind / key[:2] / key

    def get(self, kind: str, key: str) -> bytes | None:
        """The content kept under `key`; None where there is none, or it is not whole."""
        file = self.file(kind, key)
        try:
            head, _, content = file.read_bytes().partition(b"\n")
            if head.decode("ascii", "replace") != hashlib.sha256(content).hexdigest():
                file.unlink()
                return None
            os.utime(file)  # lately used: among the last to go
        except OSError:
            return None
        return content

    def put(self, kind: str, key: str, content: bytes) -> None:
        """Keep `content`. A cache that cannot be written (disk full) costs time later, and nothing else."""
        file = self.file(kind, key)
        part = file.with_name(f"{key}.{os.getpid()}.part")
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            part.write_bytes(hashlib.sha256(content).hexdigest().encode() + b"\n" + content)
            part.replace(file)
        except OSError:
            with contextlib.suppress(OSError):
                part.unlink()

    def kept(self, kind: str, key: str, make: Callable[[], bytes]) -> bytes:
        """The content under `key`, made and kept where it is not there."""
        content = self.get(kind, key)
        if content is None:
            content = make()
            self.put(kind, key, content)
        return content

    def trim(self, limit: int = LIMIT) -> None:
        """Remove what was not used for longest until at most `limit` bytes are held, and cut-off writes."""
        entries = []
        for file in self.folder.rglob("*"):
            with contextlib.suppress(OSError):
                if file.suffix == ".part":
                    file.unlink()
                elif file.is_file():
                    entries.append((file.stat().st_mtime_ns, file.stat().st_size, file))
        held = sum(size for _, size, _ in entries)
        for _, size, file in sorted(entries, key=lambda entry: entry[:2]):
            if held <= limit:
                break
            with contextlib.suppress(OSError):
                file.unlink()
            held -= size


class FileHashes:
    """SHA-256 of files, remembered between runs in `memory`.

    Size, time of change and inode are only a shortcut to a hash that was taken before. A file is read
    again whenever one of them differs, or when it had changed so shortly before it was hashed that another
    change need not show in its time.
    """

    def __init__(self, memory: Path | None = None):
        self._memory = memory
        self._known: dict[str, list[Any]] = {}
        self._used: dict[str, list[Any]] = {}
        if memory is not None:
            with contextlib.suppress(OSError, ValueError):
                known = json.loads(memory.read_text(encoding="utf-8"))
                self._known = known if isinstance(known, dict) else {}

    def of(self, file: Path) -> str:
        """SHA-256 of `file`; empty where it cannot be read."""
        name = os.fspath(file)
        try:
            status = file.stat()
            sign = [status.st_size, status.st_mtime_ns, status.st_ino]
            entry = self._used.get(name) or self._known.get(name)
            if not (isinstance(entry, list) and len(entry) == 5 and entry[:3] == sign and entry[3]):
                settled = time.time_ns() - status.st_mtime_ns > DOUBT_NS
                entry = [*sign, settled, hashlib.sha256(file.read_bytes()).hexdigest()]
        except OSError:
            return ""
        self._used[name] = entry
        return str(entry[4])

    def all(self, root: Path, files: Iterable[Path]) -> dict[str, str]:
        """Hash of each of `files` by its path from `root`, in the order of the paths."""
        named = sorted((file.relative_to(root).as_posix(), file) for file in files)
        return {name: self.of(file) for name, file in named}

    def save(self) -> None:
        """Remember for the next run what this one saw."""
        if self._memory is not None:
            old = {name: entry for name, entry in self._known.items() if Path(name).exists()}
            write_whole(self._memory, json.dumps(old | self._used).encode())


def write_whole(file: Path, content: bytes) -> None:
    """Write `file` whole or not at all; where it cannot be written, nothing is remembered."""
    part = file.with_name(f"{file.name}.{os.getpid()}.part")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        part.write_bytes(content)
        part.replace(file)
    except OSError:
        with contextlib.suppress(OSError):
            part.unlink()


def files_below(folder: Path, leave_out: Collection[str] = ()) -> list[Path]:
    """Every file below `folder`, without folders and files of a name in `leave_out`, at any depth."""
    found: list[Path] = []
    for top, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if name not in leave_out]
        found += [Path(top, name) for name in files if name not in leave_out]
    return found


@cache
def code_hash(*leave_out: str) -> str:
    """Hash of the program's sources as this process found them, without the theme (which is no code).

    Parameters
    ----------
    leave_out
        Rooms and modules, by their first name, that have no part in what is made: ``extracts``, ``cli.py``.
    """
    found = (file for file in files_below(PACKAGE, ("__pycache__", "theme")))
    files = [file for file in found if file.relative_to(PACKAGE).parts[0] not in leave_out]
    return digest_of(FileHashes().all(PACKAGE, files))


@cache
def libraries_hash() -> str:
    """Hash of the Python in use and of the name and version of everything that is installed for it.

    A package's folder of metadata is named after its name and version, so that a list of folders will do.
    """
    names = set()
    for place in dict.fromkeys(sys.path):
        with contextlib.suppress(OSError):
            found = (entry.name for entry in Path(place or ".").iterdir())
            names |= {name for name in found if name.endswith((".dist-info", ".egg-info"))}
    return digest(sys.version, sys.platform, platform.machine(), *sorted(names))


def differences(before: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """Names that came, went, or have another value, in order."""
    return sorted(name for name in before.keys() | now.keys() if before.get(name) != now.get(name))
