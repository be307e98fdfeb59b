"""From the extracts to the mart: the whole of what valuekit works out, in the order in which it is done.

::

    extracts → pathways → results → figures over time, costs, value … → each audience's tables

The public tables pass disclosure control here, before any document can see them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from valuekit.mart import TABLES, conform, empty
from valuekit.mart import learning as learning_tables
from valuekit.measures import changes, frames, methods, outcomes, parts, pathways, rare_events
from valuekit.measures.calendar import Span, between
from valuekit.measures.definition.chart_settings import chart_setting
from valuekit.measures.definition.definitions import ServiceDefinition
from valuekit.measures.money import costs, increments, lenses, programme, tipping, value
from valuekit.measures.money.assumptions import Assumptions
from valuekit.measures.money.cost_behaviour import with_kinds
from valuekit.measures.money.costing import Costing
from valuekit.measures.money.costing import tables as money_and_flow
from valuekit.measures.money.prices import SteadyPrices
from valuekit.measures.money.reconciliation import contributions, reconciliation
from valuekit.measures.people import (
    case_mix,
    composite,
    eq5d,
    event_rate,
    funnel,
    importance,
    inequality,
    quality_of_life,
)
from valuekit.measures.protection import disclosure
from valuekit.measures.protection.linked import FINEST
from valuekit.measures.results import results
from valuekit.measures.revisions import NOTHING_MOVED, released, revisions
from valuekit.project import AUDIENCES, Month

if TYPE_CHECKING:
    from valuekit.extracts import Intake

Frames = dict[str, pd.DataFrame]
Run = Callable[[Callable[[parts.Part], "_OfService"], Iterable[parts.Part]], Iterable["_OfService"]]
"""Does the work on each service, and gives what came of it in the order of the services."""

METHOD = {"share": "Wilson score interval, 95%", "mean": "Student's t interval, 95%"}
"""How the interval of each statistic is worked out; stands beside every measure."""

AFTER_LINKING = {
    "activity": (
        "activity_id",
        "patient",
        "organisation_code",
        "activity_type",
        "start_date",
        "end_date",
        "primary_diagnosis",
        "treatment_function",
    ),
    "cost_lines": (),
    "patients": ("patient", "date_of_death"),
}
"""What is read, once pathways are linked, of the extracts with the most rows; of all others, every column."""


def compute(
    intake: Intake,
    services: Sequence[ServiceDefinition],
    rules: disclosure.Rules,
    releases: Path,
    assumptions: Assumptions | None = None,
    *,
    costing: Costing,
    learning: Mapping[str, pd.DataFrame] | None = None,
    value_sets: Mapping[str, eq5d.ValueSet] | None = None,
    run: Run = map,
) -> dict[str, Frames]:
    """Every table of the mart, for every audience.

    Parameters
    ----------
    intake
        Validated, pseudonymised extracts of the period and the months before it.
    services
        In the order in which they are shown.
    rules
        Disclosure rules for the public tables.
    releases
        Folder of earlier releases, to say which figures moved.
    assumptions
        The programme's sums, segments and expected need; those of a project that declares none by default.
    costing
        How the cost of each resource behaves, and the price index.
    learning
        Tables of the learning library, which pass through the same gate as all others; empty ones by default.
    value_sets
        EQ-5D value sets of the project, by name; those that come with valuekit by default.
    run
        How the work on each service is done: as ``map`` does it, one after the other, or side by side.

    Returns
    -------
    dict
        Audience → table → frame, as :data:`valuekit.mart.TABLES` declares them.
    """
    assumptions = assumptions or Assumptions()
    months = months_covered(intake)
    linked = pathways.link(intake, services)
    intake = replace(intake, tables=_own_text(intake.tables))
    sets = eq5d.value_sets() if value_sets is None else value_sets
    site = funnel.sites(intake.tables["activity"], linked.pathway_activity, services)
    work = partial(_of_service, months=months, sets=sets, costing=costing, assumptions=assumptions)
    each = tuple(run(work, parts.by_service(intake, services, linked, site)))
    result = parts.one_below_the_other([own.result for own in each])
    years = [own.year for own in each]
    common = _common(intake, services, linked) | parts.joined([own.tables for own in each])
    common["release"] = released(releases, intake.period)
    placed = parts.one_below_the_other([own.placed for own in each])
    common |= _lenses(intake, years, placed, assumptions)
    common |= learning or {table.name: empty(table.name) for table in learning_tables.TABLES}

    common = {name: conform(name, table) for name, table in common.items()}
    team, public = (common | tables for tables in _over_time(intake, services, result, months, site))
    outcome_of = {service.service: service.value.outcome for service in services}
    safe = disclosure.protected(public, rules, _contributions(linked, years, placed), outcome_of)
    public = dict(safe.frames)
    # Both sides of this comparison are public already: what was released, and the protected series.
    moved = {"revision": conform("revision", revisions(releases, intake.period, public["series"]))}
    team = {name: conform(name, team[name]) for name in TABLES if name in team} | moved
    team["suppression"] = safe.hidden
    public |= moved
    return {
        audience: {
            name: (public if audience == "public" else team)[name]
            for name, table in TABLES.items()
            if audience in table.audiences
        }
        for audience in AUDIENCES
    }


def _own_text(tables: Mapping[str, pd.DataFrame]) -> Frames:
    """`tables` with their text kept as pandas now keeps new text: columns of two kinds are slow to join.

    That is for what comes after linking, which reads text as the extracts have it; :data:`AFTER_LINKING` says
    what is still read then.
    """
    kept = {}
    for name, table in tables.items():
        read = table[list(AFTER_LINKING.get(name, table.columns))]
        kept[name] = read.astype(dict.fromkeys(read.select_dtypes("str").columns, "str"))
    return kept


def months_covered(intake: Intake) -> Span:
    """The months that the extracts cover: from the first in the ledger to the period."""
    ledger = intake.tables["ledger"]["month"]
    first = min(Month.parse(ledger.min()), intake.period) if len(ledger) else intake.period
    return Span(first, between(first, intake.period) + 1)


def _common(intake: Intake, services: Sequence[ServiceDefinition], linked: pathways.Linked) -> Frames:
    """Tables of all services that do not depend on how often an audience sees a measure."""
    return {
        "service": frames.service(services, linked.pathway, intake.period),
        "chart_setting": chart_setting(services),
        "rate": frames.rate(services, intake.codes, event_rate.METHOD),
        "stage": frames.stage(services, linked.pathway_activity),
        "reconciliation": reconciliation(intake, linked, services),
        "revision": NOTHING_MOVED,
        "quality_file": intake.quality_file,
        "quality_rule": intake.quality_rule,
        "dictionary": intake.dictionary,
        "method": methods.method_table(methods.registered()),
        "method_example": methods.worked(),
    }


@dataclass(frozen=True)
class _OfService:
    """What was worked out for one service alone.

    Attributes
    ----------
    result
        One row a pathway and measure.
    year, placed
        Its newest complete 12 months, and their pathways each in its segment.
    tables
        Tables of the mart.
    """

    result: pd.DataFrame
    year: costs.CompleteYear
    placed: pd.DataFrame
    tables: Frames


def _of_service(
    part: parts.Part,
    months: Span,
    sets: Mapping[str, eq5d.ValueSet],
    costing: Costing,
    assumptions: Assumptions,
) -> _OfService:
    services, intake, linked = [part.service], part.intake, part.linked
    survey = intake.tables["survey"]
    result = results(intake, services, linked.pathway, linked.pathway_activity, sets)
    year = costs.complete_year(linked, part.service, months)
    placed = lenses.segments([year], intake.tables["activity"], assumptions.segments)
    steady = SteadyPrices(linked.pathway_month_cost, costing.deflators)
    tables = {
        "followup": outcomes.followup(result, services, months),
        "importance": importance.importance(survey, services),
        "importance_gap": importance.gaps(survey, services),
        "asked": importance.asked(survey, services),
        "value": value.value(result, services, months, steady),
        "tipping": tipping.tipping([year], intake),
        **_costs(intake, year, result, costing),
        **money_and_flow([year], linked, months, costing),
        **composite.tables(result, survey, services, months),
        **increments.tables(result, services, linked.pathway_activity, months, steady),
        **case_mix.tables(result, services, intake, linked, months, part.site),
        **event_rate.tables(services, intake, linked, months, chart_setting(services)),
        **quality_of_life.tables(result, services, intake, linked, months, sets),
    }
    return _OfService(result, year, placed, tables)


def _costs(intake: Intake, year: costs.CompleteYear, result: pd.DataFrame, costing: Costing) -> Frames:
    """Tables of cost, for the newest complete 12 months of a service."""
    resources, departments = intake.codes.get("resources", {}), intake.codes.get("departments", {})
    dearest = costs.each([year], lambda year: costs.resource_patient(year, result))
    stage_cost = costs.each([year], lambda year: costs.stage_cost(year, resources))
    return {
        "stage_cost": with_kinds(stage_cost, costing.behaviour),
        "department_cost": costs.each([year], lambda year: costs.department_cost(year, departments)),
        "cost_cube": costs.each([year], lambda year: costs.cost_cube(year, resources, departments)),
        "cost_spread": costs.each([year], costs.cost_spread),
        "cost_summary": costs.each([year], costs.cost_summary),
        "resource_patient": dearest.drop(columns="words"),
    }


def _lenses(
    intake: Intake, years: list[costs.CompleteYear], placed: pd.DataFrame, assumptions: Assumptions
) -> Frames:
    """Tables of how money is shared, and of what the programme itself costs and yields."""
    return {
        "allocation": lenses.allocation(years),
        "need": lenses.need(years, assumptions.need),
        "need_rate": lenses.need_rate(years, assumptions.need),
        "segment": lenses.segment_table(placed, years, assumptions.segments),
        **programme.tables(intake.tables["programme_costs"], assumptions.programme),
    }


def _contributions(linked: pathways.Linked, years: list[costs.CompleteYear], placed: pd.DataFrame) -> Frames:
    """Who holds each public sum of money: disclosure control looks for sums that few people hold."""
    return {
        **dict.fromkeys(("stage_cost", "department_cost"), costs.contributions(years, list(FINEST))),
        "reconciliation": contributions(linked),
        "need": lenses.held_by_fifth(years),
        "segment": placed,
    }


def _over_time(
    intake: Intake,
    services: Sequence[ServiceDefinition],
    result: pd.DataFrame,
    months: Span,
    site: pd.Series,
) -> tuple[Frames, Frames]:
    """Tables of measures for the team and for the public, who may see them at other intervals."""
    settings = chart_setting(services)
    team, public = (frames.measure(services, intake.codes, who, METHOD) for who in ("board", "public"))
    change = changes.before_after(intake.tables["service_changes"], result, team, months)
    fifths = inequality.by_fifth(result, team, months)
    whole_years = {
        "rare": rare_events.rare(result, team, settings),
        "inequality": fifths,
        "inequality_slope": inequality.slopes(fifths),
        "funnel": funnel.by_site(result, team, services, site, months),
        "change": change,
    }
    compared = outcomes.compared_years(result, team, months)
    often = outcomes.series_table(result, team, months, settings)
    in_public = outcomes.at_other_intervals(often, team, result, public, months, settings)
    return tuple(
        whole_years
        | {
            "measure": measures,
            "series": series,
            "headline": outcomes.with_newest(compared, series, measures),
            "interrupted": changes.interrupted(change, series, measures),
        }
        for measures, series in ((team, often), (public, in_public))
    )
