"""Tables into the files of a drop: one a financial year, one for the newest month, in mixed formats."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from valuekit.extracts.sample.tables import COLUMNS
from valuekit.extracts.sample.world import Window
from valuekit.project import Month

MONTHLY = ("activity", "cost_lines", "ledger", "outcomes")
_ZIP_TIME = (1980, 1, 1, 0, 0, 0)
_DOCUMENT_TIME = b"2000-01-01T00:00:00Z"
ABOUT = (
    "# Says whose extracts these are. Real extracts: the trust's name, and synthetic: false.\n"
    "organisation: Example University Hospitals (synthetic)\nsynthetic: true\n"
)


def spans(window: Window) -> list[tuple[int, int]]:
    """First and last month (as indices) of each monthly file: financial years, then the newest month."""
    found: list[tuple[int, int]] = []
    for i in range(window.months - 1):
        starts_year = window.first.plus(i).month == 4
        found = [*found, (i, i)] if starts_year or not found else [*found[:-1], (found[-1][0], i)]
    return [*found, (window.months - 1, window.months - 1)]


def span_name(first: Month, last: Month) -> str:
    """``2026-10`` or ``2025-04_to_2026-03``."""
    return str(first) if first == last else f"{first}_to_{last}"


def write_files(folder: Path, window: Window, tables: dict[str, pd.DataFrame]) -> list[Path]:
    """Write every file of the drop; give back their paths in order of name."""
    folder.mkdir(parents=True, exist_ok=True)
    paths, totals = [], []
    for extract in COLUMNS:
        for name, frame, newest in _parts(extract, tables[extract], window):
            path = _write(folder / name, extract, frame, newest)
            paths.append(path)
            totals.append((path.name, len(frame), _control_total(frame)))
    about, control = folder / "about.yml", folder / "control_totals.csv"
    about.write_text(ABOUT, encoding="utf-8", newline="\n")
    _csv(control, pd.DataFrame(sorted(totals), columns=["file", "rows", "amount"]), "utf-8")
    return sorted([*paths, about, control])


def _parts(extract: str, frame: pd.DataFrame, window: Window) -> list[tuple[str, pd.DataFrame, bool]]:
    """Name, rows and whether it is the newest, of each file that an extract arrives in.

    Full lists are there for the last two months, so that the month before can be published again and the
    newest set against it.
    """
    if extract in MONTHLY:
        return [
            (
                f"{extract}_{span_name(window.first.plus(first), window.first.plus(last))}",
                frame[(frame["file_month"] >= first) & (frame["file_month"] <= last)],
                last == window.months - 1,
            )
            for first, last in spans(window)
        ]
    earlier = _as_it_stood(frame, str(window.period))
    return [
        (f"{extract}_{window.period.plus(-1)}", earlier, False),
        (f"{extract}_{window.period}", frame, True),
    ]


def _as_it_stood(frame: pd.DataFrame, month: str) -> pd.DataFrame:
    """A full list before `month`: without the deaths, answers and changes of that month."""
    if "date_of_death" in frame:
        return frame.assign(date_of_death=frame["date_of_death"].where(frame["date_of_death"] < month, ""))
    return frame[frame["date"] < month] if "date" in frame else frame


def _write(stem: Path, extract: str, frame: pd.DataFrame, newest: bool) -> Path:
    """Older cost lines are Parquet, the survey XLSX, service changes Windows-1252, the rest CSV."""
    if extract == "cost_lines" and not newest:
        path = stem.with_name(stem.name + ".parquet")
        columns = {name: pa.array(_column(frame, name), pa.string()) for name in COLUMNS[extract][:-1]}
        pq.write_table(
            pa.table({**columns, "amount": frame["pence"].to_numpy() / 100}), path, compression="zstd"
        )
        return path
    table = pd.DataFrame({name: _column(frame, name) for name in COLUMNS[extract]})
    if extract == "survey":
        path = stem.with_name(stem.name + ".xlsx")
        path.write_bytes(_xlsx(table, extract))
        return path
    path = stem.with_name(stem.name + ".csv")
    bom = extract == "activity" and newest
    _csv(path, table, "cp1252" if extract == "service_changes" else "utf-8-sig" if bom else "utf-8")
    return path


def _column(frame: pd.DataFrame, name: str) -> np.ndarray:
    """One column as it is written: money as pounds with two decimals, missing text as None."""
    if name != "amount":
        values = frame[name].to_numpy(object)
        return (
            np.where(values == "", None, values)
            if frame[name].dtype.kind not in "if"
            else frame[name].to_numpy()
        )
    amount = np.char.mod("%.2f", frame["pence"].to_numpy() / 100).astype(object)
    return (
        np.where(frame["unreadable"] == "", amount, frame["unreadable"]) if "unreadable" in frame else amount
    )


def _control_total(frame: pd.DataFrame) -> str:
    """Sum of the amounts that can be read, over all rows of the file; '' for extracts without amounts."""
    if "pence" not in frame:
        return ""
    readable = frame["pence"] if "unreadable" not in frame else frame["pence"][frame["unreadable"] == ""]
    return f"{readable.sum() / 100:.2f}"


def _csv(path: Path, table: pd.DataFrame, encoding: str) -> None:
    path.write_bytes(table.to_csv(index=False, lineterminator="\n").encode(encoding))


def _xlsx(table: pd.DataFrame, title: str) -> bytes:
    """A workbook with one sheet, without the times that openpyxl writes into it."""
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet(title)
    for row in (list(table.columns), *table.itertuples(index=False, name=None)):
        sheet.append(list(row))
    written, fixed = io.BytesIO(), io.BytesIO()
    book.save(written)
    with zipfile.ZipFile(written) as source, zipfile.ZipFile(fixed, "w", zipfile.ZIP_DEFLATED) as target:
        for entry in sorted(source.namelist()):
            content = source.read(entry)
            if entry == "docProps/core.xml":
                content = _fixed_times(content)
            target.writestr(zipfile.ZipInfo(entry, _ZIP_TIME), content, zipfile.ZIP_DEFLATED)
    return fixed.getvalue()


def _fixed_times(core: bytes) -> bytes:
    """Document properties with both times set to one moment."""
    for tag in (b"created", b"modified"):
        opening = core.index(b">", core.index(b"<dcterms:" + tag)) + 1
        core = core[:opening] + _DOCUMENT_TIME + core[core.index(b"<", opening) :]
    return core
