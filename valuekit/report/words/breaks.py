"""Sentences about dated changes over time (``interrupted``) and tipping points of cost (``tipping``)."""

from __future__ import annotations

from datetime import date

from valuekit.report.audience import Row
from valuekit.report.words.measures import interval_of_difference, signed_difference
from valuekit.report.words.numbers import day, interval, number, people, pounds, sentence

_EACH = {"month": "month", "quarter": "quarter", "half_year": "half year", "year": "year"}
_VERDICT = {
    "better": "for the better",
    "worse": "for the worse",
    "higher": "upwards",
    "lower": "downwards",
}


def interrupted(row: Row, measure: Row, when: date | None) -> str:
    """Whether level or slope changed at the date, with intervals; or that there are too few points."""
    name = measure.name
    before, after = row.points_before or 0, row.points_after or 0
    if not row.shown or None in (row.level, row.slope):
        return (
            f"{name} over time: too few points to tell a step or a change of slope from chance "
            f"({before} before and {after} after; eight on each side are needed)."
        )
    unit, decimals = measure.unit or "", measure.decimals or 0
    each = _EACH.get(row.interval or "", "interval")
    level = _estimate(row.level, row.level_lower, row.level_upper, unit, decimals)
    slope = _estimate(row.slope, row.slope_lower, row.slope_upper, unit, decimals + 1)
    at = f"at the date of the change, {day(when)}" if when is not None else "at the date of the change"
    if row.level_verdict in _VERDICT:
        head = f"the level changed {_VERDICT[row.level_verdict]} {at}, by {level}"
    else:
        head = f"no clear step {at}: {level}"
    tail = f"a change of slope of {slope} for each {each}"
    clear = (
        f", {_VERDICT[row.slope_verdict]}"
        if row.slope_verdict in _VERDICT
        else ", which is not clear of nought"
    )
    return (
        f"{name} over time, {before} points before and {after} after: {head}; {tail}{clear}. "
        "What else changed at that date is not known."
    )


def _estimate(value: float, lower: float | None, upper: float | None, unit: str, decimals: int) -> str:
    return signed_difference(value, unit, decimals) + interval_of_difference(lower, upper, unit, decimals)


def tipping(row: Row) -> str:
    """Where the cost begins to rise faster, or that no such place is found."""
    says = row.says or "the score"
    about = f"Cost against {says} ({people(row.n)}, {row.words or 'newest 12 months'})"
    if not row.shown or row.at is None:
        found = {
            "too few": "too few pathways to look for a tipping point",
            "hardly varies": "so many pathways have the same figure that no tipping point can be looked for",
            "no break": "no evidence of a tipping point; a straight line fits as well"
            + (f" (p = {number(row.p, 2)})" if row.p is not None else ""),
        }
        return f"{about}: {found.get(row.reason or '', 'no tipping point can be shown')}."
    before, after = row.slope_before, row.slope_after
    if None in (before, after):
        return f"{about}: no tipping point can be shown."
    way = "faster" if after > before else "less fast"
    return sentence(
        f"{about}: the cost rises {way} beyond {number(row.at)} {_interval(row)},",
        f"by {pounds(after)} for each further one against {pounds(before)} before.",
    )


def _interval(row: Row) -> str:
    if row.lower is not None and row.upper is not None:
        return f"({interval(row.lower, row.upper, '', 0)})"
    if row.lower is None and row.upper is None:
        return "(its 95% interval reaches both ends of what was tried)"
    end = "lower" if row.lower is None else "upper"
    known = row.upper if row.lower is None else row.lower
    other = "upper" if end == "lower" else "lower"
    return f"(95% interval: {other} end {number(known)}, {end} end beyond what was tried)"
