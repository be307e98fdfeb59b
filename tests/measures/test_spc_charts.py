"""Beyond the plain XmR chart: phases, baseline, p′ and u′, g and t, run charts, targets by date."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from figures_by_hand import measures_table, rows
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from valuekit.measures.definition.chart_settings import ChartSettings, Target
from valuekit.measures.rare_events import rare
from valuekit.measures.statistics import spc, spc_prime, spc_rare


def chart(values, direction="increase", **options) -> pd.DataFrame:
    frame = pd.DataFrame(
        {
            "period_start": pd.date_range("2023-01-01", periods=len(values), freq="MS"),
            "value": values,
            "shown": True,
            "n": options.pop("n", 100.0),
        }
    )
    return spc.xmr(frame, direction, **options)


# -- frozen baseline -------------------------------------------------------------------------------

BASE = [0.0, 1.0] * 6  # mean 0.5, every moving range 1: limits 0.5 ± 2.66


def test_limits_frozen_on_a_baseline_hold_for_the_points_after_it():
    found = chart([*BASE, 9.0, 8.0, 9.0], baseline=(date(2023, 1, 1), date(2023, 12, 31)))
    assert found["centre"].unique().tolist() == [0.5]
    assert found["upper_limit"].iloc[-1] == pytest.approx(3.16)
    assert found["special"].tolist()[-3:] == ["outside_limit"] * 3
    assert set(found["limits_from"]) == {"baseline"}


def test_a_baseline_of_eleven_points_is_refused_and_says_so():
    found = chart([*BASE, 9.0, 8.0, 9.0], baseline=(date(2023, 2, 1), date(2023, 12, 31)))
    assert set(found["limits_from"]) == {"baseline_refused"}
    assert found["centre"].iloc[0] == pytest.approx((6 + 26) / 15)


def test_a_rebase_splits_no_chart_of_fewer_than_twelve_points():
    found = chart([1.0, 2.0, 3.0, 9.0, 8.0], rebase=[date(2023, 4, 1)])
    assert set(found["phase"]) == {1} and set(found["chart"]) == {"run"}


# -- run charts (Perla, Provost and Murray 2011) -----------------------------------------------------


def test_five_points_one_way_are_a_trend_of_a_run_chart_and_four_are_not():
    assert chart([5.0, 1.0, 2.0, 3.0, 4.0, 5.0, 2.0])["special"].tolist() == [
        "", *["trend_of_five"] * 5, "",
    ]  # fmt: skip
    assert set(chart([5.0, 1.0, 2.0, 3.0, 4.0, 2.0])["special"]) == {""}


def test_equal_neighbours_count_once_in_a_trend():
    assert "trend_of_five" in set(chart([1.0, 2.0, 2.0, 3.0, 4.0, 5.0])["special"])


def test_ten_points_that_cross_the_median_once_have_too_few_runs():
    few = [1.0, 3.0, 2.0, 4.0, 1.0, 9.0, 7.0, 8.0, 6.0, 9.0]
    assert set(chart(few)["special"]) == {"few_runs"}  # two runs; by chance three or more
    assert set(chart([1.0, 9.0] * 5)["special"]) == {""}


def test_the_fewest_runs_are_those_that_chance_gives():
    """Wald and Wolfowitz: with 5 above and 5 below, 2 runs are rarer than 1 in 40 and 3 are not."""
    from math import comb

    two = 2 * comb(4, 0) * comb(4, 0) / comb(10, 5)
    three = two + 2 * comb(4, 1) * comb(4, 0) / comb(10, 5)
    assert two < 0.025 < three and spc.FEWEST_RUNS[10] == 3


# -- p′ and u′ (Laney 2002) --------------------------------------------------------------------------


def test_p_prime_is_the_plain_p_chart_where_z_scores_vary_as_chance_gives():
    n = np.full(20, 400.0)
    p = 0.2 + 0.02 * 1.128 * np.tile([-0.5, 0.5], 10)  # z-scores ± 0.564: moving ranges of 1.128
    found = spc_prime.p_prime(p * n, n)
    assert found.sigma_z == pytest.approx(1.0)
    assert found.reach == pytest.approx(3 * np.sqrt(0.2 * 0.8 / 400))


@given(st.integers(0, 2**32 - 1))
def test_p_prime_is_as_a_naive_loop_works_it_out(seed):
    rng = np.random.default_rng(seed)
    n = rng.integers(50, 5000, 15)
    x = rng.binomial(n, 0.3)
    centre = sum(x) / sum(n)
    z = [(a / b - centre) / (centre * (1 - centre) / b) ** 0.5 for a, b in zip(x, n, strict=True)]
    sigma = sum(abs(z[i] - z[i - 1]) for i in range(1, 15)) / 14 / 1.128
    found = spc_prime.p_prime(x, n)
    assert found.centre == pytest.approx(centre) and found.sigma_z == pytest.approx(sigma)
    for reach, size in zip(found.reach, n, strict=True):
        assert reach == pytest.approx(3 * sigma * (centre * (1 - centre) / size) ** 0.5)


def test_u_prime_takes_chance_from_the_poisson_distribution():
    found = spc_prime.u_prime([10, 20, 10, 20], [100, 100, 100, 100])
    # By hand: centre 0.15, standard deviation √(0.15 ÷ 100) = 0.03873, z ± 1.291, moving ranges 2.582.
    assert found.centre == 0.15
    assert found.sigma_z == pytest.approx(2.582 / 1.128, abs=1e-3)
    assert found.reach[0] == pytest.approx(3 * 2.2890 * 0.038730, abs=1e-4)


def test_a_point_without_people_is_refused():
    with pytest.raises(ValueError, match="without people"):
        spc_prime.p_prime([1, 0], [10, 0])


def test_limits_of_a_p_prime_chart_follow_the_number_of_people():
    values = [40.0, 60.0] * 8
    found = chart(values, kind="p_prime", n=np.array([100.0, 400.0] * 8))
    width = found["upper_limit"] - found["centre"]
    assert set(found["chart"]) == {"p_prime"}
    assert width.iloc[0] == pytest.approx(2 * width.iloc[1])  # four times the people, half the width
    assert found["centre"].iloc[0] == pytest.approx(56.0)  # (40 × 100 + 60 × 400) ÷ 500


# -- g and t charts ----------------------------------------------------------------------------------

PRINTED = [
    4.80986, 6.70903, 5.72650, 3.81367, 6.43541, 6.23705, 1.46958, 3.96768, 5.39007, 1.78151, 9.09619,
    5.89774, 3.38833, 4.51095, 5.91690, 5.59189, 7.16124, 7.18601, 9.09083, 3.55203,
]  # fmt: skip
"""Montgomery, Introduction to Statistical Quality Control, table 7.14: hours to the power 0.2777."""


def test_transformed_times_are_those_that_montgomery_prints():
    turned = np.array(spc_rare.VALVE) ** spc_rare.POWER
    assert turned == pytest.approx(PRINTED, abs=0.01)  # he rounds 1 ÷ 3.6 to 0.2777


def test_the_t_chart_is_the_xmr_chart_of_transformed_times_turned_back():
    plain = chart(list(np.array(spc_rare.VALVE) ** (1 / 3.6)))
    found = spc_rare.t_chart(spc_rare.VALVE)
    assert found["centre"].iloc[0] == pytest.approx(plain["centre"].iloc[0] ** 3.6)
    assert found["upper_limit"].iloc[0] == pytest.approx(plain["upper_limit"].iloc[0] ** 3.6)
    assert plain["lower_limit"].iloc[0] < 0 and found["lower_limit"].iloc[0] == 0
    assert set(found["special"]) == {""}  # Montgomery: the failures are in control


def test_the_limits_of_a_g_chart_are_three_standard_deviations_of_the_geometric_distribution():
    gaps = [4, 0, 9, 2, 5, 1, 12, 3, 0, 6, 2, 4]  # mean 4
    found = spc_rare.g_chart(gaps).iloc[0]
    geometric = stats.nbinom(1, 1 / 5)  # failures before a success: mean 4
    assert geometric.mean() == pytest.approx(4)
    assert found["upper_limit"] == pytest.approx(4 + 3 * geometric.std())
    assert (found["lower_limit"], found["centre"]) == (0.0, 3.5)


def test_a_g_chart_sees_a_gap_beyond_the_limit_and_a_run_of_short_ones():
    found = spc_rare.g_chart([5, 6, 5, 6, 5, 6, 5, 40, 1, 1, 1, 1, 1, 1, 1])
    assert found["special"].iloc[7] == "outside_limit" and found["side"].iloc[7] == 1
    assert found["special"].tolist()[-7:] == ["run"] * 7 and found["side"].iloc[-1] == -1


def test_a_g_chart_of_a_steady_process_signals_as_seldom_as_its_limit_says():
    """Beyond mean + 3 √(mean (mean + 1)) lies (1 − p) to the power of that limit: about 2% of the gaps."""
    gaps = np.random.default_rng(5).geometric(0.1, 20_000) - 1
    found = spc_rare.g_chart(gaps)
    expected = 0.9 ** (np.floor(found["upper_limit"].iloc[0]) + 1)
    assert (found["special"] == "outside_limit").mean() == pytest.approx(expected, abs=0.004)


def test_fewer_than_twelve_gaps_have_no_limits():
    for made in (spc_rare.g_chart([1, 2, 3]), spc_rare.t_chart([1, 2, 3])):
        assert set(made["chart"]) == {"run"} and made["upper_limit"].isna().all()
        assert made["centre"].iloc[0] == 2


def settings_table(**row) -> pd.DataFrame:
    columns = ["service", "measure", "position", "setting", "first", "last", "value", "words"]
    plain = dict.fromkeys(columns) | {"service": "s", "measure": "m", "position": 1} | row
    return pd.DataFrame([plain]).astype({"first": "datetime64[s]", "last": "datetime64[s]"})


@pytest.mark.parametrize(("kind", "gaps", "since"), [("g", [1, 0], 2), ("t", [20, 9], 31)])
def test_gaps_are_counted_between_the_cases_with_the_unwanted_event(kind, gaps, since):
    # Good is 1. Cases of 1, 11, 21, 30 January and two in February and March; unwanted: 1st, 3rd and 4th.
    began = ["2024-01-01", "2024-01-11", "2024-01-21", "2024-01-30", "2024-02-15", "2024-03-01"]
    result = rows(began, [0, 1, 0, 0, 1, 1])
    table = rare(result, measures_table({}), settings_table(setting="chart", words=kind))
    assert table["between"].tolist() == gaps
    assert table["event"].tolist() == [2, 3] and set(table["since"]) == {since}


def test_for_a_measure_that_should_fall_the_event_is_to_have_it():
    result = rows(["2024-01-01", "2024-01-11", "2024-01-21"], [1, 0, 1])
    found = rare(
        result, measures_table({"direction": "decrease"}), settings_table(setting="chart", words="g")
    )
    assert found["between"].tolist() == [1]


# -- settings ------------------------------------------------------------------------------------------


def test_the_target_in_force_changes_with_its_date():
    by = ChartSettings(targets=((None, 50.0), (date(2024, 4, 1), 60.0)))
    days = [pd.Timestamp("2024-03-01"), pd.Timestamp("2024-04-01"), pd.Timestamp("2025-01-01")]
    assert by.target_on(days, 60.0) == [50.0, 60.0, 60.0]
    late = ChartSettings(targets=((date(2024, 4, 1), 60.0),))
    assert np.isnan(late.target_on(days, 60.0)[0])


def test_a_target_names_the_day_from_which_it_holds():
    assert Target.model_validate({"value": 1, "source": "board", "from": date(2024, 4, 1)}).from_ == date(
        2024, 4, 1
    )


def test_the_sample_shows_every_way_to_set_a_chart() -> None:
    from valuekit.measures.definition.chart_settings import chart_setting
    from valuekit.measures.definition.definitions import load_services
    from valuekit.project import Project

    settings = chart_setting(load_services(Project(Path(__file__).resolve().parents[2])))
    assert {"screen", "rebase", "baseline", "target"} <= set(settings["setting"])
    assert {"p_prime", "u_prime", "g", "t"} <= set(settings.loc[settings["setting"] == "chart", "words"])
    assert settings.loc[settings["setting"] == "rebase", "words"].str.len().gt(10).all()
    dated = settings[settings["setting"] == "target"].groupby("measure")["value"]
    assert (dated.nunique() > 1).all() and len(dated)
