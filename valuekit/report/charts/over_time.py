"""A measure over time: an XmR or p′ chart, or a run chart where there are fewer than 12 points."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from datetime import timedelta

import pandas as pd
import plotnine as p9

from valuekit.report.audience import Row
from valuekit.report.charts import look
from valuekit.report.words.measures import target_of, value_of
from valuekit.report.words.numbers import amount

HEIGHT = 3.1


def over_time(measure: Row, series: Sequence[Row], changes: Sequence[Row] = ()) -> p9.ggplot | None:
    """Points, mean, limits, target and dated changes of one measure.

    Parameters
    ----------
    measure
        Row of ``measure``.
    series
        Rows of ``series``, in the order of time. What may not be shown leaves a gap.
    changes
        Rows of ``change`` to mark with a dated line.

    Returns
    -------
    ggplot or None
        None where no point may be shown.
    """
    series = _to_newest_shown(series)
    if not series:
        return None
    points = pd.DataFrame(
        {
            "x": [pd.Timestamp(r.period_start) for r in series],
            "y": [float(r.value) if r.shown and r.value is not None else float("nan") for r in series],
            "signal": [r.signal or "common" for r in series],
        }
    )
    low, high = _range(measure, series, points)
    marked = [c for c in changes if c.date is not None and points["x"].min() < c.date <= points["x"].max()]
    top = high + (high - low) * (0.2 if marked else 0.04)
    start, end = points["x"].min(), points["x"].max()
    lines = _lines(measure, series, start, end)
    chart = look.Chart(points, p9.aes("x", "y"))
    for change in marked:
        chart += p9.geom_vline(xintercept=change.date, linetype="dashed", color=look.INK, size=0.5)
    if len(lines):
        chart += p9.geom_segment(
            p9.aes("x", "y", xend="xend", yend="y", linetype="kind", color="kind"), data=lines, size=0.7
        )
    if points["y"].count() > 1:
        chart += p9.geom_line(p9.aes(group=1), color=look.QUIET, size=0.4, na_rm=True)
    chart += p9.geom_point(
        p9.aes(shape="signal", fill="signal", size="signal"), color=look.INK, stroke=0.3, na_rm=True
    )
    labels = pd.concat(
        [_line_labels(measure, series, end, low, high), _change_labels(marked, start, end, top)]
    )
    if len(labels):
        chart += p9.geom_text(
            p9.aes("x", "y", label="label", ha="ha", va="va"),
            data=labels,
            size=look.LABEL,
            color=look.INK,
            lineheight=0.95,
        )
    return chart + _scales(measure, (start, end), (low, high), top) + look.theme(HEIGHT)


def _scales(
    measure: Row, across: tuple[pd.Timestamp, pd.Timestamp], up: tuple[float, float], top: float
) -> list[object]:
    """Shapes and colours by what a point signals, dates across with room for the lines' names.

    Heights are named over `up`, what is drawn. The room above it, to `top`, is for words: a share of 110%
    in it would name what cannot be.
    """
    start, end = across
    breaks = _breaks(start, end)
    low, high = up
    heights = [at for at in p9.scale_y_continuous(limits=up).get_breaks() if low <= at <= high]
    return [
        p9.scale_shape_manual(look.SHAPES),
        p9.scale_fill_manual(look.SIGNALS),
        p9.scale_size_manual({"common": 1.9, "improvement": 2.6, "concern": 2.6, "neutral": 2.8}),
        p9.scale_linetype_manual({"centre": "solid", "limit": "dashed", "target": "dotted"}),
        p9.scale_color_manual({"centre": look.QUIET, "limit": look.QUIET, "target": look.BLUE}),
        p9.scale_x_datetime(
            breaks=breaks,
            labels=[f"{b:%b}\n{b:%Y}" for b in breaks],
            limits=(start - timedelta(days=15), end + (end - start) * 0.3 + timedelta(days=20)),
            expand=(0, 0),
        ),
        p9.scale_y_continuous(
            breaks=heights,
            limits=(low, top),
            expand=(0.01, 0),
            labels=lambda ticks: _tick_labels(measure, ticks),
        ),
    ]


def _to_newest_shown(series: Sequence[Row]) -> Sequence[Row]:
    """The series without what is not shown at its end: months whose follow-up is still running."""
    shown = [i for i, row in enumerate(series) if row.shown and row.value is not None]
    return series[: shown[-1] + 1] if shown else []


def _range(measure: Row, series: Sequence[Row], points: pd.DataFrame) -> tuple[float, float]:
    """Lowest and highest thing drawn, with room around them."""
    values = list(points["y"].dropna())
    for row in series:
        drawn = (row.lower_limit, row.upper_limit, row.centre, row.target)
        values += [v for v in drawn if v is not None]
    if measure.target is not None:
        values.append(measure.target)
    low, high = min(values), max(values)
    room = (high - low) * 0.06 or abs(high) * 0.1 or 1
    return low - room, high + room


def _lines(measure: Row, series: Sequence[Row], start: pd.Timestamp, end: pd.Timestamp) -> pd.DataFrame:
    """Mean and limits as one segment for each phase, and the target."""
    phases: dict[int, list[Row]] = {}
    for row in series:
        if row.phase is not None and row.centre is not None:
            phases.setdefault(int(row.phase), []).append(row)
    starts = [pd.Timestamp(members[0].period_start) for members in phases.values()]
    found: list[tuple[pd.Timestamp, pd.Timestamp, float | None, str]] = []
    for at, members in enumerate(phases.values()):
        until = starts[at + 1] if at + 1 < len(starts) else end
        found.append((starts[at], until, members[-1].centre, "centre"))
        for column in ("lower_limit", "upper_limit"):
            found += [(*step, "limit") for step in _steps(members, column, until)]
    found += [(*step, "target") for step in _steps(series, "target", end, measure.target)]
    return pd.DataFrame(
        [{"x": x, "xend": xend, "y": float(y), "kind": kind} for x, xend, y, kind in found if y is not None]
    )


def _steps(
    series: Sequence[Row], column: str, end: pd.Timestamp, otherwise: float | None = None
) -> list[tuple[pd.Timestamp, pd.Timestamp, float | None]]:
    """From when to when a line has which height: one long step where it never changes."""
    heights = [getattr(row, column) for row in series]
    if all(height is None for height in heights):
        heights = [otherwise] * len(series)
    found: list[tuple[pd.Timestamp, pd.Timestamp, float | None]] = []
    for row, height in zip(series, heights, strict=True):
        x = pd.Timestamp(row.period_start)
        if found and found[-1][2] == height:
            continue
        if found:
            found[-1] = (found[-1][0], x, found[-1][2])
        found.append((x, end, height))
    return found


def _line_labels(
    measure: Row, series: Sequence[Row], end: pd.Timestamp, low: float, high: float
) -> pd.DataFrame:
    """What the lines are, to the right of the newest point."""
    last = next((r for r in reversed(series) if r.centre is not None), None)
    wanted: list[tuple[float, str]] = []
    if last is not None:
        wanted.append(
            (last.centre, f"{'Median' if last.chart == 'run' else 'Mean'} {value_of(measure, last.centre)}")
        )
        wanted += [
            (y, text)
            for y, text in ((last.upper_limit, "Upper limit"), (last.lower_limit, "Lower limit"))
            if y is not None
        ]
    if measure.target is not None:
        wanted.append((measure.target, f"Target {target_of(measure)}"))
    heights = look.spread([y for y, _ in wanted], (high - low) * 0.085, low, high)
    x = end + pd.Timedelta(days=25)
    return pd.DataFrame(
        [
            {"x": x, "y": y, "label": text, "ha": "left", "va": "center"}
            for y, (_, text) in zip(heights, wanted, strict=True)
        ]
    )


def _change_labels(marked: Sequence[Row], start: pd.Timestamp, end: pd.Timestamp, top: float) -> pd.DataFrame:
    """The dated changes, each on the side of its line that has more room."""
    found = []
    for change in marked:
        left = pd.Timestamp(change.date) > start + (end - start) * 0.6
        text = look.wrapped(f"{change.date:%b %Y}: {change.title or 'service change'}", 26)
        gap = pd.Timedelta(days=-10 if left else 10)
        found.append(
            {"x": change.date + gap, "y": top, "label": text, "ha": "right" if left else "left", "va": "top"}
        )
    return pd.DataFrame(found)


def _breaks(start: pd.Timestamp, end: pd.Timestamp) -> list[pd.Timestamp]:
    """The months to name on the axis: at most six, none beyond the newest point."""
    months = (end.year - start.year) * 12 + end.month - start.month
    step = next(s for s in itertools.chain((1, 2, 3, 6), itertools.count(12, 12)) if months / s <= 5.1)
    return [start + pd.DateOffset(months=m) for m in range(0, months + 1, step)]


def _tick_labels(measure: Row, ticks: Sequence[float]) -> list[str]:
    steps = [abs(b - a) for a, b in itertools.pairwise(ticks)]
    decimals = next(
        (d for d in (0, 1, 2, 3) if all(abs(t * 10**d - round(t * 10**d)) < 1e-6 for t in ticks)), 2
    )
    unit = "" if measure.unit == "days" else measure.unit or ""
    return [amount(t, unit, decimals) for t in ticks] if steps else [value_of(measure, t) for t in ticks]
