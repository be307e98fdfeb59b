"""The tables of the made-up marts about money, value and service changes."""

from __future__ import annotations

import numpy as np
import pandas as pd
from mart_figures import BEFORE, MEASURES, N_YEAR, NEWEST, RESOURCES, STAGES, row


def costs(tables, service, audience) -> None:
    n = N_YEAR[service]
    mean = MEASURES[service]["cost_per_pathway"][6]
    weights = np.arange(len(STAGES[service]), 0, -1) / sum(range(len(STAGES[service]) + 1))
    for position, (stage, weight) in enumerate(zip(STAGES[service], weights, strict=True), 1):
        tables["stage"].append(
            row("stage", service=service, stage=f"stage_{position}", position=position, name=stage)
        )
        for r, (resource, name) in enumerate(RESOURCES.items()):
            hidden = audience == "public" and service == "endocarditis" and position == 2 and r == 3
            each = mean * weight * (6 - r) / 21
            tables["stage_cost"].append(
                row(
                    "stage_cost",
                    service=service,
                    words=NEWEST,
                    stage=f"stage_{position}",
                    stage_name=stage,
                    position=position,
                    resource=resource,
                    resource_name=name,
                    amount=None if hidden else each * n,
                    per_pathway=None if hidden else each,
                    shown=not hidden,
                )
            )
    for department, name, part in (
        ("STROKE", "Stroke unit", 0.4),
        ("EMERG", "Emergency department", 0.2),
        ("CRITCARE", "Critical care", 0.25),
        ("THERAPY", "Therapies", 0.15),
    ):
        tables["department_cost"].append(
            row(
                "department_cost",
                service=service,
                words=NEWEST,
                department=department,
                department_name=name,
                amount=mean * n * part,
                per_pathway=mean * part,
                shown=True,
            )
        )
    if audience != "public":
        cube(tables, service, n)
    edges = np.linspace(0, mean * 3, 13)
    counts = np.array([4, 18, 24, 18, 12, 8, 6, 4, 2.5, 1.5, 1, 0.5]) / 100 * n
    for i, count in enumerate(counts):
        hidden = audience == "public" and count < 7.5
        tables["cost_spread"].append(
            row(
                "cost_spread",
                service=service,
                words=NEWEST,
                from_gbp=edges[i],
                to_gbp=None if i == 11 else edges[i + 1],
                pathways=None if hidden else round(count),
                shown=not hidden,
            )
        )
    tables["cost_summary"].append(
        row(
            "cost_summary",
            service=service,
            words=NEWEST,
            n=n,
            mean=mean,
            lower=mean * 0.95,
            upper=mean * 1.05,
            p10=mean * 0.3,
            median=mean * 0.76,
            p90=mean * 2.1,
            dearest_share=0.34,
        )
    )


def cube(tables, service, n) -> None:
    """Each stage and resource, nine tenths of it in one department and the rest in another."""
    cells = [r for r in tables["stage_cost"] if r["service"] == service]
    whole = sum(r["amount"] for r in cells)
    for cell in cells:
        for department, name, part in (("STROKE", "Stroke unit", 0.9), ("THERAPY", "Therapies", 0.1)):
            tables["cost_cube"].append(
                row(
                    "cost_cube",
                    **{k: cell[k] for k in ("service", "words", "stage", "stage_name", "position")},
                    **{k: cell[k] for k in ("resource", "resource_name")},
                    department=department,
                    department_name=name,
                    pathways=round(n * part),
                    amount=cell["amount"] * part,
                    per_pathway=cell["per_pathway"] * part,
                    share=cell["amount"] * part / whole,
                )
            )


def value(tables, service) -> None:
    measure = next(iter(MEASURES[service]))
    level, mean = MEASURES[service][measure][6], MEASURES[service]["cost_per_pathway"][6]
    for year, (words, start, up, dear) in enumerate(
        ((BEFORE, "2023-11-01", -4.0, 1.06), (NEWEST, "2024-11-01", 0.0, 1.0))
    ):
        hidden = service == "endocarditis"
        outcome, cost = level + up, mean * dear
        ratio = outcome / 100 / cost * 1e5
        tables["value"].append(
            row(
                "value",
                service=service,
                words=words,
                period_start=pd.Timestamp(start),
                prices="2025/26",
                n=N_YEAR[service] - 5 * year,
                completeness=0.88,
                outcome=outcome,
                outcome_lower=outcome - 3,
                outcome_upper=outcome + 3,
                cost=cost,
                cost_lower=cost * 0.96,
                cost_upper=cost * 1.04,
                ratio=None if hidden else ratio,
                ratio_lower=None if hidden else ratio * 0.93,
                ratio_upper=None if hidden else ratio * 1.07,
                shown=not hidden,
                reason="too few" if hidden else None,
                method="Bootstrap over patients, 1,000 draws",
            )
        )


def change(tables, service) -> None:
    if service == "endocarditis":
        return
    measure = "length_of_stay" if service == "stroke" else None
    tables["change"].append(
        row(
            "change",
            service=service,
            change="early_discharge",
            date=pd.Timestamp("2024-12-01"),
            title="Early supported discharge",
            description="A therapy team takes people home sooner.",
            measure=measure,
            before_words="December 2023 to November 2024",
            before_n=860,
            before_value=17.8,
            after_words="December 2024 to October 2025",
            after_n=790,
            after_value=15.4,
            difference=-2.4,
            diff_lower=-3.3,
            diff_upper=-1.5,
            verdict="better",
        )
        if measure
        else row(
            "change",
            service=service,
            change="outreach",
            date=pd.Timestamp("2024-06-01"),
            title="Outreach clinic",
            description="Nurses see people in hostels.",
        )
    )
    tables["release"] += [
        row("release", service=service, released=month, version=1) for month in ("2026-09", "2026-08")
    ]
    tables["revision"].append(
        row(
            "revision",
            service=service,
            measure=next(iter(MEASURES[service])),
            period="August 2025",
            since="2026-09",
            old_n=70,
            new_n=74,
            old_value=51.2,
            new_value=52.0,
        )
    )
