"""Outcomes by deprivation: is the result the same for everybody?"""

from __future__ import annotations

import numpy as np
import pandas as pd

from valuekit.measures.calendar import Span
from valuekit.measures.outcomes import due_years, each_measure, grouped

FIFTHS = (1, 2, 3, 4, 5)
"""Fifths of deprivation, 1 the most deprived."""

COLUMNS = [
    "service", "measure", "words", "fifth", "n", "completeness", "value", "lower", "upper", "shown", "reason",
]  # fmt: skip


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
