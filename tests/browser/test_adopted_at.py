"""Adopted at: what another trust reports back stands on the case's page, read by all and on any screen."""

from __future__ import annotations

import pytest
from adopted_site import PAGE, write_adopted_site
from axe import axe

from valuekit.publish.render import close_worker


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    """The page, opened from disk as staff open it from a shared drive."""
    site = write_adopted_site(tmp_path_factory.mktemp("adopted") / "a project")
    yield (site / PAGE).as_uri()
    close_worker()


UNDER = "//h2[@id='adopted-at']/following-sibling::*[preceding-sibling::h2[1][@id='adopted-at']]"
"""Everything from the heading to the next one of its level."""


@pytest.fixture
def page(address, tab):
    opened = tab()
    opened.goto(address)
    return opened


def test_who_took_it_up_where_what_they_changed_and_what_happened_stand_under_adopted_at(page):
    assert page.locator(f"{UNDER}/self::h3").all_inner_texts() == ["Southmoor Trust, Southmoor"]
    told = page.locator(f"{UNDER}/self::ul/li").all_inner_texts()
    assert told[:6] == [
        "Since: January 2025", "Status: running", "Adapted: Days only.", "What happened: Fewer waits.",
        "Ask: Matron", "Reported: March 2026",
    ]  # fmt: skip
    assert told[6].startswith("Died at home: 60%, against 44% (before).") and "95% interval" in told[6]


def test_the_adopters_figure_has_a_chart_with_alt_text_and_a_table_with_its_n(page):
    alt = page.locator(f"{UNDER}/self::figure").locator(".plate svg title").first.text_content()
    assert "Died at home" in alt and "60%" in alt and "44%" in alt
    table = page.locator(f"{UNDER}/descendant-or-self::table")
    row = table.locator("tbody tr").first.inner_text()
    assert all(part in row for part in ("Died at home", "60%", "44%", "50"))
    assert table.locator("thead th[scope=col]").count() > 3


def test_the_contents_lead_to_it(page):
    page.emulate_media(reduced_motion="reduce")  # so that the page is there at once
    page.locator(".contents a", has_text="Adopted at").click()
    assert page.url.endswith("#adopted-at")
    top = page.evaluate("document.querySelector(location.hash).getBoundingClientRect().top")
    assert -10 < top < 200


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(page, scheme):
    page.emulate_media(color_scheme=scheme)
    assert axe(page) == []


def test_a_screen_of_320_pixels_holds_it(page):
    page.set_viewport_size({"width": 320, "height": 640})
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
