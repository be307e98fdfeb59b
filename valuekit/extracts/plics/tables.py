"""The rows of one PLICS file as Parquet: gathered from batches, made safe, written, counted."""

from __future__ import annotations

import re
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet

from valuekit.extracts.plics.feeds import RECONCILIATION, PlicsFile
from valuekit.extracts.plics.markup import refuse
from valuekit.extracts.plics.records import Batch
from valuekit.extracts.plics.safe import Safe

ROWS = 250_000
"""Rows of the longest table that are gathered before they are written."""

RECORDS, COST_ACTIVITIES, RESOURCES, OTHERS = "records", "cost_activities", "resources", "others"

_AMOUNT = r"^-?[0-9]{1,12}(\.[0-9]{1,2})?$"
_QUANTITY = r"^-?[0-9]{1,12}(\.[0-9]{1,6})?$"


class Tables:
    """Writes the tables of one file into a folder.

    Parameters
    ----------
    folder
        Where the Parquet files go.
    file
        Which file it is.
    safe
        What takes the identifiers out.
    """

    def __init__(self, folder: Path, file: PlicsFile, safe: Safe):
        self.folder, self.file, self.safe = folder, file, safe
        self.writers: dict[str, pa.parquet.ParquetWriter] = {}
        self.waiting: list[Batch] = []
        self.rows = self.no_activity = 0
        self.counts = {"records": 0, "cost_activities": 0, "resources": 0, "pence": 0}
        self.thread = ThreadPoolExecutor(1)
        self.writing: Future[None] | None = None

    def __enter__(self) -> Tables:
        return self

    def __exit__(self, *_: object) -> None:
        self.thread.shutdown()
        for writer in self.writers.values():
            writer.close()

    @property
    def notes(self) -> list[str]:
        """What a reader should know of the rows, in words."""
        return [f"{self.no_activity:,} records name no activity"] if self.no_activity else []

    def add(self, batch: Batch) -> None:
        """Take the rows of one batch."""
        self.waiting.append(batch)
        self.rows += max(len(batch.resources), len(batch.records))
        if self.rows >= ROWS:
            self._send()

    def finish(self) -> None:
        """Write what is left; a table without rows is written too."""
        if self.waiting:
            self._send()
        self._wait()

    def _send(self) -> None:
        """Write what waits in a thread of its own while the file is read on; one write at a time."""
        self._wait()
        self.writing = self.thread.submit(self._write, self.waiting)
        self.waiting, self.rows = [], 0

    def _wait(self) -> None:
        if self.writing is not None:
            self.writing.result()

    def _write(self, batches: Sequence[Batch]) -> None:
        before = dict(self.counts)
        records = self.safe.records(_joined([b.records for b in batches]))
        if self.file.feed == RECONCILIATION:
            records = self._reconciliation(records)
        number = np.arange(before["records"] + 1, before["records"] + 1 + len(records), dtype=np.int32)
        records = records.add_column(0, "record", pa.array(number))
        acts, lines = self._costs(batches, records, before)
        others = self.safe.others(
            _shifted([b.others for b in batches], "record", [b.records for b in batches])
        )
        others = others.set_column(
            0, "record", pc.add(others["record"], pa.scalar(before["records"] + 1, pa.int32()))
        )
        self.counts["records"] += len(records)
        for name, table in (
            (RECORDS, records),
            (COST_ACTIVITIES, acts),
            (RESOURCES, lines),
            (OTHERS, others),
        ):
            if name not in self.writers:
                self.writers[name] = _writer(self.folder / f"{name}.parquet", table.schema)
            self.writers[name].write_table(table)

    def _costs(
        self, batches: Sequence[Batch], records: pa.Table, before: dict[str, int]
    ) -> tuple[pa.Table, pa.Table]:
        """Cost activities and resource lines, each with the number of its record and its own in the file."""
        acts = _shifted([b.cost_activities for b in batches], "record", [b.records for b in batches])
        owner = _shifted(
            [b.resources for b in batches], "cost_activity", [b.cost_activities for b in batches]
        )
        to_act = owner["cost_activity"].combine_chunks()
        to_record = acts["record"].combine_chunks()
        count = self._number(acts["ActCnt"].combine_chunks(), "ActCnt", _QUANTITY, "a number")
        pence = self._pence(owner["TotCst"].combine_chunks(), "TotCst")
        did = acts["ActCstID"].combine_chunks().dictionary_encode()
        first = pa.scalar(before["cost_activities"] + 1, pa.int32())
        first_record = pa.scalar(before["records"] + 1, pa.int32())
        acts_number = pa.array(np.arange(len(acts), dtype=np.int32))
        made = pa.table({
            "cost_activity": pc.add(acts_number, first), "record": pc.add(to_record, first_record),
            "ActCstID": did, "ActCnt": count,
        })  # fmt: skip
        in_record = to_record.take(to_act)
        named = records["activity_id"].combine_chunks() if "activity_id" in records.column_names else None
        if named is not None:
            self.no_activity += named.null_count
            whose = pa.DictionaryArray.from_arrays(_masked(in_record, named), named.fill_null(""))
        else:
            whose = pa.nulls(len(owner), pa.dictionary(pa.int32(), pa.string()))
        lines = pa.table({
            "cost_activity": pc.add(to_act, first), "record": pc.add(in_record, first_record),
            "activity_id": whose, "ActCstID": did.take(to_act),
            "ResCstID": owner["ResCstID"].combine_chunks().dictionary_encode(), "pence": pence,
        })  # fmt: skip
        self.counts["cost_activities"] += len(made)
        self.counts["resources"] += len(lines)
        if self.file.feed != RECONCILIATION:
            self.counts["pence"] += int(pc.sum(pence).as_py() or 0)
        return made, lines

    def _reconciliation(self, records: pa.Table) -> pa.Table:
        """Amounts of the reconciliation feed in pence."""
        for name in ("TotCst", "TotCstIncome"):
            place = records.column_names.index(name)
            pence = self._pence(records[name].combine_chunks(), name, nullable=name == "TotCstIncome")
            records = records.set_column(place, name, pence)
        self.counts["pence"] += int(pc.sum(records["TotCst"]).as_py() or 0)
        return records

    def _pence(self, text: pa.Array, name: str, nullable: bool = False) -> pa.Array:
        """Decimal pounds as whole pence, never by way of a floating-point number."""
        if (plain := _plain_pence(text)) is not None:
            return pa.array(plain)
        text = self._number_text(text, name, _AMOUNT, "an amount in pounds and pence", nullable)
        if not len(text):
            return pa.array([], pa.int64())
        pounds = pc.cast(text, pa.decimal128(17, 2))
        low = np.frombuffer(pounds.buffers()[1], dtype=np.int64)[
            0 : 2 * len(pounds) : 2
        ]  # 128 bits, low half first
        return pa.array(low, pa.int64(), mask=~pc.is_valid(pounds).to_numpy(zero_copy_only=False))

    def _number(self, text: pa.Array, name: str, pattern: str, words: str) -> pa.Array:
        return pc.cast(self._number_text(text, name, pattern, words, nullable=True), pa.float64())

    def _number_text(self, text: pa.Array, name: str, pattern: str, words: str, nullable: bool) -> pa.Array:
        wrong = 0 if nullable else text.null_count
        wrong += pc.sum(pc.invert(pc.match_substring_regex(text, pattern))).as_py() or 0
        if wrong:
            why = f"in {wrong:,} of {len(text):,}"
            raise refuse(self.file.name, f"{name} is not {words}", why)
        return text


def header_pence(text: str | None) -> int | None:
    """TotalCosts of a header in pence; None where it is no amount."""
    if text is None or not re.fullmatch(_AMOUNT, text):
        return None
    whole, _, part = text.lstrip("-").partition(".")
    return (-1 if text.startswith("-") else 1) * (int(whole) * 100 + int(part.ljust(2, "0")))


_MOST_CHARACTERS = 15
"""Of an amount without its sign: twelve digits, a point, two digits."""


def _plain_pence(text: pa.Array) -> np.ndarray | None:
    """The pence where every cell is plainly ``12.34`` or ``-12.34``; int64. None only says that one is not.

    Digit by digit from the right, in whole numbers: ten times as quick as by way of decimals.
    """
    if text.null_count or not len(text):
        return None
    offsets = np.frombuffer(text.buffers()[1], np.int32)[text.offset : text.offset + len(text) + 1]
    body = np.frombuffer(text.buffers()[2], np.uint8)[offsets[0] : offsets[-1]]
    first, end = (offsets[:-1] - offsets[0]).astype(np.int64), (offsets[1:] - offsets[0]).astype(np.int64)
    if (end - first).min() < len("1.23"):
        return None
    negative = body[first] == ord("-")
    size = end - first - negative
    if size.min() < len("1.23") or size.max() > _MOST_CHARACTERS:
        return None
    digit = body - np.uint8(ord("0"))  # what is no digit becomes more than 9
    others = len(body) - int((digit <= 9).sum())
    if (body[end - 3] != ord(".")).any() or others != len(text) + int(negative.sum()):
        return None
    pence = digit[end - 1] + 10 * digit[end - 2].astype(np.int64)
    for place in range(4, int(size.max()) + 1):
        longer = np.flatnonzero(size >= place)
        pence[longer] += 10 ** (place - 2) * digit[end[longer] - place].astype(np.int64)
    pence[negative] *= -1
    return pence


def _writer(path: Path, schema: pa.Schema) -> pa.parquet.ParquetWriter:
    """Parquet as it is quickest to write: numbers that count upwards by their differences.

    No statistics: whoever reads a table reads all of it.
    """
    texts = [f.name for f in schema if not pa.types.is_integer(f.type) and not pa.types.is_floating(f.type)]
    counted = {f.name: "DELTA_BINARY_PACKED" for f in schema if pa.types.is_integer(f.type)}
    return pa.parquet.ParquetWriter(
        path, schema, compression="zstd", compression_level=1, use_dictionary=texts, column_encoding=counted,
        write_statistics=False,
    )  # fmt: skip


def _joined(tables: Sequence[pa.Table]) -> pa.Table:
    return pa.concat_tables(tables).combine_chunks()


def _shifted(tables: Sequence[pa.Table], column: str, owners: Sequence[pa.Table]) -> pa.Table:
    """The tables one after another; `column` counts the rows of all `owners`, not those of its own batch."""
    shifted, before = [], 0
    for table, owner in zip(tables, owners, strict=True):
        place = table.column_names.index(column)
        shifted.append(table.set_column(place, column, pc.add(table[column], pa.scalar(before, pa.int32()))))
        before += len(owner)
    return _joined(shifted)


def _masked(indices: pa.Array, dictionary: pa.Array) -> pa.Array:
    """Indices into `dictionary`, null where it is null."""
    if not dictionary.null_count:
        return indices
    missing = pc.is_null(dictionary).take(indices)
    return pc.if_else(missing, pa.scalar(None, pa.int32()), indices)
