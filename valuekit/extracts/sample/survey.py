"""What matters: how people rated each topic, in discussion groups and by survey."""

from __future__ import annotations

import numpy as np
import pandas as pd

from valuekit.extracts.sample.world import World

SPREAD = 0.75
"""Spread of ratings around a topic's mean, before rounding to 1 to 5."""
# service, topic: mean importance to patients and carers, and to clinicians
_MEANS: dict[str, dict[str, tuple[float, float]]] = {
    "stroke": {
        "independence": (4.7, 4.6), "survival": (4.4, 4.7), "quality_of_life": (4.3, 4.1), "time_at_home": (4.2, 3.6),
        "mood": (3.9, 3.3), "information": (4.0, 3.2),
    },
    "hepatitis_c": {
        "cure": (4.7, 4.8), "energy": (4.2, 3.4), "short_wait": (3.7, 3.6), "respect": (4.5, 3.9), "side_effects": (3.4, 3.5),
    },
    "endocarditis": {
        "survival": (4.7, 4.8), "recurrence_worry": (0.0, 0.0), "quality_of_life": (4.2, 4.0), "time_in_hospital": (3.5, 3.8),
        "one_team": (4.2, 3.5),
    },
}  # fmt: skip
# service: people in discussion groups (patients, carers) and answers to the survey (patients, carers, clinicians)
_PEOPLE = {
    "stroke": ((14, 10), (38, 20, 18)),
    "hepatitis_c": ((15, 2), (34, 4, 12)),
    "endocarditis": ((8, 4), (15, 6, 14)),
}


def survey(world: World) -> pd.DataFrame:
    """One row a person asked and topic rated; dates as day numbers."""
    rng, effects, pieces, asked = world.rng("survey"), world.effects, [], 0
    last = world.window.days - 1
    for service, (discussed, answered) in _PEOPLE.items():
        means = {**_MEANS[service]}
        if "recurrence_worry" in means:
            means["recurrence_worry"] = (
                effects.recurrence_worry_patients,
                effects.recurrence_worry_clinicians,
            )
        cells = [("discussion_group", *cell) for cell in zip(("patient", "carer"), discussed, strict=True)]
        cells += [("survey", *cell) for cell in zip(("patient", "carer", "clinician"), answered, strict=True)]
        for method, group, people in cells:
            # Two discussion groups, a fortnight apart; the survey is open for ten weeks after them.
            when = (
                45 + 14 * (np.arange(people) % 2)
                if method == "discussion_group"
                else rng.integers(80, 150, people)
            )
            person = asked + 1 + np.arange(people)
            asked += people
            topics = len(means)
            mean = np.array([pair[group == "clinician"] for pair in means.values()])
            own = rng.normal(0, 0.25, (people, 1))  # some rate everything a little higher
            rating = np.clip(np.round(mean + own + rng.normal(0, SPREAD, (people, topics))), 1, 5).astype(int)
            pieces.append(
                pd.DataFrame(
                    {
                        "response_id": np.repeat([f"R-{number:04d}" for number in person], topics),
                        "service": service,
                        "group": group,
                        "method": method,
                        "day": np.repeat(np.minimum(when, last), topics),
                        "topic": np.tile(list(means), people),
                        "rating": rating.ravel(),
                    }
                )  # fmt: skip
            )
    return pd.concat(pieces, ignore_index=True)
