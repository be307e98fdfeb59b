"""What went wrong, said for the person who reads it: what, where, why, and what to do.

Every fault that a user can cause ends as a :class:`Problem`. A step that finds several
raises one :class:`ValuekitError` with all of them, so that nobody mends a file ten times.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Problem:
    """One fault.

    Attributes
    ----------
    what
        The fault, as a short clause: ``missing column 'amount'``.
    where
        The file, with ``:line`` or ``, row N, column C`` where known. Never a value from a row.
    why
        Why it matters or how it was seen. May be empty.
    do
        What the reader can do next, as an instruction.
    """

    what: str
    where: str = ""
    why: str = ""
    do: str = ""

    def __str__(self) -> str:
        """One line: ``where: what (why). do.``"""
        line = f"{self.where}: {self.what}" if self.where else self.what
        if self.why:
            line += f" ({self.why})"
        return f"{line}. {self.do}" if self.do else line


class ValuekitError(Exception):
    """One or more faults that a person must mend before valuekit can go on."""

    exit_code = 1

    def __init__(self, problems: Problem | Iterable[Problem]):
        self.problems = (problems,) if isinstance(problems, Problem) else tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class ExtractError(ValuekitError):
    """An extract that cannot be trusted as a whole: nothing of the drop is used."""

    exit_code = 3


class DefinitionError(ValuekitError):
    """A service definition, schema or settings file that does not say what it must."""

    exit_code = 4


class DocumentError(ValuekitError):
    """A document that cannot be rendered."""

    exit_code = 5


class PublishError(ValuekitError):
    """Publishing could not finish; the last site stands as it was."""

    exit_code = 6


class ReleaseError(ValuekitError):
    """A month that cannot be released, or a release that is no longer what it was."""

    exit_code = 7
