"""An SVG file as part of a page: its own names, no inline style, and nothing that is not seen."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

from lxml import etree

_SVG = "{http://www.w3.org/2000/svg}"
_XLINK = "{http://www.w3.org/1999/xlink}href"
_URL = re.compile(r"url\(#([^)]+)\)")
_NUMBER = re.compile(r"-?\d*\.\d+(?:e[-+]?\d+)?", re.IGNORECASE)
_ROOM = re.compile(r"\s*([A-Za-z,])\s*")

_COORDINATES = {
    "d",
    "points",
    "x",
    "y",
    "x1",
    "x2",
    "y1",
    "y2",
    "cx",
    "cy",
    "r",
    "rx",
    "ry",
    "width",
    "height",
}
_DECIMALS = 2
"""Kept of a coordinate: a hundredth of a point is less than a screen or a printer can show."""

_SHAPES = {"path", "rect", "circle", "ellipse", "line", "polyline", "polygon"}
_KEPT_APART = {"defs", "clipPath", "marker", "pattern", "mask", "symbol"}
"""What stands in these is drawn elsewhere, so it is not judged by where it stands."""
_OF_LETTERS = ("font-family", "font-size")


def inline_svg(data: bytes, prefix: str, alt: str, width: str | None = None) -> Any:
    """An SVG file as an element of the page.

    Parameters
    ----------
    data
        The file.
    prefix
        Put before each of its ids, so that two drawings on a page do not share any.
    alt
        Its title, read aloud in its place.
    width
        As in HTML; the drawing's own where none is given.
    """
    parser = etree.XMLParser(resolve_entities=False, no_network=True, remove_comments=True, remove_pis=True)
    root = etree.fromstring(data, parser)
    for element in list(root.iter(f"{_SVG}metadata", f"{_SVG}script", f"{_SVG}style")):
        _remove(element)
    for title in root.findall(f"{_SVG}title"):
        root.remove(title)
    prepare(root, prefix)
    # matplotlib's only style sheet is this one rule for all elements; both properties are inherited.
    for name, value in (("stroke-linejoin", "round"), ("stroke-linecap", "butt")):
        if not root.get(name):
            root.set(name, value)
    root = _without_namespaces(root)
    _slim(root)
    title = etree.Element("title", id=f"{prefix}-title")
    title.text = alt
    root.insert(0, title)
    root.set("role", "img")
    root.set("aria-labelledby", f"{prefix}-title")
    for name in ("version", "{http://www.w3.org/XML/1998/namespace}space"):
        root.attrib.pop(name, None)
    if width:
        root.set("width", width)
        root.attrib.pop("height", None)
    return root


def prepare(root: Any, prefix: str) -> None:
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


# Less to send --------------------------------------------------------------------------------------


def _slim(root: Any) -> None:
    """Take away what nobody sees: names that nothing refers to, empty groups, spaces, far decimals."""
    _forget_names(root)
    for element in root.iter():
        _shorten(element)
    for element in list(root.iter()):
        if _is_unseen(element):
            _remove(element)
    for group in reversed(list(root.iter("g"))):
        if not len(group):
            _remove(group)
        elif not group.attrib:
            _unwrap(group)
    _say_once(root)


def _forget_names(root: Any) -> None:
    used = {value[1:] for element in root.iter() if (value := element.get("href", "")).startswith("#")}
    used |= {
        found for element in root.iter() for value in element.attrib.values() for found in _URL.findall(value)
    }
    for element in root.iter():
        if element.get("id") and element.get("id") not in used:
            del element.attrib["id"]


def _shorten(element: Any) -> None:
    for name, value in element.attrib.items():
        moved = name == "transform" and not re.search(
            "matrix|scale", value
        )  # a factor needs all its decimals
        if name in _COORDINATES or moved:
            value = _NUMBER.sub(_rounded, value)
            element.set(name, _ROOM.sub(r"\1", value).strip() if name == "d" else value)
    if element.get("transform", "").startswith("rotate(-0 "):
        del element.attrib["transform"]
    if element.tag not in ("text", "tspan") and not (element.text or "").strip():
        element.text = None
    parent = element.getparent()
    if (parent is None or parent.tag not in ("text", "tspan")) and not (element.tail or "").strip():
        element.tail = None


def _rounded(number: re.Match[str]) -> str:
    text = f"{float(number[0]):.{_DECIMALS}f}".rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def _is_unseen(element: Any) -> bool:
    """Whether it is a shape with neither area nor line."""
    if element.tag not in _SHAPES or element.get("fill") != "none":
        return False
    for around in (element, *element.iterancestors()):
        if around.tag in _KEPT_APART or around.get("stroke", "none") != "none":
            return False
    return True


def _say_once(root: Any) -> None:
    """The commonest type of the drawing's letters stands on the drawing, not on each word."""
    for name in _OF_LETTERS:
        said = Counter(text.get(name) for text in root.iter("text") if text.get(name))
        everywhere = all(text.get(name) for text in root.iter("text"))
        if not said or not everywhere or root.get(name):
            continue
        commonest = min(said, key=lambda value: (-said[value], value))
        root.set(name, commonest)
        for text in root.iter("text"):
            if text.get(name) == commonest:
                del text.attrib[name]


def _remove(element: Any) -> None:
    """Take `element` out, and leave the words after it."""
    parent = element.getparent()
    _give_words(parent, element.getprevious(), element.tail)
    parent.remove(element)


def _unwrap(group: Any) -> None:
    """Put what is in `group` in its place."""
    parent = group.getparent()
    if parent is None:
        return
    at = parent.index(group)
    for child in reversed(list(group)):
        parent.insert(at + 1, child)
    parent.remove(group)


def _give_words(parent: Any, before: Any, words: str | None) -> None:
    if words and words.strip():
        if before is not None:
            before.tail = (before.tail or "") + words
        else:
            parent.text = (parent.text or "") + words
