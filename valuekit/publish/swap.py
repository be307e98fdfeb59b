"""All or nothing: finished folders take the place of the live ones, or nothing changes.

A swap is a list of renames, each within one folder. Before the first, a journal says which; once the journal
stands, the swap counts as decided, and whoever comes next finishes it. Without a journal, what lies beside
the live folders is left over from a run that ended early, and goes. Links and exchanges are not used:
Windows and shared drives have neither.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

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
    if folder.exists():
        shutil.rmtree(folder)
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
            shutil.rmtree(folder, ignore_errors=True)
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
        _discard(folder.with_name(folder.name + OLD))
    _write_journal(journal, live)
    try:
        _renames(live)
    except OSError as error:
        _undo(live)
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
    folders = _read_journal(journal)
    if folders:
        _renames(folders)
        _finish(journal, folders)
        return True
    journal.unlink(missing_ok=True)
    for folder in live:
        _discard(successor(folder))
        _discard(folder.with_name(folder.name + OLD))
    return False


def _renames(live: Sequence[Path]) -> None:
    """Every rename that is still to be done. May be called again after it was cut short anywhere."""
    for folder in live:
        new, old = successor(folder), folder.with_name(folder.name + OLD)
        if not new.exists():
            continue
        if folder.exists():
            folder.rename(old)
        new.rename(folder)


def _undo(live: Sequence[Path]) -> None:
    for folder in live:
        new, old = successor(folder), folder.with_name(folder.name + OLD)
        if not new.exists():
            folder.rename(new)
        if old.exists():
            old.rename(folder)


def _finish(journal: Path, live: Sequence[Path]) -> None:
    journal.unlink()
    for folder in live:
        _discard(folder.with_name(folder.name + OLD))


def _discard(folder: Path) -> None:
    if folder.exists():
        shutil.rmtree(folder)


def _write_journal(journal: Path, live: Sequence[Path]) -> None:
    journal.parent.mkdir(parents=True, exist_ok=True)
    part = journal.with_name(journal.name + ".part")
    with part.open("w", encoding="utf-8", newline="\n") as file:
        beside = journal.resolve().parent
        names = [Path(os.path.relpath(folder.resolve(), beside)).as_posix() for folder in live]
        json.dump({"folders": names}, file)
        file.flush()
        os.fsync(file.fileno())
    part.replace(journal)


def _read_journal(journal: Path) -> list[Path]:
    """Folders of the swap that was begun. A journal is whole or absent: it is written aside and renamed."""
    if not journal.is_file():
        return []
    names = json.loads(journal.read_text(encoding="utf-8"))["folders"]
    return [Path(os.path.normpath(journal.resolve().parent / name)) for name in names]


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
