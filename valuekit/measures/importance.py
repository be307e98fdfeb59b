"""What matters to patients, carers and clinicians: their ratings, and who was asked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pandas as pd

from valuekit.measures import intervals

if TYPE_CHECKING:
    from valuekit.measures.definitions import ServiceDefinition

GROUPS = ("patient", "carer", "clinician")

LOWEST, HIGHEST = 1, 5
"""Ends of the rating scale; an interval does not go beyond."""


def importance(survey: pd.DataFrame, services: Sequence[ServiceDefinition]) -> pd.DataFrame:
    """The mart's table ``importance``: mean rating of each topic by each group, with its t interval.

    Every topic that a definition names stands there for every group that rated anything of the service, with
    n = 0 where the group did not rate that topic. Ratings of topics that no definition names are left out.
    """
    found = []
    for service in services:
        ratings = survey[survey["service"] == service.service]
        asked_groups = [group for group in GROUPS if (ratings["group"] == group).any()]
        for position, topic in enumerate(service.what_matters, start=1):
            of_topic = ratings[ratings["topic"] == topic.topic]
            for group in asked_groups:
                given = of_topic.loc[of_topic["group"] == group, "rating"].dropna().astype(float)
                average = given.mean() if len(given) else float("nan")
                ends = intervals.mean(len(given), average, given.std(ddof=1))
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
                        "lower": max(float(ends.lower), LOWEST) if len(given) > 1 else float("nan"),
                        "upper": min(float(ends.upper), HIGHEST) if len(given) > 1 else float("nan"),
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
