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

THEME = Path(__file__).parent / "theme"
PICTURES = {".svg", ".png", ".jpg", ".jpeg"}

_SVG = "{http://www.w3.org/2000/svg}"
_XLINK = "{http://www.w3.org/1999/xlink}href"
_URL = re.compile(r"url\(#([^)]+)\)")
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


@cache
def _environment(theme: Path) -> jinja2.Environment:
    loader = jinja2.FileSystemLoader(theme, encoding="utf-8")
    return jinja2.Environment(
        loader=loader, autoescape=False, undefined=jinja2.StrictUndefined, keep_trailing_newline=True
    )


def page_path(path: PurePosixPath) -> PurePosixPath:
    """Where the document at `path` stands on the site."""
    return path.with_suffix(".html")


def wrap(page: Page, site: Mapping[str, Any], template: str = "page.html", theme: Path = THEME) -> str:
    """The whole page."""
    current = _current([item["href"] for item in site["nav"]], page.path)
    nav = tuple({**item, "current": item["href"] == current} for item in site["nav"])
    return _environment(theme).get_template(template).render(page=page, site={**site, "nav": nav})


def _current(hrefs: Sequence[str], path: str) -> str:
    """The item of the menu that `path` belongs to: the page itself, else the report index for a report."""
    if path in hrefs:
        return path
    folder = PurePosixPath(path).parent
    indexes = [href for href in hrefs if href.endswith("/index.html")]
    near = [
        i for i in indexes if PurePosixPath(i).parent in (folder, folder.parent) and folder.name != "about"
    ]
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
            _prepare_svg(svg, f"s{index}")
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


def inline_svg(data: bytes, prefix: str, alt: str, width: str | None = None) -> Any:
    """An SVG file as an element of the page, with its own names, a title, and no inline style."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, remove_comments=True, remove_pis=True)
    root = etree.fromstring(data, parser)
    for element in list(root.iter(f"{_SVG}metadata", f"{_SVG}script", f"{_SVG}style")):
        element.getparent().remove(element)
    for title in root.findall(f"{_SVG}title"):
        root.remove(title)
    _prepare_svg(root, prefix)
    # matplotlib's only style sheet is this one rule for all elements; both properties are inherited.
    for name, value in (("stroke-linejoin", "round"), ("stroke-linecap", "butt")):
        if not root.get(name):
            root.set(name, value)
    title = etree.Element("title")
    title.text = alt
    root.insert(0, title)
    title.set("id", f"{prefix}-title")
    root.set("role", "img")
    root.set("aria-labelledby", f"{prefix}-title")
    for name in ("version", "{http://www.w3.org/XML/1998/namespace}space"):
        root.attrib.pop(name, None)
    if width:
        root.set("width", width)
        root.attrib.pop("height", None)
    return _without_namespaces(root)


def _prepare_svg(root: Any, prefix: str) -> None:
    """Names made unique in the page; style turned into attributes."""
    names = {element.get("id") for element in root.iter() if element.get("id")}
    for element in root.iter():
        style = element.attrib.pop("style", None)
        for name, value in _declarations(style or ""):
            element.set(name, value)
        for name, value in list(element.attrib.items()):
            if name == "id":
                element.set("id", f"{prefix}-{value}")
            elif name in ("href", _XLINK) and value.startswith("#") and value[1:] in names:
                element.attrib.pop(name)
                element.set("href", f"#{prefix}-{value[1:]}")
            elif "url(#" in value:
                element.set(name, _URL.sub(lambda m: f"url(#{prefix}-{m[1]})", value))


def _declarations(style: str) -> list[tuple[str, str]]:
    """``name: value`` pairs; all that matplotlib writes are presentation attributes too."""
    pairs = (part.split(":", 1) for part in style.split(";") if ":" in part)
    return [(name.strip(), value.strip()) for name, value in pairs]


def _without_namespaces(root: Any) -> Any:
    """The element as HTML's parser would have made it."""
    text = etree.tostring(root, encoding="unicode", with_tail=False)
    text = re.sub(r'\sxmlns(:\w+)?="[^"]*"', "", text)
    return etree.fromstring(text)


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
