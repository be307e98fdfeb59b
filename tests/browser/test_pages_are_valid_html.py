"""Every page is HTML as the standard has it: no parse error, no element where it may not stand."""

import pytest
from lxml import html

BLOCKS = (
    *("address", "article", "aside", "blockquote", "details", "dl", "div", "fieldset", "figure", "form"),
    *("h1", "h2", "h3", "h4", "h5", "h6", "ol", "p", "pre", "section", "table", "ul"),
)
WORDS = ("p", "span", "h1", "h2", "h3", "h4", "h5", "h6")


def _one_of(names):
    return " or ".join(f"self::{name}" for name in names)


INSIDE = {
    "no block in a paragraph, heading or span": f"//*[{_one_of(WORDS)}]//*[{_one_of(BLOCKS)}]",
    "no link or button in a link": "//a//*[self::a or self::button or self::input or self::summary]",
    "only items in a list": "//ul/*[not(self::li)] | //ol/*[not(self::li)]",
    "only terms and their words in a list of definitions": "//dl/*[not(self::dt or self::dd or self::div)]",
    "a caption begins or ends its figure": "//figcaption[preceding-sibling::* and following-sibling::*]",
    "a summary begins its details": "//details/summary[preceding-sibling::*] | //details[not(summary)]",
    "no deprecated way to dress a page": "//center | //font | //*[@bgcolor or @cellpadding or @border]",
    "one main": "//main[following::main or ancestor::main]",
    "no empty heading": "//*[self::h1 or self::h2 or self::h3 or self::h4][not(normalize-space())]",
}


@pytest.fixture(scope="module")
def texts(site_folder):
    """Every page's text, by its path."""
    return {
        file.relative_to(site_folder).as_posix(): file.read_text(encoding="utf-8")
        for file in sorted(site_folder.rglob("*.html"))
    }


def test_a_parser_that_follows_the_standard_finds_no_error(texts):
    html5lib = pytest.importorskip(
        "html5lib", reason="html5lib is not installed: pages are not held to the HTML standard's parser"
    )
    errors = {}
    for path, text in texts.items():
        parser = html5lib.HTMLParser()
        parser.parse(text)
        if parser.errors:
            errors[path] = [(position, code) for position, code, _ in parser.errors[:3]]
    assert errors == {}


@pytest.mark.parametrize("rule", INSIDE)
def test_nothing_stands_where_it_may_not(texts, rule):
    parser = html.HTMLParser(encoding="utf-8")
    found = {}
    for path, text in texts.items():
        wrong = html.document_fromstring(text.encode(), parser).xpath(INSIDE[rule])
        if wrong:
            found[path] = [html.tostring(element)[:80] for element in wrong[:2]]
    assert found == {}
