"""Method page of the XmR chart (:mod:`valuekit.measures.statistics.spc`)."""

from __future__ import annotations

import pandas as pd

from valuekit.measures.methods import Example, Method
from valuekit.measures.statistics import spc

VISCOSITY = (
    33.75,
    33.05,
    34.0,
    33.81,
    33.46,
    34.02,
    33.68,
    33.27,
    33.49,
    33.2,
    33.62,
    33.0,
    33.54,
    33.12,
    33.84,
)
"""Aircraft primer paint, 15 batches: Montgomery, Introduction to Statistical Quality Control."""


def _xmr() -> Example:
    batches = pd.DataFrame(
        {
            "period_start": pd.date_range("2025-01-01", periods=len(VISCOSITY), freq="MS"),
            "value": VISCOSITY,
            "shown": True,
        }
    )
    found = spc.xmr(batches, "neutral").iloc[-1]
    return Example(
        says="The viscosity of 15 batches of paint, one after the other.",
        inputs=pd.DataFrame({"Batch": range(1, len(VISCOSITY) + 1), "Viscosity": VISCOSITY}),
        steps=(
            "The mean of the 15 batches is 33.52: the middle line.",
            "The 14 differences between neighbours, without their sign, have a mean of 0.48.",
            "The limits are 33.52 ± 2.66 × 0.48.",
            "No batch is outside, and there is no trend and no run: nothing but chance is seen.",
        ),
        result={
            "Middle line": float(found["centre"]),
            "Lower limit": float(found["lower_limit"]),
            "Upper limit": float(found["upper_limit"]),
        },
        published={"Middle line": 33.52, "Lower limit": 32.24, "Upper limit": 34.80},
        published_in="Montgomery, Introduction to Statistical Quality Control.",
        decimals=2,
    )


METHODS = (
    Method(
        id="xmr_chart",
        name="XmR chart",
        question="Does a measure vary by chance alone, or has something changed?",
        formula="Limits: mean ± 2.66 × mean difference between neighbouring points, without its sign. A "
        "special cause "
        "is a point outside the limits, 7 points that rise or fall, 2 of 3 points in the outer third on "
        "one side, or "
        "7 points on one side of the mean.",
        units="Those of the measure.",
        source="NHS England, Making Data Count; Wheeler and Chambers 1992, Understanding Statistical Process "
        "Control, SPC Press; Montgomery, Introduction to Statistical Quality Control. 2.66 is 3 ÷ 1.128.",
        fails="Neighbouring points do not depend on each other. With fewer than 12 points there are no "
        "limits and "
        "no icons: a run chart is shown.",
        function="valuekit.measures.statistics.spc.xmr",
        also=("valuekit.measures.statistics.spc.icons", "valuekit.measures.statistics.spc.point_rules"),
        example=_xmr,
        group="Charts over time",
    ),
)
