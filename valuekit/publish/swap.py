"""All or nothing: finished folders take the place of the live ones, or nothing changes.

A swap is a list of renames, each within one folder. Before the first, a journal says which; once the journal
stands, the swap counts as decided, and whoever comes next finishes it. Without a journal, what lies beside
the live folders is left over from a run that ended early, and goes.

On Linux a folder and its successor change places in one step, so that there is no moment without a site.
Where the system cannot do that (Windows, many shared drives), two renames follow each other.
"""

from __future__ import annotations

import ctypes
import json
import os
import shutil
import stat
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from valuekit.errors import Problem, PublishError

NEW, OLD = ".new", ".old"

_HELD: set[Path] = set()
"""Locks that this process holds."""


def successor(live: Path) -> Path:
    """The folder beside `live` in which what follows it is built."""
    return live.with_name(live.name + NEW)


def staging(live: Path) -> Path:
    """The successor's folder, made empty."""
    folder = successor(live)
    discard(folder)
    folder.mkdir(parents=True)
    return folder


@contextmanager
def successors(journal: Path, live: Sequence[Path]) -> Iterator[None]:
    """Empty folders beside `live` to build in: they take its place if the block ends well, else they go."""
    made = [staging(folder) for folder in live]
    try:
        yield
    except BaseException:
        for folder in made:
            with suppress(OSError):  # what made the block end is the fault to tell
                discard(folder)
        raise
    swap(journal, live)


def swap(journal: Path, live: Sequence[Path]) -> None:
    """Put each folder's finished successor in its place.

    Raises
    ------
    PublishError
        A folder cannot be renamed (on Windows, when somebody has a file of it open): all is as it was.
    """
    for folder in live:
        discard(folder.with_name(folder.name + OLD))
    arrived = {folder: successor(folder).stat().st_ino for folder in live}
    _write_journal(journal, arrived)
    try:
        _renames(arrived)
    except OSError as error:
        _undo(arrived)
        journal.unlink()
        raise PublishError(
            Problem(
                "the new site could not take the place of the last one",
                str(error.filename or ""),
                error.strerror or "",
                "Close open files of the site, then publish again. The last site stands as it was.",
            )
        ) from error
    _finish(journal, live)


def recover(journal: Path, live: Sequence[Path]) -> bool:
    """Finish a swap that was cut short; remove what an unfinished run left beside the folders `live`.

    Returns
    -------
    bool
        Whether there was a swap to finish.
    """
    arrived = _read_journal(journal)
    if arrived:
        _renames(arrived)
        _finish(journal, list(arrived))
        return True
    journal.unlink(missing_ok=True)
    for folder in live:
        old = folder.with_name(folder.name + OLD)
        if old.exists() and not folder.exists():  # between two renames, and the journal of it is spoilt
            old.rename(folder)
        discard(successor(folder))
        discard(old)
    return False


def _renames(arrived: Mapping[Path, int]) -> None:
    """Every rename that is still to be done. May be called again after it was cut short anywhere.

    Parameters
    ----------
    arrived
        Each live folder and the number (inode) of what is to take its place, by which it is known again once
        the two have changed places.
    """
    for folder, number in arrived.items():
        new, old = successor(folder), folder.with_name(folder.name + OLD)
        if not new.exists():
            continue
        if not folder.exists():
            new.rename(folder)
        elif folder.stat().st_ino == number or _exchange(new, folder):
            new.rename(old)
        else:
            folder.rename(old)
            new.rename(folder)


def _undo(arrived: Mapping[Path, int]) -> None:
    for folder, number in arrived.items():
        new, old = successor(folder), folder.with_name(folder.name + OLD)
        if new.exists() and folder.exists() and folder.stat().st_ino == number:
            _exchange(new, folder)
        if not new.exists():
            folder.rename(new)
        if old.exists():
            old.rename(folder)


_HERE, _CHANGE_PLACES = -100, 2
"""AT_FDCWD and RENAME_EXCHANGE of renameat2(2)."""


def _exchange(one: Path, other: Path) -> bool:
    """Let two folders change places in one step; False, and nothing done, where the system cannot."""
    if not sys.platform.startswith("linux"):
        return False
    call = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    return call is not None and call(_HERE, os.fsencode(one), _HERE, os.fsencode(other), _CHANGE_PLACES) == 0


def _finish(journal: Path, live: Sequence[Path]) -> None:
    journal.unlink()
    for folder in live:
        discard(folder.with_name(folder.name + OLD))


def discard(folder: Path) -> None:
    """Remove `folder` where it is, with the read-only files of a release that did not come about."""
    if folder.exists():
        shutil.rmtree(folder, onerror=_writable_then_again)


def _writable_then_again(remove: Callable[[str], object], path: str, fault: Any) -> None:
    """Windows removes no file that is read-only."""
    file = Path(path)
    if file.stat().st_mode & stat.S_IWRITE:
        raise fault[1]
    file.chmod(stat.S_IWRITE | stat.S_IREAD)
    file.unlink()


def _write_journal(journal: Path, arrived: Mapping[Path, int]) -> None:
    journal.parent.mkdir(parents=True, exist_ok=True)
    beside = journal.resolve().parent
    folders = {Path(os.path.relpath(f.resolve(), beside)).as_posix(): number for f, number in arrived.items()}
    part = journal.with_name(journal.name + ".part")
    with part.open("w", encoding="utf-8", newline="\n") as file:
        json.dump({"folders": folders}, file)
        file.flush()
        os.fsync(file.fileno())
    part.replace(journal)


def _read_journal(journal: Path) -> dict[Path, int]:
    """Folders of the swap that was begun; none where the journal's file has been spoilt.

    A run leaves a journal whole or not at all: it is written aside and renamed.
    """
    beside = journal.resolve().parent
    try:
        folders = json.loads(journal.read_text(encoding="utf-8"))["folders"]
        return {Path(os.path.normpath(beside / name)): int(number) for name, number in folders.items()}
    except (FileNotFoundError, ValueError, KeyError, TypeError, AttributeError):
        return {}


@contextmanager
def only_one(lock: Path) -> Iterator[None]:
    """Hold `lock` while publishing. The system lets go of it when the process ends, however it ends.

    What this process holds already it may take again, within.

    Raises
    ------
    PublishError
        Another process holds it.
    """
    if lock.resolve() in _HELD:
        yield
        return
    lock.parent.mkdir(parents=True, exist_ok=True)
    with lock.open("a+", encoding="utf-8") as file:
        if not _take(file.fileno()):
            raise PublishError(
                Problem(
                    "another publish of this project is running",
                    lock.name,
                    do="Wait for it to end, then try again.",
                )
            )
        _HELD.add(lock.resolve())
        try:
            yield
        finally:
            _HELD.discard(lock.resolve())
            _give_back(file.fileno())


def _take(number: int) -> bool:
    try:
        if sys.platform == "win32":
            import msvcrt

            os.lseek(number, 0, os.SEEK_SET)
            msvcrt.locking(number, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _give_back(number: int) -> None:
    if sys.platform == "win32":
        import msvcrt

        os.lseek(number, 0, os.SEEK_SET)
        msvcrt.locking(number, msvcrt.LK_UNLCK, 1)
    else:
        import fcntl

        fcntl.flock(number, fcntl.LOCK_UN)
