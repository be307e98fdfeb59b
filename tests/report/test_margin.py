"""Where the next pound does most, in words that are right for each case."""

from __future__ import annotations

import re
from types import SimpleNamespace as R

import pytest

from valuekit.report.words import lenses as words


def row(**changed: object) -> R:
    return R(**{
        "shown": True, "n": 400, "against_n": 390, "marginal": -0.7, "marginal_lower": -3.6,
        "marginal_upper": 2.1, "marginal_kind": "less", "cost_lower": -2500.0, "cost_upper": -1000.0,
        "comparison": "year", "completeness": 0.9, "against_completeness": 0.876,
    } | changed)  # fmt: skip


CASES = {
    "not clear of nought": row(),
    "each £100,000 more went with +9.0 people cured (95% interval 3.0 to 15.0), n = 400 and 390, "
    "known for 90% and 88%.": row(
        marginal_kind="more", marginal=9.0, marginal_lower=3.0, marginal_upper=15.0
    ),
    "each £100,000 less went with −5.0 people cured": row(
        marginal=-5.0, marginal_lower=-9.0, marginal_upper=-1.0
    ),
    "no clear difference (95% interval −£300 to £500), so there is no margin to see": row(
        marginal_kind="not_clear", marginal=None, cost_lower=-300.0, cost_upper=500.0
    ),
    "too few people": row(shown=False, marginal_kind="", marginal=None),
}


@pytest.mark.parametrize("said", CASES)
def test_the_margin_is_said_or_refused(said):
    text = words.margin(CASES[said], "people cured")
    assert said in text and text.endswith(".")
    assert not re.search(r"\b(because|led to|caused|due to|thanks to|bought)\b", text)


def test_nobody_chooses_between_groups_of_people_so_nothing_is_said():
    assert words.margin(row(marginal_kind="not_a_choice")) == ""


def test_the_cell_says_the_figure_or_why_there_is_none():
    assert words.margin_cell(row()) == "−0.7 (−3.6 to 2.1) for £100,000 less"
    assert words.margin_cell(row(marginal_kind="not_clear")) == "none: cost not clearly different"
    assert words.margin_cell(None) == words.margin_cell(row(shown=False)) == "not shown"


def test_the_cost_of_unmet_need_is_at_the_mean_and_says_that_it_is_too_much():
    fifths = [R(shown=True, expected=100.0, n=60), R(shown=True, expected=50.0, n=50)]
    said = words.cost_of_unmet(fifths, 2500.0)
    assert said.startswith(
        "At the mean cost of a pathway, £2,500, care for them would come to about £100,000;"
    )
    assert words.cost_of_unmet([R(shown=False, expected=1.0, n=1)], 2500.0) == ""
    assert words.cost_of_unmet([R(shown=True, expected=10.0, n=12)], 2500.0) == ""
