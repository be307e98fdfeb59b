"""The look that all charts share, and how a chart becomes an SVG."""

from __future__ import annotations

import io
import re
import textwrap
from collections.abc import Callable, Sequence
from copy import deepcopy
from functools import cache

import font_source_sans_pro
import matplotlib
import pandas as pd
import plotnine as p9
from matplotlib import font_manager
from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure as MatplotlibFigure

from valuekit.report.charts.one_panel import OneFacet, OnePanel
from valuekit.report.kept import kept

FONTS = ["Source Sans Pro", "DejaVu Sans"]
INK, QUIET, GRID, PAPER = "#212b32", "#4c6272", "#d8dde0", "#ffffff"
BLUE, PALE_BLUE = "#005eb8", "#7fb2e0"
SIGNALS = {"common": "#a6a6a6", "improvement": "#00b0f0", "concern": "#e46c0a", "neutral": "#490092"}
"""Colours of NHS England's *Making Data Count*; each goes with a shape of its own."""
SHAPES = {"common": "o", "improvement": "s", "concern": "D", "neutral": "^"}

WIDTH, TEXT, LABEL = 5.0, 11.0, 10.0
"""Inches, and points of the axes' text and of labels on the chart: still 8 px high on a phone of 320 px."""

_RC = {
    "svg.fonttype": "none",  # text stays text: selectable, small, in the page's own font
    "svg.hashsalt": "valuekit",  # the same chart has the same ids
    "font.family": FONTS,
    "path.simplify": False,
}
_NO_LEGEND = dict.fromkeys(("alpha", "color", "fill", "linetype", "shape", "size", "stroke"), "none")
_NAME = re.compile(r"[A-Za-z_]\w*")
AXIS_TITLE = p9.theme(axis_title_x=p9.element_text(color=QUIET, size=TEXT, margin={"t": 4}))
"""For the few charts whose axis does not explain itself."""


@cache
def _fonts_ready() -> None:
    for name in ("SourceSansPro", "SourceSansProSemibold", "SourceSansProBold"):
        font_manager.fontManager.addfont(font_source_sans_pro.font_files_ttf[name])


@cache
def theme(height: float) -> p9.theme:
    """The theme of a chart `height` inches high."""
    return p9.theme_void() + p9.theme(
        figure_size=(WIDTH, height),
        text=p9.element_text(family=FONTS, size=TEXT, color=INK),
        axis_text=p9.element_text(color=INK, size=TEXT),
        axis_text_x=p9.element_text(margin={"t": 4}),
        axis_text_y=p9.element_text(margin={"r": 4}, ha="right"),
        axis_title=p9.element_blank(),
        panel_grid_major_y=p9.element_line(color=GRID, size=0.5),
        plot_margin=0.015,
    )


class Chart(p9.ggplot):
    """A chart without a legend that is put together in place: plotnine copies all of it for each part."""

    def __add__(self, part: object) -> Chart:
        """The chart itself, with `part`."""
        for each in part if isinstance(part, Sequence) else [part]:
            if isinstance(each, p9.theme) and not each.complete and self.theme is not None:
                # Many charts share a theme; `+=` would change it for all of them.
                self.theme = self.theme + each
            else:
                self += each
        return self

    def __deepcopy__(self, memo: dict[int, object]) -> Chart:
        """The chart itself: plotnine copies what it draws, for a ``last_plot`` that nobody asks for."""
        return self

    def draw(self, *, show: bool = False) -> MatplotlibFigure:
        """As plotnine draws it, by the shorter way where there is one panel."""
        self.guides = p9.guides(**_NO_LEGEND)
        if isinstance(self.facet, p9.facet_null):
            self.facet, self.layout = OneFacet(), OnePanel()
        return super().draw(show=show)


def wrapped(text: str, width: int) -> str:
    """`text` in lines of at most `width` characters."""
    return "\n".join(textwrap.wrap(text, width, break_long_words=False)) or text


def spread(wanted: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """Heights for labels: near `wanted`, in the same order, at least `gap` apart, from `low` to `high`.

    Labels keep their place where they can; where they cannot all fit, they are evenly spaced.
    """
    order = sorted(range(len(wanted)), key=lambda i: wanted[i])
    if not order:
        return []
    gap = min(gap, (high - low) / max(len(order) - 1, 1))
    placed: list[float] = []
    for rank, i in enumerate(order):
        least = low + rank * gap if not placed else placed[-1] + gap
        placed.append(max(wanted[i], least))
    ceiling = high
    for rank in range(len(placed) - 1, -1, -1):
        placed[rank] = min(placed[rank], ceiling)
        ceiling = placed[rank] - gap
    result = [0.0] * len(order)
    for rank, i in enumerate(order):
        result[i] = placed[rank]
    return result


def svg(chart: p9.ggplot) -> str:
    """The chart as an SVG that can stand in a page: no metadata, no style element, no fixed background."""
    return kept("charts", _described(chart), lambda: _drawn(chart))


def _drawn(chart: p9.ggplot) -> str:
    _fonts_ready()
    # What is drawn writes into its theme, which is another chart's too, and part of what charts are kept by.
    chart.theme = deepcopy(chart.theme)
    # Arrow is quick with long columns of text; a chart's are short, and there are many.
    with matplotlib.rc_context(_RC), pd.option_context("mode.string_storage", "python"):
        figure = chart.draw()
        try:
            return _saved(figure)
        finally:
            matplotlib.pyplot.close(figure)


def _described(chart: p9.ggplot) -> list[object]:
    """All that the chart depends on: of the place where it was made, only the names that it uses."""
    parts = {name: part for name, part in vars(chart).items() if name not in ("environment", "_build_objs")}
    mappings = [chart.mapping, *(layer.mapping for layer in chart.layers)]
    said = " ".join(str(value) for mapping in mappings for value in dict(mapping or {}).values())
    there = dict(chart.environment.namespaces[0])
    return [parts, {name: there[name] for name in sorted(set(_NAME.findall(said))) if name in there}]


def drawn(width: float, height: float, draw: Callable[[Axes], None]) -> str:
    """A chart that `draw` puts onto bare axes, `width` by `height` inches, as :func:`svg` gives one.

    For charts of a few marks: plotnine takes ten times as long to say as much.
    """

    def draw_now() -> str:
        _fonts_ready()
        with matplotlib.rc_context(_RC):
            figure = MatplotlibFigure(figsize=(width, height))
            draw(figure.add_axes((0, 0, 1, 1)))
            return _saved(figure)

    return kept("charts", [width, height, draw], draw_now)


def _saved(figure: MatplotlibFigure) -> str:
    """`figure` as SVG on no ground. By its canvas, as ``savefig`` would first draw it once for nothing."""
    for ground in (figure.patch, *(axes.patch for axes in figure.axes)):
        ground.set(facecolor="none", edgecolor="none")
    buffer = io.StringIO()
    nothing = {"Date": None, "Creator": None, "Format": None, "Type": None}
    FigureCanvasSVG(figure).print_svg(buffer, metadata=nothing)
    return _clean(buffer.getvalue())


_LEAVE_OUT = (
    re.compile(r"^.*?(?=<svg)", re.S),  # XML and DOCTYPE lines
    re.compile(r"<metadata>.*?</metadata>\s*", re.S),
    re.compile(r"<defs>\s*<style[^>]*>.*?</style>\s*</defs>\s*", re.S),  # would style the whole page
)


def _clean(text: str) -> str:
    for pattern in _LEAVE_OUT:
        text = pattern.sub("", text, count=1)
    return text.replace("<svg ", '<svg stroke-linejoin="round" stroke-linecap="butt" ', 1)
