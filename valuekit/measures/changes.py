"""Dated changes to a service, with the figure before and after.

A comparison of before and after says that a figure moved, not why: other things change as well.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from valuekit.measures.calendar import Span, between, month_of, newest_due
from valuekit.measures.outcomes import compare, days_until_due, each_measure, figures, verdict

MONTHS = 12
"""Months before a change, and at most after it, that are compared."""

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
