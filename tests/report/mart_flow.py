"""The tables of the made-up marts about cost by kind, steady prices, drivers and flow."""

from __future__ import annotations

import pandas as pd
from mart_figures import BEFORE, MEASURES, N_YEAR, NEWEST, row

from valuekit.mart import TABLES

FIGURES = (
    ("visits", "Visits to a stage, a pathway", "mean", "visits", 3.1, 2.9, 3.3),
    ("back", "Pathways that came back to a stage they had left", "share", "%", 12.0, 10.0, 14.3),
    ("returns", "Pathways with a return to a hospital bed", "share", "%", 9.0, 7.1, 11.2),
    ("department_handoffs", "Hand-offs between departments, a pathway", "mean", "hand-offs", 5.2, 5.0, 5.4),
    ("provider_handoffs", "Hand-offs between providers, a pathway", "mean", "hand-offs", 1.1, 1.0, 1.2),
    ("span_days", "Days from first to last contact", "mean", "days", 80.0, 76.0, 84.0),
    ("free_days", "of these, days without contact", "mean", "days", 68.0, 64.0, 72.0),
    ("touched", "Share of the time with care (bed or contact)", "ratio", "%", 15.0, 14.0, 16.0),
)


def flow(tables, service) -> None:
    """All of them for `service`; endocarditis is too small for its drivers and its percentiles."""
    assert set(TABLES) >= {"flow_stage", "flow_step", "flow_figure"}
    n, mean = N_YEAR[service], MEASURES[service]["cost_per_pathway"][6]
    small = service == "endocarditis"
    _money(tables, service, n, mean, small)
    at = {"service": service, "words": NEWEST, "n": n}
    names = ("Emergency care", "Ward", "Clinic")
    for i, (name, share) in enumerate(zip(names, (None, 1.0, 0.6), strict=True), 1):
        tables["flow_stage"].append(
            row(
                "flow_stage", **at, stage=f"stage_{i}", stage_name=name, position=i, share=share,
                pathways=None if share is None else round(n * share), back=0,
            )
        )  # fmt: skip
    for one, two, share, wait in ((1, 2, None, 0.0), (2, 3, 0.6, 12.5), (3, 2, 0.12, 30.0)):
        tables["flow_step"].append(
            row(
                "flow_step", **at, from_stage=f"stage_{one}", from_name=names[one - 1], from_position=one,
                to_stage=f"stage_{two}", to_name=names[two - 1], to_position=two, share=share,
                pathways=None if share is None else round(n * share),
                times=None if share is None else round(n * share), back=round(n * 0.12) if one == 3 else 0,
                wait_median=wait, wait_p90=None if small else wait * 2,
            )
        )  # fmt: skip
    for i, (figure, name, statistic, unit, value, lower, upper) in enumerate(FIGURES, 1):
        tables["flow_figure"].append(
            row(
                "flow_figure", **at, figure=figure, position=i, name=name, statistic=statistic, unit=unit,
                decimals=1, value=value, lower=lower, upper=upper, shown=True,
            )
        )  # fmt: skip


def _money(tables, service, n, mean, small) -> None:
    kinds = (("behaviour", "variable", "Variable", 0.2), ("behaviour", "semi-variable", "Semi-variable", 0.6))
    kinds += (("behaviour", "fixed", "Fixed", 0.2),)
    kinds += (("touches_patient", "yes", "Care that touches the patient", 0.75),)
    kinds += (("touches_patient", "no", "What stands behind it", 0.25),)
    for i, (scheme, kind, name, share) in enumerate(kinds, 1):
        tables["cost_kind"].append(
            row(
                "cost_kind", service=service, words=NEWEST, scheme=scheme, kind=kind, position=i, name=name,
                n=n, amount=mean * n * share, per_pathway=mean * share, share=share, complete=not small,
                lower=None if small else mean * share * 0.95, upper=None if small else mean * share * 1.05,
            )
        )  # fmt: skip
    for words, start, factor in ((BEFORE, "2023-11-01", 1.1), (NEWEST, "2024-11-01", 1.0)):
        real = mean * factor * 1.02
        tables["price_cost"].append(
            row(
                "price_cost", service=service, words=words, period_start=pd.Timestamp(start), n=n,
                cash=mean * factor, cash_lower=mean * factor * 0.98, cash_upper=mean * factor * 1.02,
                real=real, real_lower=real * 0.98, real_upper=real * 1.02, base_year="2025/26",
                source="A made-up index",
            )
        )  # fmt: skip
    at = {"service": service, "words": NEWEST, "before_words": BEFORE, "n": n, "before_n": n - 9}
    if small:
        tables["cost_driver"].append(
            row("cost_driver", **at, basis="unit", part="change", position=8, shown=False, reason="too few")
        )
        return
    parts = {"before": 15_000, "mix": 100, "stay": -1_300, "inflation": 300, "price": 100, "after": 14_200}
    parts["change"] = -800
    for i, (part, amount) in enumerate(parts.items(), 1):
        clear = part in ("stay", "inflation", "change")
        ends = (amount - 200, amount + 200) if clear else (amount - 400, amount + 400)
        level = part in ("before", "after")
        tables["cost_driver"].append(
            row(
                "cost_driver", **at, basis="unit", part=part, position=i, name=part.capitalize(),
                amount=amount, lower=None if level else ends[0], upper=None if level else ends[1], shown=True,
            )
        )  # fmt: skip
    spend = {part: amount * n for part, amount in parts.items()} | {"volume": 10_000}
    spend["before"] -= 10_000
    spend["change"] += 10_000
    order = ("before", "volume", "mix", "stay", "inflation", "price", "after", "change")
    for i, part in enumerate(order, 1):
        tables["cost_driver"].append(
            row(
                "cost_driver", **at, basis="spend", part=part, position=i, name=part.capitalize(),
                amount=spend[part], shown=True,
            )
        )  # fmt: skip
