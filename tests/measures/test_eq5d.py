"""EQ-5D indices against the published value sets."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from valuekit.errors import DefinitionError
from valuekit.measures.people import eq5d

SETS = eq5d.value_sets()


def index(profile: str, value_set: str) -> float:
    return float(eq5d.index(pd.Series([profile]), value_set, SETS).iloc[0])


@pytest.mark.parametrize(
    ("value_set", "profile", "expected"),
    [
        ("uk_3l_tto_1997", "11111", 1.0),
        ("uk_3l_tto_1997", "11223", 0.255),  # the worked example of Dolan 1997
        ("uk_3l_tto_1997", "33333", -0.594),  # the lowest value of the set
        ("uk_3l_tto_1997", "21111", 0.850),  # 1 − 0.081 − 0.069
        ("england_5l_vt_2018", "11111", 1.0),
        ("england_5l_vt_2018", "21111", 0.942),
        ("england_5l_vt_2018", "55555", -0.285),  # Devlin and others 2018: the lowest value
        ("uk_5l_vt_2026", "11111", 1.0),
        ("uk_5l_vt_2026", "55555", -0.567),  # by hand: 1 − 0.279 − 0.206 − 0.212 − 0.479 − 0.391
        ("uk_5l_vt_2026", "12345", 0.114),  # by hand: 1 − 0 − 0.038 − 0.086 − 0.371 − 0.391 = 0.114
        (eq5d.CROSSWALK, "11112", 0.879),
        (eq5d.CROSSWALK, "55555", -0.594),  # van Hout 2012: the worst state is that of the 3L set
    ],
)
def test_a_profile_has_the_index_of_its_published_value_set(value_set, profile, expected):
    assert index(profile, value_set) == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize(
    ("value_set", "profiles"), [(n, 3125 if s.instrument == "EQ-5D-5L" else 243) for n, s in SETS.items()]
)
def test_a_value_set_knows_every_profile_of_its_instrument_and_full_health_is_1(value_set, profiles):
    known = SETS[value_set].index
    assert len(known) == profiles
    assert known["11111"] == max(known.values()) == 1
    assert min(known.values()) == known[max(known)]


@given(st.lists(st.integers(1, 5), min_size=5, max_size=5), st.integers(0, 4))
def test_a_worse_level_in_one_dimension_never_raises_the_index(levels, place):
    worse = [min(level + (i == place), 5) for i, level in enumerate(levels)]
    for value_set in ("england_5l_vt_2018", "uk_5l_vt_2026"):
        known = SETS[value_set].index
        assert known["".join(map(str, worse))] <= known["".join(map(str, levels))]


def test_a_missing_profile_stays_missing():
    found = eq5d.index(pd.Series(["11111", None]), "uk_5l_vt_2026", SETS)
    assert found.tolist()[0] == 1 and found.isna().tolist() == [False, True]


def test_an_unknown_value_set_is_an_error_that_names_the_nearest():
    with pytest.raises(DefinitionError, match=r"no value set 'uk_5l_vt_2025'.*Did you mean 'uk_5l_vt_2026'"):
        eq5d.index(pd.Series(["11111"]), "uk_5l_vt_2025", SETS)


def test_profiles_that_the_instrument_does_not_have_are_counted_and_not_shown():
    with pytest.raises(DefinitionError) as caught:
        eq5d.index(pd.Series(["11111", "41111", "1111"]), "uk_3l_tto_1997", SETS)
    assert "2 of 3 profiles are not EQ-5D-3L profiles" in str(caught.value)
    assert "41111" not in str(caught.value)
