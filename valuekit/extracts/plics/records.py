"""A batch of tags as tables: one row a record, a cost activity, a resource line, an unknown field."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from valuekit.extracts.plics.feeds import FIELDS, RECONCILIATION
from valuekit.extracts.plics.markup import BODY_DEPTH, MAX_TAGS, Markup, NotPlain, local, refuse, unescape

MAX_TEXT = 10_000
"""Characters of one value; a real one has fewer than 50."""

_RECORD, _COST_ACTIVITY, _RESOURCE = "Activity", "CstActivity", "Resource"
_OF_COST_ACTIVITY, _OF_RESOURCE = ("ActCstID", "ActCnt"), ("ResCstID", "TotCst")
_NIL = re.compile(rb"[\s:]nil\s*=\s*[\"'](true|1)[\"']")
_WHOLE = re.compile(rb"<[^\s/>]+(\s+[^\s=]+\s*=\s*(\"[^\"]*\"|'[^']*'))*\s*/?>")


@dataclass(frozen=True)
class Batch:
    """Rows of some whole records, in the file's order.

    Attributes
    ----------
    records
        The feed's fields as text, null where missing, empty or nil.
    cost_activities
        `record` (its place in this batch), `ActCstID`, `ActCnt` (text).
    resources
        `cost_activity` (its place in this batch), `ResCstID`, `TotCst` (text).
    others
        Fields that the feed does not have: `record`, `path`, `value`.
    """

    records: pa.Table
    cost_activities: pa.Table
    resources: pa.Table
    others: pa.Table


@dataclass
class _Names:
    """The different tags that a file has had so far, each with its local name as a number."""

    known: dict[bytes, tuple[int, bool]] = field(default_factory=dict)
    numbers: dict[str, int] = field(default_factory=dict)

    def of(self, tag: bytes) -> tuple[int, bool]:
        """The number of a start tag's local name, and whether the element is nil."""
        if tag not in self.known:
            if not _WHOLE.fullmatch(tag):
                raise NotPlain  # a > within a value ended the tag too early
            self.known[tag] = self.number(local(tag)), _NIL.search(tag) is not None
        return self.known[tag]

    def number(self, name: str) -> int:
        """A number that stands for `name`."""
        return self.numbers.setdefault(name, len(self.numbers))


class Records:
    """Turns the batches of one file into tables; holds nothing but the names of the tags it has met.

    Parameters
    ----------
    name
        The file's name, for messages.
    feed
        Whose fields the records have.
    """

    def __init__(self, name: str, feed: str):
        self.name, self.feed, self.names = name, feed, _Names()
        number = self.names.number
        self.record = None if feed == RECONCILIATION else number(_RECORD)
        self.cost_activity, self.resource = number(_COST_ACTIVITY), number(_RESOURCE)
        self.fields = {field: number(field) for field in FIELDS[feed]}
        self.of_cost_activity = {field: number(field) for field in _OF_COST_ACTIVITY}
        self.of_resource = {field: number(field) for field in _OF_RESOURCE}

    def tables(self, markup: Markup) -> Batch:
        """The rows of one batch.

        Raises
        ------
        ExtractError
            A field stands twice in its element, a record has another name, or a value is too long.
        NotPlain
            See :func:`valuekit.extracts.plics.markup.batches`.
        """
        begins = _Begins(self, markup)
        level, names, leaf = begins.level, begins.names, begins.leaf
        record = level == BODY_DEPTH + 1
        if self.record is not None and (names[record] != self.record).any():
            raise refuse(self.name, f"{_RECORD} is not the only element of MessageBody")
        parent = _last(level == BODY_DEPTH + 2)
        grandparent_fits = names[parent] == self.cost_activity
        in_resource = grandparent_fits & (names[_last(level == BODY_DEPTH + 3)] == self.resource)
        first = leaf & (level == BODY_DEPTH + 2)
        cost_activity = (level == BODY_DEPTH + 2) & (names == self.cost_activity)
        second = leaf & (level == BODY_DEPTH + 3) & grandparent_fits
        resource = (level == BODY_DEPTH + 3) & grandparent_fits & (names == self.resource)
        third = leaf & (level == BODY_DEPTH + 4) & in_resource

        columns, of_first = begins.columns(first, record, self.fields)
        acts, of_second = begins.columns(second, cost_activity, self.of_cost_activity)
        lines, of_third = begins.columns(third, resource, self.of_resource)
        known = record | cost_activity | resource | of_first | of_second | of_third
        to_record, to_cost_activity = np.cumsum(record) - 1, np.cumsum(cost_activity) - 1
        acts = {"record": pa.array(to_record[cost_activity].astype(np.int32)), **acts}
        lines = {"cost_activity": pa.array(to_cost_activity[resource].astype(np.int32)), **lines}
        others = self._others(begins, np.flatnonzero(~known), to_record)
        return Batch(pa.table(columns), pa.table(acts), pa.table(lines), others)

    def _others(self, begins: _Begins, at: np.ndarray, to_record: np.ndarray) -> pa.Table:
        """Elements that the feed does not have, by their path within the record; containers have no value."""
        words = {number: name for name, number in self.names.numbers.items()}
        paths = []
        for i in at.tolist():
            path, level, j = [words[begins.names[i]]], begins.level[i], i
            while level > BODY_DEPTH + 2:
                j -= 1
                if begins.level[j] < level:
                    level = begins.level[j]
                    path.append(words[begins.names[j]])
            paths.append("/".join(reversed(path)))
        return pa.table(
            {
                "record": pa.array(to_record[at].astype(np.int32)),
                "path": pa.array(paths, pa.string()),
                "value": begins.texts(at),
            }
        )


class _Begins:
    """The start tags (and empty elements) of a batch.

    Attributes
    ----------
    level
        How deep the element lies: 3 for a record.
    names
        The number of its local name.
    leaf
        Whether there is no element in it.
    """

    def __init__(self, of: Records, markup: Markup):
        self.file = of.name
        self.at = np.flatnonzero(~markup.closes)
        empty = np.frombuffer(markup.data, np.uint8)[markup.right[self.at] - 1] == ord("/")
        following = np.append(markup.closes, True)[self.at + 1]
        self.level = markup.depth[self.at] + empty
        self.leaf = empty | following
        self.parts = _parts(markup)
        self.names, nil = self._names(of)
        self.silent = nil | empty | ~self.leaf
        self.references = b"&" in markup.data

    def _names(self, of: Records) -> tuple[np.ndarray, np.ndarray]:
        tags = self.parts.take(pa.array(2 * self.at)).dictionary_encode()
        different = tags.dictionary.to_pylist()
        if len(different) > MAX_TAGS:
            raise refuse(of.name, f"more than {MAX_TAGS:,} different tags", "it is not a PLICS file")
        found = [of.names.of(tag) for tag in different]
        numbers = np.array([number for number, _ in found], np.int64)
        nil = np.array([nil for _, nil in found], bool)
        code = tags.indices.to_numpy()
        return numbers[code], nil[code] if nil.any() else np.zeros(len(code), bool)

    def texts(self, at: np.ndarray) -> pa.Array:
        """What stands in the elements `at`: trimmed, null where there is nothing."""
        raw = self.parts.take(pa.array(2 * self.at[at] + 1)).cast(pa.string())
        if self.references:
            raw = _unescaped(raw)
        text = pc.ascii_trim_whitespace(raw)
        length = pc.binary_length(text)
        if (pc.max(length).as_py() or 0) > MAX_TEXT:
            raise refuse(self.file, "a value is too long", f"more than {MAX_TEXT:,} characters")
        nothing = self.silent[at] | (length.to_numpy() == 0)
        return pc.if_else(pa.array(nothing), pa.scalar(None, pa.string()), text) if nothing.any() else text

    def columns(
        self, mask: np.ndarray, owner: np.ndarray, wanted: dict[str, int]
    ) -> tuple[dict[str, pa.Array], np.ndarray]:
        """One column of text for each name in `wanted`, one row for each of `owner`; which elements it took.

        `mask` says which elements may be fields; each belongs to the owner that began last before it.
        """
        at = np.flatnonzero(mask)
        rows, names = (np.cumsum(owner) - 1)[at], self.names[at]
        count = int(owner.sum())
        taken = np.zeros(len(mask), dtype=bool)
        columns = {}
        for name, number in wanted.items():
            mine = names == number
            row = rows[mine]
            taken[at[mine]] = True
            if (np.diff(row) <= 0).any():
                raise refuse(
                    self.file, f"{name} stands twice in one element", "which one is meant is not said"
                )
            if len(row) == 0:
                columns[name] = pa.nulls(count, pa.string())
                continue
            text = self.texts(at[mine])
            if len(row) < count:
                place = np.full(count, -1, np.int64)
                place[row] = np.arange(len(row))
                text = text.take(pa.array(place, mask=place < 0))
            columns[name] = text
        return columns, taken


def _parts(markup: Markup) -> pa.Array:
    """Tag, text, tag, text … of the batch: views of its bytes, nothing copied."""
    count = len(markup.left)
    offsets = np.empty(2 * count + 1, dtype=np.int32)
    offsets[0:-1:2], offsets[1::2] = markup.left, markup.right + 1
    offsets[-1] = markup.right[-1] + 1
    buffers = [None, pa.py_buffer(offsets), pa.py_buffer(markup.data)]
    return pa.Array.from_buffers(pa.binary(), 2 * count, buffers)


def _last(mask: np.ndarray) -> np.ndarray:
    """For each element the last one up to it for which `mask` is true; 0 before the first."""
    return np.maximum.accumulate(np.where(mask, np.arange(len(mask)), 0))


def _unescaped(text: pa.Array) -> pa.Array:
    with_reference = np.flatnonzero(pc.match_substring(text, "&").to_numpy(zero_copy_only=False))
    if not len(with_reference):
        return text
    found: Sequence[str] = text.take(pa.array(with_reference)).to_pylist()
    flags = np.zeros(len(text), bool)
    flags[with_reference] = True
    return pc.replace_with_mask(text, pa.array(flags), pa.array([unescape(t) for t in found], pa.string()))
