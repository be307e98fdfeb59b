"""Internal tables of one or two services, made of random pathways, for tests of disclosure control."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np
import pandas as pd
import public_flow
from figures_by_hand import MONTHS, a_service_with, measures_table

from valuekit.mart import TABLES
from valuekit.measures import changes, outcomes
from valuekit.measures.definition.definitions import Topic
from valuekit.measures.definition.value_settings import Composite, Prices
from valuekit.measures.money import increments, value
from valuekit.measures.people import composite, funnel, inequality
from valuekit.measures.protection.disclosure import protect
from valuekit.measures.protection.suppression import Dominance, Protection, RoundMoney, Rules

RULES = Rules(
    rule="A rule.",
    source="Its source.",
    smallest_count=8,
    round_counts_to=5,
    smallest_mean=8,
    smallest_share=8,
    smallest_tail=8,
    dominance=Dominance(people=2, share=0.9),
    round_money=RoundMoney(mean=10, total=100, percentile=100, per_pathway=1),
    protection=Protection(counts=4, money=0.5),
)
STAGES, RESOURCES, DEPARTMENTS = ("acute", "later"), ("MED", "NUR", "DRG"), ("W", "T")

_BLANK = {"text": "x", "integer": 1, "number": 1.0, "date": pd.Timestamp("2025-01-01"), "flag": True}


def filled(table: str, **columns) -> pd.DataFrame:
    """A table of the mart with these columns; every other column holds one plain value."""
    length = max(
        [len(v) for v in columns.values() if isinstance(v, (list, np.ndarray, pd.Series))], default=1
    )
    plain = {c.name: [_BLANK[c.kind]] * length for c in TABLES[table].columns}
    return pd.DataFrame(plain | columns)


def results_of(people: int, seed: int, service: str) -> pd.DataFrame:
    """Results of random pathways: measures m0 (share), days (mean), cost_per_pathway."""
    rng = np.random.default_rng(seed)
    began = pd.Timestamp("2023-11-01") + pd.to_timedelta(rng.integers(0, 1096, people), unit="D")
    base = pd.DataFrame(
        {
            "service": service,
            "pathway": [f"{service}-{i}" for i in range(people)],
            "began": began,
            "fifth": rng.integers(1, 6, people),
            "due": began + pd.Timedelta(days=30),
        }
    )
    reached = base["due"] <= pd.Timestamp(MONTHS.end)
    base = base.assign(
        eligible=reached, invited=reached, returned=reached, known=reached & (rng.random(people) < 0.9)
    )
    values = {
        "m0": (rng.random(people) < rng.random()).astype(float),
        "days": rng.poisson(9, people).astype(float),
        "cost_per_pathway": rng.gamma(1.0, 5000, people).round(2),
    }
    return pd.concat(
        [base.assign(measure=m, value=np.where(base["known"], v, np.nan)) for m, v in values.items()]
    )


def tables_of(people: list[int], seed: int) -> tuple[dict[str, pd.DataFrame], dict[str, pd.DataFrame]]:
    """All public tables, unprotected, and who holds the sums of money."""
    names = [f"s{i}" for i in range(len(people))]
    result = pd.concat(
        [results_of(n, seed + i, name) for i, (n, name) in enumerate(zip(people, names, strict=True))]
    )
    result = result.reset_index(drop=True)
    measures = measures_table(
        *(
            m
            for name in names
            for m in (
                {"service": name, "measure": "m0"},
                {
                    "service": name,
                    "measure": "days",
                    "statistic": "mean",
                    "unit": "days",
                    "direction": "decrease",
                    "target": 9.0,
                },
                {
                    "service": name,
                    "measure": "cost_per_pathway",
                    "statistic": "mean",
                    "unit": "£",
                    "decimals": 0,
                    "direction": "decrease",
                },
            )
        )
    )
    measures = filled("measure", **{c: measures[c].tolist() for c in measures})
    services = [_service(name) for name in names]
    series = outcomes.series_table(result, measures, MONTHS)
    told = pd.DataFrame(
        {
            "change_id": "c",
            "service": names,
            "date": pd.Timestamp("2025-03-01"),
            "title": "t",
            "description": "d",
            "measure": "m0",
        }
    )
    change = changes.before_after(told, result, measures, MONTHS)
    rng = np.random.default_rng(seed)
    money, held = _money(names, people, rng)
    counts = rng.integers(0, 40, 12).tolist()
    aside = rng.integers(0, 20, 4)
    kept = rng.integers(0, 60, 4)
    tables = {
        "service": filled("service", service=names, pathways=people),
        "stage": filled("stage"),
        "measure": measures,
        "series": series,
        "headline": outcomes.headline(result, series, measures, MONTHS),
        "followup": filled(
            "followup",
            eligible=[counts[0]],
            invited=[counts[1]],
            returned=[counts[2]],
            complete=[min(counts[:3])],
        ),
        "importance": filled("importance", topic=list("abc"), n=counts[3:6], mean=[4.26] * 3),
        "asked": filled("asked", method=list("abc"), people=counts[6:9]),
        "value": value.value(result, services, MONTHS),
        "inequality": inequality.by_fifth(result, measures, MONTHS),
        "change": change,
        "interrupted": changes.interrupted(change, series, measures),
        **increments.tables(result, services, _ON_NO_STAGE, MONTHS),
        **composite.tables(result, _ratings(names), services, MONTHS),
        **money,
        "quality_file": filled(
            "quality_file",
            file=list("abcd"),
            rows=(kept + aside).tolist(),
            accepted=kept.tolist(),
            quarantined=aside.tolist(),
            late=counts[:4],
            share=(aside / np.maximum(kept + aside, 1)).tolist(),
            note=[f"{counts[0]} rows were late"] * 4,
        ),
        "quality_rule": filled(
            "quality_rule",
            rule=list("abcd"),
            rows=counts[:4],
            effect=[f"£{counts[5]},123.45 is in no figure; {counts[6]} rows"] * 4,
        ),
        "dictionary": filled("dictionary"),
        "revision": filled("revision")[:0],
        "release": filled("release"),
    }
    for name, groups in (("need", [1, 2, 3, 4, 5]), ("segment", ["high", "some", "little"])):
        tables[name], held[name] = _groups(name, groups, names, people, rng)
    tables["allocation"] = filled("allocation", service=names, n=people)
    tables["inequality_slope"] = inequality.slopes(tables["inequality"])
    site = pd.Series(
        rng.choice(["A", "B", "C"], result["pathway"].nunique()), index=result["pathway"].unique()
    )
    tables["funnel"] = funnel.by_site(result, measures, services, site, MONTHS)
    tables |= public_flow.flow_tables(filled, names, people, rng)
    for name in TABLES:
        tables.setdefault(name, filled(name)[:0])
    return tables, held


def _groups(table, groups, names, people, rng) -> tuple[pd.DataFrame, pd.DataFrame]:
    """People and pounds of each fifth or segment of each service, one pathway a person."""
    key = {"need": "fifth", "segment": "segment"}[table]
    held = pd.DataFrame(
        {
            "service": np.repeat(names, people),
            "patient": [f"{name}-{i}" for name, n in zip(names, people, strict=True) for i in range(n)],
            key: rng.choice(groups, sum(people)),
            "pence": (rng.pareto(0.9, sum(people)) * 100_000).astype("int64") + 100,
        }
    )
    places = pd.MultiIndex.from_product([names, groups], names=["service", key])
    sums = held.groupby(["service", key])["pence"].agg(["size", "sum"]).reindex(places, fill_value=0)
    service, group = (places.get_level_values(i).tolist() for i in (0, 1))
    columns = {
        "service": service,
        key: group,
        "n": sums["size"].tolist(),
        "amount": (sums["sum"] / 100).tolist(),
    }
    return filled(table, **columns), held


def _service(name: str):
    service = a_service_with({"kind": "alive_share", "days": 30}, name=name)
    value = service.value.model_copy(update={"outcome": "m0", "prices": PRICES})
    topics = tuple(Topic(topic=name, name=name, measure="m0") for name in ("one", "two"))
    more = {"value": value, "what_matters": topics, "composite": Composite(name="Both", of=("one", "two"))}
    return service.model_copy(update=more)


PRICES = Prices(values=(0, 1000, 50_000), says="one more person alive")
_ON_NO_STAGE = pd.DataFrame(columns=["service", "pathway", "stage", "department"])


def _ratings(names: list[str]) -> pd.DataFrame:
    """Nine patients of each service who rate both topics."""
    rows = [(f"{n}-{i}", n, "patient", t, 3 + i % 3) for n in names for i in range(9) for t in ("one", "two")]
    return pd.DataFrame(rows, columns=["response_id", "service", "group", "topic", "rating"])


def _money(names, people, rng) -> tuple[dict, dict]:
    """Costs by stage, resource and department of few or many patients, some of them very dear."""
    held = []
    for name, n in zip(names, people, strict=True):
        patients = rng.integers(0, max(n, 1), 6 * max(n, 1))
        held.append(
            pd.DataFrame(
                {
                    "service": name,
                    "patient": [f"{name}-{i}" for i in patients],
                    "stage": rng.choice(STAGES, len(patients), p=[0.9, 0.1]),
                    "resource": rng.choice(RESOURCES, len(patients), p=[0.8, 0.17, 0.03]),
                    "department": rng.choice(DEPARTMENTS, len(patients)),
                    "pence": (rng.pareto(0.7, len(patients)) * 10_000).astype("int64") + 100,
                }
            )
        )
    held = pd.concat(held, ignore_index=True)
    held["behaviour"] = held["resource"].map(public_flow.BEHAVIOUR)
    held["touches_patient"] = held["resource"].map(public_flow.TOUCHES)
    size = dict(zip(names, people, strict=True))
    tables = {}
    for table, keys in (
        ("stage_cost", ["service", "stage", "resource", "behaviour", "touches_patient"]),
        ("department_cost", ["service", "department"]),
    ):
        sums = held.groupby(keys, as_index=False)["pence"].sum()
        amount = sums["pence"] / 100
        tables[table] = filled(
            table,
            **{k: sums[k].tolist() for k in keys},
            amount=amount,
            per_pathway=amount / sums["service"].map(size),
        )
    bands = [rng.multinomial(n, [0.5, 0.3, 0.1, 0.07, 0.03]) for n in people]
    tables["cost_spread"] = filled(
        "cost_spread",
        service=np.repeat(names, 5),
        from_gbp=np.tile([0.0, 100, 200, 300, 400], len(names)),
        pathways=np.concatenate(bands),
    )
    tables["cost_summary"] = filled(
        "cost_summary",
        service=names,
        n=people,
        mean=[1234.56] * len(names),
        dearest_share=[0.333] * len(names),
    )
    lines = ["pathway:" + name for name in names] + [
        "outside",
        "unmatched:no_activity",
        "unmatched:set_aside",
        "unmatched:difference",
        "ledger",
    ]
    amount = [held.loc[held["service"] == name, "pence"].sum() / 100 for name in names] + [
        10.5,
        1.25,
        0.5,
        -0.25,
    ]
    tables["reconciliation"] = filled(
        "reconciliation",
        line=lines,
        amount=[*amount, round(sum(amount), 2)],
        position=list(range(1, len(lines) + 1)),
    )
    whole = held.assign(line="pathway:" + held["service"])
    return tables, {
        "stage_cost": held,
        "department_cost": held,
        "reconciliation": whole[["line", "patient", "pence"]],
    }


CASES = (
    ((1,), 1),
    ((6,), 2),
    ((9,), 3),
    ((40, 3), 4),
    ((60,), 5),
    ((90, 15), 6),
    ((150,), 7),
    ((250, 30), 8),
    ((400, 110), 9),
)
"""Numbers of people in each service, and a seed: from one person to hundreds."""


@dataclass(frozen=True)
class Case:
    """Tables before and after protection, and who holds the sums of money."""

    raw: Mapping[str, pd.DataFrame]
    public: Mapping[str, pd.DataFrame]
    held: Mapping[str, pd.DataFrame]


@cache
def case(people: tuple[int, ...], seed: int) -> Case:
    """The case of so many people, protected once for all tests."""
    tables, held = tables_of(list(people), seed)
    return Case(tables, protect(tables, RULES, held), held)


def stricter(**changes) -> Rules:
    """The rules with some of them changed."""
    return Rules(**{**RULES.model_dump(), **changes})
