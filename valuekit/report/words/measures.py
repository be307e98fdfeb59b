"""Sentences about one measure: its year, its change, its chart, its target, its follow-up.

`measure` is always a row of the mart's ``measure`` table, the other argument a row of the table that
the function names.
"""

from __future__ import annotations

from collections.abc import Sequence

from valuekit.report.audience import Row
from valuekit.report.words.numbers import (
    amount,
    difference,
    evidence,
    interval,
    listed,
    lower_first,
    people,
    sentence,
    share,
    upper_first,
)

NOT_SHOWN = {
    "too few": "too few people to show",
    "suppressed": "not shown, to protect people's privacy",
    "not yet due": "not yet due, as follow-up is not complete",
}
"""Why a figure is not shown, by the mart's reason."""

_VERDICT = {
    "better": "better than in the 12 months before",
    "worse": "worse than in the 12 months before",
    "uncertain": "no clear difference from the 12 months before",
    "too_few": "too few people to compare with the 12 months before",
}
_OTHER = {
    "higher": "higher than in the 12 months before",
    "lower": "lower than in the 12 months before",
}
UNCLEAR = {"uncertain": "no clear difference", "too_few": "too few people to tell"}
"""What a list says of measures that did not clearly move."""
VERDICTS = tuple(_VERDICT)


def why_not_shown(reason: str | None) -> str:
    """The reason in words."""
    return NOT_SHOWN.get(reason or "", "not shown")


def value_of(measure: Row, value: float | None) -> str:
    """A figure of the measure with its unit."""
    return amount(value, measure.unit or "", measure.decimals or 0)


def target_of(measure: Row) -> str:
    """The target with its unit, without decimals that say nothing: ``50%``."""
    whole = measure.target is not None and float(measure.target).is_integer()
    return amount(measure.target, measure.unit or "", 0 if whole else measure.decimals or 0)


def way(measure: Row, headline: Row) -> str:
    """How two years compare: ``better``, ``worse``, ``higher``, ``lower``, ``uncertain`` or ``too_few``.

    Every sentence, cell, list and alt text asks here, so that no two of them can differ. Costs, and measures
    of which neither way is better, are higher or lower and not better or worse.
    """
    known = headline.verdict if headline.verdict in _VERDICT else "too_few"
    if known == "too_few" or (measure.role != "cost" and measure.direction in ("increase", "decrease")):
        return known
    if headline.diff_lower is None or headline.diff_upper is None:
        return "too_few"
    if headline.diff_lower > 0:
        return "higher"
    return "lower" if headline.diff_upper < 0 else "uncertain"


def verdict(measure: Row, headline: Row) -> str:
    """The comparison of two years in a few words."""
    return (_VERDICT | _OTHER)[way(measure, headline)]


def compared(measure: Row, headline: Row | None) -> str:
    """The comparison as a sentence of its own, for alt text."""
    return "" if headline is None else f"Newest 12 months: {verdict(measure, headline)}."


def verdict_cell(measure: Row, headline: Row) -> str:
    """The comparison in a table's cell: ``Better``, ``No clear difference``, ``Too few people``."""
    return upper_first(
        verdict(measure, headline).split(" than ")[0].split(" from ")[0].split(" to compare")[0]
    )


def finding(measure: Row, headline: Row) -> str:
    """The finding in one sentence, with the figure, its n and its interval (``headline``)."""
    if headline.year_value is None:
        return f"{measure.name}: {_too_few(headline)}."
    figure = value_of(measure, headline.year_value)
    beside = evidence(
        headline.year_n, headline.year_lower, headline.year_upper, measure.unit or "", measure.decimals or 0
    )
    months = _months(headline.year_words)
    return f"{measure.name}: {verdict(measure, headline)}, at {figure} in {months} ({beside})."


def _too_few(headline: Row) -> str:
    if headline.year_n is None:
        return "no 12 months with complete follow-up yet"
    return f"too few people to show a figure for {_months(headline.year_words)} ({people(headline.year_n)})"


def _months(words: str | None) -> str:
    return words or "the newest 12 months"


def comparison(measure: Row, headline: Row) -> str:
    """The year before, and the difference with its interval (``headline``)."""
    if headline.before_value is None or headline.year_value is None:
        return ""
    unit, decimals = measure.unit or "", measure.decimals or 0
    beside = evidence(headline.before_n, headline.before_lower, headline.before_upper, unit, decimals)
    before = (
        f"It was {value_of(measure, headline.before_value)} in {_before(headline.before_words)} ({beside})."
    )
    if headline.difference is None:
        return before
    change = signed_difference(headline.difference, unit, decimals)
    spread = interval_of_difference(headline.diff_lower, headline.diff_upper, unit, decimals)
    return sentence(before, f"The difference is {change}{spread}.")


def _before(words: str | None) -> str:
    return words or "the 12 months before"


def signed_difference(value: float, unit: str, decimals: int) -> str:
    """A difference with its sign: ``+4.1 percentage points``, ``−£430``; none where it rounds to nought."""
    text = difference(value, unit, decimals)
    if not any(character in "123456789" for character in text):
        return text
    return f"{'+' if value > 0 else '−'}{text}"


def interval_of_difference(lower: float | None, upper: float | None, unit: str, decimals: int) -> str:
    """`` (95% interval −1.2 to 9.0)``, in the unit of the difference; empty where an end is missing."""
    words = interval(lower, upper, "" if unit in ("%", "days") else unit, decimals)
    return f" ({words})" if words else ""


def completeness(headline: Row) -> str:
    """How much of the follow-up is there (``headline``)."""
    if headline.completeness is None or headline.year_eligible is None:
        return "How complete the results are is not known."
    return (
        f"Results are known for {share(headline.completeness)} of the {headline.year_eligible:,} "
        "people who could be counted."
    )


def variation(measure: Row, headline: Row) -> str:
    """What the chart's newest point says (``headline``)."""
    kind, _, way = (headline.variation or "").partition("_")
    if kind == "common":
        return "The newest points show no unusual change."
    if kind not in ("improvement", "concern", "neutral") or way not in ("high", "low"):
        return "There are too few points to tell an unusual change from a usual one."
    than = {"high": "higher", "low": "lower"}[way]
    says = {
        "improvement": "which is an improvement",
        "concern": "which is a concern",
        "neutral": "and neither way is better",
    }
    return f"The newest points are {than} than chance alone would make likely, {says[kind]}."


def assurance(measure: Row, headline: Row) -> str:
    """Whether the target can be relied on (``headline``); empty where there is no target."""
    if measure.target is None:
        return ""
    target = target_of(measure)
    return {
        "consistently_met": f"The target of {target} is met consistently.",
        "consistently_missed": f"The target of {target} is missed consistently, "
        "and as things stand it will be.",
        "hit_and_miss": f"The target of {target} is met at times and missed at times.",
    }.get(
        headline.assurance or "", f"It is too early to tell whether the target of {target} can be relied on."
    )


def target_from(measure: Row) -> str:
    """Who set the target; empty where there is none."""
    if measure.target is None:
        return ""
    source = f" (source: {measure.target_source})" if measure.target_source else ""
    return f"Target: {target_of(measure)}{source}."


def better_is(measure: Row) -> str:
    """Which way is better."""
    return {"increase": "Higher is better.", "decrease": "Lower is better."}.get(
        measure.direction or "", "Neither way is better."
    )


def chosen(measure: Row) -> str:
    """Who chose the measure, and how."""
    who = measure.chosen_by or ""
    if not who:
        return ""
    how = f" through {measure.chosen_how}" if measure.chosen_how else ""
    took_part = f"; {measure.chosen_people:,} people took part" if measure.chosen_people else ""
    return f"Chosen by {who}{how}{took_part}."


def paragraph(measure: Row, headline: Row) -> str:
    """All that a reader needs beside the chart of one measure."""
    return sentence(
        finding(measure, headline),
        comparison(measure, headline),
        completeness(headline),
        variation(measure, headline),
        assurance(measure, headline),
    )


def chart_alt(measure: Row, series: Sequence[Row], changes: Sequence[Row] = ()) -> str:
    """Alt text of a chart over time, from the points that it draws (rows of ``series``)."""
    shown = [row for row in series if row.shown and row.value is not None]
    if not shown:
        return f"{measure.name}: no point can be shown yet."
    first, last = shown[0], shown[-1]
    if len(shown) == 1:
        text = f"{measure.name}, one point: {value_of(measure, last.value)} in {last.period}."
        return sentence(text, hidden(series))
    low = min(shown, key=lambda row: row.value)
    high = max(shown, key=lambda row: row.value)
    kind = "median" if last.chart == "run" else "mean"
    centre = (
        f"The {kind} of the newest phase is {value_of(measure, last.centre)}"
        if last.centre is not None
        else ""
    )
    limits = (
        f", with limits from {value_of(measure, last.lower_limit)} to {value_of(measure, last.upper_limit)}"
        if centre and last.lower_limit is not None and last.upper_limit is not None
        else ""
    )
    dated = listed([f"{lower_first(c.title)} in {c.date:%B %Y}" for c in changes if c.title and c.date])
    return sentence(
        f"{measure.name}, {len(shown)} points from {first.period} to {last.period}.",
        f"Lowest {value_of(measure, low.value)} in {low.period}, highest {value_of(measure, high.value)} in "
        f"{high.period}, newest {value_of(measure, last.value)}.",
        f"{centre}{limits}." if centre else "",
        _signals(shown),
        f"Marked on the chart: {dated}." if dated else "",
        hidden(series),
    )


def _signals(shown: Sequence[Row]) -> str:
    counts = {
        kind: sum(row.signal == kind for row in shown) for kind in ("improvement", "concern", "neutral")
    }
    nouns = {"improvement": "improvement", "concern": "concern", "neutral": "an unusual change"}
    found = [f"{n} point{'' if n == 1 else 's'} of {nouns[kind]}" for kind, n in counts.items() if n]
    return f"{listed(found)}." if found else ""


def hidden(series: Sequence[Row]) -> str:
    """How many points of ``series`` are not shown, and why; empty where all are."""
    counts: dict[str, int] = {}
    for row in series:
        if not row.shown or row.value is None:
            counts[row.reason or ""] = counts.get(row.reason or "", 0) + 1
    parts = [f"{n} ({why_not_shown(reason)})" for reason, n in sorted(counts.items())]
    return f"Points not shown: {listed(parts)}." if parts else ""


def caption(measure: Row, series: Sequence[Row]) -> str:
    """Caption of a chart over time."""
    kinds = {row.chart for row in series if row.chart}
    spacing = {"month": "by month", "quarter": "by quarter", "half_year": "by half-year", "year": "by year"}
    name = f"{measure.name}, {spacing.get(measure.interval or '', 'over time')}"
    if kinds == {"run"}:
        return f"{name}. Fewer than 12 points, so no limits: read with caution."
    shapes = [
        word for kind, word in _SHAPES.items() if any(row.signal == kind and row.shown for row in series)
    ]
    return (
        f"{name}, with the mean and the limits of usual variation. {upper_first(listed(shapes))}."
        if shapes
        else (f"{name}, with the mean and the limits of usual variation.")
    )


_SHAPES = {
    "improvement": "squares are improvement",
    "concern": "diamonds are concern",
    "neutral": "triangles are unusual",
}
