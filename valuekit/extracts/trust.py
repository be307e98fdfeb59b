"""Whether a file can be trusted as a whole. If not, the build stops: nothing of the drop is used."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from valuekit.errors import Problem
from valuekit.extracts.drop import ControlTotal
from valuekit.extracts.schemas import FILE
from valuekit.extracts.typed import NO_MONTH, Typed, month_number
from valuekit.extracts.validate import Validated
from valuekit.project import Month

WRONG_PERIOD_SHARE = 0.5
"""A monthly file with more than this share of its rows outside its months holds another period."""

SYSTEMATIC_SHARE = 0.2
SYSTEMATIC_ROWS = 5
"""More than this share of a file's rows, and at least so many, set aside: the file is at fault, not rows."""


def doubts(extract: Typed, totals: Mapping[str, ControlTotal]) -> list[Problem]:
    """Faults of an extract's files that show before any row is judged."""
    return [*_wrong_period(extract), *_control_totals(extract, totals), *_keys_across_files(extract)]


def pounds(pence: int) -> str:
    """Pence as pounds in words: ``-£1,234.50``."""
    return f"{'-' if pence < 0 else ''}£{abs(pence) // 100:,}.{abs(pence) % 100:02d}"


def _wrong_period(extract: Typed) -> list[Problem]:
    problems = []
    for i, read in enumerate(extract.text.files if extract.schema.monthly else ()):
        months = extract.months[extract.text.file == i]
        known = months[months != NO_MONTH]
        outside = int(
            ((known < month_number(read.file.first)) | (known > month_number(read.file.last))).sum()
        )
        outside += read.plain.rows(lambda m, file=read.file: not file.first <= m <= file.last)
        count = len(known) + read.plain.rows()
        if outside > WRONG_PERIOD_SHARE * count:
            why = f"{outside:,} of {count:,} rows lie outside the months in its name"
            do = "Check that the right file was sent under the right name."
            problems.append(Problem("wrong period", read.file.name, why, do))
    return problems


def _control_totals(extract: Typed, totals: Mapping[str, ControlTotal]) -> list[Problem]:
    problems = []
    do = "Ask for the file to be sent again, with its control totals."
    for i, read in enumerate(extract.text.files):
        total = totals.get(read.file.name)
        if total is None:
            continue
        if read.rows != total.rows:
            why = (
                f"{read.rows:,} in the file, {total.rows:,} in the control total: {read.rows - total.rows:+,}"
            )
            problems.append(Problem("the number of rows is not the control total", read.file.name, why, do))
        if extract.pence is None or total.pence is None:
            continue
        amounts = extract.pence[extract.text.file == i]
        if amounts.isna().any():
            continue  # some amounts cannot be read: those rows are set aside and said, and no sum can agree
        found = int(amounts.sum()) + read.plain.pence()
        if found != total.pence:
            difference = pounds(found - total.pence)
            why = f"{pounds(found)} in the file, {pounds(total.pence)} in the control total: {difference}"
            problems.append(Problem("the amount is not the control total", read.file.name, why, do))
    return problems


def _keys_across_files(extract: Typed) -> list[Problem]:
    """The same key in two files: a file sent twice, or months that overlap."""
    if len(extract.text.files) < 2:
        return []
    key = list(extract.schema.key)
    keys = extract.frame[[FILE, *key]]
    repeated = keys[keys.duplicated(key, keep=False) & keys[key].notna().all(axis=1)].drop_duplicates()
    first = repeated.groupby(key)[FILE].transform("min")
    pairs = repeated.assign(first=first)[repeated[FILE] != first].groupby(["first", FILE]).size()
    problems = []
    for (one, other), count in pairs.items():
        names = [extract.text.files[i].file.name for i in (one, other)]
        what = f"{count:,} duplicate key{'' if count == 1 else 's'} across files ({', '.join(key)})"
        do = "Keep each row in one file only."
        problems.append(Problem(what, f"{names[0]} and {names[1]}", "the same rows would count twice", do))
    return problems


def systematic(extract: Validated, period: Month) -> list[Problem]:
    """Files of which so many rows are set aside that the file itself must be wrong."""
    problems = []
    files = extract.typed.text.file
    for i, read in enumerate(extract.typed.text.files):
        bad, rows = int(extract.set_aside[files == i].sum()), int((files == i).sum())
        rows += read.plain.rows() - read.plain.rows(read.waits(period))
        if bad < SYSTEMATIC_ROWS or bad <= SYSTEMATIC_SHARE * rows:
            continue
        failures = extract.failures[np.isin(extract.failures["position"], (files == i).nonzero()[0])]
        counts = failures.groupby(["column", "rule"]).size().sort_values(ascending=False, kind="stable")
        (column, rule), worst = counts.index[0], int(counts.iloc[0])
        where = f" in column {column}" if column else ""
        why = f"{bad:,} of {rows:,} rows would be set aside; most often, in {worst:,}: {rule}{where}"
        do = "Ask for a corrected file, or correct the schema if it is wrong."
        problems.append(Problem("too many rows break a rule", read.file.name, why, do))
    return problems
