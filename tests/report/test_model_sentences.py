"""Sentences on case mix, the missing, QALYs and value sets, right for every case; written here by hand."""

from __future__ import annotations

from types import SimpleNamespace

import pandas as pd
import pytest

from valuekit.mart import TABLES
from valuekit.report.charts.vlad import vlad
from valuekit.report.words import case_mix, quality_of_life

SHARE = SimpleNamespace(name="Alive after 30 days", unit="%", decimals=1)
INDEX = SimpleNamespace(name="Quality of life", unit="index", decimals=3)


def row(table: str, **values):
    """A row of `table`; what is not given is missing."""
    return SimpleNamespace(**{**{column.name: None for column in TABLES[table].columns}, **values})


def period(**changes):
    plain = {
        "words": "March 2025", "shown": True, "n": 900, "observed": 790.0, "expected": 777.0,
        "difference": 13.0, "diff_lower": -12.0, "diff_upper": 38.0,
    }  # fmt: skip
    return row("case_mix_period", **{**plain, **changes})


@pytest.mark.parametrize(
    ("ends", "says"),
    [
        ((-12.0, 38.0), "as expected, within chance"),
        ((2.0, 24.0), "more than expected of people like these"),
        ((-30.0, -4.0), "fewer than expected of people like these"),
        ((None, None), "too few people to tell"),
    ],
)
def test_the_interval_of_the_difference_decides_what_is_said(ends, says):
    assert case_mix.finding(period(diff_lower=ends[0], diff_upper=ends[1])) == says


def test_observed_and_expected_stand_with_n_difference_and_interval():
    assert case_mix.compared(SHARE, period()) == (
        "Alive after 30 days: as expected, within chance in March 2025: 790 against 777 "
        "(n = 900, difference +13, 95% interval −12 to 38)."
    )


def test_a_period_that_may_not_be_shown_says_why():
    few = period(shown=False, reason="too few")
    assert case_mix.compared(SHARE, few) == "Alive after 30 days in March 2025: too few people to compare."
    hidden = period(shown=False, reason="suppressed")
    assert "to protect people's privacy" in case_mix.compared(SHARE, hidden)


def test_a_refused_model_says_why_and_claims_nothing_else():
    refused = row("case_mix_model", fitted=False, reason="the model did not converge", covariates="age band")
    assert case_mix.model(SHARE, refused) == (
        "Alive after 30 days: no model can be shown. The model did not converge. It was to take account of "
        "age band. The figure stands as it is, whoever the patients were."
    )
    assert case_mix.trust(refused) == ""


@pytest.mark.parametrize(
    ("ends", "says"),
    [((0.1, 0.4), "More had"), ((-0.4, -0.1), "Fewer had"), ((-0.2, 0.3), "as many had")],
)
def test_calibration_is_said_by_its_interval(ends, says):
    known = row(
        "case_mix_model", fitted=True, later_words="2025", later_n=900, later_c=0.7, level=0.1,
        level_lower=ends[0], level_upper=ends[1],
    )  # fmt: skip
    assert says in case_mix.trust(known)


@pytest.mark.parametrize(("ends", "said"), [((0.43, 0.63), True), ((0.62, 0.74), False)])
def test_a_model_that_tells_nobody_apart_is_said_to_tell_nobody_apart(ends, said):
    known = row(
        "case_mix_model", fitted=True, later_words="2025", later_n=900, later_c=sum(ends) / 2,
        later_c_lower=ends[0], later_c_upper=ends[1],
    )  # fmt: skip
    assert ("may not tell these people apart" in case_mix.trust(known)) is said


def missing(**changes):
    plain = {
        "eligible": 800, "n": 600, "completeness": 0.75, "value": 0.71, "lower": 0.69, "upper": 0.73,
        "weighted": 0.69, "weighted_lower": 0.67, "weighted_upper": 0.71, "least": 0.39, "most": 0.78,
        "covariates": "age band", "says": "QALYs", "highest": 0.5, "words": "2025",
    }  # fmt: skip
    return row("sensitivity", **{**plain, **changes})


def test_known_weighted_and_bounds_stand_side_by_side():
    assert quality_of_life.missing(INDEX, missing()) == (
        "Known results only: 0.710 (n = 600, 95% interval 0.690 to 0.730); 75% of 800 are known. "
        "Weighted for who did not answer, by age band: 0.690 (95% interval 0.670 to 0.710). "
        "Between 0.390 and 0.780 whatever the missing are."
    )


def test_nothing_is_said_of_the_missing_from_95_per_cent_on_and_something_always_below():
    assert quality_of_life.missing(INDEX, missing(completeness=0.95)) == ""
    assert quality_of_life.missing(INDEX, missing(completeness=0.949))
    assert "too few to say more" in quality_of_life.missing(INDEX, missing(value=None))


def test_figures_elsewhere_say_of_how_many_they_speak_where_results_are_missing():
    part, whole = missing(figure="measure"), missing(figure="measure", completeness=0.97)
    told = quality_of_life.only_known([(INDEX, part), (SHARE, whole)])
    assert told.startswith(
        "Figures here are of people whose result is known: in the newest 12 months 75% for "
    )
    assert INDEX.name in told and SHARE.name not in told
    assert quality_of_life.only_known([(SHARE, whole), (INDEX, missing(figure="qaly"))]) == ""


def test_outcomes_beside_cost_say_of_how_many_they_speak():
    year = row("value", words="2025", completeness=0.81)
    assert "result is known: 81% in 2025" in quality_of_life.value_known(year)
    assert (
        quality_of_life.value_known(row("value", completeness=0.95))
        == quality_of_life.value_known(None)
        == ""
    )


def test_without_weights_the_reason_stands_and_the_bounds_still_do():
    told = quality_of_life.missing(INDEX, missing(weighted=None, reason="too few"))
    assert "Weighting for who did not answer is not possible: too few." in told
    assert "Between 0.390 and 0.780" in told


def test_a_qaly_says_what_full_health_would_be_and_how_complete_it_is():
    told = quality_of_life.qaly(INDEX, missing(value=0.25))
    assert "Full health throughout would be 0.500" in told and "known for 75% of 800" in told
    assert "too few people" in quality_of_life.qaly(INDEX, missing(value=None, n=6))


def test_two_value_sets_say_which_is_lower():
    both = {"value_set": "new", "other_set": "old", "n": 90, "value": 0.7}
    lower = row("two_value_sets", **both, other_value=0.6, difference=-0.1)
    assert "0.600 by the old against 0.700 by the new, 0.100 lower" in quality_of_life.two_sets(INDEX, lower)
    higher = row("two_value_sets", **both, other_value=0.8, difference=0.1)
    assert "0.100 higher" in quality_of_life.two_sets(INDEX, higher)


def value_set(position: int, **figures):
    named = {"instrument": f"EQ-5D-{position}L", "name": f"Land {position} value set",
             "version": "as published", "source": "Author 2000"}  # fmt: skip
    return row("value_set", position=position, **named | figures)


def test_a_value_set_is_named_in_words_with_its_source():
    told = quality_of_life.scored(value_set(5))
    assert told == "Scored by the Land 5 value set for the EQ-5D-5L (as published). Source: Author 2000."


def test_a_switch_of_questionnaire_shows_both_figures_and_no_difference():
    figures = {"n": 60, "eligible": 80, "completeness": 0.75, "lower": 0.6, "upper": 0.8}
    now = value_set(5, value=0.7, words="February 2024 to January 2025", **figures)
    before = value_set(3, value=0.8, words="January 2024", **figures)
    told = quality_of_life.switched(INDEX, now, before)
    assert "the EQ-5D-3L: 0.800 in January 2024 (" in told and "75% of 80 answered" in told
    assert "the EQ-5D-5L: 0.700 in February 2024 to January 2025 (" in told
    assert "cannot be compared" in told and "0.100" not in told
    few = value_set(3, value=None, n=6, words="January 2024")
    assert "the EQ-5D-3L: too few people to show (n = 6)" in quality_of_life.switched(INDEX, now, few)


def test_the_running_sum_is_drawn_from_two_months_on_and_its_alt_text_names_the_ends():
    def month(number: int, total: float):
        return period(
            words=f"month {number}", period_start=pd.Timestamp(2025, number, 1), cumulative=total,
            cumulative_lower=total - 2, cumulative_upper=total + 2,
        )  # fmt: skip

    months = [month(1, 1.0), month(2, -1.0), month(3, 5.0)]
    assert vlad(months) is not None and vlad(months[:1]) is None
    alt = case_mix.running_alt(SHARE, months)
    assert "ends at +5 people (95% interval 3 to 7)" in alt
    assert "Lowest −1 in month 2, highest +5 in month 3." in alt
    assert "leaves out nought in 1 month, first in month 3." in alt
