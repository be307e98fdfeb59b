"""Cost-effectiveness: dominance and ratios against published tables, draws against loops, curves by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy import optimize, stats

from valuekit.measures.money import economics
from valuekit.measures.money.economics import Draws

small = st.integers(-40, 40).map(float)


# ---------------------------------------------------------------- dominance


def test_dominance_gives_the_ratios_of_hiv_screening_by_paltiel_and_others():
    # Paltiel and others 2006, Ann Intern Med 145:797; ratios as the package dampack prints them.
    cost = [26000, 27000, 28020, 28440, 29440]
    found = economics.dominance(cost, np.array([277.25, 277.57, 277.78, 277.83, 277.76]) / 12)
    assert found["status"].tolist() == ["frontier"] * 4 + ["dominated"]
    assert found["icer"].tolist()[1:4] == pytest.approx([37500.00, 58285.71, 100800.00], abs=0.01)
    assert found["icer"].isna().tolist() == [True, False, False, False, True]


def test_extended_dominance_is_sought_again_after_each_option_that_falls_out():
    # Frick 2007, Decision Rules (Johns Hopkins): only when option 1 is out does option 4 turn out to be.
    cost, outcome = [300_000, 200_000, 450_000, 375_000, 400_000], [25, 20, 50, 40, 15]
    found = economics.dominance(cost, outcome)
    assert found["status"].tolist() == ["extended", "frontier", "frontier", "extended", "dominated"]
    assert found["icer"][2] == pytest.approx(250_000 / 30)


def test_of_two_options_that_are_alike_the_first_stays():
    assert economics.dominance([5, 5], [1, 1])["status"].tolist() == ["frontier", "dominated"]


@given(st.lists(st.tuples(small, small), min_size=1, max_size=6, unique=True))
def test_the_frontier_is_what_is_best_at_some_price(options):
    cost, outcome = (np.array(x) for x in zip(*options, strict=True))
    found = economics.dominance(cost, outcome)
    on = (found["status"] == "frontier").to_numpy()
    ratios = np.sort(found["icer"].dropna().to_numpy())
    along = [i for i in np.argsort(outcome) if on[i]]
    rising = found["icer"].to_numpy()[along][1:]
    assert (np.diff(rising) > 0).all() and not np.isnan(rising).any()
    # Between two ratios that follow each other exactly one option is best: walk all of those prices.
    prices = np.r_[ratios[:1] / 2, (ratios[1:] + ratios[:-1]) / 2, (ratios[-1] if len(ratios) else 0.0) + 1e6]
    best = {int(i) for i in economics.net_benefit(cost, outcome, prices).argmax(axis=1)}
    assert best == set(np.flatnonzero(on))


# ---------------------------------------------------------------- ratio


def naive_fieller(cost, outcome, cost_se, outcome_se, rho):
    """Where (cost − R × outcome)² is z² times its variance, by searching for roots on either side."""
    z = stats.norm.ppf(0.975)

    def gap(r):
        variance = cost_se**2 + r**2 * outcome_se**2 - 2 * r * rho * cost_se * outcome_se
        return (cost - r * outcome) ** 2 - z**2 * variance

    middle = cost / outcome
    return [optimize.brentq(gap, end, middle) for end in (middle - 1e7, middle + 1e7)]


@pytest.mark.parametrize(
    ("cost", "outcome", "kind"), [(500, 0.1, "price"), (-500, -0.1, "saving"), (800, 0.05, "price")]
)
def test_the_ratio_has_fiellers_interval_in_the_quarters_where_it_means_something(cost, outcome, kind):
    found = economics.ratio(cost, outcome, 60.0, 0.01, 0.3)
    assert (found.value, found.saves, found.reason) == (pytest.approx(cost / outcome), kind == "saving", "")
    assert [found.lower, found.upper] == pytest.approx(
        naive_fieller(cost, outcome, 60.0, 0.01, 0.3), rel=1e-6
    )


@pytest.mark.parametrize(
    ("cost", "outcome", "reason"),
    [
        (-500, 0.1, "dominant"),
        (0, 0.1, "dominant"),
        (500, -0.1, "dominated"),
        (500, 0.0, "same_outcome"),
        (500, 0.01, "not_clear"),
    ],
)
def test_no_ratio_is_given_where_it_would_be_negative_or_undefined(cost, outcome, reason):
    found = economics.ratio(cost, outcome, 60.0, 0.01, 0.0)
    assert np.isnan(found.value) and np.isnan(found.lower) and found.reason == reason


def test_an_end_of_the_interval_in_another_quarter_is_not_given():
    found = economics.ratio(50.0, 0.1, 60.0, 0.01, 0.0)
    assert found.value == 500.0 and np.isnan(found.lower) and found.upper > 500


@given(small, small, st.floats(0.01, 50), st.floats(0.01, 50), st.floats(-0.99, 0.99))
def test_a_ratio_is_never_negative_and_lies_within_its_interval(cost, outcome, cost_se, outcome_se, rho):
    found = economics.ratio(cost, outcome, cost_se, outcome_se, rho)
    assert np.isnan(found.value) == bool(found.reason)
    if not found.reason:
        assert found.value > 0 and found.upper >= found.value
        assert np.isnan(found.lower) or 0 < found.lower <= found.value


def test_the_interval_of_the_ratio_covers_at_its_nominal_rate():
    # 4,000 trials of 400 against 400 people: costs of £2,000 and £1,700, outcomes 0.70 and 0.55, so £2,000.
    rng = np.random.default_rng(5)
    times, n = 4000, 400
    means = [rng.normal(m, s / n**0.5, times) for m, s in ((2000, 1500), (1700, 1400))]
    shares = [rng.binomial(n, p, times) / n for p in (0.70, 0.55)]
    cost_se = np.hypot(1500, 1400) / n**0.5
    held = []
    for c, e, p, q in zip(means[0] - means[1], shares[0] - shares[1], *shares, strict=True):
        se = (p * (1 - p) / n + q * (1 - q) / n) ** 0.5
        found = economics.ratio(c, e, cost_se, se, 0.0)
        if not found.reason:
            held.append((np.isnan(found.lower) or found.lower <= 2000) and found.upper >= 2000)
    assert len(held) > 0.95 * times
    assert np.mean(held) == pytest.approx(0.95, abs=3 * (0.95 * 0.05 / times) ** 0.5 + 0.01)


# ---------------------------------------------------------------- draws, quarters


def test_draws_are_those_of_a_loop_over_people_with_both_their_values():
    rng = np.random.default_rng(1)
    cost, outcome = rng.gamma(2, 500, 40), rng.integers(0, 2, 40).astype(float)
    found = economics.draw([(cost, outcome)], draws=5, seed=9)
    chosen = np.random.default_rng(9).integers(0, 40, (5, 40))
    for i in range(5):
        assert found.drawn_cost[i, 0] == pytest.approx(np.mean([cost[j] for j in chosen[i]]))
        assert found.drawn_outcome[i, 0] == pytest.approx(np.mean([outcome[j] for j in chosen[i]]))
    assert found.cost[0] == pytest.approx(cost.mean()) and found.people.tolist() == [40]


def test_draws_spread_as_the_standard_error_says_and_keep_cost_and_outcome_together():
    rng = np.random.default_rng(2)
    outcome = rng.normal(0, 1, 300)
    cost = 100 * outcome + rng.normal(0, 50, 300)
    one, two, together = economics.spread(
        *(
            x[:, 0]
            for x in (
                economics.draw([(cost, outcome)], 4000).drawn_cost,
                economics.draw([(cost, outcome)], 4000).drawn_outcome,
            )
        )
    )
    assert one == pytest.approx(cost.std() / 300**0.5, rel=0.05)
    assert two == pytest.approx(outcome.std() / 300**0.5, rel=0.05)
    assert together == pytest.approx(np.corrcoef(cost, outcome)[0, 1], abs=0.03)


def test_normal_draws_have_the_means_errors_and_correlation_that_are_given():
    found = economics.normal_draws(
        [100.0, 200.0], [0.5, 0.6], [10.0, 20.0], [0.02, 0.03], [0.0, -0.7], [50, 60], 20_000
    )
    assert found.drawn_cost.mean(axis=0) == pytest.approx([100, 200], abs=0.5)
    one, two, together = economics.spread(found.drawn_cost[:, 1], found.drawn_outcome[:, 1])
    assert (one, two, together) == (
        pytest.approx(20, rel=0.02),
        pytest.approx(0.03, rel=0.02),
        pytest.approx(-0.7, abs=0.02),
    )


def test_an_option_without_people_is_refused():
    with pytest.raises(ValueError, match="without people"):
        economics.draw([([], [])])


@given(st.lists(st.tuples(small, small), min_size=1, max_size=30))
def test_the_shares_of_the_quarters_add_up_to_one_and_agree_with_a_count(pairs):
    cost, outcome = zip(*pairs, strict=True)
    found = economics.quadrant_shares(cost, outcome)
    assert sum(found.values()) == pytest.approx(1)
    assert found["dearer_worse"] * len(pairs) == pytest.approx(sum(c > 0 and e < 0 for c, e in pairs))
    assert found["cheaper_better"] * len(pairs) == pytest.approx(sum(c <= 0 and e >= 0 for c, e in pairs))


# ---------------------------------------------------------------- net benefit, curve, frontier

draws_of_options = st.lists(
    st.lists(st.tuples(small, small), min_size=3, max_size=3), min_size=1, max_size=12
)


@given(draws_of_options, st.lists(st.integers(0, 50), min_size=1, max_size=4))
def test_the_curve_is_a_count_of_draws_and_adds_up_to_one(options, prices):
    table = np.array(options)
    found = economics.acceptability(
        Draws(
            table[:, :, 0].mean(axis=0),
            table[:, :, 1].mean(axis=0),
            table[:, :, 0],
            table[:, :, 1],
            np.ones(3, int),
        ),
        prices,
    )
    for i, price in enumerate(prices):
        benefit = [[price * e - c for c, e in draw] for draw in options]
        counted = [sum(row.index(max(row)) == k for row in benefit) / len(options) for k in range(3)]
        assert found.probability[i].tolist() == pytest.approx(counted)
    assert found.probability.sum(axis=1) == pytest.approx(np.ones(len(prices)))


def test_the_frontier_follows_the_highest_mean_and_not_the_highest_probability():
    # Fenwick, Claxton and Sculpher 2001: with skewed draws the two part. Option 1 wins by 1 in three draws
    # of four and loses by 100 in the fourth; its mean is lower, so it is not the one to choose.
    outcome = np.array([[0, 1], [0, 1], [0, 1], [0, -100]], float)
    zero = np.zeros((4, 2))
    found = economics.acceptability(
        Draws(zero.mean(axis=0), outcome.mean(axis=0), zero, outcome, np.ones(2, int)), [1]
    )
    assert found.probability[0].tolist() == [0.25, 0.75]
    assert found.frontier[0] == 0


@given(st.lists(st.tuples(small, small), min_size=2, max_size=5, unique=True), st.integers(0, 100))
def test_the_option_on_the_frontier_at_a_price_is_never_dominated(options, price):
    cost, outcome = (np.array(x) for x in zip(*options, strict=True))
    benefit = economics.net_benefit(cost, outcome, [price])[0]
    assume(np.sum(benefit == benefit.max()) == 1 and price > 0)
    assert economics.dominance(cost, outcome)["status"][int(benefit.argmax())] == "frontier"
