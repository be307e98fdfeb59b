"""The learning library as tables of the mart."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from valuekit.learning.figures import Figure, bounds, difference
from valuekit.learning.library import CaseStudy, Library
from valuekit.learning.schema import AdopterFigure, ToMeasure
from valuekit.learning.vocabulary import FACTORS, RATINGS, rules
from valuekit.mart import TABLES, conform
from valuekit.mart.learning import TABLES as OURS

Row = dict[str, Any]

NEAREST = 3
"""Related cases shown with a case, and cases shown with a measure."""

WEIGHTS = {
    "service": 3,
    "patient_group": 2,
    "theme": 2,
    "lens": 1,
    "function": 1,
    "setting": 1,
}
"""What a shared word counts towards a related case: the nearer to the patient, the more."""

TOO_WIDE = {"service": "all", "patient_group": "everyone"}
"""Words that nearly all cases could share, which bring none nearer."""


@dataclass(frozen=True)
class LiveMeasure:
    """A measure of a service of this site: `kind` and, where it has one, `instrument` of its definition."""

    service: str
    measure: str
    kind: str
    instrument: str = ""


def tables(library: Library, live: Sequence[LiveMeasure] = ()) -> dict[str, pd.DataFrame]:
    """Every table of the learning library.

    Parameters
    ----------
    live
        Measures of the services that this site reports, to find the cases that bear on them.
    """
    cases = library.cases
    facets = {study.id: list(_facets(study, library)) for study in cases}
    found: dict[str, list[Row]] = {
        "case": [_case(i, study) for i, study in enumerate(cases, start=1)],
        "case_facet": [row for study in cases for row in facets[study.id]],
        "case_rule": rules() if cases else [],
        "case_figure": [row for study in cases for row in _figures(study)],
        "case_source": [row for study in cases for row in _sources(study)],
        "case_context": [row for study in cases for row in _context(study)],
        "case_risk": [row for study in cases for row in _risks(study)],
        "case_measure": [row for study in cases for row in _measures(study)],
        "case_adoption": [row for study in cases for row in _adoptions(study)],
        "case_related": [row for study in cases for row in _related(study.id, facets)],
        "case_bearing": list(_bearing(cases, live)),
    }
    return {table.name: _frame(table.name, found[table.name]) for table in OURS}


def _frame(name: str, rows: list[Row]) -> pd.DataFrame:
    columns = [column.name for column in TABLES[name].columns]
    return conform(name, pd.DataFrame(rows, columns=columns))


def _case(position: int, study: CaseStudy) -> Row:
    case = study.case
    return {
        "case": study.id,
        "position": position,
        "title": study.title,
        "subtitle": study.subtitle,
        "summary": study.summary,
        "organisation": case.organisation,
        "partners": "; ".join(case.partners),
        "place": case.place,
        "patients": case.patients,
        "began": case.began,
        "ended": case.ended,
        "people": case.scale.people,
        "people_says": case.scale.people_says,
        "sites": case.scale.sites,
        "sites_says": case.scale.sites_says,
        "pounds": case.cost.pounds,
        "cost_says": case.cost.says,
        "impact_says": study.impact.why,
        "evidence_rating": int(study.evidence.code),
        "evidence_why": study.evidence.why,
        "evidence_says": case.evidence.says,
        "review": case.review,
        "contact": case.contact,
        "baseline_months": case.adopt.baseline.months,
        "baseline_says": case.adopt.baseline.says,
        "cohort_says": case.adopt.cohort.says,
    }


def _facets(study: CaseStudy, library: Library) -> Iterator[Row]:
    words, case = library.words, study.case
    if words is None:
        return
    held = (
        ("theme", (case.theme,), words.themes),
        ("lens", (case.lens,), words.lenses),
        ("setting", case.setting, words.settings),
        ("service", case.services, words.services),
        ("function", case.functions, words.functions),
        ("patient_group", (case.patient_group,), words.patient_groups),
        ("cost", (study.cost.code,), {study.cost.code: study.cost.label}),
        ("impact", (study.impact.code,), {study.impact.code: study.impact.label}),
        ("evidence", (study.evidence.code,), {str(k): v for k, v in RATINGS.items()}),
        ("status", (case.status,), words.statuses),
    )
    for facet, codes, labels in held:
        order = {code: i for i, code in enumerate(labels, start=1)}
        for code in codes:
            yield {
                "case": study.id,
                "facet": facet,
                "code": code,
                "position": order.get(code, 0),
                "label": labels.get(code, code),
            }


def _figures(study: CaseStudy) -> Iterator[Row]:
    said = {source.source: f"{source.by}: {source.title}, {source.year}" for source in study.case.sources}
    for i, figure in enumerate(study.figures, start=1):
        yield _figure(study.id, "", i, figure, said[figure.source])
    for adoption in study.adoptions:
        for i, figure in enumerate(adoption.figures, start=1):
            yield _figure(
                study.id,
                adoption.organisation,
                i,
                _as_figure(figure),
                f"{adoption.organisation}, {adoption.reported}",
            )


def _as_figure(figure: AdopterFigure) -> Figure:
    texts = ("group", "about", "against")
    given = {name: value or "" if name in texts else value for name, value in figure.model_dump().items()}
    return Figure(**given, source="", page="")


def _figure(case: str, adopter: str, position: int, figure: Figure, source: str) -> Row:
    lower, upper = bounds(figure.figure, figure.n, figure.unit)
    against_lower, against_upper = bounds(figure.against_figure, figure.against_n, figure.unit)
    size, size_lower, size_upper = difference(figure)
    return {
        **figure.__dict__,
        "case": case,
        "adopter": adopter,
        "position": position,
        "lower": lower,
        "upper": upper,
        "against_lower": against_lower,
        "against_upper": against_upper,
        "difference": size,
        "difference_lower": size_lower,
        "difference_upper": size_upper,
        "source": source,
    }


def _sources(study: CaseStudy) -> Iterator[Row]:
    for i, source in enumerate(study.case.sources, start=1):
        yield {
            "case": study.id,
            "position": i,
            "title": source.title,
            "by": source.by,
            "year": str(source.year),
            "pages": source.pages,
            "url": source.url,
        }


def _context(study: CaseStudy) -> Iterator[Row]:
    for i, (factor, label) in enumerate(FACTORS.items(), start=1):
        said = getattr(study.case.adopt.context, factor)
        yield {
            "case": study.id,
            "position": i,
            "factor": factor,
            "label": label,
            "needs": said.needs,
            "says": said.says,
        }


def _risks(study: CaseStudy) -> Iterator[Row]:
    for way in ("acting", "not_acting"):
        for i, risk in enumerate(getattr(study.case.adopt, way), start=1):
            yield {"case": study.id, "position": i, "way": way, **risk.model_dump()}


def _measures(study: CaseStudy) -> Iterator[Row]:
    for i, measure in enumerate(study.case.adopt.measures, start=1):
        yield {
            "case": study.id,
            "position": i,
            "kind": measure.kind,
            **{
                name: getattr(measure, name)
                for name in (
                    "measure",
                    "name",
                    "definition",
                    "numerator",
                    "denominator",
                    "direction",
                    "collect",
                )
            },
        }


def _adoptions(study: CaseStudy) -> Iterator[Row]:
    for adoption in study.adoptions:
        yield adoption.model_dump(exclude={"figures"})


def _related(case: str, facets: dict[str, list[Row]]) -> Iterator[Row]:
    """The cases that share most with `case`, each with what they share."""
    mine = _words(facets[case])
    scored = []
    for other, rows in facets.items():
        if other == case:
            continue
        shared = [row for row in rows if (row["facet"], row["code"]) in mine and _tells(row)]
        score = sum(WEIGHTS[row["facet"]] for row in shared)
        if score:
            scored.append((-score, other, ", ".join(dict.fromkeys(row["label"] for row in shared))))
    for i, (_, other, shared) in enumerate(sorted(scored)[:NEAREST], start=1):
        yield {"case": case, "related": other, "position": i, "shared": shared}


def _words(rows: list[Row]) -> set[tuple[str, str]]:
    return {(row["facet"], row["code"]) for row in rows}


def _tells(row: Row) -> bool:
    return row["facet"] in WEIGHTS and TOO_WIDE.get(row["facet"]) != row["code"]


def _bearing(cases: Sequence[CaseStudy], live: Sequence[LiveMeasure]) -> Iterator[Row]:
    """Cases that bear on each live measure: those of its service, and those that measure the same thing."""
    for service in dict.fromkeys(one.service for one in live):
        own = [
            (
                study,
                "its service is this one" if service in study.case.reports else "it is about this service",
            )
            for study in cases
            if service in study.case.reports or service in study.case.services
        ]
        for i, (study, reason) in enumerate(own, start=1):
            yield {"service": service, "measure": "", "case": study.id, "position": i, "reason": reason}
    for one in live:
        found = []
        for study in cases:
            same = next((m for m in study.case.adopt.measures if _same(m, one)), None)
            if same is not None:
                about = one.service in study.case.services
                found.append((not about, -int(study.evidence.code), study.id, same))
        for i, (_, _, case, same) in enumerate(sorted(found, key=lambda f: f[:3])[:NEAREST], start=1):
            yield {
                "service": one.service,
                "measure": one.measure,
                "case": case,
                "position": i,
                "reason": f"its adopters measure the same: {same.name}",
            }


def _same(measure: ToMeasure, live: LiveMeasure) -> bool:
    """Whether both are worked out in the same way from the same instrument."""
    if measure.source is None or measure.kind != live.kind:
        return False
    return str(measure.source.get("instrument", "")) == live.instrument
