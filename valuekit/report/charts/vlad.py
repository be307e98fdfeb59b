"""Running sum of observed less expected by month (VLAD)."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import plotnine as p9

from valuekit.report.audience import Row
from valuekit.report.charts import look
from valuekit.report.words.numbers import number


def vlad(months: Sequence[Row]) -> p9.ggplot | None:
    """The running sum as a line in its 95% band, nought as a line (rows of ``case_mix_period``, in order)."""
    known = [m for m in months if m.cumulative is not None]
    if len(known) < 2:
        return None
    table = pd.DataFrame(
        {
            "x": pd.to_datetime([m.period_start for m in known]),
            "y": [float(m.cumulative) for m in known],
            "lower": [float(m.cumulative_lower) for m in known],
            "upper": [float(m.cumulative_upper) for m in known],
        }
    )
    start, end = table["x"].iloc[0], table["x"].iloc[-1]
    low, high = min(table["lower"].min(), 0.0), max(table["upper"].max(), 0.0)
    step = max((len(known) - 1) // 4, 1)
    breaks = list(table["x"].iloc[::step])
    last = float(table["y"].iloc[-1])
    gap = (high - low) * 0.1
    heights = look.spread([last, 0.0], gap, low, high)
    labels = pd.DataFrame(
        {
            "x": end + pd.Timedelta(days=20),
            "y": heights,
            "label": [f"{'+' if last >= 0.5 else ''}{number(last)} so far", "As expected"],
        }
    )
    return (
        look.Chart(table, p9.aes("x", "y"))
        + p9.geom_ribbon(p9.aes(ymin="lower", ymax="upper"), fill=look.PALE_BLUE, alpha=0.35)
        + p9.annotate(
            "segment", x=start, xend=end, y=0, yend=0, color=look.QUIET, linetype="dashed", size=0.6
        )
        + p9.geom_line(color=look.BLUE, size=1.1)
        + p9.geom_text(
            p9.aes("x", "y", label="label"), data=labels, ha="left", size=look.LABEL, color=look.INK
        )
        + p9.scale_x_datetime(
            breaks=breaks,
            labels=[f"{b:%b}\n{b:%Y}" for b in breaks],
            limits=(start - pd.Timedelta(days=10), end + (end - start) * 0.36 + pd.Timedelta(days=30)),
            expand=(0, 0),
        )
        + p9.scale_y_continuous(
            limits=(low, high), expand=(0.02, 0), labels=lambda ticks: [number(t) for t in ticks]
        )
        + look.theme(2.6)
    )
