"""Text into typed columns, strictly: what is not plainly a date, a number or an amount is said to be none.

Nothing is guessed. ``1e5``, ``1,000``, ``£12``, ``01/02/2026`` and ``2026-02-30`` are unreadable; money goes
from decimal digits to whole pence without passing through a floating-point number.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from valuekit.extracts.schemas import DTYPES

Unreadable = dict[str, np.ndarray]
"""Rule in words → which rows (bool) break it."""

FORMULA = "a formula, not a value"
CONTROL = "holds a control character"
NOT_A = {
    "date": "not a date (YYYY-MM-DD)",
    "datetime": "not a date and time (YYYY-MM-DD HH:MM:SS)",
    "month": "not a month (YYYY-MM)",
    "number": "not a number",
    "integer": "not a whole number",
    "pounds": "not an amount in pounds",
}
TOO_FINE = "more than two decimal places"

_DAY = r"\d{4}-\d{2}-\d{2}"
_PATTERNS = {
    # Parquet and XLSX hold days as midnights, and months as first days
    "date": rf"^{_DAY}([ T]00:00(:00(\.0+)?)?)?$",
    "datetime": rf"^{_DAY}([ T]\d{{2}}:\d{{2}}(:\d{{2}}(\.\d{{1,9}})?)?)?$",
    "month": r"^\d{4}-(0[1-9]|1[0-2])(-01([ T]00:00(:00(\.0+)?)?)?)?$",
    "number": r"^[+-]?\d{1,15}(\.\d{1,15})?$",
    "integer": r"^[+-]?\d{1,15}$",
    "pounds": r"^[+-]?\d{1,12}(\.\d{1,15})?$",
}
_TOO_FINE = r"\.\d{2}\d*[1-9]"
_CONTROL = r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]"


def parse(text: pa.Array, kind: str) -> tuple[pd.Series, Unreadable]:
    """One column of text as its kind.

    Parameters
    ----------
    text
        Trimmed text, null where empty.
    kind
        One of :data:`valuekit.extracts.schemas.Kind`.

    Returns
    -------
    series
        With the dtype that :data:`DTYPES` names; missing where empty or unreadable. Pounds are whole pence.
    unreadable
        For each rule that a cell breaks, the rows that break it.
    """
    unreadable: Unreadable = {}

    def refuse(rule: str, wrong: pa.Array) -> None:
        nonlocal text
        rows = _mask(wrong)
        if rows.any():
            unreadable[rule] = unreadable.get(rule, False) | rows
            text = pc.if_else(pa.array(rows), pa.scalar(None, pa.string()), text)

    refuse(FORMULA, pc.starts_with(text, "="))
    if kind == "text":
        refuse(CONTROL, pc.match_substring_regex(text, _CONTROL))
        return text.to_pandas().astype("str"), unreadable
    refuse(NOT_A[kind], pc.invert(pc.match_substring_regex(text, _PATTERNS[kind])))
    if kind == "pounds":
        refuse(TOO_FINE, pc.match_substring_regex(text, _TOO_FINE))
        return _pence(text), unreadable
    if kind == "month":
        return pc.utf8_slice_codeunits(text, 0, 7).to_pandas().astype("str"), unreadable
    if kind in ("date", "datetime"):
        series = _moments(text)
        refuse(NOT_A[kind], pa.array(series.isna().to_numpy() & _mask(pc.is_valid(text))))  # 30 February
        return series, unreadable
    if kind == "integer":
        return pc.cast(_unsigned(text), pa.int64()).to_pandas(types_mapper=None).astype("Int64"), unreadable
    return pc.cast(_unsigned(text), pa.float64()).to_pandas().astype("float64"), unreadable


def _mask(flags: pa.Array) -> np.ndarray:
    return pc.fill_null(flags, False).to_numpy(zero_copy_only=False)


def _unsigned(text: pa.Array) -> pa.Array:
    """Without a leading plus, which Arrow does not read."""
    return pc.utf8_ltrim(text, "+")


def _moments(text: pa.Array) -> pd.Series:
    series = text.to_pandas().astype("str")
    return pd.to_datetime(series, format="ISO8601", errors="coerce").astype(DTYPES["datetime"])


def _pence(text: pa.Array) -> pd.Series:
    """Decimal pounds as whole pence, exactly: decimal arithmetic, never floating point."""
    pounds = pc.cast(_unsigned(text), pa.decimal128(32, 15))
    pence = pc.cast(pc.multiply(pounds, pa.scalar(100, pa.decimal128(3, 0))), pa.decimal128(32, 0))
    values = pc.cast(pence, pa.int64())
    filled = pd.Series(pc.fill_null(values, 0).to_numpy(zero_copy_only=False)).astype("Int64")
    return filled.mask(pd.Series(_mask(pc.is_null(text))))
