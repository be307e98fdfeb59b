"""A document's HTML as a page of the site: charts set into it, wrapped in the theme's shell."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path, PurePosixPath
from typing import Any

import jinja2
from lxml import etree
from lxml import html as lxml_html

from valuekit.publish.drawings import inline_svg, prepare
from valuekit.publish.metadata import head

THEME = Path(__file__).parent / "theme"
SEARCH_TEMPLATE = "search.html"
"""The one page that runs the search index, and so the one whose policy lets WebAssembly run."""
PICTURES = {".svg", ".png", ".jpg", ".jpeg"}

_ALIGN = re.compile(r"^\s*text-align:\s*(left|right|center)\s*;?\s*$")


@dataclass(frozen=True)
class Page:
    """What the shell is told of one page; `theme/page.html` says what each is."""

    title: str
    subtitle: str
    description: str
    lang: str
    body: str
    toc: tuple[tuple[int, str, str], ...]
    path: str
    root: str
    section: str
    breadcrumbs: tuple[Mapping[str, str], ...]
    pdf: Mapping[str, Any] | None
    title_in_body: bool = False
    kind: str = "WebPage"
    modified: str = ""


@cache
def _environment(theme: Path) -> jinja2.Environment:
    loader = jinja2.FileSystemLoader(theme, encoding="utf-8")
    return jinja2.Environment(
        loader=loader,
        autoescape=False,
        undefined=jinja2.StrictUndefined,
        keep_trailing_newline=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def page_path(path: PurePosixPath) -> PurePosixPath:
    """Where the document at `path` stands on the site."""
    return path.with_suffix(".html")


def wrap(page: Page, site: Mapping[str, Any], template: str = "page.html", theme: Path = THEME) -> str:
    """The whole page."""
    current = _current([item["href"] for item in site["nav"]], page.path)
    nav = tuple({**item, "current": item["href"] == current} for item in site["nav"])
    shell = _environment(theme).get_template(template)
    searches = template == SEARCH_TEMPLATE
    return shell.render(page=page, site={**site, "nav": nav}, head=head(page, site), searches=searches)


def _current(hrefs: Sequence[str], path: str) -> str:
    """The item of the menu that `path` belongs to: the page itself, else the report index for a report."""
    if path in hrefs:
        return path
    folder = PurePosixPath(path).parent
    indexes = [href for href in hrefs if href.endswith("/index.html")]
    near = [i for i in indexes if PurePosixPath(i).parent in (folder, folder.parent)]
    return max(near, key=len, default="")


def set_in(body: str, root: Path, document: PurePosixPath) -> tuple[str, list[tuple[Path, str]], list[str]]:
    """`body` with each SVG set into it, tables made ready for a page without inline style.

    Returns
    -------
    tuple
        The HTML; other pictures to be copied, with their paths from the site's root; missing pictures.
    """
    tree = lxml_html.fragment_fromstring(body, create_parent="div")
    copies: list[tuple[Path, str]] = []
    missing: list[str] = []
    for index, image in enumerate(list(tree.iter("img")), start=1):
        source = image.get("src", "")
        file = locate(root, document, source)
        if file is None or not file.is_file() or file.suffix.lower() not in PICTURES:
            missing.append(source)
        elif file.suffix.lower() == ".svg":
            svg = inline_svg(file.read_bytes(), f"p{index}", image.get("alt", ""), image.get("width"))
            svg.tail = image.tail
            image.getparent().replace(image, svg)
        else:
            path = file.relative_to(root).as_posix()
            copies.append((file, path))
            image.set("src", up(page_path(document)) + path)
    for index, svg in enumerate(tree.iter("svg"), start=1):
        if not svg.get("role"):
            prepare(svg, f"s{index}")
    _tidy_cells(tree)
    text = (tree.text or "") + "".join(
        etree.tostring(child, encoding="unicode", method="html") for child in tree
    )
    return text, copies, missing


def up(page: PurePosixPath) -> str:
    """From `page` to the site's root: ``../../``, or nothing at the root."""
    return "../" * (len(page.parts) - 1)


def locate(root: Path, document: PurePosixPath, source: str) -> Path | None:
    """The file that `source` names in `document`: from its folder or, after ``/``, from the root."""
    base = root if source.startswith("/") else root / document.parent
    file = (base / source.lstrip("/")).resolve()
    return file if file.is_relative_to(root.resolve()) else None


def _tidy_cells(tree: Any) -> None:
    """Alignment as a class, and a scope for every header cell."""
    for cell in tree.iter("th", "td", "col", "tr"):
        if cell.tag == "col":
            cell.attrib.pop("style", None)  # pandoc's guess at widths; a browser fits columns to their words
        style = cell.get("style")
        found = _ALIGN.match(style or "")
        if found:
            del cell.attrib["style"]
            cell.set("class", " ".join(filter(None, (cell.get("class"), found[1]))))
        if cell.tag == "th" and not cell.get("scope"):
            in_body = any(ancestor.tag == "tbody" for ancestor in cell.iterancestors())
            cell.set("scope", "row" if in_body else "col")
