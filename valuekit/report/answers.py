"""What stands beside a patient-reported measure: the missing, QALYs, change that matters, two value sets."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from valuekit.report.audience import Row
from valuekit.report.show import Item, Points, Shown, Words
from valuekit.report.tables import table
from valuekit.report.words import quality_of_life as words
from valuekit.report.words.about import ranged
from valuekit.report.words.numbers import number

if TYPE_CHECKING:
    from valuekit.report.service import ServiceReport


def beside(report: ServiceReport, measure: Row) -> Iterator[Shown]:
    """The sentence on the missing at once; the rest as points and a table, where it is declared."""
    found = report.rows("sensitivity", measure=measure.measure)
    own = next((r for r in found if r.figure == "measure"), None)
    if own is not None:
        yield Words((words.missing(measure, own),))
    points = [words.change(measure, r) for r in report.rows("important_change", measure=measure.measure)]
    points += [words.qaly(measure, r) for r in found if r.figure == "qaly"]
    sets = report.rows("value_set", measure=measure.measure)
    points += [words.scored(r) for r in sets if r.position == 1]
    if len(sets) > 1:
        points.append(words.switched(measure, *sorted(sets, key=lambda r: r.position)[:2]))
    points += [words.two_sets(measure, r) for r in report.rows("two_value_sets", measure=measure.measure)]
    if points:
        yield Points(tuple(Item(text) for text in points))
    yield from _value_sets(report, measure)


def only_known(report: ServiceReport, names: Iterable[str | None]) -> Words:
    """How many results are known of the measures `names`, where figures of them stand without it."""
    wanted = set(names)
    found = [
        (measure, row)
        for measure in report.measures
        if measure.measure in wanted
        for row in report.rows("sensitivity", measure=measure.measure)
    ]
    told = words.only_known(found)
    return Words((told,) if told else ())


def value_known(years: Sequence[Row]) -> Words:
    """How many results are known of the outcome set beside cost; `years` of ``value``, oldest first."""
    told = words.value_known(years[-1] if years else None)
    return Words((told,) if told else ())


def _value_sets(report: ServiceReport, measure: Row) -> Iterator[Shown]:
    rows = [r for r in report.rows("two_value_sets", measure=measure.measure) if r.value is not None]
    if not rows:
        return
    row, decimals = rows[0], measure.decimals or 0
    yield table(
        f"{report.id}-{measure.measure}-value-sets",
        f"{measure.name} by two value sets, the same answers, {row.words} (95% interval).",
        {
            "Value set": [row.value_set, row.other_set],
            "n": [number(row.n)] * 2,
            "Mean index": [
                ranged(number(row.value, decimals), row.lower, row.upper, "", decimals),
                ranged(number(row.other_value, decimals), row.other_lower, row.other_upper, "", decimals),
            ],
        },
        numbers=("n",),
    )
