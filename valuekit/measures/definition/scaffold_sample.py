"""Rows for a new service in the synthetic sample: invented care of invented people, spread over its months.

Rows are added to the files that hold their months, and the control totals and the ledger follow. It never
touches a drop that is not marked synthetic:
:func:`valuekit.measures.definition.scaffold.new_service` sees to that.
"""

from __future__ import annotations

import csv
import zlib
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from valuekit.extracts.drop import CONTROL_TOTALS, DropFile, latest_period, open_drop
from valuekit.extracts.schemas import load_schemas
from valuekit.measures.calendar import between, first_day, last_day, month_of
from valuekit.measures.definition.definitions import ServiceDefinition
from valuekit.project import Month, Project

A_MONTH = 14
"""People who begin in each month: enough for a quarter to be shown in public."""

COSTS = {  # department, then pounds by resource
    "emergency": ("EMERG", {"MED": 70, "NUR": 60, "OVH": 30}),
    "admitted": ("GENMED", {"MED": 130, "NUR": 210, "WRD": 60, "DRG": 40, "OVH": 110}),  # each day
    "outpatient": ("OUTPT", {"MED": 80, "NUR": 25, "OVH": 25}),
}

Row = dict[str, Any]


@dataclass
class _Rows:
    """New rows by extract and by the month in whose file they belong."""

    by_extract: dict[str, dict[Month, list[Row]]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(list))
    )

    def add(self, extract: str, filed: Month, /, **row: Any) -> None:
        self.by_extract[extract][filed].append(row)


def sample_rows_for(
    service: ServiceDefinition, services: Iterable[ServiceDefinition], project: Project
) -> list[Path]:
    """Add people of `service` to the drop in ``data/extracts``; return the files changed.

    The people are those whom none of the `services` counts yet. The same drop gives the same rows.
    """
    period = latest_period(project)
    schemas = load_schemas(project, [file.stem for file in project.services.glob("*.yml")])
    drop, _ = open_drop(project, schemas, period)
    person = schemas["patients"].key[0]
    first = min(file.first for file in drop.of("activity"))
    months = [first.plus(i) for i in range(between(first, period) + 1)]
    people = _people(drop.of("patients")[-1].path, drop.of("activity"), person, services)
    rows, random = _Rows(), np.random.default_rng(zlib.crc32(service.service.encode()))
    begins = [month for month in months for _ in range(A_MONTH)]
    for number, (month, who) in enumerate(zip(begins, people, strict=False)):
        _one_pathway(rows, service, f"{_prefix(service)}{number:04d}", {person: who}, month, period, random)
    changed = [
        _append(file, _held(rows.by_extract[extract], file))
        for extract in ("activity", "cost_lines", "outcomes")
        for file in drop.of(extract)
    ]
    changed += [_book(file, rows.by_extract["cost_lines"]) for file in drop.of("ledger")]
    changed = [path for path in changed if path]
    return sorted({*changed, *_count_again(project.extracts, changed)})


def _prefix(service: ServiceDefinition) -> str:
    return service.service.replace("_", "")[:12].upper() + "-"


def _people(
    patients: Path, activity: Iterable[DropFile], person: str, services: Iterable[ServiceDefinition]
) -> list[str]:
    """People alive whom no service counts, so that no other pathway is touched; in the file's order."""
    known = pd.read_csv(patients, dtype="str", encoding="utf-8-sig")
    known = known[known["date_of_death"].isna() & (known[person].str.len() == 10)].drop_duplicates(person)
    care = pd.concat([pd.read_csv(file.path, dtype="str", encoding="utf-8-sig") for file in activity])
    counted = tuple(code for service in services for code in service.cohort.diagnoses)
    busy = set(care.loc[care["primary_diagnosis"].str.startswith(counted, na=False), person])
    return [who for who in known[person] if who not in busy]


def _one_pathway(
    rows: _Rows,
    service: ServiceDefinition,
    name: str,
    who: Row,
    month: Month,
    period: Month,
    random: np.random.Generator,
) -> None:
    """Emergency attendance, stay, two clinics, and answers to questionnaires, as far as the period goes."""
    began = pd.Timestamp(first_day(month)) + pd.Timedelta(hours=int(random.integers(0, 27 * 24)))
    stay = pd.Timedelta(hours=int(random.gamma(2.0, 40.0)) + 12)
    clinics = [
        began + stay + pd.Timedelta(days=int(random.integers(*days))) for days in ((20, 40), (90, 130))
    ]
    contacts = [
        ("emergency", began - pd.Timedelta(hours=4), began),
        ("admitted", began, began + stay),
        *(
            ("outpatient", clinic.floor("h"), clinic.floor("h") + pd.Timedelta(minutes=20))
            for clinic in clinics
        ),
    ]
    end = pd.Timestamp(last_day(period)) + pd.Timedelta(days=1)
    code = service.cohort.diagnoses[0]
    for i, (kind, start, finish) in enumerate(contacts):
        if finish >= end:
            continue
        department, pounds = COSTS[kind]
        rows.add(
            "activity",
            month_of(finish),
            activity_id=f"{name}-{i}",
            organisation_code="ZZ1",
            activity_type=kind,
            spell_id=f"{name}-S" if kind == "admitted" else "",
            start_date=start.strftime("%Y-%m-%dT%H:%M"),
            end_date=finish.strftime("%Y-%m-%dT%H:%M"),
            primary_diagnosis=code if kind == "admitted" else "",
            department=department,
            **who,
        )
        days = max((finish - start).total_seconds() / 86400, 1) if kind == "admitted" else 1
        for resource, amount in pounds.items():
            pence = int(100 * amount * days * random.uniform(0.8, 1.25))
            rows.add(
                "cost_lines",
                month_of(finish),
                cost_line_id=f"{name}-{i}{resource}",
                activity_id=f"{name}-{i}",
                month=str(month_of(finish)),
                resource=resource,
                department=department,
                amount=f"{pence / 100:.2f}",
            )
    _answers(rows, service, name, who, began, end, random)


def _answers(
    rows: _Rows,
    service: ServiceDefinition,
    name: str,
    who: Row,
    began: pd.Timestamp,
    end: pd.Timestamp,
    random: np.random.Generator,
) -> None:
    asked = {("fatigue", "12_weeks"): 84, ("eq5d5l", "6_months"): 183}
    for (instrument, time_point), days in asked.items():
        completed = (began + pd.Timedelta(days=days + int(random.integers(0, 15)))).normalize()
        recorded, answered = completed + pd.Timedelta(days=7), random.random() < 0.8
        score = (
            {"value": f"{np.clip(random.normal(3.2, 1.2), 1, 7):.1f}"}
            if instrument == "fatigue"
            else {"items": "".join(str(level) for level in 1 + random.binomial(2, 0.3, 5))}
        )
        if recorded < end:
            rows.add(
                "outcomes",
                month_of(recorded),
                outcome_id=f"{name}-{instrument[0].upper()}",
                service=service.service,
                instrument=instrument,
                time_point=time_point,
                recorded_date=recorded.strftime("%Y-%m-%d"),
                **who,
                **({"completed_date": completed.strftime("%Y-%m-%d"), **score} if answered else {}),
            )


def _held(by_month: dict[Month, list[Row]], file: DropFile) -> list[Row]:
    """Rows of the months that `file` holds."""
    return [
        row for month, rows in sorted(by_month.items()) if file.first <= month <= file.last for row in rows
    ]


def _append(file: DropFile, rows: list[Row]) -> Path | None:
    if not rows:
        return None
    if file.path.suffix == ".parquet":
        table = pq.read_table(file.path)
        more = {
            name: [_typed(row.get(name), kind) for row in rows]
            for name, kind in zip(table.column_names, table.schema.types, strict=True)
        }
        pq.write_table(
            pa.concat_tables([table, pa.table(more, schema=table.schema)]), file.path, compression="zstd"
        )
        return file.path
    with file.path.open(encoding="utf-8-sig", newline="") as read:
        header = next(csv.reader(read))
    with file.path.open("a", encoding="utf-8", newline="") as write:
        csv.DictWriter(write, header, lineterminator="\n").writerows(rows)
    return file.path


def _typed(value: Any, kind: pa.DataType) -> Any:
    return float(value) if pa.types.is_floating(kind) and value is not None else value or None


def _book(file: DropFile, lines: dict[Month, list[Row]]) -> Path | None:
    """Add the new cost to the ledger, so that it still reconciles."""
    pence: dict[tuple[str, str], int] = defaultdict(int)
    for row in _held(lines, file):
        pence[row["month"], row["department"]] += round(float(row["amount"]) * 100)
    if not pence:
        return None
    ledger = pd.read_csv(file.path, dtype="str", encoding="utf-8-sig", keep_default_na=False)
    for i, row in enumerate(ledger.itertuples()):
        if added := pence.pop((row.month, row.department), 0):
            ledger.loc[i, "amount"] = f"{(round(float(row.amount) * 100) + added) / 100:.2f}"
    more = [{"month": m, "department": d, "amount": f"{p / 100:.2f}"} for (m, d), p in sorted(pence.items())]
    ledger = pd.concat([ledger, pd.DataFrame(more, columns=ledger.columns)])
    ledger.to_csv(file.path, index=False, encoding="utf-8", lineterminator="\n")
    return file.path


def _count_again(folder: Path, changed: list[Path]) -> list[Path]:
    """Control totals of the files changed, where the drop has any: rows, and pounds of an amount."""
    path = folder / CONTROL_TOTALS
    if not path.exists():
        return []
    totals = pd.read_csv(path, dtype="str", encoding="utf-8-sig", keep_default_na=False).set_index("file")
    for file in changed:
        frame = (
            pd.read_parquet(file)
            if file.suffix == ".parquet"
            else pd.read_csv(file, dtype="str", encoding="utf-8-sig", keep_default_na=False)
        )
        totals.loc[file.name, "rows"] = str(len(frame))
        if "amount" in frame:
            amounts = pd.to_numeric(frame["amount"], errors="coerce").dropna()
            totals.loc[file.name, "amount"] = f"{(amounts * 100).round().astype('int64').sum() / 100:.2f}"
    totals.reset_index().to_csv(path, index=False, encoding="utf-8", lineterminator="\n")
    return [path]
