"""A generated extract: people with activity of every kind, in every order, and cost lines of whole pence.

It has what joins stumble over: missing codes, departments and patients, activity that starts together, stays
of several episodes and without an identifier, end before start of the next, corrections, cost without
activity, cost of activity that nobody knows, times with fractions of a second.
"""

from __future__ import annotations

import random
from typing import Any

import pandas as pd
from measures.hand_made import Drop, a_service

KINDS = ("admitted", "emergency", "outpatient", "therapy", "imaging", "critical_care")
SERVICES = (
    a_service(),
    a_service("heart", diagnoses=("I33", "I21"), left_out=(), new_after_days=30, days_before=10),
    a_service("knee", diagnoses=(), procedures=("W40",), days_before=0, days_after=60),
)


def intake(people: int = 60, seed: int = 7) -> Any:
    """About 12 activities a person and 3 cost lines an activity; the same for the same `seed`."""
    draw, drop = random.Random(seed), Drop()
    for i in range(people * 12):
        hours = draw.choice((0, 0, 7, 31)) + 24 * draw.randint(0, 500)
        start = pd.Timestamp("2025-01-01") + pd.Timedelta(hours=hours)
        if draw.random() < 0.1:
            start += pd.Timedelta(milliseconds=draw.choice((1, 500, 999)))
        end = start + pd.Timedelta(minutes=draw.choice((0, 30, 60, 1_440, 7_777, 40_000)))
        drop.act(
            f"ACT-{i:06d}",
            None if draw.random() < 0.05 else f"p{draw.randrange(people):04d}",
            draw.choice(KINDS),
            str(start),
            str(end + pd.Timedelta(milliseconds=draw.choice((0, 0, 1, 700)))),
            diagnosis=draw.choice(("I639", "I63", "I330", "I21", "J18", None, None)),
            primary_procedure=draw.choice(("W401", "W40", None, None, None)),
            department=draw.choice(("GENMED", "STROKE", "EMERG", None)),
            treatment_function=draw.choice(("130", "328", None)),
            organisation_code=draw.choice(("RXX", "RYY")),
            spell_id=draw.choice((None, f"SP-{i // 3}")),
        )
    for i in range(people * 36):
        activity = draw.choice((None, f"ACT-{draw.randrange(people * 13):06d}", *[f"ACT-{i // 3:06d}"] * 8))
        drop.cost(activity, draw.randint(-9_000, 500_000), draw.choice(("NUR", "MED")), draw.choice("ABC"))
        drop.cost_lines[-1]["month"] = draw.choice(("2026-08", "2026-09", "2026-10"))
    for person in drop.patients.values():
        person["deprivation_decile"] = draw.choice((*range(1, 11), None))
        person["sex"] = draw.choice(("1", "2", None))
    return drop.intake()
