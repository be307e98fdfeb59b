"""Whether a site or a release is still what its manifest says: each missing, changed or extra file named."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from valuekit.cache import files_below
from valuekit.errors import Problem, ReleaseError
from valuekit.project import Project
from valuekit.publish.releases import MANIFEST, Kept, hashes, kept, own_files, read_manifest


def verify(project: Project, folder: Path | None = None) -> list[str]:
    """Check `folder`, a site or a kept release; by default the live site and every kept release.

    Returns
    -------
    list of str
        One line for each thing that was checked.

    Raises
    ------
    ReleaseError
        What is missing, changed or extra, each by name.
    """
    if folder is not None:
        known = [one for one in kept(project) if one.folder.resolve() == folder.resolve()]
        problems = _faults(folder) + (_chain(known[0], kept(project)) if known else [])
        return _said(problems, [f"{folder.name}: every file is as its manifest says."])
    releases = kept(project)
    problems, lines = [], []
    for one in releases:
        problems += _faults(one.folder) + _chain(one, releases)
        lines.append(f"{one.words}: every file is as it was released.")
    if project.site.is_dir() and (project.site / MANIFEST).is_file():
        problems += _faults(project.site) + _not_as_released(project, releases)
        lines.append("The site: every file is as its manifest says, and as it was released.")
    else:
        lines.append("The site is no release: nothing to hold it to.")
    return _said(problems, lines)


def _said(problems: list[Problem], lines: list[str]) -> list[str]:
    if problems:
        raise ReleaseError(dict.fromkeys(problems))
    return lines


def _faults(folder: Path) -> list[Problem]:
    """Files of `folder`, and those that it shares with other releases, against its manifest."""
    manifest = read_manifest(folder)
    now = hashes(folder, (file for file in files_below(folder) if file != folder / MANIFEST))
    problems = list(_differences(_name(folder), manifest["files"], now))
    shared = manifest.get("shared", {})
    if shared:
        base = folder.parent.parent
        there = hashes(base, (base / name for name in shared if (base / name).is_file()))
        problems += _differences(base.name, shared, there)
    return problems


def _differences(where: str, said: Mapping[str, str], now: Mapping[str, str]) -> Iterator[Problem]:
    do = "Restore it from a copy."
    for name in sorted(said.keys() | now.keys()):
        if name not in now:
            yield Problem("this file is missing", f"{where}/{name}", do=do)
        elif name not in said:
            yield Problem("this file is not in the manifest", f"{where}/{name}", do="Take it away.")
        elif said[name] != now[name]:
            yield Problem("this file has been changed", f"{where}/{name}", do=do)


def _chain(one: Kept, releases: Iterable[Kept]) -> list[Problem]:
    """Whether a later release remembers another manifest of this one than it has now."""
    is_now = hashes(one.folder, [one.folder / MANIFEST])[MANIFEST]
    name = [str(one.period), one.version]
    for later in releases:
        before = later.manifest["compared_with"] or {}
        if [before.get("period"), before.get("version")] == name and before["manifest"] != is_now:
            return [Problem("the manifest has been changed", f"{_name(one.folder)}/{MANIFEST}",
                            f"{later.words} was made from another", "Restore it from a copy.")]  # fmt: skip
    return []


def _not_as_released(project: Project, releases: Iterable[Kept]) -> list[Problem]:
    """The site's own files, and the internal PDFs of its month, against the release that it says it is.

    A manifest that was changed with its site is found by this.
    """
    site, packs = project.site, project.packs
    said = read_manifest(site)["release"]
    for one in releases:
        if (str(one.period), one.version) == (said["period"], said["version"]):
            now = hashes(site, own_files(site))
            internal = hashes(packs, packs.glob(f"*-{one.period}.pdf"))
            return [
                *_differences(site.name, one.manifest["outputs"], now),
                *_differences(packs.name, one.manifest.get("packs", {}), internal),
            ]
    return [Problem("this site says it is a release that is not kept", f"{site.name}/{MANIFEST}",
                    do="Restore the releases from a copy.")]  # fmt: skip


def _name(folder: Path) -> str:
    return f"{folder.parent.name}/{folder.name}" if folder.name.startswith("v") else folder.name
