"""How each cost behaves: what would fall if a pathway did not happen, and what is spent with the patient.

A resource is **variable** when its cost falls with each pathway fewer (drugs, devices), **semi-variable**
when it falls in steps, once enough pathways are fewer to change a rota or close beds (staff, wards), and
**fixed** when it stays whatever happens within the year (overheads). Behaviour is a property of the resource,
stated in ``data/reference/cost_behaviour.csv``, and so is whether the resource is spent on care that touches
the patient or on what stands behind it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from valuekit.config import nearest
from valuekit.errors import DefinitionError, Problem
from valuekit.measures.methods import Example, Method
from valuekit.measures.money.costs import CompleteYear
from valuekit.measures.reference import read_reference
from valuekit.measures.statistics import intervals

FILE = "cost_behaviour.csv"
COLUMNS = ("resource", "behaviour", "touches_patient")
BEHAVIOURS = {"variable": "Variable", "semi-variable": "Semi-variable", "fixed": "Fixed"}
TOUCHES = {"yes": "Care that touches the patient", "no": "What stands behind it"}
SCHEMES = {"behaviour": BEHAVIOURS, "touches_patient": TOUCHES}
"""Scheme → its kinds, in the order in which they are shown, with their names."""


@dataclass(frozen=True)
class CostBehaviour:
    """Resource → kind, by scheme (``behaviour``, ``touches_patient``)."""

    kinds: Mapping[str, Mapping[str, str]]

    def of(self, scheme: str, resource: pd.Series) -> pd.Series:
        """Kind of each resource; a resource that the table does not know is an error of loading, not here."""
        return resource.map(dict(self.kinds[scheme])).astype("str")


def load_behaviour(folder: Path, resources: Collection[str]) -> CostBehaviour:
    """The table of cost behaviour, checked against the resources of ``schemas/codes.yaml``.

    Parameters
    ----------
    folder
        ``data/reference``.
    resources
        Codes of every resource that a cost line may have.

    Raises
    ------
    DefinitionError
        A resource that is not in the code list (with the nearest that is), one that stands twice, one of the
        list that is missing, or a kind that does not exist: each with its line.
    """
    problems: list[Problem] = []
    kinds: dict[str, dict[str, str]] = {scheme: {} for scheme in SCHEMES}
    for line, row in read_reference(folder / FILE, COLUMNS):
        where, resource = f"{FILE}:{line}", row["resource"]
        if resource not in resources:
            what = f"there is no resource '{resource}'"
            problems.append(Problem(what, where, do=nearest(resource, tuple(resources))))
        elif resource in kinds["behaviour"]:
            problems.append(Problem(f"the resource '{resource}' stands twice", where, do="Keep one."))
        for scheme, names in SCHEMES.items():
            if row[scheme] not in names:
                what = f"'{row[scheme]}' is not a valid {scheme}"
                problems.append(Problem(what, where, do=nearest(row[scheme], tuple(names))))
            kinds[scheme][resource] = row[scheme]
    for resource in sorted(set(resources) - set(kinds["behaviour"])):
        what = f"the resource '{resource}' of schemas/codes.yaml has no row"
        problems.append(Problem(what, FILE, do="Add it, with how its cost behaves."))
    if problems:
        raise DefinitionError(problems)
    return CostBehaviour(kinds)


def with_kinds(stage_cost: pd.DataFrame, behaviour: CostBehaviour) -> pd.DataFrame:
    """The table ``stage_cost`` with the kind of each resource under each scheme."""
    return stage_cost.assign(**{scheme: behaviour.of(scheme, stage_cost["resource"]) for scheme in SCHEMES})


def cost_kind(year: CompleteYear, behaviour: CostBehaviour) -> pd.DataFrame:
    """Cost of the pathways by kind, under each scheme: mean a pathway with its interval, and the share.

    Returns
    -------
    pandas.DataFrame
        `scheme`, `kind`, `name`, `position`, `n` (pathways), `amount` (pounds), `per_pathway` (pounds),
        `lower`, `upper` (Student's t interval of the mean, 95%), `share` (of the whole cost, 0 to 1),
        `complete` (whether every part of it is in the figure). The kinds of a scheme add up to the whole
        cost to the penny.
    """
    rows = []
    order = pd.Index(year.pathway["pathway"])
    whole = int(year.cost["pence"].sum())
    for scheme, names in SCHEMES.items():
        kind = behaviour.of(scheme, year.cost["resource"])
        each = year.cost["pence"].groupby([year.cost["pathway"], kind]).sum().unstack(fill_value=0)
        each = each.reindex(index=order, columns=list(names), fill_value=0)
        for position, (name, words) in enumerate(names.items(), 1):
            pence = each[name].to_numpy("int64")
            mean, ends = intervals.mean_of(pence / 100)
            rows.append(
                {
                    "scheme": scheme,
                    "kind": name,
                    "name": words,
                    "position": position,
                    "n": year.n,
                    "amount": int(pence.sum()) / 100,
                    "per_pathway": mean,
                    "lower": float(ends.lower),
                    "upper": float(ends.upper),
                    "share": int(pence.sum()) / whole if whole > 0 else np.nan,
                    "complete": True,
                }
            )
    return pd.DataFrame(rows)


def _example() -> Example:
    inputs = pd.DataFrame(
        {
            "Resource": ["Drugs", "Nursing staff", "Overheads"],
            "Behaviour": ["variable", "semi-variable", "fixed"],
            "Pathway A (£)": [300, 900, 200],
            "Pathway B (£)": [500, 700, 200],
        }
    )
    pathway = pd.DataFrame({"pathway": ["A", "B"]})
    codes = ["DRG", "NUR", "OVH"]
    cost = pd.DataFrame(
        {
            "pathway": ["A"] * 3 + ["B"] * 3,
            "resource": codes * 2,
            "pence": [30_000, 90_000, 20_000, 50_000, 70_000, 20_000],
        }
    )
    kinds = dict(zip(codes, BEHAVIOURS, strict=True))
    behaviour = CostBehaviour({"behaviour": kinds, "touches_patient": dict.fromkeys(codes, "yes")})
    found = cost_kind(CompleteYear(None, None, pathway, cost), behaviour)
    each = found[found["scheme"] == "behaviour"].set_index("kind")["per_pathway"]
    return Example(
        says="Two pathways and three resources.",
        inputs=inputs,
        steps=(
            "Add up each behaviour over the pathways and divide by their number.",
            "Variable: (300 + 500) ÷ 2. Semi-variable: (900 + 700) ÷ 2. Fixed: (200 + 200) ÷ 2.",
        ),
        result={names: float(each[kind]) for kind, names in BEHAVIOURS.items()},
        published={"Variable": 400.0, "Semi-variable": 800.0, "Fixed": 200.0},
        published_in="worked out by hand",
        decimals=0,
        unit="£",
    )


METHODS = (
    Method(
        id="cost_behaviour",
        name="Fixed, semi-variable and variable cost",
        question="What would fall if a pathway did not happen?",
        formula="Cost of every resource of a behaviour, summed over the pathways, divided by the pathways. "
        "Variable cost falls with the next pathway fewer. Semi-variable cost falls in steps, when enough "
        "pathways are fewer. Fixed cost stays.",
        units="Whole pence in; pounds a pathway out. Student's t interval, 95%.",
        source="Drummond and others 2015, Methods for the Economic Evaluation of Health Care Programmes, "
        "4th ed. (marginal, average and fixed cost); NHS England, Approved Costing Guidance. "
        "Each resource is sorted in data/reference/cost_behaviour.csv.",
        fails="A resource without a row is refused when the table is read. The sorting holds for a year: "
        "over several years most cost can change. A resource is of one behaviour in every stage, which is a "
        "simplification.",
        function="valuekit.measures.money.cost_behaviour.cost_kind",
        example=_example,
        group="Cost and flow",
    ),
)
