"""Where results and learning meet: the cases that bear on what a service does least well."""

from __future__ import annotations

from collections.abc import Sequence

from valuekit.mart import Mart
from valuekit.report.audience import Row, rows
from valuekit.report.show import Block, Heading, Item, Points, Shown, Words
from valuekit.report.words import decisions
from valuekit.report.words import learning as words
from valuekit.report.words.numbers import upper_first

LIBRARY = "../learning"


def bearing(service: Row, pairs: Sequence[decisions.Pair], mart: Mart) -> Block:
    """The cases for each measure that is put before the board, then those about the service itself."""
    titles = {row.case: row.title for row in rows(mart.table("case"))}
    found = [row for row in rows(mart.of("case_bearing", service.service)) if row.case in titles]
    if not found:
        return Block.of(Words((words.NO_CASE_BEARS,)))
    weak = [pair[0] for pair in pairs if decisions.decide(service, [pair])]
    parts: list[Shown] = [Words((words.weakest(len(weak)),))]
    for measure in weak:
        own = [row for row in found if row.measure == measure.measure]
        parts.append(Heading(3, measure.name, f"learning-{service.service}-{measure.measure}"))
        parts.append(_points(own, titles) if own else Words((words.NO_CASE_MEASURES,)))
    about = [row for row in found if not row.measure]
    if about:
        parts.append(Heading(3, "About this service", f"learning-{service.service}"))
        parts.append(_points(about, titles))
    return Block.of(*parts)


def _points(found: Sequence[Row], titles: dict[str, str]) -> Points:
    return Points(
        tuple(
            Item(f"({upper_first(row.reason)}.)", lead=titles[row.case], href=f"{LIBRARY}/{row.case}.qmd")
            for row in sorted(found, key=lambda row: row.position)
        )
    )
