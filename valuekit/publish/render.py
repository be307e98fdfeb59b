"""One document, from source to page and PDF: what a worker does. It knows of no other document."""

from __future__ import annotations

import re
import traceback
from functools import cache
from pathlib import Path
from typing import Any

from valuekit import reads
from valuekit.cache import Cache, digest, digest_of, libraries_hash
from valuekit.errors import DocumentError, Problem, ValuekitError
from valuekit.publish import fonts, pdf
from valuekit.publish.execute import run_cells
from valuekit.publish.feeds import month_end
from valuekit.publish.html import THEME, Page, locate, page_path, set_in, up, wrap
from valuekit.publish.job import Job, Result, broken_links, linked_documents
from valuekit.publish.pandoc import Pandoc
from valuekit.publish.quarto_project import Document

_IMAGE = re.compile(r'(?<![\w"])image\("([^"\n]+\.(?:svg|png|jpe?g))"')
_TYPST_READS = re.compile(
    r"(?<!\w)(?:(?:image|read|csv|json|yaml|toml|xml|cbor|plugin|bibliography)\(\s*|(?:include|import)\s+)"
    r'"/?([^"\n]+)"'
)
"""What in a document's Typst names a file, by its path from the project's root."""


@cache
def _pdf_code() -> str:
    """Hash of what turns Typst into a PDF."""
    return digest(Path(pdf.__file__).read_bytes(), Path(fonts.__file__).read_bytes(), libraries_hash())


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
    path = job.document.path
    try:
        with reads.recording(job.root) as read:
            return _render(job, read)
    except ValuekitError as error:
        cause = error.__cause__
        trace = "".join(traceback.format_exception(cause)) if cause else ""
        return Result(path, job.profile, error.problems, trace)
    except OSError:
        raise  # the disk is full, or gone: no fault of this document
    except Exception as error:
        # Without its message, which could hold a person's data.
        problem = Problem(
            f"it cannot be rendered: {type(error).__name__}",
            str(path),
            "a fault of valuekit, not of the document",
            "Run again with --verbose to see more, and report it.",
        )
        return Result(path, job.profile, (problem,), traceback.format_exc())


def _render(job: Job, read: reads.Reads) -> Result:
    document = job.document
    formats = tuple(name for name, file in (("html", job.html), ("typst", job.pdf)) if file)
    outputs = run_cells(job.root, document.source, job.profile, document.echo, job.parameters, job.cache)
    answer, problems = _pandoc().render(document.source, outputs, job.profile, formats)
    problems += broken_links(job.root, document.source, answer.get("links", []), job.pages, outputs)
    if problems:
        raise DocumentError(problems)
    if job.pdf:
        body = _rooted(answer["typst"], job)
        data = _pdf(job, body, answer["tables"])
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
        for file, _ in copies:
            reads.note_file(file)
    linked = linked_documents(job.root, document.source, answer.get("links", []))
    names = tuple(sorted({name for _, name in linked}))
    return Result(document.path, job.profile, copies=tuple(copies), reads=read, links=names)


def _pdf(job: Job, body: str, tables: list[bool]) -> bytes:
    """The PDF of `body`, taken from the cache where one was made of the same text, pictures and template."""

    def make() -> bytes:
        return pdf.write_pdf(body, meta, tables, job.root, str(job.document.path))

    meta = _meta(job)
    pictures = []
    for name in sorted(set(_TYPST_READS.findall(body))):
        file = job.root / name
        if file.is_file():
            reads.note_file(file)
            pictures += [name, file.read_bytes()]
    if job.cache is None:
        return make()
    template = (THEME / "report.typ").read_bytes()
    key = digest(body, digest_of(meta), digest_of(tables), template, _pdf_code(), *pictures)
    return Cache(job.cache).kept("pdfs", key, make)


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
        "readers": front.readers,
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
