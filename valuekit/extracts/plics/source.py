"""The bytes of a PLICS file, whether it is zipped or not, in blocks, as UTF-8; and its SHA-256.

An archive is unpacked while it is read and never to disk. It is refused when it unpacks to far more than any
real file does (a zip bomb): what its directory says of the size is not believed, the bytes are counted.
"""

from __future__ import annotations

import codecs
import gzip
import hashlib
import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from valuekit.errors import ExtractError, Problem

BLOCK = 1 << 22
"""Bytes read at once."""

MAX_RATIO = 200
"""Bytes out of one byte of an archive: PLICS XML packs 10 to 40 times, a bomb a thousand times."""

FREE = 1 << 26
"""Bytes that any archive may unpack to, whatever the ratio."""

DAMAGED = "Ask for the file to be sent again."

_ENCODING = re.compile(rb"^\s*<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([A-Za-z0-9._-]+)[\"']")
_AS_THEY_ARE = {"utf-8", "ascii"}
_TRANSLATED = {"iso8859-1": "latin-1", "cp1252": "cp1252", "utf-16": "utf-16"}


def sha256_of(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def blocks(path: Path) -> Iterator[bytes]:
    """The XML of `path` as UTF-8, block by block; an archive's members one after another are not allowed.

    Raises
    ------
    ExtractError
        The file cannot be read or unpacked, or unpacks to more than a real one would.
    """
    try:
        with _opened(path) as (stream, packed):
            yield from _as_utf8(path, _counted(path, stream, packed))
    except (zipfile.BadZipFile, zlib.error, EOFError, gzip.BadGzipFile, NotImplementedError, RuntimeError):
        why = "damaged, cut short or locked"
        raise ExtractError(Problem("cannot be unpacked", path.name, why, DAMAGED)) from None
    except OSError as error:
        do = "Check the file and its permissions."
        raise ExtractError(Problem("cannot be read", path.name, error.strerror or "", do)) from None


@contextmanager
def _opened(path: Path) -> Iterator[tuple[BinaryIO, int | None]]:
    """A stream of the XML's own bytes, and the bytes it is packed in (None where it is not packed)."""
    name = path.name.lower()
    if name.endswith(".zip"):
        with zipfile.ZipFile(path) as archive:
            members = [m for m in archive.infolist() if not m.is_dir()]
            if len(members) != 1 or not members[0].filename.lower().endswith(".xml"):
                why = f"it holds {len(members)} files"
                do = "Pack each XML file alone."
                raise ExtractError(Problem("the archive is not one XML file", path.name, why, do))
            with archive.open(members[0]) as stream:
                yield stream, path.stat().st_size
    elif name.endswith(".gz"):
        with gzip.open(path) as stream:
            yield stream, path.stat().st_size
    else:
        with path.open("rb") as stream:
            yield stream, None


def _counted(path: Path, stream: BinaryIO, packed: int | None) -> Iterator[bytes]:
    most = None if packed is None else max(FREE, MAX_RATIO * packed)
    read = 0
    while block := stream.read(BLOCK):
        read += len(block)
        if most is not None and read > most:
            why = f"more than {MAX_RATIO} times its size"
            do = "Send the XML file itself, if it is real."
            raise ExtractError(Problem("the archive unpacks to too much", path.name, why, do))
        yield block


def _as_utf8(path: Path, stream: Iterator[bytes]) -> Iterator[bytes]:
    first = next(stream, b"")
    if not first.strip():
        raise ExtractError(Problem("the file is empty", path.name, do=DAMAGED))
    encoding = _encoding(first)
    if encoding in _AS_THEY_ARE:
        yield first
        yield from stream
        return
    if encoding not in _TRANSLATED:
        do = "Ask for the file in UTF-8."
        raise ExtractError(Problem("its encoding is not one that is read", path.name, do=do))
    decoder = codecs.getincrementaldecoder(_TRANSLATED[encoding])()
    try:
        yield decoder.decode(first).encode("utf-8")
        for block in stream:
            yield decoder.decode(block).encode("utf-8")
        yield decoder.decode(b"", True).encode("utf-8")
    except UnicodeError:
        why = "its bytes are not of the encoding that it names"
        raise ExtractError(Problem("not well-formed XML", path.name, why, DAMAGED)) from None


def _encoding(first: bytes) -> str:
    if first.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    found = _ENCODING.match(first.removeprefix(b"\xef\xbb\xbf"))
    try:
        return codecs.lookup(found[1].decode("ascii")).name if found else "utf-8"
    except LookupError:
        return "unknown"
