"""Row by row: which rows break which rule. Bad rows are set aside and counted, never dropped in silence.

The schema's own checks run in pandera. pandera's failure cases hold the values that failed, so only the
position of a row is taken from them and the rest is let go: no value can reach a message or a file.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import permutations

import numpy as np
import pandas as pd
import pandera.errors
import pyarrow as pa
import pyarrow.compute as pc
from pandera.errors import SchemaErrorReason

from valuekit.extracts.schemas import FILE, ExtractSchema
from valuekit.extracts.typed import Typed
from valuekit.project import Month

EMPTY = "empty"
DUPLICATE_ROW = "duplicate row"
DUPLICATE_KEY = "duplicate key"
CHECK_DIGIT = "NHS number with a wrong check digit"
PLACEHOLDER = "NHS number that is one digit repeated"
STRAY = {
    "nhs_number": "holds a person's NHS number",
    "postcode": "holds a person's postcode",
    "date_of_birth": "holds a person's date of birth",
    "name": "holds a person's name",
}
"""Kinds of identifiers that may stand where none belongs. A name is looked for whole, given with family name:
either alone is often a common word."""


@dataclass(frozen=True)
class Validated:
    """An extract with the faults of its rows.

    Attributes
    ----------
    typed
        Every row read.
    failures
        One row a broken rule: `position` in `typed.frame`, `column` (empty for the row itself), `rule`.
    set_aside
        Which rows break a rule; bool.
    """

    typed: Typed
    failures: pd.DataFrame
    set_aside: np.ndarray

    @property
    def schema(self) -> ExtractSchema:
        """What the rows were held to."""
        return self.typed.schema

    @property
    def accepted(self) -> pd.DataFrame:
        """The rows that broke no rule: the schema's columns."""
        return self.typed.frame.loc[~self.set_aside].drop(columns=FILE).reset_index(drop=True)


def judge_rows(extract: Typed, period: Month, people: Mapping[str, pa.Array] | None = None) -> Validated:
    """Hold every row to the schema as it stands for `period`.

    `people` are the identifiers of the drop (see :func:`held_identifiers`): none of them may stand in a
    column that is kept as it is.
    """
    failures = [
        _failed(rows.nonzero()[0], name, rule)
        for name, rules in extract.unreadable.items()
        for rule, rows in rules.items()
    ]
    failures += _schema_failures(extract, period)
    failures += _number_failures(extract.schema, extract.frame)
    if people is not None:
        failures += _strays(extract, people)
    every = pd.concat([_failed(np.empty(0, int), "", ""), *failures], ignore_index=True)
    every = every.drop_duplicates().sort_values(["position", "column", "rule"], ignore_index=True)
    set_aside = np.zeros(len(extract.frame), dtype=bool)
    set_aside[every["position"].to_numpy()] = True
    return Validated(extract, every, set_aside)


def _failed(positions: np.ndarray, column: str, rule: str) -> pd.DataFrame:
    return pd.DataFrame(
        {"position": np.asarray(positions, dtype=np.int64), "column": column, "rule": rule}
    ).astype({"column": "str", "rule": "str"})


def _schema_failures(extract: Typed, period: Month) -> list[pd.DataFrame]:
    """What pandera finds, as positions of rows."""
    try:
        extract.schema.checks(period).validate(extract.frame, lazy=True)
    except pandera.errors.SchemaErrors as error:
        return [failed for fault in error.schema_errors for failed in _failures_of(fault, extract)]
    return []


def _failures_of(fault: pandera.errors.SchemaError, extract: Typed) -> list[pd.DataFrame]:
    cases, reason = fault.failure_cases, fault.reason_code
    if not isinstance(cases, pd.DataFrame) or cases["index"].isna().any():
        raise TypeError(f"a check of '{extract.schema.name}' could not be run: {reason}") from None
    positions = np.unique(cases["index"].to_numpy().astype(np.int64))
    if reason is SchemaErrorReason.DUPLICATES:
        return _duplicates(positions, extract)
    if reason is SchemaErrorReason.SERIES_CONTAINS_NULLS:
        name = str(fault.schema.name)
        for rows in extract.unreadable[name].values():  # a cell that cannot be read is not empty
            positions = positions[~rows[positions]]
        return [_failed(positions, name, EMPTY)]
    if reason is not SchemaErrorReason.DATAFRAME_CHECK:
        raise TypeError(f"a check of '{extract.schema.name}' could not be run: {reason}") from None
    # a rule over the row is named after the column that it speaks of: see ExtractSchema.checks
    column = fault.schema.name if fault.schema.name in extract.schema.columns else fault.check.name
    return [_failed(positions, str(column), str(fault.check.error))]


def _duplicates(positions: np.ndarray, extract: Typed) -> list[pd.DataFrame]:
    """Second and later rows of a key: the same row again, or another row under the same key."""
    key = [FILE, *extract.schema.key]
    keys = extract.frame[key]
    positions = positions[keys.loc[positions].notna().all(axis=1).to_numpy()]
    if not len(positions):
        return []
    family = keys.merge(keys.loc[positions].drop_duplicates(), on=key, how="left", indicator=True)
    involved = (family["_merge"] == "both").to_numpy().nonzero()[0]
    rows = (
        extract.text.table.take(pa.array(involved)).to_pandas().assign(**{FILE: extract.text.file[involved]})
    )
    again = pd.Series(rows.duplicated().to_numpy(), index=involved).loc[positions].to_numpy()
    return [
        _failed(positions[again], "", DUPLICATE_ROW),
        _failed(positions[~again], ", ".join(extract.schema.key), DUPLICATE_KEY),
    ]


def _number_failures(schema: ExtractSchema, frame: pd.DataFrame) -> list[pd.DataFrame]:
    failures = []
    for name in schema.identifiers("nhs_number"):
        valid, repeated = nhs_number_valid(frame[name]), nhs_number_repeated(frame[name])
        whole = frame[name].str.fullmatch("[0-9]{10}").fillna(False).to_numpy(dtype=bool)
        failures.append(_failed((whole & ~valid).nonzero()[0], name, CHECK_DIGIT))
        failures.append(_failed((whole & repeated).nonzero()[0], name, PLACEHOLDER))
    return failures


def held_identifiers(extracts: Iterable[Typed]) -> dict[str, pa.Array]:
    """Identifiers that stand where one belongs, in any extract, by kind.

    Postcodes are without spaces; names in small letters, given with family name in either order.
    """
    held: dict[str, set[str]] = {kind: set() for kind in STRAY}
    for extract in extracts:
        for kind, values in held.items():
            for name in extract.schema.identifiers(kind):
                values.update(
                    pc.unique(_bare(extract.text.table[name].combine_chunks(), kind)).drop_null().to_pylist()
                )
        held["name"] |= _whole_names(extract)
    numbers = pd.Series(sorted(held["nhs_number"]), dtype="str")
    held["nhs_number"] = set(numbers[nhs_number_valid(numbers)])
    return {kind: pa.array(sorted(values), pa.string()) for kind, values in held.items()}


def _whole_names(extract: Typed) -> set[str]:
    """Given with family name, in either order, from the columns that are dropped."""
    columns = [extract.text.table[name].to_pylist() for name in extract.schema.identifiers("drop")]
    found = set()
    for one, other in permutations(columns, 2):
        found |= {" ".join(_words(f"{a} {b}")) for a, b in set(zip(one, other, strict=True)) if a and b}
    return found


_NUMBER = r"(?:^|\D)(?P<a>\d{3})[ -]?(?P<b>\d{3})[ -]?(?P<c>\d{4})(?:\D|$)"
_EACH_NUMBER = re.compile(r"(?<!\d)(?=(\d{3})[ -]?(\d{3})[ -]?(\d{4})(?!\d))")
_POSTCODE = re.compile(r"\b[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}\b")
_WORD = re.compile(r"[^\W\d_]+")
_ROOM_FOR_TWO = 21
"""Fewest characters of a text that holds two numbers of ten digits."""
_LONGEST_NAME = 6
"""Words of a name: each run of so many, or fewer, words of a text is looked up."""


def _words(text: str) -> list[str]:
    return _WORD.findall(text.casefold())


def _bare(text: pa.Array, kind: str) -> pa.Array:
    return pc.replace_substring(text, " ", "") if kind == "postcode" else text


def _strays(extract: Typed, people: Mapping[str, pa.Array]) -> list[pd.DataFrame]:
    """A person's identifier in a column that is kept: in the wrong cell, or part of a text.

    Only identifiers of the drop's own people count: a local identifier of ten digits is no fault. NHS numbers
    are looked for anywhere in any text, names and postcodes anywhere in free text; postcodes and dates of
    birth as the whole of any text. (A date within a sentence is as likely that of what the sentence tells.)
    """
    failures = []
    for name, spec in extract.schema.columns.items():
        if spec.type != "text" or spec.identifier is not None or name in extract.schema.codes:
            continue
        text = extract.text.table[name].combine_chunks()
        groups = pc.extract_regex(text, _NUMBER)
        number = pc.binary_join_element_wise(*(pc.struct_field(groups, part) for part in "abc"), "")
        whole = {"nhs_number": number, "postcode": _bare(text, "postcode"), "date_of_birth": text}
        found = {
            kind: pc.is_in(values, people[kind]).to_numpy(zero_copy_only=False)
            for kind, values in whole.items()
        }
        told = _told(text, people) if spec.str_matches is None else _told_late(text, number, people)
        for kind, texts in told.items():
            found[kind] = found.get(kind, False) | pc.is_in(text, texts).to_numpy(zero_copy_only=False)
        failures += [_failed(rows.nonzero()[0], name, STRAY[kind]) for kind, rows in found.items()]
    return failures


def _told(text: pa.Array, people: Mapping[str, pa.Array]) -> dict[str, pa.Array]:
    """The free texts that name somebody somewhere, by what they tell."""
    held = {kind: set(values.to_pylist()) for kind, values in people.items()}
    told: dict[str, list[str]] = {"nhs_number": [], "postcode": [], "name": []}
    for one in pc.unique(text).drop_null().to_pylist():
        words = _words(one)
        runs = {
            " ".join(words[i : i + n]) for n in range(2, _LONGEST_NAME + 1) for i in range(len(words) - n + 1)
        }
        said = {
            "nhs_number": _numbers(one),
            "postcode": {code.replace(" ", "") for code in _POSTCODE.findall(one.upper())},
            "name": runs,
        }
        for kind, values in said.items():
            if values & held[kind]:
                told[kind].append(one)
    return {kind: pa.array(texts, pa.string()) for kind, texts in told.items()}


def _told_late(text: pa.Array, first: pa.Array, people: Mapping[str, pa.Array]) -> dict[str, pa.Array]:
    """Texts of a set form in which a number that is nobody's comes before a person's NHS number."""
    roomy = pc.and_(pc.is_valid(first), pc.greater_equal(pc.binary_length(text), _ROOM_FOR_TWO))
    texts = pc.unique(text.filter(roomy)).drop_null().to_pylist()
    held = set(people["nhs_number"].to_pylist()) if texts else set()
    return {"nhs_number": pa.array([one for one in texts if _numbers(one) & held], pa.string())}


def _numbers(text: str) -> set[str]:
    """Everything in `text` that is written as NHS numbers are."""
    return {"".join(parts) for parts in _EACH_NUMBER.findall(text)}


def nhs_number_valid(numbers: pd.Series) -> np.ndarray:
    """Whether each text is an NHS number with the right check digit.

    Modulus 11: the first nine digits are weighted 10 to 2 and summed; 11 less the remainder of the sum by 11
    is the tenth digit, where 11 stands for 0 and 10 never occurs. Source: NHS Data Dictionary, NHS NUMBER.

    Parameters
    ----------
    numbers
        Text; missing or not ten digits is not valid.

    Returns
    -------
    valid
        bool, one for each.
    """
    whole = numbers.str.fullmatch("[0-9]{10}").fillna(False).to_numpy(dtype=bool)
    valid = np.zeros(len(numbers), dtype=bool)
    if whole.any():
        text = "".join(numbers[whole])
        digits = np.frombuffer(text.encode("ascii"), dtype=np.uint8).reshape(-1, 10).astype(np.int64) - ord(
            "0"
        )
        check = (11 - digits[:, :9] @ np.arange(10, 1, -1) % 11) % 11
        valid[whole] = check == digits[:, 9]  # a check of 10 equals no digit
    return valid


def nhs_number_repeated(numbers: pd.Series) -> np.ndarray:
    """Whether each text is one digit ten times, typed only to fill the box: it passes modulus 11."""
    return numbers.isin([digit * 10 for digit in "0123456789"]).to_numpy(dtype=bool)
