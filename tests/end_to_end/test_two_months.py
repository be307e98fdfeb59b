"""Two months published in turn: nothing that was published changes in silence, and old reports still open."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
import yaml
from checkout import Checkout
from lxml import html
from searched import WRITTEN, leaks
from small_checkout import small_checkout, with_sample

pytestmark = pytest.mark.slow

Figures = dict[tuple[str, str, str], tuple[str, str]]


def published_figures(folder: Path) -> Figures:
    """What the downloadable series says: n and value by service, measure and interval."""
    with (folder / "series.csv").open(encoding="utf-8", newline="") as file:
        return {
            (row["service"], row["measure"], row["period"]): (row["n"], row["value"])
            for row in csv.DictReader(file)
            if row["shown"] == "True"
        }


PERSON = "9434765919,Quillfeather,Ottoline,1931-03-07,2,ZZ1 1AB,W,"
PLANTED = {"9434765919", "943 476 5919", "Quillfeather", "Ottoline", "ZZ1 1AB", "ZZ11AB"}
"""Of a person who is in the patients extract, in every place of a drop where nobody should be named."""

TEXTS = {
    "service_changes": (
        'planted-1,stroke,2026-01-01,A ward,"A bed for 943 476 5919, after 020 794 60123",',
        'planted-2,stroke,2026-02-01,A ward,"Beds for Quillfeather, Ottoline and others",',
        "planted-3,stroke,2026-03-01,What befell Ottoline Quillfeather,A bed,",
        "planted-4,stroke,2026-04-01,For the lady at ZZ1 1AB,A bed,",
    ),
    "programme_costs": ("PRG-90001,stroke,2026-04,cost,Ottoline Quillfeather,actual,120",),
    "outcomes": ("OUT-9434765919-{month},9434765919,stroke,nihss,baseline,{month}-02,{month}-02,7,",),
}
"""Rows that name the person where they should not. Few in each file, else the whole file is refused."""

ASIDE = ("old/9434765919 Quillfeather.docx", ".~lock.9434765919.csv#", "old/record_9434765919.xml")
"""Files that lie in the folder of the drop and are no part of it, named after the person."""


def plant(checkout: Checkout) -> None:
    """Name one person in texts, in names of files and in files that are no part of the drop."""
    extracts = checkout.root / "data" / "extracts"
    for month in ("2026-09", "2026-10"):
        _add(extracts / f"patients_{month}.csv", PERSON)
        for extract, lines in TEXTS.items():
            for file in extracts.glob(f"{extract}_*{month}.csv"):
                _add(file, *(line.format(month=month) for line in lines))
    for name in ASIDE:
        checkout.write(f"data/extracts/{name}", f"<NHSNo>9434765919</NHSNo> {PERSON}")


def _add(file: Path, *lines: str) -> None:
    with file.open("ab") as out:
        out.write("".join(f"{line}\n" for line in lines).encode("utf-8"))


@pytest.fixture(scope="module")
def two_months(tmp_path_factory: pytest.TempPathFactory) -> tuple[Checkout, Figures, bytes]:
    """A checkout after both months; the figures and the stroke PDF as September released them."""
    checkout = with_sample(small_checkout(tmp_path_factory.mktemp("two_months")))
    plant(checkout)
    bound = checkout.root / "data" / "release.yml"
    said = yaml.safe_load(bound.read_text(encoding="utf-8"))
    said["largest_move"] = {"share": 0.001, "people": 0}  # so small a part of the sample moves by little
    bound.write_text(yaml.safe_dump(said), encoding="utf-8")
    first = checkout.run("publish", "--period", "2026-09")
    assert first.code == 0, first.err
    checkout.sign_off("2026-09")
    kept = checkout.run("release")
    assert kept.code == 0, kept.err
    september = published_figures(checkout.root / "_site" / "downloads")
    pdf = (checkout.root / "_site" / "reports" / "services" / "stroke.pdf").read_bytes()
    second = checkout.run("publish")
    assert second.code == 0, second.err
    return checkout, september, pdf


def test_every_published_figure_that_moved_is_listed_with_both_values(two_months) -> None:
    checkout, september, _ = two_months
    october = published_figures(checkout.root / "_site" / "downloads")
    moved = {key for key, figure in september.items() if october.get(key) != figure}
    with (checkout.root / "_site" / "downloads" / "revision.csv").open(encoding="utf-8", newline="") as file:
        listed = {(row["service"], row["measure"], row["period"]): row for row in csv.DictReader(file)}
    assert moved, "late rows in the October files move figures of past months"
    assert set(listed) == moved
    for key in moved:
        assert listed[key]["old_n"] == september[key][0]
        assert float(listed[key]["old_value"]) == pytest.approx(float(september[key][1]), abs=1e-6)


def test_the_service_report_says_what_moved(two_months) -> None:
    checkout, _, _ = two_months
    page = html.parse(str(checkout.root / "_site/reports/services/stroke.html")).getroot().text_content()
    assert "moved since the release of September 2026" in page


def test_the_report_of_the_month_before_stays_as_it_was_released_and_is_listed(two_months) -> None:
    checkout, _, pdf = two_months
    kept = checkout.root / "_site/releases/2026-09/v1/reports/services/stroke.pdf"
    assert kept.read_bytes() == pdf
    index = html.parse(str(checkout.root / "_site/reports/index.html")).getroot()
    assert "../releases/2026-09/v1/reports/services/stroke.pdf" in {a.get("href") for a in index.iter("a")}


def test_every_public_figure_that_moved_is_listed_and_the_bound_stops_the_release(two_months) -> None:
    checkout, september, _ = two_months
    refused = checkout.run("release", "--period", "2026-10")
    assert refused.code == 7 and "has not been signed off" in refused.err
    checkout.sign_off("2026-10")
    refused = checkout.run("release")
    assert refused.code == 7 and "nobody says why" in refused.err and len(refused.err.splitlines()) == 1
    checkout.sign_off("2026-10", patterns=["*/*/*"])
    done = checkout.run("release")
    assert done.code == 0, done.err
    with (checkout.root / "_releases/2026-10/v1/moved.csv").open(encoding="utf-8", newline="") as file:
        moved = list(csv.DictReader(file))
    october = published_figures(checkout.root / "_site" / "downloads")
    listed = {tuple(row["figure"].split("/")) for row in moved if row["table"] == "series"}
    assert {key for key, figure in september.items() if october.get(key) != figure} <= listed
    assert {row["reason"] for row in moved} == {"late data"}
    assert checkout.run("verify").code == 0


@pytest.mark.counted
def test_no_identifier_planted_in_texts_file_names_and_xml_is_in_what_two_months_wrote(
    two_months, counted
) -> None:
    """With what was released. The trust's own lists name the files beside the extracts; no page does."""
    checkout, _, _ = two_months
    files = checkout.tree(*WRITTEN)
    assert {path.split("/")[0] for path in files} >= {"_site", "_packs", "_build", "_releases", "downloads"}
    told = set(leaks(PLANTED, files))
    own = {f"_releases/{month}/v1/manifest.json" for month in ("2026-09", "2026-10")}
    own |= {"_site.state/hashes.json", "_site.state/last-publish.json", "_build/built.json"}
    assert sorted(told - own) == []
    assert told, "the search finds them where they may stand"
    set_aside = (checkout.root / "_build" / "quarantine.csv").read_text(encoding="utf-8")
    # Of full lists the newest file is read, of outcomes those of both months.
    places = sum(len(lines) * (2 if extract == "outcomes" else 1) for extract, lines in TEXTS.items())
    assert set_aside.count("holds a person's") == places, "each row that names the person is set aside"
    tried = places + len(ASIDE)
    counted("identifiers_in_texts", group="identifiers", tried=tried, held=tried,
            what="Texts, local identifiers and names of files of a drop in which a person was named",
            means="it stood in nothing written for the public, the board or the teams")  # fmt: skip


def test_a_released_site_published_again_is_the_same_site(two_months) -> None:
    """Runs after the release above: what was released does not change by publishing it again."""
    checkout, _, _ = two_months
    before = checkout.tree("_site")
    assert "_site/manifest.json" in before
    assert checkout.run("publish", "--fresh").code == 0
    assert checkout.tree("_site") == before
