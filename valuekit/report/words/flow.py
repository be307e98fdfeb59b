"""Sentences about how a pathway flows: time, waits, hand-offs and returns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from valuekit.report.audience import Row
from valuekit.report.words.numbers import amount, evidence, listed, lower_first, number, sentence, share

NEARLY_ALL = "nearly all"
"""For a share that may not be shown since all but few are in it."""

COMMON = 0.1
"""Share of pathways from which a step is common enough to be named as the longest wait."""


def time(figures: Mapping[str, Row]) -> str:
    """From first to last contact, and how much of it is with care (``flow_figure``)."""
    whole, touched, free = (_shown(figures, name) for name in ("span_days", "touched", "free_days"))
    if whole is None:
        return "There are too few pathways to say how they flow."
    parts = [f"From first to last contact, a pathway takes {_said(whole)} on average ({_beside(whole)})."]
    if touched is not None:
        parts.append(
            f"For {_said(touched)} of that time the person is in a hospital bed or in contact "
            f"({_beside(touched)})."
        )
    if free is not None:
        parts.append(f"The other {_said(free)} pass without contact ({_beside(free)}).")
    return sentence(*parts)


def hands(figures: Mapping[str, Row]) -> str:
    """Hand-offs, coming back and returns to hospital (``flow_figure``)."""
    parts = []
    department, provider = (_shown(figures, f"{name}_handoffs") for name in ("department", "provider"))
    if department is not None:
        text = f"A pathway is handed from one department to another {_times(department)} on average"
        parts.append(f"{text} ({_beside(department)}).")
    if provider is not None:
        parts.append(f"From one provider to another it is {_times(provider)} ({_beside(provider)}).")
    back, again = _shown(figures, "back"), _shown(figures, "returns")
    if back is not None:
        parts.append(f"{_said(back)} of pathways come back to a stage that they had left ({_beside(back)}).")
    if again is not None:
        parts.append(
            f"Of those with a hospital stay, {_said(again)} return to a hospital bed a day or more after it "
            f"({_beside(again)})."
        )
    return sentence(*parts)


def waits(steps: Sequence[Row]) -> str:
    """The commonest step, and the longest wait among the common ones (``flow_step``)."""
    if not steps:
        return "No step was taken by enough pathways to be shown."
    first = steps[0]
    parts = [f"The commonest step is {step(first)}, taken by {of_all(first)} ({_n(first)})."]
    common = [s for s in steps if (s.share is None or s.share >= COMMON) and s.wait_median is not None]
    if common:
        longest = max(common, key=lambda s: (s.wait_median, -s.from_position))
        if longest.wait_median > 0:
            times = f", over {longest.times:,} times" if longest.times is not None else ""
            parts.append(
                f"Of the steps that at least a tenth take, the longest wait is {step(longest)}: half of the "
                f"waits are longer than {days(longest.wait_median)}{times}."
            )
        else:
            parts.append("No step that at least a tenth take has half of its waits longer than a moment.")
    return sentence(*parts)


def step(row: Row) -> str:
    """``from emergency care to the acute stroke unit``."""
    return f"from {lower_first(row.from_name)} to {lower_first(row.to_name)}"


def of_all(row: Row) -> str:
    """The share of pathways that reached a stage or took a step."""
    return NEARLY_ALL if row.share is None else share(row.share)


def days(value: float | None) -> str:
    """``10 days``, ``3.5 days``, ``none``; "not shown" where missing."""
    if value is None:
        return "not shown"
    if value < 0.05:
        return "none"
    return amount(value, "days", 0 if value == round(value) else 1)


def alt(stages: Sequence[Row], steps: Sequence[Row]) -> str:
    """Alt text of the diagram."""
    if not stages or not steps:
        return "How the pathway flows cannot be shown yet."
    named = listed([f"{lower_first(s.stage_name)} ({of_all(s)})" for s in stages])
    drawn = listed([f"{step(s)} {of_all(s)}, median wait {days(s.wait_median)}" for s in steps[:5]])
    return (
        f"Diagram of the pathway. Stages in order, with the share of pathways that reach them: {named}. "
        f"The commonest steps: {drawn}."
    )


def _shown(figures: Mapping[str, Row], name: str) -> Row | None:
    row = figures.get(name)
    return row if row is not None and row.shown and row.value is not None else None


def _said(row: Row) -> str:
    unit = row.unit if row.unit in ("%", "days") else ""
    return amount(row.value, unit, row.decimals)


def _times(row: Row) -> str:
    return f"{number(row.value, row.decimals)} times"


def _beside(row: Row) -> str:
    return evidence(row.n, row.lower, row.upper, row.unit if row.unit in ("%", "days") else "", row.decimals)


def _n(row: Row) -> str:
    return f"n = {row.n:,}" if row.n is not None else "n not known"
