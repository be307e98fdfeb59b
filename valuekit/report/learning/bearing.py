"""Where results and learning meet: the cases that bear on what a service does least well."""

from __future__ import annotations

from collections.abc import Sequence

from valuekit.mart import Mart
from valuekit.report.audience import Row, rows
from valuekit.report.show import Block, Heading, Item, Points, Shown, Words
from valuekit.report.words import decisions
from valuekit.report.words import learning as words
from valuekit.report.words import measures as measure_words
from valuekit.report.words.numbers import upper_first

LIBRARY = "../learning"


def bearing(service: Row, pairs: Sequence[decisions.Pair], mart: Mart) -> Block:
    """The cases for each measure that is put before the board, then those about the service itself."""
    titles = {row.case: row.title for row in rows(mart.table("case"))}
    found = [row for row in rows(mart.of("case_bearing", service.service)) if row.case in titles]
    if not found:
        return Block.of(Words((words.NO_CASE_BEARS,)))
    rule, weak = weakest(service, pairs)
    parts: list[Shown] = [Words((words.WEAKEST[rule],))]
    for measure in weak:
        own = [row for row in found if row.measure == measure.measure]
        parts.append(Heading(3, measure.name, f"learning-{service.service}-{measure.measure}"))
        parts.append(_points(own, titles) if own else Words((words.NO_CASE_MEASURES,)))
    about = [row for row in found if not row.measure]
    if about:
        parts.append(Heading(3, "About this service", f"learning-{service.service}"))
        parts.append(_points(about, titles))
    return Block.of(*parts)


def weakest(service: Row, pairs: Sequence[decisions.Pair]) -> tuple[str, list[Row]]:
    """The weakest measures of a service, and the rule by which they are: the first that any measure meets.

    ``asked``: put before the board. ``short``: the newest 12 months fall short of the target.
    ``still``: outcomes without a clear improvement over the year. ``none``: every outcome improved.
    """
    chosen = {
        "asked": [m for m, h in pairs if decisions.decide(service, [(m, h)])],
        "short": [m for m, h in pairs if _short(m, h)],
        "still": [m for m, h in pairs if m.role != "cost" and measure_words.way(m, h) != "better"],
    }
    return next(((rule, found) for rule, found in chosen.items() if found), ("none", []))


def _short(measure: Row, headline: Row) -> bool:
    """Whether the newest 12 months lie on the wrong side of the target."""
    if measure.target is None or headline.year_value is None:
        return False
    if measure.direction == "increase":
        return headline.year_value < measure.target
    return measure.direction == "decrease" and headline.year_value > measure.target


def _points(found: Sequence[Row], titles: dict[str, str]) -> Points:
    return Points(
        tuple(
            Item(f"({upper_first(row.reason)}.)", lead=titles[row.case], href=f"{LIBRARY}/{row.case}.qmd")
            for row in sorted(found, key=lambda row: row.position)
        )
    )
