"""Publishing small projects as a whole: complete, identical, all or nothing, asking no other site."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys

import pikepdf
import pytest
from checkout import ROOT
from lxml import html as lxml_html
from pypdf import PdfReader

from valuekit.errors import DocumentError, PublishError, ValuekitError
from valuekit.project import Month
from valuekit.publish import links, quarto
from valuekit.publish.pdf import structure
from valuekit.publish.releases import keep_pages, write_json
from valuekit.publish.site import publish

from .conftest import PERIOD, SVG

REPORT = """```{python}
#| tags: [parameters]
service = "%s"
```

{{< include /reports/_service.qmd >}}
"""
SERVICE = """## Outcome

```{python}
import os
from pathlib import Path

folder = Path(os.environ["QUARTO_DOCUMENT_PATH"]) / "figures" / os.environ["QUARTO_PROFILE"]
folder.mkdir(parents=True, exist_ok=True)
(folder / f"{service}.svg").write_text(%r, encoding="utf-8")


class Figure:
    def _repr_markdown_(self):
        return f"![How it went](figures/{folder.name}/{service}.svg){{#fig-{service} fig-alt=\\"Rising.\\"}}"


Figure()
```

::: {.content-visible when-profile="clinical"}
## For the team only

Text.
:::

[Data](../../downloads/a.csv){.content-visible when-format="html"} and the [board](../board.qmd).
"""


@pytest.fixture
def whole(small):
    small.write("reports/_service.qmd", SERVICE % SVG)
    for service in ("asthma", "stroke"):
        small.document(REPORT % service, f"reports/services/{service}.qmd", f"title: {service.capitalize()}")
    small.document("All is [well](services/stroke.qmd).", "reports/board.qmd", "title: Board report")
    small.write("downloads/a.csv", "a\n1\n")
    return small


def run(whole, *audiences, **options):
    return publish(whole.project, PERIOD, audiences or ("public", "board", "clinical"), **options)


def test_a_publish_makes_pages_pdfs_packs_downloads_and_search(whole) -> None:
    published = run(whole)
    assert published.pages == tuple(
        f"_site/{name}.html"
        for name in ("index", "reports/board", "reports/services/asthma", "reports/services/stroke", "search")
    )
    assert published.pdfs == tuple(
        f"_site/reports/{name}.pdf" for name in ("board", "services/asthma", "services/stroke")
    )
    assert published.packs == (
        "_packs/asthma-clinical-2026-10.pdf",
        "_packs/board-2026-10.pdf",
        "_packs/stroke-clinical-2026-10.pdf",
    )
    site = whole.root / "_site"
    assert (site / "downloads/a.csv").read_text() == "a\n1\n"
    assert len(list(site.glob("pagefind/fragment/*"))) == 4, "every page but the list of pages can be found"
    entries = lxml_html.parse(str(site / "search.html")).xpath("//ul[contains(@class, 'page-list')]//a/@href")
    assert sorted(entries) == [
        "index.html",
        "releases/index.html",
        "reports/board.html",
        "reports/services/asthma.html",
        "reports/services/stroke.html",
    ]
    assert "open _site/index.html" in published.summary


def test_two_publishes_of_one_input_are_identical_byte_by_byte(whole) -> None:
    run(whole)
    first = whole.tree("_site", "_packs")
    run(whole)
    assert whole.tree("_site", "_packs") == first
    assert sum(name.endswith(".pdf") for name in first) == 6


def test_the_clinical_pack_holds_what_the_public_may_not_see(whole) -> None:
    run(whole)
    headings = {}
    for name in ("_site/reports/services/stroke.pdf", "_packs/stroke-clinical-2026-10.pdf"):
        with pikepdf.open(whole.root / name) as pdf:
            headings[name] = [str(element.T) for element in structure(pdf) if "/T" in element]
    assert list(headings.values()) == [["Outcome"], ["Outcome", "For the team only"]]
    assert all(b"For the team only" not in data for data in whole.tree("_site").values())


@pytest.mark.parametrize(
    ("front", "readers", "foot"),
    [
        ("", "Readers: The board", "For the board"),
        (
            "\nreaders: The disclosure officer",
            "Readers: The disclosure officer",
            "For the disclosure officer",
        ),
    ],
)
def test_a_pdf_names_its_own_readers_else_its_audience(small, front, readers, foot) -> None:
    small.document("Words.", "reports/board.qmd", f"title: A list{front}")
    assert not small.render("reports/board.qmd", "board").problems
    (file,) = (small.root / "out").rglob("*.pdf")
    text = " ".join(PdfReader(file).pages[0].extract_text().split())
    assert readers in text and foot in text
    assert ("The board" in text) == (not front)


def test_each_internal_document_says_whom_it_is_for() -> None:
    """They have the figures of an audience and are not for all of it."""
    files = sorted((ROOT / "reports" / "internal").glob("*.qmd"))
    assert files
    for file in files:
        assert re.search(r"^readers: \S", file.read_text(encoding="utf-8").split("---")[1], re.MULTILINE), (
            file
        )


def test_pages_ask_no_other_site_and_work_from_any_folder(whole) -> None:
    run(whole)
    for name, data in whole.tree("_site").items():
        if name.endswith(".html"):
            tree = lxml_html.fromstring(data.decode())
            fetched = tree.xpath("//script/@src | //link/@href | //img/@src | //@srcset | //iframe/@src")
            assert not [address for address in fetched if re.match(r"[a-z]+:|/", address)]
            assert not tree.xpath("//*[@style] | //style | //script[not(@src)][@type!='application/ld+json']")
            assert not tree.xpath("//script[not(@src)][not(@type)]")


def test_a_failing_document_is_named_with_all_others_that_fail_and_the_last_site_stands(whole) -> None:
    run(whole)
    before = whole.tree("_site", "_packs")
    whole.document("```{python}\n1 / 0\n```", "reports/services/asthma.qmd")
    whole.document("```{python}\nopen('none')\n```", "reports/board.qmd")
    with pytest.raises(DocumentError) as caught:
        run(whole)
    said = [str(problem) for problem in caught.value.problems]
    assert len(said) == 2
    assert said[0].startswith("reports/board.qmd:6: FileNotFoundError")
    assert said[1].startswith("reports/services/asthma.qmd:6: ZeroDivisionError")
    assert whole.tree("_site", "_packs") == before
    assert not list(whole.root.glob("_*.new")), "nothing half-made is left"
    assert "Traceback" in "".join(caught.value.__notes__), "the trace is kept for --verbose"


def test_a_fault_seen_beforehand_runs_no_cell(whole) -> None:
    whole.document("```{python}\nopen('ran', 'w').close()\n```", "reports/services/asthma.qmd")
    whole.document("It is $x$.", "reports/board.qmd")
    with pytest.raises(DocumentError):
        run(whole)
    assert not (whole.root / "ran").exists()


@pytest.mark.parametrize(
    ("link", "says"),
    [
        ("../nowhere.pdf", "leads to '../nowhere.pdf', which is not on the site"),
        ("board.qmd#none", "no such part"),
    ],
)
def test_a_link_that_leads_nowhere_stops_the_publish(whole, link, says) -> None:
    whole.document(f"[x]({link})", "reports/page.qmd")
    with pytest.raises(PublishError, match=says):
        run(whole, "public")
    assert not (whole.root / "_site").exists()


def test_a_picture_from_another_site_is_found_on_the_finished_page(tmp_path) -> None:
    (tmp_path / "a.html").write_text(
        '<p><img src="https://example.org/x.png"><a href="https://example.org">x</a></p>'
    )
    assert [problem.what for problem in links.broken(tmp_path)] == [
        "the page asks another site for https://example.org/x.png"
    ]


def test_a_mart_of_another_month_is_not_published(whole) -> None:
    with pytest.raises(PublishError, match="the figures are of 2026-10, not of 2026-09"):
        publish(whole.project, Month(2026, 9))


def test_without_a_mart_the_next_step_is_said(whole) -> None:
    (whole.root / "_build/mart/public/about.json").unlink()
    with pytest.raises(ValuekitError, match="Run: valuekit build"):
        run(whole)


def test_one_service_keeps_the_other_pages_while_the_figures_are_the_same(whole) -> None:
    run(whole)
    whole.document("Changed.", "reports/services/asthma.qmd")
    whole.document("Changed.", "reports/services/stroke.qmd")
    run(whole, services=("stroke",))
    pages = {
        name: (whole.root / f"_site/reports/services/{name}.html").read_text()
        for name in ("asthma", "stroke")
    }
    assert "Changed." in pages["stroke"] and "Changed." not in pages["asthma"]
    assert (whole.root / "_packs/asthma-clinical-2026-10.pdf").is_file()


def test_one_service_is_published_with_all_others_when_the_figures_have_changed(whole) -> None:
    run(whole)
    about = whole.root / "_build/mart/public/about.json"
    about.write_text(json.dumps({**json.loads(about.read_text()), "notes": ["New figures."]}))
    whole.document("Changed.", "reports/services/asthma.qmd")
    published = run(whole, services=("stroke",))
    assert "Changed." in (whole.root / "_site/reports/services/asthma.html").read_text()
    assert "other services' pages were made too" in published.summary


def test_an_unknown_service_is_met_with_the_nearest_name(whole) -> None:
    with pytest.raises(PublishError, match="Did you mean 'stroke'"):
        run(whole, services=("strok",))


def test_one_audience_leaves_the_others_as_they_are(whole) -> None:
    run(whole)
    whole.document("Changed.", "reports/board.qmd", "title: Board report")
    before = whole.tree("_site", "_packs")
    run(whole, "board")
    after = whole.tree("_site", "_packs")
    assert {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)} == {
        "_packs/board-2026-10.pdf"
    }


def test_released_months_stay_on_the_site_with_their_pdfs_and_are_listed(whole) -> None:
    run(whole, "public")
    october = whole.root / "_releases/2026-10/v1"
    keep_pages(whole.root / "_site", october, whole.root / "_releases/assets")
    shared = next((whole.root / "_releases/assets").iterdir()).name
    release = {"date": "2026-11-20", "approved_by": "medical director", "correction": None}
    said = {"release": release, "files": {}, "outputs": {}, "inputs": {}, "moved": {"figures": 0}}
    write_json(october / "manifest.json", {**said, "compared_with": None, "assets": shared})
    (october / "release.html").write_text("<main><p>About</p></main>", encoding="utf-8")
    for profile in ("public", "board", "clinical"):
        about = whole.root / f"_build/mart/{profile}/about.json"
        about.write_text(about.read_text().replace("2026-10", "2026-11"))
    pdf = (whole.root / "_site/reports/services/stroke.pdf").read_bytes()
    published = publish(whole.project, Month(2026, 11), ("public",))
    kept = whole.root / "_site/releases/2026-10/v1"
    assert (kept / "reports/services/stroke.pdf").read_bytes() == pdf
    assert "release of October 2026, version 1" in (kept / "reports/board.html").read_text(encoding="utf-8")
    tree = lxml_html.parse(str(whole.root / "_site/search.html"))
    assert tree.xpath(
        "//a[@href='releases/2026-10/v1/reports/services/stroke.pdf'][contains(., 'Stroke, October 2026')]"
    )
    assert not (whole.root / "_site/releases/2026-11").exists()
    assert len(published.pages) == 5, "released pages are not counted as made"
    assert len(list((whole.root / "_site/pagefind/fragment").iterdir())) == 4, (
        "a search finds only what is said now"
    )


def stand_in(whole, monkeypatch, version: str, code: int = 0) -> None:
    """A command named quarto that makes what quarto would, and writes down how it was called."""
    program = whole.write(
        "bin/program.py",
        "import sys, os, pathlib\n"
        f"if sys.argv[1] == '--version': print('{version}'); sys.exit()\n"
        "open('called', 'a').write(' '.join(sys.argv[1:]) + ' ' + os.environ['VALUEKIT_PERIOD'] + '\\n')\n"
        "out = pathlib.Path(sys.argv[sys.argv.index('--output-dir') + 1])\n"
        "for name in ('index.html', 'reports/board.pdf',\n"
        "             'reports/services/asthma.pdf', 'reports/services/stroke.pdf'):\n"
        "    (out / name).parent.mkdir(parents=True, exist_ok=True); (out / name).write_text('quarto')\n"
        f"print('something went wrong', file=sys.stderr); sys.exit({code})\n",
    )
    # A first line cannot name a program whose path has a space; the shell can.
    script = whole.write("bin/quarto", f'#!/bin/sh\nexec "{sys.executable}" "{program}" "$@"\n')
    script.chmod(0o755)
    monkeypatch.setenv("PATH", str(script.parent))


posix = pytest.mark.skipif(
    sys.platform == "win32", reason="the stand-in for quarto is a script with a first line"
)


@posix
def test_stock_quarto_is_called_once_for_each_audience_and_swapped_in_alike(whole, monkeypatch) -> None:
    stand_in(whole, monkeypatch, "1.10.2")
    run(whole, engine="quarto")
    assert (whole.root / "called").read_text().splitlines() == [
        "render --profile public --output-dir _site.new 2026-10",
        "render --profile board --output-dir _packs.new.quarto 2026-10",
        "render --profile clinical --output-dir _packs.new.quarto 2026-10",
    ]
    assert (whole.root / "_site/index.html").read_text() == "quarto"
    assert sorted(path.name for path in (whole.root / "_packs").iterdir()) == [
        "asthma-clinical-2026-10.pdf",
        "board-2026-10.pdf",
        "stroke-clinical-2026-10.pdf",
    ]


@posix
def test_stock_quarto_may_render_what_the_built_in_renderer_refuses(whole, monkeypatch) -> None:
    whole.document("It is $x$.", "reports/board.qmd", "title: Board report\nbibliography: refs.bib")
    with pytest.raises(DocumentError):
        run(whole)
    stand_in(whole, monkeypatch, "1.9.0")
    run(whole, engine="quarto")
    assert (whole.root / "_packs/board-2026-10.pdf").read_text() == "quarto"


@posix
@pytest.mark.parametrize(
    ("version", "code", "says"),
    [("1.8.27", 0, "too old"), ("99", 0, "does not say its version"), ("1.9.1", 1, "something went wrong")],
)
def test_a_quarto_that_cannot_be_used_says_so_and_leaves_the_last_site(
    whole, monkeypatch, version, code, says
) -> None:
    stand_in(whole, monkeypatch, version, code)
    with pytest.raises(PublishError, match=says):
        run(whole, engine="quarto")
    assert not (whole.root / "_site").exists()


def test_a_quarto_that_is_missing_is_said_to_be(monkeypatch) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr(quarto, "find_spec", lambda name: None)
    with pytest.raises(PublishError, match=r"Quarto is not installed.*publish without --engine quarto"):
        quarto.find_quarto()


@pytest.mark.skipif(not hasattr(os, "killpg"), reason="groups of processes are POSIX")
def test_pandoc_goes_on_where_ctrl_c_is_to_be_ignored():
    """A command that a script starts in the background ignores Ctrl-C, and so must all that it starts."""
    code = """
import os, signal
from pathlib import PurePosixPath
from valuekit.publish.document import Line, Source
from valuekit.publish.pandoc import Pandoc

source = Source(PurePosixPath("x.qmd"), "", (Line("[a](b.qmd)", "x.qmd", 1),), ())
signal.signal(signal.SIGINT, signal.SIG_IGN)
with Pandoc() as pandoc:
    first = pandoc.check(source)
    os.killpg(0, signal.SIGINT)
    print(first[1], [pandoc.check(source) == first for again in range(3)])
"""
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=60,
        start_new_session=True,
    )
    assert (done.stdout.strip(), done.stderr) == ("['b.qmd'] [True, True, True]", "")
