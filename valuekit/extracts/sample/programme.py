"""What the services changed and when, and what the value programme costs and yields."""

from __future__ import annotations

from datetime import date

import pandas as pd

from valuekit.extracts.sample.world import World
from valuekit.project import Month


def service_changes(world: World) -> pd.DataFrame:
    """Dated changes up to the period, oldest first; the text has letters that only look right in Windows-1252."""
    effects = world.effects
    rows = [
        (
            "information_pack",
            "stroke",
            date(2024, 9, 2),
            "Information pack for families",
            "Every family is given a pack about stroke on the first day, in plain English. Its résumé is one page long.",
            "",
        ),
        (
            "community_clinics",
            "hepatitis_c",
            effects.community_clinics,
            "Treatment in the community",
            "Nurses treat people in two community clinics and a café for people who are homeless. "
            "The team’s running cost is £96,000 a year.",
            "cured",
        ),
        (
            "early_discharge",
            "stroke",
            effects.early_discharge,
            "Early supported discharge",
            "People who can manage at home leave hospital sooner, and the rehabilitation team’s first visit is on the next day. "
            "It costs £410,000 a year.",
            "length_of_stay",
        ),
        (
            "endocarditis_team",
            "endocarditis",
            effects.endocarditis_team,
            "A permanent endocarditis team",
            "One team sees each person from the first day to a year after, and a nurse can be rung at any time.",
            "low_anxiety_6_months",
        ),
    ]
    last = world.window.period.plus(1)
    known = [row for row in rows if row[2] < date(last.year, last.month, 1)]
    return pd.DataFrame(known, columns=["change_id", "service", "date", "title", "description", "measure"])


FORECAST_MONTHS = 26
"""Months planned beyond the period."""
# service, kind, category, pounds in the first month, pounds more each month, first month as an offset, months (0: to the end)
_ENTRIES = (
    ("", "cost", "Programme team", 21_400, 0, 0, 0),
    ("", "cost", "Data and software", 5_200, 0, 0, 0),
    ("", "cost", "Setting up: design, training, patient groups", 46_000, -1_500, 0, 12),
    ("stroke", "cost", "Early supported discharge team", 34_100, 0, 16, 0),
    ("hepatitis_c", "cost", "Community clinics", 8_000, 0, 14, 0),
    ("endocarditis", "cost", "Endocarditis nurse", 4_900, 0, 19, 0),
    ("stroke", "benefit", "Bed days released", 62_000, 900, 17, 0),
    ("hepatitis_c", "benefit", "Liver disease avoided", 9_000, 550, 15, 0),
    ("", "benefit", "Tests and drugs no longer used", 3_000, 320, 10, 0),
)


def programme_costs(world: World) -> pd.DataFrame:
    """One row a month and category, actual up to the period and forecast after; `pence` is int64."""
    window, rows = world.window, []
    for service, kind, category, first_month, step, offset, length in _ENTRIES:
        end = offset + length if length else window.months + FORECAST_MONTHS
        for i in range(offset, end):
            month: Month = window.first.plus(i)
            basis = "forecast" if i >= window.months else "actual"
            rows.append(
                (service, str(month), kind, category, basis, 100 * (first_month + step * (i - offset)))
            )
    frame = pd.DataFrame(rows, columns=["service", "month", "kind", "category", "basis", "pence"])
    frame = frame.sort_values(["month", "kind", "category"], kind="stable", ignore_index=True)
    frame.insert(0, "entry_id", [f"PC-{i + 1:04d}" for i in range(len(frame))])
    return frame
