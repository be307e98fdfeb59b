"""A checkout with a service or two and a few documents: the whole line, in a part of the time.

What is left out is what a publish repeats: other services, method pages, the learning library. What is there
is read, computed, rendered, compared, released and delivered as ever.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Collection, Sequence
from pathlib import Path

import openpyxl
import yaml
from checkout import Checkout, copy_project

from valuekit.extracts.sample import write_sample
from valuekit.project import Month

SERVICE, MONTHS = "stroke", 18
PAGES = ("index.qmd", "reports/index.qmd", "reports/about/data-quality.qmd")
_LINK = re.compile(r"(?<!!)\[([^\]\[]*)\]\(([^)\s]+\.qmd)(#[^)]*)?\)")


def small_checkout(folder: Path, services: Sequence[str] = (SERVICE,)) -> Checkout:
    """A fresh checkout without extracts; its site has three pages and that of each service, its packs two."""
    checkout = copy_project(folder)
    for file in [*(checkout.root / "data/services").glob("*.yml"), *_reports(checkout, "services/*.qmd")]:
        if file.stem not in services:
            file.unlink()
    of_services = [f"reports/services/{service}.qmd" for service in services]
    kept = [*PAGES, *of_services]
    for file in _reports(checkout, "learning/*.*"):
        file.unlink()
    for file in _reports(checkout, "**/*.qmd"):
        file.write_text(_without_links(checkout.root, file, kept), encoding="utf-8")
    checkout.write("index.qmd", "---\ntitle: Start\nformat: html\n---\n\nHello.\n")
    rendered = {
        "public": [*PAGES, "reports/services/*.qmd"],
        "board": ["reports/internal/disclosure.qmd"],
        "clinical": ["reports/services/*.qmd"],
    }
    for profile, documents in rendered.items():
        _change(
            checkout, f"_quarto-{profile}.yml", lambda said, d=documents: said["project"].update(render=d)
        )
    _change(checkout, "_quarto.yml", _short_navigation)
    return checkout


def with_sample(checkout: Checkout, period: str = "2026-10") -> Checkout:
    """The same with what the synthetic sample has of its services."""
    services = {file.stem for file in (checkout.root / "data" / "services").glob("*.yml")}
    extracts = checkout.root / "data" / "extracts"
    write_sample(extracts, Month.parse(period), months=MONTHS)
    (extracts / "control_totals.csv").unlink()  # of the whole sample
    for file in extracts.glob("*.csv"):
        text, out = _text(file.read_bytes()), io.StringIO()
        rows = list(csv.reader(io.StringIO(text)))
        if "service" in rows[0]:
            csv.writer(out, lineterminator="\n").writerows(_own(rows, services))
            file.write_text(out.getvalue(), encoding="utf-8")
    for file in extracts.glob("*.xlsx"):
        book = openpyxl.load_workbook(file)
        rows = _own([list(row) for row in book.active.iter_rows(values_only=True)], services)
        book.active.delete_rows(1, book.active.max_row)
        for row in rows:
            book.active.append(row)
        book.save(file)
    return checkout


def _text(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:  # the sample has a file as Windows programs write it
        return content.decode("cp1252")


def _own(rows: list[list], services: Collection[str]) -> list[list]:
    """The head, and the rows of the services or of none."""
    column = rows[0].index("service")
    return [row for row in rows if row[column] in {"service", *services, "", None}]


def _reports(checkout: Checkout, pattern: str) -> list[Path]:
    return list((checkout.root / "reports").glob(pattern))


def _without_links(root: Path, file: Path, kept: Collection[str]) -> str:
    """The document, with the words of links in place of those that lead to a page that is left out."""

    def words(found: re.Match[str]) -> str:
        target = (file.parent / found[2]).resolve()
        return found[0] if target.relative_to(root.resolve()).as_posix() in kept else found[1]

    return _LINK.sub(words, file.read_text(encoding="utf-8"))


def _change(checkout: Checkout, name: str, change) -> None:
    said = yaml.safe_load((checkout.root / name).read_text(encoding="utf-8"))
    change(said)
    checkout.write(name, yaml.safe_dump(said, sort_keys=False))


def _short_navigation(said: dict) -> None:
    said["website"]["navbar"]["left"] = [{"text": "Services", "href": "reports/index.qmd"}]
    said["website"]["page-footer"]["left"] = [
        {"text": "Data quality", "href": "reports/about/data-quality.qmd"}
    ]
