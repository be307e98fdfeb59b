"""Cost by kind, steady prices, drivers and flow in public: what is shown adds up and tells no more."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from public_flow import PARTS
from public_tables import CASES, RULES, case, filled

from valuekit.mart import conform
from valuekit.measures.protection.disclosure import protect
from valuekit.measures.protection.flow import DAYS_TO

every_case = pytest.mark.parametrize(
    "made", [pytest.param(case_, id="-".join(map(str, case_[0]))) for case_ in CASES], indirect=True
)


@pytest.fixture
def made(request):
    return case(*request.param)


def numbers(column: pd.Series) -> np.ndarray:
    return column.astype("Float64").to_numpy(float, na_value=np.nan)


@every_case
def test_the_public_drivers_still_add_up_from_rounded_unit_costs_and_counts(made):
    table = made.public["cost_driver"]
    shown = table[table["shown"]]
    assert table.loc[~table["shown"], ["amount", "lower", "upper"]].isna().all(axis=None)
    for _, rows in shown.groupby("service"):
        unit = rows[rows["basis"] == "unit"].set_index("part")["amount"]
        spend = rows[rows["basis"] == "spend"].set_index("part")["amount"]
        n, before_n = rows["n"].iloc[0], rows["before_n"].iloc[0]
        assert (unit % RULES.round_money.mean == 0).all()
        assert unit[list(PARTS)].sum() == unit["change"] == unit["after"] - unit["before"]
        assert spend["after"] == n * unit["after"] and spend["before"] == before_n * unit["before"]
        assert spend[["volume", *PARTS]].sum() == pytest.approx(spend["change"], abs=1e-6)
        assert spend["change"] == pytest.approx(spend["after"] - spend["before"], abs=1e-6)


@every_case
def test_cost_by_kind_is_no_more_than_the_cells_that_are_shown(made):
    cells, kinds = made.public["stage_cost"], made.public["cost_kind"]
    for row in kinds[kinds["n"].notna()].itertuples():
        own = cells[(cells["service"] == row.service) & (cells[row.scheme] == row.kind)]
        assert row.per_pathway == own["per_pathway"].sum()
        assert row.complete == own["shown"].all()
        if not row.complete:
            assert np.isnan(row.lower) and np.isnan(row.upper)


@every_case
def test_steps_and_stages_that_few_took_are_not_listed(made):
    for table, keys in (("flow_step", ["from_stage", "to_stage"]), ("flow_stage", ["stage"])):
        raw = made.raw[table].set_index(["service", *keys])["pathways"]
        public = made.public[table]
        listed = {tuple(row) for row in public[["service", *keys]].itertuples(index=False)}
        assert listed == set(raw[raw >= RULES.smallest_count].index) or (listed == set() and raw.max() < 8)


@every_case
def test_a_share_of_all_but_few_is_not_shown_nor_is_its_count(made):
    for table, keys in (("flow_step", ["from_stage", "to_stage"]), ("flow_stage", ["stage"])):
        raw = made.raw[table].set_index(["service", *keys])
        missing = numbers(raw["n"]) - numbers(raw["pathways"])
        few = raw[(missing > 0) & (missing < RULES.smallest_count)].index
        public = made.public[table].set_index(["service", *keys])
        hidden = public[public.index.isin(few)]
        assert hidden[["pathways", "share", "back"]].isna().all(axis=None)


@every_case
def test_percentiles_of_days_have_enough_beyond_them_and_are_rounded(made):
    table = made.public["flow_step"]
    for column, beyond in (("wait_median", 0.5), ("wait_p90", 0.1)):
        shown = table[table[column].notna() & table["pathways"].notna()]
        # The rounded count may be up to two above the true one.
        assert (np.floor((numbers(shown["pathways"]) + 2) * beyond) >= RULES.smallest_tail).all()
        assert (shown[column] % DAYS_TO == 0).all()


def test_the_order_of_steps_is_that_of_what_is_shown():
    steps = filled(
        "flow_step", service=["s"] * 3, from_stage=list("abc"), from_position=[1, 2, 3], n=[100] * 3,
        pathways=[21, 22, 40], times=[21, 22, 40], back=[0, 0, 0],
    )  # fmt: skip
    tables = dict(case(*CASES[0]).raw) | {"flow_step": steps}
    public = protect(tables, RULES, case(*CASES[0]).held)["flow_step"]
    # 21 and 22 both round to 20: shown in the order of the pathway.
    assert public["from_stage"].tolist() == ["c", "a", "b"] and public["pathways"].tolist() == [40, 20, 20]


def test_means_of_few_pathways_are_hidden_and_others_rounded_to_tens():
    table = filled("price_cost", service=["a", "b"], n=[7, 12], cash=[1_234.0] * 2, real=[1_236.0] * 2)
    tables = dict(case(*CASES[0]).raw) | {"price_cost": conform("price_cost", table)}
    public = protect(tables, RULES, case(*CASES[0]).held)["price_cost"]
    assert public[["cash", "real"]].isna().all(axis=1).tolist() == [True, False]
    assert public.loc[1, ["n", "cash", "real"]].tolist() == [10, 1_230.0, 1_240.0]
