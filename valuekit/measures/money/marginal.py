"""The margin: what a further pound went with, beside what a pound buys on average.

Between two years or two ways of care, the change in outcome for each £100,000 of the change in cost, of the
same pathways. Where the cost hardly changed there is no margin to see, and none is said.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from valuekit.measures.methods import Example, Method
from valuekit.measures.money.value import PER_POUNDS
from valuekit.measures.statistics import intervals

MORE, LESS, NOT_CLEAR = "more", "less", "not_clear"
"""Whether it is for £100,000 more spent or £100,000 less; or why it is not said."""


@dataclass(frozen=True)
class Margin:
    """Further good outcomes for each £100,000 more (or less) spent, with Fieller's interval.

    `kind` is ``more``, ``less`` or ``not_clear``; without a value where the change in cost is not clear of
    nought.
    """

    value: float
    lower: float
    upper: float
    kind: str


def marginal(
    cost: float,
    outcome: float,
    cost_se: float,
    outcome_se: float,
    correlation: float,
    level: float = intervals.LEVEL,
) -> Margin:
    """Change in outcome over change in cost, for each £100,000.

    Parameters
    ----------
    cost, outcome
        Increments of a pathway: pounds, and good outcomes (a share, 0 to 1).
    cost_se, outcome_se, correlation
        Standard errors of the increments, and how they go together.

    Returns
    -------
    Margin
        Where less is spent, the value is the change in outcomes for each £100,000 saved: below nought where
        the outcome is worse.

    References
    ----------
    Fieller 1954, J R Stat Soc B 16:175, doi 10.1111/j.2517-6161.1954.tb00159.x: the same interval as that of
    the incremental cost-effectiveness ratio, with cost below.
    """
    together = correlation * cost_se * outcome_se
    ends = intervals.fieller_of_estimates(
        outcome, cost, outcome_se**2, cost_se**2, together, intervals.z(level)
    )
    if np.isnan(ends.lower):
        return Margin(np.nan, np.nan, np.nan, NOT_CLEAR)
    found = np.array([outcome / cost, *ends]) * PER_POUNDS
    if cost < 0:
        found = -found[[0, 2, 1]]
    value, lower, upper = (float(x) for x in found)
    return Margin(value, lower, upper, MORE if cost > 0 else LESS)


def _example() -> Example:
    found = marginal(1000.0, 0.1, 100.0, 0.02, 0.0)
    return Example(
        says="A pathway costs £1,000 more than the year before and 0.1 more outcomes are good; standard "
        "errors £100 and 0.02.",
        inputs=pd.DataFrame(
            {
                "Figure": ["More cost, £", "More good outcomes"],
                "Value": [1000.0, 0.1],
                "Standard error": [100.0, 0.02],
            }
        ),
        steps=(
            "0.1 ÷ £1,000 × £100,000 = 10 further good outcomes for each further £100,000.",
            "With z² = 3.8415, Fieller's ends solve 961,585 R² − 200 R + 0.0084634 = 0: R is 0.000059125 or "
            "0.00014887, which is 5.91 and 14.89 for each £100,000.",
        ),
        result={"For each £100,000": found.value, "Lower end": found.lower, "Upper end": found.upper},
        published={"For each £100,000": 10.0, "Lower end": 5.91, "Upper end": 14.89},
        published_in="By hand, from the quadratic.",
        decimals=2,
    )


METHODS = (
    Method(
        id="marginal_value",
        name="The margin: what a further pound went with",
        question="Where does the next pound do most?",
        formula=(
            "Change in good outcomes of a pathway over the change in its cost, between two years or two ways "
            "of care, for each £100,000; Fieller's interval. Costs are in the prices of one year."
        ),
        units="Good outcomes for each £100,000 more, or less, of pathway cost.",
        source=(
            "Fieller 1954, J R Stat Soc B 16:175, doi 10.1111/j.2517-6161.1954.tb00159.x; Drummond and "
            "others 2015, Methods for the Economic Evaluation of Health Care Programmes, 4th ed. (average, "
            "marginal and incremental cost)."
        ),
        fails=(
            "Refused where the change in cost is not clear of nought, and below 30 pathways in either group. "
            "It is what went together, not what the pound did: people and other things changed too. It looks "
            "back, between two levels of spending that were seen, and at spending more on each person, not "
            "on more people. Outcomes of two services differ in kind, so it puts no service above another."
        ),
        function="valuekit.measures.money.marginal.marginal",
        example=_example,
        group="Value",
    ),
)
