"""The steps that protect what options cost and achieve, composite outcomes, and dated changes over time.

What a bootstrap gave is of 30 people or more in each group. Everything else is worked out again from the
rounded counts and the rounded cost, as in the table ``value``.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from valuekit.measures import changes
from valuekit.measures.money import economics
from valuekit.measures.money.increments import (
    MARGIN,
    NO_STEP,
    NOBODY_CHOOSES,
    SHARE_SCALE,
    along_frontier,
    stated_margin,
    stated_ratio,
)
from valuekit.measures.protection import suppression as sdc
from valuekit.measures.protection.steps import FEW_IN_MEAN, FEW_IN_SHARE, Work, _floats, _none_if_0
from valuekit.measures.statistics import intervals

RATIO_TO = 100
"""Pounds to which a ratio is rounded: it is a quotient of rounded figures, and says no more than they do."""

SUPPRESSED = "suppressed"


def _share_and_cost(
    frame: pd.DataFrame, work: Work, prefix: str = ""
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Rounded events, people and mean cost of each row, and which rows are hidden."""
    n, rules = _floats(frame[f"{prefix}n"]), work.rules
    events = np.round(_floats(frame[f"{prefix}outcome"]) * n / SHARE_SCALE)
    top, bottom, hidden = sdc.share_parts(events, n, rules)
    few = (n > 0) & (n < max(rules.smallest_mean, rules.smallest_count))
    hidden = hidden | few | np.isnan(events)
    cost = np.where(hidden, np.nan, sdc.to_nearest(frame[f"{prefix}cost"], rules.round_money.mean))
    return np.where(hidden, np.nan, top), bottom, cost, hidden


def option(frame: pd.DataFrame, table: str, work: Work) -> pd.DataFrame:
    """Outcome and cost of each option, rounded; dominance worked out again from them."""
    top, bottom, cost, hidden = _share_and_cost(frame, work)
    work.note(frame, table, hidden & frame["shown"].to_numpy(bool), "outcome, cost", FEW_IN_SHARE)
    outcome = SHARE_SCALE * top / _none_if_0(bottom)
    eligible = sdc.counts(
        np.round(_floats(frame["n"]) / _none_if_0(_floats(frame["completeness"]))), work.rules
    )
    known = np.minimum(bottom / _none_if_0(eligible), 1.0)
    frame = frame.assign(n=bottom, completeness=known, outcome=outcome, cost=cost)
    status = np.full(len(frame), "", dtype=object)
    steps = {c: np.full(len(frame), x, dtype=object) for c, x in NO_STEP.items()}
    share = top / _none_if_0(bottom)
    spreads = {
        "cost_se": sdc.to_nearest(frame["cost_se"], work.rules.round_money.mean),
        "outcome_se": SHARE_SCALE * np.sqrt(share * (1 - share) / _none_if_0(bottom)),
        "correlation": np.round(_floats(frame["correlation"]), 1) + 0.0,
    }
    shown = frame["shown"].to_numpy(bool).copy()
    for (_, comparison), rows in frame.groupby(["service", "comparison"], sort=False):
        place = frame.index.get_indexer(rows.index)
        shown[place] = shown[place].all() and not np.isnan(cost[place]).any()
        if shown[place].all() and comparison not in NOBODY_CHOOSES:
            own = {c: x[place] for c, x in spreads.items()}
            status[place] = economics.dominance(cost[place], share[place])["status"].to_numpy()
            words = rows["option_words"].tolist()
            along = along_frontier(
                cost[place], share[place], status[place], words, lambda a, b, own=own: _apart(own, a, b)
            )
            for at, step in along.items():
                for column, x in _rounded_ratio(step).items():
                    steps[column][place[at]] = x
    figures = {"completeness": known, "outcome": outcome, "cost": cost, **spreads}
    figures = {c: np.where(shown, x, np.nan) for c, x in figures.items()}
    ratios = {c: x if c in WORDS else x.astype(float) for c, x in steps.items()}
    return _shown(frame.assign(status=status, **ratios, **figures), shown)


WORDS = ("against_words", "ratio_kind", "marginal_kind")


def _rounded_ratio(said: dict[str, object]) -> dict[str, object]:
    return {c: x if c in WORDS else float(sdc.to_nearest(x, RATIO_TO)) for c, x in said.items()}


def _apart(options: Mapping[str, np.ndarray], now: int, other: int) -> tuple[float, float, float]:
    """Standard errors of the differences in cost and outcome (a share) between two options, by number, and
    how they go together: the options are of different people.
    """
    cost, outcome, together = (options[c] for c in ("cost_se", "outcome_se", "correlation"))
    outcome = outcome / SHARE_SCALE
    cost_se, outcome_se = (float(np.hypot(x[now], x[other])) for x in (cost, outcome))
    shared = sum(cost[i] * outcome[i] * together[i] for i in (now, other))
    both = cost_se * outcome_se
    return cost_se, outcome_se, float(np.clip(shared / both, -1, 1)) if both > 0 else 0.0


def draws_of(options: pd.DataFrame) -> economics.Draws:
    """Draws of the options of one comparison, from their rows as they may be shown."""
    scaled = options["outcome"] / SHARE_SCALE, options["cost_se"], options["outcome_se"] / SHARE_SCALE
    return economics.normal_draws(
        options["cost"], *scaled, options["correlation"], options["n"].astype(float)
    )


def increment(frame: pd.DataFrame, table: str, work: Work) -> pd.DataFrame:
    """Everything of an increment, worked out again from the two options as they may be shown."""
    options = dict(tuple(work.done["option"].groupby(["service", "comparison"], sort=False)))
    rows = [
        _increment(row, options[row.service, row.comparison], work) for row in frame.itertuples(index=False)
    ]
    again = pd.DataFrame(rows, columns=[*_DIFFERENCES], index=frame.index)
    shown = frame["shown"].to_numpy(bool) & again["cost_difference"].notna().to_numpy(bool)
    work.note(frame, table, frame["shown"].to_numpy(bool) & ~shown, "cost, outcome", FEW_IN_SHARE)
    return _shown(frame.assign(**{c: again[c] for c in again}), shown)


_DIFFERENCES = (
    "n", "against_n", "completeness", "against_completeness", "cost", "against_cost", "outcome",
    "against_outcome", "cost_difference", "cost_lower", "cost_upper", "outcome_difference", "outcome_lower",
    "outcome_upper", "cost_se", "outcome_se", "correlation", *economics.QUADRANTS, "draws", "ratio",
    "ratio_lower", "ratio_upper", "ratio_kind", *MARGIN,
)  # fmt: skip


def _increment(row, options: pd.DataFrame, work: Work) -> dict[str, object]:
    found = options.set_index("option")
    now, other = found.loc[row.option], found.loc[row.against]
    people = {"n": now["n"], "against_n": other["n"]}
    if not (row.shown and now["shown"] and other["shown"]):
        return dict.fromkeys(_DIFFERENCES, np.nan) | people | {"ratio_kind": "", "marginal_kind": ""}
    drawn = draws_of(options.set_index("option").loc[[row.against, row.option]])
    costs, outcomes = (np.diff(x, axis=1)[:, 0] for x in (drawn.drawn_cost, drawn.drawn_outcome))
    cost, outcome = now["cost"] - other["cost"], now["outcome"] - other["outcome"]
    counted = [x for side in (now, other) for x in (side["outcome"] * side["n"] / SHARE_SCALE, side["n"])]
    ends = intervals.difference_of_shares(*np.array(counted, float))
    both = {c: np.array([now[c], other[c]], float) for c in ("cost_se", "outcome_se", "correlation")}
    cost_se, outcome_se, together = _apart(both, 0, 1)
    money = work.rules.round_money.mean
    moved = cost - row.cost_difference
    about = (cost, outcome / SHARE_SCALE, cost_se, outcome_se, together, row.comparison not in NOBODY_CHOOSES)
    margin = {c: x if c in WORDS else float(np.round(x, 1)) for c, x in stated_margin(*about).items()}
    return people | {
        "completeness": now["completeness"],
        "against_completeness": other["completeness"],
        "cost": now["cost"],
        "against_cost": other["cost"],
        "outcome": now["outcome"],
        "against_outcome": other["outcome"],
        "cost_difference": cost,
        "cost_lower": float(sdc.to_nearest(row.cost_lower + moved, money)),
        "cost_upper": float(sdc.to_nearest(row.cost_upper + moved, money)),
        "outcome_difference": outcome,
        "outcome_lower": SHARE_SCALE * float(ends.lower),
        "outcome_upper": SHARE_SCALE * float(ends.upper),
        "cost_se": cost_se,
        "outcome_se": SHARE_SCALE * outcome_se,
        "correlation": together,
        **economics.quadrant_shares(costs, outcomes),
        "draws": costs.size,
        **_rounded_ratio(stated_ratio(*about)),
        **margin,
    }


def _shown(frame: pd.DataFrame, shown: np.ndarray) -> pd.DataFrame:
    reason = np.where(frame["shown"].to_numpy(bool) & ~shown, SUPPRESSED, frame["reason"].astype(object))
    return frame.assign(shown=shown, reason=reason)


GAIN = ("gain", "gain_lower", "gain_upper")


def acceptability(frame: pd.DataFrame, table: str, work: Work) -> pd.DataFrame:
    """Net benefit, probability and the best option, all from the options as they may be shown."""
    options = dict(tuple(work.done["option"].groupby(["service", "comparison"], sort=False)))
    kept = []
    for key, rows in frame.groupby(["service", "comparison"], sort=False):
        own = options[key]
        if not own["shown"].all():
            continue
        drawn = draws_of(own)
        found = economics.acceptability(drawn, np.sort(rows["price"].unique()))
        gains = dict(zip(GAIN, economics.gain(drawn, found.price), strict=True))
        at = np.searchsorted(found.price, rows["price"])
        option = pd.Index(own["option"]).get_indexer(rows["option"])
        kept.append(
            rows.assign(
                probability=found.probability[at, option],
                benefit=found.benefit[at, option],
                **{c: sdc.to_nearest(x[at, option], work.rules.round_money.mean) for c, x in gains.items()},
                best=found.frontier[at] == option,
            )
        )
    return pd.concat(kept, ignore_index=True) if kept else frame[:0]


def composite(frame: pd.DataFrame, table: str, work: Work) -> pd.DataFrame:
    """Composite outcomes in whole points and tenths, of enough people and raters."""
    n, raters = _floats(frame["n"]), _floats(frame["raters"])
    few = sdc.is_small(n, work.rules) | sdc.is_small(raters, work.rules)
    work.note(frame, table, few, "value", FEW_IN_MEAN)
    figures = ("value", "lower", "upper", "equal_weights", "difference", "diff_lower", "diff_upper")
    new = {c: np.where(few, np.nan, np.round(_floats(frame[c]), 1) + 0.0) for c in figures}
    frame = frame.assign(n=sdc.counts(n, work.rules), raters=sdc.counts(raters, work.rules), **new)
    return _shown(frame, frame["shown"].to_numpy(bool) & ~few)


def composite_part(frame: pd.DataFrame, table: str, work: Work) -> pd.DataFrame:
    """Weights in hundredths, and the mean of each part, of enough people."""
    n, raters = _floats(frame["n"]), _floats(frame["raters"])
    few = sdc.is_small(n, work.rules) | sdc.is_small(raters, work.rules)
    work.note(frame, table, few, "weight, value", FEW_IN_MEAN)
    weights = ("weight", "weight_lower", "weight_upper")
    new = {c: np.where(few, np.nan, np.round(_floats(frame[c]), 2)) for c in weights}
    new["value"] = np.where(few, np.nan, np.round(_floats(frame["value"])))
    n, raters = sdc.counts(n, work.rules), sdc.counts(raters, work.rules)
    return frame.assign(n=n, raters=raters, shown=frame["shown"] & ~few, **new)


def interrupted(frame: pd.DataFrame, table: str, work: Work) -> pd.DataFrame:
    """Dated changes over time, from the protected series alone: what it tells, the chart tells already."""
    told = work.done["change"].loc[:, ["service", "change", "date", "measure"]]
    again = changes.interrupted(told, work.done["series"], work.frames["measure"])
    keep = again.set_index(["service", "change"]).index.isin(frame.set_index(["service", "change"]).index)
    again = again[keep].reset_index(drop=True)
    people = {
        c: sdc.to_nearest(again[c], work.rules.round_counts_to) for c in ("people_before", "people_after")
    }
    return again.assign(**people)
