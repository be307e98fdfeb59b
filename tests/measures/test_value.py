"""Value: outcome and cost of the same people, the ratio of their totals, and when there is none."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from figures_by_hand import MONTHS, a_service_with, rows

from valuekit.measures.money import value
from valuekit.measures.money.prices import Deflators, SteadyPrices
from valuekit.measures.statistics import intervals

ALIVE = {"kind": "alive_share", "days": 30}


def a_service():
    service = a_service_with(ALIVE)
    return service.model_copy(update={"value": service.value.model_copy(update={"outcome": "m0"})})


def valued(good, pounds, began="2026-03-01", due_days=(30, 60)) -> pd.DataFrame:
    outcome = rows([began] * len(good), good, due_days=due_days[0]).assign(service="stroke", measure="m0")
    cost = rows([began] * len(good), pounds, due_days=due_days[1]).assign(
        service="stroke", measure="cost_per_pathway"
    )
    return value.value(pd.concat([outcome, cost], ignore_index=True), [a_service()], MONTHS)


def test_the_ratio_is_that_of_totals_and_not_the_mean_of_peoples_ratios():
    # 20 of 40 good; 20 pathways at £1,000 (all good) and 20 at £9,000: £200,000 buys 20, £100,000 buys 10.
    row = valued([1.0] * 20 + [0.0] * 20, [1000.0] * 20 + [9000.0] * 20).iloc[-1]
    assert row["ratio"] == pytest.approx(10.0)
    assert np.mean(np.r_[np.full(20, 1 / 1000), np.zeros(20)]) * 1e5 == 50.0  # what it must not be
    assert (row["outcome"], row["cost"], row["n"], row["shown"]) == (50.0, 5000.0, 40, True)
    assert row["ratio_lower"] < 10.0 < row["ratio_upper"]


def test_only_pathways_whose_outcome_is_known_count_in_outcome_cost_and_ratio():
    row = valued([1.0] * 30 + [np.nan] * 10, [1000.0] * 30 + [99_000.0] * 10).iloc[-1]
    assert (row["n"], row["cost"], row["completeness"], row["ratio"]) == (
        30,
        1000.0,
        0.75,
        pytest.approx(100.0),
    )


def test_a_year_counts_once_both_outcome_and_cost_are_due():
    # 60 days before 31 October 2026 is 1 September: August is the newest month of which everybody is due.
    assert valued([1.0] * 30, [5.0] * 30).iloc[-1]["words"] == "September 2025 to August 2026"


def test_there_is_no_ratio_of_fewer_than_30_pathways_and_the_row_says_why():
    row = valued([1.0] * 29, np.linspace(900, 1100, 29)).iloc[-1]
    assert not row["shown"] and np.isnan(row["ratio"]) and row["reason"].startswith("too few")
    assert row["cost"] == pytest.approx(1000.0) and row["outcome"] == 100.0  # side by side all the same


def test_there_is_no_ratio_to_a_cost_that_is_not_clear_of_zero():
    pounds = [-5000.0, 5010.0] * 20
    assert intervals.mean(40, np.mean(pounds), np.std(pounds, ddof=1)).lower < 0
    row = valued([1.0] * 40, pounds).iloc[-1]
    assert not row["shown"] and "not clear of zero" in row["reason"] and np.isnan(row["ratio_lower"])


def test_the_interval_is_the_same_at_every_run():
    pounds = np.linspace(500, 9000, 60)
    pd.testing.assert_frame_equal(valued([1.0, 0.0] * 30, pounds), valued([1.0, 0.0] * 30, pounds))


def test_both_intervals_stand_beside_the_ratio_and_fiellers_first_up_to_200_pathways():
    pounds = np.linspace(500, 9000, 200)
    for n, first in ((200, "fieller"), (201, "bootstrap")):
        row = valued(([1.0, 0.0] * 101)[:n], np.r_[pounds, 4000.0][:n]).iloc[-1]
        assert row["n"] == n
        assert (row["ratio_lower"], row["ratio_upper"]) == (row[f"{first}_lower"], row[f"{first}_upper"])
        assert row["fieller_lower"] < row["ratio"] < row["fieller_upper"]
        assert row["bootstrap_lower"] < row["ratio"] < row["bootstrap_upper"]
        assert row["fieller_lower"] != row["bootstrap_lower"]
        assert f"The interval is {'Fieller' if first == 'fieller' else 'the middle'}" in row["method"]


def test_a_refused_ratio_has_neither_interval():
    row = valued([1.0] * 29, np.linspace(900, 1100, 29)).iloc[-1]
    assert row[["fieller_lower", "fieller_upper", "bootstrap_lower", "bootstrap_upper"]].isna().all()


def test_two_years_stand_in_the_prices_of_one_and_say_which():
    # £10,000 a pathway was posted in each year; prices rose by a tenth between, so the first cost £11,000.
    good = [1.0] * 20 + [0.0] * 20
    both = [(day, good, [10_000.0] * 40) for day in ("2025-03-01", "2026-03-01")]
    outcome = pd.concat([rows([day] * 40, good) for day, good, _ in both], ignore_index=True)
    outcome = outcome.assign(pathway=[f"p{i}" for i in range(80)], service="stroke", measure="m0")
    cost = outcome.assign(measure="cost_per_pathway", value=10_000.0)
    lines = [(f"p{i}", "2025-03" if i < 40 else "2026-03", 1_000_000) for i in range(80)]

    class Tenth(Deflators):
        base = "2025/26"

        def to_base(self, months):
            return months.map({"2025-03": 1.1, "2026-03": 1.0})

    steady = SteadyPrices(pd.DataFrame(lines, columns=["pathway", "month", "pence"]), object.__new__(Tenth))
    result = pd.concat([outcome, cost], ignore_index=True)
    before, now = value.value(result, [a_service()], MONTHS, steady).itertuples()
    assert (before.prices, before.cost, now.cost) == ("2025/26", pytest.approx(11_000), pytest.approx(10_000))
    # Half of 40 people for £11,000 each: 20 for £440,000, and 20 for £400,000.
    assert (before.ratio, now.ratio) == (pytest.approx(20 / 4.4), pytest.approx(5.0))
    cash = value.value(result, [a_service()], MONTHS).iloc[0]
    assert (cash["prices"], cash["cost"]) == ("", 10_000)
