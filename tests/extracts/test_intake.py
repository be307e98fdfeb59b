"""What comes out of a good drop, row by row and to the penny."""

import duckdb
import pandas as pd
import pytest

from tests.minimal_drop import PERIOD, PLANTED, SERVICES, TEXTS, minimal_project, swap
from valuekit.errors import ExtractError
from valuekit.extracts import Intake, latest_period, take_in
from valuekit.project import Month


@pytest.fixture(scope="module")
def intake(tmp_path_factory) -> Intake:
    project = minimal_project(tmp_path_factory.mktemp("minimal") / "a checkout", control_totals=True)
    return take_in(project, None, SERVICES, project.build)


def test_the_newest_month_among_the_file_names_is_the_period(intake, tmp_path):
    assert intake.period == PERIOD
    project = minimal_project(tmp_path / "p")
    (project.extracts / "cost_lines_2026-11.csv").write_text("x", encoding="utf-8")
    assert latest_period(project) == Month(2026, 11)


def test_a_good_drop_is_taken_in_whole(intake):
    files = intake.quality_file
    assert list(files["file"]) == sorted(TEXTS, key=lambda name: name.split("_20")[0] + name)
    assert (files["accepted"] == files["rows"]).all()
    assert (files["quarantined"] == 0).all()
    assert intake.quality_rule.empty
    assert intake.set_aside_pence == 0
    assert (intake.organisation, intake.synthetic) == ("Invented University Hospital", True)


def test_money_is_whole_pence_to_the_penny(intake):
    costs = intake.tables["cost_lines"].set_index("cost_line_id")["pence"]
    assert costs.dtype == "int64"
    assert costs.to_dict() == {
        "CL-000001": 21055, "CL-000002": 420000, "CL-000003": 110010, "CL-000004": 9500, "CL-000005": 14025,
        "CL-000006": 510099, "CL-000007": 6107, "CL-000008": -1010, "CL-000009": 30000,
    }  # fmt: skip
    assert costs.sum() == intake.tables["ledger"]["pence"].sum() == 1119786


def test_codes_keep_their_zeros_and_dates_their_time(intake):
    activity = intake.tables["activity"].set_index("activity_id")
    assert activity.loc["ACT-0002", "treatment_function"] == "328"
    assert activity.loc["ACT-0002", "discharge_destination"] == "19"
    assert activity.loc["ACT-0007", "end_date"] == pd.Timestamp("2026-10-31 23:59:59")
    assert activity.loc["ACT-0006", "start_date"] == pd.Timestamp("2026-10-09")
    assert pd.isna(activity.loc["ACT-0006", "spell_id"])


def test_one_person_has_one_pseudonym_in_every_table(intake):
    activity = intake.tables["activity"].set_index("activity_id")["patient"]
    outcomes = intake.tables["outcomes"].set_index("outcome_id")["patient"]
    patients = intake.tables["patients"]
    assert activity["ACT-0001"] == activity["ACT-0004"] == outcomes["OUT-0001"]
    assert set(patients["patient"]) == set(activity.dropna()) and len(patients) == 3
    assert patients["patient"].str.fullmatch("P[A-Z2-7]{11}").all()
    assert pd.isna(activity["ACT-0006"])


def test_no_table_holds_an_identifier_column(intake):
    gone = {"nhs_number", "family_name", "given_name", "date_of_birth", "postcode"}
    for name, frame in intake.tables.items():
        assert not gone & set(frame.columns), name


def test_age_bands_are_those_of_the_day_the_activity_starts(intake):
    bands = intake.tables["activity"].set_index("activity_id")["age_band"]
    assert bands["ACT-0001"] == "90 and over"  # born 7 March 1931
    assert bands["ACT-0005"] == "60 to 69"  # born 23 November 1958: 67 on 8 October 2026
    assert bands["ACT-0007"] == "18 to 39"  # born 19 June 1987: 39 on 31 October 2026
    assert pd.isna(bands["ACT-0006"])


def test_deprivation_comes_from_the_postcode_sector(intake):
    deciles = intake.tables["patients"].sort_values("sex")["deprivation_decile"].tolist()
    assert deciles[:2] == [8, 1]  # ZZ1 3 and ZZ1 1 in data/reference
    assert pd.isna(deciles[2])
    assert any("deprivation of 1 of 3 people is not known" in note for note in intake.notes)


def test_the_store_holds_the_same_tables_and_sql_can_read_it(intake):
    for name, frame in intake.tables.items():
        stored = pd.read_parquet(intake.store / f"{name}.parquet")
        pd.testing.assert_frame_equal(stored, frame)
    query = f"select sum(pence) from '{(intake.store / 'cost_lines.parquet').as_posix()}'"
    assert duckdb.sql(query).fetchall() == [(1119786,)]


def test_no_identifier_is_in_anything_that_is_written(intake):
    written = b"".join(file.read_bytes() for file in intake.store.parent.rglob("*") if file.is_file())
    tables = "".join(frame.to_csv() for frame in intake.tables.values())
    for planted in PLANTED:
        assert planted.encode() not in written
        assert planted not in tables


def test_code_labels_come_by_list_and_by_column(intake):
    assert intake.codes["departments"]["STROKE"] == "Stroke unit"
    assert intake.codes["activity.department"] == intake.codes["departments"]
    assert intake.codes["activity.discharge_destination"]["79"] == "Died"


def test_the_same_drop_gives_the_same_bytes(tmp_path):
    written = []
    for folder in ("one", "two"):
        project = minimal_project(tmp_path / folder)
        take_in(project, PERIOD, SERVICES, project.build)
        written.append({f.name: f.read_bytes() for f in project.build.rglob("*") if f.is_file()})
    assert written[0] == written[1] and len(written[0]) == 9


def test_an_earlier_period_reads_only_what_came_before_it(tmp_path):
    project = minimal_project(tmp_path / "p")
    for name in ("patients", "survey", "service_changes", "programme_costs"):
        newer = project.extracts / f"{name}_2026-10.csv"
        older = newer.read_text(encoding="utf-8").replace("2026-10-20", "")
        (project.extracts / f"{name}_2026-09.csv").write_text(older, encoding="utf-8")
    intake = take_in(project, Month(2026, 9), SERVICES, project.build)
    assert sorted(intake.tables["activity"]["activity_id"]) == ["ACT-0001", "ACT-0002", "ACT-0003"]
    assert intake.tables["outcomes"]["outcome_id"].tolist() == ["OUT-0001"]
    files = intake.quality_file.set_index("file")
    assert "patients_2026-10.csv" not in files.index
    row = files.loc["outcomes_2026-09_to_2026-10.csv"]
    assert (row["rows"], row["accepted"], row["quarantined"]) == (1, 1, 0)
    assert "3 rows of months after September 2026 wait for their own report" in row["note"]


def test_the_newest_full_list_is_the_one_read(tmp_path):
    project = minimal_project(tmp_path / "p")
    (project.extracts / "patients_2026-08.csv").write_text("not even a table", encoding="utf-8")
    intake = take_in(project, PERIOD, SERVICES, project.build)
    assert len(intake.tables["patients"]) == 3


def test_late_rows_are_accepted_and_counted(tmp_path):
    project = minimal_project(tmp_path / "p", cost_lines=swap("ACT-0005,2026-10", "ACT-0005,2026-09"))
    intake = take_in(project, PERIOD, SERVICES, project.build)
    row = intake.quality_file.set_index("file").loc["cost_lines_2026-10.csv"]
    assert (row["late"], row["accepted"]) == (1, 5)


def test_rows_after_the_files_months_are_accepted_up_to_the_period_and_said(tmp_path):
    project = minimal_project(tmp_path / "p")
    file = project.extracts / "cost_lines_2026-09.csv"
    text = file.read_text(encoding="utf-8").replace("0003,2026-09", "0003,2026-10")
    file.write_text(text, encoding="utf-8")
    row = take_in(project, PERIOD, SERVICES, project.build).quality_file.set_index("file").loc[file.name]
    assert row["accepted"] == 4
    assert "accepted after the file's months: 1" in row["note"]


def test_a_month_without_a_file_is_a_note_not_a_stop(tmp_path):
    project = minimal_project(tmp_path / "p")
    for extract in ("cost_lines", "ledger"):
        text = TEXTS[f"{extract}_2026-09.csv"].replace("2026-09", "2026-07").replace("CL-", "CX-")
        (project.extracts / f"{extract}_2026-07.csv").write_text(text, encoding="utf-8")
    notes = take_in(project, PERIOD, SERVICES, project.build).notes
    assert "Cost lines: no file for August 2026." in notes
    assert "Ledger: no file for August 2026." in notes


def test_activity_of_a_person_not_in_the_list_keeps_a_pseudonym_but_no_age(tmp_path):
    project = minimal_project(tmp_path / "p", activity=swap("ACT-0007,9990034028", "ACT-0007,9990078041"))
    intake = take_in(project, PERIOD, SERVICES, project.build)
    row = intake.tables["activity"].set_index("activity_id").loc["ACT-0007"]
    assert row["patient"].startswith("P") and pd.isna(row["age_band"])
    assert "Activity of people who are not in the list of patients: 1 of 7 rows." in intake.notes


def test_a_failing_drop_leaves_the_last_build_as_it_was(tmp_path):
    project = minimal_project(tmp_path / "p")
    take_in(project, PERIOD, SERVICES, project.build)
    before = {f: f.read_bytes() for f in project.build.rglob("*") if f.is_file()}
    (project.extracts / "ledger_2026-10.csv").unlink()
    with pytest.raises(ExtractError):
        take_in(project, PERIOD, SERVICES, project.build)
    assert {f: f.read_bytes() for f in project.build.rglob("*") if f.is_file()} == before
