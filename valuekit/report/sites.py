"""Hospital sites in a service report: sentence, funnel and table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from valuekit.report import answers
from valuekit.report.audience import Row
from valuekit.report.charts.funnel import funnel
from valuekit.report.show import Block, Words
from valuekit.report.tables import NOT_SHOWN, table
from valuekit.report.words import about as about_words
from valuekit.report.words import measures as words
from valuekit.report.words import sites as site_words
from valuekit.report.words.numbers import number, share

if TYPE_CHECKING:
    from valuekit.report.service import ServiceReport


def known_column(found: list[Row]) -> dict[str, list[str]]:
    """The column of completeness; none in public, where it is kept back."""
    known = [row.completeness for row in found]
    return {"Known": [share(k) for k in known]} if any(k is not None for k in known) else {}


def sites(report: ServiceReport) -> Block:
    """The value outcome by hospital site; a sentence alone where a service has too few sites."""
    found = sorted(report.rows("funnel"), key=lambda s: s.site)
    measures = {m.measure: m for m in report.measures}
    if not found or found[0].measure not in measures:
        return Block.of(Words(("Fewer than three hospital sites have enough people to be compared.",)))
    measure = measures[found[0].measure]
    caption = (
        f"{measure.name} by site, against the number of people, {found[0].words}. Dotted: 95% limits; "
        "dashed: 99.8%. Squares and diamonds lie beyond the outer limits."
    )
    figure = report.figure(
        "sites", funnel(found, measure.direction), caption, site_words.sites_alt(measure, found)
    )
    unit, decimals = measure.unit or "", measure.decimals or 0
    shown = table(
        f"{report.id}-sites",
        f"{measure.name} by hospital site, {found[0].words}.",
        {
            "Site": [s.site for s in found],
            "n": [number(s.n) if s.n is not None else NOT_SHOWN for s in found],
            "Figure (95% interval)": [
                about_words.ranged(words.value_of(measure, s.value), s.lower, s.upper, unit, decimals)
                if s.shown and s.value is not None
                else NOT_SHOWN
                for s in found
            ],
            **known_column(found),
            "In the funnel": [site_words.place(s) for s in found],
        },
        numbers=("n", *known_column(found)),
    )
    known = answers.only_known(report, [measure.measure])
    return Block.of(Words((site_words.sites(measure, found),)), figure, shown, known)
