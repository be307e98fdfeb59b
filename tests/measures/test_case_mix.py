"""Case mix against examples solved by hand, published figures and other software."""

from __future__ import annotations

import itertools
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
import statsmodels.formula.api as smf
from figures_by_hand import MONTHS, rows
from hypothesis import given, settings
from hypothesis import strategies as st

from valuekit.measures.definition.refinements import CaseMix
from valuekit.measures.people import case_mix
from valuekit.measures.statistics import intervals, logistic, rates

TWO_BY_TWO = [("old", 1)] * 30 + [("old", 0)] * 70 + [("young", 1)] * 60 + [("young", 0)] * 60
"""By hand: odds 30/70 and 60/60, log odds ratio ln(70/30) = 0.8473 for the young, intercept 0.

The commonest category, the young (120), is the reference: intercept ln(60/60) = 0, the old ln(30/70) =
−0.8473.
Woolf's standard error of the log odds ratio is √(1/30 + 1/70 + 1/60 + 1/60) = 0.2845.
"""

HANLEY = {"normal": (33, 6, 6, 11, 2), "abnormal": (3, 2, 2, 11, 33)}
"""Ratings 1 to 5 of 109 CT images: Hanley and McNeil 1982, Radiology 143:29."""


def two_by_two() -> tuple[np.ndarray, pd.DataFrame]:
    frame = pd.DataFrame(TWO_BY_TWO, columns=["age", "y"])
    return frame["y"].to_numpy(float), frame[["age"]]


def people(n: int, seed: int) -> tuple[np.ndarray, pd.DataFrame, np.ndarray]:
    """Outcome, traits and true chance of `n` people with two covariates."""
    rng = np.random.default_rng(seed)
    age, severity = rng.choice(["old", "young"], n), rng.choice(["mild", "severe", "not known"], n)
    effect = {"mild": 0.8, "severe": -0.9, "not known": 0.0}
    odds = 0.3 + 0.7 * (age == "young") + np.array([effect[s] for s in severity])
    chance = 1 / (1 + np.exp(-odds))
    return (rng.random(n) < chance).astype(float), pd.DataFrame({"age": age, "severity": severity}), chance


# The model


def test_the_log_odds_of_a_two_by_two_table_are_those_worked_out_by_hand():
    fitted = logistic.fit(*two_by_two())
    assert fitted.coefficients == pytest.approx([0.0, np.log(30 / 70)], abs=1e-8)
    assert np.sqrt(fitted.covariance[1, 1]) == pytest.approx(0.28452, abs=5e-5)
    assert fitted.chance(pd.DataFrame({"age": ["old", "young"]})) == pytest.approx([0.3, 0.5])


def test_the_model_is_that_of_statsmodels_from_a_formula():
    y, traits, _ = people(900, 1)
    fitted = logistic.fit(y, traits)
    by_formula = smf.glm("y ~ C(age) + C(severity)", traits.assign(y=y), family=sm.families.Binomial()).fit()
    assert fitted.chance(traits) == pytest.approx(by_formula.fittedvalues.to_numpy(), abs=1e-6)


def test_the_expected_of_the_baseline_add_up_to_the_observed():
    y, traits, _ = people(500, 2)
    assert logistic.fit(y, traits).chance(traits).sum() == pytest.approx(y.sum(), abs=1e-6)


def test_too_few_people_with_the_outcome_for_each_parameter_is_refused_with_the_numbers():
    traits = pd.DataFrame({"age": ["a", "b", "c"] * 40})
    y = np.zeros(120)
    y[:19] = 1
    fitted = logistic.fit(y, traits)
    assert fitted.reason.startswith("too few: 19 people with the outcome for 2 parameters, and 10 are needed")
    y[19] = 1
    assert not logistic.fit(y, traits).reason


def test_nobody_without_the_outcome_in_a_category_is_refused_as_separation():
    y, traits = two_by_two()
    assert not logistic.separated(logistic.Coding.of(traits).matrix(traits), y)
    y[:100] = 1.0  # everybody who is old
    fitted = logistic.fit(y, traits)
    assert "no finite model fits" in fitted.reason and not fitted.coefficients.size


def test_separation_by_two_covariates_together_is_found_though_neither_separates_alone():
    # Of the four kinds of people only those who are both old and ill, and nobody else, had the outcome.
    kinds = [("old", "ill", 1), ("old", "well", 0), ("young", "ill", 0), ("young", "well", 0)]
    frame = pd.DataFrame(kinds * 30, columns=["age", "health", "y"])
    assert "no finite model" in logistic.fit(frame["y"], frame[["age", "health"]]).reason


def test_a_category_of_few_counts_with_the_commonest():
    frame = pd.DataFrame({"sex": ["1"] * 50 + ["2"] * 40 + ["not known"] * 9})
    coding = logistic.Coding.of(frame)
    assert coding.levels == (("sex", ("1", "2")),)
    assert coding.matrix(frame)[-9:, 1].sum() == 0
    assert logistic.Coding.of(pd.concat([frame, frame])).parameters == 2


# Discrimination and calibration


def test_the_c_statistic_is_that_of_hanley_and_mcneil():
    score = np.concatenate([np.repeat(range(1, 6), HANLEY[kind]) for kind in ("normal", "abnormal")])
    c, ends = logistic.c_statistic(np.repeat([0, 1], [58, 51]), score)
    assert c == pytest.approx(0.893, abs=5e-4)  # printed: 0.893
    # Their standard error, by another formula for the same variance, is 0.032.
    assert (ends.upper - ends.lower) / 2 / 1.959964 == pytest.approx(0.032, abs=0.0025)


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 6)), min_size=4, max_size=40))
@settings(max_examples=60, deadline=None)
def test_the_c_statistic_is_the_share_of_pairs_in_order(pairs):
    y, score = np.array([a for a, _ in pairs]), np.array([b for _, b in pairs])
    with_, without = score[y], score[~y]
    c, _ = logistic.c_statistic(y, score)
    if len(with_) < 2 or len(without) < 2:
        assert np.isnan(c)
        return
    won = [(a > b) + (a == b) / 2 for a, b in itertools.product(with_, without)]
    assert c == pytest.approx(np.mean(won))


def test_delongs_interval_is_that_of_the_double_loop_over_pairs():
    rng = np.random.default_rng(4)
    y, score = np.arange(60) % 3 == 0, rng.integers(0, 8, 60)
    won = np.array([[(a > b) + (a == b) / 2 for b in score[~y]] for a in score[y]])
    variance = won.mean(axis=1).var(ddof=1) / y.sum() + won.mean(axis=0).var(ddof=1) / (~y).sum()
    _, ends = logistic.c_statistic(y, score)
    assert (ends.upper - ends.lower) / 2 == pytest.approx(1.959964 * variance**0.5, rel=1e-5)


def test_delongs_interval_covers_at_its_nominal_rate():
    # Normal scores one standard deviation apart: c = Φ(1/√2) = 0.7602.
    rng, found = np.random.default_rng(5), 0
    y = np.repeat([True, False], [60, 240])
    for _ in range(1000):
        _, ends = logistic.c_statistic(y, rng.normal(size=300) + y)
        found += ends.lower <= 0.76025 <= ends.upper
    assert found / 1000 == pytest.approx(0.95, abs=0.025)


def test_a_right_model_is_calibrated_and_one_with_doubled_log_odds_has_slope_a_half():
    y, _, chance = people(6000, 6)
    right = logistic.calibration(y, chance)
    assert right.level[1] < 0 < right.level[2] and right.slope[1] < 1 < right.slope[2]
    odds = np.log(chance / (1 - chance))
    doubled = logistic.calibration(y, 1 / (1 + np.exp(-2 * odds)))
    assert doubled.slope[0] == pytest.approx(right.slope[0] / 2, rel=1e-6)


def test_calibration_in_the_large_of_one_chance_is_the_difference_of_log_odds():
    # By hand: 60 of 200 with the outcome, 0.2 expected: ln(60/140) − ln(0.2/0.8) = 0.5390.
    found = logistic.calibration(np.repeat([1.0, 0.0], [60, 140]), np.full(200, 0.2))
    assert found.level[0] == pytest.approx(np.log(60 / 140) - np.log(0.25), abs=1e-6)
    assert np.isnan(found.slope[0])


def test_people_of_one_expected_chance_share_a_fifth():
    assert logistic.fifths([0.1, 0.2, 0.3, 0.4, 0.5]).tolist() == [1, 2, 3, 4, 5]
    assert set(logistic.fifths([0.3] * 10)) == {3}


# Observed against expected


def test_the_ratio_to_a_known_expected_is_byars():
    ratio, ends = case_mix.ratio_to_expected(np.array([36.0]), np.array([30.0]))
    byar = intervals.count(36)
    assert ratio[0] == pytest.approx(1.2)
    assert (ends.lower[0], ends.upper[0]) == pytest.approx((byar.lower / 30, byar.upper / 30))


def test_an_estimated_expected_widens_the_ratio_and_nobody_observed_has_lower_end_nought():
    known = case_mix.ratio_to_expected(np.array([36.0]), np.array([30.0]))[1]
    guessed = case_mix.ratio_to_expected(np.array([36.0]), np.array([30.0]), np.array([4.0]))[1]
    assert guessed.lower[0] < known.lower[0] and guessed.upper[0] > known.upper[0]
    ratio, ends = case_mix.ratio_to_expected(np.array([0.0]), np.array([4.0]))
    assert (ratio[0], ends.lower[0]) == (0, 0) and ends.upper[0] == pytest.approx(3.6889 / 4, abs=1e-4)


def test_the_interval_of_the_difference_covers_at_its_nominal_rate_and_would_not_without_the_models_part():
    inside = naive = 0
    for seed in range(400):
        y, traits, _ = people(600, 100 + seed)
        fitted = logistic.fit(y[:300], traits[:300])
        later, x = traits[300:], fitted.coding.matrix(traits[300:])
        expected = fitted.chance(later)
        parts = case_mix._sums(y[300:], expected, x, np.zeros(300, int), 1)
        frame = pd.DataFrame(
            {
                "n": [300],
                "observed": parts["observed"],
                "expected": parts["expected"],
                "chance_se": np.sqrt(parts["chance"]),
                "expected_se": case_mix._model_error(parts["gradient"], fitted.covariance),
            }
        )
        row = case_mix.compared(frame, True).iloc[0]
        inside += row["diff_lower"] <= 0 <= row["diff_upper"]
        naive += abs(row["difference"]) <= 1.96 * row["chance_se"]
    assert inside / 400 == pytest.approx(0.95, abs=0.035)
    assert naive / 400 < 0.90


# The tables of one measure

MIX = {
    "covariates": ["age_band"],
    "baseline": {"from": "2023-11", "to": "2024-10"},
    "otherwise": "people who died",
    "lacks": "much",
}


def of_measure(began, value, band, **changes):
    measure = SimpleNamespace(case_mix=CaseMix(**{**MIX, **changes}), measure="m", name="m")
    frame = rows(began, value)
    return case_mix.of_measure(
        frame, pd.DataFrame({"age_band": band}, index=frame["pathway"]), measure, MONTHS
    )


def by_hand():
    """Baseline: 30 of 100 old and 60 of 120 young. After it, November 2024: 20 old (9) and 20 young (12)."""
    began = ["2024-02-10"] * 220 + ["2024-11-10"] * 40
    value = [1.0] * 30 + [0.0] * 70 + [1.0] * 60 + [0.0] * 60
    value += [1.0] * 9 + [0.0] * 11 + [1.0] * 12 + [0.0] * 8
    return began, value, ["old"] * 100 + ["young"] * 120 + ["old"] * 20 + ["young"] * 20


def test_observed_expected_and_the_running_sum_are_those_worked_out_by_hand():
    # Expected: 20 × 0.3 + 20 × 0.5 = 16. Observed 21. Chance: 20 × 0.21 + 20 × 0.25 = 9.2.
    # The model: gradient (9.2, 4.2) of intercept and old; covariance of the 2 × 2 table: var(intercept) =
    # 1/30, cov = −1/30, var(old) = 1/30 + 1/21. So 9.2²/30 − 2 × 9.2 × 4.2/30 + 4.2² × (1/30 + 1/21) = 1.673.
    months = of_measure(*by_hand())["case_mix_period"]
    first = months[months["kind"] == "month"].iloc[0]
    assert (first["n"], first["observed"]) == (40, 21)
    assert first["expected"] == pytest.approx(16, abs=1e-6)
    assert first["chance_se"] ** 2 == pytest.approx(9.2, abs=1e-5)
    assert first["expected_se"] ** 2 == pytest.approx(1.6733, abs=1e-3)
    half = 1.959964 * (9.2 + 1.6733) ** 0.5
    assert (first["diff_lower"], first["diff_upper"]) == pytest.approx((5 - half, 5 + half), abs=1e-3)
    month = months[months["kind"] == "month"]
    assert month["cumulative"].tolist() == pytest.approx([5.0] * len(month))
    since = months[months["kind"] == "since"].iloc[0]
    assert (since["difference"], since["diff_lower"]) == pytest.approx(
        (month["cumulative"].iloc[-1], month["cumulative_lower"].iloc[-1])
    )


def of_groups(site: dict | None = None, **changes) -> pd.DataFrame:
    """By hand: the baseline of :func:`by_hand`; after it 40 old (18 with the outcome) and 40 young (24)."""
    began, value, band = by_hand()
    after = [(began[i], value[i], band[i]) for i in range(220, 260)]
    began, value, band = ([*all_, *(a[k] for a in after)] for k, all_ in enumerate((began, value, band)))
    frame = rows(began, value).assign(**changes)
    places = pd.Series(band, index=frame["pathway"]) if site is None else frame["pathway"].map(site)
    places = places.set_axis(frame["pathway"])
    measure = SimpleNamespace(case_mix=CaseMix(**MIX), measure="m", name="m")
    traits = pd.DataFrame({"age_band": band}, index=frame["pathway"])
    return case_mix.of_measure(frame, traits, measure, MONTHS, places)["case_mix_group"]


def test_each_group_is_held_against_what_is_expected_of_its_own_people():
    # Expected: 40 × 0.3 = 12 old and 40 × 0.5 = 20 young. Chance: 8.4 and 10. The model: the log odds of the
    # old have variance 1/30 + 1/70 = 1/21, of the young 1/60 + 1/60 = 1/30; so 8.4² ÷ 21 and 10² ÷ 30.
    sites = of_groups().query("kind == 'site'").set_index("name")
    assert sites["observed"].to_dict() == {"old": 18, "young": 24}
    assert sites["expected"].to_dict() == pytest.approx({"old": 12, "young": 20}, abs=1e-5)
    for name, chance, model in (("old", 8.4, 8.4**2 / 21), ("young", 10, 100 / 30)):
        half = 1.959964 * (chance + model) ** 0.5
        ends = tuple(sites.loc[name, ["difference", "diff_lower", "diff_upper"]])
        assert ends[2] - ends[0] == pytest.approx(half, abs=1e-3) == ends[0] - ends[1]
    assert sites["ratio"].to_dict() == pytest.approx({"old": 1.5, "young": 1.2}, abs=1e-5)


def test_the_ratio_of_a_group_is_the_indirectly_standardised_one_made_wider_for_the_models_error():
    old = of_groups().query("kind == 'site'").set_index("name").loc["old"]
    plain = rates.indirect(18, old["expected"])
    assert old["ratio"] == pytest.approx(plain.value)
    assert old["ratio_lower"] < plain.lower and old["ratio_upper"] > plain.upper
    known = case_mix.compared(pd.DataFrame([old]).assign(expected_se=0.0), True).iloc[0]
    assert (known["ratio_lower"], known["ratio_upper"]) == pytest.approx((plain.lower, plain.upper))


def test_people_of_no_known_group_are_in_none_and_fewer_than_thirty_are_not_compared():
    # Of the 80 later people: 29 at A, 31 at B, and 20 whose site is not known.
    site = {f"p{i}": "A" if i < 249 else "B" for i in range(220, 280)}
    found = of_groups(site).query("kind == 'site'").set_index("name")
    assert found["n"].to_dict() == {"A": 29, "B": 31}
    assert found["shown"].to_dict() == {"A": False, "B": True} and np.isnan(found.loc["A", "ratio"])
    assert found.loc["A", "reason"] == "too few"


def test_one_group_alone_is_the_whole_service_and_is_left_out():
    assert set(of_groups()["kind"]) == {"site"}  # everybody is in fifth 1
    fifths = of_groups(fifth=[1, 2] * 150).query("kind == 'fifth'")
    assert fifths["name"].tolist() == ["1", "2"] and fifths["n"].sum() == 80
    assert fifths["completeness"].tolist() == [1.0, 1.0]


def test_the_ratio_counts_the_rarer_side_as_in_the_baseline():
    began, value, band = by_hand()
    assert set(of_measure(began, value, band)["case_mix_period"]["ratio_of"]) == {case_mix.WITH_OUTCOME}
    flipped = of_measure(began, [1 - v for v in value], band)["case_mix_period"]
    assert set(flipped["ratio_of"]) == {"people who died"}
    # 21 of 40 had it before and so lack it now, against 16 expected.
    assert flipped["ratio"].iloc[0] == pytest.approx(21 / 16, abs=1e-6)


def test_only_the_baseline_fits_the_model():
    began, value, band = by_hand()
    one = of_measure(began, value, band)["case_mix_model"].iloc[0]
    other = of_measure(began, [*value[:220], *[0.0] * 40], band)["case_mix_model"].iloc[0]
    assert (
        (one["n"], one["events"], one["c"])
        == (other["n"], other["events"], other["c"])
        == (220, 90, one["c"])
    )
    assert one["later_n"] == 40


def test_a_baseline_that_the_extracts_do_not_hold_is_refused():
    found = of_measure(*by_hand(), baseline={"from": "2023-01", "to": "2024-10"})
    assert list(found) == ["case_mix_model"]
    assert "do not hold the whole baseline" in found["case_mix_model"]["reason"].iloc[0]


def test_people_of_whom_a_covariate_is_not_known_stay_in_and_are_counted():
    began, value, band = by_hand()
    band = ["not known" if i % 5 == 0 else b for i, b in enumerate(band)]
    found = of_measure(began, value, band)
    model = found["case_mix_model"].iloc[0]
    assert (model["n"], model["not_known"], model["parameters"]) == (220, 44, 2)
    counts = found["case_mix_category"].set_index("category")["n"]
    assert counts.to_dict() == {"young": 96, "old": 80, "not known": 44}


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"covariates": ["severity"]}, "severity is a covariate exactly when"),
        ({"covariates": ["age_band", "age_band"]}, "stands twice"),
        ({"covariates": ["stroke_type"]}, "Input should be 'age_band'"),
        ({"baseline": {"from": "2024-11", "to": "2024-10"}}, "ends before it begins"),
        ({"baseline": {"from": "2024-13", "to": "2024-10"}}, "not a month"),
        ({"age_from": [70, 60]}, "must rise"),
        ({"covariates": []}, "at least 1"),
        ({"weights": 1}, "Extra inputs"),
    ],
)
def test_a_declaration_that_cannot_be_right_is_refused(change, says):
    with pytest.raises(ValueError, match=says):
        CaseMix(**{**MIX, **change})
