"""The steps that protect the tables of cost by kind, in steady prices, its drivers, and of flow."""

from __future__ import annotations

import numpy as np
import pandas as pd

from valuekit.measures.money.cost_drivers import FEWEST, PARTS, rounded
from valuekit.measures.protection import suppression as sdc
from valuekit.measures.protection.steps import FEW, FEW_IN_MEAN, FEW_IN_SHARE, PARTNER, TAIL, Work, _floats

DAYS_TO = 0.5
"""Days to which a percentile of days is rounded: no one patient's own."""


def cost_kind(frame: pd.DataFrame, table: str, work: Work) -> pd.DataFrame:
    """Cost by kind, put together from the cells of ``stage_cost`` that are shown, so that it tells no more.

    A kind of which a cell is hidden says so (`complete`), is the sum of what is shown, and has no interval.
    """
    cells = work.done["stage_cost"]
    n = _floats(frame["n"])
    few = (n > 0) & (n < max(work.rules.smallest_mean, work.rules.smallest_count))
    each, complete = [], []
    for row in frame.itertuples():
        own = cells[(cells["service"] == row.service) & (cells[row.scheme] == row.kind)]
        each.append(own["per_pathway"].sum() if len(own) else 0.0)
        complete.append(bool(own["shown"].all()))
    money, complete = work.rules.round_money, np.array(complete, bool)
    each = np.where(few, np.nan, np.array(each, float))
    by = [frame["service"].to_numpy(), frame["scheme"].to_numpy()]
    whole = pd.Series(each).groupby(by).transform("sum").to_numpy()
    ends = {
        c: np.where(complete & ~few, sdc.to_nearest(frame[c], money.mean), np.nan) for c in ("lower", "upper")
    }
    work.note(frame, table, ~complete, "per_pathway", PARTNER)
    work.note(frame, table, few, "per_pathway", FEW_IN_MEAN)
    return frame.assign(
        n=sdc.counts(n, work.rules),
        per_pathway=each,
        amount=sdc.to_nearest(each * sdc.counts(n, work.rules), money.total),
        share=np.round(each / np.where(whole > 0, whole, np.nan), 2),
        complete=complete,
        **ends,
    )


def price_cost(frame: pd.DataFrame, table: str, work: Work) -> pd.DataFrame:
    """Mean cost in cash and in steady prices, of enough pathways."""
    n = _floats(frame["n"])
    few = (n > 0) & (n < max(work.rules.smallest_mean, work.rules.smallest_count))
    new = {
        c: np.where(few, np.nan, sdc.to_nearest(frame[c], work.rules.round_money.mean))
        for name in ("cash", "real")
        for c in (name, f"{name}_lower", f"{name}_upper")
    }
    work.note(frame, table, few, "cash, real", FEW_IN_MEAN)
    return frame.assign(**new, n=sdc.counts(n, work.rules))


def cost_driver(frame: pd.DataFrame, table: str, work: Work) -> pd.DataFrame:
    """The drivers, worked out anew from the rounded unit costs and counts, so that they still add up.

    The parts of the unit cost are in whole steps of the rounding of means and add up to the change that the
    rounded unit costs show. All spend is the rounded count × the rounded unit cost, and so are its parts.
    """
    step = work.rules.round_money.mean
    frame = frame.reset_index(drop=True)
    amount, n, before_n = (_floats(frame[c]).copy() for c in ("amount", "n", "before_n"))
    shown = frame["shown"].to_numpy(bool) & (np.fmin(n, before_n) >= max(FEWEST, work.rules.smallest_mean))
    work.note(frame, table, ~shown, "amount", FEW_IN_MEAN)
    new_n, new_before = sdc.counts(n, work.rules), sdc.counts(before_n, work.rules)
    for _, rows in frame[shown].groupby("service", sort=False):
        at = {(row.basis, row.part): row.Index for row in rows.itertuples()}
        first, last = (float(sdc.to_nearest(amount[at["unit", p]], step)) for p in ("before", "after"))
        steps = [amount[at["unit", part]] / step for part in PARTS]
        parts = [step * k for k in rounded(steps, round((last - first) / step))]
        one, two = new_before[rows.index[0]], new_n[rows.index[0]]
        amount[at["unit", "before"]], amount[at["unit", "after"]] = first, last
        amount[at["unit", "change"]] = last - first
        amount[at["spend", "before"]], amount[at["spend", "after"]] = one * first, two * last
        amount[at["spend", "change"]] = two * last - one * first
        amount[at["spend", "volume"]] = (two - one) * (first + last) / 2
        for part, value in zip(PARTS, parts, strict=True):
            amount[at["unit", part]] = value
            amount[at["spend", part]] = value * (one + two) / 2
    return frame.assign(
        amount=np.where(shown, amount, np.nan),
        lower=np.where(shown, sdc.to_nearest(frame["lower"], step), np.nan),
        upper=np.where(shown, sdc.to_nearest(frame["upper"], step), np.nan),
        n=new_n,
        before_n=new_before,
        shown=shown,
        reason=np.where(frame["shown"] & ~shown, "suppressed", frame["reason"].astype(object)),
    )


def flow_stage(frame: pd.DataFrame, table: str, work: Work) -> pd.DataFrame:
    """Stages that enough pathways reached: their share from rounded counts, their day rounded.

    A stage that few reached is left out. One that all but few reached has no share: who did not reach it
    could be told. Pathways reach several stages, so the stages that are shown add up to nothing.
    """
    reached, n = _floats(frame["pathways"]), _floats(frame["n"])
    top, bottom, hidden = sdc.share_parts(reached, n, work.rules)
    back, _, few_back = sdc.share_parts(_floats(frame["back"]), n, work.rules)
    tail = np.floor(reached * 0.5) < work.rules.smallest_tail
    few = reached < work.rules.smallest_count
    work.note(frame, table, few, "pathways", FEW)
    work.note(frame, table, hidden & ~few, "pathways", FEW_IN_SHARE)
    work.note(frame, table, few_back, "back", FEW)
    work.note(frame, table, tail, "first_day", TAIL)
    day = sdc.to_nearest(frame["first_day"], DAYS_TO)
    return frame.assign(
        n=bottom,
        pathways=top,
        share=np.round(top / np.where(bottom > 0, bottom, np.nan), 4),
        back=np.where(hidden, np.nan, back),
        first_day=np.where(hidden | tail, np.nan, day),
    )[~few].reset_index(drop=True)


def flow_step(frame: pd.DataFrame, table: str, work: Work) -> pd.DataFrame:
    """Steps that enough pathways took; the others are left out, and so is that anybody took them."""
    taken, n, times = (_floats(frame[c]) for c in ("pathways", "n", "times"))
    top, bottom, _ = sdc.share_parts(taken, n, work.rules)
    few = taken < work.rules.smallest_count
    hidden = np.isnan(top)  # all but few took it: who did not can be told
    rules = work.rules
    work.note(frame, table, few, "pathways", FEW)
    work.note(frame, table, hidden & ~few, "pathways", FEW_IN_SHARE)
    new = {}
    for column, beyond in (("wait_median", 0.5), ("wait_p90", 0.1)):
        tail = np.floor(taken * beyond) < rules.smallest_tail
        work.note(frame, table, tail & ~few, column, TAIL)
        new[column] = np.where(tail, np.nan, sdc.to_nearest(frame[column], DAYS_TO))
    back, _, _ = sdc.share_parts(_floats(frame["back"]), n, rules)
    protected = frame.assign(
        n=bottom,
        pathways=top,
        share=np.round(top / np.where(bottom > 0, bottom, np.nan), 4),
        times=np.where(hidden, np.nan, sdc.counts(times, rules)),
        back=np.where(hidden, np.nan, back),
        **new,
    )
    order = protected["pathways"].fillna(np.inf)
    kept = protected.assign(_order=-order)[~few]
    kept["_service"] = pd.factorize(kept["service"])[0]
    by = ["_service", "_order", "from_position", "to_position"]
    # In the order of what is shown: the order of the exact counts would tell which of two equals is larger.
    kept = kept.sort_values(by, kind="stable", ignore_index=True)
    return kept.drop(columns=["_order", "_service"])


def flow_figure(frame: pd.DataFrame, table: str, work: Work) -> pd.DataFrame:
    """Shares from rounded counts with their interval; means and ratios of enough pathways, rounded."""
    n, value = _floats(frame["n"]), _floats(frame["value"])
    is_share = (frame["statistic"] == "share").to_numpy(bool)
    ratio = (frame["statistic"] == "ratio").to_numpy(bool)
    events = np.where(is_share, np.round(value * n / 100), 0.0)
    top, bottom, few_share = sdc.share_parts(events, n, work.rules)
    least = np.where(ratio, FEWEST, max(work.rules.smallest_mean, work.rules.smallest_count))
    hidden = np.where(is_share, few_share, n < least)
    work.note(frame, table, hidden & is_share, "value", FEW_IN_SHARE)
    work.note(frame, table, hidden & ~is_share, "value", FEW_IN_MEAN)
    ends = sdc.share_interval(top, bottom, work.rules)
    scale = 10.0 ** _floats(frame["decimals"])
    new = {}
    with np.errstate(divide="ignore", invalid="ignore"):
        for column, of_share in (("value", top / bottom), ("lower", ends.lower), ("upper", ends.upper)):
            kept = np.round(_floats(frame[column]) * scale) / scale
            new[column] = np.where(hidden, np.nan, np.where(is_share, of_share * 100, kept))
    return frame.assign(**new, n=bottom, shown=frame["shown"] & ~hidden)
