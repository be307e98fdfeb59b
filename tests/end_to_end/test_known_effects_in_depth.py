"""What was planted is found again in the tables of the deeper methods: case mix, QALYs, goals, time series.

As in ``test_known_effects.py``: the sizes come from what makes the sample, the figures from the downloads.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from checkout import Checkout
from test_known_effects import EFFECTS, one, rows

from valuekit.extracts.sample import severity, stroke
from valuekit.extracts.sample.outcomes import answer_share
from valuekit.mart import Mart


def holds(row: dict[str, str], lower: str, upper: str, planted: float) -> bool:
    return float(row[lower]) <= planted <= float(row[upper])


@pytest.mark.parametrize(
    ("service", "measure", "planted"),
    [
        ("stroke", "length_of_stay", EFFECTS.stay_after),
        ("stroke", "alive_30_days", 100 * (1 - stroke.DIES * stroke.DIES_EARLY)),
        ("stroke", "eq5d_6_months", EFFECTS.quality_stroke[2]),
        ("stroke", "goal_reached", 100 * EFFECTS.goal_stroke),
        ("hepatitis_c", "cured", 100 * EFFECTS.cured_after),
        ("hepatitis_c", "wait_for_treatment", EFFECTS.wait_after),
        ("hepatitis_c", "eq5d_6_months", EFFECTS.quality_hepatitis_c[2]),
        ("hepatitis_c", "goal_reached", 100 * EFFECTS.goal_hepatitis_c),
        ("endocarditis", "low_anxiety_6_months", 100 * EFFECTS.low_anxiety_after),
        ("endocarditis", "eq5d_6_months", EFFECTS.quality_endocarditis[2]),
        ("endocarditis", "goal_reached", 100 * EFFECTS.goal_endocarditis),
    ],
)
def test_the_newest_twelve_months_hold_the_planted_level(
    published: Checkout, service: str, measure: str, planted: float
) -> None:
    found = one(published, "headline", service=service, measure=measure)
    assert holds(found, "year_lower", "year_upper", planted)


@pytest.mark.parametrize(
    ("service", "moves"),
    [
        ("stroke", {"length_of_stay", "days_at_home"}),
        ("hepatitis_c", {"cured", "wait_for_treatment"}),
        ("endocarditis", {"low_anxiety_6_months"}),
    ],
)
def test_nothing_that_was_left_as_it_was_is_called_better_or_worse(
    published: Checkout, service: str, moves: set[str]
) -> None:
    """The planted changes, and cost (prices rise), may move; all else may not."""
    verdicts = {row["measure"]: row["verdict"] for row in rows(published, "headline", service=service)}
    assert verdicts.keys() >= moves
    left = {name: said for name, said in verdicts.items() if name not in moves | {"cost_per_pathway"}}
    assert left
    assert set(left.values()) <= {"uncertain", "too_few"}, left


def test_the_time_series_holds_the_planted_step_and_no_slope(published: Checkout) -> None:
    found = one(published, "interrupted", change="early_discharge")
    step = EFFECTS.stay_after - EFFECTS.stay_before
    assert holds(found, "level_lower", "level_upper", step)
    assert float(found["level_upper"]) < 0
    assert holds(found, "slope_lower", "slope_upper", 0.0)


def concordance(score: np.ndarray, chance: np.ndarray) -> float:
    """Chance that somebody with the event has a higher score than somebody without, ties counted half."""
    order = np.argsort(score, kind="stable")
    score, event = score[order], chance[order]
    none, values = 1 - event, np.unique(score)
    at = np.searchsorted(values, score)
    with_event, without = np.bincount(at, event), np.bincount(at, none)
    below = np.cumsum(without) - without
    return float((with_event * (below + without / 2)).sum() / (event.sum() * none.sum()))


@pytest.fixture(scope="module")
def arrivals() -> tuple[severity.Person, np.ndarray]:
    """People as they arrive, in great number, and their chance to die within 180 days."""
    rng = np.random.default_rng(1)
    who = severity.person(rng.normal(size=40_000), rng.normal(size=40_000))
    return who, severity.chance_of_death(EFFECTS, who, stroke.DIES)


def test_case_mix_tells_deaths_apart_as_well_as_was_planted(published: Checkout, arrivals) -> None:
    _, dies = arrivals
    found = one(published, "case_mix_model", service="stroke", measure="alive_30_days")
    assert holds(found, "c_lower", "c_upper", concordance(dies, stroke.DIES_EARLY * dies))


def test_case_mix_tells_independence_apart_as_well_as_was_planted(published: Checkout, arrivals) -> None:
    who, dies = arrivals
    rng = np.random.default_rng(2)
    decile = rng.integers(1, 11, len(dies))
    site = rng.choice(len(EFFECTS.sites), len(dies), p=EFFECTS.site_shares)
    answers = answer_share(stroke.ANSWERS["mrs"], np.arange(1, 11))
    chance = severity.chance_of_independence(EFFECTS, who, decile, site, answers, stroke.DIES)
    answering = answers[decile - 1]
    as_counted = chance * answering / (dies + answering * (1 - dies))
    # The model knows severity and age, and neither decile nor site.
    known = EFFECTS.independence_log_odds_per_point * who.severity
    known = known + EFFECTS.independence_log_odds_per_ten_years * who.age / 10
    found = one(published, "case_mix_model", service="stroke", measure="independent_6_months")
    assert holds(found, "c_lower", "c_upper", concordance(known, as_counted))


@pytest.mark.parametrize("measure", ["independent_6_months", "alive_30_days"])
def test_case_mix_is_calibrated_in_later_months_as_nothing_but_chance_changed(
    published: Checkout, measure: str
) -> None:
    found = one(published, "case_mix_model", service="stroke", measure=measure)
    assert holds(found, "level_lower", "level_upper", 0.0)
    assert holds(found, "slope_lower", "slope_upper", 1.0)
    year = one(published, "case_mix_period", service="stroke", measure=measure, kind="year")
    assert holds(year, "ratio_lower", "ratio_upper", 1.0)


def test_qalys_after_stroke_are_those_of_the_planted_path_once_the_missing_are_weighted(
    published: Checkout,
) -> None:
    """Six months in three points, worked here; deaths as ``docs/sample.md`` states them.

    Of all people 10.5% die by day 30, most of them before the tenth, and 17% by day 180, evenly from day 31.
    So 89% are alive on day 42 and 83% at six months. The dead count 0.
    """
    start, weeks, months = EFFECTS.quality_stroke
    early = stroke.DIES * stroke.DIES_EARLY
    alive_42 = 1 - early - (stroke.DIES - early) * (42 - 31) / (180 - 31)
    alive_end = 1 - stroke.DIES
    first = 42 * (start + weeks * alive_42) / 2
    second = (183 - 42) * (weeks * alive_42 + months * alive_end) / 2
    planted = (first + second) / 365.25
    found = one(published, "sensitivity", service="stroke", measure="eq5d_6_months", figure="qaly")
    assert holds(found, "weighted_lower", "weighted_upper", planted)
    assert holds(found, "least", "most", planted)


@pytest.mark.parametrize("audience", ["board", "clinical"])
def test_the_rate_of_emergency_visits_from_home_holds_what_the_returns_were_given(
    published: Checkout, audience: str
) -> None:
    """Visits for each 1,000 days at home, from day 1 to 180, worked here; only board and team see it.

    Alive are 89.5% on day 31 and 83% on day 180; who dies early does so on day 9.5, mostly still in hospital.
    A return comes 8 to 140 days after a stay of mean `stay_after`, to those who are alive then.
    """
    tables = Mart(published.root / "_build" / "mart" / audience)
    year, series = tables.of("rate_year", "stroke").iloc[0], tables.of("rate_series", "stroke")
    early = stroke.DIES * stroke.DIES_EARLY
    alive_31, alive_end = 1 - early, 1 - stroke.DIES
    halfway = EFFECTS.stay_after + (8 + 140) / 2
    alive_then = alive_31 - (alive_31 - alive_end) * (halfway - 31) / (180 - 31)
    visits = stroke.COMES_BACK * alive_then
    days_alive = 30 * alive_31 + early * (stroke.EARLY_DEATH_DAYS - 1) + 149 * (alive_31 + alive_end) / 2
    at_home = days_alive - (EFFECTS.stay_after - 1)
    assert holds(year, "lower", "upper", 1000 * visits / at_home)
    assert year["value"] == pytest.approx(1000 * year["events"] / year["exposure"])
    # Nothing was planted that changes it, and the newest 12 months of the chart are those of the year.
    assert year["verdict"] == "uncertain"
    newest = series[series["period_start"] >= pd.to_datetime(year["words"].split(" to ")[0])].head(12)
    assert (newest["events"].sum(), newest["exposure"].sum()) == (year["events"], year["exposure"])


def test_the_public_tables_hold_no_figure_of_a_rate(published: Checkout) -> None:
    downloads = {file.stem for file in (published.root / "_site" / "downloads").glob("*.csv")}
    assert "rate" in downloads and not downloads & {"rate_series", "rate_year", "need_rate", "case_mix_group"}
    (told,) = rows(published, "rate")
    assert told["name"] == "Emergency visits from home" and not {"value", "events", "exposure"} & set(told)


@pytest.mark.parametrize("group", ["patient", "carer"])
def test_the_fear_of_recurrence_is_where_patients_and_clinicians_differ(
    published: Checkout, group: str
) -> None:
    found = one(published, "importance_gap", service="endocarditis", topic="recurrence_worry", group=group)
    assert found["verdict"] == "higher"
    planted = EFFECTS.recurrence_worry_patients - EFFECTS.recurrence_worry_clinicians
    rounding = 0.05  # the table has one decimal
    assert float(found["lower"]) - rounding <= planted <= float(found["upper"]) + rounding


def test_the_programmes_sums_are_those_of_the_raw_extract_done_by_hand(published: Checkout) -> None:
    """Straight from the file: each amount over (1.035 × 1.02) to the power of its months ÷ 12."""
    (file,) = sorted((published.root / "data" / "extracts").glob("programme_costs_*.csv"))[-1:]
    with file.open(encoding="utf-8-sig", newline="") as handle:
        lines = list(csv.DictReader(handle))
    month = [int(line["month"][:4]) * 12 + int(line["month"][5:]) for line in lines]
    first, total, present = min(month), defaultdict(Decimal), defaultdict(float)
    for line, when in zip(lines, month, strict=True):
        if when - first >= 60:
            continue
        total[line["kind"]] += Decimal(line["amount"])
        present[line["kind"]] += float(line["amount"]) / (1.035 * 1.02) ** ((when - first) / 12)
    (found,) = rows(published, "programme")
    for kind in ("cost", "benefit"):
        assert Decimal(found[kind]) == total[kind]
        assert float(found[f"{kind}_present"]) == pytest.approx(present[kind], abs=0.01)
    npv = present["benefit"] - present["cost"]
    assert float(found["npv"]) == pytest.approx(npv, abs=0.01)
    assert float(found["roi"]) == pytest.approx(npv / present["cost"], abs=1e-5)
