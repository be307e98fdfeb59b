"""A release is signed off, kept for good, listed, and found changed by a single byte."""

from __future__ import annotations

import csv
import hashlib
import json

import pytest
from lxml import etree
from lxml import html as lxml_html

from valuekit.cli import main

FIGURES = {"August 2026": (40, 50.0), "September 2026": (45, 60.0)}
OCTOBER = "_releases/2026-10/v1"


def released(ready, *words: str) -> int:
    return main(["release", *words])


def november(ready, **figures: tuple[int, float]) -> None:
    """Publish November, in which `figures` of past months are others than October's release said."""
    ready.publish(
        "2026-11",
        {**FIGURES, "October 2026": (50, 55.0), **{k.replace("_", " "): v for k, v in figures.items()}},
    )


def manifest(ready, folder: str = OCTOBER) -> dict:
    return json.loads((ready.root / folder / "manifest.json").read_text(encoding="utf-8"))


# -- what a release is ----------------------------------------------------------------------------


def test_a_release_says_who_approved_it_and_holds_the_hash_of_every_input_and_output(ready, capsys) -> None:
    before = ready.tree("_site")
    ready.sign("2026-10")
    assert released(ready) == 0
    said = manifest(ready)
    assert said["release"] == {
        "period": "2026-10",
        "version": 1,
        "date": "2026-10-28",
        "approved_by": "medical director",
        "correction": None,
    }
    drop = (ready.root / "data/extracts/activity_2026-10.csv").read_bytes()
    assert said["inputs"]["data/extracts/activity_2026-10.csv"] == hashlib.sha256(drop).hexdigest()
    assert {"index.qmd", "reports/index.qmd", "_quarto.yml"} <= said["inputs"].keys()
    assert said["outputs"] == {
        name.removeprefix("_site/"): hashlib.sha256(content).hexdigest()
        for name, content in before.items()
        if "/releases/" not in name and name != "_site/feed.xml"
    }
    pack = (ready.root / "_packs/stroke-clinical-2026-10.pdf").read_bytes()
    assert said["packs"] == {"stroke-clinical-2026-10.pdf": hashlib.sha256(pack).hexdigest()}
    assert manifest(ready, "_site/releases/2026-10/v1")["packs"] == 1, "the public hears how many"
    # What tells of every release is another with each: the site's own manifest has its hash.
    feed = hashlib.sha256((ready.root / "_site/feed.xml").read_bytes()).hexdigest()
    assert manifest(ready, "_site")["files"]["feed.xml"] == feed
    assert len(said["code"]["sources"]) >= 64 and said["code"]["valuekit"]
    assert "Released October 2026, version 1" in capsys.readouterr().out


def test_the_pages_stay_as_they_were_published(ready) -> None:
    before = {name: c for name, c in ready.tree("_site").items() if "/releases/" not in name}
    ready.sign("2026-10")
    released(ready)
    after = ready.tree("_site")
    assert {name: after[name] for name in before} == before


def test_no_file_of_a_release_can_be_written(ready) -> None:
    ready.sign("2026-10")
    released(ready)
    files = [f for f in (ready.root / "_releases").rglob("*") if f.is_file()]
    assert {"index.html", "manifest.json", "site.css"} <= {f.name for f in files}
    assert {f.stat().st_mode & 0o222 for f in files} == {0}


def test_the_public_manifest_tells_of_the_extracts_only_how_many_there_were(ready) -> None:
    """No hash by which a guess could be confirmed, no name: not even of what ought not to lie there."""
    ready.write("data/extracts/old/letter_9434765919.txt", "Dear")
    ready.write("data/extracts/.~lock.Quillfeather.csv#", "")
    ready.publish("2026-10", FIGURES)
    ready.sign("2026-10")
    assert released(ready) == 0
    public = manifest(ready, "_site/releases/2026-10/v1")
    assert public["extracts"] == 3 and "index.qmd" in public["inputs"]
    drop = hashlib.sha256((ready.root / "data/extracts/activity_2026-10.csv").read_bytes()).hexdigest()
    for name, content in ready.tree("_site").items():
        for word in (drop, "9434765919", "Quillfeather", "data/extracts/"):
            assert word.encode() not in content, name
    assert "data/extracts/old/letter_9434765919.txt" in manifest(ready)["inputs"], "the trust's own has all"


def test_every_link_of_a_released_page_leads_somewhere_in_its_own_release_or_the_live_site(ready) -> None:
    ready.sign("2026-10")
    released(ready)
    pages = list((ready.root / "_site").rglob("*.html"))
    assert len(pages) >= 6
    for page in pages:
        for element in lxml_html.parse(str(page)).iter("a", "link", "form"):
            address = element.get("href") or element.get("action")
            target = page.parent / address.split("#")[0] if address[0] != "#" else page
            assert target.resolve().is_file(), (page, address)
    old = ready.root / "_site/releases/2026-10/v1/reports/index.html"
    style = lxml_html.parse(str(old)).find(".//link[@rel='stylesheet']").get("href")
    assert (old.parent / style).resolve().is_relative_to(ready.root / "_site/releases/assets")


def test_a_style_that_stays_is_kept_once_for_all_releases(ready) -> None:
    ready.sign("2026-10")
    released(ready)
    november(ready)
    ready.sign("2026-11")
    assert released(ready) == 0
    assert len(list((ready.root / "_releases/assets").iterdir())) == 1
    assert not list((ready.root / "_releases/2026-11").rglob("*.css"))
    assert not list((ready.root / "_releases").rglob("pagefind*"))


# -- when it is refused ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (lambda r: (r.root / "_site.state/last-publish.json").unlink(), "no publish has finished"),
        (lambda r: r.write("data/extracts/activity_2026-10.csv", "activity_id\n2\n"), "activity_2026-10.csv"),
        (lambda r: r.write("reports/index.qmd", "---\ntitle: Other\n---\n"), "reports/index.qmd"),
        (lambda r: r.write("_site/index.html", "tampered"), "_site/index.html"),
        (lambda r: (r.root / "data/sign_off/2026-10.yml").unlink(), "has not been signed off"),
        (lambda r: r.sign("2026-10", period="2026-09"), "it signs off 2026-09, not 2026-10"),
        (lambda r: r.sign("2026-10", approved_by="Jo Example"), "no role that may sign off"),
        (lambda r: r.sign("2026-10", date="2026-09-01"), "signed before the month"),
        (lambda r: r.sign("2026-10", 2), "version 2 does not come next"),
        (lambda r: r.sign("2026-10", approved=True), "unknown key 'approved'"),
        (lambda r: r.sign("2026-10", correction={"changed": "It.", "why": "So."}), "corrects nothing"),
        (
            lambda r: r.sign("2026-10", moved=[{"figures": "a/b/c", "reason": "late data", "says": "Yes."}]),
            "no figure moved that 'a/b/c' speaks of",
        ),
        (lambda r: r.write("data/release.yml", "approvers: [chief nurse]\n"), "'largest_move' is missing"),
    ],
)  # fmt: skip
@pytest.mark.counted
def test_a_release_is_refused_with_one_plain_line_and_nothing_is_made(
    ready, capsys, counted, spoil, says
) -> None:
    ready.sign("2026-10")
    spoil(ready)
    before = ready.tree("_site", "_releases", "data")
    assert released(ready) in (4, 7)
    said = capsys.readouterr().err.strip()
    assert says in said and len(said.splitlines()) == 1 and "Traceback" not in said
    assert ready.tree("_site", "_releases", "data") == before
    counted("releases_refused", group="releases", what="Ways in which a release was not ready", tried=1,
            held=1, means="it was refused in one plain line, and nothing was made")  # fmt: skip


def test_a_version_is_released_once(ready, capsys) -> None:
    ready.sign("2026-10")
    assert released(ready) == 0
    before = ready.tree("_releases")
    assert released(ready) == 7
    assert "version 1 of October 2026 is released already" in capsys.readouterr().err
    assert ready.tree("_releases") == before


def test_another_month_than_that_of_the_site_is_refused(ready, capsys) -> None:
    assert released(ready, "--period", "2026-09") == 7
    assert "the site is of 2026-10, not of 2026-09" in capsys.readouterr().err


# -- what moved -----------------------------------------------------------------------------------


def test_a_move_beyond_the_bound_stops_the_release_until_it_is_explained(ready, capsys) -> None:
    ready.sign("2026-10")
    released(ready)
    november(ready, August_2026=(40, 53.0))  # 6% of 50
    ready.sign("2026-11")
    assert released(ready) == 7
    said = capsys.readouterr().err
    assert "1 released figure moved by more than 5%" in said
    assert "stroke/alive/August 2026: value was 50.0, is 53.0" in said
    why = {"figures": "stroke/alive/Aug*", "reason": "late data", "says": "Forms came late."}
    ready.sign("2026-11", moved=[why])
    assert released(ready) == 0
    with (ready.root / "_releases/2026-11/v1/moved.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(r["figure"], r["column"], r["old"], r["new"], r["reason"], r["says"]) for r in rows] == [
        ("stroke/alive/August 2026", "value", "50.0", "53.0", "late data", "Forms came late.")
    ]
    page = lxml_html.parse(str(ready.root / "_site/releases/2026-11/v1/release.html")).getroot()
    cells = [cell.text_content() for cell in page.findall(".//tbody/tr/*")]
    assert cells[0] == "stroke/alive/August 2026" and cells[2:] == [
        "50.0",
        "53.0",
        "Late data. Forms came late.",
    ]


def test_a_move_within_the_bound_is_listed_and_needs_no_reason(ready) -> None:
    ready.sign("2026-10")
    released(ready)
    november(ready, August_2026=(45, 52.0))  # 4%, and one step of 5 people of 40
    ready.sign("2026-11")
    assert released(ready) == 0
    assert manifest(ready, "_releases/2026-11/v1")["moved"] == {
        "figures": 2,
        "beyond_the_bound": 0,
        "explanations": [],
    }


def test_a_figure_that_is_gone_must_be_explained(ready, capsys) -> None:
    ready.sign("2026-10")
    released(ready)
    ready.publish("2026-11", {"September 2026": (45, 60.0)})
    ready.sign("2026-11")
    assert released(ready) == 7
    assert "is not shown" in capsys.readouterr().err


def test_compare_lists_what_moved_and_makes_nothing(ready, capsys) -> None:
    ready.sign("2026-10")
    released(ready)
    november(ready, August_2026=(40, 53.0), September_2026=(50, 60.0))
    before = ready.tree("_site", "_releases")
    capsys.readouterr()
    assert released(ready, "--compare") == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "2 figures moved since October 2026, version 1."
    assert "50.0 → 53.0" in lines[1] and "beyond the bound" in lines[1]
    assert "45 → 50" in lines[2] and "within the bound" in lines[2]
    assert ready.tree("_site", "_releases") == before


# -- corrections and old months -------------------------------------------------------------------


def test_a_correction_is_a_new_version_and_the_old_one_says_that_it_is_superseded(ready) -> None:
    ready.sign("2026-10")
    released(ready)
    kept = ready.tree(OCTOBER)
    ready.publish("2026-10", {**FIGURES, "August 2026": (40, 51.0)}, words="Corrected.")
    ready.sign("2026-10", 2, correction={"changed": "August's figure.", "why": "A ward was left out."})
    assert released(ready) == 0
    assert ready.tree(OCTOBER) == kept, "what was released stays to the byte"
    old = lxml_html.parse(str(ready.root / "_site/releases/2026-10/v1/reports/index.html")).getroot()
    note = old.find(".//div[@class='callout callout-important release-note']")
    assert "Superseded." in note.text_content()
    assert "../../v2/release.html" in [a.get("href") for a in note.iter("a")]
    about = (
        lxml_html.parse(str(ready.root / "_site/releases/2026-10/v2/release.html")).getroot().text_content()
    )
    assert "August's figure." in about and "A ward was left out." in about
    listed = lxml_html.parse(str(ready.root / "_site/releases/index.html")).getroot()
    assert [a.get("href") for a in listed.findall(".//main//li/a")][::2] == [
        "2026-10/v2/index.html",
        "2026-10/v1/index.html",
    ]
    assert "superseded by version 2" in listed.text_content()


ATOM = {"a": "http://www.w3.org/2005/Atom"}


def fed(ready) -> list[tuple[str, ...]]:
    """Title, day, address and summary of each entry of the feed."""
    return [
        (
            *(entry.findtext(f"a:{name}", namespaces=ATOM) for name in ("title", "updated")),
            entry.find("a:link", ATOM).get("href"),
            entry.findtext("a:summary", namespaces=ATOM),
        )
        for entry in etree.parse(ready.root / "_site/feed.xml").iterfind("a:entry", ATOM)
    ]


def test_a_correction_has_an_entry_of_its_own_in_the_feed_and_the_first_release_keeps_its_own(ready) -> None:
    ready.sign("2026-10")
    released(ready)
    first = fed(ready)
    assert [title for title, *_ in first] == ["Value reports for October 2026"]
    ready.publish("2026-10", {**FIGURES, "August 2026": (40, 51.0)})
    why = {"changed": "August's figure.", "why": "A ward was left out."}
    ready.sign("2026-10", 2, correction=why, date="2026-11-09")
    assert released(ready) == 0
    corrected = (
        "Corrected: value reports for October 2026, version 2",
        "2026-11-09T00:00:00Z",
        "releases/2026-10/v2/release.html",
        "What changed: August's figure. Why: A ward was left out.",
    )
    assert fed(ready) == [corrected, *first]
    assert (ready.root / "_site" / corrected[2]).is_file()
    assert main(["verify"]) == 0
    november(ready)
    ready.sign("2026-11")
    assert released(ready) == 0
    assert corrected in fed(ready), "it stays when the next month is out"


def test_a_corrected_site_published_again_is_the_release_to_the_byte(ready) -> None:
    ready.sign("2026-10")
    released(ready)
    ready.sign("2026-10", 2)
    ready.publish("2026-10", FIGURES, words="Corrected.")
    assert released(ready) == 0
    after = ready.tree("_site")
    ready.publish("2026-10", FIGURES, words="Corrected.")
    own = {name: content for name, content in ready.tree("_site").items() if "/releases/" not in name}
    assert own == {name: after[name] for name in own} and "_site/feed.xml" in own


def test_an_old_month_says_that_a_newer_one_is_out(ready) -> None:
    ready.sign("2026-10")
    released(ready)
    november(ready)
    ready.sign("2026-11")
    released(ready)
    old = lxml_html.parse(str(ready.root / "_site/releases/2026-10/v1/index.html")).getroot()
    link = old.xpath("//div[contains(@class, 'release-note')]//a[contains(., 'November 2026')]")[0]
    assert link.get("href") == "../../../releases/2026-11/v1/release.html"
    now = lxml_html.parse(str(ready.root / "_site/releases/2026-11/v1/index.html")).getroot()
    assert "newer" not in now.find(".//main").text_content()


# -- verify ---------------------------------------------------------------------------------------


@pytest.fixture
def two(ready):
    ready.sign("2026-10")
    released(ready)
    november(ready)
    ready.sign("2026-11")
    assert released(ready) == 0
    return ready


def test_verify_says_that_all_is_as_it_was(two, capsys) -> None:
    capsys.readouterr()
    assert main(["verify"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 3
    assert main(["verify", "_site"]) == 0
    assert main(["verify", OCTOBER]) == 0


def changed(file) -> None:
    file.chmod(0o644)
    file.write_bytes(file.read_bytes()[:-1] + b"!")


@pytest.mark.parametrize(
    ("file", "spoil", "says"),
    [
        ("_site/index.html", changed, "_site/index.html: this file has been changed"),
        ("_site/downloads/series.csv", lambda f: f.unlink(), "downloads/series.csv: this file is missing"),
        ("_site/more.html", lambda f: f.write_text("x"), "_site/more.html: this file is not in the manifest"),
        ("_site/releases/2026-10/v1/index.html", changed, "v1/index.html: this file has been changed"),
        ("_packs/stroke-clinical-2026-11.pdf", changed, "clinical-2026-11.pdf: this file has been changed"),
        (
            "_packs/board-2026-11.pdf",
            lambda f: f.write_text("x"),
            "_packs/board-2026-11.pdf: this file is not in the",
        ),
        (f"{OCTOBER}/index.html", changed, "2026-10/v1/index.html: this file has been changed"),
        (f"{OCTOBER}/more.txt", lambda f: f.write_text("x"), "v1/more.txt: this file is not in the manifest"),
        (f"{OCTOBER}/moved.csv", lambda f: f.unlink(), "2026-10/v1/moved.csv: this file is missing"),
        (f"{OCTOBER}/manifest.json", lambda f: f.unlink(), "2026-10/v1/manifest.json"),
    ],
)  # fmt: skip
@pytest.mark.counted
def test_verify_names_each_file_that_is_missing_changed_or_extra(
    two, capsys, counted, file, spoil, says
) -> None:
    spoil(two.root / file)
    assert main(["verify"]) == 7
    assert says in capsys.readouterr().err
    counted("releases_spoilt", group="releases", tried=1, held=1, means="verify named the file",
            what="Files of a site or a release that were changed, taken away or added")  # fmt: skip


def test_a_manifest_that_is_changed_with_its_file_is_found_by_the_release_after_it(two, capsys) -> None:
    page, said = two.root / OCTOBER / "index.html", two.root / OCTOBER / "manifest.json"
    changed(page)
    told = json.loads(said.read_text(encoding="utf-8"))
    told["files"]["index.html"] = hashlib.sha256(page.read_bytes()).hexdigest()
    said.chmod(0o644)
    said.write_text(json.dumps(told), encoding="utf-8")
    assert main(["verify"]) == 7
    assert "v1/manifest.json: the manifest has been changed" in capsys.readouterr().err


def test_a_changed_style_of_an_old_release_is_found(two, capsys) -> None:
    changed(next((two.root / "_releases/assets").rglob("site.css")))
    assert main(["verify", OCTOBER]) == 7
    assert "site.css: this file has been changed" in capsys.readouterr().err
