"""Infective endocarditis: a long stay, a valve operation for half, antibiotics at home, follow-up."""

from __future__ import annotations

import numpy as np

from valuekit.extracts.sample.outcomes import (
    DUE,
    EarlyShifts,
    answer_share,
    ask,
    early_quality,
    eq5d_profiles,
    file_answers,
    goals,
)
from valuekit.extracts.sample.people import deciles, enrol
from valuekit.extracts.sample.world import (
    COMMUNITY_TRUST,
    OTHER_HOSPITAL,
    OWN,
    Cohort,
    World,
    arrivals,
    lognormal,
)

SERVICE, A_YEAR = "endocarditis", 110
STREAM = "endocarditis 8"
"""Name of the random generator. So few people are much at the mercy of chance: this is one of 150 draws, and
in it no figure moves from one year to the next by so much that it would look like an effect."""
ANSWERS = {"gad7": 0.82, "eq5d5l": 0.78}
EARLY = EarlyShifts(1.062, 0.622)
DIES_IN_STAY, DIES_IN_YEAR = 0.15, 0.10
"""Share that dies in the first stay; share of all that dies later in the first year."""
STAY = 31.0
"""Mean days of the first stay of those who leave it alive."""
OPERATION, RELAPSE, OTHER_RETURN, HOME_TREATMENT = 0.5, 0.06, 0.10, 0.45
"""Shares of all pathways with a valve operation, a relapse, another stay, antibiotics at home."""
TOO_SHORT = 1.06
"""Makes up for the stays that are too short for an operation."""

_EMERGENCY = {
    "activity_type": "emergency", "recipe": "emergency", "department": "EMERG", "primary_diagnosis": "R509",
    "treatment_function": "180", "hrg": "VB03Z",
}  # fmt: skip
_ECHO = {
    "activity_type": "imaging", "recipe": "echo", "department": "IMAGING", "primary_procedure": "U201",
    "treatment_function": "320", "hrg": "RD51A",
}  # fmt: skip
_CLINIC = {
    "activity_type": "outpatient", "recipe": "heart_clinic", "department": "OUTPT",
    "primary_diagnosis": "Z098", "treatment_function": "320", "hrg": "WF01A",
}  # fmt: skip
_CARDIOLOGY = {"recipe": "cardiology_ward", "department": "CARDIO", "treatment_function": "320"}
_SURGERY = {"recipe": "surgical_ward", "department": "CARDSURG", "treatment_function": "172"}


def simulate(world: World) -> None:
    """Add the endocarditis pathways of the whole window."""
    rng = world.rng(STREAM)
    began = arrivals(world, rng, A_YEAR)
    n = len(began)
    decile = deciles(rng, n, tilt=0.3)
    age = np.clip(rng.normal(61, 16, n), 19, 96)
    fate = rng.random(n)
    stay = np.clip(lognormal(rng, STAY, 0.45, n), 4, 120)
    in_stay, in_year = _exclusive(fate, DIES_IN_STAY, DIES_IN_YEAR)
    stay = np.where(in_stay, stay * rng.uniform(0.2, 1.1, n), stay)
    later = began + stay + (360 - stay) * rng.random(n)
    death = np.where(in_stay, began + stay, np.where(in_year, later, np.nan))
    person = enrol(world, SERVICE, began, age, death, decile, lognormal(rng, 1, 0.22, n))
    cohort = Cohort(person, began, decile, death)
    spell = world.new_spells(n)
    code = rng.choice(np.array(["I330", "I339", "I38X"], object), n, p=(0.8, 0.12, 0.08))
    _arrival(rng, world, cohort, code)
    _stay(rng, world, cohort, stay - 0.25, {"spell": spell, "primary_diagnosis": code})
    _home_and_clinics(rng, world, cohort, began + stay, code)
    _readmissions(rng, world, cohort, began + stay, code)
    _outcomes(rng, world, cohort)


def _exclusive(toss: np.ndarray, first: float, second: float) -> tuple[np.ndarray, np.ndarray]:
    """Two fates of which nobody has both, with these shares."""
    return toss < first, (toss >= first) & (toss < first + second)


def _arrival(rng: np.random.Generator, world: World, cohort: Cohort, code: np.ndarray) -> None:
    """Emergency department (for some after a clinic), and up to three echocardiograms."""
    n, person, began = len(cohort), cohort.person, cohort.began
    there = np.where(rng.random(n) < 0.2, OTHER_HOSPITAL, OWN)
    world.contact(person, began, 0.25, organisation_code=there, **_EMERGENCY)
    before, seen = began - rng.uniform(2, 12, n), rng.random(n) < 0.3
    clinic = {"activity_type": "outpatient", "recipe": "outpatient", "department": "OUTPT", "hrg": "WF01B"}
    clinic |= {"primary_diagnosis": "R509", "treatment_function": "300"}
    world.contact(person, before, 0.02, keep=seen, **clinic)
    for day, share in ((1.0, 0.95), (6.0, 0.8), (20.0, 0.35)):
        when = began + day + rng.uniform(0, 1, n)
        world.contact(person, when, 0.04, keep=rng.random(n) < share, primary_diagnosis=code, **_ECHO)


def _stay(
    rng: np.random.Generator, world: World, cohort: Cohort, stay: np.ndarray, columns: dict[str, np.ndarray]
) -> None:
    """One spell: cardiology, and for half an operation, critical care and a surgical episode within it."""
    n, person, admitted = len(cohort), cohort.person, cohort.began + 0.25
    operated = (stay > 9) & (rng.random(n) < OPERATION * TOO_SHORT)
    before = np.where(operated, stay * rng.uniform(0.2, 0.4, n), stay)
    surgical = np.where(operated, np.minimum(stay * 0.35, 14), 0)
    home = np.where(rng.random(n) < 0.1, "51", "19")
    ward = {"activity_type": "admitted", "hrg": "EB02A", **columns}
    leaves = np.where(operated, "", home)
    world.contact(person, admitted, before, discharge_destination=leaves, **_CARDIOLOGY, **ward)
    operation = admitted + before
    world.contact(person, operation, surgical, keep=operated, **_SURGERY, **ward)
    rest = {"keep": operated, "discharge_destination": home}
    world.contact(person, operation + surgical, stay - before - surgical, **rest, **_CARDIOLOGY, **ward)

    theatre = {"activity_type": "theatre", "recipe": "valve_operation", "department": "THEATRES"}
    theatre |= {"primary_procedure": "K263", "hrg": "ED25A"}
    world.contact(person, operation + 0.2, 0.25, keep=operated, **theatre, **columns)
    in_care = np.minimum(surgical * 0.9, 1 + rng.gamma(1.6, 2.6, n))
    unit = {"activity_type": "critical_care", "recipe": "critical_care", "department": "CRITCARE"}
    world.contact(person, operation + 0.45, in_care, keep=operated, hrg="XC05Z", **unit, **columns)
    therapy = {"activity_type": "therapy", "recipe": "therapy_week", "department": "THERAPY"}
    therapy |= {"spell": columns["spell"], "treatment_function": "650"}
    for week in range(4):
        world.contact(person, admitted + 7 * week + 3, 3.0, keep=stay > 7 * week + 7, **therapy)


def _home_and_clinics(
    rng: np.random.Generator, world: World, cohort: Cohort, left: np.ndarray, code: np.ndarray
) -> None:
    """Antibiotics at home by the week, and clinics with echocardiograms over a year."""
    n, person = len(cohort), cohort.person
    weeks = np.where(rng.random(n) < HOME_TREATMENT, rng.integers(2, 6, n), 0)
    home = {"activity_type": "community", "recipe": "home_antibiotics", "department": "COMMUNITY"}
    home |= {"organisation_code": COMMUNITY_TRUST, "primary_diagnosis": code, "treatment_function": "350"}
    for week in range(5):
        world.contact(person, left + 1 + 7 * week, 6.0, keep=weeks > week, **home)
    for day, share in ((30, 0.85), (90, 0.8), (180, 0.75), (330, 0.7)):
        when = left + day * (1 - (left - cohort.began) / 400) + rng.uniform(-5, 5, n)
        comes = rng.random(n) < share
        there = np.where(rng.random(n) < 0.08, OTHER_HOSPITAL, OWN)
        world.contact(person, when, 0.03, keep=comes, organisation_code=there, **_CLINIC)
        world.contact(person, when - 1, 0.03, keep=rng.random(n) < share / 2, **_ECHO)


def _readmissions(
    rng: np.random.Generator, world: World, cohort: Cohort, left: np.ndarray, code: np.ndarray
) -> None:
    """Relapses, and stays for a failing heart."""
    n, person = len(cohort), cohort.person
    again = left + rng.uniform(30, 230, n)
    relapse, other = _exclusive(rng.random(n), RELAPSE, OTHER_RETURN)
    for keep, reason, mean in ((relapse, code, 20.0), (other, "I500", 7.0)):
        world.contact(person, again, 0.2, keep=keep, **_EMERGENCY)
        lasts = 1 + lognormal(rng, mean, 0.5, n)
        ward = {"activity_type": "admitted", "spell": world.new_spells(n), "primary_diagnosis": reason}
        ward |= {"hrg": "EB02B", "discharge_destination": "19"}
        world.contact(person, again + 0.2, lasts, keep=keep, **ward, **_CARDIOLOGY)


def _outcomes(rng: np.random.Generator, world: World, cohort: Cohort) -> None:
    """GAD-7 at six months, EQ-5D-5L at the start, six weeks and six months, and the goal."""
    n, effects, due = len(cohort), world.effects, cohort.began + DUE["6_months"]
    after = cohort.began >= world.window.day(effects.endocarditis_team)
    calm = rng.random(n) < np.where(after, effects.low_anxiety_after, effects.low_anxiety_before)
    score = np.where(calm, rng.integers(0, 10, n), np.minimum(10 + rng.geometric(0.22, n) - 1, 21))
    month_six = {"service": SERVICE, "time_point": "6_months"}
    asked = ask(rng, due, answer_share(ANSWERS["gad7"], cohort.decile), cohort.death)
    file_answers(world, cohort.person, asked, instrument="gad7", value=score * 1.0, **month_six)
    burden = rng.normal(0.4, 0.8, n)
    profiles = eq5d_profiles(rng, burden)
    asked = ask(rng, due, answer_share(ANSWERS["eq5d5l"], cohort.decile), cohort.death)
    file_answers(world, cohort.person, asked, instrument="eq5d5l", items=profiles, **month_six)
    early_quality(world, SERVICE, cohort, burden, EARLY)
    goals(world, SERVICE, cohort, effects.goal_endocarditis)
