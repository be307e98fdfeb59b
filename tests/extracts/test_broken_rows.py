"""Rows that break a rule: each kind by itself, with its line in the quarantine list."""

from __future__ import annotations

import pandas as pd
import pytest

from tests.minimal_drop import PERIOD, PLANTED, SERVICES, TEXTS, minimal_project, swap
from valuekit.extracts import take_in
from valuekit.extracts.validate import nhs_number_valid

BETWEEN = "not between 2000-01-01 and the end of the period"

ONE_FAULT = {
    "an empty cell that must be filled": (
        "activity",
        "ACT-0004,9434765919,RZZ,",
        "ACT-0004,9434765919,,",
        (2, "organisation_code", "empty"),
    ),
    "an identifier of another shape": (
        "activity",
        "ACT-0004",
        "ACT 0004",
        (2, "activity_id", "does not match ^[A-Z0-9-]{4,24}$"),
    ),
    "a code that is not allowed": (
        "activity",
        "RZZ,outpatient",
        "RZZ,outpatients",
        (2, "activity_type", "not one of the allowed codes"),
    ),
    "a code of a shared list": (
        "cost_lines",
        "AHP,THERAPY",
        "AHP,THERAPIES",
        (4, "department", "not one of the allowed codes"),
    ),
    "a score within the column's range and beyond its instrument's": (
        "outcomes",
        "2026-10-09,12,",
        "2026-10-09,43,",
        (3, "value", "not a score of its instrument"),
    ),
    "a service that is not defined": (
        "outcomes",
        "hepatitis_c",
        "hepatitis_d",
        (5, "service", "not one of the allowed codes"),
    ),
    "digits of another script": (
        "activity",
        "328,,OUTPT",
        "٣٢٨,,OUTPT",
        (2, "treatment_function", r"does not match ^\d{3}$"),
    ),
    "a day that does not exist": (
        "patients",
        "1987-06-19",
        "1987-02-30",
        (4, "date_of_birth", "not a date (YYYY-MM-DD)"),
    ),
    "a date the other way round": (
        "patients",
        "1987-06-19",
        "19/06/1987",
        (4, "date_of_birth", "not a date (YYYY-MM-DD)"),
    ),
    "a date with a time where a day is asked": (
        "patients",
        "1987-06-19",
        "1987-06-19 12:00",
        (4, "date_of_birth", "not a date (YYYY-MM-DD)"),
    ),
    "an hour that does not exist": (
        "activity",
        "2026-10-31 23:59:59",
        "2026-10-31 24:59:59",
        (5, "end_date", "not a date and time (YYYY-MM-DD HH:MM:SS)"),
    ),
    "a moment after the period": (
        "activity",
        "2026-10-31 23:59:59",
        "2026-11-01 00:00:00",
        (5, "end_date", BETWEEN),
    ),
    "a date before the range": (
        "patients",
        "1931-03-07",
        "1899-12-31",
        (2, "date_of_birth", "not between 1900-01-01 and the end of the period"),
    ),
    "a month that does not exist": (
        "cost_lines",
        "ACT-0004,2026-10",
        "ACT-0004,2026-13",
        (2, "month", "not a month (YYYY-MM)"),
    ),
    "a month after the period": (
        "cost_lines",
        "ACT-0004,2026-10",
        "ACT-0004,2026-11",
        (2, "month", "not between 2000-01 and the end of the period"),
    ),
    "a word for an amount": ("cost_lines", "140.25", "n/a", (2, "amount", "not an amount in pounds")),
    "an amount in scientific notation": (
        "cost_lines",
        "140.25",
        "1e5",
        (2, "amount", "not an amount in pounds"),
    ),
    "an amount with its currency": (
        "cost_lines",
        "140.25",
        "£140.25",
        (2, "amount", "not an amount in pounds"),
    ),
    "an amount with a thousands comma": (
        "cost_lines",
        "140.25",
        '"1,140.25"',
        (2, "amount", "not an amount in pounds"),
    ),
    "an amount that is no number": ("cost_lines", "140.25", "NaN", (2, "amount", "not an amount in pounds")),
    "an amount that is infinite": ("cost_lines", "140.25", "inf", (2, "amount", "not an amount in pounds")),
    "a fraction of a penny": (
        "cost_lines",
        "140.25",
        "140.255",
        (2, "amount", "more than two decimal places"),
    ),
    "an amount beyond the range by a penny": (
        "cost_lines",
        "140.25",
        "1000000.01",
        (2, "amount", "not between -£1,000,000 and £1,000,000"),
    ),
    "a rating that is no whole number": (
        "survey",
        "survival,4",
        "survival,4.5",
        (3, "rating", "not a whole number"),
    ),
    "a rating beyond the range": ("survey", "survival,4", "survival,6", (3, "rating", "not between 1 and 5")),
    "a score that is no number": (
        "outcomes",
        "2026-09-02,7,",
        "2026-09-02,seven,",
        (2, "value", "not a number"),
    ),
    "a score beyond the range": (
        "outcomes",
        "2026-10-14,,11231",
        "2026-10-14,101,11231",
        (4, "value", "not between -1 and 100"),
    ),
    "a profile that was not answered": (
        "outcomes",
        "11231",
        "00000",
        (4, "items", "not a profile of its instrument"),
    ),
    "a text that is too short": (
        "service_changes",
        "Early supported discharge",
        "ES",
        (2, "title", "not 3 to 120 characters long"),
    ),
    "a formula": (
        "service_changes",
        "Early supported",
        "=HYPERLINK(A1)",
        (2, "title", "a formula, not a value"),
    ),
    "a control character": (
        "service_changes",
        "Early supported",
        "Early\x1bsupported",
        (2, "title", "holds a control character"),
    ),
    "an end before the start": (
        "activity",
        "2026-10-05 10:30:00",
        "2026-10-05 09:30:00",
        (2, "end_date", "end is before start"),
    ),
    "a death before birth": (
        "patients",
        "1987-06-19,X,,,",
        "2015-06-19,X,,,2014-01-01",
        (4, "date_of_death", "date of death is before date of birth"),
    ),
    "an answer after it was recorded": (
        "outcomes",
        "2026-10-15,2026-10-14",
        "2026-10-15,2026-10-16",
        (4, "recorded_date", "recorded before it was completed"),
    ),
    "a five-level profile as an answer to the EQ-5D-3L": (
        "outcomes",
        "eq5d5l,6_weeks,2026-10-15,2026-10-14,,11231",
        "eq5d3l,6_weeks,2026-10-15,2026-10-14,,11241",
        (4, "items", "not a profile of its instrument"),
    ),
    "a wrong check digit": (
        "patients",
        "9990034028",
        "9990034029",
        (4, "nhs_number", "NHS number with a wrong check digit"),
    ),
    "two digits changed round": (
        "outcomes",
        "OUT-0003,9434765919",
        "OUT-0003,9434765991",
        (4, "nhs_number", "NHS number with a wrong check digit"),
    ),
    "a number typed to fill the box": (
        "activity",
        "ACT-0004,9434765919",
        "ACT-0004,0000000000",
        (2, "nhs_number", "NHS number that is one digit repeated"),
    ),
    "an NHS number with spaces": (
        "activity",
        "ACT-0004,9434765919",
        "ACT-0004,943 476 5919",
        (2, "nhs_number", r"does not match ^\d{10}$"),
    ),
}


@pytest.mark.parametrize("fault", ONE_FAULT)
def test_a_row_is_set_aside_for(quarantined, fault):
    extract, old, new, line = ONE_FAULT[fault]
    assert quarantined(extract, swap(old, new)) == [line]


def test_nothing_is_set_aside_from_a_good_file(quarantined):
    for extract in ("patients", "activity", "cost_lines", "outcomes", "survey", "service_changes"):
        assert quarantined(extract, lambda text: text) == []


@pytest.mark.parametrize(
    ("extract", "old", "new"),
    [
        ("outcomes", "eq5d5l,6_weeks", "eq5d3l,6_weeks"),
        ("outcomes", "2026-10-15,2026-10-14,,11231", "2026-10-15,,,"),
        ("cost_lines", "140.25", "140.2500"),
        ("cost_lines", "140.25", "+140.25"),
        ("cost_lines", "140.25", "1000000"),
        ("cost_lines", "140.25", "  140.25 "),
        ("activity", "2026-10-05 10:00:00", "2026-10-05T10:00"),
        ("activity", "2026-10-31 23:59:59", "2026-10-31 23:59:59.999"),
        ("cost_lines", "ACT-0004,2026-10", "ACT-0004,2026-10-01"),
    ],
)
def test_another_way_to_write_what_is_right_is_read(quarantined, extract, old, new):
    assert quarantined(extract, swap(old, new)) == []


def test_the_same_row_twice_is_a_duplicate_row(quarantined):
    def again(text):
        return text + text.splitlines()[2] + "\n"

    assert quarantined("cost_lines", again) == [(7, "", "duplicate row")]


def test_another_row_under_the_same_key_is_a_duplicate_key(quarantined):
    found = quarantined(
        "cost_lines", lambda text: text.replace("CL-000007", "CL-000005").replace("CL-000008", "CL-000005")
    )
    assert found == [(4, "cost_line_id", "duplicate key"), (5, "cost_line_id", "duplicate key")]


def test_the_key_may_be_several_columns(quarantined):
    found = quarantined("survey", swap("03-01,survival", "03-01,independence"))
    assert found == [(3, "response_id, topic", "duplicate key")]


def test_rows_without_a_key_are_empty_not_duplicates(quarantined):
    found = quarantined("cost_lines", lambda text: text.replace("CL-000007", "").replace("CL-000008", ""))
    assert found == [(4, "cost_line_id", "empty"), (5, "cost_line_id", "empty")]


def test_a_row_that_breaks_several_rules_is_listed_under_each(quarantined):
    found = quarantined(
        "cost_lines", swap("ACT-0004,2026-10,MED,OUTPT,140.25", "ACT-0004,2026-10,XXX,OUTPT,abc")
    )
    assert found == [
        (2, "amount", "not an amount in pounds"),
        (2, "resource", "not one of the allowed codes"),
    ]


def test_an_unreadable_cell_is_not_called_empty_too(quarantined):
    assert [rule for _, _, rule in quarantined("patients", swap("1931-03-07", "unknown"))] == [
        "not a date (YYYY-MM-DD)"
    ]


def test_row_numbers_count_empty_lines_and_quoted_line_breaks_as_a_text_editor_of_records_would(quarantined):
    def shifted(text):
        head, *rows = text.splitlines()
        extra = 'other-change,stroke,2026-05-01,Another change,"two\nlines",'
        return (
            "\n".join(
                [head, "", extra, ",,,,,", *[row.replace("Early supported discharge", "ES") for row in rows]]
            )
            + "\n"
        )

    # header 1, empty line 2, the record of two lines 3, the empty row 4
    assert quarantined("service_changes", shifted) == [(5, "title", "not 3 to 120 characters long")]


@pytest.mark.parametrize(
    ("cell", "what"),
    [
        ("9434765919", "NHS number"),
        ("9434765919-01", "NHS number"),
        ("X-9434765919", "NHS number"),
        ("ZZ11AB", "postcode"),
        ("1931-03-07", "date of birth"),
    ],
)
def test_a_persons_identifier_inside_a_column_that_is_kept_is_set_aside(tmp_path, cell, what):
    project = minimal_project(tmp_path / "p", activity=swap("ACT-0004", cell))
    intake = take_in(project, PERIOD, SERVICES, project.build)
    assert intake.quality_rule[["column", "rule", "rows"]].to_numpy().tolist() == [
        ["activity_id", f"holds a person's {what}", 1]
    ]


def test_a_persons_number_in_free_text_is_set_aside_however_it_is_spaced(tmp_path):
    project = minimal_project(tmp_path / "p", service_changes=swap("from day 3", "as for 943 476 5919"))
    rules = take_in(project, PERIOD, SERVICES, project.build).quality_rule
    assert rules[["column", "rule"]].to_numpy().tolist() == [["description", "holds a person's NHS number"]]


@pytest.mark.parametrize(
    ("words", "what"),
    [
        ("ring 020 794 60123 and ask for 943 476 5919", "NHS number"),
        ("see 1234567890, 9434765919", "NHS number"),
        ("for the man at ZZ1 1AB", "postcode"),
        ("for the man at zz11ab.", "postcode"),
        ("after what befell Ottoline Quillfeather", "name"),
        ("after BRANDRETH, Casimir", "name"),
    ],
)
def test_whatever_names_a_person_within_free_text_is_set_aside(tmp_path, words, what):
    project = minimal_project(
        tmp_path / "p", service_changes=swap('"Therapy at home, from day 3"', f'"{words}"')
    )
    rules = take_in(project, PERIOD, SERVICES, project.build).quality_rule
    assert rules[["column", "rule"]].to_numpy().tolist() == [["description", f"holds a person's {what}"]]


@pytest.mark.parametrize(
    "words", ["with Casimir's team", "a feather for Ottoline", "at ZZ9 9ZZ", "call 0207 946 0123"]
)
def test_half_a_name_or_a_place_where_nobody_lives_is_no_fault(take, words):
    changed = swap('"Therapy at home, from day 3"', f'"{words}"')
    assert take(service_changes=changed).quality_rule.empty


def test_a_persons_number_behind_another_number_is_found_in_a_local_identifier_too(tmp_path):
    project = minimal_project(tmp_path / "p", cost_lines=swap("CL-000005", "9990078041-9434765919"))
    rules = take_in(project, PERIOD, SERVICES, project.build).quality_rule
    assert rules[["column", "rule"]].to_numpy().tolist() == [["cost_line_id", "holds a person's NHS number"]]


def test_a_local_identifier_of_ten_digits_is_no_fault(take):
    intake = take(activity=swap("ACT-0004", "9990078041"))  # a valid NHS number, of nobody in the drop
    assert intake.quality_rule.empty


def test_rows_are_counted_and_their_money_is_accounted_for(tmp_path):
    def faults(text):
        text = text.replace("OUTPT,140.25", "NOWHERE,140.25").replace("61.07", "n/a")
        return text + text.splitlines()[2] + "\n"

    project = minimal_project(tmp_path / "p", cost_lines=faults)
    intake = take_in(project, PERIOD, SERVICES, project.build)
    row = intake.quality_file.set_index("file").loc["cost_lines_2026-10.csv"]
    assert (row["rows"], row["accepted"], row["quarantined"]) == (6, 3, 3)
    assert row["share"] == 0.5
    assert row["amount"] == 10632.13  # 140.25 + 5100.99 − 10.10 + 300 + 5100.99; the sixth cannot be read
    assert row["quarantined_amount"] == 5241.24  # 140.25 + 5100.99
    assert intake.set_aside_pence == 14025  # the row that stands twice is in the figures once
    assert "the amount of 1 of the rows cannot be read" in row["note"]
    rules = intake.quality_rule.set_index("rule")
    assert rules.loc["duplicate row", "effect"] == "£5,100.99 is in no figure"
    assert rules.loc["not an amount in pounds", "effect"] == "The amount of 1 row is not known"
    assert (rules["rows"] == 1).all()
    listed = pd.read_csv(project.build / "quarantine.csv", keep_default_na=False)
    assert listed.columns.tolist() == ["extract", "file", "row", "column", "rule"]
    assert listed["row"].tolist() == [2, 4, 7]


def test_the_quarantine_list_names_places_and_rules_but_no_value(tmp_path):
    project = minimal_project(
        tmp_path / "p",
        patients=lambda t: t.replace("9990012016", "9990012017").replace("ZZ1 1AB", "ZZ1 1ABC"),
        outcomes=lambda t: t.replace("2026-10-09,2026-10-09", "Quillfeather,2026-10-09"),
    )
    take_in(project, PERIOD, SERVICES, project.build)
    said = (project.build / "quarantine.csv").read_text(encoding="utf-8")
    assert said == (
        "extract,file,row,column,rule\n"
        "outcomes,outcomes_2026-09_to_2026-10.csv,3,recorded_date,not a date (YYYY-MM-DD)\n"
        'patients,patients_2026-10.csv,2,postcode,"does not match ^[A-Z]{1,2}\\d[A-Z0-9]? ?\\d[A-Z]{2}$"\n'
        "patients,patients_2026-10.csv,3,nhs_number,NHS number with a wrong check digit\n"
    )
    assert not any(planted in said for planted in PLANTED)


def test_nhs_numbers_are_checked_by_modulus_11():
    """943 476 5919 is the example of the NHS Data Dictionary: the sum is 299, 299 mod 11 = 2, 11 − 2 = 9."""
    assert sum(int(d) * w for d, w in zip("943476591", range(10, 1, -1), strict=True)) == 299
    valid = nhs_number_valid(
        pd.Series(["9434765919", "9434765918", "943476591", None, "94347659190"], dtype="str")
    )
    assert valid.tolist() == [True, False, False, False, False]


def test_a_number_whose_check_comes_to_ten_is_never_valid():
    """999 000 501: 9·10 + 9·9 + 9·8 + 5·4 + 0·3 + 1·2 = 265 = 24·11 + 1, so the check would be 11 − 1."""
    assert sum(int(d) * w for d, w in zip("999000501", range(10, 1, -1), strict=True)) % 11 == 1
    numbers = pd.Series(["999000501" + digit for digit in "0123456789"], dtype="str")
    assert not nhs_number_valid(numbers).any()


def test_one_digit_changed_never_passes_the_check():
    number = "9434765919"
    changed = [number[:i] + d + number[i + 1 :] for i in range(10) for d in "0123456789" if d != number[i]]
    assert not nhs_number_valid(pd.Series(changed, dtype="str")).any()


def test_the_texts_of_the_drop_hold_every_identifier_that_is_searched_for():
    """Else the search for identifiers could not fail."""
    everything = "".join(TEXTS.values())
    for planted in PLANTED:
        assert planted in everything or planted in everything.replace(" ", ""), planted
