"""What came in: the only room that sees a person's identifiers.

:func:`take_in` tells the story: find the month's files, read them as text, type them, ask whether each file
can be trusted, hold every row to its schema, take the identifiers away, store.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from valuekit.errors import ExtractError, Problem
from valuekit.extracts.bulk import Bulk, bulk_of
from valuekit.extracts.drop import Converted, Drop, DropFile, latest_period, open_drop, plics_paths
from valuekit.extracts.gather import gather_files
from valuekit.extracts.plain_rows import can_be_told
from valuekit.extracts.plics.as_extracts import convert
from valuekit.extracts.plics.importer import Settings
from valuekit.extracts.pseudonymise import pseudonym_key, read_deciles, replace_identifiers
from valuekit.extracts.quality import quality_file, quality_rule, quarantine_list, set_aside_pence
from valuekit.extracts.schemas import ExtractSchema, code_labels, dictionary_frame, load_schemas
from valuekit.extracts.store import write_store
from valuekit.extracts.trust import doubts, systematic
from valuekit.extracts.typed import Typed, type_columns, up_to
from valuekit.extracts.validate import held_identifiers, judge_rows
from valuekit.project import Month, Project

__all__ = ["Intake", "latest_period", "load_schemas", "take_in"]

COSTS = "cost_lines"


@dataclass(frozen=True)
class Intake:
    """What the next room gets: no identifier, no row that broke a rule, and all that was found on the way.

    Attributes
    ----------
    organisation, synthetic
        Whose data it is, and whether it is about nobody.
    period
        The month that is reported.
    notes
        What a reader should know of the drop, in words.
    tables
        Extract → frame. Dates are ``datetime64[us]``, months text (``2026-10``), money `pence` (int64),
        missing text NaN.
    codes
        Code list, or ``extract.column`` → code → label.
    quality_file, quality_rule, dictionary
        As the mart names their columns.
    set_aside_pence
        Cost lines in quarantine, as far as their amounts can be read.
    store
        Folder with the same tables as Parquet, one file each.
    large
        Extract → its file in `store`, for those that are too large for a frame and so not in `tables`.
    """

    organisation: str
    synthetic: bool
    period: Month
    notes: tuple[str, ...]
    tables: Mapping[str, pd.DataFrame]
    codes: Mapping[str, Mapping[str, str]]
    quality_file: pd.DataFrame
    quality_rule: pd.DataFrame
    dictionary: pd.DataFrame
    set_aside_pence: int
    store: Path
    large: Mapping[str, Path] = field(default_factory=dict)


def take_in(project: Project, period: Month | None, services: list[str], build_folder: Path) -> Intake:
    """Read, validate, pseudonymise and store the month's drop.

    Parameters
    ----------
    project
        Whose `data/extracts`, `data/reference` and `schemas` are read.
    period
        The month to report; None for the newest in the drop.
    services
        Identifiers of the services that are defined.
    build_folder
        Where `store/` and `quarantine.csv` are written, once nothing stands against it.

    Raises
    ------
    ExtractError
        Files that cannot be trusted, every fault at once. Nothing has been written.
    DefinitionError
        A schema that does not say what it must.
    """
    schemas = load_schemas(project, services)
    period = period or latest_period(project)
    drop, faults = open_drop(
        project, schemas, period, lambda synthetic: _from_plics(project, period, synthetic)
    )

    with ExitStack() as open_until_stored:
        every = _read_all(schemas, drop, project.imported, open_until_stored)
        people = every.people
        extracts = {name: judge_rows(extract, period, people) for name, extract in every.typed.items()}
        faults += every.faults
        faults += [fault for extract in extracts.values() for fault in systematic(extract, period)]
        key, deciles, found = _secrets(project, drop)
        faults += found
        if faults:
            raise ExtractError(faults)

        safe, notes = replace_identifiers(
            {name: extract.accepted for name, extract in extracts.items()}, schemas, key, deciles
        )
        tables = {name: _in_pence(schemas[name], frame) for name, frame in safe.items()}
        large = {name: partial(bulk.write, more=tables.pop(name)) for name, bulk in every.large.items()}
        store = write_store(build_folder, tables, quarantine_list(extracts.values()), large)
    return Intake(
        drop.organisation,
        drop.synthetic,
        period,
        (*drop.notes, *notes),
        tables,
        code_labels(schemas),
        quality_file(extracts.values(), every.waiting, period),
        quality_rule(extracts.values()),
        dictionary_frame(schemas),
        set_aside_pence(extracts[COSTS]) if COSTS in extracts else 0,
        store,
        {name: store / f"{name}.parquet" for name in large},
    )


@dataclass(frozen=True)
class _Read:
    """Every extract: `typed`, without the plain rows of those in `large`."""

    typed: dict[str, Typed]
    waiting: dict[str, np.ndarray]
    large: dict[str, Bulk]
    people: Mapping[str, pa.Array]
    faults: list[Problem]


def _read_all(
    schemas: Mapping[str, ExtractSchema], drop: Drop, scratch: Path, open_until_stored: ExitStack
) -> _Read:
    """Read the extracts; those that may be large after the others, whose people must not be named in them."""
    read: dict[str, tuple[Typed, np.ndarray]] = {}
    large: dict[str, Bulk] = {}
    faults: list[Problem] = []
    people: Mapping[str, pa.Array] | None = None
    for name in sorted(schemas, key=lambda name: can_be_told(schemas[name])):
        bulk = None
        if can_be_told(schemas[name]):
            people = people or held_identifiers(typed for typed, _ in read.values())
            bulk = bulk_of(schemas[name], drop.of(name), drop.period, people, scratch)
        if bulk is not None:
            open_until_stored.callback(bulk.close)
            large[name] = bulk
        typed, waiting, found = _read(schemas[name], drop, bulk)
        read[name] = typed, waiting
        faults += found
    people = people or held_identifiers(typed for typed, _ in read.values())
    in_order = {name: read[name] for name in schemas}
    return _Read(
        {name: typed for name, (typed, _) in in_order.items()},
        {name: waiting for name, (_, waiting) in in_order.items()},
        large,
        people,
        faults,
    )


def _read(schema: ExtractSchema, drop: Drop, bulk: Bulk | None) -> tuple[Typed, np.ndarray, list[Problem]]:
    """One extract, typed; the rows of each file that wait for a later period; the faults of its files."""
    text, faults = bulk.gathered() if bulk else gather_files(schema, drop.of(schema.name))
    extract = type_columns(text)
    faults += doubts(extract, drop.totals)
    return *up_to(extract, drop.period), faults


def _from_plics(project: Project, period: Month, synthetic: bool) -> Converted:
    """The drop's PLICS files as files of the extracts, in the import store."""
    paths = plics_paths(project)
    if not paths:
        return [], [], []
    try:
        settings = Settings(pseudonym_key(project, synthetic), read_deciles(project))
    except ExtractError:
        return [], [], []  # the same faults are found, and said, with the drop's other secrets
    converted, notes, faults = convert(paths, period, project.imported / "plics", project.reference, settings)
    files = [
        DropFile(c.path, c.extract, c.source.month, c.source.month, c.source.name, c.notes) for c in converted
    ]
    return files, notes, faults


def _secrets(project: Project, drop: Drop) -> tuple[str, pd.Series, list[Problem]]:
    """The pseudonym key and the deprivation look-up, or what is wrong with them."""
    key, deciles, faults = "", pd.Series(dtype="Int64"), []
    try:
        key = pseudonym_key(project, drop.synthetic)
    except ExtractError as error:
        faults += error.problems
    try:
        deciles = read_deciles(project)
    except ExtractError as error:
        faults += error.problems
    return key, deciles, faults


def _in_pence(schema: ExtractSchema, frame: pd.DataFrame) -> pd.DataFrame:
    """Amounts under the name `pence`, so that nobody takes them for pounds."""
    if schema.control_total is None:
        return frame
    dtype = "Int64" if schema.columns[schema.control_total].nullable else "int64"
    return frame.astype({schema.control_total: dtype}).rename(columns={schema.control_total: "pence"})
