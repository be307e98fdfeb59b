"""What the missing could do to a figure: weighted for who did not answer, and between which ends it must lie.

A mean of those who answered speaks for all only if the silent are like them. Two answers that do not hide
this: weights (people like the silent count for more; right if those like them in age, sex, deprivation and
severity answer alike) and bounds, which assume nothing at all.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from valuekit.measures.statistics import logistic
from valuekit.measures.statistics.intervals import LEVEL, Interval, z

COMPLETE = 0.95
"""Completeness from which on nothing more is said: the missing can then move a share by 5 points at most."""

PER_PARAMETER = 5
"""Fewest answers, and fewest silent, for each parameter of the model of answering. Its coefficients are not
told, so five are enough (Vittinghoff and McCulloch 2007, Am J Epidemiol 165:710, doi 10.1093/aje/kwk052, for
models that only adjust)."""

HEAVIEST = 10.0
"""Weight of one person beyond which no weighted figure is given: it would rest on few (answers from one in
ten of their like)."""


@dataclass(frozen=True)
class Weighted:
    """A weighted mean with its interval, or why there is none (`reason`)."""

    value: float
    lower: float
    upper: float
    reason: str = ""


def weighted(
    value: ArrayLike,
    known: ArrayLike,
    traits: pd.DataFrame,
    certain: ArrayLike | None = None,
    level: float = LEVEL,
) -> Weighted:
    """Mean of `value` over everybody, those known weighted by one over their chance of being known.

    Parameters
    ----------
    value
        One a person; read only where `known`.
    traits
        Categories that the chance of being known may depend on (one row a person).
    certain
        People whose result follows without asking, such as a death: weight 1, not in the model of answering.

    Returns
    -------
    Weighted
        In the unit of `value`. The interval is normal, with the variance of the influence function less its
        projection on the score of the model: the weights are estimates, and that makes it smaller.

    References
    ----------
    Hájek's ratio form of Horvitz and Thompson 1952; Seaman and White 2013, Stat Methods Med Res 22:278,
    doi 10.1177/0962280210395740. Variance: Lunceford and Davidian 2004, Stat Med 23:2937,
    doi 10.1002/sim.1903.
    """
    known = np.asarray(known, bool)
    value = np.where(known, np.asarray(value, float), 0.0)
    asked = ~np.asarray(certain, bool) if certain is not None else np.ones(len(known), bool)
    fitted = logistic.fit(known[asked], traits[asked], PER_PARAMETER)
    if fitted.reason:
        return Weighted(np.nan, np.nan, np.nan, fitted.reason.replace("the outcome", "an answer"))
    chance = np.ones(len(known))
    chance[asked] = fitted.chance(traits[asked])
    weight = known / chance
    if weight.max() > HEAVIEST:
        return Weighted(np.nan, np.nan, np.nan, "people like some of the silent hardly ever answered")
    average = float((weight * value).sum() / weight.sum())
    influence = weight * (value - average)
    score = fitted.coding.matrix(traits) * ((known - chance) * asked)[:, None]
    projection = score @ np.linalg.lstsq(score, influence, rcond=None)[0]
    error = np.sqrt(((influence - projection) ** 2).sum()) / weight.sum()
    half = z(level) * error
    return Weighted(average, average - half, average + half)


def bounds(total: ArrayLike, n: ArrayLike, eligible: ArrayLike, low: float, high: float) -> Interval:
    """Least and most that the mean of all can be: every missing value the lowest, or the highest, there is.

    Parameters
    ----------
    total, n
        Sum and number of the values known.
    eligible
        Everybody.
    low, high
        Lowest and highest possible value of one person.

    References
    ----------
    Manski 1989, J Hum Resour 24:343, doi 10.2307/145818; Horowitz and Manski 2000, J Am Stat Assoc 95:77,
    doi 10.1080/01621459.2000.10473902. Chance comes on top: the bounds have no interval here.
    """
    total, n, eligible = (np.asarray(a, float) for a in (total, n, eligible))
    silent = np.maximum(eligible - n, 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        ends = [np.where(eligible > 0, (total + silent * end) / eligible, np.nan) for end in (low, high)]
    return Interval(*ends)
