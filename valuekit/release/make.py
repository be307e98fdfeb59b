"""Making a release: :func:`release` reads as the story.

A release is made beside the others and takes its place together with the site that carries it; any refusal
or fault before that leaves both as they were.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from valuekit import __version__
from valuekit.cache import files_below
from valuekit.errors import Problem, PublishError, ReleaseError
from valuekit.mart import Mart
from valuekit.measures.revisions import save_release
from valuekit.project import Month, Project
from valuekit.publish import feeds, links, releases
from valuekit.publish.assets import copy_file
from valuekit.publish.metadata import FEED
from valuekit.publish.plan import PUBLIC, Edition, page_list, site_of
from valuekit.publish.quarto_project import read_project
from valuekit.publish.releases import Kept, hashes, kept, write_json
from valuekit.publish.site import alone, journal, mend
from valuekit.publish.swap import NEW, successor, successors
from valuekit.release.moved import Move, explained, moves, write_moves
from valuekit.release.notes import notes
from valuekit.release.sign_off import SignOff, load_rules, load_sign_off

MOVED = "moved.csv"
CODE, LIBRARIES = "valuekit itself", "Python or a library"
"""Names under which a publish says what code made it (see ``valuekit/unchanged.py``)."""

_FORM = 1
"""Of a manifest."""


@dataclass(frozen=True)
class Released:
    """What was released."""

    release: Kept
    moved: tuple[Move, ...]
    before: Kept | None

    @property
    def summary(self) -> str:
        """What was made and where to look, for the person who ran it."""
        lines = [f"Released {self.release.words}: _site/{self.release.address}/index.html"]
        if self.before:
            lines.append(f"{releases.count_moved(len(self.moved))} since {self.before.words}.")
        return "\n".join([*lines, "The site in _site/ is this release. Put it where your readers find it."])


def release(project: Project, inputs: Mapping[str, str], period: Month | None = None) -> Released:
    """Make the live site a release: kept for good, listed, and to be checked by its manifest.

    Parameters
    ----------
    inputs
        What the site was made from: path (or name) and SHA-256, as the last publish recorded it.
    period
        The month that is meant; by default that of the site.

    Raises
    ------
    ReleaseError
        The site is of another month, nobody signed it off, the version is not the next, or a figure moved
        beyond the bound and nobody explained it.
    """
    with alone(project):
        mend(project)
        mart = Mart(project.mart / PUBLIC)
        own = Month.parse(mart.about.period)
        _is_the_month(own, period)
        rules = load_rules(project)
        signed = load_sign_off(project, own, rules)
        earlier = kept(project)
        _is_the_next(signed, own, earlier)
        before = _last_before(earlier, own)
        found = explained(_moves(project, before, own), signed)
        _all_explained(found, signed, rules.largest_move.share, before)
        folder = project.releases / str(own) / f"v{signed.version}"
        with successors(journal(project), [folder, project.site]):
            made = _make(project, mart, signed, found, before, inputs, folder)
            _new_site(project, mart, [*earlier, made], own)
        done = Kept(own, signed.version, folder, made.manifest)
    return Released(done, tuple(found), before)


def compare(project: Project, period: Month | None = None) -> list[str]:
    """What moved since the last release, one line each, those beyond the bound first; makes nothing."""
    own = Month.parse(Mart(project.mart / PUBLIC).about.period)
    _is_the_month(own, period)
    before = _last_before(kept(project), own)
    if before is None:
        return ["No release comes before this one, so there is nothing to compare with."]
    found = _moves(project, before, own)
    lines = [f"{releases.count_moved(len(found))} since {before.words}."]
    for move in sorted((one for one in found if one.judged), key=lambda one: not one.beyond):
        bound = "beyond the bound" if move.beyond else "within the bound"
        where = ", ".join(filter(None, (move.table, move.row, move.column)))
        lines.append(f"{move.figure}: {move.old} → {move.new or 'not shown'} ({where}; {bound})")
    return lines


# May it be released? -----------------------------------------------------------------------------


def _is_the_month(own: Month, asked: Month | None) -> None:
    if asked is not None and asked != own:
        raise ReleaseError(
            Problem(
                f"the site is of {own}, not of {asked}", "_site", do=f"Run: valuekit publish --period {asked}"
            )
        )


def _is_the_next(signed: SignOff, period: Month, earlier: Sequence[Kept]) -> None:
    """Whether the version that was signed off follows the last one of the month."""
    where = f"data/sign_off/{period}.yml"
    there = [one.version for one in earlier if one.period == period]
    after = max(there, default=0) + 1
    if signed.version in there:
        raise ReleaseError(
            Problem(
                f"version {signed.version} of {period.words} is released already",
                where,
                "a release is never changed",
                f"To correct it, sign off version {after}.",
            )
        )
    if signed.version != after:
        raise ReleaseError(
            Problem(f"version {signed.version} does not come next", where, do=f"Sign off version {after}.")
        )


def _last_before(earlier: Sequence[Kept], period: Month) -> Kept | None:
    """The version before in the same month; else the newest version of the month before."""
    found = [one for one in earlier if one.period <= period]
    return found[-1] if found else None


def _moves(project: Project, before: Kept | None, period: Month) -> list[Move]:
    if before is None:
        return []
    bound = load_rules(project).largest_move
    old, new = before.folder / "downloads", project.site / "downloads"
    return moves(old, new, bound, same_month=before.period == period)


def _all_explained(found: Sequence[Move], signed: SignOff, share: float, before: Kept | None) -> None:
    """Whether each move beyond the bound has its reason, and each reason a figure that moved."""
    where = f"data/sign_off/{signed.period}.yml"
    silent = [move for move in found if move.beyond and not move.reason]
    if silent:
        first = silent[0]
        many = "1 released figure" if len(silent) == 1 else f"{len(silent)} released figures"
        raise ReleaseError(
            Problem(
                f"{many} moved by more than {share:.0%} and nobody says why",
                where,
                f"{first.figure}: {first.column} was {first.old}, is {first.new or 'not shown'}",
                "Run valuekit release --compare to see all, and explain them under 'moved'.",
            )
        )
    idle = [one.figures for one in signed.moved if not any(one.covers(move.figure) for move in found)]
    if idle:
        raise ReleaseError(
            Problem(
                f"no figure moved that '{idle[0]}' speaks of",
                where,
                f"compared with {before.words}" if before else "there is no release before this one",
                "Correct the pattern, or take the explanation out.",
            )
        )


# Making it ---------------------------------------------------------------------------------------


def _make(
    project: Project,
    mart: Mart,
    signed: SignOff,
    found: Sequence[Move],
    before: Kept | None,
    inputs: Mapping[str, str],
    folder: Path,
) -> Kept:
    """The release, in the folder beside its place; every file of it read-only."""
    new = successor(folder)
    own = Month.parse(signed.period)
    shared = releases.keep_pages(project.site, new, project.releases / releases.ASSETS)
    manifest = _manifest(project, signed, found, before, inputs, shared)
    save_release(new, own, mart.table("series"))
    write_moves(new / MOVED, list(found))
    edition = _edition(project, mart)
    pages = [page for page in page_list(edition) if (new / page["href"]).is_file()]
    body = notes(Kept(own, signed.version, folder, manifest), found, before, pages)
    title = f"{own.words}, version {signed.version}"
    text = releases.shell(site_of(edition), title, f"About the release of {title}.", releases.ABOUT, body)
    (new / releases.ABOUT).write_text(
        releases.kept_page(text, PurePosixPath(releases.ABOUT), shared), encoding="utf-8", newline="\n"
    )
    files = files_below(new)
    manifest = {**manifest, "files": hashes(new, files)}
    write_json(new / releases.MANIFEST, manifest)
    for file in [*files, new / releases.MANIFEST]:
        file.chmod(0o444)
    return Kept(own, signed.version, new, manifest)


def _manifest(
    project: Project,
    signed: SignOff,
    found: Sequence[Move],
    before: Kept | None,
    inputs: Mapping[str, str],
    shared: str,
) -> dict[str, Any]:
    """What a release says of itself; ``docs/releases.md`` explains each key."""
    base = project.releases
    return {
        "form": _FORM,
        "release": {
            "period": signed.period,
            "version": signed.version,
            "date": str(signed.date),
            "approved_by": signed.approved_by,
            "correction": signed.correction.model_dump() if signed.correction else None,
        },
        "compared_with": {
            "period": str(before.period),
            "version": before.version,
            "manifest": hashes(before.folder, [before.folder / releases.MANIFEST])[releases.MANIFEST],
        }
        if before
        else None,
        "moved": {
            "figures": len(found),
            "beyond_the_bound": sum(move.beyond for move in found),
            "explanations": [one.model_dump() for one in signed.moved],
        },
        "code": {
            "valuekit": __version__,
            "sources": inputs.get(CODE, ""),
            "libraries": inputs.get(LIBRARIES, ""),
        },
        "inputs": {name: value for name, value in sorted(inputs.items()) if _is_input(name)},
        "outputs": hashes(project.site, releases.own_files(project.site)),
        "packs": hashes(project.packs, project.packs.glob(f"*-{signed.period}.pdf")),
        "assets": shared,
        "shared": hashes(base, files_below(base / releases.ASSETS / shared)),
    }


def _is_input(name: str) -> bool:
    """Whether a part of the publish is an input file: not what the build made of them, nor a drawing."""
    made = name.startswith(("_build/", "downloads/")) or "/figures/" in name
    return not made and name not in (CODE, LIBRARIES)


def _edition(project: Project, mart: Mart) -> Edition:
    read = read_project(project.root, PUBLIC)
    return Edition(PUBLIC, mart.about, tuple(document.path for document in read.documents), read)


def _new_site(project: Project, mart: Mart, every: Sequence[Kept], period: Month) -> None:
    """The same site, with the new release among those that it carries, and its own manifest."""
    site = successor(project.site)
    shutil.rmtree(site)
    for file in releases.own_files(project.site):
        copy_file(file, site / file.relative_to(project.site))
    every = sorted(every, key=lambda one: (one.period, one.version))
    edition = _edition(project, mart)
    told = site_of(edition)
    releases.compose(every, project.releases / releases.ASSETS, told, site)
    if (project.site / FEED).is_file():
        pages = [document for document in edition.documents if document.formats.html]
        feeds.write_feed(site, told, pages, every)
    skip = [site / one.address for one in every if not one.folder.name.endswith(NEW)]
    problems = links.broken(site, skip)
    if problems:
        raise PublishError(problems)
    if not releases.seal(site, every, period):
        raise ReleaseError(
            Problem(
                "the site changed while it was released", "_site", do="Run: valuekit publish, then release."
            )
        )
