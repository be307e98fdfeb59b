"""QALYs, the missing, change that matters: against examples worked by hand, and naive loops."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from valuekit.measures.definition.codes import score_range
from valuekit.measures.people import quality_of_life
from valuekit.measures.people.quality_of_life import qaly
from valuekit.measures.statistics import missing

NAN = np.nan
DAYS = (0, 42, 183)


# QALYs


def test_a_qaly_is_the_trapezium_worked_out_by_hand():
    # (0.5 + 0.7) / 2 × 42 = 25.2; (0.7 + 0.9) / 2 × 141 = 112.8; 138 days of 365.25 = 0.37782.
    assert qaly(DAYS, [[0.5, 0.7, 0.9]], [NAN])[0] == pytest.approx(138 / 365.25)
    assert qaly(DAYS, [[1.0, 1.0, 1.0]], [NAN])[0] == pytest.approx(183 / 365.25)


def test_death_is_nought_from_its_date():
    # Died on day 100: 25.2, then a straight line from 0.7 to 0 over 58 days: 20.3. Nothing after.
    index = [[0.5, 0.7, NAN]]
    assert qaly(DAYS, index, [100])[0] == pytest.approx((25.2 + 20.3) / 365.25)
    assert qaly(DAYS, index, [100], before_death="carried")[0] == pytest.approx((25.2 + 40.6) / 365.25)
    # Died on day 10, and on day 0: only the baseline is needed, and on day 0 nothing is left.
    assert qaly(DAYS, [[0.5, NAN, NAN], [0.5, NAN, NAN]], [10, 0]) == pytest.approx([2.5 / 365.25, 0.0])


def test_worse_than_dead_takes_away_and_a_missing_answer_that_was_due_leaves_no_qaly():
    assert qaly(DAYS, [[-0.2, -0.2, -0.2]], [NAN])[0] == pytest.approx(-0.2 * 183 / 365.25)
    assert np.isnan(qaly(DAYS, [[0.5, NAN, 0.9], [NAN, 0.7, NAN]], [NAN, 100])).all()


@given(
    st.lists(st.lists(st.floats(-0.6, 1), min_size=3, max_size=3), min_size=1, max_size=6),
    st.floats(1, 400),
)
@settings(max_examples=50, deadline=None)
def test_a_qaly_is_the_area_under_the_line_drawn_day_by_day(index, death):
    days = np.array(DAYS, float)
    for row, found in zip(index, qaly(days, index, [death] * len(index)), strict=True):
        until = [(d, u) for d, u in zip(days, row, strict=True) if d < death]
        points = [*until, (death, 0.0)] if death <= days[-1] else list(zip(days, row, strict=True))
        area = np.trapezoid([u for _, u in points], [d for d, _ in points])
        assert found == pytest.approx(area / 365.25, abs=1e-9)


# The missing


def two_strata() -> tuple[np.ndarray, np.ndarray, pd.DataFrame]:
    """60 old of whom 30 answered, 10 of them well; 40 young of whom 30 answered, 24 of them well."""
    value = [1.0] * 10 + [0.0] * 20 + [NAN] * 30 + [1.0] * 24 + [0.0] * 6 + [NAN] * 10
    traits = pd.DataFrame({"age": ["old"] * 60 + ["young"] * 40})
    return np.array(value), ~np.isnan(value), traits


def test_the_weighted_share_of_two_strata_is_the_one_worked_out_by_hand():
    # Those who answered: 34 of 60 = 0.567. Weighted: old count 60/30 = 2, young 40/30 = 1.333;
    # (2 × 10 + 1.333 × 24) ÷ 100 = 0.52, which is 0.6 × 1/3 + 0.4 × 0.8.
    value, known, traits = two_strata()
    found = missing.weighted(value, known, traits)
    assert found.value == pytest.approx(0.52, abs=1e-9)
    # A saturated model is post-stratification: within a stratum the answers are a simple sample of it. By
    # hand the variance is that of the stratified mean, Σ W² p(1−p)/n = 0.6²(2/9)/30 + 0.4²(0.16)/30, plus
    # that of the strata themselves, Σ W (m − 0.52)² / 100 with means 1/3 and 0.8.
    within = 0.36 * (2 / 9) / 30 + 0.16 * 0.16 / 30
    between = (0.6 * (1 / 3 - 0.52) ** 2 + 0.4 * (0.8 - 0.52) ** 2) / 100
    assert (found.upper - found.lower) / 2 / 1.959964 == pytest.approx((within + between) ** 0.5, rel=1e-6)


def test_with_nobody_silent_in_a_way_that_matters_the_weights_change_nothing():
    value, known, _ = two_strata()
    same = pd.DataFrame({"age": ["x"] * len(value)})
    found = missing.weighted(value, known, same)
    answered = value[known]
    assert found.value == pytest.approx(answered.mean())
    half = 1.959964 * (answered.var() / len(answered)) ** 0.5
    assert found.upper - found.value == pytest.approx(half, rel=1e-6)


def test_people_whose_death_is_the_result_are_not_weighted():
    # 20 more died, known without asking: (52 + 0) of 120.
    value, known, traits = two_strata()
    value, known = np.append(value, [0.0] * 20), np.append(known, [True] * 20)
    traits = pd.concat([traits, pd.DataFrame({"age": ["old"] * 20})], ignore_index=True)
    found = missing.weighted(value, known, traits, certain=[False] * 100 + [True] * 20)
    assert found.value == pytest.approx(52 / 120)


def test_the_interval_agrees_with_a_bootstrap_that_fits_the_model_anew():
    rng = np.random.default_rng(11)
    value, known, traits = (pd.concat([pd.DataFrame(a)] * 4, ignore_index=True) for a in two_strata())
    value, known = value[0].to_numpy(), known[0].to_numpy()
    found = missing.weighted(value, known, traits)
    draws = []
    for _ in range(300):
        at = rng.integers(0, len(value), len(value))
        draws.append(missing.weighted(value[at], known[at], traits.iloc[at].reset_index(drop=True)).value)
    assert (found.upper - found.lower) / 2 / 1.959964 == pytest.approx(np.std(draws), rel=0.15)


def test_the_weighted_interval_covers_where_the_answering_depends_on_who_the_people_are():
    rng, inside, plain = np.random.default_rng(12), 0, 0
    for _ in range(300):
        old = rng.random(400) < 0.5
        value = (rng.random(400) < np.where(old, 0.3, 0.7)).astype(float)
        known = rng.random(400) < np.where(old, 0.5, 0.9)
        traits = pd.DataFrame({"age": np.where(old, "old", "young")})
        found = missing.weighted(value, known, traits)
        inside += found.lower <= 0.5 <= found.upper
        plain += abs(value[known].mean() - 0.5) < 1.96 * 0.5 / known.sum() ** 0.5
    assert inside / 300 == pytest.approx(0.95, abs=0.035)
    assert plain / 300 < 0.6  # those who answered alone: the young are too many


def test_too_few_silent_people_are_not_modelled():
    value = np.array([1.0] * 50 + [0.0] * 46 + [NAN] * 4)
    found = missing.weighted(value, ~np.isnan(value), pd.DataFrame({"age": ["old", "young"] * 50}))
    assert np.isnan(found.value) and "4 people without an answer" in found.reason


def test_a_group_that_hardly_ever_answers_is_not_weighted_up():
    value = np.array([1.0] * 90 + [NAN] * 10 + [1.0] * 5 + [NAN] * 95)
    traits = pd.DataFrame({"age": ["young"] * 100 + ["old"] * 100})
    assert "hardly ever answered" in missing.weighted(value, ~np.isnan(value), traits).reason


def test_the_bounds_are_those_worked_out_by_hand():
    # 34 of 60 known among 100: the 40 silent all without the outcome, or all with it.
    assert tuple(missing.bounds(34, 60, 100, 0, 1)) == pytest.approx((0.34, 0.74))
    # A mean index 0.7 of 80, and 20 silent from −0.567 to 1: (56 − 11.34) / 100 and (56 + 20) / 100.
    assert tuple(missing.bounds(56, 80, 100, -0.567, 1)) == pytest.approx((0.4466, 0.76))
    assert np.isnan(missing.bounds(0, 0, 0, 0, 1)).all()


@given(st.lists(st.tuples(st.booleans(), st.floats(0, 1)), min_size=1, max_size=30))
def test_whatever_the_missing_are_the_mean_lies_within_the_bounds(people):
    known = np.array([k for k, _ in people])
    value = np.array([v for _, v in people])
    ends = missing.bounds(value[known].sum(), known.sum(), len(value), 0, 1)
    assert ends.lower - 1e-12 <= value.mean() <= ends.upper + 1e-12
    assert ends.upper - ends.lower == pytest.approx(1 - known.mean())


def test_scores_are_read_from_the_label_of_an_instrument():
    assert score_range("GAD-7 anxiety score (0 to 21, higher is more anxious)") == (0, 21)
    assert score_range("EQ-5D-5L (five digits, 1 to 5 each)") is None


# Tables


def test_change_that_matters_counts_a_change_of_just_the_threshold():
    """Four people: +0.063 (just), −0.063 (just), +0.062, one without a baseline; direction increase."""
    of = quality_of_life._Of.__new__(quality_of_life._Of)
    before = pd.Series([0.6, 0.7, 0.6, NAN])
    of._index = lambda *_: before
    rows = pd.DataFrame({"value": [0.663, 0.637, 0.662, 0.9]})
    measure = type("M", (), {})()
    measure.important_change = type("C", (), {"value": 0.063, "source": "s", "time_point": "baseline"})()
    measure.source = type("S", (), {"kind": "eq5d_mean", "value_set": "v", "instrument": "eq5d5l"})()
    for direction, improved, worse in (("increase", 1, 1), ("decrease", 1, 1)):
        measure.direction = direction
        found = of._change(measure, rows, np.array([True] * 4), {})
        assert (found["n"], found["eligible"], found["improved"], found["worse"]) == (3, 4, improved, worse)
    # Wilson for 1 of 3: 6.15% to 79.23% (statsmodels and Newcombe's formula).
    assert (found["improved_lower"], found["improved_upper"]) == pytest.approx((6.149, 79.234), abs=0.01)
