"""The faults of the synthetic extracts: each as often as declared, all rare, none in the ledger."""

from dataclasses import asdict
from datetime import date

import numpy as np
import pandas as pd
import pytest
import yaml
from sample_drop import ROOT, extract, truth

from valuekit.extracts.sample import Blemishes, KnownEffects
from valuekit.extracts.sample.people import check_digit
from valuekit.extracts.schemas import load_schemas
from valuekit.project import Project

DECLARED = Blemishes()
NEWEST = "2026-10"


def wrong_number(numbers: pd.Series) -> pd.Series:
    """Ten digits whose last is not the check digit."""
    ten = numbers.where(numbers != "", "0000000000").astype(np.int64).to_numpy()
    return (numbers != "") & (check_digit(ten // 10) != ten % 10)


def unreadable_dates(texts: pd.Series) -> pd.Series:
    return pd.to_datetime(texts.where(texts != "", None), errors="coerce", format="ISO8601").isna() & (
        texts != ""
    )


def found() -> dict[str, int]:
    """Each fault counted in the files, by the name that `Blemishes` gives it."""
    activity, lines = extract("activity"), extract("cost_lines")
    patients, outcomes = extract("patients"), extract("outcomes")
    codes = {name: set(values) for name, values in codes_of().items()}
    twice, same_line = activity.duplicated(), lines.duplicated()
    start, end = (
        pd.to_datetime(activity[c], errors="coerce", format="ISO8601") for c in ("start_date", "end_date")
    )
    listed = set(patients["nhs_number"]) | set(truth()[1]["patients"]["nhs_number"])
    stranger = (
        ~activity["nhs_number"].isin(listed)
        & ~wrong_number(activity["nhs_number"])
        & (activity["nhs_number"] != "")
    )
    newest_activity = activity["file"].str.contains(f"activity_{NEWEST}")
    newest_lines = lines["file"].str.contains(f"cost_lines_{NEWEST}")
    return {
        "activity_duplicate": twice.sum(),
        "activity_conflict": (activity["activity_id"].duplicated() & ~twice).sum(),
        "activity_late": (newest_activity & (activity["end_date"].str[:7] < NEWEST)).sum()
        - (newest_activity & (end < start) & (activity["end_date"].str[:7] < NEWEST)).sum(),
        "activity_end_before_start": (end < start).sum(),
        "activity_impossible_start": unreadable_dates(activity["start_date"]).sum(),
        "activity_end_in_future": (end >= pd.Timestamp("2026-11-01")).sum(),
        "activity_unknown_department": (~activity["department"].isin(codes["departments"])).sum(),
        "activity_bad_nhs_number": wrong_number(activity["nhs_number"]).sum(),
        "activity_no_nhs_number": (activity["nhs_number"] == "").sum(),
        "activity_unlisted_patient": stranger.sum(),
        "cost_lines_duplicate": same_line.sum(),
        "cost_lines_conflict": (lines["cost_line_id"].duplicated() & ~same_line).sum(),
        "cost_lines_late": (newest_lines & (lines["month"] < NEWEST)).sum(),
        "cost_lines_unreadable_amount": pd.to_numeric(lines["amount"], errors="coerce").isna().sum(),
        "cost_lines_unknown_resource": (~lines["resource"].isin(codes["resources"])).sum(),
        "cost_lines_unknown_department": (~lines["department"].isin(codes["departments"])).sum(),
        "patients_impossible_birth": unreadable_dates(patients["date_of_birth"]).sum(),
        "patients_death_before_birth": (
            (patients["date_of_death"] != "") & (patients["date_of_death"] < patients["date_of_birth"])
        ).sum(),
        "patients_bad_nhs_number": wrong_number(patients["nhs_number"]).sum(),
        "patients_unknown_sex": (~patients["sex"].isin(["1", "2", "9", "X"])).sum(),
        "patients_no_postcode": (patients["postcode"] == "").sum(),
        "outcomes_empty_profile": (outcomes["items"] == "00000").sum(),
        "outcomes_rankin_9": ((outcomes["instrument"] == "mrs") & (outcomes["value"] == "9")).sum(),
        "outcomes_bad_nhs_number": wrong_number(outcomes["nhs_number"]).sum(),
        "outcomes_lost": len(truth()[1]["outcomes"]) - len(outcomes),
    }


def codes_of() -> dict[str, dict[str, str]]:
    return yaml.safe_load((ROOT / "schemas/codes.yaml").read_text(encoding="utf-8"))


def test_every_blemish_is_there_as_often_as_declared():
    assert {name: int(count) for name, count in found().items()} == asdict(DECLARED)


def test_each_blemish_is_rare():
    for name, count in asdict(DECLARED).items():
        rows = next(
            len(extract(e)) for e in ("activity", "cost_lines", "patients", "outcomes") if name.startswith(e)
        )
        assert 0 < count < 0.005 * rows, name


def test_no_row_has_two_blemishes():
    activity = extract("activity").drop_duplicates("activity_id").set_index("activity_id")
    true = truth()[1]["activity"].set_index("activity_id").reindex(activity.index)
    columns = [name for name in activity.columns if name not in ("file", "start_date", "end_date")]
    differs = pd.DataFrame({name: activity[name] != true[name].fillna("") for name in columns})
    differs["dates"] = (activity["start_date"] != true["start_date"]) | (
        activity["end_date"] != true["end_date"]
    )
    assert differs.sum(axis=1).max() == 1


def test_unreadable_amounts_are_all_in_the_newest_file():
    lines = extract("cost_lines")
    broken = pd.to_numeric(lines["amount"], errors="coerce").isna()
    assert set(lines["file"][broken]) == {f"cost_lines_{NEWEST}.csv"}


def test_late_cost_lines_belong_to_late_activity():
    activity, lines = extract("activity"), extract("cost_lines")
    late = activity[(activity["file"] == f"activity_{NEWEST}.csv")]
    late_lines = lines[(lines["file"] == f"cost_lines_{NEWEST}.csv") & (lines["month"] < NEWEST)]
    assert late_lines["activity_id"].isin(late["activity_id"]).all()


def test_no_key_stands_in_two_files():
    for name, key in (
        ("activity", "activity_id"),
        ("cost_lines", "cost_line_id"),
        ("outcomes", "outcome_id"),
    ):
        rows = extract(name).drop_duplicates([key, "file"])
        assert rows[key].is_unique, name


def test_a_shorter_sample_has_proportionally_fewer_blemishes_and_none_vanishes():
    half = asdict(Blemishes.of_months(18))
    for name, count in asdict(DECLARED).items():
        assert half[name] == (count + 1) // 2
    assert min(asdict(Blemishes.of_months(2)).values()) == 1


# The ledger


def pence(amounts: pd.Series) -> pd.Series:
    return pd.to_numeric(amounts, errors="coerce").mul(100).round()


def test_the_ledger_is_the_sum_of_the_true_cost_lines_by_month_and_department():
    true = truth()[1]["cost_lines"].groupby(["month", "department"])["pence"].sum()
    ledger = extract("ledger")
    booked = (
        pence(ledger["amount"])
        .astype("int64")
        .set_axis(pd.MultiIndex.from_frame(ledger[["month", "department"]]))
    )
    pd.testing.assert_series_equal(booked.sort_index(), true.sort_index(), check_names=False)


def test_what_the_files_add_up_to_misses_the_ledger_by_the_unreadable_amounts_alone():
    """Of rows with one key the first is the true line: then only amounts that cannot be read are missing."""
    lines = extract("cost_lines").drop_duplicates("cost_line_id")
    amount = pence(lines["amount"])
    broken = lines["cost_line_id"][amount.isna()]
    true = truth()[1]["cost_lines"].set_index("cost_line_id")["pence"]
    assert pence(extract("ledger")["amount"]).sum() - amount.sum() == true[broken].sum()
    assert len(broken) == DECLARED.cost_lines_unreadable_amount


def test_one_and_a_half_per_cent_of_the_cost_has_no_activity():
    lines = truth()[1]["cost_lines"]
    share = lines["pence"][lines["activity_id"] == ""].sum() / lines["pence"].sum()
    assert share == pytest.approx(0.015, abs=0.0001)


def test_some_lines_take_back_part_of_an_earlier_one():
    lines = truth()[1]["cost_lines"]
    negative = lines[lines["pence"] < 0]
    assert 0.002 < len(negative) / len(lines) < 0.004
    owed = lines[lines["pence"] > 0].groupby(["activity_id", "resource", "department"])["pence"].sum()
    key = pd.MultiIndex.from_frame(negative[["activity_id", "resource", "department"]])
    assert (owed.reindex(key).to_numpy() >= -negative["pence"].to_numpy()).all()


def test_every_code_in_the_true_tables_is_one_that_the_schemas_allow():
    schemas = load_schemas(Project(ROOT), ["stroke", "hepatitis_c", "endocarditis"])
    for name, schema in schemas.items():
        for column, allowed in schema.codes.items():
            if column in truth()[1][name]:
                assert set(truth()[1][name][column]) - {""} <= set(allowed), f"{name}.{column}"


# The description


def test_docs_sample_counts_the_blemishes_as_they_are_declared():
    text = (ROOT / "docs/sample.md").read_text(encoding="utf-8").split("## Blemishes")[1]
    cells = [line.split("|") for line in text.splitlines() if line.startswith("| ")]
    counts = [int(cell[2]) for cell in cells if cell[2].strip().isdigit()]
    assert counts == list(asdict(DECLARED).values())


def test_docs_sample_states_every_known_effect():
    text = (ROOT / "docs/sample.md").read_text(encoding="utf-8")
    for name, value in asdict(KnownEffects()).items():
        if isinstance(value, tuple):
            said = " | ".join(f"{v:g}" if isinstance(v, float) else v for v in value)
        elif isinstance(value, date):
            said = f"{value.day} {value:%B %Y}"
        elif "log_odds" in name:
            said = f"{value:g}".replace("-", "−")
        elif name.startswith(("stay", "wait")):
            said = f"{value:g}.0 days" if name == "stay_before" else f"{value:g} days"
        else:
            said = f"{value:g}" if name.startswith("recurrence") else f"{100 * value:.0f}%"
        assert said in text, name
