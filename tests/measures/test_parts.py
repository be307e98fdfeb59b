"""What each service is worked out from: its own people's rows, found once."""

from __future__ import annotations

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from valuekit.measures.parts import joined, one_below_the_other, rows_by

CONTACTS = pd.DataFrame({"patient": ["b", "a", None, "b", "c"], "cost": [1, 2, 3, 4, 5]})


def test_rows_keep_the_order_of_the_table_and_their_index() -> None:
    found = rows_by(CONTACTS, "patient")(["c", "b"])
    assert list(found.index) == [0, 3, 4]
    assert found["cost"].tolist() == [1, 4, 5]


def test_who_has_no_rows_has_an_empty_table_with_its_columns() -> None:
    found = rows_by(CONTACTS, "patient")(["nobody"])
    assert len(found) == 0
    assert found.dtypes.equals(CONTACTS.dtypes)


@given(st.lists(st.sampled_from("abcde"), max_size=30), st.lists(st.sampled_from("abcdef"), unique=True))
def test_rows_are_those_that_a_search_of_all_rows_finds(keys: list[str], wanted: list[str]) -> None:
    table = pd.DataFrame({"key": pd.Series(keys, dtype="str"), "row": range(len(keys))})
    pd.testing.assert_frame_equal(rows_by(table, "key")(wanted), table[table["key"].isin(wanted)])


def test_tables_of_parts_stand_one_below_the_other_and_those_without_rows_change_no_kind() -> None:
    nothing = pd.DataFrame({"service": [], "n": []}, dtype=object)
    made = joined([{"t": nothing}, {"t": pd.DataFrame({"service": ["x"], "n": [2.5]})}, {"t": nothing}])
    assert made["t"]["n"].dtype == "float64"
    assert made["t"].to_dict("records") == [{"service": "x", "n": 2.5}]
    assert list(one_below_the_other([nothing, nothing]).columns) == ["service", "n"]


def test_without_parts_there_are_no_tables() -> None:
    assert joined([]) == {}
