"""Sentences about people: what matters to them, who was asked, who fares worse, what was changed."""

from __future__ import annotations

from collections.abc import Sequence

from valuekit.report.audience import Row
from valuekit.report.words import compare
from valuekit.report.words.measures import interval_of_difference, signed_difference, value_of, why_not_shown
from valuekit.report.words.numbers import (
    day,
    evidence,
    interval,
    listed,
    lower_first,
    month,
    number,
    people,
    sentence,
    share,
    upper_first,
)

_GROUPS = {"patient": "patients", "carer": "carers", "clinician": "clinicians"}
_METHODS = {"survey": "in a survey", "discussion_group": "in discussion groups"}


def what_matters(ratings: Sequence[Row]) -> str:
    """What patients rate highest, and what has no measure yet (``importance``)."""
    patients = sorted(
        (r for r in ratings if r.group == "patient" and r.shown and r.mean is not None), key=lambda r: -r.mean
    )
    if not patients:
        return "Too few patients have rated what matters to show it."
    first = patients[0]
    beside = evidence(first.n, first.lower, first.upper, "", 1)
    missing = [lower_first(r.name) for r in patients if not r.measure]
    return sentence(
        f"Patients rate “{lower_first(first.name)}” highest, at {number(first.mean, 1)} of 5 ({beside}).",
        f"No measure answers yet to: {listed(missing)}." if missing else "Each topic has a measure.",
    )


def groups_differ(gaps: Sequence[Row]) -> str:
    """Where patients, and carers, rate a topic clearly otherwise than clinicians (``importance_gap``).

    The verdict allows for the number of topics compared; the interval is of the one difference.
    """
    parts = [_against(group, [g for g in gaps if g.group == group]) for group in ("patient", "carer")]
    return sentence(*parts) or "No group's ratings can be compared with those of clinicians."


def _against(group: str, gaps: Sequence[Row]) -> str:
    who = upper_first(_GROUPS[group])
    compared = [g for g in gaps if g.verdict in ("higher", "lower", "uncertain")]
    if not gaps:
        return ""
    if not compared:
        return f"Too few {_GROUPS[group]} or clinicians rated the topics to compare the two."
    clear = [
        f"{listed([_apart(g) for g in compared if g.verdict == way])} {way} than clinicians do"
        for way in ("higher", "lower")
        if any(g.verdict == way for g in compared)
    ]
    number_of = f"{len(compared)} topic{'' if len(compared) == 1 else 's'} compared"
    if not clear:
        return (
            f"No topic is rated clearly higher or lower by {_GROUPS[group]} than by clinicians ({number_of})."
        )
    return f"{who} rate {listed(clear)} ({number_of})."


def _apart(gap: Row) -> str:
    """``“one team” (+0.9, 95% interval 0.4 to 1.4)``."""
    name = f"“{lower_first(gap.name)}”"
    if gap.difference is None:
        return name
    size = signed_difference(gap.difference, "", 1)
    beside = interval(gap.lower, gap.upper, "", 1)
    return f"{name} ({size}{f', {beside}' if beside else ''})"


_GAP = {
    "higher": "patients higher",
    "lower": "patients lower",
    "uncertain": "no clear difference",
    "too_few": "too few to compare",
}


def gap_cell(gap: Row | None) -> str:
    """Patients against clinicians on one topic, in a table's cell."""
    if gap is None:
        return "not asked"
    word = _GAP.get(gap.verdict or "", _GAP["too_few"])
    if gap.difference is None or gap.verdict not in ("higher", "lower", "uncertain"):
        return word
    size = signed_difference(gap.difference, "", 1)
    ends = interval(gap.lower, gap.upper, "", 1).removeprefix("95% interval ")
    return f"{word}: {size}{f' ({ends})' if ends else ''}"


def asked(groups: Sequence[Row]) -> str:
    """Who said so, how and when (``asked``)."""
    parts = [
        sentence(
            f"{row.people:,}", _GROUPS.get(row.group, row.group), _METHODS.get(row.method, row.method or "")
        )
        for row in groups
        if row.people
    ]
    firsts = [row.first for row in groups if row.first is not None]
    lasts = [row.last for row in groups if row.last is not None]
    if not parts:
        return "Nobody has been asked yet."
    when = f", between {month(min(firsts))} and {month(max(lasts))}" if firsts and lasts else ""
    return f"Asked were {listed(parts)}{when}."


def importance_alt(ratings: Sequence[Row], gaps: Sequence[Row] = ()) -> str:
    """Alt text of the chart of what matters, in the order of the chart for patients."""
    patients = sorted(
        (r for r in ratings if r.group == "patient" and r.shown and r.mean is not None), key=lambda r: -r.mean
    )
    if not patients:
        return "Importance of topics: nothing can be shown."
    parts = [f"{lower_first(r.name)} {number(r.mean, 1)}" for r in patients]
    return f"Mean importance from 1 to 5. Patients: {listed(parts)}. {groups_differ(gaps)}"


def inequality(measure: Row, fifths: Sequence[Row]) -> str:
    """The most and the least deprived fifth compared (``inequality``)."""
    by_fifth = {row.fifth: row for row in fifths if row.shown and row.value is not None}
    first, last = by_fifth.get(1), by_fifth.get(5)
    if first is None or last is None:
        reasons = [r.reason for r in fifths if r.fifth in (1, 5) and not (r.shown and r.value is not None)]
        why = why_not_shown(reasons[0]) if reasons else "not shown"
        return f"{measure.name}: the most and the least deprived fifths cannot be compared ({why})."
    unit, decimals = measure.unit or "", measure.decimals or 0
    ends = [
        f"{value_of(measure, row.value)} ({evidence(row.n, row.lower, row.upper, unit, decimals)})"
        for row in (first, last)
    ]
    figures = f"{ends[0]} in the most deprived fifth and {ends[1]} in the least deprived"
    apart = _ends_apart(fifths)
    if apart is None:
        return f"{measure.name}: {figures}."
    size = signed_difference(apart.value, unit, decimals) + interval_of_difference(
        apart.lower, apart.upper, unit, decimals
    )
    return f"{measure.name}: {_fares(apart)}. It is {figures}, a difference of {size}."


def _ends_apart(fifths: Sequence[Row]) -> compare.Difference | None:
    """The most less the least deprived fifth; None where either is not shown or has no interval."""
    ends = {row.fifth: row for row in fifths if row.fifth in (1, 5) and row.shown and row.value is not None}
    if len(ends) < 2:
        return None
    return compare.difference(*((row.value, row.lower, row.upper) for row in (ends[1], ends[5])))


def _fares(apart: compare.Difference) -> str:
    if not apart.clear:
        return "no clear difference between the most and the least deprived"
    return f"{'lower' if apart.value < 0 else 'higher'} in the most deprived fifth than in the least"


def inequality_alt(measure: Row, fifths: Sequence[Row]) -> str:
    """Alt text of the chart by deprivation."""
    parts = []
    for row in fifths:
        shown = row.shown and row.value is not None
        parts.append(
            f"fifth {row.fifth} {value_of(measure, row.value) if shown else why_not_shown(row.reason)}"
        )
    if not parts:
        return f"{measure.name} by deprivation: nothing can be shown."
    apart = _ends_apart(fifths)
    return sentence(
        f"{measure.name} by fifth of deprivation, 1 the most deprived: {listed(parts)}.",
        f"{upper_first(_fares(apart))}." if apart is not None else "",
    )


_CHANGE = {
    "better": "The figure was better afterwards",
    "worse": "The figure was worse afterwards",
    "uncertain": "No clear difference is seen afterwards",
    "too_few": "There are too few people to tell whether anything changed",
}


def change(row: Row, measure: Row | None) -> str:
    """A dated service change, and the expected measure before and after (``change``)."""
    told = sentence(f"{row.title or 'Service change'}, from {day(row.date)}.", row.description or "")
    if measure is None:
        return sentence(told, "No measure was named that it should move.")
    head = _CHANGE.get(row.verdict or "", _CHANGE["too_few"])
    if row.before_value is None or row.after_value is None:
        return sentence(told, f"{measure.name}: the figures before and after cannot be compared yet.")
    unit, decimals = measure.unit or "", measure.decimals or 0
    of_before = _who(row.before_words, row.before_n, row.before_completeness)
    of_after = _who(row.after_words, row.after_n, row.after_completeness)
    before = f"{value_of(measure, row.before_value)} before ({of_before})"
    after = f"{value_of(measure, row.after_value)} after ({of_after})"
    size = ""
    if row.difference is not None:
        size = f", a difference of {signed_difference(row.difference, unit, decimals)}"
        size += interval_of_difference(row.diff_lower, row.diff_upper, unit, decimals)
    return sentence(
        told,
        f"{head}. {measure.name} was {before} and {after}{size}.",
        "A difference over time alone does not show where it came from.",
    )


def _who(words: str | None, n: int | None, known: float | None) -> str:
    said = "" if known is None else f"{share(known)} known"
    return ", ".join(part for part in (words, people(n), said) if part)


def revision(row: Row, measure: Row) -> str:
    """One published figure that moved (``revision``)."""
    return (
        f"{measure.name}, {row.period}: {value_of(measure, row.old_value)} ({people(row.old_n)}) became "
        f"{value_of(measure, row.new_value)} ({people(row.new_n)})."
    )
