"""The steps that protect a table: each gives it back with columns that tell no more than the rule allows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from valuekit.measures import outcomes
from valuekit.measures.protection import suppression as sdc
from valuekit.measures.protection.attack.figures import PATHWAYS
from valuekit.measures.protection.suppression import Rules

SHARE_SCALE = outcomes.SHARE_SCALE
_MEASURE = ["service", "measure"]
RATIO_ENDS = (
    "ratio_lower", "ratio_upper", "fieller_lower", "fieller_upper", "bootstrap_lower", "bootstrap_upper",
)  # fmt: skip
"""Ends of both intervals of the value ratio."""

FEW, FEW_IN_SHARE, FEW_IN_MEAN = "a count of few", "few on one side of a share", "a mean of few"
FEW_HOLD, PARTNER, TAIL, NUMBER = (
    "few hold the sum",
    "partner of a hidden figure",
    "few beyond it",
    "a number in a note",
)
NOT_ATTACKED = "not attacked: what the tables say of these people does not add up"
"""Reasons in the record."""

PARTS_OF_PEOPLE = ("series", "inequality", "funnel", "need", "segment", "cost_spread")
"""Tables whose rows are parts of the same people: intervals, fifths, sites, segments, bands."""

Step = Callable[[pd.DataFrame, str, "Work"], pd.DataFrame]
"""From a table, its name and what the steps share, to the table with some of its columns protected."""


@dataclass(frozen=True)
class Declared:
    """What happens to each column of a table, which columns tell its rows apart, and the steps."""

    kinds: Mapping[str, tuple[str, ...]]
    steps: tuple[Step, ...] = ()
    keys: tuple[str, ...] = ()

    def columns(self, *kinds: str) -> tuple[str, ...]:
        """Columns declared as one of `kinds`."""
        return tuple(column for kind in kinds for column in self.kinds.get(kind, ()))


@dataclass
class Work:
    """What the steps share: rules, the tables before and after, amounts by patient, and the record."""

    rules: Rules
    frames: Mapping[str, pd.DataFrame]
    contributions: Mapping[str, pd.DataFrame]
    declared: Mapping[str, Declared]
    done: dict[str, pd.DataFrame] = field(default_factory=dict)
    record: list[tuple[str, str, str, str]] = field(default_factory=list)
    kept: dict[str, dict] = field(default_factory=dict)
    """What the step of one table worked out and that of another needs."""
    blurred: frozenset[tuple[str, str]] = frozenset()
    """Services, and who of them is counted, of whom nobody is not told either: see :meth:`blurs`."""

    def blurs(self, frame: pd.DataFrame, table: str) -> np.ndarray:
        """Rows in which a count of 0 is hidden too: else it would tell that hidden ones beside it are not 0.

        Where nearly all months of a year hold somebody, and the year not many, each holds one or two.
        """
        if table not in PARTS_OF_PEOPLE or not self.blurred:
            return np.zeros(len(frame), bool)
        people = frame["measure"] if "measure" in frame else [PATHWAYS] * len(frame)
        return np.array([who in self.blurred for who in zip(frame["service"], people, strict=True)], bool)

    def note(self, frame: pd.DataFrame, table: str, hidden: np.ndarray, column: str, reason: str) -> None:
        """Put the rows where `hidden` into the record."""
        hidden = np.asarray(hidden, bool)
        if not hidden.any():
            return
        keys = [key for key in self.declared[table].keys if key in frame]
        for row in frame.loc[hidden, keys].itertuples(index=False):
            self.record.append(
                (table, ", ".join(f"{k} {v}" for k, v in zip(keys, row, strict=True)), column, reason)
            )

    def of_measures(self, frame: pd.DataFrame) -> pd.DataFrame:
        """The row of the table of measures for each row of `frame`: missing where it names no measure."""
        measures = self.frames["measure"]
        place = {key: i for i, key in enumerate(zip(measures["service"], measures["measure"], strict=True))}
        rows = [place.get(key, -1) for key in zip(frame["service"], frame["measure"], strict=True)]
        wanted = measures[["statistic", "unit", "decimals", "direction"]].reset_index(drop=True)
        return wanted.reindex(rows).set_axis(frame.index)


def counts(frame: pd.DataFrame, table: str, work: Work) -> pd.DataFrame:
    """Every column declared as count."""
    for column in work.declared[table].columns("count"):
        before = _floats(frame[column])
        none = (before == 0) & work.blurs(frame, table)
        work.note(frame, table, sdc.is_small(before, work.rules), column, FEW)
        work.note(frame, table, none, column, PARTNER)
        frame = frame.assign(**{column: np.where(none, np.nan, sdc.counts(before, work.rules))})
    return frame


def figure(prefix: str = "", *, ends: bool = True, numerator: str = "", reason: bool = False) -> Step:
    """Step for a figure in the columns `prefix` + ``n``, ``value``, ``lower``, ``upper``.

    Shares (by the table of measures) are worked out anew from the rounded counts, their interval too. Means
    are rounded to the decimals that they are shown with; money to whole tens of pounds.
    """
    n_, value_, lower_, upper_ = (prefix + name for name in ("n", "value", "lower", "upper"))

    def step(frame: pd.DataFrame, table: str, work: Work) -> pd.DataFrame:
        n, value = _floats(frame[n_]), _floats(frame[value_])
        measure = work.of_measures(frame)
        is_share = (measure["statistic"] == "share").fillna(False).to_numpy(bool)
        events = _floats(frame[numerator]) if numerator else np.round(value * n / SHARE_SCALE)
        top, bottom, few_in_share = sdc.share_parts(np.where(is_share, events, 0.0), n, work.rules)
        few_in_mean = sdc.is_small(n, work.rules) | ((n > 0) & (n < work.rules.smallest_mean))
        blurs = work.blurs(frame, table)
        nobody, none = blurs & (n == 0), blurs & is_share & (n > 0) & ((events == 0) | (events == n))
        hidden = np.where(is_share, few_in_share | none, few_in_mean) & ~np.isnan(value)
        given = ~np.isnan(value) & ~hidden
        new = {
            n_: np.where(nobody, np.nan, bottom),
            value_: np.where(
                is_share, SHARE_SCALE * top / _none_if_0(bottom), _rounded(value, measure, work.rules)
            ),
        }
        if ends:
            share = sdc.share_interval(top, bottom, work.rules)
            for name, end in ((lower_, share.lower), (upper_, share.upper)):
                new[name] = np.where(
                    is_share, end * SHARE_SCALE, _rounded(_floats(frame[name]), measure, work.rules)
                )
        new = {
            name: column if name == n_ else np.where(given, column, np.nan) for name, column in new.items()
        }
        if numerator:
            new[numerator] = np.where(is_share & given, top, np.nan)
        work.note(frame, table, sdc.is_small(n, work.rules), n_, FEW)
        work.note(frame, table, nobody, n_, PARTNER)
        work.note(frame, table, hidden & few_in_share & is_share, value_, FEW_IN_SHARE)
        work.note(frame, table, hidden & ~few_in_share & is_share, value_, PARTNER)
        work.note(frame, table, hidden & ~is_share, value_, FEW_IN_MEAN)
        if reason:
            shown = frame["shown"].to_numpy(bool)
            new["shown"] = shown & given
            gone = (shown & ~given) | nobody
            new["reason"] = np.where(gone, "suppressed", frame["reason"].astype(object))
        return frame.assign(**new)

    return step


def _rounded(value: np.ndarray, measure: pd.DataFrame, rules: Rules) -> np.ndarray:
    """Means as they may be shown: to the decimals of the measure, money to tens of pounds."""
    scale = 10.0 ** np.nan_to_num(_floats(measure["decimals"]))
    money = sdc.to_nearest(value, rules.round_money.mean)
    return np.where(
        (measure["unit"] == "£").fillna(False).to_numpy(bool), money, np.round(value * scale) / scale
    )


def _floats(column: pd.Series) -> np.ndarray:
    return column.to_numpy(float, na_value=np.nan)


def _none_if_0(value: np.ndarray) -> np.ndarray:
    return np.where(value > 0, value, np.nan)


def over(part: str, whole: str) -> Step:
    """Step for ``completeness``: `part` over `whole`, both as they may be shown."""

    def step(frame: pd.DataFrame, table: str, work: Work) -> pd.DataFrame:
        share = _floats(frame[part]) / _none_if_0(_floats(frame[whole]))
        return frame.assign(completeness=np.minimum(share, 1.0))

    return step


def limits(frame: pd.DataFrame, table: str, work: Work) -> pd.DataFrame:
    """Process limits, from the rows that may be shown."""
    measures = work.frames["measure"]
    order = frame.assign(_place=np.arange(len(frame)))
    again = outcomes.with_limits(order, measures, work.frames.get("chart_setting"))
    return again.sort_values("_place").drop(columns="_place").reset_index(drop=True)


def latest(frame: pd.DataFrame, table: str, work: Work) -> pd.DataFrame:
    """The newest interval and the icons, from the protected series."""
    measures = work.frames["measure"]
    again = outcomes.newest(work.done["series"], measures).set_index(
        pd.MultiIndex.from_frame(measures[_MEASURE])
    )
    rows = again.reindex(pd.MultiIndex.from_frame(frame[_MEASURE])).set_axis(frame.index)
    return frame.assign(**{column: rows[column] for column in rows})


def difference(now: str, before: str) -> Step:
    """Step for ``difference``, its interval and the verdict, from two protected figures."""

    def step(frame: pd.DataFrame, table: str, work: Work) -> pd.DataFrame:
        measure = work.of_measures(frame)
        is_share = (measure["statistic"] == "share").fillna(False).to_numpy(bool)
        n, m = _floats(frame[f"{now}_n"]), _floats(frame[f"{before}_n"])
        one, two = _floats(frame[f"{now}_value"]), _floats(frame[f"{before}_value"])
        both = ~(np.isnan(one) | np.isnan(two) | np.isnan(n) | np.isnan(m))
        parts = (np.round(one * n / SHARE_SCALE), n, np.round(two * m / SHARE_SCALE), m)
        usable = (np.where(both & is_share, part, 0.0) for part in parts)
        ends = sdc.difference_interval(*usable, work.rules)
        new = {
            "difference": np.where(
                both, np.where(is_share, one - two, _rounded(one - two, measure, work.rules)), np.nan
            )
        }
        for name, end in (("diff_lower", ends.lower), ("diff_upper", ends.upper)):
            kept = _rounded(_floats(frame[name]), measure, work.rules)
            new[name] = np.where(both, np.where(is_share, end * SHARE_SCALE, kept), np.nan)
        verdicts = [
            # What was too few or too incomplete before is so still: completeness is not in every table.
            "too_few"
            if old == "too_few" or not known
            else outcomes.verdict(lower, upper, direction, (a, b), (1.0, 1.0))
            for old, known, lower, upper, direction, a, b in zip(
                frame["verdict"],
                both,
                new["diff_lower"],
                new["diff_upper"],
                measure["direction"],
                n,
                m,
                strict=True,
            )
        ]
        return frame.assign(**new, verdict=np.array(verdicts, dtype=object))

    return step


def ratings(frame: pd.DataFrame, table: str, work: Work) -> pd.DataFrame:
    """Mean ratings, to one decimal, of enough people."""
    n = _floats(frame["n"])
    few = (n > 0) & (n < max(work.rules.smallest_mean, work.rules.smallest_count))
    work.note(frame, table, few, "mean", FEW_IN_MEAN)
    new = {c: np.where(few, np.nan, np.round(_floats(frame[c]), 1)) for c in ("mean", "lower", "upper")}
    return frame.assign(**new, n=sdc.counts(n, work.rules), shown=frame["shown"] & ~few)


def dates_of_many(frame: pd.DataFrame, table: str, work: Work) -> pd.DataFrame:
    """Months of the first and last asking, each by its first day: not those of a group of few.

    The very day would be that of one person's answer.
    """
    few = frame["people"].isna().to_numpy()
    work.note(frame, table, few, "first, last", FEW)
    months = {c: frame[c].dt.to_period("M").dt.to_timestamp().mask(few) for c in ("first", "last")}
    return frame.assign(**months)


def _by_person(given: pd.DataFrame | None, rows: pd.DataFrame, keys: Iterable[str]) -> np.ndarray:
    """Pence of each cell (row) and patient (column) of one service."""
    if given is None:
        return np.zeros((len(rows), 0))
    own = given[given["service"] == rows["service"].iloc[0]]
    table = own.pivot_table(index=list(keys), columns="patient", values="pence", aggfunc="sum", fill_value=0)
    wanted = (
        pd.MultiIndex.from_frame(rows[list(keys)])
        if len(list(keys)) > 1
        else pd.Index(rows[next(iter(keys))])
    )
    return table.reindex(wanted, fill_value=0).to_numpy(float)


def bands(frame: pd.DataFrame, table: str, work: Work) -> pd.DataFrame:
    """Pathways in each cost band; the bands add up to the number of pathways."""
    count = _floats(frame["pathways"])
    hidden, partner = sdc.is_small(count, work.rules), work.blurs(frame, table) & (count == 0)
    for _, rows in frame.groupby("service", sort=False):
        place = frame.index.get_indexer(rows.index)
        partner[place] |= sdc.partners(
            hidden[place],
            count[place],
            lambda chosen, c=count[place]: bool(sdc.is_small(c[chosen].sum(), work.rules)),
        )
    work.note(frame, table, hidden, "pathways", FEW)
    work.note(frame, table, partner, "pathways", PARTNER)
    out = hidden | partner
    return frame.assign(
        pathways=np.where(out, np.nan, sdc.counts(count, work.rules)), shown=frame["shown"] & ~out
    )


def cost_summary(frame: pd.DataFrame, table: str, work: Work) -> pd.DataFrame:
    """Mean cost of enough pathways; percentiles with enough pathways beyond them."""
    n, rules = _floats(frame["n"]), work.rules
    few = (n > 0) & (n < max(rules.smallest_mean, rules.smallest_count))
    new = {}
    for column in ("mean", "lower", "upper"):
        new[column] = np.where(few, np.nan, sdc.to_nearest(frame[column], rules.round_money.mean))
    for column, tail in (("p10", 0.1), ("median", 0.5), ("p90", 0.1), ("dearest_share", 0.1)):
        beyond = np.floor(n * tail) < rules.smallest_tail
        work.note(frame, table, beyond & frame[column].notna().to_numpy(), column, TAIL)
        value = _floats(frame[column])
        is_share = column == "dearest_share"
        rounded = np.round(value, 2) if is_share else sdc.to_nearest(value, rules.round_money.percentile)
        new[column] = np.where(beyond, np.nan, rounded)
    work.note(frame, table, few, "mean", FEW_IN_MEAN)
    return frame.assign(**new, n=sdc.counts(n, rules))


def value(frame: pd.DataFrame, table: str, work: Work) -> pd.DataFrame:
    """Outcome from rounded counts, rounded cost, and the ratio of the two; its interval moves with it."""
    n, rules = _floats(frame["n"]), work.rules
    eligible = np.round(n / _none_if_0(_floats(frame["completeness"])))
    top, bottom, hidden = sdc.share_parts(np.round(_floats(frame["outcome"]) * n / SHARE_SCALE), n, rules)
    share = top / _none_if_0(bottom)
    ends = sdc.share_interval(top, bottom, rules)
    few = (n > 0) & (n < max(rules.smallest_mean, rules.smallest_count))
    work.note(frame, table, hidden, "outcome", FEW_IN_SHARE)
    work.note(frame, table, few, "cost", FEW_IN_MEAN)
    cost = {
        c: np.where(few, np.nan, sdc.to_nearest(frame[c], rules.round_money.mean))
        for c in ("cost", "cost_lower", "cost_upper")
    }
    shown = frame["shown"].to_numpy(bool) & ~hidden & ~few & (cost["cost"] > 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = share / cost["cost"] * 100_000
        moved = ratio / _floats(frame["ratio"])
        # The ends of the ratio reach as far as the counts behind the rounded share may lie.
        ends_of_share = (above / below / share for above, below in sdc.share_range(top, bottom, rules))
        less, more = (np.nan_to_num(x, nan=1.0) for x in ends_of_share)
    stretched = {c: less if c.endswith("lower") else more for c in RATIO_ENDS}
    ratios = {"ratio": ratio} | {c: _floats(frame[c]) * moved * stretched[c] for c in RATIO_ENDS}
    return frame.assign(
        n=bottom,
        completeness=np.minimum(bottom / _none_if_0(sdc.counts(eligible, rules)), 1.0),
        outcome=share * SHARE_SCALE,
        outcome_lower=np.where(hidden, np.nan, ends.lower * SHARE_SCALE),
        outcome_upper=np.where(hidden, np.nan, ends.upper * SHARE_SCALE),
        **cost,
        **{c: np.where(shown, np.round(x, 2), np.nan) for c, x in ratios.items()},
        shown=shown,
        reason=np.where(frame["shown"] & ~shown, "suppressed", frame["reason"].astype(object)),
    )


def files(frame: pd.DataFrame, table: str, work: Work) -> pd.DataFrame:
    """Rows of a file: accepted + quarantined = rows, so a hidden one of them hides the other."""
    kept, aside = _floats(frame["accepted"]), _floats(frame["quarantined"])
    hidden = sdc.is_small(kept, work.rules) | sdc.is_small(aside, work.rules)
    frame = counts(frame, table, work)
    rows, money = _floats(frame["rows"]), work.rules.round_money.total
    work.note(frame, table, hidden, "accepted, quarantined", PARTNER)
    # Whose cost it is cannot be known, so it may be one person's. The reconciliation does not tell it either.
    pounds_aside = _floats(frame["quarantined_amount"])
    unknown = pounds_aside != 0
    work.note(frame, table, unknown & ~np.isnan(pounds_aside), "quarantined_amount", FEW_HOLD)
    aside = np.where(hidden, np.nan, sdc.counts(aside, work.rules))
    return frame.assign(
        accepted=np.where(hidden, np.nan, sdc.counts(kept, work.rules)),
        quarantined=aside,
        share=aside / _none_if_0(rows),
        amount=np.where(np.isnan(rows), np.nan, sdc.to_nearest(frame["amount"], money)),
        quarantined_amount=np.where(hidden | unknown, np.nan, pounds_aside),
    )


def notes(frame: pd.DataFrame, table: str, work: Work) -> pd.DataFrame:
    """Free notes: their figures keep to the rule; no pounds, since whose they are is not known."""
    for column in work.declared[table].columns("words"):
        before = frame[column].fillna("").astype(object)
        safe = [sdc.in_safe_words(note, work.rules) for note in before]
        work.note(frame, table, (before != safe).to_numpy(), column, NUMBER)
        frame = frame.assign(**{column: safe})
    return frame


def merged_lines(frame: pd.DataFrame, table: str, work: Work) -> pd.DataFrame:
    """The reconciliation to the penny, with lines that few people hold merged into one that many do.

    Unmatched lines become one unless each is known to be held by many. Pathways of a service whose cost few
    people hold join the care outside pathways.
    """
    given = work.contributions.get(table)
    line = frame["line"].astype(str)

    def few(name: str) -> bool:
        if not frame.loc[line == name, "amount"].any():
            return False
        if given is None:
            return True
        own = given.loc[given["line"] == name].groupby("patient")["pence"].sum()
        # Nobody known to hold it, and yet an amount: it may be anybody's.
        return sdc.is_dominated(own, work.rules) if len(own) else True

    parts = [name for name in line if name.startswith("unmatched:")]
    if any(few(name) for name in parts):
        work.note(frame, table, line.isin(parts).to_numpy(), "amount", FEW_HOLD)
        frame = _merge(frame, parts, "unmatched", "Cost that could not be matched to care")
    small = [name for name in line if name.startswith("pathway:") and given is not None and few(name)]
    if small:
        work.note(frame, table, frame["line"].isin(small).to_numpy(), "amount", FEW_HOLD)
        frame = _merge(
            frame,
            [*small, "outside"],
            "outside",
            "Care outside these pathways, or on pathways too few to show",
        )
    return frame.assign(position=np.arange(1, len(frame) + 1))


def _merge(frame: pd.DataFrame, lines: list[str], line: str, name: str) -> pd.DataFrame:
    """`lines` as one line, where the last of them stood; amounts add up to the penny."""
    chosen = frame["line"].isin(lines)
    if not chosen.any():
        return frame
    last = frame.index[chosen][-1]
    sums = {c: frame.loc[chosen, c].sum() for c in ("amount", "share")}
    frame = frame.copy()
    frame.loc[last, ["line", "name"]] = [line, name]
    frame.loc[last, ["amount", "share"]] = [round(sums["amount"], 2), sums["share"]]
    return frame[~chosen | (frame.index == last)].reset_index(drop=True)


def as_in_series(frame: pd.DataFrame, table: str, work: Work) -> pd.DataFrame:
    """Figures that moved: the new ones as the protected series shows them, the old as released."""
    key = ["service", "measure", "period"]
    now = work.done["series"].drop_duplicates(key).set_index(key)
    rows = now.reindex(pd.MultiIndex.from_frame(frame[key]))
    n, shown = rows["n"].to_numpy(float, na_value=np.nan), rows["shown"].fillna(False).to_numpy(bool)
    return frame.assign(
        old_n=sdc.counts(_floats(frame["old_n"]), work.rules),
        new_n=n,
        new_value=np.where(shown, rows["value"].to_numpy(float), np.nan),
    )
