"""What models say of groups keeps to the disclosure rule, whatever the numbers."""

from __future__ import annotations

import numpy as np
import pandas as pd
from figures_by_hand import measures_table
from hypothesis import example, given, settings
from hypothesis import strategies as st
from public_tables import RULES, filled

from valuekit.mart import conform
from valuekit.measures.people.case_mix import WITH_OUTCOME
from valuekit.measures.protection.declared import DECLARED
from valuekit.measures.protection.steps import Work
from valuekit.measures.statistics import intervals

MEASURES = measures_table(
    {}, {"measure": "eq5d", "statistic": "mean", "unit": "index", "decimals": 3, "direction": "increase"}
)


def protected(name: str, frame: pd.DataFrame) -> pd.DataFrame:
    work = Work(RULES, {"measure": MEASURES}, {}, DECLARED)
    for step in DECLARED[name].steps:
        frame = step(frame, name, work)
    return conform(name, frame)


def safe(column: pd.Series) -> bool:
    shown = column.astype("Float64").to_numpy(float, na_value=np.nan)
    shown = shown[~np.isnan(shown)]
    return bool(((shown == 0) | (shown >= 8)).all() and (shown % 5 == 0).all())


counts = st.tuples(st.integers(0, 400), st.floats(0, 1)).map(lambda pair: (pair[0], round(pair[0] * pair[1])))


@given(counts, counts, st.integers(0, 60))
@settings(max_examples=60, deadline=None)
def test_a_models_counts_are_rounded_and_its_statistics_of_few_are_hidden(first, later, unknown):
    frame = filled(
        "case_mix_model", service=["s"], measure=["m"], n=[first[0]], events=[first[1]], not_known=[unknown],
        later_n=[later[0]], later_events=[later[1]], c=[0.71234], later_c=[0.69876], fitted=[True],
        reason=["too few: 3 people"],
    )  # fmt: skip
    row = protected("case_mix_model", frame)
    assert all(safe(row[c]) for c in ("n", "events", "not_known", "later_n", "later_events"))
    assert row["reason"].iloc[0] == "too few"
    n, events = later
    if n < 30 or 0 < events < 8 or 0 < n - events < 8:
        assert row["later_c"].isna().all() and row["later_events"].isna().all()
    else:
        assert row["later_c"].iloc[0] == 0.7


@given(counts, st.floats(0.05, 0.95))
@settings(max_examples=60, deadline=None)
def test_observed_and_expected_in_public_are_of_12_months_and_follow_from_rounded_counts(people, chance):
    n, events = people
    frame = filled(
        "case_mix_period", service=["s", "s"], measure=["m", "m"], kind=["month", "year"], n=[n, n],
        eligible=[n, n], observed=[float(events)] * 2, expected=[n * chance] * 2, chance_se=[3.0] * 2,
        expected_se=[2.0] * 2, ratio_of=[WITH_OUTCOME] * 2, shown=[n >= 30] * 2, reason=[""] * 2,
        cumulative=[1.5] * 2,
    )  # fmt: skip
    found = protected("case_mix_period", frame)
    assert found["kind"].tolist() == ["year"] and found["cumulative"].isna().all()
    row = found.iloc[0]
    assert safe(found["n"]) and safe(found["observed"])
    if n < 30 or 0 < events < 8 or 0 < n - events < 8:
        assert not row["shown"] and found[["observed", "difference", "ratio", "ratio_lower"]].isna().all(
            axis=None
        )
    else:
        assert row["shown"] and row["difference"] == row["observed"] - row["expected"]
        assert abs(row["expected"] - row["n"] * chance) <= 0.05 + 1e-9


@given(counts)
@example((28, 0))
@example((30, 15))
@settings(max_examples=60, deadline=None)
def test_the_bounds_in_public_follow_from_the_figure_and_counts_in_public(people):
    eligible, n = people[0] + 20, people[0]
    frame = filled(
        "sensitivity", service=["s"], measure=["m"], figure=["measure"], eligible=[eligible], n=[n],
        value=[100 * people[1] / n if n else np.nan], lower=[0.0], upper=[100.0], weighted=[51.26],
        lowest=[0.0], highest=[100.0], least=[1.2345], most=[98.7654],
    )  # fmt: skip
    row = protected("sensitivity", frame).iloc[0]
    if n < 30 or pd.isna(row["value"]):
        assert pd.isna(row["weighted"]) and pd.isna(row["least"])
    else:
        top = row["value"] * row["n"] / 100
        assert row["weighted"] == 51.0
        assert row["least"] == np.round(100 * top / row["eligible"])


@given(counts, st.floats(0, 1))
@settings(max_examples=60, deadline=None)
def test_shares_who_changed_are_those_of_rounded_counts(people, part):
    n, improved = people
    worse = int((n - improved) * part)
    frame = filled(
        "important_change", service=["s"], measure=["eq5d"], n=[n], eligible=[n], improved=[improved],
        worse=[worse],
    )  # fmt: skip
    row = protected("important_change", frame)
    assert all(safe(row[c]) for c in ("n", "improved", "worse"))
    if pd.notna(row["improved"].iloc[0]) and n:
        shown = 100 * row["improved"].iloc[0] / row["n"].iloc[0]
        assert row["improved_share"].iloc[0] == shown
        lower = 100 * float(intervals.share(row["improved"].iloc[0], row["n"].iloc[0]).lower)
        assert row["improved_lower"].iloc[0] <= lower + 1e-9


def test_two_value_sets_of_fewer_than_30_people_are_not_shown():
    both = {"service": ["s", "s"], "measure": ["eq5d"] * 2, "n": [29, 30], "value": [0.71234] * 2}
    found = protected("two_value_sets", filled("two_value_sets", **both))
    assert found["value"].isna().tolist() == [True, False] and found["value"].iloc[1] == 0.712


@given(st.integers(0, 90), st.integers(0, 90))
@example(28, 0)
@example(30, 0)
@settings(max_examples=40, deadline=None)
def test_means_at_a_switch_of_questionnaire_are_of_30_people_or_more_and_counts_are_rounded(n, more):
    frame = filled(
        "value_set", service=["s"], measure=["eq5d"], position=[2], n=[n], eligible=[n + more],
        value=[0.71234], lower=[0.65432], upper=[0.76543],
    )  # fmt: skip
    found = protected("value_set", frame)
    assert safe(found["n"]) and safe(found["eligible"])
    shown = found[["value", "lower", "upper"]].iloc[0]
    assert shown.tolist() == [0.712, 0.654, 0.765] if n >= 30 else shown.isna().all()
