"""What the codes of the collection mean here: which resource was used, which department provided it.

The look-up is ``plics_codes.csv`` in `data/reference` with the columns `field` (``ActCstID``, ``ResCstID`` or
``ServID``), `code` and `becomes` (a code of ``schemas/codes.yaml``). A code may end in ``*`` and then stands
for all that begin so; the longest that fits is taken.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from valuekit.errors import ExtractError, Problem
from valuekit.extracts.read import read_file

CODES = "plics_codes.csv"
BECOMES = {"ActCstID": "a department", "ResCstID": "a resource", "ServID": "a department"}
"""Field of the collection → what its codes become."""

_COLUMNS = ("field", "code", "becomes")
_CODE = re.compile(r"[A-Z]{1,5}[0-9]{1,5}[A-Z]?")  # what else may stand there is not shown


@dataclass(frozen=True)
class CodeMap:
    """The look-up: field → code (or its beginning and ``*``) → code of this project."""

    becomes: dict[str, dict[str, str]]
    fingerprint: str

    def of(self, field: str, code: str) -> str | None:
        """What `code` becomes; None where the look-up does not say."""
        known = self.becomes.get(field, {})
        if code in known:
            return known[code]
        begins = (code[:end] + "*" for end in range(len(code), -1, -1))
        return next((known[begin] for begin in begins if begin in known), None)


def read_codes(reference: Path) -> CodeMap:
    """The look-up in the folder `reference`.

    Raises
    ------
    ExtractError
        There is none, or it does not say one thing of each code.
    """
    path = reference / CODES
    if not path.is_file():
        why = "it says which resource and department a PLICS code is"
        do = f"Write it with the columns {', '.join(_COLUMNS)}: see data/extracts/README.md."
        raise ExtractError(Problem(f"there is no {CODES}", "data/reference", why, do))
    text = read_file(path)
    columns = dict(zip(text.header, text.columns, strict=True))
    if not set(_COLUMNS) <= set(columns):
        raise ExtractError(
            Problem(f"the columns are not {', '.join(_COLUMNS)}", CODES, do="Correct its header.")
        )
    becomes: dict[str, dict[str, str]] = {field: {} for field in BECOMES}
    problems = []
    cells = (columns[name].to_pylist() for name in _COLUMNS)
    for row, field, code, becoming in zip(text.rows, *cells, strict=True):
        where = f"{CODES}, row {row}"
        if field not in BECOMES or not code or not becoming:
            do = f"Give a field ({', '.join(BECOMES)}), its code and what it becomes."
            problems.append(Problem("not a code and what it becomes", where, do=do))
        elif code in becomes[field]:
            problems.append(Problem(f"{field} {code} stands twice", where, do="Keep one row."))
        else:
            becomes[field][code] = becoming
    if problems:
        raise ExtractError(problems)
    return CodeMap(becomes, hashlib.sha256(repr(sorted(becomes.items())).encode()).hexdigest()[:12])


def mapped(
    codes: CodeMap, found: Iterable[tuple[str, str]], source: str
) -> tuple[list[tuple[str, str, str]], list[Problem]]:
    """Each field and code in `found` with what it becomes; the codes that the look-up does not have."""
    rows, missing = [], {}
    for field, code in sorted(set(found)):
        becoming = codes.of(field, code)
        if becoming is None:
            missing.setdefault(field, []).append(code)
        else:
            rows.append((field, code, becoming))
    problems = []
    for field, unknown in missing.items():
        shown = ", ".join([code for code in unknown if _CODE.fullmatch(code)][:8]) or "none of them is a code"
        what = f"{len(unknown)} {'code' if len(unknown) == 1 else 'codes'} of {field} not in {CODES}: {shown}"
        do = f"Add {BECOMES[field]} for each: its cost would be lost."
        problems.append(Problem(what, source, do=do))
    return rows, problems
