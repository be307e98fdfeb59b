"""Every build attacks its own public tables: small tables whose answers are worked out by hand."""

from __future__ import annotations

import pandas as pd
import pytest
from figures_by_hand import measures_table
from public_tables import RULES, filled

from valuekit.errors import DefinitionError
from valuekit.mart import TABLES, conform, empty
from valuekit.measures.protection.attack import worked_out
from valuekit.measures.protection.attack.bounds import Known
from valuekit.measures.protection.attack.figures import READERS
from valuekit.measures.protection.disclosure import protect, protected

MONTHS = [f"{name} 2025" for name in (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
    "November", "December",
)]  # fmt: skip
HALVES = ["January to June 2025", "July to December 2025"]


def tables(periods: list[str], people: list[int], events: list[int] | None = None) -> dict[str, pd.DataFrame]:
    """A service with a share over these intervals and its year; no other table holds anything.

    Where the events are not given, everybody has the outcome.
    """
    events = events or people
    of = {"service": ["s"] * len(periods), "measure": ["m0"] * len(periods)}
    value = [100 * e / n if n else None for e, n in zip(events, people, strict=True)]
    shown = [n > 0 for n in people]
    series = filled(
        "series", **of, period=periods, n=people, eligible=people, numerator=[float(e) for e in events],
        value=value, shown=shown, reason=["" if s else "too few" for s in shown], phase=1,
    )  # fmt: skip
    year = {"n": sum(people), "value": 100 * sum(events) / sum(people)}
    headline = filled(
        "headline", service=["s"], measure=["m0"], year_words=["January to December 2025"], before_words=[""],
        year_eligible=[year["n"]], year_n=[year["n"]], year_value=[year["value"]],
    )  # fmt: skip
    given = {
        "measure": measures_table({"service": "s", "measure": "m0"}),
        "series": series,
        "headline": headline,
    }
    given["measure"] = filled("measure", **{c: given["measure"][c].tolist() for c in given["measure"]})
    none = {name: empty(name) for name in TABLES}
    return {name: conform(name, frame) for name, frame in (none | given).items()}


def told(frame: pd.DataFrame, column: str) -> list[int | None]:
    return [None if pd.isna(n) else int(n) for n in frame[column]]


# ---------------------------------------------------------------- what is attacked

OF_DEFINITIONS = "words and numbers of a definition, a method or the schemas; no people in it"
FROM_PUBLIC = "worked out from other public tables and nothing else, so that it tells no more than they do"
OF_MONEY = "pounds alone: attacked as sums of money, in tests/end_to_end/test_attacker.py"
OF_OTHERS = "what other organisations published before"
OF_PROGRAMME = "pounds and months of the programme itself: no patient's, and no count"
CASES = (
    "case", "case_facet", "case_rule", "case_figure", "case_source", "case_context", "case_risk",
    "case_measure", "case_adoption", "case_related", "case_bearing",
)  # fmt: skip
NO_COUNT_OF_PEOPLE = {
    **dict.fromkeys(
        ("stage", "chart_setting", "dictionary", "method", "method_example", "release"), OF_DEFINITIONS
    ),
    **dict.fromkeys(
        ("interrupted", "inequality_slope", "acceptability", "increment", "revision"), FROM_PUBLIC
    ),
    **dict.fromkeys(("stage_cost", "department_cost", "reconciliation"), OF_MONEY),
    **dict.fromkeys(("programme", "programme_month", "programme_line", "programme_case"), OF_PROGRAMME),
    **dict.fromkeys(CASES, OF_OTHERS),
}
"""Public tables that are not attacked as counts of people, each with the reason."""


def test_every_public_table_is_attacked_or_says_why_it_holds_no_count_of_people() -> None:
    public = {name for name, table in TABLES.items() if "public" in table.audiences}
    assert public == set(READERS) | set(NO_COUNT_OF_PEOPLE)
    assert not set(READERS) & set(NO_COUNT_OF_PEOPLE)


def test_rates_of_events_and_tables_of_models_groups_are_not_public() -> None:
    # A rate beside its days, or the gaps between rare events, tell how few people there were.
    kept_back = {"rate_series", "rate_year", "rare", "need_rate", "case_mix_group", "case_mix_calibration"}
    assert not kept_back & (set(READERS) | set(NO_COUNT_OF_PEOPLE))
    assert not [name for name in kept_back if "public" in TABLES[name].audiences]


# ---------------------------------------------------------------- bounds


def test_a_sum_and_its_parts_bound_each_other() -> None:
    # Three counts of 1 to 7 that are 8 to 12 together: one may be 7 (7 + 1 + 1) and 1 (1 + 7 + 1).
    known = Known()
    for name in "abc":
        known.amount(name, 1, 7)
    known.between("abc", 8, 12)
    assert known.bounds("a", whole=True) == (1, 7)
    # The third is at least 1, so two are 11 at most.
    assert known.bounds("ab", whole=True) == (2, 11)


@pytest.mark.parametrize(("months", "most"), [(6, 7), (7, 6), (9, 4), (10, 3), (12, 1)])
def test_months_of_at_least_one_share_what_their_year_leaves(months: int, most: int) -> None:
    # A year of 8 to 12: where every other month has one at least, this one has 12 − (months − 1) at most.
    known = Known()
    names = [known.amount(i, 1, 7) for i in range(months)]
    known.between(names, 8, 12)
    assert known.bounds([0], whole=True) == (1 if months > 1 else 8, most)
    narrow = known.narrow([(name, [name]) for name in names], 4)
    assert [one.target for one in narrow] == (list(range(months)) if most < 4 else [])
    assert all((one.least, one.most) == (1, most) for one in narrow)


def test_only_the_first_of_each_label_is_told() -> None:
    known = Known()
    names = [known.amount(i, 1, 7) for i in range(12)]
    known.between(names, 8, 12)
    assert [one.target for one in known.narrow([("x", [name]) for name in names], 4)] == [0]


def test_what_contradicts_itself_is_told_as_not_known() -> None:
    known = Known()
    known.amount("a", 1, 7)
    known.between("a", 8, 12)
    (one,) = known.narrow([("a", ["a"])], 4)
    assert one.least != one.least and one.most != one.most


# ---------------------------------------------------------------- tables


def test_ten_months_with_one_person_each_are_told_by_their_year_and_two_empty_months() -> None:
    # The year is shown as 10: 8 to 12. Ten months hold at least 1, so none holds more than 3.
    true = tables(MONTHS, [1] * 10 + [0] * 2)
    hidden = true["series"]["n"].mask(true["series"]["n"] > 0)
    open_to_all = true | {
        "series": true["series"].assign(n=hidden, eligible=hidden, numerator=None, value=None)
    }
    open_to_all["headline"] = true["headline"].assign(year_n=10, year_eligible=10)
    (one,) = worked_out(open_to_all, true, RULES)
    assert (one.target.who, one.least, one.most) == (("s", "m0"), 1, 3)


def test_so_the_empty_months_are_hidden_too_and_the_year_stays() -> None:
    public = protect(tables(MONTHS, [1] * 10 + [0] * 2), RULES)
    series = public["series"]
    assert told(series, "n") == told(series, "eligible") == [None] * 12
    assert set(series["reason"]) == {"suppressed"}
    assert told(public["headline"], "year_n") == [10]


def test_where_hidden_months_keep_their_values_empty_months_are_shown() -> None:
    # Four months of 2: 8 to 12 leaves each 1 to 7.
    public = protect(tables(MONTHS, [2] * 4 + [0] * 8), RULES)
    assert told(public["series"], "n") == [None] * 4 + [0] * 8


def test_months_without_an_event_are_hidden_where_they_would_tell_the_others() -> None:
    # 20 people a month; ten months with one event each, two with none: 10 in the year.
    public = protect(tables(MONTHS, [20] * 12, [1] * 10 + [0] * 2), RULES)
    series = public["series"]
    assert told(series, "n") == [20] * 12
    assert series["value"].isna().all() and not series["shown"].any()
    assert public["headline"]["year_value"].iloc[0] == pytest.approx(100 * 10 / 240)


def test_what_is_hidden_for_the_sake_of_others_is_in_the_record() -> None:
    hidden = protected(tables(MONTHS, [1] * 10 + [0] * 2), RULES).hidden
    rows = hidden[(hidden["table"] == "series") & (hidden["column"] == "n")]
    assert rows["kind"].tolist() == ["primary"] * 10 + ["secondary"] * 2


def test_half_years_of_6_and_7_stop_the_build_since_their_year_tells_them() -> None:
    # The year is shown as 15: 13 to 17. Two counts of at most 7 are then 6 and 7, or 7 and 7.
    with pytest.raises(DefinitionError) as caught:
        protect(tables(HALVES, [6, 7]), RULES)
    (problem,) = caught.value.problems
    assert problem.what == "a hidden count of 'm0' could be worked out from the public tables"
    assert problem.where == "disclosure.yml, service 's'"
    assert "'public_interval'" in problem.do
    assert not any(digit in f"{problem.what} {problem.where} {problem.do}" for digit in "67")


def test_half_years_of_5_and_4_are_hidden_and_their_year_is_shown() -> None:
    public = protect(tables(HALVES, [5, 4]), RULES)
    assert told(public["series"], "n") == [None, None] and told(public["headline"], "year_n") == [10]
