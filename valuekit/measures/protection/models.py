"""Steps that protect what models say of groups: case mix, the missing, change that matters, two value sets.

A model's output is a number about a group. It is shown where at least 30 people stand behind it and its
counts may be shown, and to fewer digits than the team sees; all that follows from counts is worked out
again from the rounded ones.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from valuekit.measures.people import case_mix
from valuekit.measures.protection import suppression as sdc
from valuekit.measures.protection.steps import (
    FEW,
    FEW_IN_MEAN,
    FEW_IN_SHARE,
    SHARE_SCALE,
    Work,
    _floats,
    figure,
)
from valuekit.measures.statistics import missing

FEWEST = 30
"""People behind a model's output in public."""


def model(frame: pd.DataFrame, table: str, work: Work) -> pd.DataFrame:
    """Counts of the model, and its statistics to two decimals where both sides of the outcome are many."""
    new: dict[str, object] = {}
    for n_, events_, statistics in (
        ("n", "events", ("c",)),
        ("later_n", "later_events", ("later_c", "level", "slope")),
    ):
        n = _floats(frame[n_])
        top, bottom, few = sdc.share_parts(_floats(frame[events_]), n, work.rules)
        few |= n < FEWEST
        work.note(frame, table, few & (n > 0), events_, FEW_IN_SHARE)
        new |= {n_: bottom, events_: np.where(few, np.nan, top)}
        for name in statistics:
            for column in (name, f"{name}_lower", f"{name}_upper"):
                new[column] = np.where(few, np.nan, np.round(_floats(frame[column]), 2))
    unknown = _floats(frame["not_known"])
    work.note(frame, table, sdc.is_small(unknown, work.rules), "not_known", FEW)
    return frame.assign(**new, not_known=sdc.counts(unknown, work.rules), reason=_plain(frame["reason"]))


def _plain(reason: pd.Series) -> pd.Series:
    """Why a model was refused, without the counts: what stands before the colon."""
    return reason.fillna("").astype(object).str.split(":").str[0]


def periods(frame: pd.DataFrame, table: str, work: Work) -> pd.DataFrame:
    """Twelve months only, and no running sum.

    The difference of two months of a running sum is the outcome of one month, of whom few may be without it;
    and a sum of rounded months would gather their rounding until it looks like a finding.
    """
    frame = frame[frame["kind"] == "year"].reset_index(drop=True)
    n, observed = _floats(frame["n"]), _floats(frame["observed"])
    top, bottom, few = sdc.share_parts(observed, n, work.rules)
    few |= n < FEWEST
    shown = frame["shown"].to_numpy(bool)
    work.note(frame, table, few & (n > 0), "observed", FEW_IN_SHARE)
    given = shown & ~few
    new = {"n": bottom, "eligible": sdc.counts(_floats(frame["eligible"]), work.rules)}
    new |= {"observed": np.where(given, top, np.nan)}
    # The expected moves with the rounded n, so that rounding alone makes no difference.
    share = _floats(frame["expected"]) / np.where(n > 0, n, np.nan)
    new["expected"] = np.where(given, np.round(share * bottom, 1), np.nan)
    for column in ("chance_se", "expected_se"):
        new[column] = np.where(given, np.round(_floats(frame[column]), 1), np.nan)
    again = case_mix.compared(
        frame.assign(**new), (frame["ratio_of"] == case_mix.WITH_OUTCOME).to_numpy(bool)
    )
    hidden = {
        column: np.where(given, _floats(again[column]), np.nan)
        for column in ("difference", "diff_lower", "diff_upper", "ratio", "ratio_lower", "ratio_upper")
    }
    return again.assign(
        **hidden,
        cumulative=np.nan,
        cumulative_lower=np.nan,
        cumulative_upper=np.nan,
        shown=given,
        reason=np.where(shown & ~given, "suppressed", frame["reason"].astype(object)),
    )


def sensitivity(frame: pd.DataFrame, table: str, work: Work) -> pd.DataFrame:
    """Weighted figures of 30 people or more, rounded; bounds from the rounded figure and counts."""
    enough = _floats(frame["n"]) >= FEWEST  # before rounding, which makes 30 of 28
    frame = figure()(frame, table, work)
    measure = work.of_measures(frame)
    is_share = (measure["statistic"] == "share").fillna(False).to_numpy(bool)
    n, value, eligible = (_floats(frame[c]) for c in ("n", "value", "eligible"))
    given = enough & ~np.isnan(value) & ~np.isnan(eligible)
    work.note(frame, table, ~given & (n > 0), "weighted", FEW_IN_MEAN)
    decimals = np.where(is_share, 0, np.nan_to_num(_floats(measure["decimals"])))
    scale = 10.0**decimals
    new = {}
    for column in ("weighted", "weighted_lower", "weighted_upper"):
        new[column] = np.where(given, np.round(_floats(frame[column]) * scale) / scale, np.nan)
    least, most = (
        missing.bounds(value * n, n, np.maximum(eligible, n), end, end)
        for end in (_floats(frame["lowest"]), _floats(frame["highest"]))
    )
    new["least"] = np.where(given, np.round(least.lower * scale) / scale, np.nan)
    new["most"] = np.where(given, np.round(most.upper * scale) / scale, np.nan)
    return frame.assign(**new, reason=_plain(frame["reason"]))


def important_change(frame: pd.DataFrame, table: str, work: Work) -> pd.DataFrame:
    """Shares who became better or worse, each from rounded counts."""
    n, new = _floats(frame["n"]), {}
    for name in ("improved", "worse"):
        top, bottom, few = sdc.share_parts(_floats(frame[name]), n, work.rules)
        work.note(frame, table, few & (n > 0), name, FEW_IN_SHARE)
        ends = sdc.share_interval(top, bottom, work.rules)
        with np.errstate(invalid="ignore", divide="ignore"):
            new |= {name: top, f"{name}_share": SHARE_SCALE * top / bottom}
        new[f"{name}_lower"] = np.where(few, np.nan, SHARE_SCALE * ends.lower)
        new[f"{name}_upper"] = np.where(few, np.nan, SHARE_SCALE * ends.upper)
    return frame.assign(**new, n=sdc.counts(n, work.rules))


def two_value_sets(frame: pd.DataFrame, table: str, work: Work) -> pd.DataFrame:
    """Both means of 30 people or more, to the decimals of the measure."""
    n, decimals = _floats(frame["n"]), np.nan_to_num(_floats(work.of_measures(frame)["decimals"]))
    few, scale = n < FEWEST, 10.0**decimals
    work.note(frame, table, few & (n > 0), "value", FEW_IN_MEAN)
    new = {
        column: np.where(few, np.nan, np.round(_floats(frame[column]) * scale) / scale)
        for column in (
            "value", "lower", "upper", "other_value", "other_lower", "other_upper", "difference",
            "diff_lower", "diff_upper",
        )
    }  # fmt: skip
    return frame.assign(**new, n=sdc.counts(n, work.rules))


def value_sets(frame: pd.DataFrame, table: str, work: Work) -> pd.DataFrame:
    """Means at a switch of questionnaire, of 30 people or more, to the decimals of the measure."""
    n, decimals = _floats(frame["n"]), np.nan_to_num(_floats(work.of_measures(frame)["decimals"]))
    few, scale = ~(n >= FEWEST), 10.0**decimals
    work.note(frame, table, few & (n > 0), "value", FEW_IN_MEAN)
    return frame.assign(
        **{
            column: np.where(few, np.nan, np.round(_floats(frame[column]) * scale) / scale)
            for column in ("value", "lower", "upper")
        }
    )
