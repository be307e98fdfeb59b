"""Identifiers end in the import step; what replaces them is right."""

import hashlib
import hmac

import pandas as pd
import pytest

from tests.minimal_drop import ABOUT, PERIOD, SERVICES, minimal_project
from valuekit.errors import ExtractError
from valuekit.extracts import pseudonymise, take_in
from valuekit.extracts.pseudonymise import SYNTHETIC_KEY, age_band, decile_of, pseudonym_key, pseudonyms
from valuekit.project import Project

GOOD_KEY = "8f2c-not-a-real-secret-but-long-enough-0001"
REAL = ABOUT.replace("true", "false")


def test_a_pseudonym_is_the_start_of_the_keyed_hash():
    """Worked by hand from the definition: HMAC-SHA256, five bits a character, A–Z then 2–7."""
    digest = hmac.new(GOOD_KEY.encode(), b"9434765919", hashlib.sha256).digest()
    bits = "".join(f"{byte:08b}" for byte in digest)
    expected = "".join("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"[int(bits[i : i + 5], 2)] for i in range(0, 55, 5))
    assert pseudonyms(["9434765919"], GOOD_KEY) == {"9434765919": "P" + expected}


def test_another_key_gives_other_pseudonyms():
    assert pseudonyms(["9434765919"], GOOD_KEY) != pseudonyms(["9434765919"], SYNTHETIC_KEY)


def test_two_people_with_one_pseudonym_stop_the_build(monkeypatch):
    monkeypatch.setattr(pseudonymise, "PSEUDONYM_LENGTH", 0)
    with pytest.raises(ExtractError, match="two people would have the same pseudonym") as error:
        pseudonyms(["9434765919", "9990012016"], GOOD_KEY)
    assert "9434765919" not in str(error.value)


def test_real_data_without_a_key_is_refused_with_all_other_faults(refused, monkeypatch):
    monkeypatch.delenv("VALUEKIT_PSEUDONYM_KEY", raising=False)
    monkeypatch.delenv("VALUEKIT_PSEUDONYM_KEY_FILE", raising=False)
    said = refused(about=REAL, survey=b"")
    assert "real data needs a pseudonym key, and there is none. Set VALUEKIT_PSEUDONYM_KEY" in said
    assert "survey_2026-10.csv: the file is empty" in said


def test_real_data_with_a_key_is_taken_in_under_that_key(tmp_path, monkeypatch):
    monkeypatch.setenv("VALUEKIT_PSEUDONYM_KEY", GOOD_KEY)
    project = minimal_project(tmp_path / "p", about=REAL)
    intake = take_in(project, PERIOD, SERVICES, project.build)
    assert not intake.synthetic
    assert pseudonyms(["9434765919"], GOOD_KEY)["9434765919"] in set(intake.tables["patients"]["patient"])


@pytest.mark.parametrize(
    ("key", "said"),
    [
        ("", "there is none"),
        ("   ", "there is none"),
        ("x" * 31, "shorter than 32 characters"),
        (SYNTHETIC_KEY, "the public one of synthetic data"),
    ],
)
def test_a_key_that_protects_nobody_is_refused_and_not_shown(tmp_path, key, said):
    with pytest.raises(ExtractError) as error:
        pseudonym_key(Project(tmp_path), False, {"VALUEKIT_PSEUDONYM_KEY": key})
    assert said in str(error.value)
    assert not key.strip() or key not in str(error.value)


def test_the_key_may_lie_in_a_file_outside_the_project(tmp_path):
    file = tmp_path / "secret.txt"
    file.write_text(GOOD_KEY + "\n", encoding="utf-8")
    project = Project(tmp_path / "project")
    assert pseudonym_key(project, False, {"VALUEKIT_PSEUDONYM_KEY_FILE": str(file)}) == GOOD_KEY


def test_a_key_file_inside_the_project_is_refused(tmp_path):
    file = tmp_path / "data" / "secret.txt"
    file.parent.mkdir()
    file.write_text(GOOD_KEY, encoding="utf-8")
    with pytest.raises(ExtractError, match="lies inside the project"):
        pseudonym_key(Project(tmp_path), False, {"VALUEKIT_PSEUDONYM_KEY_FILE": str(file)})


def test_a_key_file_that_is_not_there_is_said(tmp_path):
    with pytest.raises(ExtractError, match="cannot be read"):
        pseudonym_key(Project(tmp_path / "p"), False, {"VALUEKIT_PSEUDONYM_KEY_FILE": str(tmp_path / "none")})


def test_synthetic_data_needs_no_secret_and_ignores_one(tmp_path):
    assert pseudonym_key(Project(tmp_path), True, {"VALUEKIT_PSEUDONYM_KEY": GOOD_KEY}) == SYNTHETIC_KEY


@pytest.mark.parametrize(
    ("born", "at", "band"),
    [
        ("2008-06-15", "2026-06-14 23:59", "0 to 17"),
        ("2008-06-15", "2026-06-15 00:00", "18 to 39"),
        ("1986-06-15", "2026-06-15", "40 to 49"),
        ("1946-12-31", "2026-12-30", "70 to 79"),
        ("1936-02-29", "2026-02-28", "80 to 89"),  # 29 February: 90 on 1 March
        ("1936-02-29", "2026-03-01", "90 and over"),
        ("1900-01-01", "2026-01-01", "90 and over"),
        ("2026-05-05", "2026-05-05 03:00", "0 to 17"),
    ],
)
def test_the_age_band_changes_on_the_birthday(born, at, band):
    assert age_band(pd.to_datetime(pd.Series([born])), pd.to_datetime(pd.Series([at]))).tolist() == [band]


def test_there_is_no_age_before_birth_or_without_a_date():
    born = pd.to_datetime(pd.Series(["2026-05-05", None, "1950-01-01"]))
    at = pd.to_datetime(pd.Series(["2026-05-04", "2026-05-04", None]))
    assert age_band(born, at).isna().all()


def test_the_sector_of_a_postcode_is_all_but_its_last_two_letters():
    deciles = pd.Series([3, 9], index=["ZZ1 1", "Z1A 2"], dtype="Int64")
    found = decile_of(pd.Series(["ZZ1 1AB", "ZZ11AB", "Z1A 2XY", "ZZ11 1AB", None], dtype="str"), deciles)
    assert found.tolist()[:3] == [3, 3, 9]
    assert found[3:].isna().all()


def test_an_unknown_sector_is_missing_and_counted(take):
    intake = take(patients=lambda text: text.replace("ZZ1 1AB", "ZZ99 1AB"))
    assert any("deprivation of 2 of 3 people is not known" in note for note in intake.notes)


def test_without_a_look_up_no_decile_is_known(tmp_path):
    project = minimal_project(tmp_path / "p")
    (project.reference / "deprivation_by_postcode_sector.csv").unlink()
    intake = take_in(project, PERIOD, SERVICES, project.build)
    assert intake.tables["patients"]["deprivation_decile"].isna().all()
    assert any("deprivation of 3 of 3 people is not known" in note for note in intake.notes)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("sector,decile\nZZ1 1,1\n", "the columns are not postcode_sector, deprivation_decile"),
        ("postcode_sector,deprivation_decile\nZZ1 1,1\nZZ1 2,11\n", "row 3: not one sector with its decile"),
        ("postcode_sector,deprivation_decile\nZZ1 1,1\nZZ1 1,2\n", "row 3: not one sector with its decile"),
    ],
)
def test_a_look_up_that_is_wrong_is_refused(refused, text, said):
    def change(project):
        (project.reference / "deprivation_by_postcode_sector.csv").write_text(text, encoding="utf-8")

    assert said in refused(change)


def test_activity_before_birth_is_counted(take):
    intake = take(patients=lambda text: text.replace("1931-03-07", "2026-09-30"))
    assert "Activity that begins before the person was born: 2 rows; age unknown." in intake.notes
