"""Small intakes made by hand, so that a reader can check each figure."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pandas as pd

from valuekit.measures.definition.definitions import (
    AliveShare,
    Chosen,
    Cohort,
    CostPerPathway,
    MeasureInFile,
    Pathway,
    ServiceDefinition,
    Stage,
    Value,
)
from valuekit.project import Month


def a_service(name: str = "stroke", **changes: Any) -> ServiceDefinition:
    """A service with a window of 3 days before and 30 after, new after 90 days, and three stages."""
    settings = {
        "diagnoses": ("I63",),
        "activity_types": ("admitted",),
        "procedures": (),
        "new_after_days": 90,
        "days_before": 3,
        "days_after": 30,
        "left_out": ("130",),
        "stages": (
            Stage(stage="emergency", name="Emergency", activity_types=("emergency",)),
            Stage(stage="acute", name="Acute", activity_types=("admitted", "therapy"), to_day=7),
            Stage(stage="later", name="Later", activity_types=("admitted", "outpatient")),
        ),
    } | changes
    cost = {
        "measure": "cost_per_pathway",
        "name": "Cost per pathway",
        "definition": "Mean cost.",
        "numerator": "Cost",
        "denominator": "Pathways",
        "direction": "decrease",
    }
    alive = {
        "measure": "alive",
        "name": "Alive after 30 days",
        "definition": "Alive.",
        "numerator": "Alive",
        "denominator": "All",
        "tier": 1,
        "direction": "increase",
        "from": AliveShare(days=30),
        "chosen": Chosen(by=("patients",), how=("survey",), people=9),
    }
    return ServiceDefinition(
        service=name,
        name=name.capitalize(),
        summary="A service.",
        lead="Lead",
        cohort=Cohort(
            says="All of them.",
            activity_types=settings["activity_types"],
            diagnoses=settings["diagnoses"],
            procedures=settings["procedures"],
            new_after_days=settings["new_after_days"],
        ),
        pathway=Pathway(
            days_before=settings["days_before"],
            days_after=settings["days_after"],
            leave_out_treatment_functions=settings["left_out"],
            stages=settings["stages"],
        ),
        value=Value(outcome="alive", says="people alive"),
        measures=(MeasureInFile(**alive), CostPerPathway(**cost)),
    )


@dataclass
class Drop:
    """Collects rows; :meth:`intake` makes the Intake of them."""

    period: str = "2026-10"
    set_aside_pence: int = 0
    activity: list[dict[str, Any]] = field(default_factory=list)
    cost_lines: list[dict[str, Any]] = field(default_factory=list)
    ledger: list[dict[str, Any]] = field(default_factory=list)
    patients: dict[str, dict[str, Any]] = field(default_factory=dict)

    def act(
        self,
        name: str,
        patient: str | None,
        kind: str,
        start: str,
        end: str | None = None,
        *,
        diagnosis: str | None = None,
        pence: int | None = None,
        **more: Any,
    ) -> Drop:
        """Add an activity (and its cost as one line); dates as text."""
        self.activity.append(
            {
                "activity_id": name,
                "patient": patient,
                "organisation_code": "RXX",
                "activity_type": kind,
                "spell_id": None,
                "start_date": pd.Timestamp(start),
                "end_date": pd.Timestamp(end or start),
                "primary_diagnosis": diagnosis,
                "primary_procedure": None,
                "treatment_function": None,
                "hrg": None,
                "department": "GENMED",
                "discharge_destination": None,
                "age_band": "65 to 74",
                **more,
            }
        )
        if patient is not None:
            self.patients.setdefault(patient, {"patient": patient, "deprivation_decile": 3})
        return self if pence is None else self.cost(name, pence)

    def cost(
        self, activity: str | None, pence: int, resource: str = "NUR", department: str = "GENMED"
    ) -> Drop:
        """Add a cost line."""
        self.cost_lines.append(
            {
                "cost_line_id": f"C{len(self.cost_lines)}",
                "activity_id": activity,
                "month": self.period,
                "resource": resource,
                "department": department,
                "pence": pence,
            }
        )
        return self

    def booked(self, pence: int) -> Drop:
        """Add a ledger row."""
        self.ledger.append({"month": self.period, "department": f"D{len(self.ledger)}", "pence": pence})
        return self

    def intake(self) -> Any:
        """What the extracts room would hand on."""
        text = {"activity_id": "str", "patient": "str"}
        activity = pd.DataFrame(
            self.activity, columns=list(self.activity[0]) if self.activity else [*_ACTIVITY]
        )
        for column in activity.columns.difference(["start_date", "end_date"]):
            activity[column] = activity[column].astype("str")
        for column in ("start_date", "end_date"):
            activity[column] = pd.to_datetime(activity[column])
        cost = pd.DataFrame(
            self.cost_lines,
            columns=["cost_line_id", "activity_id", "month", "resource", "department", "pence"],
        ).astype({"pence": "int64", "activity_id": "str"})
        people = [
            {"sex": "1", "ethnic_category": "W", "date_of_death": pd.NaT, **person}
            for person in self.patients.values()
        ]
        patients = pd.DataFrame(
            people, columns=["patient", "sex", "deprivation_decile", "ethnic_category", "date_of_death"]
        ).astype({"deprivation_decile": "Int64", "patient": "str"})
        patients["date_of_death"] = pd.to_datetime(patients["date_of_death"])
        ledger = pd.DataFrame(self.ledger, columns=["month", "department", "pence"]).astype(
            {"pence": "int64"}
        )
        return SimpleNamespace(
            organisation="Test trust",
            synthetic=True,
            period=Month.parse(self.period),
            notes=(),
            tables={
                "activity": activity.astype(text),
                "cost_lines": cost,
                "patients": patients,
                "ledger": ledger,
            },
            codes={},
            set_aside_pence=self.set_aside_pence,
            large={},
        )


_ACTIVITY = (
    "activity_id",
    "patient",
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
    "age_band",
)
