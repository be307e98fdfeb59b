"""Intervals of time: which months belong together, when they are whole, and their words."""

from __future__ import annotations

import calendar
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated

import numpy as np
import pandas as pd
from pydantic import AfterValidator

from valuekit.errors import ValuekitError
from valuekit.project import Month

LENGTHS = {"month": 1, "quarter": 3, "half_year": 6, "year": 12}
"""Months in each interval. Quarters and half years are the calendar's; years end with the newest month."""

_EPOCH = Month(1970, 1)


def _is_month(text: str) -> str:
    try:
        return str(Month.parse(text))
    except ValuekitError:
        raise ValueError(f"'{text}' is not a month; write it as YYYY-MM, for example 2024-10") from None


MonthText = Annotated[str, AfterValidator(_is_month)]
"""A month in a definition, as ``2024-10``."""


def first_day(month: Month) -> date:
    """First day of `month`."""
    return date(month.year, month.month, 1)


def last_day(month: Month) -> date:
    """Last day of `month`."""
    return date(month.year, month.month, calendar.monthrange(month.year, month.month)[1])


def between(first: Month, last: Month) -> int:
    """Months from `first` to `last`: 0 for the same month, negative when `last` comes first."""
    return (last.year - first.year) * 12 + last.month - first.month


def month_of(day: date | pd.Timestamp) -> Month:
    """The month that `day` lies in."""
    return Month(day.year, day.month)


def months_since_1970(days: pd.Series) -> np.ndarray:
    """Number of the month of each day, January 1970 = 0."""
    return pd.to_datetime(days).to_numpy("datetime64[M]").astype(np.int64)


@dataclass(frozen=True, order=True)
class Span:
    """Whole months from `first` on, `months` of them."""

    first: Month
    months: int = 1

    @property
    def last(self) -> Month:
        """The newest month in it."""
        return self.first.plus(self.months - 1)

    @property
    def start(self) -> date:
        """First day."""
        return first_day(self.first)

    @property
    def end(self) -> date:
        """Last day."""
        return last_day(self.last)

    @property
    def before(self) -> Span:
        """As many months, straight before."""
        return Span(self.first.plus(-self.months), self.months)

    @property
    def words(self) -> str:
        """``October 2026``; ``July to September 2026``; ``November 2025 to October 2026``."""
        if self.months == 1:
            return self.first.words
        first = self.first.words.split()[0] if self.first.year == self.last.year else self.first.words
        return f"{first} to {self.last.words}"

    def holds(self, began: pd.Series) -> np.ndarray:
        """Which of the days `began` lie in it."""
        return sort_into(began, [self]) == 0


def sort_into(began: pd.Series, periods: Sequence[Span]) -> np.ndarray:
    """Number of the first of `periods` that each day lies in; −1 for none."""
    number, group = months_since_1970(began), np.full(len(began), -1)
    for place, span in reversed(list(enumerate(periods))):
        first = between(_EPOCH, span.first)
        group[(number >= first) & (number < first + span.months)] = place
    return group


def newest_due(period: Month, days: int) -> Month:
    """The newest month of which everybody reached the day `days` after the start by the end of `period`."""
    latest = last_day(period)
    month = period
    while (latest - last_day(month)).days < days:
        month = month.plus(-1)
    return month


def spans(interval: str, first: Month, last: Month) -> list[Span]:
    """The whole intervals that lie within the months `first` to `last`, oldest first.

    Quarters and half years begin in January, April, July, October and in January, July; an interval
    that `first` or `last` cuts is left out. Years are counted back from `last`, so that the newest is whole.
    """
    length = LENGTHS[interval]
    ahead = (between(first, last) + 1 if interval == "year" else -(first.month - 1)) % length
    start, found = first.plus(ahead), []
    while start.plus(length - 1) <= last:
        found.append(Span(start, length))
        start = start.plus(length)
    return found


def due_spans(interval: str, months: Span, days: int) -> list[Span]:
    """The whole intervals within `months` of which everybody reached day `days`, oldest first."""
    return spans(interval, months.first, newest_due(months.last, days))
