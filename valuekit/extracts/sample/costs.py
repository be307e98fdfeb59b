"""What each activity used, in pence, and the ledger that is the sum of it.

A recipe says which resource of which department an activity of that kind uses, in pounds of the
window's first month: so much each time and so much a day.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

from valuekit.extracts.sample.world import World

LINE_SPREAD = 0.15
"""Spread of one line around its recipe (standard deviation on the log scale)."""
CORRECTED = 0.003
"""Share of lines of which part is taken back in the month after."""
UNMATCHED = 0.015
"""Cost that was posted without an activity, as a share of all cost."""
UNMATCHED_LINES_A_MONTH = 60


class Line(NamedTuple):
    """A resource of a department ('' for where the activity took place): pounds each time and a day."""

    resource: str
    department: str
    each: float
    a_day: float = 0.0


def _ward(
    medical: float, nursing: float, ward: float, drugs: float, tests: float, overhead: float
) -> tuple[Line, ...]:
    """A stay: everything by the day, and a little clerking at the start."""
    return (
        Line("MED", "", 90, medical),
        Line("NUR", "", 40, nursing),
        Line("WRD", "", 0, ward),
        Line("DRG", "PHARMACY", 12, drugs),
        Line("PTH", "PATHOLOGY", 25, tests),
        Line("OVH", "OVERHEAD", 30, overhead),
    )


def _clinic(medical: float, nursing: float, tests: float, overhead: float) -> tuple[Line, ...]:
    return (
        Line("MED", "", medical),
        Line("NUR", "", nursing),
        Line("PTH", "PATHOLOGY", tests),
        Line("OVH", "OVERHEAD", overhead),
    )


def _visit(therapist: float, overhead: float, consumables: float = 9.0) -> tuple[Line, ...]:
    return (Line("AHP", "", therapist), Line("CSM", "", consumables), Line("OVH", "OVERHEAD", overhead))


def _image(cost: float, reading: float, overhead: float) -> tuple[Line, ...]:
    return (Line("IMG", "IMAGING", cost), Line("MED", "IMAGING", reading), Line("OVH", "OVERHEAD", overhead))


RECIPES: dict[str, tuple[Line, ...]] = {
    "emergency": _clinic(120, 135, 32, 58),
    "outpatient": _clinic(92, 38, 14, 34),
    "liver_clinic": _clinic(130, 62, 85, 58),
    "heart_clinic": _clinic(135, 60, 55, 52),
    "test_of_cure": _clinic(60, 42, 110, 40),
    "ct": _image(96, 44, 28),
    "mri": _image(168, 58, 46),
    "echo": _image(190, 84, 58),
    "elastography": _image(82, 30, 24),
    "imaging_other": _image(74, 28, 22),
    "hyperacute_ward": _ward(145, 285, 78, 42, 36, 118),
    "stroke_ward": _ward(78, 208, 66, 18, 11, 84),
    "general_ward": _ward(82, 170, 60, 22, 16, 76),
    "liver_ward": _ward(96, 182, 62, 44, 34, 84),
    "cardiology_ward": _ward(106, 196, 66, 84, 28, 92),
    "surgical_ward": _ward(160, 262, 78, 96, 44, 128),
    "critical_care": (
        Line("MED", "", 0, 390),
        Line("NUR", "", 0, 760),
        Line("CCU", "", 0, 330),
        Line("DRG", "PHARMACY", 0, 190),
        Line("OVH", "OVERHEAD", 0, 320),
    ),
    "thrombectomy": (
        Line("MED", "", 1650),
        Line("NUR", "", 720),
        Line("THR", "", 1480),
        Line("CSM", "", 4600),
        Line("OVH", "OVERHEAD", 1240),
    ),
    "valve_operation": (
        Line("MED", "", 3100),
        Line("NUR", "", 1450),
        Line("THR", "", 3250),
        Line("CSM", "", 5400),
        Line("OVH", "OVERHEAD", 2150),
    ),
    "small_operation": (
        Line("MED", "", 520),
        Line("NUR", "", 310),
        Line("THR", "", 480),
        Line("CSM", "", 230),
        Line("OVH", "OVERHEAD", 260),
    ),
    "therapy_week": (Line("AHP", "", 90, 44), Line("OVH", "OVERHEAD", 20, 9)),
    "therapy_visit": _visit(58, 14),
    "home_rehabilitation": _visit(124, 26),
    "home_visit": _visit(66, 16),
    "outreach": _visit(118, 30, 42),
    "home_antibiotics": (
        Line("NUR", "", 310),
        Line("DRG", "PHARMACY", 390),
        Line("CSM", "", 64),
        Line("OVH", "OVERHEAD", 120),
    ),
    "antiviral_visit": (
        Line("DAA", "PHARMACY", 3750),
        Line("NUR", "", 66),
        Line("MED", "", 28),
        Line("PTH", "PATHOLOGY", 38),
        Line("OVH", "OVERHEAD", 210),
    ),
    "end_of_treatment_visit": _clinic(36, 58, 46, 30),
}


def cost_lines(world: World, activity: pd.DataFrame) -> pd.DataFrame:
    """Every true cost line: `activity_id`, `month` (index), `resource`, `department`, `pence` (int64).

    `activity` needs `activity_id`, `recipe`, `month`, `days`, `department` and `factor` (one a patient).
    """
    rng = world.rng("costs")
    lines = _from_recipes(rng, activity)
    rise = (1 + world.effects.annual_cost_rise) ** (lines["month"].to_numpy() / 12)
    noise = rng.lognormal(-(LINE_SPREAD**2) / 2, LINE_SPREAD, len(lines))
    lines["pence"] = np.round(lines.pop("pounds").to_numpy() * rise * noise * 100).astype("int64")
    lines = lines[lines["pence"] > 0]
    lines = pd.concat([lines, _corrections(rng, world, lines)], ignore_index=True)
    lines = pd.concat([lines, _unmatched(rng, world, lines)], ignore_index=True)
    lines = lines.sort_values(["month", "order"], kind="stable", ignore_index=True)
    lines.insert(
        0,
        "cost_line_id",
        np.char.add("C", np.char.zfill(np.arange(1, len(lines) + 1).astype(str), 8)).astype(object),
    )
    return lines.drop(columns="order")


def _from_recipes(rng: np.random.Generator, activity: pd.DataFrame) -> pd.DataFrame:
    pieces = []
    row_of = dict(activity.groupby("recipe", sort=True).indices)
    columns = {
        name: activity[name].to_numpy() for name in ("activity_id", "month", "days", "department", "factor")
    }
    for recipe, rows in row_of.items():
        for number, line in enumerate(RECIPES[recipe]):
            pounds = (line.each + line.a_day * columns["days"][rows]) * columns["factor"][rows]
            pieces.append(
                pd.DataFrame(
                    {
                        "order": rows * 8 + number,
                        "activity_id": columns["activity_id"][rows],
                        "month": columns["month"][rows],
                        "resource": line.resource,
                        "department": line.department or columns["department"][rows],
                        "pounds": pounds,
                    }
                )
            )
    return pd.concat(pieces, ignore_index=True).sort_values("order", kind="stable", ignore_index=True)


def _corrections(rng: np.random.Generator, world: World, lines: pd.DataFrame) -> pd.DataFrame:
    """Part of a line taken back a month later, on the same activity."""
    chosen = lines[rng.random(len(lines)) < CORRECTED]
    back = np.round(chosen["pence"] * rng.uniform(0.1, 0.6, len(chosen))).astype("int64")
    return chosen.assign(pence=-back, month=np.minimum(chosen["month"] + 1, world.window.months - 1))


def _unmatched(rng: np.random.Generator, world: World, lines: pd.DataFrame) -> pd.DataFrame:
    """Lines without an activity, `UNMATCHED` of all cost, in the proportions of the departments."""
    size = UNMATCHED_LINES_A_MONTH * world.window.months
    like = lines.iloc[rng.integers(0, len(lines), size)]
    weight = rng.lognormal(0, 0.8, size)
    total = lines["pence"].sum() * UNMATCHED / (1 - UNMATCHED)
    pence = np.maximum(1, np.round(weight / weight.sum() * total)).astype("int64")
    month = np.repeat(np.arange(world.window.months), UNMATCHED_LINES_A_MONTH)
    return like.assign(activity_id="", month=month, pence=pence, order=lines["order"].max() + 1)


def ledger(lines: pd.DataFrame) -> pd.DataFrame:
    """The quantum: the sum of all true cost lines by month and department."""
    return lines.groupby(["month", "department"], as_index=False, sort=True)["pence"].sum()
