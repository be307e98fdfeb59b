"""Case mix: what is expected of people like these, and how observed compares with it.

A measure that declares `case_mix` has a logistic model, fitted on its declared baseline and nowhere else.
The months after the baseline, which the model has not seen, are held against it: observed less expected,
observed over expected, and the running sum by month (VLAD). Discrimination and calibration are shown for
those later months, since on its own baseline a model always looks right on average.

Chance is in both numbers. The interval of a difference takes in the chance of the outcomes and that of the
coefficients, which rest on one baseline of finite size; taking the expected as known would make the interval
too narrow, by a factor of up to 1.4 where baseline and period are of one size.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from valuekit.measures.calendar import Span, between, due_spans, sort_into
from valuekit.measures.outcomes import days_until_due
from valuekit.measures.people import who
from valuekit.measures.statistics import intervals, logistic
from valuekit.measures.statistics.logistic import Fit
from valuekit.project import Month

if TYPE_CHECKING:
    from valuekit.extracts import Intake
    from valuekit.measures.definition.definitions import Measure, ServiceDefinition
    from valuekit.measures.pathways import Linked

FEWEST_PEOPLE = 30
"""People below which observed and expected of a period are not compared: the normal theory needs them."""

WITH_OUTCOME = "people with the outcome"

_Z = intervals.z()

MODEL = (
    "service", "measure", "words", "covariates", "lacks", "otherwise", "n", "events", "parameters",
    "not_known", "fitted", "reason", "c", "c_lower", "c_upper", "later_words", "later_n", "later_events",
    "later_c", "later_c_lower", "later_c_upper", "level", "level_lower", "level_upper", "slope",
    "slope_lower", "slope_upper",
)  # fmt: skip
PERIOD = (
    "service", "measure", "kind", "words", "period_start", "eligible", "n", "completeness", "observed",
    "expected", "chance_se", "expected_se", "difference", "diff_lower", "diff_upper", "ratio_of", "ratio",
    "ratio_lower", "ratio_upper", "cumulative", "cumulative_lower", "cumulative_upper", "shown", "reason",
)  # fmt: skip
GROUP = (
    "service", "measure", "kind", "position", "name", "words", "eligible", "n", "completeness", "observed",
    "expected", "chance_se", "expected_se", "difference", "diff_lower", "diff_upper", "ratio_of", "ratio",
    "ratio_lower", "ratio_upper", "shown", "reason",
)  # fmt: skip
CATEGORY = (
    "service", "measure", "position", "covariate", "category", "n", "odds_ratio", "lower", "upper",
)  # fmt: skip
CALIBRATION = (
    "service", "measure", "words", "fifth", "n", "expected", "observed", "lower", "upper",
)  # fmt: skip


def tables(
    result: pd.DataFrame,
    services: Sequence[ServiceDefinition],
    intake: Intake,
    linked: Linked,
    months: Span,
    site: pd.Series | None = None,
) -> dict[str, pd.DataFrame]:
    """The mart's tables ``case_mix_model``, ``_period``, ``_group``, ``_category`` and ``_calibration``.

    Parameters
    ----------
    result
        Results of all measures: people who count and whose result is known are modelled.
    months
        The months that the extracts cover.
    site
        Hospital site by pathway.
    """
    made: dict[str, list[pd.DataFrame]] = {name: [] for name in _COLUMNS}
    for service in services:
        declared = [m for m in service.measures if m.case_mix is not None]
        own = who.people(linked.pathway, intake.tables["patients"], service.service) if declared else None
        covariates: dict[tuple, pd.DataFrame] = {}  # measures of one service often share them
        for measure in declared:
            rows = result[(result["service"] == service.service) & (result["measure"] == measure.measure)]
            mix = measure.case_mix
            asked = (mix.covariates, mix.age_from, mix.severity)
            if asked not in covariates:
                covariates[asked] = who.covariates(
                    own, mix.covariates, service, intake, linked.pathway_activity,
                    age_from=mix.age_from, severity=mix.severity,
                ).set_axis(own["pathway"])  # fmt: skip
            for name, frame in of_measure(rows, covariates[asked], measure, months, site).items():
                made[name].append(frame.assign(service=service.service, measure=measure.measure))
    return {
        name: pd.concat(frames, ignore_index=True)[list(_COLUMNS[name])]
        if frames
        else pd.DataFrame(columns=list(_COLUMNS[name]))
        for name, frames in made.items()
    }


_COLUMNS = {
    "case_mix_model": MODEL,
    "case_mix_period": PERIOD,
    "case_mix_group": GROUP,
    "case_mix_category": CATEGORY,
    "case_mix_calibration": CALIBRATION,
}


def of_measure(
    rows: pd.DataFrame,
    traits: pd.DataFrame,
    measure: Measure,
    months: Span,
    site: pd.Series | None = None,
) -> dict[str, pd.DataFrame]:
    """The five tables of one measure, without the columns that name it.

    Parameters
    ----------
    rows
        Results of the measure.
    traits
        Covariates by pathway, each as text.
    site
        Hospital site by pathway.
    """
    mix = measure.case_mix
    baseline = Span(
        Month.parse(mix.baseline.from_),
        between(Month.parse(mix.baseline.from_), Month.parse(mix.baseline.to)) + 1,
    )
    known = rows[rows["eligible"] & rows["known"]].reset_index(drop=True)
    covered = due_spans("month", months, days_until_due(rows))
    in_time = sort_into(known["began"], [baseline]) == 0
    first, traits = known[in_time], traits.loc[:, list(mix.covariates)]
    seen = traits.loc[first["pathway"]].reset_index(drop=True)
    fitted = logistic.fit(first["value"], seen)
    if not covered or baseline.first < covered[0].first or covered[-1].last < baseline.last:
        reason = "the extracts do not hold the whole baseline with its follow-up"
        fitted = Fit.refused(fitted.coding, fitted.n, fitted.events, reason)
    model = {
        "words": baseline.words,
        "covariates": who.in_words(mix.covariates, mix),
        "lacks": mix.lacks,
        "otherwise": mix.otherwise,
        "n": fitted.n,
        "events": fitted.events,
        "parameters": fitted.coding.parameters,
        "not_known": int((seen == logistic.NOT_KNOWN).any(axis=1).sum()),
        "fitted": not fitted.reason,
        "reason": fitted.reason,
    }
    if fitted.reason:
        return {"case_mix_model": pd.DataFrame([model]).reindex(columns=MODEL)}
    after = [span for span in covered if span.first > baseline.last]
    later = known[sort_into(known["began"], after) >= 0].reset_index(drop=True)
    of_later = traits.loc[later["pathway"]].reset_index(drop=True)
    words = Span(after[0].first, len(after)).words if after else ""
    later, x = later.assign(chance=fitted.chance(of_later)), fitted.coding.matrix(of_later)
    model |= _discrimination(fitted, first, seen, later) | {"later_words": words}
    return {
        "case_mix_model": pd.DataFrame([model]).reindex(columns=MODEL),
        "case_mix_category": _categories(fitted, seen, mix),
        "case_mix_calibration": _by_fifth(later, words),
        "case_mix_period": _periods(fitted, rows, later, x, after, mix.otherwise),
        "case_mix_group": _groups(fitted, rows, later, x, after, mix.otherwise, site),
    }


def _discrimination(
    fitted: Fit, first: pd.DataFrame, seen: pd.DataFrame, later: pd.DataFrame
) -> dict[str, object]:
    found: dict[str, object] = {}
    c, ends = logistic.c_statistic(first["value"], fitted.chance(seen))
    found |= {"c": c, "c_lower": float(ends.lower), "c_upper": float(ends.upper)}
    chance = later["chance"]
    c, ends = logistic.c_statistic(later["value"], chance)
    found |= {"later_c": c, "later_c_lower": float(ends.lower), "later_c_upper": float(ends.upper)}
    found |= {"later_n": len(later), "later_events": int(later["value"].sum())}
    agree = logistic.calibration(later["value"], chance)
    for name, triple in (("level", agree.level), ("slope", agree.slope)):
        found |= dict(zip((name, f"{name}_lower", f"{name}_upper"), triple, strict=True))
    return found


def _categories(fitted: Fit, seen: pd.DataFrame, mix) -> pd.DataFrame:
    """Each category with its n in the baseline and its odds ratio to the reference (1, without interval)."""
    errors = np.sqrt(np.diag(fitted.covariance))
    rows, at = [], 0
    for name, levels in fitted.coding.levels:
        counts = seen[name].value_counts()
        for level in [*levels, *sorted(set(counts.index) - set(levels))]:
            row = {"covariate": who.in_words([name], mix), "category": level, "n": int(counts.get(level, 0))}
            if level in levels[1:]:
                at += 1
                odds, error = fitted.coefficients[at], errors[at]
                row |= {
                    "odds_ratio": np.exp(odds),
                    "lower": np.exp(odds - _Z * error),
                    "upper": np.exp(odds + _Z * error),
                }
            else:  # the reference, or a category of few that counts with it
                row |= {"odds_ratio": 1.0, "lower": np.nan, "upper": np.nan}
            rows.append(row)
    return pd.DataFrame(rows).assign(position=range(1, len(rows) + 1))


def _by_fifth(later: pd.DataFrame, words: str) -> pd.DataFrame:
    """Expected and observed per cent by fifth of the expected chance, months after the baseline."""
    chance, value = later["chance"].to_numpy(), later["value"].to_numpy(float)
    of = logistic.fifths(chance)
    rows = []
    for fifth in np.unique(of):
        held = of == fifth
        n, events = int(held.sum()), value[held].sum()
        ends = intervals.share(events, n)
        rows.append(
            {
                "words": words,
                "fifth": int(fifth),
                "n": n,
                "expected": 100 * chance[held].mean(),
                "observed": 100 * events / n,
                "lower": 100 * float(ends.lower),
                "upper": 100 * float(ends.upper),
            }
        )
    return pd.DataFrame(rows, columns=list(CALIBRATION[2:]))


def _periods(
    fitted: Fit, rows: pd.DataFrame, later: pd.DataFrame, x: logistic.Floats,
    after: Sequence[Span], otherwise: str,
) -> pd.DataFrame:  # fmt: skip
    """Observed against expected: by month with the running sum, by 12 months, and since the baseline."""
    if not after:
        return pd.DataFrame(columns=list(PERIOD[2:]))
    whole = Span(after[0].first, len(after))
    years = [Span(whole.last.plus(-12 * k - 11), 12) for k in range(len(after) // 12)][::-1]
    found = []
    for kind, spans in (("month", list(after)), ("year", years), ("since", [whole])):
        of, k = sort_into(later["began"], spans), len(spans)
        eligible = sort_into(rows.loc[rows["eligible"], "began"], spans)
        parts = _sums(later["value"].to_numpy(float), later["chance"].to_numpy(), x, of, k)
        frame = _counted(parts, fitted, otherwise).assign(
            kind=kind,
            words=[span.words for span in spans],
            period_start=pd.to_datetime([span.start for span in spans]),
            eligible=np.bincount(eligible[eligible >= 0], minlength=k),
        )
        running = {"cumulative": np.nan, "cumulative_lower": np.nan, "cumulative_upper": np.nan}
        if kind == "month":
            running = _running(parts, fitted.covariance)
        found.append(compared(frame, counts_with=_counts_with(fitted)).assign(**running))
    frame = pd.concat(found, ignore_index=True)
    return frame.assign(completeness=frame["n"] / frame["eligible"].where(frame["eligible"] > 0))


def _groups(
    fitted: Fit, rows: pd.DataFrame, later: pd.DataFrame, x: logistic.Floats,
    after: Sequence[Span], otherwise: str, site: pd.Series | None,
) -> pd.DataFrame:  # fmt: skip
    """Observed against expected by hospital site and by fifth of deprivation, since the baseline.

    The indirectly standardised ratio of each group, the standard being the model
    (:func:`valuekit.measures.statistics.rates.indirect`, its interval widened for the model's own error).
    People whose site or fifth is not known are in no group.
    """
    if not after:
        return pd.DataFrame(columns=list(GROUP[2:]))
    eligible = rows[rows["eligible"].to_numpy(bool) & (sort_into(rows["began"], after) >= 0)]
    found = []
    for kind in ("site", "fifth"):
        mine, theirs = (_group_of(kind, frame, site) for frame in (later, eligible))
        names = sorted(theirs.dropna().unique())
        if len(names) < 2:  # one site alone is the whole service
            continue
        place = {name: i for i, name in enumerate(names)}
        of, of_all = (group.map(place).fillna(-1).to_numpy(int) for group in (mine, theirs))
        parts = _sums(later["value"].to_numpy(float), later["chance"].to_numpy(), x, of, len(names))
        frame = _counted(parts, fitted, otherwise).assign(
            kind=kind,
            position=range(1, len(names) + 1),
            name=names,
            words=Span(after[0].first, len(after)).words,
            eligible=np.bincount(of_all[of_all >= 0], minlength=len(names)),
        )
        found.append(compared(frame, counts_with=_counts_with(fitted)))
    if not found:
        return pd.DataFrame(columns=list(GROUP[2:]))
    frame = pd.concat(found, ignore_index=True)
    return frame.assign(completeness=frame["n"] / frame["eligible"].where(frame["eligible"] > 0))


def _group_of(kind: str, rows: pd.DataFrame, site: pd.Series | None) -> pd.Series:
    """Name of the site, or number of the fifth as text, of each row; missing where it is not known."""
    if kind == "fifth":
        return rows["fifth"].astype("Int64").astype("object").map(str, na_action="ignore")
    return rows["pathway"].map(site) if site is not None else pd.Series(np.nan, index=rows.index)


def _counted(parts: dict[str, np.ndarray], fitted: Fit, otherwise: str) -> pd.DataFrame:
    """Sums of groups as the columns that :func:`compared` reads."""
    return pd.DataFrame(
        {
            "n": parts["n"],
            "observed": parts["observed"],
            "expected": parts["expected"],
            "chance_se": np.sqrt(parts["chance"]),
            "expected_se": _model_error(parts["gradient"], fitted.covariance),
            "ratio_of": _ratio_of(fitted, otherwise),
        }
    )


def _counts_with(fitted: Fit) -> bool:
    return 2 * fitted.events <= fitted.n


def _ratio_of(fitted: Fit, otherwise: str) -> str:
    return WITH_OUTCOME if _counts_with(fitted) else otherwise


def _sums(value, chance, x, of, groups) -> dict[str, np.ndarray]:
    """Sums over the people of each group; the gradient of the expected is people × coefficients summed."""
    held = of >= 0
    of, value, chance, x = of[held], value[held], chance[held], x[held]
    spread = chance * (1 - chance)
    gradient = np.zeros((groups, x.shape[1]))
    np.add.at(gradient, of, spread[:, None] * x)
    return {
        "n": np.bincount(of, minlength=groups),
        "observed": np.bincount(of, value, groups),
        "expected": np.bincount(of, chance, groups),
        "chance": np.bincount(of, spread, groups),
        "gradient": gradient,
    }


def _model_error(gradient: np.ndarray, covariance: np.ndarray) -> np.ndarray:
    """Standard error of the expected, as the coefficients are estimates (delta method)."""
    return np.sqrt(np.einsum("gi,ij,gj->g", gradient, covariance, gradient))


def _running(parts: dict[str, np.ndarray], covariance: np.ndarray) -> dict[str, np.ndarray]:
    """Running sum of observed less expected (VLAD), with the interval at each month taken by itself.

    Lovegrove and others 1997, Lancet 350:1128, doi 10.1016/S0140-6736(97)06507-0; Sherlaw-Johnson 2005,
    Health Care Manag Sci 8(1):61–68. The months share the coefficients, so the gradients are summed before
    the standard error is taken.
    """
    total = np.cumsum(parts["observed"] - parts["expected"])
    error = _model_error(np.cumsum(parts["gradient"], axis=0), covariance)
    half = _Z * np.sqrt(np.cumsum(parts["chance"]) + error**2)
    return {"cumulative": total, "cumulative_lower": total - half, "cumulative_upper": total + half}


def compared(frame: pd.DataFrame, counts_with: bool | np.ndarray) -> pd.DataFrame:
    """`frame` with difference and ratio of observed and expected, with intervals, and whether shown.

    Parameters
    ----------
    frame
        ``n``, ``observed``, ``expected``, ``chance_se``, ``expected_se`` (people).
    counts_with
        Whether the ratio is of people with the outcome; else of people without it. It is of the rarer.

    Notes
    -----
    Difference: normal, variance = sum of p(1 − p) + that of the expected. Ratio: Byar's interval of the
    observed count over the expected (:func:`valuekit.measures.statistics.intervals.count`), widened for the
    expected being an estimate by the method of variance estimates recovery on the logarithm (Zou and
    Donner 2008, Stat Med 27:1693, doi 10.1002/sim.3095). Byar's takes the count as Poisson, which for an
    outcome that is not rare is somewhat wide.
    """
    n, seen, due = (frame[c].to_numpy(float) for c in ("n", "observed", "expected"))
    chance, model = frame["chance_se"].to_numpy(float), frame["expected_se"].to_numpy(float)
    half = _Z * np.sqrt(chance**2 + model**2)
    top, bottom = np.where(counts_with, seen, n - seen), np.where(counts_with, due, n - due)
    ratio, ends = ratio_to_expected(top, bottom, model)
    enough = n >= FEWEST_PEOPLE
    new = {
        "difference": seen - due,
        "diff_lower": seen - due - half,
        "diff_upper": seen - due + half,
        "ratio": ratio,
        "ratio_lower": ends.lower,
        "ratio_upper": ends.upper,
    }
    return frame.assign(
        **{name: np.where(enough, column, np.nan) for name, column in new.items()},
        shown=enough,
        reason=np.where(enough, "", "too few"),
    )


def ratio_to_expected(
    observed: np.ndarray, expected: np.ndarray, expected_se: np.ndarray | float = 0.0
) -> tuple[np.ndarray, intervals.Interval]:
    """Observed over expected and its interval; with `expected_se` 0 it is Byar's over the expected."""
    observed, expected = np.asarray(observed, float), np.asarray(expected, float)
    count = intervals.count(np.nan_to_num(observed))
    some = expected > 0
    safe = np.where(some, expected, 1.0)
    ratio = np.where(some, observed / safe, np.nan)
    relative = _Z * np.asarray(expected_se, float) / safe
    with np.errstate(divide="ignore", invalid="ignore"):
        down, up = np.log(observed / count.lower), np.log(count.upper / observed)
        lower = np.where(observed > 0, ratio * np.exp(-np.hypot(down, relative)), 0.0)
        # With nobody observed there is no logarithm: the upper end is that of the count.
        upper = np.where(observed > 0, ratio * np.exp(np.hypot(up, relative)), count.upper / safe)
    return ratio, intervals.Interval(np.where(some, lower, np.nan), np.where(some, upper, np.nan))
