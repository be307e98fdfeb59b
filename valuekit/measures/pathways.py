"""From activity to pathways: every contact of a person with one condition, joined into one story.

The joins are the SQL files in ``sql/``, run in order by DuckDB inside this process, or by Spark where the
environment says so (:mod:`valuekit.engines`). Each names its inputs, its output and what one row is. They
read the validated extracts and a few small tables made here from the service definitions.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from importlib import resources
from typing import TYPE_CHECKING

import pandas as pd
import pyarrow as pa

from valuekit.engines import Engine, chosen_engine
from valuekit.measures.calendar import last_day
from valuekit.measures.definition.definitions import ServiceDefinition

if TYPE_CHECKING:
    from valuekit.extracts import Intake

STEPS = (
    "activity_cost",
    "index_event",
    "pathway_activity",
    "first_stay",
    "days_in_hospital",
    "pathway",
    "pathway_line",
    "pathway_cost",
    "cost_place",
    "pathway_unit",
    "pathway_month_cost",
    "stage_visit",
    "flow_pathway",
)
"""The SQL files, in the order in which they run. Each becomes a table of its own name."""

EXTRACTS = {
    "activity": (
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
        "department",
        "age_band",
    ),
    "cost_lines": ("activity_id", "month", "resource", "department", "pence"),
    "patients": ("patient", "sex", "deprivation_decile"),
}
"""What the SQL reads of the extracts: no more than it needs."""

MEMORY_LIMIT = "2GB"
"""DuckDB's memory; what does not fit goes to a temporary file."""


@dataclass(frozen=True)
class Linked:
    """What came of linking.

    Attributes
    ----------
    pathway
        One row a pathway: `pathway`, `service`, `patient`, `began`, `age_band`, `sex`, `fifth`, `cost_pence`,
        `first_stay_days`, `days_in_hospital`, `complete`.
    pathway_activity
        One row an activity on a pathway: `pathway`, `service`, `stage`, `patient`, `activity_id`,
        `activity_type`, `department`, `spell_id`, `start_date`, `end_date`, `day` (from the start), `pence`.
    pathway_cost
        One row a stage, resource and department of a pathway: `pence`.
    cost_place
        One row a place of cost (`pathway` of a service, `outside`, `no_activity`) and patient: `pence`.
    pathway_unit
        One row a stage, activity type and department of a pathway: `units` (stays or activities), `seconds`.
    pathway_month_cost
        One row a month of posting, stage, activity type and department of a pathway: `pence`.
    stage_visit
        One row a visit of a pathway to a stage, in order: `visit`, `position`, `start_date`, `end_date`,
        `activities`, `wait_days` (without contact before it; missing for the first), `again`.
    flow_pathway
        One row a pathway with activity: `department_handoffs`, `provider_handoffs`, `has_stay`, `returns`,
        `span_days`, `covered_days` (in contact or in a bed), `bed_days`.
    """

    pathway: pd.DataFrame
    pathway_activity: pd.DataFrame
    pathway_cost: pd.DataFrame
    cost_place: pd.DataFrame
    pathway_unit: pd.DataFrame
    pathway_month_cost: pd.DataFrame
    stage_visit: pd.DataFrame
    flow_pathway: pd.DataFrame


def link(intake: Intake, services: Iterable[ServiceDefinition]) -> Linked:
    """Join activity into pathways and cost to them.

    Parameters
    ----------
    intake
        Validated extracts of the period and all months before it.
    services
        In the order in which they stand; the first wins where two begin on one day.
    """
    with chosen_engine(MEMORY_LIMIT) as engine:
        for name, columns in EXTRACTS.items():
            _extract(engine, intake, name, columns)
        for name, table in _rules(tuple(services), last_day(intake.period)):
            engine.register(name, table)
        for step in STEPS:
            engine.make(step, _sql(step))
        return Linked(**{name: _frame(engine, name) for name in Linked.__dataclass_fields__})


def _extract(engine: Engine, intake: Intake, name: str, columns: tuple[str, ...]) -> None:
    """Let the SQL read an extract under its name: a frame, or a large one's Parquet file in the store."""
    if name in intake.large:
        engine.parquet(name, intake.large[name])
    else:
        frame = intake.tables[name][list(columns)]
        engine.register(name, pa.Table.from_pandas(frame, preserve_index=False))


def _sql(name: str) -> str:
    return (resources.files("valuekit.measures") / "sql" / f"{name}.sql").read_text(encoding="utf-8")


def _frame(engine: Engine, name: str) -> pd.DataFrame:
    frame = engine.rows(f"SELECT * FROM {name}").to_pandas()
    return frame.astype({"fifth": "Int64"}) if "fifth" in frame else frame


def _rules(services: tuple[ServiceDefinition, ...], period_end: date) -> Iterator[tuple[str, pa.Table]]:
    """The service definitions as tables; a missing code stands for any."""
    yield "release", pa.table({"period_end": pa.array([period_end], pa.date32())})
    yield (
        "service_rule",
        _table(
            {
                "service": pa.string(),
                "position": pa.int32(),
                "new_after_days": pa.int32(),
                "days_before": pa.int32(),
                "days_after": pa.int32(),
            },
            [
                (s.service, i, s.cohort.new_after_days, s.pathway.days_before, s.pathway.days_after)
                for i, s in enumerate(services)
            ],
        ),
    )
    yield (
        "cohort_rule",
        _table(
            dict.fromkeys(("service", "activity_type", "diagnosis", "procedure"), pa.string()),
            [
                (s.service, kind, diagnosis, procedure)
                for s in services
                for kind in s.cohort.activity_types
                for diagnosis in s.cohort.diagnoses or (None,)
                for procedure in s.cohort.procedures or (None,)
            ],
        ),
    )
    yield (
        "left_out",
        _table(
            dict.fromkeys(("service", "treatment_function"), pa.string()),
            [(s.service, code) for s in services for code in s.pathway.leave_out_treatment_functions],
        ),
    )
    yield "stage_rule", _stage_rules(services)


def _stage_rules(services: tuple[ServiceDefinition, ...]) -> pa.Table:
    return _table(
        {
            "service": pa.string(),
            "stage": pa.string(),
            "position": pa.int32(),
            "activity_type": pa.string(),
            "department": pa.string(),
            "treatment_function": pa.string(),
            "from_day": pa.int32(),
            "to_day": pa.int32(),
        },
        [
            (s.service, stage.stage, i, kind, department, function, stage.from_day, stage.to_day)
            for s in services
            for i, stage in enumerate(s.pathway.stages)
            for kind in stage.activity_types
            for department in stage.departments or (None,)
            for function in stage.treatment_functions or (None,)
        ],
    )


def _table(columns: dict[str, pa.DataType], rows: list[tuple]) -> pa.Table:
    values = list(zip(*rows, strict=True)) or [()] * len(columns)
    arrays = [pa.array(column, kind) for column, kind in zip(values, columns.values(), strict=True)]
    return pa.table(arrays, names=list(columns))
