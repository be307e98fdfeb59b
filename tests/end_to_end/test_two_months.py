"""Two months published in turn: nothing that was published changes in silence, and old reports still open."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from checkout import Checkout, copy_project
from lxml import html

Figures = dict[tuple[str, str, str], tuple[str, str]]


def published_figures(folder: Path) -> Figures:
    """What the downloadable series says: n and value by service, measure and interval."""
    with (folder / "series.csv").open(encoding="utf-8", newline="") as file:
        return {
            (row["service"], row["measure"], row["period"]): (row["n"], row["value"])
            for row in csv.DictReader(file)
            if row["shown"] == "True"
        }


@pytest.fixture(scope="module")
def two_months(tmp_path_factory: pytest.TempPathFactory) -> tuple[Checkout, Figures, bytes]:
    """A checkout after both months; the figures and the stroke PDF as September released them."""
    checkout = copy_project(tmp_path_factory.mktemp("two_months"))
    assert checkout.run("sample").code == 0
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


def test_a_released_site_published_again_is_the_same_site(two_months) -> None:
    """Runs after the release above: what was released does not change by publishing it again."""
    checkout, _, _ = two_months
    before = checkout.tree("_site")
    assert "_site/manifest.json" in before
    assert checkout.run("publish", "--fresh").code == 0
    assert checkout.tree("_site") == before
