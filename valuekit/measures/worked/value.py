"""Method page of :mod:`valuekit.measures.money.value`."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pandas as pd

from valuekit.measures.calendar import Span
from valuekit.measures.definition.definitions import COST_MEASURE
from valuekit.measures.methods import Example, Method
from valuekit.measures.money import value
from valuekit.project import Month


def _ratio() -> Example:
    good, pounds = [1.0] * 20 + [0.0] * 20, [1000.0] * 20 + [9000.0] * 20
    rows = pd.DataFrame(
        {
            "service": "example",
            "pathway": np.arange(40),
            "began": pd.Timestamp("2025-03-10"),
            "due": pd.Timestamp("2025-04-10"),
            "eligible": True,
            "known": True,
        }
    )
    result = pd.concat(
        [rows.assign(measure="good", value=good), rows.assign(measure=COST_MEASURE, value=pounds)],
        ignore_index=True,
    )
    service = SimpleNamespace(service="example", value=SimpleNamespace(outcome="good"))
    found = value.value(result, [service], Span(Month(2024, 1), 24)).iloc[-1]
    return Example(
        says="40 pathways: 20 cost £1,000 each and went well, 20 cost £9,000 each and did not.",
        inputs=pd.DataFrame(
            {
                "Pathways": ["20 pathways", "20 others"],
                "Good outcomes": [20, 0],
                "Cost of each, pounds": [1000, 9000],
                "Cost of all, pounds": [20_000, 180_000],
            }
        ),
        steps=(
            "The totals are 20 good outcomes and £200,000.",
            "20 ÷ £200,000 × £100,000 = 10 good outcomes for each £100,000.",
            "The mean of people's own ratios would be 50: five times too much, since dear pathways "
            "would hardly count. It is never used.",
        ),
        result={"Good outcomes for each £100,000": float(found["ratio"])},
        published={"Good outcomes for each £100,000": 10.0},
        published_in="worked out by hand in the steps above.",
        decimals=1,
    )


METHODS = (
    Method(
        id="value_ratio",
        name="Value: outcomes for the cost of the pathway",
        question="How many good outcomes does the money of a pathway buy?",
        formula=(
            "Good outcomes of all pathways whose outcome and cost are known, over the cost of the same "
            "pathways, for each £100,000. Two intervals: Fieller's, and the middle 95% of 1,000 bootstrap "
            f"draws of pathways. Fieller's stands first up to {value.FIELLER_FIRST} pathways. Two years are "
            "compared, so cost is in the prices of one year."
        ),
        units="Good outcomes for each £100,000 of pathway cost.",
        source=(
            "Porter 2010, N Engl J Med 363:2477, doi 10.1056/NEJMp1011024; Willan and O'Brien 1996, Health "
            "Econ 5:297. The intervals have pages of their own."
        ),
        fails=(
            f"Refused below {value.FEWEST_PEOPLE} pathways, and where the interval of the mean cost reaches "
            f"nought. It says nothing of outcomes that are not in it, so outcome and cost stand beside it, "
            f"each with its own interval."
        ),
        function="valuekit.measures.money.value.value",
        also=("valuekit.measures.money.value.why_not", "valuekit.measures.money.value.outcome_and_cost"),
        example=_ratio,
        group="Value",
    ),
)
