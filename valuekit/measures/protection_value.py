"""The steps that protect what options cost and achieve, composite outcomes, and dated changes over time.

What a bootstrap gave is of 30 people or more in each group. Everything else is worked out again from the
rounded counts and the rounded cost, as in the table ``value``.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from valuekit.measures import economics, intervals, its
from valuekit.measures import suppression as sdc
from valuekit.measures.increments import NOBODY_CHOOSES, SHARE_SCALE, stated_ratio
from valuekit.measures.protection_steps import FEW_IN_MEAN, FEW_IN_SHARE, Declared, Work, _floats, _none_if_0

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
    frame = frame.assign(n=bottom, outcome=outcome, cost=cost)
    status, ratio = np.full(len(frame), "", dtype=object), np.full(len(frame), np.nan)
    shown = frame["shown"].to_numpy(bool).copy()
    for (_, comparison), rows in frame.groupby(["service", "comparison"], sort=False):
        place = frame.index.get_indexer(rows.index)
        shown[place] = shown[place].all() and not np.isnan(cost[place]).any()
        if shown[place].all() and comparison not in NOBODY_CHOOSES:
            found = economics.dominance(cost[place], outcome[place] / SHARE_SCALE)
            status[place] = found["status"].to_numpy()
            ratio[place] = sdc.to_nearest(found["icer"], RATIO_TO)
    figures = {c: np.where(shown, frame[c], np.nan) for c in ("outcome", "cost")}
    return _shown(frame.assign(status=status, ratio=ratio, **figures), shown)


def increment(frame: pd.DataFrame, table: str, work: Work) -> pd.DataFrame:
    """Differences, their intervals and the ratio from rounded figures; shares of draws in whole per cent."""
    top, n, cost, hidden = _share_and_cost(frame, work)
    top_, n_, cost_, hidden_ = _share_and_cost(frame, work, "against_")
    shown = frame["shown"].to_numpy(bool) & ~hidden & ~hidden_
    work.note(frame, table, frame["shown"].to_numpy(bool) & ~shown, "cost, outcome", FEW_IN_SHARE)
    money = work.rules.round_money.mean
    p, q = top / _none_if_0(n), top_ / _none_if_0(n_)
    ends = intervals.difference_of_shares(*(np.where(shown, part, 0.0) for part in (top, n, top_, n_)))
    moved = (cost - cost_) - _floats(frame["cost_difference"])
    new = {
        "cost": cost,
        "against_cost": cost_,
        "outcome": SHARE_SCALE * p,
        "against_outcome": SHARE_SCALE * q,
        "cost_difference": cost - cost_,
        "cost_lower": sdc.to_nearest(_floats(frame["cost_lower"]) + moved, money),
        "cost_upper": sdc.to_nearest(_floats(frame["cost_upper"]) + moved, money),
        "outcome_difference": SHARE_SCALE * (p - q),
        "outcome_lower": SHARE_SCALE * ends.lower,
        "outcome_upper": SHARE_SCALE * ends.upper,
        "cost_se": sdc.to_nearest(frame["cost_se"], money),
        "outcome_se": SHARE_SCALE * np.sqrt(p * (1 - p) / _none_if_0(n) + q * (1 - q) / _none_if_0(n_)),
        "correlation": np.round(_floats(frame["correlation"]), 1) + 0.0,
        **{name: np.round(_floats(frame[name]), 2) for name in economics.QUADRANTS},
        "draws": _floats(frame["draws"]),
    }
    frame = frame.assign(n=n, against_n=n_, **{c: np.where(shown, x, np.nan) for c, x in new.items()})
    said = [
        _ratio(row, row.comparison not in NOBODY_CHOOSES) if is_shown else _NO_RATIO
        for row, is_shown in zip(frame.itertuples(index=False), shown, strict=True)
    ]
    ratios = pd.DataFrame(said, columns=list(_NO_RATIO), index=frame.index)
    return _shown(frame.assign(**{c: ratios[c] for c in ratios}), shown)


_NO_RATIO = {"ratio": np.nan, "ratio_lower": np.nan, "ratio_upper": np.nan, "ratio_kind": ""}


def _ratio(row, is_choice: bool) -> dict[str, object]:
    outcome, outcome_se = row.outcome_difference / SHARE_SCALE, row.outcome_se / SHARE_SCALE
    found = stated_ratio(row.cost_difference, outcome, row.cost_se, outcome_se, row.correlation, is_choice)
    return {c: x if c == "ratio_kind" else float(sdc.to_nearest(x, RATIO_TO)) for c, x in found.items()}


def _shown(frame: pd.DataFrame, shown: np.ndarray) -> pd.DataFrame:
    reason = np.where(frame["shown"].to_numpy(bool) & ~shown, SUPPRESSED, frame["reason"].astype(object))
    return frame.assign(shown=shown, reason=reason)


def acceptability(frame: pd.DataFrame, table: str, work: Work) -> pd.DataFrame:
    """Net benefit and the best option from the rounded options; probabilities in whole per cent."""
    options = work.done["option"].set_index(["service", "comparison", "option"])
    own = options.reindex(pd.MultiIndex.from_frame(frame[["service", "comparison", "option"]]))
    shown = own["shown"].fillna(False).to_numpy(bool)
    outcome, cost = own["outcome"].to_numpy(float) / SHARE_SCALE, own["cost"].to_numpy(float)
    benefit = _floats(frame["price"]) * outcome - cost
    frame = frame.assign(benefit=benefit, probability=np.round(_floats(frame["probability"]), 2))[shown]
    keys = ["service", "comparison", "price"]
    # Of options that are alike the first is the best: one for each price.
    first = frame.groupby(keys, sort=False)["benefit"].transform("idxmax") == frame.index
    return frame.assign(best=first).reset_index(drop=True)


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
    again = its.interrupted(told, work.done["series"], work.frames["measure"])
    keep = again.set_index(["service", "change"]).index.isin(frame.set_index(["service", "change"]).index)
    again = again[keep].reset_index(drop=True)
    people = {
        c: sdc.to_nearest(again[c], work.rules.round_counts_to) for c in ("people_before", "people_after")
    }
    return again.assign(**people)


def _kinds(**kinds: str) -> dict[str, tuple[str, ...]]:
    return {kind: tuple(names.split()) for kind, names in kinds.items()}


DECLARED: dict[str, Declared] = {
    "option": Declared(
        _kinds(
            open="service comparison option position option_words",
            figure="n outcome shown reason",
            money="cost",
            again="status ratio",
        ),
        (option,),
        ("service", "comparison", "option"),
    ),
    "increment": Declared(
        _kinds(
            open="service comparison option against option_words against_words words draws",
            figure="n against_n outcome against_outcome outcome_difference outcome_lower outcome_upper "
            "shown reason",
            money="cost against_cost cost_difference cost_lower cost_upper cost_se",
            again="outcome_se correlation dearer_better cheaper_better cheaper_worse dearer_worse ratio "
            "ratio_lower ratio_upper ratio_kind",
        ),
        (increment,),
        ("service", "comparison", "option"),
    ),
    "acceptability": Declared(
        _kinds(
            open="service comparison price price_says option option_words", again="probability benefit best"
        ),
        (acceptability,),
        ("service", "comparison", "option", "price"),
    ),
    "composite": Declared(
        _kinds(
            open="service name words period_start",
            figure="n raters value lower upper equal_weights difference diff_lower diff_upper shown reason",
        ),
        (composite,),
        ("service", "words"),
    ),
    "composite_part": Declared(
        _kinds(
            open="service topic position name measure",
            figure="raters n weight weight_lower weight_upper value shown",
        ),
        (composite_part,),
        ("service", "topic"),
    ),
    "interrupted": Declared(
        _kinds(
            open="service change measure interval",
            again="points_before points_after people_before people_after level level_lower level_upper "
            "level_verdict slope_before slope slope_lower slope_upper slope_verdict lag correlation shown "
            "reason",
        ),
        (interrupted,),
        ("service", "change"),
    ),
}
"""Declarations of these tables; each comes after the tables that it is worked out from."""
