"""The page of a case that another trust has taken up, rendered as a publish renders it, without a publish."""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.checkout import ROOT
from tests.learning.cases import CASE, REPORT, make_library
from tests.publish.conftest import make_small
from valuekit.learning import load_library, tables
from valuekit.mart import TABLES, About, empty, write_mart
from valuekit.publish.fonts import write_web_fonts
from valuekit.publish.html import THEME

PAGE = f"reports/learning/{CASE}.html"
LEARNING = "reports/learning"


def write_adopted_site(folder: Path) -> Path:
    """Write the case's page and what it loads; return the folder of the site."""
    small = make_small(folder)
    library = make_library(folder, report=REPORT)
    for part in ("_case_head.qmd", "_case_figures.qmd", "_case_adopt.qmd", "_metadata.yml"):
        shutil.copy(ROOT / LEARNING / part, folder / LEARNING / part)
    small.document("## Rules {#rules}\n\nStated.", f"{LEARNING}/index.qmd", "title: Learning library")
    public = "_quarto-public.yml"
    listed = (folder / public).read_text(encoding="utf-8")
    small.write(
        public, listed.replace("    - reports/*.qmd\n", f"    - reports/*.qmd\n    - {LEARNING}/*.qmd\n")
    )
    frames = {name: empty(name) for name in TABLES} | tables(load_library(library, ()))
    mart = folder / "_build" / "mart" / "public"
    shutil.rmtree(mart)
    write_mart(mart, About("Example Trust", "2026-10", True, "public"), frames)
    result = small.render(f"{LEARNING}/{CASE}.qmd")
    assert not result.problems, result.problems
    site = folder / "out"
    (site / "assets").mkdir(parents=True)
    for name in ("site.css", "site.js", "learning.css", "learning.js", "mark.svg"):
        shutil.copyfile(THEME / name, site / "assets" / name)
    write_web_fonts(site / "assets" / "fonts")
    return site
