"""What matters to patients, carers and clinicians: their ratings, and who was asked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from valuekit.measures.methods import Example, Method
from valuekit.measures.statistics import intervals

if TYPE_CHECKING:
    from valuekit.measures.definition.definitions import ServiceDefinition

GROUPS = ("patient", "carer", "clinician")

LOWEST, HIGHEST = 1, 5
"""Ends of the rating scale; an interval does not go beyond."""

FEWEST = 8
"""People of each group who must have rated a topic before two groups are compared on it."""

GAP = (
    "service", "topic", "position", "name", "group", "n", "other_n", "difference", "lower", "upper", "p",
    "verdict",
)  # fmt: skip


def importance(survey: pd.DataFrame, services: Sequence[ServiceDefinition]) -> pd.DataFrame:
    """The mart's table ``importance``: mean rating of each topic by each group, with its t interval.

    Every topic that a definition names stands there for every group that rated anything of the service, with
    n = 0 where the group did not rate that topic. Ratings of topics that no definition names are left out.
    """
    found = []
    for service in services:
        ratings = survey[survey["service"] == service.service]
        asked_groups = [group for group in GROUPS if (ratings["group"] == group).any()]
        given_to = _given(ratings)
        for position, topic in enumerate(service.what_matters, start=1):
            for group in asked_groups:
                given = given_to.get((topic.topic, group), _NONE)
                average, ends = intervals.mean_of(given)
                found.append(
                    {
                        "service": service.service,
                        "topic": topic.topic,
                        "position": position,
                        "name": topic.name,
                        "measure": topic.measure or "",
                        "group": group,
                        "n": len(given),
                        "mean": average,
                        "lower": np.maximum(ends.lower, LOWEST),
                        "upper": np.minimum(ends.upper, HIGHEST),
                        "shown": len(given) > 0,
                    }
                )
    return pd.DataFrame(
        found,
        columns=[
            "service",
            "topic",
            "position",
            "name",
            "measure",
            "group",
            "n",
            "mean",
            "lower",
            "upper",
            "shown",
        ],
    )


_NONE = pd.Series(dtype=float)


def _given(ratings: pd.DataFrame) -> dict[tuple[str, str], pd.Series]:
    """The ratings that were given, by topic and group."""
    rated = ratings.dropna(subset=["rating"]).astype({"rating": float})
    return dict(iter(rated.groupby(["topic", "group"])["rating"]))


def asked(survey: pd.DataFrame, services: Sequence[ServiceDefinition]) -> pd.DataFrame:
    """The mart's table ``asked``: people who took part, by group and method, with the first and last date."""
    wanted = survey[survey["service"].isin([service.service for service in services])]
    wanted = wanted.assign(date=pd.to_datetime(wanted["date"]))
    found = wanted.groupby(["service", "group", "method"], as_index=False).agg(
        people=("response_id", "nunique"), first=("date", "min"), last=("date", "max")
    )
    place = {service.service: number for number, service in enumerate(services)}
    order = found.assign(s=found["service"].map(place), g=found["group"].map(GROUPS.index))
    return order.sort_values(["s", "g", "method"]).drop(columns=["s", "g"]).reset_index(drop=True)


def gaps(survey: pd.DataFrame, services: Sequence[ServiceDefinition]) -> pd.DataFrame:
    """The mart's table ``importance_gap``: how patients, and carers, rate each topic against clinicians.

    A row a topic and group, for each group that rated anything of the service beside clinicians. The interval
    is of the one difference; the verdict allows for the number of topics compared.
    """
    found = []
    for service in services:
        ratings = survey[survey["service"] == service.service]
        if not (ratings["group"] == "clinician").any():
            continue
        given_to = _given(ratings)
        for group in ("patient", "carer"):
            if not (ratings["group"] == group).any():
                continue
            pairs = [
                tuple(given_to.get((topic.topic, who), _NONE) for who in (group, "clinician"))
                for topic in service.what_matters
            ]
            rows = compared(pairs)
            found += [
                {
                    "service": service.service,
                    "topic": topic.topic,
                    "position": position,
                    "name": topic.name,
                    "group": group,
                    **row,
                }
                for position, (topic, row) in enumerate(zip(service.what_matters, rows, strict=True), 1)
            ]
    return pd.DataFrame(found, columns=list(GAP))


def holm(p: ArrayLike) -> NDArray[np.float64]:
    """P values corrected for their number by Holm's step-down method.

    As statsmodels' ``multipletests``, which also empties Python's memory at each call (0.2 seconds).

    References
    ----------
    Holm 1979, Scandinavian Journal of Statistics 6(2):65–70.
    """
    p = np.asarray(p, float)
    order = np.argsort(p, kind="stable")
    stepped = np.maximum.accumulate((len(p) - np.arange(len(p))) * p[order])
    corrected = np.empty_like(p)
    corrected[order] = np.minimum(stepped, 1.0)
    return corrected


def compared(pairs: Sequence[tuple[pd.Series, pd.Series]]) -> list[dict[str, object]]:
    """Each pair of ratings compared: difference of means, Welch's interval, p after Holm, verdict.

    Parameters
    ----------
    pairs
        A topic each: the ratings of one group and of the other. Topics that fewer than :data:`FEWEST` of
        either rated are not compared and do not count among the comparisons.

    Returns
    -------
    list of dict
        `n`, `other_n`, `difference`, `lower`, `upper`, `p`, and `verdict`: higher, lower, uncertain, too_few.

    References
    ----------
    Welch 1947, Biometrika 34:28; Holm 1979, Scand J Stat 6(2):65–70.
    """
    rows = [_pair(one.to_numpy(float), other.to_numpy(float)) for one, other in pairs]
    tested = [row for row in rows if row["verdict"] != "too_few"]
    if tested:
        corrected = holm([row["p"] for row in tested])
        for row, p in zip(tested, corrected, strict=True):
            clear = p < 1 - intervals.LEVEL
            row["p"] = float(p)
            row["verdict"] = ("higher" if row["difference"] > 0 else "lower") if clear else "uncertain"
    return rows


def _pair(one: np.ndarray, other: np.ndarray) -> dict[str, object]:
    row = {"n": len(one), "other_n": len(other)} | dict.fromkeys(
        ("difference", "lower", "upper", "p"), np.nan
    )
    if min(len(one), len(other)) < FEWEST:
        return row | {"verdict": "too_few"}
    parts = (len(one), one.mean(), one.std(ddof=1), len(other), other.mean(), other.std(ddof=1))
    ends = intervals.difference_of_means(*parts)
    gap = float(one.mean() - other.mean())
    if parts[2] == parts[5] == 0:  # everybody agrees within each group: there is no spread to test against
        p = 1.0 if gap == 0 else 0.0
    else:
        p = float(stats.ttest_ind(one, other, equal_var=False).pvalue)
    return row | {
        "difference": gap,
        "lower": float(ends.lower),
        "upper": float(ends.upper),
        "p": p,
        "verdict": "",
    }


def _example() -> Example:
    patients, clinicians = [5, 5, 4, 5, 4, 5, 5, 4], [3, 4, 3, 2, 3, 4, 3, 3]
    row = compared([(pd.Series(patients), pd.Series(clinicians))])[0]
    return Example(
        says="Eight patients and eight clinicians rate one topic from 1 to 5.",
        inputs=pd.DataFrame({"Patients": patients, "Clinicians": clinicians}),
        steps=(
            "The means are 37 ÷ 8 = 4.625 and 25 ÷ 8 = 3.125, so the difference is 1.5.",
            "The variances are 0.267857 and 0.410714; the standard error is √(0.267857 ÷ 8 + 0.410714 ÷ 8) "
            "= 0.291241, with 13.4 degrees of freedom (Satterthwaite).",
            "t for 95% is 2.154, so the interval is 1.5 ± 0.627.",
            "With one topic, Holm's correction changes nothing; of five, the smallest p counts five times.",
        ),
        result={"Difference": row["difference"], "Lower end": row["lower"], "Upper end": row["upper"]},
        published={"Difference": 1.5, "Lower end": 0.87, "Upper end": 2.13},
        published_in="Worked out by hand, as in the steps.",
        decimals=2,
    )


METHODS = (
    Method(
        id="importance_by_group",
        name="Where groups differ in what matters",
        question="Do patients and carers rate a topic otherwise than clinicians do?",
        formula=(
            "Mean rating of the group less mean rating of clinicians, with Welch's interval (unequal "
            "variances). The p-values of a service's topics are corrected together by Holm's method; a topic "
            "differs when its corrected p is below 0.05."
        ),
        units="Ratings from 1 to 5 go in; points of that scale come out.",
        source="Welch 1947, doi 10.1093/biomet/34.1-2.28; Holm 1979, Scand J Stat 6(2):65–70",
        fails=(
            f"Not compared with fewer than {FEWEST} people in either group. Ratings are whole numbers with "
            "an upper end, so with few people the interval is rough. People who answer may differ from those "
            "who do not. The interval is of one topic; the verdict allows for all of them, so an interval "
            "that just leaves out nought may still be 'no clear difference'."
        ),
        function="valuekit.measures.people.importance.compared",
        example=_example,
        group="What matters to patients",
        also=("valuekit.measures.people.importance.gaps",),
    ),
)
