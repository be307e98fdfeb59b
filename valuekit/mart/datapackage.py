"""``datapackage.json``: what stands in each download, for programs (Frictionless Data Package 1).

Made from the same column notes as the mart itself: a download never says less than its table.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from valuekit.mart import TABLES, About

FILE = "datapackage.json"
_LICENCE = {
    "name": "OGL-UK-3.0",
    "title": "Open Government Licence v3.0",
    "path": "https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/",
}
_TYPES = {"text": "string", "integer": "integer", "number": "number", "date": "date", "flag": "boolean"}
"""Our kinds → types of Table Schema 1."""
_NOTES = {
    "table": "The table",
    "column": "The column",
    "kind": "text, integer, number, date or flag",
    "note": "What the column holds",
}


def write_data_package(folder: Path, about: About, tables: Iterable[str], notes: str) -> None:
    """Describe the CSV files in `folder`, which must be there already.

    Parameters
    ----------
    tables
        Names of the tables, each with its ``<name>.csv``.
    notes
        Name of the file of column notes.
    """
    resources = [_resource(folder, name) for name in tables]
    fields = [{"name": name, "type": "string", "description": words} for name, words in _NOTES.items()]
    resources.append(_described(folder / notes, "Notes on every column", "One row is one column.", fields))
    package = {
        "profile": "tabular-data-package",
        "name": "value-reports",
        "title": f"Value reports, {about.organisation}",
        "description": "Every public figure of the site. An empty cell is a missing value."
        + (" Synthetic: every figure of this trust is made up." if about.synthetic else ""),
        "version": about.period,
        "licenses": [_LICENCE],
        "resources": resources,
    }
    text = json.dumps(package, ensure_ascii=False, indent=1)
    (folder / FILE).write_text(text + "\n", encoding="utf-8", newline="\n")


def _resource(folder: Path, name: str) -> dict[str, Any]:
    table = TABLES[name]
    fields = [
        {"name": column.name, "type": _TYPES[column.kind], "description": column.note}
        | ({"trueValues": ["True"], "falseValues": ["False"]} if column.kind == "flag" else {})
        for column in table.columns
    ]
    return _described(folder / f"{name}.csv", table.title, f"One row is {table.grain}.", fields)


def _described(file: Path, title: str, description: str, fields: list[dict[str, Any]]) -> dict[str, Any]:
    content = file.read_bytes()
    return {
        "profile": "tabular-data-resource",
        "name": file.stem,
        "path": file.name,
        "title": title,
        "description": description,
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "bytes": len(content),
        "hash": f"sha256:{hashlib.sha256(content).hexdigest()}",
        "schema": {"fields": fields, "missingValues": [""]},
    }
