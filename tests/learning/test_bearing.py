"""A service report links the cases that bear on its weakest measures, by a rule that it states."""

from __future__ import annotations

from types import SimpleNamespace

import pandas as pd
import pytest

from tests.learning.cases import make_library
from valuekit.learning import LiveMeasure, load_library, tables
from valuekit.mart import TABLES, About, Mart, empty, write_mart
from valuekit.report.learning.bearing import bearing, weakest
from valuekit.report.learning.case import CasePage

SERVICE = SimpleNamespace(service="stroke", name="Stroke")


def pair(name="goal", *, verdict="uncertain", year=50.0, target=None, assurance=None, direction="increase"):
    measure = SimpleNamespace(
        service="stroke",
        measure=name,
        name=f"Measure {name}",
        role="outcome",
        direction=direction,
        target=target,
        unit="%",
        decimals=0,
        target_source=None,
    )
    headline = SimpleNamespace(
        verdict=verdict,
        year_value=year,
        before_value=48.0,
        assurance=assurance,
        variation="common",
        completeness=0.9,
        difference=2.0,
        diff_lower=-4.0,
        diff_upper=8.0,
    )
    return measure, headline


@pytest.mark.parametrize(
    ("pairs", "rule", "names"),
    [
        ([pair("a", verdict="worse"), pair("b", target=60)], "asked", ["a"]),
        ([pair("a"), pair("b", target=60), pair("c", target=60, direction="decrease")], "short", ["b"]),
        ([pair("a"), pair("b", verdict="better"), pair("c", target=40)], "still", ["a", "c"]),
        ([pair("a", verdict="better")], "none", []),
        ([], "none", []),
    ],
)
def test_the_first_rule_that_any_measure_meets_chooses(pairs, rule, names):
    found, weak = weakest(SERVICE, pairs)
    assert (found, [measure.measure for measure in weak]) == (rule, names)


@pytest.fixture
def mart(tmp_path):
    """The public mart of a site with one case and one live measure of the same kind."""
    live = [LiveMeasure("stroke", "goal", "outcome_share", "goal")]
    frames = {name: empty(name) for name in TABLES}
    frames |= tables(load_library(make_library(tmp_path / "project")), live)
    columns = frames["service"].columns
    frames["service"] = pd.DataFrame([{"service": "stroke", "name": "Stroke"}], columns=columns)
    write_mart(tmp_path / "mart", About("Northmoor", "2026-10", True, "public"), frames)
    return Mart(tmp_path / "mart")


def test_the_report_links_the_case_under_its_measure_and_says_why(mart):
    text = bearing(SERVICE, [pair("goal"), pair("mrs")], mart)._repr_markdown_()
    assert "no clear improvement over the year" in text
    goal, mrs = text.split("### ")[1:3]
    assert "[A shared line](../learning/shared_line.qmd)" in goal
    assert "measure the same: Reached their own goal" in goal
    assert "No case study measures this yet." in mrs


def test_a_service_without_any_case_says_so(mart):
    other = SimpleNamespace(service="asthma", name="Asthma")
    assert "No case study" in bearing(other, [pair()], mart)._repr_markdown_()


def test_a_page_of_a_case_shows_its_words_as_they_stand(mart):
    """Even words that look like Markdown come out as words."""
    page = CasePage("shared_line", mart)
    text = "\n".join(part._repr_markdown_() for part in (page.head(), page.adopted_at(), page.live()))
    assert "Northmoor Trust" in text
    assert "Nobody has reported back yet" in text
    assert "No service of this site reports on it yet" in text
