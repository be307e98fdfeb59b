"""What each published month gave to the public: its PDFs, kept so that later sites can offer them."""

from __future__ import annotations

import shutil
from pathlib import Path

import pikepdf

from valuekit.project import Month, Project

FOLDER = "releases"
"""On the site: ``releases/2026-09/reports/services/stroke.pdf``."""


def keep(project: Project, period: Month) -> list[Path]:
    """Copy the public PDFs of the live site into ``_releases/<period>/``."""
    kept = []
    for file in _pdfs(project.site):
        path = file.relative_to(project.site)
        if path.parts[0] == FOLDER:
            continue
        target = project.releases / str(period) / path
        target.parent.mkdir(parents=True, exist_ok=True)
        part = target.with_name(target.name + ".part")
        shutil.copyfile(file, part)
        part.replace(target)
        kept.append(target)
    return kept


def copy_earlier(project: Project, period: Month, site: Path) -> list[dict[str, str]]:
    """Offer the PDFs of the months before `period` on the new site.

    Returns
    -------
    list
        Entries for the list of pages: title, address, section and description; the newest month first.
    """
    entries = []
    for folder in sorted(project.releases.glob("????-??"), reverse=True):
        month = Month.parse(folder.name)
        if month >= period:
            continue
        for file in _pdfs(folder):
            path = Path(FOLDER) / folder.name / file.relative_to(folder)
            (site / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, site / path)
            with pikepdf.open(file) as pdf:
                title = str(pdf.docinfo.get("/Title", file.stem))
            entries.append(
                {
                    "title": f"{title}, {month.words} (PDF)",
                    "href": path.as_posix(),
                    "section": "Earlier months",
                    "description": "",
                }
            )
    return entries


def _pdfs(folder: Path) -> list[Path]:
    return sorted(folder.rglob("*.pdf"), key=lambda file: file.as_posix()) if folder.is_dir() else []
