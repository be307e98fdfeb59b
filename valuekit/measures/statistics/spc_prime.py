"""p′ and u′ charts: limits where denominators are large and vary.

With many people in each point the limits of a plain p or u chart close in, and every point lies outside:
they allow for chance within a point only. Laney's charts allow for the usual variation between points too.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from valuekit.measures.methods import Example, Method

SIGMA = 3.0
"""Limits stand so many standard deviations from the centre."""

D2 = 1.128
"""Mean range of two standard normal values: a mean moving range ÷ this is a standard deviation."""

SCREEN = 3.267
"""Screening drops moving ranges from this × their mean on: D4 of two points."""


def moving_range(value: NDArray[np.float64], *, screen: bool = False) -> float:
    """Mean of the differences between neighbours, without sign; with `screen`, of the usual ones alone."""
    ranges = np.abs(np.diff(value))
    if screen and ranges.any():
        ranges = ranges[ranges < SCREEN * ranges.mean()]
    return float(ranges.mean())


@dataclass(frozen=True)
class PrimeLimits:
    """Centre, and limits of each point.

    Attributes
    ----------
    centre
        Total events ÷ total people (or exposure), in the unit of the points.
    reach
        How far the limits of each point are from the centre, one a point.
    sigma_z
        Variation from point to point against what chance alone gives: 1 as in a plain chart, above 1 wider.
    """

    centre: float
    reach: NDArray[np.float64]
    sigma_z: float


def p_prime(events: ArrayLike, people: ArrayLike, *, screen: bool = False) -> PrimeLimits:
    """Limits of shares (0 to 1) of `people` who have the outcome, oldest first.

    Parameters
    ----------
    events, people
        One count a point; every point has people in it.
    screen
        Drop moving ranges of 3.267 × their mean and more once.

    Raises
    ------
    ValueError
        Fewer than two points, or a point without people.

    References
    ----------
    Laney 2002, Improved control charts for attributes, Quality Engineering 14(4):531,
    doi 10.1081/QEN-120003555.
    """
    events, people = _points(events, people)
    centre = events.sum() / people.sum()
    return _limits(events / people, centre, np.sqrt(centre * (1 - centre) / people), screen)


def u_prime(events: ArrayLike, exposure: ArrayLike, *, screen: bool = False) -> PrimeLimits:
    """Limits of rates (events for one unit of `exposure`), oldest first; as :func:`p_prime`.

    References
    ----------
    Laney 2002, Quality Engineering 14(4):531, doi 10.1081/QEN-120003555.
    """
    events, exposure = _points(events, exposure)
    centre = events.sum() / exposure.sum()
    return _limits(events / exposure, centre, np.sqrt(centre / exposure), screen)


def _points(events: ArrayLike, of: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    events, of = np.asarray(events, float), np.asarray(of, float)
    if events.size < 2:
        raise ValueError("limits need two points or more")
    if not (of > 0).all():
        raise ValueError("a point without people has no figure")
    return events, of


def _limits(value: NDArray, centre: float, within: NDArray, screen: bool) -> PrimeLimits:
    if not (within > 0).all():  # nobody has the outcome, or everybody: nothing varies
        return PrimeLimits(float(centre), np.zeros_like(value), 0.0)
    sigma_z = moving_range((value - centre) / within, screen=screen) / D2
    return PrimeLimits(float(centre), SIGMA * within * sigma_z, sigma_z)


def _example() -> Example:
    events, people = [60, 45, 66, 52], [600, 500, 600, 400]
    found = p_prime(events, people)
    return Example(
        says="Four months in which 60 of 600, 45 of 500, 66 of 600 and 52 of 400 people had the outcome.",
        inputs=pd.DataFrame({"Month": [1, 2, 3, 4], "With the outcome": events, "People": people}),
        steps=(
            "The centre is all with the outcome over all people: 223 of 2,100, or 0.1062.",
            "Each share less the centre, over its own standard deviation from chance, is a z-score: "
            "−0.493, −1.175, 0.303 and 1.546.",
            "Their moving ranges are 0.682, 1.478 and 1.243, with a mean of 1.134; over 1.128 that is 1.006.",
            "The limits of the fourth month are 3 × 1.006 × 0.0154 = 0.0465 from the centre.",
        ),
        result={
            "Centre": found.centre,
            "Sigma z": found.sigma_z,
            "Upper limit, month 4": found.centre + found.reach[3],
        },
        published={"Centre": 0.106, "Sigma z": 1.006, "Upper limit, month 4": 0.153},
        published_in="Worked out by hand from the formula of Laney 2002.",
    )  # fmt: skip


METHODS = (
    Method(
        id="p_prime",
        name="p′ and u′ charts",
        question="Has a share or rate of very many people changed by more than it usually varies?",
        formula="Each share is turned into a z-score: share less mean share, over the standard deviation "
        "that chance gives at its own number of people. Sigma z is the mean moving range of these scores "
        "over 1.128. The limits are the mean share plus and minus 3 × sigma z × that standard deviation. "
        "For u′ the standard deviation is the square root of mean rate over exposure.",
        units="Counts of events and people (or exposure) go in; shares or rates with limits come out.",
        source="Laney 2002, Improved control charts for attributes, Quality Engineering 14(4):531, "
        "doi 10.1081/QEN-120003555.",
        fails="Below 12 points no limits are shown. A point without people is refused. Where nobody or "
        "everybody has the outcome nothing varies and the limits meet at the mean.",
        function="valuekit.measures.statistics.spc_prime.p_prime",
        also=("valuekit.measures.statistics.spc_prime.u_prime",),
        example=_example,
        group="Charts over time",
    ),
)
