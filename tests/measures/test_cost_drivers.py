"""What moved the cost of a pathway: the parts add up to the penny, in any order, both ways."""

from __future__ import annotations

from fractions import Fraction
from itertools import permutations

import numpy as np
import pandas as pd
import pytest
from hand_made import Drop, a_service
from hypothesis import given
from hypothesis import strategies as st

from valuekit.measures.calendar import Span
from valuekit.measures.money import cost_drivers as drivers
from valuekit.measures.money import costs, prices
from valuekit.measures.money.cost_drivers import PARTS, period_of, rounded, shapley, split
from valuekit.measures.pathways import link
from valuekit.measures.statistics import intervals
from valuekit.project import Month

DAY = 86_400
MONTHS = Span(Month(2023, 11), 36)


def naive_shapley(before: list, after: list) -> list:
    """The effect of each factor, averaged over every order in which they move, as the definition says."""
    effects = [Fraction(0)] * len(before)
    orders = list(permutations(range(len(before))))
    for order in orders:
        now = list(before)
        for i in order:
            was = np.prod(now)
            now[i] = after[i]
            effects[i] += np.prod(now) - was
    return [effect / len(orders) for effect in effects]


factor_values = st.lists(st.fractions(-50, 50, max_denominator=20), min_size=4, max_size=4)


@given(factor_values, factor_values)
def test_the_effects_are_the_average_over_every_order(before, after):
    one, two = ([np.array([v], dtype=object) for v in values] for values in (before, after))
    found = [effect[0] for effect in shapley(one, two)]
    assert found == naive_shapley(before, after)


def test_two_factors_are_split_at_the_average_of_the_other():
    # Das Gupta's two factors: (A − a)(b + B) / 2 and (B − b)(a + A) / 2. Rate 3 → 5, price 10 → 8.
    found = shapley([np.array([3.0]), np.array([10.0])], [np.array([5.0]), np.array([8.0])])
    assert [float(e[0]) for e in found] == [18.0, -8.0]  # 2 × 9 and −2 × 4; 40 − 30 = 10


def test_the_example_is_right_to_the_penny_by_hand():
    # As on the method page: 2,200 → 2,050; stay −2 × 207.50, mix +1 × 105, price 15 × 9 + 10 × 2.5.
    example = drivers._example()
    assert dict(example.result) == dict(example.published)
    assert sum(example.result[p] for p in ("Mix", "Stay", "Unit price")) == 2_050 - 2_200


cells = st.integers(0, 5).flatmap(
    lambda k: st.tuples(
        *(
            st.tuples(
                st.integers(1, 400),
                st.lists(st.integers(0, 60), min_size=k, max_size=k),
                st.lists(st.integers(0, 90 * DAY), min_size=k, max_size=k),
                st.lists(st.integers(-5_000, 9_000_000), min_size=k, max_size=k),
                st.lists(st.integers(-5_000, 9_000_000), min_size=k, max_size=k),
            )
            for _ in range(2)
        )
    )
)


def made(n, units, seconds, pence, real):
    """A period without cost where there is no activity, as linking gives it."""
    kept = [[v if u else 0 for v, u in zip(values, units, strict=True)] for values in (seconds, pence, real)]
    return period_of(units, *kept, n)


@given(cells)
def test_the_parts_add_up_exactly_for_any_input_and_swapping_turns_every_sign(both):
    one, two = (made(*period) for period in both)
    found, back = split(one, two), split(two, one)
    assert sum(found.unit.values()) == found.after - found.before
    assert sum(found.spend.values()) == int(two.total) - int(one.total)
    assert {p: -v for p, v in back.unit.items()} == found.unit
    assert {p: -v for p, v in back.spend.items()} == found.spend


@given(cells)
def test_whole_pence_add_up_too_and_turn_with_the_periods(both):
    one, two = (made(*period) for period in both)
    found, back = split(one, two), split(two, one)
    change = int(two.total) - int(one.total)
    parts, turned = (rounded(list(s.spend.values()), c) for s, c in ((found, change), (back, -change)))
    assert sum(parts) == change and turned == [-p for p in parts]
    assert all(abs(p - v) <= 1 for p, v in zip(parts, found.spend.values(), strict=True))


@given(
    st.lists(st.fractions(-(10**6), 10**6, max_denominator=64), min_size=1, max_size=6), st.integers(-1, 1)
)
def test_rounding_keeps_to_the_total_and_stays_within_a_unit(parts, off):
    total = round(float(sum(parts))) + off
    found = rounded(parts, total)
    assert sum(found) == total
    assert [-v for v in found] == rounded([-p for p in parts], -total)


def test_one_thing_that_moves_is_the_only_part():
    base = ([100, 200], [1000 * DAY, 200], [20_000_000, 2_000_000], [20_000_000, 2_000_000], 100)
    one = period_of(*base)
    longer = period_of([100, 200], [1100 * DAY, 200], [22_000_000, 2_000_000], [22_000_000, 2_000_000], 100)
    dearer = period_of(*base[:2], [20_600_000, 2_060_000], base[3], 100)
    costlier = period_of(*base[:2], [22_000_000, 2_000_000], [22_000_000, 2_000_000], 100)
    more = period_of([200, 400], [2000 * DAY, 400], [40_000_000, 4_000_000], [40_000_000, 4_000_000], 200)
    for two, part, pence in (
        (longer, "stay", 20_000), (dearer, "inflation", 6_600), (costlier, "price", 20_000), (more, "", 0),
    ):  # fmt: skip
        unit = split(one, two).unit
        assert unit == {p: (pence if p == part else 0) for p in PARTS}
    assert split(one, more).spend["volume"] == 22_000_000


def test_activity_that_is_new_is_mix_and_the_rise_of_prices_on_it():
    # The price level goes from 1 to 1.125. New: 80p a pathway in base prices: mix 80p × the average level,
    # 1.0625, is 85p; inflation is 0.125 on half of 80p, 5p. The stays: 100p a pathway, inflation 12.5p.
    one = period_of([10, 0], [10 * DAY, 0], [1_000, 0], [1_000, 0], 10)
    two = period_of([10, 5], [10 * DAY, 3], [1_125, 900], [1_000, 800], 10)
    assert split(one, two).unit == {"mix": 85, "stay": 0, "inflation": Fraction(35, 2), "price": 0}


def test_cost_without_activity_is_refused():
    bad = period_of([0], [0], [5], [5], 3)
    with pytest.raises(ValueError, match="cost without activity"):
        split(bad, bad)


def a_year_of(stay_days: int, began: str, n: int, drop: Drop, pence_a_day: int = 20_000) -> None:
    for i in range(n):
        start = pd.Timestamp(began) + pd.Timedelta(days=i)
        name = f"{began}-{i}"
        drop.act(
            name, name, "admitted", str(start), str(start + pd.Timedelta(days=stay_days)),
            diagnosis="I63", pence=stay_days * pence_a_day,
        )  # fmt: skip
        drop.cost_lines[-1]["month"] = f"{start:%Y-%m}"


def table_of(drop: Drop) -> pd.DataFrame:
    linked, service = link(drop.intake(), [a_service()]), a_service()
    flat = prices.Deflators(
        tuple(range(2022, 2027)), (99.999999, 99.999999, 99.999999, 100.0, 99.999999), "s"
    )
    year = costs.complete_year(linked, service, MONTHS)
    priced = prices.in_base_prices(linked.pathway_month_cost, flat)
    return drivers.cost_driver(year, linked.pathway, drivers.used(linked.pathway_unit, priced), MONTHS)


def test_from_extracts_a_shorter_stay_is_found_as_stay_with_its_interval():
    drop = Drop()
    a_year_of(5, "2025-01-10", 40, drop)  # £1,000 each
    a_year_of(4, "2026-01-10", 40, drop)  # £800 each
    table = table_of(drop).set_index(["basis", "part"])
    assert table.loc[("unit", "stay"), "amount"] == -200.0
    assert table.loc[("unit", "change"), ["amount", "lower", "upper"]].tolist() == pytest.approx([-200.0] * 3)
    assert table.loc[("spend", "change"), "amount"] == -8_000.0
    for basis in ("unit", "spend"):
        own = table.loc[basis]["amount"]
        parts = own.drop(["before", "after", "change"])
        assert round(parts.sum() * 100) == round(own["change"] * 100)
        assert round((own["after"] - own["before"]) * 100) == round(own["change"] * 100)


def test_few_pathways_are_too_few_to_split():
    drop = Drop()
    a_year_of(5, "2025-01-10", 29, drop)
    a_year_of(4, "2026-01-10", 40, drop)
    table = table_of(drop)
    assert table[["shown", "reason"]].values.tolist() == [[False, "too few"]]
    assert np.isnan(table["amount"]).all()


def test_the_interval_of_the_change_is_that_of_a_difference_of_means():
    """The bootstrap of the whole change agrees with Welch's interval where costs are near to normal."""
    rng = np.random.default_rng(4)
    costs_of = [rng.normal(100_000, 12_000, (400, 1)), rng.normal(96_000, 15_000, (500, 1))]
    arrays = [[np.ones_like(c), np.ones_like(c), c, c] for c in costs_of]
    found = drivers.bootstrap(*arrays, draws=4_000)["change"]
    m = [(len(c), c.mean(), c.std(ddof=1)) for c in costs_of]
    welch = intervals.difference_of_means(*m[1], *m[0])
    ends = (float(welch.lower), float(welch.upper))
    assert (found.lower, found.upper) == pytest.approx(ends, abs=150)
