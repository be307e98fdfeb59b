"""Results and services for tests of figures, small enough to check by hand."""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace

import numpy as np
import pandas as pd
from hand_made import a_service

from valuekit.measures.calendar import Span
from valuekit.measures.definition.definitions import Chosen, MeasureInFile, ServiceDefinition
from valuekit.project import Month

MONTHS = Span(Month(2023, 11), 36)
"""November 2023 to October 2026, as in the sample."""


def a_measure(source: dict, name: str = "m", direction: str = "increase") -> MeasureInFile:
    """A measure with this source, as its YAML would say it."""
    words = {"name": name, "definition": ".", "numerator": ".", "denominator": "."}
    chosen = Chosen(by=("patients",), how=("survey",), people=9)
    return MeasureInFile(
        measure=name, tier=1, direction=direction, chosen=chosen, **words, **{"from": source}
    )


def a_service_with(*sources: dict, **changes) -> ServiceDefinition:
    """The service of hand_made.py with these measures (called m0, m1 …) before its cost measure."""
    service = a_service(**changes)
    own = tuple(a_measure(source, f"m{i}") for i, source in enumerate(sources))
    return service.model_copy(update={"measures": (*own, service.measures[-1])})


def measures_table(*measures: dict) -> pd.DataFrame:
    """The mart's table of measures, as far as figures need it."""
    plain = {
        "service": "s",
        "measure": "m",
        "statistic": "share",
        "unit": "%",
        "decimals": 1,
        "direction": "increase",
        "target": np.nan,
        "interval": "month",
    }
    return pd.DataFrame([plain | measure for measure in measures])


def rows(began: Sequence, value: Sequence, due_days: int = 0, months: Span = MONTHS, **more) -> pd.DataFrame:
    """Results of measure ``m`` of service ``s``: a pathway each; NaN for eligible but not known."""
    began = pd.to_datetime(pd.Series(list(began)))
    due = began + pd.Timedelta(days=due_days)
    reached = due <= pd.Timestamp(months.end)
    value = pd.Series(list(value), dtype=float)
    frame = pd.DataFrame(
        {
            "service": "s",
            "measure": "m",
            "pathway": [f"p{i}" for i in range(len(value))],
            "began": began,
            "fifth": 1,
            "due": due,
            "eligible": reached,
            "invited": True,
            "returned": value.notna(),
            "known": value.notna() & reached,
            "value": value.where(reached),
        }
    )
    return frame.assign(**more)


def many(month: str, good: int, bad: int, unknown: int = 0) -> tuple[list[str], list[float]]:
    """Days and values of so many people who began in `month`."""
    return [f"{month}-15"] * (good + bad + unknown), [1.0] * good + [0.0] * bad + [np.nan] * unknown


def an_intake(
    patients: pd.DataFrame, outcomes: pd.DataFrame, activity: pd.DataFrame, period: str = "2026-10"
):
    """What the extracts room would hand on, as far as results need it."""
    tables = {"patients": patients, "outcomes": outcomes, "activity": activity}
    return SimpleNamespace(period=Month.parse(period), tables=tables)
