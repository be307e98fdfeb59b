"""Small marts with plausible, made-up figures that meet every case a sentence or a chart must say.

Stroke: every verdict. Hepatitis C: a target always missed, poor follow-up, a ratio that may not be
shown. Endocarditis: small, so in public most figures are too few, suppressed or not yet due.
"""

from __future__ import annotations

from pathlib import Path

import mart_flow
import mart_lenses
import mart_money
import mart_rates
import numpy as np
import pandas as pd
from mart_figures import BEFORE, MEASURES, N_YEAR, NEWEST, SERVICES, TITLES, TOPICS, column_names, row

from valuekit.mart import TABLES, About, write_mart


def make_mart(folder: Path, audience: str = "public", synthetic: bool = True) -> Path:
    """Write the mart of one audience and return its folder."""
    frames = {
        name: pd.DataFrame(rows, columns=column_names(name)) for name, rows in _tables(audience).items()
    }
    for name in TABLES:
        frames.setdefault(name, pd.DataFrame(columns=column_names(name)))
    write_mart(
        folder, About("Northmoor University Hospitals", "2026-10", synthetic, audience, ("A note.",)), frames
    )
    return folder


def make_project(root: Path) -> Path:
    """A project root with the marts of all audiences."""
    root.mkdir(parents=True, exist_ok=True)
    (root / "_quarto.yml").write_text("project: {type: website}\n", encoding="utf-8")
    for audience in ("public", "board", "clinical"):
        make_mart(root / "_build" / "mart" / audience, audience)
    return root


def _tables(audience: str) -> dict[str, list[dict[str, object]]]:
    rng = np.random.default_rng(7)
    tables: dict[str, list[dict[str, object]]] = {name: [] for name in TABLES}
    for position, service in enumerate(SERVICES, 1):
        tables["service"].append(
            row(
                "service",
                service=service,
                position=position,
                name=TITLES[service],
                summary=f"Care of adults with {TITLES[service].lower()}.",
                lead="Clinical lead",
                cohort="Adults admitted for the first time in 365 days.",
                pathway_days=180,
                value_says="people with a good outcome",
                pathways=N_YEAR[service],
            )
        )
        _measures(tables, service, audience, rng)
        _matters(tables, service, rng)
        mart_money.costs(tables, service, audience)
        mart_money.value(tables, service)
        mart_flow.flow(tables, service)
        mart_money.change(tables, service)
        mart_lenses.shared(tables, service, audience)
        mart_rates.rates(tables, service, audience)
    _common(tables)
    mart_lenses.programme(tables)
    if audience == "clinical":
        for i in range(8):
            tables["resource_patient"].append(
                row(
                    "resource_patient",
                    service="stroke",
                    patient=f"P{i:05d}",
                    began="May 2025",
                    age_band="70 to 79",
                    days_in_hospital=90 - i,
                    outcome=("yes", "no", "not known")[i % 3],
                    cost=98000.0 - 2000 * i,
                    main_stage="Critical care",
                    main_stage_share=0.61,
                )
            )
    return tables


def _measures(tables, service, audience, rng) -> None:
    small = service == "endocarditis"
    for position, (measure, spec) in enumerate(MEASURES[service].items(), 1):
        (
            name,
            statistic,
            unit,
            decimals,
            direction,
            target,
            level,
            spread,
            verdict,
            variation,
            assurance,
            known,
        ) = spec
        tables["measure"].append(
            row(
                "measure",
                service=service,
                measure=measure,
                position=position,
                name=name,
                definition=f"What {name.lower()} is.",
                numerator="People with the outcome",
                denominator="People who could have it",
                statistic=statistic,
                unit=unit,
                decimals=decimals,
                direction=direction,
                target=target,
                target_source="Trust board, 2024 (synthetic)" if target else None,
                tier=1,
                role="cost" if unit == "£" else "outcome",
                time_point="six months after the start",
                interval="quarter" if small else "month",
                chosen_by=None if unit == "£" else "patients and clinicians",
                chosen_how=None if unit == "£" else "a survey",
                chosen_people=None if unit == "£" else 40,
                method="Wilson score interval" if statistic == "share" else "t interval",
            )
        )
        hide = audience == "public" and small
        _series(tables, service, measure, spec, hide, rng)
        n = N_YEAR[service]
        half = spread / 2
        step = {"better": half * 2.2, "worse": -half * 2.2, "uncertain": half * 0.3}.get(verdict, 0.0) * (
            -1 if direction == "decrease" else 1
        )
        gone = verdict == "too_few" and hide
        tables["headline"].append(
            row(
                "headline",
                service=service,
                measure=measure,
                latest_period="October 2025",
                latest_value=None if gone else level,
                latest_n=n // 12,
                year_words=NEWEST,
                year_n=n,
                year_value=None if gone else level,
                year_lower=None if gone else level - half,
                year_upper=None if gone else level + half,
                year_eligible=round(n / known),
                completeness=known,
                before_words=BEFORE,
                before_n=n - 9,
                before_value=None if gone else level - step,
                before_lower=None if gone else level - step - half,
                before_upper=None if gone else level - step + half,
                difference=None if verdict == "too_few" else step,
                diff_lower=None if verdict == "too_few" else step - half,
                diff_upper=None if verdict == "too_few" else step + half,
                verdict=verdict,
                variation=variation,
                assurance=assurance,
            )
        )
        if unit != "£":
            tables["followup"].append(
                row(
                    "followup",
                    service=service,
                    measure=measure,
                    words=NEWEST,
                    eligible=round(n / known),
                    invited=round(n / known) - 4,
                    returned=n + 3,
                    complete=n,
                    completeness=known,
                )
            )
            for fifth in range(1, 6):
                hidden = hide and fifth in (1, 4)
                figure = level + (fifth - 3) * spread * 0.4
                tables["inequality"].append(
                    row(
                        "inequality",
                        service=service,
                        measure=measure,
                        words="November 2023 to October 2025",
                        fifth=fifth,
                        n=n // 5,
                        value=None if hidden else figure,
                        lower=None if hidden else figure - spread,
                        upper=None if hidden else figure + spread,
                        shown=not hidden,
                        reason="suppressed" if hidden else None,
                    )
                )


def _series(tables, service, measure, spec, hide, rng) -> None:
    _, statistic, _, _, _direction, _, level, spread, _, variation, _, known = spec
    months = pd.date_range("2023-11-01", periods=8 if hide else 24, freq="QS-NOV" if hide else "MS")
    values = level + rng.normal(0, spread / 2, len(months))
    if variation and variation != "common":
        values[-7:] = (
            level + spread * (1.1 if variation.endswith("high") else -1.1) + rng.normal(0, spread / 6, 7)
        )
    kind = (variation or "common").split("_")[0]
    for i, (start, value) in enumerate(zip(months, values, strict=True)):
        reason = None
        if hide:
            reason = ("too few", "suppressed", "not yet due", None)[i % 4]
        elif i == len(months) - 1:
            reason = "not yet due"
        n = N_YEAR[service] // 12
        tables["series"].append(
            row(
                "series",
                service=service,
                measure=measure,
                period=f"{start:%B %Y}",
                period_start=start,
                numerator=None if statistic == "mean" or reason else round(n * 0.5),
                n=None if reason else n,
                value=None if reason else value,
                lower=None if reason else value - spread,
                upper=None if reason else value + spread,
                shown=reason is None,
                reason=reason,
                eligible=round(n / known),
                completeness=known,
                centre=level,
                lower_limit=None if hide else level - 1.5 * spread,
                upper_limit=None if hide else level + 1.5 * spread,
                phase=1,
                chart="run" if hide else "xmr",
                special="run" if not hide and i >= len(months) - 7 and kind != "common" else None,
                signal=kind if not hide and i >= len(months) - 7 else "common",
            )
        )


def _matters(tables, service, rng) -> None:
    for position, topic in enumerate(TOPICS[service], 1):
        for group, n, shift in (("patient", 58, 0.0), ("carer", 22, -0.15), ("clinician", 14, -0.5)):
            hidden = service == "endocarditis" and group == "carer"
            mean = 4.8 - 0.25 * position + shift + rng.normal(0, 0.05)
            tables["importance"].append(
                row(
                    "importance",
                    service=service,
                    topic=f"topic_{position}",
                    position=position,
                    name=topic,
                    measure=next(iter(MEASURES[service])) if position == 1 else None,
                    group=group,
                    n=5 if hidden else n,
                    mean=None if hidden else mean,
                    lower=None if hidden else mean - 0.2,
                    upper=None if hidden else mean + 0.2,
                    shown=not hidden,
                )
            )
        for group, n in (("patient", 58), ("carer", 22)):
            verdict = ("higher", "uncertain", "lower", "uncertain", "uncertain", "uncertain")[position - 1]
            few = service == "endocarditis" and group == "carer"
            size = {"higher": 0.9, "lower": -0.7}.get(verdict, 0.1)
            tables["importance_gap"].append(
                row(
                    "importance_gap",
                    service=service,
                    topic=f"topic_{position}",
                    position=position,
                    name=topic,
                    group=group,
                    n=5 if few else n,
                    other_n=14,
                    difference=None if few else size,
                    lower=None if few else size - 0.4,
                    upper=None if few else size + 0.4,
                    p=None if few else 0.01,
                    verdict="too_few" if few else verdict,
                )
            )
    for group, method, n in (
        ("patient", "survey", 58),
        ("patient", "discussion_group", 9),
        ("carer", "survey", 22),
        ("clinician", "survey", 14),
    ):
        tables["asked"].append(
            row(
                "asked",
                service=service,
                group=group,
                method=method,
                people=n,
                first=pd.Timestamp("2024-02-01"),
                last=pd.Timestamp("2024-04-30"),
            )
        )


def _common(tables) -> None:
    lines = [
        (f"pathway:{s}", f"{TITLES[s]} pathways", a)
        for s, a in zip(SERVICES, (36200000.10, 10400000.20, 9800000.05), strict=True)
    ]
    lines += [
        ("outside", "Outside the pathways", 51000000.15),
        ("unmatched", "Not matched to an activity", 120000.50),
        ("ledger", "Ledger total", 107520001.00),
    ]
    for position, (line, name, value) in enumerate(lines, 1):
        tables["reconciliation"].append(
            row(
                "reconciliation",
                position=position,
                line=line,
                name=name,
                amount=value,
                share=value / 107520001.0,
            )
        )
    tables["quality_file"].append(
        row(
            "quality_file",
            extract="activity",
            file="activity-2026-10.csv",
            format="CSV, UTF-8",
            rows=12034,
            accepted=12020,
            quarantined=14,
            late=41,
            share=14 / 12034,
            amount=None,
            quarantined_amount=None,
            note="41 rows are of an earlier month.",
        )
    )
    tables["quality_file"].append(
        row(
            "quality_file",
            extract="cost_lines",
            file="cost_lines-2026-10.csv",
            format="CSV, Windows-1252",
            rows=52034,
            accepted=52034,
            quarantined=0,
            late=0,
            share=0.0,
            amount=2900000.12,
            quarantined_amount=0.0,
            note=None,
        )
    )
    tables["quality_rule"].append(
        row(
            "quality_rule",
            extract="activity",
            column="start",
            rule="a date not after the end",
            rows=9,
            effect="9 activities are not counted.",
        )
    )
    tables["quality_rule"].append(
        row("quality_rule", extract="activity", column=None, rule="one row for each key", rows=5, effect=None)
    )
    tables["dictionary"].append(
        row(
            "dictionary",
            extract="activity",
            extract_title="Activity",
            extract_description="Every contact.",
            arrives="monthly",
            column="nhs_number",
            title="NHS number",
            description="Whose contact it is.",
            kind="text",
            required=True,
            rule="ten digits",
            handling="replaced by a pseudonym",
            key=False,
        )
    )
    tables["dictionary"].append(
        row(
            "dictionary",
            extract="activity",
            extract_title="Activity",
            extract_description="Every contact.",
            arrives="monthly",
            column="activity_id",
            title="Activity identifier",
            description="One contact.",
            kind="text",
            required=True,
            rule=None,
            handling=None,
            key=True,
        )
    )
