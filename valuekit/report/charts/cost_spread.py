"""The patients behind the average: how the cost of a pathway is spread."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import plotnine as p9

from valuekit.report.audience import Row
from valuekit.report.charts import look
from valuekit.report.words.numbers import pounds


def cost_spread(bands: Sequence[Row], summary: Row | None) -> p9.ggplot | None:
    """Pathways in each cost band, with the mean and the median marked (``cost_spread``, ``cost_summary``).

    The last band may be open; it is drawn as wide as the one before it. A band whose count may not be
    shown is left empty.
    """
    shown = [b for b in bands if b.shown and b.pathways is not None]
    if not shown:
        return None
    width = min(b.to_gbp - b.from_gbp for b in bands if b.to_gbp is not None) if len(bands) > 1 else 1000.0
    table = pd.DataFrame(
        [
            {
                "left": b.from_gbp,
                "right": b.to_gbp if b.to_gbp is not None else b.from_gbp + width,
                "pathways": float(b.pathways),
            }
            for b in shown
        ]
    )
    end = max((b.to_gbp if b.to_gbp is not None else b.from_gbp + width) for b in bands)
    tallest = float(table["pathways"].max())
    chart = look.Chart(table) + p9.geom_rect(
        p9.aes(xmin="left", xmax="right", ymin=0, ymax="pathways"),
        fill=look.PALE_BLUE,
        color=look.PAPER,
        size=0.4,
    )
    if summary is not None and summary.mean is not None and summary.median is not None:
        chart += _marks(summary, end, tallest)
    ticks = _ticks(end)
    is_open = any(b.to_gbp is None for b in shown)
    return (
        chart
        + p9.scale_linetype_identity()
        + p9.scale_x_continuous(
            breaks=ticks,
            labels=[pounds(t) for t in ticks],
            expand=(0, 0),
            limits=(0, end * 1.03),
            name="Cost of a pathway" + (", the last bar and all above it" if is_open else ""),
        )
        + p9.scale_y_continuous(limits=(0, tallest * 1.34), expand=(0, 0))
        + look.theme(2.7)
        + look.AXIS_TITLE
    )


def _marks(summary: Row, end: float, tallest: float) -> list[object]:
    """Mean and median: a line and a label each, on their own side."""
    marks = pd.DataFrame(
        [
            {
                "x": summary.median,
                "y": tallest * 1.26,
                "label": f"Median {pounds(summary.median)}",
                "type": "dashed",
            },
            {
                "x": summary.mean,
                "y": tallest * 1.12,
                "label": f"Mean {pounds(summary.mean)}",
                "type": "solid",
            },
        ]
    )
    marks["text_x"] = marks["x"] + end * 0.012
    return [
        p9.geom_segment(
            p9.aes("x", "y", xend="x", yend=0, linetype="type"), data=marks, color=look.INK, size=0.8
        ),
        p9.geom_text(
            p9.aes("text_x", "y", label="label"), data=marks, ha="left", va="center", size=look.LABEL
        ),
    ]


def _ticks(end: float) -> list[float]:
    """Round amounts, four to six of them."""
    step = next(s * 10**p for p in range(1, 8) for s in (1, 2, 5) if end / (s * 10**p) <= 5)
    return [step * i for i in range(int(end // step) + 1)]
