"""Intervals: how sure a figure is.

Everything takes NumPy arrays as well as single numbers and works on all of them at once. What
SciPy or statsmodels has is taken from there; what stands here is what they lack, or a thin cover
that gives every interval the same shape: an :class:`Interval` of two arrays, NaN where the
interval does not exist. Shares are proportions here, 0 to 1.
"""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint

LEVEL = 0.95
"""Confidence level of every interval that valuekit shows."""

DRAWS = 1000
"""Bootstrap draws: enough for the ends of a percentile interval (Efron and Tibshirani 1993)."""

SEED = 20260101
"""Seed of every bootstrap, so that the same input gives the same figure."""

BYAR_FROM = 10
"""Events from which Byar's approximation stands in for the exact interval (OHID technical guide)."""

Floats = NDArray[np.float64]


class Interval(NamedTuple):
    """Lower and upper end; NaN where there is none."""

    lower: Floats
    upper: Floats


NOWHERE = Interval(np.float64(np.nan), np.float64(np.nan))
"""The interval that does not exist."""


@cache
def z(level: float = LEVEL) -> float:
    """Standard errors from the middle to each end of a normal interval: 1.96 at 95%."""
    return float(stats.norm.ppf(1 - (1 - level) / 2))


def percentiles(drawn: ArrayLike, level: float = LEVEL, axis: int = 0) -> Interval:
    """Percentile interval of bootstrap draws, which lie along `axis`: the middle `level` of them.

    References
    ----------
    Efron and Tibshirani 1993, An Introduction to the Bootstrap.
    """
    return Interval(*np.quantile(drawn, [(1 - level) / 2, 1 - (1 - level) / 2], axis=axis))


def times_drawn(n: int, draws: int, rng: np.random.Generator) -> Floats:
    """How often each of `n` people comes in each of `draws` bootstrap draws of as many: draws × people."""
    drawn = rng.integers(0, n, (draws, n)) + n * np.arange(draws)[:, np.newaxis]
    return np.bincount(drawn.ravel(), minlength=draws * n).reshape(draws, n).astype(float)


def share(count: ArrayLike, n: ArrayLike, level: float = LEVEL) -> Interval:
    """Wilson score interval of a proportion.

    Parameters
    ----------
    count, n
        People with the outcome, and all of them. NaN ends where `n` is 0.

    References
    ----------
    Wilson 1927; Newcombe 1998, Stat Med 17:857, method 3,
    doi 10.1002/(SICI)1097-0258(19980430)17:8<857::AID-SIM777>3.0.CO;2-E.
    """
    count, n = np.broadcast_arrays(np.asarray(count, float), np.asarray(n, float))
    none = n <= 0
    lower, upper = proportion_confint(
        np.where(none, 0, count), np.where(none, 1, n), 1 - level, method="wilson"
    )
    # The exact ends are 0 and 1 there; the formula misses them by a rounding error.
    lower, upper = np.where(count == 0, 0.0, lower), np.where(count == n, 1.0, upper)
    return Interval(np.where(none, np.nan, lower), np.where(none, np.nan, upper))


def count(events: ArrayLike, level: float = LEVEL) -> Interval:
    """Interval of a Poisson count: exact below 10 events, Byar's approximation from 10 on.

    References
    ----------
    Exact: Garwood 1936, Biometrika 28:437–442, doi 10.1093/biomet/28.3-4.437, by the chi-squared
    distribution. Byar: Breslow and Day 1987, Statistical Methods in Cancer Research, vol. 2. The switch at
    10: OHID, Public health technical guides.
    """
    events = np.asarray(events, float)
    exact, byar = _exact_count(events, level), _byar(events, level)
    return Interval(*(np.where(events < BYAR_FROM, e, b) for e, b in zip(exact, byar, strict=True)))


def rate(events: ArrayLike, exposure: ArrayLike, level: float = LEVEL) -> Interval:
    """Interval of `events` ÷ `exposure`, the exposure taken as known; see :func:`count`."""
    exposure = np.asarray(exposure, float)
    with np.errstate(divide="ignore", invalid="ignore"):
        return Interval(*(np.where(exposure > 0, end / exposure, np.nan) for end in count(events, level)))


def _exact_count(events: Floats, level: float) -> Interval:
    tail = (1 - level) / 2
    lower = np.where(events > 0, stats.chi2.ppf(tail, 2 * events) / 2, 0.0)
    return Interval(lower, stats.chi2.ppf(1 - tail, 2 * events + 2) / 2)


def _byar(events: Floats, level: float) -> Interval:
    reach = z(level)
    some, next_ = np.maximum(events, 1), events + 1
    lower = events * (1 - 1 / (9 * some) - reach / (3 * np.sqrt(some))) ** 3
    return Interval(lower, next_ * (1 - 1 / (9 * next_) + reach / (3 * np.sqrt(next_))) ** 3)


def mean(n: ArrayLike, average: ArrayLike, sd: ArrayLike, level: float = LEVEL) -> Interval:
    """Student's t interval of a mean, from its size, average and standard deviation (divisor n − 1).

    Costs too. They are skewed, yet it is their arithmetic mean that a budget needs, so nothing is
    transformed. Nixon, Wonderling and Grieve (2010, Health Econ 19:316) found
    normal theory as good as the bootstrap for mean costs above 50 people, and slightly better below.
    Where few pathways are dear, the interval of a small group is somewhat too narrow at the upper end.
    NaN below two people.
    """
    n, average, sd = (np.asarray(a, float) for a in (n, average, sd))
    enough = n >= 2
    safe = np.where(enough, n, 2)
    half = stats.t.ppf(1 - (1 - level) / 2, safe - 1) * sd / np.sqrt(safe)
    return Interval(np.where(enough, average - half, np.nan), np.where(enough, average + half, np.nan))


def mean_of(values: ArrayLike, level: float = LEVEL) -> tuple[float, Interval]:
    """Average of `values`, one a person, and its interval (:func:`mean`); NaN for nobody."""
    values = np.asarray(values, float)
    n = values.size
    average = float(values.mean()) if n else np.nan
    return average, mean(n, average, values.std(ddof=1) if n > 1 else np.nan, level)


def difference_of_shares(
    count: ArrayLike, n: ArrayLike, other_count: ArrayLike, other_n: ArrayLike, level: float = LEVEL
) -> Interval:
    """Interval of ``count / n − other_count / other_n``, two groups of different people.

    References
    ----------
    Newcombe 1998, Stat Med 17:873, method 10 (hybrid score, no continuity correction),
    doi 10.1002/(SICI)1097-0258(19980430)17:8<873::AID-SIM779>3.0.CO;2-I.
    """
    count, n, other_count, other_n = np.broadcast_arrays(
        *(np.asarray(a, float) for a in (count, n, other_count, other_n))
    )
    none = (n <= 0) | (other_n <= 0)
    one = [np.where(none, fill, a) for fill, a in ((0, count), (1, n), (0, other_count), (1, other_n))]
    lower, upper = confint_proportions_2indep(*one, method="newcomb", compare="diff", alpha=1 - level)
    return Interval(np.where(none, np.nan, lower), np.where(none, np.nan, upper))


def difference_of_means(
    n: ArrayLike,
    average: ArrayLike,
    sd: ArrayLike,
    other_n: ArrayLike,
    other_average: ArrayLike,
    other_sd: ArrayLike,
    level: float = LEVEL,
) -> Interval:
    """Welch's interval of ``average − other_average``: unequal variances, two groups of different people.

    References
    ----------
    Welch 1947, Biometrika 34:28, doi 10.1093/biomet/34.1-2.28, with Satterthwaite's degrees of freedom.
    """
    n, average, sd, other_n, other_average, other_sd = np.broadcast_arrays(
        *(np.asarray(a, float) for a in (n, average, sd, other_n, other_average, other_sd))
    )
    enough = (n >= 2) & (other_n >= 2)
    n, other_n = np.where(enough, n, 2), np.where(enough, other_n, 2)
    one, two = sd**2 / n, other_sd**2 / other_n
    with np.errstate(divide="ignore", invalid="ignore"):
        freedom = (one + two) ** 2 / (one**2 / (n - 1) + two**2 / (other_n - 1))
    # Both groups without spread: the difference is known exactly, and any freedom gives a half-width of 0.
    freedom = np.where(one + two > 0, freedom, 1)
    half = stats.t.ppf(1 - (1 - level) / 2, freedom) * np.sqrt(one + two)
    gap = average - other_average
    return Interval(np.where(enough, gap - half, np.nan), np.where(enough, gap + half, np.nan))


def fieller(above: ArrayLike, below: ArrayLike, level: float = LEVEL) -> Interval:
    """Fieller's interval of the ratio of totals ``sum(above) / sum(below)``, both of the same people.

    Parameters
    ----------
    above, below
        One value each for every person, in one order.

    Returns
    -------
    Interval
        NaN ends where the mean of `below` is not clear of 0 at this level: the set of ratios that
        the data allow is then unbounded, and no interval says it (Fieller's first case).

    See Also
    --------
    fieller_of_estimates : of which this is the case of two means of one sample.
    """
    above, below = np.asarray(above, float), np.asarray(below, float)
    n = above.size
    if n < 2:
        return NOWHERE
    (v_above, shared), (_, v_below) = np.cov(above, below)
    reach = stats.t.ppf(1 - (1 - level) / 2, n - 1)
    return fieller_of_estimates(above.mean(), below.mean(), v_above / n, v_below / n, shared / n, reach)


def fieller_of_estimates(
    above: float, below: float, above_variance: float, below_variance: float, covariance: float, reach: float
) -> Interval:
    """Fieller's interval of the ratio of two estimates: the ratios R whose ``above − R × below`` may be 0.

    Parameters
    ----------
    above, below
        Estimates, with their variances and covariance.
    reach
        Standard errors to each end: a quantile of Student's t, or :func:`z`.

    Returns
    -------
    Interval
        NaN ends where `below` is not clear of 0.

    References
    ----------
    Fieller 1954, J R Stat Soc B 16:175, doi 10.1111/j.2517-6161.1954.tb00159.x; for health care
    Willan and O'Brien 1996, Health Econ 5:297.
    """
    a = below**2 - reach**2 * below_variance
    b = above * below - reach**2 * covariance
    c = above**2 - reach**2 * above_variance
    if not a > 0:
        return NOWHERE
    root = np.sqrt(max(b * b - a * c, 0.0))
    return Interval(np.float64((b - root) / a), np.float64((b + root) / a))


def bootstrap_of_ratio(
    above: ArrayLike, below: ArrayLike, level: float = LEVEL, draws: int = DRAWS, seed: int = SEED
) -> Interval:
    """Percentile bootstrap interval of ``sum(above) / sum(below)``, drawing people, both values together.

    One call of `draws` × n; the same `seed` gives the same interval. NaN below two people.

    References
    ----------
    Efron and Tibshirani 1993, An Introduction to the Bootstrap; for cost and effect of the same
    people Briggs, Wonderling and Mooney 1997, Health Econ 6:327.
    """
    above, below = np.asarray(above, float), np.asarray(below, float)
    n = above.size
    if n < 2:
        return NOWHERE
    drawn = np.random.default_rng(seed).integers(0, n, (draws, n))
    with np.errstate(divide="ignore", invalid="ignore"):
        ratios = above[drawn].sum(axis=1) / below[drawn].sum(axis=1)
    return percentiles(ratios, level)
