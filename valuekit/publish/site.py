"""Publishing: the whole way from documents to a live site, all or nothing.

:func:`publish` reads as the story. Everything is made beside the live site, and takes its place at the end;
any fault before that leaves the last site as it was.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable, Collection, Sequence
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from valuekit import workers
from valuekit.cache import Cache, FileHashes
from valuekit.errors import DefinitionError, DocumentError, Problem, PublishError
from valuekit.mart import Mart
from valuekit.project import AUDIENCES, Month, Project
from valuekit.publish import catalogue, feeds, links, quarto, releases, search
from valuekit.publish.assets import copy_file, write_fonts, write_resources, write_theme
from valuekit.publish.card import write_card
from valuekit.publish.html import Page, wrap
from valuekit.publish.job import Job, Result
from valuekit.publish.plan import (
    PUBLIC,
    SEARCH_PAGE,
    Edition,
    is_chosen,
    jobs,
    open_editions,
    page_list,
    read_editions,
    site_of,
)
from valuekit.publish.quarto_project import read_project
from valuekit.publish.reuse import Reason, Reuse
from valuekit.publish.swap import discard, only_one, recover, successor, successors

Progress = Callable[..., None]
"""Called with the name of each step as it begins; ``steps=`` gives their number once it is known."""


@dataclass(frozen=True)
class Published:
    """What a publish made, all paths from the project's root."""

    period: Month
    pages: tuple[str, ...]
    pdfs: tuple[str, ...]
    packs: tuple[str, ...]
    notes: tuple[str, ...] = ()
    reasons: tuple[Reason, ...] = ()
    """Why each document was rendered, or was not."""

    @property
    def summary(self) -> str:
        """What was made and where to look, for the person who ran it."""
        lines = []
        if self.pages:
            pages, pdfs = _count(self.pages, "page"), _count(self.pdfs, "PDF")
            lines.append(f"Website for {self.period.words}: {pages} and {pdfs}")
            lines.append("  open _site/index.html")
        if self.packs:
            lines.append(f"Internal PDFs: {', '.join(self.packs)}")
        return "\n".join([*lines, *self.notes])


def _count(things: Sequence[str], word: str) -> str:
    return f"{len(things)} {word}" + ("" if len(things) == 1 else "s")


def publish(
    project: Project,
    period: Month,
    audiences: Sequence[str] = AUDIENCES,
    services: Sequence[str] = (),
    engine: str = "builtin",
    progress: Progress | None = None,
) -> Published:
    """Render every document of `audiences` from the marts, and put the result in place of the last.

    Parameters
    ----------
    period
        The month that the marts must be of.
    services
        Only the reports of these; the pages of the others stay, where the figures have not changed.
    engine
        ``builtin`` or ``quarto`` (stock Quarto, which must be installed).

    Raises
    ------
    DefinitionError, DocumentError
        Every fault that can be seen before a cell runs, or every document that failed.
    PublishError
        Another publish runs, a mart is of another month, a link leads nowhere, or the swap was refused.
    """
    say = progress or (lambda step, steps=None: None)
    folders = [project.site] if PUBLIC in audiences else []
    folders += [project.packs] if set(audiences) - {PUBLIC} else []
    with alone(project):
        mend(project)
        editions = open_editions(project, audiences, period, services, stock=engine == "quarto")
        reusable = _reusable(project, editions) if services else False
        reuse: Reuse | None = None
        with successors(journal(project), folders):
            site, packs = (
                successor(folder) if folder in folders else folder for folder in (project.site, project.packs)
            )
            if engine == "quarto":
                quarto.render_all(project, editions, services, site, packs, say)
                _add_releases_to_quarto(project, editions, site)
            else:
                reuse = _render_all(project, editions, services, reusable, site, packs, say)
            _keep_other_packs(project, editions, services, packs)
            if PUBLIC in audiences:
                releases.seal(site, releases.kept(project), period)
            say("putting it in place")
        _remember(project, editions)
    reasons = tuple(reuse.reasons) if reuse else ()
    return replace(_published(project, period, audiences, services, reusable), reasons=reasons)


def render_again(project: Project, period: Month, changed: Collection[str]) -> tuple[str, ...]:
    """Render into the live public site the documents that `changed` files are, or that include one of them.

    For the preview: search and links are not made again. Paths are from the project's root.

    Returns
    -------
    tuple of str
        The documents rendered.
    """
    with alone(project):
        mend(project)
        edition = open_editions(project, (PUBLIC,), period)[0]
        documents = [d for d in edition.documents if {str(d.path), *d.source.includes} & set(changed)]
        aside = _state(project) / "preview"
        shutil.rmtree(aside, ignore_errors=True)
        results = _run(jobs(edition, documents, aside, aside), lambda step, steps=None: None)
        _raise_faults(results)
        made = [
            (file, project.site / file.relative_to(aside))
            for file in sorted(aside.rglob("*.*"))
            if file.is_file()
        ]
        for result in results:
            made += [(source, project.site / path) for source, path in result.copies]
        for source, target in made:  # each page is the last one or the new one, never a part of it
            part = target.with_name(f"{target.name}.part")
            copy_file(source, part)
            part.replace(target)
        shutil.rmtree(aside, ignore_errors=True)
    return tuple(str(document.path) for document in documents)


def check_documents(project: Project, audiences: Sequence[str] = AUDIENCES) -> None:
    """Everything about the documents that can be seen to be wrong without running them.

    Raises
    ------
    DefinitionError, DocumentError
        All of it at once.
    """
    read_editions(project, audiences)


def alone(project: Project) -> AbstractContextManager[None]:
    """Keep other publishes of `project` away: around a build and the publish that follows it.

    Raises
    ------
    PublishError
        Another one is running.
    """
    return only_one(_state(project) / "publish.lock")


def _state(project: Project) -> Path:
    """What publishing remembers between runs. Not in ``_build``, which each build replaces as a whole."""
    return project.site.with_name(project.site.name + ".state")


def journal(project: Project) -> Path:
    """Which says what folders take the place of others, while they do."""
    return _state(project) / "swap.json"


def mend(project: Project) -> None:
    """Finish the swap that a run which was cut short had begun, or remove what it left."""
    begun = (folder.with_name(folder.stem) for folder in project.releases.glob("????-??/v*.new"))
    recover(journal(project), [project.site, project.packs, *begun])
    for part in (project.releases / releases.ASSETS).glob("*.part"):
        discard(part)
    for part in project.state.glob("*.part"):  # of a file that was being written when a run was killed
        part.unlink(missing_ok=True)


# The built-in renderer ---------------------------------------------------------------------------


def _render_all(
    project: Project,
    editions: Sequence[Edition],
    services: Sequence[str],
    reusable: bool,
    site: Path,
    packs: Path,
    say: Progress,
) -> Reuse:
    """Render what has changed, take the rest as it was made before, and finish the site."""
    wanted: list[Job] = []
    for edition in editions:
        everything = edition.audience == PUBLIC and not reusable
        documents = [d for d in edition.documents if everything or is_chosen(d.path, services)]
        if edition.audience == PUBLIC and reusable:
            _carry_over(project.site, site, [d for d in edition.documents if d not in documents])
        wanted += jobs(edition, documents, site, packs)
    reuse = Reuse(project, FileHashes(project.state / "hashes.json"))
    results, todo = reuse.split(wanted)
    say("reading documents", steps=len(todo) + 4)
    public = any(edition.audience == PUBLIC for edition in editions)
    rendered = _run(todo, say, _Fonts(_state(project) / "fonts", site) if public else None)
    reuse.remember(todo, rendered)
    _raise_faults(rendered)
    results += rendered
    for edition in editions:
        if edition.audience == PUBLIC:
            _finish_site(project, edition, results, site, say)
    reuse.hashes.save()
    Cache(project.cache).trim()
    return reuse


@dataclass(frozen=True)
class _Fonts:
    """The other task of a worker: the site's fonts."""

    cache: Path
    site: Path


def _run(todo: Sequence[Job], say: Progress, fonts: _Fonts | None = None) -> list[Result]:
    """Render all documents, the long ones first, and cut the fonts meanwhile."""
    order = sorted(
        todo,
        key=lambda job: (-len(job.document.source.cells) * (2 if job.pdf else 1), str(job.document.path)),
    )
    results: list[Result] = []
    if not order:
        if fonts:
            write_fonts(fonts.cache, fonts.site)
        return results
    with workers.pool() as run:
        for result in run(_task, [*order, *([fonts] if fonts else [])]):
            if isinstance(result, workers.Ended):
                result = _ended(result.argument)
            if isinstance(result, Result):
                say(str(result.path))
                results.append(result)
    return results


def _ended(work: Job | _Fonts) -> Result:
    """What is said of a document whose process ended before it was done."""
    what = "the process that rendered it ended early"
    where = str(work.document.path) if isinstance(work, Job) else "the site's fonts"
    problem = Problem(what, where, "out of memory, or it was stopped", "Close other programs, publish again.")
    if not isinstance(work, Job):
        raise PublishError(problem)
    return Result(work.document.path, work.profile, (problem,))


def _task(work: Job | _Fonts) -> Result | None:
    """What a worker does: one document, or the fonts."""
    if isinstance(work, Job):
        from valuekit.publish.render import render  # a worker's imports: the publish itself needs none

        return render(work)
    write_fonts(work.cache, work.site)
    return None


def _raise_faults(results: Sequence[Result]) -> None:
    failed = sorted((result for result in results if result.problems), key=lambda result: str(result.path))
    if failed:
        error = DocumentError(dict.fromkeys(problem for result in failed for problem in result.problems))
        for result in failed:
            if result.trace:
                error.add_note(f"{result.path}:\n{result.trace}")
        raise error


def _finish_site(
    project: Project, edition: Edition, results: Sequence[Result], site: Path, say: Progress
) -> None:
    """What the site as a whole needs: pictures, downloads, theme, list of pages, search; then check links."""
    for source, path in dict.fromkeys(copy for result in results for copy in result.copies):
        copy_file(source, site / path)
    write_resources(project.root, edition.project.resources if edition.project else (), site)
    write_theme(site)
    if (told := site_of(edition))["url"]:
        write_card(site, told)
    kept = releases.kept(project)
    earlier = releases.earlier_pdfs(kept, Month.parse(edition.about.period))
    _write_page_list(edition, earlier, site)
    _write_for_machines(project, edition, kept, site)
    say("search index")
    with search.indexing(site):  # of what is said now: the released months come to the site meanwhile
        releases.compose(kept, project.releases / releases.ASSETS, told, site)
        say("checking every link")
        problems = links.broken(site, [site / one.address for one in kept])
    if problems:
        raise PublishError(problems)


def _add_releases_to_quarto(project: Project, editions: Sequence[Edition], site: Path) -> None:
    """The released months on a site of stock Quarto; their list is a page of our theme."""
    for edition in editions:
        if edition.audience != PUBLIC:
            continue
        told = None
        with suppress(DefinitionError, DocumentError):  # what only Quarto can read
            told = site_of(replace(edition, project=read_project(project.root, PUBLIC)))
            write_theme(site)
        releases.compose(releases.kept(project), project.releases / releases.ASSETS, told, site)


def _write_page_list(edition: Edition, earlier: list[dict[str, str]], site: Path) -> None:
    title = "Find a page"
    page = Page(
        title=title,
        subtitle="",
        description="Search, and the list of all pages.",
        lang="en-GB",
        body="",
        toc=(),
        path=SEARCH_PAGE,
        root="",
        section="",
        breadcrumbs=({"text": "Home", "href": "index.html"},),
        pdf=None,
    )
    months = {"title": "All releases", "href": f"{releases.FOLDER}/index.html", "section": "Earlier months"}
    told = {**site_of(edition), "pages": [*page_list(edition), {**months, "description": ""}, *earlier]}
    (site / SEARCH_PAGE).write_text(wrap(page, told, SEARCH_PAGE), encoding="utf-8", newline="\n")


def _write_for_machines(
    project: Project, edition: Edition, kept: Sequence[releases.Kept], site: Path
) -> None:
    """Feed, site map, ``robots.txt`` and ``index.json``."""
    told, pages = site_of(edition), [document for document in edition.documents if document.formats.html]
    paths = [page["href"] for page in page_list(edition)] + [SEARCH_PAGE, f"{releases.FOLDER}/index.html"]
    feeds.write_feed(site, told, pages, kept)
    feeds.write_site_map(site, told, paths)
    catalogue.write_index(site, told, pages, Mart(project.mart / PUBLIC))


# Publishing a part -------------------------------------------------------------------------------


def _carry_over(live: Path, site: Path, documents: Sequence[Any]) -> None:
    """Pages and PDFs of the live site that are not rendered this time."""
    for document in documents:
        for suffix in (".html", ".pdf"):
            path = document.path.with_suffix(suffix)
            if (live / path).is_file():
                copy_file(live / path, site / path)


def _keep_other_packs(
    project: Project, editions: Sequence[Edition], services: Sequence[str], packs: Path
) -> None:
    """Internal PDFs that this publish does not make, of the same month."""
    if packs == project.packs or not project.packs.is_dir():
        return
    period = editions[0].about.period
    audiences = {edition.audience for edition in editions}
    if set(AUDIENCES) - {PUBLIC} <= audiences and not services:
        return
    for file in sorted(project.packs.glob(f"*-{period}.pdf")):
        if not (packs / file.name).exists():
            copy_file(file, packs / file.name)


def _fingerprint(project: Project) -> str:
    """Of the public mart: pages of one fingerprint speak of the same figures."""
    digest = hashlib.sha256()
    for file in sorted((project.mart / PUBLIC).glob("*")):
        digest.update(file.name.encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()


def _reusable(project: Project, editions: Sequence[Edition]) -> bool:
    """Whether the live site was made from today's figures, so that its other pages may stay."""
    file = _state(project) / "published.json"
    if (
        not any(edition.audience == PUBLIC for edition in editions)
        or not file.is_file()
        or not project.site.is_dir()
    ):
        return False
    try:
        return bool(json.loads(file.read_text(encoding="utf-8")).get("mart") == _fingerprint(project))
    except (ValueError, AttributeError):
        return False


def _remember(project: Project, editions: Sequence[Edition]) -> None:
    if any(edition.audience == PUBLIC for edition in editions):
        text = json.dumps({"mart": _fingerprint(project)})
        (_state(project) / "published.json").write_text(text + "\n", encoding="utf-8", newline="\n")


def _published(
    project: Project, period: Month, audiences: Sequence[str], services: Sequence[str], reusable: bool
) -> Published:
    def files(folder: Path, pattern: str) -> tuple[str, ...]:
        names = sorted(file.relative_to(project.root).as_posix() for file in folder.rglob(pattern))
        return tuple(name for name in names if not name.startswith(f"_site/{releases.FOLDER}/"))

    public = PUBLIC in audiences
    notes = ()
    if services and public and not reusable:
        notes = ("The other services' pages were made too: the last site spoke of other figures.",)
    return Published(
        period=period,
        pages=files(project.site, "*.html") if public else (),
        pdfs=files(project.site, "*.pdf") if public else (),
        packs=files(project.packs, "*.pdf") if set(audiences) - {PUBLIC} else (),
        notes=notes,
    )
