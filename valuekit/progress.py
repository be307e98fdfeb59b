"""A progress bar where a person is watching, and silence where nobody is."""

from __future__ import annotations

import sys
from types import TracebackType

from tqdm import tqdm


class Progress:
    """Counts named steps on standard error.

    Called with a step's name it moves on by one; nothing is shown when standard error is not a
    terminal, so that a scheduler's log holds only what was made and what went wrong.
    """

    def __init__(self, title: str, steps: int | None = None):
        self._bar = tqdm(
            total=steps,
            desc=title,
            unit="step",
            leave=False,
            file=sys.stderr,
            disable=None,
            bar_format="{desc} {bar} {n} {postfix}",
        )

    def __enter__(self) -> Progress:
        return self

    def __call__(self, step: str, steps: int | None = None) -> None:
        """Say that `step` begins; `steps` sets the number of steps in all once it is known."""
        if steps is not None:
            self._bar.total = steps
        self._bar.set_postfix_str(step)
        self._bar.update()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.close()
