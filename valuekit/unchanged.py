"""What a run need not do again: the build, or the whole publish, where nothing they depend on has changed.

Each leaves a record of what it was made from and what it made, by hash. A run that finds every hash the same
has nothing to do. This module imports none of the rooms, so that such a run takes a fraction of a second.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from valuekit.cache import (
    FileHashes,
    code_hash,
    differences,
    digest,
    digest_of,
    files_below,
    libraries_hash,
    write_whole,
)
from valuekit.project import Month, Project

BUILT, PUBLISHED = "built.json", "last-publish.json"
"""Records: of a build, in ``_build/``, so that both take their place together; of a publish, in its state."""

_AFTER_THE_MART = ("report", "publish", "cli.py", "unchanged.py", "progress.py", "__main__.py")
"""Sources that have no part in a build."""

_KEYS = ("VALUEKIT_PSEUDONYM_KEY", "VALUEKIT_PSEUDONYM_KEY_FILE")
AFTER_THE_PUBLISH = ("data/sign_off/", "data/release.yml", "data/delivery.yml")
"""Settings of what comes after a publish: its release, its delivery."""

_BY_RELEASES = ("_site/releases/", "_site/manifest.json", "_site/feed.xml")
"""What a release writes into a site that was published."""

_NO_INPUT = ("__pycache__", "tests", "node_modules")


@dataclass(frozen=True)
class BuildResult:
    """What was built (or, by :func:`valuekit.build.check`, would be)."""

    period: Month
    services: tuple[str, ...]
    pathways: int
    """Pathways that began in the 12 months to the period."""
    rows: int
    quarantined: int

    @property
    def summary(self) -> str:
        """One line for the person who ran it."""
        share = self.quarantined / self.rows if self.rows else 0
        return (
            f"{self.period.words}: {len(self.services)} services, {self.pathways:,} pathways in 12 months; "
            f"{self.rows:,} rows read, {self.quarantined:,} ({share:.1%}) set aside."
        )


@dataclass(frozen=True)
class Unchanged:
    """Holds the records of `project` against what is there now.

    Attributes
    ----------
    hashes
        Of the project's files.
    """

    project: Project
    hashes: FileHashes

    @classmethod
    def of(cls, project: Project) -> Unchanged:
        """With the hashes that the last run remembered."""
        return cls(project, FileHashes(project.state / "hashes.json"))

    # -- the build ----------------------------------------------------------------------------

    def built(self, period: Month | None) -> tuple[BuildResult | None, str]:
        """What the last build gave, if another would give the same; and why, in words."""
        record = _read(self.project.build / BUILT)
        if not record:
            return None, "nothing has been built before"
        if self._left("_build"):
            return None, "the last build was cut short"
        month = Month.parse(record["result"]["period"])
        why = _why(record["parts"], _without_own_release(self.build_parts(period), month))
        why = why or _why(record["made"], self._made_by_build(self.project), "was made by the build and")
        if why:
            return None, why
        result = {**record["result"], "period": month, "services": tuple(record["result"]["services"])}
        return BuildResult(**result), "no extract, definition, rule, release or code has changed"

    def note_build(self, new: Project, parts: Mapping[str, str], result: BuildResult) -> None:
        """Write the record of a build into `new`, where its folders still lie beside the last ones.

        Parameters
        ----------
        parts
            What :meth:`build_parts` gave before the build read anything.
        """
        record = {
            "parts": _without_own_release(parts, result.period),
            "made": self._made_by_build(new),
            "result": {**asdict(result), "period": str(result.period)},
        }
        write_whole(new.build / BUILT, json.dumps(record, sort_keys=True).encode())

    def build_parts(self, asked: Month | None) -> dict[str, str]:
        """What a build reads, by name, with the hash of each."""
        project = self.project
        files = [
            *(f for f in files_below(project.root / "data", _NO_INPUT) if not _after_the_publish(project, f)),
            *files_below(project.schemas, _NO_INPUT),
            *files_below(project.reports / "learning", (*_NO_INPUT, "figures")),
        ]
        return {
            **self.hashes.all(project.root, [*files, *project.releases.glob("*/*/figures.csv")]),
            "the month asked for": str(asked or ""),
            "the pseudonym key": _key_hash(),
            "valuekit itself": code_hash(*_AFTER_THE_MART),
            "Python or a library": libraries_hash(),
        }

    def _made_by_build(self, project: Project) -> dict[str, str]:
        made = [*files_below(project.build, (BUILT,)), *files_below(project.root / "downloads")]
        return self.hashes.all(project.root, made)

    def _left(self, *folders: str) -> bool:
        """Whether a run that was cut short left something beside `folders`, for the next to clear away."""
        return any(
            (self.project.root / f"{name}.{end}").exists() for name in folders for end in ("new", "old")
        )

    # -- the publish --------------------------------------------------------------------------

    def published(self, asked: Mapping[str, Any]) -> tuple[str, str]:
        """The summary of the last publish, if another would give the same (else nothing); and why."""
        record = _read(self.project.state / PUBLISHED)
        if not record:
            return "", "nothing has been published before"
        if self._left("_site", "_packs") or (self.project.state / "swap.json").exists():
            return "", "the last publish was cut short"
        why = _why(record["parts"], self.publish_parts(asked))
        why = why or _why(record["made"], self._made_by_publish(), "was made by the last publish and")
        return ("", why) if why else (str(record["summary"]), "nothing it depends on has changed")

    def note_publish(self, asked: Mapping[str, Any], before: Mapping[str, str], summary: str) -> None:
        """Write the record of a publish that has taken its place.

        Parameters
        ----------
        before
            What :meth:`publish_parts` gave before the publish read anything: a file that was changed while
            it ran counts as changed the next time. What the run itself writes counts as it is now.
        """
        now = self.publish_parts(asked)
        parts = {
            name: value if _written_by_runs(name) else before.get(name, "") for name, value in now.items()
        }
        self._write_publish(parts, summary, {name: str(value or "") for name, value in asked.items()})

    def _write_publish(self, parts: Mapping[str, str], summary: str, asked: Mapping[str, str]) -> None:
        record = {"parts": parts, "made": self._made_by_publish(), "summary": summary, "asked": asked}
        write_whole(self.project.state / PUBLISHED, json.dumps(record, sort_keys=True).encode())
        self.hashes.save()

    # -- the release --------------------------------------------------------------------------

    def publish_to_release(self) -> tuple[dict[str, str], str]:
        """What the live site was made from, by hash; or why it cannot be released, in words."""
        record = _read(self.project.state / PUBLISHED)
        if not record:
            return {}, "no publish has finished"
        asked = record.get("asked", {})
        if asked.get("service") or asked.get("audience") or asked.get("engine", "builtin") != "builtin":
            return {}, "the last publish made only a part of it, or was made by stock Quarto"
        now = self.publish_parts({})
        before, now = (
            {name: value for name, value in parts.items() if _matters_to_release(name)}
            for parts in (record["parts"], now)
        )
        why = _why(before, now, "since it was published")
        made, there = (
            {name: value for name, value in files.items() if not name.startswith(_BY_RELEASES)}
            for files in (record["made"], self._made_by_publish())
        )
        why = why or _why(made, there, "was made by the publish and")
        return ({}, why) if why else (now, "")

    def note_release(self) -> None:
        """The site and the releases are now as the release left them: nothing to publish anew for that."""
        record = _read(self.project.state / PUBLISHED)
        parts = {name: value for name, value in record["parts"].items() if not name.startswith("_releases/")}
        parts |= self.hashes.all(self.project.root, files_below(self.project.releases))
        self._write_publish(parts, record["summary"], record["asked"])

    def publish_parts(self, asked: Mapping[str, Any]) -> dict[str, str]:
        """Every file of the project but those of the finished site, and the mart."""
        root = self.project.root
        inputs = [file for file in root.iterdir() if file.is_file()]
        for folder in root.iterdir():
            hidden = folder.name.startswith((".", "_")) and folder != self.project.releases
            if folder.is_dir() and not hidden and folder.name not in _NO_INPUT:
                inputs += files_below(folder, _NO_INPUT)
        inputs = [file for file in inputs if not _after_the_publish(self.project, file)]
        return {
            **self.hashes.all(root, inputs + files_below(self.project.mart)),
            "what was asked for": digest_of(asked),
            "valuekit itself": code_hash() + self._theme(),
            "Python or a library": libraries_hash(),
        }

    def _theme(self) -> str:
        folder = Path(__file__).resolve().parent / "publish" / "theme"
        return digest_of(self.hashes.all(folder, files_below(folder)))

    def _made_by_publish(self) -> dict[str, str]:
        made = [*files_below(self.project.site), *files_below(self.project.packs)]
        return self.hashes.all(self.project.root, made)


def _after_the_publish(project: Project, file: Path) -> bool:
    """Whether `file` is written for what comes after a publish, and so is no input of it."""
    name = file.relative_to(project.root).as_posix()
    return name.startswith(AFTER_THE_PUBLISH)


def _matters_to_release(name: str) -> bool:
    """Whether a part of a publish must be the same for its site to be released: not other releases."""
    return name != "what was asked for" and not name.startswith("_releases/")


def _without_own_release(parts: Mapping[str, str], period: Month) -> dict[str, str]:
    """`parts` with only those releases that a build of `period` reads: the earlier ones."""
    own = f"_releases/{period}"
    return {name: value for name, value in parts.items() if not name.startswith("_releases/") or name < own}


def _written_by_runs(name: str) -> bool:
    """Whether runs write the file `name`, which others read."""
    return name.startswith(("_build/", "_releases/", "downloads/")) or "/figures/" in name


def forget(project: Project) -> None:
    """Remove all that earlier runs remember, so that the next does everything."""
    shutil.rmtree(project.cache, ignore_errors=True)
    for file in (project.build / BUILT, project.state / PUBLISHED, project.state / "hashes.json"):
        file.unlink(missing_ok=True)


def _read(file: Path) -> dict[str, Any]:
    """A record as it was written; nothing where it is missing or not whole."""
    try:
        record = json.loads(file.read_text(encoding="utf-8"))
        return record if isinstance(record.get("parts"), dict) and isinstance(record["made"], dict) else {}
    except (OSError, ValueError, AttributeError, KeyError):
        return {}


def _why(before: Mapping[str, str], now: Mapping[str, str], which: str = "") -> str:
    """What differs, in words; empty where nothing does."""
    names = differences(before, now)
    named = ", ".join(names[:4]) + (f" and {len(names) - 4} more" if len(names) > 4 else "")
    return " ".join(filter(None, (named, which, "changed"))) if names else ""


def _key_hash() -> str:
    """Of the secret that makes pseudonyms: slow to work out, so that it gives no way to try keys."""
    parts: Iterable[bytes] = (os.environ.get(name, "").encode("utf-8", "surrogateescape") for name in _KEYS)
    parts = list(parts)
    if not any(parts):
        return ""
    try:
        parts.append(Path(os.fsdecode(parts[1])).read_bytes() if parts[1] else b"")
    except OSError:
        parts.append(b"")
    return hashlib.scrypt(digest(*parts).encode(), salt=b"valuekit", n=2**14, r=8, p=1).hex()
