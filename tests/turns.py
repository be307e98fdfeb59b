"""What workers that run tests at the same time do one after the other."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows: each worker goes its own way
    fcntl = None


@contextmanager
def held(file: Path, shared: bool = False) -> Iterator[None]:
    """Within it no other process holds `file`, or none but those who share it."""
    with file.open("a") as opened:
        if fcntl is not None:
            fcntl.flock(opened, fcntl.LOCK_SH if shared else fcntl.LOCK_EX)
        yield  # closing the file lets go


@contextmanager
def turn(folder: Path, alone: bool) -> Iterator[None]:
    """A test's turn: beside those of other workers, or, where it measures time, `alone`.

    One that waits to be alone holds the door meanwhile, so that others end and none begins.
    """
    with ExitStack() as stack:
        with ExitStack() as door:
            door.enter_context(held(folder / "door"))
            stack.enter_context(held(folder / "room", shared=not alone))
            if alone:
                stack.push(door.pop_all())
        yield
