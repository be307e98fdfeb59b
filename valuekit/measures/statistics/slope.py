"""Slope and relative index of inequality: how far an outcome goes from the most to the least deprived end.

The gap between two fifths leaves out the three in the middle, and depends on how large the fifths are. The
slope uses all of them: a line through each group's figure at its place in the population, from 0 to 1.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from valuekit.measures.methods import Example, Method
from valuekit.measures.statistics.intervals import LEVEL, NOWHERE, SEED, Interval, percentiles

DRAWS = 10_000
"""Simulated sets of figures: the ends of the interval move by less than a hundredth of its width."""


@dataclass(frozen=True)
class Slope:
    """Absolute and relative inequality.

    Attributes
    ----------
    slope
        Slope index (SII): figure at the least deprived end less that at the most deprived, unit of the
        figure.
    ratio
        Relative index (RII): the same two as a ratio; NaN where either end is not clear of 0.
    """

    slope: float
    interval: Interval
    ratio: float
    ratio_interval: Interval


def ranks(people: ArrayLike) -> NDArray[np.float64]:
    """Middle of each group in the cumulative population, 0 to 1; the most deprived group first."""
    share = np.asarray(people, float) / np.sum(people)
    return np.cumsum(share) - share / 2


def slope_index(
    value: ArrayLike,
    people: ArrayLike,
    error: ArrayLike,
    *,
    level: float = LEVEL,
    draws: int = DRAWS,
    seed: int = SEED,
) -> Slope:
    """Slope and relative index of inequality with simulated intervals.

    Parameters
    ----------
    value, people, error
        Figure, people and standard error of each group, from the most to the least deprived.
    draws, seed
        Sets of figures drawn from normal distributions around `value`; the interval is their percentiles.

    Raises
    ------
    ValueError
        Fewer than three groups, a group with nobody, or a figure or error that is missing.

    References
    ----------
    Low and Low 2004, J Public Health 26:388, doi 10.1093/pubmed/fdh175 (weighted regression on ranks);
    simulated interval: OHID, PHEindicatormethods phe_sii.
    """
    value, people, error = (np.asarray(a, float) for a in (value, people, error))
    if value.size < 3 or not (people > 0).all() or not np.isfinite([value, error]).all():
        raise ValueError("a slope needs three groups or more, each with people, a figure and its error")
    drawn = np.random.default_rng(seed).normal(value, error, (draws, value.size))
    start, slope = _line(value[None, :], people)
    starts, slopes = _line(drawn, people)
    ratio, ratios = np.nan, NOWHERE
    if start[0] > 0 and all(percentiles(line, level).lower > 0 for line in (starts, starts + slopes)):
        ratio, ratios = 1 + slope[0] / start[0], percentiles(1 + slopes / starts, level)
    return Slope(float(slope[0]), percentiles(slopes, level), float(ratio), ratios)


def _line(values: NDArray, people: NDArray) -> tuple[NDArray, NDArray]:
    """Value at rank 0 and slope of the weighted line through each row of `values`."""
    weight, at = people / people.sum(), ranks(people)
    middle = weight @ at
    slope = values @ (weight * (at - middle)) / (weight @ (at - middle) ** 2)
    return values @ weight - slope * middle, slope


def _example() -> Example:
    value, people, error = [41.0, 45.0, 49.0, 53.0, 57.0], [200] * 5, [3.5] * 5
    line = slope_index(value, people, error)
    return Example(
        says="Five fifths of 200 people, of whom 41%, 45%, 49%, 53% and 57% have the outcome.",
        inputs=pd.DataFrame({"Fifth": range(1, 6), "Per cent": value, "People": people}),
        steps=(
            "The middles of the fifths in the population are 0.1, 0.3, 0.5, 0.7 and 0.9.",
            "The figures rise by 4 points from one to the next, that is over 0.2: the slope is 4 over 0.2, "
            "or 20.",
            "The line begins at 41 − 0.1 × 20 = 39 and ends at 59; 59 over 39 is 1.513.",
        ),
        result={"Slope index": line.slope, "Relative index": line.ratio},
        published={"Slope index": 20.0, "Relative index": 1.513},
        published_in="Worked out by hand from Low and Low 2004.",
    )


METHODS = (
    Method(
        id="inequality_slope",
        name="Slope and relative index of inequality",
        question="How far does an outcome go from the most to the least deprived end of the population?",
        formula="Each fifth stands at the middle of its place in the population, from 0 to 1. The slope "
        "index is the slope of the line through the figures, weighted by people. The relative index is the "
        "line's height at 1 over its height at 0. The interval comes from 10,000 sets of figures drawn "
        "around those observed.",
        units="The slope is in the measure's unit; the relative index is a ratio, 1 where there is no "
        "inequality.",
        source="Low and Low 2004, J Public Health 26:388, doi 10.1093/pubmed/fdh175; OHID, "
        "PHEindicatormethods phe_sii.",
        fails="Not shown where a fifth is hidden or has fewer than 30 people. It supposes a straight line: "
        "look at the fifths as well. No ratio where either end of the line is not clear of 0. People whose "
        "deprivation is not known are left out.",
        function="valuekit.measures.statistics.slope.slope_index",
        also=("valuekit.measures.statistics.slope.ranks",),
        example=_example,
        group="Proportions, rates and case mix",
    ),
)
