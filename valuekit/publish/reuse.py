"""Which documents need not be rendered again: nothing that they depend on has other content.

Of each rendered document a record is kept: what it was made from, by hash, and what it became. It is taken
again while every hash is the same. The reasons are kept in words, for ``valuekit publish --explain``.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from valuekit.cache import (
    BEFORE_THE_MART,
    Cache,
    FileHashes,
    code_hash,
    differences,
    digest,
    digest_of,
    libraries_hash,
)
from valuekit.mart.contents import CONTENTS, NO_ROWS
from valuekit.project import Project
from valuekit.publish.html import THEME
from valuekit.publish.job import Job, Result

_RECORDS, _MADE = "documents", "pages"
_FORM = "1"
"""Of a record; those of another form are not looked at."""
_NAMED = 4
"""Names given in one reason; more are counted."""


@dataclass(frozen=True)
class Reason:
    """Why one document was rendered, or was not."""

    path: str
    audience: str
    rendered: bool
    why: str

    def __str__(self) -> str:
        done = "rendered" if self.rendered else "not rendered"
        return f"{self.path} ({self.audience}): {done}: {self.why}"


@dataclass
class Reuse:
    """What earlier publishes of `project` made, held against what is there now."""

    project: Project
    hashes: FileHashes
    reasons: list[Reason] = field(default_factory=list)
    _contents: dict[str, dict[str, dict[str, str]]] = field(default_factory=dict)
    _theme: dict[str, str] = field(default_factory=dict)

    @property
    def _cache(self) -> Cache:
        return Cache(self.project.cache)

    def split(self, jobs: Iterable[Job]) -> tuple[list[Result], list[Job]]:
        """Results of the jobs that need no rendering, their files put in place; and the other jobs."""
        made, todo = [], []
        for job in jobs:
            result, why = self._made_before(job)
            self.reasons.append(Reason(str(job.document.path), job.profile, result is None, why))
            if result is None:
                todo.append(job)
            else:
                made.append(result)
        return made, todo

    def remember(self, jobs: Sequence[Job], results: Iterable[Result]) -> None:
        """Keep what was rendered, for the next publish."""
        by_place = {(job.document.path, job.profile): job for job in jobs}
        for result in results:
            job = by_place.get((result.path, result.profile))
            if job is not None and result.reads is not None and not result.problems:
                self._remember(job, result)

    # -- one document -------------------------------------------------------------------------

    def _made_before(self, job: Job) -> tuple[Result | None, str]:
        content = self._cache.get(_RECORDS, _place(job))
        if content is None:
            return None, "it was not rendered before"
        record = json.loads(content)
        parts = self._parts(job)
        changed = differences(record["parts"], parts)
        if changed:
            return None, f"{_listed(changed)} changed"
        changed = self._changed_reads(record)
        if changed:
            return None, f"{_listed(changed)} changed"
        if not set(record["links"]) <= job.pages:
            return None, f"there is no {_listed(sorted(set(record['links']) - job.pages))} any more"
        files = {}
        for name, key in record["made"].items():
            files[name] = self._cache.get(_MADE, key)
            if files[name] is None:
                return None, "what was kept of it is not whole"
        for name, target in _targets(job).items():
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(files[name])
        copies = tuple((job.root / source, path) for source, path in record["copies"])
        return Result(job.document.path, job.profile, copies=copies), "nothing it depends on has changed"

    def _remember(self, job: Job, result: Result) -> None:
        made = {}
        for name, file in _targets(job).items():
            content = file.read_bytes()
            made[name] = digest(content)
            if self._cache.get(_MADE, made[name]) is None:
                self._cache.put(_MADE, made[name], content)
        reads = result.reads
        record = {
            "parts": self._parts(job),
            "tables": {"/".join(row): self._rows(*row) for row in sorted(reads.tables)},
            "files": {name: self.hashes.of(job.root / name) for name in sorted(reads.files)},
            "folders": {name: _names(job.root / name) for name in sorted(reads.folders)},
            "links": list(result.links),
            "copies": [[source.relative_to(job.root).as_posix(), path] for source, path in result.copies],
            "made": made,
        }
        self._cache.put(_RECORDS, _place(job), json.dumps(record, sort_keys=True).encode())

    def _parts(self, job: Job) -> dict[str, str]:
        """What a document is made from, besides what its cells read: each by its name in words."""
        document, site = job.document, dict(job.site)
        about = site.pop("about")
        files = (str(document.path), *document.source.includes)
        settings = [document.front.model_dump(), document.formats.model_dump(), document.lang]
        settings += [document.echo, document.toc, document.toc_depth]
        return {
            **{name: self.hashes.of(job.root / name) for name in files},
            "its settings (_quarto.yml, its profiles, _metadata.yml)": digest_of(settings),
            "the site's name, navigation or footer": digest_of(site),
            "the month or what is said of the drop": digest_of(about),
            "its place in the site": digest_of([job.breadcrumbs, job.section, job.pdf_href]),
            "the parameters": digest_of(job.parameters),
            **self._themes(job),
            "valuekit itself": code_hash(*BEFORE_THE_MART),
            "Python or a library": libraries_hash(),
        }

    def _themes(self, job: Job) -> dict[str, str]:
        """The theme's templates: those of pages where it is one, that of PDFs where it is one."""
        if not self._theme:
            pages = sorted(THEME.glob("*.html"))
            self._theme["the theme of pages"] = digest_of([[p.name, self.hashes.of(p)] for p in pages])
            self._theme["the theme of PDFs"] = self.hashes.of(THEME / "report.typ")
        wanted = {"the theme of pages": job.html, "the theme of PDFs": job.pdf}
        return {name: value for name, value in self._theme.items() if wanted[name]}

    # -- what cells read ----------------------------------------------------------------------

    def _changed_reads(self, record: dict[str, Any]) -> list[str]:
        """What the cells read then and would find different now, in words."""
        tables: dict[str, list[str]] = {}
        for name, before in record["tables"].items():
            audience, table, service = name.split("/")
            if self._rows(audience, table, service) != before:
                tables.setdefault(service, []).append(table)
        found = [
            f"the figures of {service or 'all services'} ({_listed(names)})"
            for service, names in sorted(tables.items())
        ]
        root = self.project.root
        found += [name for name, before in record["files"].items() if self.hashes.of(root / name) != before]
        found += [
            f"the list of files in {name}"
            for name, before in record["folders"].items()
            if _names(root / name) != before
        ]
        return found

    def _rows(self, audience: str, table: str, service: str) -> str:
        """Hash of the rows of `service` in a table of the mart, or of all its rows."""
        if audience not in self._contents:
            file = self.project.mart / audience / CONTENTS
            self._contents[audience] = json.loads(file.read_text("utf-8")) if file.is_file() else {}
        held = self._contents[audience].get(table)
        if held is None:
            # A mart without a list of what it holds: the table's file will do.
            return self.hashes.of(self.project.mart / audience / f"{table}.parquet")
        return held.get(service, NO_ROWS)


def _place(job: Job) -> str:
    """The key of a document's record: there is one for each audience and set of parameters."""
    return digest(
        _FORM, str(job.document.path), job.profile, digest_of(job.parameters), *sorted(_targets(job))
    )


def _targets(job: Job) -> dict[str, Path]:
    return {name: file for name, file in (("html", job.html), ("pdf", job.pdf)) if file}


def _names(folder: Path) -> str:
    try:
        return digest(*sorted(entry.name for entry in folder.iterdir()))
    except OSError:
        return ""


def _listed(names: Sequence[str]) -> str:
    more = len(names) - _NAMED
    return ", ".join(names[:_NAMED]) + (f" and {more} more" if more > 0 else "")
