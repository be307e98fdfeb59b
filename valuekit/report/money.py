"""How cost behaves, cost in the prices of one year, and what moved the cost of a pathway."""

from __future__ import annotations

from collections.abc import Sequence

from valuekit.report.audience import Row
from valuekit.report.charts.waterfall import LEVELS, waterfall
from valuekit.report.show import Block, Drawn, Table, Words
from valuekit.report.tables import NOT_SHOWN, table
from valuekit.report.words import about as about_words
from valuekit.report.words import money as words
from valuekit.report.words.measures import signed_difference
from valuekit.report.words.numbers import interval, number, pounds, share


def behaviour(service: str, kinds: Sequence[Row]) -> Block:
    """What would fall if a pathway did not happen, and what touches the patient (``cost_kind``)."""
    by_scheme = {
        scheme: sorted((k for k in kinds if k.scheme == scheme), key=lambda k: k.position)
        for scheme in ("behaviour", "touches_patient")
    }
    text = Words((words.behaviour(by_scheme["behaviour"]), words.touches(by_scheme["touches_patient"])))
    shown = [k for own in by_scheme.values() for k in own]
    if not any(k.per_pathway is not None for k in shown):
        return Block.of(text)
    return Block.of(
        text,
        table(
            f"{service}-cost-kind",
            f"Cost of a pathway by how it behaves, and by what touches the patient, {shown[0].words}.",
            {
                "Kind of cost": [k.name for k in shown],
                "Cost of a pathway": [_at_least(k) for k in shown],
                "95% interval": [
                    interval(k.lower, k.upper, "£").removeprefix("95% interval ") for k in shown
                ],
                "Share": [share(k.share) for k in shown],
                "n": [number(k.n) for k in shown],
            },
            numbers=("Cost of a pathway", "Share", "n"),
        ),
    )


def _at_least(kind: Row) -> str:
    if kind.per_pathway is None:
        return NOT_SHOWN
    return pounds(kind.per_pathway) if kind.complete else f"at least {pounds(kind.per_pathway)}"


def steady_prices(service: str, years: Sequence[Row]) -> Block:
    """Cost in the prices of one year beside cash (``price_cost``)."""
    years = sorted(years, key=lambda y: y.period_start, reverse=True)
    text = Words((words.steady_prices(years), f"Price index: {years[0].source}." if years else ""))
    known = [y for y in years if y.cash is not None]
    if not known:
        return Block.of(text)
    return Block.of(
        text,
        table(
            f"{service}-steady-prices",
            f"Cost of a pathway as posted and in the prices of {known[0].base_year} (95% intervals).",
            {
                "12 months": [y.words for y in known],
                "n": [number(y.n) for y in known],
                "As posted": [_ranged(y.cash, y.cash_lower, y.cash_upper) for y in known],
                f"In prices of {known[0].base_year}": [
                    _ranged(y.real, y.real_lower, y.real_upper) for y in known
                ],
            },
            numbers=("n",),
        ),
    )


def _ranged(value: float, lower: float | None, upper: float | None) -> str:
    return about_words.ranged(pounds(value), lower, upper, "£", 0)


def drivers(service: str, rows: Sequence[Row], figure: Drawn) -> Block:
    """Where the change in the cost of a pathway lies (``cost_driver``): sentences, chart, table."""
    text = Words((words.drivers(rows),))
    shown = [r for r in rows if r.shown and r.amount is not None]
    if not shown:
        return Block.of(text)
    drawn = figure(
        "drivers",
        waterfall(shown),
        "From the spending of one year to that of the next, in whole pounds: what is more goes right, what "
        "is less goes left.",
        words.drivers_alt(shown),
    )
    return Block.of(text, drawn, _drivers_table(service, shown))


def _drivers_table(service: str, rows: Sequence[Row]) -> Table:
    unit = {r.part: r for r in rows if r.basis == "unit"}
    spend = {r.part: r for r in rows if r.basis == "spend"}
    parts = sorted(spend.values(), key=lambda r: r.position)
    # Public amounts are whole pounds; the team's are to the penny, so that a reader can add them up.
    pence = 0 if all(float(r.amount).is_integer() for r in rows) else 2

    def money(row: Row | None) -> str:
        if row is None:
            return ""
        level = row.part in LEVELS
        return pounds(row.amount, pence) if level else signed_difference(row.amount, "£", pence)

    def ends(row: Row | None) -> str:
        return "" if row is None else interval(row.lower, row.upper, "£").removeprefix("95% interval ")

    first = parts[0]
    return table(
        f"{service}-drivers",
        f"Cost in {first.before_words} and in {first.words}, and where the change lies. "
        f"The parts add up to the change{' to the penny' if pence else ''}.",
        {
            "Part": [r.name for r in parts],
            "A pathway": [money(unit.get(r.part)) for r in parts],
            "95% interval": [ends(unit.get(r.part)) for r in parts],
            "All pathways": [money(r) for r in parts],
        },
        numbers=("A pathway", "All pathways"),
        widths=(3.2, 1, 1.6, 1.3),
    )
