"""Care outside the pathways: other people's, and what cohort patients come to hospital for besides."""

from __future__ import annotations

import numpy as np

from valuekit.extracts.sample.people import deciles, enrol
from valuekit.extracts.sample.world import COMMUNITY_TRUST, OWN, World, lognormal

A_YEAR = 1500
"""Other people first seen in a year."""
CONTACTS = 2.0
"""Mean contacts a person after the first."""
EYE_CLINIC = 0.12
"""Share of cohort patients with ophthalmology appointments."""

# recipe, activity type, department, treatment function, HRG, share of contacts
_KINDS = (
    ("outpatient", "outpatient", "OUTPT", "300", "WF01A", 0.44),
    ("imaging_other", "imaging", "IMAGING", "812", "RD42Z", 0.15),
    ("emergency", "emergency", "EMERG", "180", "VB09Z", 0.17),
    ("home_visit", "community", "COMMUNITY", "300", "", 0.09),
    ("therapy_visit", "therapy", "THERAPY", "650", "", 0.05),
    ("general_ward", "admitted", "GENMED", "300", "DZ11K", 0.07),
    ("small_operation", "theatre", "THEATRES", "100", "FF60D", 0.03),
)
_DIAGNOSES = np.array(
    ["J440", "N390", "K802", "M179", "E119", "I10X", "R074", "C509", "S525", "L031"], object
)


def simulate(world: World) -> None:
    """Add other people with their activity, and eye clinics for a share of those already enrolled."""
    _eye_clinics(world)
    rng = world.rng("elsewhere")
    # Those first seen in the year before the window keep the stream steady from its first month on.
    n = rng.poisson(A_YEAR * (world.window.days / 365 + 1))
    first = rng.uniform(-365, world.window.days, n)
    age = np.clip(rng.normal(56, 19, n), 18, 99)
    death = np.where(rng.random(n) < 0.03, first + rng.uniform(30, 800, n), np.nan)
    person = enrol(world, "", first, age, death, deciles(rng, n, 0.1), lognormal(rng, 1, 0.4, n))
    repeats = np.repeat(np.arange(n), 1 + rng.poisson(CONTACTS, n))
    moment = first[repeats] + np.where(np.diff(repeats, prepend=-1) > 0, 0, rng.uniform(0, 365, len(repeats)))
    kind = rng.choice(len(_KINDS), len(repeats), p=[row[-1] for row in _KINDS])
    for number, (recipe, activity_type, department, function, hrg, _) in enumerate(_KINDS):
        at = np.flatnonzero(kind == number)
        stay = activity_type == "admitted"
        days = 0.5 + lognormal(rng, 5.0, 0.8, len(at)) if stay else rng.uniform(0.01, 0.2, len(at))
        world.contact(
            person[repeats[at]],
            moment[at],
            days,
            activity_type=activity_type,
            recipe=recipe,
            department=department,
            spell=world.new_spells(len(at)) if stay else -1,
            treatment_function=function,
            hrg=hrg,
            organisation_code=COMMUNITY_TRUST if department == "COMMUNITY" else OWN,
            primary_diagnosis=rng.choice(_DIAGNOSES, len(at)),
            discharge_destination="19" if stay else "",
        )


def _eye_clinics(world: World) -> None:
    """Ophthalmology: at the same time as a pathway, for something else, and so never part of it."""
    rng, people = world.rng("eye clinics"), world.people.frame()
    chosen = np.flatnonzero((people["service"] != "") & (rng.random(len(people)) < EYE_CLINIC))
    visits = np.repeat(chosen, rng.integers(1, 4, len(chosen)))
    world.contact(
        visits,
        rng.uniform(0, world.window.days, len(visits)),
        0.02,
        activity_type="outpatient",
        recipe="outpatient",
        department="OUTPT",
        primary_diagnosis="H251",
        treatment_function="130",
        hrg="WF01A",
    )
