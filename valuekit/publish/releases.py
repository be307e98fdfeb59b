"""Released months on the site: each kept as it was, at an address that stays.

``valuekit release`` keeps what a site said in ``_releases/<period>/v<version>/``; those folders are never
changed. Every site carries a copy of them under ``releases/``, where each page says which release it is of
and whether there is a newer one. Style sheets, scripts and fonts are kept once for all releases that share
them, by the hash of their content; the search index is not kept.
"""

from __future__ import annotations

import hashlib
import html
import json
import re
import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

import pikepdf

from valuekit.cache import FileHashes, digest_of, files_below
from valuekit.errors import Problem, ReleaseError
from valuekit.project import Month, Project
from valuekit.publish.assets import copy_file
from valuekit.publish.html import Page, wrap
from valuekit.publish.metadata import FEED
from valuekit.publish.swap import discard

FOLDER = "releases"
"""On the site: ``releases/2026-09/v1/reports/services/stroke.html``."""

MANIFEST, ABOUT, ASSETS = "manifest.json", "release.html", "assets"
INTERNAL = (MANIFEST, "figures.csv")
"""Files of a kept release that do not go on the site as they are."""

_EXTRACTS = "data/extracts/"
_LIVE_ONLY = ("pagefind", ASSETS, FOLDER)
_LIVE_ONLY_FILES = (MANIFEST, "search.html", FEED, "sitemap.xml", "robots.txt")
_NAME = re.compile(r"^v([1-9]\d{0,3})$")
_HEAD_LINKS = re.compile(r'^\s*<link rel="(?:canonical|alternate)"[^>]*>\n', re.MULTILINE)
_MAIN = re.compile(r"<main\b[^>]*>")


@dataclass(frozen=True)
class Kept:
    """One release as it is kept.

    Attributes
    ----------
    folder
        Where it lies.
    manifest
        What its ``manifest.json`` says; see ``docs/releases.md``.
    """

    period: Month
    version: int
    folder: Path
    manifest: Mapping[str, Any]

    @property
    def address(self) -> str:
        """From the site's root: ``releases/2026-09/v1``."""
        return f"{FOLDER}/{self.period}/v{self.version}"

    @property
    def words(self) -> str:
        """``September 2026, version 1``."""
        return f"{self.period.words}, version {self.version}"

    @property
    def date(self) -> str:
        """The day of its sign-off, ``2026-10-20``."""
        return str(self.manifest["release"]["date"])


def kept(project: Project) -> list[Kept]:
    """Every release of `project`, the oldest month first, its versions in order.

    Raises
    ------
    ReleaseError
        A release's manifest is missing or cannot be read.
    """
    found = []
    for folder in project.releases.glob("????-??/v*"):
        number = _NAME.match(folder.name)
        if number and folder.is_dir():
            period = Month.parse(folder.parent.name)
            found.append(Kept(period, int(number[1]), folder, read_manifest(folder)))
    return sorted(found, key=lambda one: (one.period, one.version))


def read_manifest(folder: Path) -> dict[str, Any]:
    """What a release or a site says of its own files."""
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        if not isinstance(manifest.get("files"), dict) or not isinstance(manifest.get("release"), dict):
            raise ValueError
    except (OSError, ValueError, AttributeError):
        raise ReleaseError(
            Problem(
                "there is no manifest that can be read",
                f"{folder.parent.name}/{folder.name}/{MANIFEST}",
                do="Restore the folder from a copy.",
            )
        ) from None
    return dict(manifest)


def newest(releases: Iterable[Kept]) -> list[Kept]:
    """The newest version of each month, the newest month first."""
    by_month = {one.period: one for one in releases}
    return [by_month[period] for period in sorted(by_month, reverse=True)]


def own_files(site: Path) -> list[Path]:
    """Files that speak of a site's own month: not its manifest, nor what tells of every release."""
    of_all = (site / MANIFEST, site / FEED)
    return [
        file for file in files_below(site) if file.relative_to(site).parts[0] != FOLDER and file not in of_all
    ]


# Keeping one -------------------------------------------------------------------------------------


def keep_pages(site: Path, folder: Path, assets: Path) -> str:
    """Copy what `site` says to readers into `folder`, its style sheets, scripts and fonts into `assets`.

    Returns
    -------
    str
        Name of the folder below `assets` in which they are kept, after the hash of their content.
    """
    shared = _keep_assets(site / ASSETS, assets)
    for file in own_files(site):
        path = PurePosixPath(file.relative_to(site).as_posix())
        if path.parts[0] in _LIVE_ONLY or path.name in _LIVE_ONLY_FILES:
            continue
        target = folder / path
        if path.suffix == ".html":
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(kept_page(file.read_text("utf-8"), path, shared), "utf-8", newline="\n")
        else:
            copy_file(file, target)
    return shared


def _keep_assets(source: Path, assets: Path) -> str:
    files = files_below(source)
    name = digest_of(FileHashes().all(source, files))[:16]
    if not (assets / name).is_dir():
        part = assets / f"{name}.part"
        discard(part)
        part.mkdir(parents=True)
        for file in files:
            copy_file(file, part / file.relative_to(source))
            (part / file.relative_to(source)).chmod(0o444)
        part.rename(assets / name)
    return name


def kept_page(text: str, path: PurePosixPath, shared: str) -> str:
    """A page that finds its style in the shared folder; what is not kept, it looks for on the live site."""
    root = "../" * (len(path.parts) - 1)
    text = _HEAD_LINKS.sub("", text)
    text = text.replace(f'"{root}{ASSETS}/', f'"{root}../../{ASSETS}/{shared}/')
    text = text.replace(f'"{root}{FOLDER}/', f'"{root}../../')
    text = text.replace(f'href="{root}search.html', f'href="{root}{ABOUT}')
    for name in ("search.html", FEED, "sitemap.xml", "robots.txt"):
        text = text.replace(f'"{root}{name}"', f'"{root}../../../{name}"')
    return text


# Showing them ------------------------------------------------------------------------------------


def compose(releases: Sequence[Kept], assets: Path, told: Mapping[str, Any] | None, site: Path) -> None:
    """Put every release, and the page that lists them, on `site`.

    Parameters
    ----------
    assets
        Where the kept releases have their style sheets, scripts and fonts.
    told
        What the theme is told of the site; None where it is not known, and then there is no list.
    """
    shutil.rmtree(site / FOLDER, ignore_errors=True)
    for one in releases:
        target = site / one.address
        for file in files_below(one.folder):
            path = file.relative_to(one.folder)
            if path.as_posix() in INTERNAL:
                continue
            if file.suffix == ".html":
                text = _with_notice(file.read_text("utf-8"), path, one, releases)
                (target / path).parent.mkdir(parents=True, exist_ok=True)
                (target / path).write_text(text, "utf-8", newline="\n")
            else:
                copy_file(file, target / path)
        target.mkdir(parents=True, exist_ok=True)
        write_json(target / MANIFEST, public_manifest(one.manifest))
    for shared in sorted({str(one.manifest["assets"]) for one in releases}):
        for file in files_below(assets / shared):
            copy_file(file, site / FOLDER / ASSETS / file.relative_to(assets))
    if told is not None:
        _write_list(releases, told, site)


def write_json(file: Path, value: Any) -> None:
    """`value` as JSON that a person can read, always in the same order."""
    file.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(value, indent=1, ensure_ascii=False, sort_keys=True)
    file.write_text(text + "\n", encoding="utf-8", newline="\n")


def public_manifest(manifest: Mapping[str, Any]) -> dict[str, Any]:
    """What the site tells of a release: of extracts and internal PDFs only how many there were.

    A hash could confirm a guess, and what lies beside the extracts may be named after a person.
    """
    inputs = {name: value for name, value in manifest["inputs"].items() if not name.startswith(_EXTRACTS)}
    counts = {"extracts": len(manifest["inputs"]) - len(inputs), "packs": len(manifest.get("packs", {}))}
    return {**manifest, "inputs": inputs, **counts}


def _with_notice(text: str, path: Path, one: Kept, releases: Sequence[Kept]) -> str:
    root = "../" * (len(path.parts) - 1)
    words = notice(one, releases, root)
    return _MAIN.sub(lambda found: f"{found[0]}\n{words}", text, count=1)


def notice(one: Kept, releases: Sequence[Kept], root: str) -> str:
    """What stands at the head of each page of a release: which it is, and whether there is a newer one."""
    last = newest(releases)
    own = next(other for other in last if other.period == one.period)
    says = f"You are reading the release of {one.words}, of {day(one.date)}."
    if own.version != one.version:
        link = (
            f'<a href="{root}../v{own.version}/{ABOUT}">version {own.version} says what changed and why</a>'
        )
        says = f"<strong>Superseded.</strong> {says} It was corrected: {link}."
    elif last[0].period != one.period:
        newer = last[0]
        href = f"{root}../../../{newer.address}/{ABOUT}"
        says += f' A newer release is out: <a href="{href}">{html.escape(newer.words)}</a>.'
    return (
        f'<div class="callout callout-important release-note" data-pagefind-ignore="all"><p>{says} '
        f'<a href="{root}{ABOUT}">About this release</a>.</p></div>'
    )


def day(date: str) -> str:
    """``2026-11-20`` as ``20 November 2026``."""
    return f"{int(date[8:])} {Month.parse(date[:7]).words}"


def shell(told: Mapping[str, Any], title: str, description: str, path: str, body: str) -> str:
    """A page of the theme beside the documents: the list of releases, what is said of one."""
    up = "../" * path.count("/")
    crumbs = ({"text": "Home", "href": "index.html"},)
    page = Page(title, "", description, "en-GB", body, (), path, up, "Releases", crumbs, None)
    return wrap(page, told)


def _write_list(releases: Sequence[Kept], told: Mapping[str, Any], site: Path) -> None:
    body = ["<p>Each month's reports, kept as they were released. A release is never changed. A mistake is "
            "put right by a new version, and the old one stays.</p>"]  # fmt: skip
    if not releases:
        body.append("<p>No month has been released yet.</p>")
    for last in newest(releases):
        body.append(f'<h2 id="month-{last.period}">{last.period.words}</h2>\n<ul>')
        for one in sorted((o for o in releases if o.period == last.period), key=lambda o: -o.version):
            release = one.manifest["release"]
            says = f"of {day(one.date)}, approved by the {html.escape(release['approved_by'])}"
            if one is not last:
                says += f", superseded by version {last.version}"
            moved = int(one.manifest["moved"]["figures"])
            since = one.manifest["compared_with"]
            says += f". {count_moved(moved)} since the release before." if since else "."
            if release["correction"]:
                says += f" What was corrected: {html.escape(release['correction']['changed'])}"
            here = f"{one.period}/v{one.version}"
            body.append(
                f'<li><a href="{here}/index.html">Version {one.version}</a>, {says} '
                f'<a href="{here}/{ABOUT}">About version {one.version} of {one.period.words}</a></li>'
            )
        body.append("</ul>")
    text = shell(told, "Releases", "Every month's reports as they were released.", f"{FOLDER}/index.html",
                 "\n".join(body))  # fmt: skip
    (site / FOLDER).mkdir(parents=True, exist_ok=True)
    (site / FOLDER / "index.html").write_text(text, encoding="utf-8", newline="\n")


def count_moved(figures: int) -> str:
    """``No figure moved``, ``1 figure moved``, ``12 figures moved``."""
    return "No figure moved" if not figures else f"{figures:,} figure{'' if figures == 1 else 's'} moved"


def earlier_pdfs(releases: Iterable[Kept], period: Month) -> list[dict[str, str]]:
    """PDFs of the months before `period`, for the list of pages and the feed; the newest month first.

    Returns
    -------
    list
        Title, address, section and description of each.
    """
    entries = []
    for one in newest(one for one in releases if one.period < period):
        files = sorted(one.folder.rglob("*.pdf"), key=lambda file: file.as_posix())
        for file in files:
            with pikepdf.open(file) as pdf:
                title = str(pdf.docinfo.get("/Title", file.stem))
            entries.append(
                {
                    "title": f"{title}, {one.period.words} (PDF)",
                    "href": f"{one.address}/{file.relative_to(one.folder).as_posix()}",
                    "section": "Earlier months",
                    "description": "",
                }
            )
    return entries


# Sealing a site ----------------------------------------------------------------------------------


def hashes(folder: Path, files: Iterable[Path]) -> dict[str, str]:
    """SHA-256 of each of `files`, by its path from `folder`; read anew, nothing is taken on trust."""
    return {
        file.relative_to(folder).as_posix(): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in sorted(files, key=lambda file: file.relative_to(folder).as_posix())
    }


def seal(site: Path, releases: Sequence[Kept], period: Month) -> bool:
    """Where `site` is the newest release of `period`, write its manifest; else see that it has none.

    Returns
    -------
    bool
        Whether it is a release, to the byte.
    """
    (site / MANIFEST).unlink(missing_ok=True)
    own = [one for one in releases if one.period == period]
    if not own or hashes(site, own_files(site)) != own[-1].manifest["outputs"]:
        return False
    told = {"release": own[-1].manifest["release"], "code": own[-1].manifest["code"]}
    write_json(site / MANIFEST, {**told, "files": hashes(site, files_below(site))})
    return True
