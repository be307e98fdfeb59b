"""Method pages of :mod:`valuekit.measures.statistics.intervals`."""

from __future__ import annotations

import numpy as np
import pandas as pd

from valuekit.measures.methods import Example, Method
from valuekit.measures.statistics import intervals

GROUP = "Intervals"
HERE = "valuekit.measures.statistics.intervals."

SLEEP = pd.DataFrame(
    {
        "Person": range(1, 11),
        "Extra hours, drug 1": [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0],
        "Extra hours, drug 2": [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4],
    }
)
"""Sleep gained with two drugs: Cushny and Peebles, as in Student 1908, Biometrika 6:1, p. 20."""

PATCH = pd.DataFrame(
    {
        "Person": range(1, 9),
        "New patch less old": [-1200, 2601, -2705, 1982, -1290, 351, -638, -2719],
        "Old patch less placebo": [8406, 2342, 8187, 8459, 4795, 3516, 4796, 10238],
    }
)
"""Hormone in the blood with three patches: the patch data of Efron and Tibshirani 1993."""


def _share() -> Example:
    found = intervals.share(81, 263)
    return Example(
        says="81 of 263 people had the outcome.",
        inputs=pd.DataFrame({"Figure": ["With the outcome", "All"], "People": [81, 263]}),
        steps=(
            "The share is 81 ÷ 263 = 0.3080.",
            "The ends are the two shares at which a score test would just not call 81 of 263 different: "
            "those whose distance from 0.3080 is 1.96 times their own standard error.",
        ),
        result={"Lower end": float(found.lower), "Upper end": float(found.upper)},
        published={"Lower end": 0.2553, "Upper end": 0.3662},
        published_in="Newcombe 1998, Statistics in Medicine 17:857, method 3.",
        decimals=4,
    )


def _mean() -> Example:
    gained = (SLEEP.iloc[:, 2] - SLEEP.iloc[:, 1]).to_numpy()
    found = intervals.mean(len(gained), gained.mean(), gained.std(ddof=1))
    return Example(
        says="Ten people slept with each of two drugs. How many more hours does drug 2 give, on average?",
        inputs=SLEEP,
        steps=(
            "Each person's hours with drug 2 less those with drug 1: their mean is 1.58 and their standard "
            "deviation 1.23.",
            "The standard error is 1.23 ÷ √10 = 0.389; Student's t for 9 degrees of freedom is 2.262.",
            "The ends are 1.58 ± 2.262 × 0.389.",
        ),
        result={"Lower end": float(found.lower), "Upper end": float(found.upper)},
        published={"Lower end": 0.7001142, "Upper end": 2.4598858},
        published_in="R, help page of t.test, Student's sleep data, paired.",
        decimals=7,
        unit="hours",
    )


def _count() -> Example:
    few, many = intervals.count(5), intervals.count(100)
    z = 1.959964
    return Example(
        says="5 events, and 100 events.",
        inputs=pd.DataFrame({"Case": ["Few", "Many"], "Events": [5, 100]}),
        steps=(
            "5 is below 10, so the ends are exact: the smallest and largest rate at which 5 events are not "
            "too many and not too few, from the chi-squared distribution with 10 and 12 degrees of freedom.",
            "100 is 10 or more, so Byar's formula: 100 × (1 − 1 ÷ 900 − 1.96 ÷ 30) cubed, and "
            "101 × (1 − 1 ÷ 909 + 1.96 ÷ (3 × √101)) cubed.",
        ),
        result={
            "Lower end, 5 events": float(few.lower),
            "Upper end, 5 events": float(few.upper),
            "Lower end, 100 events": float(many.lower),
            "Upper end, 100 events": float(many.upper),
        },
        published={
            "Lower end, 5 events": 1.62,
            "Upper end, 5 events": 11.67,
            "Lower end, 100 events": 100 * (1 - 1 / 900 - z / 30) ** 3,
            "Upper end, 100 events": 101 * (1 - 1 / 909 + z / (3 * 101**0.5)) ** 3,
        },
        published_in="5 events: Altman and others 2000, Statistics with Confidence. "
        "100 events: Byar's formula worked by hand (Breslow and Day 1987).",
        decimals=2,
    )


def _rate() -> Example:
    found = intervals.rate(5, 2.5)
    return Example(
        says="5 falls in 2,500 bed days, as a rate for each 1,000 bed days.",
        inputs=pd.DataFrame({"Events": [5], "Thousands of bed days": [2.5]}),
        steps=("The ends for 5 events are 1.62 and 11.67.", "Each is divided by 2.5."),
        result={"Lower end": float(found.lower), "Upper end": float(found.upper)},
        published={"Lower end": 0.65, "Upper end": 4.67},
        published_in="By hand from Altman and others 2000: 1.62 ÷ 2.5 and 11.67 ÷ 2.5.",
        decimals=2,
    )


def _difference_of_shares() -> Example:
    found = intervals.difference_of_shares(56, 70, 48, 80)
    return Example(
        says="56 of 70 people in one group had the outcome, and 48 of 80 in another.",
        inputs=pd.DataFrame({"Group": ["One", "Other"], "With the outcome": [56, 48], "All": [70, 80]}),
        steps=(
            "The shares are 0.80 and 0.60; the difference is 0.20.",
            "Each share has its Wilson interval; the distances from each share to its ends are combined as "
            "the sides of a right triangle are.",
        ),
        result={"Lower end": float(found.lower), "Upper end": float(found.upper)},
        published={"Lower end": 0.0524, "Upper end": 0.3339},
        published_in="Newcombe 1998, Statistics in Medicine 17:873, method 10.",
        decimals=4,
    )


def _difference_of_means() -> Example:
    groups = [
        f(SLEEP.iloc[:, column].to_numpy())
        for column in (1, 2)
        for f in (len, np.mean, lambda x: x.std(ddof=1))
    ]
    found = intervals.difference_of_means(*groups)
    return Example(
        says="The sleep data again, this time as if twenty different people had taken the drugs.",
        inputs=SLEEP,
        steps=(
            "The means are 0.75 and 2.33; the difference is −1.58.",
            "The squared standard error is the sum of variance ÷ n in the two groups.",
            "Satterthwaite's degrees of freedom are 17.776, for which t is 2.103.",
        ),
        result={"Lower end": float(found.lower), "Upper end": float(found.upper)},
        published={"Lower end": -3.3654832, "Upper end": 0.2054832},
        published_in="R, help page of t.test, Student's sleep data, two samples (Welch).",
        decimals=7,
        unit="hours",
    )


def _fieller() -> Example:
    above, below = PATCH.iloc[:, 1].to_numpy(float), PATCH.iloc[:, 2].to_numpy(float)
    found = intervals.fieller(above, below, level=0.90)
    return Example(
        says="Eight people wore an old, a new and an empty patch. The new patch counts as equal to the old "
        "if the ratio below is surely between −0.20 and 0.20. Here with 90% intervals, as published.",
        inputs=PATCH,
        steps=(
            "The ratio of the totals is −3,618 ÷ 50,739 = −0.071.",
            "The ends are the ratios at which a t test of upper less ratio × lower would just not reject 0: "
            "the two roots of a quadratic.",
        ),
        result={"Lower end": float(found.lower), "Upper end": float(found.upper)},
        published={"Lower end": -0.249, "Upper end": 0.170},
        published_in="Data: Efron and Tibshirani 1993, An Introduction to the Bootstrap (the patch data). "
        "The ends are worked out by hand from the quadratic.",
        decimals=3,
    )


def _bootstrap() -> Example:
    above, below = PATCH.iloc[:, 1].to_numpy(float), PATCH.iloc[:, 2].to_numpy(float)
    found = intervals.bootstrap_of_ratio(above, below, level=0.90)
    return Example(
        says="The patch data again. Eight people are far too few for a real use of this method.",
        inputs=PATCH,
        steps=(
            f"{intervals.DRAWS:,} times, eight people are drawn from the eight, each as often as chance "
            f"will.",
            "Each time the ratio of the two totals is worked out.",
            "The ends leave out the lowest and the highest 5% of those ratios.",
        ),
        result={
            "Ratio of totals": float(above.sum() / below.sum()),
            "Lower end": float(found.lower),
            "Upper end": float(found.upper),
        },
        published={"Ratio of totals": -0.0713},
        published_in="Efron and Tibshirani 1993 (the data; ratio by hand). The ends hang on the draws; their "
        "seed is fixed, so that one input always gives one interval.",
        decimals=4,
    )


METHODS = (
    Method(
        id="wilson_share",
        name="Interval of a share",
        question="How far from the true share may the share of these people be, by chance alone?",
        formula="The two shares that the people counted are just compatible with, by a score test (Wilson).",
        units="Counts of people in; shares from 0 to 1 out, shown in per cent.",
        source="Wilson 1927, Journal of the American Statistical Association 22:209; Newcombe 1998, "
        "Statistics in Medicine 17:857, method 3.",
        fails="People are independent of each other. There is no interval of nobody. It never leaves 0 to 1, "
        "and covers a little more or less than 95% because counts are whole.",
        function=HERE + "share",
        example=_share,
        group=GROUP,
    ),
    Method(
        id="mean_interval",
        name="Interval of a mean",
        question="How far from the true mean may the mean of these people be, by chance alone?",
        formula="Mean ± Student's t × standard deviation ÷ square root of the number of people.",
        units="Those of the measure: days, pounds, index or score.",
        source="Student 1908, Biometrika 6:1, doi 10.1093/biomet/6.1.1; for skewed costs Nixon, Wonderling "
        "and Grieve 2010, Health Economics 19:316.",
        fails="There is none below two people. With few people and a few very dear pathways it is "
        "somewhat too "
        "short at the upper end: at 30 people it may cover 90% instead of 95%.",
        function=HERE + "mean",
        example=_mean,
        group=GROUP,
    ),
    Method(
        id="count_interval",
        name="Interval of a count",
        question="How far may a number of events be from what is usual, by chance alone?",
        formula="Below 10 events the exact Poisson interval; from 10 on Byar's approximation to it.",
        units="Events.",
        source="Garwood 1936, Biometrika 28:437–442, doi 10.1093/biomet/28.3-4.437; Breslow and Day 1987, "
        "Statistical Methods in Cancer Research, volume 2, p. 69; the switch at 10: Office for Health "
        "Improvement and Disparities, technical guides.",
        fails="Events are independent and rare. Several events of one person make it too short.",
        function=HERE + "count",
        example=_count,
        group=GROUP,
    ),
    Method(
        id="rate_interval",
        name="Interval of a rate",
        question="How far may events for each person-year or bed day be from the true rate, by chance alone?",
        formula="The ends of the interval of the count, each divided by the exposure.",
        units="Events for each unit of exposure.",
        source="Office for Health Improvement and Disparities 2018, technical guide: confidence intervals.",
        fails="The exposure is taken as known. There is no rate without exposure.",
        function=HERE + "rate",
        example=_rate,
        group=GROUP,
    ),
    Method(
        id="difference_of_shares",
        name="Interval of a difference of shares",
        question="Do two groups, or two years, really differ in a share?",
        formula="The difference, less and plus the distances of the two Wilson intervals combined as the "
        "sides of "
        "a right triangle are.",
        units="Counts of people in; a difference of shares from −1 to 1 out, shown in percentage points.",
        source="Newcombe 1998, Statistics in Medicine 17:873, method 10.",
        fails="The groups are of different people. There is none if a group is empty.",
        function=HERE + "difference_of_shares",
        example=_difference_of_shares,
        group=GROUP,
    ),
    Method(
        id="difference_of_means",
        name="Interval of a difference of means",
        question="Do two groups, or two years, really differ in a mean?",
        formula="Difference ± Student's t × square root of (variance ÷ n of the one + variance ÷ n of the "
        "other), "
        "with Satterthwaite's degrees of freedom.",
        units="Those of the measure.",
        source="Welch 1947, Biometrika 34:28, doi 10.1093/biomet/34.1-2.28.",
        fails="The groups are of different people. Their spreads may differ. There is none below two "
        "people in "
        "either.",
        function=HERE + "difference_of_means",
        example=_difference_of_means,
        group=GROUP,
    ),
    Method(
        id="fieller",
        name="Interval of a ratio (Fieller)",
        question="How sure is a ratio of two totals of the same people?",
        formula="All ratios that a t test of (upper less ratio × lower) against 0 does not reject.",
        units="Units of the upper figure for each unit of the lower.",
        source="Fieller 1954, Journal of the Royal Statistical Society B 16:175, "
        "doi 10.1111/j.2517-6161.1954.tb00159.x; Willan and O'Brien 1996, Health Economics 5:297.",
        fails="Refused where the lower figure is not clear of zero: the ratios that the data allow are then "
        "without end. Also refused below two people.",
        function=HERE + "fieller",
        example=_fieller,
        group=GROUP,
    ),
    Method(
        id="bootstrap_of_ratio",
        name="Interval of a ratio (bootstrap)",
        question="How sure is a ratio of two totals of the same people, without assuming a normal shape?",
        formula=f"The middle 95% of the ratios of {intervals.DRAWS:,} samples of people drawn with "
        f"replacement, both "
        "figures of a person staying together.",
        units="Units of the upper figure for each unit of the lower.",
        source="Efron and Tibshirani 1993, An Introduction to the Bootstrap; Briggs, "
        "Wonderling and "
        "Mooney 1997, Health Economics 6:327.",
        fails="The sample must stand for its population: with a dozen people it covers too seldom, so no "
        "value "
        "ratio is shown below 30. Refused where the lower figure is not clear of zero.",
        function=HERE + "bootstrap_of_ratio",
        example=_bootstrap,
        group=GROUP,
    ),
)
