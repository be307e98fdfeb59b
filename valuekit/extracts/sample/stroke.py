"""Stroke: emergency arrival, imaging, one stay on the stroke unit, rehabilitation at home, follow-up."""

from __future__ import annotations

import numpy as np
from scipy.special import ndtri

from valuekit.extracts.sample.outcomes import DUE, Asked, answer_share, ask, eq5d_profiles, file_answers
from valuekit.extracts.sample.people import deciles, enrol
from valuekit.extracts.sample.world import COMMUNITY_TRUST, OTHER_HOSPITAL, OWN, World, arrivals, lognormal

SERVICE, A_YEAR = "stroke", 900
DIES, DIES_EARLY = 0.17, 0.62
"""Share that dies within 180 days; share of those who die within 30."""
DIES_LATER = 0.05
"""Share of six-month survivors who die in the two years after."""
ANSWERS = {"mrs": 0.87, "eq5d5l": 0.76, "nihss": 0.90}
EARLY_DEATH_DAYS = 9.5
"""Mean day of an early death, which ends the first stay."""
STAY_FIT = 1.0376
"""Makes the mean stay of those who leave alive what the effects say: it offsets that they are the
less ill and that a late death may cut a stay short. Found once from two million simulated stays."""
BURDEN = np.array([-0.9, -0.4, 0.15, 0.8, 1.5, 2.2])
"""Latent ill health by Rankin score 0 to 5."""


def simulate(world: World) -> None:
    """Add the stroke pathways of the whole window."""
    rng, effects = world.rng(SERVICE), world.effects
    began = arrivals(world, rng, A_YEAR)
    n = len(began)
    decile = deciles(rng, n, tilt=0.2)
    illness = rng.normal(0, 1, n)
    outcome = 0.6 * illness + 0.8 * rng.normal(0, 1, n)
    death = began + _death_after(rng, outcome)
    age = np.clip(74 + 3.5 * illness + rng.normal(0, 12, n), 19, 101)
    person = enrol(world, SERVICE, began, age, death, decile, lognormal(rng, 1, 0.3, n))
    stay = _stays(rng, world, began, illness, death)
    _hospital(rng, world, person, began, stay, illness)
    _after_hospital(
        rng, world, person, began, began + stay, began >= world.window.day(effects.early_discharge)
    )
    _follow_up(rng, world, person, began, decile, illness, outcome, death)


def _death_after(rng: np.random.Generator, outcome: np.ndarray) -> np.ndarray:
    """Days from arrival to death; missing for survivors. The worst outcomes die."""
    n = len(outcome)
    dies = outcome > ndtri(1 - DIES)
    early = 0.2 + 29.5 * rng.beta(1, 29.5 / EARLY_DEATH_DAYS - 1, n)
    late = rng.uniform(31, 180, n)
    after = np.where(rng.random(n) < DIES_EARLY, early, late)
    later = np.where(rng.random(n) < DIES_LATER, rng.uniform(190, 900, n), np.nan)
    return np.where(dies, after, later)


def _stays(
    rng: np.random.Generator, world: World, began: np.ndarray, illness: np.ndarray, death: np.ndarray
) -> np.ndarray:
    """Days of the first stay: until death for those who die early, else longer for the more ill."""
    effects, n = world.effects, len(began)
    early = DIES * DIES_EARLY
    after = began >= world.window.day(effects.early_discharge)
    mean = (np.where(after, effects.stay_after, effects.stay_before) - early * EARLY_DEATH_DAYS) / (1 - early)
    stay = STAY_FIT * mean * np.exp(0.3 * illness - 0.045) * lognormal(rng, 1, 0.6, n)
    dies_in_hospital = death - began < 30
    return np.where(dies_in_hospital, death - began, np.clip(np.fmin(stay, death - began), 0.6, 150))


def _hospital(
    rng: np.random.Generator,
    world: World,
    person: np.ndarray,
    began: np.ndarray,
    stay: np.ndarray,
    illness: np.ndarray,
) -> None:
    n = len(person)
    code = rng.choice(np.array(["I639", "I634", "I619", "I64X"], object), n, p=(0.6, 0.22, 0.13, 0.05))
    elsewhere = np.where(rng.random(n) < 0.05, OTHER_HOSPITAL, OWN)
    spell = world.new_spells(n)
    in_emergency = np.minimum(rng.uniform(0.08, 0.25, n), stay / 2)
    world.contact(
        person,
        began,
        in_emergency,
        activity_type="emergency",
        recipe="emergency",
        department="EMERG",
        organisation_code=elsewhere,
        primary_diagnosis=code,
        treatment_function="180",
        hrg="VB02Z",
    )
    imaging = {"activity_type": "imaging", "department": "IMAGING", "treatment_function": "812"}
    world.contact(
        person,
        began + in_emergency / 3,
        0.02,
        recipe="ct",
        organisation_code=elsewhere,
        primary_procedure="U051",
        hrg="RD20A",
        **imaging,
    )
    world.contact(
        person,
        began + 1.2,
        0.03,
        keep=(stay > 1.5) & (rng.random(n) < 0.3),
        recipe="mri",
        primary_procedure="U052",
        hrg="RD01A",
        **imaging,
    )
    admitted = began + in_emergency
    first = np.minimum(stay, rng.uniform(1.5, 3.5, n))
    ward = {
        "activity_type": "admitted",
        "department": "STROKE",
        "spell": spell,
        "primary_diagnosis": code,
        "hrg": "AA35C",
    }
    home = np.where(rng.random(n) < 0.12, "54", "19")
    moves = stay > first
    world.contact(
        person,
        admitted,
        first,
        recipe="hyperacute_ward",
        treatment_function="328",
        discharge_destination=np.where(moves, "", home),
        **ward,
    )
    world.contact(
        person,
        admitted + first,
        stay - first,
        keep=moves,
        recipe="stroke_ward",
        treatment_function="328",
        discharge_destination=home,
        **ward,
    )
    _procedures(rng, world, person, admitted, stay, spell, code, illness)
    for week in range(6):
        begin = admitted + 7 * week + 1
        lasts = np.clip(stay - 7 * week - 1, 0, 6)
        world.contact(
            person,
            begin,
            lasts,
            keep=lasts > 0.5,
            activity_type="therapy",
            recipe="therapy_week",
            department="THERAPY",
            spell=spell,
            treatment_function="650",
        )


def _procedures(rng, world, person, admitted, stay, spell, code, illness) -> None:
    n = len(person)
    ischaemic = np.char.startswith(code.astype(str), "I63")
    thrombectomy = ischaemic & (stay > 1) & (illness > 0) & (rng.random(n) < 0.16)
    world.contact(
        person,
        admitted + 0.1,
        0.1,
        keep=thrombectomy,
        activity_type="theatre",
        recipe="thrombectomy",
        department="THEATRES",
        spell=spell,
        primary_diagnosis=code,
        primary_procedure="L712",
        hrg="AA35A",
    )
    critical = (stay > 2.5) & (rng.random(n) < np.clip(0.08 + 0.07 * illness, 0.01, 0.5))
    lasts = np.minimum(stay * 0.6, rng.gamma(2, 2.2, n) + 0.5)
    world.contact(
        person,
        admitted + 0.3,
        lasts,
        keep=critical,
        activity_type="critical_care",
        recipe="critical_care",
        department="CRITCARE",
        spell=spell,
        primary_diagnosis=code,
        hrg="XC06Z",
    )


def _after_hospital(rng, world, person, began, left, after_change) -> None:
    """Rehabilitation at home (more with early supported discharge), clinic, for some a later stay."""
    n = len(person)
    has_rehabilitation = rng.random(n) < np.where(after_change, 0.72, 0.5)
    contacts = np.where(has_rehabilitation, 2 + rng.poisson(np.where(after_change, 4, 3), n), 0)
    for visit in range(9):
        world.contact(
            person,
            left + 1.5 + 6 * visit + rng.uniform(0, 4, n),
            0.04,
            keep=contacts > visit,
            activity_type="community",
            recipe="home_rehabilitation",
            department="COMMUNITY",
            organisation_code=COMMUNITY_TRUST,
            treatment_function="650",
        )
    clinic = {
        "activity_type": "outpatient",
        "recipe": "outpatient",
        "department": "OUTPT",
        "treatment_function": "328",
        "hrg": "WF01A",
    }
    for day, share in ((42, 0.7), (150, 0.35)):
        there = np.where(rng.random(n) < 0.06, OTHER_HOSPITAL, OWN)
        world.contact(
            person,
            np.maximum(began + day, left + 14) + rng.uniform(0, 14, n),
            0.02,
            keep=rng.random(n) < share,
            organisation_code=there,
            **clinic,
        )
    again = left + rng.uniform(8, 140, n)
    comes_back = (rng.random(n) < 0.14) & (again < began + 172)
    reason = rng.choice(np.array(["I693", "J189", "N390", "R298"], object), n)
    lasts, spell = 0.6 + lognormal(rng, 6, 0.8, n), world.new_spells(n)
    there = np.where(rng.random(n) < 0.08, OTHER_HOSPITAL, OWN)
    world.contact(
        person,
        again,
        0.2,
        keep=comes_back,
        activity_type="emergency",
        recipe="emergency",
        department="EMERG",
        organisation_code=there,
        primary_diagnosis=reason,
        treatment_function="180",
        hrg="VB04Z",
    )
    world.contact(
        person,
        again + 0.2,
        lasts,
        keep=comes_back,
        activity_type="admitted",
        recipe="general_ward",
        department="GENMED",
        spell=spell,
        organisation_code=there,
        primary_diagnosis=reason,
        treatment_function="300",
        hrg="DZ11K",
        discharge_destination="19",
    )


def _follow_up(rng, world, person, began, decile, illness, outcome, death) -> None:
    rankin = rankin_scores(world, decile, outcome, rng.random(len(person)))
    due = began + DUE["6_months"]
    month_six = {"service": SERVICE, "time_point": "6_months"}
    file_answers(
        world,
        person,
        ask(rng, due, answer_share(ANSWERS["mrs"], decile), death),
        instrument="mrs",
        value=rankin,
        **month_six,
    )
    profiles = eq5d_profiles(rng, BURDEN[rankin])
    file_answers(
        world,
        person,
        ask(rng, due, answer_share(ANSWERS["eq5d5l"], decile), death),
        instrument="eq5d5l",
        items=profiles,
        **month_six,
    )
    written = (death < due) & (rng.random(len(person)) < 0.5)  # a clinician's 6 for some of those who died
    recorded = np.floor(due + 5)[written]
    world.outcomes.add(
        int(written.sum()),
        person=person[written],
        instrument="mrs",
        value=6.0,
        completed=recorded,
        recorded=recorded,
        **month_six,
    )
    severity = np.clip(np.round(np.expm1(1.85 + 0.75 * illness)), 0, 42)
    day, assessed = np.floor(began), rng.random(len(person)) < answer_share(ANSWERS["nihss"], decile)
    on_arrival = Asked(np.arange(len(person)), assessed, np.where(assessed, day, np.nan), day)
    file_answers(
        world, person, on_arrival, service=SERVICE, instrument="nihss", time_point="baseline", value=severity
    )


def rankin_scores(world: World, decile: np.ndarray, outcome: np.ndarray, toss: np.ndarray) -> np.ndarray:
    """Rankin score 0 to 5 of those alive at six months, from a standard normal `outcome` (low is good).

    The share of 0 to 2 among all is set so that the measure's own share (answers in the denominator with
    everybody who died) is ``effects.independent(decile)``: share × (answers × alive + died) ÷ answers.
    """
    answers = answer_share(ANSWERS["mrs"], decile)
    independent = world.effects.independent(decile) * (answers * (1 - DIES) + DIES) / answers
    good = outcome < ndtri(independent)
    return np.where(good, np.digitize(toss, (0.22, 0.62)), 3 + np.digitize(toss, (0.5, 0.88)))
