"""A report says the same on its page and in its PDF: sentences, captions, alt texts of charts."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pikepdf
import pytest
from checkout import Checkout
from lxml import html
from pypdf import PdfReader
from test_publish import SERVICES, structure

REPORTS = ("reports/board", *(f"reports/services/{service}" for service in SERVICES))


def bare(text: str) -> str:
    """`text` without spaces, hyphens and joiners: a PDF breaks its lines elsewhere."""
    return re.sub(r"[\s\u00ad\u2060-]+", "", text)


def without_running_lines(file: Path) -> str:
    """The text of a PDF without what stands at the head and the foot of each page."""
    pages = [page.extract_text().splitlines() for page in PdfReader(file).pages]
    shape = [[re.sub(r"\d+", "0", line) for line in lines] for lines in pages]
    seen = Counter(line for lines in shape for line in set(lines))
    running = {line for line, times in seen.items() if times >= max(2, len(pages) - 1)}
    return bare(
        "".join(
            line
            for lines, shapes in zip(pages, shape, strict=True)
            for line, its in zip(lines, shapes, strict=True)
            if its not in running
        )
    )


def said(main: html.HtmlElement) -> list[str]:
    """Paragraphs, points and captions of a page, but for its link to the PDF."""
    return [
        part.text_content()
        for part in main.iter("p", "li", "figcaption")
        if part.get("class") != "download" and part.find(".//p") is None and part.find(".//li") is None
    ]


@pytest.mark.parametrize("report", REPORTS)
def test_every_sentence_of_a_report_stands_in_its_pdf(published: Checkout, report: str) -> None:
    main = html.parse(str(published.root / "_site" / f"{report}.html")).getroot().find(".//main")
    printed = without_running_lines(published.root / "_site" / f"{report}.pdf")
    sentences = said(main)
    assert len(sentences) > 10
    assert [text for text in sentences if bare(text) not in printed] == []


@pytest.mark.parametrize(
    "part",
    ["over time, ", "The commonest step is", "The weights are those of", "QALYs from day", "known for"],
)
def test_the_deeper_findings_are_among_those_sentences(published: Checkout, part: str) -> None:
    """Time series, flow, composite, QALYs and completeness: none of them is left out of what is compared."""
    page = published.root / "_site" / "reports" / "services" / "stroke.html"
    assert any(part in text for text in said(html.parse(str(page)).getroot().find(".//main")))


@pytest.mark.parametrize("report", REPORTS[1:])
def test_every_chart_has_the_same_alt_text_in_both(published: Checkout, report: str) -> None:
    main = html.parse(str(published.root / "_site" / f"{report}.html")).getroot().find(".//main")
    on_page = [figure.findtext(".//svg/title") for figure in main.find_class("figure")]
    with pikepdf.open(published.root / "_site" / f"{report}.pdf") as document:
        tags = structure(document.Root.StructTreeRoot)
        in_pdf = [str(tag.get("/Alt")) for tag in tags if tag.get("/S") == "/Figure"]
    assert len(on_page) > 5
    assert [alt for alt in on_page if alt not in in_pdf] == []
