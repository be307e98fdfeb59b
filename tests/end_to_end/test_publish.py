"""The main job: what one `valuekit publish` of the sample leaves behind."""

from __future__ import annotations

import re

import pikepdf
import pytest
from checkout import Checkout
from lxml import html

SERVICES = ("stroke", "hepatitis_c", "endocarditis")
PAGES = (
    "index.html",
    *(f"reports/{page}.html" for page in ("index", "board", "methods/index")),
    *(f"reports/about/{page}.html" for page in ("data-dictionary", "data-quality", "downloads", "glossary")),
    *(f"reports/about/{page}.html" for page in ("accessibility", "data-held", "how-to-read", "contact")),
    *(f"reports/services/{service}.html" for service in SERVICES),
)
SITE_PDFS = ("reports/board.pdf", *(f"reports/services/{service}.pdf" for service in SERVICES))
PACKS = ("board-2026-10.pdf", *(f"{service}-clinical-2026-10.pdf" for service in SERVICES))


@pytest.mark.parametrize("page", PAGES)
def test_every_page_is_there_says_its_title_and_that_the_data_are_synthetic(
    published: Checkout, page: str
) -> None:
    root = html.parse(str(published.root / "_site" / page)).getroot()
    assert len(root.findall(".//h1")) == 1 and root.find(".//h1").text_content().strip()
    assert root.get("lang") == "en-GB"
    assert "synthetic" in root.find(".//body").text_content().lower()


@pytest.mark.parametrize(
    "pdf", [f"_site/{name}" for name in SITE_PDFS] + [f"_packs/{name}" for name in PACKS]
)
def test_every_pdf_is_pdf_ua_1_with_title_language_alt_text_and_header_cells(
    published: Checkout, pdf: str
) -> None:
    with pikepdf.open(published.root / pdf) as document:
        assert "<pdfuaid:part>1</pdfuaid:part>" in document.Root.Metadata.read_bytes().decode("utf-8")
        assert str(document.Root.Lang).startswith("en")
        assert str(document.docinfo["/Title"]).strip()
        assert document.Root.ViewerPreferences.DisplayDocTitle
        tags = list(structure(document.Root.StructTreeRoot))
        figures = [node for node in tags if node.get("/S") == "/Figure"]
        assert all(str(node.get("/Alt", "")).strip() for node in figures)
        tables = [node for node in tags if node.get("/S") == "/Table"]
        assert tables and all(any(cell.get("/S") == "/TH" for cell in structure(table)) for table in tables)


def structure(node: pikepdf.Object):
    """Every structure element below `node`."""
    kids = node.get("/K")
    if kids is None:
        return
    for kid in kids if isinstance(kids, pikepdf.Array) else [kids]:
        if isinstance(kid, pikepdf.Dictionary) and "/S" in kid:
            yield kid
            yield from structure(kid)


@pytest.mark.parametrize("pdf", ["_site/reports/board.pdf", "_packs/board-2026-10.pdf"])
def test_the_board_report_is_two_pages(published: Checkout, pdf: str) -> None:
    with pikepdf.open(published.root / pdf) as document:
        assert len(document.pages) == 2


@pytest.mark.parametrize("service", SERVICES)
def test_the_clinical_pack_shows_pseudonyms_and_the_public_report_none(
    published: Checkout, service: str, pdf_text
) -> None:
    pseudonym = re.compile(r"\bP[A-Z2-7]{11}\b")
    assert pseudonym.search(pdf_text(published.root / "_packs" / f"{service}-clinical-2026-10.pdf"))
    assert not pseudonym.search(
        pdf_text(published.root / "_site" / "reports" / "services" / f"{service}.pdf")
    )
    assert not pseudonym.search(
        (published.root / "_site" / "reports" / "services" / f"{service}.html").read_text(encoding="utf-8")
    )


@pytest.mark.parametrize("page", PAGES)
def test_no_page_asks_anything_of_another_site(published: Checkout, page: str) -> None:
    root = html.parse(str(published.root / "_site" / page)).getroot()
    asked = [
        node.get(attribute)
        for attribute in ("src", "href", "data", "action", "poster")
        for node in root.iterfind(f".//*[@{attribute}]")
        if node.tag != "a"
    ]
    assert not [address for address in asked if re.match(r"(https?:)?//", address)]


@pytest.mark.parametrize("page", PAGES)
def test_no_page_shows_a_number_that_is_none(published: Checkout, page: str) -> None:
    text = html.parse(str(published.root / "_site" / page)).getroot().find(".//body").text_content()
    assert not re.search(r"\b(nan|NaN|None|NaT|inf)\b|<NA>", text)


def test_every_public_table_can_be_downloaded_with_its_column_notes(published: Checkout) -> None:
    import csv

    folder = published.root / "_site" / "downloads"
    with (folder / "column-notes.csv").open(encoding="utf-8", newline="") as file:
        noted = {(row["table"], row["column"]) for row in csv.DictReader(file)}
    tables = sorted(file for file in folder.glob("*.csv") if file.name != "column-notes.csv")
    assert len(tables) >= 15
    for table in tables:
        with table.open(encoding="utf-8", newline="") as file:
            assert {(table.stem, column) for column in next(csv.reader(file))} <= noted, table.name
