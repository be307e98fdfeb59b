"""The learning library works by keyboard, keeps its state in the address, and reads without script."""

from __future__ import annotations

import re

import pytest
from axe import axe
from learning_site import write_learning_site
from playwright.sync_api import expect


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    """Address of the folder of cases, opened from disk as staff open it from a shared drive."""
    site = write_learning_site(tmp_path_factory.mktemp("learning"))
    return (site / "reports" / "learning").as_uri()


@pytest.fixture
def opened(library, tab):
    """Opens a page of the library; notes what the browser complains of."""

    def open_page(name="index.html", **how):
        page = tab(**how)
        page.complaints = []
        page.on("pageerror", lambda error: page.complaints.append(str(error)))
        page.on("console", lambda said: page.complaints.append(said.text) if said.type == "error" else None)
        page.goto(f"{library}/{name}")
        return page

    return open_page


def shown(page):
    return page.locator(".case:visible")


def status(page):
    return page.locator(".finder__status")


def test_a_filter_leaves_the_cases_that_fit_says_how_many_and_stands_in_the_address(opened):
    page = opened()
    whole = shown(page).count()
    page.get_by_label("Theme").select_option("data")
    left = shown(page)
    assert 0 < left.count() < whole
    assert set(left.evaluate_all("all => all.map(one => one.dataset.theme)")) == {"data"}
    expect(status(page)).to_have_text(f"{left.count()} of {whole} case studies")
    assert "theme=data" in page.url
    assert not page.complaints


def test_filters_join_and_a_choice_that_nothing_fits_says_so(opened):
    page = opened()
    page.get_by_label("Theme").select_option("pathways")
    page.get_by_label("Corporate functions").select_option("estates")
    both = shown(page).evaluate_all("all => all.map(one => one.dataset.theme + ' ' + one.dataset.function)")
    assert all("pathways" in one and "estates" in one for one in both)
    if not both:
        expect(status(page)).to_contain_text("No case study fits all of that")
    page.get_by_role("button", name="Show all").click()
    # The browser empties the form after the click has been answered: what follows comes a moment later.
    expect(shown(page)).to_have_count(page.locator(".case").count())
    expect(page).to_have_url(re.compile(r"index\.html$"))


def test_an_address_brings_back_what_was_chosen(opened):
    page = opened("index.html?theme=data&compare=value_based_reporting,early_warning_staffing")
    assert page.get_by_label("Theme").input_value() == "data"
    expect(page.locator(".compare table thead th")).to_have_count(3)
    assert not page.complaints


def test_an_address_with_words_that_do_not_exist_shows_everything(opened):
    page = opened("index.html?theme=%3Cb%3E&compare=nothing,__proto__")
    assert shown(page).count() == page.locator(".case").count()
    expect(page.locator(".compare")).to_be_hidden()
    assert not page.complaints


def test_two_or_three_cases_stand_side_by_side_in_a_table_with_row_and_column_headers(opened):
    page = opened()
    boxes = page.locator(".case__compare input")
    boxes.nth(0).check()
    expect(page.locator(".compare__says")).to_contain_text("Tick one or two more")
    expect(page.locator(".compare table")).to_have_count(0)
    boxes.nth(1).check()
    boxes.nth(2).check()
    table = page.locator(".compare table")
    assert table.locator("thead th[scope=col]").count() == 4
    rows = table.locator("tbody tr")
    assert rows.count() == table.locator("tbody th[scope=row]").count() > 8
    assert rows.first.locator("td").count() == 3
    assert boxes.nth(3).is_disabled()
    page.get_by_role("button", name="Stop comparing").click()
    expect(page.locator(".compare")).to_be_hidden()
    assert "compare" not in page.url


def test_the_finder_works_by_keyboard_alone(opened):
    page = opened()
    page.get_by_label("Theme").focus()
    page.keyboard.press("ArrowDown")
    expect(status(page)).to_contain_text(" of ")
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.type") == "checkbox":
            break
    page.keyboard.press("Space")
    expect(page.locator(".compare")).to_be_visible()
    assert "compare=" in page.url


def test_without_script_every_case_stands_in_a_list_and_no_control_without_use_is_seen(opened):
    page = opened(script=False)
    assert shown(page).count() == page.locator(".case").count() > 1
    assert page.locator("main form:visible, main input:visible, .compare:visible").count() == 0
    assert page.locator(".finder__group h3").count() == 5
    folded = page.locator("details.groups")
    assert folded.count() == 6
    folded.first.locator("summary").click()
    assert folded.first.locator("li a:visible").count() >= 1


def test_the_guided_choice_orders_the_cases_and_gives_its_reasons(opened):
    page = opened("which_fits.html")
    page.get_by_label("Whose care is it about?").select_option("end_of_life")
    page.get_by_label("How much time do your leaders have for it?").select_option("low")
    page.get_by_role("button", name="Show what fits").click()
    first = page.locator(".fits__list li").first
    expect(first.locator("a")).to_have_text("Bringing healthcare home")
    expect(first).to_contain_text("For it: it is about the same people")
    expect(first).to_contain_text("Against it: it needs more leadership than you have")
    points = page.locator(".fits__case > p:first-child").all_inner_texts()
    given = [int(text.replace("−", "-").split(" point")[0].split()[-1]) for text in points]
    assert given == sorted(given, reverse=True)
    assert given[0] == 0  # 2 for the people, 2 off for the leadership
    assert "patient_group=end_of_life" in page.url
    assert not page.complaints


def test_the_answers_in_the_address_give_the_same_list_again(opened):
    page = opened("which_fits.html?theme=patients&cost=medium")
    assert page.get_by_label("How much can you spend?").input_value() == "medium"
    expect(page.locator(".fits__status")).to_contain_text("fits best, by 2 answers")


def test_without_script_the_guided_choice_is_a_table_of_its_rules(opened):
    page = opened("which_fits.html", script=False)
    assert page.locator("main form:visible").count() == 0
    assert page.locator("main table tbody tr").count() == 10


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(
    "address",
    ["index.html?compare=value_based_reporting,early_warning_staffing,my_day", "which_fits.html?theme=data"],
)
def test_axe_finds_nothing_on_what_script_has_made(opened, address, scheme):
    page = opened(address)
    page.emulate_media(color_scheme=scheme)
    page.locator("details.groups").evaluate_all("all => all.forEach(one => { one.open = true; })")
    assert axe(page) == []


@pytest.mark.parametrize(
    "address", ["index.html?compare=value_based_reporting,my_day", "which_fits.html?theme=data"]
)
def test_a_screen_of_320_pixels_holds_the_page(opened, address):
    page = opened(address)
    page.set_viewport_size({"width": 320, "height": 640})
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
