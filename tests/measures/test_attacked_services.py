"""The attacker against made-up services: few people, many, very dear ones; not only those of the sample."""

from __future__ import annotations

import random

import pytest
from attacker import money
from attacker.counts import Counting, Rounding
from attacker.figures import figures
from public_tables import RULES, case

SOME = 40
"""Hidden counts attacked in each case, at random: a case hides hundreds."""


@pytest.fixture(params=[((40, 3), 4), ((60,), 5)], ids=str)
def made(request):
    return case(*request.param)


def test_no_hidden_count_can_be_worked_out(made) -> None:
    attacked(made)


@pytest.mark.xfail(
    strict=True,
    raises=AssertionError,
    reason="The year's total, and months of 0 that are shown, leave a hidden month of very few people 1 or 2 "
    "values. Such a service should be shown by half year or year.",
)
def test_no_hidden_month_of_a_tiny_service_can_be_worked_out_from_its_year() -> None:
    attacked(case((90, 15), 6))


def attacked(made) -> None:
    true = list(figures(made.raw))
    places = {(f.table, f.row) for f in true}
    shown = [f for f in figures(made.public) if (f.table, f.row) in places]
    rule = Rounding(RULES.smallest_count, RULES.round_counts_to)
    picture = Counting.of(shown, rule)
    targets = picture.read("now", shown, true)
    assert len(targets) > SOME
    for target in random.Random(1).sample(targets, SOME):
        low, high = picture.known.bounds(target.parts, whole=True)
        assert low <= target.true <= high, target.where
        assert high - low + 1 >= RULES.protection.counts, target.where


def test_a_sum_that_few_people_hold_cannot_be_worked_out(made) -> None:
    cells = ["service", "stage", "resource", "department"]
    finest = made.held["stage_cost"].drop_duplicates(cells)[cells]
    known, hidden = money.read(made.public, made.raw, finest, step=RULES.round_money.per_pathway)
    people = made.held["stage_cost"].groupby(cells[:3])["patient"].nunique()
    for one in hidden:
        low, high = known.bounds(one.cells, whole=False)
        assert low - 0.01 <= one.true <= high + 0.01, one.where
        key = one.cells[0][:3]
        if one.table == "stage_cost" and people[key] < RULES.smallest_count:
            assert low <= one.true * (1 - RULES.protection.money) + 0.01, one.where
            assert high >= one.true * (1 + RULES.protection.money) - 0.01, one.where
