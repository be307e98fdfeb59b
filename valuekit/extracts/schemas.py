"""What each extract must look like: `schemas/*.yaml`, checked on load, as pandera schemas.

The YAML is the only place where an extract's columns, types, ranges, keys and codes stand. From it come
the checks (:meth:`ExtractSchema.checks`), the code labels and the data dictionary.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import pandas as pd
import pandera.pandas as pa
from pydantic import RootModel, model_validator

from valuekit.config import Located, Settings, Words, checked, nearest, read_yaml
from valuekit.errors import DefinitionError, Problem
from valuekit.extracts.row_rules import RowRule
from valuekit.project import Month, Project

FILE = "_file"
"""Column of a typed frame that says which file of the drop a row came from (a number)."""

PERIOD_END = "period_end"
"""In a range: the last moment of the month that is reported."""

CODE_LISTS = "codes.yaml"
SERVICES = "services"
"""The code list that is not in codes.yaml: the services defined in data/services."""

NEEDED_IDENTIFIERS = {
    "patients": ("nhs_number", "date_of_birth", "postcode"),
    "activity": ("nhs_number",),
    "outcomes": ("nhs_number",),
}
"""Identifiers that these extracts must declare: without the mark, one would pass as plain data."""

Kind = Literal["text", "number", "integer", "pounds", "date", "datetime", "month"]

DTYPES: Mapping[str, str] = {
    "text": "str", "month": "str", "number": "float64", "integer": "Int64", "pounds": "Int64",
    "date": "datetime64[us]", "datetime": "datetime64[us]",
}  # fmt: skip
"""pandas dtype of each kind in a typed frame; pounds are held as whole pence, months as ``2026-10``."""


class ColumnSpec(Settings):
    """One column as its schema declares it."""

    title: Words
    description: Words
    type: Kind
    nullable: bool = False
    str_matches: str | None = None
    between: tuple[Any, Any] | None = None
    length: tuple[int, int] | None = None
    codes: dict[str, str] | None = None
    codes_from: str | None = None
    identifier: Literal["nhs_number", "drop", "date_of_birth", "postcode"] | None = None

    @model_validator(mode="after")
    def _fits_its_type(self) -> ColumnSpec:
        for option in ("str_matches", "length", "codes", "codes_from"):
            if getattr(self, option) is not None and self.type != "text":
                raise ValueError(f"{option} is for text columns, not {self.type}")
        if self.codes is not None and self.codes_from is not None:
            raise ValueError("has both codes and codes_from; keep one")
        if self.str_matches is not None:
            try:
                re.compile(self.str_matches)
            except re.error as error:
                raise ValueError(f"str_matches is not a regular expression ({error.msg})") from None
        if self.between is not None:
            if self.type == "text":
                raise ValueError("between is not for text columns")
            for bound in self.between:
                _bound(bound, self.type)
        return self


class ExtractFile(Settings):
    """One file `schemas/<extract>.yaml`."""

    extract: str
    title: Words
    description: Words
    arrives: Literal["snapshot", "monthly"]
    key: list[str]
    columns: dict[str, ColumnSpec]
    period_column: str | None = None
    control_total: str | None = None
    required: bool = True
    """Whether a drop without this extract is refused; without it, the table is empty."""
    rules: tuple[RowRule, ...] = ()


class CodeLists(RootModel[dict[str, dict[str, str]]]):
    """The file `schemas/codes.yaml`: list → code → label."""


@dataclass(frozen=True)
class ExtractSchema:
    """One extract: its columns in order, and what is asked of them.

    Attributes
    ----------
    codes
        Allowed codes and their labels, for each column that has a list.
    """

    name: str
    title: str
    description: str
    arrives: str
    required: bool
    key: tuple[str, ...]
    period_column: str | None
    control_total: str | None
    columns: Mapping[str, ColumnSpec]
    rules: tuple[RowRule, ...]
    codes: Mapping[str, Mapping[str, str]]

    @property
    def monthly(self) -> bool:
        """Whether each file holds its own months (else: the full list)."""
        return self.arrives == "monthly"

    def identifiers(self, kind: str) -> list[str]:
        """Columns that hold an identifier of `kind` (``nhs_number``, ``postcode`` …)."""
        return [name for name, column in self.columns.items() if column.identifier == kind]

    def checks(self, period: Month) -> pa.DataFrameSchema:
        """The pandera schema of the typed frame (see :data:`DTYPES`, with the column :data:`FILE`).

        Each check's `error` is its rule in plain words: what a row that fails it does. Keys are unique
        within a file here, all but the first row being reported; between files see `trust.py`.
        """
        columns = {name: self._column(name, period) for name in self.columns}
        return pa.DataFrameSchema(
            {FILE: pa.Column("int32"), **columns},
            checks=[pa.Check(rule.check, name=rule.column, error=rule.says) for rule in self.rules],
            unique=[FILE, *self.key],
            report_duplicates="exclude_first",
            strict=True,
            name=self.name,
        )

    def _column(self, name: str, period: Month) -> pa.Column:
        spec, checks = self.columns[name], []
        if spec.str_matches is not None:
            # ASCII: \d in a code means 0 to 9, not every digit that Unicode knows.
            pattern = re.compile(spec.str_matches, re.ASCII)
            checks.append(pa.Check.str_matches(pattern, error=f"does not match {spec.str_matches}"))  # type: ignore[arg-type]
        if spec.length is not None:
            checks.append(
                pa.Check.str_length(
                    *spec.length, error=f"not {spec.length[0]} to {spec.length[1]} characters long"
                )
            )
        if name in self.codes:
            checks.append(pa.Check.isin(list(self.codes[name]), error="not one of the allowed codes"))
        if spec.between is not None:
            low, high, inclusive = _limits(spec, period)
            words = f"not between {_range_words(spec)}"
            checks.append(pa.Check.in_range(low, high, include_max=inclusive, error=words))
        return pa.Column(DTYPES[spec.type], checks, nullable=spec.nullable)


def load_schemas(project: Project, services: Sequence[str]) -> dict[str, ExtractSchema]:
    """Every schema of the project, by extract, in the order of their names.

    Parameters
    ----------
    project
        Whose `schemas/` folder is read.
    services
        The service identifiers that `codes_from: services` allows.

    Raises
    ------
    DefinitionError
        Every fault of every schema file, each with its line.
    """
    problems: list[Problem] = []
    lists: dict[str, dict[str, str]] = {}
    try:
        lists = checked(read_yaml(project.schemas / CODE_LISTS), CodeLists).root
    except DefinitionError as error:
        problems += error.problems
    lists = {**lists, SERVICES: {service: service for service in services}}
    schemas = {}
    files = sorted(f for f in project.schemas.glob("*.yaml") if f.name != CODE_LISTS)
    for file in files:
        try:
            schema = _load(file, lists)
            schemas[schema.name] = schema
        except DefinitionError as error:
            problems += error.problems
    if not files:
        problems.append(
            Problem("there are no schemas", project.schemas.name, do="Restore the folder of schemas.")
        )
    if problems:
        raise DefinitionError(problems)
    return schemas


def _load(file: Path, lists: Mapping[str, Mapping[str, str]]) -> ExtractSchema:
    located = read_yaml(file)
    read = checked(located, ExtractFile)
    problems = _disagreements(read, located, lists)
    if problems:
        raise DefinitionError(problems)
    codes = {}
    for name, column in read.columns.items():
        if column.codes is not None:
            codes[name] = column.codes
        elif column.codes_from is not None:
            codes[name] = dict(lists[column.codes_from])
    return ExtractSchema(
        read.extract, read.title, read.description, read.arrives, read.required, tuple(read.key),
        read.period_column, read.control_total, read.columns, read.rules, codes,
    )  # fmt: skip


Fault = tuple[str, tuple[str | int, ...], str]
"""What is wrong, the path of the value in the YAML, and what to do."""


def _disagreements(read: ExtractFile, located: Located, lists: Mapping[str, Any]) -> list[Problem]:
    """Faults that show only when a schema is read as a whole."""
    found = [
        *_own_faults(read, located.file.stem),
        *_pointing_nowhere(read, lists),
        *_identifier_faults(read),
    ]
    return [Problem(what, located.where(*path), do=do) for what, path, do in found]


def _own_faults(read: ExtractFile, stem: str) -> Iterator[Fault]:
    if read.extract != stem:
        yield f"extract '{read.extract}' stands in {stem}.yaml", ("extract",), "Give both the same name."
    if not read.key:
        yield "the key is empty", ("key",), "Name the columns that tell rows apart."
    if read.arrives == "monthly" and read.period_column is None:
        yield "a monthly extract needs a period_column", ("arrives",), "Name its date column."
    for i, name in enumerate(read.key):
        if name in read.columns and read.columns[name].nullable:
            yield f"the key column '{name}' may be empty", ("key", i), "Remove nullable."
    for option, kinds in (("period_column", ("date", "datetime", "month")), ("control_total", ("pounds",))):
        name = getattr(read, option)
        if name in read.columns and read.columns[name].type not in kinds:
            yield f"the {option} '{name}' is not {' or '.join(kinds)}", (option,), "Name another column."


def _pointing_nowhere(read: ExtractFile, lists: Mapping[str, Any]) -> Iterator[Fault]:
    """Names of columns and code lists that do not exist."""
    names: list[tuple[str | None, tuple[str | int, ...]]] = [
        (name, ("key", i)) for i, name in enumerate(read.key)
    ]
    names += [(read.period_column, ("period_column",)), (read.control_total, ("control_total",))]
    for i, rule in enumerate(read.rules):
        names += [(name, ("rules", i, "not_before", j)) for j, name in enumerate(rule.not_before or ())]
        if rule.by_code:
            path = ("rules", i, rule.by_code.form)
            names += [(rule.by_code.column, (*path, "column")), (rule.by_code.by, (*path, "by"))]
            codes = read.columns[rule.by_code.by].codes if rule.by_code.by in read.columns else None
            for code in rule.by_code.by_code if codes is not None else ():
                if code not in codes:
                    what = f"'{rule.by_code.by}' has no code '{code}'"
                    yield what, (*path, rule.by_code.said, code), nearest(code, list(codes))
    for name, path in names:
        if name is not None and name not in read.columns:
            yield f"'{name}' is not a column here", path, nearest(name, list(read.columns))
    for name, column in read.columns.items():
        wanted = column.codes_from
        if wanted is not None and wanted not in lists:
            yield f"no code list '{wanted}'", ("columns", name, "codes_from"), nearest(wanted, list(lists))


def _identifier_faults(read: ExtractFile) -> Iterator[Fault]:
    for kind, type_ in (("nhs_number", "text"), ("postcode", "text"), ("date_of_birth", "date")):
        held = [name for name, column in read.columns.items() if column.identifier == kind]
        if len(held) > 1:
            yield f"two columns are identifier: {kind}", ("columns", held[1], "identifier"), "Keep one."
        if held and read.columns[held[0]].type != type_:
            yield (
                f"identifier: {kind} is not of type {type_}",
                ("columns", held[0], "type"),
                "Correct its type.",
            )
        if not held and kind in NEEDED_IDENTIFIERS.get(read.extract, ()):
            yield f"no column is identifier: {kind}", ("columns",), "Mark the column, so that it is replaced."


def _bound(bound: Any, kind: str) -> Any:
    """One end of a `between` as its kind's own value; `PERIOD_END` stays."""
    if kind in ("number", "integer", "pounds"):
        if isinstance(bound, bool) or not isinstance(bound, int | float):
            raise ValueError(f"between: '{bound}' is not a number")
        return bound
    if bound == PERIOD_END:
        return bound
    if kind == "month":
        if not re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", str(bound)):
            raise ValueError(f"between: '{bound}' is not a month (YYYY-MM) or {PERIOD_END}")
        return str(bound)
    if not isinstance(bound, dt.date):
        raise ValueError(f"between: '{bound}' is not a date (YYYY-MM-DD) or {PERIOD_END}")
    return bound


def _limits(spec: ColumnSpec, period: Month) -> tuple[Any, Any, bool]:
    """A range as it is compared (pence, month text or a moment), and whether its upper end belongs to it.

    A last day means that day's last moment, so the upper end of dates is given as the first moment after it.
    """
    low, high = spec.between or (None, None)
    if spec.type == "pounds":
        return round(low * 100), round(high * 100), True
    if spec.type in ("number", "integer"):
        return low, high, True
    if spec.type == "month":
        return _month_text(low, period), _month_text(high, period), True
    first = pd.Timestamp(f"{period}-01") if low == PERIOD_END else pd.Timestamp(low)
    if high == PERIOD_END:
        return first, pd.Timestamp(f"{period.plus(1)}-01"), False
    return first, pd.Timestamp(high) + pd.Timedelta(days=1), False


def _month_text(bound: Any, period: Month) -> str:
    return str(period) if bound == PERIOD_END else str(bound)


def _range_words(spec: ColumnSpec) -> str:
    low, high = (_bound_words(bound, spec.type) for bound in spec.between or ())
    return f"{low} and {high}"


def _bound_words(bound: Any, kind: str) -> str:
    if bound == PERIOD_END:
        return "the end of the period"
    if kind == "pounds":
        return f"{'-' if bound < 0 else ''}£{abs(bound):,}"
    return str(bound)


def code_labels(schemas: Mapping[str, ExtractSchema]) -> dict[str, dict[str, str]]:
    """Code labels by list name (for `codes_from`) and by ``extract.column``."""
    labels: dict[str, dict[str, str]] = {}
    for extract, schema in schemas.items():
        for column, codes in schema.codes.items():
            labels[f"{extract}.{column}"] = dict(codes)
            if schema.columns[column].codes_from:
                labels[str(schema.columns[column].codes_from)] = dict(codes)
    return labels


_HANDLING = {
    "nhs_number": "Replaced by a keyed pseudonym",
    "drop": "Not kept",
    "date_of_birth": "Replaced by the age band at each contact",
    "postcode": "Replaced by the deprivation decile",
    None: "",
}


def dictionary_frame(schemas: Mapping[str, ExtractSchema]) -> pd.DataFrame:
    """One row a column of each extract, with the columns of the mart's table `dictionary`."""
    rows = [
        {
            "extract": schema.name, "extract_title": schema.title,
            "extract_description": schema.description, "arrives": schema.arrives,
            "column": name, "title": column.title, "description": column.description,
            "kind": column.type, "required": not column.nullable, "rule": _rule_words(schema, name),
            "handling": _HANDLING[column.identifier], "key": name in schema.key,
        }
        for schema in schemas.values()
        for name, column in schema.columns.items()
    ]  # fmt: skip
    return pd.DataFrame(rows)


def _rule_words(schema: ExtractSchema, name: str) -> str:
    column, words = schema.columns[name], []
    if column.codes_from == SERVICES:
        words.append("One of the services that are defined")
    elif name in schema.codes:
        words.append(
            "One of: " + "; ".join(f"{code} ({label})" for code, label in schema.codes[name].items())
        )
    if column.between is not None:
        words.append(f"Between {_range_words(column)}")
    if column.str_matches is not None:
        words.append(f"Matches {column.str_matches}")
    if column.length is not None:
        words.append(f"{column.length[0]} to {column.length[1]} characters")
    if column.identifier == "nhs_number":
        words.append("The check digit is right")
    for rule in schema.rules:
        if rule.column == name and rule.not_before:
            words.append(f"Not before {rule.not_before[1]}")
        elif rule.column == name:
            words.append(rule.by_code.words)
    return ". ".join(words)
