"""Value: outcomes that matter to patients for the cost of the whole pathway.

Outcome and cost stand side by side before any ratio, and speak of the same people. The ratio is one of
totals, never a mean of people's ratios (Porter 2010, doi 10.1056/NEJMp1011024; methods page).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from valuekit.measures.calendar import Span, due_spans
from valuekit.measures.definition.definitions import COST_MEASURE
from valuekit.measures.outcomes import days_until_due
from valuekit.measures.statistics import intervals

if TYPE_CHECKING:
    from valuekit.measures.definition.definitions import ServiceDefinition
    from valuekit.measures.money.prices import SteadyPrices

PER_POUNDS = 100_000
"""Good outcomes are shown for each £100,000."""

FEWEST_PEOPLE = 30
"""People whose outcome is known below which no ratio is shown: the bootstrap of a ratio needs a sample that
stands for its population, and with fewer its interval covers too seldom (see the simulation in the tests)."""

FIELLER_FIRST = 200
"""Pathways up to which Fieller's interval stands first: in small samples it covers better than the
bootstrap (of a dozen skewed costs 93% against 90%, see the simulation in the tests). With more the two
hardly differ."""

_SUMS = "Good outcomes over cost, both summed over the pathways whose outcome is known. "
_FIELLER = "Fieller's interval of a ratio of two means of the same people"
_BOOTSTRAP = f"the middle 95% of {intervals.DRAWS} bootstrap draws of pathways"
METHODS_IN_WORDS = {
    "fieller": f"{_SUMS}The interval is {_FIELLER}; beside it stands {_BOOTSTRAP}.",
    "bootstrap": f"{_SUMS}The interval is {_BOOTSTRAP}; beside it stands {_FIELLER}.",
}
"""How the interval of the ratio is worked out, by which of the two stands first."""


def value(
    result: pd.DataFrame,
    services: Sequence[ServiceDefinition],
    months: Span,
    steady: SteadyPrices | None = None,
) -> pd.DataFrame:
    """The mart's table ``value``: for each service the newest 12 months due and the 12 before, oldest first.

    A month is due once both the outcome and the whole cost of everybody in it are. Every figure is about the
    pathways whose outcome and cost are known; `n` is their number.

    Parameters
    ----------
    steady
        Cost in the prices of one year: two years stand side by side here, and a rise of all prices is no
        loss of value. Without it, cost is as it was posted (`prices` is then empty).

    Returns
    -------
    pandas.DataFrame
        Outcome in per cent with its Wilson interval, mean cost in pounds with its t interval, and the ratio
        in good outcomes per £100,000 with Fieller's and the bootstrap interval, or why there is none.
    """
    found = []
    for service in services:
        both, days = outcome_and_cost(result, service)
        for span in due_spans("year", months, days)[-2:]:
            held = both[span.holds(both["began"])]
            if steady is not None:
                # A cost that is not known stays so: no price makes it known.
                pounds = steady.pounds(held["pathway"])
                held = held.assign(cost=np.where(held["cost"].notna(), pounds, np.nan))
            found.append(
                {
                    "service": service.service,
                    "words": span.words,
                    "period_start": span.start,
                    "prices": "" if steady is None else steady.deflators.base,
                    **_figures(held),
                }
            )
    return pd.DataFrame(
        found,
        columns=[
            "service",
            "words",
            "period_start",
            "prices",
            "n",
            "completeness",
            "outcome",
            "outcome_lower",
            "outcome_upper",
            "cost",
            "cost_lower",
            "cost_upper",
            "ratio",
            "ratio_lower",
            "ratio_upper",
            "fieller_lower",
            "fieller_upper",
            "bootstrap_lower",
            "bootstrap_upper",
            "shown",
            "reason",
            "method",
        ],
    )


def outcome_and_cost(result: pd.DataFrame, service: ServiceDefinition) -> tuple[pd.DataFrame, int]:
    """Results of the service's value outcome with the `cost` of each pathway, and the days until both are
    due.
    """
    of_service = result[result["service"] == service.service]
    outcome = of_service[of_service["measure"] == service.value.outcome]
    cost = of_service[of_service["measure"] == COST_MEASURE].set_index("pathway")
    days = max(days_until_due(outcome), days_until_due(cost))
    return outcome.assign(cost=outcome["pathway"].map(cost["value"])), days


def _figures(held: pd.DataFrame) -> dict[str, object]:
    known = held[held["known"] & held["cost"].notna()]
    good, pounds = known["value"].to_numpy(float), known["cost"].to_numpy(float)
    n, eligible = len(known), int(held["eligible"].sum())
    share = intervals.share(good.sum(), n)
    average, cost = intervals.mean_of(pounds)
    reason = why_not(n, float(cost.lower))
    ratio, fieller, bootstrap = np.nan, intervals.NOWHERE, intervals.NOWHERE
    if not reason:
        ratio = good.sum() / pounds.sum()
        fieller, bootstrap = intervals.fieller(good, pounds), intervals.bootstrap_of_ratio(good, pounds)
    first = "fieller" if n <= FIELLER_FIRST else "bootstrap"
    ends = fieller if first == "fieller" else bootstrap
    return {
        "n": n,
        "completeness": n / eligible if eligible else np.nan,
        "outcome": 100 * good.sum() / n if n else np.nan,
        "outcome_lower": 100 * float(share.lower),
        "outcome_upper": 100 * float(share.upper),
        "cost": average,
        "cost_lower": float(cost.lower),
        "cost_upper": float(cost.upper),
        "ratio": ratio * PER_POUNDS,
        "ratio_lower": float(ends.lower) * PER_POUNDS,
        "ratio_upper": float(ends.upper) * PER_POUNDS,
        "fieller_lower": float(fieller.lower) * PER_POUNDS,
        "fieller_upper": float(fieller.upper) * PER_POUNDS,
        "bootstrap_lower": float(bootstrap.lower) * PER_POUNDS,
        "bootstrap_upper": float(bootstrap.upper) * PER_POUNDS,
        "shown": not reason,
        "reason": reason,
        "method": METHODS_IN_WORDS[first],
    }


def why_not(n: int, cost_lower: float) -> str:
    """Why no ratio is shown, in words; empty when it may be."""
    if n < FEWEST_PEOPLE:
        return f"too few: the outcome of fewer than {FEWEST_PEOPLE} pathways is known"
    if not cost_lower > 0:
        return "the cost is not clear of zero: its interval reaches 0, and a ratio to it would mean nothing"
    return ""
