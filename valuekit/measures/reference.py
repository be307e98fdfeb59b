"""Small reference files (``data/reference/``): one way to read them, and one way to refuse them."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from valuekit.errors import DefinitionError, Problem


def read_reference(file: Path, columns: tuple[str, ...]) -> list[tuple[int, dict[str, str]]]:
    """Line number and row of a CSV file, cells as text without spaces around them, without empty lines.

    Raises
    ------
    DefinitionError
        No such file, not CSV in UTF-8, other columns than `columns`, or rows with more or fewer cells.
    """
    where = f"data/reference/{file.name}"
    try:
        text = file.read_text(encoding="utf-8-sig")
        reader = csv.reader(io.StringIO(text, newline=""), strict=True)
        lines = [(reader.line_num, [cell.strip() for cell in cells]) for cells in reader if any(cells)]
    except FileNotFoundError:
        do = "Put it back; the one that comes with valuekit is a start."
        raise DefinitionError(Problem("there is no such file", where, do=do)) from None
    except (UnicodeDecodeError, csv.Error):
        do = "Save it as CSV UTF-8, and check its quotes."
        raise DefinitionError(Problem("this is not a CSV file in UTF-8", where, do=do)) from None
    except OSError as error:
        do = "Check the file and its permissions."
        raise DefinitionError(Problem("cannot be read", where, error.strerror or "", do)) from None
    header = tuple(lines[0][1]) if lines else ()
    if header != columns:
        what = f"the columns are {', '.join(header) or 'not there'}"
        raise DefinitionError(Problem(what, f"{file.name}:1", do=f"Use these columns: {', '.join(columns)}."))
    wrong = [(line, len(cells)) for line, cells in lines[1:] if len(cells) != len(columns)]
    if wrong:
        do = "Quote a text that holds a comma, and end no row early."
        raise DefinitionError(
            Problem(f"has {count} cells, not {len(columns)}", f"{file.name}:{line}", do=do)
            for line, count in wrong
        )
    return [(line, dict(zip(columns, cells, strict=True))) for line, cells in lines[1:]]
