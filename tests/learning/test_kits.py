"""An adoption kit is safe to open, the same each time, and its definition runs."""

from __future__ import annotations

import csv
import io
import zipfile

import pytest

from tests.learning.cases import FRONT, make_library
from valuekit.config import parse_yaml
from valuekit.learning import load_library, write_kits
from valuekit.learning.kit import kit
from valuekit.learning.schema import Adoption


@pytest.fixture
def study(tmp_path):
    return load_library(make_library(tmp_path)).cases[0]


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_the_checklist_asks_for_the_four_factors_and_leaves_room_for_an_answer(study):
    found = rows(kit(study)["checklist.csv"])
    assert [row["factor"] for row in found] == ["Will", "Leadership", "Data", "Time to meet"]
    assert {row["is it there?"] for row in found} == {""}


def test_the_risks_of_acting_stand_beside_those_of_not_acting(study):
    assert [row["side"] for row in rows(kit(study)["risks.csv"])] == ["if you act", "if you do not act"]


def test_the_plan_says_where_each_measure_comes_from_and_from_when(study):
    found = rows(kit(study)["baseline-plan.csv"])
    assert [row["measure"] for row in found] == ["Reached their own goal", "Calls answered"]
    assert found[1]["where from"] == "From the telephone system."
    assert {row["baseline"] for row in found} == {"6 months before you begin"}


def test_the_form_to_report_back_is_taken_once_it_is_filled_in(study, tmp_path):
    form = parse_yaml(kit(study)["report-back.yml"], tmp_path / "x.yml").data
    assert Adoption.model_validate(form).case == study.id


def test_a_formula_in_a_cell_is_made_harmless(tmp_path):
    front = FRONT.replace("says: Some}", "says: '(x'}").replace("held_by: Leaflets", "held_by: '£5'")
    text = kit(load_library(make_library(tmp_path, front)).cases[0])
    cells = [
        cell
        for name in text
        if name.endswith(".csv")
        for row in csv.reader(io.StringIO(text[name]))
        for cell in row
    ]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))]


def test_the_zip_holds_the_plain_files_and_two_are_the_same(tmp_path):
    library = load_library(make_library(tmp_path))
    first, second = tmp_path / "one", tmp_path / "two"
    write_kits(library, first)
    write_kits(library, second)
    archive = "kits/shared_line.zip"
    assert (first / archive).read_bytes() == (second / archive).read_bytes()
    with zipfile.ZipFile(first / archive) as held:
        assert held.testzip() is None
        for name in held.namelist():
            assert held.read(name) == (first / "kits" / name).read_bytes()
