"""How a pathway flows: three pathways, worked out by hand.

Stages of the service: emergency; acute (admitted and therapy, to day 7); later (admitted and outpatient).

A  emergency 1 Jan 08:00 to 12:00, ward 1 Jan 12:00 to 5 Jan 12:00, therapy on the ward 2 Jan (inside the
stay),
   clinic 15 Jan 12:00 to 13:00 (waits 10 days), back on a ward 20 Jan 13:00 to 22 Jan 13:00 (waits 5 days;
   stage later, as the clinic: one visit goes on).
B  ward 1 Feb 00:00 to 4 Feb 00:00, clinic 10 Feb 00:00 to 01:00 at another provider (waits 6 days).
C  ward 1 Mar to 3 Mar, emergency 5 Mar (waits 2 days), ward again 5 Mar 06:00 to 6 Mar 06:00 (within 7 days:
acute
   again, so it came back; the bed was empty for 2 days and 6 hours, so it returned).
"""

from __future__ import annotations

import pandas as pd
import pytest
from hand_made import Drop, a_service

from valuekit.measures import flow
from valuekit.measures.calendar import Span
from valuekit.measures.money import costs
from valuekit.measures.pathways import Linked, link
from valuekit.project import Month

MONTHS = Span(Month(2025, 1), 22)


def three() -> Drop:
    drop = Drop()
    drop.act("A1", "a", "emergency", "2026-01-01 08:00", "2026-01-01 12:00", department="EMERG")
    drop.act("A2", "a", "admitted", "2026-01-01 12:00", "2026-01-05 12:00", diagnosis="I63", spell_id="S1")
    drop.act("A3", "a", "therapy", "2026-01-02 09:00", "2026-01-02 10:00", department="THERAPY")
    drop.act("A4", "a", "outpatient", "2026-01-15 12:00", "2026-01-15 13:00", department="OUTPT")
    drop.act("A5", "a", "admitted", "2026-01-20 13:00", "2026-01-22 13:00", diagnosis="J18", spell_id="S2")
    drop.act("B1", "b", "admitted", "2026-02-01", "2026-02-04", diagnosis="I63", spell_id="S3")
    elsewhere = {"organisation_code": "RYY", "department": "OUTPT"}
    drop.act("B2", "b", "outpatient", "2026-02-10 00:00", "2026-02-10 01:00", **elsewhere)
    drop.act("C1", "c", "admitted", "2026-03-01", "2026-03-03", diagnosis="I63", spell_id="S4")
    drop.act("C2", "c", "emergency", "2026-03-05 00:00", "2026-03-05 06:00", department="EMERG")
    drop.act("C3", "c", "admitted", "2026-03-05 06:00", "2026-03-06 06:00", diagnosis="J18", spell_id="S5")
    return drop


@pytest.fixture(scope="module")
def linked() -> Linked:
    return link(three().intake(), [a_service()])


@pytest.fixture(scope="module")
def year(linked: Linked) -> costs.CompleteYear:
    return costs.complete_year(linked, a_service(), MONTHS)


def visits_of(linked: Linked, patient: str) -> list[tuple]:
    own = linked.stage_visit[linked.stage_visit["pathway"].str.contains(f"-{patient}-")]
    waits = own["wait_days"].round(3).astype(object).where(own["wait_days"].notna(), None)
    return list(zip(own["stage"], waits, own["again"], strict=True))


def test_visits_and_waits_are_those_of_the_story(linked: Linked):
    of_a = [("emergency", None, False), ("acute", 0.0, False), ("later", 10.0, False)]
    assert visits_of(linked, "a") == of_a
    assert visits_of(linked, "b") == [("acute", None, False), ("later", 6.0, False)]
    assert visits_of(linked, "c") == [("acute", None, False), ("emergency", 2.0, False), ("acute", 0.0, True)]


def test_steps_count_pathways_and_take_the_median_wait(linked: Linked, year):
    steps = flow.flow_step(year, flow.of_year(year, linked.stage_visit)).set_index(["from_stage", "to_stage"])
    assert steps["pathways"].to_dict() == {
        ("emergency", "acute"): 2, ("acute", "later"): 2, ("acute", "emergency"): 1,
    }  # fmt: skip
    acute_later = steps.loc[("acute", "later")]
    assert (acute_later["wait_median"], acute_later["wait_p90"]) == pytest.approx((8.0, 9.6))  # of 6 and 10
    assert acute_later["share"] == pytest.approx(2 / 3)
    assert steps["back"].to_dict()[("emergency", "acute")] == 1  # pathway c
    assert steps.index[0] == ("emergency", "acute"), "of two as common the one that begins earlier"


def test_stages_count_who_reached_them_and_when(linked: Linked, year):
    stages = flow.flow_stage(year, flow.of_year(year, linked.stage_visit)).set_index("stage")
    assert stages["pathways"].to_dict() == {"emergency": 2, "acute": 3, "later": 2}
    assert stages["back"].to_dict() == {"emergency": 0, "acute": 1, "later": 0}
    # The first clinic of a on day 14.5 (the ward episode began on 1 January), of b on day 9.
    assert stages.loc["later", "first_day"] == pytest.approx((14.5 + 9) / 2)


def test_hand_offs_returns_and_time_by_hand(linked: Linked, year):
    by_patient = linked.flow_pathway.assign(patient=linked.flow_pathway["pathway"].str.split("-").str[1])
    rows = by_patient.set_index("patient")
    # a: EMERG, GENMED, THERAPY, OUTPT, GENMED: 4. b: GENMED, OUTPT: 1. c: GENMED, EMERG, GENMED: 2.
    assert rows["department_handoffs"].to_dict() == {"a": 4, "b": 1, "c": 2}
    assert rows["provider_handoffs"].to_dict() == {"a": 0, "b": 1, "c": 0}
    assert rows["returns"].to_dict() == {"a": 1, "b": 0, "c": 1}
    # a: 1 January 08:00 to 22 January 13:00 is 21 days 5 hours; beds 4 + 2 days; contact 4 hours in the
    # emergency department and 1 in clinic (therapy lies inside the stay).
    assert rows["span_days"].to_dict() == pytest.approx({"a": 21 + 5 / 24, "b": 9 + 1 / 24, "c": 5.25})
    assert rows["bed_days"].to_dict() == pytest.approx({"a": 6, "b": 3, "c": 3})
    assert rows["covered_days"].to_dict() == pytest.approx({"a": 6 + 5 / 24, "b": 3 + 1 / 24, "c": 3.25})


def test_the_figures_are_means_shares_and_a_ratio_of_totals(linked: Linked, year):
    figures = flow.flow_figure(year, flow.of_year(year, linked.stage_visit), linked.flow_pathway).set_index(
        "figure"
    )
    assert list(figures.index) == list(flow.FIGURES)
    assert figures.loc["visits", "value"] == pytest.approx(8 / 3)
    assert figures.loc["back", "value"] == pytest.approx(100 / 3)
    assert figures.loc["returns", ["value", "n"]].tolist() == pytest.approx([200 / 3, 3])
    covered, span = 6 + 5 / 24 + 3 + 1 / 24 + 3.25, 21 + 5 / 24 + 9 + 1 / 24 + 5.25
    assert figures.loc["touched", "value"] == pytest.approx(100 * covered / span)
    parts = figures.loc[["bed_days", "contact_days", "free_days"], "value"].sum()
    assert parts == pytest.approx(figures.loc["span_days", "value"]) == pytest.approx(span / 3)


def test_activity_inside_a_stay_is_a_visit_but_the_stay_goes_on():
    """A scan during a stay: the ward activity after it is no second visit to the ward."""
    drop = Drop()
    drop.act("E", "d", "admitted", "2026-01-01", "2026-01-06", diagnosis="I63")
    drop.act("F", "d", "emergency", "2026-01-02", "2026-01-02 02:00")
    drop.act("G", "d", "therapy", "2026-01-03", "2026-01-03 01:00")
    linked = link(drop.intake(), [a_service()])
    assert visits_of(linked, "d") == [("acute", None, False), ("emergency", 0.0, False)]


def test_what_lies_after_the_window_is_cut_off():
    drop = Drop()
    drop.act("H", "e", "admitted", "2026-01-01", "2026-04-01", diagnosis="I63")
    linked = link(drop.intake(), [a_service()])  # window: 30 days after, to the end of 31 January
    assert linked.flow_pathway["bed_days"].tolist() == [31.0]


def test_a_year_without_pathways_has_no_steps_and_no_figures():
    drop = Drop().act("I", "f", "admitted", "2020-01-01", diagnosis="I63")
    linked = link(drop.intake(), [a_service()])
    year = costs.complete_year(linked, a_service(), MONTHS)
    visits = flow.of_year(year, linked.stage_visit)
    assert flow.flow_stage(year, visits).empty and flow.flow_step(year, visits).empty
    figures = flow.flow_figure(year, visits, linked.flow_pathway)
    assert figures["value"].isna().all() and not figures["shown"].any()


def test_the_worked_example_is_what_its_page_says():
    example = flow._example()
    assert {k: round(v, 1) for k, v in example.result.items()} == dict(example.published)
    assert isinstance(example.inputs, pd.DataFrame)
