"""The fields of a record as they may be kept: number → pseudonym, birth → age band, postcode → decile."""

from __future__ import annotations

import hashlib
import hmac

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from valuekit.extracts.parse import parse
from valuekit.extracts.plics.feeds import ACTIVITY_ID, BEGINS, FIELDS, IDENTIFIERS
from valuekit.extracts.pseudonymise import age_band, decile_of, pseudonyms
from valuekit.extracts.validate import nhs_number_repeated, nhs_number_valid

NUMBER = r"(?:^|\D)(?P<a>\d{3})[ -]?(?P<b>\d{3})[ -]?(?P<c>\d{4})(?:\D|$)"
"""An NHS number anywhere in a text, as people write it."""

NUMBER_LENGTH = 10
"""Fewest characters of a text that holds one."""


class Safe:
    """Takes the identifiers out of one file's records, and counts what it meets.

    Parameters
    ----------
    feed
        Whose fields the records have.
    key
        Of the pseudonyms.
    deciles
        Deprivation decile by postcode sector.
    """

    def __init__(self, feed: str, key: str, deciles: pd.Series):
        self.feed, self.key, self.deciles = feed, key, deciles
        self.unusable = self.strays = 0

    @property
    def notes(self) -> list[str]:
        """What a reader should know of the identifiers, in words; never one of them."""
        found = []
        if self.unusable:
            found.append(f"the NHS number of {self.unusable:,} records is wrong and was not used")
        if self.strays:
            found.append(
                f"{self.strays:,} fields that are kept held an NHS number: replaced by its pseudonym"
            )
        return found

    def records(self, table: pa.Table) -> pa.Table:
        """`table` without identifiers; with `activity_id` and, where it has people, `patient` and who."""
        kept = {name: table[name].combine_chunks() for name in FIELDS[self.feed] if name not in IDENTIFIERS}
        columns: dict[str, pa.Array] = {}
        if "NHSNo" in table.column_names:
            number = table["NHSNo"].to_pandas().astype("str").str.replace("[ -]", "", regex=True)
            usable = number.where(nhs_number_valid(number) & ~nhs_number_repeated(number))
            self.unusable += int((number.notna() & usable.isna()).sum())
            people = frozenset(usable.dropna())
            columns |= self._people(table, usable, people)
            kept = {name: self._without_numbers(column, people) for name, column in kept.items()}
        if self.feed in ACTIVITY_ID:
            columns["activity_id"] = pc.coalesce(*(kept[name] for name in ACTIVITY_ID[self.feed]))
        return pa.table({**columns, **kept})

    def others(self, table: pa.Table) -> pa.Table:
        """Unknown fields, each value as its keyed pseudonym: nobody has said that it may be kept."""
        different = pc.unique(table["value"]).drop_null().to_pylist()
        made = [self._pseudonym(value) for value in different]
        place = pc.index_in(table["value"], pa.array(different, pa.string()))
        values = pa.array(made, pa.string()).take(place.combine_chunks())
        return pa.table({"record": table["record"], "path": table["path"], "value": values})

    def _pseudonym(self, value: str) -> str:
        return "U" + hmac.digest(self.key.encode(), value.encode(), hashlib.sha256).hex()[:16]

    def _people(self, table: pa.Table, number: pd.Series, people: frozenset[str]) -> dict[str, pa.Array]:
        made = pseudonyms(sorted(people), self.key)
        born = parse(table["DoB"].combine_chunks(), "date")[0]
        begins = parse(table[BEGINS[self.feed]].combine_chunks(), "date")[0]
        decile = decile_of(table["Postcd"].to_pandas().astype("str").str.upper(), self.deciles)
        return {
            "patient": pa.array(number.map(made), pa.string(), from_pandas=True),
            "age_band": pa.array(age_band(born, begins), pa.string(), from_pandas=True),
            "deprivation_decile": pa.array(decile.astype("Int64"), pa.int8(), from_pandas=True),
        }

    def _without_numbers(self, column: pa.Array, people: frozenset[str]) -> pa.Array:
        """`column` with a pseudonym in every cell that holds the NHS number of one of `people`."""
        if (pc.max(pc.binary_length(column)).as_py() or 0) < NUMBER_LENGTH:
            return column
        parts = pc.extract_regex(column, NUMBER)
        number = pc.binary_join_element_wise(*(pc.struct_field(parts, part) for part in "abc"), "")
        if number.null_count == len(number):
            return column
        numbers = number.to_pandas().astype("str")
        held = numbers.isin(people).to_numpy(dtype=bool)  # a local identifier of ten digits is no fault
        if not held.any():
            return column
        self.strays += int(held.sum())
        made = pseudonyms(sorted(set(numbers[held])), self.key)
        return pc.replace_with_mask(column, pa.array(held), pa.array(numbers[held].map(made), pa.string()))
