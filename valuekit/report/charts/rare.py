"""Rare events: the cases or the days between one and the next (g and t charts)."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import plotnine as p9

from valuekit.report.audience import Row
from valuekit.report.charts import look
from valuekit.report.words.numbers import number

HEIGHT = 2.9


def rare(events: Sequence[Row]) -> p9.ggplot | None:
    """One point an event, in their order: the gap before it (rows of ``rare``); None for no gap."""
    if not events:
        return None
    points = pd.DataFrame(
        {
            "x": [int(r.event) for r in events],
            "y": [float(r.between) for r in events],
            "signal": [r.signal or "common" for r in events],
        }
    )
    last, first = events[-1], points["x"].min()
    end = points["x"].max()
    wanted = [
        (y, text)
        for y, text in (
            (last.centre, f"{'Centre' if last.chart == 't' else 'Median'} {number(last.centre, 1)}"),
            (last.upper_limit, "Upper limit"),
            (last.lower_limit, "Lower limit"),
        )
        if y is not None
    ]
    high = max([points["y"].max(), *(y for y, _ in wanted)]) or 1.0
    heights = look.spread([y for y, _ in wanted], high * 0.09, 0, high)
    labels = pd.DataFrame(
        [{"x": end + 0.6, "y": y, "label": text} for y, (_, text) in zip(heights, wanted, strict=True)]
    )
    chart = look.Chart(points, p9.aes("x", "y"))
    for y, text in wanted:
        kind = "dashed" if "limit" in text else "solid"
        chart += p9.annotate("segment", x=first, xend=end, y=y, yend=y, linetype=kind, color=look.QUIET)
    room = (end - first) * 0.32 + 2
    ticks = sorted({first, round((first + end) / 2), end})
    return (
        chart
        + p9.geom_line(color=look.QUIET, size=0.4)
        + p9.geom_point(p9.aes(shape="signal", fill="signal"), color=look.INK, stroke=0.3, size=2.4)
        + p9.geom_text(p9.aes("x", "y", label="label"), data=labels, ha="left", size=look.LABEL)
        + p9.scale_shape_manual(look.SHAPES)
        + p9.scale_fill_manual(look.SIGNALS)
        + p9.scale_x_continuous(
            breaks=ticks,
            labels=[f"Event {t}" for t in ticks],
            limits=(first - 0.8, end + room),
            expand=(0, 0),
        )
        + p9.scale_y_continuous(limits=(0, high * 1.05), expand=(0.02, 0))
        + look.theme(HEIGHT)
    )
