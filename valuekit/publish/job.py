"""One document to be rendered, and what became of it: what passes between the publish and its workers."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from valuekit.errors import Problem
from valuekit.publish.document import Source
from valuekit.publish.html import locate
from valuekit.publish.quarto_project import Document
from valuekit.reads import Reads


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
    cache: Path | None = None
    """Where charts, tables and PDFs are kept by content."""


@dataclass(frozen=True)
class Result:
    """What became of a job: faults, or pictures to copy to the site (with their paths), and what it read."""

    path: PurePosixPath
    profile: str
    problems: tuple[Problem, ...] = ()
    trace: str = ""
    copies: tuple[tuple[Path, str], ...] = ()
    reads: Reads | None = None
    links: tuple[str, ...] = ()
    """Documents that its links lead to, from the project's root."""


def broken_links(
    root: Path,
    source: Source,
    links: list[str],
    pages: Collection[str],
    outputs: dict[int, str] | None = None,
) -> list[Problem]:
    """Those of `links` (as written in `source`) that lead to a document which is none of the `pages`."""
    return [
        Problem(
            f"link to '{path}', which is no page of the site",
            source.locate(path, 0, outputs),
            do="Check the path from this document, or the list under render:.",
        )
        for path, name in linked_documents(root, source, links)
        if name not in pages
    ]


def linked_documents(root: Path, source: Source, links: Iterable[str]) -> list[tuple[str, str]]:
    """Those of `links` that lead to documents, as written and from the project's root."""
    found = []
    for link in links:
        path = link.split("#")[0].split("?")[0]
        if path.endswith(".qmd") and "://" not in path:
            file = locate(root, source.path, path)
            found.append((path, file.relative_to(root.resolve()).as_posix() if file else path))
    return found
