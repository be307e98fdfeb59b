"""Sentences about the cost of a pathway: by stage, by department, its spread, and beside the outcome."""

from __future__ import annotations

from collections.abc import Sequence

from valuekit.report.audience import Row
from valuekit.report.words import compare
from valuekit.report.words.measures import NOT_SHOWN, interval_of_difference, signed_difference, why_not_shown
from valuekit.report.words.numbers import (
    amount,
    evidence,
    interval,
    listed,
    lower_first,
    number,
    pounds,
    sentence,
    share,
    upper_first,
)


def by_stage(names: Sequence[str], values: Sequence[float | None], complete: bool) -> str:
    """Which stages take most of a pathway's cost (pounds for each pathway, None where not shown)."""
    known = sorted(((v, n) for n, v in zip(names, values, strict=True) if v is not None), reverse=True)
    total = sum(v for v, _ in known)
    if not known or total <= 0:
        return "The cost by stage cannot be shown."
    first, *rest = known
    text = f"{upper_first(first[1])} takes most: {pounds(first[0])} for each pathway"
    text += f", {share(first[0] / total)} of the whole" if complete else ", of what can be shown"
    return f"{text}, then {lower_first(rest[0][1])} at {pounds(rest[0][0])}." if rest else f"{text}."


def by_department(names: Sequence[str], values: Sequence[float | None]) -> str:
    """What the old view showed, beside the stages."""
    known = sorted(((v, n) for n, v in zip(names, values, strict=True) if v is not None), reverse=True)
    if not known:
        return "The cost by department cannot be shown."
    count = len(known)
    if count == 1:
        return f"In the accounts, the cost is booked in one department: {lower_first(known[0][1])}."
    return (
        f"In the accounts, the same cost is spread over {count} departments; the largest part, "
        f"{pounds(known[0][0])} for each pathway, is booked under {lower_first(known[0][1])}."
    )


def bars_alt(title: str, names: Sequence[str], values: Sequence[float | None]) -> str:
    """Alt text of a bar chart of pounds for each pathway."""
    parts = [
        f"{name} {'not shown' if v is None else pounds(v)}" for name, v in zip(names, values, strict=True)
    ]
    return f"{title}: {listed(parts)}." if parts else f"{title}: nothing can be shown."


def spread(summary: Row | None) -> str:
    """The patients behind the average (``cost_summary``)."""
    if summary is None or summary.mean is None:
        return "There are too few pathways to say how the cost is spread."
    beside = evidence(summary.n, summary.lower, summary.upper, "£")
    parts = [f"The mean cost of a pathway is {pounds(summary.mean)} ({beside})."]
    if summary.median is not None:
        parts.append(f"Half of the pathways cost less than {pounds(summary.median)}.")
    if summary.p10 is not None and summary.p90 is not None:
        parts.append(
            f"One in ten costs less than {pounds(summary.p10)}, "
            f"and one in ten more than {pounds(summary.p90)}."
        )
    if summary.dearest_share is not None:
        parts.append(f"The dearest tenth of pathways takes {share(summary.dearest_share)} of the whole cost.")
    return sentence(*parts)


def spread_alt(bands: Sequence[Row], summary: Row | None) -> str:
    """Alt text of the distribution (``cost_spread``, ``cost_summary``)."""
    shown = [b for b in bands if b.shown and b.pathways is not None]
    if not shown:
        return "The spread of cost over pathways cannot be shown."
    fullest = max(shown, key=lambda b: b.pathways)
    ends = (
        f"{pounds(fullest.from_gbp)} to {pounds(fullest.to_gbp)}"
        if fullest.to_gbp is not None
        else (f"{pounds(fullest.from_gbp)} and more")
    )
    missing = len(bands) - len(shown)
    return sentence(
        f"Bars of the number of pathways by cost. The fullest band is {ends}, {fullest.pathways:,} pathways.",
        f"{missing} of the {len(bands)} bands not shown, to protect people's privacy." if missing else "",
        f"The mean is {pounds(summary.mean)} and the median {pounds(summary.median)}."
        if summary is not None and summary.mean is not None and summary.median is not None
        else "",
    )


def value_year(row: Row, says: str) -> str:
    """Outcome, cost and, where it may be shown, the ratio of one year (``value``)."""
    if row.outcome is None or row.cost is None:
        return f"In {_year(row)}, outcome and cost cannot be shown: {why_not_shown(row.reason)}."
    outcome = amount(row.outcome, "%", 1)
    first = sentence(
        f"In {_year(row)}, {outcome} had the outcome that counts, {says or 'the outcome of this service'}",
        f"({evidence(row.n, row.outcome_lower, row.outcome_upper, '%', 1)}{_known(row)}), and a pathway cost",
        f"{pounds(row.cost)} on average{_brackets(interval(row.cost_lower, row.cost_upper, '£'))}.",
    )
    return sentence(first, ratio(row))


def value_prices(years: Sequence[Row]) -> str:
    """In which prices the costs of two years that stand side by side are (``value``)."""
    base = next((y.prices for y in years if y.prices), "")
    if base:
        return (
            f"Costs here are in the prices of {base}, so that the two years can be compared; elsewhere on "
            "this page, unless it says otherwise, they are as they were posted."
        )
    return "Costs here are as they were posted: a general rise of prices is not taken out." if years else ""


def in_prices(years: Sequence[Row]) -> str:
    """`` in the prices of 2025/26``, to stand after the word cost; empty where it is as posted."""
    base = next((y.prices for y in years if y.prices), "")
    return f" in the prices of {base}" if base else ""


def _year(row: Row) -> str:
    return row.words or "the 12 months"


def _known(row: Row) -> str:
    return "" if row.completeness is None else f", known for {share(row.completeness)}"


def _brackets(text: str) -> str:
    return f" ({text})" if text else ""


def ratio(row: Row) -> str:
    """Good outcomes for each £100,000, or why there is no ratio (``value``)."""
    if not row.shown or row.ratio is None:
        known_reason = row.reason in NOT_SHOWN or not row.reason
        return (
            f"No ratio is shown: {(why_not_shown(row.reason) if known_reason else row.reason).rstrip('.')}."
        )
    beside = interval(row.ratio_lower, row.ratio_upper, "", 2)
    figure = f"Good outcomes for each £100,000 of pathway cost: {number(row.ratio, 2)}{_brackets(beside)}."
    return sentence(figure, both_intervals(row))


def both_intervals(row: Row) -> str:
    """The interval of the ratio by either method, where both are there (``value``)."""
    ends = (row.fieller_lower, row.fieller_upper, row.bootstrap_lower, row.bootstrap_upper)
    if None in ends:
        return ""
    low, high, from_, to = (number(end, 2) for end in ends)
    return f"Fieller's method gives {low} to {high}, the bootstrap {from_} to {to}."


def value_change(years: Sequence[Row]) -> str:
    """The two newest years of ``value``: outcome and cost, each with the interval of its difference."""
    known = sorted(
        (y for y in years if None not in (y.outcome, y.cost, y.period_start)), key=lambda y: y.period_start
    )
    if len(known) < 2:
        return "There are not yet two years to compare."
    before, now = known[-2:]
    outcome, cost = _moved(before, now, "outcome"), _moved(before, now, "cost")
    if outcome is None or cost is None:
        return "The two years cannot be compared, as an interval is missing."
    return sentence(
        _both_moved(outcome, cost),
        f"The outcome moved by {signed_difference(outcome.value, '%', 1)}"
        f"{interval_of_difference(outcome.lower, outcome.upper, '%', 1)},",
        f"the cost of a pathway by {signed_difference(cost.value, '£', 0)}"
        f"{interval_of_difference(cost.lower, cost.upper, '£', 0)}.",
    )


def _moved(before: Row, now: Row, what: str) -> compare.Difference | None:
    first, second = (
        tuple(getattr(row, what + end) for end in ("", "_lower", "_upper")) for row in (now, before)
    )
    return compare.difference(first, second)


def _both_moved(outcome: compare.Difference, cost: compare.Difference) -> str:
    if not outcome.clear and not cost.clear:
        return "Neither the outcome nor the cost differs clearly between the two years."
    return f"Between the two years, the outcome {_way(outcome)} and the cost {_way(cost)}."


def _way(moved: compare.Difference) -> str:
    if not moved.clear:
        return "shows no clear difference"
    return "is higher" if moved.value > 0 else "is lower"


def value_alt(years: Sequence[Row]) -> str:
    """Alt text of the value chart."""
    parts = [
        f"{_year(y)}: outcome {amount(y.outcome, '%', 1)}, cost {pounds(y.cost)}"
        for y in years
        if y.outcome is not None and y.cost is not None
    ]
    if not parts:
        return "Outcome and cost cannot be shown yet."
    # The finding is that of the text beside the chart, without the figures again.
    finding = value_change(years).split(" The outcome moved by ")[0] if len(parts) > 1 else ""
    return sentence(f"Outcome against cost of a pathway, with 95% intervals. {'; '.join(parts)}.", finding)
