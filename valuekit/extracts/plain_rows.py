"""Which rows of a large extract plainly keep every rule, as SQL made from the same YAML schema.

The SQL is careful, not complete: a row that it calls plain keeps every rule, and any other row is only
doubtful. Doubtful rows are few; they are read again and judged as the rows of a small extract are
(:mod:`valuekit.extracts.validate`), which alone says what is wrong with one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

import pyarrow as pa

from valuekit.extracts.schemas import ColumnSpec, ExtractSchema, _limits
from valuekit.project import Month

KINDS = {"text", "month", "pounds"}
"""Kinds of columns that are told apart in SQL; an extract with any other is not."""

_CONTROL = r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]"
_TEN_DIGITS = "[0-9]{3}[ -]?[0-9]{3}[ -]?[0-9]{4}"
_MAY_MATCH_MORE = re.compile(r"\.|\\[AC-Zace-z]|\[\^")
"""In a pattern: it may match characters that it does not list, control characters among them."""


def can_be_told(schema: ExtractSchema) -> bool:
    """Whether rows of `schema` can be told apart in SQL: text, months and pounds, no identifier, no rule."""
    return (
        schema.monthly
        and not schema.rules
        and all(spec.type in KINDS and spec.identifier is None for spec in schema.columns.values())
    )


def quoted(text: object) -> str:
    """`text` as an SQL string."""
    return "'" + str(text).replace("'", "''") + "'"


def values_sql(
    schema: ExtractSchema, types: Mapping[str, pa.DataType], table: str, file: int, first_row: int = 1
) -> str:
    """The rows of one file, read as `table`, numbered from `first_row` on.

    Columns are `file`, `row` (its number in the file), and the schema's columns as text, months or pence.

    A cell that is not plainly of its kind is NULL, and the column ``<name>?`` is false for it.
    """
    parts = [f"{file} AS file", f"CAST(file_row_number + {first_row} AS INTEGER) AS row"]
    for name, spec in schema.columns.items():
        value, plain = _value(f'"{name}"', spec.type, types[name])
        parts += [f'{value} AS "{name}"', f'coalesce({plain}, false) AS "{name}?"']
    return f"SELECT {', '.join(parts)} FROM {table}"


def _value(cell: str, kind: str, held: pa.DataType) -> tuple[str, str]:
    """A cell as its kind, and whether it is empty or plainly of that kind (never guessed: else it is not)."""
    if pa.types.is_dictionary(held):
        held = held.value_type
    text = pa.types.is_string(held) or pa.types.is_large_string(held)
    if kind == "text":
        return (cell, "true") if text else ("CAST(NULL AS VARCHAR)", f"{cell} IS NULL")
    if kind == "month":
        if text:
            return cell, f"{cell} IS NULL OR regexp_full_match({cell}, '[0-9]{{4}}-(0[1-9]|1[0-2])')"
        if pa.types.is_date(held):
            return f"strftime({cell}, '%Y-%m')", f"{cell} IS NULL OR day({cell}) = 1"
        return "CAST(NULL AS VARCHAR)", f"{cell} IS NULL"
    if text:
        value = f"CAST(TRY_CAST({cell} AS DECIMAL(16, 2)) * 100 AS BIGINT)"
        return value, f"{cell} IS NULL OR regexp_full_match({cell}, '-?[0-9]{{1,12}}([.][0-9]{{1,2}})?')"
    if pa.types.is_integer(held) or (pa.types.is_decimal(held) and held.scale <= 2 and held.precision <= 16):
        return f"CAST(TRY_CAST({cell} AS DECIMAL(16, 2)) * 100 AS BIGINT)", "true"
    if pa.types.is_float64(held):
        # The nearest double to an amount of whole pence, as its shortest text would show.
        exact = f"TRY_CAST({cell} AS DECIMAL(15, 2))"
        return f"CAST({exact} * 100 AS BIGINT)", f"{cell} IS NULL OR CAST({exact} AS DOUBLE) = {cell}"
    return "CAST(NULL AS BIGINT)", f"{cell} IS NULL"


def checked_apart(schema: ExtractSchema) -> list[str]:
    """Text columns whose different values are few, so that each value is checked once."""
    return [
        name
        for name, spec in schema.columns.items()
        if spec.type == "text" and name not in schema.codes and name not in schema.key
    ]


def fit_sql(name: str, spec: ColumnSpec) -> str:
    """The values of the column `name` in `every` that keep its rules, as the table ``fit_<name>``."""
    keeps = " AND ".join(_keeps_text('"value"', spec))
    return (
        f'SELECT "value" FROM '
        f'(SELECT DISTINCT "{name}" AS "value" FROM every WHERE "{name}" IS NOT NULL) WHERE {keeps}'
    )


def plain_sql(schema: ExtractSchema, period: Month, last: Sequence[Month]) -> str:
    """Condition on a row of `every`: it keeps every rule of a column, or waits for a later period."""
    apart = checked_apart(schema)
    wanted = [f'"{name}?"' for name in schema.columns]
    for name, spec in schema.columns.items():
        cell = f'"{name}"'
        if name in apart:
            keeps = f'{cell} IN (SELECT "value" FROM "fit_{name}")'
        elif name in schema.codes:
            keeps = f"{cell} IN ({', '.join(quoted(code) for code in schema.codes[name])})"
        elif spec.type == "text":
            keeps = " AND ".join(_keeps_text(cell, spec))
        else:
            keeps = _in_range(cell, name, spec, schema, period, last)
        wanted.append(
            f"({cell} IS NULL OR {keeps})" if spec.nullable else f"({cell} IS NOT NULL AND {keeps})"
        )
    return " AND ".join(f"coalesce({condition}, false)" for condition in wanted)


def _in_range(
    cell: str, name: str, spec: ColumnSpec, schema: ExtractSchema, period: Month, last: Sequence[Month]
) -> str:
    if spec.between is None:
        within = "true"
    else:
        low, high, _ = _limits(spec, period)
        within = f"{cell} BETWEEN {quoted(low) if spec.type == 'month' else low} AND "
        within += quoted(high) if spec.type == "month" else str(high)
    if name == schema.period_column:
        return f"({within} OR {waits_sql(schema, period, last)})"
    return within


def waits_sql(schema: ExtractSchema, period: Month, last: Sequence[Month]) -> str:
    """Condition on a row: its month comes after `period` and within its own file's months."""
    own = " ".join(f"WHEN {i} THEN {quoted(month)}" for i, month in enumerate(last))
    month = f'"{schema.period_column}"'
    return f"({month} > {quoted(period)} AND {month} <= CASE file {own} END)"


def _keeps_text(cell: str, spec: ColumnSpec) -> Iterator[str]:
    yield f"{cell} <> '' AND {cell} = trim({cell}) AND NOT starts_with({cell}, '=')"
    listed = spec.str_matches is not None and not _MAY_MATCH_MORE.search(spec.str_matches)
    if spec.str_matches is not None:
        yield f"regexp_matches({cell}, {quoted(f'^(?:{spec.str_matches})')})"
    if not listed:
        yield f"NOT regexp_matches({cell}, {quoted(_CONTROL)})"
        yield f"NOT regexp_matches({cell}, '[^\\x00-\\x7f]|^\\s|\\s$')"
    if spec.length is not None:
        yield f"length({cell}) BETWEEN {spec.length[0]} AND {spec.length[1]}"
    bare = f"replace({cell}, ' ', '')"
    yield f"{bare} NOT IN (SELECT held FROM person) AND {cell} NOT IN (SELECT held FROM person)"
    around = quoted(f"(?:^|[^0-9])({_TEN_DIGITS})(?:[^0-9]|$)")
    number = f"translate(regexp_extract({cell}, {around}, 1), ' -', '')"
    # Only the first number is looked up here: a text with another is judged row by row.
    two = quoted(f"{_TEN_DIGITS}[^0-9].*{_TEN_DIGITS}")
    yield (
        f"(NOT regexp_matches({cell}, '{_TEN_DIGITS}') OR "
        f"({number} NOT IN (SELECT held FROM person) AND NOT regexp_matches({cell}, {two})))"
    )


__all__ = ["can_be_told", "checked_apart", "fit_sql", "plain_sql", "values_sql", "waits_sql"]
