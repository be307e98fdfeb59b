"""Random internal tables of cost by kind, in steady prices, of its drivers and of flow."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

BEHAVIOUR = {"MED": "semi-variable", "NUR": "semi-variable", "DRG": "variable"}
TOUCHES = {"MED": "yes", "NUR": "yes", "DRG": "no"}
PARTS = ("mix", "stay", "inflation", "price")

Filled = Callable[..., pd.DataFrame]


def flow_tables(filled: Filled, names: list[str], people: list[int], rng) -> dict[str, pd.DataFrame]:
    """Every one of those tables, for services `names` of so many `people`; `filled` makes a table."""
    kinds = [("behaviour", k) for k in ("variable", "semi-variable", "fixed")]
    kinds += [("touches_patient", k) for k in ("yes", "no")]
    rows = [(s, n, scheme, kind) for s, n in zip(names, people, strict=True) for scheme, kind in kinds]
    tables = {
        "cost_kind": filled(
            "cost_kind",
            service=[r[0] for r in rows],
            n=[r[1] for r in rows],
            scheme=[r[2] for r in rows],
            kind=[r[3] for r in rows],
            per_pathway=rng.gamma(2, 900, len(rows)),
            lower=rng.gamma(2, 800, len(rows)),
            upper=rng.gamma(2, 1000, len(rows)),
        ),
        "price_cost": filled(
            "price_cost",
            service=names,
            n=people,
            **_near(rng, len(names), "cash"),
            **_near(rng, len(names), "real"),
        ),
        "cost_driver": _drivers(filled, names, people, rng),
    }
    return tables | _flow(filled, names, people, rng)


def _near(rng, size: int, name: str) -> dict[str, np.ndarray]:
    return {f"{name}{end}": rng.gamma(2, 900, size) for end in ("", "_lower", "_upper")}


def _drivers(filled: Filled, names: list[str], people: list[int], rng) -> pd.DataFrame:
    lines = []
    for service, n in zip(names, people, strict=True):
        before_n = int(rng.integers(1, n + 20))
        before, parts = rng.gamma(2, 900), dict(zip(PARTS, rng.normal(0, 90, 4), strict=True))
        change = sum(parts.values())
        unit = {"before": before, **parts, "after": before + change, "change": change}
        spend = {part: value * n for part, value in unit.items()} | {"volume": (n - before_n) * before}
        for basis, values in (("unit", unit), ("spend", spend)):
            for part, value in values.items():
                lines.append((service, basis, part, round(value, 2), n, before_n, min(n, before_n) >= 30))
    columns = ("service", "basis", "part", "amount", "n", "before_n", "shown")
    return filled("cost_driver", **dict(zip(columns, map(list, zip(*lines, strict=True)), strict=True)))


def _flow(filled: Filled, names: list[str], people: list[int], rng) -> dict[str, pd.DataFrame]:
    stages, steps, figures = [], [], []
    for service, n in zip(names, people, strict=True):
        for i in range(6):
            reached = int(rng.choice([n, max(n - 3, 0), rng.integers(0, n + 1), min(n, 5)]))
            stages.append(
                (service, f"s{i}", n, reached, int(rng.integers(0, reached + 1)), rng.uniform(0, 90))
            )
            taken = int(rng.choice([n, max(n - 2, 0), rng.integers(0, n + 1), min(n, 6)]))
            times = taken + int(rng.integers(0, 9)) * (taken > 0)
            back = int(rng.integers(0, taken + 1))
            steps.append((service, f"s{i}", f"s{i + 1}", n, taken, times, back, rng.uniform(0, 90)))
        for figure, statistic, unit in (("a", "mean", "days"), ("b", "share", "%"), ("c", "ratio", "%")):
            value = 100 * rng.integers(0, n + 1) / n if statistic == "share" else rng.uniform(0, 90)
            figures.append((service, figure, statistic, unit, n, value))

    def table(name: str, columns: str, rows: list[tuple]) -> pd.DataFrame:
        values = map(list, zip(*rows, strict=True))
        return filled(name, **dict(zip(columns.split(), values, strict=True)))

    return {
        "flow_stage": table("flow_stage", "service stage n pathways back first_day", stages),
        "flow_step": table(
            "flow_step", "service from_stage to_stage n pathways times back wait_median", steps
        ).assign(wait_p90=np.arange(len(steps), dtype=float)),
        "flow_figure": table("flow_figure", "service figure statistic unit n value", figures),
    }
