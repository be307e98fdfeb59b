"""PLICS XML as tags with their places, a batch of whole records at a time, at constant memory.

Two steps, each as quick as its library. **Expat** reads every byte first: it alone says whether the file is
well-formed, and a file with a document type, an entity of its own or more than a record's worth of bytes
without the end of a record goes no further. In what Expat has passed, ``<`` stands at the beginning of a tag
and nowhere else (XML 1.0, sections 2.4 and 3.1: it may not stand in text or in a value), once comments,
processing instructions and CDATA sections are ruled out. So **NumPy** finds the tags by that one character.

A file that has comments, processing instructions or CDATA sections, or a ``>`` within a value, is read by
:func:`plain`: Expat's own events, written out again without them. It is slower, and such files are rare.
"""

from __future__ import annotations

import re
import xml.parsers.expat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from xml.sax.saxutils import escape

import numpy as np

from valuekit.errors import ExtractError, Problem

MAX_RECORD = 1 << 24
"""Bytes within which a record, a value or the header must end. A real record has some 100 kB."""

MAX_DEPTH = 24
"""Elements within one another; a real file has six."""

MAX_TAGS = 2_000
"""Different tags (with their attributes) of one batch; a real file has about 50."""

BODY_DEPTH = 2
"""Open elements between records: HCDSExtract and MessageBody."""

_ROOT, _BODY, _HEADER = "HCDSExtract", "MessageBody", "MessageHeader"
_LT, _GT, _SLASH = ord("<"), ord(">"), ord("/")
_EITHER = 0xFF ^ _LT ^ _GT
"""All bits but the one in which ``<`` and ``>`` differ: one look finds both, and nothing else."""


class NotPlain(Exception):  # noqa: N818 - no error: the file is read in the other way
    """The file holds comments, CDATA sections, instructions or ``>`` in a value: read it plainly."""


@dataclass(frozen=True)
class Markup:
    """Whole records, as tags.

    Attributes
    ----------
    data
        The bytes that the places refer to.
    left, right
        Place of each tag's ``<`` and ``>``; int64.
    closes
        Whether the tag is an end tag; bool.
    depth
        How many elements are open after the tag, those of the file's frame included; int8.
    """

    data: bytes
    left: np.ndarray
    right: np.ndarray
    closes: np.ndarray
    depth: np.ndarray


def refuse(
    name: str, what: str, why: str = "", do: str = "Ask for the file to be sent again."
) -> ExtractError:
    """The fault that a file is refused for."""
    return ExtractError(Problem(what, name, why, do))


def batches(name: str, blocks: Callable[[], Iterator[bytes]]) -> Iterator[dict[str, str] | Markup]:
    """The header's fields, then batches of whole records.

    Parameters
    ----------
    name
        The file's name, for messages.
    blocks
        Begins to read the file, as UTF-8; called a second time when the file is not plain.

    Raises
    ------
    ExtractError
        The file is not well-formed XML, not an HCDSExtract, or an attack.
    NotPlain
        After the first batch has been handed on: the caller begins anew with ``blocks`` of :func:`plain`.
    """
    parser = _parser(name)
    data, header, depth = b"", None, BODY_DEPTH
    for block in blocks():
        _feed(parser, name, block)
        data = data + block if data else block
        if header is None:
            header, data, depth = _header(name, data)
            if header is not None:
                yield header
        if header is not None:
            markup, data, depth = _whole_records(name, data, depth)
            if markup is not None:
                yield markup
        if len(data) > MAX_RECORD:
            why = f"more than {MAX_RECORD >> 20} MB without the end of a record"
            raise refuse(name, "a record, a value or a tag is too large", why)
    _feed(parser, name, None)
    if header is None:
        raise refuse(name, f"there is no {_BODY}", "it is not a PLICS file")


def _parser(name: str) -> xml.parsers.expat.XMLParserType:
    def no_doctype(*_: object) -> None:
        why = "document types and entities are never read"
        raise refuse(name, "the XML declares a document type", why, "Ask for a file without DOCTYPE.")

    def not_plain(*_: object) -> None:
        raise NotPlain

    parser = xml.parsers.expat.ParserCreate("UTF-8")
    parser.StartDoctypeDeclHandler = no_doctype
    parser.CommentHandler = parser.ProcessingInstructionHandler = not_plain
    parser.StartCdataSectionHandler = not_plain
    return parser


def _feed(parser: xml.parsers.expat.XMLParserType, name: str, block: bytes | None) -> None:
    try:
        parser.Parse(block or b"", block is None)
    except xml.parsers.expat.ExpatError as error:
        why = f"line {error.lineno:,}: {xml.parsers.expat.ErrorString(error.code)}"
        raise refuse(name, "not well-formed XML", why) from None


def _tags(data: bytes) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Places of the tags that are complete in `data`; which are end tags; which are empty elements."""
    characters = np.frombuffer(data, dtype=np.uint8)
    signs = np.flatnonzero((characters & _EITHER) == _LT)
    if len(signs) and characters[signs[-1]] == _LT:
        signs = signs[:-1]  # its tag is not complete
    left, right = signs[0::2].copy(), signs[1::2].copy()
    if len(signs) % 2 or (characters[left] != _LT).any() or (characters[right] != _GT).any():
        closing = characters[signs] == _GT  # a > in a text
        left, right = signs[~closing], signs[closing]
        right = right[np.searchsorted(right, left)]
    return left, right, characters[left + 1] == _SLASH, characters[right - 1] == _SLASH


def local(tag: bytes) -> str:
    """``TotCst`` of ``<p:TotCst xsi:nil="true"/>``."""
    return re.split(rb"[\s/>]", tag.lstrip(b"</"), maxsplit=1)[0].rpartition(b":")[2].decode("utf-8")


def _header(name: str, data: bytes) -> tuple[dict[str, str] | None, bytes, int]:
    """The fields of MessageHeader, the bytes after ``<MessageBody>`` and how many elements are open there.

    None in place of the fields until all of it is there.
    """
    left, right, closes, empty = _tags(data)
    fields: dict[str, str] = {}
    path: list[str] = []
    for i in range(len(left)):
        tag = data[left[i] : right[i] + 1]
        if tag.startswith((b"<?", b"<!")):
            continue
        if closes[i]:
            path.pop()
            continue
        path.append(local(tag))
        if path[0] != _ROOT:
            raise refuse(name, f"the root element is not {_ROOT}", "it is not a PLICS file")
        if path == [_ROOT, _BODY]:
            if not fields:
                raise refuse(name, f"there is no {_HEADER} before {_BODY}")
            return fields, data[right[i] + 1 :], BODY_DEPTH - int(empty[i])
        if path[1:2] == [_HEADER] and len(path) == 3 and not empty[i] and i + 1 < len(left) and closes[i + 1]:
            fields[path[2]] = unescape(data[right[i] + 1 : left[i + 1]].decode("utf-8")).strip()
        if empty[i]:
            path.pop()
        if i > MAX_TAGS or len(path) > MAX_DEPTH:
            raise refuse(name, f"there is no {_BODY} after the header", "it is not a PLICS file")
    return None, data, 0


def _whole_records(name: str, data: bytes, open_before: int) -> tuple[Markup | None, bytes, int]:
    """The records that are complete in `data`, the bytes after them, and how many elements are open there."""
    left, right, closes, empty = _tags(data)
    change = 1 - closes.view(np.int8) * np.int8(2)
    change[empty & ~closes] = 0
    deep = open_before + np.cumsum(change, dtype=np.int32)
    if len(deep) and deep.max() > MAX_DEPTH:
        raise refuse(name, "elements lie too deep", f"more than {MAX_DEPTH} within one another")
    depth = deep.astype(np.int8)
    after = np.flatnonzero(depth < BODY_DEPTH)
    if open_before < BODY_DEPTH or len(after):
        frame = 0 if open_before < BODY_DEPTH else after[0]
        if not closes[frame:].all():
            raise refuse(name, f"there is more after the end of {_BODY}")
    whole = np.flatnonzero(depth == BODY_DEPTH)
    last = whole[-1] + 1 if len(whole) else 0
    markup = Markup(data, left[:last], right[:last], closes[:last], depth[:last]) if last else None
    taken = len(left) if len(after) else last  # the end tags of the frame are done with, too
    if not taken:
        return markup, data, open_before
    return markup, data[right[taken - 1] + 1 :], int(depth[taken - 1])


_REFERENCE = re.compile(r"&(#x[0-9A-Fa-f]+|#[0-9]+|amp|lt|gt|quot|apos);")
_NAMED = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'"}


def unescape(text: str) -> str:
    """`text` with the references that XML itself knows; a file with others never gets here."""

    def character(found: re.Match[str]) -> str:
        reference = found[1]
        if reference.startswith("#x"):
            return chr(int(reference[2:], 16))
        return chr(int(reference[1:])) if reference.startswith("#") else _NAMED[reference]

    return _REFERENCE.sub(character, text) if "&" in text else text


def plain(name: str, blocks: Callable[[], Iterator[bytes]]) -> Iterator[bytes]:
    """The same XML without comments, processing instructions and CDATA sections, block by block."""
    parser = _parser(name)
    out: list[str] = []
    depth = held = 0

    def begin(tag: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > MAX_DEPTH:
            raise refuse(name, "elements lie too deep", f"more than {MAX_DEPTH} within one another")
        nil = any(k.rpartition(":")[2] == "nil" and v in ("true", "1") for k, v in attributes.items())
        out.append(f"<{tag.rpartition(':')[2]}{' nil=' + chr(34) + 'true' + chr(34) if nil else ''}>")

    def end(tag: str) -> None:
        nonlocal depth
        depth -= 1
        out.append(f"</{tag.rpartition(':')[2]}>")

    parser.StartElementHandler, parser.EndElementHandler = begin, end
    parser.CharacterDataHandler = lambda text: out.append(escape(text))
    parser.CommentHandler = parser.ProcessingInstructionHandler = None
    parser.StartCdataSectionHandler = None
    for block in blocks():
        _feed(parser, name, block)
        held = 0 if out else held + len(block)  # Expat holds back a comment or a value until its end
        if held > MAX_RECORD:
            raise refuse(name, "a record, a value or a tag is too large", f"more than {MAX_RECORD >> 20} MB")
        yield "".join(out).encode("utf-8")
        out.clear()
    _feed(parser, name, None)
    yield "".join(out).encode("utf-8")
