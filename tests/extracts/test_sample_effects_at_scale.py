"""With fifty times as many people chance is small: then the effects must be there to the second figure.

So the shipped sample's agreement is not the luck of its seed. Every share or mean must lie within 3 standard
errors (se) of what is declared; the se is stated where it matters, and is a seventh of the shipped sample's.
"""

import numpy as np
import pandas as pd
import pytest

from valuekit.extracts.sample import KnownEffects, endocarditis, hepatitis_c, stroke
from valuekit.extracts.sample.world import Window, World
from valuekit.project import Month

EFFECTS = KnownEffects()
TIMES = 50


@pytest.fixture(scope="module")
def worlds():
    """Service → the world with that service alone, fifty times its size."""
    made = {}
    with pytest.MonkeyPatch.context() as patch:
        for service in (stroke, hepatitis_c, endocarditis):
            patch.setattr(service, "A_YEAR", service.A_YEAR * TIMES)
            made[service.SERVICE] = world = World(Window(Month(2026, 10), 36), seed=7)
            service.simulate(world)
    return made


def agrees(values, declared: float, least: int) -> bool:
    values = np.asarray(values, float)
    assert len(values) > least
    return abs(values.mean() - declared) < 3 * values.std(ddof=1) / len(values) ** 0.5


def answers(world: World, instrument: str) -> pd.DataFrame:
    rows = world.outcomes.frame()
    return rows[(rows["instrument"] == instrument) & rows["completed"].notna()].set_index("person")


def test_first_stay_after_stroke(worlds):
    world = worlds["stroke"]
    people, rows = world.people.frame(), world.activity.frame()
    ward = rows[rows["recipe"].isin(["hyperacute_ward", "stroke_ward"])]
    end = np.fmin(ward["end"], people["death"].to_numpy()[ward["person"]])  # a death ends the stay
    stay = end.groupby(ward["person"]).max() - ward.groupby("person")["start"].min()
    after = people["began"][stay.index] >= world.window.day(EFFECTS.early_discharge)
    assert agrees(stay[~after], EFFECTS.stay_before, least=50_000)  # se 0.05 days
    assert agrees(stay[after], EFFECTS.stay_after, least=50_000)  # se 0.03 days


def test_independence_after_stroke_by_decile_as_the_measure_counts_it(worlds):
    world = worlds["stroke"]
    people = world.people.frame()
    score = answers(world, "mrs")["value"].reindex(people.index)
    score[people["death"] < people["began"] + 182] = 6
    known = score.dropna()
    decile = people["decile"][known.index]
    for tenth in range(1, 11):
        assert agrees(known[decile == tenth] <= 2, EFFECTS.independent(tenth), least=8_000), tenth  # se 0.005


def test_cure_of_hepatitis_c(worlds):
    world = worlds["hepatitis_c"]
    cured = answers(world, "svr12")["value"]
    after = world.people.frame()["began"][cured.index] >= world.window.day(EFFECTS.community_clinics)
    assert agrees(cured[~after], EFFECTS.cured_before, least=15_000)  # se 0.003
    assert agrees(cured[after], EFFECTS.cured_after, least=15_000)


def test_wait_for_treatment_of_hepatitis_c(worlds):
    world = worlds["hepatitis_c"]
    rows, began = world.activity.frame(), world.people.frame()["began"]
    wait = (rows[rows["activity_type"] == "therapy"].groupby("person")["start"].min() - began).dropna()
    after = began[wait.index] >= world.window.day(EFFECTS.community_clinics)
    assert agrees(wait[~after], EFFECTS.wait_before, least=15_000)  # se 0.1 days
    assert agrees(wait[after], EFFECTS.wait_after, least=15_000)


def test_anxiety_after_endocarditis(worlds):
    world = worlds["endocarditis"]
    calm = answers(world, "gad7")["value"] <= 9
    after = world.people.frame()["began"][calm.index] >= world.window.day(EFFECTS.endocarditis_team)
    assert agrees(calm[~after], EFFECTS.low_anxiety_before, least=3_000)  # se 0.008
    assert agrees(calm[after], EFFECTS.low_anxiety_after, least=3_000)


@pytest.mark.parametrize(
    ("service", "within", "share"),
    [("stroke", 30, 0.105), ("stroke", 180, 0.17), ("endocarditis", 365, 0.25)],
)
def test_deaths_are_as_docs_sample_says_and_steady(service, within, share, worlds):
    people = worlds[service].people.frame()
    died = people["death"] < people["began"] + within
    assert abs(died.mean() - share) < 3 * died.std() / len(died) ** 0.5 + 0.005
    early = people["began"] < people["began"].median()
    gap = died[early].mean() - died[~early].mean()
    assert abs(gap) < 3 * 2 * died.std() / len(died) ** 0.5
