"""Interrupted time series: against a direct calculation with matrices, by hand, and by simulation with a
known truth."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from figures_by_hand import measures_table
from scipy import stats

from valuekit.measures.changes import interrupted
from valuekit.measures.statistics import its

FLAT = [9.0, 10, 11, 10, 10, 11, 10, 9]
"""Reads the same from either end, so that the line through it is flat, at 10."""


def by_matrices(time, value, date, weight, lag):
    """Wagner and others 2002 and Newey and West 1987, written out for each pair of points."""
    since = np.asarray(time, float) - date
    after = (since >= 0).astype(float)
    root = np.sqrt(np.asarray(weight, float))
    x = np.column_stack([np.ones_like(since), since, after, since * after]) * root[:, None]
    y = np.asarray(value, float) * root
    inverse = np.linalg.inv(x.T @ x)
    found = inverse @ x.T @ y
    rest = y - x @ found
    meat = np.zeros((4, 4))
    for i in range(len(y)):
        for j in range(len(y)):
            if abs(i - j) <= lag:
                meat += (1 - abs(i - j) / (lag + 1)) * rest[i] * rest[j] * np.outer(x[i], x[j])
    variance = inverse @ meat @ inverse * len(y) / (len(y) - 4)
    return found, np.sqrt(np.diag(variance)), x


def a_series(seed: int = 1):
    rng = np.random.default_rng(seed)
    time = np.delete(np.arange(34.0), [5, 20])
    value = its.design(time, 16) @ np.array([15, 0.05, -3.5, 0.02]) + rng.normal(0, 1.2, 32)
    return time, value, rng.integers(30, 90, 32)


def test_estimates_and_errors_are_those_of_a_direct_calculation_with_matrices():
    time, value, weight = a_series()
    found = its.segmented(time, value, 16, weight)
    effects, errors, columns = by_matrices(time, value, 16, weight, found.lag)
    reach = its.critical(columns, found.lag, found.correlation)
    for at, estimate in ((its.LEVEL, found.level), (its.SLOPE, found.slope)):
        assert estimate.value == pytest.approx(effects[at], abs=1e-9)
        assert estimate.upper - estimate.value == pytest.approx(reach[at] * errors[at], rel=1e-6)
        assert estimate.value - estimate.lower == pytest.approx(reach[at] * errors[at], rel=1e-6)
    assert found.slope_before == pytest.approx(effects[1], abs=1e-9)


def test_two_flat_halves_give_their_difference_as_the_step_and_no_slope():
    found = its.segmented(np.arange(16), FLAT + [x - 3 for x in FLAT], 8)
    assert found.level.value == pytest.approx(-3) and found.slope.value == pytest.approx(0, abs=1e-9)
    assert found.level.lower < -3 < found.level.upper


def test_a_step_and_a_slope_without_noise_are_found_exactly():
    time = np.arange(20.0)
    value = 10 + 0.5 * (time - 8) + np.where(time >= 8, -4 + 0.25 * (time - 8), 0)
    found = its.segmented(time, value, 8)
    assert (found.level.value, found.slope.value, found.slope_before) == pytest.approx((-4, 0.25, 0.5))


@pytest.mark.parametrize(("points", "lag"), [(16, 2), (24, 2), (34, 3), (36, 3), (100, 4), (200, 4)])
def test_the_lag_is_four_times_a_hundredth_of_the_points_to_the_power_of_two_ninths(points, lag):
    assert its.lag_rule(points) == lag


def test_the_critical_value_without_lag_in_a_long_series_is_that_of_student():
    columns = its.design(np.arange(300), 150)
    assert its.critical(columns, 0) == pytest.approx(np.full(4, stats.t.ppf(0.975, 296)), rel=0.06)


def test_the_critical_value_is_larger_in_short_series_and_where_neighbours_go_together():
    short, long = its.design(np.arange(20), 10), its.design(np.arange(120), 60)
    assert (its.critical(short, 2) > its.critical(long, 2)).all()
    assert (its.critical(short, 2, 0.5) > its.critical(short, 2, 0.0)).all()


def test_autocorrelation_is_found_and_kept_within_bounds():
    rng = np.random.default_rng(4)
    found = []
    for _ in range(300):
        noise = rng.standard_normal(40)
        for i in range(1, 40):
            noise[i] += 0.3 * noise[i - 1]
        columns = its.design(np.arange(40), 20)
        found.append(its.autocorrelation(noise - columns @ np.linalg.lstsq(columns, noise, rcond=None)[0], 4))
    assert np.mean(found) == pytest.approx(0.3, abs=0.06)
    assert its.autocorrelation(np.array([1.0, -1] * 10), 4) == 0 and its.autocorrelation(np.zeros(9), 4) == 0
    assert its.autocorrelation(np.ones(20), 4) == its.MOST_AUTOCORRELATION


def test_too_few_points_for_two_lines_are_refused():
    with pytest.raises(ValueError, match="both sides"):
        its.segmented(np.arange(10), np.arange(10.0), 8)


# People a month of the three services; the spread of one stay, of one cure (in per cent) and of one anxiety
# score.
MONTHLY = {"stroke": (75, 9.0, -3.5), "hepatitis_c": (33, 33.0, 8.0), "endocarditis": (9, 47.0, 10.0)}


@pytest.mark.parametrize("service", MONTHLY)
@pytest.mark.parametrize("rho", [0.0, 0.25])
def test_the_interval_of_the_step_covers_at_its_nominal_rate(service, rho):
    people, spread, effect = MONTHLY[service]
    times, rng = 180, np.random.default_rng(11)
    time, columns = np.arange(34.0), its.design(np.arange(34.0), 16)
    held = {its.LEVEL: 0, its.SLOPE: 0}
    for _ in range(times):
        n = np.maximum(rng.poisson(people, 34), 1)
        noise = rng.standard_normal(34)
        for i in range(1, 34):
            noise[i] = rho * noise[i - 1] + (1 - rho**2) ** 0.5 * noise[i]
        found = its.segmented(
            time, columns @ np.array([50, 0.1, effect, 0.05]) + noise * spread / np.sqrt(n), 16, n
        )
        held[its.LEVEL] += found.level.lower <= effect <= found.level.upper
        held[its.SLOPE] += found.slope.lower <= 0.05 <= found.slope.upper
    error = 3 * (0.95 * 0.05 / times) ** 0.5
    # With neighbours that go together the correlation is itself estimated: a point or two below nominal.
    for rate in held.values():
        assert 0.95 - error - (0.02 if rho else 0.0) <= rate / times <= 0.95 + error


def test_the_plain_interval_of_newey_and_west_would_cover_too_seldom():
    # Why the critical value is calibrated: Student's t with the same error, at the points of the sample.
    rng, columns, held = np.random.default_rng(3), its.design(np.arange(20.0), 10), 0
    for _ in range(300):
        found = its.segmented(
            np.arange(20.0), columns @ np.array([10, 0, -3, 0]) + rng.standard_normal(20), 10
        )
        half = (found.level.upper - found.level.value) / its.critical(columns, 2, found.correlation)[
            its.LEVEL
        ]
        held += abs(found.level.value + 3) <= stats.t.ppf(0.975, 16) * half
    assert held / 300 < 0.92


# ---------------------------------------------------------------- the table


def a_table(starts, values, date="2025-03-01", interval="month", direction="decrease", shown=None):
    series = pd.DataFrame(
        {"service": "s", "measure": "m", "period_start": pd.to_datetime(starts), "value": values}
    )
    series = series.assign(shown=series["value"].notna() if shown is None else shown, n=40.0)
    changes = pd.DataFrame(
        {"service": ["s"], "change": ["c"], "date": [pd.Timestamp(date)], "measure": ["m"]}
    )
    measures = measures_table(
        {"interval": interval, "direction": direction, "statistic": "mean", "unit": "days"}
    )
    return interrupted(changes, series, measures)


STARTS = pd.date_range("2024-07-01", periods=16, freq="MS")


def test_a_change_on_the_first_of_a_month_has_that_month_after_it():
    row = a_table(STARTS, FLAT + [x - 3 for x in FLAT]).iloc[0]
    assert (row["points_before"], row["points_after"], row["people_before"]) == (8, 8, 320)
    assert row["level"] == pytest.approx(-3) and row["level_verdict"] == "better" and row["shown"]


@pytest.mark.parametrize(
    ("direction", "verdict"), [("increase", "worse"), ("decrease", "better"), ("neutral", "lower")]
)
def test_the_verdict_follows_the_direction(direction, verdict):
    assert (
        a_table(STARTS, FLAT + [x - 9 for x in FLAT], direction=direction).iloc[0]["level_verdict"] == verdict
    )


def test_a_month_that_the_date_cuts_is_on_neither_side():
    starts = pd.date_range("2024-07-01", periods=17, freq="MS")
    row = a_table(starts, [*FLAT, 99.0, *(x - 3 for x in FLAT)], date="2025-03-12").iloc[0]
    assert (row["points_before"], row["points_after"]) == (8, 8)
    assert row["level_upper"] < 0


def test_points_that_are_not_shown_leave_a_gap_in_time_and_are_not_counted():
    starts = pd.date_range("2024-05-01", periods=18, freq="MS")
    line = [20.0, np.nan, *np.arange(22.0, 30), *np.arange(27.0, 35)]  # one a month, three less from March on
    row = a_table(starts, line).iloc[0]
    assert (row["points_before"], row["points_after"]) == (9, 8)
    assert row["slope_before"] == pytest.approx(1) and row["level"] == pytest.approx(-3)


@pytest.mark.parametrize(("before", "after"), [(7, 9), (9, 7)])
def test_fewer_than_eight_points_on_a_side_are_too_few(before, after):
    starts = pd.date_range("2025-03-01", periods=16, freq="MS") - pd.DateOffset(months=before)
    row = a_table(starts[: before + after], np.arange(float(before + after))).iloc[0]
    assert not row["shown"] and row["reason"] == "too few points" and np.isnan(row["level"])
    assert (row["points_before"], row["level_verdict"]) == (before, "too_few")


def test_a_change_without_a_measure_has_no_row():
    changes = pd.DataFrame(
        {"service": ["s"], "change": ["c"], "date": [pd.Timestamp("2025-03-01")], "measure": [None]}
    )
    columns = ["service", "measure", "period_start", "value", "shown", "n"]
    assert interrupted(changes, pd.DataFrame(columns=columns), measures_table({})).empty
