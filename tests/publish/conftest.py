"""Small projects in which documents are rendered for real: pandoc, IPython, Typst and Pagefind."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import pytest
from own_project import OwnProject

from valuekit.mart import About
from valuekit.project import Month
from valuekit.publish.assets import write_fonts
from valuekit.publish.plan import Edition, jobs
from valuekit.publish.quarto_project import read_project
from valuekit.publish.render import Result, close_worker, render

PERIOD = Month(2026, 10)
SVG = """<?xml version="1.0"?>
<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"
 viewBox="0 0 40 20" width="40pt" height="20pt">
 <metadata>made by nobody</metadata>
 <defs><style type="text/css">*{stroke-linejoin: round; stroke-linecap: butt}</style></defs>
 <defs><path id="m1" d="M0 0L4 4"/></defs>
 <clipPath id="clip"><rect width="40" height="20"/></clipPath>
 <g id="axes_1" clip-path="url(#clip)"><use xlink:href="#m1" style="stroke: #0000ff; stroke-width: 2"/></g>
</svg>
"""
QUARTO = """project:
  type: website
  pre-render: python -m valuekit build
  execute-dir: project
profile:
  default: public
  group:
    - [public, board, clinical]
lang: en-GB
website:
  title: Value reports
  navbar:
    left:
      - text: Home
        href: index.qmd
"""
PROFILES = {
    "public": "project:\n  render:\n    - index.qmd\n    - reports/*.qmd\n    - reports/services/*.qmd\n"
    "  resources:\n    - downloads/*\nformat:\n  html: default\n  typst: default\n",
    "board": "project:\n  type: default\n  render: [reports/board.qmd]\nformat: typst\n",
    "clinical": "project:\n  type: default\n  render: [reports/services/*.qmd]\nformat: typst\n",
}


@dataclass(frozen=True)
class Small(OwnProject):
    """A project with a few documents and marts that hold nothing but `about.json`."""

    def document(self, body: str, name: str = "reports/page.qmd", front: str = "title: A page") -> str:
        self.write(name, f"---\n{front}\n---\n\n{body}\n")
        return name

    def edition(self, audience: str = "public") -> Edition:
        about = About("Example Trust", str(PERIOD), True, audience, ("A note.",))
        read = read_project(self.root, audience)
        return Edition(audience, about, tuple(document.path for document in read.documents), read)

    def render(self, name: str = "reports/page.qmd", audience: str = "public") -> Result:
        """One document into ``out/``, in this process."""
        edition = self.edition(audience)
        documents = [d for d in edition.documents if d.path == PurePosixPath(name)]
        return render(jobs(edition, documents, self.root / "out", self.root / "out")[0])

    def page(self, name: str = "reports/page.qmd") -> str:
        return (self.root / "out" / name).with_suffix(".html").read_text(encoding="utf-8")

    def pdf(self, name: str = "reports/page.qmd") -> Path:
        return (self.root / "out" / name).with_suffix(".pdf")


def make_small(root: Path) -> Small:
    small = Small(root)
    small.write("_quarto.yml", QUARTO)
    for profile, text in PROFILES.items():
        small.write(f"_quarto-{profile}.yml", text)
        about = {
            "organisation": "Example Trust",
            "period": str(PERIOD),
            "synthetic": True,
            "audience": profile,
            "notes": [],
        }
        small.write(f"_build/mart/{profile}/about.json", json.dumps(about))
    small.document("Hello.", "index.qmd", "title: Start\nformat: html")
    small.write("reports/figures/x.svg", SVG)
    return small


@pytest.fixture(scope="session")
def fonts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site's fonts, cut once for all tests."""
    folder = tmp_path_factory.mktemp("fonts")
    write_fonts(folder / "cache", folder / "site")
    return folder / "cache"


@pytest.fixture
def small(tmp_path: Path, fonts: Path) -> Small:
    made = make_small(tmp_path / "a project")
    shutil.copytree(fonts, made.root / "_site.state" / "fonts")
    return made


@pytest.fixture(scope="session", autouse=True)
def _close_pandoc() -> Iterator[None]:
    yield
    close_worker()
