"""Sums of money in linked tables: what one table hides, the other must not tell.

The cases are worked out by hand: ten pathways, pounds for each pathway rounded to £1.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from public_tables import RULES, stricter

from valuekit.measures.protection.linked import Sums, hidden_sums, sums_of


def held_by(*cells: tuple[str, str, str, list[int]]) -> pd.DataFrame:
    """Pence of each patient: one list a cell, the first patient's first."""
    return pd.DataFrame(
        [
            {
                "stage": stage,
                "resource": resource,
                "department": department,
                "patient": f"p{i}",
                "pence": pence,
            }
            for stage, resource, department, held in cells
            for i, pence in enumerate(held)
        ]
    )


EACH = [100_000] * 10
HELD = held_by(
    ("ward", "nurse", "WARD", EACH),
    ("ward", "doctor", "WARD", [20_000] * 10),
    ("ward", "drug", "PHARMACY", [500_000]),  # one patient's drug
    ("clinic", "drug", "PHARMACY", [30_000] * 10),
    ("clinic", "dressing", "PHARMACY", [90_000] * 10),
)


def tables(held: pd.DataFrame) -> dict[str, pd.DataFrame]:
    by = {"stage_cost": ["stage", "resource"], "department_cost": ["department"]}
    return {name: held.groupby(keys, as_index=False)["pence"].sum() for name, keys in by.items()}


@pytest.fixture
def sums() -> Sums:
    return sums_of(tables(HELD), HELD, 10)


NAMES = ["clinic dressing", "clinic drug", "ward doctor", "ward drug", "ward nurse", "PHARMACY", "WARD"]


def mask(*names: str) -> np.ndarray:
    return np.array([name in names for name in NAMES])


def test_the_other_table_tells_a_sum_that_is_hidden_with_a_partner_of_another_department(sums):
    # PHARMACY is £1,700 a pathway; less £300 and £900 that are shown leaves £500 ± £1.50 for the drug
    # on the ward, whatever else the first table hides.
    least, most = sums.possible(NAMES.index("ward drug"), mask("ward drug", "ward doctor"), RULES)
    assert (least, most) == pytest.approx((500_000 - 1500, 500_000 + 1500))


def test_a_partner_of_the_same_department_makes_it_safe(sums):
    # Hidden with £300 of drugs in clinic, the two are £800 ± £1: each may be anything from 0 to £801.
    least, most = sums.possible(NAMES.index("ward drug"), mask("ward drug", "clinic drug"), RULES)
    assert (least, most) == pytest.approx((0, 800_000 + 1000))


def test_the_partner_is_the_smallest_that_makes_the_sum_safe(sums):
    # £200 of doctors is smaller than £300 of drugs, but of another department.
    own, partner = hidden_sums(sums, RULES)
    assert own.tolist() == mask("ward drug").tolist()
    assert partner.tolist() == mask("clinic drug").tolist()


def test_stricter_protection_asks_for_a_larger_partner(sums):
    # To be possible twice over, £500 needs £500 besides: £300 is not enough, £900 is.
    _, partner = hidden_sums(sums, stricter(protection={"counts": 4, "money": 1.0}))
    assert partner.tolist() == mask("clinic dressing").tolist()


def test_where_nobody_holds_too_much_nothing_is_hidden():
    held = held_by(("ward", "nurse", "WARD", EACH), ("ward", "drug", "PHARMACY", EACH))
    own, partner = hidden_sums(sums_of(tables(held), held, 10), RULES)
    assert not own.any() and not partner.any()


def test_a_department_that_only_one_patient_used_takes_a_partner_in_both_tables():
    held = held_by(("ward", "nurse", "WARD", EACH), ("ward", "scan", "IMAGING", [400_000]))
    sums = sums_of(tables(held), held, 10)
    own, partner = hidden_sums(sums, RULES)
    hidden = own | partner
    for row in np.flatnonzero(own):
        least, most = sums.possible(row, hidden, RULES)
        assert least <= 200_000 and most >= 600_000
