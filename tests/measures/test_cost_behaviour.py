"""What would fall if a pathway did not happen: the table of behaviour, and cost by kind."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from hand_made import a_service
from hypothesis import given
from hypothesis import strategies as st

from valuekit.errors import DefinitionError
from valuekit.extracts.schemas import code_labels, load_schemas
from valuekit.measures.money import costs
from valuekit.measures.money.cost_behaviour import SCHEMES, CostBehaviour, cost_kind, load_behaviour
from valuekit.project import Project

ROOT = Path(__file__).resolve().parents[2]
HEAD = "resource,behaviour,touches_patient\n"
BEHAVIOUR = CostBehaviour(
    {
        "behaviour": {"DRG": "variable", "NUR": "semi-variable", "OVH": "fixed"},
        "touches_patient": {"DRG": "yes", "NUR": "yes", "OVH": "no"},
    }
)


def load(tmp_path: Path, text: str) -> CostBehaviour:
    (tmp_path / "cost_behaviour.csv").write_text(HEAD + text, encoding="utf-8")
    return load_behaviour(tmp_path, ("DRG", "NUR"))


def test_the_shipped_table_sorts_every_resource_of_the_schemas():
    codes = code_labels(load_schemas(Project(ROOT), ()))["resources"]
    found = load_behaviour(ROOT / "data" / "reference", tuple(codes))
    assert all(set(kinds) == set(codes) for kinds in found.kinds.values())


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("DRGS,variable,yes\nNUR,fixed,yes\n", r"cost_behaviour.csv:2: there is no resource 'DRGS'.*'DRG'"),
        ("DRG,variable,yes\n", "the resource 'NUR' of schemas/codes.yaml has no row"),
        ("DRG,variable,yes\nDRG,fixed,yes\nNUR,fixed,no\n", "csv:3: the resource 'DRG' stands twice"),
        ("DRG,varible,yes\nNUR,fixed,no\n", "'varible' is not a valid behaviour.*'variable'"),
        ("DRG,variable,maybe\nNUR,fixed,no\n", "'maybe' is not a valid touches_patient"),
    ],
)
def test_a_table_that_cannot_be_right_is_refused_with_the_nearest_name(tmp_path, text, says):
    with pytest.raises(DefinitionError, match=says):
        load(tmp_path, text)


def a_year(pence: dict[str, list[int]]) -> costs.CompleteYear:
    pathways = [f"p{i}" for i in range(len(next(iter(pence.values()))))]
    cost = pd.DataFrame(
        [
            {"pathway": p, "resource": resource, "pence": values[i]}
            for resource, values in pence.items()
            for i, p in enumerate(pathways)
        ]
    )
    return costs.CompleteYear(a_service(), None, pd.DataFrame({"pathway": pathways}), cost)


def test_cost_by_kind_of_two_pathways_by_hand():
    year = a_year({"DRG": [30_000, 50_000], "NUR": [90_000, 70_000], "OVH": [20_000] * 2})
    rows = cost_kind(year, BEHAVIOUR).set_index(["scheme", "kind"])
    assert rows.loc["behaviour", "per_pathway"].tolist() == [400.0, 800.0, 200.0]
    assert rows.loc[("touches_patient", "no"), "share"] == pytest.approx(400 / 2_800)
    # Nursing: 900 and 700, standard error 100, t(0.975, 1) = 12.7062.
    ends = rows.loc[("behaviour", "semi-variable"), ["lower", "upper"]].tolist()
    assert ends == pytest.approx([800 - 1_270.62, 800 + 1_270.62], rel=1e-5)


@given(st.lists(st.tuples(*[st.integers(-9_000, 9_000_000)] * 3), min_size=1, max_size=9))
def test_the_kinds_of_each_scheme_add_up_to_the_whole_cost(rows):
    pence = dict(zip(("DRG", "NUR", "OVH"), map(list, zip(*rows, strict=True)), strict=True))
    found = cost_kind(a_year(pence), BEHAVIOUR)
    for scheme in SCHEMES:
        amount = found.loc[found["scheme"] == scheme, "amount"]
        assert round(amount.mul(100)).sum() == sum(map(sum, rows))


def test_without_pathways_there_are_kinds_and_no_figures():
    none = costs.CompleteYear(
        a_service(),
        None,
        pd.DataFrame({"pathway": pd.Series(dtype="str")}),
        pd.DataFrame({"pathway": [], "resource": [], "pence": []}),
    )
    found = cost_kind(none, BEHAVIOUR)
    assert found["amount"].eq(0).all() and found["per_pathway"].isna().all()
