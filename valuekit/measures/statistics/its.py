"""Interrupted time series: whether the level or the slope of a measure changed at a dated service change.

Segmented regression on the points of the measure's chart, with errors that hold where neighbouring points
go together. It says what changed at the date. What else changed at that date it cannot know.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import statsmodels.api as sm
from numpy.typing import ArrayLike, NDArray

from valuekit.measures.methods import Example, Method
from valuekit.measures.statistics import intervals

FEWEST_POINTS = 8
"""Points on each side of the date below which nothing is fitted: the rule of EPOC's guidance for such
series is three; eight leave six degrees of freedom a side (Penfold and Zhang 2013, Acad Pediatr 13:S38,
advise eight)."""

CALIBRATION = 2000
"""Simulated series from which the critical value of the t statistic is read."""

MOST_AUTOCORRELATION = 0.6
"""Highest first-order autocorrelation that the calibration assumes: beyond, so few points hold too little."""

Floats = NDArray[np.float64]
LEVEL, SLOPE = 2, 3


@dataclass(frozen=True)
class Estimate:
    """An effect and its 95% interval, in the unit of the measure."""

    value: float
    lower: float
    upper: float


@dataclass(frozen=True)
class Segmented:
    """What a segmented regression found.

    Attributes
    ----------
    level
        Step at the date: how far the line jumps.
    slope
        Change of the slope, in the unit of the measure for each interval.
    slope_before
        Slope before the date, for each interval.
    lag
        Lag of the Newey–West error.
    correlation
        First-order autocorrelation of the residuals that the critical value allows for.
    """

    level: Estimate
    slope: Estimate
    slope_before: float
    lag: int
    correlation: float


def lag_rule(points: int) -> int:
    """Newey–West lag for so many points: 4 × (points / 100) to the power 2/9, rounded down.

    References
    ----------
    Newey and West 1994, Rev Econ Stud 61:631, doi 10.2307/2297912, as most programs use it.
    """
    return int(np.floor(4 * (points / 100) ** (2 / 9)))


def design(time: ArrayLike, date: float) -> Floats:
    """Columns of the segmented regression: 1, time from the date, after, time after the date.

    Time counts from the date, so that the third coefficient is the step at the date itself.

    References
    ----------
    Wagner, Soumerai, Zhang and Ross-Degnan 2002, J Clin Pharm Ther 27:299,
    doi 10.1046/j.1365-2710.2002.00430.x; Bernal, Cummins and Gasparrini 2017, Int J Epidemiol 46:348,
    doi 10.1093/ije/dyw098.
    """
    since = np.asarray(time, float) - date
    after = (since >= 0).astype(float)
    return np.column_stack([np.ones_like(since), since, after, since * after])


def segmented(time: ArrayLike, value: ArrayLike, date: float, weight: ArrayLike | None = None) -> Segmented:
    """Step and change of slope at `date`, by weighted least squares with Newey–West errors.

    Parameters
    ----------
    time, value
        Points in order; `time` in intervals (0, 1, 2 …; gaps may be left out).
    date
        When the new way of working began, on the scale of `time`.
    weight
        People behind each point; all alike when not given.

    Returns
    -------
    Segmented
        Intervals are t intervals, whose critical value is calibrated to this design: see :func:`critical`.

    Raises
    ------
    ValueError
        Fewer than four points on one side.
    """
    time, value = np.asarray(time, float), np.asarray(value, float)
    columns = design(time, date)
    before, after = int((columns[:, LEVEL] == 0).sum()), int(columns[:, LEVEL].sum())
    if min(before, after) < 4:
        raise ValueError(f"segmented regression needs points on both sides: {before} and {after}")
    weight = np.ones_like(value) if weight is None else np.asarray(weight, float)
    lag = lag_rule(len(value))
    kind = {"maxlags": lag, "use_correction": True}
    fit = sm.WLS(value, columns, weights=weight).fit(cov_type="HAC", cov_kwds=kind, use_t=True)
    rho = autocorrelation(fit.wresid, columns.shape[1])
    reach = critical(columns * np.sqrt(weight)[:, None], lag, rho)
    found = {
        at: Estimate(
            fit.params[at], fit.params[at] - reach[at] * fit.bse[at], fit.params[at] + reach[at] * fit.bse[at]
        )
        for at in (LEVEL, SLOPE)
    }
    return Segmented(found[LEVEL], found[SLOPE], float(fit.params[1]), lag, rho)


def autocorrelation(residual: Floats, fitted: int) -> float:
    """First-order autocorrelation of residuals, mended for the bias that fitting brings, from 0 to 0.6.

    About one mean, the estimate of n points is too low by (1 + 3 × correlation) / n (Kendall 1954, Biometrika
    41:403; Marriott and Pope 1954, Biometrika 41:390). Here the 1 is the number of coefficients, which the
    simulation in the tests bears out.
    """
    residual = np.asarray(residual, float)
    n, total = residual.size, float(residual @ residual)
    if total <= 0:
        return 0.0
    raw = float(residual[1:] @ residual[:-1]) / total
    return float(np.clip((n * raw + fitted) / (n - 3), 0.0, MOST_AUTOCORRELATION)) if n > 3 else 0.0


def critical(
    columns: Floats, lag: int, rho: float = 0.0, level: float = intervals.LEVEL, seed: int = intervals.SEED
) -> Floats:
    """Critical value of the absolute t statistic of each coefficient, for this design and lag.

    The Newey–West error is too small in short series, so that Student's t would give too narrow an
    interval. The statistic does not depend on the coefficients or the scale, so its distribution under
    normal errors with autocorrelation `rho` can be drawn: the critical value is its quantile.

    Parameters
    ----------
    columns
        n × k, already multiplied by the roots of the weights.

    References
    ----------
    A parametric bootstrap-t; the failing of the plain error is shown by Kiefer and Vogelsang 2005,
    Econometric Theory 21:1130, doi 10.1017/S0266466605050565.
    """
    n, k = columns.shape
    shock = np.random.default_rng(seed).standard_normal((n, CALIBRATION))
    noise = np.empty_like(shock)
    noise[0] = shock[0]
    for i in range(1, n):
        noise[i] = rho * noise[i - 1] + np.sqrt(1 - rho**2) * shock[i]
    inverse = np.linalg.inv(columns.T @ columns)
    found = inverse @ columns.T @ noise
    residual = noise - columns @ found
    # What each point adds to each coefficient: draws × k × n, then the Bartlett sum over lags.
    adds = (inverse @ columns.T)[None, :, :] * residual.T[:, None, :]
    variance = (adds**2).sum(axis=2)
    for step in range(1, lag + 1):
        both = (adds[:, :, step:] * adds[:, :, :-step]).sum(axis=2)
        variance += 2 * (1 - step / (lag + 1)) * both
    variance *= n / (n - k)
    t = np.abs(found.T) / np.sqrt(np.maximum(variance, 1e-300))
    return np.quantile(t, level, axis=0)


def _example() -> Example:
    before, after = [9.0, 10, 11, 10, 10, 11, 10, 9], [6.0, 7, 8, 7, 7, 8, 7, 6]
    found = segmented(np.arange(16), before + after, 8)
    return Example(
        says="Mean days in hospital in eight months before a change and eight after it.",
        inputs=pd.DataFrame({"Month": range(1, 17), "Days in hospital": before + after}),
        steps=(
            "Each half reads the same from either end, so the line through it is flat: at 10 days before "
            "and at 7 after.",
            "The step at the date is 7 less 10, and the slope does not change.",
            f"The lag for 16 points is {found.lag}.",
        ),
        result={
            "Step at the date": found.level.value,
            "Lower end of its 95% interval": found.level.lower,
            "Upper end of its 95% interval": found.level.upper,
            "Change of slope": found.slope.value,
        },
        published={"Step at the date": -3.0, "Change of slope": 0.0},
        published_in="By hand: figures that read the same from either end have a flat line.",
        decimals=2,
        unit="days",
    )


METHODS = (
    Method(
        id="interrupted_time_series",
        name="Interrupted time series",
        question="Did the level or the slope of a measure change at the date of a service change?",
        formula=(
            "The points of the measure's chart are fitted by one straight line before the date and one "
            "after it, each point weighted by its people. The step is the second line less the first at the "
            "date; the change of slope is the second slope less the first. The error allows for "
            "neighbouring points that go together (Newey and West; the lag is 4 times a hundredth of the "
            "points to the power of two ninths, rounded down, so 3 for 36 points), and the critical value "
            "is drawn by simulation for the very same points and autocorrelation."
        ),
        units="The measure's unit for the step; the same for each interval (month, quarter) for the slopes.",
        source=(
            "Wagner and others 2002, J Clin Pharm Ther 27:299, doi 10.1046/j.1365-2710.2002.00430.x; Bernal "
            "and others 2017, Int J Epidemiol 46:348, doi 10.1093/ije/dyw098; Newey and West 1994, Rev Econ "
            "Stud 61:631."
        ),
        fails=(
            "Refused with fewer than eight points on a side. It cannot tell the change from anything else "
            "that began at that date, from a season, or from a change that came slowly. A point that the "
            "date cuts is left out."
        ),
        function="valuekit.measures.statistics.its.segmented",
        example=_example,
        group="Change",
        also=("valuekit.measures.statistics.its.critical", "valuekit.measures.changes.interrupted"),
    ),
)
