"""Intervals against published examples, against SciPy, and against simulation."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy import stats

from valuekit.measures.statistics import intervals


@pytest.mark.parametrize(
    ("count", "n", "lower", "upper"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_a_share_has_the_wilson_interval_of_newcombe_1998_table_1(count, n, lower, upper):
    found = intervals.share(count, n)
    assert (round(float(found.lower), 4), round(float(found.upper), 4)) == (lower, upper)


@pytest.mark.parametrize(
    ("a", "m", "b", "n", "lower", "upper"),
    [
        (56, 70, 48, 80, 0.0524, 0.3339),
        (9, 10, 3, 10, 0.1705, 0.8090),
        (6, 7, 2, 7, 0.0582, 0.8062),
        (5, 56, 0, 29, -0.0381, 0.1926),
        (0, 10, 0, 20, -0.1611, 0.2775),
        (10, 10, 0, 10, 0.6075, 1.0),
    ],
)
def test_a_difference_of_shares_has_the_interval_of_newcombe_1998_table_2_method_10(a, m, b, n, lower, upper):
    found = intervals.difference_of_shares(a, m, b, n)
    assert float(found.lower) == pytest.approx(lower, abs=6e-5)
    assert float(found.upper) == pytest.approx(upper, abs=6e-5)


@pytest.mark.parametrize(
    ("events", "lower", "upper"), [(0, 0.0, 3.69), (1, 0.03, 5.57), (5, 1.62, 11.67), (9, 4.12, 17.08)]
)
def test_few_events_have_the_exact_poisson_interval_of_garwood_1936(events, lower, upper):
    # As in the table of Altman and others 2000, Statistics with Confidence.
    found = intervals.count(events)
    assert (round(float(found.lower), 2), round(float(found.upper), 2)) == (lower, upper)


def test_many_events_have_byars_interval_as_ohid_works_it_out():
    # By hand: 100 × (1 − 1/900 − 1.959964/30)³ and 101 × (1 − 1/909 + 1.959964/(3√101))³.
    found = intervals.count(100)
    assert float(found.lower) == pytest.approx(100 * (1 - 1 / 900 - 1.959964 / 30) ** 3, rel=1e-6)
    assert float(found.upper) == pytest.approx(101 * (1 - 1 / 909 + 1.959964 / (3 * 101**0.5)) ** 3, rel=1e-6)


@given(st.integers(10, 5000))
def test_byars_interval_is_within_one_in_a_hundred_of_the_exact_one(events):
    found = intervals.count(events)
    exact = stats.chi2.ppf(0.025, 2 * events) / 2, stats.chi2.ppf(0.975, 2 * events + 2) / 2
    assert float(found.lower) == pytest.approx(exact[0], rel=0.01)
    assert float(found.upper) == pytest.approx(exact[1], rel=0.01)


def test_a_rate_is_the_interval_of_its_events_over_the_exposure_and_has_none_without_exposure():
    found = intervals.rate([9, 9], [3.0, 0.0])
    assert float(found.lower[0]) == pytest.approx(float(intervals.count(9).lower) / 3)
    assert np.isnan(found.upper[1])


VALUES = st.lists(st.floats(-1e6, 1e6), min_size=3, max_size=40).filter(lambda v: np.std(v) > 1e-3)


@given(VALUES)
def test_a_mean_has_the_interval_that_scipy_gives(values):
    found = intervals.mean(len(values), np.mean(values), np.std(values, ddof=1))
    expected = stats.ttest_1samp(values, 0).confidence_interval(0.95)
    assert float(found.lower) == pytest.approx(expected.low, rel=1e-6, abs=1e-6)
    assert float(found.upper) == pytest.approx(expected.high, rel=1e-6, abs=1e-6)


@given(VALUES, VALUES)
def test_a_difference_of_means_has_the_welch_interval_that_scipy_gives(values, others):
    groups = [f(v) for v in (values, others) for f in (len, np.mean, lambda x: np.std(x, ddof=1))]
    found = intervals.difference_of_means(*groups)
    expected = stats.ttest_ind(values, others, equal_var=False).confidence_interval(0.95)
    assert float(found.lower) == pytest.approx(expected.low, rel=1e-6, abs=1e-6)
    assert float(found.upper) == pytest.approx(expected.high, rel=1e-6, abs=1e-6)


def test_what_one_person_cannot_tell_has_no_interval():
    assert np.isnan(intervals.mean(1, 5.0, np.nan)).all()
    assert np.isnan(intervals.difference_of_means(1, 5.0, np.nan, 9, 4.0, 1.0)).all()
    assert np.isnan(intervals.share(0, 0)).all()
    assert np.isnan(intervals.difference_of_shares(0, 0, 1, 2)).all()
    assert np.isnan(intervals.fieller([1.0], [2.0])).all()
    assert np.isnan(intervals.bootstrap_of_ratio([1.0], [2.0])).all()


def test_groups_without_any_spread_differ_by_exactly_their_difference():
    found = intervals.difference_of_means(9, 5.0, 0.0, 9, 3.0, 0.0)
    assert (float(found.lower), float(found.upper)) == (2.0, 2.0)


@given(st.integers(0, 200), st.integers(0, 200))
def test_a_share_lies_in_its_interval_and_the_interval_within_0_and_1(good, bad):
    found = intervals.share(good, good + bad)
    if good + bad:
        assert 0 <= found.lower <= good / (good + bad) <= found.upper <= 1


@given(st.integers(1, 50), st.integers(1, 50), st.integers(2, 20))
def test_more_people_with_the_same_share_make_the_interval_narrower(good, bad, times):
    few, many = intervals.share(good, good + bad), intervals.share(good * times, (good + bad) * times)
    assert many.upper - many.lower < few.upper - few.lower


@given(st.integers(0, 60), st.integers(1, 60), st.integers(0, 60), st.integers(1, 60))
def test_a_difference_of_shares_turns_with_its_groups(a, m, b, n):
    a, b = min(a, m), min(b, n)
    one, other = intervals.difference_of_shares(a, m, b, n), intervals.difference_of_shares(b, n, a, m)
    assert float(one.lower) == pytest.approx(-float(other.upper), abs=1e-12)
    assert one.lower - 1e-12 <= a / m - b / n <= one.upper + 1e-12


RNG = np.random.default_rng(7)
COST = RNG.gamma(2.0, 6000.0, 120)
GOOD = (RNG.random(120) < 0.6).astype(float)


def test_fiellers_ends_are_the_ratios_that_a_t_test_just_does_not_reject():
    # The definition of the interval (Fieller 1954): t-test of above − ratio × below against 0.
    found = intervals.fieller(GOOD, COST)
    for end in found:
        assert stats.ttest_1samp(GOOD - end * COST, 0).pvalue == pytest.approx(0.05, abs=1e-9)
    assert found.lower < GOOD.sum() / COST.sum() < found.upper


def test_fieller_gives_no_interval_where_the_cost_is_not_clear_of_zero():
    credit = COST - COST.mean() + 100
    low, high = stats.ttest_1samp(credit, 0).confidence_interval(0.95)
    assert low < 0 < high
    assert np.isnan(intervals.fieller(GOOD, credit)).all()


def test_the_bootstrap_agrees_with_fieller_and_with_scipys_bootstrap():
    own, exact = intervals.bootstrap_of_ratio(GOOD, COST, draws=4000), intervals.fieller(GOOD, COST)
    scipys = stats.bootstrap(
        (GOOD, COST),
        lambda a, b, axis: a.sum(axis=axis) / b.sum(axis=axis),
        paired=True,
        vectorized=True,
        method="percentile",
        n_resamples=4000,
        rng=np.random.default_rng(1),
    ).confidence_interval
    width = exact.upper - exact.lower
    for mine, fieller, scipy in zip(own, exact, scipys, strict=True):
        assert abs(mine - fieller) < 0.08 * width
        assert abs(mine - scipy) < 0.05 * width


def test_the_bootstrap_gives_the_same_interval_every_time():
    assert intervals.bootstrap_of_ratio(GOOD, COST) == intervals.bootstrap_of_ratio(GOOD, COST)
    assert intervals.bootstrap_of_ratio(GOOD, COST, seed=1) != intervals.bootstrap_of_ratio(
        GOOD, COST, seed=2
    )


@given(st.floats(0.01, 1000))
def test_a_ratios_interval_is_of_its_unit(scale):
    pounds, other = intervals.fieller(GOOD, COST), intervals.fieller(GOOD, COST * scale)
    assert float(other.upper) * scale == pytest.approx(float(pounds.upper), rel=1e-6)
    drawn, again = (intervals.bootstrap_of_ratio(GOOD, c, draws=50) for c in (COST, COST * scale))
    assert float(again.lower) * scale == pytest.approx(float(drawn.lower), rel=1e-6)


# What several methods share


@given(
    above=st.floats(-50, 50),
    below=st.floats(0.5, 50),
    errors=st.tuples(st.floats(0.01, 5), st.floats(0.01, 5)),
    correlation=st.floats(-1, 1),
)
def test_each_end_of_fieller_is_a_ratio_that_just_cannot_be_ruled_out(above, below, errors, correlation):
    """By definition (Fieller 1954): above − R × below lies as many standard errors from 0 as `reach` says."""
    one, two = errors
    shared, reach = correlation * one * two, intervals.z()
    ends = intervals.fieller_of_estimates(above, below, one**2, two**2, shared, reach)
    if below <= reach * two:
        assert np.isnan(ends).all()
        return
    assume(below > 1.001 * reach * two)
    for end in ends:
        variance = one**2 - 2 * end * shared + end**2 * two**2
        assert (above - end * below) ** 2 == pytest.approx(reach**2 * variance, rel=1e-6, abs=1e-6)
    assert ends.lower <= above / below + 1e-9 and above / below - 1e-9 <= ends.upper


@given(st.lists(st.floats(-1e4, 1e4), min_size=2, max_size=40))
def test_the_mean_of_values_has_the_interval_of_scipy(values):
    average, ends = intervals.mean_of(values)
    error = np.std(values, ddof=1) / np.sqrt(len(values))
    assert average == pytest.approx(np.mean(values), abs=1e-9)
    if error > 0:
        assert list(ends) == pytest.approx(stats.t.interval(0.95, len(values) - 1, average, error), abs=1e-6)


@pytest.mark.parametrize("values", [[], [7.0]])
def test_one_value_has_an_average_and_no_interval_and_none_has_neither(values):
    average, ends = intervals.mean_of(values)
    assert average == pytest.approx(values[0]) if values else np.isnan(average)
    assert np.isnan(ends).all()


def test_the_percentile_interval_leaves_as_many_draws_below_as_above():
    drawn = np.column_stack([np.arange(1001), -np.arange(1001)])
    lower, upper = intervals.percentiles(drawn)
    assert lower == pytest.approx([25, -975]) and upper == pytest.approx([975, -25])
    assert intervals.percentiles(drawn.T, 0.5, axis=1).lower == pytest.approx([250, -750])
