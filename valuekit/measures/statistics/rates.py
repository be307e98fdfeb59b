"""Rates made comparable: directly standardised rates and indirectly standardised ratios.

Two groups of different ages cannot be compared by their crude rates. Direct standardisation asks what the
rate would be with the ages of a standard population; indirect standardisation what count a standard's rates
give.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from valuekit.measures.methods import Example, Method
from valuekit.measures.statistics import intervals
from valuekit.measures.statistics.intervals import LEVEL, Interval

FEWEST_EVENTS = 10
"""Events below which no directly standardised rate is shown (OHID technical guidance; Morris and others 2018,
Popul Health Metr 16:19, doi 10.1186/s12963-018-0177-1)."""


@dataclass(frozen=True)
class Rate:
    """A rate or ratio with its interval; NaN where it is refused.

    Attributes
    ----------
    events
        Events observed.
    variance
        Of the rate, in its unit squared; NaN for a ratio.
    """

    value: float
    lower: float
    upper: float
    events: float
    variance: float = float("nan")

    @property
    def shown(self) -> bool:
        """Whether there are enough events."""
        return bool(np.isfinite(self.value))


def direct(
    events: ArrayLike,
    exposure: ArrayLike,
    standard: ArrayLike,
    *,
    per: float = 100_000,
    level: float = LEVEL,
) -> Rate:
    """Directly standardised rate with Dobson's interval, each event independent of the others.

    Parameters
    ----------
    events, exposure
        Events and people (or person-years) of each stratum, such as an age band.
    standard
        People of the standard population in each stratum; only their proportions count.
    per
        Unit of the rate: events for so many people.

    Returns
    -------
    Rate
        NaN below 10 events.

    Raises
    ------
    ValueError
        Strata of different length, a stratum with weight in the standard and nobody in it, or no standard.

    References
    ----------
    Dobson, Kuulasmaa, Eberle and Scherer 1991, Stat Med 10:457, doi 10.1002/sim.4780100317; OHID, Public
    health technical guidance, directly standardised rates.
    """
    events, weight = _weighted(events, exposure, standard)
    return _dobson(float(events.sum()), float(weight @ events), float(weight**2 @ events), per, level)


def direct_of_repeats(
    people: ArrayLike,
    exposure: ArrayLike,
    standard: ArrayLike,
    times: ArrayLike,
    *,
    per: float = 100_000,
    level: float = LEVEL,
) -> Rate:
    """Directly standardised rate of events that one person can have several times.

    Events of one person hang together, so a rate of 10 people with 10 events each is far less certain than
    one of 100 people with one. People with a given number of events are independent of the others.

    Parameters
    ----------
    people
        Strata × numbers of events: people with exactly ``times[j]`` events in stratum ``i``.
    times
        The numbers of events, such as 1, 2, 3.

    Notes
    -----
    The variance is the sum over the numbers of events f of f² × the variance of the rate of people with f
    events. The interval is scaled from that of the count of events, as Dobson's.

    References
    ----------
    OHID, Public health technical guidance, directly standardised rates, non-independent events; variance of a
    compound Poisson count: Stukel and others 1994, Stat Med 13:1781.
    """
    people, times = np.atleast_2d(np.asarray(people, float)), np.asarray(times, float)
    events, weight = _weighted(people @ times, exposure, standard)
    variance = float(weight**2 @ (people @ times**2))
    return _dobson(float(events.sum()), float(weight @ events), variance, per, level)


def _weighted(events: ArrayLike, exposure: ArrayLike, standard: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    events, exposure, standard = (np.asarray(a, float) for a in (events, exposure, standard))
    if not events.shape == exposure.shape == standard.shape:
        raise ValueError("events, exposure and standard need one number for each stratum")
    if standard.sum() <= 0:
        raise ValueError("the standard population is empty")
    if ((exposure <= 0) & (standard > 0)).any():
        raise ValueError("a stratum of the standard has nobody in it here: merge strata")
    share = standard / standard.sum()
    return events, np.divide(share, exposure, out=np.zeros_like(share), where=exposure > 0)


def _dobson(events: float, rate: float, variance: float, per: float, level: float) -> Rate:
    if events < FEWEST_EVENTS:
        return Rate(np.nan, np.nan, np.nan, events)
    ends = intervals.count(events, level)
    scale = np.sqrt(variance / events)
    return Rate(
        per * rate,
        per * (rate + scale * (float(ends.lower) - events)),
        per * (rate + scale * (float(ends.upper) - events)),
        events,
        per**2 * variance,
    )


def indirect(observed: float, expected: float, *, level: float = LEVEL) -> Rate:
    """Indirectly standardised ratio: events observed over those expected, exact or Byar's interval.

    Parameters
    ----------
    observed
        Events.
    expected
        Events that a standard's rates would give among the same people; taken as known.

    Raises
    ------
    ValueError
        Nothing is expected: a ratio to nought does not exist.

    References
    ----------
    Breslow and Day 1987, Statistical Methods in Cancer Research, vol. 2; OHID technical guidance.
    """
    if not expected > 0:
        raise ValueError("nothing is expected, so there is no ratio")
    ends = intervals.count(observed, level)
    return Rate(
        observed / expected, float(ends.lower) / expected, float(ends.upper) / expected, float(observed)
    )


def expected(exposure: ArrayLike, standard_events: ArrayLike, standard_exposure: ArrayLike) -> float:
    """Events that the standard's rate of each stratum gives among `exposure`.

    Raises
    ------
    ValueError
        The standard has nobody in a stratum in which there are people here.
    """
    exposure, base = np.asarray(exposure, float), np.asarray(standard_exposure, float)
    if ((base <= 0) & (exposure > 0)).any():
        raise ValueError("the standard has no rate for a stratum: merge strata")
    rate = np.divide(np.asarray(standard_events, float), base, out=np.zeros_like(base), where=base > 0)
    return float(exposure @ rate)


def crude(
    events: ArrayLike, exposure: ArrayLike, squares: ArrayLike, *, per: float = 1000
) -> tuple[np.ndarray, Interval]:
    """Events for each `per` of exposure, and the interval of each rate.

    Parameters
    ----------
    events, exposure
        Events, and the time in which they could happen, of each group. The exposure is taken as known.
    squares
        Sum over people of (events of the person)². It is `events` where nobody has two.

    Returns
    -------
    tuple
        The rates, and their intervals; NaN without exposure.

    Notes
    -----
    Events of one person hang together: the count varies as the sum of squares does, not as the count itself.
    So the interval of the count is stretched about it by √(squares ÷ events). This is Dobson's interval of
    one stratum, with the variance for events that are not independent. It takes the number of people with
    an event as Poisson: where most people have one, it is wider than it needs to be.

    References
    ----------
    Dobson and others 1991, Stat Med 10:457, doi 10.1002/sim.4780100317; variance of a compound Poisson
    count: Stukel and others 1994, Stat Med 13:1781.
    """
    events, exposure, squares = (np.asarray(a, float) for a in (events, exposure, squares))
    ends = intervals.count(events)
    wide = np.sqrt(np.where(events > 0, squares / np.maximum(events, 1), 1.0))
    with np.errstate(divide="ignore", invalid="ignore"):
        scale = np.where(exposure > 0, per / exposure, np.nan)
    lower = np.maximum(events + wide * (ends.lower - events), 0.0)
    return scale * events, Interval(scale * lower, scale * (events + wide * (ends.upper - events)))


def differ(first: Rate, second: Rate, *, level: float = LEVEL) -> tuple[float, float, float]:
    """Ratio of two directly standardised rates of different people, and its interval on the log scale.

    References
    ----------
    Breslow and Day 1987: variance of the log of a standardised rate is variance over rate squared.
    """
    ratio = first.value / second.value
    spread = np.sqrt(first.variance / first.value**2 + second.variance / second.value**2)
    reach = intervals.z(level) * spread
    return ratio, float(ratio * np.exp(-reach)), float(ratio * np.exp(reach))


BIRTHS = pd.DataFrame(
    {
        "Mother's age": ["under 20", "20 to 24", "25 to 29", "30 to 34", "35 to 39", "40 and over"],
        "Cases": [0, 8, 63, 112, 262, 295],
        "Births": [327, 30_666, 123_419, 149_919, 104_088, 34_392],
        "Standard": [319_933, 931_318, 786_511, 488_235, 237_863, 61_313],
    }
)
"""Down's syndrome among fifth and later children, Michigan 1950 to 1964: Stark and Mantel 1966, in Fleiss
1981, and in Fay and Feuer 1997, Stat Med 16:791–801,
doi 10.1002/(SICI)1097-0258(19970415)16:7<791::AID-SIM500>3.0.CO;2-#."""


def _direct_example() -> Example:
    found = direct(BIRTHS["Cases"], BIRTHS["Births"], BIRTHS["Standard"])
    return Example(
        says="Down's syndrome among fifth and later children in Michigan, standardised to the ages of all "
        "mothers.",
        inputs=BIRTHS,
        steps=(
            "The rate of each age is cases over births.",
            "It is weighted with the share of all births at that age, and the products are summed.",
            "The variance is the sum of share² × cases ÷ births².",
            "The interval of 740 cases, scaled by the square root of variance over cases, goes around the "
            "rate.",
        ),
        result={"Rate per 100,000": found.value, "Lower end": found.lower, "Upper end": found.upper},
        published={"Rate per 100,000": 75.529},
        published_in="Data of Fay and Feuer 1997, Stat Med 16:791–801; rate as in R package dsrTest 1.0.0.",
        decimals=3,
    )


def _indirect_example() -> Example:
    found = indirect(24, 12.0)
    return Example(
        says="24 events were observed where 12.0 were expected.",
        inputs=pd.DataFrame({"Observed": [24], "Expected": [12.0]}),
        steps=(
            "The ratio is 24 over 12, that is 2.",
            "Byar's interval of a count of 24 goes from 15.37 to 35.71.",
            "Both ends over 12 are 1.28 and 2.98.",
        ),
        result={"Ratio": found.value, "Lower end": found.lower, "Upper end": found.upper},
        published={"Ratio": 2.0, "Lower end": 1.28, "Upper end": 2.98},
        published_in="Worked out by hand from Breslow and Day 1987.",
        decimals=2,
    )


METHODS = (
    Method(
        id="direct_rate",
        name="Directly standardised rate",
        question="What would the rate be, if the people were of the same ages as a standard population?",
        formula="Sum over strata of share in the standard × events over people. The interval is that of the "
        "count of events, scaled by the square root of the rate's variance over the events. Where one "
        "person can have several events, the variance is the sum of f² × the variance of the rate of people "
        "with f events.",
        units="Events and people of each stratum go in; events for so many people come out.",
        source="Dobson and others 1991, Stat Med 10:457, doi 10.1002/sim.4780100317; OHID, Public health "
        "technical guidance.",
        fails="Not shown below 10 events. Refused where a stratum of the standard has nobody in it. It "
        "hides a difference that goes one way in the young and the other way in the old.",
        function="valuekit.measures.statistics.rates.direct",
        also=("valuekit.measures.statistics.rates.direct_of_repeats",),
        example=_direct_example,
        group="Proportions, rates and case mix",
    ),
    Method(
        id="indirect_ratio",
        name="Indirectly standardised ratio",
        question="Were there more events than a standard's rates give among people like these?",
        formula="Events observed over events expected. The interval is that of the observed count (exact "
        "below 10, Byar's approximation from 10), over the expected.",
        units="Counts go in; a ratio comes out, 1 where as many as expected.",
        source="Breslow and Day 1987, Statistical Methods in Cancer Research, vol. 2.",
        fails="Refused where nothing is expected. Two ratios against one standard cannot be compared with "
        "each other where the people differ in age. The expected count is taken as known.",
        function="valuekit.measures.statistics.rates.indirect",
        also=("valuekit.measures.statistics.rates.expected",),
        example=_indirect_example,
        group="Proportions, rates and case mix",
    ),
)
