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
        second, third, fourth = (level == BODY_DEPTH + below for below in (2, 3, 4))
        in_cost_activity = begins.within(second, self.cost_activity)
        in_resource = in_cost_activity & begins.within(third, self.resource)
        cost_activity = second & (names == self.cost_activity)
        resource = third & in_cost_activity & (names == self.resource)
        to_record, to_cost_activity, to_resource = map(_counted, (record, cost_activity, resource))

        columns, of_record = begins.columns(leaf & second, to_record, self.fields)
        acts, of_act = begins.columns(
            leaf & third & in_cost_activity, to_cost_activity, self.of_cost_activity
        )
        lines, of_line = begins.columns(leaf & fourth & in_resource, to_resource, self.of_resource)
        known = record | cost_activity | resource | of_record | of_act | of_line
        acts = {"record": pa.array(to_record[cost_activity]), **acts}
        lines = {"cost_activity": pa.array(to_cost_activity[resource]), **lines}
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
                "record": pa.array(to_record[at]),
                "path": pa.array(paths, pa.string()),
                "value": begins.texts(at),
            }
        )


class _Begins:
    """The start tags (and empty elements) of a batch.

    Attributes
    ----------
    level
        How deep the element lies: 3 for a record; int8.
    names
        The number of its local name; int32.
    leaf
        Whether there is no element in it.
    """

    def __init__(self, of: Records, markup: Markup):
        self.file = of.name
        self.at = np.flatnonzero(~markup.closes)
        empty = np.frombuffer(markup.data, np.uint8)[markup.right[self.at] - 1] == ord("/")
        following = markup.closes.take(self.at + 1, mode="clip")  # the last tag is an end tag, or empty
        self.level = markup.depth[self.at] + empty
        self.leaf = empty | following
        self.parts = _parts(markup)
        self.names, nil = self._names(of)
        self.silent = nil | empty | ~self.leaf
        self.references = b"&" in markup.data

    def _names(self, of: Records) -> tuple[np.ndarray, np.ndarray]:
        tags = self.parts.take(pa.array(2 * self.at)).dictionary_encode()
        different = tags.dictionary.cast(pa.binary()).to_pylist()
        if len(different) > MAX_TAGS:
            raise refuse(of.name, f"more than {MAX_TAGS:,} different tags", "it is not a PLICS file")
        found = [of.names.of(tag) for tag in different]
        numbers = np.array([number for number, _ in found], np.int32)
        nil = np.array([nil for _, nil in found], bool)
        code = tags.indices.to_numpy()
        return numbers[code], nil[code] if nil.any() else np.zeros(len(code), bool)

    def within(self, there: np.ndarray, name: int) -> np.ndarray | np.bool_:
        """Of each element that lies deeper than those `there`: whether the one that it lies in is a `name`.

        `there` says which elements have a certain level; what is said of elements no deeper has no meaning.
        """
        if not (there & ~self.leaf & (self.names != name)).any():
            return np.True_
        return self.names[np.maximum.accumulate(np.where(there, np.arange(len(there)), 0))] == name

    def texts(self, at: np.ndarray, missing: np.ndarray | None = None) -> pa.Array:
        """What stands in the elements `at`: trimmed, null where there is nothing or `missing` says so."""
        nothing = self.silent[at] if missing is None else missing | self.silent[at]
        text = self.parts.take(pa.array(2 * self.at[at] + 1, mask=nothing if nothing.any() else None))
        if self.references:
            text = _unescaped(text)
        if _is_trim(text):
            return text
        text = pc.ascii_trim_whitespace(text)
        length = pc.binary_length(text)
        if (pc.max(length).as_py() or 0) > MAX_TEXT:
            raise refuse(self.file, "a value is too long", f"more than {MAX_TEXT:,} characters")
        return pc.if_else(pc.equal(length, 0), pa.scalar(None, pa.string()), text)

    def columns(
        self, mask: np.ndarray, to_owner: np.ndarray, wanted: dict[str, int]
    ) -> tuple[dict[str, pa.Array], np.ndarray]:
        """One column of text for each name in `wanted`, one row for each owner; which elements it took.

        `mask` says which elements may be fields; `to_owner` counts the owners that begin up to each element,
        from 0: a field belongs to the last of them.
        """
        count = int(to_owner[-1]) + 1 if len(to_owner) else 0
        at = np.flatnonzero(mask)
        rows, names = to_owner[at], self.names[at]
        columns, of_them = {}, np.zeros(len(at), dtype=bool)
        for name, number in wanted.items():
            mine = names == number
            of_them |= mine
            row = rows[mine]
            if (row[1:] <= row[:-1]).any():
                raise refuse(
                    self.file, f"{name} stands twice in one element", "which one is meant is not said"
                )
            if len(row) == 0:
                columns[name] = pa.nulls(count, pa.string())
            elif len(row) == count:
                columns[name] = self.texts(at[mine])
            else:
                place, missing = np.zeros(count, np.int64), np.ones(count, bool)
                place[row], missing[row] = at[mine], False
                columns[name] = self.texts(place, missing)
        taken = np.zeros(len(mask), dtype=bool)
        taken[at] = of_them
        return columns, taken


def _parts(markup: Markup) -> pa.Array:
    """Tag, text, tag, text … of the batch: views of its bytes, nothing copied."""
    count = len(markup.left)
    offsets = np.empty(2 * count + 1, dtype=np.int32)
    offsets[0:-1:2], offsets[1::2] = markup.left, markup.right + 1
    offsets[-1] = markup.right[-1] + 1
    buffers = [None, pa.py_buffer(offsets), pa.py_buffer(markup.data)]
    return pa.Array.from_buffers(pa.string(), 2 * count, buffers)  # Expat has seen to it that it is UTF-8


def _counted(mask: np.ndarray) -> np.ndarray:
    """How many are true up to each element, less one; int32."""
    return np.cumsum(mask, dtype=np.int32) - np.int32(1)


def _is_trim(text: pa.Array) -> bool:
    """Whether no cell begins or ends with white space, is empty or is too long: quicker than to trim them."""
    if text.null_count == len(text):
        return True
    offsets = np.frombuffer(text.buffers()[1], np.int32)[text.offset : text.offset + len(text) + 1]
    size = offsets[1:] - offsets[:-1]
    if size.max() > MAX_TEXT or np.count_nonzero(size) + text.null_count != len(text):
        return False
    body = np.frombuffer(text.buffers()[2], np.uint8)
    if body[offsets[0] : offsets[-1]].min() > ord(" "):
        return True  # there is no white space in the whole column
    filled = np.flatnonzero(size)
    first, last = offsets[filled], offsets[filled + 1] - 1
    return bool(min(body[first].min(), body[last].min()) > ord(" "))


def _unescaped(text: pa.Array) -> pa.Array:
    found = pc.fill_null(pc.match_substring(text, "&"), False)
    with_reference = np.flatnonzero(found.to_numpy(zero_copy_only=False))
    if not len(with_reference):
        return text
    found: Sequence[str] = text.take(pa.array(with_reference)).to_pylist()
    flags = np.zeros(len(text), bool)
    flags[with_reference] = True
    return pc.replace_with_mask(text, pa.array(flags), pa.array([unescape(t) for t in found], pa.string()))
