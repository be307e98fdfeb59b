"""What a document reads while it is rendered, so that it is rendered again when that changes, and only then.

The mart's opener says which rows were read; Python itself says which files were opened (its audit events).
What a document takes from elsewhere (the clock, the network, the environment) cannot be seen here.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

WHOLE = ""
"""In place of a service: the whole table was read."""

_LISTED = ("os.listdir", "os.scandir")
_NOT_READ = ("valuekit", "__pycache__", ".git", ".venv", "_site.state")
"""Parts of a path below the project that are no input of a document: the program is hashed as a whole."""


@dataclass
class Reads:
    """What was read since the recording began.

    Attributes
    ----------
    tables
        (audience, table, service); :data:`WHOLE` for all services.
    files, folders
        Paths from `root` of files that were read, and of folders whose names were listed.
    """

    root: Path
    tables: set[tuple[str, str, str]] = field(default_factory=set)
    files: set[str] = field(default_factory=set)
    folders: set[str] = field(default_factory=set)
    _written: set[str] = field(default_factory=set)
    _paused: int = 0

    def opened(self, path: Any, writes: bool) -> None:
        """A file was opened; what the document wrote itself is no input of it."""
        name = self._name(path)
        if name and writes:
            self._written.add(name)
        elif name and name not in self._written:
            self.files.add(name)

    def listed(self, path: Any) -> None:
        """The names in a folder were asked for."""
        name = self._name(path)
        if name:
            self.folders.add(name)

    def _name(self, path: Any) -> str:
        """The path from the root; empty for what lies outside it or is no input."""
        if self._paused or not isinstance(path, (str, bytes, os.PathLike)):
            return ""
        full = os.path.normpath(os.path.join(os.getcwd(), os.fsdecode(path)))  # noqa: PTH109, PTH118
        if not full.startswith(os.fspath(self.root) + os.sep):
            return ""
        path = Path(full).relative_to(self.root)
        return "" if any(part in _NOT_READ for part in path.parts) else path.as_posix()


_NOW: ContextVar[Reads | None] = ContextVar("reads of this document", default=None)


@contextmanager
def recording(root: Path) -> Iterator[Reads]:
    """Record what is read below `root` within the block."""
    _listen()
    reads = Reads(root.resolve())
    token = _NOW.set(reads)
    try:
        yield reads
    finally:
        _NOW.reset(token)


def note_table(audience: str, table: str, service: str = WHOLE) -> None:
    """Say that rows of a mart's table were read: those of one service, or all."""
    if reads := _NOW.get():
        reads.tables.add((audience, table, service))


def note_file(path: Path) -> None:
    """Say that a file is read by a program that Python's audit events do not show."""
    if reads := _NOW.get():
        reads.opened(path, writes=False)


@contextmanager
def noted() -> Iterator[None]:
    """Within the block, files are read whose content was noted in another way."""
    reads = _NOW.get()
    if reads is None:
        yield
        return
    reads._paused += 1
    try:
        yield
    finally:
        reads._paused -= 1


@cache
def _listen() -> None:
    """Hear of files that are opened. Such a hook cannot be taken away, so there is one for a process."""
    now, listed = _NOW, _LISTED  # the hook outlives this module: its names are gone while Python ends

    def hear(event: str, arguments: tuple[Any, ...]) -> None:
        if event != "open" and event not in listed:
            return
        reads = now.get()
        if reads is None:
            return
        if event == "open":
            path, mode, flags = arguments
            writes = bool(flags & (os.O_WRONLY | os.O_RDWR)) if isinstance(flags, int) else "r" not in mode
            reads.opened(path, writes)
        else:
            reads.listed(arguments[0] if arguments[0] is not None else ".")

    sys.addaudithook(hear)
