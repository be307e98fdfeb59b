"""The smallest drop that passes every check, small enough to read: three people and two months.

Tests take it apart: :func:`write_minimal_drop` writes it into any folder, with changes, and
:func:`minimal_project` makes a whole checkout around it.
"""

from __future__ import annotations

import csv
import io
import shutil
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

from valuekit.project import Month, Project

ROOT = Path(__file__).resolve().parents[1]
PERIOD = Month(2026, 10)
SERVICES = ["stroke", "hepatitis_c"]

PLANTED = (
    "9434765919", "9990012016", "9990034028",
    "Quillfeather", "Ottoline", "Brandreth", "Casimir", "Zugravescu",
    "1931-03-07", "1958-11-23", "1987-06-19", "ZZ1 1AB", "ZZ11AB", "ZZ1 3QX", "ZZ13QX",
)  # fmt: skip
"""Every identifier of the three people: none of them may be found in anything that is written or said."""

TEXTS = {
    "patients_2026-10.csv": """\
nhs_number,family_name,given_name,date_of_birth,sex,postcode,ethnic_category,date_of_death
9434765919,Quillfeather,Ottoline,1931-03-07,2,ZZ1 1AB,W,
9990012016,Brandreth,Casimir,1958-11-23,1,ZZ1 3QX,B,2026-10-20
9990034028,Zugravescu,,1987-06-19,X,,,
""",
    "activity_2026-09.csv": """\
activity_id,nhs_number,organisation_code,activity_type,spell_id,start_date,end_date,primary_diagnosis,primary_procedure,treatment_function,hrg,department,discharge_destination
ACT-0001,9434765919,RZZ,emergency,,2026-09-02 08:15:00,2026-09-02 11:40:00,I639,,180,VB01Z,EMERG,
ACT-0002,9434765919,RZZ,admitted,SP-0001,2026-09-02 11:40:00,2026-09-12 15:00:00,I639,,328,AA35A,STROKE,19
ACT-0003,9990012016,RZZ,imaging,,2026-09-20 09:00:00,2026-09-20 09:30:00,,U051,812,,IMAGING,
""",
    "activity_2026-10.csv": """\
activity_id,nhs_number,organisation_code,activity_type,spell_id,start_date,end_date,primary_diagnosis,primary_procedure,treatment_function,hrg,department,discharge_destination
ACT-0004,9434765919,RZZ,outpatient,,2026-10-05 10:00:00,2026-10-05 10:30:00,,,328,,OUTPT,
ACT-0005,9990012016,RZZ,admitted,SP-0002,2026-10-08 22:10:00,2026-10-20 03:00:00,I610,,328,AA35B,STROKE,79
ACT-0006,,RZZ,therapy,,2026-10-09,2026-10-09,,,,,THERAPY,
ACT-0007,9990034028,RZZ,community,,2026-10-31 16:00:00,2026-10-31 23:59:59,,,,,COMMUNITY,
""",
    "cost_lines_2026-09.csv": """\
cost_line_id,activity_id,month,resource,department,amount
CL-000001,ACT-0001,2026-09,MED,EMERG,210.55
CL-000002,ACT-0002,2026-09,WRD,STROKE,4200
CL-000003,ACT-0002,2026-09,NUR,STROKE,1100.1
CL-000004,ACT-0003,2026-09,IMG,IMAGING,95.00
""",
    "cost_lines_2026-10.csv": """\
cost_line_id,activity_id,month,resource,department,amount
CL-000005,ACT-0004,2026-10,MED,OUTPT,140.25
CL-000006,ACT-0005,2026-10,WRD,STROKE,5100.99
CL-000007,ACT-0006,2026-10,AHP,THERAPY,61.07
CL-000008,ACT-0002,2026-10,NUR,STROKE,-10.10
CL-000009,,2026-10,OVH,OVERHEAD,300
""",
    "ledger_2026-09.csv": """\
month,department,amount
2026-09,EMERG,210.55
2026-09,STROKE,5300.10
2026-09,IMAGING,95.00
""",
    "ledger_2026-10.csv": """\
month,department,amount
2026-10,OUTPT,140.25
2026-10,STROKE,5090.89
2026-10,THERAPY,61.07
2026-10,OVERHEAD,300.00
""",
    "outcomes_2026-09_to_2026-10.csv": """\
outcome_id,nhs_number,service,instrument,time_point,recorded_date,completed_date,value,items
OUT-0001,9434765919,stroke,nihss,baseline,2026-09-02,2026-09-02,7,
OUT-0002,9990012016,stroke,nihss,baseline,2026-10-09,2026-10-09,12,
OUT-0003,9434765919,stroke,eq5d5l,6_weeks,2026-10-15,2026-10-14,,11231
OUT-0004,9990034028,hepatitis_c,svr12,12_weeks,2026-10-21,,,
""",
    "survey_2026-10.csv": """\
response_id,service,group,method,date,topic,rating
SUR-001,stroke,patient,survey,2026-03-01,independence,5
SUR-001,stroke,patient,survey,2026-03-01,survival,4
SUR-002,stroke,carer,discussion_group,2026-03-02,survival,5
""",
    "service_changes_2026-10.csv": """\
change_id,service,date,title,description,measure
early-discharge,stroke,2026-04-01,Early supported discharge,"Therapy at home, from day 3",
""",
    "programme_costs_2026-10.csv": """\
entry_id,service,month,kind,category,basis,amount
PRG-001,,2026-01,cost,Analyst time,actual,12000
PRG-002,stroke,2027-01,benefit,Bed days released,forecast,30000.50
""",
}  # fmt: skip

ABOUT = "organisation: Invented University Hospital\nsynthetic: true\n"

Change = str | bytes | None | Callable[[str], str | bytes]


def write_minimal_drop(folder: Path, control_totals: bool = False, **changes: Change) -> None:
    """Write the minimal drop into `folder`.

    Parameters
    ----------
    folder
        Made if it is not there.
    control_totals
        Whether to send ``control_totals.csv`` with it, right for the unchanged files.
    **changes
        By extract (its newest file) or ``about``: a text or bytes in place of the file, a function of its
        text, or None to leave the file out.
    """
    folder.mkdir(parents=True, exist_ok=True)
    texts: dict[str, str | bytes | None] = {"about.yml": ABOUT, **TEXTS}
    if control_totals:
        texts["control_totals.csv"] = control_totals_of(TEXTS)
    for name, change in changes.items():
        file = newest(name)
        texts[file] = change(texts[file]) if callable(change) else change
    for name, text in texts.items():
        if text is not None:
            (folder / name).write_bytes(text.encode("utf-8") if isinstance(text, str) else text)


def newest(extract: str) -> str:
    """Name of the newest file of `extract` in the minimal drop; ``about.yml`` for ``about``."""
    if extract == "about":
        return "about.yml"
    return max(name for name in TEXTS if name.rsplit("_to_")[0].rsplit("_", 1)[0] == extract)


def control_totals_of(texts: dict[str, str]) -> str:
    """Rows and amount of each CSV text, counted here with nothing of valuekit."""
    lines = ["file,rows,amount"]
    for name, text in texts.items():
        rows = list(csv.DictReader(io.StringIO(text)))
        amount = sum(Decimal(row["amount"]) for row in rows) if "amount" in rows[0] else ""
        lines.append(f"{name},{len(rows)},{amount}")
    return "\n".join(lines) + "\n"


def minimal_project(root: Path, control_totals: bool = False, **changes: Change) -> Project:
    """A checkout in `root`: the shipped schemas and look-up, and the minimal drop with `changes`."""
    shutil.copytree(ROOT / "schemas", root / "schemas")
    (root / "data" / "reference").mkdir(parents=True)
    deciles = "deprivation_by_postcode_sector.csv"
    shutil.copy(ROOT / "data" / "reference" / deciles, root / "data" / "reference" / deciles)
    (root / "_quarto.yml").write_text("project: {type: website}\n", encoding="utf-8")
    project = Project(root)
    write_minimal_drop(project.extracts, control_totals, **changes)
    return project


def swap(old: str, new: str) -> Callable[[str], str]:
    """A change that replaces the one place where `old` stands by `new`."""

    def change(text: str) -> str:
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times"
        return text.replace(old, new)

    return change
