"""Plain words: what a line from another trust may hold, wherever it is shown.

The same line stands in a heading, a table, the title of a page, a PDF, a spreadsheet and a YAML file. So it
is held to what is plain in all of them, and each place still escapes it as if it were not.
"""

from __future__ import annotations

import re

from valuekit.config import hidden_mark

_BEGINS = re.compile(r"""[^\W_]|[£"'“‘(]""")
_MARKUP = re.compile(r"[`{}\\|]|<[A-Za-z/!?]|!\[|\][(\[]|&#|://|(?i:javascript|vbscript|data)\s*:\S")
"""What begins code, a shortcode, an element, a picture, a link or an entity in Markdown, HTML or Typst."""


def fault_of(text: str, longest: int) -> str:
    """What keeps `text` from being plain words, as the end of a sentence; empty where nothing does."""
    if mark := hidden_mark(text):
        return f"holds a mark that cannot be seen ({mark}); write plain words"
    if "\n" in text or "\t" in text:
        return "holds a line end or tab; write one line"
    if not _BEGINS.match(text):
        return f"begins with '{text[:1]}'; begin with a letter or a figure"
    if found := _MARKUP.search(text):
        return f"holds '{found[0]}', which begins code or a link; write plain words"
    if len(text) > longest:
        return f"has {len(text)} characters; write at most {longest}"
    return ""
