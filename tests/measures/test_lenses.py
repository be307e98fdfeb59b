"""How money is shared and what need is met: small cases by hand, and cross-checks."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml
from hand_made import Drop, a_service
from public_tables import RULES, filled, tables_of
from scipy import stats

from valuekit.errors import DefinitionError
from valuekit.measures import pathways
from valuekit.measures.calendar import Span
from valuekit.measures.money import costs, lenses
from valuekit.measures.money.assumptions import Segments, load_assumptions, read_need
from valuekit.measures.protection.disclosure import protect
from valuekit.measures.statistics import intervals
from valuekit.project import Month, Project

ROOT = Path(__file__).resolve().parents[2]
DECLARED = Segments.model_validate(
    {
        "segments": [
            {"segment": "high", "name": "High", "from": {"bed_days": 10, "emergency_contacts": 3}},
            {"segment": "some", "name": "Some", "from": {"bed_days": 2, "long_term_conditions": 2}},
            {"segment": "little", "name": "Little"},
        ],
        "long_term_conditions": [
            {"name": "Diabetes", "diagnoses": ["E10", "E11"]},
            {"name": "Cancer", "diagnoses": ["C"]},
        ],
    }
)


def a_year(drop: Drop):
    """The complete year of a service, and the intake."""
    intake, service = drop.intake(), a_service()
    linked = pathways.link(intake, [service])
    return costs.complete_year(linked, service, Span(Month(2025, 1), 22)), intake


def five_people() -> Drop:
    """Strokes in March 2026; the window is 3 days before to 30 after. Fifths 1, 1, 2, 3, 5."""
    drop = Drop()
    for i, (decile, nights, pence) in enumerate(
        ((1, 1, 100_00), (2, 4, 300_00), (3, 12, 500_00), (5, 1, 50_00), (10, 1, 50_00)), 1
    ):
        drop.patients[f"P{i}"] = {"patient": f"P{i}", "deprivation_decile": decile}
        drop.act(
            f"A{i}",
            f"P{i}",
            "admitted",
            "2026-03-02",
            f"2026-03-{2 + nights:02d}",
            diagnosis="I639",
            pence=pence,
        )
    return drop


def test_a_person_is_in_the_first_segment_of_which_a_band_is_reached():
    drop = five_people()
    # P4: three emergency contacts in the window make it high. A fourth, in May, would be beyond it.
    for day in ("03-05", "03-06", "03-20", "05-20"):
        drop.act(f"E{day}", "P4", "emergency", f"2026-{day}")
    # P5: two conditions, one found a year before. P1: one condition and a second code of the same.
    drop.act("O1", "P5", "outpatient", "2025-02-01", diagnosis="E119")
    drop.act("O2", "P5", "outpatient", "2026-03-10", diagnosis="C509")
    drop.act("O3", "P1", "outpatient", "2026-03-10", diagnosis="E101")
    drop.act("O4", "P1", "outpatient", "2026-03-11", diagnosis="E119")
    year, intake = a_year(drop)
    use = lenses.use_of_care(year, intake.tables["activity"], DECLARED)
    use["patient"] = year.pathway["patient"].to_numpy()
    use = use.set_index("patient")
    assert use["segment"].to_dict() == {
        "P1": "little", "P2": "some", "P3": "high", "P4": "high", "P5": "some",
    }  # fmt: skip
    assert use["bed_days"].to_dict() == {"P1": 1, "P2": 4, "P3": 12, "P4": 1, "P5": 1}
    assert use.loc["P4", "emergency_contacts"] == 3 and use.loc["P5", "long_term_conditions"] == 2


def test_pathways_for_each_100_000_adults_are_events_over_people_and_standardised_as_if_fifths_were_even():
    # Fifths 1, 1, 2, 3 and 5 (of five people), ten times over: 20, 10, 10, 0 and 10 pathways.
    year, _ = a_year(five_people())
    tenfold = pd.concat([year.pathway.assign(patient=year.pathway["patient"] + f"-{i}") for i in range(10)])
    year = dataclasses.replace(year, pathway=tenfold)
    declared = pd.DataFrame(
        {"service": year.service.service, "fifth": range(1, 6), "source": "A count",
         "adults": [40_000, 20_000, 20_000, 10_000, 10_000], "expected_per_100000": 100.0}
    )  # fmt: skip
    found = lenses.need_rate([year], declared)
    years = year.span.months / 12
    assert found["value"].iloc[:5].tolist() == pytest.approx(
        [50 / years, 50 / years, 50 / years, 0, 100 / years]
    )
    # All: 50 of 100,000. Even fifths: the mean of the five rates, 250 ÷ 5.
    assert found["value"].iloc[5:].tolist() == pytest.approx([50 / years, 50 / years])
    # Dobson: the variance is Σ (0.2 ÷ people)² × events; Byar's interval of 50, scaled by its root over 50.
    weights = 0.2 / (np.array([40_000, 20_000, 20_000, 10_000, 10_000]) * years)
    events = np.array([20, 10, 10, 0, 10])
    scale = np.sqrt((weights**2 @ events) / 50)
    byar = intervals.count(50)
    assert found["upper"].iloc[6] == pytest.approx(1e5 * (weights @ events + scale * (byar.upper - 50)))
    assert found["completeness"].tolist() == [1.0] * 7


def test_a_standardised_rate_of_fewer_than_ten_pathways_is_not_shown():
    year, _ = a_year(five_people())
    declared = pd.DataFrame(
        {"service": year.service.service, "fifth": range(1, 6), "source": "A count", "adults": 20_000,
         "expected_per_100000": 100.0}
    )  # fmt: skip
    last = lenses.need_rate([year], declared).iloc[-1]
    assert (last["kind"], last["shown"], last["reason"]) == ("standardised", False, "too few")


def test_nights_that_two_stays_share_count_once():
    drop = five_people()
    drop.act("A2b", "P2", "admitted", "2026-03-04", "2026-03-08")  # 2 to 6 March, and 4 to 8: six nights
    year, intake = a_year(drop)
    use = lenses.use_of_care(year, intake.tables["activity"], DECLARED)
    assert use.set_index(year.pathway["patient"].to_numpy()).loc["P2", "bed_days"] == 6


def test_segments_hold_every_pathway_and_every_penny_once():
    year, intake = a_year(five_people())
    placed = lenses.segments([year], intake.tables["activity"], DECLARED)
    table = lenses.segment_table(placed, [year], DECLARED)
    assert table["n"].tolist() == [1, 1, 3] and table["amount"].tolist() == [500.0, 300.0, 200.0]
    assert table["people_share"].tolist() == [0.2, 0.2, 0.6] and table["spend_share"].tolist() == [
        0.5,
        0.3,
        0.2,
    ]
    assert table["bands"].tolist() == [
        "10 or more days in hospital or 3 or more emergency contacts",
        "2 or more days in hospital or 2 or more long-term conditions",
        "all others",
    ]


def declared_need(service="stroke") -> pd.DataFrame:
    return pd.DataFrame(
        {
            "service": service,
            "fifth": [1, 2, 3, 4, 5],
            "adults": [2000, 1000, 1000, 1000, 1000],
            "expected_per_100000": [200.0, 100.0, 100.0, 100.0, 100.0],
            "source": "S",
        }
    )


def test_need_is_adults_times_the_rate_and_pathways_are_set_against_it():
    year, _ = a_year(five_people())
    table = lenses.need([year], declared_need()).set_index("fifth")
    # 2,000 × 200 ÷ 100,000 = 4 expected and 2 came: 50 of each 100. Elsewhere 1 expected.
    assert table["expected"].tolist() == [4, 1, 1, 1, 1] and table["n"].tolist() == [2, 1, 1, 0, 1]
    assert table["met"].tolist() == [50, 100, 100, 0, 100] and table["gap"].tolist() == [2, 0, 0, 1, 0]
    assert table["amount"].tolist() == [400, 500, 50, 0, 50]
    assert table["spend_share"].tolist() == [0.4, 0.5, 0.05, 0, 0.05]
    assert table["need_share"].tolist() == [0.5, 0.125, 0.125, 0.125, 0.125]
    # Exact below ten events (Garwood 1936): the ends of 2 are those of the chi-squared distribution.
    assert table.loc[1, "met_lower"] == pytest.approx(100 * stats.chi2.ppf(0.025, 4) / 2 / 4)
    assert table.loc[1, "met_upper"] == pytest.approx(100 * stats.chi2.ppf(0.975, 6) / 2 / 4)


def test_a_service_without_an_estimate_of_need_has_no_rows():
    year, _ = a_year(five_people())
    assert lenses.need([year], declared_need("other")).empty


def test_shares_of_spending_are_of_all_services():
    year, _ = a_year(five_people())
    table = lenses.allocation([year, year])
    assert table["amount"].tolist() == [1000, 1000] and table["share"].tolist() == [0.5, 0.5]
    assert table["mean"].tolist() == [200, 200] and table["n"].tolist() == [5, 5]


# Disclosure


def test_what_is_public_of_a_group_comes_from_rounded_numbers_alone():
    tables, held = tables_of([400], 3)
    need = tables["need"].assign(expected=[100.0, 90, 80, 70, 60])
    public = protect({**tables, "need": need}, RULES, held)["need"]
    shown = public[public["shown"]]
    assert len(shown) and (shown["n"] % 5 == 0).all()
    assert shown["met"].to_numpy() == pytest.approx((100 * shown["n"] / shown["expected"]).to_numpy(float))
    assert shown["gap"].to_numpy() == pytest.approx((shown["expected"] - shown["n"]).to_numpy(float))


def test_a_group_of_few_is_hidden_with_a_partner_and_no_share_gives_it_away():
    counts = {"high": 3, "some": 60, "little": 90}
    held = pd.DataFrame(
        [
            {"service": "s0", "patient": f"{k}{i}", "segment": k, "pence": 100_000}
            for k, n in counts.items()
            for i in range(n)
        ]
    )
    segment = filled(
        "segment", service=["s0"] * 3, segment=list(counts), n=list(counts.values()),
        amount=[1000.0 * n for n in counts.values()],
    )  # fmt: skip
    tables, other = tables_of([153], 1)
    public = protect({**tables, "segment": segment}, RULES, {**other, "segment": held})["segment"]
    assert public["shown"].tolist() == [False, False, True]
    assert public[["n", "amount", "mean"]].isna().all(axis=1).tolist() == [True, True, False]
    assert public[["people_share", "spend_share"]].isna().all().all()


def test_a_sum_that_one_person_nearly_holds_is_hidden():
    pence = {"high": [10_000_000] + [100] * 19, "some": [50_000] * 30, "little": [50_000] * 50}
    held = pd.DataFrame(
        [
            {"service": "s0", "patient": f"{k}{i}", "segment": k, "pence": p}
            for k, amounts in pence.items()
            for i, p in enumerate(amounts)
        ]
    )
    segment = filled(
        "segment", service=["s0"] * 3, segment=list(pence), n=[len(p) for p in pence.values()],
        amount=[sum(p) / 100 for p in pence.values()],
    )  # fmt: skip
    tables, other = tables_of([100], 1)
    public = protect({**tables, "segment": segment}, RULES, {**other, "segment": held})["segment"]
    assert not public["shown"].iloc[0] and np.isnan(public["amount"].iloc[0])


# What is declared


def test_the_shipped_files_are_read_and_name_their_source():
    shipped = load_assumptions(Project(ROOT))
    assert [s.segment for s in shipped.segments.segments] == ["high", "some", "little"]
    assert set(shipped.need["service"]) == {"stroke", "hepatitis_c", "endocarditis"}
    assert shipped.need["source"].str.contains("Synthetic").all()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("service,fifth\n", "columns"),
        ("service,fifth,adults,expected_per_100000,source\nstroke,1,none,5,S\n", ":2"),
        ("service,fifth,adults,expected_per_100000,source\nstroke,1,5,0,S\n", ":2"),
        ("service,fifth,adults,expected_per_100000,source\nstroke,1,5,3,\n", ":2"),
        ("service,fifth,adults,expected_per_100000,source\nstroke,1,5,3,S\nstroke,1,5,3,S\n", "each fifth"),
    ],
)
def test_a_population_that_is_not_whole_is_refused_with_its_line(tmp_path, text, says):
    file = tmp_path / "population_by_fifth.csv"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(DefinitionError, match=says):
        read_need(file)


@pytest.mark.parametrize(
    "segments",
    [
        [{"segment": "a", "name": "A", "from": {"bed_days": 1}}],
        [{"segment": "a", "name": "A"}, {"segment": "b", "name": "B"}],
        [{"segment": "a", "name": "A", "from": {"bed_days": 1}}, {"segment": "a", "name": "B"}],
        [{"segment": "a", "name": "A", "from": {"beds": 1}}, {"segment": "b", "name": "B"}],
    ],
    ids=["no place for the others", "nobody reaches the second", "one name twice", "unknown band"],
)
def test_segments_that_do_not_place_everybody_once_are_refused(tmp_path, segments):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "segments.yml").write_text(yaml.safe_dump({"segments": segments}), encoding="utf-8")
    with pytest.raises(DefinitionError, match="segments"):
        load_assumptions(Project(tmp_path))
