"""The extracts and what is linked to them, in parts: one for each service.

What is worked out for one service needs only its own people. To search all rows for them again and again
would take as many looks as there are services times rows; so the rows are found once, by their keys.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from valuekit.measures.definition.definitions import ServiceDefinition
from valuekit.measures.pathways import Linked

if TYPE_CHECKING:
    from valuekit.extracts import Intake

OF_PEOPLE, OF_SERVICES = ("patients", "activity"), ("outcomes", "survey")
"""Extracts whose rows are about people, and those whose rows name the service that they are for."""


@dataclass(frozen=True)
class Part:
    """One service, with all that is known of the people on its pathways.

    Attributes
    ----------
    intake
        The extracts: of `patients` and `activity` all rows of these people, whatever the activity was for;
        of `outcomes` and `survey` those for this service; of the others everything.
    linked
        Its pathways, and what lies on them.
    site
        Hospital site by pathway, of these.
    """

    service: ServiceDefinition
    intake: Intake
    linked: Linked
    site: pd.Series


def by_service(
    intake: Intake, services: Sequence[ServiceDefinition], linked: Linked, site: pd.Series
) -> Iterator[Part]:
    """The part of each service, in the order of `services`. Rows keep their order."""
    people = {name: rows_by(intake.tables[name], "patient") for name in OF_PEOPLE}
    asked = {name: rows_by(intake.tables[name], "service") for name in OF_SERVICES}
    pathways = rows_by(linked.pathway, "service")
    on_pathways = {
        field.name: rows_by(getattr(linked, field.name), "pathway")
        for field in fields(Linked)
        if field.name not in ("pathway", "cost_place")
    }
    for service in services:
        own = pathways([service.service])
        tables = {name: rows(own["patient"].dropna().unique()) for name, rows in people.items()}
        tables |= {name: rows([service.service]) for name, rows in asked.items()}
        lying_on = {name: rows(own["pathway"]) for name, rows in on_pathways.items()}
        yield Part(
            service,
            replace(intake, tables={**intake.tables, **tables}),
            replace(linked, pathway=own, **lying_on),
            site.reindex(own["pathway"]),
        )


Rows = Callable[[Iterable[str]], pd.DataFrame]
"""Gives the rows of a table that have one of some values in its key."""


def rows_by(table: pd.DataFrame, key: str) -> Rows:
    """A function that gives the rows of `table` whose `key` is one of some values, in the table's order."""
    places: Mapping[str, np.ndarray] = table.groupby(key, sort=False).indices

    def rows(values: Iterable[str]) -> pd.DataFrame:
        found = [places[value] for value in values if value in places]
        return table.iloc[np.sort(np.concatenate(found))] if found else table.iloc[:0]

    return rows


def joined(tables: Iterable[Mapping[str, pd.DataFrame]]) -> dict[str, pd.DataFrame]:
    """The tables of all parts, one below the other."""
    made = list(tables)
    return {name: one_below_the_other([each[name] for each in made]) for name in (made[0] if made else ())}


def one_below_the_other(frames: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """`frames` as one, with a fresh index. Those without rows have columns of no kind, and are left out."""
    return pd.concat([frame for frame in frames if len(frame)] or frames[:1], ignore_index=True)
