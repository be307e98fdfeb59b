"""Hospital sites in a funnel: each site's share against its number of people, with limits for chance."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
import plotnine as p9

from valuekit.report.audience import Row
from valuekit.report.charts import look
from valuekit.report.words.numbers import number

HEIGHT = 3.0
_SIGNALS = {"inside": "common", "above_998": "improvement", "below_998": "concern"}


def funnel(sites: Sequence[Row], direction: str) -> p9.ggplot | None:
    """Rows of ``funnel`` of one service; None where the funnel may not be drawn."""
    if not sites or any(not s.shown or s.value is None or s.average is None for s in sites):
        return None
    average = float(sites[0].average)
    points = pd.DataFrame(
        {
            "x": [float(s.n) for s in sites],
            "y": [float(s.value) for s in sites],
            "label": [s.site for s in sites],
            "signal": [signal(s.place, direction) for s in sites],
        }
    )
    # The name of the largest site leans to the left: at its right stand those of the limits.
    points["ha"] = np.where(points["x"] > 0.93 * points["x"].max(), "right", "center")
    lines = _limits(sites, average)
    low = min(points["y"].min(), lines["y"].min())
    high = max(points["y"].max(), lines["y"].max())
    room = (high - low) * 0.06
    end = float(points["x"].max())
    names = pd.DataFrame(
        [
            {"x": end * 1.03, "y": average, "label": f"Average {number(average, 1)}%"},
            {
                "x": end * 1.03,
                "y": lines.loc[lines["kind"] == "high998", "y"].iloc[-1],
                "label": "99.8% limit",
            },
            {
                "x": end * 1.03,
                "y": lines.loc[lines["kind"] == "low998", "y"].iloc[-1],
                "label": "99.8% limit",
            },
        ]
    )
    return (
        look.Chart(points, p9.aes("x", "y"))
        + p9.geom_line(p9.aes(group="kind", linetype="level"), data=lines, color=look.QUIET, size=0.6)
        + p9.annotate(
            "segment", x=lines["x"].min(), xend=end, y=average, yend=average, color=look.QUIET, size=0.5
        )
        + p9.geom_point(p9.aes(shape="signal", fill="signal"), color=look.INK, stroke=0.3, size=3)
        + p9.geom_text(p9.aes(label="label", ha="ha"), nudge_y=room * 1.2, size=look.LABEL)
        + p9.geom_text(p9.aes("x", "y", label="label"), data=names, ha="left", size=look.LABEL)
        + p9.scale_shape_manual(look.SHAPES)
        + p9.scale_fill_manual(look.SIGNALS)
        + p9.scale_linetype_manual({"95%": "dotted", "99.8%": "dashed"})
        + p9.scale_x_continuous(
            limits=(float(lines["x"].min()) * 0.7, end * 1.4),
            expand=(0.02, 0),
            labels=lambda ticks: [_people(t, end) for t in ticks],
        )
        + p9.scale_y_continuous(
            limits=(low - room, high + room * 2), labels=lambda ticks: [f"{t:g}%" for t in ticks]
        )
        + p9.xlab("People at the site")
        + look.theme(HEIGHT)
        + look.AXIS_TITLE
    )


def signal(place: str | None, direction: str) -> str:
    """Common, improvement or concern: beyond the outer limit, by which way is better."""
    if place not in ("above_998", "below_998"):
        return "common"
    if direction not in ("increase", "decrease"):
        return "neutral"
    return "improvement" if (place == "above_998") == (direction == "increase") else "concern"


def _people(tick: float, end: float) -> str:
    return number(tick) if tick <= end * 1.05 else ""


def _limits(sites: Sequence[Row], average: float) -> pd.DataFrame:
    """The limits over all sizes, through those of the sites: width² is a line in 1 / n."""
    n = np.array([float(s.n) for s in sites])
    across = np.linspace(n.min() * 0.85, n.max(), 40)
    found = []
    for level, name in (("95%", "95"), ("99.8%", "998")):
        for side in ("low", "high"):
            reach2 = (np.array([float(getattr(s, f"{side}{name}")) for s in sites]) - average) ** 2
            slope, start = np.polyfit(1 / n, reach2, 1) if len(set(n)) > 1 else (0.0, reach2[0])
            width = np.sqrt(np.maximum(start + slope / across, 0))
            y = average + (width if side == "high" else -width)
            found.append(
                pd.DataFrame({"x": across, "y": np.clip(y, 0, 100), "kind": side + name, "level": level})
            )
    return pd.concat(found, ignore_index=True)
