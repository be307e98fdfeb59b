"""What was planted in the sample is found again in the tables that anyone can download.

The effects and their sizes come from `KnownEffects`, which makes the sample; nothing here was
read off a result first.
"""

from __future__ import annotations

import csv
from decimal import Decimal

import pytest
from checkout import Checkout

from valuekit.extracts.sample.effects import KnownEffects
from valuekit.mart import Mart

EFFECTS = KnownEffects()


def rows(published: Checkout, table: str, **where: str) -> list[dict[str, str]]:
    """Rows of a downloaded table that have these values."""
    with (published.root / "_site" / "downloads" / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        return [
            row for row in csv.DictReader(file) if all(row[name] == value for name, value in where.items())
        ]


def one(published: Checkout, table: str, **where: str) -> dict[str, str]:
    found = rows(published, table, **where)
    assert len(found) == 1
    return found[0]


@pytest.mark.parametrize(
    ("change", "effect"),
    [
        ("early_discharge", EFFECTS.stay_after - EFFECTS.stay_before),
        ("community_clinics", 100 * (EFFECTS.cured_after - EFFECTS.cured_before)),
        ("endocarditis_team", 100 * (EFFECTS.low_anxiety_after - EFFECTS.low_anxiety_before)),
    ],
)
def test_the_interval_of_a_dated_change_holds_the_planted_effect(
    published: Checkout, change: str, effect: float
) -> None:
    found = one(published, "change", change=change)
    assert float(found["diff_lower"]) <= effect <= float(found["diff_upper"])


@pytest.mark.parametrize("change", ["early_discharge", "community_clinics"])
def test_a_large_effect_is_called_better(published: Checkout, change: str) -> None:
    assert one(published, "change", change=change)["verdict"] == "better"


def test_a_modest_effect_on_few_people_is_not_claimed(published: Checkout) -> None:
    assert one(published, "change", change="endocarditis_team")["verdict"] in {"uncertain", "too_few"}


def test_the_step_in_the_stay_lies_within_the_published_interval_at_its_date(published: Checkout) -> None:
    found = one(published, "interrupted", change="early_discharge")
    assert found["level_verdict"] == "better" and found["slope_verdict"] == "uncertain"
    planted = EFFECTS.stay_after - EFFECTS.stay_before
    assert float(found["level_lower"]) <= planted <= float(found["level_upper"])


def test_the_step_in_cures_lies_within_the_interval_that_the_team_reads(published: Checkout) -> None:
    """In public, half years are too few points; the team sees months."""
    assert one(published, "interrupted", change="community_clinics")["reason"] == "too few points"
    found = Mart(published.root / "_build" / "mart" / "clinical").of("interrupted", "hepatitis_c").iloc[0]
    assert found["level_lower"] <= 100 * (EFFECTS.cured_after - EFFECTS.cured_before) <= found["level_upper"]


def test_the_most_and_the_least_deprived_differ_by_what_was_planted(published: Checkout) -> None:
    found = one(published, "increment", service="stroke", comparison="deprivation")
    planted = 100 * (EFFECTS.independent(1.5) - EFFECTS.independent(9.5))
    assert float(found["outcome_lower"]) <= planted <= float(found["outcome_upper"]) < 0
    assert found["ratio_kind"] == "not_a_choice" and not found["ratio"]


def test_cures_rose_in_nearly_every_draw_and_a_better_stroke_outcome_is_not_claimed(
    published: Checkout,
) -> None:
    cured = one(published, "increment", service="hepatitis_c", comparison="year")
    assert float(cured["dearer_better"]) + float(cured["cheaper_better"]) > 0.95
    stroke = one(published, "increment", service="stroke", comparison="year")
    assert float(stroke["outcome_lower"]) < 0 < float(stroke["outcome_upper"])
    assert float(stroke["cost_upper"]) < 0, "a shorter stay costs less, at the prices of one year"


def test_the_deprivation_gradient_lies_within_the_published_intervals(published: Checkout) -> None:
    fifths = rows(published, "inequality", service="stroke", measure="independent_6_months")
    assert [row["fifth"] for row in fifths] == ["1", "2", "3", "4", "5"]
    for row in fifths:
        planted = 100 * EFFECTS.independent(2 * int(row["fifth"]) - 0.5)  # the middle of two tenths
        assert float(row["lower"]) <= planted <= float(row["upper"]), f"fifth {row['fifth']}"
    assert float(fifths[0]["upper"]) < float(fifths[4]["lower"]), "the ends of the gradient are told apart"


def test_patients_rate_fear_of_recurrence_higher_than_clinicians_do(published: Checkout) -> None:
    topic = {"service": "endocarditis", "topic": "recurrence_worry"}
    patients, clinicians = (
        one(published, "importance", group=group, **topic) for group in ("patient", "clinician")
    )
    assert float(patients["lower"]) > float(clinicians["upper"])


def test_measures_without_a_planted_change_show_none(published: Checkout) -> None:
    """Survival after stroke was given no trend: its two years must not be called different."""
    assert one(published, "headline", service="stroke", measure="alive_30_days")["verdict"] == "uncertain"


def test_the_reconciliation_adds_up_to_the_ledger_to_the_penny(published: Checkout) -> None:
    lines = {row["line"]: Decimal(row["amount"]) for row in rows(published, "reconciliation")}
    ledger = lines.pop("ledger")
    assert sum(lines.values()) == ledger
    assert {"pathway:stroke", "pathway:hepatitis_c", "pathway:endocarditis", "outside"} <= set(lines)


def test_the_ledger_total_is_what_the_ledger_extract_says(published: Checkout) -> None:
    """Summed here by hand from the raw files, past everything that valuekit does to them."""
    total = Decimal(0)
    for file in (published.root / "data" / "extracts").glob("ledger_*.csv"):
        with file.open(encoding="utf-8-sig", newline="") as handle:
            total += sum(Decimal(row["amount"]) for row in csv.DictReader(handle))
    assert Decimal(one(published, "reconciliation", line="ledger")["amount"]) == total


def test_the_slope_from_the_most_to_the_least_deprived_holds_the_planted_gradient(
    published: Checkout,
) -> None:
    """18 points over nine steps of a tenth: 2 points for 0.1 of rank, so 20 from end to end."""
    found = one(published, "inequality_slope", service="stroke", measure="independent_6_months")
    step = 100 * (EFFECTS.independent(2) - EFFECTS.independent(1))
    assert float(found["slope_lower"]) <= 10 * step <= float(found["slope_upper"])
    assert float(found["slope_lower"]) > 0


def test_the_site_that_is_truly_worse_lies_below_the_funnel_and_no_other_lies_outside(
    published: Checkout,
) -> None:
    places = {row["site"]: row["place"] for row in rows(published, "funnel", service="stroke")}
    worst = EFFECTS.sites[EFFECTS.site_log_odds.index(min(EFFECTS.site_log_odds))]
    assert places.pop(worst) == "below_998"
    assert not {place for place in places.values() if place.endswith("998")}


def test_each_phase_of_the_length_of_stay_has_the_planted_mean_within_its_limits(published: Checkout) -> None:
    shown = [r for r in rows(published, "series", service="stroke", measure="length_of_stay") if r["centre"]]
    means = {row["phase"]: float(row["centre"]) for row in shown}
    assert set(means) == {"1", "2"}
    # A month's mean of some 75 skewed stays has a standard error of about a day; a phase has 16 of them.
    assert means["1"] == pytest.approx(EFFECTS.stay_before, abs=0.75)
    assert means["2"] == pytest.approx(EFFECTS.stay_after, abs=0.75)


@pytest.mark.parametrize("service", ["stroke", "hepatitis_c", "endocarditis"])
def test_the_planted_rise_of_prices_is_the_inflation_part_of_the_change_in_cost(
    published: Checkout, service: str
) -> None:
    lines = {row["part"]: row for row in rows(published, "cost_driver", service=service, basis="unit")}
    average = (float(lines["before"]["amount"]) + float(lines["after"]["amount"])) / 2
    planted = EFFECTS.annual_cost_rise * average
    assert float(lines["inflation"]["amount"]) == pytest.approx(planted, rel=0.1)
    assert float(lines["inflation"]["lower"]) > 0
    # The sample holds no other change of unit prices: what is left is not clear of nought.
    assert float(lines["price"]["lower"]) <= 0 <= float(lines["price"]["upper"])


def test_the_planted_shorter_stay_is_the_stay_part_of_the_change_in_cost(published: Checkout) -> None:
    stay = one(published, "cost_driver", service="stroke", basis="unit", part="stay")
    assert float(stay["upper"]) < 0
