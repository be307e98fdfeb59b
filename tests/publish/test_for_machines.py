"""What a site offers to other programs: feed, site map, index, data package, and each page's own words."""

import csv
import json
import re
from dataclasses import replace
from datetime import datetime

import pandas as pd
import pytest
from lxml import etree
from lxml import html as lxml_html
from PIL import Image

from valuekit.errors import DefinitionError
from valuekit.mart import TABLES, About
from valuekit.mart.datapackage import write_data_package
from valuekit.publish import card, feeds, links
from valuekit.publish.html import Page
from valuekit.publish.metadata import head
from valuekit.publish.quarto_project import Website
from valuekit.publish.site import publish

from .conftest import PERIOD

ATOM = {"a": "http://www.w3.org/2005/Atom"}
BASE = "https://trust.example/value/"
CASE = "title: A phone line\ndescription: One number.\nformat: html\ncase: {organisation: A trust}\n"


@pytest.fixture
def site(small):
    """A published site with a report and a case study; ``site(url)`` gives it an address."""

    def make(url=""):
        if url:
            config = (small.root / "_quarto.yml").read_text(encoding="utf-8")
            small.write("_quarto.yml", config.replace("  navbar:", f"  site-url: {url}\n  navbar:"))
        small.document("Fine.", "reports/board.qmd", 'title: Board </script> "&" more')
        small.document("Words.", "reports/phone_line.qmd", CASE + "date-modified: 2026-03-05")
        publish(small.project, PERIOD, ("public",))
        return small.root / "_site"

    return make


def feed_of(folder):
    return etree.parse(folder / "feed.xml").getroot()


def pages_of(folder):
    return {
        file.relative_to(folder).as_posix(): lxml_html.parse(
            str(file), lxml_html.HTMLParser(encoding="utf-8")
        )
        for file in folder.rglob("*.html")
    }


def test_the_feed_has_what_rfc_4287_asks_for(site):
    feed = feed_of(site(BASE))
    for part in (feed, *feed.findall("a:entry", ATOM)):
        for name in ("id", "title", "updated"):
            assert len(part.findall(f"a:{name}", ATOM)) == 1
        datetime.strptime(part.findtext("a:updated", namespaces=ATOM), "%Y-%m-%dT%H:%M:%SZ")
        assert re.fullmatch(r"urn:uuid:[0-9a-f-]{36}", part.findtext("a:id", namespaces=ATOM))
        assert part.find("a:link[@rel='alternate']", ATOM).get("href").startswith(BASE)
    assert feed.findtext("a:author/a:name", namespaces=ATOM) == "Example Trust"
    ids = [element.text for element in feed.iterfind(".//a:id", ATOM)]
    assert len(ids) == len(set(ids)) == 3


def test_the_feed_tells_of_the_release_and_the_case_each_with_the_day_of_its_content(site):
    entries = feed_of(site()).findall("a:entry", ATOM)
    said = [
        tuple(entry.findtext(f"a:{n}", namespaces=ATOM) for n in ("title", "updated")) for entry in entries
    ]
    assert said == [
        ("Value reports for October 2026", "2026-10-31T00:00:00Z"),
        ("A phone line", "2026-03-05T00:00:00Z"),
    ]


def test_an_id_stays_when_the_site_moves(site):
    before = [element.text for element in feed_of(site()).iterfind(".//a:id", ATOM)]
    assert [element.text for element in feed_of(site(BASE)).iterfind(".//a:id", ATOM)] == before
    assert feeds.stable_id("A", "feed") != feeds.stable_id("B", "feed")


def test_months_kept_from_earlier_stand_in_the_feed_newest_first(small):
    earlier = [
        {"href": f"releases/{month}/reports/{name}.pdf", "title": name}
        for month in ("2026-09", "2026-02")
        for name in ("stroke", "board")
    ]
    found = feeds.entries({"period": "2026-10"}, [], earlier)
    assert [(e.key, e.updated) for e in found] == [
        ("release/2026-10", "2026-10-31"),
        ("release/2026-09", "2026-09-30"),
        ("release/2026-02", "2026-02-28"),
    ]
    assert found[1].summary == "Kept as published: board; stroke."


def test_without_an_address_of_its_own_a_site_says_nothing_that_needs_one(site):
    folder = site()
    assert not (folder / "sitemap.xml").exists()
    assert "Sitemap" not in (folder / "robots.txt").read_text(encoding="utf-8")
    for page in pages_of(folder).values():
        assert not page.xpath("//link[@rel='canonical'] | //meta[@property='og:url']")
    assert feed_of(folder).find("a:link[@rel='self']", ATOM).get("href") == "feed.xml"


def test_with_an_address_every_page_is_in_the_site_map_once_by_its_canonical_address(site):
    folder = site(BASE.rstrip("/"))
    listed = etree.parse(folder / "sitemap.xml").xpath("//*[local-name()='loc']/text()")
    canonical = [page.xpath("//link[@rel='canonical']/@href") for page in pages_of(folder).values()]
    assert sorted(listed) == sorted(address for found in canonical for address in found)
    assert BASE in listed
    assert f"{BASE}reports/board.html" in listed
    assert f"Sitemap: {BASE}sitemap.xml\n" in (folder / "robots.txt").read_text(encoding="utf-8")
    assert links.broken(folder) == [], "a canonical address is not a request to another site"


@pytest.mark.parametrize(
    "url", ["trust.example", "ftp://trust.example/", "https://trust.example/?q=1", "/value"]
)
def test_what_is_no_address_of_a_site_is_refused(small, url):
    config = (small.root / "_quarto.yml").read_text(encoding="utf-8")
    small.write("_quarto.yml", config.replace("  navbar:", f"  site-url: {url}\n  navbar:"))
    with pytest.raises(DefinitionError, match="site-url"):
        small.edition()


@pytest.mark.parametrize(("given", "kept"), [("https://a.example", "https://a.example/"), ("", "")])
def test_an_address_ends_in_one_slash(given, kept):
    assert Website(**{"title": "x", "site-url": given}).site_url == kept


def test_each_page_says_what_it_is_in_the_words_of_schema_org(site):
    pages = pages_of(site(BASE))
    said = {
        path: json.loads(page.xpath("string(//script[@type='application/ld+json'])"))
        for path, page in pages.items()
    }
    assert {path: one["@type"] for path, one in said.items()} == {
        "index.html": "WebPage",
        "search.html": "WebPage",
        "releases/index.html": "WebPage",
        "reports/board.html": "Report",
        "reports/phone_line.html": "Article",
    }
    board = said["reports/board.html"]
    assert board["name"] == 'Board </script> "&" more', "no title ends the script that it stands in"
    assert board["url"] == f"{BASE}reports/board.html"
    assert board["encoding"]["contentUrl"] == f"{BASE}reports/board.pdf"
    assert board["dateModified"] == "2026-10-31"
    assert board["publisher"]["name"] == "Example Trust"
    assert "Synthetic" in board["creativeWorkStatus"]
    case = said["reports/phone_line.html"]
    assert (case["dateModified"], case["headline"]) == ("2026-03-05", "A phone line")
    assert case["author"] == case["publisher"]


def test_open_graph_gives_a_shared_link_a_title_and_a_sentence(site):
    page = pages_of(site(BASE))["reports/phone_line.html"]
    said = dict(zip(page.xpath("//meta/@property"), page.xpath("//meta[@property]/@content"), strict=True))
    assert said["og:title"] == "A phone line"
    assert said["og:description"] == "One number."
    assert said["og:url"] == f"{BASE}reports/phone_line.html"
    assert said["og:locale"] == "en_GB"
    assert (said["og:type"], said["article:modified_time"]) == ("article", "2026-03-05")


def test_a_shared_link_has_a_picture_with_its_words_where_the_site_has_an_address(site):
    folder = site(BASE)
    page = pages_of(folder)["reports/phone_line.html"]
    said = dict(zip(page.xpath("//meta/@property"), page.xpath("//meta[@property]/@content"), strict=True))
    assert said["og:image"] == f"{BASE}{card.CARD}"
    assert said["og:image:alt"].startswith("Value reports, Example Trust")
    with Image.open(folder / card.CARD) as picture:
        assert picture.format == said["og:image:type"].removeprefix("image/").upper() == "PNG"
        assert picture.size == (int(said["og:image:width"]), int(said["og:image:height"])) == (1200, 630)
    assert (folder / card.CARD).stat().st_size < 40_000


def test_without_an_address_no_picture_is_named_or_drawn(site):
    folder = site()
    assert not (folder / card.CARD).exists()
    for page in pages_of(folder).values():
        assert not page.xpath("//meta[starts-with(@property, 'og:image')]")


NAMES = ["V", "Value reports", "The value of all that we do for people who live in our towns and villages",
         "Donaudampfschifffahrtsgesellschaft"]  # fmt: skip


@pytest.mark.parametrize("title", NAMES)
@pytest.mark.parametrize("organisation", NAMES)
def test_the_picture_holds_its_words_and_is_the_same_each_time(tmp_path, title, organisation):
    told = {"title": title, "description": "What care achieves, and what it costs along the whole pathway.",
            "about": {"organisation": organisation}}  # fmt: skip
    first = card.write_card(tmp_path / "one", told)
    assert first.read_bytes() == card.write_card(tmp_path / "two", told).read_bytes()
    with Image.open(first) as picture:
        edge = picture.convert("RGB").crop((1200 - 40, 0, 1200, 612))
        assert {colour for _, colour in edge.getcolors()} == {picture.convert("RGB").getpixel((0, 0))}
        below = picture.convert("RGB").crop((0, 590, 1200, 612))
        assert len(below.getcolors()) == 1, "no line runs into the foot"


def test_a_dataset_points_at_its_data_package_and_an_article_says_when_it_changed():
    page = Page(
        "T", "", "D", "en-GB", "", (), "reports/about/downloads.html", "../../", "", (), None, kind="Dataset"
    )
    site = {"title": "S", "url": "", "about": {"organisation": "O", "period": "2026-10", "synthetic": False}}
    said = json.loads(head(page, site).json_ld)
    assert said["distribution"][0]["contentUrl"] == "../../downloads/datapackage.json"
    assert "creativeWorkStatus" not in said
    article = head(replace(page, kind="Article", modified="2026-03-05"), site)
    assert ("og:type", "article") in article.properties
    assert ("article:modified_time", "2026-03-05") in article.properties


def test_the_index_keeps_the_form_that_its_page_promises(site):
    told = json.loads((site(BASE) / "index.json").read_text(encoding="utf-8"))
    assert told["version"] == 1
    assert list(told) == ["version", "site", "reports", "measures", "cases"]
    assert told["site"]["period"] == "2026-10"
    board = next(report for report in told["reports"] if report["id"] == "board")
    assert board["address"] == f"{BASE}reports/board.html"
    assert board["pdf"] == f"{BASE}reports/board.pdf"
    assert board["updated"] == "2026-10-31"


def test_the_data_package_describes_every_column_of_every_file(tmp_path):
    names = ["service", "what_matters"] if "what_matters" in TABLES else ["service", "change"]
    for name in names:
        columns = [column.name for column in TABLES[name].columns]
        pd.DataFrame(columns=columns).to_csv(tmp_path / f"{name}.csv", index=False)
    (tmp_path / "notes.csv").write_text("table,column,kind,note\n", encoding="utf-8")
    write_data_package(tmp_path, About("Example Trust", "2026-10", True, "public"), names, "notes.csv")
    package = json.loads((tmp_path / "datapackage.json").read_text(encoding="utf-8"))
    assert package["profile"] == "tabular-data-package"
    assert package["licenses"][0]["name"] == "OGL-UK-3.0"
    assert [resource["path"] for resource in package["resources"]] == [f"{n}.csv" for n in names] + [
        "notes.csv"
    ]
    for resource in package["resources"]:
        file = tmp_path / resource["path"]
        with file.open(encoding="utf-8", newline="") as lines:
            assert [field["name"] for field in resource["schema"]["fields"]] == next(csv.reader(lines))
        assert all(field["description"] for field in resource["schema"]["fields"])
        assert resource["bytes"] == file.stat().st_size
        assert re.fullmatch(r"[-a-z0-9._/]+", resource["name"])
    kinds = {field["name"]: field["type"] for field in package["resources"][0]["schema"]["fields"]}
    assert (kinds["name"], kinds["pathways"]) == ("string", "integer")
