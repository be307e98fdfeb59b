"""One outcome made of several, weighted as patients themselves rated them; never without their weights.

The weights are uncertain too, so respondents and pathways are drawn together and the interval carries both.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from valuekit.measures.calendar import Span, due_spans
from valuekit.measures.methods import Example, Method
from valuekit.measures.outcomes import days_until_due
from valuekit.measures.statistics import intervals

if TYPE_CHECKING:
    from valuekit.measures.definition.definitions import Measure, ServiceDefinition

Floats = NDArray[np.float64]

FEWEST_RATERS = 8
"""Patients who rated a topic below which there are no weights: a mean of fewer is not published either."""

FEWEST_PEOPLE = 30
"""Pathways whose result is known, of each part, below which the composite is not shown."""

SCALE = 100
"""The composite runs from 0 (the worst on every part, or as bad as being dead) to 100 (the best)."""

COLUMNS = (
    "service", "name", "words", "period_start", "n", "raters", "value", "lower", "upper", "equal_weights",
    "difference", "diff_lower", "diff_upper", "shown", "reason",
)  # fmt: skip
PARTS = (
    "service", "topic", "position", "name", "measure", "raters", "weight", "weight_lower", "weight_upper",
    "n", "value", "shown",
)  # fmt: skip
"""Columns of the mart's tables ``composite`` and ``composite_part``."""


@dataclass(frozen=True)
class Combined:
    """A composite and its interval; in every draw the same weights for each period.

    Attributes
    ----------
    value
        One for each period.
    drawn
        Draws × periods.
    weight, drawn_weight
        Parts, and draws × parts: each adds up to 1.
    parts
        Periods × parts: mean of each part, 0 to 1.
    """

    value: Floats
    drawn: Floats
    weight: Floats
    drawn_weight: Floats
    parts: Floats


def combine(
    ratings: Floats, periods: Sequence[Floats], draws: int = intervals.DRAWS, seed: int = intervals.SEED
) -> Combined:
    """Weighted mean of the parts of an outcome, with respondents and pathways drawn together.

    Parameters
    ----------
    ratings
        Respondents × parts: importance of each part; NaN where somebody did not rate it.
    periods
        For each period pathways × parts: the result on each part, 0 to 1; NaN where it is not known.

    Notes
    -----
    The weight of a part is its mean rating over the sum of the mean ratings: direct rating, the simplest
    of the ways to elicit weights. Each part is averaged over the pathways in which it is known.

    Raises
    ------
    ValueError
        A part that nobody rated, or that is known in no pathway of a period.

    References
    ----------
    Edwards 1977, IEEE Trans Syst Man Cybern 7:326, doi 10.1109/TSMC.1977.4309720 (direct rating); Marsh and
    others 2016, Value Health 19:125, doi 10.1016/j.jval.2015.12.016 (weights and their uncertainty in
    health care).
    """
    if np.isnan(ratings).all(axis=0).any() or any(np.isnan(rows).all(axis=0).any() for rows in periods):
        raise ValueError("a composite needs ratings and results for each of its parts")
    rng = np.random.default_rng(seed)
    weight, drawn_weight = _shares(np.nanmean(ratings, axis=0)), _shares(_means(ratings, draws, rng))
    parts = np.array([np.nanmean(rows, axis=0) for rows in periods])
    drawn = np.stack([(drawn_weight * _means(rows, draws, rng)).sum(axis=1) for rows in periods], axis=1)
    return Combined(parts @ weight, drawn, weight, drawn_weight, parts)


def _shares(ratings: Floats) -> Floats:
    return ratings / ratings.sum(axis=-1, keepdims=True)


def _means(rows: Floats, draws: int, rng: np.random.Generator) -> Floats:
    """Mean of each column over the known rows, in bootstrap draws of whole rows: draws × columns."""
    times = intervals.times_drawn(len(rows), draws, rng)
    known = ~np.isnan(rows)
    with np.errstate(invalid="ignore", divide="ignore"):
        found = (times @ np.where(known, rows, 0.0)) / (times @ known.astype(float))
    # A draw in which nobody known was drawn says nothing: it takes the mean of all.
    return np.where(np.isnan(found), np.nanmean(rows, axis=0), found)


def scaled(measure: Measure, value: pd.Series) -> pd.Series:
    """Results on the scale from 0 to 1: shares and the EQ-5D index as they are, days at home over all
    days.
    """
    if measure.source.kind == "days_at_home_mean":
        return value / measure.source.days
    return value


def tables(
    result: pd.DataFrame, survey: pd.DataFrame, services: Sequence[ServiceDefinition], months: Span
) -> dict[str, pd.DataFrame]:
    """The mart's tables ``composite`` (the two newest years due, oldest first) and ``composite_part``."""
    rows, parts = [], []
    for service in services:
        if service.composite is not None:
            own, own_parts = _of_service(service, result, survey, months)
            rows, parts = rows + own, parts + own_parts
    return {
        "composite": pd.DataFrame(rows, columns=list(COLUMNS)),
        "composite_part": pd.DataFrame(parts, columns=list(PARTS)),
    }


def _of_service(
    service: ServiceDefinition, result: pd.DataFrame, survey: pd.DataFrame, months: Span
) -> tuple[list[dict[str, object]], list[dict[str, object]]]:
    topics = {topic.topic: topic for topic in service.what_matters}
    wanted = [topics[name] for name in service.composite.of]
    ratings = patients_ratings(survey, service.service, service.composite.of)
    held = result[result["service"] == service.service]
    of = {t.topic: held[held["measure"] == t.measure] for t in wanted}
    spans = due_spans("year", months, max(days_until_due(rows) for rows in of.values()))[-2:]
    periods = [_results(service, wanted, of, span) for span in spans]
    raters = (~np.isnan(ratings)).sum(axis=0)
    known = np.array([(~np.isnan(rows)).sum(axis=0) for rows in periods]).reshape(len(spans), len(wanted))
    reasons = [why_not(raters, of_period) for of_period in known]
    usable = [i for i, reason in enumerate(reasons) if not reason]
    found = combine(ratings, [periods[i] for i in usable]) if usable else None
    place = {i: at for at, i in enumerate(usable)}
    rows = [
        _row(service, span, periods[i], int(raters.min()), found, place.get(i), reasons[i])
        for i, span in enumerate(spans)
    ]
    if len(spans) - 1 not in place:
        found = None
    parts = (
        [_part(service, topic, i, raters, known, found) for i, topic in enumerate(wanted)] if spans else []
    )
    return rows, parts


def patients_ratings(survey: pd.DataFrame, service: str, topics: Sequence[str]) -> Floats:
    """Ratings of patients (not of carers or clinicians), respondents × `topics`; NaN where not rated."""
    own = survey[
        (survey["service"] == service) & (survey["group"] == "patient") & survey["topic"].isin(topics)
    ]
    table = own.assign(rating=own["rating"].astype(float)).pivot_table(
        index="response_id", columns="topic", values="rating", aggfunc="mean"
    )
    return table.reindex(columns=list(topics)).to_numpy(float)


def _results(service: ServiceDefinition, wanted: Sequence, of: dict[str, pd.DataFrame], span: Span) -> Floats:
    columns = []
    for topic in wanted:
        rows = of[topic.topic]
        rows = rows[span.holds(rows["began"])]
        value = rows["value"].where(rows["known"].astype(bool)).set_axis(rows["pathway"])
        columns.append(scaled(service.measure(topic.measure), value.astype(float)).rename(topic.topic))
    return pd.concat(columns, axis=1).to_numpy(float)


def why_not(raters: NDArray[np.int64], known: NDArray[np.int64]) -> str:
    """Why no composite is shown, in words; empty when it may be."""
    if not raters.size or raters.min() < FEWEST_RATERS:
        return f"too few: a part was rated by fewer than {FEWEST_RATERS} patients"
    if not known.size or known.min() == 0:
        return "a part has no results yet"
    if known.min() < FEWEST_PEOPLE:
        return f"too few: a part is known of fewer than {FEWEST_PEOPLE} pathways"
    return ""


def _row(
    service, span: Span, period: Floats, raters: int, found: Combined | None, at: int | None, reason: str
) -> dict[str, object]:
    """One year; `at` is its place among the periods that were combined, None where it was not."""
    row: dict[str, object] = dict.fromkeys(COLUMNS, np.nan) | {
        "service": service.service,
        "name": service.composite.name,
        "words": span.words,
        "period_start": span.start,
        "n": int((~np.isnan(period)).any(axis=1).sum()),
        "raters": raters,
        "shown": at is not None,
        "reason": reason,
    }
    if found is None or at is None:
        return row
    lower, upper = intervals.percentiles(found.drawn)
    row |= {"value": SCALE * found.value[at], "lower": SCALE * lower[at], "upper": SCALE * upper[at]}
    row["equal_weights"] = SCALE * found.parts[at].mean()
    if at:
        low, high = intervals.percentiles(found.drawn[:, at] - found.drawn[:, at - 1])
        row |= {"difference": SCALE * (found.value[at] - found.value[at - 1])}
        row |= {"diff_lower": SCALE * float(low), "diff_upper": SCALE * float(high)}
    return row


def _part(service, topic, i, raters, known, found: Combined | None) -> dict[str, object]:
    row: dict[str, object] = dict.fromkeys(PARTS, np.nan) | {
        "service": service.service,
        "topic": topic.topic,
        "position": i + 1,
        "name": topic.name,
        "measure": topic.measure,
        "raters": int(raters[i]),
        "n": int(known[-1][i]),
        "shown": found is not None,
    }
    if found is None:
        return row
    lower, upper = intervals.percentiles(found.drawn_weight)
    row |= {"weight": found.weight[i], "weight_lower": lower[i], "weight_upper": upper[i]}
    return row | {"value": SCALE * found.parts[-1][i]}


def _example() -> Example:
    ratings = np.array([[5.0, 4.0], [5.0, 2.0]])
    found = combine(ratings, [np.array([[1.0, 0.5], [0.0, 0.7], [1.0, np.nan], [0.0, 0.6]])], draws=50)
    return Example(
        says="Two patients rate two topics; four pathways have results, one of them on the first alone.",
        inputs=pd.DataFrame(
            {
                "Row": ["patient 1", "patient 2", "pathway 1", "pathway 2", "pathway 3", "pathway 4"],
                "Independence": [5.0, 5.0, 1.0, 0.0, 1.0, 0.0],
                "Quality of life": [4.0, 2.0, 0.5, 0.7, np.nan, 0.6],
            }
        ),
        steps=(
            "Mean ratings are 5 and 3, so the weights are 5/8 and 3/8.",
            "Mean results are 0.5 over four pathways and 0.6 over three.",
            "5/8 × 0.5 + 3/8 × 0.6 = 0.5375, or 53.75 of 100.",
        ),
        result={"Weight of independence": float(found.weight[0]), "Composite": SCALE * float(found.value[0])},
        published={"Weight of independence": 0.625, "Composite": 53.75},
        published_in="By hand. So few raters and pathways would not be shown on a page.",
        decimals=3,
    )


METHODS = (
    Method(
        id="composite_outcome",
        name="Composite outcome with patients' own weights",
        question="Taken together, and weighted as patients weight them, how good are the outcomes?",
        formula=(
            "Each part runs from 0 to 1: a share, an EQ-5D index (0 is as bad as being dead), or days at "
            "home over all days. The weight of a part is its mean importance rating by patients over the "
            "sum of these means. The composite is the weighted mean of the parts, times 100. Respondents "
            "and pathways are drawn again 1,000 times, together."
        ),
        units="0 to 100; weights add up to 1.",
        source=(
            "Edwards 1977, IEEE Trans Syst Man Cybern 7:326, doi 10.1109/TSMC.1977.4309720; Marsh and "
            "others 2016, Value Health 19:125, doi 10.1016/j.jval.2015.12.016."
        ),
        fails=(
            "Refused where fewer than 8 patients rated a part, where a part has no results, or where fewer "
            "than 30 pathways are known. Ratings of importance say nothing of how much of one thing "
            "patients would give up for another, so the composite never stands alone, and the figure with "
            "equal weights stands beside it."
        ),
        function="valuekit.measures.people.composite.combine",
        example=_example,
        group="Value",
    ),
)
