"""The attacker against made-up services: few people, many, very dear ones; not only those of the sample."""

from __future__ import annotations

import random

import pytest
from attacker import money
from public_tables import RULES, Case, case

from valuekit.measures.protection.attack.counts import Counting, Rounding, Target
from valuekit.measures.protection.attack.figures import figures

SOME = 40
"""Hidden counts attacked in each case, at random: a case hides hundreds."""

Bounds = list[tuple[Target, float, float]]

FEW_BY_MONTH = ((90, 15), 6)
"""15 people in three years, by month: most months hold nobody, and the others one."""


@pytest.fixture(params=[((40, 3), 4), ((60,), 5), FEW_BY_MONTH], ids=str)
def made(request) -> Case:
    return case(*request.param)


def attacked(made: Case, of: str = "") -> Bounds:
    """Hidden counts, of the service `of` or of any, with the least and the most that each can be."""
    true = list(figures(made.raw))
    places = {(f.table, f.row) for f in true}
    shown = [f for f in figures(made.public) if (f.table, f.row) in places]
    picture = Counting.of(shown, Rounding.of(RULES))
    targets = [t for t in picture.read("now", shown, true) if t.who[0].startswith(of)]
    some = random.Random(1).sample(targets, min(SOME, len(targets)))
    return [(target, *picture.known.bounds(target.parts, whole=True)) for target in some]


def pinned(found: Bounds) -> list[str]:
    """Where fewer values are left than the rule promises."""
    return [t.where for t, low, high in found if high - low + 1 < RULES.protection.counts]


def test_no_hidden_count_can_be_worked_out(made) -> None:
    found = attacked(made)
    assert len(found) == SOME
    assert all(low <= target.true <= high for target, low, high in found)
    assert pinned(found) == []


def test_no_hidden_month_of_a_tiny_service_can_be_worked_out_from_its_year() -> None:
    found = attacked(case(*FEW_BY_MONTH), of="s1")
    assert len(found) == SOME
    assert pinned(found) == []


def test_months_without_anybody_are_hidden_only_where_they_would_tell_of_others() -> None:
    # 15 people: whoever knew which months are empty knew that each other month holds one or two.
    made = case(*FEW_BY_MONTH)
    raw, public = (t["series"].query("n == 0 and measure == 'm0'") for t in (made.raw, made.public))
    assert (raw["service"] == "s1").any() and not (public["service"] == "s1").any()
    hidden = made.public["series"].query("service == 's1' and reason == 'too few'")
    assert hidden.empty, "the reason would tell which hidden months are empty"
    # A service of 3 people, of whom the year tells nothing: its empty months may be seen.
    few = case((40, 3), 4)
    assert few.public["series"].query("n == 0 and service == 's1'").shape[0] > 0


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
