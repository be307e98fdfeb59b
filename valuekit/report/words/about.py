"""Sentences about the whole of a service, and what stands in the cells of tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from valuekit.mart import About
from valuekit.project import Month
from valuekit.report.audience import Row
from valuekit.report.words import costs, decisions
from valuekit.report.words import measures as words
from valuekit.report.words.numbers import amount, listed, lower_first, number, pounds, sentence, share

SYNTHETIC = (
    "These figures are synthetic: made up to show how the report works. "
    "They describe no real patient, service or trust."
)


def made_from(about: About) -> tuple[str, ...]:
    """What the figures are from; first that they are synthetic, where they are."""
    origin = f"{about.organisation}. Data to the end of {Month.parse(about.period).words}."
    return (sentence(SYNTHETIC, origin) if about.synthetic else origin,)


def summary(service: Row, pairs: Sequence[decisions.Pair], years: Sequence[Row]) -> str:
    """A service in at most five sentences, the finding first."""
    outcomes = [pair for pair in pairs if pair[0].role != "cost"]
    cost = [pair for pair in pairs if pair[0].role == "cost"]
    known = sorted((y for y in years if y.period_start is not None), key=lambda y: y.period_start)
    return sentence(
        _changed(outcomes),
        _main(outcomes),
        words.finding(*cost[0]) if cost else "",
        costs.ratio(known[-1]) if known else "",
        _to_decide(service, pairs),
    )


def headline(service: Row, pairs: Sequence[decisions.Pair]) -> str:
    """The service in three sentences, for the front page: what changed, its first outcome, what to decide."""
    return sentence(*three(service, pairs))


def three(service: Row, pairs: Sequence[decisions.Pair]) -> tuple[str, ...]:
    """The same sentences, one by one; without an outcome there are two."""
    outcomes = [pair for pair in pairs if pair[0].role != "cost"]
    parts = (_changed(outcomes), _main(outcomes), _to_decide(service, pairs))
    return tuple(part for part in parts if part)


def _changed(outcomes: Sequence[decisions.Pair]) -> str:
    ways = [words.way(m, h) for m, h in outcomes]
    named = {
        way: [lower_first(m.name) for (m, _), own in zip(outcomes, ways, strict=True) if own == way]
        for way in ("better", "worse", "higher", "lower")
    }
    return _findings(named, sum(way != "too_few" for way in ways), len(outcomes))


def _findings(named: Mapping[str, list[str]], compared: int, of: int) -> str:
    parts = [f"{way} for {listed(names)}" for way, names in named.items() if names]
    if parts:
        rest = f"; {compared} of {of} outcome measures could be compared" if compared < of else ""
        return f"Compared with the 12 months before: {'; '.join(parts)}{rest}."
    if compared:
        return f"No outcome differs clearly from the 12 months before ({compared} of {of} could be compared)."
    return "There are too few people to tell whether any outcome has changed."


def _main(outcomes: Sequence[decisions.Pair]) -> str:
    """The first outcome in its own sentence."""
    return words.finding(*outcomes[0]) if outcomes else ""


def _to_decide(service: Row, pairs: Sequence[decisions.Pair]) -> str:
    found = [lower_first(f.measure) for f in decisions.decide(service, pairs)]
    return f"For decision: {listed(found)}." if found else "Nothing meets a rule that asks for a decision."


def measure_note(measure: Row) -> str:
    """What the measure is, which way is better, who set the target and who chose it."""
    return sentence(
        measure.definition or "", words.better_is(measure), words.target_from(measure), words.chosen(measure)
    )


def followup(low: Sequence[str]) -> str:
    """Which measures have too little follow-up to rest on."""
    enough = share(decisions.COMPLETE_ENOUGH)
    if not low:
        return f"Every measure has results for at least {enough} of the people who could be counted."
    names = listed([lower_first(name) for name in low])
    return f"Read with caution, as fewer than {enough} of results are known: {names}."


def ranged(figure: str, lower: float | None, upper: float | None, unit: str, decimals: int) -> str:
    """``52.0% (49.1 to 55.0)``: a figure and its interval in one cell."""
    if lower is None or upper is None:
        return figure
    show = (lambda v: pounds(v)) if unit == "£" else (lambda v: number(v, decimals))
    return f"{figure} ({show(lower)} to {show(upper)})"


def interval_cell(measure: Row, headline: Row) -> str:
    """The interval alone."""
    if headline.year_lower is None or headline.year_upper is None:
        return "not shown"
    unit = "" if measure.unit in ("%", "days") else measure.unit or ""
    ends = [amount(v, unit, measure.decimals or 0) for v in (headline.year_lower, headline.year_upper)]
    return f"{ends[0]} to {ends[1]}"


def rating_cell(row: Row | None) -> str:
    """A mean importance with its interval and n."""
    if row is None:
        return "not asked"
    if not row.shown or row.mean is None:
        return "too few"
    return f"{ranged(number(row.mean, 1), row.lower, row.upper, '', 1)}; {number(row.n)}"


def fifth_cell(measure: Row, row: Row | None) -> str:
    """An outcome in one fifth with its interval, n and, for the team, the share known."""
    if row is None:
        return "nobody"
    if not row.shown or row.value is None:
        return {"too few": "too few", "not yet due": "not yet due"}.get(row.reason or "", "not shown")
    figure = words.value_of(measure, row.value)
    known = "" if row.completeness is None else f"; {share(row.completeness)} known"
    beside = ranged(figure, row.lower, row.upper, measure.unit or "", measure.decimals or 0)
    return f"{beside}; {number(row.n)}{known}"


def cost_cell(row: Row | None) -> str:
    """Pounds for each pathway in one stage and resource."""
    if row is None:
        return "–"
    return pounds(row.per_pathway) if row.shown and row.per_pathway is not None else "not shown"


def outcome_cell(year: Row) -> str:
    """The outcome of a year of ``value``, in per cent with its interval."""
    return ranged(amount(year.outcome, "%", 1), year.outcome_lower, year.outcome_upper, "%", 1)


def mean_cost_cell(year: Row) -> str:
    """The mean cost of a pathway in a year of ``value``, with its interval."""
    return ranged(pounds(year.cost), year.cost_lower, year.cost_upper, "£", 0)


def ratio_cell(year: Row | None) -> str:
    """Good outcomes for £100,000 in a year of ``value``, with their interval."""
    if year is None or not year.shown or year.ratio is None:
        return "not shown"
    return ranged(number(year.ratio, 2), year.ratio_lower, year.ratio_upper, "", 2)
