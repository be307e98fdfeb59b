"""Infective endocarditis: a long stay, a valve operation for half, antibiotics at home, follow-up."""

from __future__ import annotations

import numpy as np

from valuekit.extracts.sample.outcomes import DUE, answer_share, ask, eq5d_profiles, file_answers
from valuekit.extracts.sample.people import deciles, enrol
from valuekit.extracts.sample.world import COMMUNITY_TRUST, OTHER_HOSPITAL, OWN, World, arrivals, lognormal

SERVICE, A_YEAR = "endocarditis", 110
ANSWERS = {"gad7": 0.82, "eq5d5l": 0.78}
DIES_IN_STAY, DIES_IN_YEAR = 0.15, 0.10
"""Share that dies in the first stay; share of all that dies later in the first year."""
STAY = 31.0
"""Mean days of the first stay of those who leave it alive."""
OPERATION, RELAPSE, HOME_TREATMENT = 0.5, 0.06, 0.45


def simulate(world: World) -> None:
    """Add the endocarditis pathways of the whole window."""
    rng = world.rng(SERVICE)
    began = arrivals(world, rng, A_YEAR)
    n = len(began)
    decile = deciles(rng, n, tilt=0.3)
    age = np.clip(rng.normal(61, 16, n), 19, 96)
    fate = rng.random(n)
    stay = np.clip(lognormal(rng, STAY, 0.45, n), 4, 120)
    in_stay, in_year = fate < DIES_IN_STAY, (fate >= DIES_IN_STAY) & (fate < DIES_IN_STAY + DIES_IN_YEAR)
    stay = np.where(in_stay, stay * rng.uniform(0.2, 1.1, n), stay)
    later = began + stay + (360 - stay) * rng.random(n)
    death = np.where(in_stay, began + stay, np.where(in_year, later, np.nan))
    person = enrol(world, SERVICE, began, age, death, decile, lognormal(rng, 1, 0.22, n))
    spell = world.new_spells(n)
    code = rng.choice(np.array(["I330", "I339", "I38X"], object), n, p=(0.8, 0.12, 0.08))
    _arrival(rng, world, person, began, code)
    _stay(rng, world, person, began + 0.25, stay - 0.25, spell, code)
    _after_hospital(rng, world, person, began, began + stay, code)
    _outcomes(rng, world, person, began, decile, death)


def _arrival(rng, world, person, began, code) -> None:
    n = len(person)
    there = np.where(rng.random(n) < 0.2, OTHER_HOSPITAL, OWN)
    world.contact(
        person,
        began,
        0.25,
        activity_type="emergency",
        recipe="emergency",
        department="EMERG",
        organisation_code=there,
        primary_diagnosis="R509",
        treatment_function="180",
        hrg="VB03Z",
    )
    world.contact(
        person,
        began - rng.uniform(2, 12, n),
        0.02,
        keep=rng.random(n) < 0.3,
        activity_type="outpatient",
        recipe="outpatient",
        department="OUTPT",
        primary_diagnosis="R509",
        treatment_function="300",
        hrg="WF01B",
    )
    for day, share in ((1.0, 0.95), (6.0, 0.8), (20.0, 0.35)):
        world.contact(
            person,
            began + day + rng.uniform(0, 1, n),
            0.04,
            keep=rng.random(n) < share,
            activity_type="imaging",
            recipe="echo",
            department="IMAGING",
            primary_diagnosis=code,
            primary_procedure="U201",
            treatment_function="320",
            hrg="RD51A",
        )


def _stay(rng, world, person, admitted, stay, spell, code) -> None:
    n = len(person)
    operated = (stay > 9) & (
        rng.random(n) < OPERATION * 1.06
    )  # 1.06: a few stays are too short for an operation
    before = np.where(operated, stay * rng.uniform(0.2, 0.4, n), stay)
    surgical = np.where(operated, np.minimum(stay * 0.35, 14), 0)
    home = np.where(rng.random(n) < 0.1, "51", "19")
    ward = {"activity_type": "admitted", "spell": spell, "primary_diagnosis": code, "hrg": "EB02A"}
    world.contact(
        person,
        admitted,
        before,
        recipe="cardiology_ward",
        department="CARDIO",
        treatment_function="320",
        discharge_destination=np.where(operated, "", home),
        **ward,
    )
    operation = admitted + before
    world.contact(
        person,
        operation,
        surgical,
        keep=operated,
        recipe="surgical_ward",
        department="CARDSURG",
        treatment_function="172",
        **ward,
    )
    world.contact(
        person,
        operation + surgical,
        stay - before - surgical,
        keep=operated,
        recipe="cardiology_ward",
        department="CARDIO",
        treatment_function="320",
        discharge_destination=home,
        **ward,
    )
    world.contact(
        person,
        operation + 0.2,
        0.25,
        keep=operated,
        activity_type="theatre",
        recipe="valve_operation",
        department="THEATRES",
        spell=spell,
        primary_diagnosis=code,
        primary_procedure="K263",
        hrg="ED25A",
    )
    in_care = np.minimum(surgical * 0.9, 1 + rng.gamma(1.6, 2.6, n))
    world.contact(
        person,
        operation + 0.45,
        in_care,
        keep=operated,
        activity_type="critical_care",
        recipe="critical_care",
        department="CRITCARE",
        spell=spell,
        primary_diagnosis=code,
        hrg="XC05Z",
    )
    for week in range(4):
        world.contact(
            person,
            admitted + 7 * week + 3,
            3.0,
            keep=stay > 7 * week + 7,
            activity_type="therapy",
            recipe="therapy_week",
            department="THERAPY",
            spell=spell,
            treatment_function="650",
        )


def _after_hospital(rng, world, person, began, left, code) -> None:
    n = len(person)
    weeks = np.where(rng.random(n) < HOME_TREATMENT, rng.integers(2, 6, n), 0)
    for week in range(5):
        world.contact(
            person,
            left + 1 + 7 * week,
            6.0,
            keep=weeks > week,
            activity_type="community",
            recipe="home_antibiotics",
            department="COMMUNITY",
            organisation_code=COMMUNITY_TRUST,
            primary_diagnosis=code,
            treatment_function="350",
        )
    for day, share in ((30, 0.85), (90, 0.8), (180, 0.75), (330, 0.7)):
        when = left + day * (1 - (left - began) / 400) + rng.uniform(-5, 5, n)
        world.contact(
            person,
            when,
            0.03,
            keep=rng.random(n) < share,
            activity_type="outpatient",
            recipe="heart_clinic",
            department="OUTPT",
            organisation_code=np.where(rng.random(n) < 0.08, OTHER_HOSPITAL, OWN),
            primary_diagnosis="Z098",
            treatment_function="320",
            hrg="WF01A",
        )
        world.contact(
            person,
            when - 1,
            0.03,
            keep=rng.random(n) < share / 2,
            activity_type="imaging",
            recipe="echo",
            department="IMAGING",
            primary_procedure="U201",
            treatment_function="320",
            hrg="RD51A",
        )
    again = left + rng.uniform(30, 230, n)
    relapse, other = _exclusive(rng.random(n), RELAPSE, 0.1)
    for keep, reason, mean in ((relapse, code, 20.0), (other, "I500", 7.0)):
        spell = world.new_spells(n)
        world.contact(
            person,
            again,
            0.2,
            keep=keep,
            activity_type="emergency",
            recipe="emergency",
            department="EMERG",
            primary_diagnosis="R509",
            treatment_function="180",
            hrg="VB03Z",
        )
        world.contact(
            person,
            again + 0.2,
            1 + lognormal(rng, mean, 0.5, n),
            keep=keep,
            activity_type="admitted",
            recipe="cardiology_ward",
            department="CARDIO",
            spell=spell,
            primary_diagnosis=reason,
            treatment_function="320",
            hrg="EB02B",
            discharge_destination="19",
        )


def _exclusive(toss: np.ndarray, first: float, second: float) -> tuple[np.ndarray, np.ndarray]:
    return toss < first, (toss >= first) & (toss < first + second)


def _outcomes(rng, world, person, began, decile, death) -> None:
    n, effects, due = len(person), world.effects, began + DUE["6_months"]
    after = began >= world.window.day(effects.endocarditis_team)
    calm = rng.random(n) < np.where(after, effects.low_anxiety_after, effects.low_anxiety_before)
    score = np.where(calm, rng.integers(0, 10, n), np.minimum(10 + rng.geometric(0.22, n) - 1, 21))
    month_six = {"service": SERVICE, "time_point": "6_months"}
    file_answers(
        world,
        person,
        ask(rng, due, answer_share(ANSWERS["gad7"], decile), death),
        instrument="gad7",
        value=score * 1.0,
        **month_six,
    )
    profiles = eq5d_profiles(rng, rng.normal(0.4, 0.8, n))
    file_answers(
        world,
        person,
        ask(rng, due, answer_share(ANSWERS["eq5d5l"], decile), death),
        instrument="eq5d5l",
        items=profiles,
        **month_six,
    )
