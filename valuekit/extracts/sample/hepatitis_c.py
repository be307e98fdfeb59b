"""Hepatitis C: clinic, elastography, eight or twelve weeks of antiviral drugs, a test of cure."""

from __future__ import annotations

import numpy as np

from valuekit.extracts.sample.outcomes import (
    DUE,
    Asked,
    EarlyShifts,
    answer_share,
    ask,
    early_quality,
    eq5d_profiles,
    file_answers,
    file_quality,
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

SERVICE, A_YEAR = "hepatitis_c", 400
ANSWERS = {"svr12": 0.90, "fatigue": 0.76, "eq5d5l": 0.74}
EARLY = EarlyShifts(0.338, 0.409)
STARTS_TREATMENT = 0.94
SHORT_COURSE = 0.8
"""Share treated for 8 weeks; the others for 12."""
SHORTEST_WAIT = 2.0
IN_COMMUNITY = 0.65
"""Share treated in the community once there are clinics there."""
ADVANCED = 0.06
"""Share with advanced liver disease that comes in as an emergency."""

_LIVER = {"primary_diagnosis": "B182", "treatment_function": "306"}
_CLINIC = {"activity_type": "outpatient", "recipe": "liver_clinic", "department": "OUTPT", **_LIVER}
_OUTREACH = {
    "activity_type": "community", "recipe": "outreach", "department": "COMMUNITY",
    "organisation_code": COMMUNITY_TRUST, **_LIVER,
}  # fmt: skip
_ELASTOGRAPHY = {
    "activity_type": "imaging", "recipe": "elastography", "department": "IMAGING",
    "primary_procedure": "U365", "hrg": "RD42Z", **_LIVER,
}  # fmt: skip
_TEST = {
    "activity_type": "outpatient", "recipe": "test_of_cure", "department": "OUTPT", "hrg": "WF01A", **_LIVER,
}  # fmt: skip
_CIRRHOSIS = "K746"


def simulate(world: World) -> None:
    """Add the hepatitis C pathways of the whole window."""
    rng = world.rng(SERVICE)
    began = arrivals(world, rng, A_YEAR)
    n = len(began)
    decile = deciles(rng, n, tilt=0.6)
    age = np.clip(rng.normal(46, 11, n), 19, 88)
    death = np.where(rng.random(n) < 0.03, began + rng.uniform(20, 900, n), np.nan)
    person = enrol(world, SERVICE, began, age, death, decile, lognormal(rng, 1, 0.2, n))
    cohort = Cohort(person, began, decile, death)
    after = began >= world.window.day(world.effects.community_clinics)
    in_community = after & (rng.random(n) < IN_COMMUNITY)
    treated = rng.random(n) < STARTS_TREATMENT
    start = began + _waits(rng, world, after)
    weeks = np.where(rng.random(n) < SHORT_COURSE, 8, 12)
    _assessment(rng, world, cohort)
    _treatment(rng, world, cohort, start, np.where(treated, weeks, -1), in_community)
    _test_of_cure(rng, world, cohort, start + 7 * weeks + 84, treated)
    _questionnaires(rng, world, cohort)
    _hospital(rng, world, cohort)


def _waits(rng: np.random.Generator, world: World, after: np.ndarray) -> np.ndarray:
    """Days from the first clinic to the first treatment visit."""
    mean = np.where(after, world.effects.wait_after, world.effects.wait_before) - SHORTEST_WAIT
    return SHORTEST_WAIT + mean * rng.gamma(5, 1 / 5, len(after))


def _assessment(rng: np.random.Generator, world: World, cohort: Cohort) -> None:
    """First contact in clinic or by outreach, elastography, for some a second clinic."""
    n, person, began = len(cohort), cohort.person, cohort.began
    outreach = rng.random(n) < 0.15
    world.contact(person, began, 0.03, keep=outreach, **_OUTREACH)
    world.contact(person, began, 0.03, keep=~outreach, hrg="WF01B", **_CLINIC)
    there = np.where(rng.random(n) < 0.07, OTHER_HOSPITAL, OWN)
    when, comes = began + rng.uniform(1, 14, n), rng.random(n) < 0.85
    world.contact(person, when, 0.02, keep=comes, organisation_code=there, **_ELASTOGRAPHY)
    when, comes = began + rng.uniform(7, 20, n), rng.random(n) < 0.6
    world.contact(person, when, 0.02, keep=comes, hrg="WF01A", **_CLINIC)


def _treatment(
    rng: np.random.Generator, world: World, cohort: Cohort, start: np.ndarray, weeks: np.ndarray,
    in_community: np.ndarray,
) -> None:  # fmt: skip
    """A visit at the start and every four weeks; each but the last gives out drugs for four weeks."""
    columns = {
        "activity_type": "therapy",
        "department": np.where(in_community, "COMMUNITY", "LIVER"),
        "organisation_code": np.where(in_community, COMMUNITY_TRUST, OWN),
        **_LIVER,
    }
    for visit in range(4):
        recipe = np.where(4 * visit < weeks, "antiviral_visit", "end_of_treatment_visit")
        when = start + 28 * visit + (rng.uniform(-2, 2, len(cohort)) if visit else 0.0)
        world.contact(cohort.person, when, 0.02, keep=4 * visit <= weeks, recipe=recipe, **columns)


def _test_of_cure(
    rng: np.random.Generator, world: World, cohort: Cohort, due: np.ndarray, treated: np.ndarray
) -> None:
    """A blood test 12 weeks after treatment, of those treated who are alive and come."""
    n, effects = len(cohort), world.effects
    after = cohort.began >= world.window.day(effects.community_clinics)
    cured = rng.random(n) < np.where(after, effects.cured_after, effects.cured_before)
    comes = treated & (rng.random(n) < answer_share(ANSWERS["svr12"], cohort.decile))
    moment = due + rng.uniform(0, 8, n)
    world.contact(cohort.person, moment, 0.02, keep=comes, **_TEST)
    invited = treated & (np.isnan(cohort.death) | (cohort.death > moment + 1))
    asked = Asked(
        np.flatnonzero(invited),
        comes[invited],
        np.where(comes, np.floor(moment), np.nan)[invited],
        np.where(comes, np.floor(moment) + 3, np.floor(due + 42))[invited],
    )
    month_six = {"service": SERVICE, "time_point": "6_months"}
    file_answers(world, cohort.person, asked, instrument="svr12", value=cured * 1.0, **month_six)


def _questionnaires(rng: np.random.Generator, world: World, cohort: Cohort) -> None:
    """Fatigue at 12 weeks, EQ-5D-5L at the start, six weeks and six months, and the goal."""
    n, person = len(cohort), cohort.person
    fatigue = np.round(np.clip(rng.normal(4.1, 1.3, n), 1, 7), 1)
    share = answer_share(ANSWERS["fatigue"], cohort.decile)
    asked = ask(rng, cohort.began + DUE["12_weeks"], share, cohort.death)
    week_12 = {"service": SERVICE, "time_point": "12_weeks"}
    file_answers(world, person, asked, instrument="fatigue", value=fatigue, **week_12)
    burden = rng.normal(0.1, 0.8, n)
    profiles = eq5d_profiles(rng, burden)
    share = answer_share(ANSWERS["eq5d5l"], cohort.decile)
    due = cohort.began + DUE["6_months"]
    asked = ask(rng, due, share, cohort.death)
    file_quality(world, person, asked, profiles, due, service=SERVICE, time_point="6_months")
    early_quality(world, SERVICE, cohort, burden, EARLY)
    goals(world, SERVICE, cohort, world.effects.goal_hepatitis_c)


def _hospital(rng: np.random.Generator, world: World, cohort: Cohort) -> None:
    """A few have advanced liver disease and come in as an emergency."""
    n = len(cohort)
    ill, when = rng.random(n) < ADVANCED, cohort.began + rng.uniform(10, 250, n)
    emergency = {"activity_type": "emergency", "recipe": "emergency", "department": "EMERG"}
    emergency |= {"primary_diagnosis": _CIRRHOSIS, "treatment_function": "180", "hrg": "VB04Z"}
    world.contact(cohort.person, when, 0.2, keep=ill, **emergency)
    lasts = 1 + lognormal(rng, 15, 0.9, n)
    ward = {"activity_type": "admitted", "recipe": "liver_ward", "department": "LIVER"}
    ward |= {"spell": world.new_spells(n), "primary_diagnosis": _CIRRHOSIS, "treatment_function": "306"}
    ward |= {"hrg": "GC01E", "discharge_destination": "19"}
    world.contact(cohort.person, when + 0.2, lasts, keep=ill, **ward)
