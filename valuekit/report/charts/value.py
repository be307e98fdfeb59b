"""Value: outcome and cost of two years, side by side and never as one number alone."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import plotnine as p9

from valuekit.report.audience import Row
from valuekit.report.charts import look
from valuekit.report.words.numbers import number, pounds


def value(years: Sequence[Row]) -> p9.ggplot | None:
    """Outcome (upwards) against cost of a pathway (to the right), with both intervals (rows of ``value``).

    The newest year is a filled dot, earlier ones are open; each is named on the chart.
    """
    shown = sorted(
        (
            y
            for y in years
            if None not in (y.outcome, y.outcome_lower, y.outcome_upper, y.cost, y.cost_lower, y.cost_upper)
        ),
        key=lambda y: y.period_start,
    )
    if not shown:
        return None
    table = pd.DataFrame([{k: float(getattr(y, k)) for k in _NUMBERS} for y in shown])
    table["age"] = ["before"] * (len(shown) - 1) + ["now"]
    table["label"] = [look.wrapped(y.words or "", 18) for y in shown]
    across = table["cost_upper"].max() - table["cost_lower"].min() or 1.0
    rightmost = table["cost"].idxmax()
    table["ha"] = ["left" if i == rightmost else "right" for i in table.index]
    table["label_x"] = [c + across * (0.02 if i == rightmost else -0.02) for i, c in table["cost"].items()]
    # The better outcome is named at the top of its line and the other at the foot: labels never meet.
    highest = table["outcome"].idxmax()
    table["va"] = ["top" if i == highest else "bottom" for i in table.index]
    table["label_y"] = [
        row.outcome_upper if i == highest else row.outcome_lower for i, row in table.iterrows()
    ]
    low, high = table["outcome_lower"].min(), table["outcome_upper"].max()
    up = (high - low) or 1.0
    return (
        look.Chart(table, p9.aes("cost", "outcome"))
        + p9.geom_segment(
            p9.aes("cost_lower", "outcome", xend="cost_upper", yend="outcome"), color=look.QUIET, size=0.7
        )
        + p9.geom_segment(
            p9.aes("cost", "outcome_lower", xend="cost", yend="outcome_upper"), color=look.QUIET, size=0.7
        )
        + p9.geom_point(p9.aes(fill="age"), color=look.BLUE, size=3.6, stroke=0.9)
        + p9.geom_text(
            p9.aes("label_x", "label_y", label="label", ha="ha", va="va"),
            size=look.LABEL,
            lineheight=0.95,
        )
        + p9.scale_fill_manual({"now": look.BLUE, "before": look.PAPER})
        + p9.scale_x_continuous(
            labels=lambda ticks: [pounds(t) for t in ticks],
            limits=(table["cost_lower"].min() - across * 0.25, table["cost_upper"].max() + across * 0.25),
            name="Mean cost of a pathway",
        )
        + p9.scale_y_continuous(
            labels=lambda ticks: [f"{number(t, 0 if up > 4 else 1)}%" for t in ticks],
            limits=(low - up * 0.05, high + up * 0.05),
            expand=(0.05, 0),
        )
        + look.theme(3.0)
        + p9.theme(panel_grid_major_x=p9.element_line(color=look.GRID, size=0.5))
        + look.AXIS_TITLE
    )


_NUMBERS = ("outcome", "outcome_lower", "outcome_upper", "cost", "cost_lower", "cost_upper")
