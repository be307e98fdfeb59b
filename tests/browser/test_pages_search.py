"""Search over the whole site, by keyboard, with the results said aloud."""

import pytest
from axe import axe
from playwright.sync_api import expect


@pytest.fixture
def search(site, tab):
    """Opens the search page, with words in its address if any are given."""

    def open_search(words=""):
        page = tab()
        page.goto(site.address + "search.html" + (f"?q={words}" if words else ""))
        return page

    return open_search


def results(page):
    return page.locator(".search__results a")


def status(page):
    return page.locator("main [role=status]")


def test_search_finds_a_word_says_how_many_pages_and_groups_them(search):
    page = search()
    page.locator("#search-words").fill("interval")
    expect(results(page).first).to_be_visible()
    expect(status(page)).to_contain_text("found for “interval”")
    assert page.locator(".search__results h2").count() >= 1


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("glosary", "glossary"),
        ("deprivatoin", "deprivation"),
        ("acessibility", "accessibility"),
        ("hospitl", "hospital"),
        ("intervl", "interval"),
    ],
)
def test_search_forgives_a_slip_wherever_it_stands_in_the_word(search, typed, meant):
    page = search(typed)
    expect(status(page)).to_contain_text("found for")
    expect(page.locator(".search__results mark", has_text=meant).first).to_be_visible()


def test_a_word_that_is_only_begun_is_found_as_it_stands(search):
    page = search("depriv")
    expect(status(page)).to_contain_text("found for “depriv”")
    expect(results(page).first).to_be_visible()


def test_a_misspelt_word_beside_a_right_one_is_put_right_alone(search):
    page = search("deprivatoin chart")
    expect(status(page)).to_contain_text("found for “deprivation chart”")


def test_a_result_carries_the_summary_of_its_page(search):
    page = search("glossary")
    entry = page.locator(".search__results li").filter(
        has=page.get_by_role("link", name="Glossary", exact=True)
    )
    described = page.locator(".page-list li").filter(
        has=page.get_by_role("link", name="Glossary", exact=True)
    )
    summary = described.locator(".hint").inner_text()
    expect(entry.get_by_text(summary, exact=True)).to_be_visible()


def test_search_says_so_when_it_finds_nothing(search):
    page = search("xylophone")
    expect(status(page)).to_contain_text("Nothing found for “xylophone”")
    assert results(page).count() == 0


def test_search_works_by_keyboard_alone_and_escape_clears_it(search):
    page = search()
    page.locator("#search-words").focus()
    page.keyboard.type("deprivation")
    expect(results(page).first).to_be_visible()
    page.keyboard.press("ArrowDown")
    assert page.evaluate("!!document.activeElement.closest('.search__results')")
    page.keyboard.press("ArrowUp")
    assert page.evaluate("document.activeElement.id") == "search-words"
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.id + document.activeElement.value") == "search-words"
    expect(results(page)).to_have_count(0)


def test_a_result_leads_to_its_page(search):
    page = search("quarantine")
    link = results(page).filter(has_text="Glossary")
    expect(link).to_be_visible()
    link.click()
    expect(page.locator("main h1")).to_have_text("Glossary")


def test_the_box_in_the_header_leads_to_the_results(site, tab):
    page = tab()
    page.goto(site.address + "reports/about/contact.html")
    page.locator(".site-search input").fill("ledger")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search.html?q=ledger")
    expect(results(page).first).to_be_visible()


def test_what_is_searched_for_stays_in_the_address_and_is_sent_nowhere(site, search):
    page = search()
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.locator("#search-words").fill("deprivation")
    expect(results(page).first).to_be_visible()
    assert page.url.endswith("?q=deprivation")
    assert [url for url in asked if not url.startswith(site.address) or "deprivation" in url] == []


def test_words_typed_into_the_search_are_never_read_as_html(search):
    page = search("%3Cimg%20src%3Dx%3E")
    expect(status(page)).to_contain_text("<img src=x>")
    assert page.locator("main [role=status] img, .search__results img").count() == 0


def test_axe_finds_nothing_on_a_page_of_results(search):
    page = search("interval")
    expect(results(page).first).to_be_visible()
    assert axe(page) == []
