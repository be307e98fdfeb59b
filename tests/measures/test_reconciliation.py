"""No pound is lost: pathways + outside + unmatched = the ledger, to the penny."""

from __future__ import annotations

from hand_made import Drop, a_service
from hypothesis import given, settings
from hypothesis import strategies as st

from valuekit.measures.money.reconciliation import lines_in_pence, reconciliation
from valuekit.measures.pathways import link

SERVICES = (a_service(), a_service("heart", diagnoses=("I33",)))


def lines(drop: Drop) -> dict[str, int]:
    intake = drop.intake()
    return lines_in_pence(intake, link(intake, SERVICES), SERVICES)


def test_each_cost_line_stands_where_its_activity_does():
    drop = Drop(set_aside_pence=31).booked(1_000).booked(500)
    drop.act("A", "p", "admitted", "2026-01-01", diagnosis="I63", pence=400)
    drop.act("B", "p", "admitted", "2026-06-01", diagnosis="I33", pence=300)
    drop.act("C", "p", "outpatient", "2026-09-01", pence=20)
    drop.act("D", None, "outpatient", "2026-01-02", pence=2)
    drop.cost(None, 50).cost("GONE", 7)
    assert lines(drop) == {
        "pathway:stroke": 400,
        "pathway:heart": 300,
        "outside": 22,  # a clinic long after, and one of nobody in particular
        "unmatched:no_activity": 57,  # without identifier, and with one that is not in the activity extract
        "unmatched:set_aside": 31,
        "unmatched:difference": 1_500 - 810,
        "ledger": 1_500,
    }


def test_lines_that_exceed_the_ledger_show_as_a_negative_difference():
    drop = Drop().booked(100).act("A", "p", "outpatient", "2026-01-01", pence=130)
    assert lines(drop)["unmatched:difference"] == -30


def test_the_table_says_pounds_shares_and_words_in_order():
    drop = Drop().booked(20_050).act("A", "p", "admitted", "2026-01-01", diagnosis="I63", pence=10_025)
    intake = drop.intake()
    table = reconciliation(intake, link(intake, SERVICES), SERVICES)
    assert table["position"].tolist() == list(range(1, 8))
    first, last = table.iloc[0], table.iloc[-1]
    assert (first["name"], first["amount"], first["share"]) == ("Stroke pathways", 100.25, 0.5)
    assert (last["name"], last["amount"], last["share"]) == ("Ledger total", 200.50, 1.0)


AMOUNT = st.integers(-1_000_000, 100_000_000)


@given(
    costs=st.lists(st.tuples(st.sampled_from(["S", "H", "O", "N", "GONE", None]), AMOUNT), max_size=20),
    booked=st.lists(AMOUNT, max_size=5),
    set_aside=AMOUNT,
)
@settings(max_examples=20, deadline=None)
def test_all_lines_add_up_to_the_ledger_in_pence_and_as_shown(costs, booked, set_aside):
    drop = Drop(set_aside_pence=set_aside)
    drop.act("S", "p", "admitted", "2026-01-01", diagnosis="I63").act(
        "H", "p", "admitted", "2026-06-01", diagnosis="I33"
    )
    drop.act("O", "p", "outpatient", "2026-09-01").act("N", None, "outpatient", "2026-01-02")
    for activity, pence in costs:
        drop.cost(activity, pence)
    for pence in booked:
        drop.booked(pence)
    intake = drop.intake()
    linked = link(intake, SERVICES)
    found = lines_in_pence(intake, linked, SERVICES)
    assert found["ledger"] == sum(booked)
    assert sum(found.values()) - found["ledger"] == found["ledger"]
    places = {
        "pathway:stroke": ["S"],
        "pathway:heart": ["H"],
        "outside": ["O", "N"],
        "unmatched:no_activity": ["GONE", None],
    }
    for name, activities in places.items():
        assert found[name] == sum(pence for activity, pence in costs if activity in activities)
    table = reconciliation(intake, linked, SERVICES).set_index("line")["amount"]
    pounds = [round(amount * 100) for amount in table]
    assert sum(pounds[:-1]) == pounds[-1]
