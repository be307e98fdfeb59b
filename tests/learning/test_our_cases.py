"""The case studies that are shipped: figures as published, kits that run, no claim beyond the evidence."""

from __future__ import annotations

import re
from types import SimpleNamespace

import pytest

from tests.checkout import ROOT
from valuekit.learning import Library, load_library
from valuekit.learning.kit import definition
from valuekit.learning.tables import tables
from valuekit.measures.definition.definitions import load_services
from valuekit.project import Project
from valuekit.report.learning.case import compared
from valuekit.report.words import learning as words

SERVICES = ("stroke", "hepatitis_c", "endocarditis")


@pytest.fixture(scope="module")
def library() -> Library:
    return load_library(Project(ROOT), SERVICES)


def test_every_case_says_when_its_words_last_changed_and_that_is_before_its_review(library):
    for study in library.cases:
        file = ROOT / "reports" / "learning" / f"{study.id}.qmd"
        front = file.read_text(encoding="utf-8").split("---\n")[1]
        (day,) = re.findall(r"^date-modified: (\d{4}-\d\d-\d\d)$", front, flags=re.MULTILINE)
        assert day[:7] < study.case.review


# Read in the sources by hand: Health Foundation, Celebrating Shared Purpose, 2015, and the programme's page,
# 2021; Health Service Journal, Value in Healthcare Awards, 2014.
PUBLISHED = [
    ("bringing_healthcare_home", "Died in hospital", 13, 58, "%", None),
    ("dignity_in_practice", "Always treated with dignity and respect", 90.5, 82, "%", None),
    ("dignity_in_practice", "Say that good patient care is the first aim of the trust", 84, 43, "%", None),
    ("liberating_sisters", "Issues solved by the desk", 802, None, "issues", None),
    ("liberating_sisters", "Kinds of issue found", 6, None, "kinds", None),
    ("microsystem_coaching", "Coaches trained", 84, None, "people", None),
    ("microsystem_coaching", "Still coaching", 62, None, "%", 84),
    (
        "values_interviews",
        "How well the interview foretells conduct in post",
        0.38,
        None,
        "coefficient",
        None,
    ),
    ("value_based_reporting", "Return on what was spent, over five years", 37, None, "per cent", None),
    ("outcomes_with_patients", "Came to discussion groups", 50, None, "people", None),
]


@pytest.mark.parametrize(("case", "measure", "figure", "against", "unit", "n"), PUBLISHED)
def test_a_figure_stands_as_it_was_published(library, case, measure, figure, against, unit, n):
    study = next(study for study in library.cases if study.id == case)
    found = next(row for row in study.figures if row.measure == measure)
    assert (found.figure, found.against_figure, found.unit, found.n) == (figure, against, unit, n)


def test_eleven_cases_show_all_five_characteristics(library):
    assert len(library.cases) == 11
    assert {study.case.theme for study in library.cases} == set(library.words.themes)


def test_no_case_is_rated_above_weak_for_none_has_a_comparison_group_and_a_number_of_people(library):
    assert {study.evidence.code for study in library.cases} == {"1", "2"}


def test_the_share_of_coaches_still_at_work_has_its_wilson_interval(library):
    # 62% of 84 by hand: centre (0.62 + 1.96²/168) / (1 + 1.96²/84) = 0.6148, half-width 0.1016.
    figures = tables(library)["case_figure"]
    row = figures.set_index(["case", "measure"]).loc[("microsystem_coaching", "Still coaching")]
    assert (round(row["lower"], 1), round(row["upper"], 1)) == (51.3, 71.6)


def test_every_kit_holds_a_service_that_valuekit_takes(library, tmp_path):
    project = Project(tmp_path)
    for folder in ("schemas", "data/reference"):
        (tmp_path / folder).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / folder).symlink_to(ROOT / folder)
    home = tmp_path / "data" / "services"
    home.mkdir()
    for study in library.cases:
        (home / f"{study.id}.yml").write_text(definition(study), encoding="utf-8")
    assert {service.service for service in load_services(project)} == {study.id for study in library.cases}


CAUSAL = re.compile(
    r"\b(because|led to|leads to|caused?|due to|thanks to|as a result|resulted in)\b", re.IGNORECASE
)


@pytest.mark.parametrize(
    "file", sorted((ROOT / "reports" / "learning").glob("*.qmd")), ids=lambda file: file.stem
)
def test_no_page_says_that_one_thing_brought_about_another(file):
    """None of the cases has a design that bears it."""
    assert not CAUSAL.findall(file.read_text(encoding="utf-8"))


def test_only_the_main_figure_and_comparisons_are_told_and_drawn():
    rows = [
        SimpleNamespace(measure=m, against_figure=a)
        for m, a in (("main", None), ("size", None), ("other", 4))
    ]
    assert [row.measure for row in compared(rows)] == ["main", "other"]


@pytest.mark.parametrize(
    ("value", "unit", "says"),
    [
        (1, "days", "1 day"),
        (2, "days", "2 days"),
        (1, "in every three patients", "1 in every three patients"),
    ],
)
def test_one_of_a_unit_is_said_in_the_singular(value, unit, says):
    assert words.amount(value, unit) == says


def test_a_case_whose_beginning_is_not_stated_says_so(library):
    (camden,) = (study for study in library.cases if study.id == "camden_population")
    assert words.when(SimpleNamespace(began=camden.case.began, ended=camden.case.ended)) == "not stated"
