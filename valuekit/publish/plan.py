"""What a publish will make: which document becomes which file, for whom, and what stands around it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from valuekit import __version__
from valuekit.config import nearest
from valuekit.errors import DefinitionError, DocumentError, Problem, PublishError, ValuekitError
from valuekit.mart import About, Mart
from valuekit.project import Month, Project
from valuekit.publish.html import page_path
from valuekit.publish.job import Job, broken_links
from valuekit.publish.pandoc import Pandoc
from valuekit.publish.quarto_project import Document, NavItem, QuartoProject, document_paths, read_project

PUBLIC = "public"
SERVICES = PurePosixPath("reports/services")
SEARCH_PAGE = "search.html"


@dataclass(frozen=True)
class Edition:
    """One audience's documents, and what its mart was made from."""

    audience: str
    about: About
    paths: tuple[PurePosixPath, ...]
    """Its documents in the order of the configuration."""
    project: QuartoProject | None = None
    """Configuration and documents as the built-in renderer reads them; stock Quarto reads them for itself."""

    @property
    def documents(self) -> tuple[Document, ...]:
        """Its documents, checked."""
        return self.project.documents if self.project else ()


def read_editions(project: Project, audiences: Sequence[str]) -> list[QuartoProject]:
    """The documents of every audience, checked; nothing is run.

    Raises
    ------
    DefinitionError, DocumentError
        Every fault of the configuration and of all documents, each once.
    """
    found: list[QuartoProject] = []
    faults: dict[Problem, None] = {}
    kinds: set[type[ValuekitError]] = set()
    for audience in audiences:
        try:
            found.append(read_project(project.root, audience))
        except ValuekitError as error:
            faults |= dict.fromkeys(error.problems)
            kinds.add(type(error))
    for edition in found:
        faults |= dict.fromkeys(_broken_nav(edition))
    faults |= dict.fromkeys(_document_faults(found))
    if faults:
        raise (DefinitionError if kinds == {DefinitionError} else DocumentError)(faults)
    return found


def _document_faults(editions: Sequence[QuartoProject]) -> Iterator[Problem]:
    """Refused constructs of all documents, and links of pages that lead to no page."""
    seen: set[PurePosixPath] = set()
    with Pandoc() as pandoc:
        for edition in editions:
            pages = {str(document.path) for document in edition.documents if document.formats.html}
            for document in edition.documents:
                if document.path in seen:
                    continue
                seen.add(document.path)
                problems, links = pandoc.check(document.source)
                yield from problems
                if edition.profile == PUBLIC:
                    yield from broken_links(edition.root, document.source, links, pages)


def _broken_nav(edition: QuartoProject) -> list[Problem]:
    """Links of the navigation that lead to no page."""
    if edition.profile != PUBLIC:
        return []
    pages = {str(document.path) for document in edition.documents if document.formats.html}
    website = edition.website
    items = (*website.navbar.left, *website.navbar.right, *website.page_footer.left)
    return [
        Problem(
            f"the navigation leads to '{item.href}', which is no page",
            "_quarto.yml",
            do=nearest(item.href, sorted(pages)),
        )
        for item in items
        if item.href not in pages and "://" not in item.href
    ]


def open_editions(
    project: Project,
    audiences: Sequence[str],
    period: Month,
    services: Sequence[str] = (),
    stock: bool = False,
) -> list[Edition]:
    """Each audience's documents with what its mart was made from.

    Parameters
    ----------
    services
        Names that must have a report.
    stock
        For stock Quarto: the documents are found, and not held to what the built-in renderer knows.

    Raises
    ------
    DefinitionError, DocumentError
        The configuration or the documents are at fault.
    PublishError
        A service has no report, or a mart is of another month than `period`.
    """
    if stock:
        found = [(audience, tuple(document_paths(project.root, audience)), None) for audience in audiences]
    else:
        read = read_editions(project, audiences)
        found = [(each.profile, tuple(d.path for d in each.documents), each) for each in read]
    _check_services({path for _, paths, _ in found for path in paths}, services)
    result = []
    for audience, paths, each in found:
        about = Mart(project.mart / audience).about
        if about.period != str(period):
            raise PublishError(
                Problem(
                    f"the figures are of {about.period}, not of {period}",
                    f"_build/mart/{audience}",
                    do=f"Run: valuekit build --period {period}",
                )
            )
        result.append(Edition(audience, about, paths, each))
    return result


def _check_services(paths: Collection[PurePosixPath], services: Sequence[str]) -> None:
    """Whether each of `services` has a report for any audience."""
    known = sorted({path.stem for path in paths if path.parent == SERVICES})
    wrong = [name for name in services if name not in known]
    if wrong:
        raise PublishError(
            Problem(f"no report for the service '{name}'", str(SERVICES), do=nearest(name, known))
            for name in wrong
        )


def is_chosen(path: PurePosixPath, services: Sequence[str]) -> bool:
    """Whether the document at `path` belongs to no other service than `services` (none given: all)."""
    return not services or path.parent != SERVICES or path.stem in services


def pack_name(path: PurePosixPath, audience: str, period: str) -> str:
    """``stroke-clinical-2026-10.pdf``, ``board-2026-10.pdf``."""
    stem = path.stem
    return f"{stem}-{period}.pdf" if stem == audience else f"{stem}-{audience}-{period}.pdf"


def _read(edition: Edition) -> QuartoProject:
    if edition.project is None:
        raise TypeError("an edition for stock Quarto has no documents of ours")
    return edition.project


def site_of(edition: Edition) -> dict[str, Any]:
    """What every page and PDF is told of the site."""
    website, about = _read(edition).website, edition.about
    return {
        "title": website.title,
        "description": website.description,
        "url": website.site_url,
        "feed": True,
        "version": __version__,
        "nav": _links((*website.navbar.left, *website.navbar.right)),
        "footer": _links(website.page_footer.left),
        "about": {
            "organisation": about.organisation,
            "period": about.period,
            "period_words": Month.parse(about.period).words,
            "synthetic": about.synthetic,
        },
    }


def _links(items: Sequence[NavItem]) -> tuple[dict[str, str], ...]:
    """Links as the theme is given them: from the site's root, to pages."""
    return tuple(
        {"text": item.text, "href": str(page_path(PurePosixPath(item.href)))}
        if item.href.endswith(".qmd")
        else {"text": item.text, "href": item.href}
        for item in items
    )


def jobs(edition: Edition, documents: Sequence[Document], site: Path, packs: Path) -> list[Job]:
    """One job for each of `documents`: the public's into `site`, all others into `packs`."""
    public = edition.audience == PUBLIC
    titles = {document.path: document.title for document in edition.documents}
    pages = frozenset(str(document.path) for document in edition.documents if document.formats.html)
    told = site_of(edition)
    result = []
    for document in documents:
        page = page_path(document.path)
        pdf = page.with_suffix(".pdf")
        has_pdf = document.formats.typst is not None
        result.append(
            Job(
                root=_read(edition).root,
                document=document,
                profile=edition.audience,
                site=told,
                html=site / page if public and document.formats.html else None,
                pdf=(
                    site / pdf
                    if public
                    else packs / pack_name(document.path, edition.audience, edition.about.period)
                )
                if has_pdf
                else None,
                pdf_href=str(pdf) if public and has_pdf else "",
                pages=pages,
                breadcrumbs=_breadcrumbs(document.path, titles),
                section=section(document.path, titles),
                cache=Project(_read(edition).root).cache,
            )
        )
    return result


def _indexes(path: PurePosixPath) -> list[PurePosixPath]:
    """Index documents of the folders above `path`, the root's first."""
    return [folder / "index.qmd" for folder in reversed(path.parents) if folder / "index.qmd" != path]


def _breadcrumbs(path: PurePosixPath, titles: Mapping[PurePosixPath, str]) -> tuple[Mapping[str, str], ...]:
    """The way from the home page to `path`, without it."""
    return tuple(
        {
            "text": "Home" if index == PurePosixPath("index.qmd") else titles[index],
            "href": str(page_path(index)),
        }
        for index in _indexes(path)
        if index in titles
    )


def section(path: PurePosixPath, titles: Mapping[PurePosixPath, str]) -> str:
    """The group in which the list of pages and the search show `path`."""
    own = path.parent / "index.qmd"
    if own in titles and path.parent != PurePosixPath("."):
        return titles[own]
    return {"services": "Services", ".": "Start", "reports": "Start"}.get(
        path.parent.name or ".", path.parent.name.replace("-", " ").capitalize()
    )


def page_list(edition: Edition) -> list[dict[str, str]]:
    """Every page for the list of all pages, in the order of the configuration."""
    titles = {document.path: document.title for document in edition.documents}
    return [
        {
            "title": document.title,
            "href": str(page_path(document.path)),
            "section": section(document.path, titles),
            "description": document.front.description,
        }
        for document in edition.documents
        if document.formats.html
    ]
