"""The cost-effectiveness plane: difference in cost against difference in outcome, each with its ellipse."""

from __future__ import annotations

from collections.abc import Sequence
from math import cos, pi, sin, sqrt

import pandas as pd
import plotnine as p9

from valuekit.report.audience import Row
from valuekit.report.charts import look
from valuekit.report.words.numbers import number, pounds

REACH = 2.4477
"""Standard errors to the edge of the ellipse that holds 95% of the draws: the root of chi-squared, 2
degrees."""

CORNERS = 61
LABELS = {"now": "Newest\n12 months", "most": "Most\ndeprived"}


def plane(rows: Sequence[Row]) -> p9.ggplot | None:
    """Each option as a point with an ellipse; what it is held against lies at the crossing of the axes."""
    needed = ("cost_difference", "outcome_difference", "cost_se", "outcome_se")
    shown = [r for r in rows if r.shown and all(getattr(r, name) is not None for name in needed)]
    if not shown:
        return None
    edges = pd.concat([_ellipse(row) for row in shown], ignore_index=True)
    points = pd.DataFrame(
        {
            "x": [float(r.outcome_difference) for r in shown],
            "y": [float(r.cost_difference) for r in shown],
            "label": [LABELS.get(r.option, look.wrapped(r.option_words or r.option, 16)) for r in shown],
        }
    )
    left, right = min(edges["x"].min(), 0.0), max(edges["x"].max(), 0.0)
    low, high = min(edges["y"].min(), 0.0), max(edges["y"].max(), 0.0)
    wide, tall = (right - left) or 1.0, (high - low) or 1.0
    corners = pd.DataFrame(
        {
            "x": [left - wide * 0.12, right + wide * 0.12] * 2,
            "y": [high + tall * 0.2] * 2 + [low - tall * 0.2] * 2,
            "label": ["Dearer, worse", "Dearer, better", "Cheaper, worse", "Cheaper, better"],
            "ha": ["left", "right"] * 2,
            "va": ["top"] * 2 + ["bottom"] * 2,
            "ink": look.QUIET,
        }
    )
    texts = pd.concat([corners, _names(points, wide, tall)], ignore_index=True)
    return (
        look.Chart(edges, p9.aes("x", "y"))
        + p9.geom_vline(xintercept=0, color=look.INK, size=0.5)
        + p9.geom_hline(yintercept=0, color=look.INK, size=0.5)
        + p9.geom_polygon(p9.aes(group="option"), fill=look.PALE_BLUE, alpha=0.3, color=look.BLUE, size=0.5)
        + p9.geom_point(data=points, color=look.BLUE, size=2.6)
        + p9.geom_text(
            p9.aes(label="label", ha="ha", va="va", color="ink"), data=texts, size=look.LABEL, lineheight=0.95
        )
        + p9.scale_color_identity()
        + p9.scale_x_continuous(
            labels=lambda ticks: [_signed(number(t, 0 if wide > 4 else 1)) for t in ticks],
            limits=(left - wide * 0.12, right + wide * 0.12),
            name="Difference in outcome, percentage points",
        )
        + p9.scale_y_continuous(
            labels=lambda ticks: [_signed(pounds(t)) for t in ticks],
            limits=(low - tall * 0.2, high + tall * 0.2),
        )
        + look.theme(3.2)
        + look.AXIS_TITLE
    )


def _names(points: pd.DataFrame, wide: float, tall: float) -> pd.DataFrame:
    """Each point's name above it, or below where another point stands close above."""
    found = []
    for at, point in points.iterrows():
        rest = points.drop(index=at)
        near = (rest["x"] - point["x"]).abs().lt(wide * 0.35) & (rest["y"] - point["y"]).abs().lt(tall * 0.25)
        # Of two that are level the later one is named below.
        higher = (rest["y"] > point["y"]) | ((rest["y"] == point["y"]) & (rest.index < at))
        below = bool((near & higher).any())
        found.append(
            {
                "x": point["x"],
                "y": point["y"] + tall * (-0.03 if below else 0.03),
                "label": point["label"],
                "ha": "center",
                "va": "top" if below else "bottom",
                "ink": look.INK,
            }
        )
    return pd.DataFrame(found)


def _signed(text: str) -> str:
    return text if text.startswith("−") or not text.strip("£0.") else f"+{text}"


def _ellipse(row: Row) -> pd.DataFrame:
    """Edge of the ellipse, from the two standard errors and how they go together."""
    together = min(max(float(row.correlation or 0.0), -1.0), 1.0)
    apart = sqrt(1 - together**2)
    turns = [2 * pi * i / (CORNERS - 1) for i in range(CORNERS)]
    return pd.DataFrame(
        {
            "x": [row.outcome_difference + REACH * row.outcome_se * cos(t) for t in turns],
            "y": [
                row.cost_difference + REACH * row.cost_se * (together * cos(t) + apart * sin(t))
                for t in turns
            ],
            "option": f"{row.comparison}-{row.option}",
        }
    )
