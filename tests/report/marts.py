"""Small marts with plausible, made-up figures that meet every case a sentence or a chart must say.

Stroke: every verdict. Hepatitis C: a target always missed, poor follow-up, a ratio that may not be
shown. Endocarditis: small, so in public most figures are too few, suppressed or not yet due.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from valuekit.mart import TABLES, About, write_mart

NEWEST, BEFORE = "November 2024 to October 2025", "November 2023 to October 2024"
SERVICES = ("stroke", "hepatitis_c", "endocarditis")


def make_mart(folder: Path, audience: str = "public", synthetic: bool = True) -> Path:
    """Write the mart of one audience and return its folder."""
    frames = {name: pd.DataFrame(rows, columns=_names(name)) for name, rows in _tables(audience).items()}
    for name in TABLES:
        frames.setdefault(name, pd.DataFrame(columns=_names(name)))
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


def _names(table: str) -> list[str]:
    return [column.name for column in TABLES[table].columns]


def _row(table: str, **values: object) -> dict[str, object]:
    unknown = set(values) - set(_names(table))
    assert not unknown, unknown
    return {name: values.get(name) for name in _names(table)}


MEASURES = {
    # (name, statistic, unit, decimals, direction, target, level, spread, verdict, variation, assurance, completeness)
    "stroke": {
        "independent_6_months": (
            "Independent at six months",
            "share",
            "%",
            1,
            "increase",
            50.0,
            52.0,
            4.0,
            "better",
            "improvement_high",
            "hit_and_miss",
            0.88,
        ),
        "alive_30_days": (
            "Alive after 30 days",
            "share",
            "%",
            1,
            "increase",
            None,
            87.0,
            2.0,
            "uncertain",
            "common",
            None,
            1.0,
        ),
        "eq5d_6_months": (
            "Quality of life at six months",
            "mean",
            "index",
            2,
            "increase",
            None,
            0.61,
            0.03,
            "worse",
            "concern_low",
            None,
            0.64,
        ),
        "length_of_stay": (
            "Days in hospital",
            "mean",
            "days",
            1,
            "decrease",
            14.0,
            16.5,
            1.1,
            "better",
            "improvement_low",
            "consistently_missed",
            0.99,
        ),
        "cost_per_pathway": (
            "Cost per pathway",
            "mean",
            "£",
            0,
            "decrease",
            None,
            14200.0,
            900.0,
            "better",
            "common",
            None,
            1.0,
        ),
    },
    "hepatitis_c": {
        "cured": (
            "Cured",
            "share",
            "%",
            1,
            "increase",
            90.0,
            84.0,
            1.4,
            "uncertain",
            "common",
            "consistently_missed",
            0.52,
        ),
        "wait_for_treatment": (
            "Days to start of treatment",
            "mean",
            "days",
            1,
            "decrease",
            28.0,
            21.0,
            1.5,
            "worse",
            "concern_high",
            "consistently_met",
            0.97,
        ),
        "cost_per_pathway": (
            "Cost per pathway",
            "mean",
            "£",
            0,
            "decrease",
            None,
            9300.0,
            500.0,
            "worse",
            "concern_high",
            None,
            1.0,
        ),
    },
    "endocarditis": {
        "alive_12_months": (
            "Alive after one year",
            "share",
            "%",
            1,
            "increase",
            None,
            72.0,
            6.0,
            "too_few",
            None,
            None,
            1.0,
        ),
        "eq5d_6_months": (
            "Quality of life at six months",
            "mean",
            "index",
            2,
            "increase",
            None,
            0.7,
            0.05,
            "too_few",
            None,
            None,
            0.41,
        ),
        "cost_per_pathway": (
            "Cost per pathway",
            "mean",
            "£",
            0,
            "decrease",
            None,
            31000.0,
            4000.0,
            "uncertain",
            None,
            None,
            1.0,
        ),
    },
}
TITLES = {"stroke": "Stroke", "hepatitis_c": "Hepatitis C", "endocarditis": "Infective endocarditis"}
N_YEAR = {"stroke": 880, "hepatitis_c": 395, "endocarditis": 105}
STAGES = {
    "stroke": [
        "Emergency care",
        "Critical care",
        "Thrombectomy and imaging",
        "Acute stroke unit",
        "Rehabilitation at home",
        "Follow-up",
        "Later stays in hospital",
    ],
    "hepatitis_c": ["Assessment", "Treatment", "Test of cure and follow-up", "Hospital care"],
    "endocarditis": [
        "Emergency care",
        "Heart surgery and critical care",
        "Hospital stay",
        "Antibiotics at home",
        "Follow-up",
        "Later stays in hospital",
    ],
}
RESOURCES = {
    "MED": "Medical staff",
    "NUR": "Nursing staff",
    "AHP": "Therapists and other clinical staff",
    "DRG": "Drugs",
    "IMG": "Imaging",
    "OVH": "Overheads",
}
TOPICS = {
    "stroke": [
        "Being able to look after myself",
        "Surviving the stroke",
        "Quality of life",
        "Being at home and not in hospital",
        "Mood and confidence",
        "Knowing what will happen next",
    ],
    "hepatitis_c": [
        "Being cured",
        "Having energy again",
        "Starting treatment soon",
        "Being treated without judgement",
        "Few side effects",
    ],
    "endocarditis": [
        "Surviving",
        "Not living in fear of it coming back",
        "Quality of life",
        "Less time in hospital",
        "One team that knows me",
    ],
}


def _tables(audience: str) -> dict[str, list[dict[str, object]]]:
    rng = np.random.default_rng(7)
    tables: dict[str, list[dict[str, object]]] = {name: [] for name in TABLES}
    for position, service in enumerate(SERVICES, 1):
        tables["service"].append(
            _row(
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
        _costs(tables, service, audience)
        _value(tables, service)
        _change(tables, service)
    _common(tables)
    if audience == "clinical":
        for i in range(8):
            tables["resource_patient"].append(
                _row(
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
            _row(
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
            _row(
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
                _row(
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
                    _row(
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
    _, statistic, _, _, direction, _, level, spread, _, variation, _, known = spec
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
            _row(
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
                _row(
                    "importance",
                    service=service,
                    topic=f"topic_{position}",
                    position=position,
                    name=topic,
                    measure=list(MEASURES[service])[0] if position == 1 else None,
                    group=group,
                    n=5 if hidden else n,
                    mean=None if hidden else mean,
                    lower=None if hidden else mean - 0.2,
                    upper=None if hidden else mean + 0.2,
                    shown=not hidden,
                )
            )
    for group, method, n in (
        ("patient", "survey", 58),
        ("patient", "discussion_group", 9),
        ("carer", "survey", 22),
        ("clinician", "survey", 14),
    ):
        tables["asked"].append(
            _row(
                "asked",
                service=service,
                group=group,
                method=method,
                people=n,
                first=pd.Timestamp("2024-02-01"),
                last=pd.Timestamp("2024-04-30"),
            )
        )


def _costs(tables, service, audience) -> None:
    n = N_YEAR[service]
    mean = MEASURES[service]["cost_per_pathway"][6]
    weights = np.arange(len(STAGES[service]), 0, -1) / sum(range(len(STAGES[service]) + 1))
    for position, (stage, weight) in enumerate(zip(STAGES[service], weights, strict=True), 1):
        tables["stage"].append(
            _row("stage", service=service, stage=f"stage_{position}", position=position, name=stage)
        )
        for r, (resource, name) in enumerate(RESOURCES.items()):
            hidden = audience == "public" and service == "endocarditis" and position == 2 and r == 3
            each = mean * weight * (6 - r) / 21
            tables["stage_cost"].append(
                _row(
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
            _row(
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
    edges = np.linspace(0, mean * 3, 13)
    counts = np.array([4, 18, 24, 18, 12, 8, 6, 4, 2.5, 1.5, 1, 0.5]) / 100 * n
    for i, count in enumerate(counts):
        hidden = audience == "public" and count < 7.5
        tables["cost_spread"].append(
            _row(
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
        _row(
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


def _value(tables, service) -> None:
    measure = list(MEASURES[service])[0]
    level, mean = MEASURES[service][measure][6], MEASURES[service]["cost_per_pathway"][6]
    for year, (words, start, up, dear) in enumerate(
        ((BEFORE, "2023-11-01", -4.0, 1.06), (NEWEST, "2024-11-01", 0.0, 1.0))
    ):
        hidden = service == "endocarditis"
        outcome, cost = level + up, mean * dear
        ratio = outcome / 100 / cost * 1e5
        tables["value"].append(
            _row(
                "value",
                service=service,
                words=words,
                period_start=pd.Timestamp(start),
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


def _change(tables, service) -> None:
    if service == "endocarditis":
        return
    measure = "length_of_stay" if service == "stroke" else None
    tables["change"].append(
        _row(
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
        else _row(
            "change",
            service=service,
            change="outreach",
            date=pd.Timestamp("2024-06-01"),
            title="Outreach clinic",
            description="Nurses see people in hostels.",
        )
    )
    tables["revision"].append(
        _row(
            "revision",
            service=service,
            measure=list(MEASURES[service])[0],
            period="August 2025",
            since="2026-09",
            old_n=70,
            new_n=74,
            old_value=51.2,
            new_value=52.0,
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
            _row(
                "reconciliation",
                position=position,
                line=line,
                name=name,
                amount=value,
                share=value / 107520001.0,
            )
        )
    tables["quality_file"].append(
        _row(
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
        _row(
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
        _row(
            "quality_rule",
            extract="activity",
            column="start",
            rule="a date not after the end",
            rows=9,
            effect="9 activities are not counted.",
        )
    )
    tables["quality_rule"].append(
        _row(
            "quality_rule", extract="activity", column=None, rule="one row for each key", rows=5, effect=None
        )
    )
    tables["dictionary"].append(
        _row(
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
        _row(
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
