"""Bands and ratings follow their rules; figures carry the intervals that their numbers bear."""

from __future__ import annotations

import pytest

from tests.learning.cases import FRONT, REPORT, TABLE, make_library
from valuekit.learning import LiveMeasure, load_library, tables
from valuekit.learning.vocabulary import cost_band, evidence_rating, impact_band


@pytest.mark.parametrize(
    ("pounds", "band"),
    [
        (None, "not_stated"),
        (0, "low"),
        (99_999, "low"),
        (100_000, "medium"),
        (500_000, "medium"),
        (500_001, "high"),
    ],
)
def test_cost_bands_change_at_their_stated_pounds(pounds, band):
    assert cost_band(pounds).code == band


@pytest.mark.parametrize(
    ("figure", "against", "direction", "band"),
    [
        (13, 58, "decrease", "large"),  # 45 of 58 lower: 78%
        (90.5, 82, "increase", "moderate"),  # 8.5 of 82: 10.4%
        (110, 100, "increase", "moderate"),  # exactly 10%
        (125, 100, "increase", "large"),  # exactly 25%
        (109, 100, "increase", "small"),
        (100, 100, "increase", "small"),
        (0.9, 1, "decrease", "moderate"),  # 10%, whatever binary makes of 0.9
        (60, 50, "decrease", "worse"),
        (60, None, "decrease", "not_compared"),
        (60, 0, "increase", "not_compared"),  # no share of nought
        (60, 50, "neutral", "not_compared"),
    ],
)
def test_impact_bands_measure_the_difference_by_what_it_stands_against(figure, against, direction, band):
    assert impact_band(figure, against, direction).code == band


@pytest.mark.parametrize(
    ("design", "comparator", "source", "sizes", "rating"),
    [
        ("randomised", "similar_group", "peer_reviewed", (200, 200), "5"),
        ("randomised", "similar_group", "peer_reviewed", (200, 99), "4"),  # the smaller group counts
        ("randomised", "similar_group", "own_account", (200, 200), "3"),  # nobody else has looked
        ("interrupted_time_series", "own_past", "independent", (100, 100), "4"),
        ("before_after", "own_past", "summary", (None, None), "2"),
        ("comparison", "published_average", "summary", (None, None), "1"),
        ("single_figure", "none", "summary", (802,), "2"),
        ("account", "none", "summary", (None,), "1"),  # never under 1
    ],
)
def test_the_rating_takes_the_steps_that_are_stated(design, comparator, source, sizes, rating):
    found = evidence_rating(design, comparator, source, sizes)
    assert found.code == rating
    assert (
        "one less" not in found.why
        or "100" in found.why
        or "not stated" in found.why
        or "average" in found.why
    )


def test_a_larger_study_is_never_rated_lower():
    for design in ("randomised", "cohort", "before_after"):
        ratings = [
            int(evidence_rating(design, "own_past", "independent", (n, n)).code) for n in (10, 99, 100, 5000)
        ]
        assert ratings == sorted(ratings)


@pytest.fixture
def filled(tmp_path):
    live = [
        LiveMeasure("stroke", "goal", "outcome_share", "goal"),
        LiveMeasure("stroke", "mrs", "outcome_share", "mrs"),
        LiveMeasure("palliative_care", "stay", "stay_mean"),
    ]
    return tables(load_library(make_library(tmp_path, report=REPORT)), live)


def test_shares_with_an_n_have_wilson_and_newcombe_intervals(filled):
    """50 of 100 against 40 of 100. By hand (z = 1.96): Wilson 40.4 to 59.6 and 30.9 to 49.8; Newcombe's
    method 10 of 0.10: 0.10 − √(0.0962² + 0.0980²) = −0.037 and 0.10 + √(0.0962² + 0.0906²) = 0.232."""
    row = filled["case_figure"].iloc[0]
    ends = [row[name] for name in ("lower", "upper", "against_lower", "against_upper")]
    assert ends == pytest.approx([40.4, 59.6, 30.9, 49.8], abs=0.06)
    assert row["difference"] == 10
    assert [row["difference_lower"], row["difference_upper"]] == pytest.approx([-3.7, 23.2], abs=0.06)


def test_a_figure_without_n_or_of_another_unit_has_no_interval(filled):
    row = filled["case_figure"].iloc[1]
    assert row[["lower", "upper", "difference_lower", "against"]].replace("", None).isna().all()


def test_an_adopters_figures_stand_beside_the_cases_own(filled):
    assert filled["case_figure"]["adopter"].tolist() == ["", "", "Southmoor Trust"]
    assert filled["case_adoption"]["organisation"].tolist() == ["Southmoor Trust"]


def test_a_case_bears_on_measures_of_the_same_kind_and_instrument_and_on_its_own_service(filled):
    found = filled["case_bearing"][["service", "measure"]].fillna("").to_numpy().tolist()
    assert found == [["palliative_care", ""], ["stroke", "goal"]]


def test_related_cases_are_those_that_share_most_and_say_what(tmp_path):
    project = make_library(tmp_path)
    folder = project.reports / "learning"
    others = {
        "near": FRONT.replace("title: A shared line", "title: Near"),
        "far": FRONT.replace("title: A shared line", "title: Far")
        .replace("services: [palliative_care]", "services: [stroke]")
        .replace("patient_group: end_of_life", "patient_group: children")
        .replace("theme: pathways", "theme: data")
        .replace("lens: personal", "lens: technical")
        .replace("functions: [it]", "functions: []"),
    }
    own = (folder / "shared_line.qmd").read_text(encoding="utf-8").split("---\n", 2)[2]
    for name, front in others.items():
        (folder / f"{name}.qmd").write_text(front + own.replace("shared_line", name), encoding="utf-8")
        (folder / f"{name}.csv").write_text(TABLE, encoding="utf-8")
    found = tables(load_library(project))["case_related"]
    mine = found[found["case"] == "shared_line"]
    assert mine["related"].tolist() == ["near", "far"]
    assert "Palliative care" in mine["shared"].iloc[0]
    assert mine["shared"].iloc[1] == "People's own homes, Community services"
