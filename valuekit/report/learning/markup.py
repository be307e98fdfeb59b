"""Pieces of HTML that Markdown has no words for: forms, and marks that the site's script reads.

Everything that is not ours to write (titles, labels) goes through :func:`attribute` or :func:`text`.
"""

from __future__ import annotations

import html
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Html:
    """A raw block for the page; a PDF has nothing in its place."""

    html: str

    def _repr_markdown_(self) -> str:
        return f"```{{=html}}\n{self.html}\n```"


def text(words: str) -> str:
    """`words` as they stand, inside an element or an attribute; no mark of a fence remains."""
    return html.escape(words, quote=True).replace("`", "&#96;").replace("\n", " ")


def attribute(value: Any) -> str:
    """A value as JSON, for an attribute in double quotes."""
    return text(json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")))


def select(id: str, name: str, label: str, options: Sequence[tuple[str, str]], any_label: str) -> str:
    """A labelled choice; its first option asks for nothing."""
    made = [f'<option value="">{text(any_label)}</option>']
    made += [f'<option value="{text(code)}">{text(words)}</option>' for code, words in options]
    return (
        f'<div class="field"><label for="{id}">{text(label)}</label>'
        f'<select id="{id}" name="{name}">{"".join(made)}</select></div>'
    )


def data(values: Mapping[str, str]) -> str:
    """``data-…`` attributes."""
    return "".join(f' data-{name.replace("_", "-")}="{text(value)}"' for name, value in values.items())
