"""One document, from source to page and PDF: what a worker does. It knows of no other document."""

from __future__ import annotations

import re
import traceback
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path, PurePosixPath
from typing import Any

from valuekit.errors import DocumentError, Problem, ValuekitError
from valuekit.publish.document import Source
from valuekit.publish.execute import run_cells
from valuekit.publish.feeds import month_end
from valuekit.publish.html import Page, locate, page_path, set_in, up, wrap
from valuekit.publish.pandoc import Pandoc
from valuekit.publish.pdf import write_pdf
from valuekit.publish.quarto_project import Document

_IMAGE = re.compile(r'(?<![\w"])image\("([^"\n]+\.(?:svg|png|jpe?g))"')


@dataclass(frozen=True)
class Job:
    """One document to be rendered, and where its files go (None: not wanted)."""

    root: Path
    document: Document
    profile: str
    site: Mapping[str, Any]
    html: Path | None
    pdf: Path | None
    pdf_href: str
    """The PDF's address from the site's root, where the page offers it; else empty."""
    pages: frozenset[str]
    """All documents that become pages: links are held to them."""
    breadcrumbs: tuple[Mapping[str, str], ...] = ()
    section: str = ""
    parameters: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Result:
    """What became of a job: files written (with the site's path of each), or faults."""

    path: PurePosixPath
    problems: tuple[Problem, ...] = ()
    trace: str = ""
    copies: tuple[tuple[Path, str], ...] = ()


@cache
def _pandoc() -> Pandoc:
    """Pandoc for the life of the worker."""
    return Pandoc()


def close_worker() -> None:
    """End this process's pandoc, if it has one."""
    if _pandoc.cache_info().currsize:
        _pandoc().close()
        _pandoc.cache_clear()


def render(job: Job) -> Result:
    """Run one document's cells, write its page and its PDF. Faults are in the result, never raised."""
    try:
        return _render(job)
    except ValuekitError as error:
        cause = error.__cause__
        trace = "".join(traceback.format_exception(cause)) if cause else ""
        return Result(job.document.path, error.problems, trace)


def _render(job: Job) -> Result:
    document = job.document
    formats = tuple(name for name, file in (("html", job.html), ("typst", job.pdf)) if file)
    outputs = run_cells(job.root, document.source, job.profile, document.echo, job.parameters)
    answer, problems = _pandoc().render(document.source, outputs, job.profile, formats)
    problems += broken_links(job.root, document.source, answer.get("links", []), job.pages, outputs)
    if problems:
        raise DocumentError(problems)
    if job.pdf:
        body = _rooted(answer["typst"], job)
        data = write_pdf(body, _meta(job), answer["tables"], job.root, str(document.path))
        job.pdf.parent.mkdir(parents=True, exist_ok=True)
        job.pdf.write_bytes(data)
    copies: list[tuple[Path, str]] = []
    if job.html:
        body, copies, missing = set_in(answer["html"], job.root, document.path)
        if missing:
            raise DocumentError(
                Problem(
                    f"picture '{name}' is not there",
                    document.source.locate(name, 0, outputs),
                    do="Check its name; it may be SVG, PNG or JPEG, inside the project.",
                )
                for name in missing
            )
        job.html.parent.mkdir(parents=True, exist_ok=True)
        job.html.write_text(wrap(_page(job, body, answer["toc"]), job.site), encoding="utf-8", newline="\n")
    return Result(document.path, copies=tuple(copies))


def _rooted(typst: str, job: Job) -> str:
    """Image paths of the document as paths from the project's root, as Typst reads them."""

    def absolute(found: re.Match[str]) -> str:
        file = locate(job.root, job.document.path, found[1])
        if file is None or not file.is_file():
            raise DocumentError(
                Problem(
                    f"picture '{found[1]}' is not there",
                    str(job.document.path),
                    do="Check its name and folder.",
                )
            )
        return f'image("/{file.relative_to(job.root.resolve()).as_posix()}"'

    return _IMAGE.sub(absolute, typst)


def broken_links(
    root: Path,
    source: Source,
    links: list[str],
    pages: Collection[str],
    outputs: dict[int, str] | None = None,
) -> list[Problem]:
    """Those of `links` (as written in `source`) that lead to a document which is none of the `pages`."""
    problems = []
    for link in links:
        path = link.split("#")[0].split("?")[0]
        if not path.endswith(".qmd") or "://" in path:
            continue
        file = locate(root, source.path, path)
        name = file.relative_to(root.resolve()).as_posix() if file else path
        if name not in pages:
            problems.append(
                Problem(
                    f"link to '{path}', which is no page of the site",
                    source.locate(path, 0, outputs),
                    do="Check the path from this document, or the list under render:.",
                )
            )
    return problems


def _meta(job: Job) -> dict[str, Any]:
    """What the Typst template is told."""
    about = job.site["about"]
    front = job.document.front
    return {
        "title": front.title,
        "subtitle": front.subtitle,
        "description": front.description or front.title,
        "lang": job.document.lang,
        "organisation": about["organisation"],
        "period": about["period_words"],
        "period_month": about["period"],
        "synthetic": about["synthetic"],
        "audience": job.profile,
        "kind": "board" if job.document.path.stem == "board" else "report",
        "version": job.site["version"],
    }


def _modified(document: Document, period: str) -> str:
    """The day of its content: its own, or the end of the period for what is made from figures."""
    if document.front.modified:
        return document.front.modified.isoformat()
    return month_end(period) if document.kind in ("Report", "Dataset") else ""


def _page(job: Job, body: str, toc: list[list[Any]]) -> Page:
    document = job.document
    path = page_path(document.path)
    wanted = [tuple(entry) for entry in toc if entry[0] <= document.toc_depth] if document.toc else []
    return Page(
        title=document.front.title,
        subtitle=document.front.subtitle,
        description=document.front.description,
        lang=document.lang,
        body=body,
        toc=tuple(wanted),  # type: ignore[arg-type]
        path=path.as_posix(),
        root=up(path),
        section=job.section,
        breadcrumbs=job.breadcrumbs,
        pdf={"href": job.pdf_href, "size": job.pdf.stat().st_size} if job.pdf and job.pdf_href else None,
        kind=document.kind,
        modified=_modified(document, job.site["about"]["period"]),
    )
