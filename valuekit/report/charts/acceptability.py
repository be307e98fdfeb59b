"""Acceptability curves: how often each option has the highest net benefit, by what an outcome is worth."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

import pandas as pd
import plotnine as p9

from valuekit.report.audience import Row
from valuekit.report.charts import look
from valuekit.report.words.numbers import pounds

LINES = ("solid", "dashed", "dotted", "dashdot")
"""One for each option, so that no line is told by colour alone."""

LABELS = {"now": "Newest\n12 months", "before": "12 months\nbefore"}


def acceptability(rows: Sequence[Row]) -> p9.ggplot | None:
    """A line for each option of one comparison (``acceptability``); the broad band is the frontier.

    The frontier runs along the option with the highest mean net benefit, and leaps where that changes.
    """
    known = sorted((r for r in rows if None not in (r.price, r.probability)), key=lambda r: r.price)
    options = list(dict.fromkeys(r.option for r in known))
    prices = sorted({r.price for r in known})
    if len(options) < 2 or len(prices) < 2:
        return None
    table = pd.DataFrame(
        {
            "price": [r.price for r in known],
            "share": [r.probability for r in known],
            "option": [r.option for r in known],
            "line": [LINES[options.index(r.option) % len(LINES)] for r in known],
        }
    )
    wide = prices[-1] - prices[0]
    named = _names(known, options, prices[-1]).assign(x=prices[-1] + 0.03 * wide)
    return (
        look.Chart(table, p9.aes("price", "share"))
        + p9.geom_line(p9.aes(group="run"), data=frontier(known), color=look.PALE_BLUE, size=3.4)
        + p9.geom_line(p9.aes(group="option", linetype="line"), color=look.INK, size=0.8)
        + p9.scale_linetype_identity()
        + p9.geom_text(
            p9.aes("x", "y", label="label"), data=named, ha="left", size=look.LABEL, lineheight=0.95
        )
        + p9.scale_y_continuous(
            limits=(-0.04, 1.04), expand=(0, 0), breaks=[0, 0.5, 1], labels=["0%", "50%", "100%"]
        )
        + p9.scale_x_continuous(
            limits=(prices[0] - 0.02 * wide, prices[-1] + 0.42 * wide),
            expand=(0, 0),
            breaks=[prices[0], (prices[0] + prices[-1]) / 2, prices[-1]],
            labels=lambda ticks: [pounds(t) for t in ticks],
            name="What one more good outcome is thought worth",
        )
        + look.theme(2.7)
        + look.AXIS_TITLE
    )


def frontier(rows: Sequence[Row]) -> pd.DataFrame:
    """Price and probability of the option that is best at each price: a run for each stretch of one option.

    A run of one price is drawn half way towards its neighbours, as a line of one point would not be seen.
    """
    best = sorted((r for r in rows if r.best), key=lambda r: r.price)
    found = []
    for run, (_, members) in enumerate(groupby(best, key=lambda r: r.option)):
        own = list(members)
        points = [(r.price, r.probability) for r in own]
        if len(points) == 1:
            curve = {r.price: r.probability for r in rows if r.option == own[0].option}
            points = _stub(curve, own[0].price)
        found += [{"price": price, "share": share, "run": str(run)} for price, share in points]
    return pd.DataFrame(found, columns=["price", "share", "run"])


def _stub(curve: dict[float, float], at: float) -> list[tuple[float, float]]:
    prices = sorted(curve)
    place = prices.index(at)
    near = [prices[i] for i in (place - 1, place + 1) if 0 <= i < len(prices)]
    ends = [((at + p) / 2, (curve[at] + curve[p]) / 2) for p in near]
    return sorted([*ends, (at, curve[at])])


def _names(rows: Sequence[Row], options: Sequence[str], last: float) -> pd.DataFrame:
    """Each option's name at the end of its line, moved apart where two lines end close together."""
    ends = {r.option: r for r in rows if r.price == last}
    shown = [ends[o] for o in options if o in ends]
    heights = look.spread([r.probability for r in shown], 0.24, 0.05, 0.95)
    labels = [LABELS.get(r.option) or look.wrapped(r.option_words or r.option, 16) for r in shown]
    return pd.DataFrame({"y": heights, "label": labels})
