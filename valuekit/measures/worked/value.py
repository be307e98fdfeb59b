"""Method pages of :mod:`valuekit.measures.eq5d` and :mod:`valuekit.measures.value`."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pandas as pd

from valuekit.measures import eq5d, value
from valuekit.measures.calendar import Span
from valuekit.measures.definitions import COST_MEASURE
from valuekit.measures.methods import Example, Method
from valuekit.project import Month


def _index() -> Example:
    terms = pd.DataFrame(
        {
            "Dimension": ["Mobility", "Self-care", "Usual activities", "Pain or discomfort", "Anxiety or "
            "depression"],
            "Level": [1, 1, 2, 2, 3],
            "Taken off": [0.0, 0.0, 0.036, 0.123, 0.236],
        }
    )  # fmt: skip
    found = eq5d.index(pd.Series(["11223"]), "uk_3l_tto_1997").iloc[0]
    return Example(
        says="A person has no problems walking or washing, some with usual activities, some pain, and is "
        "very "
        "anxious: the EQ-5D-3L profile 11223, by the UK value set of 1997.",
        inputs=terms,
        steps=(
            "Full health is 1.",
            "0.081 is taken off because there is any problem at all.",
            "0.036, 0.123 and 0.236 are taken off for the levels.",
            "0.269 is taken off because one dimension is at level 3.",
        ),
        result={"Index": float(found)},
        published={"Index": 0.255},
        published_in="Dolan 1997, Medical Care 35:1095, the worked example of the article.",
        decimals=3,
    )


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
            "The mean of people's own ratios would be 50: five times too much, since dear pathways would "
            "hardly "
            "count. It is never used.",
        ),
        result={"Good outcomes for each £100,000": float(found["ratio"])},
        published={"Good outcomes for each £100,000": 10.0},
        published_in="worked out by hand in the steps above.",
        decimals=1,
    )


METHODS = (
    Method(
        id="eq5d_index",
        name="EQ-5D index",
        question="How good is a person's health, in one number, as the public values it?",
        formula="1 for full health, less what the value set takes off for each problem and its level. 0 "
        "is as bad as "
        "being dead; below 0 is worse.",
        units="A profile of five digits in; an index out, 1 at the most.",
        source="Dolan 1997, Medical Care 35:1095 (UK 3L); Devlin and others 2018, Health Economics 27:7, doi "
        "10.1002/hec.3564 (England 5L); UK 5L 2026, doi 10.1016/j.jval.2026.03.008; van Hout and others "
        "2012, Value "
        "in Health 15:708, doi 10.1016/j.jval.2012.02.008 (5L to 3L).",
        fails="Indices of two value sets must not be compared or joined. Profiles that the instrument "
        "does not have "
        "are refused; a missing answer stays missing.",
        function="valuekit.measures.eq5d.index",
        also=("valuekit.measures.eq5d.value_sets",),
        example=_index,
        group="Quality of life",
    ),
    Method(
        id="value_ratio",
        name="Value ratio",
        question="How many good outcomes did the money buy?",
        formula="Good outcomes of all pathways whose outcome is known, over the cost of the same "
        "pathways, for each "
        "£100,000.",
        units="Good outcomes for each £100,000 of pathway cost.",
        source="Porter 2010, New England Journal of Medicine 363:2477, doi 10.1056/NEJMp1011024. "
        "Interval: bootstrap "
        "of a ratio, see its page.",
        fails=f"Refused below {value.FEWEST_PEOPLE} pathways, and where the interval of the cost reaches "
        f"zero. "
        "Outcome and cost always stand beside it.",
        function="valuekit.measures.value.value",
        also=("valuekit.measures.value.why_not",),
        example=_ratio,
        group="Value",
    ),
)
