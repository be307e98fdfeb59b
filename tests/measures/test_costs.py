"""Cost per pathway: by stage, by department, its spread, its summary; worked out by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hand_made import Drop, a_service
from hypothesis import given
from hypothesis import strategies as st

from valuekit.measures.calendar import Span
from valuekit.measures.money import costs
from valuekit.measures.pathways import link
from valuekit.project import Month

RESOURCES = {"MED": "Doctors", "NUR": "Nurses"}
DEPARTMENTS = {"GENMED": "Wards", "PHARMACY": "Pharmacy"}


def year_of(drop: Drop) -> costs.CompleteYear:
    return costs.complete_year(link(drop.intake(), [a_service()]), a_service(), Span(Month(2020, 1), 82))


def one_pathway_each(pence: list[int], began: str = "2026-02-01") -> Drop:
    """One pathway for each amount."""
    drop = Drop()
    for i, amount in enumerate(pence):
        drop.act(f"A{i:03d}", f"p{i:03d}", "admitted", began, diagnosis="I63", pence=amount)
    return drop


def test_the_newest_complete_12_months_are_those_whose_windows_have_closed():
    # 30 days after 30 September is 30 October: by the end of October every window of September has closed.
    assert year_of(one_pathway_each([100])).span.words == "October 2025 to September 2026"
    drop = one_pathway_each([100], "2026-09-30").act(
        "B", "q", "admitted", "2026-10-01", diagnosis="I63", pence=7
    )
    drop.act("C", "r", "admitted", "2025-09-30", diagnosis="I63", pence=9)
    assert year_of(drop).pathway["patient"].tolist() == ["p000"]


@pytest.mark.parametrize(
    ("first", "words", "n"),
    [(Month(2026, 1), "January to September 2026", 1), (Month(2026, 10), "September 2026", 0)],
)
def test_where_the_extracts_cover_fewer_months_only_those_are_spoken_of(first: Month, words: str, n: int):
    linked = link(one_pathway_each([100], "2026-09-30").intake(), [a_service()])
    year = costs.complete_year(linked, a_service(), Span(first, 10 - first.month + 1))
    assert (year.span.words, year.n) == (words, n)


def test_cost_is_shown_by_stage_and_resource_and_the_same_cost_by_department():
    drop = one_pathway_each([10_000, 10_000]).cost("A000", 555, "MED", "PHARMACY")
    drop.act("E", "p000", "emergency", "2026-01-31").cost("E", 20_045, "MED")
    year = year_of(drop)
    stage = costs.stage_cost(year, RESOURCES)
    assert stage[["stage_name", "position", "resource_name", "amount", "per_pathway"]].values.tolist() == [
        ["Emergency", 1, "Doctors", 200.45, 100.225],
        ["Acute", 2, "Doctors", 5.55, 2.775],
        ["Acute", 2, "Nurses", 200.0, 100.0],
    ]
    department = costs.department_cost(year, DEPARTMENTS)
    assert department[["department_name", "amount"]].values.tolist() == [
        ["Wards", 400.45],
        ["Pharmacy", 5.55],
    ]


@given(st.lists(st.integers(-10_000, 10_000_000), min_size=1, max_size=12))
def test_stages_and_departments_hold_the_same_pence_as_the_pathways(pence: list[int]):
    pathway = pd.DataFrame({"pathway": [f"p{i}" for i in range(len(pence))], "cost_pence": pence})
    cost = pathway.assign(service="stroke", stage="acute", resource="NUR", department="GENMED", pence=pence)
    cost.loc[::2, ["stage", "resource", "department"]] = ["later", "MED", "PHARMACY"]
    year = costs.CompleteYear(a_service(), None, pathway, cost)
    total = sum(pence)
    cube = costs.cost_cube(year, RESOURCES, DEPARTMENTS)
    for frame in (costs.stage_cost(year, RESOURCES), costs.department_cost(year, DEPARTMENTS), cube):
        assert round(frame["amount"].mul(100)).sum() == total


cells = st.lists(
    st.tuples(
        st.integers(0, 4), st.sampled_from(["acute", "later"]), st.sampled_from(["NUR", "MED"]),
        st.sampled_from(["GENMED", "PHARMACY"]), st.integers(-5_000, 500_000),
    ),
    min_size=1, max_size=30,
)  # fmt: skip


@given(cells)
def test_stage_resource_and_department_together_add_up_to_each_table_of_two_to_the_penny(lines):
    cost = pd.DataFrame(lines, columns=["pathway", "stage", "resource", "department", "pence"])
    pathway = pd.DataFrame({"pathway": range(5)})
    year = costs.CompleteYear(a_service(), None, pathway, cost)
    cube = costs.cost_cube(year, RESOURCES, DEPARTMENTS)
    cube["pence"] = cube["amount"].mul(100).round().astype("int64")
    for keys, frame in (
        (["stage", "resource"], costs.stage_cost(year, RESOURCES)),
        (["department"], costs.department_cost(year, DEPARTMENTS)),
    ):
        pence = frame.set_index(keys)["amount"].mul(100).round().astype("int64").sort_index()
        assert cube.groupby(keys)["pence"].sum().tolist() == pence.tolist()
    for row in cube.itertuples():
        own = [x for x in lines if x[1:4] == (row.stage, row.resource, row.department)]
        assert row.pathways == len({x[0] for x in own}) and row.per_pathway == pytest.approx(row.amount / 5)


def test_bands_have_a_round_width_and_at_most_ten_of_them_hold_the_middle_ninety_per_cent():
    # 5th and 95th percentile of 1 … 10,000 pounds: 501 and 9,500. £1,000 gives ten bands, £500 would give 18.
    edges = costs.bands(np.arange(1, 10_001, dtype=float))
    assert edges.tolist() == [0.0, *range(1_000, 10_001, 1_000)]


def test_bands_that_begin_far_from_nothing_have_one_band_for_all_that_is_cheaper():
    # Everything between £20,000 and £21,000: nineteen in twenty lie within £1,000, so the width is £100.
    edges = costs.bands(np.linspace(20_000, 21_000, 101))
    assert edges[:3].tolist() == [0.0, 20_000.0, 20_100.0]
    assert set(np.diff(edges[1:])) == {100.0}


@given(st.lists(st.integers(-100_000, 50_000_000), min_size=1, max_size=60))
def test_every_pathway_lies_in_one_band(pence: list[int]):
    year = costs.CompleteYear(a_service(), None, pd.DataFrame({"cost_pence": pence}), pd.DataFrame())
    spread = costs.cost_spread(year)
    assert spread["pathways"].sum() == len(pence)
    assert spread["to_gbp"].iloc[:-1].tolist() == spread["from_gbp"].iloc[1:].tolist()
    assert np.isnan(spread["to_gbp"].iloc[-1])
    assert spread["from_gbp"].is_monotonic_increasing


def test_the_summary_of_ten_pathways_is_right():
    # £100, £200 … £900 and £5,500: 10,000 in all.
    pence = [i * 10_000 for i in range(1, 10)] + [550_000]
    summary = costs.cost_summary(year_of(one_pathway_each(pence))).iloc[0]
    assert (summary["n"], summary["mean"]) == (10, 1_000.0)
    # Type 7: p10 is the 1.9th value (1 + 0.1 × 9), the median lies between the 5th and 6th, p90 is the 9.1th.
    assert summary["p10"] == pytest.approx(190)
    assert summary["median"] == pytest.approx(550)
    assert summary["p90"] == pytest.approx(900 + 0.1 * 4_600)
    assert summary["dearest_share"] == pytest.approx(5_500 / 10_000)
    # Squares of the distances from 1,000: 900² + … + 100² + 4,500² = 2,850,000 + 20,250,000 = 23,100,000.
    half = 2.262157 * (23_100_000 / 9) ** 0.5 / 10**0.5  # t(0.975, 9) = 2.262157
    assert (summary["lower"], summary["upper"]) == pytest.approx((1_000 - half, 1_000 + half), rel=1e-6)


def test_a_year_without_pathways_has_no_figures_and_no_error():
    drop = one_pathway_each([100], began="2020-01-01")
    year = year_of(drop)
    assert costs.cost_summary(year)["n"].tolist() == [0]
    assert costs.cost_summary(year)["mean"].isna().all()
    assert costs.stage_cost(year, RESOURCES).empty and costs.cost_spread(year).empty
    assert costs.department_cost(year, DEPARTMENTS).empty
    assert costs.cost_cube(year, RESOURCES, DEPARTMENTS).empty


def test_the_clinical_team_sees_the_dearest_ten_with_outcome_and_main_stage():
    drop = one_pathway_each([(i + 1) * 100 for i in range(12)])
    drop.act("B", "p011", "outpatient", "2026-02-20", pence=9_999)
    year = year_of(drop)
    ids = year.pathway.set_index("patient")["pathway"]
    result = pd.DataFrame(
        {
            "measure": "alive",
            "pathway": [ids["p011"], ids["p010"], ids["p009"]],
            "known": [True, True, False],
            "value": [1.0, 0.0, np.nan],
        }
    )
    shown = costs.resource_patient(year, result)
    assert shown["patient"].tolist() == [f"p{i:03d}" for i in range(11, 1, -1)]
    assert shown["outcome"].tolist()[:4] == ["yes", "no", "not known", "not known"]
    assert shown["cost"].tolist()[:2] == [111.99, 11.0]
    assert shown["main_stage"].tolist()[:2] == ["Later", "Acute"]
    assert shown["main_stage_share"].tolist()[0] == pytest.approx(9_999 / 11_199)
    assert shown["began"].tolist()[0] == "2026-02"
