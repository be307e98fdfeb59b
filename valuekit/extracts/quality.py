"""What was found, counted: the files read, the rules broken and the quarantine list. Never a cell's value."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd

from valuekit.extracts.trust import pounds
from valuekit.extracts.typed import NO_MONTH, month_number
from valuekit.extracts.validate import DUPLICATE_ROW, Validated
from valuekit.project import Month

_FILE_COLUMNS = [
    "extract", "file", "format", "rows", "accepted", "quarantined", "late", "share", "amount",
    "quarantined_amount", "note",
]  # fmt: skip


def quality_file(
    extracts: Iterable[Validated], waiting: Mapping[str, np.ndarray], period: Month
) -> pd.DataFrame:
    """One row a file, with the columns of the mart's table `quality_file`.

    Parameters
    ----------
    extracts
        Every extract, validated.
    waiting
        For each extract, how many rows of each file belong to months after `period`.
    period
        The month that is reported.
    """
    rows = [
        _file_row(extract, i, int(waiting[extract.schema.name][i]), period)
        for extract in extracts
        for i in range(len(extract.typed.text.files))
    ]
    return pd.DataFrame(rows, columns=_FILE_COLUMNS)


def _file_row(extract: Validated, i: int, waiting: int, period: Month) -> dict[str, object]:
    read = extract.typed.text.files[i]
    of_file = extract.typed.text.file == i
    bad = of_file & extract.set_aside
    months = extract.typed.months[of_file & ~bad]
    waits = read.waits(period)
    late = after = 0
    if extract.schema.monthly:
        late = int(((months < month_number(read.file.first)) & (months != NO_MONTH)).sum())
        late += read.plain.rows(lambda month: month < read.file.first)
        after = int((months > month_number(read.file.last)).sum())
        after += read.plain.rows(lambda month: month > read.file.last)
    notes = list(read.notes)
    if after:
        notes.append(f"accepted after the file's months: {after:,}")
    if waiting:
        notes.append(f"{waiting:,} rows of months after {period.words} wait for their own report")
    amount = quarantined_amount = float("nan")
    if extract.typed.pence is not None:
        pence = extract.typed.pence[of_file]
        plain = read.plain.pence(lambda month: not waits(month))
        amount = (int(pence.sum()) + plain) / 100
        quarantined_amount = int(extract.typed.pence[bad].sum()) / 100
        if unread := int(pence.isna().sum()):
            notes.append(f"the amount of {unread:,} of the rows cannot be read")
    count, aside = int(of_file.sum()) + read.plain.rows(lambda month: not waits(month)), int(bad.sum())
    return {
        "extract": extract.schema.name, "file": read.file.name, "format": read.format,
        "rows": count, "accepted": count - aside, "quarantined": aside, "late": late,
        "share": aside / count if count else 0.0,
        "amount": amount, "quarantined_amount": quarantined_amount, "note": "; ".join(notes),
    }  # fmt: skip


def quality_rule(extracts: Iterable[Validated]) -> pd.DataFrame:
    """One row a rule of a column that was broken, with the columns of the mart's table `quality_rule`.

    A row that breaks several rules counts under each of them.
    """
    rows = [
        {"extract": extract.schema.name, "column": column, "rule": rule, "rows": len(failures),
         "effect": _effect(extract, failures["position"].to_numpy())}
        for extract in extracts
        for (column, rule), failures in extract.failures.groupby(["column", "rule"], sort=True)
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=["extract", "column", "rule", "rows", "effect"])


def _effect(extract: Validated, positions: np.ndarray) -> str:
    if extract.typed.pence is None:
        return "The rows are in no figure"
    pence = extract.typed.pence.iloc[positions]
    known, unread = pence.dropna(), int(pence.isna().sum())
    words = []
    if len(known):
        words.append(f"{pounds(int(known.sum()))} is in no figure")
    if unread:
        words.append(f"the amount of {unread:,} {'row' if unread == 1 else 'rows'} is not known")
    return "; ".join(words)[:1].upper() + "; ".join(words)[1:]


def quarantine_list(extracts: Iterable[Validated]) -> pd.DataFrame:
    """Every broken rule of every row: `extract`, `file`, `row` (number in the file), `column`, `rule`."""
    parts = [pd.DataFrame(columns=["extract", "file", "row", "column", "rule"])]
    for extract in extracts:
        text, failures = extract.typed.text, extract.failures
        if len(failures):
            positions = failures["position"].to_numpy()
            names = np.array([read.file.name for read in text.files], dtype=object)
            found = {"file": names[text.file[positions]], "row": text.row[positions]}
            parts.append(
                failures[["column", "rule"]].assign(extract=extract.schema.name, **found)[parts[0].columns]
            )
    return pd.concat(parts[1:] or parts, ignore_index=True)


def set_aside_pence(extract: Validated) -> int:
    """Cost that is missing from the figures for the rows set aside, in pence.

    The sum of the amounts that can be read, but for rows that stand a second time: their cost is there once.
    """
    if extract.typed.pence is None:
        return 0
    again = extract.failures.loc[extract.failures["rule"] == DUPLICATE_ROW, "position"]
    missing = extract.set_aside.copy()
    missing[again.to_numpy()] = False
    return int(extract.typed.pence[missing].sum())
