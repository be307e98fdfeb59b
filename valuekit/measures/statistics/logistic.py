"""Logistic models of people in categories: fitted honestly or refused, and how well they tell people apart.

The fit is statsmodels'. What stands here is what it lacks: when a model must not be fitted, the
c-statistic with its interval, and calibration with intervals.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import statsmodels.api as sm
from numpy.typing import ArrayLike, NDArray
from scipy import stats
from scipy.optimize import linprog
from scipy.special import expit, logit

from valuekit.measures.statistics.intervals import LEVEL, NOWHERE, Interval, z

Floats = NDArray[np.float64]

EVENTS_PER_PARAMETER = 10
"""Fewest people with, and without, the outcome for each parameter (Peduzzi and others 1996, J Clin Epidemiol
49:1373, doi 10.1016/S0895-4356(96)00236-3: below ten, coefficients are biased and intervals fail)."""

FEWEST_IN_CATEGORY = 10
"""People below which a category has no parameter of its own and counts with the commonest."""

NOT_KNOWN = "not known"
"""The category of people for whom a covariate is missing. They stay in the model."""


@dataclass(frozen=True)
class Coding:
    """How categories become columns: for each covariate the reference first, then those with a parameter."""

    levels: tuple[tuple[str, tuple[str, ...]], ...]

    @classmethod
    def of(cls, frame: pd.DataFrame, fewest: int = FEWEST_IN_CATEGORY) -> Coding:
        """The coding of `frame` (one covariate a column, text). The commonest category is the reference."""
        found = []
        for name in frame:
            counts = frame[name].value_counts()
            order = sorted(counts.index, key=lambda level, c=counts: (-c[level], level))
            own = sorted(level for level in order[1:] if counts[level] >= fewest)
            found.append((str(name), (*order[:1], *own)))
        return cls(tuple(found))

    @property
    def parameters(self) -> int:
        """Parameters beside the intercept."""
        return sum(max(len(levels) - 1, 0) for _, levels in self.levels)

    def matrix(self, frame: pd.DataFrame) -> Floats:
        """Intercept and a column for each parameter; other categories count as the reference."""
        columns = [np.ones(len(frame))]
        for name, levels in self.levels:
            columns += [(frame[name].to_numpy(object) == level).astype(float) for level in levels[1:]]
        return np.column_stack(columns)


@dataclass(frozen=True)
class Fit:
    """A fitted model, or why there is none.

    Attributes
    ----------
    coefficients, covariance
        Log odds, intercept first, in the order of :meth:`Coding.matrix`; empty where refused.
    n, events
        People, and those with the outcome.
    reason
        Why it was refused, in words; empty where it was fitted.
    """

    coding: Coding
    coefficients: Floats
    covariance: Floats
    n: int
    events: int
    reason: str = ""

    @classmethod
    def refused(cls, coding: Coding, n: int, events: int, reason: str) -> Fit:
        """No model of so many people, and why."""
        return cls(coding, np.empty(0), np.empty((0, 0)), n, events, reason)

    def chance(self, frame: pd.DataFrame) -> Floats:
        """Probability of the outcome of each person in `frame`."""
        return expit(self.coding.matrix(frame) @ self.coefficients)


def fit(outcome: ArrayLike, frame: pd.DataFrame, per_parameter: float = EVENTS_PER_PARAMETER) -> Fit:
    """Logistic regression of `outcome` (0 or 1) on the categories in `frame`, by maximum likelihood.

    Refused, with the reason, when fewer than `per_parameter` people with or without the outcome stand behind
    each parameter, when the categories separate those with from those without, or when it does not converge.
    """
    y, coding = np.asarray(outcome, float), Coding.of(frame)
    n, events = len(y), int(y.sum())
    rarer = min(events, n - events)
    if not rarer or rarer < per_parameter * coding.parameters:
        reason = (
            f"too few: {rarer} people {'with' if events <= n - events else 'without'} the outcome for "
            f"{coding.parameters} parameters, and {per_parameter:g} are needed for each"
        )
        return Fit.refused(coding, n, events, reason)
    x = coding.matrix(frame)
    if separated(x, y):
        reason = "in some category everybody, or nobody, had the outcome: no finite model fits"
        return Fit.refused(coding, n, events, reason)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = sm.Logit(y, x).fit(disp=0, maxiter=50, warn_convergence=False)
    if not found.mle_retvals["converged"] or not np.isfinite(found.cov_params()).all():
        return Fit.refused(coding, n, events, "the model did not converge")
    return Fit(coding, np.asarray(found.params), np.asarray(found.cov_params()), n, events)


def separated(x: Floats, y: Floats) -> bool:
    """Whether some combination of the columns of `x` parts the 1s of `y` from the 0s, wholly or nearly so.

    The maximum of the likelihood is then at infinity. Found by a linear programme, not by watching the
    coefficients grow.

    References
    ----------
    Albert and Anderson 1984, Biometrika 71:1, doi 10.1093/biomet/71.1.1; the programme is that of Konis
    2007, Linear programming algorithms for detecting separated data, DPhil thesis, University of Oxford.
    """
    signed = np.unique(np.where(y == 1, 1.0, -1.0)[:, None] * x, axis=0)
    found = linprog(
        -signed.sum(axis=0), A_ub=-signed, b_ub=np.zeros(len(signed)), bounds=(-1, 1), method="highs"
    )
    return bool(-found.fun > 1e-6)


def c_statistic(outcome: ArrayLike, score: ArrayLike, level: float = LEVEL) -> tuple[float, Interval]:
    """Chance that somebody with the outcome has a higher `score` than somebody without; ties count half.

    Returns
    -------
    tuple
        The statistic and its interval, clipped to 0 and 1. NaN where one side has fewer than two people.

    References
    ----------
    DeLong, DeLong and Clarke-Pearson 1988, Biometrics 44:837, doi 10.2307/2531595, by ranks as in Sun and Xu
    2014, IEEE Signal Process Lett 21:1389, doi 10.1109/LSP.2014.2337313.
    """
    y, score = np.asarray(outcome, bool), np.asarray(score, float)
    with_, without = score[y], score[~y]
    m, n = len(with_), len(without)
    if m < 2 or n < 2:
        return np.nan, NOWHERE
    ranks = stats.rankdata(np.concatenate([with_, without]))
    one = (ranks[:m] - stats.rankdata(with_)) / n
    two = 1 - (ranks[m:] - stats.rankdata(without)) / m
    c = float(one.mean())
    half = z(level) * np.sqrt(one.var(ddof=1) / m + two.var(ddof=1) / n)
    return c, Interval(np.float64(max(c - half, 0.0)), np.float64(min(c + half, 1.0)))


@dataclass(frozen=True)
class Calibration:
    """How far expected and observed agree; each triple is a figure and its interval.

    `level` is the intercept given the expected log odds (0: as many as expected), `slope` the slope of
    observed on expected log odds (1: risks neither too far apart nor too close).
    """

    level: tuple[float, float, float]
    slope: tuple[float, float, float]


def calibration(outcome: ArrayLike, chance: ArrayLike, fewest: int = EVENTS_PER_PARAMETER) -> Calibration:
    """Calibration in the large and calibration slope of `chance` for `outcome`, with Wald intervals.

    NaN where fewer than `fewest` people are on either side, or where everybody has one chance (slope).

    References
    ----------
    Cox 1958, Biometrika 45:562, doi 10.1093/biomet/45.3-4.562; Steyerberg 2019, Clinical Prediction Models,
    2nd edition.
    """
    y, odds = np.asarray(outcome, float), logit(np.asarray(chance, float))
    nothing = (np.nan, np.nan, np.nan)
    if min(y.sum(), len(y) - y.sum()) < fewest:
        return Calibration(nothing, nothing)
    binomial = sm.families.Binomial()
    level = sm.GLM(y, np.ones(len(y)), family=binomial, offset=odds).fit()
    slope = nothing
    if np.ptp(odds) > 1e-9:
        found = sm.GLM(y, np.column_stack([np.ones(len(y)), odds]), family=binomial).fit()
        slope = _wald(found.params[1], found.bse[1])
    return Calibration(_wald(level.params[0], level.bse[0]), slope)


def _wald(value: float, error: float) -> tuple[float, float, float]:
    return float(value), float(value - z() * error), float(value + z() * error)


def fifths(chance: Sequence[float]) -> NDArray[np.int64]:
    """Fifth of `chance` that each person is in, 1 the lowest; people of one chance share a fifth."""
    rank = stats.rankdata(chance)
    return np.clip(np.ceil(5 * rank / max(len(rank), 1)), 1, 5).astype(int)
