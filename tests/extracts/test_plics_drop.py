"""A month's cost may come as PLICS XML: the same figures come out as from the same lines in CSV."""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from pathlib import Path

import pandas as pd
import pytest

from tests.minimal_drop import PERIOD, SERVICES, TEXTS, minimal_project
from tests.plics_files import document, file_name
from valuekit.errors import ExtractError
from valuekit.extracts import Intake, take_in
from valuekit.project import Project

FEEDS = ("APC", "OP", "EC")
IDS = {"APC": "PLEMI", "OP": "ATTENDID", "EC": "AEATTENDNO"}
MONTHS = ("2026-09", "2026-10")


def as_plics(month: str) -> dict[str, str]:
    """The cost lines and the ledger of a month of the minimal drop as PLICS documents, by file name."""
    lines = list(csv.DictReader(io.StringIO(TEXTS[f"cost_lines_{month}.csv"])))
    feed_of: dict[str, list] = defaultdict(list)
    for i, line in enumerate(lines):
        feed_of[FEEDS[i % 3]].append(line)
    texts = {}
    for feed, held in feed_of.items():
        records = [
            (
                {"OrgId": "RZZ"} | ({IDS[feed]: line["activity_id"]} if line["activity_id"] else {}),
                [(f"DEP{line['department']}", "1", [(f"RES{line['resource']}", line["amount"])])],
            )
            for line in held
        ]
        records = [
            (f, [(d, n, [(r, f"{float(a):.2f}") for r, a in ls]) for d, n, ls in c]) for f, c in records
        ]
        texts[file_name(feed, month)] = document(feed, records, month)
    booked = csv.DictReader(io.StringIO(TEXTS[f"ledger_{month}.csv"]))
    services = [
        ({"ReconciliationLevel": "2", "ServID": f"SRV{row['department']}", "TotCst": row["amount"]}, [])
        for row in booked
    ]
    texts[file_name("REC", month)] = document("REC", services, month)
    return texts


def codes() -> str:
    """A look-up that takes the department and resource out of the codes made above."""
    cells = {"field,code,becomes"}
    for name, text in TEXTS.items():
        for row in csv.DictReader(io.StringIO(text)):
            if name.startswith("cost_lines"):
                cells |= {
                    f"ActCstID,DEP{row['department']},{row['department']}",
                    f"ResCstID,RES{row['resource']},{row['resource']}",
                }
            elif name.startswith("ledger"):
                cells.add(f"ServID,SRV{row['department'][:3]}*,{row['department']}")
    head, *rest = sorted(cells, key=lambda cell: (cell != "field,code,becomes", cell))
    return "\n".join([head, *rest]) + "\n"


def plics_project(root: Path, months: tuple[str, ...] = MONTHS, **changes) -> Project:
    """The minimal drop with the cost of `months` as PLICS XML."""
    project = minimal_project(root, **changes)
    (project.reference / "plics_codes.csv").write_text(codes(), encoding="utf-8")
    for month in months:
        for extract in ("cost_lines", "ledger"):
            (project.extracts / f"{extract}_{month}.csv").unlink()
        for name, text in as_plics(month).items():
            (project.extracts / name).write_text(text, encoding="utf-8")
    return project


def costs(intake: Intake) -> pd.DataFrame:
    lines = intake.tables["cost_lines"].drop(columns="cost_line_id")
    return lines.sort_values(list(lines), ignore_index=True)


@pytest.mark.parametrize("months", [MONTHS, MONTHS[:1]])
def test_cost_as_plics_gives_the_same_tables_as_csv(tmp_path: Path, months: tuple[str, ...]) -> None:
    plics = plics_project(tmp_path / "plics", months)
    by_plics = take_in(plics, None, SERVICES, plics.build)
    sheets = minimal_project(tmp_path / "csv")
    by_csv = take_in(sheets, None, SERVICES, sheets.build)
    assert by_plics.period == PERIOD
    pd.testing.assert_frame_equal(costs(by_plics), costs(by_csv))
    for name in set(by_csv.tables) - {"cost_lines", "ledger"}:
        pd.testing.assert_frame_equal(by_plics.tables[name], by_csv.tables[name])
    ledger = [
        i.tables["ledger"].sort_values(["month", "department"], ignore_index=True) for i in (by_plics, by_csv)
    ]
    pd.testing.assert_frame_equal(*ledger)
    formats = set(by_plics.quality_file.set_index("extract").loc["cost_lines", "format"])
    assert formats == ({"PLICS XML"} if months == MONTHS else {"PLICS XML", "CSV, UTF-8"})


def test_cost_as_plics_gives_the_same_mart_as_csv(tmp_path: Path) -> None:
    from tests.minimal_drop import ROOT
    from valuekit.build import _computed, _definitions
    from valuekit.project import AUDIENCES

    definitions = _definitions(Project(ROOT))
    marts = []
    for project in (plics_project(tmp_path / "plics"), minimal_project(tmp_path / "csv")):
        intake = take_in(project, None, definitions.names, project.build)
        marts.append(_computed(intake, definitions, project))
    for audience in AUDIENCES:
        for name, frame in marts[1][audience].items():
            if name != "quality_file":  # names the files
                both = (marts[0][audience][name], frame)
                if name == "suppression":  # and this names what is hidden of them
                    both = tuple(f[f["table"] != "quality_file"].reset_index(drop=True) for f in both)
                pd.testing.assert_frame_equal(*both, obj=f"{audience} {name}")


def refusal(project: Project) -> str:
    with pytest.raises(ExtractError) as error:
        take_in(project, PERIOD, SERVICES, project.build)
    assert not project.build.exists()
    return str(error.value)


def test_a_month_that_comes_both_ways_is_refused(tmp_path: Path) -> None:
    project = plics_project(tmp_path / "p")
    (project.extracts / "ledger_2026-10.csv").write_text(TEXTS["ledger_2026-10.csv"], encoding="utf-8")
    assert "'ledger' of October 2026 comes twice (its cost would count twice)" in refusal(project)


def test_a_code_that_the_look_up_does_not_have_is_refused_with_the_code(tmp_path: Path) -> None:
    project = plics_project(tmp_path / "p")
    path = project.extracts / file_name("APC")
    path.write_text(path.read_text().replace("RESMED", "CPF099"), encoding="utf-8")
    assert "1 code of ResCstID not in plics_codes.csv: CPF099. Add a resource" in refusal(project)
    (project.reference / "plics_codes.csv").unlink()
    assert "there is no plics_codes.csv" in refusal(project)


def test_the_longest_beginning_that_fits_is_taken(tmp_path: Path) -> None:
    from valuekit.extracts.plics.codes import read_codes

    (tmp_path / "plics_codes.csv").write_text(
        "field,code,becomes\nResCstID,CPF*,A\nResCstID,CPF02*,B\nResCstID,CPF022,C\n"
    )
    found = read_codes(tmp_path)
    assert [found.of("ResCstID", code) for code in ("CPF022", "CPF023", "CPF1", "XX")] == [
        "C",
        "B",
        "A",
        None,
    ]
    assert found.of("ActCstID", "CPF022") is None


def test_real_plics_without_a_key_is_refused_before_anything_is_written(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.delenv("VALUEKIT_PSEUDONYM_KEY", raising=False)
    monkeypatch.delenv("VALUEKIT_PSEUDONYM_KEY_FILE", raising=False)
    project = plics_project(tmp_path / "p", about="organisation: A Trust\nsynthetic: false\n")
    assert "real data needs a pseudonym key, and there is none" in refusal(project)
    assert not project.imported.exists()


def test_files_of_later_months_wait_and_what_was_sent_again_replaces(tmp_path: Path) -> None:
    project = plics_project(tmp_path / "p")
    (project.extracts / file_name("APC", "2026-11")).write_text("not even XML")
    lines = take_in(project, PERIOD, SERVICES, project.build).tables["cost_lines"]
    old = project.extracts / file_name("APC")
    new = project.extracts / file_name("APC", created="20261201T0900")
    new.write_text(old.read_text().replace("140.25", "140.26"), encoding="utf-8")
    new.write_text(
        new.read_text().replace(new.read_text().split("<TotalCosts>")[1].split("<")[0], _total(new))
    )
    again = take_in(project, PERIOD, SERVICES, project.build)
    assert again.tables["cost_lines"]["pence"].sum() == lines["pence"].sum() + 1
    assert any("was sent again" in note for note in again.notes)


def _total(path: Path) -> str:
    import re
    from decimal import Decimal

    return str(sum(Decimal(c) for c in re.findall("<TotCst>(.*?)<", path.read_text())))
