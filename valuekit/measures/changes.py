"""Dated changes to a service, with the figure before and after.

A comparison of before and after says that a figure moved, not why: other things change as well.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from valuekit.measures.calendar import LENGTHS, Span, between, month_of, newest_due
from valuekit.measures.outcomes import compare, days_until_due, each_measure, figures, verdict
from valuekit.measures.statistics import its

MONTHS = 12
"""Months before a change, and at most after it, that are compared."""

INTERRUPTED = (
    "service", "change", "measure", "interval", "points_before", "points_after", "people_before",
    "people_after", "level", "level_lower", "level_upper", "level_verdict", "slope_before", "slope",
    "slope_lower", "slope_upper", "slope_verdict", "lag", "correlation", "shown", "reason",
)  # fmt: skip
"""Columns of the mart's table ``interrupted``."""

_EMPTY = {
    "before_words": "",
    "before_n": None,
    "before_completeness": np.nan,
    "before_value": np.nan,
    "after_words": "",
    "after_n": None,
    "after_completeness": np.nan,
    "after_value": np.nan,
    "difference": np.nan,
    "diff_lower": np.nan,
    "diff_upper": np.nan,
    "verdict": "too_few",
}


def before_after(
    changes: pd.DataFrame, result: pd.DataFrame, measures: pd.DataFrame, months: Span
) -> pd.DataFrame:
    """The mart's table ``change``: each change with the figure of its measure before and after.

    Before are the 12 months that end before the date (fewer where the extracts begin later); after the months
    since, up to 12, in which everybody is due. The month of a change is in neither, unless it began with it.
    """
    known = {(m.service, m.measure): (m, rows) for m, rows in each_measure(result, measures)}
    found = []
    for change in changes.sort_values(["service", "date", "change_id"]).itertuples(index=False):
        name = change.measure if isinstance(change.measure, str) else ""
        moved = known.get((change.service, name))
        compared = _EMPTY if moved is None else _figures(*moved, change.date, months)
        found.append(
            {
                "service": change.service,
                "change": change.change_id,
                "date": change.date,
                "title": change.title,
                "description": change.description if isinstance(change.description, str) else "",
                "measure": name,
                **compared,
            }
        )
    return pd.DataFrame(
        found,
        columns=[
            "service",
            "change",
            "date",
            "title",
            "description",
            "measure",
            "before_words",
            "before_n",
            "before_completeness",
            "before_value",
            "after_words",
            "after_n",
            "after_completeness",
            "after_value",
            "difference",
            "diff_lower",
            "diff_upper",
            "verdict",
        ],
    )


def _figures(measure, rows: pd.DataFrame, date, months: Span) -> dict[str, object]:
    spans = windows(date, months, days_until_due(rows))
    if spans is None:
        return _EMPTY
    frame = figures(rows, spans, measure.statistic)
    before, after = frame.iloc[0], frame.iloc[1]
    difference, lower, upper = compare(after, before, measure.statistic)
    return {
        "before_words": spans[0].words,
        "before_n": before["n"],
        "before_completeness": before["completeness"],
        "before_value": before["value"],
        "after_words": spans[1].words,
        "after_n": after["n"],
        "after_completeness": after["completeness"],
        "after_value": after["value"],
        "difference": difference,
        "diff_lower": lower,
        "diff_upper": upper,
        "verdict": verdict(
            lower,
            upper,
            measure.direction,
            (before["n"], after["n"]),
            (before["completeness"], after["completeness"]),
        ),
    }


def windows(date, months: Span, days: int) -> tuple[Span, Span] | None:
    """The months before and after a change on `date`; None where the extracts hold none of either."""
    change = month_of(pd.Timestamp(date))
    start = change if pd.Timestamp(date).day == 1 else change.plus(1)
    first = max(months.first, change.plus(-MONTHS))
    last = min(newest_due(months.last, days), start.plus(MONTHS - 1))
    if first >= change or last < start:
        return None
    return Span(first, between(first, change)), Span(start, between(start, last) + 1)


def interrupted(changes: pd.DataFrame, series: pd.DataFrame, measures: pd.DataFrame) -> pd.DataFrame:
    """The mart's table ``interrupted``: each dated change with the step and the slope of its measure.

    Parameters
    ----------
    changes
        Rows of the mart's table ``change``: ``service``, ``change``, ``date``, ``measure`` (empty for none).
    series, measures
        The mart's tables of one audience. Disclosure control calls this again with the protected series, so
        that a public result is a function of public figures.

    Returns
    -------
    pandas.DataFrame
        One row for each change that names a measure of `measures`; without figures, and why, where there are
        fewer than eight points on a side. A point that the date cuts is in neither.
    """
    known = {(m.service, m.measure): m for m in measures.itertuples(index=False)}
    rows = dict(tuple(series.groupby(["service", "measure"], sort=False)))
    found = []
    for change in changes.itertuples(index=False):
        name = change.measure if isinstance(change.measure, str) else ""
        measure = known.get((change.service, name))
        if measure is None:
            continue
        points = rows.get((change.service, name), series[:0])
        about = {"service": change.service, "change": change.change, "measure": name}
        found.append(
            about | {"interval": measure.interval} | _interrupted(points, measure, pd.Timestamp(change.date))
        )
    return pd.DataFrame(found, columns=list(INTERRUPTED))


def _interrupted(points: pd.DataFrame, measure: object, date: pd.Timestamp) -> dict[str, object]:
    shown = points[points["shown"].astype(bool) & points["value"].notna()].sort_values("period_start")
    time, at = _times(shown["period_start"], measure.interval, date)
    whole = (time >= at) | (time + 1 <= at)
    shown, time = shown[whole], time[whole]
    after = time >= at
    people = shown["n"].to_numpy(float, na_value=np.nan)
    row: dict[str, object] = dict.fromkeys(INTERRUPTED[8:19], np.nan) | {
        "points_before": int((~after).sum()),
        "points_after": int(after.sum()),
        "people_before": np.nansum(people[~after]),
        "people_after": np.nansum(people[after]),
        "level_verdict": "too_few",
        "slope_verdict": "too_few",
        "shown": False,
        "reason": "too few points",
    }
    if min(row["points_before"], row["points_after"]) < its.FEWEST_POINTS:
        return row
    fit = its.segmented(time, shown["value"].to_numpy(float), at, np.where(people > 0, people, 1.0))
    for name, estimate in (("level", fit.level), ("slope", fit.slope)):
        row |= {name: estimate.value, f"{name}_lower": estimate.lower, f"{name}_upper": estimate.upper}
        row[f"{name}_verdict"] = _effect_verdict(estimate, measure.direction)
    row |= {"slope_before": fit.slope_before, "lag": fit.lag, "correlation": fit.correlation}
    return row | {"shown": True, "reason": ""}


def _effect_verdict(found: its.Estimate, direction: str) -> str:
    """``better``, ``worse``, ``higher`` or ``lower`` (neither way is better), or ``uncertain``."""
    if not (found.lower > 0 or found.upper < 0):
        return "uncertain"
    if direction == "neutral":
        return "higher" if found.lower > 0 else "lower"
    return "better" if (found.lower > 0) == (direction == "increase") else "worse"


def _times(starts: pd.Series, interval: str, date: pd.Timestamp) -> tuple[NDArray[np.float64], float]:
    """Each point and the date on one scale: whole intervals since the first point."""
    starts = pd.DatetimeIndex(starts)
    if not len(starts):
        return np.zeros(0), 0.0
    months = (starts.year - starts[0].year) * 12 + starts.month - starts[0].month
    of_month = (date.day - 1) / date.days_in_month
    since = (date.year - starts[0].year) * 12 + date.month - starts[0].month + of_month
    return months.to_numpy(float) / LENGTHS[interval], since / LENGTHS[interval]
