"""From the extracts to the mart: the whole of what valuekit works out, in the order in which it is done.

::

    extracts → pathways → results → figures over time, costs, value … → each audience's tables

The public tables pass disclosure control here, before any document can see them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from valuekit.mart import TABLES, conform, empty
from valuekit.mart import learning as learning_tables
from valuekit.measures import changes, frames, methods, outcomes, pathways, rare_events
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
    result = results(intake, services, linked.pathway, linked.pathway_activity, sets)
    years = [costs.complete_year(linked, service, months) for service in services]
    common = _common(intake, services, linked, result, months) | _costs(intake, years, result, costing)
    common |= money_and_flow(years, linked, months, costing)
    steady = SteadyPrices(linked.pathway_month_cost, costing.deflators)
    common["value"] = value.value(result, services, months, steady)
    common |= increments.tables(result, services, linked.pathway_activity, months, steady)
    common["release"] = released(releases, intake.period)
    site = funnel.sites(intake.tables["activity"], linked.pathway_activity, services)
    common |= case_mix.tables(result, services, intake, linked, months, site)
    common |= event_rate.tables(services, intake, linked, months, common["chart_setting"])
    common |= quality_of_life.tables(result, services, intake, linked, months, sets)
    placed = lenses.segments(years, intake.tables["activity"], assumptions.segments)
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


def _common(
    intake: Intake,
    services: Sequence[ServiceDefinition],
    linked: pathways.Linked,
    result: pd.DataFrame,
    months: Span,
) -> Frames:
    """Tables that do not depend on how often an audience sees a measure."""
    return {
        "service": frames.service(services, linked.pathway, intake.period),
        "chart_setting": chart_setting(services),
        "rate": frames.rate(services, intake.codes, event_rate.METHOD),
        "stage": frames.stage(services, linked.pathway_activity),
        "followup": outcomes.followup(result, services, months),
        "importance": importance.importance(intake.tables["survey"], services),
        "importance_gap": importance.gaps(intake.tables["survey"], services),
        "asked": importance.asked(intake.tables["survey"], services),
        **composite.tables(result, intake.tables["survey"], services, months),
        "reconciliation": reconciliation(intake, linked, services),
        "revision": NOTHING_MOVED,
        "quality_file": intake.quality_file,
        "quality_rule": intake.quality_rule,
        "dictionary": intake.dictionary,
        "method": methods.method_table(methods.registered()),
        "method_example": methods.worked(),
    }


def _costs(intake: Intake, years: list[costs.CompleteYear], result: pd.DataFrame, costing: Costing) -> Frames:
    """Tables of cost, for the newest complete 12 months of each service."""
    resources, departments = intake.codes.get("resources", {}), intake.codes.get("departments", {})
    dearest = costs.each(years, lambda year: costs.resource_patient(year, result))
    stage_cost = costs.each(years, lambda year: costs.stage_cost(year, resources))
    return {
        "stage_cost": with_kinds(stage_cost, costing.behaviour),
        "department_cost": costs.each(years, lambda year: costs.department_cost(year, departments)),
        "cost_cube": costs.each(years, lambda year: costs.cost_cube(year, resources, departments)),
        "cost_spread": costs.each(years, costs.cost_spread),
        "cost_summary": costs.each(years, costs.cost_summary),
        "resource_patient": dearest.drop(columns="words"),
        "tipping": tipping.tipping(years, intake),
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
