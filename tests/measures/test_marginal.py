"""The margin: what went with a further pound, by hand, against a search for roots, and when it is refused."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import optimize, stats

from valuekit.measures.money.economics import ratio
from valuekit.measures.money.marginal import marginal


def test_the_margin_and_its_ends_are_those_worked_out_by_hand():
    # z² = 3.841459: a = 1,000² − z² 100² = 961,585; b = 100; c = 0.01 − z² 0.0004 = 0.0084634.
    found = marginal(1000.0, 0.1, 100.0, 0.02, 0.0)
    assert (found.value, found.kind) == (pytest.approx(10.0), "more")
    assert (found.lower, found.upper) == (pytest.approx(5.91, abs=0.005), pytest.approx(14.89, abs=0.005))


def test_money_saved_with_a_worse_outcome_is_outcomes_lost_for_each_sum_saved():
    # £1,000 less and 0.02 fewer good outcomes: 2 fewer for each £100,000 saved.
    found = marginal(-1000.0, -0.02, 100.0, 0.02, 0.0)
    assert (found.value, found.kind) == (pytest.approx(-2.0), "less")
    assert found.lower < -2 < 0 < found.upper


def test_where_the_cost_hardly_changed_there_is_no_margin():
    for cost in (0.0, 150.0, -195.9):
        found = marginal(cost, 0.1, 100.0, 0.02, 0.0)
        assert found.kind == "not_clear" and np.isnan([found.value, found.lower, found.upper]).all()


@given(
    st.floats(300, 5000), st.floats(-0.5, 0.5), st.floats(1, 100), st.floats(0.001, 0.2),
    st.floats(-0.9, 0.9), st.sampled_from([1, -1]),
)  # fmt: skip
def test_its_ends_are_where_a_test_would_just_not_reject(cost, outcome, cost_se, outcome_se, rho, sign):
    found = marginal(sign * cost, outcome, cost_se, outcome_se, rho)
    z = stats.norm.ppf(0.975)

    def gap(r):
        r = sign * r / 1e5
        variance = outcome_se**2 + r**2 * cost_se**2 - 2 * r * rho * cost_se * outcome_se
        return (outcome - r * sign * cost) ** 2 - z**2 * variance

    assert found.lower <= found.value <= found.upper
    ends = [optimize.brentq(gap, end, found.value) for end in (found.value - 1e8, found.value + 1e8)]
    assert [found.lower, found.upper] == pytest.approx(ends, rel=1e-5, abs=1e-5)


def test_it_is_the_other_side_of_the_incremental_ratio_where_both_are_clear():
    price, margin = ratio(1000.0, 0.1, 100.0, 0.02, 0.3), marginal(1000.0, 0.1, 100.0, 0.02, 0.3)
    assert margin.value == pytest.approx(1e5 / price.value)
    assert (margin.lower, margin.upper) == (
        pytest.approx(1e5 / price.upper),
        pytest.approx(1e5 / price.lower),
    )


def test_the_interval_covers_at_its_nominal_rate():
    # 4,000 trials of 400 against 400 people: £2,000 and £1,400, outcomes 0.70 and 0.60: 16.67 for £100,000.
    rng = np.random.default_rng(8)
    times, n = 4000, 400
    means = [rng.normal(m, s / n**0.5, times) for m, s in ((2000, 1500), (1400, 1400))]
    shares = [rng.binomial(n, p, times) / n for p in (0.70, 0.60)]
    held = []
    for c, e, p, q in zip(means[0] - means[1], shares[0] - shares[1], *shares, strict=True):
        se = (p * (1 - p) / n + q * (1 - q) / n) ** 0.5
        found = marginal(c, e, np.hypot(1500, 1400) / n**0.5, se, 0.0)
        if found.kind == "more":
            held.append(found.lower <= 1e5 * 0.1 / 600 <= found.upper)
    assert len(held) > 0.99 * times
    assert np.mean(held) == pytest.approx(0.95, abs=3 * (0.95 * 0.05 / times) ** 0.5 + 0.005)
