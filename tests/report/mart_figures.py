"""What the made-up marts say: three services, and a measure for each case that must be said."""

from __future__ import annotations

from valuekit.mart import TABLES

NEWEST, BEFORE = "November 2024 to October 2025", "November 2023 to October 2024"
SERVICES = ("stroke", "hepatitis_c", "endocarditis")


def column_names(table: str) -> list[str]:
    return [column.name for column in TABLES[table].columns]


def row(table: str, **values: object) -> dict[str, object]:
    unknown = set(values) - set(column_names(table))
    assert not unknown, unknown
    return {name: values.get(name) for name in column_names(table)}


MEASURES = {
    # name, statistic, unit, decimals, direction, target, level, spread,
    # verdict, variation, assurance, completeness
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
