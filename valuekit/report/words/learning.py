"""Sentences, cells and alternative texts of the learning library, made from the figures beside them."""

from __future__ import annotations

from collections.abc import Sequence

from valuekit.project import Month
from valuekit.report.audience import Row
from valuekit.report.words.numbers import lower_first, number, sentence

NOT_STATED = "not stated"
NONE = "–"
"""Where there is nothing to state: the people behind a count are the count."""
SINGLE = ("days", "weeks", "months", "years", "hours", "minutes")
"""Units that lose their s beside a 1."""
BETTER = {"increase": "higher is better", "decrease": "lower is better"}


def plain(value: float) -> str:
    """A published number with the decimals that it was published with: ``13``, ``90.5``, ``0.38``."""
    text = f"{value:.6f}".rstrip("0")
    return number(value, len(text.split(".")[1]) if not text.endswith(".") else 0)


def amount(value: float | None, unit: str) -> str:
    """``13%``, ``£800,000``, ``950 people``, ``0.38``."""
    if value is None:
        return NOT_STATED
    text = plain(value)
    if unit == "%":
        return f"{text}%"
    if unit == "£":
        return f"−£{text[1:]}" if text.startswith("−") else f"£{text}"
    if unit == "coefficient":
        return text
    return f"{text} {unit[:-1] if value == 1 and unit in SINGLE else unit}"


def figure_cell(row: Row) -> str:
    """The figure as published: ``about 950 people``."""
    return sentence(row.about or "", amount(row.figure, row.unit))


def against_cell(row: Row) -> str:
    """What the figure stands against, with its number."""
    if row.against_figure is None:
        return NONE
    return f"{amount(row.against_figure, row.unit)}: {row.against}"


def size_cell(n: float | None, unit: str) -> str:
    """``n``, or that it is not stated; a count or a sum of money needs none."""
    if n is not None:
        return plain(n)
    return NOT_STATED if unit in ("%", "coefficient", *SINGLE) else NONE


def interval_cell(row: Row) -> str:
    """The 95% interval of the figure, or that it is not stated."""
    if row.lower is None:
        return NOT_STATED if row.unit in ("%", "coefficient", *SINGLE) else NONE
    return f"{number(row.lower, 1)}% to {number(row.upper, 1)}%"


def figure_sentence(row: Row) -> str:
    """One figure in a sentence or two: what it is, of whom, against what, how far apart, how sure."""
    first = f"{row.measure}: {figure_cell(row)}" + (f" ({row.group})" if row.group else "")
    if row.against_figure is None:
        return sentence(f"{first}.", _sureness(row))
    first += f", against {amount(row.against_figure, row.unit)} ({row.against})."
    return sentence(first, _apart(row), _sureness(row))


def _apart(row: Row) -> str:
    if not row.difference:
        return "The two are the same."
    size = abs(row.difference)
    told = (
        f"{plain(round(size, 6))} percentage points" if row.unit == "%" else amount(round(size, 6), row.unit)
    )
    told = told.replace("1 percentage points", "1 percentage point") if size == 1 else told
    way = "higher" if row.difference > 0 else "lower"
    better = BETTER.get(row.direction, "")
    return f"That is {told} {way}" + (f"; {better}." if better else ".")


def _sureness(row: Row) -> str:
    if row.unit != "%":
        return ""
    if row.difference_lower is not None:
        ends = f"{number(row.difference_lower, 1)} to {number(row.difference_upper, 1)} percentage points"
        return f"95% interval of the difference: {ends}."
    if row.lower is not None and row.against_figure is None:
        return f"95% interval: {interval_cell(row)}."
    if row.lower is not None:
        return f"95% interval of the first: {interval_cell(row)}; of the difference: not stated."
    return "Interval: not stated."


def chart_alt(figures: Sequence[Row]) -> str:
    """The chart in words: every figure, and what each stands against."""
    told = []
    for row in figures:
        text = f"{row.measure} {figure_cell(row)}"
        if row.lower is not None:
            text += f" (95% interval {interval_cell(row)})"
        if row.against_figure is not None:
            text += f", against {amount(row.against_figure, row.unit)} for {row.against}"
        told.append(text)
    return "Dots are the case's figures, rings what they stand against. " + "; ".join(told) + "."


def when(row: Row) -> str:
    """``2012 to 2015``, ``began May 2012``; not stated where the sources do not say when it began."""
    if not row.began:
        return NOT_STATED
    if row.ended:
        return date(row.began) if row.ended == row.began else f"{date(row.began)} to {date(row.ended)}"
    return f"began {date(row.began)}"


def date(text: str) -> str:
    """``2012`` as it is; ``2012-05`` as ``May 2012``."""
    return Month.parse(text).words if "-" in text else text


def scale(row: Row) -> str:
    """``950 patients on the register; 3 commissioning groups``."""
    parts = [
        f"{plain(value)} {lower_first(says or '')}".strip()
        for value, says in ((row.people, row.people_says), (row.sites, row.sites_says))
        if value is not None
    ]
    return "; ".join(parts) or NOT_STATED


def evidence(row: Row, label: str) -> str:
    """``Very weak (1 of 5): …``, with every step of the rule."""
    return f"{label} ({row.evidence_rating} of 5). {row.evidence_why[:1].upper()}{row.evidence_why[1:]}."


def adopters(count: int) -> str:
    """How many have reported."""
    if not count:
        return "Nobody has reported back yet. If you try it, tell others what happened: the kit has a form."
    return "1 organisation has reported back." if count == 1 else f"{count} organisations have reported back."


EVIDENCE_RULE = (
    "The rating is of the evidence behind the main figure, from 1 (very weak) to 5 (strong). Begin with "
    "the points of the design, then take the steps below it in order. It judges how sure a figure is, "
    "and not how good the work was."
)

NO_CASE_BEARS = "No case study of the learning library bears on this service yet."
NO_CASE_MEASURES = "No case study measures this yet."


_BEARS = "A case bears on a measure where its adopters measure the same thing."
WEAKEST = {
    "asked": "These measures are put before the board: the target is missed consistently, the newest points "
    f"or months are worse, or results are known for too few. {_BEARS}",
    "short": "No measure is put before the board this month. These fall short of their target in the newest "
    f"12 months. {_BEARS}",
    "still": "No measure is put before the board this month or falls short of a target. These outcomes show "
    f"no clear improvement over the year. {_BEARS}",
    "none": "Every outcome improved over the year, so no measure is singled out.",
}
"""By which rule the measures below it are the weakest."""


def in_short(row: Row, cost: str, impact: str, evidence: str, status: str) -> str:
    """The case in one line under its title."""
    return (
        f"{row.organisation}, {when(row)}. Cost: {cost.lower()}. Impact: {impact.lower()}. "
        f"Evidence: {evidence.lower()} ({row.evidence_rating} of 5). Status: {status.lower()}."
    )
