"""From what the services added to the extracts' tables: identifiers, order, text. Still without a blemish."""

from __future__ import annotations

import numpy as np
import pandas as pd

from valuekit.extracts.sample import costs
from valuekit.extracts.sample.people import patients as people_table
from valuekit.extracts.sample.programme import programme_costs, service_changes
from valuekit.extracts.sample.survey import survey
from valuekit.extracts.sample.world import Window, World

COLUMNS: dict[str, tuple[str, ...]] = {
    "patients": (
        "nhs_number",
        "family_name",
        "given_name",
        "date_of_birth",
        "sex",
        "postcode",
        "ethnic_category",
        "date_of_death",
    ),
    "activity": (
        "activity_id",
        "nhs_number",
        "organisation_code",
        "activity_type",
        "spell_id",
        "start_date",
        "end_date",
        "primary_diagnosis",
        "primary_procedure",
        "treatment_function",
        "hrg",
        "department",
        "discharge_destination",
    ),
    "cost_lines": ("cost_line_id", "activity_id", "month", "resource", "department", "amount"),
    "ledger": ("month", "department", "amount"),
    "outcomes": (
        "outcome_id",
        "nhs_number",
        "service",
        "instrument",
        "time_point",
        "recorded_date",
        "completed_date",
        "value",
        "items",
    ),
    "survey": ("response_id", "service", "group", "method", "date", "topic", "rating"),
    "service_changes": ("change_id", "service", "date", "title", "description", "measure"),
    "programme_costs": ("entry_id", "service", "month", "kind", "category", "basis", "amount"),
}
"""Columns as ``schemas/`` names them, in its order (a test holds the two together)."""


def true_tables(world: World) -> dict[str, pd.DataFrame]:
    """Every extract as it would be without a blemish.

    Dates are text; money is `pence`. Monthly extracts carry `file_month`, the index of the month whose
    file they arrive in; it is the month of their period column.
    """
    window, people = world.window, people_table(world)
    activity = _activity(world, people)
    lines = costs.cost_lines(world, activity)
    ledger = costs.ledger(lines)
    labels = np.array(window.labels, object)
    seen = np.zeros(len(people), bool)
    seen[activity["person"].to_numpy()] = True
    return {
        "patients": _patients(window, people[seen]),
        "activity": activity,
        "cost_lines": lines.rename(columns={"month": "file_month"}).assign(month=labels[lines["month"]]),
        "ledger": ledger.rename(columns={"month": "file_month"}).assign(month=labels[ledger["month"]]),
        "outcomes": _outcomes(world, people),
        "survey": survey(world).assign(date=lambda frame: _dates(window, frame["day"].to_numpy(float))),
        "service_changes": service_changes(world).assign(date=lambda frame: frame["date"].astype(str)),
        "programme_costs": programme_costs(world),
    }


def _activity(world: World, people: pd.DataFrame) -> pd.DataFrame:
    """Activity that has ended within the window, of people who were alive, in order of its end."""
    window, rows = world.window, world.activity.frame()
    death = people["death"].to_numpy()[rows["person"]]
    alive = np.isnan(death) | (rows["start"] < death)
    end = np.fmin(rows["end"], death)
    rows = rows.assign(end=end, death=death)[alive & (rows["start"] >= 0) & (end < window.days)]
    rows = rows.sort_values(["end", "person", "start"], kind="stable", ignore_index=True)
    died = (rows["activity_type"] == "admitted") & (rows["end"] >= rows["death"] - 1e-6)
    start, end = (np.floor(rows[name].to_numpy() * 1440) for name in ("start", "end"))
    spell = rows["spell"].to_numpy()
    return rows.assign(
        activity_id=_numbered("A", len(rows), 8),
        nhs_number=people["nhs_number"].to_numpy()[rows["person"]],
        factor=people["cost_factor"].to_numpy()[rows["person"]],
        spell_id=np.where(spell < 0, "", np.char.add("S", np.char.zfill((spell + 1).astype(str), 6))).astype(
            object
        ),
        start_date=_moments(window, start),
        end_date=_moments(window, end),
        days=(end - start) / 1440,
        month=window.month_of(end / 1440),
        file_month=window.month_of(end / 1440),
        discharge_destination=np.where(died, "79", rows["discharge_destination"].to_numpy(str)).astype(
            object
        ),
    )


def _patients(window: Window, people: pd.DataFrame) -> pd.DataFrame:
    known_death = np.where(people["death"] < window.days, people["death"], np.nan)
    return people.assign(
        date_of_birth=_dates(window, people["birth"].to_numpy()), date_of_death=_dates(window, known_death)
    ).sort_values("nhs_number", ignore_index=True)


def _outcomes(world: World, people: pd.DataFrame) -> pd.DataFrame:
    window, rows = world.window, world.outcomes.frame()
    rows = rows[(rows["recorded"] >= 0) & (rows["recorded"] < window.days)]
    rows = rows.sort_values(["recorded", "person", "instrument"], kind="stable", ignore_index=True)
    value = rows["value"].to_numpy()
    return rows.assign(
        outcome_id=_numbered("O", len(rows), 7),
        nhs_number=people["nhs_number"].to_numpy()[rows["person"]],
        recorded_date=_dates(window, rows["recorded"].to_numpy()),
        completed_date=_dates(window, rows["completed"].to_numpy()),
        value=np.where(np.isnan(value), "", np.char.mod("%g", np.nan_to_num(value))).astype(object),
        file_month=window.month_of(rows["recorded"].to_numpy()),
    )


def _numbered(letter: str, size: int, width: int) -> np.ndarray:
    return np.char.add(letter, np.char.zfill(np.arange(1, size + 1).astype(str), width)).astype(object)


def _dates(window: Window, day: np.ndarray) -> np.ndarray:
    """Days as ``2026-10-31``; '' where missing."""
    whole = np.floor(np.nan_to_num(day)).astype(int)
    return np.where(np.isnan(day), "", np.datetime_as_string(window.start + whole, unit="D")).astype(object)


def _moments(window: Window, minutes: np.ndarray) -> np.ndarray:
    """Minutes since the start as ``2026-10-31T14:05``."""
    return np.datetime_as_string(window.start.astype("datetime64[m]") + minutes.astype(int), unit="m").astype(
        object
    )
