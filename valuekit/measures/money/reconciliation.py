"""The proof that no pound is lost: everything adds up to the cost ledger, to the penny.

Pathway cost + cost outside pathways + unmatched cost = the ledger total (the quantum of the
costing standards: general ledger → cost ledger → patients → the accounts).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import pandas as pd

from valuekit.measures.definition.definitions import ServiceDefinition
from valuekit.measures.pathways import Linked

if TYPE_CHECKING:
    from valuekit.extracts import Intake

WORDS = {
    "outside": "Care outside these pathways",
    "unmatched:no_activity": "Cost lines that match no known activity",
    "unmatched:set_aside": "Cost lines set aside because they broke a rule",
    "unmatched:difference": "Ledger less all cost lines",
    "ledger": "Ledger total",
}


def lines_in_pence(intake: Intake, linked: Linked, services: Iterable[ServiceDefinition]) -> dict[str, int]:
    """Every line of the reconciliation, in order, in whole pence; all but the last add up to the last.

    ``unmatched:difference`` is what the ledger holds and no cost line explains; it is negative
    when the lines hold more than the ledger.
    """
    places = linked.cost_place
    pathway = places[places["place"] == "pathway"].groupby("service")["pence"].sum()
    other = places.groupby("place")["pence"].sum()
    lines = {f"pathway:{s.service}": int(pathway.get(s.service, 0)) for s in services}
    lines["outside"] = int(other.get("outside", 0))
    lines["unmatched:no_activity"] = int(other.get("no_activity", 0))
    lines["unmatched:set_aside"] = int(intake.set_aside_pence)
    ledger = int(intake.tables["ledger"]["pence"].sum())
    lines["unmatched:difference"] = ledger - sum(lines.values())
    return {**lines, "ledger": ledger}


def reconciliation(intake: Intake, linked: Linked, services: Iterable[ServiceDefinition]) -> pd.DataFrame:
    """The mart's table: `position`, `line`, `name`, `amount` (pounds and pence), `share` of the ledger."""
    services = tuple(services)
    lines = lines_in_pence(intake, linked, services)
    names = {f"pathway:{s.service}": f"{s.name} pathways" for s in services} | WORDS
    total = lines["ledger"]
    return pd.DataFrame(
        {
            "position": range(1, len(lines) + 1),
            "line": list(lines),
            "name": [names[line] for line in lines],
            "amount": [pence / 100 for pence in lines.values()],
            "share": [pence / total if total else float("nan") for pence in lines.values()],
        }
    )


def contributions(linked: Linked) -> pd.DataFrame:
    """Who holds each line: `line`, `patient`, `pence`; lines that no patient holds have no rows."""
    places = linked.cost_place.dropna(subset=["patient"])
    on_pathway = places["place"] == "pathway"
    line = places["place"].where(~on_pathway, "pathway:" + places["service"].fillna(""))
    return places.assign(line=line)[["line", "patient", "pence"]].reset_index(drop=True)
