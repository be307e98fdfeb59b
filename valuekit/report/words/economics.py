"""Sentences about options side by side, what an outcome may be worth, and composite outcomes.

Rows are of the mart's tables ``increment``, ``option``, ``acceptability``, ``composite`` and
``composite_part``.
"""

from __future__ import annotations

from collections.abc import Sequence

from valuekit.report.audience import Row
from valuekit.report.words.measures import NOT_SHOWN, interval_of_difference, signed_difference, why_not_shown
from valuekit.report.words.numbers import (
    interval,
    listed,
    lower_first,
    number,
    people,
    pounds,
    sentence,
    share,
    upper_first,
)

QUADRANTS = ("dearer_better", "cheaper_better", "cheaper_worse", "dearer_worse")
_QUADRANT = {
    "dearer_better": "the cost was higher and the outcome better",
    "cheaper_better": "the cost was lower and the outcome better",
    "cheaper_worse": "the cost was lower and the outcome worse",
    "dearer_worse": "the cost was higher and the outcome worse",
}
SHORT = {
    "dearer_better": "Dearer, better",
    "cheaper_better": "Cheaper, better",
    "cheaper_worse": "Cheaper, worse",
    "dearer_worse": "Dearer, worse",
}
"""Quarters of the plane in a table's header."""

LIKELY = 0.95
"""Share of draws in one quarter from which it is called clear."""

COMPARISONS = {
    "year": "The newest 12 months against the 12 before",
    "deprivation": "The most against the least deprived fifth",
    "options": "Ways of care side by side",
}
"""Headings, in the order of the report."""


def name_of(comparison: str, words: str | None) -> str:
    """An option as it stands within a sentence."""
    if comparison == "year":
        return f"the 12 months {words}" if words else "the 12 months"
    return f"“{lower_first(words or 'the option')}”" if comparison == "options" else words or "the group"


def increment(row: Row) -> str:
    """What an option costs and achieves beside another, and in how many draws."""
    option, against = (name_of(row.comparison, w) for w in (row.option_words, row.against_words))
    if not row.shown or None in (row.cost_difference, row.outcome_difference):
        return f"{upper_first(option)} cannot be held against {against}: {_why(row.reason)}."
    cost = _estimate(row.cost_difference, row.cost_lower, row.cost_upper, "£", 0)
    outcome = _estimate(row.outcome_difference, row.outcome_lower, row.outcome_upper, "%", 1)
    return sentence(
        _head(row),
        f"{upper_first(option)} ({_who(row.n, row.completeness)}) against {against} "
        f"({_who(row.against_n, row.against_completeness)}):",
        f"the cost of a pathway differs by {cost} and the outcome by {outcome}.",
    )


def _who(n: int | None, completeness: float | None) -> str:
    """How many people, and of what share of them the outcome and cost are known."""
    return people(n) if completeness is None else f"{people(n)}, known for {share(completeness)}"


def _estimate(value: float, lower: float | None, upper: float | None, unit: str, decimals: int) -> str:
    return signed_difference(value, unit, decimals) + interval_of_difference(lower, upper, unit, decimals)


def _why(reason: str | None) -> str:
    if reason in NOT_SHOWN or not reason:
        return why_not_shown(reason)
    return reason.rstrip(".")


def _head(row: Row) -> str:
    """The quarter in which most draws lie, and how sure that is."""
    shares = {name: getattr(row, name) for name in QUADRANTS}
    if any(part is None for part in shares.values()):
        return ""
    most = max(QUADRANTS, key=lambda name: shares[name])
    times = f"In {share(shares[most])} of {number(row.draws) if row.draws else 'the'} draws "
    if shares[most] >= LIKELY:
        return f"{times}{_QUADRANT[most]}."
    second = max((name for name in QUADRANTS if name != most), key=lambda name: shares[name])
    return f"{times}{_QUADRANT[most]}, in {share(shares[second])} {_QUADRANT[second]}: not clear."


def ratio(row: Row, says: str = "") -> str:
    """The incremental ratio, or why there is none: never a negative or undefined one."""
    if not row.shown:
        return ""
    unit = says or "one more good outcome"
    option = name_of(row.comparison, row.option_words)
    beside = _ends(row)
    kinds = {
        "price": f"That is {pounds(row.ratio)} for {unit}{beside}.",
        "saving": f"That saves {pounds(row.ratio)} for each good outcome given up{beside}.",
        "dominant": f"On the means, {option} cost no more and achieved more, so no ratio is stated.",
        "dominated": f"On the means, {option} cost more and achieved less, so no ratio is stated.",
        "same_outcome": "The outcomes are the same as shown, so there is no ratio of cost to outcome.",
        "not_clear": "The difference in outcome is not clear of nought, so no ratio is stated.",
        "not_a_choice": "Nobody chooses between these groups, so no ratio is stated.",
    }
    if row.ratio_kind in ("price", "saving") and row.ratio is None:
        return "No ratio is stated."
    return kinds.get(row.ratio_kind or "", "")


def _ends(row: Row) -> str:
    """The interval of the ratio; an end that lies in another quarter of the plane is said in words."""
    if row.ratio_upper is None:
        return ""
    if row.ratio_lower is None:
        beyond = "cheaper and better" if row.ratio_kind == "price" else "dearer and worse"
        return f" (95% interval from {beyond} to {pounds(row.ratio_upper)})"
    found = interval(row.ratio_lower, row.ratio_upper, "£")
    return f" ({found})" if found else ""


NO_RATIO = {
    "dominant": "none: cheaper and better",
    "dominated": "none: dearer and worse",
    "same_outcome": "none: outcomes alike",
    "not_clear": "none: outcome not clear of nought",
    "not_a_choice": "none: nobody chooses",
}
"""Why a cell holds no ratio."""

STATUS = {"frontier": "yes", "dominated": "no: dominated", "extended": "no: extended dominance"}
"""What dominance says of an option, in a cell."""


def ratio_cell(row: Row) -> str:
    """The incremental ratio in a cell of a table, or why there is none."""
    if row.ratio_kind not in ("price", "saving") or row.ratio is None:
        return NO_RATIO.get(row.ratio_kind or "", "none")
    saved = " saved for each given up" if row.ratio_kind == "saving" else ""
    if row.ratio_upper is None:
        return f"{pounds(row.ratio)}{saved}"
    low = {"price": "cheaper and better", "saving": "dearer and worse"}[row.ratio_kind]
    low = low if row.ratio_lower is None else pounds(row.ratio_lower)
    return f"{pounds(row.ratio)}{saved} ({low} to {pounds(row.ratio_upper)})"


def step(row: Row) -> str:
    """The ratio of an option against the one before it on the frontier, in a cell (``option``)."""
    if row.status != "frontier":
        return ""
    return ratio_cell(row) if row.ratio_kind else "the first"


_CAVEAT = {
    "options": "Nobody was allotted to a way of care by chance, so people may differ in other things too.",
}


def caveat(rows: Sequence[Row]) -> str:
    """What a reader should keep in mind about the rows of one comparison."""
    if not any(row.shown for row in rows):
        return ""
    prices = next((row.prices for row in rows if row.prices), "")
    says = f"Costs are in the prices of {prices}." if prices else "Costs are as they were paid at the time."
    return sentence(says, _CAVEAT.get(rows[0].comparison, ""))


def best(rows: Sequence[Row]) -> str:
    """Which option has the highest mean net benefit over the range of prices, with its probability."""
    chosen = sorted(
        (r for r in rows if r.best and None not in (r.price, r.probability)), key=lambda r: r.price
    )
    if not chosen:
        return ""
    unit = chosen[0].price_says or "one more good outcome"
    runs: list[list[Row]] = []
    for row in chosen:
        if runs and runs[-1][0].option == row.option:
            runs[-1].append(row)
        else:
            runs.append([row])
    if len(runs) == 1:
        low, high = (f(r.probability for r in chosen) for f in (min, max))
        spread = f"in {share(low)} of draws" if low == high else f"in {share(low)} to {share(high)} of draws"
        return (
            f"At every price looked at, from {pounds(chosen[0].price)} to {pounds(chosen[-1].price)} for "
            f"{unit}, {name_of(chosen[0].comparison, chosen[0].option_words)} has the highest net benefit "
            f"({spread})."
        )
    parts = []
    for run in runs:
        low, high = pounds(run[0].price), pounds(run[-1].price)
        at = f"at {low}" if len(run) == 1 else f"from {low} to {high}"
        parts.append(f"{at} it is {name_of(run[0].comparison, run[0].option_words)}")
    return (
        f"Which option has the highest net benefit depends on what {unit} is thought worth: {listed(parts)}."
    )


def acceptability_alt(rows: Sequence[Row]) -> str:
    """Alt text of the acceptability curves of one comparison: each at its two ends, and the frontier."""
    known = sorted((r for r in rows if None not in (r.price, r.probability)), key=lambda r: r.price)
    by_option: dict[str, list[Row]] = {}
    for row in known:
        by_option.setdefault(row.option, []).append(row)
    if len(by_option) < 2:
        return "How often each option has the highest net benefit cannot be shown yet."
    ends = [
        f"{name_of(own[0].comparison, own[0].option_words)} {share(own[0].probability)} at "
        f"{pounds(own[0].price)} and {share(own[-1].probability)} at {pounds(own[-1].price)}"
        for own in by_option.values()
    ]
    return sentence(f"Share of draws with the highest net benefit: {'; '.join(ends)}.", best(rows))


def dominance(options: Sequence[Row]) -> str:
    """What dominance leaves of three options or more (of two the sentence on the ratio says it all)."""
    known = [o for o in options if o.shown and o.status]
    if len(known) < 3:
        return ""
    names = {
        status: [name_of(o.comparison, o.option_words) for o in known if o.status == status]
        for status in ("frontier", "dominated", "extended")
    }
    parts = [f"On the means, worth having at some price: {listed(names['frontier'])}."]
    if names["dominated"]:
        parts.append(f"Dearer than another and no better: {listed(names['dominated'])}.")
    if names["extended"]:
        parts.append(
            f"Dearer for what it achieves than a mixture of its neighbours: {listed(names['extended'])}."
        )
    return sentence(*parts)


def plane_alt(rows: Sequence[Row]) -> str:
    """Alt text of the plane."""
    shown = [r for r in rows if r.shown and None not in (r.cost_difference, r.outcome_difference)]
    if not shown:
        return "Differences in cost and outcome cannot be shown yet."
    parts = [
        f"{name_of(r.comparison, r.option_words)} against {name_of(r.comparison, r.against_words)} "
        f"{signed_difference(r.cost_difference, '£', 0)} and "
        f"{signed_difference(r.outcome_difference, '%', 1)}"
        for r in shown
    ]
    return (
        "Difference in cost upwards against difference in outcome to the right, with the ellipse that holds "
        f"95% of the draws: {'; '.join(parts)}. {_head(shown[0])}"
    ).rstrip()


def composite(rows: Sequence[Row], parts: Sequence[Row]) -> str:
    """The composite of the newest year, its weights and what it would be with equal ones."""
    years = sorted((r for r in rows if r.period_start is not None), key=lambda r: r.period_start)
    if not years:
        return ""
    now = years[-1]
    if not now.shown or now.value is None:
        return f"{now.name or 'The composite outcome'} is not shown: {_why(now.reason)}."
    weights = sorted((p for p in parts if p.weight is not None), key=lambda p: -p.weight)
    said = listed([f"{lower_first(p.name)} {number(p.weight, 2)}" for p in weights])
    beside = ", ".join(part for part in (people(now.n), interval(now.lower, now.upper, "", 1)) if part)
    return sentence(
        f"{now.name}: {number(now.value, 1)} of 100 in {now.words or 'the newest 12 months'} ({beside}).",
        _moved(now),
        f"The weights are those of {number(now.raters)} patients who rated each part: {said}."
        if said
        else "",
        f"With equal weights it would be {number(now.equal_weights, 1)}."
        if now.equal_weights is not None
        else "",
        "Look at each part first: one number can hide that one part is better and another worse.",
    )


def _moved(now: Row) -> str:
    if None in (now.difference, now.diff_lower, now.diff_upper):
        return ""
    clear = now.diff_lower > 0 or now.diff_upper < 0
    head = "It is higher" if now.difference > 0 else "It is lower"
    size = _estimate(now.difference, now.diff_lower, now.diff_upper, "", 1)
    if clear:
        return f"{head} than in the 12 months before, by {size}."
    return f"No clear difference from the 12 months before: {size}."
