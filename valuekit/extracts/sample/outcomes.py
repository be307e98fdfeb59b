"""Asking people how they are: who answers and when, and what an EQ-5D-5L profile looks like."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from valuekit.extracts.sample.world import Cohort, World

ASK_BEFORE, ASK_AFTER, GIVE_UP_AFTER = 21.0, 14.0, 28.0
"""Days: answers come from three weeks before the due day to two after; asking ends four weeks after."""
DEPRIVATION_SPREAD = 0.07
"""Least less most deprived decile in the share that answers."""
DUE = {"6_weeks": 42.0, "12_weeks": 84.0, "6_months": 182.0, "12_months": 365.0}
"""Days from the start of the pathway."""

ANSWERS_EARLY, ANSWERS_GOAL = 0.80, 0.78
FIRST_DAYS, SIX_WEEKS = (0.0, 2.0, 7.0), (-10.0, 0.0, 14.0)
"""First, most likely and last day of an answer, from the due day."""
BURDEN_KEPT, BURDEN_NEW = 0.6, 0.5
"""How much of the burden at six months is there before, and the spread of what is not."""

# A problem of level k or worse in a dimension: burden + offset + noise above the k-th cut.
_OFFSETS = np.array([0.15, -0.35, 0.2, 0.1, -0.05])  # mobility, self-care, usual activities, pain, anxiety
_CUTS = np.array([0.0, 0.9, 1.8, 2.7])
_TO_THREE = str.maketrans("12345", "12233")
"""Level of the EQ-5D-3L that a person with each level of the EQ-5D-5L ticks, in the sample alone: it is no
way to turn one instrument into the other."""


class EarlyShifts(NamedTuple):
    """What is added to the burden so that the means are what the effects say (found once, by simulation)."""

    baseline: float
    six_weeks: float


@dataclass(frozen=True)
class Asked:
    """One row a person who was asked: their position, whether they answered, and the days."""

    position: np.ndarray
    answered: np.ndarray
    completed: np.ndarray
    recorded: np.ndarray


def answer_share(base: float, decile: np.ndarray) -> np.ndarray:
    """Share that answers: `base` in the middle, a little less among the deprived."""
    return base + DEPRIVATION_SPREAD * (decile - 5.5) / 9


def ask(
    rng: np.random.Generator,
    due: np.ndarray,
    share: np.ndarray,
    death: np.ndarray,
    around: tuple[float, float, float] = (-ASK_BEFORE, -4.0, ASK_AFTER),
) -> Asked:
    """Ask everybody who is alive on the `due` day; people who die before they answer leave no row.

    `around`: first, most likely and last day of an answer, counted from the due day.
    """
    size = len(due)
    completed = np.floor(due + rng.triangular(*around, size))
    answered = rng.random(size) < share
    alive = np.isnan(death) | (death >= np.where(answered, np.maximum(due, completed + 1), due))
    return Asked(
        np.flatnonzero(alive),
        answered[alive],
        np.where(answered, completed, np.nan)[alive],
        np.where(answered, completed + rng.integers(0, 4, size), np.floor(due + GIVE_UP_AFTER))[alive],
    )


def file_answers(
    world: World,
    person: np.ndarray,
    asked: Asked,
    *,
    service: str,
    instrument: Any,
    time_point: str,
    value: Any = np.nan,
    items: Any = "",
) -> None:
    """File the rows of `asked`; `value` and `items` (one a person) are kept where there is an answer.

    `instrument` is one for all, or one a person.
    """
    n, at = len(asked.position), asked.position
    spread = {
        "value": np.broadcast_to(value, person.shape)[at],
        "items": np.broadcast_to(items, person.shape)[at],
    }
    world.outcomes.add(
        n,
        person=person[at],
        service=service,
        instrument=np.broadcast_to(instrument, person.shape)[at],
        time_point=time_point,
        recorded=asked.recorded,
        completed=asked.completed,
        value=np.where(asked.answered, spread["value"], np.nan),
        items=np.where(asked.answered, spread["items"], ""),
    )


def early_quality(
    world: World, service: str, cohort: Cohort, burden: np.ndarray, shifts: EarlyShifts
) -> None:
    """EQ-5D-5L in the first days and at six weeks, from the latent `burden` at six months.

    Drawn from a generator of its own, so that it disturbs nothing else.
    """
    rng = world.rng(f"{service}: early quality of life")
    for time_point, due, around, shift in (
        ("baseline", 0.0, FIRST_DAYS, shifts.baseline),
        ("6_weeks", DUE["6_weeks"], SIX_WEEKS, shifts.six_weeks),
    ):
        latent = shift + BURDEN_KEPT * burden + rng.normal(0, BURDEN_NEW, len(cohort))
        profiles = eq5d_profiles(rng, latent)
        share = answer_share(ANSWERS_EARLY, cohort.decile)
        asked = ask(rng, cohort.began + due, share, cohort.death, around)
        about = {"service": service, "time_point": time_point}
        file_quality(world, cohort.person, asked, profiles, cohort.began + due, **about)


def file_quality(
    world: World, person: np.ndarray, asked: Asked, profiles: np.ndarray, due: np.ndarray, **about: str
) -> None:
    """File EQ-5D answers: to the EQ-5D-3L in hepatitis C until its switch, all others to the EQ-5D-5L."""
    early = (due < world.window.day(world.effects.five_levels)) & (about["service"] == "hepatitis_c")
    file_answers(
        world,
        person,
        asked,
        instrument=np.where(early, "eq5d3l", "eq5d5l").astype(object),
        items=np.where(early, three_levels(profiles), profiles),
        **about,
    )


def three_levels(profiles: np.ndarray) -> np.ndarray:
    """What people with these EQ-5D-5L profiles tick in the EQ-5D-3L, in this sample."""
    return np.array([text.translate(_TO_THREE) for text in profiles], object)


def goals(world: World, service: str, cohort: Cohort, reached: float) -> None:
    """Whether each person reached, at six months, the goal that they had set; a generator of its own."""
    rng = world.rng(f"{service}: goals")
    value = (rng.random(len(cohort)) < reached) * 1.0
    share = answer_share(ANSWERS_GOAL, cohort.decile)
    asked = ask(rng, cohort.began + DUE["6_months"], share, cohort.death)
    month_six = {"service": service, "time_point": "6_months"}
    file_answers(world, cohort.person, asked, instrument="goal", value=value, **month_six)


def eq5d_profiles(rng: np.random.Generator, burden: np.ndarray) -> np.ndarray:
    """EQ-5D-5L profiles (five digits) of people with a latent `burden` of ill health (0 some, 2 heavy)."""
    latent = burden[:, None] + _OFFSETS + rng.normal(0, 0.7, (len(burden), 5))
    levels = 1 + (latent[:, :, None] > _CUTS).sum(axis=2)
    return (levels * 10 ** np.arange(4, -1, -1)).sum(axis=1).astype(str).astype(object)
