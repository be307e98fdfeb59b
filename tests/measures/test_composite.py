"""Composite outcomes: patients' weights by hand, both kinds of chance in the interval, refusals."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from figures_by_hand import MONTHS, a_measure, a_service_with, rows
from hypothesis import given
from hypothesis import strategies as st

from valuekit.errors import DefinitionError
from valuekit.measures.definition.definitions import Topic
from valuekit.measures.definition.value_settings import Composite
from valuekit.measures.people import composite
from valuekit.measures.statistics import intervals


def test_the_weights_are_the_mean_ratings_over_their_sum():
    # By hand: ratings 5 and 5, 4 and 2 give means 5 and 3, weights 5/8 and 3/8; parts 0.5 and 0.6.
    period = np.array([[1, 0.5], [0, 0.7], [1, np.nan], [0, 0.6]], float)
    found = composite.combine(np.array([[5.0, 4], [5, 2]]), [period], draws=20)
    assert found.weight.tolist() == [0.625, 0.375]
    assert found.value[0] == pytest.approx(0.625 * 0.5 + 0.375 * 0.6)


def test_somebody_who_did_not_rate_a_part_counts_in_the_others():
    found = composite.combine(np.array([[5.0, np.nan], [3, 2]]), [np.ones((3, 2))], draws=5)
    assert found.weight == pytest.approx([4 / 6, 2 / 6])


@given(st.integers(0, 10_000))
def test_weights_add_up_to_one_in_every_draw_and_the_composite_lies_among_its_parts(seed):
    rng = np.random.default_rng(seed)
    found = composite.combine(
        rng.integers(1, 6, (9, 3)).astype(float),
        [rng.random((12, 3)), rng.random((15, 3))],
        draws=30,
        seed=seed,
    )
    assert found.drawn_weight.sum(axis=1) == pytest.approx(np.ones(30))
    assert (found.value <= found.parts.max(axis=1) + 1e-12).all()
    assert (found.value >= found.parts.min(axis=1) - 1e-12).all()


def test_the_interval_carries_the_chance_in_the_weights():
    # Parts known exactly (0 and 1 for everybody): all that varies are eight raters who disagree.
    period = np.tile([0.0, 1.0], (500, 1))
    unsure = composite.combine(np.array([[1.0, 5], [5, 1]] * 4), [period]).drawn[:, 0]
    sure = composite.combine(np.tile([3.0, 3.0], (8, 1)), [period]).drawn[:, 0]
    assert np.ptp(sure) == 0 and np.quantile(unsure, 0.975) - np.quantile(unsure, 0.025) > 0.2


@pytest.mark.parametrize("n", [900, 400, 110])
def test_the_interval_covers_at_its_nominal_rate(n):
    # 15 patients rate two parts of known mean importance 4.5 and 3.0; parts are 60% and 80%.
    times, rng = 150, np.random.default_rng(n)
    truth = (4.5 * 0.6 + 3.0 * 0.8) / 7.5
    held = 0
    for _ in range(times):
        ratings = np.column_stack([rng.choice([4.0, 5.0], 15), rng.choice([2.0, 3.0, 4.0], 15)])
        period = np.column_stack([rng.random(n) < 0.6, rng.random(n) < 0.8]).astype(float)
        low, high = intervals.percentiles(
            composite.combine(ratings, [period], draws=200, seed=int(rng.integers(1e9))).drawn
        )
        held += bool(low[0] <= truth <= high[0])
    assert held / times == pytest.approx(0.95, abs=3 * (0.95 * 0.05 / times) ** 0.5 + 0.01)


# ---------------------------------------------------------------- the table

DAYS = {"kind": "days_at_home_mean", "days": 180}


def a_service():
    service = a_service_with({"kind": "alive_share", "days": 30}, DAYS)
    topics = tuple(
        Topic(topic=t, name=t.capitalize(), measure=m) for t, m in (("life", "m0"), ("home", "m1"))
    )
    return service.model_copy(
        update={"what_matters": topics, "composite": Composite(name="Both", of=("life", "home"))}
    )


def ratings(patients: int, home: float = 3, group: str = "patient") -> pd.DataFrame:
    rows = [
        (f"{group}{i}", "stroke", group, t, r)
        for i in range(patients)
        for t, r in (("life", 5), ("home", home))
    ]
    return pd.DataFrame(rows, columns=["response_id", "service", "group", "topic", "rating"])


def results(n: int = 40) -> pd.DataFrame:
    life = rows(["2026-03-01"] * n, [1.0, 0.0] * (n // 2)).assign(service="stroke", measure="m0")
    home = rows(["2026-03-01"] * n, [90.0] * n).assign(service="stroke", measure="m1")
    return pd.concat([life, home], ignore_index=True)


def newest(result, survey):
    made = composite.tables(result, survey, [a_service()], MONTHS)
    return made["composite"].iloc[-1], made["composite_part"]


def test_days_at_home_count_as_a_share_of_all_days():
    row, parts = newest(results(), ratings(10))
    # Life 50%, home 90 of 180 days; the weights do not matter then.
    assert (row["value"], row["equal_weights"], row["raters"], row["n"]) == (
        pytest.approx(50),
        pytest.approx(50),
        10,
        40,
    )
    assert parts["weight"].tolist() == pytest.approx([0.625, 0.375]) and parts[
        "value"
    ].tolist() == pytest.approx([50, 50])


def test_carers_and_clinicians_do_not_weigh():
    survey = pd.concat(
        [ratings(10), ratings(30, home=1, group="clinician"), ratings(9, home=1, group="carer")]
    )
    assert newest(results(), survey)[1]["weight"].tolist() == pytest.approx([0.625, 0.375])


@pytest.mark.parametrize(
    ("result", "survey", "says"),
    [
        (results(), ratings(7), "fewer than 8 patients"),
        (results(), ratings(10)[lambda r: r["topic"] == "life"], "fewer than 8 patients"),
        (results(20), ratings(10), "fewer than 30 pathways"),
        (results()[lambda r: r["measure"] == "m0"], ratings(10), "no results"),
    ],
)
def test_no_composite_without_eight_raters_and_results_on_every_part(result, survey, says):
    row, parts = newest(result, survey)
    assert not row["shown"] and says in row["reason"] and np.isnan(row["value"])
    assert parts["weight"].isna().all()


def test_a_service_that_declares_none_has_none():
    service = a_service().model_copy(update={"composite": None})
    assert composite.tables(results(), ratings(10), [service], MONTHS)["composite"].empty


def test_a_part_without_a_scale_or_measure_is_a_fault_of_the_definition(tmp_path):
    import shutil
    from pathlib import Path

    from valuekit.measures.definition.definitions import load_services
    from valuekit.project import Project

    root = Path(__file__).resolve().parents[2]
    for folder in ("data/services", "data/reference", "schemas"):
        shutil.copytree(root / folder, tmp_path / folder)
    (tmp_path / "_quarto.yml").write_text("project: {type: website}\n")
    file = tmp_path / "data" / "services" / "stroke.yml"
    text = file.read_text(encoding="utf-8")
    file.write_text(
        text.replace(
            "of: [independence, survival, quality_of_life, time_at_home]", "of: [independence, mood, nothing]"
        ),
        encoding="utf-8",
    )
    with pytest.raises(DefinitionError) as caught:
        load_services(Project(tmp_path))
    said = str(caught.value)
    assert (
        "no measure answers to 'mood'" in said
        and "no topic is called 'nothing'" in said
        and "stroke.yml:" in said
    )


def test_every_kind_that_may_be_a_part_lies_on_one_scale():
    home = a_measure(DAYS, "home")
    assert composite.scaled(home, pd.Series([0.0, 90.0, 180.0])).tolist() == [0.0, 0.5, 1.0]
    alive = a_measure({"kind": "alive_share", "days": 30}, "alive")
    assert composite.scaled(alive, pd.Series([0.0, 1.0])).tolist() == [0.0, 1.0]
