"""A document's Typst as an accessible PDF (PDF/UA-1), and the checks that Typst leaves to us."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import pikepdf
import typst

from valuekit.errors import DocumentError, Problem
from valuekit.project import Month
from valuekit.publish.fonts import package_fonts
from valuekit.publish.html import THEME


@cache
def _fonts() -> typst.Fonts:
    """The report's fonts and its fallback, from their packages: never the machine's own."""
    dejavu = Path(str(files("matplotlib"))) / "mpl-data" / "fonts" / "ttf"
    return typst.Fonts(
        include_system_fonts=False,
        include_embedded_fonts=True,
        font_paths=[str(package_fonts()), str(dejavu)],
    )


def write_pdf(
    body: str, meta: Mapping[str, Any], tables: Sequence[bool], root: Path, where: str, theme: Path = THEME
) -> bytes:
    """The PDF of one document.

    Parameters
    ----------
    body
        Typst as pandoc wrote it; images by their paths from `root`.
    meta
        What ``theme/report.typ`` is given; ``period_month`` (``2026-10``) dates the file.
    tables
        For each table in order, whether its first column heads the rows.
    where
        The document, for errors.

    Raises
    ------
    DocumentError
        Typst refuses the document (it says why), or a check of ours fails.
    """
    # No import: the template may lie outside the project, where Typst does not read.
    template = (theme / "report.typ").read_text(encoding="utf-8")
    source = f"{template}\n#show: report.with(json(bytes(sys.inputs.meta)))\n{body}\n"
    month = Month.parse(meta["period_month"]).plus(1)
    try:
        data = typst.compile(
            source.encode("utf-8"),
            root=str(root),
            font_paths=_fonts(),
            ignore_system_fonts=True,
            sys_inputs={"meta": json.dumps(meta, ensure_ascii=False, sort_keys=True)},
            pdf_standards=["ua-1"],
            timestamp=_first_of(month),
            format="pdf",
        )
    except typst.TypstError as error:
        hints = "; ".join(error.hints)
        excerpt = _excerpt(error.diagnostic)
        raise DocumentError(
            Problem(
                f"the PDF cannot be made: {error.message}",
                where,
                "; ".join(filter(None, (hints, excerpt))),
                "Mend the figure, table or text that it names.",
            )
        ) from error
    return _finish(data, meta, tables, where)


def _first_of(month: Month) -> int:
    """Midnight of the month's first day as Unix seconds: the day after the period, never the clock's."""
    import calendar

    return calendar.timegm((month.year, month.month, 1, 0, 0, 0))


def _excerpt(diagnostic: str) -> str:
    """The line that Typst points at."""
    found = re.search(r"^\s*\d+\s*│\s*(.*\S)", diagnostic, re.MULTILINE)
    return f"at: {found[1][:80]}" if found else ""


def _finish(data: bytes, meta: Mapping[str, Any], tables: Sequence[bool], where: str) -> bytes:
    """Mark the cells that head rows, check what Typst does not, and write with a settled identity."""
    with pikepdf.open(io.BytesIO(data)) as pdf:
        found = [element for element in structure(pdf) if element.get("/S") == "/Table"]
        faults = _faults(pdf, found, tables, where)
        if faults:
            raise DocumentError(faults)
        for table, headed in zip(found, tables, strict=True):
            if headed:
                _head_rows(table)
        pdf.Root.Lang = pikepdf.String(meta.get("lang", "en-GB"))
        out = io.BytesIO()
        pdf.save(
            out,
            fix_metadata_version=False,
            compress_streams=True,
            object_stream_mode=pikepdf.ObjectStreamMode.generate,
            deterministic_id=True,
        )
        return out.getvalue()


def structure(pdf: pikepdf.Pdf) -> Iterator[pikepdf.Dictionary]:
    """Elements of the structure tree, in the order of the document."""
    stack = [pdf.Root.StructTreeRoot.get("/K")]
    while stack:
        element = stack.pop()
        if isinstance(element, pikepdf.Array):
            stack.extend(reversed(list(element)))
        elif isinstance(element, pikepdf.Dictionary) and "/S" in element:
            yield element
            if "/K" in element:
                stack.append(element.K)


def _inside(element: pikepdf.Dictionary, kind: str) -> list[pikepdf.Dictionary]:
    children = element.get("/K", [])
    children = list(children) if isinstance(children, pikepdf.Array) else [children]
    found = []
    for child in children:
        if isinstance(child, pikepdf.Dictionary) and "/S" in child:
            found += [child] if kind == child.S else _inside(child, kind)
    return found


def _faults(
    pdf: pikepdf.Pdf, found: Sequence[pikepdf.Dictionary], tables: Sequence[bool], where: str
) -> list[Problem]:
    faults = []
    if not str(pdf.docinfo.get("/Title", "")).strip():
        faults.append(Problem("the PDF has no title", where, do="Give the document a title."))
    if not str(pdf.Root.get("/Lang", "")).strip():
        faults.append(Problem("the PDF has no language", where, do="Set text(lang:) in the template."))
    if not pdf.Root.get("/MarkInfo", {}).get("/Marked", False):
        faults.append(Problem("the PDF is not tagged", where))
    for number, table in enumerate(found, start=1):
        if not _inside(table, "/TH"):
            faults.append(
                Problem(
                    f"table {number} of the PDF has no header cells",
                    where,
                    "screen readers read cells by them",
                    "Use table.header in its Typst.",
                )
            )
    if len(found) != len(tables):
        faults.append(
            Problem(
                f"the PDF holds {len(found)} tables, the document {len(tables)}",
                where,
                do="Write each Typst table as table(…) in its own block.",
            )
        )
    return faults


def _head_rows(table: pikepdf.Dictionary) -> None:
    """First cell of each row of the body as a header of its row."""
    for body in _inside(table, "/TBody") or [table]:
        for row in _inside(body, "/TR"):
            cells = row.get("/K")
            first = cells[0] if isinstance(cells, pikepdf.Array) else cells
            if isinstance(first, pikepdf.Dictionary) and first.get("/S") == "/TD":
                first.S = pikepdf.Name.TH
                _set_scope(first)


def _set_scope(cell: pikepdf.Dictionary) -> None:
    attributes = cell.get("/A")
    groups = list(attributes) if isinstance(attributes, pikepdf.Array) else [attributes] if attributes else []
    for group in groups:
        if isinstance(group, pikepdf.Dictionary) and group.get("/O") == "/Table":
            group.Scope = pikepdf.Name.Row
            return
    scope = pikepdf.Dictionary(O=pikepdf.Name.Table, Scope=pikepdf.Name.Row)
    cell.A = pikepdf.Array([*groups, scope])
