"""The programme over time, and how far each assumption moves its worth."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import plotnine as p9

from valuekit.report.audience import Row
from valuekit.report.charts import look
from valuekit.report.words.numbers import pounds


def cumulative(months: Sequence[Row], summary: Row | None) -> p9.ggplot | None:
    """Discounted benefits less costs so far: a full line for what is booked, broken for what is forecast."""
    known = [m for m in months if m.cumulative is not None]
    if len(known) < 2 or summary is None:
        return None
    table = pd.DataFrame(
        {"x": [pd.Timestamp(m.period_start) for m in known], "y": [m.cumulative for m in known]}
    )
    turn = max((i for i, m in enumerate(known) if m.basis in ("actual", "both")), default=0)
    pieces = [table.iloc[: turn + 1].assign(kind="solid"), table.iloc[turn:].assign(kind="dashed")]
    lines = pd.concat([piece for piece in pieces if len(piece) > 1])
    low, high = min(table["y"].min(), 0.0), max(table["y"].max(), 0.0)
    chart = (
        look.Chart(lines, p9.aes("x", "y"))
        + p9.geom_hline(yintercept=0, color=look.INK, size=0.5)
        + p9.geom_line(p9.aes(linetype="kind"), color=look.BLUE, size=1)
        + p9.scale_linetype_identity()
        + p9.scale_y_continuous(
            labels=lambda ticks: [short(t) for t in ticks],
            limits=(low - 0.2 * (high - low) - 1, high + 0.2 * (high - low) + 1),
        )
        + p9.scale_x_datetime(date_breaks="1 year", date_labels="%Y")
        + look.theme(2.9)
    )
    labels = _labels(table, turn, summary)
    return chart + [
        p9.geom_text(p9.aes("x", "y", label="label"), data=labels[labels["ha"] == ha], size=look.LABEL, ha=ha)
        for ha in labels["ha"].unique()
    ]


def _labels(table: pd.DataFrame, turn: int, summary: Row) -> pd.DataFrame:
    """Words on the line, each on the side where the line is not."""
    room = max(table["y"].max(), 0.0) - min(table["y"].min(), 0.0)
    gap = pd.Timedelta(days=25)
    rows = []
    if turn > 0:
        rows.append((table["x"][turn // 2], table["y"][: turn + 1].min() - 0.07 * room, "booked", "center"))
    if turn < len(table) - 1:
        middle = (turn + len(table) - 1) // 2
        rows.append((table["x"][middle] + gap, table["y"][middle] - 0.06 * room, "forecast", "left"))
    if summary.break_even is not None:
        at = pd.Timestamp(summary.break_even) - gap
        rows.append((at, 0.1 * room, f"costs covered\n{summary.break_even_words}", "right"))
    return pd.DataFrame(rows, columns=["x", "y", "label", "ha"])


def short(value: float) -> str:
    """``£0.5m``, ``−£250k``: an amount on an axis."""
    size = abs(value)
    text = f"£{size / 1e6:.1f}m" if size >= 1e6 else f"£{size / 1e3:.0f}k" if size >= 1e3 else pounds(size)
    return f"−{text}" if value < 0 else text


def tornado(cases: Sequence[Row], summary: Row | None) -> p9.ggplot | None:
    """Net present value with one assumption moved: a bar each, from its low to its high setting.

    The widest stands at the top. The line is the value as assumed.
    """
    known = [case for case in cases if case.npv is not None]
    if not known or summary is None or summary.npv is None:
        return None
    names = list(dict.fromkeys(case.assumption for case in known))
    ends = {name: [c for c in known if c.assumption == name] for name in names}
    names.sort(key=lambda name: -_width(ends[name], summary.npv))
    rows = [
        {"y": -place, "from": summary.npv, "npv": case.npv, "label": case.setting, "side": case.side}
        for place, name in enumerate(names)
        for case in ends[name]
    ]
    table = pd.DataFrame(rows)
    room = max(table["npv"].max(), summary.npv) - min(table["npv"].min(), summary.npv) or 1.0
    table["fill"] = table["side"].map({"low": look.PALE_BLUE, "high": look.BLUE})
    right = table["npv"] >= summary.npv
    parts = [
        p9.geom_text(
            p9.aes("npv", "y", label="label"), data=table[own], ha=ha, nudge_x=nudge, size=look.LABEL
        )
        for own, ha, nudge in ((right, "left", 0.02 * room), (~right, "right", -0.02 * room))
        if own.any()
    ]
    low, high = table["npv"].min() - 0.5 * room, table["npv"].max() + 0.5 * room
    return (
        look.Chart(table)
        + p9.geom_rect(p9.aes(xmin="from", xmax="npv", ymin="y - 0.33", ymax="y + 0.33", fill="fill"))
        + p9.scale_fill_identity()
        + p9.geom_vline(xintercept=summary.npv, color=look.INK, size=0.6)
        + parts
        + p9.scale_x_continuous(limits=(low, high), labels=lambda ticks: [short(t) for t in ticks])
        + p9.scale_y_continuous(
            breaks=[-i for i in range(len(names))],
            labels=[look.wrapped(ends[name][0].name, 14) for name in names],
            expand=(0.04, 0),
        )
        + look.theme(0.6 + 0.52 * len(names))
        + p9.theme(panel_grid_major_y=p9.element_blank())
    )


def _width(ends: Sequence[Row], centre: float) -> float:
    values = [case.npv for case in ends] + [centre]
    return max(values) - min(values)
