"""Every effect that the sample declares is found again, and none is forgotten.

Besides, what the other two files leave: coefficients of the case-mix models, sites, the switch of
questionnaire, waits, prices, ratings. As there, sizes come from what makes the sample, figures from tables.
Where a figure rests on how the sample is drawn, what is expected is worked out on many simulated people.
"""

from __future__ import annotations

from dataclasses import fields

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
import test_known_effects
import test_known_effects_in_depth
from checkout import Checkout
from test_known_effects import EFFECTS, one, rows
from test_known_effects_in_depth import holds

from valuekit.extracts.sample import endocarditis, severity, stroke, survey
from valuekit.extracts.sample.effects import KnownEffects
from valuekit.extracts.sample.outcomes import answer_share
from valuekit.extracts.sample.people import deciles
from valuekit.extracts.sample.world import lognormal
from valuekit.mart import Mart

LEVELS = "test_the_newest_twelve_months_hold_the_planted_level"
CHANGES = "test_the_interval_of_a_dated_change_holds_the_planted_effect"
ODDS = "test_the_odds_ratios_of_the_case_mix_models_are_those_that_were_planted"
SITES = "test_each_site_of_the_funnel_holds_what_was_planted_there"
QALYS = "test_qalys_hold_the_planted_path_from_the_start_over_six_weeks_to_six_months"
RATINGS = "test_ratings_of_the_fear_of_recurrence_hold_what_each_group_was_given"
SLOPE = "test_the_slope_from_the_most_to_the_least_deprived_holds_the_planted_gradient"
SWITCH = "test_the_switch_of_questionnaire_shows_both_planted_means"
FOUND_BY = {
    "early_discharge": "test_the_step_in_the_stay_lies_within_the_published_interval_at_its_date",
    "stay_before": "test_each_phase_of_the_length_of_stay_has_the_planted_mean_within_its_limits",
    "stay_after": LEVELS,
    "independent_most_deprived": "test_the_deprivation_gradient_lies_within_the_published_intervals",
    "independent_least_deprived": SLOPE,
    "independence_log_odds_per_point": ODDS,
    "independence_log_odds_per_ten_years": ODDS,
    "death_log_odds_per_point": ODDS,
    "death_log_odds_per_ten_years": ODDS,
    "sites": "test_the_site_that_is_truly_worse_lies_below_the_funnel_and_no_other_lies_outside",
    "site_shares": SITES,
    "site_log_odds": SITES,
    "quality_stroke": LEVELS,
    "quality_hepatitis_c": QALYS,
    "quality_endocarditis": QALYS,
    "five_levels": SWITCH,
    "quality_hepatitis_c_three": SWITCH,
    "goal_stroke": LEVELS,
    "goal_hepatitis_c": LEVELS,
    "goal_endocarditis": LEVELS,
    "community_clinics": CHANGES,
    "cured_before": "test_more_are_cured_than_the_case_mix_of_the_baseline_lets_expect",
    "cured_after": LEVELS,
    "wait_before": "test_each_phase_of_the_wait_has_the_planted_mean",
    "wait_after": LEVELS,
    "endocarditis_team": CHANGES,
    "low_anxiety_before": CHANGES,
    "low_anxiety_after": LEVELS,
    "recurrence_worry_patients": RATINGS,
    "recurrence_worry_clinicians": RATINGS,
    "annual_cost_rise": "test_the_planted_rise_of_prices_is_what_the_deflator_takes_out",
}
"""Each declared effect, and the test that finds it again."""


def test_every_declared_effect_has_a_test_that_finds_it_again() -> None:
    assert set(FOUND_BY) == {field.name for field in fields(KnownEffects)}
    known = {**vars(test_known_effects), **vars(test_known_effects_in_depth), **globals()}
    assert not [name for name in FOUND_BY.values() if not callable(known.get(name))]


# ---------------------------------------------------------------- case mix


@pytest.fixture(scope="module")
def strokes() -> dict[str, np.ndarray]:
    """60,000 people after a stroke as they arrive, and their chance of each outcome as it is counted."""
    rng = np.random.default_rng(3)
    n = 60_000
    who = severity.person(rng.normal(size=n), rng.normal(size=n))
    decile = deciles(rng, n, tilt=0.2)
    site = rng.choice(len(EFFECTS.sites), n, p=EFFECTS.site_shares)
    dies = severity.chance_of_death(EFFECTS, who, stroke.DIES)
    answers = answer_share(stroke.ANSWERS["mrs"], np.arange(1, 11))
    chance = severity.chance_of_independence(EFFECTS, who, decile, site, answers, stroke.DIES)
    answering = answers[decile - 1]
    counted = dies + answering * (1 - dies)
    known = rng.random(n) < answer_share(stroke.ANSWERS["nihss"], decile)
    band = np.select([who.severity < 5, who.severity < 16], ["under 5", "5 to under 16"], "16 or more")
    ages = ["under 60", "60 to 69", "70 to 79"]
    return {
        "age": np.select([who.age < 60, who.age < 70, who.age < 80], ages, "80 and over"),
        "severity": np.where(known, band, "not known"),
        "site": site,
        "weight_independent_6_months": counted,
        "independent_6_months": chance * answering / counted,
        "weight_alive_30_days": np.ones(n),
        "alive_30_days": 1 - stroke.DIES_EARLY * dies,
    }


def planted_log_odds(strokes: dict[str, np.ndarray], measure: str) -> dict[tuple[str, str], float]:
    """Log odds of each band against the commonest, by the same model fitted to chances, not outcomes."""
    own, columns = [], []
    for covariate, reference in (("age", "80 and over"), ("severity", "5 to under 16")):
        for band in sorted(set(strokes[covariate]) - {reference}):
            own.append((covariate, band))
            columns.append((strokes[covariate] == band).astype(float))
    x = sm.add_constant(np.column_stack(columns))
    weights = strokes[f"weight_{measure}"]
    fitted = sm.GLM(strokes[measure], x, family=sm.families.Binomial(), freq_weights=weights).fit()
    return dict(zip(own, fitted.params[1:], strict=True))


@pytest.mark.parametrize("measure", ["independent_6_months", "alive_30_days"])
def test_the_odds_ratios_of_the_case_mix_models_are_those_that_were_planted(
    published: Checkout, strokes: dict[str, np.ndarray], measure: str
) -> None:
    """Of six bands at 95% one may lie outside by chance (two or more: in 3 of 100); type plays no part."""
    table = Mart(published.root / "_build" / "mart" / "clinical").of("case_mix_category", "stroke")
    table = table[table["measure"] == measure].set_index(["covariate", "category"])
    outside = []
    for (covariate, band), log_odds in planted_log_odds(strokes, measure).items():
        named = "age band" if covariate == "age" else "severity on arrival (NIHSS)"
        row = table.loc[(named, band)]
        if not row["lower"] <= np.exp(log_odds) <= row["upper"]:
            outside.append((band, np.exp(log_odds), row["lower"], row["upper"]))
    assert len(outside) <= 1, outside
    ends = table.loc["severity on arrival (NIHSS)"]
    assert ends.loc["under 5", "lower"] > 1 > ends.loc["16 or more", "upper"]
    for code in ("I61", "I64"):
        row = table.loc[("type by main diagnosis", code)]
        assert row["lower"] <= 1 <= row["upper"]


def test_more_are_cured_than_the_case_mix_of_the_baseline_lets_expect(published: Checkout) -> None:
    """The model knows the months before the clinics: what is left over is the planted rise."""
    found = one(published, "case_mix_period", service="hepatitis_c", measure="cured", kind="year")
    planted = (EFFECTS.cured_after - EFFECTS.cured_before) * float(found["n"])
    assert holds(found, "diff_lower", "diff_upper", planted)
    assert float(found["diff_lower"]) > 0


def test_deaths_after_endocarditis_are_as_expected_and_too_few_answers_bear_no_model(
    published: Checkout,
) -> None:
    deaths = one(published, "case_mix_period", service="endocarditis", measure="alive_12_months", kind="year")
    assert holds(deaths, "diff_lower", "diff_upper", 0.0) and holds(deaths, "ratio_lower", "ratio_upper", 1.0)
    refused = one(published, "case_mix_model", service="endocarditis", measure="low_anxiety_6_months")
    assert (refused["fitted"], refused["reason"]) == ("False", "too few")


# ---------------------------------------------------------------- sites


def test_each_site_of_the_funnel_holds_what_was_planted_there(
    published: Checkout, strokes: dict[str, np.ndarray]
) -> None:
    found = rows(published, "funnel", service="stroke", measure="independent_6_months")
    total, outside = sum(float(row["n"]) for row in found), []
    for row in found:
        at = strokes["site"] == EFFECTS.sites.index(row["site"])
        weights = strokes["weight_independent_6_months"][at]
        planted = 100 * np.average(strokes["independent_6_months"][at], weights=weights)
        if not holds(row, "lower", "upper", planted):
            outside.append((row["site"], planted, row["lower"], row["upper"]))
        share = EFFECTS.site_shares[EFFECTS.sites.index(row["site"])]
        # Counts in public are rounded to 5: that much is allowed besides three standard errors.
        assert abs(float(row["n"]) - share * total) < 3 * (total * share * (1 - share)) ** 0.5 + 5
    assert len(found) == 6 and len(outside) <= 1, outside


# ---------------------------------------------------------------- quality of life


def test_the_switch_of_questionnaire_shows_both_planted_means(published: Checkout) -> None:
    found = rows(published, "value_set", service="hepatitis_c", measure="eq5d_6_months")
    now, before = sorted(found, key=lambda row: row["position"])
    assert (now["instrument"], before["instrument"]) == ("EQ-5D-5L", "EQ-5D-3L")
    assert before["words"] == "November 2023 to January 2024"
    assert holds(now, "lower", "upper", EFFECTS.quality_hepatitis_c[2])
    assert holds(before, "lower", "upper", EFFECTS.quality_hepatitis_c_three)
    # Two questionnaires give two figures of people who are as well as before.
    assert float(before["upper"]) < float(now["lower"])


def alive_after_endocarditis(days: float) -> float:
    """Share alive, by how the sample lets people die: in their first stay, or later in the year."""
    rng = np.random.default_rng(4)
    n = 200_000
    stay = np.clip(lognormal(rng, endocarditis.STAY, 0.45, n), 4, 120)
    in_stay = stay * rng.uniform(0.2, 1.1, n) <= days
    later = stay + (360 - stay) * rng.random(n) <= days
    return 1 - endocarditis.DIES_IN_STAY * in_stay.mean() - endocarditis.DIES_IN_YEAR * later.mean()


@pytest.mark.parametrize("service", ["hepatitis_c", "endocarditis"])
def test_qalys_hold_the_planted_path_from_the_start_over_six_weeks_to_six_months(
    published: Checkout, service: str
) -> None:
    """The area under the three declared means, the dead at 0 (hardly anybody with hepatitis C dies)."""
    start, weeks, months = getattr(EFFECTS, f"quality_{service}")
    deadly = service == "endocarditis"
    at_42, at_end = (alive_after_endocarditis(day) if deadly else 1.0 for day in (42, 183))
    planted = (42 * (start + weeks * at_42) + (183 - 42) * (weeks * at_42 + months * at_end)) / 2 / 365.25
    found = one(published, "sensitivity", service=service, measure="eq5d_6_months", figure="qaly")
    assert holds(found, "weighted_lower", "weighted_upper", planted)


# ---------------------------------------------------------------- waits, prices, ratings


def test_each_phase_of_the_wait_has_the_planted_mean(published: Checkout) -> None:
    shown = rows(published, "series", service="hepatitis_c", measure="wait_for_treatment")
    means = {row["phase"]: float(row["centre"]) for row in shown if row["centre"]}
    # A month's mean of some 31 waits has a standard error of 2.3 days; a phase has 14 or more of them.
    assert means["1"] == pytest.approx(EFFECTS.wait_before, abs=1.5)
    assert means["2"] == pytest.approx(EFFECTS.wait_after, abs=1.5)


@pytest.mark.parametrize("service", ["stroke", "hepatitis_c", "endocarditis"])
def test_the_planted_rise_of_prices_is_what_the_deflator_takes_out(published: Checkout, service: str) -> None:
    """Cash grew faster than steady prices by one year's rise; means in public are rounded to £10."""
    years = sorted(rows(published, "price_cost", service=service), key=lambda row: row["period_start"])
    before, after = years[-2:]
    cash, real = (float(after[kind]) / float(before[kind]) for kind in ("cash", "real"))
    assert cash / real == pytest.approx(1 + EFFECTS.annual_cost_rise, abs=0.003)


@pytest.mark.parametrize("service", ["hepatitis_c", "endocarditis"])
def test_at_steady_prices_nothing_was_planted_in_the_cost_and_none_is_claimed(
    published: Checkout, service: str
) -> None:
    found = one(published, "increment", service=service, comparison="year")
    assert holds(found, "cost_lower", "cost_upper", 0.0)


@pytest.mark.parametrize(
    ("group", "mean"),
    [("patient", EFFECTS.recurrence_worry_patients), ("clinician", EFFECTS.recurrence_worry_clinicians)],
)
def test_ratings_of_the_fear_of_recurrence_hold_what_each_group_was_given(
    published: Checkout, group: str, mean: float
) -> None:
    """The planted mean is before rounding to 1 to 5, so what it becomes by rounding is worked out here.

    The 14 clinicians of the sample are 2.3 standard errors below it, as 1 group in 40 is; in public, ratings
    have one decimal.
    """
    felt = np.random.default_rng(5).normal(mean, np.hypot(survey.OWN_LEVEL, survey.SPREAD), 200_000)
    rounded = pd.Series(np.clip(np.round(felt), 1, 5)).mean()
    found = one(published, "importance", service="endocarditis", topic="recurrence_worry", group=group)
    assert holds(found, "lower", "upper", round(float(rounded), 1))
