"""What public sums of money tell: each is a sum of the finest cells, known to half a step of its rounding."""

from __future__ import annotations

import math
from dataclasses import dataclass

import pandas as pd

from valuekit.measures.protection.attack.bounds import Known
from valuekit.measures.protection.attack.figures import Tables

KEYS = {"stage_cost": ("stage", "resource"), "department_cost": ("department",)}


@dataclass(frozen=True)
class HiddenSum:
    """A hidden sum: where it stood, its finest cells, and the pounds for each pathway that it truly is."""

    table: str
    where: str
    cells: tuple
    true: float


def read(shown: Tables, true: Tables, finest: pd.DataFrame, *, step: float) -> tuple[Known, list[HiddenSum]]:
    """What the public tables of cost tell of pounds for each pathway, and the sums that they hide.

    Parameters
    ----------
    finest
        ``service``, ``stage``, ``resource``, ``department`` of every cell that holds any cost: the attacker
        knows who buys what, not for how much.
    step
        Pounds to which the cost per pathway is rounded.
    """
    known, hidden = Known(), []
    for table, keys in KEYS.items():
        key = ["service", *keys]
        truth = true[table].set_index(key)["per_pathway"]
        for row in shown[table].to_dict("records"):
            mine = finest[(finest[key] == pd.Series({k: row[k] for k in key})).all(axis=1)]
            cells = tuple(
                mine[["service", "stage", "resource", "department"]].itertuples(index=False, name=None)
            )
            pounds = row["per_pathway"]
            place = tuple(row[k] for k in key)
            if not math.isnan(pounds):
                known.between(cells, pounds - step / 2, pounds + step / 2)
            elif cells:
                hidden.append(HiddenSum(table, " ".join(place), cells, float(truth[place])))
    return known, hidden
