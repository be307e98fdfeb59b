"""The synthetic drop as files: the same bytes, the schemas' columns, the names and formats of life."""

import calendar
import io
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from sample_drop import ROOT, extract, extract_of, read, truth, written

from valuekit.extracts.sample import write_sample
from valuekit.extracts.sample.files import span_name, spans
from valuekit.extracts.sample.people import check_digit, sectors
from valuekit.extracts.sample.world import Window
from valuekit.project import Month

SCHEMAS = {
    schema["extract"]: schema
    for file in sorted((ROOT / "schemas").glob("*.yaml"))
    if "extract" in (schema := yaml.safe_load(file.read_text(encoding="utf-8")))
}


def bytes_of(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_the_same_seed_gives_the_same_bytes(tmp_path):
    write_sample(tmp_path / "again")
    assert bytes_of(tmp_path / "again") == bytes_of(written()[0])


def test_another_seed_gives_other_people(tmp_path):
    one = write_sample(tmp_path / "one", months=9, seed=1)
    two = write_sample(tmp_path / "two", months=9, seed=2)
    assert [path.name for path in one] == [path.name for path in two]
    for a, b in zip(one, two, strict=True):
        same_for_all = extract_of(a) in ("about.yml", "programme_costs", "service_changes")
        assert (a.read_bytes() == b.read_bytes()) == same_for_all, a.name


def test_a_sample_without_answers_at_six_months_is_refused(tmp_path):
    with pytest.raises(ValueError, match="at least 9 months"):
        write_sample(tmp_path, months=8)


def test_it_is_written_in_less_than_five_seconds_of_one_processor():
    assert written()[2] < 5


def test_every_schema_has_files_and_every_file_a_schema():
    named = {extract_of(path) for path in written()[1]} - {"about.yml", "control_totals.csv"}
    assert named == set(SCHEMAS)


@pytest.mark.parametrize("name", sorted(SCHEMAS))
def test_every_file_has_the_columns_of_its_schema_in_its_order(name):
    for path in written()[1]:
        if extract_of(path) == name:
            assert list(read(path).columns) == list(SCHEMAS[name]["columns"]), path.name


def test_monthly_extracts_come_by_financial_year_and_the_newest_month_alone():
    months = [
        "2023-11_to_2024-03",
        "2024-04_to_2025-03",
        "2025-04_to_2026-03",
        "2026-04_to_2026-09",
        "2026-10",
    ]
    # Full lists are there for the month before too, so that it can be published again.
    for name, schema in SCHEMAS.items():
        files = [path.stem.removeprefix(f"{name}_") for path in written()[1] if extract_of(path) == name]
        assert files == (months if schema["arrives"] == "monthly" else ["2026-09", "2026-10"]), name


def test_formats_are_mixed_as_in_life():
    kinds = {(extract_of(path), path.suffix) for path in written()[1]}
    assert {
        ("cost_lines", ".parquet"),
        ("cost_lines", ".csv"),
        ("survey", ".xlsx"),
        ("patients", ".csv"),
    } <= kinds
    with_bom = [path.name for path in written()[1] if path.read_bytes().startswith(b"\xef\xbb\xbf")]
    assert with_bom == ["activity_2026-10.csv"]
    changes = (written()[0] / "service_changes_2026-10.csv").read_bytes()
    with pytest.raises(UnicodeDecodeError):
        changes.decode("utf-8")
    assert {"£", "é", "’"} <= set(changes.decode("cp1252"))


def test_a_row_lies_in_the_file_of_its_month_unless_it_is_late_or_its_date_is_impossible():
    for name, column, blemished in (
        ("activity", "end_date", 40 + 15 + 6),
        ("cost_lines", "month", 110),
        ("ledger", "month", 0),
        ("outcomes", "recorded_date", 0),
    ):
        rows = extract(name)
        span = rows["file"].str.extract(r"(\d{4}-\d\d)(?:_to_(\d{4}-\d\d))?\.")
        first, last, month = span[0], span[1].fillna(span[0]), rows[column].str[:7]
        assert ((month < first) | (month > last)).sum() <= blemished, name


def test_control_totals_are_the_rows_and_the_readable_amounts_of_every_file():
    totals = read(written()[0] / "control_totals.csv")
    files = [path for path in written()[1] if path.name not in ("about.yml", "control_totals.csv")]
    assert list(totals["file"]) == sorted(path.name for path in files)
    for path, row in zip(sorted(files), totals.itertuples(), strict=True):
        rows = read(path)
        assert int(row.rows) == len(rows), path.name
        if "amount" in rows:
            pence = pd.to_numeric(rows["amount"], errors="coerce").mul(100).round().sum()
            assert round(float(row.amount) * 100) == pence, path.name
        else:
            assert row.amount == ""


def test_about_says_that_it_is_synthetic():
    about = yaml.safe_load((written()[0] / "about.yml").read_text(encoding="utf-8"))
    assert about == {"organisation": "Example University Hospitals (synthetic)", "synthetic": True}


def test_the_workbook_holds_no_clock():
    book = (written()[0] / "survey_2026-10.xlsx").read_bytes()
    assert b"\x00\x00\x21\x00" in book[:32]  # 1 January 1980, 00:00, in the zip's own format
    with zipfile.ZipFile(io.BytesIO(book)) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        core = archive.read("docProps/core.xml").decode()
    assert core.count("2000-01-01T00:00:00Z") == 2


@given(st.integers(2020, 2030), st.integers(1, 12), st.integers(2, 60))
def test_the_files_of_an_extract_hold_each_month_once_and_break_at_april_and_at_the_newest(
    year, month, months
):
    window = Window(Month(year, month), months)
    held = [i for first, last in spans(window) for i in range(first, last + 1)]
    assert held == list(range(months))
    for first, last in spans(window)[:-1]:
        assert not any(window.first.plus(i).month == 4 for i in range(first + 1, last + 1))
    assert spans(window)[-1] == (months - 1, months - 1)


def test_a_file_of_one_month_is_named_by_it_alone():
    assert span_name(Month(2026, 10), Month(2026, 10)) == "2026-10"
    assert span_name(Month(2025, 4), Month(2026, 3)) == "2025-04_to_2026-03"


@given(st.integers(2000, 2040), st.integers(1, 12), st.integers(1, 50))
def test_a_moment_lies_in_the_month_that_the_calendar_says(year, month, months):
    window = Window(Month(year, month), months)
    lengths = [calendar.monthrange(*(int(p) for p in label.split("-")))[1] for label in window.labels]
    assert window.days == sum(lengths)
    middle = np.cumsum([0, *lengths[:-1]]) + 14.5
    assert list(window.month_of(middle)) == list(range(months))


# People


def test_the_check_digit_is_that_of_the_nhs_data_dictionary():
    # 943 476 591: 9×10+4×9+3×8+4×7+7×6+6×5+5×4+9×3+1×2 = 299; 299 mod 11 = 2; 11 − 2 = 9 (by hand)
    # 987 654 400: 9×10+8×9+7×8+6×7+5×6+4×5+4×4+0+0 = 326; 326 mod 11 = 7; 11 − 7 = 4 (by hand)
    assert list(check_digit(np.array([943476591, 987654400]))) == [9, 4]


@given(st.integers(0, 999_999_999))
def test_a_whole_nhs_number_weighs_a_multiple_of_eleven(nine):
    digit = int(check_digit(np.array([nine]))[0])
    whole = [int(d) for d in f"{nine:09d}"] + [digit]
    assert sum(d * w for d, w in zip(whole, range(10, 0, -1), strict=True)) % 11 == 0


def test_everybody_has_a_number_of_the_test_range_and_a_postcode_of_no_real_area():
    people = truth()[1]["patients"]
    numbers = people["nhs_number"].astype(np.int64).to_numpy()
    assert people["nhs_number"].is_unique
    assert (numbers // 10**7 == 999).all()
    assert (check_digit(numbers // 10) == numbers % 10).all()
    assert people["postcode"].str.startswith("ZZ").all()


def test_the_deprivation_table_that_is_shipped_is_the_one_that_the_postcodes_use():
    shipped = pd.read_csv(ROOT / "data/reference/deprivation_by_postcode_sector.csv")
    pd.testing.assert_frame_equal(shipped, sectors(), check_dtype=False)
    assert shipped.groupby("deprivation_decile").size().eq(10).all()
    people = truth()[1]["patients"]
    decile = dict(shipped.itertuples(index=False))
    assert (people["postcode"].str[:-2].map(decile) == people["decile"]).all()


def test_the_list_of_the_month_before_knows_nothing_of_the_newest_month():
    files = [path for path in written()[1] if path.name == "patients_2026-09.csv"]
    deaths = pd.concat([read(path) for path in files])["date_of_death"]
    assert (deaths < "2026-10").all()
    assert (extract("patients")["date_of_death"] >= "2026-10").any()
