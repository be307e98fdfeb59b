"""Standardised rates, funnels and slopes against published figures, other libraries and hand-made cases."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from figures_by_hand import MONTHS, a_service_with, measures_table, rows
from hypothesis import given
from hypothesis import strategies as st

from valuekit.extracts.sample.effects import KnownEffects
from valuekit.measures.people import funnel, inequality
from valuekit.measures.statistics import intervals, rates, slope

DOWN = rates.BIRTHS


def test_the_standardised_rate_of_fay_and_feuers_example():
    """Fay and Feuer 1997 (Stark and Mantel's births): 75.52901 for 100,000, as R's dsrTest prints it."""
    found = rates.direct(DOWN["Cases"], DOWN["Births"], DOWN["Standard"])
    assert found.value == pytest.approx(75.52901, abs=5e-6)
    # dsrTest gives the gamma interval's lower end as 67.70; with 740 cases the two methods are near.
    assert found.lower == pytest.approx(67.70212, abs=0.15)


def test_dobsons_interval_is_that_of_the_count_scaled():
    found = rates.direct(DOWN["Cases"], DOWN["Births"], DOWN["Standard"])
    weight = DOWN["Standard"] / DOWN["Standard"].sum() / DOWN["Births"]
    variance = sum(w * w * c for w, c in zip(weight, DOWN["Cases"], strict=True))
    ends = intervals.count(740)
    for end, count in ((found.lower, ends.lower), (found.upper, ends.upper)):
        assert end == pytest.approx(found.value + 1e5 * (variance / 740) ** 0.5 * (count - 740))


def test_a_population_that_is_its_own_standard_has_its_crude_rate():
    n = [100, 200, 300]
    found = rates.direct([5, 10, 15], n, n, per=1)
    assert found.value == pytest.approx(30 / 600)
    assert (found.lower, found.upper) == pytest.approx(tuple(float(e) / 600 for e in intervals.count(30)))


def test_fewer_than_ten_events_have_no_rate():
    assert not rates.direct([4, 5], [10, 10], [1, 1]).shown
    assert rates.direct([5, 5], [10, 10], [1, 1]).shown


def test_repeats_by_few_people_widen_the_interval_and_leave_the_rate():
    once = rates.direct_of_repeats([[20, 0], [20, 0]], [100, 100], [1, 1], [1, 4], per=100)
    four = rates.direct_of_repeats([[0, 5], [0, 5]], [100, 100], [1, 1], [1, 4], per=100)
    plain = rates.direct([20, 20], [100, 100], [1, 1], per=100)
    assert once == plain
    assert four.value == plain.value
    # By hand: 5 people × 4² against 20 × 1²: four times the variance, twice the width.
    assert four.variance == pytest.approx(4 * plain.variance)
    assert four.upper - four.value == pytest.approx(2 * (plain.upper - plain.value))


def test_a_stratum_of_the_standard_without_people_is_refused():
    with pytest.raises(ValueError, match="merge strata"):
        rates.direct([5, 5], [10, 0], [1, 1])
    with pytest.raises(ValueError, match="merge strata"):
        rates.expected([5, 5], [1, 0], [10, 0])


def test_dobsons_interval_covers_repeat_events_at_its_nominal_rate():
    """2,000 simulated years of 900 people in three strata, some of whom come back several times."""
    rng, held = np.random.default_rng(8), []
    n, standard, times = np.array([300, 400, 200]), np.array([1, 1, 2]), np.array([1, 2, 3])
    chance = np.array([[0.08, 0.03, 0.01], [0.10, 0.04, 0.02], [0.15, 0.06, 0.04]])
    truth = (standard / 4) @ (chance @ times) * 100
    for _ in range(2000):
        people = np.array(
            [rng.multinomial(size, [*c, 1 - c.sum()])[:3] for size, c in zip(n, chance, strict=True)]
        )
        found = rates.direct_of_repeats(people, n, standard, times, per=100)
        held.append(found.lower <= truth <= found.upper)
    assert np.mean(held) == pytest.approx(0.95, abs=3 * (0.95 * 0.05 / 2000) ** 0.5 + 0.01)


def test_observed_over_expected_has_byars_interval():
    found = rates.indirect(24, 12.0)
    # By hand from Breslow and Day 1987: 24 (1 − 1/216 − 1.96/(3 √24))³ and 25 (1 − 1/225 + 1.96/15)³.
    assert found.lower == pytest.approx(24 * (1 - 1 / 216 - 1.959964 / (3 * 24**0.5)) ** 3 / 12)
    assert found.upper == pytest.approx(25 * (1 - 1 / 225 + 1.959964 / 15) ** 3 / 12)
    assert rates.expected([50, 100], [10, 30], [100, 100]) == 35.0
    with pytest.raises(ValueError, match="nothing is expected"):
        rates.indirect(3, 0)


# -- funnels -----------------------------------------------------------------------------------------

OHID = {
    # people: 95% and 99.8% limits around 80.642448%, PHEindicatormethods testdata_funnel_prop_outputs.csv
    50: (69.691035, 91.593861, 63.375595, 97.909301),
    102: (72.974925, 88.309971, 68.553233, 92.731663),
    1008: (78.203374, 83.081521, 76.796814, 84.488082),
    10: (56.154344, 100.0, 42.03259, 100.0),
}


@pytest.mark.parametrize("n", OHID)
def test_funnel_limits_are_those_of_ohids_test_table(n):
    found = funnel.funnel([0.80642448 * n] * 3, [n] * 3)
    (low95, high95), (low998, high998) = (found.limits[level] for level in funnel.LEVELS)
    assert [100 * ends[0] for ends in (low95, high95, low998, high998)] == pytest.approx(OHID[n], abs=2e-6)


def test_tau_squared_is_that_of_dersimonian_and_laird_without_winsorising():
    rng = np.random.default_rng(3)
    n, share = rng.integers(80, 900, 24), rng.normal(0.5, 0.06, 24)
    error = np.sqrt(0.25 / n)
    z = (share - 0.5) / error
    phi, tau2 = funnel.over_dispersion(z, error, trim=0.0)
    # The naive sums of Spiegelhalter 2005: Q around a known average, in a loop.
    q = sum(((y - 0.5) / s) ** 2 for y, s in zip(share, error, strict=True))
    w = [1 / s**2 for s in error]
    assert phi == pytest.approx(q / 24)
    assert tau2 == pytest.approx((q - 23) / (sum(w) - sum(x * x for x in w) / sum(w)))


def test_one_outlier_does_not_widen_the_limits_that_it_is_judged_by():
    n = np.full(30, 400)
    events = np.full(30, 200) + np.tile([-8, 8], 15)  # z = ± 0.8: no more than chance gives
    events[0] = 290
    found = funnel.funnel(events, n)
    assert found.tau2 == 0.0 and found.place[0] == "above_998"
    assert funnel.over_dispersion(found.z, np.full(30, 0.025), trim=0.0)[1] > 0


def test_with_few_units_limits_are_never_widened():
    found = funnel.funnel([100, 150, 60, 40], [200, 200, 200, 200])
    assert found.phi > 10 and found.tau2 == 0.0


@given(st.integers(0, 2**32 - 1))
def test_units_that_differ_more_get_limits_that_are_never_narrower(seed):
    rng = np.random.default_rng(seed)
    n = rng.integers(100, 1000, 15)
    events = rng.binomial(n, np.clip(rng.normal(0.5, 0.1, 15), 0.05, 0.95))
    widened, plain = funnel.funnel(events, n), funnel.funnel(events, n, fewest_for_spread=99)
    assert (widened.limits[0.95][1] >= plain.limits[0.95][1] - 1e-12).all()
    assert widened.tau2 >= 0 and set(plain.limits) == {0.95, 0.998}


def test_steady_units_lie_outside_as_often_as_the_limits_say():
    rng = np.random.default_rng(4)
    places = np.concatenate([funnel.funnel(rng.binomial(400, 0.5, 6), [400] * 6).place for _ in range(3000)])
    # The average is of the six themselves, so a unit strays from it a little less: √(5/6) of its error.
    expected = 2 * (1 - 0.9841)  # beyond 1.96 ÷ √(5/6) = 2.147
    assert (places != "inside").mean() == pytest.approx(expected, abs=0.006)


def test_truncation_leaves_out_what_winsorising_draws_in():
    z, error = np.array([*[-1.0, 1.0] * 10, 9.0]), np.full(21, 0.1)
    assert funnel.over_dispersion(z, error, how="truncate")[0] == pytest.approx(1.0)
    with pytest.raises(ValueError, match="neither"):
        funnel.over_dispersion(z, error, how="cut")


def test_sites_are_judged_on_the_newest_24_months_and_small_ones_left_out():
    began, value, site = [], [], {}
    for name, good, bad in (("A", 30, 30), ("B", 30, 30), ("C", 5, 55), ("D", 3, 3)):
        for outcome in [1] * good + [0] * bad:
            site[f"p{len(began)}"] = name
            began.append("2026-01-15")
            value.append(outcome)
    service = a_service_with({"kind": "alive_share", "days": 30}, name="s")
    service = service.model_copy(update={"value": service.value.model_copy(update={"outcome": "m"})})
    found = funnel.by_site(rows(began, value), measures_table({}), [service], pd.Series(site), MONTHS)
    assert found["site"].tolist() == ["A", "B", "C"]
    assert found["average"].iloc[0] == pytest.approx(100 * 65 / 180)
    assert found["place"].tolist()[2] == "below_998"


def test_a_site_that_may_not_be_shown_hides_the_whole_funnel():
    frame = pd.DataFrame({"n": [100, 100, 100], "value": [40.0, 50.0, np.nan], "shown": [True, True, False]})
    assert funnel.judged(frame)["average"].isna().all() and set(funnel.judged(frame)["place"]) == {""}


# -- slope and relative index ---------------------------------------------------------------------------

AREA = pd.DataFrame(
    {
        "people": [7291, 7997, 6105, 7666, 5790, 6934, 5918, 5974, 7147, 7534],
        "value": [75.9, 78.3, 83.8, 83.6, 80.5, 81.1, 81.7, 84.2, 80.6, 86.3],
        "error": [1.64, 1.58, 1.51, 1.78, 1.7, 1.56, 1.37, 1.4, 2.43, 1.57],
    }
)
"""Life expectancy by tenth: the example of OHID's phe_sii (PHEindicatormethods)."""


def test_the_slope_is_that_of_weighted_least_squares_on_ohids_example():
    at = AREA["people"].cumsum() / AREA["people"].sum() - AREA["people"] / AREA["people"].sum() / 2
    fitted = sm.WLS(AREA["value"], sm.add_constant(at), weights=AREA["people"]).fit()
    found = slope.slope_index(AREA["value"], AREA["people"], AREA["error"])
    start, rise = fitted.params.iloc[0], fitted.params.iloc[1]
    assert found.slope == pytest.approx(rise)
    assert found.ratio == pytest.approx((start + rise) / start)


def test_the_simulated_interval_is_that_of_a_linear_sum_of_normal_figures():
    """The slope is a weighted sum of the figures, so its spread is known without simulation."""
    found = slope.slope_index(AREA["value"], AREA["people"], AREA["error"])
    share = (AREA["people"] / AREA["people"].sum()).to_numpy()
    at = slope.ranks(AREA["people"]) - share @ slope.ranks(AREA["people"])
    weights = share * at / (share @ at**2)
    half = 1.959964 * np.sqrt(weights**2 @ AREA["error"] ** 2)
    assert found.interval.lower == pytest.approx(found.slope - half, abs=0.1)
    assert found.interval.upper == pytest.approx(found.slope + half, abs=0.1)


def test_ranks_are_the_middles_of_the_cumulative_population():
    assert slope.ranks([12, 10, 78]) == pytest.approx([0.06, 0.17, 0.61])


def planted() -> tuple[float, float]:
    """The slope and the ratio that the sample holds, by hand.

    Tenth d has 0.40 + 0.02 (d − 1). With tenths of one size its rank is (d − 0.5) ÷ 10, so one step of 0.1 in
    rank is 0.02: the slope is 20 points. The line begins half a step before, at 0.39; its end is 0.59.
    """
    return 20.0, 0.59 / 0.39


def test_the_planted_gradient_is_twenty_points_by_tenths_and_by_fifths():
    effects, (rise, ratio) = KnownEffects(), planted()
    tenths = np.array([100 * effects.independent(d) for d in range(1, 11)])
    for value in (tenths, tenths.reshape(5, 2).mean(axis=1)):
        found = slope.slope_index(value, np.ones(len(value)), np.full(len(value), 0.1))
        assert found.slope == pytest.approx(rise)
        assert found.ratio == pytest.approx(ratio)


def test_the_interval_of_the_slope_covers_the_planted_gradient_at_its_nominal_rate():
    """1,500 simulated pairs of years at stroke's size, worked out from the table of fifths."""
    rng, held = np.random.default_rng(12), []
    n, truth = np.full(5, 270), np.array([0.41, 0.45, 0.49, 0.53, 0.57])
    for _ in range(1500):
        count = rng.binomial(n, truth)
        ends = intervals.share(count, n)
        error = (ends.upper - ends.lower) / (2 * 1.959964)
        line = slope.slope_index(count / n, n, error, draws=400)
        held.append(line.interval.lower <= 0.20 <= line.interval.upper)
    assert np.mean(held) == pytest.approx(0.95, abs=3 * (0.95 * 0.05 / 1500) ** 0.5 + 0.01)


def fifths(**changes) -> pd.DataFrame:
    plain = {
        "service": "s", "measure": "m", "words": "w", "fifth": range(1, 6), "n": [200] * 5,
        "value": [41.0, 45.0, 49.0, 53.0, 57.0], "shown": True, "reason": "",
    }  # fmt: skip
    frame = pd.DataFrame(plain | changes)
    return frame.assign(lower=frame["value"] - 7, upper=frame["value"] + 7)


def test_a_hidden_fifth_hides_the_slope():
    shown = inequality.slopes(fifths()).iloc[0]
    assert shown["slope"] == pytest.approx(20.0) and shown["n"] == 1000
    hidden = inequality.slopes(fifths(shown=[True] * 4 + [False], reason=[""] * 4 + ["suppressed"])).iloc[0]
    assert not hidden["shown"] and hidden["reason"] == "suppressed" and np.isnan(hidden["slope"])
    assert inequality.slopes(fifths(n=[200] * 4 + [29])).iloc[0]["reason"] == "too few"


def test_no_ratio_where_the_lower_end_is_not_clear_of_nought():
    found = slope.slope_index([0.1, 2.0, 4.0], [1, 1, 1], [1.0, 1.0, 1.0])
    assert np.isnan(found.ratio) and np.isfinite(found.slope)
