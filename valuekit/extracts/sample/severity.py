"""What decides how a stroke turns out: severity on arrival, age, deprivation and the hospital.

Two logistic models, whose coefficients stand in :class:`KnownEffects`, give each person a chance to die
within 180 days and a chance to be independent at six months. The constants are worked out here, so that the
shares of the whole stay what they are declared to be.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.optimize import brentq
from scipy.special import expit, ndtri

from valuekit.extracts.sample.effects import KnownEffects

AGE, AGE_SPREAD, AGE_BY_ILLNESS = 74.0, 12.0, 3.5
YOUNGEST, OLDEST = 19, 101
MEDIAN_SEVERITY, SEVERITY_SPREAD = 1.85, 0.75
"""On the scale of log(1 + NIHSS)."""
USUAL_SEVERITY, USUAL_AGE = 6, 75
"""NIHSS score and age to which the constants refer."""


class Person(NamedTuple):
    """What is known of people on arrival; arrays of one shape."""

    severity: np.ndarray
    """NIHSS score, 0 to 42."""
    age: np.ndarray


def person(illness: np.ndarray, noise: np.ndarray) -> Person:
    """Severity and age from two standard normal variables, the latent `illness` and another."""
    severity = np.clip(np.round(np.expm1(MEDIAN_SEVERITY + SEVERITY_SPREAD * illness)), 0, 42)
    return Person(severity, np.clip(AGE + AGE_BY_ILLNESS * illness + AGE_SPREAD * noise, YOUNGEST, OLDEST))


def _grid() -> Person:
    """People who stand for all: the middles of 200 × 25 equally likely cells."""
    illness, noise = np.meshgrid(*(ndtri((np.arange(size) + 0.5) / size) for size in (200, 25)))
    return person(illness.ravel(), noise.ravel())


def _score(who: Person, a_point: float, ten_years: float) -> np.ndarray:
    return a_point * (who.severity - USUAL_SEVERITY) + ten_years * (who.age - USUAL_AGE) / 10


def chance_of_death(effects: KnownEffects, who: Person, share: float) -> np.ndarray:
    """Each person's chance to die within 180 days; over all people it is `share`."""
    slopes = (effects.death_log_odds_per_point, effects.death_log_odds_per_ten_years)
    grid = _score(_grid(), *slopes)
    constant = brentq(lambda c: expit(c + grid).mean() - share, -20, 20)
    return expit(constant + _score(who, *slopes))


def chance_of_independence(
    effects: KnownEffects,
    who: Person,
    decile: np.ndarray,
    site: np.ndarray,
    answers: np.ndarray,
    share: float,
) -> np.ndarray:
    """Each person's chance to be alive and independent at six months.

    Parameters
    ----------
    decile, site
        Deprivation decile (1 to 10) and position of the hospital in ``effects.site_log_odds``.
    answers
        Share of survivors who answer in each decile, 1 to 10.
    share
        Of all people who die within 180 days.

    Notes
    -----
    The model is of what the measure counts: answers, with everybody who died in the denominator. A chance
    of m there is a chance of m × (died + answers × alive) ÷ answers to be alive and independent.
    """
    slopes = (effects.independence_log_odds_per_point, effects.independence_log_odds_per_ten_years)
    offsets, sizes = np.array(effects.site_log_odds), np.array(effects.site_shares)
    grid = _grid()
    cells = _score(grid, *slopes)[:, None] + offsets
    dies = chance_of_death(effects, grid, share)[:, None]

    def constant(tenth: int) -> float:
        counted = (dies + answers[tenth - 1] * (1 - dies)) * sizes
        wanted = effects.independent(tenth) * counted.sum()
        return brentq(lambda c: (expit(c + cells) * counted).sum() - wanted, -20, 20)

    constants = np.array([constant(tenth) for tenth in range(1, 11)])
    own, answering = chance_of_death(effects, who, share), answers[decile - 1]
    as_counted = expit(constants[decile - 1] + offsets[site] + _score(who, *slopes))
    return np.minimum(as_counted * (own + answering * (1 - own)) / answering, 1 - own)
