"""What the services changed and when, and what the value programme costs and yields."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

import pandas as pd

from valuekit.extracts.sample.world import World

FORECAST_MONTHS = 26
"""Months planned beyond the period."""
INFORMATION_PACK = date(2024, 9, 2)
"""A change that moves no measure."""


def service_changes(world: World) -> pd.DataFrame:
    """Dated changes up to the period, oldest first, with letters that Windows-1252 writes its own way."""
    effects = world.effects
    rows = (
        (
            "information_pack", "stroke", INFORMATION_PACK, "Information pack for families",
            "Every family is given a pack about stroke on the first day. Its résumé is one page long.", "",
        ),
        (
            "community_clinics", "hepatitis_c", effects.community_clinics, "Treatment in the community",
            "Nurses treat people in two community clinics and in a café for people who are homeless. "
            "The team’s running cost is £96,000 a year.", "cured",
        ),
        (
            "early_discharge", "stroke", effects.early_discharge, "Early supported discharge",
            "People who can manage at home leave hospital sooner. The rehabilitation team’s first visit is "
            "on the next day. It costs £410,000 a year.", "length_of_stay",
        ),
        (
            "endocarditis_team", "endocarditis", effects.endocarditis_team, "A permanent endocarditis team",
            "One team sees each person from the first day to a year after. A nurse can be rung at any time.",
            "low_anxiety_6_months",
        ),
    )  # fmt: skip
    after = world.window.period.plus(1)
    made = [row for row in rows if row[2] < date(after.year, after.month, 1)]
    return pd.DataFrame(made, columns=["change_id", "service", "date", "title", "description", "measure"])


class Entry(NamedTuple):
    """A cost or benefit: `pounds` in its first month, `step` more each month, from month `first` on."""

    service: str
    kind: str
    category: str
    pounds: int
    step: int
    first: int
    months: int | None = None
    """How many; None: to the end of the forecast."""


ENTRIES = (
    Entry("", "cost", "Programme team", 21_400, 0, 0),
    Entry("", "cost", "Data and software", 5_200, 0, 0),
    Entry("", "cost", "Setting up: design, training, patient groups", 46_000, -1_500, 0, 12),
    Entry("stroke", "cost", "Early supported discharge team", 34_100, 0, 16),
    Entry("hepatitis_c", "cost", "Community clinics", 8_000, 0, 14),
    Entry("endocarditis", "cost", "Endocarditis nurse", 4_900, 0, 19),
    Entry("stroke", "benefit", "Bed days released", 62_000, 900, 17),
    Entry("hepatitis_c", "benefit", "Liver disease avoided", 9_000, 550, 15),
    Entry("", "benefit", "Tests and drugs no longer used", 3_000, 320, 10),
)


def programme_costs(world: World) -> pd.DataFrame:
    """One row a month and category, actual up to the period and forecast after; `pence` is int64."""
    window, rows = world.window, []
    for entry in ENTRIES:
        end = window.months + FORECAST_MONTHS if entry.months is None else entry.first + entry.months
        for i in range(entry.first, end):
            basis = "forecast" if i >= window.months else "actual"
            pence = 100 * (entry.pounds + entry.step * (i - entry.first))
            rows.append((entry.service, str(window.first.plus(i)), entry.kind, entry.category, basis, pence))
    frame = pd.DataFrame(rows, columns=["service", "month", "kind", "category", "basis", "pence"])
    frame = frame.sort_values(["month", "kind", "category"], kind="stable", ignore_index=True)
    frame.insert(0, "entry_id", [f"PC-{i + 1:04d}" for i in range(len(frame))])
    return frame
