"""Programme economics, against hand-worked sums, the Green Book's factors and a naive loop."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from valuekit.measures.money import programme
from valuekit.measures.money.assumptions import load_assumptions
from valuekit.measures.money.programme import (
    Assumed,
    break_even,
    discount_factors,
    net_present_value,
    return_on_investment,
)
from valuekit.project import Month, Project


def entries(costs, benefits, first="2026-01", booked=0, service=None) -> pd.DataFrame:
    """The extract: one line of costs and one of benefits, in whole pounds by month."""
    rows = [
        {
            "service": service,
            "month": str(Month.parse(first).plus(i)),
            "kind": kind,
            "category": kind,
            "basis": "actual" if i < booked else "forecast",
            "pence": 100 * pounds,
        }
        for kind, amounts in (("cost", costs), ("benefit", benefits))
        for i, pounds in enumerate(amounts)
    ]
    return pd.DataFrame(rows)


PLAIN = Assumed(discount_rate=0.0, price_change=0.0, tornado={"discount_rate": (0.0, 0.06)})
"""Nothing is discounted, so that sums can be done in the head."""


def one(frame: pd.DataFrame) -> pd.Series:
    assert len(frame) == 1
    return frame.iloc[0]


# Discounting


@pytest.mark.parametrize(
    ("years", "factor"),
    [(1, 0.9662), (2, 0.9335), (3, 0.9019), (5, 0.8420), (10, 0.7089), (20, 0.5026), (30, 0.3563)],
)
def test_the_factors_at_three_and_a_half_per_cent_are_those_of_the_green_book(years, factor):
    # HM Treasury, The Green Book, annex 6: declining discount rate, factors of the first 30 years.
    assert float(discount_factors(12 * years, 0.035)) == pytest.approx(factor, abs=5e-5)


def test_the_value_of_three_months_is_that_worked_out_by_hand():
    # 1% a month: −100,000 + 50,000 ÷ 1.01 + 60,000 ÷ 1.0201 = −100,000 + 49,504.95 + 58,817.76.
    assert net_present_value([-100_000, 50_000, 60_000], 1.01**12 - 1) == pytest.approx(8322.71, abs=0.005)


def test_a_base_month_later_than_the_first_raises_every_value_by_the_same_factor():
    net = [-100.0, 60.0, 60.0]
    assert net_present_value(net, 0.1, base=2) == pytest.approx(net_present_value(net, 0.1) * 1.1 ** (2 / 12))


def test_general_prices_come_out_as_a_division_by_their_rise():
    assert float(discount_factors(12, 0.035, 0.02)) == pytest.approx(1 / 1.035 / 1.02)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.integers(-(10**6), 10**6), min_size=1, max_size=40),
    st.floats(0, 0.2),
    st.floats(0, 0.1),
)
def test_the_value_agrees_with_a_loop_in_decimal(net, rate, rise):
    yearly = Decimal(1 + rate) * Decimal(1 + rise)
    total = sum(Decimal(x) / yearly ** (Decimal(m) / 12) for m, x in enumerate(net))
    assert net_present_value(net, rate, rise) == pytest.approx(float(total), rel=1e-9, abs=1e-4)


# Break-even and return


@pytest.mark.parametrize(
    ("net", "place"),
    [
        ([-10, 4, 6, 1], 2),  # −10, −6, 0, 1
        ([-10, 15, -8, 9], 3),  # 5 in the second month, but −3 in the third: it does not stay
        ([-10, 15, -5, 0], 1),  # 5, then 0 and 0: nought is enough
        ([5, 1], 0),
        ([-10, 4, 5], None),
        ([0, 0], None),  # nothing spent, nothing gained
        ([], None),
    ],
)
def test_break_even_is_the_first_month_from_which_the_sum_stays_above_nought(net, place):
    assert break_even(net) == place


@settings(max_examples=80, deadline=None)
@given(st.lists(st.integers(-50, 50), min_size=1, max_size=30))
def test_break_even_agrees_with_looking_at_every_month(net):
    total = np.cumsum(net)
    naive = next((i for i in range(len(net)) if (total[i:] >= 0).all()), None) if any(net) else None
    assert break_even(net) == naive


def test_a_return_is_what_is_left_over_the_costs_and_none_without_costs():
    # In the form in which King's College Hospital gave its own: 37% back on what was spent over five years.
    assert return_on_investment(1_370_000, 1_000_000) == pytest.approx(0.37)
    assert np.isnan(return_on_investment(5.0, 0.0))


# The tables


def test_the_tables_say_the_sums_that_were_done_in_the_head():
    # Costs 100 and 20 a month; benefits 0, 60, 90, 90: so far −100, −60, 10, 80.
    made = programme.tables(entries([100, 20, 20, 20], [0, 60, 90, 90], booked=2), PLAIN)
    whole = one(made["programme"])
    assert (whole.cost_present, whole.benefit_present, whole.npv) == (160, 240, 80)
    assert whole.roi == pytest.approx(0.5)
    assert (whole.break_even_words, whole.booked) == ("March 2026", "February 2026")
    assert whole.forecast_share == pytest.approx(180 / 240)
    months = made["programme_month"]
    assert months["cumulative"].tolist() == [-100, -60, 10, 80]
    assert months["basis"].tolist() == ["actual", "actual", "forecast", "forecast"]
    lines = made["programme_line"]
    assert lines[["kind", "actual", "forecast"]].to_numpy().tolist() == [
        ["cost", 120.0, 40.0],
        ["benefit", 60.0, 180.0],
    ]


def test_what_lies_beyond_the_horizon_is_left_out_and_said():
    made = programme.tables(
        entries([100, 0, 0], [0, 50, 500]), PLAIN.model_copy(update={"horizon_months": 2})
    )
    whole = one(made["programme"])
    assert (whole.months, whole["last"], whole.npv, whole.beyond) == (2, "February 2026", -50, 500)
    assert pd.isna(whole.break_even) and whole.break_even_words == ""


def test_one_assumption_is_moved_at_a_time():
    made = programme.tables(entries([100, 20, 20, 20], [0, 60, 90, 90], booked=2), PLAIN)
    cases = made["programme_case"].set_index(["assumption", "side"])["npv"]
    assert cases["benefits", "low"] == pytest.approx(0.8 * 240 - 160)
    assert cases["benefits", "high"] == pytest.approx(1.2 * 240 - 160)
    # Only the 40 still to come may change.
    assert cases["costs", "low"] == pytest.approx(240 - 156) and cases["costs", "high"] == pytest.approx(
        240 - 164
    )
    assert cases["discount_rate", "low"] == pytest.approx(80)


def test_a_delay_holds_back_what_is_to_come_and_leaves_what_is_booked():
    of = programme.plan(entries([0] * 6, [10, 20, 30, 40, 50, 60], booked=3), PLAIN)
    assert programme.later(of, 2).benefit.sum(axis=0).tolist() == [10, 20, 30, 20, 30, 40]
    fresh = programme.plan(entries([5] * 4, [10, 20, 30, 40]), PLAIN)
    assert programme.later(fresh, 3).benefit.sum(axis=0).tolist() == [0, 0, 0, 10]
    assert programme.later(fresh, 9).benefit.sum() == 0


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.integers(0, 500), min_size=3, max_size=20),
    st.lists(st.integers(0, 500), min_size=3, max_size=20),
    st.integers(0, 5),
)
def test_less_benefit_more_cost_or_more_delay_never_helps(costs, benefits, booked):
    size = min(len(costs), len(benefits))
    rising = sorted(benefits[:size])
    of = programme.plan(entries(costs[:size], rising, booked=booked), Assumed())
    if of is None:
        return
    npv = {(name, side): programme.worth(moved).npv for name, _, side, _, moved in programme.cases(of)}
    now = programme.worth(of).npv
    assert npv["benefits", "low"] <= now + 1e-6 <= npv["benefits", "high"] + 2e-6
    assert npv["costs", "high"] <= now + 1e-6 <= npv["costs", "low"] + 2e-6
    assert npv["delay", "high"] <= now + 1e-6


def test_lines_of_the_tables_add_up_to_the_whole():
    made = programme.tables(entries([100, 20, 20], [0, 60, 90], booked=1, service="stroke"), Assumed())
    whole, lines = one(made["programme"]), made["programme_line"]
    by_kind = lines.groupby("kind")["present_value"].sum()
    assert by_kind["cost"] == pytest.approx(whole.cost_present)
    assert by_kind["benefit"] == pytest.approx(whole.benefit_present)
    assert made["programme_month"]["cumulative"].iloc[-1] == pytest.approx(whole.npv)


def test_benefits_without_costs_have_no_return_and_say_why():
    whole = one(programme.tables(entries([0, 0], [5, 5]), Assumed())["programme"])
    assert np.isnan(whole.roi) and "no cost" in whole.reason


def test_no_entries_give_empty_tables():
    made = programme.tables(entries([], []).reindex(columns=["service", "month", "kind", "category"]), PLAIN)
    assert all(frame.empty for frame in made.values())


# What is assumed


def test_the_shipped_file_says_what_a_project_without_one_assumes():
    shipped = load_assumptions(Project(Path(__file__).resolve().parents[2]))
    assert shipped.programme == Assumed()
    assert shipped.programme.discount_rate == 0.035 and "Green Book (2022)" in shipped.programme.source


@pytest.mark.parametrize(
    "wrong",
    [
        {"discount_rate": 0.07},  # beyond the range of its own tornado
        {"discount_rate": 3.5},  # per cent for a share
        {"base_month": "2026-13"},
        {"tornado": {"discount_rate": (0.06, 0.015)}},
        {"horizon": 60},
    ],
)
def test_what_cannot_be_meant_is_refused(wrong):
    with pytest.raises(ValidationError):
        Assumed.model_validate(wrong)
