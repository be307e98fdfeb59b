"""Method pages of case mix and of what patients answered: who they are, what the missing could do, QALYs."""

from __future__ import annotations

import numpy as np
import pandas as pd

from valuekit.measures.methods import Example, Method
from valuekit.measures.people import case_mix, quality_of_life
from valuekit.measures.statistics import logistic, missing

MIX, LIFE = "Proportions, rates and case mix", "Quality of life"

RATINGS = pd.DataFrame(
    {
        "Rating": range(1, 6),
        "Normal images": [33, 6, 6, 11, 2],
        "Abnormal images": [3, 2, 2, 11, 33],
    }
)
"""109 CT images: Hanley and McNeil 1982, Radiology 143:29."""


def _model() -> Example:
    counts = pd.DataFrame({"Age": ["young", "old"], "Independent": [60, 30], "Not": [60, 70]})
    people = pd.DataFrame({"age": np.repeat(["young", "old"], [120, 100])})
    fitted = logistic.fit(np.repeat([1, 0, 1, 0], [60, 60, 30, 70]), people)
    expected = 20 * fitted.chance(pd.DataFrame({"age": ["young", "old"]})).sum()
    ratio, _ = case_mix.ratio_to_expected(np.array([21.0]), np.array([expected]))
    return Example(
        says="A baseline of 220 people in two age groups; then a month with 20 young and 20 old, of whom 21 "
        "are independent.",
        inputs=counts,
        steps=(
            "Young people are the commonest and so the reference: log odds ln(60 ÷ 60) = 0.",
            "For old people the log odds are lower by ln(70 ÷ 30) = 0.8473.",
            "The chances are thus 0.5 and 0.3: expected in the month are 20 × 0.5 + 20 × 0.3 = 16.",
            "Observed over expected is 21 ÷ 16.",
        ),
        result={
            "Log odds, old": float(fitted.coefficients[1]),
            "Expected": float(expected),
            "Observed over expected": float(ratio[0]),
        },
        published={"Log odds, old": -0.8473, "Expected": 16.0, "Observed over expected": 1.3125},
        published_in="Worked by hand, as above.",
        decimals=4,
    )


def _c_statistic() -> Example:
    score = np.concatenate([np.repeat(RATINGS["Rating"], RATINGS.iloc[:, k]) for k in (1, 2)])
    c, _ = logistic.c_statistic(np.repeat([0, 1], [58, 51]), score)
    return Example(
        says="A reader rates 58 normal and 51 abnormal images from 1 (surely normal) to 5 (surely abnormal).",
        inputs=RATINGS,
        steps=(
            "Each of the 51 × 58 = 2,958 pairs of an abnormal and a normal image is looked at.",
            "The pair counts 1 where the abnormal image has the higher rating, and a half where "
            "both have the "
            "same.",
            "The c-statistic is the mean over the pairs.",
        ),
        result={"c-statistic": c},
        published={"c-statistic": 0.893},
        published_in="Hanley and McNeil 1982, Radiology 143:29.",
    )


def _weighted() -> Example:
    value = np.array([1.0] * 10 + [0.0] * 20 + [np.nan] * 30 + [1.0] * 24 + [0.0] * 6 + [np.nan] * 10)
    age = pd.DataFrame({"age": ["old"] * 60 + ["young"] * 40})
    found = missing.weighted(value, ~np.isnan(value), age)
    least, most = missing.bounds(34, 60, 100, 0, 1)
    return Example(
        says="Half of 60 old people and three quarters of 40 young people answered.",
        inputs=pd.DataFrame(
            {"Age": ["old", "young"], "People": [60, 40], "Answered": [30, 30], "Well": [10, 24]}
        ),
        steps=(
            "Of those who answered, 34 of 60 are well: 0.567. The young are too many among them.",
            "An old answer stands for 60 ÷ 30 = 2 people, a young one for 40 ÷ 30 = 1.333.",
            "Weighted: (10 × 2 + 24 × 1.333) ÷ 100 = 0.52.",
            "If none of the 40 silent people were well it would be 34 ÷ 100, if all were, 74 ÷ 100.",
        ),
        result={"Weighted": found.value, "Least": float(least), "Most": float(most)},
        published={"Weighted": 0.52, "Least": 0.34, "Most": 0.74},
        published_in="Worked by hand, as above.",
        decimals=2,
    )


def _qaly() -> Example:
    days, index = (0, 42, 183), [[0.5, 0.7, 0.9], [0.5, 0.7, np.nan]]
    lived, died = quality_of_life.qaly(days, index, [np.nan, 100])
    return Example(
        says="Two people with an index of 0.5 at the start and 0.7 on day 42. One has 0.9 on day 183; the "
        "other died on day 100.",
        inputs=pd.DataFrame({"Day": days, "First person": index[0], "Second person": [0.5, 0.7, "died"]}),
        steps=(
            "To day 42 both have (0.5 + 0.7) ÷ 2 × 42 = 25.2 days of full health.",
            "The first has (0.7 + 0.9) ÷ 2 × 141 = 112.8 more: 138.0 ÷ 365.25 = 0.3778.",
            "The second has (0.7 + 0) ÷ 2 × 58 = 20.3 more: 45.5 ÷ 365.25 = 0.1246.",
        ),
        result={"First person": float(lived), "Second person": float(died)},
        published={"First person": 0.3778, "Second person": 0.1246},
        published_in="Worked by hand, as above.",
        decimals=4,
        unit="years",
    )


METHODS = (
    Method(
        id="case_mix",
        name="Case mix: observed against expected",
        question="Did more or fewer people have the outcome than is expected of people like these?",
        formula="A logistic model of the declared covariates, fitted on the declared baseline. Expected: the "
        "sum of each person's chance. Difference: observed less expected; its variance is the sum "
        "of chance × "
        "(1 less chance) and what the coefficients add. Ratio: observed over expected, of the rarer side.",
        units="Categories of people in; people, and a ratio without unit, out.",
        source="Bray and others 2014, Stroke 45:3374, doi 10.1161/STROKEAHA.114.006451 (covariates); "
        "Lovegrove and others 1997, Lancet 350:1128, doi 10.1016/S0140-6736(97)06507-0, and Sherlaw-Johnson "
        "2005, Health Care Manag Sci 8(1):61–68 (running sum); Breslow and Day 1987, vol. 2 (Byar); Zou and "
        "Donner 2008, Stat Med 27:1693, doi 10.1002/sim.3095 (the widening).",
        fails="Refused with fewer than 10 people with, or without, the outcome for each parameter, where a "
        "category separates those with from those without, or where the fit does not converge. It knows only "
        "its covariates: what the extracts lack stays in the difference.",
        function="valuekit.measures.statistics.logistic.fit",
        also=(
            "valuekit.measures.people.case_mix.compared",
            "valuekit.measures.people.case_mix.ratio_to_expected",
            "valuekit.measures.statistics.logistic.separated",
        ),
        example=_model,
        group=MIX,
    ),
    Method(
        id="discrimination_calibration",
        name="Discrimination and calibration of a model",
        question="Does the model tell people apart, and do as many have the outcome as it expects?",
        formula="c-statistic: the share of pairs, one with and one without the outcome, in which "
        "the one with "
        "it has the higher chance; ties count half. Calibration in the large: the intercept given the "
        "expected log odds. Slope: of observed on expected log odds.",
        units="Chances in; 0.5 to 1, log odds and a slope out.",
        source="DeLong and others 1988, Biometrics 44:837, doi 10.2307/2531595; Cox 1958, Biometrika 45:562, "
        "doi 10.1093/biomet/45.3-4.562; Steyerberg 2019, Clinical Prediction Models.",
        fails="Shown for the months after the baseline: on its own baseline a model is always calibrated. "
        "Calibration moves too when care or coding changes. No calibration below 10 people on either side.",
        function="valuekit.measures.statistics.logistic.c_statistic",
        also=("valuekit.measures.statistics.logistic.calibration",),
        example=_c_statistic,
        group=MIX,
    ),
    Method(
        id="missing_answers",
        name="What the missing answers could do",
        question="How far could the figure of all be from the figure of those who answered?",
        formula="Weighted: each answer counts one over the chance that people like this answer, from a "
        "logistic model. Bounds: every missing value is the lowest there is, or the highest.",
        units="Those of the measure.",
        source="Seaman and White 2013, Stat Methods Med Res 22:278, doi 10.1177/0962280210395740; "
        "Lunceford and "
        "Davidian 2004, Stat Med 23:2937, doi 10.1002/sim.1903; Manski 1989, J Hum Resour 24:343.",
        fails="The weights are right only if people alike in age, sex, deprivation and severity are alike in "
        "the outcome whether they answered or not. No weights where the silent are too few to "
        "model, or where "
        "one answer would count for more than 10 people. The bounds assume nothing, and have no interval.",
        function="valuekit.measures.statistics.missing.weighted",
        also=("valuekit.measures.statistics.missing.bounds",),
        example=_weighted,
        group=LIFE,
    ),
    Method(
        id="qaly",
        name="Quality-adjusted life years",
        question="How much time in full health is a person's life in these months worth?",
        formula="The area under straight lines that join the index at each time point; a death is a point of "
        "index 0 on its day, and nothing counts after it.",
        units="Days and EQ-5D index in; years of 365.25 days out.",
        source="Matthews and others 1990, BMJ 300:230, doi 10.1136/bmj.300.6719.230; Manca and others 2005, "
        "Health Econ 14:487, doi 10.1002/hec.944.",
        fails="None for a person without an answer at a time point that came before death. The line to a "
        "death is an assumption: the index may have held until the last day.",
        function="valuekit.measures.people.quality_of_life.qaly",
        example=_qaly,
        group=LIFE,
    ),
)
