"""Rules over two columns of one row, as a schema states them: an order of dates, or what a code allows."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import ClassVar

import pandas as pd
from pydantic import field_validator, model_validator

from valuekit.config import Settings

Check = Callable[[pd.DataFrame], pd.Series]
"""True for each row of the typed frame that keeps the rule; what is empty keeps it."""


class RangeBy(Settings):
    """The range of `column`, for each code of the column `by`."""

    form: ClassVar[str] = "range_by"
    said: ClassVar[str] = "between"
    column: str
    by: str
    between: dict[str, tuple[float, float]]

    @property
    def by_code(self) -> Iterable[str]:
        """Codes of `by` that the rule speaks of."""
        return self.between

    @property
    def words(self) -> str:
        """The rule for the data dictionary."""
        return "; ".join(f"{code} {low:g} to {high:g}" for code, (low, high) in self.between.items())

    def check(self, frame: pd.DataFrame) -> pd.Series:
        """As :data:`Check`."""
        broken = pd.Series(False, index=frame.index)
        for code, (low, high) in self.between.items():
            outside = (frame[self.column] < low) | (frame[self.column] > high)
            broken |= (frame[self.by] == code) & outside.fillna(False)
        return ~broken.astype(bool)


class MatchesBy(Settings):
    """What the whole text in `column` looks like, for each code of the column `by`: a regular expression."""

    form: ClassVar[str] = "matches_by"
    said: ClassVar[str] = "matches"
    column: str
    by: str
    matches: dict[str, str]

    @field_validator("matches")
    @classmethod
    def _are_patterns(cls, given: dict[str, str]) -> dict[str, str]:
        for code, pattern in given.items():
            try:
                re.compile(pattern)
            except re.error as error:
                raise ValueError(f"the pattern of '{code}' is not a regular expression: {error}") from None
        return given

    @property
    def by_code(self) -> Iterable[str]:
        """Codes of `by` that the rule speaks of."""
        return self.matches

    @property
    def words(self) -> str:
        """The rule for the data dictionary."""
        return "; ".join(f"{code} matches {pattern}" for code, pattern in self.matches.items())

    def check(self, frame: pd.DataFrame) -> pd.Series:
        """As :data:`Check`."""
        broken = pd.Series(False, index=frame.index)
        for code, pattern in self.matches.items():
            other = ~frame[self.column].str.fullmatch(pattern).fillna(False).astype(bool)
            broken |= (frame[self.by] == code).fillna(False).astype(bool) & other
        broken &= frame[self.column].notna()
        return ~broken


class RowRule(Settings):
    """A rule over two columns of one row: one of the three forms."""

    says: str
    """What a row that breaks the rule does, in words."""
    not_before: tuple[str, str] | None = None
    """The first column is not before the second."""
    range_by: RangeBy | None = None
    matches_by: MatchesBy | None = None

    @model_validator(mode="after")
    def _one_form(self) -> RowRule:
        if [self.not_before, self.range_by, self.matches_by].count(None) != 2:
            raise ValueError("a rule has either not_before or range_by or matches_by")
        return self

    @property
    def by_code(self) -> RangeBy | MatchesBy | None:
        """What the rule says for each code of another column; None for an order of two dates."""
        return self.range_by or self.matches_by

    @property
    def column(self) -> str:
        """The column that the rule speaks of."""
        return self.not_before[0] if self.not_before else self.by_code.column

    @property
    def check(self) -> Check:
        """The check of a frame."""
        return _not_before(*self.not_before) if self.not_before else self.by_code.check


def _not_before(later: str, earlier: str) -> Check:
    """Row check: `later` ≥ `earlier`, where both are known."""
    return lambda frame: ~(frame[later] < frame[earlier]).fillna(False)
