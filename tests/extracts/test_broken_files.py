"""Files that cannot be trusted: each kind of fault by itself, with what is said of it."""

import datetime as dt
import io
import zipfile
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from tests.minimal_drop import (
    PERIOD,
    PLANTED,
    SERVICES,
    TEXTS,
    control_totals_of,
    minimal_project,
    newest,
    swap,
)
from valuekit.errors import ExtractError
from valuekit.extracts import latest_period, take_in
from valuekit.project import Project


def lines(text: str) -> list[str]:
    return text.splitlines(keepends=True)


def xlsx_of(text: str, change=lambda sheet: None) -> bytes:
    """A CSV text as a workbook of text cells."""
    book = openpyxl.Workbook()
    for line in text.splitlines():
        book.active.append([cell or None for cell in line.split(",")])
    change(book.active)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def parquet_of(text: str) -> bytes:
    out = io.BytesIO()
    pd.read_csv(io.StringIO(text), dtype="str").to_parquet(out, index=False)
    return out.getvalue()


def in_place_of(extract: str, suffix: str, data: bytes):
    """Puts a file of another format in the place of an extract's newest CSV."""

    def change(project) -> None:
        csv = project.extracts / newest(extract)
        csv.unlink()
        csv.with_suffix(suffix).write_bytes(data)

    return change


def more(**files: str):
    """Writes further files into the drop; in their names ``__`` stands for a point and ``M`` for a hyphen."""

    def change(project) -> None:
        for name, text in files.items():
            (project.extracts / name.replace("__", ".").replace("M", "-")).write_text(text, encoding="utf-8")

    return change


# Names, months and what comes with the drop


def test_a_drop_without_about_yml(refused):
    assert refused(about=None).startswith("data/extracts: there is no about.yml")


def test_an_unknown_key_in_about_yml_has_its_line_and_the_nearest_name(refused):
    said = refused(about="organisation: X\nsynthetc: true\n")
    assert "about.yml:2: unknown key 'synthetc'. Did you mean 'synthetic'?" in said
    assert "about.yml:1: the key 'synthetic' is missing" in said


def test_a_required_extract_that_is_missing(refused):
    said = refused(patients=None)
    assert said == (
        "data/extracts: no file of 'patients' for 2026-10 or before. Add a file such as patients_2026-10.csv."
    )


def test_an_extract_that_came_only_after_the_period(refused):
    def rename(project):
        (project.extracts / "survey_2026-10.csv").rename(project.extracts / "survey_2026-11.csv")

    assert "no file of 'survey' for 2026-10 or before (the oldest is survey_2026-11.csv)" in refused(rename)


def test_a_monthly_extract_without_the_month_that_is_reported(refused):
    said = refused(ledger=None)
    assert "no file of 'ledger' covers 2026-10 (the newest is 2026-09)" in said
    assert "--period 2026-09" in said


def test_a_file_of_no_known_extract_has_the_nearest_name(refused):
    said = refused(more(activty_2026M08__csv="a"))
    assert said == "activty_2026-08.csv: there is no extract 'activty'. Did you mean 'activity'?"


@pytest.mark.parametrize(
    "name", ["activity_2026M13__csv", "activity__csv", "activity_Oct26__csv", "activity_2026M8__csv"]
)
def test_a_name_without_a_month(refused, name):
    assert "the file's name does not say which months it holds" in refused(more(**{name: "a"}))


def test_months_in_the_wrong_order(refused):
    said = refused(more(activity_2026M08_to_2026M07__csv="a"))
    assert "activity_2026-08_to_2026-07.csv: the last month comes before the first" in said


def test_a_file_of_another_kind(refused):
    said = refused(more(letter__docx="a"))
    assert said.startswith("letter.docx: not an extract (only .csv, .parquet, .xlsx are read)")


def test_two_formats_of_one_month(refused):
    def both(project):
        (project.extracts / "ledger_2026-10.parquet").write_bytes(parquet_of(TEXTS["ledger_2026-10.csv"]))

    said = refused(both)
    assert "ledger_2026-10.csv and ledger_2026-10.parquet: two files for the same extract and months" in said


# Damaged files


@pytest.mark.parametrize("content", [b"", b"\n \n", b"   "])
def test_an_empty_file(refused, content):
    assert refused(survey=content).startswith("survey_2026-10.csv: the file is empty")


def test_a_csv_cut_short_in_its_last_row(refused):
    said = refused(activity=lambda text: text[: text.rindex(",RZZ")])
    assert said.startswith(
        "activity_2026-10.csv, row 5: the file is cut short (2 of 13 columns in the last row)"
    )


def test_a_parquet_file_cut_short(refused):
    said = refused(in_place_of("cost_lines", ".parquet", parquet_of(TEXTS["cost_lines_2026-10.csv"])[:-20]))
    assert said.startswith("cost_lines_2026-10.parquet: cannot be read as Parquet (damaged, cut short")


def test_an_xlsx_file_cut_short(refused):
    said = refused(in_place_of("survey", ".xlsx", xlsx_of(TEXTS["survey_2026-10.csv"])[:-200]))
    assert said.startswith("survey_2026-10.xlsx: cannot be opened as XLSX")


def test_an_xlsx_file_that_is_another_zip(refused):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("hello.txt", "hello")
    assert "cannot be opened as XLSX" in refused(in_place_of("survey", ".xlsx", out.getvalue()))


def test_an_xlsx_file_that_would_unpack_to_more_than_a_gigabyte(refused, monkeypatch):
    monkeypatch.setattr("valuekit.extracts.read.MAX_UNZIPPED", 1000)
    said = refused(in_place_of("survey", ".xlsx", xlsx_of(TEXTS["survey_2026-10.csv"])))
    assert "survey_2026-10.xlsx: the workbook is too large" in said


def test_a_file_that_may_not_be_read(refused, monkeypatch):
    read = Path.read_bytes

    def denied(path):
        if path.name == "ledger_2026-10.csv":
            raise PermissionError(13, "Permission denied")
        return read(path)

    monkeypatch.setattr(Path, "read_bytes", denied)
    assert "ledger_2026-10.csv: cannot be read (Permission denied)" in refused()


def test_utf_16(refused):
    said = refused(survey=TEXTS["survey_2026-10.csv"].encode("utf-16"))
    assert (
        "survey_2026-10.csv: not UTF-8 or Windows-1252 text (it looks like UTF-16 or a binary file)" in said
    )


def test_bytes_that_are_no_text(refused):
    said = refused(patients=lambda text: text.replace("Ottoline", "Otto\x81line").encode("latin-1"))
    assert "patients_2026-10.csv: not UTF-8 or Windows-1252 text" in said


def test_a_quote_that_is_never_closed(refused):
    said = refused(service_changes=swap('"Therapy', "Therapy"))
    assert "service_changes_2026-10.csv: a quote is opened and not closed" in said


def test_quotes_that_swallow_the_rows_between_them(refused):
    said = refused(ledger=lambda t: t.replace("5090.89", '"5090.89').replace("300.00", '300.00"'))
    assert "ledger_2026-10.csv, row 3, column amount: a cell runs over several lines" in said


def test_rows_with_too_many_cells(refused):
    said = refused(cost_lines=lambda t: t.replace("140.25", "1,140.25").replace("5100.99", "5,100.99"))
    assert said.startswith("cost_lines_2026-10.csv, row 2, 3: 2 rows with too many cells (the header has 6)")


def test_a_row_with_too_few_cells_that_is_not_the_last(refused):
    said = refused(cost_lines=swap(",5100.99", ""))
    assert said.startswith("cost_lines_2026-10.csv, row 3: 1 row with too few cells (the header has 6)")


def test_semicolons_for_commas(refused):
    said = refused(ledger=lambda text: text.replace(",", ";"))
    assert (
        "ledger_2026-10.csv: the columns are not split by commas (the header is split by semicolons)" in said
    )


# Columns


def test_a_missing_column(refused):
    said = refused(ledger=lambda t: "\n".join(line.rsplit(",", 1)[0] for line in t.splitlines()))
    assert said == "ledger_2026-10.csv: missing column 'amount'. Ask for the file with this column."


def test_a_misspelt_column_is_pointed_out_by_its_place(refused):
    said = refused(patients=swap("nhs_number,", "NHS_Numbr,"))
    assert said == (
        "patients_2026-10.csv: missing column 'nhs_number'. Column 1 has a name like it: correct that."
    )


def test_a_column_that_stands_twice(refused):
    said = refused(
        ledger=lambda t: "".join(line.strip() + "," + line.strip().split(",")[-1] + "\n" for line in lines(t))
    )
    assert said == "ledger_2026-10.csv: the column 'amount' stands twice. Keep the right one."


def test_a_header_that_was_lost_shows_no_patient(refused):
    said = refused(patients=lambda text: "".join(lines(text)[1:]))
    assert said.startswith("patients_2026-10.csv: the first row is not a header")
    assert not any(planted in said for planted in PLANTED)


def test_a_header_run_into_the_first_row_shows_no_patient(refused):
    said = refused(patients=lambda text: text.replace("\n", "", 1))
    assert "the file is cut short (8 of 15 columns in the last row)" in said
    assert not any(planted in said for planted in PLANTED)


def test_an_unknown_column_is_left_out_and_said(take):
    intake = take(ledger=lambda t: "".join(line.strip() + ",x\n" for line in lines(t)))
    note = intake.quality_file.set_index("file").loc["ledger_2026-10.csv", "note"]
    assert note == "column 4 of the file is not in the schema and was not read"
    assert list(intake.tables["ledger"].columns) == ["month", "department", "pence"]


# Months and keys


def test_a_file_of_another_period(refused):
    said = refused(cost_lines=lambda text: text.replace("2026-10", "2026-08"))
    assert said.startswith(
        "cost_lines_2026-10.csv: wrong period (5 of 5 rows lie outside the months in its name)"
    )


def test_a_key_in_two_files(refused):
    said = refused(cost_lines=lambda t: t.replace("CL-000006", "CL-000002").replace("CL-000007", "CL-000003"))
    assert said.startswith(
        "cost_lines_2026-09.csv and cost_lines_2026-10.csv: 2 duplicate keys across files (cost_line_id)"
    )
    assert "CL-000002" not in said


def test_overlapping_files_that_hold_the_same_rows(refused):
    text = TEXTS["outcomes_2026-09_to_2026-10.csv"]
    said = refused(more(outcomes_2026M10__csv="".join([lines(text)[0], *lines(text)[3:]])))
    assert "outcomes_2026-09_to_2026-10.csv and outcomes_2026-10.csv: 2 duplicate keys across files" in said


def test_a_fault_in_every_row_is_a_fault_of_the_file(refused):
    said = refused(cost_lines=lambda text: text.replace("CL-0000", "cl 0000"))
    assert said.startswith(
        "cost_lines_2026-10.csv: too many rows break a rule (5 of 5 rows would be set aside; most"
    )
    assert "in 5: does not match ^[A-Z0-9-]{4,28}$ in column cost_line_id" in said


# Control totals


def test_rows_that_are_not_the_control_total(refused):
    said = refused(control_totals=True, survey=lambda text: "".join(lines(text)[:-1]))
    assert said == (
        "survey_2026-10.csv: the number of rows is not the control total (2 in the file, 3 in the control "
        "total: -1). Ask for the file to be sent again, with its control totals."
    )


def test_an_amount_that_is_not_the_control_total_to_the_penny(refused):
    said = refused(control_totals=True, cost_lines=swap("5100.99", "5100.98"))
    assert (
        "the amount is not the control total (£5,592.20 in the file, £5,592.21 in the control total: -£0.01)"
        in said
    )


def with_totals(change):
    def write(project):
        text = change(control_totals_of(TEXTS))
        (project.extracts / "control_totals.csv").write_text(text, encoding="utf-8")

    return write


def test_a_control_total_of_a_file_that_is_not_there(refused):
    said = refused(with_totals(lambda text: text + "ledger_2026-11.csv,1,1\n"))
    assert said.startswith("control_totals.csv, row 13: lists a file that is not in the drop")


def test_a_file_without_a_control_total(refused):
    said = refused(with_totals(lambda text: "".join(line for line in lines(text) if "survey" not in line)))
    assert said.startswith("control_totals.csv: does not list survey_2026-10.csv")


def test_control_totals_that_cannot_be_read(refused):
    said = refused(
        with_totals(lambda text: text.replace("survey_2026-10.csv,3,", "survey_2026-10.csv,three,"))
    )
    assert "control_totals.csv, row 10: not a whole number" in said


def test_control_totals_with_other_columns(refused):
    said = refused(with_totals(lambda text: text.replace("file,rows,amount", "file,count,amount")))
    assert said.startswith("control_totals.csv: the columns are not file, rows, amount")


def test_an_amount_left_out_of_the_control_totals(refused):
    said = refused(
        with_totals(lambda text: text.replace(",4,5592.21", ",4,").replace("10.csv,5,5592.21", "10.csv,5,"))
    )
    assert "the amount is empty" in said


# All at once, and what is no fault


def test_every_fault_is_listed_at_once(refused):
    said = refused(
        more(activty_2026M08__csv="a"),
        about=None,
        patients=swap("nhs_number,", "number,"),
        survey=b"",
        activity=lambda text: text[: text.rindex(",RZZ")],
    ).splitlines()
    assert len(said) == 5
    for part in ("about.yml", "'activty'", "missing column 'nhs_number'", "the file is empty", "cut short"):
        assert sum(part in line for line in said) == 1, part


@pytest.mark.parametrize(
    ("encoded", "name"),
    [
        (lambda text: text.encode("utf-8-sig"), "CSV, UTF-8 with BOM"),
        (lambda text: text.replace("Early", "Früh – early").encode("cp1252"), "CSV, Windows-1252"),
        (lambda text: text.replace("Early", "Früh – early").encode("utf-8"), "CSV, UTF-8"),
        (lambda text: text.replace("\n", "\r\n").encode("utf-8"), "CSV, UTF-8"),
        (lambda text: text.replace("\n", "\r").encode("utf-8"), "CSV, UTF-8"),
    ],
)
def test_encodings_and_line_ends_are_read_and_said(take, encoded, name):
    intake = take(service_changes=encoded)
    assert intake.quality_file.set_index("file").loc["service_changes_2026-10.csv", "format"] == name
    title = intake.tables["service_changes"]["title"][0]
    assert title in ("Früh – early supported discharge", "Early supported discharge")


@pytest.mark.parametrize("suffix", [".xlsx", ".parquet"])
def test_xlsx_and_parquet_give_the_same_tables_as_csv(tmp_path, suffix):
    make = {".xlsx": xlsx_of, ".parquet": parquet_of}[suffix]
    plain, other = minimal_project(tmp_path / "plain"), minimal_project(tmp_path / "other")
    for name, text in TEXTS.items():
        if "service_changes" not in name:  # holds a quoted comma
            (other.extracts / name).unlink()
            (other.extracts / name).with_suffix(suffix).write_bytes(make(text))
    one, two = (take_in(p, PERIOD, SERVICES, p.build) for p in (plain, other))
    for name, frame in one.tables.items():
        pd.testing.assert_frame_equal(frame, two.tables[name])


def test_typed_cells_of_xlsx_and_parquet_mean_what_they_show(tmp_path):
    def with_types(sheet):
        sheet["A2"], sheet["C2"] = dt.datetime(2026, 10, 1), 140.25
        sheet["C3"] = 5090.89
        sheet["C5"] = 300

    project = minimal_project(tmp_path / "p")
    in_place_of("ledger", ".xlsx", xlsx_of(TEXTS["ledger_2026-10.csv"], with_types))(project)
    costs = pd.read_csv(io.StringIO(TEXTS["cost_lines_2026-10.csv"]))
    costs.to_parquet(project.extracts / "cost_lines_2026-10.parquet")
    (project.extracts / "cost_lines_2026-10.csv").unlink()
    outcomes = pd.read_csv(
        io.StringIO(TEXTS["outcomes_2026-09_to_2026-10.csv"]), parse_dates=["recorded_date", "completed_date"]
    )
    outcomes.to_parquet(project.extracts / "outcomes_2026-09_to_2026-10.parquet")  # items as a float, 11231.0
    (project.extracts / "outcomes_2026-09_to_2026-10.csv").unlink()
    intake = take_in(project, PERIOD, SERVICES, project.build)
    assert intake.tables["ledger"]["pence"].sum() == intake.tables["cost_lines"]["pence"].sum() == 1119786
    assert intake.tables["outcomes"]["items"].dropna().tolist() == ["11231"]
    assert (intake.quality_file["quarantined"] == 0).all()


def test_only_the_first_sheet_is_read_and_that_is_said(tmp_path):
    project = minimal_project(tmp_path / "p")
    data = xlsx_of(TEXTS["survey_2026-10.csv"], lambda sheet: sheet.parent.create_sheet("Notes"))
    in_place_of("survey", ".xlsx", data)(project)
    note = (
        take_in(project, PERIOD, SERVICES, project.build)
        .quality_file.set_index("file")
        .loc["survey_2026-10.xlsx", "note"]
    )
    assert note == "only the first of 2 sheets was read"


def test_system_files_are_no_extracts(take, tmp_path):
    project = minimal_project(tmp_path / "q")
    for name in ("README.md", ".DS_Store", "Thumbs.db", "~$survey_2026-10.xlsx"):
        (project.extracts / name).write_text("x", encoding="utf-8")
    assert len(take_in(project, PERIOD, SERVICES, project.build).quality_file) == len(TEXTS)


def test_a_drop_that_is_not_there(tmp_path):
    with pytest.raises(ExtractError, match="there are no extracts"):
        latest_period(Project(tmp_path))
