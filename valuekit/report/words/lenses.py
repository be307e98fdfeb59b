"""Sentences about the three lenses: how money is shared, what need is met, what each person wanted."""

from __future__ import annotations

from collections.abc import Sequence

from valuekit.report.audience import Row
from valuekit.report.words import compare
from valuekit.report.words.measures import interval_of_difference, signed_difference
from valuekit.report.words.numbers import (
    evidence,
    interval,
    listed,
    lower_first,
    number,
    pounds,
    sentence,
    share,
)

AVERAGE = (
    "What £100,000 bought is the average of all that was spent. It is not what the next £100,000 would buy: "
    "that may be more or less, and these figures cannot tell. The outcomes differ in kind from service to "
    "service, so the figures are not put in an order."
)
"""Stands beside every figure of what £100,000 bought across services."""


def spending(service: Row, row: Row | None) -> str:
    """What the pathways of one service cost and its share of all (``allocation``)."""
    if row is None or row.n is None or not row.shown or row.amount is None:
        return f"{service.name}: too few people to show what the pathways cost."
    part = f", {share(row.share)} of what the pathways of all services cost" if row.share is not None else ""
    return (
        f"{service.name}: {number(row.n)} pathways that began in {row.words} cost {pounds(row.amount)}{part}."
    )


def bought(service: Row, year: Row | None) -> str:
    """What £100,000 bought at the average (the newest row of ``value``)."""
    says = service.value_says or "people with the outcome that counts"
    if year is None or not year.shown or year.ratio is None:
        return f"{service.name}: what £100,000 bought cannot be shown."
    beside = interval(year.ratio_lower, year.ratio_upper, "", 2)
    who = f" (n = {int(year.n):,}{f', {beside}' if beside else ''})" if year.n is not None else ""
    return (
        f"{service.name}: £100,000 bought {number(year.ratio, 2)} {says} at the average in {year.words}{who}."
    )


MARGIN = (
    "The margin looks back at how cost and outcome of a pathway moved together. People and other things "
    "changed too, so it is no promise of what the next £100,000 will do, and it says nothing of caring for "
    "more people. Outcomes differ in kind from service to service, so no service is put above another."
)
"""Stands beside what went with a further pound."""


def margin(row: Row, says: str = "") -> str:
    """What £100,000 more, or less, went with between two options (``increment``), or why it is not said."""
    says = says or "people with the outcome that counts"
    if row.marginal_kind == "not_a_choice":
        return ""
    if not row.shown or not row.marginal_kind:
        return "there are too few people to look at the margin."
    if row.marginal_kind == "not_clear" or row.marginal is None:
        return (
            "the cost of a pathway shows no clear difference"
            f"{interval_of_difference(row.cost_lower, row.cost_upper, '£', 0)}, so there is no margin to "
            "see: what a further pound would do cannot be told."
        )
    clear = None not in (row.marginal_lower, row.marginal_upper) and (
        row.marginal_lower > 0 or row.marginal_upper < 0
    )
    size = signed_difference(row.marginal, "", 1)
    beside = interval_of_difference(row.marginal_lower, row.marginal_upper, "", 1)
    head = f"each £100,000 {row.marginal_kind} went with {size} {says}{beside}, {_ns(row)}"
    return f"{head}." if clear else f"{head}: not clear of nought, so the outcome may have stayed as it was."


def _ns(row: Row) -> str:
    said = f"n = {number(row.n)} and {number(row.against_n)}"
    if None in (row.completeness, row.against_completeness):
        return said
    return f"{said}, known for {share(row.completeness)} and {share(row.against_completeness)}"


def margin_cell(row: Row | None) -> str:
    """The margin in a cell of a table, or why there is none."""
    if row is None or not row.shown:
        return "not shown"
    if row.marginal_kind not in ("more", "less") or row.marginal is None:
        return "none: cost not clearly different"
    size = signed_difference(row.marginal, "", 1)
    ends = (
        ""
        if row.marginal_lower is None
        else (f" ({number(row.marginal_lower, 1)} to {number(row.marginal_upper, 1)})")
    )
    return f"{size}{ends} for £100,000 {row.marginal_kind}"


def need(service: Row, fifths: Sequence[Row]) -> str:
    """Met need in the most and in the least deprived fifth (``need``).

    Clearly lower or higher where the interval of the difference leaves out nought; else no clear difference;
    or it cannot be compared; or no estimate of need was given.
    """
    if not fifths:
        return f"{service.name}: no estimate of need has been given."
    by_fifth = {row.fifth: row for row in fifths if row.shown and row.met is not None}
    first, last = by_fifth.get(1), by_fifth.get(5)
    if first is None or last is None:
        return f"{service.name}: too few people to compare the most and the least deprived fifths."
    apart = compare.difference(
        (first.met, first.met_lower, first.met_upper), (last.met, last.met_lower, last.met_upper)
    )
    if apart is None:
        return f"{service.name}: the most and the least deprived fifths cannot be compared."
    head = "no clear difference in need met between the most and the least deprived"
    if apart.clear:
        head = f"need is met {'less' if apart.value < 0 else 'more'} often in the most deprived fifth"
    ends = [f"{number(r.met)} ({evidence(r.n, r.met_lower, r.met_upper, '')})" for r in (first, last)]
    size = signed_difference(apart.value, "", 0) + interval_of_difference(apart.lower, apart.upper, "", 0)
    return (
        f"{service.name}: {head}. Of each 100 people expected to need it, {ends[0]} came onto the pathway in "
        f"the most deprived fifth and {ends[1]} in the least deprived, a difference of {size}."
    )


def unmet(service: Row, fifths: Sequence[Row]) -> str:
    """How many expected people did not come, over all fifths; empty where it cannot be said (``need``)."""
    known = [
        r for r in fifths if r.shown and r.gap is not None and r.expected is not None and r.n is not None
    ]
    if not fifths or len(known) < len(fifths):
        return ""
    expected, came = sum(r.expected for r in known), sum(r.n for r in known)
    gap = round(expected - came)
    side = f"{number(gap)} fewer" if gap > 0 else f"{number(-gap)} more" if gap < 0 else "as many"
    tail = "than expected" if gap else "as expected"
    return f"Over all fifths {number(came)} came where {number(expected)} were expected: {side} {tail}."


def cost_of_unmet(fifths: Sequence[Row], mean: float | None) -> str:
    """What care for those who did not come would cost at the mean cost; empty where it cannot be said."""
    known = [r for r in fifths if r.shown and None not in (r.expected, r.n)]
    gap = sum(r.expected - r.n for r in known)
    if not fifths or len(known) < len(fifths) or mean is None or gap < 1:
        return ""
    return (
        f"At the mean cost of a pathway, {pounds(mean)}, care for them would come to about "
        f"{pounds(round(gap * mean, -3))}; part of the cost is fixed, so the next pathway costs less."
    )


def shares(fifths: Sequence[Row]) -> str:
    """Spending against need in the most deprived fifth; empty where it cannot be said (``need``)."""
    first = next((r for r in fifths if r.fifth == 1), None)
    if first is None or first.spend_share is None or first.need_share is None:
        return ""
    return (
        f"The most deprived fifth has {share(first.need_share)} of the expected need, "
        f"{share(first.adult_share)} of the adults and {share(first.spend_share)} of the spending."
    )


def need_alt(service: Row, fifths: Sequence[Row]) -> str:
    """Alt text of the chart of met need for one service."""
    parts = [
        f"fifth {r.fifth} {number(r.met) if r.shown and r.met is not None else 'not shown'}" for r in fifths
    ]
    return f"{service.name}: {listed(parts)} of each 100 expected." if parts else ""


def segments(service: Row, found: Sequence[Row]) -> str:
    """Which segment takes most of the spending, and how many people are in it (``segment``)."""
    known = [r for r in found if r.shown and r.spend_share is not None and r.people_share is not None]
    if not found:
        return f"{service.name}: no segments of health-care use have been declared."
    if not known:
        return f"{service.name}: too few people in some segments to show how the spending is shared."
    most = max(known, key=lambda r: r.spend_share)
    return (
        f"{service.name}: {lower_first(most.name)} ({most.bands}) takes {share(most.spend_share)} of the "
        f"spending for {share(most.people_share)} of the pathways (n = {number(most.n)})."
    )


def goals(service: Row, finding: str, completeness: str) -> str:
    """Whether people reached the goal that they set, from the sentences of that measure."""
    if not finding:
        return f"{service.name}: nobody is asked yet whether the goal that they set was reached."
    return sentence(f"{service.name}. {finding}", completeness)


def where_from(sources: Sequence[str | None]) -> str:
    """Where the expected numbers come from."""
    names = list(dict.fromkeys(s for s in sources if s))
    if not names:
        return ""
    text = "; ".join(names)
    return (
        f"Expected numbers: {text}. They are estimates taken as known, so the intervals hold only the chance "
        "in how many people came."
    )
