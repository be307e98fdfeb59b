"""Tipping points: against least squares at each place, by simulation with a known break, and refusals."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from valuekit.measures.money import tipping

SERVICES = {"stroke": 900, "hepatitis_c": 400, "endocarditis": 110}


def days(n: int, rng: np.random.Generator) -> np.ndarray:
    """Skewed days in hospital, as in the sample."""
    return rng.gamma(2.0, 7.0, n)


def costs(x: np.ndarray, at: float, rng: np.random.Generator, times: int, spread: float = 0.0) -> np.ndarray:
    """£500 and £100 a day, £350 a day beyond `at`; spread of £800, growing by `spread` × £60 a day."""
    mean = 500 + 100 * x + 250 * np.maximum(x - at, 0)
    return mean[:, None] + rng.standard_normal((x.size, times)) * (800 + 60 * spread * x)[:, None]


def test_the_profile_is_that_of_least_squares_at_each_place():
    rng = np.random.default_rng(1)
    x = days(60, rng)
    y = costs(x, 15, rng, 3)
    found = tipping.profile(x, y, tipping.places(x, 9))
    for g, at in enumerate(found.grid):
        columns = np.column_stack([np.ones_like(x), x, np.maximum(x - at, 0)])
        rest = y - columns @ np.linalg.lstsq(columns, y, rcond=None)[0]
        assert found.broken[g] == pytest.approx((rest**2).sum(axis=0))
    line = np.column_stack([np.ones_like(x), x])
    assert found.single == pytest.approx(
        ((y - line @ np.linalg.lstsq(line, y, rcond=None)[0]) ** 2).sum(axis=0)
    )


def test_a_break_without_noise_is_found_with_both_slopes():
    x = np.arange(41.0)
    wobble = np.where(np.arange(41) % 2 == 0, 1.0, -1.0)
    found = tipping.broken_stick(x, 500 + 100 * x + 200 * np.maximum(x - 20, 0) + wobble)
    assert found.at == pytest.approx(20, abs=0.3) and found.lower < 20 < found.upper
    assert (found.slope_before, found.slope_after) == (
        pytest.approx(100, abs=0.5),
        pytest.approx(300, abs=0.5),
    )
    assert found.p < 0.01


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize("spread", [0.0, 1.0], ids=["even", "growing"])
def test_the_profile_interval_covers_at_its_nominal_rate(service, spread):
    n, times, rng = SERVICES[service], 400, np.random.default_rng(8)
    x = days(n, rng)
    at, grid = float(np.quantile(x, 0.55)), tipping.places(x)
    y = costs(x, at, rng, times, spread)
    found = tipping.profile(x, y, grid)
    best = grid[found.broken.argmin(axis=0)]
    wider = [tipping.unequal_spread(x, y[:, i], best[i]) for i in range(times)]
    ends = tipping.likelihood_interval(found, n, wider)
    # An end that is not given lies beyond what was tried.
    held = ~(ends.lower > at) & ~(ends.upper < at)
    error = 3 * (0.95 * 0.05 / times) ** 0.5
    assert 0.95 - error - (0.01 if n < 200 else 0) <= held.mean() <= 0.95 + error


def test_an_interval_that_took_the_spread_as_even_would_cover_too_seldom():
    n, times, rng = 110, 600, np.random.default_rng(8)
    x = days(n, rng)
    at = float(np.quantile(x, 0.55))
    y = costs(x, at, rng, times, 1.0)
    found = tipping.profile(x, y, tipping.places(x))
    even = tipping.likelihood_interval(found, n)
    best = found.grid[found.broken.argmin(axis=0)]
    wide = tipping.likelihood_interval(
        found, n, [tipping.unequal_spread(x, y[:, i], best[i]) for i in range(times)]
    )
    covered = [(~(e.lower > at) & ~(e.upper < at)).mean() for e in (even, wide)]
    assert covered[0] < 0.92 < covered[1]


@pytest.mark.parametrize("spread", [0.0, 1.0], ids=["even", "growing"])
def test_the_test_against_one_line_is_wrong_in_one_case_of_twenty(spread):
    rng = np.random.default_rng(2)
    x = days(200, rng)
    grid = tipping.places(x, 41)
    y = 500 + 100 * x[:, None] + rng.standard_normal((200, 300)) * (800 + 60 * spread * x)[:, None]
    p = np.array([tipping.one_line_p(x, y[:, i], grid, 199, seed=i) for i in range(300)])
    assert (p < 0.05).mean() == pytest.approx(0.05, abs=3 * (0.05 * 0.95 / 300) ** 0.5)


def test_the_interval_is_the_same_whatever_unit_x_and_y_are_in():
    rng = np.random.default_rng(3)
    x = days(150, rng)
    y = costs(x, 14, rng, 1)[:, 0]
    one, two = tipping.broken_stick(x, y), tipping.broken_stick(24 * x, y / 1000 + 7)
    assert (two.at, two.lower, two.upper) == pytest.approx(
        (24 * one.at, 24 * one.lower, 24 * one.upper), rel=1e-6
    )
    assert two.p == one.p


def test_x_that_hardly_varies_leaves_no_place_for_a_break():
    x = np.r_[np.zeros(95), np.arange(5.0)]
    assert tipping.broken_stick(x, np.arange(100.0)) is None


@pytest.mark.parametrize(
    ("x", "y", "reason"),
    [
        (np.arange(39.0), np.arange(39.0), "too few"),
        (np.zeros(60), np.arange(60.0), "hardly varies"),
        (np.arange(60.0), 100 * np.arange(60.0) + np.random.default_rng(1).normal(0, 50, 60), "no break"),
    ],
)
def test_no_tipping_point_is_stated_without_evidence(x, y, reason):
    row = tipping._row(x, y)
    assert not row["shown"] and row["reason"] == reason and np.isnan(row["at"])


def test_the_table_sets_cost_against_days_and_against_the_score_nearest_to_the_start():
    from types import SimpleNamespace

    rng = np.random.default_rng(6)
    x = days(120, rng)
    y = costs(x, 12, rng, 1)[:, 0]
    pathway = pd.DataFrame(
        {
            "pathway": [f"p{i}" for i in range(120)],
            "patient": [f"q{i}" for i in range(120)],
            "began": pd.Timestamp("2025-03-01"),
            "days_in_hospital": x,
            "cost_pence": np.round(100 * y),
        }
    )
    threshold = SimpleNamespace(instrument="nihss", time_point="baseline", says="points of severity")
    service = SimpleNamespace(service="stroke", value=SimpleNamespace(tipping=(threshold,)))
    year = SimpleNamespace(service=service, pathway=pathway, span=SimpleNamespace(words="the year"))
    near = pd.DataFrame({"patient": pathway["patient"], "recorded_date": "2025-03-02", "value": x})
    far = near.assign(recorded_date="2024-03-02", value=99.0)
    outcomes = pd.concat([far, near]).assign(service="stroke", instrument="nihss", time_point="baseline")
    found = tipping.tipping([year], SimpleNamespace(tables={"outcomes": outcomes})).set_index("threshold")
    assert found["shown"].all() and list(found.index) == ["days_in_hospital", "nihss_baseline"]
    assert found.loc["nihss_baseline", "at"] == found.loc["days_in_hospital", "at"]
    assert found.loc["days_in_hospital", "lower"] < 12 < found.loc["days_in_hospital", "upper"]
    assert found["slope_after"].gt(found["slope_before"]).all()
