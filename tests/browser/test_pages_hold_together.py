"""Links, names and structure of every page of a site, read as HTML; no browser needed."""

from collections import Counter
from itertools import pairwise
from urllib.parse import unquote, urlsplit

import pytest
from lxml import html


@pytest.fixture(scope="module")
def documents(site_folder):
    """Every page's tree, by its file."""
    parser = html.HTMLParser(encoding="utf-8")
    return {file: html.parse(file, parser).getroot() for file in sorted(site_folder.rglob("*.html"))}


def test_every_internal_link_and_fragment_resolves(documents):
    ids = {file.resolve(): set(document.xpath("//@id")) for file, document in documents.items()}
    broken = []
    for file, document in documents.items():
        for target in document.xpath("//@href | //@src | //@action"):
            parts = urlsplit(target)
            if parts.scheme or parts.netloc:
                continue
            to = (file.parent / unquote(parts.path)).resolve() if parts.path else file.resolve()
            if not to.is_file() or (parts.fragment and to in ids and parts.fragment not in ids[to]):
                broken.append(f"{file.name}: {target}")
    assert broken == []


def test_no_id_stands_twice_on_a_page_and_every_label_points_at_one(documents):
    for file, document in documents.items():
        ids = Counter(document.xpath("//@id"))
        assert [id for id, times in ids.items() if times > 1] == [], file.name
        labels = document.xpath("//@aria-labelledby | //@aria-describedby | //@for")
        assert {id for value in labels for id in value.split()} <= set(ids), file.name


def test_no_address_is_absolute_so_that_the_site_works_in_any_folder(documents):
    for file, document in documents.items():
        assert [t for t in document.xpath("//@href | //@src | //@action") if t.startswith("/")] == [], (
            file.name
        )


def test_no_page_holds_inline_style_or_script_which_its_policy_would_refuse(documents):
    for file, document in documents.items():
        assert (
            document.xpath(
                "//@style | //style | //script[not(@src) and not(@type='application/ld+json')]"
                " | //@*[starts-with(name(), 'on')]"
            )
            == []
        ), file.name


def test_every_page_says_its_language_and_has_a_title_of_its_own(documents):
    assert {document.get("lang") for document in documents.values()} == {"en-GB"}
    titles = Counter(document.findtext("head/title") for document in documents.values())
    assert [title for title, times in titles.items() if times > 1] == []


def test_headings_begin_with_one_h1_and_skip_no_level(documents):
    for file, document in documents.items():
        found = document.xpath("//main//*[contains('h1 h2 h3 h4 h5 h6', name())][not(ancestor::nav)]")
        levels = [int(heading.tag[1]) for heading in found]
        assert levels[0] == 1, file.name
        assert levels.count(1) == 1, file.name
        assert all(b <= a + 1 for a, b in pairwise(levels)), (file.name, levels)


def test_every_picture_has_a_description_or_words_beside_it(documents):
    for file, document in documents.items():
        for picture in document.xpath("//main//img | //main//svg"):
            if picture.get("aria-hidden") == "true":
                assert picture.getparent().text_content().strip(), file.name
            else:
                name = picture.get("alt") or picture.get("aria-label") or picture.findtext("title") or ""
                assert len(name) > 20, (file.name, name)


def test_every_table_has_a_header_row_and_every_header_cell_a_scope(documents):
    for file, document in documents.items():
        for table in document.xpath("//main//table"):
            assert table.xpath("thead//th"), file.name
            assert table.xpath(".//th[not(@scope) and normalize-space()]") == [], file.name


def test_every_page_says_that_the_sample_is_synthetic(documents):
    for file, document in documents.items():
        assert "every patient, cost and result of this trust is made up" in document.text_content(), file.name
