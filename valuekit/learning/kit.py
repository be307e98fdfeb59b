"""The adoption kit of a case: what another trust takes away to try it, as plain files and as one zip.

The same case gives the same bytes: no dates, no compression that depends on a version.
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import yaml

from valuekit.learning.library import CaseStudy, Library
from valuekit.learning.schema import ToMeasure
from valuekit.learning.vocabulary import FACTORS
from valuekit.mart.spreadsheets import harmless

FOLDER = "kits"
_WHEN = (1980, 1, 1, 0, 0, 0)
"""The earliest date that a zip can hold: a kit has none of its own."""

_STAGES = (
    ("hospital", "Hospital care", ["emergency", "admitted", "critical_care", "theatre"]),
    ("outside", "Care outside hospital", ["outpatient", "community", "imaging", "therapy"]),
)


def write_kits(library: Library, folder: Path) -> list[Path]:
    """Write each case's kit as ``kits/<case>/…`` and ``kits/<case>.zip`` below `folder`; return the files."""
    written = []
    for study in library.cases:
        files = kit(study)
        home = folder / FOLDER / study.id
        home.mkdir(parents=True, exist_ok=True)
        for name, text in files.items():
            (home / name).write_text(text, encoding="utf-8", newline="")
            written.append(home / name)
        archive = folder / FOLDER / f"{study.id}.zip"
        archive.write_bytes(zipped(study.id, files))
        written.append(archive)
    return written


def kit(study: CaseStudy) -> dict[str, str]:
    """The files of a case's kit, by name."""
    return {
        "read-me.txt": _read_me(study),
        "checklist.csv": _checklist(study),
        "risks.csv": _risks(study),
        "baseline-plan.csv": _plan(study),
        f"{study.id}.yml": definition(study),
        f"{study.id}.qmd": _page(study),
        "report-back.yml": _report_back(study),
    }


def zipped(folder: str, files: dict[str, str]) -> bytes:
    """`files` as a zip in which all stand in `folder`; the same files give the same bytes."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(files):
            entry = zipfile.ZipInfo(f"{folder}/{name}", _WHEN)
            entry.external_attr = 0o644 << 16
            entry.create_system = 3
            archive.writestr(entry, files[name].encode("utf-8"))
    return held.getvalue()


def _table(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """CSV that a spreadsheet opens and does not run."""
    held = io.StringIO()
    writer = csv.writer(held, lineterminator="\n")
    writer.writerow(header)
    writer.writerows([harmless(str(cell)) for cell in row] for row in rows)
    return held.getvalue()


def _checklist(study: CaseStudy) -> str:
    """The factors, each with a column to fill in: is it there, who sees to it, by when."""
    context = study.case.adopt.context
    rows = [
        (label, getattr(context, factor).needs, getattr(context, factor).says, "", "", "")
        for factor, label in FACTORS.items()
    ]
    return _table(
        (
            "factor",
            "how much is needed",
            "what must be there",
            "is it there?",
            "who sees to it (role)",
            "by when",
        ),
        rows,
    )


def _risks(study: CaseStudy) -> str:
    """Both sides of the decision: what can go wrong if you do it, and what goes on if you do not."""
    adopt = study.case.adopt
    rows = [
        (way, r.risk, r.likelihood, r.effect, r.held_by, "", "")
        for way, risks in (("if you act", adopt.acting), ("if you do not act", adopt.not_acting))
        for r in risks
    ]
    return _table(
        ("side", "risk", "likelihood", "effect", "held by", "likelihood here", "effect here"),
        rows,
    )


def _plan(study: CaseStudy) -> str:
    """What to measure, over which months before beginning."""
    adopt = study.case.adopt
    months = f"{adopt.baseline.months} months before you begin"
    rows = [
        (
            m.name,
            m.definition,
            m.numerator,
            m.denominator,
            {"increase": "up", "decrease": "down", "neutral": "neither"}[m.direction],
            "valuekit works it out from the extracts" if m.source else m.collect,
            months,
            "",
        )
        for m in adopt.measures
    ]
    return _table(
        (
            "measure",
            "definition",
            "numerator",
            "denominator",
            "better is",
            "where from",
            "baseline",
            "who (role)",
        ),
        rows,
    )


def definition(study: CaseStudy) -> str:
    """A service definition that valuekit runs: the case's cohort and measures, for the adopter to change."""
    cohort = study.case.adopt.cohort
    runs = [m for m in study.case.adopt.measures if m.source]
    data = {
        "service": study.id,
        "name": study.title,
        "summary": study.subtitle + ".",
        "lead": "Clinical lead",
        "cohort": {
            "says": cohort.says,
            "activity_types": list(cohort.activity_types),
            "diagnoses": list(cohort.diagnoses),
            "procedures": list(cohort.procedures),
            "new_after_days": cohort.new_after_days,
        },
        "pathway": {
            "days_before": 0,
            "days_after": cohort.days_after,
            "stages": [
                {
                    "stage": "start",
                    "name": "First contact",
                    "activity_types": list(cohort.activity_types),
                    "to_day": 7,
                },
                *({"stage": s, "name": name, "activity_types": types} for s, name, types in _STAGES),
            ],
        },
        "what_matters": [{"topic": m.measure, "name": m.name, "measure": m.measure} for m in runs],
        "value": {
            "outcome": runs[0].measure,
            "says": cohort.value_says,
            "interval": "quarter",
            "public_interval": "quarter",
        },
        "measures": [_measure(m) for m in runs],
    }
    collected = [f"#   {m.name}: {m.collect}" for m in study.case.adopt.measures if not m.source]
    head = [
        f"# From the adoption kit of '{study.title}'.",
        "# Put this file into data/services/ and the page beside it into reports/services/, then run:",
        "#   valuekit check",
        "# Go through every line with your team: the codes that count people in, the stages, and above all",
        "# who chose each measure (chosen), which is a stand-in here.",
    ]
    if collected:
        head += ["# To be collected by hand, as the baseline plan says:", *collected]
    return "\n".join(head) + "\n" + yaml.safe_dump(data, sort_keys=False, allow_unicode=True, width=110)


def _measure(measure: ToMeasure) -> dict[str, Any]:
    return {
        "measure": measure.measure,
        "name": measure.name,
        "definition": measure.definition,
        "numerator": measure.numerator,
        "denominator": measure.denominator,
        "tier": measure.tier,
        "direction": measure.direction,
        "from": dict(measure.source or {}),
        "chosen": {"by": ["clinicians"], "how": ["evidence_review"], "people": 1},
        "interval": "quarter",
        "public_interval": "half_year",
    }


def _page(study: CaseStudy) -> str:
    """The report's page, as every service has one."""
    title, says = (
        yaml.safe_dump(t, width=1000, allow_unicode=True, default_style='"').strip()
        for t in (study.title, study.summary)
    )
    return (
        f"---\ntitle: {title}\ndescription: {says}\n---\n\n"
        f'```{{python}}\n#| tags: [parameters]\nservice = "{study.id}"\n```\n\n'
        "{{< include ../_service.qmd >}}\n"
    )


def _report_back(study: CaseStudy) -> str:
    """The file that an adopter fills in, with what each key wants."""
    first = study.case.adopt.measures[0]
    return f"""# What became of '{study.title}' with you.
# Fill in, and call the file {study.id}-<your organisation>.yml.
# Failures and half successes are as welcome as successes. Plain words; roles, no names; no patient's data.
case: {study.id}
organisation: Name of your organisation
place: Town or county
began: "2026-01"
status: running                 # running, spread or stopped
adapted: What you changed to fit, and why.
happened: What happened.
learnt: What the next one should know.
figures: []                     # for example:
#  - measure: {first.name}
#    figure: 61
#    n: 140
#    against: the 12 months before
#    against_figure: 48
#    against_n: 150
#    unit: "%"
#    direction: {first.direction}
contact: Role to ask
reported: "2026-12"
"""


def _read_me(study: CaseStudy) -> str:
    """What is in the kit and in which order to use it."""
    return f"""{study.title}: adoption kit

{study.subtitle}

1. checklist.csv       Is what it needs there? Fill it in together before you decide.
2. risks.csv           What can go wrong if you act, and what goes on if you do not.
3. baseline-plan.csv   What to measure, from {study.case.adopt.baseline.months} months before you begin.
                       {study.case.adopt.baseline.says}
4. {study.id}.yml, {study.id}.qmd
                       The measures as a service definition and a page that valuekit runs.
5. report-back.yml     Tell others what happened, whatever it was.

Expecting a copy to work as it did elsewhere is the surest way to fail. Keep the core parts; adapt the rest.
"""
