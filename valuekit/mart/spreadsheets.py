"""Text that a spreadsheet opens and does not run: one rule for every CSV file that is handed out.

Source: OWASP, CSV injection. A cell that begins with ``=``, ``+``, ``-`` or ``@`` is taken for a formula,
also after a tab or a line end. The full-width forms of these marks are treated as if they were the marks.
"""

from __future__ import annotations

import re

FORMULA = tuple("=+-@＝＋－＠")
"""What begins a formula."""

_QUIET = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")


def harmless(text: str) -> str:
    """`text` on one line, with an apostrophe in front where a spreadsheet would take it for a formula."""
    text = _QUIET.sub(" ", text).strip().lstrip("\ufeff\u200b")
    return f"'{text}" if text.startswith(FORMULA) else text
