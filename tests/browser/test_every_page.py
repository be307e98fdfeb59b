"""Every page of a site, at WCAG 2.2 A and AA: by axe, by keyboard, narrow, dark and on paper, while it loads.

All that looks at every page stands in this file, so that one worker looks at each page once.
"""

from urllib.parse import urlsplit

from axe import axe

PAGE_BUDGET = 500_000
"""Bytes of a page with everything that it loads."""


def faults(survey, of):
    """``{page: faults}`` for the pages that have any."""
    return {path: found for path, seen in survey.items() if (found := of(seen))}


def test_axe_knows_a_fault_when_it_sees_one(site, tab):
    page = tab()
    page.goto(site.address)
    page.evaluate(
        "document.querySelector('main').insertAdjacentHTML('beforeend', '<img src=\"assets/mark.svg\">')"
    )
    assert [line for line in axe(page) if line.startswith("image-alt")]


def test_axe_finds_nothing_on_any_page(survey):
    assert faults(survey, lambda seen: seen.axe_light) == {}


def test_axe_finds_nothing_in_the_dark_scheme(survey):
    assert {seen.dark_ground for seen in survey.values()} == {"rgb(18, 24, 31)"}
    assert faults(survey, lambda seen: seen.axe_dark) == {}


def test_axe_finds_targets_large_enough_and_frames_that_the_keyboard_can_scroll_on_a_phone(survey):
    assert faults(survey, lambda seen: seen.axe_phone) == {}


def test_the_keyboard_reaches_every_link_box_and_scrolling_frame_in_the_order_of_reading(survey):
    assert faults(survey, lambda seen: [] if seen.reached == list(range(seen.stops)) else seen.reached) == {}


def test_what_has_the_keyboards_focus_can_be_seen(survey):
    assert faults(survey, lambda seen: seen.focus_unseen) == {}


def test_the_skip_link_comes_first_shows_itself_and_leads_past_the_navigation(site, tab):
    page = tab()
    page.goto(site.address + "reports/about/glossary.html")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to main content"
    assert page.locator(".skip-link").bounding_box()["y"] >= 0
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("!!document.activeElement.closest('main')")


def test_no_page_scrolls_sideways_at_768_or_320_pixels_which_is_400_per_cent_zoom(survey):
    assert faults(survey, lambda seen: seen.sideways) == {}


def test_nothing_overflows_when_a_reader_spaces_the_text_out(survey):
    """WCAG 1.4.12: line height 1.5, paragraph 2, letter 0.12 and word spacing 0.16 em."""
    assert faults(survey, lambda seen: max(seen.spaced_out, 0)) == {}


def test_charts_stand_on_the_ground_of_the_page_in_the_dark_scheme(survey):
    assert {ground for seen in survey.values() for ground in seen.chart_grounds} == {"rgb(18, 24, 31)"}


def test_every_word_and_mark_of_a_drawing_can_be_told_from_its_ground_in_both_schemes(survey):
    assert sum(seen.drawn for seen in survey.values()) > 20
    assert faults(survey, lambda seen: seen.faint_light) == {}
    assert faults(survey, lambda seen: seen.faint_dark) == {}


def test_on_paper_there_is_all_the_text_on_white_nothing_folded_and_no_machinery(survey):
    wanted = {"heading": True, "ground": "rgb(255, 255, 255)", "machinery": [], "folded": []}
    assert faults(survey, lambda seen: seen.on_paper if seen.on_paper != wanted else None) == {}


def test_nothing_is_cut_off_at_the_right_edge_of_a4(survey):
    assert faults(survey, lambda seen: seen.cut_on_paper) == {}


def test_no_page_says_an_error_or_leaves_its_origin(site, survey):
    said = {path: seen.errors for path, seen in survey.items() if seen.errors}
    left = {
        path: url
        for path, seen in survey.items()
        for url in seen.requests
        if not url.startswith((site.address, "data:"))
    }
    assert (said, left) == ({}, {})


def test_no_page_does_anything_that_its_own_policy_refuses(survey):
    assert {path: seen.refused for path, seen in survey.items() if seen.refused} == {}


def test_every_page_and_what_it_loads_stay_within_the_budget(site, survey):
    weights = {}
    for path, seen in survey.items():
        files = {site.folder / (urlsplit(url).path.lstrip("/") or "index.html") for url in seen.requests}
        weights[path] = sum(file.stat().st_size for file in files if file.is_file())
    assert min(weights.values()) > 20_000  # the style sheet alone weighs that
    assert {path: weight for path, weight in weights.items() if weight > PAGE_BUDGET} == {}


def test_nothing_moves_once_it_is_on_the_screen(survey):
    assert {path: seen.shift for path, seen in survey.items() if seen.shift > 0.01} == {}
