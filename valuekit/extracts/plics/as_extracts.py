"""The PLICS files of a drop as files of the extracts that the rest of valuekit reads: cost lines and ledger.

From here on a month's cost walks the same way whether it came as CSV, Parquet, XLSX or PLICS XML: held to
the same schema, counted on the same pages. The converted files stand in the import store and are made again
when the file, the look-up of codes, or the SQL changes.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

import duckdb
import pyarrow as pa

from valuekit.errors import ExtractError, Problem
from valuekit.extracts.plics.codes import CodeMap, mapped, read_codes
from valuekit.extracts.plics.feeds import RECONCILIATION, PlicsFile, by_name, newest
from valuekit.extracts.plics.importer import Imported, Settings, import_file
from valuekit.extracts.plics.tables import RECORDS, RESOURCES
from valuekit.extracts.trust import pounds
from valuekit.project import Month

COST_LINES, LEDGER = "cost_lines", "ledger"

_CODE_FIELDS = {COST_LINES: ("ActCstID", "ResCstID"), LEDGER: ("ServID",)}
_READS = {COST_LINES: RESOURCES, LEDGER: RECORDS}


@dataclass(frozen=True)
class Converted:
    """A PLICS file as a file of the extract `extract`."""

    source: PlicsFile
    extract: str
    path: Path
    notes: tuple[str, ...]


def convert(
    paths: Sequence[Path], period: Month, store: Path, reference: Path, settings: Settings
) -> tuple[list[Converted], list[str], list[Problem]]:
    """Import the PLICS files of a drop up to `period`, and write them as cost lines and ledger.

    Parameters
    ----------
    paths
        PLICS files, of any feed, month and submission.
    period
        The month that is reported; later files wait.
    store
        ``_store/plics``.
    reference
        Where the look-up of codes lies.
    settings
        What identifiers become.

    Returns
    -------
    converted, notes, problems
        The files, what a reader should know, and every fault.
    """
    named = [by_name(path) for path in paths]
    problems = [file for file in named if isinstance(file, Problem)]
    files, notes, found = newest(
        [file for file in named if isinstance(file, PlicsFile) and file.month <= period]
    )
    problems += found
    try:
        codes = read_codes(reference)
    except ExtractError as error:
        return [], notes, [*problems, *error.problems]
    converted = []
    for file in files:
        try:
            made = import_file(file, store, settings)
            converted.append(_converted(file, made, codes))
        except ExtractError as error:
            problems += error.problems
    return converted, notes, problems


def _converted(file: PlicsFile, made: Imported, codes: CodeMap) -> Converted:
    extract = LEDGER if file.feed == RECONCILIATION else COST_LINES
    sql = (resources.files("valuekit.extracts") / "sql" / f"plics_{extract}.sql").read_text(encoding="utf-8")
    prefix = f"{file.feed}-{file.organisation}-{str(file.month)[2:].replace('-', '')}-{file.part:02d}-"
    depends = f"{sql} {codes.fingerprint} {prefix}"
    path = made.folder / f"{extract}-{hashlib.sha256(depends.encode()).hexdigest()[:12]}.parquet"
    with duckdb.connect(
        config={"memory_limit": "1GB", "temp_directory": str(made.folder / "tmp")}
    ) as database:
        name = _READS[extract]
        where = (made.folder / f"{name}.parquet").as_posix()
        database.execute(f"CREATE VIEW {name} AS FROM read_parquet({_quoted(where)}, file_row_number = true)")
        notes = [*made.manifest.notes, *(_left_out(database) if extract == LEDGER else ())]
        if path.is_file():
            return Converted(file, extract, path, tuple(notes))
        found = [
            (field, code)
            for field in _CODE_FIELDS[extract]
            for (code,) in database.sql(
                f"SELECT DISTINCT {field} FROM {name} WHERE {field} IS NOT NULL"
            ).fetchall()
        ]
        rows, problems = mapped(codes, found, file.name)
        if problems:
            raise ExtractError(problems)
        columns = list(zip(*rows, strict=True)) or [(), (), ()]
        database.register(
            "code_map", pa.table([pa.array(c, pa.string()) for c in columns], ["field", "code", "becomes"])
        )
        database.register("origin", pa.table({"prefix": [prefix], "month": [str(file.month)]}))
        with _in_place(path) as unfinished:
            database.execute(
                f"COPY ({sql}) TO {_quoted(unfinished.as_posix())} (FORMAT parquet, COMPRESSION zstd)"
            )
    return Converted(file, extract, path, tuple(notes))


def _left_out(database: duckdb.DuckDBPyConnection) -> Iterator[str]:
    """What of the reconciliation feed is no part of the ledger, in words."""
    ((count, pence),) = database.sql(
        "SELECT count(*), sum(TotCst) FROM records WHERE ServID IS NULL"
    ).fetchall()
    if count:
        yield f"{count:,} records without a service ({pounds(int(pence))}) are no part of the ledger"


@contextmanager
def _in_place(path: Path) -> Iterator[Path]:
    """A name to write to; the file is at `path` when the block has ended well, and nowhere otherwise."""
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        yield unfinished
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
