"""What matters: how people rated each topic, in discussion groups and by survey."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

from valuekit.extracts.sample.world import World

SPREAD, OWN_LEVEL = 0.75, 0.25
"""Spread of one rating around its topic's mean, and of people who rate everything higher or lower."""
FIRST_GROUP, BETWEEN_GROUPS, SURVEY_OPEN = 45, 14, (80, 150)
"""Days from the start: two discussion groups, a fortnight apart, then the survey for ten weeks."""


class Asked(NamedTuple):
    """How many people of one group were asked, and how."""

    method: str
    group: str
    people: dict[str, int]


ASKED = (
    Asked("discussion_group", "patient", {"stroke": 14, "hepatitis_c": 15, "endocarditis": 8}),
    Asked("discussion_group", "carer", {"stroke": 10, "hepatitis_c": 2, "endocarditis": 4}),
    Asked("survey", "patient", {"stroke": 38, "hepatitis_c": 34, "endocarditis": 15}),
    Asked("survey", "carer", {"stroke": 20, "hepatitis_c": 4, "endocarditis": 6}),
    Asked("survey", "clinician", {"stroke": 18, "hepatitis_c": 12, "endocarditis": 14}),
)


def importance(world: World) -> dict[str, dict[str, tuple[float, float]]]:
    """Service → topic → mean importance to patients and carers, and to clinicians (before rounding)."""
    worry = (world.effects.recurrence_worry_patients, world.effects.recurrence_worry_clinicians)
    return {
        "stroke": {
            "independence": (4.7, 4.6),
            "survival": (4.4, 4.7),
            "quality_of_life": (4.3, 4.1),
            "time_at_home": (4.2, 3.6),
            "mood": (3.9, 3.3),
            "information": (4.0, 3.2),
        },
        "hepatitis_c": {
            "cure": (4.7, 4.8),
            "energy": (4.2, 3.4),
            "short_wait": (3.7, 3.6),
            "respect": (4.5, 3.9),
            "side_effects": (3.4, 3.5),
        },
        "endocarditis": {
            "survival": (4.7, 4.8),
            "recurrence_worry": worry,
            "quality_of_life": (4.2, 4.0),
            "time_in_hospital": (3.5, 3.8),
            "one_team": (4.2, 3.5),
        },
    }


def survey(world: World) -> pd.DataFrame:
    """One row a person asked and topic rated; `day` counts from the window's start."""
    rng, pieces, asked = world.rng("survey"), [], 0
    for service, topics in importance(world).items():
        for method, group, people in ASKED:
            size = people[service]
            pieces.append(
                _answers(rng, topics, method, group, asked + 1 + np.arange(size)).assign(service=service)
            )
            asked += size
    frame = pd.concat(pieces, ignore_index=True)
    return frame.assign(day=np.minimum(frame["day"], world.window.days - 1))


def _answers(
    rng: np.random.Generator,
    topics: dict[str, tuple[float, float]],
    method: str,
    group: str,
    person: np.ndarray,
) -> pd.DataFrame:
    """Every topic rated by each of the people numbered `person`."""
    size = len(person)
    in_turn = FIRST_GROUP + BETWEEN_GROUPS * (np.arange(size) % 2)
    day = in_turn if method == "discussion_group" else rng.integers(*SURVEY_OPEN, size)
    mean = np.array(
        [of_clinicians if group == "clinician" else mean for mean, of_clinicians in topics.values()]
    )
    felt = mean + rng.normal(0, OWN_LEVEL, (size, 1)) + rng.normal(0, SPREAD, (size, len(topics)))
    return pd.DataFrame(
        {
            "response_id": np.repeat([f"R-{number:04d}" for number in person], len(topics)),
            "group": group,
            "method": method,
            "day": np.repeat(day, len(topics)),
            "topic": np.tile(list(topics), size),
            "rating": np.clip(np.round(felt), 1, 5).astype(int).ravel(),
        }
    )
