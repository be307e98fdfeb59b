"""Need that is met, by fifth of deprivation, one service under the other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd
import plotnine as p9

from valuekit.report.audience import Row
from valuekit.report.charts import look
from valuekit.report.charts.deprivation import NAMES


def need(by_service: Mapping[str, Sequence[Row]]) -> p9.ggplot | None:
    """Pathways for each 100 people expected (rows of ``need``), with 95% intervals; the line is 100."""
    rows, heads, y = [], [], 0.0
    for service, fifths in by_service.items():
        if not any(f.shown and f.met is not None for f in fifths):
            continue
        heads.append({"y": y, "label": service})
        for f in fifths:
            y -= 1
            shown = f.shown and f.met is not None
            rows.append(
                {
                    "y": y,
                    "met": f.met if shown else None,
                    "lower": f.met_lower if shown else None,
                    "upper": f.met_upper if shown else None,
                    "label": f"{f.met:.0f}" if shown else "not shown",
                    "name": NAMES.get(f.fifth, str(f.fifth)),
                }
            )
        y -= 1.6
    if not rows:
        return None
    table = pd.DataFrame(rows)
    table["at"] = table["upper"].fillna(0.0)
    most = max(float(table["upper"].max()), 100.0)
    drawn = table.dropna(subset=["met"])
    return (
        look.Chart(drawn, p9.aes("met", "y"))
        + p9.geom_vline(xintercept=100, color=look.QUIET, size=0.5, linetype="dashed")
        + p9.geom_segment(p9.aes("lower", "y", xend="upper", yend="y"), color=look.INK, size=0.7)
        + p9.geom_point(color=look.BLUE, size=2.4)
        + p9.geom_text(
            p9.aes("at", "y", label="label"), data=table, ha="left", nudge_x=most * 0.02, size=look.LABEL
        )
        + p9.geom_text(
            p9.aes(x=0, y="y", label="label"),
            data=pd.DataFrame(heads),
            ha="left",
            size=look.TEXT,
            fontweight="bold",
        )
        + p9.scale_x_continuous(limits=(0, most * 1.12), expand=(0, 0), name="Pathways for each 100 expected")
        + p9.scale_y_continuous(breaks=list(table["y"]), labels=list(table["name"]), expand=(0.02, 0.3))
        + look.theme(0.5 + 0.235 * -y)
        + look.AXIS_TITLE
        + p9.theme(panel_grid_major_y=p9.element_blank())
    )
