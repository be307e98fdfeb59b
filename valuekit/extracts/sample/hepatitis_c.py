"""Hepatitis C: clinic, elastography, eight or twelve weeks of antiviral drugs, a test of cure."""

from __future__ import annotations

import numpy as np

from valuekit.extracts.sample.outcomes import DUE, Asked, answer_share, ask, eq5d_profiles, file_answers
from valuekit.extracts.sample.people import deciles, enrol
from valuekit.extracts.sample.world import COMMUNITY_TRUST, OTHER_HOSPITAL, OWN, World, arrivals, lognormal

SERVICE, A_YEAR = "hepatitis_c", 400
ANSWERS = {"svr12": 0.90, "fatigue": 0.76, "eq5d5l": 0.74}
STARTS_TREATMENT = 0.94
SHORT_COURSE = 0.8
"""Share treated for 8 weeks; the others for 12."""
SHORTEST_WAIT = 2.0
_LIVER = {"primary_diagnosis": "B182", "treatment_function": "306"}


def simulate(world: World) -> None:
    """Add the hepatitis C pathways of the whole window."""
    rng = world.rng(SERVICE)
    began = arrivals(world, rng, A_YEAR)
    n = len(began)
    decile = deciles(rng, n, tilt=0.6)
    age = np.clip(rng.normal(46, 11, n), 19, 88)
    death = np.where(rng.random(n) < 0.03, began + rng.uniform(20, 900, n), np.nan)
    person = enrol(world, SERVICE, began, age, death, decile, lognormal(rng, 1, 0.2, n))
    in_community = (began >= world.window.day(world.effects.community_clinics)) & (rng.random(n) < 0.65)
    treated = rng.random(n) < STARTS_TREATMENT
    wait = _waits(rng, world, began)
    weeks = np.where(rng.random(n) < SHORT_COURSE, 8, 12)
    _assessment(rng, world, person, began, in_community)
    _treatment(rng, world, person, began + wait, weeks, treated, in_community)
    tested = began + wait + 7 * weeks + 84
    _outcomes(rng, world, person, began, decile, death, treated, tested)
    _hospital(rng, world, person, began)


def _waits(rng: np.random.Generator, world: World, began: np.ndarray) -> np.ndarray:
    effects = world.effects
    after = began >= world.window.day(effects.community_clinics)
    mean = np.where(after, effects.wait_after, effects.wait_before) - SHORTEST_WAIT
    return SHORTEST_WAIT + mean * rng.gamma(5, 1 / 5, len(began))


def _assessment(rng, world, person, began, in_community) -> None:
    n = len(person)
    outreach = rng.random(n) < 0.15
    world.contact(
        person,
        began,
        0.03,
        keep=outreach,
        activity_type="community",
        recipe="outreach",
        department="COMMUNITY",
        organisation_code=COMMUNITY_TRUST,
        **_LIVER,
    )
    world.contact(
        person,
        began,
        0.03,
        keep=~outreach,
        activity_type="outpatient",
        recipe="liver_clinic",
        department="OUTPT",
        hrg="WF01B",
        **_LIVER,
    )
    there = np.where(rng.random(n) < 0.07, OTHER_HOSPITAL, OWN)
    world.contact(
        person,
        began + rng.uniform(1, 14, n),
        0.02,
        keep=rng.random(n) < 0.85,
        activity_type="imaging",
        recipe="elastography",
        department="IMAGING",
        organisation_code=there,
        primary_procedure="U365",
        hrg="RD42Z",
        **_LIVER,
    )
    world.contact(
        person,
        began + rng.uniform(7, 20, n),
        0.02,
        keep=rng.random(n) < 0.6,
        activity_type="outpatient",
        recipe="liver_clinic",
        department="OUTPT",
        hrg="WF01A",
        **_LIVER,
    )


def _treatment(rng, world, person, start, weeks, treated, in_community) -> None:
    """A visit at the start and every four weeks; drugs for four weeks are given out at each but the last."""
    place = np.where(in_community, "COMMUNITY", "LIVER")
    who = np.where(in_community, COMMUNITY_TRUST, OWN)
    for visit in range(4):
        keep = treated & (4 * visit <= weeks)
        recipe = np.where(4 * visit < weeks, "antiviral_visit", "end_of_treatment_visit")
        shift = rng.uniform(-2, 2, len(person)) if visit else 0.0
        world.contact(
            person,
            start + 28 * visit + shift,
            0.02,
            keep=keep,
            activity_type="therapy",
            recipe=recipe,
            department=place,
            organisation_code=who,
            **_LIVER,
        )


def _outcomes(rng, world, person, began, decile, death, treated, tested) -> None:
    n, effects = len(person), world.effects
    after = began >= world.window.day(effects.community_clinics)
    cured = rng.random(n) < np.where(after, effects.cured_after, effects.cured_before)
    comes = treated & (rng.random(n) < answer_share(ANSWERS["svr12"], decile))
    moment = tested + rng.uniform(0, 8, n)
    world.contact(
        person,
        moment,
        0.02,
        keep=comes,
        activity_type="outpatient",
        recipe="test_of_cure",
        department="OUTPT",
        hrg="WF01A",
        **_LIVER,
    )
    alive = np.isnan(death) | (death > moment + 1)
    asked = Asked(
        np.flatnonzero(treated & alive),
        comes[treated & alive],
        np.where(comes, np.floor(moment), np.nan)[treated & alive],
        np.where(comes, np.floor(moment) + 3, np.floor(tested + 42))[treated & alive],
    )
    file_answers(
        world, person, asked, service=SERVICE, instrument="svr12", time_point="6_months", value=cured * 1.0
    )
    fatigue = np.round(np.clip(rng.normal(4.1, 1.3, n), 1, 7), 1)
    file_answers(
        world,
        person,
        ask(rng, began + DUE["12_weeks"], answer_share(ANSWERS["fatigue"], decile), death),
        service=SERVICE,
        instrument="fatigue",
        time_point="12_weeks",
        value=fatigue,
    )
    profiles = eq5d_profiles(rng, rng.normal(0.1, 0.8, n))
    file_answers(
        world,
        person,
        ask(rng, began + DUE["6_months"], answer_share(ANSWERS["eq5d5l"], decile), death),
        service=SERVICE,
        instrument="eq5d5l",
        time_point="6_months",
        items=profiles,
    )


def _hospital(rng, world, person, began) -> None:
    """A few have advanced liver disease and come in as an emergency."""
    n = len(person)
    ill, spell = rng.random(n) < 0.06, world.new_spells(n)
    when, code = began + rng.uniform(10, 250, n), "K746"
    world.contact(
        person,
        when,
        0.2,
        keep=ill,
        activity_type="emergency",
        recipe="emergency",
        department="EMERG",
        primary_diagnosis=code,
        treatment_function="180",
        hrg="VB04Z",
    )
    world.contact(
        person,
        when + 0.2,
        1 + lognormal(rng, 15, 0.9, n),
        keep=ill,
        activity_type="admitted",
        recipe="liver_ward",
        department="LIVER",
        spell=spell,
        primary_diagnosis=code,
        treatment_function="306",
        hrg="GC01E",
        discharge_destination="19",
    )
