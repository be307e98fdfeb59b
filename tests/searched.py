"""Searches what was written for identifiers of people: every byte, unpacked as an attacker would."""

from __future__ import annotations

import bz2
import csv
import io
import lzma
import tarfile
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from itertools import pairwise

import pikepdf
import pyarrow.parquet as pq
from checkout import Checkout

WRITTEN = ("_site", "_packs", "_build", "downloads", "_releases", "_delivery", "_site.state")
"""All that a run leaves behind, for the public, the board and the teams."""


def identifiers(published: Checkout) -> set[str]:
    """NHS numbers (together and in groups), postcodes and names of all patients in the sample.

    Family names are common words (a page may say 'Green'), so they are looked for with the given name.
    """
    found: set[str] = set()
    file = sorted((published.root / "data" / "extracts").glob("patients_*.csv"))[-1]
    with file.open(encoding="utf-8-sig", newline="") as handle:
        for row in csv.DictReader(handle):
            number, given, family = row["nhs_number"], row["given_name"], row["family_name"]
            found |= {number, f"{number[:3]} {number[3:6]} {number[6:]}", row["postcode"]}
            found |= {f"{given} {family}", f"{family} {given}"}
    return {text for text in found if len(text.strip()) >= 6}


def texts(path: str, content: bytes) -> Iterator[str]:
    """Everything readable in one file and in its name, unpacked by content as an attacker would."""
    yield path.replace("/", " ").replace("_", " ").replace(".", " ")
    if content.startswith(b"PAR1"):
        table = pq.read_table(io.BytesIO(content))
        yield from (str(value) for column in table.columns for value in column.unique().to_pylist())
    elif content.startswith(b"%PDF"):
        yield from _pdf(content)
    elif content.startswith(b"PK\x03\x04"):  # XLSX too
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            for name in packed.namelist():
                yield from texts(name, packed.read(name))
    elif (unpacked := _decompressed(content)) is not None:
        yield from texts(path, unpacked)
    elif content[257:262] == b"ustar":
        with tarfile.open(fileobj=io.BytesIO(content)) as packed:
            for one in packed.getmembers():
                yield from texts(one.name, packed.extractfile(one).read() if one.isfile() else b"")
    else:
        yield content.decode("utf-8", "replace")


def _pdf(content: bytes) -> Iterator[str]:
    from pypdf import PdfReader

    reader = PdfReader(io.BytesIO(content))
    yield from (page.extract_text() for page in reader.pages)
    with pikepdf.open(io.BytesIO(content)) as pdf:
        for item in pdf.objects:
            if isinstance(item, pikepdf.Stream) and "/FontFile2" not in item:
                yield item.read_bytes().decode("latin-1")
            elif isinstance(item, pikepdf.Dictionary):
                # Alternative texts, titles and bookmarks are strings beside the pages.
                yield from (str(value) for value in item.values() if isinstance(value, pikepdf.String))


def _decompressed(content: bytes) -> bytes | None:
    if content.startswith(b"BZh"):
        return bz2.decompress(content)
    if content.startswith(b"\xfd7zXZ"):
        return lzma.decompress(content)
    if content[:2] in (b"\x1f\x8b", b"\x78\x9c", b"\x78\xda"):
        try:
            return zlib.decompress(content, wbits=47)
        except zlib.error:
            return None
    return None


_BETWEEN = str.maketrans(dict.fromkeys(",\";:<>()[]{}|=&'/\\\n\t", " "))


def found_in(planted: set[str], path: str, content: bytes) -> set[str]:
    """The identifiers that stand in one file."""
    hits: set[str] = set()
    for text in texts(path, content):
        words = text.translate(_BETWEEN).split()
        hits |= planted & set(words)
        hits |= planted & {f"{a} {b}" for a, b in pairwise(words)}
        hits |= planted & {f"{a} {b} {c}" for a, b, c in zip(words, words[1:], words[2:], strict=False)}
    return hits


def leaks(planted: set[str], files: Mapping[str, bytes]) -> dict[str, set[str]]:
    """The files in which identifiers stand, and which; what several files hold alike is unpacked once."""
    kinds = {path: (path.rsplit("/", 1)[-1], content) for path, content in files.items()}
    found = {kind: found_in(planted, *kind) for kind in set(kinds.values())}
    told = {path: found[kind] | found_in(planted, path, b"") for path, kind in kinds.items()}
    return {path: hits for path, hits in told.items() if hits}
