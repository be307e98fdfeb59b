"""Which activity belongs to which pathway: cases small enough to check by hand.

The service of these tests opens a pathway at an admission with I63, new after 90 days, with a
window from 3 days before to 30 days after (see hand_made.py).
"""

from __future__ import annotations

import pandas as pd
import pytest
from hand_made import Drop, a_service
from hypothesis import given, settings
from hypothesis import strategies as st

from valuekit.measures.definition.definitions import Stage
from valuekit.measures.pathways import Linked, link


def linked(drop: Drop, *services) -> Linked:
    return link(drop.intake(), services or (a_service(),))


def members(found: Linked) -> dict[str, list[str]]:
    """Pathway → its activities, in order of their start."""
    return found.pathway_activity.groupby("pathway")["activity_id"].agg(list).to_dict()


def stages(found: Linked) -> dict[str, str]:
    return found.pathway_activity.set_index("activity_id")["stage"].to_dict()


def stroke(drop: Drop, name: str = "A", patient: str = "p", start: str = "2025-06-01", **more) -> Drop:
    """An admission that opens a pathway."""
    return drop.act(name, patient, "admitted", start, diagnosis="I639", **more)


def test_a_pathway_over_31_march_is_one_pathway_with_the_cost_of_both_years():
    drop = stroke(Drop(), "A1", start="2025-03-30", pence=1_000)
    drop.act("A2", "p", "admitted", "2025-04-02", pence=500).act(
        "A3", "p", "outpatient", "2025-04-20", pence=70
    )
    found = linked(drop)
    assert members(found) == {"stroke-p-1": ["A1", "A2", "A3"]}
    assert found.pathway["cost_pence"].tolist() == [1_570]
    assert found.pathway["began"].tolist() == [pd.Timestamp("2025-03-30")]


def test_activity_at_another_provider_belongs_to_the_same_pathway():
    drop = stroke(Drop(), "A1", organisation_code="RXX", pence=100)
    drop.act("A2", "p", "therapy", "2025-06-03", organisation_code="RYY", pence=23)
    found = linked(drop)
    assert members(found) == {"stroke-p-1": ["A1", "A2"]}
    assert found.pathway["cost_pence"].tolist() == [123]


def test_first_contact_is_linked_and_costed_but_does_not_move_the_start():
    drop = stroke(Drop().act("E", "p", "emergency", "2025-05-31 23:50", pence=30), pence=100)
    found = linked(drop)
    assert members(found) == {"stroke-p-1": ["E", "A"]}
    assert found.pathway["began"].tolist() == [pd.Timestamp("2025-06-01")]
    assert found.pathway_activity["day"].tolist() == [-1, 0]


@pytest.mark.parametrize(
    ("day", "inside"), [(-4, False), (-3, True), (0, True), (30, True), (31, False)], ids=lambda v: str(v)
)
def test_the_window_holds_both_of_its_edges_and_nothing_beyond(day: int, inside: bool):
    start = pd.Timestamp("2025-06-10 23:00")
    drop = stroke(Drop(), start=str(start)).act("B", "p", "outpatient", str(start + pd.Timedelta(days=day)))
    assert ("B" in stages(linked(drop))) is inside


@pytest.mark.parametrize(("gap", "pathways"), [(89, 1), (90, 1), (91, 2)])
def test_a_new_pathway_needs_more_than_the_stated_days_since_the_last_qualifying_activity(
    gap: int, pathways: int
):
    first = pd.Timestamp("2025-01-01")
    drop = stroke(stroke(Drop(), "A1", start=str(first)), "A2", start=str(first + pd.Timedelta(days=gap)))
    assert len(linked(drop).pathway) == pathways


def test_the_days_count_from_the_last_qualifying_activity_not_from_the_start_of_the_pathway():
    drop = stroke(
        stroke(stroke(Drop(), "A1", start="2025-01-01"), "A2", start="2025-03-20"), "A3", start="2025-06-01"
    )
    assert linked(drop).pathway["pathway"].tolist() == ["stroke-p-1"]


def test_a_readmission_within_the_window_stays_on_the_pathway_in_its_own_stage():
    drop = stroke(Drop(), "A1", start="2025-06-01").act("A2", "p", "admitted", "2025-06-20", diagnosis="J18")
    found = linked(drop)
    assert len(found.pathway) == 1
    assert stages(found) == {"A1": "acute", "A2": "later"}


def test_a_left_out_treatment_function_neither_opens_nor_joins_a_pathway():
    drop = stroke(Drop(), "A1", treatment_function="130")
    assert linked(drop).pathway.empty
    drop = stroke(drop, "A2", patient="q").act(
        "A3", "q", "outpatient", "2025-06-02", treatment_function="130"
    )
    assert members(linked(drop)) == {"stroke-q-1": ["A2"]}


def test_activity_of_nobody_in_particular_opens_no_pathway():
    assert linked(stroke(Drop(), patient=None)).pathway.empty


def test_a_diagnosis_stands_for_everything_that_begins_with_it_and_nothing_else():
    drop = stroke(Drop(), "A1", patient="p").act("A2", "q", "admitted", "2025-06-01", diagnosis="I62")
    assert linked(drop).pathway["patient"].tolist() == ["p"]


def test_a_cohort_by_procedure_needs_the_procedure_and_the_diagnosis():
    service = a_service(procedures=("L35",))
    drop = stroke(Drop(), "A1", "p", primary_procedure="L353")
    drop = stroke(drop, "A2", "q").act("A3", "r", "admitted", "2025-06-01", primary_procedure="L353")
    assert linked(drop, service).pathway["patient"].tolist() == ["p"]
    either = a_service(procedures=("L35",), diagnoses=())
    assert linked(drop, either).pathway["patient"].tolist() == ["p", "r"]


def test_activity_between_two_services_goes_to_the_pathway_that_began_last_before_it():
    heart = a_service("heart", diagnoses=("I33",))
    drop = stroke(Drop(), "S", start="2025-06-01").act("H", "p", "admitted", "2025-06-10", diagnosis="I33")
    drop.act("B", "p", "outpatient", "2025-06-09").act("C", "p", "outpatient", "2025-06-11")
    found = members(linked(drop, a_service(), heart))
    # B is a day before the heart pathway begins, but it comes after the stroke: it stays there.
    assert found == {"stroke-p-1": ["S", "B"], "heart-p-1": ["H", "C"]}


def test_two_pathways_of_one_day_share_nothing_and_the_first_service_takes_the_rest():
    heart = a_service("heart", diagnoses=("I33",))
    drop = (
        stroke(Drop(), "S")
        .act("H", "p", "admitted", "2025-06-01", diagnosis="I33")
        .act("B", "p", "outpatient", "2025-06-02")
    )
    assert members(linked(drop, a_service(), heart)) == {"stroke-p-1": ["S", "B"], "heart-p-1": ["H"]}
    assert members(linked(drop, heart, a_service())) == {"heart-p-1": ["H", "B"], "stroke-p-1": ["S"]}


def test_activity_that_fits_no_stage_is_kept_under_other_care():
    drop = stroke(Drop()).act("B", "p", "imaging", "2025-06-02", pence=9)
    found = linked(drop)
    assert stages(found)["B"] == "other"
    assert found.pathway["cost_pence"].tolist() == [9]


def test_a_stage_can_be_narrowed_by_department_treatment_function_and_day():
    narrow = (
        Stage(stage="ward", name="Ward", activity_types=("admitted",), departments=("STROKE",), to_day=2),
        Stage(
            stage="clinic",
            name="Clinic",
            activity_types=("outpatient",),
            treatment_functions=("328",),
            from_day=5,
        ),
    )
    drop = stroke(Drop(), "A1", department="STROKE").act(
        "A2", "p", "admitted", "2025-06-04", department="STROKE"
    )
    drop.act("A3", "p", "admitted", "2025-06-02", department="CARDIO")
    drop.act("B1", "p", "outpatient", "2025-06-06", treatment_function="328")
    drop.act("B2", "p", "outpatient", "2025-06-05", treatment_function="328")
    drop.act("B3", "p", "outpatient", "2025-06-06", treatment_function="300")
    assert stages(linked(drop, a_service(stages=narrow))) == {
        "A1": "ward",
        "A2": "other",
        "A3": "other",
        "B1": "clinic",
        "B2": "other",
        "B3": "other",
    }


def test_the_first_stay_runs_from_admission_to_discharge_over_all_episodes_of_the_spell():
    drop = stroke(Drop(), "A1", start="2025-06-01 06:00", end="2025-06-03 06:00", spell_id="S1")
    drop.act("A2", "p", "admitted", "2025-06-03 06:00", "2025-06-08 18:00", spell_id="S1")
    drop.act("A3", "p", "admitted", "2025-06-20 00:00", "2025-06-21 00:00", spell_id="S2")
    assert linked(drop).pathway["first_stay_days"].tolist() == [7.5]  # 1 June 06:00 to 8 June 18:00


def test_the_first_stay_begins_with_the_spell_even_if_an_earlier_episode_had_another_diagnosis():
    drop = Drop().act("A0", "p", "admitted", "2025-05-31", "2025-06-01", diagnosis="R47", spell_id="S1")
    stroke(drop, "A1", start="2025-06-01", end="2025-06-03", spell_id="S1")
    assert linked(drop).pathway["first_stay_days"].tolist() == [3.0]


def test_a_pathway_without_a_stay_has_no_length_of_stay():
    clinic = a_service(activity_types=("outpatient",))
    drop = Drop().act("A", "p", "outpatient", "2025-06-01", diagnosis="I63")
    found = linked(drop, clinic).pathway
    assert found["first_stay_days"].isna().tolist() == [True]
    assert found["days_in_hospital"].tolist() == [0]


def test_nights_in_hospital_count_once_where_stays_overlap_and_end_with_the_window():
    drop = stroke(Drop(), "A1", start="2025-06-01 10:00", end="2025-06-05 10:00")  # nights 1 to 4 June: 4
    drop.act("A2", "p", "admitted", "2025-06-03 12:00", "2025-06-06 12:00")  # adds the night of 5 June: 1
    drop.act(
        "A3", "p", "admitted", "2025-06-29", "2025-07-10", treatment_function="130"
    )  # to 1 July (day 30): 2
    assert linked(drop).pathway["days_in_hospital"].tolist() == [7]


@pytest.mark.parametrize(("period", "complete"), [("2025-06", False), ("2025-07", True)])
def test_a_pathway_is_complete_once_the_last_day_of_its_window_is_over(period: str, complete: bool):
    # 2 June and 30 days is 2 July; June ends before it.
    assert linked(stroke(Drop(period), start="2025-06-02")).pathway["complete"].tolist() == [complete]


def test_deciles_of_deprivation_become_fifths_and_a_missing_one_stays_missing():
    drop = Drop()
    for decile in range(1, 11):
        drop = stroke(drop, f"A{decile}", f"p{decile:02d}")
        drop.patients[f"p{decile:02d}"]["deprivation_decile"] = decile
    stroke(drop, "A11", "p11").patients["p11"]["deprivation_decile"] = None
    fifths = linked(drop).pathway["fifth"]
    assert fifths.dropna().tolist() == [1, 1, 2, 2, 3, 3, 4, 4, 5, 5]
    assert fifths.isna().sum() == 1


def test_a_later_month_does_not_rename_a_pathway():
    drop = stroke(Drop(), "A1", start="2025-01-01")
    before = linked(drop).pathway["pathway"].tolist()
    stroke(stroke(drop, "A2", start="2025-08-01"), "A3", patient="a", start="2024-12-01")
    assert set(before) <= set(linked(drop).pathway["pathway"])


ROWS = st.lists(
    st.tuples(
        st.sampled_from("pq"),
        st.sampled_from(("admitted", "outpatient", "emergency", "imaging")),
        st.integers(0, 200),
        st.sampled_from(("I63", "I33", None)),
        st.integers(-500, 5_000),
    ),
    max_size=25,
)


@given(ROWS)
@settings(max_examples=25, deadline=None)
def test_every_activity_is_on_one_pathway_at_most_and_every_pathway_holds_what_opened_it(rows):
    drop = Drop()
    for i, (patient, kind, day, diagnosis, pence) in enumerate(rows):
        start = pd.Timestamp("2025-01-01") + pd.Timedelta(days=day)
        drop.act(f"A{i:03d}", patient, kind, str(start), diagnosis=diagnosis, pence=pence)
    found = linked(drop, a_service(), a_service("heart", diagnoses=("I33",)))
    assert found.pathway_activity["activity_id"].is_unique
    assert set(found.pathway_activity["pathway"]) == set(found.pathway["pathway"])
    assert found.pathway_activity["day"].between(-3, 30).all()
    assert (found.pathway_activity.groupby("pathway")["day"].apply(lambda days: 0 in set(days))).all()
    assert found.pathway["cost_pence"].sum() == found.pathway_cost["pence"].sum()


@given(ROWS, st.randoms())
@settings(max_examples=10, deadline=None)
def test_the_order_of_the_rows_does_not_matter(rows, random):
    drop, shuffled = Drop(), Drop()
    for i, (patient, kind, day, diagnosis, pence) in enumerate(rows):
        start = pd.Timestamp("2025-01-01") + pd.Timedelta(days=day)
        drop.act(f"A{i:03d}", patient, kind, str(start), diagnosis=diagnosis, pence=pence)
    shuffled.activity, shuffled.cost_lines = drop.activity[:], drop.cost_lines[:]
    shuffled.patients = drop.patients
    random.shuffle(shuffled.activity)
    random.shuffle(shuffled.cost_lines)
    services = a_service(), a_service("heart", diagnoses=("I33",))
    one, two = linked(drop, *services), linked(shuffled, *services)
    for name in Linked.__dataclass_fields__:
        pd.testing.assert_frame_equal(getattr(one, name), getattr(two, name))
