"""No identifier of a person leaves the import step: every byte that was written is searched."""

from __future__ import annotations

import csv
import io
import zlib

import pikepdf
import pyarrow.parquet as pq
from checkout import Checkout


def identifiers(published: Checkout) -> set[str]:
    """NHS numbers, postcodes and births of all patients in the sample, read from the raw extract.

    Family names are common words (a page may say 'Green'), so they are looked for with the given name.
    """
    found: set[str] = set()
    file = sorted((published.root / "data" / "extracts").glob("patients_*.csv"))[-1]
    with file.open(encoding="utf-8-sig", newline="") as handle:
        for row in csv.DictReader(handle):
            found |= {row["nhs_number"], row["postcode"], f"{row['given_name']} {row['family_name']}"}
    return {text for text in found if len(text.strip()) >= 6}


def texts(path: str, content: bytes) -> list[str]:
    """Everything readable in one file, unpacked as an attacker would."""
    if path.endswith(".parquet"):
        table = pq.read_table(io.BytesIO(content))
        return [str(value) for column in table.columns for value in column.unique().to_pylist()]
    if path.endswith(".pdf"):
        from pypdf import PdfReader

        pages = [page.extract_text() for page in PdfReader(io.BytesIO(content)).pages]
        with pikepdf.open(io.BytesIO(content)) as pdf:
            streams = [
                item.read_bytes().decode("latin-1")
                for item in pdf.objects
                if isinstance(item, pikepdf.Stream) and "/FontFile2" not in item
            ]
        return [*pages, *streams]
    if path.startswith("_site/pagefind/"):
        try:
            return [zlib.decompress(content, wbits=47).decode("utf-8", "replace")]
        except zlib.error:
            pass
    return [content.decode("utf-8", "replace")]


def test_no_identifier_stands_in_anything_that_was_written(published: Checkout) -> None:
    planted = identifiers(published)
    assert len(planted) > 10_000
    found = {}
    for path, content in published.tree("_site", "_packs", "_build", "downloads", "_releases").items():
        for text in texts(path, content):
            words = set(text.replace(",", " ").replace('"', " ").split())
            pairs = {f"{a} {b}" for a, b in zip(text.split(), text.split()[1:], strict=False)}
            hit = planted & (words | pairs | {text})
            if hit:
                found[path] = len(hit)
    assert found == {}


def test_the_search_itself_would_find_an_identifier(published: Checkout) -> None:
    """The check above can fail: the raw extract, searched the same way, is full of them."""
    file = sorted((published.root / "data" / "extracts").glob("patients_*.csv"))[-1]
    text = file.read_text(encoding="utf-8-sig")
    assert len(identifiers(published) & set(text.replace(",", " ").split())) > 5_000
