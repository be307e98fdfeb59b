"""Sentences about how cost behaves, cost in the prices of one year, and what moved the cost of a pathway."""

from __future__ import annotations

from collections.abc import Sequence

from valuekit.report.audience import Row
from valuekit.report.words import compare
from valuekit.report.words.measures import interval_of_difference, signed_difference
from valuekit.report.words.numbers import evidence, listed, pounds, sentence, share

BEHAVES = {
    "variable": "falls with the pathway",
    "semi-variable": "falls in steps, once enough pathways are fewer to change a rota or close beds",
    "fixed": "stays within the year",
}


def behaviour(kinds: Sequence[Row]) -> str:
    """What would fall if a pathway did not happen (``cost_kind``, scheme behaviour)."""
    known = [k for k in kinds if k.per_pathway is not None]
    if not known:
        return "What would fall with one pathway fewer cannot be shown."
    parts = [_part(k, BEHAVES[k.kind]) for k in known]
    first = known[0]
    head = (
        f"With one pathway fewer, about {pounds(first.per_pathway)} would fall at once"
        if (first.kind == "variable")
        else "With one pathway fewer, little would fall at once"
    )
    note = "" if all(k.complete for k in known) else "Amounts are of the parts that may be shown."
    n = f"n = {known[0].n:,}" if known[0].n is not None else "n not known"
    return sentence(f"{head} ({n}).", f"Of the cost of a pathway, {listed(parts)}.", note)


def _part(kind: Row, behaves: str) -> str:
    percent = f" ({share(kind.share)})" if kind.share is not None else ""
    return f"{pounds(kind.per_pathway)}{percent} {behaves}"


def touches(kinds: Sequence[Row]) -> str:
    """How much of the cost touches the patient (``cost_kind``, scheme touches_patient)."""
    by_kind = {k.kind: k for k in kinds if k.per_pathway is not None}
    if set(by_kind) != {"yes", "no"} or by_kind["yes"].share is None:
        return "How much of the cost touches the patient cannot be shown."
    yes, no = by_kind["yes"], by_kind["no"]
    note = "" if yes.complete and no.complete else "Amounts are of the parts that may be shown."
    return sentence(
        f"Of the cost of a pathway, {share(yes.share)} is spent on care that touches the patient, "
        f"{pounds(yes.per_pathway)} ({evidence(yes.n, yes.lower, yes.upper, '£')}),",
        f"and {pounds(no.per_pathway)} on what stands behind it, such as wards and overheads.",
        note,
    )


def steady_prices(years: Sequence[Row]) -> str:
    """The two newest years in the prices of one year, beside cash (``price_cost``)."""
    known = sorted((y for y in years if None not in (y.cash, y.real)), key=lambda y: y.period_start)
    if not known:
        return "The cost in the prices of one year cannot be shown."
    now = known[-1]
    head = (
        f"In the prices of {now.base_year}, a pathway cost {pounds(now.real)} "
        f"({evidence(now.n, now.real_lower, now.real_upper, '£')}) in {now.words}; "
        f"as it was posted, {pounds(now.cash)} ({evidence(now.n, now.cash_lower, now.cash_upper, '£')})."
    )
    if len(known) < 2:
        return sentence(head, "There are not yet two years to compare.")
    return sentence(head, _moved(known[-2], now, "real"), _moved(known[-2], now, "cash"))


def _moved(before: Row, now: Row, what: str) -> str:
    said = {"real": "Once prices are taken out", "cash": "As posted"}[what]
    first, second = (
        tuple(getattr(row, what + end) for end in ("", "_lower", "_upper")) for row in (now, before)
    )
    moved = compare.difference(first, second)
    if moved is None:
        return f"{said}, the two years cannot be compared."
    size = signed_difference(moved.value, "£", 0) + interval_of_difference(moved.lower, moved.upper, "£", 0)
    if not moved.clear:
        return f"{said}, it shows no clear difference from {before.words}: {size}."
    return f"{said}, it is {'higher' if moved.value > 0 else 'lower'} than in {before.words}: {size}."


PARTS = {
    "mix": "the mix of activity",
    "stay": "the length of stays",
    "inflation": "the general rise of prices",
    "price": "unit prices beyond inflation",
}
"""Parts of the change in unit cost as a sentence names them."""

STEPS = {"volume": "the number of pathways", **PARTS}
"""Parts of the change in all spending."""


def drivers(rows: Sequence[Row]) -> str:
    """Where the change in the cost of a pathway lies (``cost_driver``)."""
    if not rows:
        return "There are not yet two whole years, so the change in cost cannot be split."
    lines = {(r.basis, r.part): r for r in rows if r.shown and r.amount is not None}
    change = lines.get(("unit", "change"))
    if change is None:
        return "There are too few pathways to say where a change in cost lies."
    parts = sorted((lines["unit", p] for p in PARTS), key=lambda r: (-abs(r.amount), r.position))
    clear = [r for r in parts if _clear(r)]
    ns = f"n = {change.n:,} and {change.before_n:,}" if None not in (change.n, change.before_n) else ""
    head = _unit_change(change)
    said = [f"{PARTS[r.part]} {signed_difference(r.amount, '£', 0)}" for r in clear]
    rest = [PARTS[r.part] for r in parts if not _clear(r)]
    return sentence(
        f"{head}{'; ' + ns if ns else ''}.",
        f"Parts that are clear of nought: {listed(said)}." if said else "No part is clear of nought.",
        f"The intervals of {listed(rest)} reach nought." if len(rest) > 1 else "",
        f"The interval of {rest[0]} reaches nought." if len(rest) == 1 else "",
        _volume(lines),
    )


def _unit_change(change: Row) -> str:
    """How the cost of a pathway moved, with its interval."""
    size = signed_difference(change.amount, "£", 0)
    size += interval_of_difference(change.lower, change.upper, "£", 0)
    if not _clear(change):
        years = f"{change.before_words} and {change.words}"
        return f"The cost of a pathway shows no clear change between {years}: {size}"
    way = "more" if change.amount > 0 else "less"
    return f"A pathway cost {way} in {change.words} than in {change.before_words}: {size}"


def _clear(row: Row) -> bool:
    return None not in (row.lower, row.upper) and (row.lower > 0 or row.upper < 0)


def _volume(lines: dict[tuple[str, str], Row]) -> str:
    whole, volume = lines.get(("spend", "change")), lines.get(("spend", "volume"))
    if whole is None or volume is None:
        return ""
    rest = whole.amount - volume.amount
    return (
        f"All spend on these pathways moved by {signed_difference(whole.amount, '£', 0)}: "
        f"{signed_difference(volume.amount, '£', 0)} with the number of pathways, "
        f"{signed_difference(rest, '£', 0)} with the cost of each."
    )


def drivers_alt(rows: Sequence[Row]) -> str:
    """Alt text of the steps from one year's spending to the next (``cost_driver``, basis spend)."""
    spend = {r.part: r for r in rows if r.basis == "spend" and r.shown and r.amount is not None}
    if not {"before", "after"} <= spend.keys():
        return "The steps from one year's spending to the next cannot be shown."
    before, after = spend["before"], spend["after"]
    steps = sorted(
        (r for part, r in spend.items() if part not in ("before", "after", "change")),
        key=lambda r: r.position,
    )
    said = [f"{STEPS[r.part]} {signed_difference(r.amount, '£', 0)}" for r in steps]
    unit = next((r for r in rows if (r.basis, r.part) == ("unit", "change") and r.shown), None)
    return sentence(
        f"Spending on these pathways step by step: {pounds(before.amount)} in {before.before_words}; "
        f"{listed(said)}; {pounds(after.amount)} in {after.words}.",
        f"{_unit_change(unit)}." if unit is not None and unit.amount is not None else "",
    )
