"""g and t charts: rare events, judged by what lies between one and the next.

With few events a month most months count 0 or 1, and no chart of counts can tell anything. The number of
cases, or of days, between two events can: a long gap means that they have become rarer.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from valuekit.measures.methods import Example, Method
from valuekit.measures.statistics.spc import FEWEST, LIMIT, RUN, point_rules, stretches, trends

POWER = 1 / 3.6
"""Times between events, to this power, are nearly normal (Nelson 1994; the 0.2777 of Montgomery)."""


def g_chart(between: ArrayLike) -> pd.DataFrame:
    """Cases between events: limits of the geometric distribution.

    Parameters
    ----------
    between
        Cases without the event between one event and the next, oldest first; 0 where two follow each other.

    Returns
    -------
    pandas.DataFrame
        One row a gap: ``between``, ``centre`` (median), ``lower_limit``, ``upper_limit``, ``chart`` (``g``,
        or ``run`` below 12 gaps: no limits), ``special`` (``outside_limit``, ``trend``, ``run`` or empty) and
        ``side`` (1 rarer, −1 more often, 0).

    Notes
    -----
    The limits are mean ± 3 √(mean × (mean + 1)), the lower not below 0. The centre is the median: a geometric
    distribution is skewed, and its mean has far fewer points above than below.

    References
    ----------
    Benneyan 2001, Health Care Manag Sci 4:305; Montgomery, Introduction to
    Statistical Quality Control; median as the centre: Provost and Murray 2011.
    """
    between = _gaps(between)
    mean = between.mean() if len(between) else np.nan
    reach = 3 * np.sqrt(mean * (mean + 1))
    centre = np.median(between) if len(between) else np.nan
    return _judged(between, centre, max(mean - reach, 0.0), mean + reach, "g")


def t_chart(between: ArrayLike) -> pd.DataFrame:
    """Time between events: an individuals chart of the times to the power 1 / 3.6, limits turned back.

    Parameters
    ----------
    between
        Days (or hours) from one event to the next, oldest first.

    Returns
    -------
    pandas.DataFrame
        As :func:`g_chart`, ``chart`` being ``t``; rules as in an XmR chart of the transformed times.

    References
    ----------
    Nelson 1994, J Qual Technol 26(3):239; Montgomery, Introduction to
    Statistical Quality Control.
    """
    between = _gaps(between)
    if len(between) < FEWEST:
        return _judged(between, np.median(between) if len(between) else np.nan, np.nan, np.nan, "t")
    turned = between**POWER
    middle, reach = turned.mean(), LIMIT * np.abs(np.diff(turned)).mean()
    special, side = point_rules(turned, middle, reach)
    back = np.maximum([middle, middle - reach, middle + reach], 0) ** (1 / POWER)
    return _frame(between, *back, "t", special, side)


def _gaps(between: ArrayLike) -> np.ndarray:
    between = np.asarray(between, float)
    if (between < 0).any() or np.isnan(between).any():
        raise ValueError("gaps between events are counted from 0")
    return between


def _judged(between: np.ndarray, centre: float, lower: float, upper: float, kind: str) -> pd.DataFrame:
    special, side = np.full(len(between), "", dtype=object), np.zeros(len(between), int)
    if len(between) < FEWEST:
        return _frame(between, centre, np.nan, np.nan, "run", special, side)
    found = {
        "outside_limit": (between > upper).astype(int) - (between < lower),
        "trend": trends(np.sign(np.diff(between)).astype(int)),
        "run": stretches(np.sign(between - centre).astype(int), RUN),
    }
    for rule, towards in found.items():
        meets = (special == "") & (towards != 0)
        special[meets], side[meets] = rule, towards[meets]
    return _frame(between, centre, lower, upper, kind, special, side)


def _frame(between, centre, lower, upper, kind, special, side) -> pd.DataFrame:
    return pd.DataFrame(
        {"between": between, "centre": centre, "lower_limit": lower, "upper_limit": upper, "chart": kind,
         "special": special.astype(str), "side": side}
    )  # fmt: skip


VALVE = (286, 948, 536, 124, 816, 729, 4, 143, 431, 8, 2837, 596, 81, 227, 603, 492, 1199, 1214, 2831, 96)
"""Hours between failures of a valve: Montgomery, Introduction to Statistical Quality Control, table 7.14."""


def _g_example() -> Example:
    gaps = [4, 0, 9, 2, 5, 1, 12, 3, 0, 6, 2, 4]
    found = g_chart(gaps).iloc[0]
    return Example(
        says="Cases without the event between 13 events.",
        inputs=pd.DataFrame({"Cases between": gaps}),
        steps=(
            "The mean is 48 over 12, that is 4 cases.",
            "The standard deviation is the square root of 4 × 5, that is 4.472.",
            "The upper limit is 4 + 3 × 4.472 = 17.416; the lower would be below 0, so it is 0.",
            "The centre is the median, 3.5.",
        ),
        result={
            "Centre": found["centre"],
            "Lower limit": found["lower_limit"],
            "Upper limit": found["upper_limit"],
        },
        published={"Centre": 3.5, "Lower limit": 0.0, "Upper limit": 17.416},
        published_in="Worked out by hand from the formula of Benneyan 2001.",
    )  # fmt: skip


def _t_example() -> Example:
    turned = np.array(VALVE) ** POWER
    found = t_chart(VALVE).iloc[0]
    return Example(
        says="Hours between the failures of a valve in a chemical plant.",
        inputs=pd.DataFrame({"Hours": VALVE}),
        steps=(
            "Each time is raised to the power 1 / 3.6: 286 hours become 4.81.",
            "An individuals chart of these has its limits at mean ± 2.66 × mean moving range.",
            "Mean and limits are raised to the power 3.6, back to hours; a lower limit below 0 is 0.",
        ),
        result={
            "First time, transformed": turned[0],
            "Mean, transformed": turned.mean(),
            "Centre, hours": found["centre"],
            "Lower limit, hours": found["lower_limit"],
        },
        published={"First time, transformed": 4.81},
        published_in="Montgomery, Introduction to Statistical Quality Control, table 7.14 (power 0.2777).",
        decimals=2,
    )


METHODS = (
    Method(
        id="g_chart",
        name="g chart: cases between events",
        question="Has a rare event become rarer, or more frequent?",
        formula="The mean number of cases between events, plus and minus 3 × the square root of "
        "mean × (mean + 1). The centre line is the median.",
        units="Cases without the event between one event and the next.",
        source="Benneyan 2001, Health Care Manag Sci 4:305; Montgomery, "
        "Introduction to Statistical Quality Control.",
        fails="Below 12 gaps no limits are shown. It supposes that each case has the same chance of the "
        "event. The lower limit is nearly always 0, so that more events show as a run below the median.",
        function="valuekit.measures.statistics.spc_rare.g_chart",
        example=_g_example,
        group="Charts over time",
    ),
    Method(
        id="t_chart",
        name="t chart: time between events",
        question="Does more time pass between rare events than before, or less?",
        formula="Each time to the power 1 / 3.6 goes into an individuals (XmR) chart; its mean and limits "
        "are raised to the power 3.6.",
        units="Days between one event and the next.",
        source="Nelson 1994, J Qual Technol 26(3):239; Montgomery, "
        "Introduction to Statistical Quality Control.",
        fails="Below 12 gaps no limits are shown. It supposes that about as many people come each month.",
        function="valuekit.measures.statistics.spc_rare.t_chart",
        example=_t_example,
        group="Charts over time",
    ),
)
