"""A small site of the theme alone: the fixed pages and one page that holds every part, with a search index.

It shows a fault of the look at once, without extracts, measures or charts; the tests run over the
published sample as well.
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path, PurePosixPath

import pypandoc
import yaml
from lxml import etree, html

from valuekit.publish.fonts import write_web_fonts
from valuekit.publish.html import THEME, Page, page_path, set_in, up, wrap
from valuekit.publish.search import indexing

ROOT = Path(__file__).resolve().parents[2]
ABOUT = ROOT / "reports" / "about"
PARTS = PurePosixPath("reports/services/parts.html")
SITE = {
    "title": "Value reports",
    "version": "0.1.0",
    "nav": (
        {"text": "Services", "href": str(PARTS)},
        {"text": "How to read the charts", "href": "reports/about/how-to-read.html"},
    ),
    "footer": tuple(
        {"text": text, "href": f"reports/about/{name}.html"}
        for text, name in (
            ("Glossary", "glossary"),
            ("Accessibility", "accessibility"),
            ("Contact", "contact"),
        )
    ),
    "about": {
        "organisation": "Example University Hospitals (synthetic)",
        "period": "2026-10",
        "period_words": "October 2026",
        "synthetic": True,
    },
}
_HEADING = re.compile(r'<section id="([^"]+)"[^>]*>\s*<h([23])[^>]*>([^<]+)</h')


def write_theme_site(folder: Path) -> Path:
    """Write the site to `folder` and return it."""
    assets = folder / "assets"
    assets.mkdir(parents=True)
    for name in ("site.css", "site.js", "mark.svg"):
        shutil.copyfile(THEME / name, assets / name)
    write_web_fonts(assets / "fonts")
    pages = [
        _fixed(file)
        for file in sorted(ABOUT.glob("*.qmd"))
        if "```{python}" not in file.read_text(encoding="utf-8")
    ]
    parts = (Path(__file__).parent / "parts.html").read_text(encoding="utf-8")
    pdf = PARTS.with_suffix(".pdf")
    pages.append(
        _page(
            PARTS,
            "Stroke",
            "Every part of the theme.",
            parts,
            "Services",
            {"href": str(pdf), "size": 123_456},
        )
    )
    links = "".join(f'<li><a href="{page.path}">{page.title}</a></li>' for page in pages)
    pages.append(
        _page(PurePosixPath("index.html"), "The value of our care", "", f"<ul>{links}</ul>", "Start")
    )
    for page in pages:
        _write(folder, page, "page.html", SITE)
    (folder / pdf).write_bytes(b"%PDF-1.7\n")
    listed = [
        {"title": p.title, "href": p.path, "section": p.section, "description": p.description} for p in pages
    ]
    _write(
        folder,
        _page(PurePosixPath("search.html"), "Find a page", "", "", ""),
        "search.html",
        SITE | {"pages": listed},
    )
    with indexing(folder):
        pass
    return folder


def _write(folder: Path, page: Page, template: str, site: dict) -> None:
    file = folder / page.path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(wrap(page, site, template), encoding="utf-8", newline="\n")


def _page(
    path: PurePosixPath, title: str, description: str, body: str, section: str, pdf: dict | None = None
) -> Page:
    toc = tuple((int(level), id, text) for id, level, text in _HEADING.findall(body))
    home = ({"text": "Home", "href": "index.html"},) if path.parent != PurePosixPath(".") else ()
    return Page(title, "", description, "en-GB", body, toc, str(path), up(path), section, home, pdf)


def _fixed(file: Path) -> Page:
    """A page of reports/about, by pandoc alone, with figures and tables as the renderer writes them."""
    _, head, text = file.read_text(encoding="utf-8").split("---\n", 2)
    facts = yaml.safe_load(head)
    text = re.sub(r"\(([^)\s]+)\)", _on_this_site, text)
    made = pypandoc.convert_text(text, "html5", "markdown", ["--section-divs", "--wrap=none"])
    tree = html.fragment_fromstring(made, create_parent="div")
    for figure in tree.iter("figure"):
        figure.set("class", "figure")
        for picture in figure.iter("img"):
            picture.set("alt", picture.attrib.pop("data-fig-alt"))
            _put_into(picture, "plate")
    for table in list(tree.iter("table")):
        _put_into(table, "table-scroll", role="group", tabindex="0")
    document = PurePosixPath(file.relative_to(ROOT).as_posix())
    body, _, missing = set_in(etree.tostring(tree, encoding="unicode", method="html"), ROOT, document)
    assert not missing, missing
    return _page(page_path(document), facts["title"], facts["description"], body, "About")


def _on_this_site(link: re.Match[str]) -> str:
    """A link of a fixed page, or the home page where the theme's site lacks what it leads to."""
    path, mark, part = link[1].partition("#")
    if "://" in path or not path or path.endswith(".svg"):
        return link[0]
    page = ABOUT / path
    fixed = page.parent == ABOUT and page.is_file() and "```{python}" not in page.read_text(encoding="utf-8")
    return f"({path.replace('.qmd', '.html')}{mark}{part})" if fixed else "(../../index.html)"


def _put_into(element: html.HtmlElement, class_: str, **attributes: str) -> None:
    """Put `element` into a new ``div``."""
    box = html.Element("div", {"class": class_, **attributes})
    element.getparent().replace(element, box)
    box.append(element)
