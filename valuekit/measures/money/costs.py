"""Cost of the pathways: moved from the departments that booked it to the stages it served.

All figures are for a service's newest complete 12 months: the latest 12 calendar months of
which every pathway's window has closed, so that no pathway is counted before all its cost is in.
Sums are whole pence; pounds appear only in the frames that leave this module.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from valuekit.measures.calendar import Span, between, newest_due
from valuekit.measures.definition.definitions import ServiceDefinition
from valuekit.measures.pathways import Linked
from valuekit.measures.statistics import intervals

OTHER = "other"
OTHER_NAME = "Other care"
"""The stage of activity that fits none of the service's own."""

MOST_BANDS = 10
"""Bands between the 5th and the 95th percentile of cost per pathway, at most."""

DEAREST = 10
"""Pathways listed for the clinical team."""


@dataclass(frozen=True)
class CompleteYear:
    """A service's newest complete 12 months: its pathways, and their cost by stage, resource, department."""

    service: ServiceDefinition
    span: Span
    pathway: pd.DataFrame
    cost: pd.DataFrame

    @property
    def n(self) -> int:
        """Pathways that began in it."""
        return len(self.pathway)


def complete_year(linked: Linked, service: ServiceDefinition, months: Span) -> CompleteYear:
    """The newest 12 months of which every window has closed by the end of `months`.

    Fewer where the extracts (`months`) cover fewer; where they cover none, the newest month without pathways.
    """
    last = newest_due(months.last, service.pathway.days_after)
    covered = between(months.first, last) + 1
    span = Span(last.plus(1 - min(12, max(1, covered))), min(12, max(1, covered)))
    pathway = linked.pathway[linked.pathway["service"] == service.service]
    pathway = pathway[span.holds(pathway["began"]) & (covered > 0)].reset_index(drop=True)
    cost = linked.pathway_cost[linked.pathway_cost["pathway"].isin(pathway["pathway"])].reset_index(drop=True)
    return CompleteYear(service, span, pathway, cost)


def each(years: Iterable[CompleteYear], table: Callable[[CompleteYear], pd.DataFrame]) -> pd.DataFrame:
    """`table` of each year, in order, with its service and the words of its months."""
    frames = [table(year).assign(service=year.service.service, words=year.span.words) for year in years]
    filled = [frame for frame in frames if len(frame)] or frames[:1]
    return pd.concat(filled, ignore_index=True)


def stage_names(service: ServiceDefinition) -> dict[str, str]:
    """Stage identifier → name, in order, ``other`` last."""
    return {stage.stage: stage.name for stage in service.pathway.stages} | {OTHER: OTHER_NAME}


def with_stages(frame: pd.DataFrame, service: ServiceDefinition) -> pd.DataFrame:
    """`frame`, with the name of each row's `stage` and its position among the service's."""
    names = stage_names(service)
    place = {stage: i for i, stage in enumerate(names, 1)}
    return frame.assign(
        stage_name=frame["stage"].map(names).astype("str"),
        position=frame["stage"].map(place).astype("Int64"),
    )


def stage_cost(year: CompleteYear, resources: Mapping[str, str]) -> pd.DataFrame:
    """Cost by stage and resource: `stage`, `stage_name`, `position`, `resource`, `resource_name`, pounds."""
    frame = with_stages(_summed(year, ["stage", "resource"]), year.service)
    frame["resource_name"] = _named(frame["resource"], resources)
    order = {code: i for i, code in enumerate(resources)}
    frame["order"] = frame["resource"].map(order)
    return frame.sort_values(["position", "order", "resource"], ignore_index=True).drop(columns="order")


def department_cost(year: CompleteYear, departments: Mapping[str, str]) -> pd.DataFrame:
    """The same cost by the department that booked it, in pounds; dearest first."""
    frame = _summed(year, ["department"])
    frame["department_name"] = _named(frame["department"], departments)
    return frame.sort_values(["amount", "department"], ascending=[False, True], ignore_index=True)


def cost_cube(
    year: CompleteYear, resources: Mapping[str, str], departments: Mapping[str, str]
) -> pd.DataFrame:
    """Cost by stage, resource and department at once: the finest grain, of which the other tables are sums.

    Returns
    -------
    pandas.DataFrame
        As :func:`stage_cost`, with `department`, `department_name`, `pathways` (that have cost there) and
        `share` of the cost of all pathways of the year.
    """
    by = ["stage", "resource", "department"]
    frame = _summed(year, by)
    frame["pathways"] = year.cost.groupby(by)["pathway"].nunique().to_numpy()
    total = year.cost["pence"].sum() / 100
    frame["share"] = frame["amount"] / total if total else np.nan
    frame = with_stages(frame, year.service)
    frame["resource_name"] = _named(frame["resource"], resources)
    frame["department_name"] = _named(frame["department"], departments)
    order = ["position", "amount", "resource", "department"]
    frame = frame.sort_values(order, ascending=[True, False, True, True], ignore_index=True)
    return frame.drop(columns="shown")


def _summed(year: CompleteYear, by: list[str]) -> pd.DataFrame:
    pence = year.cost.groupby(by, as_index=False)["pence"].sum()
    frame = pence[by].copy()
    frame["amount"] = pence["pence"] / 100
    frame["per_pathway"] = frame["amount"] / year.n if year.n else np.nan
    frame["shown"] = True
    return frame


def _named(codes: pd.Series, names: Mapping[str, str]) -> pd.Series:
    return codes.map(dict(names)).fillna(codes).astype("str")


def bands(pounds: np.ndarray) -> np.ndarray:
    """Lower edges of the cost bands, chosen from the data by one rule.

    The width is the smallest of 1, 2 or 5 × a power of ten, from £10 on, with which at most
    :data:`MOST_BANDS` bands reach from the 5th to the 95th percentile. The first band takes in
    everything cheaper, from £0; the last everything dearer, and is open.
    """
    low, high = np.quantile(pounds, [0.05, 0.95])
    widths = (digit * 10**power for power in range(1, 10) for digit in (1, 2, 5))
    for width in widths:
        first, last = max(0.0, np.floor(low / width) * width), max(width, np.ceil(high / width) * width)
        count = round((last - first) / width)
        if count <= MOST_BANDS:
            break
    edges = first + width * np.arange(count + 1)
    return edges if edges[0] == 0 else np.concatenate([[0.0], edges])


def cost_spread(year: CompleteYear) -> pd.DataFrame:
    """How many pathways lie in each band of cost: `from_gbp`, `to_gbp`, `pathways`, `shown`."""
    if not year.n:
        return pd.DataFrame({"from_gbp": [], "to_gbp": [], "pathways": [], "shown": []})
    pounds = year.pathway["cost_pence"].to_numpy() / 100
    edges = bands(pounds)
    band = np.clip(np.searchsorted(edges, pounds, side="right") - 1, 0, None)
    counts = np.bincount(band, minlength=len(edges))
    return pd.DataFrame(
        {"from_gbp": edges, "to_gbp": [*edges[1:], np.nan], "pathways": counts, "shown": True}
    )


def cost_summary(year: CompleteYear) -> pd.DataFrame:
    """Mean cost with its interval, percentiles, and the share that the dearest tenth takes; pounds.

    The dearest tenth is the dearest ``ceil(n / 10)`` pathways. Percentiles interpolate
    linearly (Hyndman and Fan 1996, type 7).
    """
    pounds = np.sort(year.pathway["cost_pence"].to_numpy())[::-1] / 100
    n = len(pounds)
    row = dict.fromkeys(("mean", "lower", "upper", "p10", "median", "p90", "dearest_share"), np.nan)
    if n:
        row["p10"], row["median"], row["p90"] = np.quantile(pounds, [0.1, 0.5, 0.9])
        row["dearest_share"] = pounds[: -(-n // 10)].sum() / pounds.sum() if pounds.sum() > 0 else np.nan
    row["mean"], (row["lower"], row["upper"]) = intervals.mean_of(pounds)
    return pd.DataFrame([{"n": n, **row}])


def resource_patient(year: CompleteYear, result: pd.DataFrame) -> pd.DataFrame:
    """The dearest pathways, for the clinical team: whose, what cost most, and how it turned out.

    Parameters
    ----------
    year
        The months and their pathways.
    result
        One row a pathway and measure (`pathway`, `measure`, `known`, `value`): tells the value outcome.
    """
    dearest = year.pathway.sort_values(["cost_pence", "pathway"], ascending=[False, True]).head(DEAREST)
    stages = year.cost.groupby(["pathway", "stage"], as_index=False)["pence"].sum()
    order = {stage: i for i, stage in enumerate(stage_names(year.service))}
    stages["order"] = stages["stage"].map(order)
    main = stages.sort_values(["pence", "order"], ascending=[False, True]).drop_duplicates("pathway")
    main = main.set_index("pathway").reindex(dearest["pathway"])
    outcome = result[(result["measure"] == year.service.value.outcome) & result["known"]]
    reached = outcome.set_index("pathway")["value"].reindex(dearest["pathway"])
    pence = dearest["cost_pence"].to_numpy()
    return pd.DataFrame(
        {
            "patient": dearest["patient"].to_numpy(),
            "began": dearest["began"].dt.strftime("%Y-%m").to_numpy(),
            "age_band": dearest["age_band"].to_numpy(),
            "days_in_hospital": dearest["days_in_hospital"].to_numpy(),
            "outcome": np.select(
                [reached.to_numpy() == 1, reached.notna().to_numpy()], ["yes", "no"], "not known"
            ),
            "cost": pence / 100,
            "main_stage": main["stage"].map(stage_names(year.service)).to_numpy(),
            "main_stage_share": np.divide(
                main["pence"].to_numpy(float), pence, out=np.full(len(dearest), np.nan), where=pence > 0
            ),
        }
    )


def contributions(years: Iterable[CompleteYear], by: list[str]) -> pd.DataFrame:
    """Who holds each sum of money by stage, resource or department: `service`, `by`, `patient`, `pence`."""
    held = pd.concat(
        [year.cost.merge(year.pathway[["pathway", "patient"]], on="pathway") for year in years],
        ignore_index=True,
    )
    return held.groupby(["service", *by, "patient"], as_index=False)["pence"].sum()
