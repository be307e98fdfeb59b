"""Disclosure control, number by number: what is small, how the rest is rounded, which partner is hidden too.

Nothing here knows a table; :mod:`valuekit.measures.protection.declared` says which of these a column needs.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Annotated

import numpy as np
from numpy.typing import ArrayLike, NDArray
from pydantic import Field, model_validator

from valuekit.config import Settings, Words
from valuekit.measures.statistics import intervals
from valuekit.measures.statistics.intervals import LEVEL, Interval

Positive = Annotated[int, Field(ge=1)]
AtLeastTwo = Annotated[int, Field(ge=2)]


class Dominance(Settings):
    """The (n,k) rule: a sum is hidden in which `people` of them hold `share` or more."""

    people: Positive
    share: Annotated[float, Field(gt=0, le=1)]


class RoundMoney(Settings):
    """Pounds to which sums of money are rounded."""

    mean: Positive
    total: Positive
    percentile: Positive
    per_pathway: Positive


class Protection(Settings):
    """What must stay possible of a hidden figure, whatever is worked out from all that is published together.

    `counts` is how many values, of those that are hidden, a hidden count may still have; `money` is the part
    of itself by which a hidden sum may still be less, or more.
    """

    counts: AtLeastTwo
    money: Annotated[float, Field(gt=0, le=1)]


class Rules(Settings):
    """``data/disclosure.yml``: the publication rule, in words and in numbers."""

    rule: Words
    source: Words
    smallest_count: AtLeastTwo
    round_counts_to: Positive
    smallest_mean: AtLeastTwo
    smallest_share: AtLeastTwo
    smallest_tail: AtLeastTwo
    dominance: Dominance
    round_money: RoundMoney
    protection: Protection

    @model_validator(mode="after")
    def _rounding_keeps_counts_apart_from_none(self) -> Rules:
        if self.smallest_count * 2 < self.round_counts_to:
            raise ValueError("round_counts_to is so large that a count that may be shown would round to 0")
        return self

    @model_validator(mode="after")
    def _hidden_counts_have_as_many_values(self) -> Rules:
        if self.protection.counts >= self.smallest_count:
            raise ValueError("protection.counts asks for more values than a hidden count can have")
        return self


def to_nearest(value: ArrayLike, base: float) -> NDArray[np.float64]:
    """`value` to the nearest multiple of `base`, halves upwards; NaN stays."""
    return np.floor(np.asarray(value, float) / base + 0.5) * base


def is_small(count: ArrayLike, rules: Rules) -> NDArray[np.bool_]:
    """Which counts are hidden: from 1 to one less than the smallest that may be shown."""
    count = np.asarray(count, float)
    return (count > 0) & (count < rules.smallest_count)


def counts(count: ArrayLike, rules: Rules) -> NDArray[np.float64]:
    """Counts as they may be shown: NaN where small, else rounded. 0 stays 0."""
    count = np.asarray(count, float)
    return np.where(is_small(count, rules), np.nan, to_nearest(count, rules.round_counts_to))


def share_parts(
    numerator: ArrayLike, n: ArrayLike, rules: Rules
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.bool_]]:
    """Numerator and denominator of a share as they may be shown, and which shares are hidden.

    A share is hidden where the people with the outcome or the people without it are few: either can be
    worked out from the other. The denominator may still be shown.
    """
    numerator, n = np.asarray(numerator, float), np.asarray(n, float)
    hidden = is_small(n, rules) | is_small(numerator, rules) | is_small(n - numerator, rules)
    hidden |= (n > 0) & (n < rules.smallest_share)
    bottom = counts(n, rules)
    top = np.minimum(to_nearest(numerator, rules.round_counts_to), bottom)
    return np.where(hidden, np.nan, top), bottom, hidden


def share_range(
    top: ArrayLike, bottom: ArrayLike, rules: Rules
) -> tuple[tuple[NDArray, NDArray], tuple[NDArray, NDArray]]:
    """Counts behind a share of rounded counts that make it smallest, and those that make it largest.

    Where nobody or everybody has the outcome the share is told exactly, as counts of few on either side are
    hidden; the number of people still is not.
    """
    top, bottom = np.nan_to_num(np.asarray(top, float)), np.nan_to_num(np.asarray(bottom, float))
    off = np.where(bottom > 0, rules.round_counts_to // 2, 0)
    none, all_ = top == 0, top == bottom
    fewer, more = np.where(none, 0.0, top - off), np.where(none, 0.0, np.minimum(top + off, bottom - off))
    low = np.where(all_, bottom - off, fewer), np.where(all_, bottom - off, bottom + off)
    return low, (np.where(all_, bottom - off, more), bottom - off)


def share_interval(top: ArrayLike, bottom: ArrayLike, rules: Rules, level: float = LEVEL) -> Interval:
    """Interval of a share of rounded counts: from the lowest end to the highest that the counts allow.

    Whatever the true counts are, Wilson's interval of them lies within it. So it holds the share at its
    nominal rate or above; Wilson's interval of the rounded counts does not where people are few.
    """
    low, high = share_range(top, bottom, rules)
    return Interval(intervals.share(*low, level).lower, intervals.share(*high, level).upper)


def difference_interval(
    top: ArrayLike,
    bottom: ArrayLike,
    other_top: ArrayLike,
    other_bottom: ArrayLike,
    rules: Rules,
    level: float = LEVEL,
) -> Interval:
    """Newcombe's interval of the difference of two shares of rounded counts, from :func:`share_interval`.

    References
    ----------
    Newcombe 1998, Stat Med 17:873, method 10: each half is the root of the sum of squares of a half of each
    share's interval.
    """
    parts = [np.nan_to_num(np.asarray(part, float)) for part in (top, bottom, other_top, other_bottom)]
    with np.errstate(divide="ignore", invalid="ignore"):
        one, two = parts[0] / parts[1], parts[2] / parts[3]
    first, second = share_interval(*parts[:2], rules, level), share_interval(*parts[2:], rules, level)
    return Interval(
        one - two - np.hypot(one - first.lower, second.upper - two),
        one - two + np.hypot(first.upper - one, two - second.lower),
    )


def is_dominated(pence: ArrayLike, rules: Rules) -> bool:
    """Whether a sum tells too much of one person: few people hold it, or two of them nearly all.

    Parameters
    ----------
    pence
        One amount a person. A credit counts by its size.
    """
    size = np.sort(np.abs(np.asarray(pence, float)))[::-1]
    size = size[size > 0]
    if not size.size:
        return False
    if size.size < rules.smallest_count:
        return True
    return bool(size[: rules.dominance.people].sum() >= rules.dominance.share * size.sum())


def partners(
    hidden: NDArray[np.bool_], size: ArrayLike, unsafe: Callable[[NDArray[np.bool_]], bool]
) -> NDArray[np.bool_]:
    """Cells to hide besides, so that the hidden ones together are safe.

    What is hidden in cells that add up to a published total can be had by subtraction, as one sum. That
    sum must keep to the rule too: while it does not, the smallest cell still shown is hidden with them.

    Parameters
    ----------
    hidden
        Cells of one margin that are hidden for themselves.
    size
        What hiding each cell loses; cells of size 0 are no partner, since they add nothing.
    unsafe
        Whether the cells of a mask, taken as one, break the rule.

    Returns
    -------
    numpy.ndarray
        The partners only.
    """
    size = np.abs(np.nan_to_num(np.asarray(size, float)))
    chosen = hidden.copy()
    if not hidden.any():
        return np.zeros_like(hidden)
    for cell in np.argsort(size, kind="stable"):
        if not unsafe(chosen):
            break
        if not chosen[cell] and size[cell] > 0:
            chosen[cell] = True
    return chosen & ~hidden


_MONTH = "(?:January|February|March|April|May|June|July|August|September|October|November|December)"
_FIGURE = re.compile(
    rf"(?P<time>\d{{4}}-\d\d(?:-\d\d)?|(?:\d{{1,2}} )?{_MONTH} \d{{4}}|\d+ (?:day|week|month|year)s?\b)"
    r"|£(?P<pounds>\d[\d,]*(?:\.\d+)?)"
    r"|(?P<percent>\d+(?:\.\d+)?)(?=%| per cent)"
    r"|(?<![\w.,-])(?P<count>\d[\d,]*)(?![\w.-]*\w)"
)


def in_safe_words(note: str, rules: Rules) -> str:
    """A note whose figures tell no more than the rule allows.

    Counts are rounded, or become ``fewer than 8``; per cent become whole; pounds are not said, as nobody
    knows how many hold them; dates, spans of time and numbers that are part of a name (``UTF-8``) stay.
    """

    def safe(found: re.Match[str]) -> str:
        if found["time"]:
            return found[0]
        if found["pounds"]:
            return "an amount"
        if found["percent"]:
            return f"{float(found['percent']):.0f}"
        number = int(found["count"].replace(",", ""))
        return (
            f"fewer than {rules.smallest_count}"
            if is_small(number, rules)
            else f"{counts(number, rules):,.0f}"
        )

    return _FIGURE.sub(safe, note)
