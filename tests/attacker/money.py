"""What public sums of money tell: each is a sum of the finest cells, known to half a step of its rounding."""

from __future__ import annotations

import math
from dataclasses import dataclass

import pandas as pd

from valuekit.measures.protection.attack.bounds import Known
from valuekit.measures.protection.attack.counts import Rounding
from valuekit.measures.protection.attack.figures import Tables
from valuekit.measures.protection.suppression import Rules

KEYS = {"stage_cost": ("stage", "resource"), "department_cost": ("department",)}


@dataclass(frozen=True)
class HiddenSum:
    """A hidden sum: where it stood, its finest cells, and the pounds that it truly is."""

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


GROUPS = {"need": "fifth", "segment": "segment"}
"""Tables of people and pounds by group, which add up to a service."""


def read_groups(shown: Tables, true: Tables, rules: Rules) -> tuple[Known, list[HiddenSum]]:
    """What the public tables of groups tell of their pounds, and the sums that they hide.

    Each shown sum is a rounded number of people × their rounded mean cost; so is the service's. People whose
    fifth is not known hold the rest; everybody is in a segment.
    """
    known, hidden = Known(), []
    whole = shown["cost_summary"].set_index("service")
    for table, key in GROUPS.items():
        truth = true[table].set_index(["service", key])["amount"]
        for service, rows in shown[table].groupby("service", sort=False):
            cells = {group: (table, service, group) for group in rows[key]}
            for row in rows.to_dict("records"):
                cell = cells[row[key]]
                if not math.isnan(row["mean"]) and not math.isnan(row["n"]):
                    known.between([cell], *_pounds(row["n"], row["mean"], rules))
                elif (amount := float(truth[service, row[key]])) > 0:
                    hidden.append(HiddenSum(table, f"{service} {row[key]}", (cell,), amount))
            rest = [(table, service, "not known")] if table == "need" else []
            total = whole.loc[service]
            if not math.isnan(total["mean"]) and not math.isnan(total["n"]):
                known.between([*cells.values(), *rest], *_pounds(total["n"], total["mean"], rules))
    return known, hidden


def _pounds(n: float, mean: float, rules: Rules) -> tuple[float, float]:
    """Least and most pounds behind a rounded number of people and their rounded mean cost."""
    few, many = Rounding.of(rules).behind(n)
    step = rules.round_money.mean / 2
    return few * max(mean - step, 0), many * (mean + step)
