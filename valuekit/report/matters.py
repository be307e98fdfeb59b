"""The section on what matters to patients: ratings, where groups differ, who chose each measure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from valuekit.report.audience import Row
from valuekit.report.charts.importance import importance, ranked_topics
from valuekit.report.show import Block, Table, Words
from valuekit.report.tables import table
from valuekit.report.words import about as about_words
from valuekit.report.words import people
from valuekit.report.words.numbers import number, upper_first

if TYPE_CHECKING:
    from valuekit.report.service import ServiceReport


def what_matters(report: ServiceReport) -> Block:
    """What patients, carers and clinicians rate, who was asked, and who chose each measure."""
    ratings, gaps = report.rows("importance"), report.rows("importance_gap")
    text = Words(
        (people.what_matters(ratings), people.groups_differ(gaps), people.asked(report.rows("asked")))
    )
    figure = report.figure(
        "what-matters",
        importance(ratings),
        "What matters: mean importance from 1 to 5, with 95% intervals, by who rated it.",
        people.importance_alt(ratings, gaps),
    )
    return Block.of(text, figure, _topics(report, ratings, gaps), _provenance(report))


def _topics(report: ServiceReport, ratings: list[Row], gaps: list[Row]) -> Iterator[Table]:
    names = {m.measure: m.name for m in report.measures}
    shown = [r for r in ratings if r.shown and r.mean is not None]
    if not shown:
        return
    topics = ranked_topics(shown)
    by_topic = {(r.name, r.group): r for r in ratings}
    apart = {g.name: g for g in gaps if g.group == "patient"}
    first = {r.name: r for r in ratings}
    columns = {"Topic": topics}
    for group, header in (("patient", "Patients"), ("carer", "Carers"), ("clinician", "Clinicians")):
        columns[header] = [about_words.rating_cell(by_topic.get((topic, group))) for topic in topics]
    columns["Patients against clinicians"] = [people.gap_cell(apart.get(topic)) for topic in topics]
    columns["Measure that answers to it"] = [names.get(first[t].measure or "", "none yet") for t in topics]
    yield table(
        f"{report.id}-topics",
        "Mean importance from 1 to 5 (95% interval; n), where patients differ from clinicians, and the "
        "measure that answers to it.",
        columns,
    )


def _provenance(report: ServiceReport) -> Iterator[Table]:
    chosen = [m for m in report.outcome_measures if m.chosen_by]
    if not chosen:
        return
    yield table(
        f"{report.id}-provenance",
        "Where each measure is from: who chose it, how, and how many took part.",
        {
            "Measure": [m.name for m in chosen],
            "Chosen by": [upper_first(m.chosen_by) for m in chosen],
            "How": [upper_first(m.chosen_how or "not said") for m in chosen],
            "People": [number(m.chosen_people) for m in chosen],
        },
        numbers=("People",),
    )
