"""No identifier of a person leaves the import step: every byte that was written is searched, unpacked."""

from __future__ import annotations

import gzip
import io
import tarfile
import zipfile
from collections.abc import Callable

import pandas as pd
import pytest
import typst
from checkout import Checkout
from searched import WRITTEN, found_in, identifiers, leaks


@pytest.mark.counted
def test_no_identifier_stands_in_anything_that_was_written(published: Checkout, counted) -> None:
    planted = identifiers(published)
    assert len(planted) > 10_000
    files = published.tree(*WRITTEN)
    assert {path.rsplit(".", 1)[-1] for path in files} >= {"html", "pdf", "parquet", "csv", "json"}
    found = leaks(planted, files)
    leaked = set().union(*found.values()) if found else set()
    counted.all_but(
        "identifiers_planted",
        leaked,
        group="identifiers",
        what="Identifiers of made-up patients looked for in every file that was written",
        tried=len(planted),
        means="it stood in no file, packed or not",
    )
    assert sorted(found) == []


ONE = "9434765919"


def _parquet(text: str) -> bytes:
    out = io.BytesIO()
    pd.DataFrame({"a": ["x", text]}).to_parquet(out)
    return out.getvalue()


def _zip(text: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("inner.gz", gzip.compress(f"a,{text},b".encode()))
    return out.getvalue()


def _xlsx(text: str) -> bytes:
    out = io.BytesIO()
    pd.DataFrame({"a": ["x", text]}).to_excel(out, index=False)
    return out.getvalue()


def _tar(text: str) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:xz") as packed:
        packed.addfile(tarfile.TarInfo(f"of {text}.txt"))
    return out.getvalue()


def _typst(source: str) -> bytes:
    return typst.compile(source.encode(), format="pdf")


HIDING: dict[str, Callable[[str], bytes]] = {
    "html": lambda text: f"<p title='{text}'>x</p>".encode(),
    "svg": lambda text: f"<svg><title>of {text}</title></svg>".encode(),
    "xml": lambda text: f"<a><NHS_Number>{text}</NHS_Number></a>".encode(),
    "json": lambda text: f'{{"a": "{text}"}}'.encode(),
    "gz": lambda text: gzip.compress(f"a {text}".encode()),
    "pf_fragment": lambda text: gzip.compress(f'pagefind_dcd{{"content":"a {text} b"}}'.encode()),
    "parquet": _parquet,
    "zip": _zip,
    "xlsx": _xlsx,
    "tar.xz": _tar,
    "pdf": lambda text: _typst(f"Of {text} we say nothing."),
    "title.pdf": lambda text: _typst(f'#set document(title: "{text}")\nx'),
}
"""Places in which an identifier could hide."""


@pytest.mark.parametrize("kind", HIDING)
@pytest.mark.parametrize("text", [ONE, "943 476 5919", "Ottoline Quillfeather"])
def test_the_search_finds_what_is_hidden(kind: str, text: str) -> None:
    """The check above can fail: whatever an identifier is packed in, it is found."""
    assert found_in({text}, f"a.{kind}", HIDING[kind](text)) == {text}
    assert found_in({text}, f"a.{kind}", HIDING[kind]("nobody")) == set()


def test_the_search_finds_an_identifier_in_the_name_of_a_file() -> None:
    assert found_in({ONE}, f"_site/downloads/letter_{ONE}.txt", b"") == {ONE}


def test_a_file_that_is_written_twice_is_named_twice_and_a_folder_may_tell_too() -> None:
    files = {"a/x.html": ONE.encode(), "b/x.html": ONE.encode(), f"{ONE}/y.html": b"", "y.html": b""}
    assert leaks({ONE}, files) == {path: {ONE} for path in list(files)[:3]}


def test_the_search_itself_would_find_every_patient(published: Checkout) -> None:
    """The raw extract, searched the same way, is full of them."""
    file = sorted((published.root / "data" / "extracts").glob("patients_*.csv"))[-1]
    assert len(found_in(identifiers(published), file.name, file.read_bytes())) > 5_000
