"""What a cell of a document shows: plain Quarto Markdown and nothing else.

A document's cell ends in one of these objects. Quarto and the built-in renderer both ask it for
``_repr_markdown_`` and go on from there, so neither needs to know anything about charts or tables.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Protocol

_MARKDOWN = re.compile(r"([\\`*_{}\[\]<>#|~^$@])")
_QUOTED = str.maketrans({'"': "”", "\\": "", "\n": " "})


class Shown(Protocol):
    """Anything that a cell may end in."""

    def _repr_markdown_(self) -> str: ...


Drawn = Callable[[str, object, str, str], Shown]
"""From a name, a chart, a caption and an alt text to what is shown."""


def escape_markdown(text: str) -> str:
    """`text` so that Markdown shows it as it stands, and no line ends within ``n = 95`` or ``−£430``."""
    return _keep_together(_MARKDOWN.sub(r"\\\1", text))


def _keep_together(text: str) -> str:
    return re.sub(r"\bn = (?=\d)", "n\u00a0=\u00a0", text).replace("−£", "−\u2060£").replace("+£", "+\u2060£")


def document_folder() -> Path:
    """The folder of the document that is being rendered."""
    return Path(os.environ.get("QUARTO_DOCUMENT_PATH") or Path.cwd())


@dataclass(frozen=True)
class Words:
    """Paragraphs of plain text. No paragraph, no output."""

    paragraphs: tuple[str, ...] = ()

    def _repr_markdown_(self) -> str:
        return "\n\n".join(escape_markdown(text) for text in self.paragraphs if text)


@dataclass(frozen=True)
class Item:
    """One point of a list: `text`, after an optional bold `lead`, which may be a link to `href`."""

    text: str
    lead: str = ""
    href: str = ""

    @property
    def markdown(self) -> str:
        """The item as Markdown, without the bullet."""
        lead = escape_markdown(self.lead)
        if lead and self.href:
            lead = f"[{lead}]({self.href})"
        elif lead:
            lead = f"**{lead}**"
        return " ".join(part for part in (lead, escape_markdown(self.text)) if part)


@dataclass(frozen=True)
class Points:
    """A bulleted list."""

    items: tuple[Item, ...]

    def _repr_markdown_(self) -> str:
        return "\n".join(f"- {item.markdown}" for item in self.items)


@dataclass(frozen=True)
class Heading:
    """A heading that the data name, such as one for each measure."""

    level: int
    text: str
    id: str = ""

    def _repr_markdown_(self) -> str:
        label = f" {{#{self.id}}}" if self.id else ""
        return f"{'#' * self.level} {escape_markdown(self.text)}{label}"


@dataclass(frozen=True)
class Figure:
    """A chart: its SVG, written beside the document as the Markdown is asked for.

    Attributes
    ----------
    id
        Without ``fig-``: ``stroke-length_of_stay``.
    svg
        The picture.
    caption, alt
        Plain text: what the chart is of, and what a reader who cannot see it should know.
    folder
        Under ``figures/``: the audience and the page, so that no two documents write the same file.
    """

    id: str
    svg: str
    caption: str
    alt: str
    folder: str

    @property
    def path(self) -> PurePosixPath:
        """Path of the SVG from the document."""
        return PurePosixPath("figures", self.folder, f"{self.id}.svg")

    def _repr_markdown_(self) -> str:
        file = document_folder() / self.path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(self.svg, encoding="utf-8", newline="\n")
        caption, alt = escape_markdown(self.caption), self.alt.translate(_QUOTED)
        return f'![{caption}]({self.path}){{#fig-{self.id} fig-alt="{alt}"}}'


@dataclass(frozen=True)
class Table:
    """A table, once as HTML and once as Typst; pandoc keeps the one that the format reads."""

    id: str
    caption: str
    html: str
    typst: str

    def _repr_markdown_(self) -> str:
        return (
            f"::: {{#tbl-{self.id}}}\n\n"
            f"```{{=html}}\n{self.html}\n```\n\n```{{=typst}}\n{self.typst}\n```\n\n"
            f"{escape_markdown(self.caption)}\n\n:::"
        )


@dataclass(frozen=True)
class Inline:
    """An icon with its words, once as HTML and once as Typst, as a paragraph."""

    html: str
    typst: str

    def _repr_markdown_(self) -> str:
        return f"```{{=html}}\n{self.html}\n```\n\n```{{=typst}}\n{self.typst}\n```"


@dataclass(frozen=True)
class Block:
    """Several things, one after the other."""

    parts: tuple[Shown, ...]

    @classmethod
    def of(cls, *parts: Shown | Iterable[Shown]) -> Block:
        """A block of `parts`; an iterable among them is laid out in place."""
        flat: list[Shown] = []
        for part in parts:
            if hasattr(part, "_repr_markdown_"):
                flat.append(part)
            else:
                flat.extend(part)
        return cls(tuple(flat))

    def _repr_markdown_(self) -> str:
        shown = (part._repr_markdown_() for part in self.parts)
        return "\n\n".join(text for text in shown if text)
