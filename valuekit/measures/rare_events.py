"""Rare events of a measure, and the cases or days between one and the next."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from valuekit.measures.definition.chart_settings import RARE, ChartSettings
from valuekit.measures.outcomes import each_measure
from valuekit.measures.statistics import spc_rare

COLUMNS = (
    "service", "measure", "event", "period_start", "between", "centre", "lower_limit", "upper_limit", "chart",
    "special", "signal", "since",
)  # fmt: skip


def rare(result: pd.DataFrame, measures: pd.DataFrame, settings: pd.DataFrame) -> pd.DataFrame:
    """The mart's table ``rare``: each event of a measure that has a g or t chart, and the gap before it.

    The event is what nobody wants: for a measure that should increase, that its outcome was not reached.
    Cases stand in the order in which they began, and only those whose result is known count.
    """
    found = list(_rare(result, measures, settings))
    return (
        pd.concat(found, ignore_index=True)[list(COLUMNS)] if found else pd.DataFrame(columns=list(COLUMNS))
    )


def _rare(result: pd.DataFrame, measures: pd.DataFrame, settings: pd.DataFrame) -> Iterator[pd.DataFrame]:
    stated = ChartSettings.each(settings)
    for measure, rows in each_measure(result, measures):
        kind = stated.get((measure.service, measure.measure), ChartSettings()).kind
        if kind not in RARE or not rows["known"].any():
            continue
        cases = rows[rows["known"]].sort_values(["began", "pathway"], ignore_index=True)
        unwanted = 0 if measure.direction == "increase" else 1
        place = np.flatnonzero(cases["value"].to_numpy(float) == unwanted)
        days = pd.to_datetime(cases["began"]).to_numpy("datetime64[D]")
        if len(place) < 2:
            continue
        gaps = np.diff(place) - 1 if kind == "g" else np.diff(days[place]).astype(int)
        chart = spc_rare.g_chart(gaps) if kind == "g" else spc_rare.t_chart(gaps)
        since = len(cases) - 1 - place[-1] if kind == "g" else int((days[-1] - days[place[-1]]).astype(int))
        yield chart.assign(
            service=measure.service,
            measure=measure.measure,
            event=np.arange(2, len(place) + 1),
            period_start=days[place[1:]].astype("datetime64[M]").astype("datetime64[s]"),
            signal=_signals(chart, measure.direction),
            since=since,
        )


def _signals(chart: pd.DataFrame, direction: str) -> np.ndarray:
    if (chart["chart"] == "run").all():
        return np.full(len(chart), "", dtype=object)
    names = ("neutral", "neutral") if direction == "neutral" else ("improvement", "concern")
    side = chart["side"].to_numpy()
    return np.select([side > 0, side < 0], list(names), "common")
