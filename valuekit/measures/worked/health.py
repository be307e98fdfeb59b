"""Method page of the EQ-5D index (:mod:`valuekit.measures.people.eq5d`)."""

from __future__ import annotations

import pandas as pd

from valuekit.measures.methods import Example, Method
from valuekit.measures.people import eq5d


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
        function="valuekit.measures.people.eq5d.index",
        also=("valuekit.measures.people.eq5d.value_sets",),
        example=_index,
        group="Quality of life",
    ),
)
