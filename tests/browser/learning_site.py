"""The finder and the guided choice over the shipped cases, as pages, without a publish."""

from __future__ import annotations

import shutil
from pathlib import Path, PurePosixPath

from theme_site import SITE

from tests.checkout import ROOT
from valuekit.learning import load_library, tables
from valuekit.mart import TABLES, About, Mart, empty, write_mart
from valuekit.project import Project
from valuekit.publish.fonts import write_web_fonts
from valuekit.publish.html import THEME, Page, up, wrap
from valuekit.report.learning.finder import Finder
from valuekit.report.learning.fits import Fits

SERVICES = ("stroke", "hepatitis_c", "endocarditis")
FOLDER = PurePosixPath("reports/learning")


def write_learning_site(folder: Path) -> Path:
    """Write ``index.html``, ``which_fits.html`` and a stand-in for each case; return the folder."""
    frames = {name: empty(name) for name in TABLES}
    frames |= tables(load_library(Project(ROOT), SERVICES))
    write_mart(folder / "mart", About("Example Hospitals", "2026-10", True, "public"), frames)
    mart = Mart(folder / "mart")
    site = folder / "site"
    (site / "assets").mkdir(parents=True)
    for name in ("site.css", "site.js", "learning.css", "learning.js", "mark.svg"):
        shutil.copyfile(THEME / name, site / "assets" / name)
    write_web_fonts(site / "assets" / "fonts")
    finder = Finder(mart)
    pages = {
        "index": f"<h2>Case studies</h2>{_bare(finder)}<h2>Lists</h2>{finder.groups().html}",
        "which_fits": f"{_bare(Fits(mart))}{Fits(mart).rules().html}",
    }
    pages |= dict.fromkeys(mart.table("case")["case"], "<p>The case.</p>")
    for name, body in pages.items():
        path = FOLDER / f"{name}.html"
        page = Page(
            title=name,
            subtitle="",
            description="",
            lang="en-GB",
            body=body,
            toc=(),
            path=str(path),
            root=up(path),
            section="Learning library",
            breadcrumbs=(),
            pdf=None,
        )
        (site / path).parent.mkdir(parents=True, exist_ok=True)
        (site / path).write_text(wrap(page, SITE), encoding="utf-8", newline="\n")
    return site


def _bare(shown: Finder | Fits) -> str:
    """The HTML of a raw block."""
    return shown._repr_markdown_().removeprefix("```{=html}\n").removesuffix("\n```")
