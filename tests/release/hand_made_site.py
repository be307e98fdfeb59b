"""A published site made by hand, so that it can be released without rendering a document."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import yaml
from checkout import ROOT
from own_project import OwnProject

from valuekit.mart import TABLES, Mart, conform
from valuekit.publish.assets import write_theme
from valuekit.publish.feeds import write_feed
from valuekit.publish.plan import Edition, site_of
from valuekit.publish.quarto_project import read_project
from valuekit.publish.releases import kept
from valuekit.unchanged import Unchanged

QUARTO = """project:
  type: website
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
PUBLIC = """project:
  render: [index.qmd, reports/*.qmd]
format:
  html: default
"""
PAGE = """<!DOCTYPE html>
<html lang="en-GB">
<head>
  <link rel="alternate" type="application/atom+xml" title="New" href="{up}feed.xml">
  <link rel="stylesheet" href="{up}assets/site.css">
</head>
<body>
<form class="site-search" action="{up}search.html"></form>
<main id="main" tabindex="-1">
<h1>{title}</h1>
<p>{words}</p>
<a href="{up}search.html">Find a page</a> <a href="{up}releases/index.html">Releases</a>
<a href="{up}downloads/series.csv">Data</a> <a href="{up}feed.xml">Feed</a>
</main>
</body>
</html>
"""


@dataclass(frozen=True)
class Ready(OwnProject):
    """A project with a published site."""

    def publish(self, period: str, figures: Mapping[str, tuple[int, float]], words: str = "Well.") -> None:
        """A site of `period` that says `figures`: month → (n, value) of one measure."""
        for folder in (self.project.site, self.project.packs, self.root / "downloads"):
            shutil.rmtree(folder, ignore_errors=True)
        about = {"organisation": "Example Trust", "period": period, "synthetic": True, "audience": "public",
                 "notes": []}  # fmt: skip
        self.write("_build/mart/public/about.json", json.dumps(about))
        frame = series(figures)
        frame.to_parquet(self.root / "_build/mart/public/series.parquet")
        for place in ("downloads", "_site/downloads"):
            self.write(f"{place}/series.csv", frame.to_csv(index=False, lineterminator="\n"))
        for name, up in (("index", ""), ("search", ""), ("reports/index", "../")):
            self.write(f"_site/{name}.html", PAGE.format(up=up, title=name, words=words))
        write_theme(self.project.site)
        self.write("_site/assets/fonts/a.woff2", "font")
        self.write("_site/pagefind/pagefind.js", "index\n")
        read = read_project(self.root, "public")
        told = site_of(Edition("public", Mart(self.project.mart / "public").about, (), read))
        write_feed(self.project.site, told, read.documents, kept(self.project))
        self.write(f"_packs/stroke-clinical-{period}.pdf", f"%PDF {words}")
        self.write("_site/releases/index.html", PAGE.format(up="../", title="Releases", words="None."))
        asked = {"period": None, "audience": None, "service": None, "engine": "builtin"}
        unchanged = Unchanged.of(self.project)
        unchanged.note_publish(asked, unchanged.publish_parts(asked), "published")

    def sign(self, period: str, version: int = 1, /, **more: object) -> Path:
        """The sign-off of a version; a key given as None is left out."""
        said = {
            "period": period,
            "version": version,
            "date": f"{period}-28",
            "approved_by": "medical director",
            **({"correction": {"changed": "All of it.", "why": "A mistake."}} if version > 1 else {}),
            **more,
        }
        said = {key: value for key, value in said.items() if value is not None}
        return self.write(f"data/sign_off/{period}.yml", yaml.safe_dump(said))


def series(figures: Mapping[str, tuple[int, float]]) -> pd.DataFrame:
    """A public series of one measure."""
    rows = [
        {
            **dict.fromkeys(column.name for column in TABLES["series"].columns),
            "service": "stroke",
            "measure": "alive",
            "period": month,
            "period_start": pd.Timestamp(f"1 {month}"),
            "n": n,
            "value": value,
            "shown": True,
        }
        for month, (n, value) in figures.items()
    ]
    return conform("series", pd.DataFrame(rows))


def make_ready(root: Path) -> Ready:
    ready = Ready(root)
    ready.write("_quarto.yml", QUARTO)
    ready.write("_quarto-public.yml", PUBLIC)
    ready.write("index.qmd", "---\ntitle: Start\n---\n\nHello.\n")
    ready.write("reports/index.qmd", "---\ntitle: Reports\n---\n\nHello.\n")
    ready.write("data/extracts/activity_2026-10.csv", "activity_id\n1\n")
    ready.write("data/release.yml", (ROOT / "data" / "release.yml").read_text(encoding="utf-8"))
    return ready
