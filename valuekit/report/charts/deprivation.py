"""An outcome by fifth of deprivation."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import plotnine as p9

from valuekit.report.audience import Row
from valuekit.report.charts import look
from valuekit.report.words.measures import value_of
from valuekit.report.words.numbers import amount

NAMES = {1: "1 most deprived", 2: "2", 3: "3", 4: "4", 5: "5 least deprived"}


def deprivation(measure: Row, fifths: Sequence[Row]) -> p9.ggplot | None:
    """Dots with 95% intervals, the most deprived fifth first (rows of ``inequality``)."""
    shown = [f for f in fifths if f.shown and f.value is not None and f.fifth in NAMES]
    if not shown:
        return None
    table = pd.DataFrame(
        {
            "y": [-int(f.fifth) for f in shown],
            "value": [float(f.value) for f in shown],
            "lower": [float(f.lower if f.lower is not None else f.value) for f in shown],
            "upper": [float(f.upper if f.upper is not None else f.value) for f in shown],
            "label": [f"{value_of(measure, f.value)}, n = {f.n:,}" if f.n is not None else "" for f in shown],
        }
    )
    low, high = float(table["lower"].min()), float(table["upper"].max())
    room = (high - low) or abs(high) * 0.1 or 1.0
    return (
        look.Chart(table, p9.aes("value", "y"))
        + p9.geom_segment(p9.aes("lower", "y", xend="upper", yend="y"), color=look.INK, size=0.7)
        + p9.geom_point(color=look.BLUE, size=3.2)
        + p9.geom_text(p9.aes("upper", "y", label="label"), ha="left", nudge_x=room * 0.02, size=look.LABEL)
        + p9.scale_x_continuous(
            limits=(low - room * 0.08, high + room * 0.62),
            labels=lambda ticks: [_tick(measure, t, room) if t <= high + room * 0.1 else "" for t in ticks],
        )
        + p9.scale_y_continuous(
            breaks=[-k for k in NAMES], labels=list(NAMES.values()), limits=(-5.5, -0.5), expand=(0, 0)
        )
        + look.theme(2.3)
        + p9.theme(
            panel_grid_major_y=p9.element_blank(),
            panel_grid_major_x=p9.element_line(color=look.GRID, size=0.5),
        )
    )


def _tick(measure: Row, tick: float, room: float) -> str:
    decimals = 0 if room >= 4 else 1 if room >= 0.4 else 2
    return amount(tick, "" if measure.unit == "days" else measure.unit or "", decimals)
