"""Health economics: what one option costs and achieves beside another, and how sure that is.

An option is a group of pathways: a period, a fifth of deprivation, or a way of treatment that a definition
declares. Cost and outcome of the same people are drawn together. Nothing here knows a table of the mart;
:mod:`valuekit.measures.money.increments` makes them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from valuekit.measures.methods import Example, Method
from valuekit.measures.statistics import intervals

Floats = NDArray[np.float64]

QUADRANTS = ("dearer_better", "cheaper_better", "cheaper_worse", "dearer_worse")
"""Quarters of the cost-effectiveness plane with cost upwards: north-east, south-east, south-west,
north-west."""

NOT_TOLD = ("dominant", "dominated", "same_outcome", "not_clear")
"""Why there is no ratio: cheaper and better; dearer and worse; no difference in outcome; the interval of the
difference in outcome holds nought."""


@dataclass(frozen=True)
class Draws:
    """Mean cost and outcome of each option: as found, and in each bootstrap draw.

    Attributes
    ----------
    cost, outcome
        One value an option: pounds, and the outcome in its own unit (a share as 0 to 1).
    drawn_cost, drawn_outcome
        Draws × options.
    people
        People of each option.
    """

    cost: Floats
    outcome: Floats
    drawn_cost: Floats
    drawn_outcome: Floats
    people: NDArray[np.int64]


def draw(
    groups: Sequence[tuple[ArrayLike, ArrayLike]], draws: int = intervals.DRAWS, seed: int = intervals.SEED
) -> Draws:
    """Bootstrap of mean cost and mean outcome of each group, drawing people with both their values.

    Parameters
    ----------
    groups
        For each option the costs and the outcomes of its people, in one order.

    Raises
    ------
    ValueError
        An option has nobody, or not as many costs as outcomes.

    References
    ----------
    Briggs, Wonderling and Mooney 1997, Health Econ 6:327; Gray, Clarke, Wolstenholme and Wordsworth 2011,
    Applied Methods of Cost-effectiveness Analysis in Health Care.
    """
    rng = np.random.default_rng(seed)
    found, means = [], []
    for cost, outcome in groups:
        both = np.stack([np.asarray(cost, float), np.asarray(outcome, float)])
        n = both.shape[1]
        if n == 0:
            raise ValueError("an option without people cannot be drawn from")
        chosen = rng.integers(0, n, (draws, n))
        found.append(both.take(chosen, axis=1).mean(axis=2))
        means.append(both.mean(axis=1))
    whole, drawn = np.array(means), np.stack(found, axis=2)
    people = np.array([np.size(cost) for cost, _ in groups])
    return Draws(whole[:, 0], whole[:, 1], drawn[0], drawn[1], people)


def normal_draws(
    cost: ArrayLike,
    outcome: ArrayLike,
    cost_se: ArrayLike,
    outcome_se: ArrayLike,
    correlation: ArrayLike,
    people: ArrayLike,
    draws: int = intervals.DRAWS,
    seed: int = intervals.SEED,
) -> Draws:
    """Draws from a normal distribution about the means of each option, one value an option in each argument.

    What anyone may read is worked out from rounded figures alone, so its draws come from them too, and not
    from people. With 30 people or more the means are near enough to normal (Nixon, Wonderling and Grieve
    2010, Health Econ 19:316).
    """
    cost, outcome = np.asarray(cost, float), np.asarray(outcome, float)
    together = np.clip(np.asarray(correlation, float), -1.0, 1.0)
    one, two = np.random.default_rng(seed).standard_normal((2, draws, cost.size))
    drawn_cost = cost + np.asarray(cost_se, float) * one
    drawn_outcome = outcome + np.asarray(outcome_se, float) * (
        together * one + np.sqrt(1 - together**2) * two
    )
    return Draws(cost, outcome, drawn_cost, drawn_outcome, np.asarray(people, np.int64))


def spread(cost: ArrayLike, outcome: ArrayLike) -> tuple[float, float, float]:
    """Standard deviation of each of two columns of draws, and their correlation (0 where one does not
    vary).
    """
    cost, outcome = np.asarray(cost, float), np.asarray(outcome, float)
    one, two = float(cost.std(ddof=1)), float(outcome.std(ddof=1))
    return one, two, float(np.corrcoef(cost, outcome)[0, 1]) if one > 0 and two > 0 else 0.0


def quadrant(cost: ArrayLike, outcome: ArrayLike) -> NDArray[np.str_]:
    """Quarter of the plane of each pair of increments; a point on an axis counts with what is not worse.

    No difference in cost counts as cheaper, no difference in outcome as better.

    References
    ----------
    Black 1990, Med Decis Making 10:212, doi 10.1177/0272989X9001000308.
    """
    dearer, worse = np.asarray(cost, float) > 0, np.asarray(outcome, float) < 0
    return np.select([dearer & ~worse, ~dearer & ~worse, ~dearer & worse], QUADRANTS[:3], QUADRANTS[3])


def quadrant_shares(cost: ArrayLike, outcome: ArrayLike) -> dict[str, float]:
    """Share of draws in each quarter of the plane, 0 to 1; they add up to 1."""
    where = quadrant(cost, outcome)
    return {name: float(np.mean(where == name)) for name in QUADRANTS}


@dataclass(frozen=True)
class Ratio:
    """An incremental cost-effectiveness ratio: pounds for each further outcome, or why there is none.

    In the quarter of cheaper and worse it is the pounds saved for each outcome given up: `saves` is then
    true.
    """

    value: float
    lower: float
    upper: float
    saves: bool
    reason: str


def ratio(
    cost: float,
    outcome: float,
    cost_se: float,
    outcome_se: float,
    correlation: float,
    level: float = intervals.LEVEL,
) -> Ratio:
    """The incremental cost-effectiveness ratio with Fieller's interval, where it means something.

    Parameters
    ----------
    cost, outcome
        Increments.
    cost_se, outcome_se, correlation
        Standard errors of the increments, and how they go together.

    Returns
    -------
    Ratio
        Without a value where the option is dominant or dominated (a negative ratio says nothing: it can come
        from a great gain or from a great loss), where the outcomes are alike, and where the difference in
        outcome is not clear of nought. An end of the interval is NaN where the interval reaches into
        another quarter.

    References
    ----------
    Willan and O'Brien 1996, Health Econ 5:297; no negative ratios: Stinnett and Mullahy 1998, Med Decis
    Making 18:S68; Briggs, O'Brien and Blackhouse 2002, Annu Rev Public Health 23:377.
    """
    nothing = Ratio(np.nan, np.nan, np.nan, False, "")
    where = str(quadrant(cost, outcome))
    if outcome == 0:
        return replace(nothing, reason="same_outcome")
    if where in ("cheaper_better", "dearer_worse"):
        return replace(nothing, reason="dominant" if where == "cheaper_better" else "dominated")
    together = correlation * cost_se * outcome_se
    lower, upper = intervals.fieller_of_estimates(
        cost, outcome, cost_se**2, outcome_se**2, together, intervals.z(level)
    )
    if np.isnan(upper):
        return replace(nothing, reason="not_clear")
    # Below nought lies another quarter: cheaper and better, or dearer and worse.
    return Ratio(cost / outcome, lower if lower > 0 else np.nan, upper, where == "cheaper_worse", "")


def dominance(cost: ArrayLike, outcome: ArrayLike) -> pd.DataFrame:
    """Which options are worth having at some price of an outcome, and which are ruled out.

    Options are put in the order of outcome. One that costs no less and achieves no more than another is
    strongly dominated. One whose ratio to the option before is not below the ratio of the next is dominated
    by extension: a mixture of its neighbours achieves as much for less. What is left is the frontier, along
    which the ratios rise.

    Returns
    -------
    pandas.DataFrame
        In the order given: ``status`` (``frontier``, ``dominated`` or ``extended``) and ``icer``, pounds
        for each further outcome against the option before it on the frontier; NaN for the first and for
        those ruled out.

    References
    ----------
    Drummond, Sculpher, Claxton, Stoddart and Torrance 2015, Methods for the Economic Evaluation of Health
    Care Programmes, 4th ed.; Cantor 1994, Med Decis Making 14:259.
    """
    cost, outcome = np.asarray(cost, float), np.asarray(outcome, float)
    status = np.full(cost.size, "frontier", dtype=object)
    for i in range(cost.size):
        no_worse = (cost <= cost[i]) & (outcome >= outcome[i])
        better = no_worse & ((cost < cost[i]) | (outcome > outcome[i]))
        # Of two options that are alike the first stays.
        twin = no_worse & (cost == cost[i]) & (outcome == outcome[i]) & (np.arange(cost.size) < i)
        if better.any() or twin.any():
            status[i] = "dominated"
    left = [i for i in np.argsort(outcome, kind="stable") if status[i] == "frontier"]
    hull: list[int] = []
    for i in left:
        # The lower edge from left to right: an option above the line between its neighbours falls out.
        while len(hull) > 1 and _slope(cost, outcome, hull[-2], hull[-1]) >= _slope(
            cost, outcome, hull[-1], i
        ):
            status[hull.pop()] = "extended"
        hull.append(i)
    icer = np.full(cost.size, np.nan)
    for before, now in pairwise(hull):
        icer[now] = _slope(cost, outcome, before, now)
    return pd.DataFrame({"status": status, "icer": icer})


def _slope(cost: Floats, outcome: Floats, one: int, other: int) -> float:
    return float((cost[other] - cost[one]) / (outcome[other] - outcome[one]))


def net_benefit(cost: ArrayLike, outcome: ArrayLike, price: ArrayLike) -> Floats:
    """Net monetary benefit: the outcome at its price, less the cost; one layer for each price, in front.

    References
    ----------
    Stinnett and Mullahy 1998, Med Decis Making 18:S68, doi 10.1177/0272989X98018002S09.
    """
    price = np.asarray(price, float)
    cost, outcome = np.asarray(cost, float), np.asarray(outcome, float)
    return price.reshape(-1, *[1] * cost.ndim) * outcome - cost


@dataclass(frozen=True)
class Acceptability:
    """Over a range of prices of an outcome (rows) and the options (columns).

    Attributes
    ----------
    probability
        Share of draws in which the option has the highest net benefit; a draw with a tie counts for the
        first.
    benefit
        Mean net benefit, pounds.
    frontier
        For each price the option with the highest mean net benefit: by number.
    """

    price: Floats
    probability: Floats
    benefit: Floats
    frontier: NDArray[np.intp]


def acceptability(found: Draws, price: ArrayLike) -> Acceptability:
    """The cost-effectiveness acceptability curves of the options, and the frontier.

    The option with the highest probability need not be the one to choose: the choice follows the mean net
    benefit, and the frontier takes the probability of that option.

    References
    ----------
    van Hout, Al, Gordon and Rutten 1994, Health Econ 3:309; Fenwick, Claxton and Sculpher 2001, Health Econ
    10:779, doi 10.1002/hec.635.
    """
    price = np.atleast_1d(np.asarray(price, float))
    best = net_benefit(found.drawn_cost, found.drawn_outcome, price).argmax(axis=2)
    options = np.arange(found.cost.size)
    probability = (best[:, :, None] == options).mean(axis=1)
    benefit = net_benefit(found.cost, found.outcome, price)
    return Acceptability(price, probability, benefit, benefit.argmax(axis=1))


def gain(found: Draws, price: ArrayLike, level: float = intervals.LEVEL) -> tuple[Floats, Floats, Floats]:
    """Net benefit of each option less that of the first, with its percentile interval over the draws.

    Returns
    -------
    tuple
        Means, lower and upper ends in pounds, each of shape (prices, options); NaN for the first option.

    References
    ----------
    Stinnett and Mullahy 1998, Med Decis Making 18:S68: the increment in net benefit has none of the troubles
    of a ratio, so it is given in every quarter of the plane.
    """
    benefit = net_benefit(found.cost, found.outcome, price)
    drawn = net_benefit(found.drawn_cost, found.drawn_outcome, price)
    more = drawn - drawn[:, :, :1]
    made = [benefit - benefit[:, :1], *intervals.percentiles(more, level, axis=1)]
    for each in made:
        each[:, 0] = np.nan
    return made[0], made[1], made[2]


def _example_dominance() -> Example:
    options, cost, outcome = ("1", "2", "3", "4", "5"), (300, 200, 450, 375, 400), (25, 20, 50, 40, 15)
    found = dominance([1000.0 * c for c in cost], outcome)
    return Example(
        says="Five options of a teaching example, with their cost in thousands and their outcome.",
        inputs=pd.DataFrame({"Option": options, "Cost, thousands": cost, "Outcome": outcome}),
        steps=(
            "Option 5 costs more than option 2 and achieves less: it is dominated.",
            "From option 2 to 1 one more outcome costs 20,000, from 1 to 4 only 5,000: 1 is dominated by "
            "extension.",
            "From option 2 to 4 it costs 8,750, from 4 to 3 only 7,500: 4 is dominated by extension.",
            "What is left are options 2 and 3: 250,000 for 30 more outcomes.",
        ),
        result={
            "Options on the frontier": float((found["status"] == "frontier").sum()),
            "Dominated by extension": float((found["status"] == "extended").sum()),
            "For each further outcome, option 3 against 2": float(found["icer"][2]),
        },
        published={
            "Options on the frontier": 2.0,
            "Dominated by extension": 2.0,
            "For each further outcome, option 3 against 2": 25000 / 3,
        },
        published_in="Options: Frick 2007, Decision Rules (Johns Hopkins open courseware); ratios by hand.",
        decimals=0,
    )


def _example_acceptability() -> Example:
    cost, outcome = np.array([[0.0, 100], [0, 300], [0, 200], [0, 400]]), np.array([[0, 0.02]] * 4)
    found = acceptability(
        Draws(cost.mean(axis=0), outcome.mean(axis=0), cost, outcome, np.array([9, 9])), [12500]
    )
    return Example(
        says="Four draws of what a new option costs and achieves more than the old, at £12,500 an outcome.",
        inputs=pd.DataFrame(
            {"Draw": range(1, 5), "More cost, £": cost[:, 1], "More outcomes": outcome[:, 1]}
        ),
        steps=(
            "0.02 of an outcome at £12,500 is worth £250 in each draw.",
            "Net benefits are £150, −£50, £50 and −£150: two of the four are above nought.",
            "The mean cost is £250, so the mean net benefit is nought.",
        ),
        result={
            "Share of draws with the higher net benefit": float(found.probability[0, 1]),
            "Mean net benefit": float(found.benefit[0, 1]),
        },
        published={"Share of draws with the higher net benefit": 0.5, "Mean net benefit": 0.0},
        published_in="By hand.",
        decimals=2,
    )


def _example_ratio() -> Example:
    found = ratio(200.0, 0.1, 50.0, 0.02, 0.0)
    return Example(
        says="An option costs £200 more and achieves 0.1 outcomes more; standard errors £50 and 0.02.",
        inputs=pd.DataFrame(
            {
                "Figure": ["More cost, £", "More outcomes"],
                "Value": [200.0, 0.1],
                "Standard error": [50.0, 0.02],
            }
        ),
        steps=(
            "£200 for 0.1 outcomes is £2,000 for one.",
            "With z² = 3.8415, Fieller's ends solve 0.00846 R² − 40 R + 30,396 = 0.",
        ),
        result={"Pounds for one outcome": found.value, "Lower end": found.lower, "Upper end": found.upper},
        published={"Pounds for one outcome": 2000.0, "Lower end": 951.0, "Upper end": 3775.0},
        published_in="By hand, from the quadratic.",
        decimals=0,
        unit="£",
    )


_MODULE = "valuekit.measures.money.economics."
METHODS = (
    Method(
        id="incremental_cost_effectiveness",
        name="Incremental cost-effectiveness",
        question="What does one option cost and achieve beside another, and how sure is that?",
        formula=(
            "Mean cost and mean outcome of one option less those of the other. People are drawn again 1,000 "
            "times, cost and outcome together; the share of draws in each quarter of the plane says how "
            "sure the direction is. In public the draws come from normal distributions about the rounded "
            "figures. The ratio is the difference in cost over the difference in outcome, "
            "with Fieller's interval."
        ),
        units="Pounds, outcomes (a share of people), and pounds for each further good outcome.",
        source=(
            "Willan and O'Brien 1996, Health Econ 5:297; Briggs, Wonderling and Mooney 1997, Health Econ "
            "6:327; Black 1990, Med Decis Making 10:212; Stinnett and Mullahy 1998, Med Decis Making 18:S68."
        ),
        fails=(
            "No ratio where an option is cheaper and better or dearer and worse (a negative ratio says "
            "nothing), nor where the difference in outcome is not clear of nought. Refused below 30 people "
            "in an option. Options that were not allotted by chance differ in more than the option."
        ),
        function=_MODULE + "ratio",
        example=_example_ratio,
        group="Value",
        also=(_MODULE + "draw", _MODULE + "normal_draws", _MODULE + "quadrant_shares"),
    ),
    Method(
        id="dominance",
        name="Dominance, strong and extended",
        question="Which of several options are worth having at some price of an outcome?",
        formula=(
            "Options in the order of outcome. One that costs no less and achieves no more than another is "
            "dominated. One whose ratio to the option before is not below the ratio of the next is "
            "dominated by extension. The ratios of the rest rise along the frontier: each is set against the "
            "one before it, with Fieller's interval."
        ),
        units="Pounds for each further outcome.",
        source=(
            "Drummond and others 2015, Methods for the Economic Evaluation of Health Care Programmes, 4th "
            "ed.; Cantor 1994, Med Decis Making 14:259."
        ),
        fails="It takes means as known: the acceptability curve says how sure the ranking is.",
        function=_MODULE + "dominance",
        example=_example_dominance,
        group="Value",
        also=("valuekit.measures.money.increments.along_frontier",),
    ),
    Method(
        id="net_benefit_acceptability",
        name="Net monetary benefit, acceptability curve and frontier",
        question="Which option is the best choice, depending on what an outcome is thought worth?",
        formula=(
            "Net benefit is the outcome times its price, less the cost. The acceptability curve is the "
            "share of draws in which an option has the highest net benefit at a price; the frontier takes, "
            "at each price, the option with the highest mean net benefit. The gain of an option is its net "
            "benefit less that of the first, with the middle 95% of the draws as its interval."
        ),
        units="Pounds for each pathway; shares of draws from 0 to 1. Each service declares its prices.",
        source=(
            "Stinnett and Mullahy 1998, Med Decis Making 18:S68; van Hout and others 1994, Health Econ "
            "3:309; Fenwick, Claxton and Sculpher 2001, Health Econ 10:779, doi 10.1002/hec.635."
        ),
        fails="There is no accepted price of such an outcome: the range is a choice, and is shown as one.",
        function=_MODULE + "acceptability",
        example=_example_acceptability,
        group="Value",
        also=(_MODULE + "net_benefit", _MODULE + "gain"),
    ),
)
