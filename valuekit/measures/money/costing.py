"""The tables of money and flow beside the cost of the pathway itself, and the references they need."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from valuekit.errors import DefinitionError, Problem
from valuekit.measures import flow
from valuekit.measures.calendar import Span, between
from valuekit.measures.money import cost_behaviour, cost_drivers, costs, prices
from valuekit.measures.pathways import Linked


@dataclass(frozen=True)
class Costing:
    """What is declared about cost: how each resource behaves, and the price index."""

    behaviour: cost_behaviour.CostBehaviour
    deflators: prices.Deflators


def load_costing(folder: Path, resources: Collection[str]) -> Costing:
    """Both reference tables of `folder` (``data/reference``), checked against the codes of `resources`.

    Raises
    ------
    DefinitionError
        The faults of both tables at once.
    """
    problems: list[Problem] = []
    found = []
    for load in (
        lambda: cost_behaviour.load_behaviour(folder, resources),
        lambda: prices.load_deflators(folder),
    ):
        try:
            found.append(load())
        except DefinitionError as error:
            problems += error.problems
    if problems:
        raise DefinitionError(problems)
    return Costing(*found)


def tables(
    years: Iterable[costs.CompleteYear], linked: Linked, months: Span, costing: Costing
) -> dict[str, pd.DataFrame]:
    """``cost_kind``, ``price_cost``, ``cost_driver``, ``flow_stage``, ``flow_step`` and ``flow_figure``."""
    years = tuple(years)
    used = {year.service.service: _used(year, linked, months, costing) for year in years}
    pathway = dict(tuple(linked.pathway.groupby("service")))

    def price_cost(year: costs.CompleteYear) -> pd.DataFrame:
        spans = [span for span in (year.span.before, year.span) if between(months.first, span.first) >= 0]
        own = used[year.service.service]
        return prices.price_cost(_own(pathway, year), own, spans, costing.deflators)

    def cost_driver(year: costs.CompleteYear) -> pd.DataFrame:
        return cost_drivers.cost_driver(year, _own(pathway, year), used[year.service.service], months)

    visits = {year.service.service: flow.of_year(year, linked.stage_visit) for year in years}
    return {
        "cost_kind": costs.each(years, lambda year: cost_behaviour.cost_kind(year, costing.behaviour)),
        # Each row of it names its own 12 months.
        "price_cost": _each_as_it_says(years, price_cost),
        "cost_driver": costs.each(years, cost_driver),
        "flow_stage": costs.each(years, lambda year: flow.flow_stage(year, visits[year.service.service])),
        "flow_step": costs.each(years, lambda year: flow.flow_step(year, visits[year.service.service])),
        "flow_figure": costs.each(
            years, lambda year: flow.flow_figure(year, visits[year.service.service], linked.flow_pathway)
        ),
    }


def _own(pathway: dict[str, pd.DataFrame], year: costs.CompleteYear) -> pd.DataFrame:
    none = pd.DataFrame({"pathway": pd.Series(dtype="str"), "began": pd.Series(dtype="datetime64[us]")})
    return pathway.get(year.service.service, none)


def _used(year: costs.CompleteYear, linked: Linked, months: Span, costing: Costing) -> pd.DataFrame:
    """What the pathways of the two newest years used; only their months need a price index."""
    of_service = linked.pathway[linked.pathway["service"] == year.service.service]
    held = year.span.before.holds(of_service["began"]) | year.span.holds(of_service["began"])
    ids = of_service.loc[held, "pathway"]
    cost = linked.pathway_month_cost[linked.pathway_month_cost["pathway"].isin(ids)]
    unit = linked.pathway_unit[linked.pathway_unit["pathway"].isin(ids)]
    return cost_drivers.used(unit, prices.in_base_prices(cost, costing.deflators))


def _each_as_it_says(
    years: Iterable[costs.CompleteYear], table: Callable[[costs.CompleteYear], pd.DataFrame]
) -> pd.DataFrame:
    frames = [table(year).assign(service=year.service.service) for year in years]
    filled = [frame for frame in frames if len(frame)] or frames[:1]
    return pd.concat(filled, ignore_index=True)
