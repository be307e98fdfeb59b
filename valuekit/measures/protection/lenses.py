"""The steps that protect the tables of allocation and of where groups differ."""

from __future__ import annotations

import numpy as np
import pandas as pd

from valuekit.measures.money.lenses import met_need
from valuekit.measures.protection import suppression as sdc
from valuekit.measures.protection.steps import (
    FEW,
    FEW_HOLD,
    FEW_IN_MEAN,
    PARTNER,
    Step,
    Work,
    _by_person,
    _floats,
    _none_if_0,
)


def allocation(frame: pd.DataFrame, table: str, work: Work) -> pd.DataFrame:
    """Amount and share of each service, worked out again from the cost per pathway that is shown."""
    summary = work.done["cost_summary"].set_index("service").reindex(frame["service"])
    n, mean = _floats(summary["n"]), _floats(summary["mean"])
    amount = np.where(n == 0, 0.0, sdc.to_nearest(n * mean, work.rules.round_money.total))
    hidden = np.isnan(amount)
    work.note(frame, table, hidden & (_floats(frame["n"]) > 0), "amount", FEW_IN_MEAN)
    # Where one service is hidden, the shares of the others would tell what it cost.
    share = amount / _none_if_0(amount.sum()) if not hidden.any() else np.full(len(frame), np.nan)
    return frame.assign(n=n, mean=mean, amount=amount, share=share, shown=frame["shown"] & ~hidden)


def groups_of_spending(key: str) -> Step:
    """Step for people and pounds by fifth or segment (`key`), which add up to a service.

    A group is hidden where few people are in it or few hold its cost, and then partners until what is hidden
    is safe as one. What is shown is a rounded number of people and a rounded mean; all else comes from these.
    """

    def step(frame: pd.DataFrame, table: str, work: Work) -> pd.DataFrame:
        given, rules = work.contributions.get(table), work.rules
        n, amounts = _floats(frame["n"]), _floats(frame["amount"])
        few, held = np.zeros(len(frame), bool), np.zeros(len(frame), bool)
        partner = work.blurs(frame, table) & (n == 0)
        for _, rows in frame.groupby("service", sort=False):
            place = frame.index.get_indexer(rows.index)
            people, own = _by_person(given, rows, [key]), n[place]
            few[place] = (own > 0) & (own < max(rules.smallest_count, rules.smallest_mean))
            held[place] = [
                a != 0 and sdc.is_dominated(p, rules) for a, p in zip(amounts[place], people, strict=True)
            ]

            def unsafe(chosen: np.ndarray, own=own, people=people) -> bool:
                alone = sdc.is_dominated(people[chosen].sum(axis=0), rules) if given is not None else False
                return bool(sdc.is_small(own[chosen].sum(), rules)) or alone

            partner[place] |= sdc.partners(few[place] | held[place], own, unsafe)
        if given is None:
            held = n > 0
        for hidden, reason in ((few, FEW), (held & ~few, FEW_HOLD), (partner, PARTNER)):
            work.note(frame, table, hidden, "n, amount", reason)
        out = few | held | partner
        counts = np.where(out, np.nan, sdc.counts(n, rules))
        mean = np.where(out, np.nan, sdc.to_nearest(amounts / _none_if_0(n), rules.round_money.mean))
        amount = np.where(
            counts == 0, 0.0, sdc.to_nearest(counts * np.nan_to_num(mean), rules.round_money.total)
        )
        amount = np.where(out, np.nan, amount)
        new = {"n": counts, "mean": mean, "amount": amount, "shown": frame["shown"] & ~out}
        new["spend_share"] = _shares(frame, amount)
        if "people_share" in frame:
            new["people_share"] = _shares(frame, counts)
        if "expected" in frame:
            new |= met_need(counts, _floats(frame["expected"]))
        return frame.assign(**new)

    return step


def _shares(frame: pd.DataFrame, parts: np.ndarray) -> np.ndarray:
    """Share of the service's sum; none in a service of which a group is hidden."""
    total = (
        pd.Series(parts, index=frame.index).groupby(frame["service"]).transform(lambda p: p.sum(skipna=False))
    )
    return parts / _none_if_0(total.to_numpy(float))


def rating_gaps(frame: pd.DataFrame, table: str, work: Work) -> pd.DataFrame:
    """Differences of mean ratings, to one decimal, between two groups of enough people."""
    rules = work.rules
    least = max(rules.smallest_mean, rules.smallest_count)
    n, other = _floats(frame["n"]), _floats(frame["other_n"])
    few = (n < least) | (other < least)
    work.note(frame, table, few & frame["difference"].notna().to_numpy(), "difference", FEW_IN_MEAN)
    new = {c: np.where(few, np.nan, np.round(_floats(frame[c]), 1)) for c in ("difference", "lower", "upper")}
    p = np.where(few, np.nan, np.round(_floats(frame["p"]), 3))
    return frame.assign(
        **new,
        n=sdc.counts(n, rules),
        other_n=sdc.counts(other, rules),
        p=p,
        verdict=np.where(few, "too_few", frame["verdict"].astype(object)),
    )
