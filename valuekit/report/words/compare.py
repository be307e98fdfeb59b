"""Whether two figures with intervals differ: the interval of their difference, from the two intervals.

Two intervals may overlap although the difference is clear, so overlap is never the test here.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt


@dataclass(frozen=True)
class Difference:
    """A difference and its 95% interval, in the unit of the figures."""

    value: float
    lower: float
    upper: float

    @property
    def clear(self) -> bool:
        """Whether the interval leaves out nought."""
        return self.lower > 0 or self.upper < 0


Ranged = tuple[float | None, float | None, float | None]
"""A figure, and the lower and upper end of its interval."""


def difference(first: Ranged, second: Ranged) -> Difference | None:
    """`first` less `second`, for figures about different people; None where an end is missing.

    The method of variance estimates recovery: for proportions with Wilson intervals it is
    Newcombe's hybrid score interval.

    References
    ----------
    Zou and Donner 2008, Stat Med 27:1693, doi 10.1002/sim.3095; Newcombe 1998, Stat Med 17:873,
    method 10.
    """
    if None in first or None in second:
        return None
    (a, a_low, a_high), (b, b_low, b_high) = first, second
    return Difference(
        a - b,
        a - b - sqrt((a - a_low) ** 2 + (b_high - b) ** 2),
        a - b + sqrt((a_high - a) ** 2 + (b - b_low) ** 2),
    )
