"""A service that asked with the EQ-5D-3L and now asks with the EQ-5D-5L: each answer by its own value set.

The 3L indices are worked by hand from Dolan 1997 (Med Care 35:1095, table 1): 21111 is 1 − 0.081 − 0.069 =
0.850; 11223 is 1 − 0.081 − 0.036 − 0.123 − 0.236 − 0.269 = 0.255. The 5L index of 21111 is 1 − 0.032 = 0.968.
"""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from hand_made import a_service

from valuekit.measures import results
from valuekit.measures.calendar import Span
from valuekit.measures.definition.definitions import Chosen, Eq5dMean, MeasureInFile, ServiceDefinition
from valuekit.measures.people import eq5d, quality_of_life
from valuekit.project import Month

UNTIL = "2024-07-31"
PEOPLE = {
    # pathway: (began, instrument asked with, answer)
    "P1": ("2024-01-10", "eq5d3l", "21111"),
    "P2": ("2024-01-20", "eq5d3l", "11223"),
    "P3": ("2024-01-25", "eq5d3l", None),  # asked, did not answer
    "P4": ("2024-01-15", None, None),  # never asked; due on 16 July, when the 3L was in use
    "P5": ("2024-01-30", "eq5d5l", "21111"),  # due on 31 July, but asked with the new one
    "P6": ("2024-02-10", "eq5d5l", "11111"),
    "P7": ("2024-03-10", None, None),  # never asked; due when the 5L was in use
}


@pytest.fixture(scope="module")
def service() -> ServiceDefinition:
    source = Eq5dMean(
        time_point="6_months",
        value_set="uk_5l_vt_2026",
        earlier={"value_set": "uk_3l_tto_1997", "until": UNTIL},
    )
    words = dict.fromkeys(("name", "definition", "numerator", "denominator"), "Quality of life")
    chosen = Chosen(by=("patients",), how=("survey",), people=9)
    measure = MeasureInFile(
        measure="eq5d", tier=1, direction="increase", chosen=chosen, **words, **{"from": source}
    )
    plain = a_service()
    return plain.model_copy(update={"measures": (measure, *plain.measures)})


@pytest.fixture(scope="module")
def world():
    own = pd.DataFrame(
        {"pathway": name, "service": "stroke", "patient": name.lower(), "began": pd.Timestamp(began),
         "fifth": 1, "cost_pence": 100, "first_stay_days": 1.0, "complete": True,
         "age_band": "70 to 74", "sex": "1"}
        for name, (began, *_) in PEOPLE.items()
    )  # fmt: skip
    asked = [
        {"outcome_id": f"O-{name}", "patient": name.lower(), "service": "stroke", "instrument": instrument,
         "time_point": "6_months", "recorded_date": pd.Timestamp(began) + pd.Timedelta(days=185),
         "completed_date": pd.Timestamp(began) + pd.Timedelta(days=184) if answer else pd.NaT,
         "value": np.nan, "items": answer}
        for name, (began, instrument, answer) in PEOPLE.items()
        if instrument
    ]  # fmt: skip
    patients = pd.DataFrame({"patient": own["patient"], "date_of_death": pd.NaT})
    patients["date_of_death"] = pd.to_datetime(patients["date_of_death"])
    activity = pd.DataFrame(
        columns=["activity_id", "patient", "activity_type", "start_date", "end_date", "primary_diagnosis"]
    )
    intake = SimpleNamespace(
        period=Month(2026, 10),
        codes={},
        tables={"outcomes": pd.DataFrame(asked), "patients": patients, "activity": activity},
    )
    return intake, SimpleNamespace(
        pathway=own, pathway_activity=activity.assign(pathway=[]), pathway_month_cost=None
    )


@pytest.fixture(scope="module")
def result(service, world):
    intake, linked = world
    found = results.results(intake, [service], linked.pathway, linked.pathway_activity)
    return found[found["measure"] == "eq5d"]


def test_only_people_of_the_new_questionnaire_count_in_the_measure(result):
    held = result.set_index("pathway")
    assert held.index[held["eligible"]].tolist() == ["P5", "P6", "P7"]
    assert held.loc["P5", "value"] == pytest.approx(0.968) and held.loc["P6", "value"] == 1.0
    assert not held.loc["P7", "known"] and not held.loc["P7", "invited"]


def test_no_answer_to_the_3l_is_turned_into_a_5l_index(result):
    held = result.set_index("pathway").loc[["P1", "P2", "P3", "P4"]]
    assert held["value"].isna().all() and not held["known"].any() and not held["returned"].any()


def test_the_switch_shows_both_sets_each_with_its_own_people(service, world, result):
    intake, linked = world
    months = Span(Month(2023, 11), 36)
    found = quality_of_life.tables(result, [service], intake, linked, months)["value_set"]
    now, before = found.sort_values("position").to_dict("records")
    assert (now["instrument"], now["year"], before["instrument"], before["year"]) == (
        "EQ-5D-5L",
        2026,
        "EQ-5D-3L",
        1997,
    )
    # Of those who began by January, four were due the 3L, two answered: (0.850 + 0.255) / 2.
    assert (before["words"], before["eligible"], before["n"]) == ("November 2023 to January 2024", 4, 2)
    assert before["value"] == pytest.approx(0.5525)
    # From February on, two were due the 5L and one answered; P5, who began in January, is in neither window.
    assert (now["words"], now["eligible"], now["n"]) == ("February 2024 to January 2025", 2, 1)
    assert now["value"] == 1.0


def test_a_service_that_still_asks_with_the_3l_is_scored_by_the_3l_set(service, world):
    intake, linked = world
    measure = service.measures[0].model_copy(
        update={"source": Eq5dMean(time_point="6_months", value_set="uk_3l_tto_1997")}
    )
    old = service.model_copy(update={"measures": (measure, *service.measures[1:])})
    found = results.results(intake, [old], linked.pathway, linked.pathway_activity)
    held = found[found["measure"] == "eq5d"].set_index("pathway")
    assert held["eligible"].all() and held.index[held["known"]].tolist() == ["P1", "P2"]
    assert held.loc[["P1", "P2"], "value"].tolist() == pytest.approx([0.850, 0.255])


def test_every_value_set_has_a_name_country_year_version_and_source_in_words():
    for name, chosen in eq5d.value_sets().items():
        assert chosen.value_set == name and chosen.instrument in eq5d.LEVELS
        assert chosen.name and chosen.country and chosen.version and chosen.source
        assert 1990 < chosen.year < 2100 and "_" not in chosen.name
