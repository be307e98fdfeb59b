"""Published figures of one unit beside what they stand against: dots, rings, intervals where known."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.axes import Axes

from valuekit.report.audience import Row
from valuekit.report.charts import look
from valuekit.report.words import learning as words

ROW, LABELS = 0.62, 2.1
"""Inches of one figure's height, and of the room for its name."""


def chartable(figures: Sequence[Row]) -> dict[str, list[Row]]:
    """Figures that a chart tells something of, by unit: those compared, and shares with an interval."""
    by_unit: dict[str, list[Row]] = {}
    for row in figures:
        if row.against_figure is not None or row.lower is not None:
            by_unit.setdefault(row.unit, []).append(row)
    return by_unit


def published(figures: Sequence[Row]) -> str:
    """The chart of figures of one unit, as an SVG: shares from 0 to 100%, others from nought."""
    unit = figures[0].unit
    values = [v for row in figures for v in _numbers(row)]
    high = 100.0 if unit == "%" else max(values) * 1.08
    low = min(0.0, min(values) * 1.08)
    height = 0.45 + ROW * len(figures)

    def draw(axes: Axes) -> None:
        axes.set_position(
            (LABELS / look.WIDTH, 0.36 / height, 1 - (LABELS + 0.25) / look.WIDTH, 1 - 0.45 / height)
        )
        for at, row in enumerate(figures):
            _row(axes, -at, row, low, high)
        axes.set_xlim(low, high)
        axes.set_ylim(-len(figures) + 0.45, 0.55)
        axes.set_yticks([-i for i in range(len(figures))], [look.wrapped(r.measure, 22) for r in figures])
        ticks = [0, 25, 50, 75, 100] if unit == "%" else [low, high / 1.08] if low else [0, high / 1.08]
        axes.set_xticks(ticks, [words.amount(t, unit) for t in ticks])
        axes.tick_params(length=0, labelsize=look.TEXT, labelcolor=look.INK)
        axes.grid(axis="x", color=look.GRID, linewidth=0.8)
        axes.set_axisbelow(True)
        for side in axes.spines.values():
            side.set_visible(False)

    return look.drawn(look.WIDTH, height, draw)


def _numbers(row: Row) -> list[float]:
    found = (row.figure, row.upper, row.lower, row.against_figure, row.against_upper, row.against_lower)
    return [v for v in found if v is not None]


def _row(axes: Axes, y: float, row: Row, low: float, high: float) -> None:
    """One figure: a line between both, intervals as bars, the numbers above their marks."""
    if row.against_figure is not None:
        axes.plot([row.figure, row.against_figure], [y, y], color=look.GRID, linewidth=3, zorder=1)
        _mark(axes, y, row.against_figure, row.against_lower, row.against_upper, row, hollow=True)
    _mark(axes, y, row.figure, row.lower, row.upper, row, hollow=False)
    near = row.against_figure is not None and abs(row.figure - row.against_figure) < (high - low) * 0.16
    for value, other in ((row.figure, row.against_figure), (row.against_figure, row.figure)):
        if value is None:
            continue
        # Numbers of marks that stand close together lean away from each other.
        side = "center" if not near else "right" if value < other else "left"
        side = "left" if value - low < (high - low) * 0.05 else side
        side = "right" if high - value < (high - low) * 0.05 else side
        axes.annotate(
            words.amount(value, row.unit),
            (value, y),
            (0, 9),
            textcoords="offset points",
            ha=side,
            va="bottom",
            fontsize=look.LABEL,
            color=look.INK if value == row.figure else look.QUIET,
        )


def _mark(
    axes: Axes, y: float, value: float, lower: float | None, upper: float | None, row: Row, hollow: bool
) -> None:
    colour = look.QUIET if hollow else look.BLUE
    if lower is not None and upper is not None:
        axes.plot([lower, upper], [y, y], color=colour, linewidth=1.6, zorder=2)
    axes.plot(
        [value],
        [y],
        linestyle="none",
        marker="o",
        markersize=8,
        markerfacecolor=look.PAPER if hollow else colour,
        markeredgecolor=colour,
        markeredgewidth=1.8,
        zorder=3,
    )
