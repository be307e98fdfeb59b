"""Options side by side, composite outcomes, dated changes over time and tipping points, as parts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from valuekit.report.audience import Row
from valuekit.report.charts.acceptability import acceptability
from valuekit.report.charts.plane import plane
from valuekit.report.show import Block, Drawn, Item, Points, Shown, Table, Words
from valuekit.report.tables import NOT_SHOWN, table
from valuekit.report.words import about as about_words
from valuekit.report.words import breaks
from valuekit.report.words import economics as words
from valuekit.report.words.measures import signed_difference
from valuekit.report.words.numbers import amount, number, pounds, share


def side_by_side(
    service: str, increments: Sequence[Row], options: Sequence[Row], curve: Sequence[Row], figure: Drawn
) -> Block:
    """Each comparison in sentences; the plane; a table of differences and one of prices."""
    shown = [c for c in words.COMPARISONS if any(i.comparison == c for i in increments)]
    if not shown:
        return Block.of(Words(("There are not yet two years to set side by side.",)))
    items = []
    for comparison in shown:
        rows = [i for i in increments if i.comparison == comparison]
        prices = [p for p in curve if p.comparison == comparison]
        says = next((p.price_says for p in prices if p.price_says), "")
        told = [part for row in rows for part in (words.increment(row), words.ratio(row, says))]
        told.append(words.dominance([o for o in options if o.comparison == comparison]))
        told += [words.best(prices), words.caveat(rows)]
        items.append(Item(" ".join(part for part in told if part), f"{words.COMPARISONS[comparison]}."))
    drawn = figure(
        "plane",
        plane(increments),
        "Difference in cost and in outcome; each ellipse holds 95% of the draws. What each is held against "
        "lies where the axes cross.",
        words.plane_alt(increments),
    )
    return Block.of(
        Points(tuple(items)),
        drawn,
        _differences(service, increments),
        _curve(curve, figure),
        _options(service, options),
        _prices(service, curve),
    )


def _curve(curve: Sequence[Row], figure: Drawn) -> Iterator[Shown]:
    """The acceptability curves of one comparison: of ways of care where some are declared, else of years."""
    found = {c: [p for p in curve if p.comparison == c] for c in ("options", "year")}
    for comparison, rows in found.items():
        chart = acceptability(rows)
        if chart is not None:
            yield figure(
                "acceptability",
                chart,
                f"{words.COMPARISONS[comparison]}: share of draws in which each has the highest net benefit, "
                f"by what {rows[0].price_says or 'one more good outcome'} is thought worth. The broad band "
                "runs along the one with the highest mean.",
                words.acceptability_alt(rows),
            )
            return


def _options(service: str, options: Sequence[Row]) -> Iterator[Table]:
    """Cost and outcome of each way of care, and what dominance leaves of them."""
    rows = sorted(
        (o for o in options if o.comparison == "options" and o.shown and o.status), key=lambda o: o.position
    )
    if not rows:
        return
    yield table(
        f"{service}-options",
        "Ways of care: what each cost and achieved, whether it is worth having at some price, and pounds for "
        "one more good outcome against the one before it (95% interval).",
        {
            "Way of care": [o.option_words or o.option for o in rows],
            "n": [number(o.n) for o in rows],
            "Known": [share(o.completeness) for o in rows],
            "Cost of a pathway": [pounds(o.cost) for o in rows],
            "Outcome": [amount(o.outcome, "%", 1) for o in rows],
            "Worth having": [words.STATUS.get(o.status, o.status) for o in rows],
            "For one more": [words.step(o) for o in rows],
        },
        numbers=("n", "Known", "Cost of a pathway", "Outcome"),
    )


def _differences(service: str, increments: Sequence[Row]) -> Iterator[Table]:
    """What each costs and achieves more; then where the draws lie, as both at once are too wide for paper."""
    rows = [i for i in increments if i.shown]
    if not rows:
        return
    held = {"Held against each other": [f"{i.option_words} against {i.against_words}" for i in rows]}
    yield table(
        f"{service}-increments",
        "Differences in cost and outcome, and pounds for one more good outcome (95% intervals).",
        held
        | {
            "n": [f"{number(i.n)} and {number(i.against_n)}" for i in rows],
            "Known": [f"{share(i.completeness)} and {share(i.against_completeness)}" for i in rows],
            "Cost": [_ranged(i.cost_difference, i.cost_lower, i.cost_upper, "£", 0) for i in rows],
            "Outcome": [
                _ranged(i.outcome_difference, i.outcome_lower, i.outcome_upper, "%", 1) for i in rows
            ],
            "For one more": [words.ratio_cell(i) for i in rows],
        },
    )
    yield table(
        f"{service}-quarters",
        "Share of draws in each quarter of the chart.",
        held | {words.SHORT[name]: [share(getattr(i, name)) for i in rows] for name in words.QUADRANTS},
        numbers=tuple(words.SHORT.values()),
    )


def _ranged(value: float | None, lower: float | None, upper: float | None, unit: str, decimals: int) -> str:
    if value is None:
        return NOT_SHOWN
    return about_words.ranged(signed_difference(value, unit, decimals), lower, upper, unit, decimals)


MOST_PRICES = 6
"""Prices in a table; the chart has all."""


def _prices(service: str, curve: Sequence[Row]) -> Iterator[Table]:
    """Net benefit over the range of prices: of each option against the first, and which is best."""
    for comparison in words.COMPARISONS:
        rows = [p for p in curve if p.comparison == comparison and None not in (p.price, p.probability)]
        prices = sorted({p.price for p in rows})
        best = {p.price: p for p in rows if p.best}
        first = next((p for p in rows if p.gain is None), None)
        if first is None or set(best) != set(prices):
            continue
        chosen = prices[:: -(-len(prices) // MOST_PRICES)]
        others = list(dict.fromkeys(p.option for p in rows if p.option != first.option))
        at = {(p.price, p.option): p for p in rows}
        columns = {"At a price of": [pounds(price) for price in chosen]}
        for option in others:
            words_of = next(p.option_words or option for p in rows if p.option == option)
            columns[f"Net benefit of {words_of}"] = [_gain(at.get((price, option))) for price in chosen]
        columns["Highest net benefit"] = [best[p].option_words or best[p].option for p in chosen]
        columns["Share of draws"] = [share(best[p].probability) for p in chosen]
        yield table(
            f"{service}-prices-{comparison}",
            f"{words.COMPARISONS[comparison]}: what {rows[0].price_says or 'one more good outcome'} may be "
            f"thought worth, the net benefit of a pathway more or less than of {first.option_words} (95% "
            "interval), and the option with the highest. The prices are a range to look at; nobody has set "
            "one.",
            columns,
            numbers=("Share of draws",),
        )


def _gain(row: Row | None) -> str:
    if row is None or row.gain is None:
        return NOT_SHOWN
    return _ranged(row.gain, row.gain_lower, row.gain_upper, "£", 0)


def composite(service: str, rows: Sequence[Row], parts: Sequence[Row]) -> Block:
    """The composite outcome with its weights; nothing where none is declared."""
    text = words.composite(rows, parts)
    if not text:
        return Block(())
    known = [p for p in sorted(parts, key=lambda p: p.position) if p.shown and p.weight is not None]
    if not known:
        return Block.of(Words((text,)))
    return Block.of(
        Words((text,)),
        table(
            f"{service}-composite",
            "The parts of the composite outcome: patients' weights (95% interval), and the result from 0 to "
            "100.",
            {
                "Part": [p.name for p in known],
                "Weight": [
                    about_words.ranged(number(p.weight, 2), p.weight_lower, p.weight_upper, "", 2)
                    for p in known
                ],
                "Patients who rated it": [number(p.raters) for p in known],
                "Result": [number(p.value) for p in known],
                "n": [number(p.n) for p in known],
            },
            numbers=("Patients who rated it", "Result", "n"),
        ),
    )


def over_time(service: str, found: Sequence[Row], changes: Sequence[Row], measures: Sequence[Row]) -> Block:
    """Each dated change as a step and a change of slope of its measure."""
    by_name, dates = {m.measure: m for m in measures}, {c.change: c for c in changes}
    rows = [r for r in found if r.measure in by_name and r.change in dates]
    if not rows:
        return Block(())
    told = Points(
        tuple(
            Item(breaks.interrupted(r, by_name[r.measure], dates[r.change].date), f"{dates[r.change].title}.")
            for r in rows
        )
    )
    known = [r for r in rows if r.shown]
    if not known:
        return Block.of(told)
    cells = [(r, by_name[r.measure]) for r in known]
    return Block.of(
        told,
        table(
            f"{service}-interrupted",
            "Step and change of slope at the date (95% intervals), by segmented regression on the points of "
            "the chart.",
            {
                "Change": [dates[r.change].title or "Service change" for r in known],
                "Measure": [m.name for _, m in cells],
                "Points before and after": [
                    f"{number(r.points_before)} and {number(r.points_after)}" for r in known
                ],
                "Step": [
                    _ranged(r.level, r.level_lower, r.level_upper, m.unit, m.decimals or 0) for r, m in cells
                ],
                "Change of slope": [
                    _ranged(r.slope, r.slope_lower, r.slope_upper, m.unit, (m.decimals or 0) + 1)
                    for r, m in cells
                ],
            },
        ),
    )


def tipping(rows: Sequence[Row]) -> Block:
    """Tipping points of cost, for the clinical team."""
    return Block.of(Points(tuple(Item(breaks.tipping(row)) for row in rows))) if rows else Block(())
