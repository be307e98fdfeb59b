"""The attacker against made-up services: few people, many, very dear ones; not only those of the sample."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pandas as pd
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


def hidden_means(raw: dict, public: dict, counts_to: int) -> Iterator[tuple[float, float, float]]:
    """Each hidden mean of days in a month of the newest year: the least and the most it can be, and itself.

    Told by the mean and the people of the year and of the months that are shown: a mean times its people is
    a sum, and what is left of the year's sum the hidden months hold. Both are rounded, which is all that the
    attacker does not see; it is even told how many people each hidden month has.
    """
    half, cut = counts_to / 2 if counts_to > 1 else 0, 0.05  # of a count, and of a mean of one decimal

    def days(n: float, mean: float) -> tuple[float, float]:
        return max(n - half, 0) * (mean - cut), (n + half) * (mean + cut)

    months = public["series"].merge(
        raw["series"], on=["service", "measure", "period_start"], suffixes=("", "_true")
    )
    for year in public["headline"].query("measure == 'days' and year_value.notna()").itertuples():
        first, last = map(pd.to_datetime, year.year_words.split(" to "))
        mine = months.query("service == @year.service and measure == 'days'")
        mine = mine[mine["period_start"].between(first, last) & (mine["n_true"] > 0)]
        low, high = days(year.year_n, year.year_value)
        for month in mine[mine["shown"]].itertuples():
            least, most = days(month.n, month.value)
            low, high = low - most, high - least
        hidden = mine[~mine["shown"]]
        for month in hidden.itertuples():
            left = max(low, 0) if len(hidden) == 1 else 0  # others may hold all of it
            yield left / month.n_true, high / month.n_true, month.value_true


MANY_BY_MONTH = (370,)
"""Ten people a month, so that a few months of a year are hidden and the others shown."""


def test_no_hidden_mean_can_be_worked_out_from_its_year_and_the_months_that_are_shown() -> None:
    cases = [case(MANY_BY_MONTH, seed) for seed in range(6)]
    found = [one for made in cases for one in hidden_means(made.raw, made.public, RULES.round_counts_to)]
    assert len(found) >= 6
    assert [(low, high, true) for low, high, true in found if not low <= true <= high] == []
    wide = RULES.protection.money
    assert [
        (low, high, true) for low, high, true in found if low > true * (1 - wide) or high < true * (1 + wide)
    ] == []


def test_a_hidden_mean_could_be_worked_out_were_counts_not_rounded() -> None:
    wide, won = RULES.protection.money, []
    for seed in range(6):
        made = case(MANY_BY_MONTH, seed)
        series, headline = (made.public[name].reset_index(drop=True) for name in ("series", "headline"))
        series["n"] = made.raw["series"]["n"].where(series["shown"]).to_numpy()
        headline["year_n"] = made.raw["headline"]["year_n"].to_numpy()
        told = {"series": series, "headline": headline}
        won += [one for one in hidden_means(made.raw, told, 1) if one[1] < one[2] * (1 + wide)]
    assert won
