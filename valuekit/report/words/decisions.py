"""What changed, whether it is real, and what needs a decision: lists made by stated rules.

The rules are few, stand here with their thresholds, and are printed with the lists.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from valuekit.report.audience import Row
from valuekit.report.words import measures as words
from valuekit.report.words.numbers import share

COMPLETE_ENOUGH = 0.6
"""Share of results known under which a figure is put before the board: a choice, printed with the list."""


@dataclass(frozen=True)
class Finding:
    """A line for the board: about which service and measure, and what."""

    service: str
    measure: str
    text: str


RULES = (
    "its target lies outside the limits of usual variation on the wrong side, so it is missed consistently",
    "its newest points are worse than chance alone would make likely",
    "its newest 12 months are worse than the 12 before (for costs: higher) "
    "and the interval of the difference leaves out nought",
    f"results are known for fewer than {share(COMPLETE_ENOUGH)} of the people who could be counted",
)
"""When a figure is put before the board for a decision."""

Pair = tuple[Row, Row]
"""A row of ``measure`` and its row of ``headline``."""


def changed(service: Row, pairs: Sequence[Pair]) -> list[Finding]:
    """Measures whose two years differ beyond chance, improvements and their opposite alike."""
    found = []
    for measure, headline in pairs:
        way = words.way(measure, headline)
        if way in words.UNCLEAR or None in (headline.year_value, headline.before_value):
            continue
        unit, decimals = measure.unit or "", measure.decimals or 0
        spread = words.interval_of_difference(headline.diff_lower, headline.diff_upper, unit, decimals)
        size = (
            f": {words.signed_difference(headline.difference, unit, decimals)}{spread}"
            if headline.difference is not None
            else ""
        )
        before, now = (words.value_of(measure, v) for v in (headline.before_value, headline.year_value))
        text = f"{way}, {before} to {now}{size}."
        found.append(Finding(service.name, measure.name, text))
    return found


def unclear(service: Row, pairs: Sequence[Pair]) -> list[Finding]:
    """Measures whose movement may be chance, or that have too few people to tell."""
    found = []
    for measure, headline in pairs:
        says = words.UNCLEAR.get(words.way(measure, headline))
        if says:
            found.append(Finding(service.name, measure.name, f"{says}."))
    return found


def decide(service: Row, pairs: Sequence[Pair]) -> list[Finding]:
    """Measures that meet one of :data:`RULES`, with every rule that they meet."""
    found = []
    for measure, headline in pairs:
        met = []
        if headline.assurance == "consistently_missed" and measure.target is not None:
            met.append(f"the target of {words.target_of(measure)} is missed consistently")
        if (headline.variation or "").startswith("concern"):
            met.append("the newest points are a concern")
        way = words.way(measure, headline)
        if way == "worse" or (way == "higher" and measure.role == "cost"):
            met.append(words.verdict(measure, headline))
        if headline.completeness is not None and headline.completeness < COMPLETE_ENOUGH:
            met.append(f"results are known for only {share(headline.completeness)}")
        if met:
            found.append(Finding(service.name, measure.name, "; ".join(met) + "."))
    return found
