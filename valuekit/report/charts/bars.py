"""Pounds for each pathway, as one bar for each stage or department."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import plotnine as p9

from valuekit.report.charts import look
from valuekit.report.words.numbers import pounds


def bars(
    names: Sequence[str], values: Sequence[float | None], largest: float | None = None
) -> p9.ggplot | None:
    """Horizontal bars in the given order, the amount written at each.

    Parameters
    ----------
    names, values
        A bar each; None is written as "not shown".
    largest
        Length of the axis, so that two charts compare; the largest value by default.
    """
    known = [v for v in values if v is not None]
    if not known:
        return None
    largest = largest or max(known)
    table = pd.DataFrame(
        {
            "y": [-i for i in range(len(names))],
            "value": [v or 0.0 for v in values],
            "label": ["not shown" if v is None else pounds(v) for v in values],
        }
    )
    return (
        look.Chart(table, p9.aes(y="y"))
        + p9.geom_rect(p9.aes(xmin=0, xmax="value", ymin="y - 0.36", ymax="y + 0.36"), fill=look.BLUE)
        + p9.geom_text(
            p9.aes("value", "y", label="label"), ha="left", nudge_x=largest * 0.015, size=look.LABEL
        )
        + p9.scale_x_continuous(limits=(0, largest * 1.2), expand=(0, 0), breaks=[])
        + p9.scale_y_continuous(
            breaks=list(table["y"]), labels=[look.wrapped(n, 24) for n in names], expand=(0.03, 0)
        )
        + look.theme(0.35 + 0.4 * len(names))
        + p9.theme(panel_grid_major_y=p9.element_blank())
    )
