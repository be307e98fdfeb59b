"""Which codes a definition means by the beginnings it gives."""

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from valuekit.measures.diagnoses import has_any, named_by

CODES = pd.Series(["I634", "I61", None, "K746", "I6", "B182"])


def test_a_code_has_any_of_the_diagnoses_whose_beginning_it_has_and_no_code_has_none():
    assert list(has_any(CODES, ["I63", "B18"])) == [True, False, False, False, False, True]


def test_a_code_is_named_by_the_first_beginning_that_fits():
    named = named_by(CODES, ["I6", "I63", "B18"])
    assert list(named.fillna("-")) == ["I6", "I6", "-", "-", "I6", "B18"]


@given(st.lists(st.none() | st.text("AB1", max_size=3)), st.lists(st.text("AB1", min_size=1, max_size=2)))
def test_both_agree_with_python_on_each_code(codes, beginnings):
    column = pd.Series(codes, dtype="str")
    told = [code is not None and code.startswith(tuple(beginnings)) for code in codes]
    assert list(has_any(column, beginnings)) == told
    assert list(named_by(column, beginnings).notna()) == told
