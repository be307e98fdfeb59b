"""What moved the spending on a service's pathways: from one year to the next, a step for each part."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import plotnine as p9

from valuekit.report.audience import Row
from valuekit.report.charts import look
from valuekit.report.words.measures import signed_difference
from valuekit.report.words.numbers import pounds

LEVELS = {"before": "Year before", "after": "Newest year"}
"""Lines that are sums of money; all others but the change are steps between them."""


def waterfall(rows: Sequence[Row]) -> p9.ggplot | None:
    """A bar for each part of the change in all spending (``cost_driver``, basis spend), each where the last
    ended.

    The two years are points and not bars: the axis does not begin at nought, and the length of a bar that is
    cut off would say nothing. What is more is dark and goes right, what is less is pale and goes left; the
    amount with its sign stands at each.
    """
    lines = sorted(
        (r for r in rows if r.basis == "spend" and r.shown and r.amount is not None and r.part != "change"),
        key=lambda r: r.position,
    )
    if [r.part for r in lines if r.part in LEVELS] != list(LEVELS):
        return None
    table = _placed(lines)
    room = float(table["high"].max() - table["low"].min()) or 1.0
    steps, levels = table[~table["level"]], table[table["level"]]
    return (
        look.Chart(table, p9.aes(y="y"))
        + p9.geom_segment(
            p9.aes("end", "y - 0.36", xend="end", yend="y - 0.64"),
            data=table.iloc[:-1],
            color=look.QUIET,
            size=0.4,
        )
        + p9.geom_rect(
            p9.aes(xmin="low", xmax="high", ymin="y - 0.36", ymax="y + 0.36", fill="fill"), data=steps
        )
        + p9.scale_fill_identity()
        + p9.geom_point(p9.aes("end", "y"), data=levels, color=look.INK, size=2.6)
        + p9.geom_text(p9.aes("high", "y", label="label"), ha="left", nudge_x=0.03 * room, size=look.LABEL)
        + p9.scale_x_continuous(
            breaks=[],
            limits=(table["low"].min() - 0.05 * room, table["high"].max() + 0.45 * room),
            expand=(0, 0),
        )
        + p9.scale_y_continuous(
            breaks=list(table["y"]), labels=[look.wrapped(n, 14) for n in table["name"]], expand=(0.03, 0)
        )
        + look.theme(0.35 + 0.42 * len(table))
        + p9.theme(panel_grid_major_y=p9.element_blank())
    )


def _placed(lines: Sequence[Row]) -> pd.DataFrame:
    """From and to of each line: the first year, then every step from where the last ended."""
    found, at = [], 0.0
    for place, row in enumerate(lines):
        level = row.part in LEVELS
        start, end = (row.amount, row.amount) if level else (at, at + row.amount)
        found.append(
            {
                "y": -place,
                "name": LEVELS.get(row.part) or row.name.split(":")[0],
                "level": level,
                "low": min(start, end),
                "high": max(start, end),
                "end": end,
                "fill": look.BLUE if end >= start else look.PALE_BLUE,
                "label": pounds(row.amount) if level else signed_difference(row.amount, "£", 0),
            }
        )
        at = end
    return pd.DataFrame(found)
