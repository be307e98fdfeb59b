"""The project as Quarto sees it: ``_quarto.yml``, the profiles, the folders' metadata, the documents.

The same files steer stock Quarto. Read here strictly: a key that is not declared below is an error with its
file and line, since the built-in renderer would otherwise leave out in silence what it asks for. Keys that
only stock Quarto needs are declared as such in their description, and stand in docs/documents.md.
"""

from __future__ import annotations

import datetime
import fnmatch
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, Literal
from urllib.parse import urlsplit

from pydantic import Field, field_validator

from valuekit.config import Located, Settings, checked, parse_yaml, read_yaml
from valuekit.errors import DefinitionError, DocumentError, Problem
from valuekit.publish.document import Source, read_source, yaml_problems

_STOCK = "for stock Quarto"

PageKind = Literal["Report", "Dataset", "Article", "WebPage"]
"""Kinds of page, in the words of schema.org."""


class Execute(Settings):
    """How cells run."""

    echo: bool = Field(False, description="whether cells show their code")
    warning: Literal[False] = Field(False, description="warnings never stand on a page")
    daemon: bool | None = Field(None, description=_STOCK)


class HtmlFormat(Settings):
    """Options of the HTML format."""

    toc: bool = Field(True, description="list of headings on the page")
    toc_depth: int = Field(3, alias="toc-depth", ge=2, le=4, description="deepest heading in it")
    theme: str | list[str] | None = Field(None, description=_STOCK)
    css: str | list[str] | None = Field(None, description=_STOCK)
    include_in_header: str | list[str] | None = Field(None, alias="include-in-header", description=_STOCK)
    include_before_body: str | list[str] | None = Field(None, alias="include-before-body", description=_STOCK)
    include_after_body: str | list[str] | None = Field(None, alias="include-after-body", description=_STOCK)
    anchor_sections: bool | None = Field(None, alias="anchor-sections", description=_STOCK)
    fig_responsive: bool | None = Field(None, alias="fig-responsive", description=_STOCK)
    code_copy: bool | None = Field(None, alias="code-copy", description=_STOCK)


class TypstFormat(Settings):
    """Options of the PDF, which Typst makes."""

    toc: bool = Field(False, description=_STOCK)
    papersize: str | None = Field(None, description=_STOCK)
    margin: dict[str, str] | None = Field(None, description=_STOCK)
    mainfont: str | None = Field(None, description=_STOCK)
    fontsize: str | None = Field(None, description=_STOCK)
    pdf_standard: str | list[str] | None = Field(None, alias="pdf-standard", description=_STOCK)
    html_table_processing: Literal["none"] | None = Field(
        None, alias="html-table-processing", description=_STOCK
    )
    include_in_header: str | list[str] | None = Field(None, alias="include-in-header", description=_STOCK)
    include_before_body: str | list[str] | None = Field(None, alias="include-before-body", description=_STOCK)
    keep_typ: bool | None = Field(None, alias="keep-typ", description=_STOCK)


class Formats(Settings):
    """Formats that a document is rendered to."""

    html: HtmlFormat | None = Field(None, description="a page of the site")
    typst: TypstFormat | None = Field(None, description="a PDF")

    @property
    def names(self) -> tuple[str, ...]:
        """``("html", "typst")``."""
        return tuple(name for name in ("html", "typst") if getattr(self, name) is not None)


class Common(Settings):
    """Keys that may stand in a document, in a folder's ``_metadata.yml`` and in ``_quarto.yml``."""

    lang: str | None = Field(None, description="language; en-GB where nothing is said")
    toc: bool | None = Field(None, description="list of headings on the page")
    toc_depth: int | None = Field(None, alias="toc-depth", description="deepest heading in it")
    format: Formats | None = Field(None, description="formats, with their options")
    execute: Execute | None = Field(None, description="how cells run")
    jupyter: Literal["python3"] | None = Field(None, description=_STOCK)
    author: str | None = Field(None, description="who wrote it; shown in the PDF's properties")
    schema_type: PageKind | None = Field(
        None,
        alias="schema-type",
        description="what a page is to search engines (schema.org); Article for a case study, Report where "
        "it has a PDF, else WebPage",
    )

    @field_validator("format", mode="before")
    @classmethod
    def _as_mapping(cls, value: Any) -> Any:
        """``html`` and ``html: default`` as ``{html: {}}``."""
        if isinstance(value, str):
            return {value: {}}
        if isinstance(value, dict):
            return {name: {} if options in ("default", None) else options for name, options in value.items()}
        return value


class FrontMatter(Common):
    """The keys at the head of a document."""

    title: str = Field(description="heading of level 1, and the page's and the PDF's title")
    subtitle: str = Field("", description="below the title")
    description: str = Field("", description="for the index of pages and search results")
    modified: datetime.date | None = Field(
        None,
        alias="date-modified",
        description="day on which its words last changed, for the feed; else the end of the period",
    )
    readers: str = Field("", description="whom the PDF is for, where that is not the audience of its profile")
    case: dict[str, Any] | None = Field(
        None, description="what a case study says of itself: see learning.md; `valuekit build` checks it"
    )


class NavItem(Settings):
    """One entry of the navigation."""

    text: str
    href: str


class Navbar(Settings):
    """The bar of links on every page."""

    left: tuple[NavItem, ...] = Field((), description="links: text and href")
    right: tuple[NavItem, ...] = Field((), description="more links, after those")
    title: str | bool | None = Field(None, description=_STOCK)
    search: bool | None = Field(None, description=_STOCK)
    background: str | None = Field(None, description=_STOCK)


class PageFooter(Settings):
    """What stands below every page."""

    left: tuple[NavItem, ...] = Field((), description="links: text and href")


class Website(Settings):
    """What the site is."""

    title: str = Field(description="name of the site")
    description: str = Field("", description="what the site is, in a sentence")
    site_url: str = Field(
        "",
        alias="site-url",
        description="the site's own address: for the feed, site map and shared links",
    )
    search: bool | dict[str, Any] | None = Field(None, description=_STOCK)
    navbar: Navbar = Field(Navbar(), description="links on every page")
    page_footer: PageFooter = Field(PageFooter(), alias="page-footer", description="links below every page")
    back_to_top_navigation: bool | None = Field(None, alias="back-to-top-navigation", description=_STOCK)
    bread_crumbs: bool | None = Field(None, alias="bread-crumbs", description=_STOCK)

    @field_validator("site_url")
    @classmethod
    def _whole(cls, value: str) -> str:
        """Whole, ending in one slash, so that a page's path can follow it."""
        if not value:
            return ""
        parts = urlsplit(value)
        if parts.scheme not in ("https", "http") or not parts.netloc or parts.query or parts.fragment:
            raise ValueError("not the address of a site; write it as https://example.org/reports/")
        return value.rstrip("/") + "/"


class ProjectSettings(Settings):
    """The key ``project``."""

    type: Literal["website", "default"] | None = Field(None, description=_STOCK)
    output_dir: str | None = Field(None, alias="output-dir", description=_STOCK)
    pre_render: str | list[str] | None = Field(None, alias="pre-render", description=_STOCK)
    execute_dir: Literal["project"] | None = Field(
        None, alias="execute-dir", description="cells run in the project's folder"
    )
    render: tuple[str, ...] = Field(
        (), description="documents: names, patterns, `!` before what to leave out"
    )
    resources: tuple[str, ...] = Field((), description="files that go with the site, by pattern")
    title: str | None = Field(None, description=_STOCK)


class Profile(Settings):
    """The key ``profile``."""

    default: str
    group: tuple[tuple[str, ...], ...]


class QuartoFile(Common):
    """``_quarto.yml`` or ``_quarto-<profile>.yml``."""

    project: ProjectSettings = Field(ProjectSettings(), description="documents and resources")
    profile: Profile | None = Field(None, description="the audiences")
    website: Website | None = Field(None, description="the site's name and navigation")
    brand: str | bool | None = Field(None, description=_STOCK)
    metadata_files: tuple[str, ...] = Field((), alias="metadata-files", description=_STOCK)


@dataclass(frozen=True)
class Document:
    """One document of one profile, ready to be checked and rendered."""

    path: PurePosixPath
    source: Source
    front: FrontMatter
    formats: Formats
    lang: str
    echo: bool
    toc: bool
    toc_depth: int
    kind: PageKind = "WebPage"

    @property
    def title(self) -> str:
        """The document's title."""
        return self.front.title


@dataclass(frozen=True)
class QuartoProject:
    """The configuration of one profile, and its documents."""

    root: Path
    profile: str
    config: QuartoFile
    website: Website
    documents: tuple[Document, ...]
    resources: tuple[str, ...]


def read_project(root: Path, profile: str) -> QuartoProject:
    """The project at `root` under `profile`.

    Raises
    ------
    DefinitionError
        Faults of ``_quarto.yml`` or the profile's file.
    DocumentError
        Every fault of every document's front matter, includes and cells.
    """
    base = _read(root, "_quarto.yml")
    extra = (
        _read(root, f"_quarto-{profile}.yml") if (root / f"_quarto-{profile}.yml").is_file() else QuartoFile()
    )
    known = {name for group in (base.profile.group if base.profile else ()) for name in group}
    if profile not in known:
        raise DefinitionError(
            Problem(f"unknown profile '{profile}'", "_quarto.yml", do="Add it to profile: group.")
        )
    paths = _documents_named(root, profile, base.project.render + extra.project.render)
    website = extra.website or base.website or Website(title="")
    documents, faults = [], []
    for path in paths:
        try:
            documents.append(_document(root, path, (base, extra)))
        except DocumentError as error:
            faults += error.problems
    if faults:
        raise DocumentError(dict.fromkeys(faults))
    resources = base.project.resources + extra.project.resources
    return QuartoProject(root, profile, extra, website, tuple(documents), resources)


def document_paths(root: Path, profile: str) -> list[PurePosixPath]:
    """Documents of `profile`, whatever else stands in the configuration.

    Raises
    ------
    DefinitionError
        A file is not YAML, or names no document.
    """
    patterns: list[str] = []
    for name in ("_quarto.yml", f"_quarto-{profile}.yml"):
        if (root / name).is_file():
            data = read_yaml(root / name).data
            settings = data.get("project") if isinstance(data, dict) else None
            listed = settings.get("render") if isinstance(settings, dict) else None
            patterns += [str(pattern) for pattern in listed or []]
    return _documents_named(root, profile, tuple(patterns))


def _documents_named(root: Path, profile: str, patterns: tuple[str, ...]) -> list[PurePosixPath]:
    paths = _matching(root, patterns)
    if not paths:
        raise DefinitionError(
            Problem(
                f"no document to render for '{profile}'",
                f"_quarto-{profile}.yml",
                do="Name them under render:.",
            )
        )
    return paths


def _read(root: Path, name: str) -> QuartoFile:
    try:
        return checked(read_yaml(root / name), QuartoFile)
    except DefinitionError as error:
        raise DefinitionError(yaml_problems(error)) from None


def _matching(root: Path, patterns: tuple[str, ...]) -> list[PurePosixPath]:
    """Documents that the patterns name, as Quarto reads them, without partials and hidden folders."""
    chosen: dict[PurePosixPath, None] = {}
    for pattern in patterns:
        if pattern.startswith("!"):
            unwanted = [path for path in chosen if fnmatch.fnmatchcase(str(path), pattern[1:].lstrip("/"))]
            for path in unwanted:
                del chosen[path]
            continue
        found = sorted(root.glob(pattern.lstrip("/")), key=lambda file: file.as_posix())
        for file in found:
            path = PurePosixPath(file.relative_to(root).as_posix())
            if path.suffix == ".qmd" and not any(part.startswith(("_", ".")) for part in path.parts):
                chosen[path] = None
    return list(chosen)


def _document(root: Path, path: PurePosixPath, files: tuple[QuartoFile, ...]) -> Document:
    source = read_source(root, path)
    try:
        if not source.front.strip():
            raise DefinitionError(Problem("no front matter", f"{path}:1", do="Begin with --- and a title."))
        front = checked(parse_yaml(source.front, root / path, str(path)), FrontMatter)
        folders = [_folder_metadata(root, folder) for folder in reversed(path.parents)]
    except DefinitionError as error:
        raise DocumentError(yaml_problems(error)) from None
    own = [common for common in (*folders, front) if common is not None]
    layers: list[Common] = [*files, *own]
    # Quarto's rule: formats named by a document or its folders replace those of the project.
    naming = [layer for layer in own if layer.format] or [layer for layer in files if layer.format]
    names = [name for name in ("html", "typst") if any(name in layer.format.names for layer in naming)]
    formats = Formats(**{name: _merged(layers, name) for name in names})
    options = [layer for layer in layers if layer.toc is not None]
    html = formats.html or HtmlFormat()
    depths = [layer.toc_depth for layer in layers if layer.toc_depth is not None]
    executes = [
        layer.execute for layer in layers if layer.execute and "echo" in layer.execute.model_fields_set
    ]
    return Document(
        path=path,
        source=source,
        front=front,
        formats=formats,
        lang=next((layer.lang for layer in reversed(layers) if layer.lang), "en-GB"),
        echo=executes[-1].echo if executes else False,
        toc=html.toc if "toc" in html.model_fields_set else (options[-1].toc if options else True),
        toc_depth=html.toc_depth if "toc_depth" in html.model_fields_set else (depths[-1] if depths else 3),
        kind=next(
            (layer.schema_type for layer in reversed(layers) if layer.schema_type),
            "Article" if front.case is not None else "Report" if formats.typst else "WebPage",
        ),
    )


def _merged(layers: list[Common], name: str) -> dict[str, Any]:
    """Options of the format `name`, the nearest to the document last."""
    result: dict[str, Any] = {}
    for layer in layers:
        options = getattr(layer.format, name) if layer.format else None
        if options is not None:
            result |= options.model_dump(by_alias=True, exclude_unset=True)
    return result


def _folder_metadata(root: Path, folder: PurePosixPath) -> Common | None:
    file = root / folder / "_metadata.yml"
    if not file.is_file():
        return None
    name = file.relative_to(root).as_posix()
    located: Located = read_yaml(file)
    located.name = name
    return checked(located, Common)
