"""Funnel plots: do hospital sites differ by more than chance would make likely?

A small site strays further from the average by chance than a large one. The limits of a funnel allow for it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from valuekit.measures import outcomes
from valuekit.measures.calendar import Span
from valuekit.measures.definition.definitions import ServiceDefinition
from valuekit.measures.methods import Example, Method
from valuekit.measures.outcomes import SHARE_SCALE, due_years, each_measure, grouped
from valuekit.measures.results import first_of
from valuekit.measures.statistics import intervals

LEVELS = (0.95, 0.998)
"""Inner and outer limits (Spiegelhalter 2005)."""

WINSORISED = 0.1
"""Share of the z-scores at each end that is drawn in before over-dispersion is measured."""

FEWEST_FOR_SPREAD = 10
"""Units from which limits are widened for over-dispersion. With fewer, a tenth at each end is less than one
unit: the one that is apart would widen the limits that it is judged by."""

FEWEST_UNITS = 3
"""Units that a funnel needs: two are compared by their difference."""

COLUMNS = (
    *("service", "measure", "words", "site", "n", "completeness", "value", "lower", "upper", "average"),
    *("low95", "high95", "low998", "high998", "phi", "widened", "place", "shown", "reason"),
)


@dataclass(frozen=True)
class Funnel:
    """Where each unit stands.

    Attributes
    ----------
    average
        Share over all units, 0 to 1.
    z
        Each unit's distance from it in standard errors, before any widening.
    phi
        Mean square of the winsorised z: 1 where units differ by chance alone.
    tau2
        Variance between units that is added to chance; 0 where none is needed or units are too few to tell.
    limits
        Level → lower and upper limit of each unit.
    place
        ``inside``, ``above_95``, ``above_998``, ``below_95`` or ``below_998``, one a unit.
    """

    average: float
    z: NDArray[np.float64]
    phi: float
    tau2: float
    limits: dict[float, tuple[NDArray[np.float64], NDArray[np.float64]]]
    place: NDArray[np.str_]


def funnel(
    events: ArrayLike,
    n: ArrayLike,
    *,
    trim: float = WINSORISED,
    how: str = "winsorise",
    fewest_for_spread: int = FEWEST_FOR_SPREAD,
) -> Funnel:
    """Funnel of shares: control limits around the share of all units together.

    Parameters
    ----------
    events, n
        People with the outcome, and all, of each unit.
    trim
        Share of the z-scores at each end that is drawn in.
    how
        ``winsorise`` (set to the percentile) or ``truncate`` (left out).
    fewest_for_spread
        Units from which τ² is added.

    Raises
    ------
    ValueError
        Fewer than three units, a unit with nobody, or nobody (or everybody) with the outcome.

    References
    ----------
    Spiegelhalter 2005, Funnel plots for comparing institutional performance, Stat Med 24:1185,
    doi 10.1002/sim.1970 (limits); Spiegelhalter 2005, Handling over-dispersion of
    performance indicators, Qual Saf Health Care 14:347, doi 10.1136/qshc.2005.013755 (φ, τ²).
    """
    events, n = np.asarray(events, float), np.asarray(n, float)
    if events.size < FEWEST_UNITS or not (n > 0).all():
        raise ValueError(f"a funnel needs {FEWEST_UNITS} units or more, with people in each")
    average = events.sum() / n.sum()
    if not 0 < average < 1:
        raise ValueError("nobody or everybody has the outcome: units cannot differ")
    error = np.sqrt(average * (1 - average) / n)
    z = (events / n - average) / error
    phi, tau2 = over_dispersion(z, error, trim=trim, how=how)
    tau2 = tau2 if events.size >= fewest_for_spread else 0.0
    wide = np.sqrt(error**2 + tau2)
    limits = {}
    for level in LEVELS:
        reach = intervals.z(level) * wide
        limits[level] = (np.maximum(average - reach, 0), np.minimum(average + reach, 1))
    return Funnel(float(average), z, phi, tau2, limits, _place(events / n, average, wide))


def _place(value: NDArray, average: float, wide: NDArray) -> NDArray[np.str_]:
    far = (value - average) / wide
    inner, outer = (intervals.z(level) for level in LEVELS)
    beyond = [far > outer, far > inner, far < -outer, far < -inner]
    return np.select(beyond, ["above_998", "above_95", "below_998", "below_95"], "inside")


def over_dispersion(
    z: ArrayLike, error: ArrayLike, *, trim: float = WINSORISED, how: str = "winsorise"
) -> tuple[float, float]:
    """φ, and the variance τ² between units that explains what is above 1 in it.

    Parameters
    ----------
    z, error
        Each unit's z-score, and its standard error by chance (unit of the indicator).

    Returns
    -------
    tuple of float
        φ, and τ² = max(0, (n φ − (n − 1)) ÷ (Σw − Σw² ÷ Σw)) with w = 1 ÷ error². Truncated scores are
        counted by how many are left, and their w alone is summed.

    References
    ----------
    Spiegelhalter 2005, Qual Saf Health Care 14:347; DerSimonian and Laird 1986, Control Clin Trials 7:177.
    """
    z, error = np.asarray(z, float), np.asarray(error, float)
    low, high = np.quantile(z, [trim, 1 - trim])
    if how == "truncate":
        kept = (z >= low) & (z <= high)
        z, error = z[kept], error[kept]
    elif how == "winsorise":
        z = np.clip(z, low, high)
    else:
        raise ValueError(f"'{how}' is neither winsorise nor truncate")
    weight, units = 1 / error**2, z.size
    phi = float((z**2).mean())
    below = weight.sum() - (weight**2).sum() / weight.sum()
    return phi, float(max(0.0, (units * phi - (units - 1)) / below))


def sites(
    activity: pd.DataFrame, pathway_activity: pd.DataFrame, services: Sequence[ServiceDefinition]
) -> pd.Series:
    """Site of each pathway: the organisation code of the first admission on it from the day it began.

    Pathways without an admission are in none.
    """
    opening = {kind for service in services for kind in service.cohort.activity_types}
    if "admitted" not in opening:
        return pd.Series(dtype="str")
    admitted = pathway_activity["activity_type"] == "admitted"
    stays = pathway_activity[admitted & (pathway_activity["day"] >= 0)]
    stays = first_of(stays, "pathway", {"start_date": True, "activity_id": True})
    own = activity[activity["activity_id"].isin(stays["activity_id"])]
    codes = own.drop_duplicates("activity_id").set_index("activity_id")["organisation_code"]
    return stays.set_index("pathway")["activity_id"].map(codes)


def by_site(
    result: pd.DataFrame,
    measures: pd.DataFrame,
    services: Sequence[ServiceDefinition],
    site: pd.Series,
    months: Span,
) -> pd.DataFrame:
    """The mart's table ``funnel``: the value outcome of each service by site, newest 24 months due.

    Sites with fewer than 30 people are left out, as two groups so small are not compared.
    """
    found = list(_by_site(result, measures, {s.service: s.value.outcome for s in services}, site, months))
    if not found:
        return pd.DataFrame(columns=list(COLUMNS))
    return pd.concat(found, ignore_index=True)[list(COLUMNS)]


def _by_site(result, measures, outcome: dict, site: pd.Series, months: Span) -> Iterator[pd.DataFrame]:
    for measure, rows in each_measure(result, measures):
        years = due_years(rows, months)[-2:]
        if outcome.get(measure.service) != measure.measure or not years:
            continue
        span = Span(years[0].first, 12 * len(years))
        rows = rows[span.holds(rows["began"])]
        place = rows["pathway"].map(site)
        size = place[rows["known"].to_numpy(bool)].value_counts()
        names = sorted(size.index[size >= outcomes.FEWEST_PEOPLE])
        group = place.map({name: i for i, name in enumerate(names)}).fillna(-1).to_numpy(int)
        if len(names) < FEWEST_UNITS:
            continue
        frame = grouped(rows, group, len(names), measure.statistic)
        frame = frame.assign(
            service=measure.service,
            measure=measure.measure,
            words=span.words,
            site=names,
            shown=True,
            reason="",
        )
        yield judged(frame)


def judged(frame: pd.DataFrame) -> pd.DataFrame:
    """`frame` (one service's sites: ``n``, ``value`` in per cent, ``shown``) with its funnel.

    Disclosure control calls this again on the figures that may be shown. Where one may not, none has a
    funnel.
    """
    blank = dict.fromkeys(("average", "low95", "high95", "low998", "high998", "phi"), np.nan)
    whole = frame["shown"].to_numpy(bool).all() and len(frame) >= FEWEST_UNITS
    n = frame["n"].to_numpy(float, na_value=np.nan)
    events = np.round(frame["value"].to_numpy(float, na_value=np.nan) * n / SHARE_SCALE)
    if not whole or not 0 < events.sum() < n.sum():
        return frame.assign(**blank, widened=False, place="")
    found = funnel(events, n)
    (low95, high95), (low998, high998) = (found.limits[level] for level in LEVELS)
    return frame.assign(
        average=found.average * SHARE_SCALE,
        low95=low95 * SHARE_SCALE,
        high95=high95 * SHARE_SCALE,
        low998=low998 * SHARE_SCALE,
        high998=high998 * SHARE_SCALE,
        phi=round(found.phi, 2),
        widened=found.tau2 > 0,
        place=found.place,
    )


def _example() -> Example:
    events, n = [40, 52, 30, 24], [100, 100, 100, 100]
    found = funnel(events, n)
    low, high = found.limits[0.95]
    return Example(
        says="Four sites with 100 people each, of whom 40, 52, 30 and 24 had the outcome.",
        inputs=pd.DataFrame({"Site": ["A", "B", "C", "D"], "With the outcome": events, "People": n}),
        steps=(
            "The average is 146 of 400, or 0.365.",
            "The standard error of a site of 100 is the square root of 0.365 × 0.635 ÷ 100, that is 0.04814.",
            "The 95% limits are 0.365 ± 1.96 × 0.04814; the 99.8% limits are 0.365 ± 3.09 × 0.04814.",
            "Site B, at 0.52, is 3.22 standard errors above: beyond the outer limit. Site D, at 0.24, is "
            "2.60 below: beyond the inner one.",
        ),
        result={"Lower 95% limit": low[0], "Upper 95% limit": high[0], "z of site B": found.z[1]},
        published={"Lower 95% limit": 0.271, "Upper 95% limit": 0.459, "z of site B": 3.220},
        published_in="Worked out by hand from Spiegelhalter 2005, Stat Med 24:1185.",
    )


METHODS = (
    Method(
        id="funnel",
        name="Funnel plot",
        question="Does a hospital site differ from the others by more than chance would make likely?",
        formula="The limits of a site are the average share plus and minus 1.96 (95%) and 3.09 (99.8%) × "
        "the square root of average × (1 − average) ÷ its people. With ten units or more, φ is the mean "
        "square of the z-scores, the outer tenths drawn in; where it shows that units differ by more than "
        "chance, the variance τ² between them is added under the root.",
        units="People with the outcome and all people of each site go in; shares with limits come out.",
        source="Spiegelhalter 2005, Stat Med 24:1185, doi 10.1002/sim.1970; over-dispersion: Spiegelhalter "
        "2005, Qual Saf Health Care 14:347, doi 10.1136/qshc.2005.013755.",
        fails="Refused below three sites. With few people at a site the limits are approximate. Nothing is "
        "adjusted for: sites that treat sicker people stand lower. One site in twenty lies beyond the inner "
        "limits by chance.",
        function="valuekit.measures.people.funnel.funnel",
        also=("valuekit.measures.people.funnel.over_dispersion",),
        example=_example,
        group="Proportions, rates and case mix",
    ),
)
