"""Stroke: emergency arrival, imaging, one stay on the stroke unit, rehabilitation at home, follow-up."""

from __future__ import annotations

import numpy as np

from valuekit.extracts.sample import severity
from valuekit.extracts.sample.outcomes import (
    DUE,
    Asked,
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

SERVICE, A_YEAR = "stroke", 900
DIES, DIES_EARLY = 0.17, 0.62
"""Share that dies within 180 days; share of those who die within 30."""
DIES_LATER = 0.05
"""Share of six-month survivors who die in the two years after."""
ANSWERS = {"mrs": 0.87, "eq5d5l": 0.76, "nihss": 0.90}
EARLY_DEATH_DAYS = 9.5
"""Mean day of an early death, which ends the first stay."""
COMES_BACK = 0.14
"""Chance to come back to the emergency department and stay, for those alive and within the pathway then."""
STAY_FIT = 1.0304
"""Makes the mean stay of those who leave alive what the effects say: it offsets that they are the
less ill and that a late death may cut a stay short. Found once from 800,000 simulated stays."""
EARLY = EarlyShifts(1.122, 0.695)
BURDEN = np.array([-0.9, -0.4, 0.15, 0.8, 1.5, 2.2])
"""Latent ill health by Rankin score 0 to 5."""

_EMERGENCY = {
    "activity_type": "emergency", "recipe": "emergency", "department": "EMERG", "treatment_function": "180",
}  # fmt: skip
_IMAGING = {"activity_type": "imaging", "department": "IMAGING", "treatment_function": "812"}
_CLINIC = {
    "activity_type": "outpatient", "recipe": "outpatient", "department": "OUTPT", "treatment_function": "328",
    "hrg": "WF01A",
}  # fmt: skip
_REHABILITATION = {
    "activity_type": "community", "recipe": "home_rehabilitation", "department": "COMMUNITY",
    "organisation_code": COMMUNITY_TRUST, "treatment_function": "650",
}  # fmt: skip


def simulate(world: World) -> None:
    """Add the stroke pathways of the whole window."""
    rng, effects = world.rng(SERVICE), world.effects
    began = arrivals(world, rng, A_YEAR)
    n = len(began)
    decile = deciles(rng, n, tilt=0.2)
    illness = rng.normal(0, 1, n)
    who = severity.person(illness, rng.normal(0, 1, n))
    fate = rng.random(n)
    death = began + _death_after(rng, fate > 1 - severity.chance_of_death(effects, who, DIES))
    person = enrol(world, SERVICE, began, who.age, death, decile, lognormal(rng, 1, 0.3, n))
    cohort = Cohort(person, began, decile, death)
    stay = _stays(rng, world, cohort, illness)
    site = rng.choice(len(effects.sites), n, p=effects.site_shares)
    _first_stay(rng, world, cohort, stay, illness, np.array(effects.sites, object)[site])
    _rehabilitation(rng, world, cohort, began + stay, began >= world.window.day(effects.early_discharge))
    _clinics(rng, world, cohort, began + stay)
    _readmissions(rng, world, cohort, began + stay)
    answers = answer_share(ANSWERS["mrs"], np.arange(1, 11))
    chance = severity.chance_of_independence(effects, who, decile, site, answers, DIES)
    rankin = rankin_scores(fate < chance, rng.random(n))
    _follow_up(rng, world, cohort, who.severity, rankin)
    early_quality(world, SERVICE, cohort, BURDEN[rankin], EARLY)
    goals(world, SERVICE, cohort, effects.goal_stroke)


def _death_after(rng: np.random.Generator, dies: np.ndarray) -> np.ndarray:
    """Days from arrival to death for those of whom `dies` holds, and for a few later; else missing."""
    n = len(dies)
    early = 0.2 + 29.5 * rng.beta(1, 29.5 / EARLY_DEATH_DAYS - 1, n)
    late = rng.uniform(31, 180, n)
    after = np.where(rng.random(n) < DIES_EARLY, early, late)
    later = np.where(rng.random(n) < DIES_LATER, rng.uniform(190, 900, n), np.nan)
    return np.where(dies, after, later)


def _stays(rng: np.random.Generator, world: World, cohort: Cohort, illness: np.ndarray) -> np.ndarray:
    """Days of the first stay: until death for those who die early, else longer for the more ill."""
    effects, early, to_death = world.effects, DIES * DIES_EARLY, cohort.death - cohort.began
    after = cohort.began >= world.window.day(effects.early_discharge)
    mean = (np.where(after, effects.stay_after, effects.stay_before) - early * EARLY_DEATH_DAYS) / (1 - early)
    stay = STAY_FIT * mean * np.exp(0.3 * illness - 0.045) * lognormal(rng, 1, 0.6, len(cohort))
    return np.where(to_death < 30, to_death, np.clip(np.fmin(stay, to_death), 0.6, 150))


def _first_stay(
    rng: np.random.Generator, world: World, cohort: Cohort, stay: np.ndarray, illness: np.ndarray,
    site: np.ndarray,
) -> None:  # fmt: skip
    """Emergency department, scans, and two episodes on the stroke unit in one spell."""
    n, person, began = len(cohort), cohort.person, cohort.began
    code = rng.choice(np.array(["I639", "I634", "I619", "I64X"], object), n, p=(0.6, 0.22, 0.13, 0.05))
    there = np.where(rng.random(n) < 0.05, OTHER_HOSPITAL, OWN)
    spell = world.new_spells(n)
    waits = np.minimum(rng.uniform(0.08, 0.25, n), stay / 2)
    arrival = {"organisation_code": there, "primary_diagnosis": code, "hrg": "VB02Z"}
    world.contact(person, began, waits, **arrival, **_EMERGENCY)
    ct = {"recipe": "ct", "organisation_code": there, "primary_procedure": "U051", "hrg": "RD20A"}
    world.contact(person, began + waits / 3, 0.02, **ct, **_IMAGING)
    has_mri = (stay > 1.5) & (rng.random(n) < 0.3)
    mri = {"recipe": "mri", "primary_procedure": "U052", "hrg": "RD01A"}
    world.contact(person, began + 1.2, 0.03, keep=has_mri, **mri, **_IMAGING)

    admitted = began + waits
    first = np.minimum(stay, rng.uniform(1.5, 3.5, n))
    home = np.where(rng.random(n) < 0.12, "54", "19")
    moves = stay > first
    ward = {"activity_type": "admitted", "department": "STROKE", "treatment_function": "328", "hrg": "AA35C"}
    ward |= {"spell": spell, "primary_diagnosis": code, "organisation_code": site}
    leaves = np.where(moves, "", home)
    world.contact(person, admitted, first, recipe="hyperacute_ward", discharge_destination=leaves, **ward)
    rest = {"recipe": "stroke_ward", "discharge_destination": home}
    world.contact(person, admitted + first, stay - first, keep=moves, **rest, **ward)
    _procedures(rng, world, cohort, admitted, stay, illness, {"spell": spell, "primary_diagnosis": code})
    for week in range(6):
        lasts = np.clip(stay - 7 * week - 1, 0, 6)
        therapy = {"activity_type": "therapy", "recipe": "therapy_week", "department": "THERAPY"}
        therapy |= {"spell": spell, "treatment_function": "650"}
        world.contact(person, admitted + 7 * week + 1, lasts, keep=lasts > 0.5, **therapy)


def _procedures(
    rng: np.random.Generator, world: World, cohort: Cohort, admitted: np.ndarray, stay: np.ndarray,
    illness: np.ndarray, columns: dict[str, np.ndarray],
) -> None:  # fmt: skip
    """Thrombectomy for some ischaemic strokes, critical care for some of the most ill."""
    n = len(cohort)
    ischaemic = np.char.startswith(columns["primary_diagnosis"].astype(str), "I63")
    thrombectomy = ischaemic & (stay > 1) & (illness > 0) & (rng.random(n) < 0.16)
    theatre = {"activity_type": "theatre", "recipe": "thrombectomy", "department": "THEATRES"}
    theatre |= {"primary_procedure": "L712", "hrg": "AA35A"}
    world.contact(cohort.person, admitted + 0.1, 0.1, keep=thrombectomy, **theatre, **columns)
    critical = (stay > 2.5) & (rng.random(n) < np.clip(0.08 + 0.07 * illness, 0.01, 0.5))
    lasts = np.minimum(stay * 0.6, rng.gamma(2, 2.2, n) + 0.5)
    unit = {"activity_type": "critical_care", "recipe": "critical_care", "department": "CRITCARE"}
    world.contact(cohort.person, admitted + 0.3, lasts, keep=critical, hrg="XC06Z", **unit, **columns)


def _rehabilitation(
    rng: np.random.Generator, world: World, cohort: Cohort, left: np.ndarray, after_change: np.ndarray
) -> None:
    """Visits at home, to more people and more often with early supported discharge."""
    n = len(cohort)
    has_visits = rng.random(n) < np.where(after_change, 0.72, 0.5)
    visits = np.where(has_visits, 2 + rng.poisson(np.where(after_change, 4, 3), n), 0)
    for visit in range(9):
        when = left + 1.5 + 6 * visit + rng.uniform(0, 4, n)
        world.contact(cohort.person, when, 0.04, keep=visits > visit, **_REHABILITATION)


def _clinics(rng: np.random.Generator, world: World, cohort: Cohort, left: np.ndarray) -> None:
    n = len(cohort)
    for day, share in ((42, 0.7), (150, 0.35)):
        there = np.where(rng.random(n) < 0.06, OTHER_HOSPITAL, OWN)
        when = np.maximum(cohort.began + day, left + 14) + rng.uniform(0, 14, n)
        comes = rng.random(n) < share
        world.contact(cohort.person, when, 0.02, keep=comes, organisation_code=there, **_CLINIC)


def _readmissions(rng: np.random.Generator, world: World, cohort: Cohort, left: np.ndarray) -> None:
    """One in eight comes back within the pathway, for something that follows from the stroke."""
    n = len(cohort)
    again = left + rng.uniform(8, 140, n)
    comes_back = (rng.random(n) < COMES_BACK) & (again < cohort.began + 172)
    reason = rng.choice(np.array(["I693", "J189", "N390", "R298"], object), n)
    lasts, spell = 0.6 + lognormal(rng, 6, 0.8, n), world.new_spells(n)
    columns = {
        "organisation_code": np.where(rng.random(n) < 0.08, OTHER_HOSPITAL, OWN),
        "primary_diagnosis": reason,
    }
    world.contact(cohort.person, again, 0.2, keep=comes_back, hrg="VB04Z", **columns, **_EMERGENCY)
    ward = {"activity_type": "admitted", "recipe": "general_ward", "department": "GENMED", "spell": spell}
    ward |= {"treatment_function": "300", "hrg": "DZ11K", "discharge_destination": "19"}
    world.contact(cohort.person, again + 0.2, lasts, keep=comes_back, **ward, **columns)


def _follow_up(
    rng: np.random.Generator, world: World, cohort: Cohort, arrival: np.ndarray, rankin: np.ndarray
) -> None:
    """Rankin score and EQ-5D-5L at six months, severity on `arrival`."""
    person, began, decile, death = cohort.person, cohort.began, cohort.decile, cohort.death
    due = began + DUE["6_months"]
    month_six = {"service": SERVICE, "time_point": "6_months"}
    asked = ask(rng, due, answer_share(ANSWERS["mrs"], decile), death)
    file_answers(world, person, asked, instrument="mrs", value=rankin, **month_six)
    profiles = eq5d_profiles(rng, BURDEN[rankin])
    asked = ask(rng, due, answer_share(ANSWERS["eq5d5l"], decile), death)
    file_answers(world, person, asked, instrument="eq5d5l", items=profiles, **month_six)

    written = (death < due) & (rng.random(len(cohort)) < 0.5)  # a clinician's 6 for some of those who died
    day = np.floor(due + 5)[written]
    dead = {"person": person[written], "completed": day, "recorded": day, "value": 6.0}
    world.outcomes.add(int(written.sum()), instrument="mrs", **dead, **month_six)

    day, assessed = np.floor(began), rng.random(len(cohort)) < answer_share(ANSWERS["nihss"], decile)
    on_arrival = Asked(np.arange(len(cohort)), assessed, np.where(assessed, day, np.nan), day)
    baseline = {"service": SERVICE, "time_point": "baseline"}
    file_answers(world, person, on_arrival, instrument="nihss", value=arrival, **baseline)


def rankin_scores(independent: np.ndarray, toss: np.ndarray) -> np.ndarray:
    """Rankin score of each person were they alive at six months: 0 to 2 of the independent, else 3 to 5."""
    return np.where(independent, np.digitize(toss, (0.22, 0.62)), 3 + np.digitize(toss, (0.5, 0.88)))
