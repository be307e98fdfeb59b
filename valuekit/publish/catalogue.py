"""``index.json``: the site's reports, measures and case studies for other programs.

The page reports/about/for-machines.qmd describes it.

The form is stable: a key is never renamed or taken away within a version, only added; :data:`VERSION` goes up
when that cannot be kept.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from valuekit.mart import TABLES, Mart
from valuekit.publish.feeds import month_end
from valuekit.publish.metadata import FEED, INDEX, LICENCE, PACKAGE

VERSION = 1
_MEASURE = (
    "service", "measure", "name", "definition", "numerator", "denominator", "statistic", "unit", "direction",
    "target", "target_source", "tier", "role", "time_point", "interval",
)  # fmt: skip
_CASE = ("case", "title", "summary", "organisation", "place", "began", "ended", "evidence_rating", "review")


def write_index(site: Path, told: Mapping[str, Any], pages: Sequence[Any], mart: Mart) -> None:
    """Write ``index.json`` to `site`.

    Parameters
    ----------
    told
        What the theme is told of the site.
    pages
        The site's documents.
    mart
        The public mart; tables that it does not have give empty lists.
    """
    text = json.dumps(index(told, pages, mart), ensure_ascii=False, indent=1, sort_keys=False)
    (site / INDEX).write_text(text + "\n", encoding="utf-8", newline="\n")


def index(told: Mapping[str, Any], pages: Sequence[Any], mart: Mart) -> dict[str, Any]:
    """The content of ``index.json``. Addresses are whole where the site's own is known."""
    base, about = told["url"], told["about"]
    updated = month_end(about["period"])
    reports = [page for page in pages if page.kind == "Report" and page.front.case is None]
    address = {page.path.stem: str(page.path.with_suffix(".html")) for page in reports}
    cases = {page.path.stem: page for page in pages if page.front.case is not None}
    return {
        "version": VERSION,
        "site": {
            "title": told["title"],
            "organisation": about["organisation"],
            "address": base,
            "period": about["period"],
            "synthetic": about["synthetic"],
            "language": "en-GB",
            "licence": LICENCE,
            "feed": base + FEED,
            "data_package": base + PACKAGE if (mart.folder / "measure.parquet").is_file() else None,
        },
        "reports": [_report(page, base, updated) for page in reports],
        "measures": [
            {**row, "address": _measure_address(row, address, base)}
            for row in _rows(mart, "measure", _MEASURE)
        ],
        "cases": [_case(row, cases, _facets(mart), base, updated) for row in _rows(mart, "case", _CASE)],
    }


def _report(page: Any, base: str, updated: str) -> dict[str, Any]:
    return {
        "id": page.path.stem,
        "title": page.title,
        "description": page.front.description,
        "address": base + str(page.path.with_suffix(".html")),
        "pdf": base + str(page.path.with_suffix(".pdf")) if page.formats.typst else None,
        "updated": updated,
    }


def _measure_address(row: Mapping[str, Any], reports: Mapping[str, str], base: str) -> str | None:
    """Where a reader finds the measure: its service's report."""
    report = reports.get(row["service"])
    return f"{base}{report}" if report else None


def _case(
    row: dict[str, Any], cases: Mapping[str, Any], facets: Mapping[str, Any], base: str, updated: str
) -> dict[str, Any]:
    page = cases.get(row["case"])
    return {
        **row,
        "facets": facets.get(row["case"], {}),
        "address": base + str(page.path.with_suffix(".html")) if page else None,
        "updated": str((page.front.modified if page else None) or updated),
    }


def _facets(mart: Mart) -> dict[str, dict[str, list[str]]]:
    """Case → facet → words."""
    found: dict[str, dict[str, list[str]]] = {}
    for row in _rows(mart, "case_facet", ("case", "facet", "code")):
        found.setdefault(row["case"], {}).setdefault(row["facet"], []).append(row["code"])
    return found


def _rows(mart: Mart, name: str, columns: Sequence[str]) -> list[dict[str, Any]]:
    """Rows of a table of the mart, missing values as None; none where the mart has no such table."""
    if name not in TABLES or not (mart.folder / f"{name}.parquet").is_file():
        return []
    frame = mart.table(name)[list(columns)].astype(object)
    return frame.where(pd.notna(frame), None).to_dict("records")
