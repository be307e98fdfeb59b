"""Outcomes by deprivation: is the result the same for everybody?"""

from __future__ import annotations

import numpy as np
import pandas as pd

from valuekit.measures.calendar import Span
from valuekit.measures.outcomes import FEWEST_PEOPLE, due_years, each_measure, grouped
from valuekit.measures.statistics import slope
from valuekit.measures.statistics.intervals import z

FIFTHS = (1, 2, 3, 4, 5)
"""Fifths of deprivation, 1 the most deprived."""

COLUMNS = [
    "service", "measure", "words", "fifth", "n", "completeness", "value", "lower", "upper", "shown", "reason",
]  # fmt: skip

SLOPE_COLUMNS = (
    *("service", "measure", "words", "n", "slope", "slope_lower", "slope_upper"),
    *("ratio", "ratio_lower", "ratio_upper", "shown", "reason"),
)


def by_fifth(result: pd.DataFrame, measures: pd.DataFrame, months: Span) -> pd.DataFrame:
    """The mart's table ``inequality``: each measure in each fifth of deprivation, newest 24 months due.

    24 months, so that a fifth of a small service holds enough people; 12 where no more are covered. Pathways
    whose fifth is not known are in none.
    """
    found = []
    for measure, rows in each_measure(result, measures):
        years = due_years(rows, months)[-2:]
        if not years:
            continue
        span = Span(years[0].first, 12 * len(years))
        fifth = rows["fifth"].to_numpy(float, na_value=0).astype(int) - 1
        group = np.where(span.holds(rows["began"]), fifth, -1)
        frame = grouped(rows, group, len(FIFTHS), measure.statistic)
        shown = frame["n"] > 0
        found.append(
            frame[["n", "completeness", "value", "lower", "upper"]].assign(
                service=measure.service,
                measure=measure.measure,
                words=span.words,
                fifth=FIFTHS,
                shown=shown,
                reason=np.where(shown, "", "too few"),
            )
        )
    return pd.concat(found, ignore_index=True)[COLUMNS] if found else pd.DataFrame(columns=COLUMNS)


def slopes(fifths: pd.DataFrame) -> pd.DataFrame:
    """The mart's table ``inequality_slope``, from the table ``inequality`` of the same audience.

    Nothing but what that table shows goes in, so that the slope tells no more. The error of a figure is the
    width of its interval over twice the normal quantile.
    """
    found = []
    for (service, measure), rows in fifths.groupby(["service", "measure"], sort=False):
        rows = rows.sort_values("fifth")
        whole = len(rows) == len(FIFTHS) and rows["shown"].to_numpy(bool).all()
        n = rows["n"].to_numpy(float, na_value=np.nan)
        error = (rows["upper"] - rows["lower"]).to_numpy(float) / (2 * z())
        enough = whole and (n >= FEWEST_PEOPLE).all() and np.isfinite(error).all()
        base = {"service": service, "measure": measure, "words": rows["words"].iloc[0]}
        if not enough:
            hidden = (rows["reason"] == "suppressed").any()
            found.append(base | {"shown": False, "reason": "suppressed" if hidden else "too few"})
            continue
        line = slope.slope_index(rows["value"], n, error)
        found.append(
            base
            | {"n": n.sum(), "slope": line.slope, "slope_lower": line.interval.lower,
               "slope_upper": line.interval.upper, "ratio": line.ratio,
               "ratio_lower": line.ratio_interval.lower, "ratio_upper": line.ratio_interval.upper,
               "shown": True, "reason": ""}
        )  # fmt: skip
    return pd.DataFrame(found, columns=list(SLOPE_COLUMNS))
