"""Health-related quality of life: QALYs, change that matters, two value sets, and what the missing could do.

Every figure is of the newest 12 months that are due, the same as the headline's, so that it stands beside
the complete-case figure and speaks of the same people.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from valuekit.measures.calendar import Span, between, due_spans, month_of, newest_due
from valuekit.measures.definition.codes import score_range
from valuekit.measures.outcomes import SHARE_SCALE, due_years
from valuekit.measures.people import eq5d, who
from valuekit.measures.results import GRACE_DAYS, QUESTIONNAIRES, answered_earlier, days_to, score_at
from valuekit.measures.statistics import intervals, missing

if TYPE_CHECKING:
    from valuekit.extracts import Intake
    from valuekit.measures.definition.definitions import Measure, ServiceDefinition
    from valuekit.measures.pathways import Linked

DAYS_A_YEAR = 365.25
AGE_FROM = (60, 70, 80)
"""Lowest age of the groups in the model of who answers: few, so that small services can be weighted."""

SENSITIVITY = (
    "service", "measure", "figure", "words", "says", "eligible", "n", "completeness", "value", "lower",
    "upper", "weighted", "weighted_lower", "weighted_upper", "lowest", "highest", "least", "most",
    "covariates", "reason",
)  # fmt: skip
CHANGE = (
    "service", "measure", "words", "threshold", "source", "from_point", "eligible", "n", "improved",
    "improved_share", "improved_lower", "improved_upper", "worse", "worse_share", "worse_lower",
    "worse_upper",
)  # fmt: skip
VALUE_SET = (
    "service", "measure", "position", "instrument", "name", "country", "year", "version", "source", "words",
    "eligible", "n", "completeness", "value", "lower", "upper",
)  # fmt: skip
TWO_SETS = (
    "service", "measure", "words", "value_set", "other_set", "n", "value", "lower", "upper", "other_value",
    "other_lower", "other_upper", "difference", "diff_lower", "diff_upper",
)  # fmt: skip


def qaly(
    days: ArrayLike,
    index: ArrayLike,
    death_day: ArrayLike,
    before_death: Literal["to_zero", "carried"] = "to_zero",
) -> np.ndarray:
    """Quality-adjusted life years of each person, from the first to the last time point.

    Parameters
    ----------
    days
        Day of each time point, rising (k).
    index
        Index of each person at each time point (people × k); NaN where not known.
    death_day
        Day on which each person died (people); NaN for the living.
    before_death
        How the last index before a death leads to 0 on its day: by a straight line (`to_zero`, the trapezium
        with the death as a point of index 0) or unchanged until then (`carried`).

    Returns
    -------
    numpy.ndarray
        Years in full health (people), ``days / 365.25``. NaN where an index is missing that was due before
        death. Who died on or before the first time point has 0.

    References
    ----------
    Area under the curve: Matthews and others 1990, BMJ 300:230, doi 10.1136/bmj.300.6719.230; for QALYs
    Manca, Hawkins and Sculpher 2005, Health Econ 14:487, doi 10.1002/hec.944.
    """
    days, index = np.asarray(days, float), np.asarray(index, float)
    death = np.nan_to_num(np.asarray(death_day, float), nan=np.inf)
    total = np.zeros(len(index))
    for k, (begin, end) in enumerate(pairwise(days)):
        first, last = index[:, k], index[:, k + 1]
        lived = (first + last) / 2 * (end - begin)
        until = np.minimum(np.maximum(death - begin, 0), end - begin)
        died = first * until * (0.5 if before_death == "to_zero" else 1.0)
        total += np.where(death <= begin, 0.0, np.where(death <= end, died, lived))
    return total / DAYS_A_YEAR


def tables(
    result: pd.DataFrame,
    services: Sequence[ServiceDefinition],
    intake: Intake,
    linked: Linked,
    months: Span,
    value_sets: Mapping[str, eq5d.ValueSet] | None = None,
) -> dict[str, pd.DataFrame]:
    """The mart's tables ``sensitivity``, ``important_change``, ``two_value_sets`` and ``value_set``.

    Parameters
    ----------
    result
        Results of all measures.
    value_sets
        EQ-5D value sets by name; those that come with valuekit by default.
    """
    sets = eq5d.value_sets() if value_sets is None else value_sets
    labels = intake.codes.get("outcomes.instrument", {})
    scale = {name: score_range(str(label)) for name, label in labels.items()}
    found: dict[str, list[dict[str, object]]] = {name: [] for name in _COLUMNS}
    for service in services:
        asked = [m for m in service.measures if m.source.kind in QUESTIONNAIRES]
        if not asked:
            continue
        of = _Of(service, intake, linked)
        for measure in asked:
            rows = result[(result["service"] == service.service) & (result["measure"] == measure.measure)]
            if measure.source.kind == "eq5d_mean":
                found["value_set"] += of.value_sets(measure, rows, months, sets)
            year = due_years(rows, months)[-1:]
            if not year:
                continue
            of.add(found, measure, rows, year[0], months, sets, scale)
    return {name: pd.DataFrame(rows, columns=list(_COLUMNS[name])) for name, rows in found.items()}


_COLUMNS = {
    "sensitivity": SENSITIVITY,
    "important_change": CHANGE,
    "two_value_sets": TWO_SETS,
    "value_set": VALUE_SET,
}


class _Of:
    """One service: its pathways and who the people are, worked out once for all its measures."""

    def __init__(self, service: ServiceDefinition, intake: Intake, linked: Linked):
        self.service, self.outcomes = service, intake.tables["outcomes"]
        self.profiles: dict[tuple[str, str], pd.Series] = {}
        self.own = who.people(linked.pathway, intake.tables["patients"], service.service)
        mixes = [m.case_mix for m in service.measures if m.case_mix is not None]
        severity = next((mix.severity for mix in mixes if mix.severity is not None), None)
        names = ["age_band", "sex", "fifth", *(["severity"] if severity is not None else [])]
        self.covariates = who.in_words(names)
        self.traits = who.covariates(
            self.own, names, service, intake, linked.pathway_activity, age_from=AGE_FROM, severity=severity
        )

    def add(self, found, measure: Measure, rows: pd.DataFrame, year: Span, months: Span, sets, scale) -> None:
        """Put the rows of `measure` into `found`."""
        named = {"service": self.service.service, "measure": measure.measure, "words": year.words}
        rows = rows.set_index("pathway").reindex(self.own["pathway"]).reset_index()
        held = (year.holds(rows["began"]) & rows["eligible"].to_numpy(bool)).astype(bool)
        lowest, highest = _possible(measure, sets, scale)
        point = pd.Timedelta(days=days_to(measure.source.time_point))
        implied = getattr(measure.source, "death_counts_as", None) is not None
        died = (self.own["date_of_death"] < self.own["began"] + point).to_numpy() & implied
        facts = {"figure": "measure", "says": measure.name, "lowest": lowest, "highest": highest}
        found["sensitivity"].append(
            named
            | facts
            | self._row(rows["value"], rows["known"].to_numpy(bool), held, died, measure.statistic, facts)
        )
        if measure.qaly is not None:
            found["sensitivity"] += self._qalys(measure, months, sets)
        if measure.important_change is not None:
            found["important_change"].append(named | self._change(measure, rows, held, sets))
        if measure.compare_value_set is not None:
            found["two_value_sets"].append(named | self._two_sets(measure, rows, held, sets))

    def _row(self, value, known, held, certain, statistic: str, facts, traits=None) -> dict[str, object]:
        """Complete-case figure, weighted figure and bounds, in the unit that is shown."""
        value, known = np.asarray(value, float)[held], known[held]
        traits = (self.traits if traits is None else traits)[held].reset_index(drop=True)
        n, eligible, scale = int(known.sum()), int(held.sum()), SHARE_SCALE if statistic == "share" else 1
        total = value[known].sum()
        if statistic == "share":
            ends = intervals.share(total, n)
        else:
            _, ends = intervals.mean_of(value[known])
        row = {
            "eligible": eligible,
            "n": n,
            "completeness": n / eligible if eligible else np.nan,
            "value": scale * total / n if n else np.nan,
            "lower": scale * float(ends.lower),
            "upper": scale * float(ends.upper),
            "covariates": self.covariates,
        }
        by = missing.Weighted(np.nan, np.nan, np.nan, "everybody is known")
        if n < eligible:
            by = missing.weighted(value, known, traits, certain[held])
        least, most = missing.bounds(scale * total, n, eligible, facts["lowest"], facts["highest"])
        return row | {
            "weighted": scale * by.value,
            "weighted_lower": scale * by.lower,
            "weighted_upper": scale * by.upper,
            "reason": by.reason,
            "least": float(least),
            "most": float(most),
        }

    def _index(self, point: str, value_set: str, sets) -> pd.Series:
        """Index of each pathway at a time point; an answer is looked up once for all its value sets."""
        code = sets[value_set].code
        if (code, point) not in self.profiles:
            found = score_at(
                self.service.service, code, point, self.own, self.outcomes,
                lambda rows: pd.to_numeric(rows["items"]),
            )  # fmt: skip
            self.profiles[code, point] = found.map("{:05.0f}".format, na_action="ignore").astype(object)
        return eq5d.index(self.profiles[code, point], value_set, sets)

    def value_sets(self, measure: Measure, rows: pd.DataFrame, months: Span, sets) -> list[dict[str, object]]:
        """The measure's value set; where the questionnaire was switched, both sets beside each other.

        Each set scores the answers to its own questionnaire, of the people who began in the 12 months up to
        the switch and from it on. Nothing is worked out between the two: they are two instruments.
        """
        source = measure.source
        names = [source.value_set, *([source.earlier.value_set] if source.earlier else [])]
        named = [
            {
                "service": self.service.service,
                "measure": measure.measure,
                "position": at,
                "words": "",
                **{key: getattr(sets[name], key) for key in VALUE_SET[3:9]},
            }
            for at, name in enumerate(names, 1)
        ]
        if source.earlier is None:
            return named
        rows = rows.set_index("pathway").reindex(self.own["pathway"]).reset_index()
        before = answered_earlier(source, self.service.service, self.own, self.outcomes, sets)
        days = days_to(source.time_point)
        last = month_of(pd.Timestamp(source.earlier.until) - pd.Timedelta(days=days))
        index = self._index(source.time_point, source.earlier.value_set, sets)
        point = self.own["began"] + pd.Timedelta(days=days)
        alive = ~(self.own["date_of_death"] < point)
        for row, span, value, eligible in (
            (named[0], Span(last.plus(1), 12), rows["value"], rows["eligible"]),
            (named[1], Span(last.plus(-11), 12), index, before & (alive | index.notna())),
        ):
            covered = _covered(span, months, days + GRACE_DAYS)
            if covered is not None:
                row |= {"words": covered.words} | _mean(value, eligible, covered.holds(self.own["began"]))
        return named

    def _qalys(self, measure: Measure, months: Span, sets) -> list[dict[str, object]]:
        """QALYs of the newest 12 months whose last time point has passed; the dead count from their date."""
        points, value_set = measure.qaly.time_points, measure.source.value_set
        days = [days_to(point) for point in points]
        year = due_spans("year", months, days[-1] + GRACE_DAYS)[-1:]
        if not year:
            return []
        index = np.column_stack([self._index(point, value_set, sets) for point in points])
        death = (self.own["date_of_death"] - self.own["began"]).dt.days.to_numpy(float, na_value=np.nan)
        value = qaly(days, index, death)
        lowest = min(sets[value_set].index.values())
        span = (days[-1] - days[0]) / DAYS_A_YEAR
        held = np.asarray(year[0].holds(self.own["began"]), bool)
        for point in points:
            timed = measure.source.model_copy(update={"time_point": point})
            held &= ~answered_earlier(timed, self.service.service, self.own, self.outcomes, sets).to_numpy()
        # Who died needs fewer answers to be known: without this the dead would count for too much.
        died = pd.Series(np.where(death <= days[-1], "yes", "no"), index=self.traits.index, dtype=object)
        facts = {
            "figure": "qaly",
            "says": f"QALYs from day {days[0]} to day {days[-1]}",
            "lowest": min(lowest, 0.0) * span,
            "highest": span,
        }
        named = {"service": self.service.service, "measure": measure.measure, "words": year[0].words}
        row = self._row(
            value, ~np.isnan(value), held, np.zeros(len(held), bool), "mean", facts,
            self.traits.assign(died=died),
        )  # fmt: skip
        return [named | facts | row | {"covariates": f"{self.covariates}, death"}]

    def _change(self, measure: Measure, rows: pd.DataFrame, held: np.ndarray, sets) -> dict[str, object]:
        """Share that became better, and worse, by at least the change that matters."""
        rule, source = measure.important_change, measure.source
        if source.kind == "eq5d_mean":
            before = self._index(rule.time_point, source.value_set, sets)
        else:
            before = score_at(
                self.service.service, source.instrument, rule.time_point, self.own, self.outcomes
            )
        # Indices have three decimals: the difference of two must not miss the threshold by a rounding error.
        moved = (rows["value"] - before).round(6)[held].dropna()
        up = moved if measure.direction != "decrease" else -moved
        n, row = len(up), {"threshold": rule.value, "source": rule.source, "from_point": rule.time_point}
        for name, count in (
            ("improved", int((up >= rule.value).sum())),
            ("worse", int((up <= -rule.value).sum())),
        ):
            ends = intervals.share(count, n)
            row |= {
                name: count,
                f"{name}_share": SHARE_SCALE * count / n if n else np.nan,
                f"{name}_lower": SHARE_SCALE * float(ends.lower),
                f"{name}_upper": SHARE_SCALE * float(ends.upper),
            }
        return row | {"eligible": int(held.sum()), "n": n}

    def _two_sets(self, measure: Measure, rows: pd.DataFrame, held: np.ndarray, sets) -> dict[str, object]:
        """The same answers by two value sets, and the mean difference within people."""
        source = measure.source
        other = self._index(source.time_point, measure.compare_value_set, sets)
        both = held & rows["known"].to_numpy(bool) & other.notna().to_numpy()
        one, two = rows["value"].to_numpy(float)[both], other.to_numpy(float)[both]
        names = [sets[name].name for name in (source.value_set, measure.compare_value_set)]
        row = {"value_set": names[0], "other_set": names[1], "n": int(both.sum())}
        for names, value in (
            (("value", "lower", "upper"), one),
            (("other_value", "other_lower", "other_upper"), two),
            (("difference", "diff_lower", "diff_upper"), two - one),
        ):
            average, ends = intervals.mean_of(value)
            row |= dict(zip(names, (average, float(ends.lower), float(ends.upper)), strict=True))
        return row


def _covered(span: Span, months: Span, days: int) -> Span | None:
    """The part of `span` that the extracts cover and of which everybody reached day `days`; None for none."""
    first, last = max(span.first, months.first), min(span.last, newest_due(months.last, days))
    return Span(first, between(first, last) + 1) if first <= last else None


def _mean(value: pd.Series, eligible: pd.Series, held: np.ndarray) -> dict[str, object]:
    """Mean and interval of the people `held`, with how many could have been counted."""
    among = np.asarray(held, bool) & eligible.to_numpy(bool)
    known = pd.to_numeric(value).to_numpy(float)[among]
    known = known[~np.isnan(known)]
    n, people = len(known), int(among.sum())
    average, ends = intervals.mean_of(known)
    return {
        "eligible": people,
        "n": n,
        "completeness": n / people if people else np.nan,
        "value": average,
        "lower": float(ends.lower),
        "upper": float(ends.upper),
    }


def _possible(measure: Measure, sets, scale) -> tuple[float, float]:
    """Lowest and highest value that one person can have, in the unit that is shown."""
    source = measure.source
    if measure.statistic == "share":
        return 0.0, float(SHARE_SCALE)
    if source.kind == "eq5d_mean":
        known = sets[source.value_set].index.values()
        return min(known), max(known)
    return scale.get(source.instrument) or (np.nan, np.nan)
