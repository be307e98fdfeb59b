"""Sentences about answers that are missing, QALYs, change that matters, and two value sets."""

from __future__ import annotations

from collections.abc import Sequence

from valuekit.report.audience import Row
from valuekit.report.words.numbers import (
    amount,
    evidence,
    interval,
    listed,
    number,
    people,
    sentence,
    share,
    upper_first,
)

COMPLETE = 0.95
"""Completeness from which on the missing need no sentence of their own."""


def missing(measure: Row, row: Row) -> str:
    """Known, weighted, and between which ends whatever the missing are (``sensitivity``)."""
    if row.completeness is None or row.completeness >= COMPLETE:
        return ""
    unit, decimals = measure.unit or "", measure.decimals or 0
    known = share(row.completeness)
    if row.value is None:
        return f"Results are known for {known} of the people who could be counted: too few to say more."
    beside = evidence(row.n, row.lower, row.upper, unit, decimals)
    return sentence(
        f"Known results only: {amount(row.value, unit, decimals)} ({beside}); {known} of "
        f"{number(row.eligible)} are known.",
        _weighted(row, unit, decimals),
        _bounds(row, unit, decimals),
    )


def only_known(found: Sequence[tuple[Row, Row]]) -> str:
    """Of whom figures elsewhere speak: measures with their rows of ``sensitivity``; nothing if few lack."""
    part = [
        (measure, row)
        for measure, row in found
        if row.figure == "measure" and row.completeness is not None and row.completeness < COMPLETE
    ]
    if not part:
        return ""
    each = listed([f"{share(row.completeness)} for ‘{measure.name}’" for measure, row in part])
    return (
        f"Figures here are of people whose result is known: in the newest 12 months {each}. What the missing "
        "could change stands beside each measure."
    )


def value_known(year: Row | None) -> str:
    """Of whom the outcomes that are set beside cost speak (``value``, its newest 12 months)."""
    if year is None or year.completeness is None or year.completeness >= COMPLETE:
        return ""
    return f"Outcomes here are of people whose result is known: {share(year.completeness)} in {year.words}."


def _weighted(row: Row, unit: str, decimals: int) -> str:
    if row.weighted is None:
        why = f": {row.reason}" if row.reason else ""
        return f"Weighting for who did not answer is not possible{why}."
    ends = interval(row.weighted_lower, row.weighted_upper, unit, decimals)
    return (
        f"Weighted for who did not answer, by {row.covariates}: {amount(row.weighted, unit, decimals)}"
        f"{f' ({ends})' if ends else ''}."
    )


def _bounds(row: Row, unit: str, decimals: int) -> str:
    if row.least is None or row.most is None:
        return ""
    return (
        f"Between {amount(row.least, unit, decimals)} and {amount(row.most, unit, decimals)} whatever the "
        "missing are."
    )


def qaly(measure: Row, row: Row) -> str:
    """Mean QALYs of the newest 12 months (``sensitivity`` with figure qaly); 0 from the date of a death."""
    if row.value is None:
        return f"{row.says}: too few people with an answer at every time point to show ({people(row.n)})."
    decimals = measure.decimals or 0
    beside = evidence(row.n, row.lower, row.upper, "", decimals)
    part = row.completeness is not None and row.completeness < COMPLETE
    return sentence(
        f"{row.says}: {number(row.value, decimals)} for each person in {row.words} ({beside}).",
        f"Full health throughout would be {number(row.highest, decimals)}. A person who died counts as 0 "
        "from that day.",
        f"Every answer needed is known for {share(row.completeness)} of {number(row.eligible)}."
        if part
        else "",
        _weighted(row, "", decimals) if part else "",
        _bounds(row, "", decimals) if part else "",
    )


def change(measure: Row, row: Row) -> str:
    """Who became better or worse by at least the change that matters (``important_change``)."""
    decimals = measure.decimals or 0
    head = f"a change of {number(row.threshold, decimals)} or more since {_point(row.from_point)}"
    if row.improved_share is None and row.worse_share is None:
        return f"Too few people to show how many had {head} ({people(row.n)})."
    parts = []
    for share_, lower, upper, word in (
        (row.improved_share, row.improved_lower, row.improved_upper, "better"),
        (row.worse_share, row.worse_lower, row.worse_upper, "worse"),
    ):
        if share_ is not None:
            parts.append(f"{word} for {amount(share_, '%', 1)} ({interval(lower, upper, '%', 1)})")
    known = f"; of {number(row.eligible)} who could be counted" if row.eligible is not None else ""
    return sentence(
        f"{upper_first(' and '.join(parts))}, by {head} ({people(row.n)} with both answers{known}).",
        f"Smallest change that matters: {row.source}.",
    )


def _point(point: str | None) -> str:
    return "the start" if point in ("baseline", None) else point.replace("_", " ")


def scored(row: Row) -> str:
    """By which value set the answers to a measure are scored (``value_set``)."""
    return f"Scored by the {row.name} for the {row.instrument} ({row.version}). Source: {row.source}."


def switched(measure: Row, now: Row, earlier: Row) -> str:
    """Two questionnaires, each by its own value set; nothing is worked out between them (``value_set``)."""
    decimals = measure.decimals or 0

    def one(row: Row) -> str:
        if row.value is None:
            return f"the {row.instrument}: too few people to show ({people(row.n)})"
        beside = evidence(row.n, row.lower, row.upper, "", decimals)
        known = f"; {share(row.completeness)} of {number(row.eligible)} answered" if row.eligible else ""
        return f"the {row.instrument}: {number(row.value, decimals)} in {row.words} ({beside}{known})"

    return sentence(
        f"People were asked with another questionnaire before: {one(earlier)}. Since then, {one(now)}.",
        "The two figures are of two questionnaires with two value sets. They cannot be compared, and neither "
        "was turned into the other.",
    )


def two_sets(measure: Row, row: Row) -> str:
    """The same answers by two value sets (``two_value_sets``)."""
    if row.value is None or row.other_value is None:
        return f"The {row.other_set} cannot be shown beside the {row.value_set} yet ({people(row.n)})."
    decimals = measure.decimals or 0
    ends = interval(row.diff_lower, row.diff_upper, "", decimals)
    way = "lower" if row.difference < 0 else "higher"
    return (
        f"Another value set gives another figure for the same answers: "
        f"{number(row.other_value, decimals)} by the {row.other_set} against "
        f"{number(row.value, decimals)} by the {row.value_set}, "
        f"{number(abs(row.difference), decimals)} {way} ({people(row.n)}"
        f"{f', {ends} of the difference' if ends else ''}). Compare years by one set only."
    )
