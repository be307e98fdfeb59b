"""What a published site says, passage by passage, and which passage tells a hidden figure.

A passage is a sentence, a cell of a table with the words at the head of its row and column, the text or the
alternative text of a chart, a string of JSON, an entry of a feed. It tells a hidden figure where it speaks of
the figure's row (all words that name the row stand in the passage, or in the headings and captions over it)
and holds the figure, exact or rounded as the pages round.
"""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

import pandas as pd
from lxml import etree, html

Tables = Mapping[str, pd.DataFrame]


@dataclass(frozen=True)
class Passage:
    """A piece of text, and what it stands under."""

    file: str
    text: str
    under: str = ""


@dataclass(frozen=True)
class Hidden:
    """A figure that the public tables do not tell: its row in words, and how the figure would be written.

    Of each name one of several ways to say it must stand in the passage.
    """

    table: str
    column: str
    names: tuple[tuple[str, ...], ...]
    forms: frozenset[str]


# ---------------------------------------------------------------- what the site says

SENTENCE = re.compile(r"(?<=[.;])\s+(?=[A-Z])|\n")
BLOCKS = {
    "p",
    "li",
    "figcaption",
    "dt",
    "dd",
    "summary",
    "title",
    "text",
    "desc",
    "td",
    "h1",
    "h2",
    "h3",
    "h4",
}
ATTRIBUTES = ("alt", "aria-label", "title", "content")


def passages(file: str, content: bytes) -> Iterator[Passage]:
    """Everything that one file of the site says in words."""
    if file.endswith((".html", ".svg")):
        yield from _of_html(file, html.fromstring(content))
    elif file.endswith((".xml", ".rss")):
        for entry in etree.fromstring(content).iter("{*}entry", "{*}item"):
            yield Passage(file, " ".join(entry.itertext()))
    elif file.endswith(".json"):
        yield from (Passage(file, text) for text in _strings(json.loads(content)))
    elif file.endswith(".pf_fragment"):
        page = json.loads(gzip.decompress(content).decode("utf-8").removeprefix("pagefind_dcd"))
        for text in _strings(page):
            yield from (Passage(file, sentence, page["url"]) for sentence in SENTENCE.split(text))


def _strings(value: object) -> Iterator[str]:
    """Each object of JSON as one string, with those below it."""
    if isinstance(value, dict):
        yield " ".join(str(x) for x in value.values() if isinstance(x, (str, int, float)))
        yield from (text for x in value.values() if isinstance(x, (dict, list)) for text in _strings(x))
    elif isinstance(value, list):
        yield from (text for x in value for text in _strings(x))
    else:
        yield str(value)


def _of_html(file: str, root) -> Iterator[Passage]:
    heading, caption = "", ""
    for element in root.iter():
        if not isinstance(element.tag, str):
            continue
        if element.tag in ("h1", "h2", "h3", "h4"):
            heading = element.text_content()
        if element.tag == "figure":
            caption = " ".join(c.text_content() for c in element.iter("figcaption"))
        under = f"{heading} {caption if _within(element, 'figure') else ''}"
        if element.tag == "table":
            yield from _of_table(file, element, under)
        elif element.tag == "script" and "json" in element.get("type", ""):
            yield from (Passage(file, text) for text in _strings(json.loads(element.text or "null")))
        elif element.tag in BLOCKS and element.tag != "td":
            text = element.text_content()
            yield from (Passage(file, sentence, f"{under} {text}") for sentence in SENTENCE.split(text))
        yield from (Passage(file, element.get(name), under) for name in ATTRIBUTES if element.get(name))


def _within(element, tag: str) -> bool:
    return next(element.iterancestors(tag), None) is not None


def _of_table(file: str, table, under: str) -> Iterator[Passage]:
    """Every cell, under the words at the head of its column and row."""
    heads: list[str] = []
    for row in table.iter("tr"):
        cells = [cell.text_content().strip() for cell in row.iterchildren("th", "td")]
        if not row.findall("td"):
            heads = cells
        else:
            for i, cell in enumerate(cells[1:], start=1):
                head = heads[i] if i < len(heads) else ""
                yield Passage(file, cell, f"{under} | {cells[0]} | {head} |")


# ---------------------------------------------------------------- what must not be said

NUMBER = re.compile(r"£?\d[\d,]*(?:\.\d+)?(?:%| per cent)?")


def shares(value: float, _: object = None) -> set[str]:
    """A share of a hundred as pages say it."""
    return {f"{value:.0f}%", f"{value:.1f}%"}


def counts(value: float, _: object = None) -> set[str]:
    return {f"{value:,.0f}"}


def pounds(value: float, _: object = None) -> set[str]:
    return {f"£{value:,.0f}", f"£{value:,.2f}", f"£{value:,.1f}"}


def means(value: float, _: object = None) -> set[str]:
    return {f"{value:.1f}", f"{value:.2f}"}


def telling(passage: Passage, hidden: Hidden) -> set[str]:
    """The forms of a hidden figure that a passage about its row holds."""
    about = _about(passage)
    if not all(any(way.lower() in about for way in ways) for ways in hidden.names):
        return set()
    text = passage.text
    for way in sorted((w for ways in hidden.names for w in ways), key=len, reverse=True):
        text = re.sub(re.escape(way), " ", text, flags=re.IGNORECASE)
    return hidden.forms & _numbers(text)


def leaks(said: Iterable[Passage], hidden: Sequence[Hidden]) -> list[tuple[str, str, str]]:
    """File, passage and figure of every hidden figure that is told."""
    worth = dict.fromkeys(p for p in said if NUMBER.search(p.text))
    forms = frozenset().union(*(h.forms for h in hidden))
    worth = [p for p in worth if forms & _numbers(p.text)]
    return [(p.file, p.text, h.table) for p, h in product(worth, hidden) if telling(p, h)]


def _about(passage: Passage) -> str:
    return f"{passage.file} {passage.under} {passage.text}".lower()


def _numbers(text: str) -> set[str]:
    return {found.replace(" per cent", "%") for found in NUMBER.findall(text)}
