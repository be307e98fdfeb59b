"""Disclosure control, number by number: what is small, how the rest is rounded, which partner goes too."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from public_tables import RULES

from valuekit.measures.protection import suppression
from valuekit.measures.protection.disclosure import protect_notes


@given(st.integers(0, 2000))
def test_a_count_is_hidden_zero_or_within_two_of_what_is_shown(count):
    shown = float(suppression.counts(count, RULES))
    if 1 <= count <= 7:
        assert np.isnan(shown)
    else:
        assert shown % 5 == 0 and abs(shown - count) <= 2 and (shown == 0) == (count == 0)


@pytest.mark.parametrize(
    ("numerator", "n", "shown"),
    [
        (8, 16, (10, 15)),
        (0, 20, (0, 20)),
        (20, 20, (20, 20)),
        (7, 40, None),
        (33, 40, None),
        (0, 7, None),
        (32, 40, (30, 40)),
        (1, 1, None),
        (18, 26, (20, 25)),
    ],
)
def test_a_share_shows_rounded_parts_unless_one_side_is_few(numerator, n, shown):
    top, bottom, hidden = suppression.share_parts(numerator, n, RULES)
    assert bool(hidden) == (shown is None)
    if shown:
        assert (float(top), float(bottom)) == shown


@pytest.mark.parametrize(
    ("pence", "dominated"),
    [
        ([100] * 7, True),  # seven people
        ([100] * 8, False),
        ([4500, 4500] + [100] * 10, True),  # two hold exactly nine tenths
        ([4500, 4490] + [100] * 11, False),
        ([100] * 8 + [0] * 50, False),
        ([100] * 7 + [0] * 50, True),  # who holds nothing does not count
        ([-9000, 50] + [10] * 20, True),  # a credit counts by its size
        ([], False),
    ],
)
def test_a_sum_is_dominated_where_few_hold_it_or_two_hold_nine_tenths(pence, dominated):
    assert suppression.is_dominated(pence, RULES) is dominated


def test_the_partner_of_a_hidden_cell_is_the_smallest_that_makes_them_safe_together():
    size = np.array([3.0, 50.0, 4.0, 20.0, 0.0])
    found = suppression.partners(size == 3, size, lambda chosen: size[chosen].sum() < 8)
    assert found.tolist() == [False, False, True, True, False]  # 3 + 4 are still 7: the 20 goes as well
    none = suppression.partners(np.zeros(5, bool), size, lambda chosen: True)
    assert not none.any()


@pytest.mark.parametrize(
    ("note", "safe"),
    [
        ("1 of the rows belongs to later months", "fewer than 8 of the rows belongs to later months"),
        ("The amount of 12 rows is not known", "The amount of 10 rows is not known"),
        ("25 of 8,692 people", "25 of 8,690 people"),
        ("0 rows", "0 rows"),
        ("£10,001.38 is in no figure", "an amount is in no figure"),
        ("read as Windows-1252, not UTF-8", "read as Windows-1252, not UTF-8"),
        ("to 31 October 2026, over 36 months (2026-10)", "to 31 October 2026, over 36 months (2026-10)"),
        ("0.4% of the rows", "0% of the rows"),
    ],
)
def test_a_note_keeps_its_words_and_its_figures_keep_to_the_rule(note, safe):
    assert protect_notes([note], RULES) == (safe,)
