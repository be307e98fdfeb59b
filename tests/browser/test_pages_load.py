"""What a page asks for and says while it loads, with and without script, from a server and from a file."""

import pytest
from lxml import html


def test_the_policy_of_every_page_refuses_inline_script_inline_style_and_other_sites(site):
    for path in site.pages:
        document = html.parse(site.folder / path)
        policy = document.xpath("string(//meta[@http-equiv='Content-Security-Policy']/@content)")
        rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
        assert rules["default-src"] == "'none'"
        assert rules["style-src"] == "'self'"
        searches = path == "search.html"
        assert rules["script-src"] == ("'self' 'wasm-unsafe-eval'" if searches else "'self'")
        assert ("connect-src" in rules) == searches
        assert not {"http", "unsafe-inline", "unsafe-eval'"} & set(policy.replace("'wasm-", "").split())
        assert "http" not in policy


def test_the_policy_is_in_force(site, tab):
    page = tab()
    page.goto(site.address)
    page.evaluate(
        "document.body.insertAdjacentHTML('beforeend', '<p id=probe style=\"color: rgb(1, 2, 3)\">x</p>')"
    )
    assert page.evaluate("getComputedStyle(document.getElementById('probe')).color") != "rgb(1, 2, 3)"


@pytest.mark.parametrize("from_file", [False, True], ids=["from a server", "from a file"])
def test_without_script_navigation_text_and_the_list_of_pages_are_there_and_no_search_box(
    site, pages, tab, from_file
):
    page = tab(script=False)
    for path in pages:
        page.goto((site.folder / path).as_uri() if from_file else site.address + path)
        assert page.locator(".site-nav a:visible").count() > 0, path
        assert page.locator("main h1").is_visible(), path
        assert page.locator("input:visible").count() == 0, path
        assert page.locator("a:visible", has_text="Find a page").count() > 0, path


def test_a_page_opened_from_a_file_is_styled_says_no_error_and_offers_no_search_box(site, pages, tab):
    page = tab()
    said = []
    page.on(
        "console", lambda message: said.append(message.text) if message.type in ("error", "warning") else None
    )
    for path in pages:
        page.goto((site.folder / path).as_uri())
        assert (
            page.evaluate("getComputedStyle(document.querySelector('.site-header')).backgroundColor")
            == "rgb(16, 49, 95)"
        )
        assert page.locator("input[type=search]:visible").count() == 0, path
    assert said == []


def test_links_between_pages_work_from_a_file(site, tab):
    page = tab()
    page.goto((site.folder / "index.html").as_uri())
    page.locator(".site-footer a", has_text="Glossary").click()
    assert page.locator("main h1").inner_text() == "Glossary"
