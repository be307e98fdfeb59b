"""A trust with any number of services, and how long it takes to publish it: whole, and after one change.

The first three services are those of the sample. Every other is the third under a name of its own, with
people, activity, cost, answers and a diagnosis of its own, so that no two claim the same activity.
"""

from __future__ import annotations

import ctypes
import os
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import yaml

MODEL = "endocarditis"
"""The service that the others are copies of: about a hundred people a year, thirty activities each."""

_PR_SET_CHILD_SUBREAPER = 36
"""Of Linux: linux/prctl.h."""

SAMPLED = 3
"""Services of the sample."""

FIRST_NUMBER = 998_000_000
"""First nine digits of the copies' NHS numbers: the sample's begin with 999."""

_IDENTIFIERS = (
    ("activity", "activity_id"),
    ("activity", "spell_id"),
    ("cost_lines", "cost_line_id"),
    ("cost_lines", "activity_id"),
    ("outcomes", "outcome_id"),
    ("survey", "response_id"),
)
"""Columns that get a new beginning in each copy."""

AS_IT_WAS = "as it was"
"""Folder beside the checkout: the files that a change has been made to."""

MADE_BY_RUNS = ("_build", "_store", "_site", "_site.state", "_packs", "downloads")


# What is made


def make_checkout(folder: Path, services: int) -> Path:
    """A checkout with a drop of 36 months for so many services, in `folder`; made once."""
    from checkout import copy_project

    from valuekit.extracts.sample.files import write_files

    root = folder / f"services-{services}" / "a trust's checkout"
    if (root / "made").exists():
        return root
    shutil.rmtree(root.parent, ignore_errors=True)
    root = copy_project(root.parent).root
    copies = max(0, services - SAMPLED)
    world, tables = _sample()
    if services < SAMPLED:
        raise ValueError(f"there are {SAMPLED} services at least")
    parts = [tables, *_copies(tables, copies)]
    joined = {name: pd.concat([part[name] for part in parts if name in part], ignore_index=True)
              for name in tables}  # fmt: skip
    joined["ledger"] = joined["ledger"].groupby(["file_month", "month", "department"], as_index=False).sum()
    write_files(root / "data" / "extracts", world.window, joined)
    for number in range(1, copies + 1):
        _declare(root, number)
    (root / "made").touch()
    return root


@cache
def _sample() -> tuple:
    from valuekit.extracts.sample import true_sample

    return true_sample()


def name_of(number: int) -> str:
    """The identifier of a copy; the first is 1."""
    return f"service_{number:03d}"


def _code(number: int) -> str:
    """An ICD-10 category that the sample does not use; no two copies have the same."""
    return f"{'QRTY'[number // 100]}{number % 100:02d}"


def _declare(root: Path, number: int) -> None:
    """The definition and the page of a copy."""
    held = yaml.safe_load((root / "data" / "services" / f"{MODEL}.yml").read_text(encoding="utf-8"))
    name, title = name_of(number), f"Service {number:03d}"
    held |= {"service": name, "name": title, "position": SAMPLED + number}
    held["cohort"] |= {"diagnoses": [_code(number)], "says": f"Adults admitted with {_code(number)}."}
    text = yaml.safe_dump(held, sort_keys=False, allow_unicode=True)
    (root / "data" / "services" / f"{name}.yml").write_text(text, encoding="utf-8")
    page = (root / "reports" / "services" / f"{MODEL}.qmd").read_text(encoding="utf-8")
    page = page.replace(f'"{MODEL}"', f'"{name}"').replace("Infective endocarditis", title)
    (root / "reports" / "services" / f"{name}.qmd").write_text(page, encoding="utf-8")


def _copies(tables: dict[str, pd.DataFrame], copies: int) -> Iterator[dict[str, pd.DataFrame]]:
    """The model's people and all that is known of them, once for each copy, under new identifiers."""
    activity = tables["activity"]
    mine = activity["primary_diagnosis"].astype(str).str[:3].isin(["I33", "I38"])
    people = set(activity.loc[mine, "nhs_number"])
    of = {
        "patients": tables["patients"][tables["patients"]["nhs_number"].isin(people)],
        "activity": activity[activity["nhs_number"].isin(people)],
        "outcomes": tables["outcomes"][tables["outcomes"]["service"] == MODEL],
        "survey": tables["survey"][tables["survey"]["service"] == MODEL],
    }
    lines = tables["cost_lines"]
    of["cost_lines"] = lines[lines["activity_id"].isin(set(of["activity"]["activity_id"]))]
    # of those whose outcomes have no activity in these months, too
    extra = set(of["outcomes"]["nhs_number"]) - set(of["patients"]["nhs_number"])
    of["outcomes"] = of["outcomes"][~of["outcomes"]["nhs_number"].isin(extra)]
    numbers = _nhs_numbers(copies * len(of["patients"]))
    for number in range(1, copies + 1):
        first = (number - 1) * len(of["patients"])
        yield _one_copy(of, number, numbers[first : first + len(of["patients"])])


def _one_copy(of: dict[str, pd.DataFrame], number: int, numbers: list[str]) -> dict[str, pd.DataFrame]:
    becomes = dict(zip(of["patients"]["nhs_number"], numbers, strict=True))
    made = {name: frame.copy() for name, frame in of.items()}
    for name in ("patients", "activity", "outcomes"):
        made[name]["nhs_number"] = made[name]["nhs_number"].map(becomes)
    for name, column in _IDENTIFIERS:
        held = made[name][column].astype(str)
        made[name][column] = held.where(held == "", f"X{number:03d}" + held.str.replace("R-", "R"))
    diagnosis = made["activity"]["primary_diagnosis"].astype(str)
    made["activity"]["primary_diagnosis"] = diagnosis.str.replace("^I3[38]", _code(number), regex=True)
    for name in ("outcomes", "survey"):
        made[name]["service"] = name_of(number)
    lines = made["cost_lines"]
    keys = ["file_month", "month", "department"]
    made["ledger"] = lines.groupby(keys, as_index=False)["pence"].sum()
    return made


def _nhs_numbers(count: int) -> list[str]:
    """So many numbers with the right check digit (modulus 11), in order."""
    first = np.arange(FIRST_NUMBER, FIRST_NUMBER + int(count * 1.2) + 100)
    digits = first[:, None] // 10 ** np.arange(8, -1, -1) % 10
    check = (11 - digits @ np.arange(10, 1, -1) % 11) % 11
    return [f"{number}{last}" for number, last in zip(first, check, strict=True) if last < 10][:count]


# What is measured


def ran(root: Path, *words: str) -> tuple[dict[str, float], str]:
    """One valuekit command in `root`: seconds, processor seconds, its largest process; and what it said."""
    env = {k: v for k, v in os.environ.items() if not k.startswith(("VALUEKIT_", "QUARTO_"))}
    env |= {"PYTHONPATH": str(root), "PYTHONIOENCODING": "utf-8"}
    _adopt_orphans()
    with tempfile.TemporaryFile("w+", encoding="utf-8") as out, tempfile.TemporaryFile("w+") as err:
        began = time.perf_counter()
        command = [sys.executable, "-m", "valuekit", *words]
        child = subprocess.Popen(command, cwd=root, env=env, stdout=out, stderr=err)
        _, status, used = os.wait4(child.pid, 0)
        found = {"seconds": time.perf_counter() - began}
        every = [used, *_waited()]
        child.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        err.seek(0)
        if child.returncode:
            said = err.read()[-4000:]
            raise RuntimeError(f"valuekit {' '.join(words)} ended with {child.returncode}:\n{said}")
        found["processor"] = sum(one.ru_utime + one.ru_stime for one in every)
        found["largest_process_MiB"] = max(one.ru_maxrss for one in every) / 1024
        return found, out.read()


def _adopt_orphans() -> None:
    """Make the workers' own parent, which outlives the command that began it, a child of ours at its end.

    Only then the system tells how much time the workers took (Linux; elsewhere theirs is missing).
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def _waited() -> Iterator[resource.struct_rusage]:
    """What each process that was left to us had taken, once it has ended."""
    while True:
        try:
            yield os.wait4(-1, 0)[2]
        except ChildProcessError:
            return


def whole(root: Path) -> dict[str, float]:
    """Everything from nothing: the build, the public site, then the reports for the board and the teams.

    The site has every service as a page and as a PDF/UA; the internal reports are PDFs.
    """
    for name in MADE_BY_RUNS:
        shutil.rmtree(root / name, ignore_errors=True)
    build, _ = ran(root, "build")
    site, said = ran(root, "publish", "--explain", "--audience", "public")
    internal, also_said = ran(root, "publish", "--explain", "--audience", "board", "--audience", "clinical")
    parts = (build, site, internal)
    documents = _rendered(said) + _rendered(also_said)
    return {
        "services": float(len(list((root / "data" / "services").glob("*.yml")))),
        "build_seconds": build["seconds"],
        "site_seconds": site["seconds"],
        "internal_seconds": internal["seconds"],
        "seconds": sum(part["seconds"] for part in parts),
        "site_processor": site["processor"],
        "processor": sum(part["processor"] for part in parts),
        "largest_process_MiB": max(part["largest_process_MiB"] for part in parts),
        "documents": float(documents),
        "pages": float(_files(root / "_site", ".html")),
        "site_pdfs": float(_files(root / "_site", ".pdf")),
        "internal_pdfs": float(_files(root / "_packs", ".pdf")),
        "documents_per_minute": 60 * documents / (site["seconds"] + internal["seconds"]),
        "site_MB": _megabytes(root / "_site"),
        "packs_MB": _megabytes(root / "_packs"),
    }


def after_a_change(root: Path, change: Callable[[Path, int], None], run: int) -> dict[str, float]:
    """A publish after one change of a checkout that has been published."""
    change(root, run)
    found, said = ran(root, "publish", "--explain")
    return {**found, "documents": float(_rendered(said))}


def _rendered(said: str) -> int:
    """Of what ``--explain`` says: how many documents were rendered."""
    return len(re.findall(": rendered: ", said))


def _files(folder: Path, ending: str) -> int:
    return sum(1 for _ in folder.rglob(f"*{ending}"))


def _megabytes(folder: Path) -> float:
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file()) / 1e6


def _in_file(name: str, old: str, new: str) -> Callable[[Path, int], None]:
    """A change that puts `new`, with the number of the run for ``{}``, in place of `old`."""

    def change(root: Path, run: int) -> None:
        file = root / name
        kept = root.parent / AS_IT_WAS / name
        if not kept.exists():
            kept.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, kept)
        text = kept.read_text(encoding="utf-8")
        if old not in text:
            raise RuntimeError(f"{name} has no {old!r} to change")
        file.write_text(text.replace(old, new.format(run + 1), 1), encoding="utf-8")

    return change


def restore(root: Path) -> None:
    """Put back what earlier runs have changed."""
    kept = root.parent / AS_IT_WAS
    for file in kept.rglob("*.*"):
        shutil.copyfile(file, root / file.relative_to(kept))


def _one_answer(root: Path, run: int) -> None:
    """The opposite GAD-7 score for one person of the model service; another each run.

    From the half-year before the newest month: what the newest answers tell is not shown yet.
    """
    file = max((root / "data" / "extracts").glob("outcomes_*_to_*.csv"))
    rows = pd.read_csv(file, dtype="str", keep_default_na=False)
    is_score = (rows["service"] == MODEL) & (rows["instrument"] == "gad7") & (rows["value"] != "")
    mine = rows.index[is_score & (rows["time_point"] == "6_months")]
    at = mine[run % len(mine)], "value"
    rows.loc[at] = "21" if int(rows.loc[at]) <= 9 else "0"
    rows.to_csv(file, index=False, lineterminator="\n")


def _nothing(root: Path, run: int) -> None:
    """No change."""


CHANGES: dict[str, Callable[[Path, int], None]] = {
    "nothing": _nothing,
    "one definition": _in_file(f"data/services/{MODEL}.yml", "summary: Care", "summary: {} Care"),
    "one service's mart": _one_answer,
    "template": _in_file("reports/_service.qmd", "\n## ", "\nA sentence more, number {}.\n\n## "),
    "commentary": _in_file(f"reports/services/{MODEL}.qmd", "We see about", "In run {} we see about"),
    "theme of the pages": _in_file("valuekit/publish/theme/site.css", "{", "{{ --bench: {};"),
    "theme of the PDFs": _in_file("valuekit/publish/theme/report.typ", "\n", "\n// {}\n"),
}
"""What is changed between two publishes, by name."""
