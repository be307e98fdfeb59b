"""All that the tests want to know of a page, from one opening of it, not one for each test."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from axe import axe
from playwright.sync_api import Page

REFUSALS = """window.refused = []; addEventListener('securitypolicyviolation',
  event => refused.push(event.violatedDirective + ' ' + event.blockedURI + ' ' + event.sample));"""
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
SPACED_OUT = """() => { const sheet = new CSSStyleSheet();
  sheet.replaceSync('* {line-height: 1.5 !important; letter-spacing: 0.12em !important}'
    + '* {word-spacing: 0.16em !important} p {margin-bottom: 2em !important}');
  document.adoptedStyleSheets = [sheet]; }"""
TOO_WIDE = """limit => [...document.querySelectorAll('body *')]
  .filter(e => e.getBoundingClientRect().right > limit + 1 && !e.closest('.table-scroll, .plate, pre'))
  .slice(0, 3).map(e => e.outerHTML.slice(0, 90))"""
SHIFT = """() => new Promise(done => { let sum = 0;
  const add = list => list.getEntries().forEach(e => sum += e.value);
  new PerformanceObserver(add).observe({type: 'layout-shift', buffered: true});
  setTimeout(() => done(sum), 30); })"""
NUMBER_THE_STOPS = """() => {
  const reached = 'a[href], button, input, select, textarea, summary, [tabindex="0"]';
  const stops = [...document.querySelectorAll(reached)]
    .filter(e => e.checkVisibility({visibilityProperty: true}));
  stops.forEach((e, i) => e.dataset.stop = i);
  const look = e => (({boxShadow, backgroundColor, outlineStyle}) =>
    boxShadow + backgroundColor + outlineStyle)(getComputedStyle(e));
  window.unfocused = stops.map(look); window.look = look;
  return stops.length; }"""
FOCUSED = """() => { const e = document.activeElement, i = +(e.dataset.stop ?? -1);
  return [i, i >= 0 && look(e) !== unfocused[i], e.outerHTML.slice(0, 70)]; }"""
CUT_ON_PAPER = """() => [...document.querySelectorAll('main :is(table, svg, img, p)')]
  .filter(e => e.getBoundingClientRect().right > innerWidth + 1).map(e => e.outerHTML.slice(0, 80))"""
MACHINERY = ".site-nav, .breadcrumb, .contents, .site-search, .skip-link, .download"
A4 = 673
"""Width of A4 less the margins, 178 mm, at 96 dots an inch."""


@dataclass
class Seen:
    """What was seen of one page. Lists are of faults, in words."""

    errors: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    """What the page's Content-Security-Policy kept it from doing."""
    shift: float = 0.0
    axe_light: list[str] = field(default_factory=list)
    axe_dark: list[str] = field(default_factory=list)
    axe_phone: list[str] = field(default_factory=list)
    dark_ground: str = ""
    chart_grounds: list[str] = field(default_factory=list)
    sideways: list[str] = field(default_factory=list)
    spaced_out: int = 0
    stops: int = 0
    reached: list[int] = field(default_factory=list)
    focus_unseen: list[str] = field(default_factory=list)
    on_paper: dict[str, Any] = field(default_factory=dict)
    cut_on_paper: list[str] = field(default_factory=list)


def look_at(page: Page, address: str) -> Seen:
    """Open `address` in `page` and look at it in every way."""
    seen = Seen()
    page.on("console", lambda m: seen.errors.append(m.text) if m.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: seen.errors.append(str(error)))
    page.on("request", lambda request: seen.requests.append(request.url))
    page.add_init_script(REFUSALS)
    page.goto(address, wait_until="load")
    page.evaluate("document.fonts.ready.then(() => true)")
    seen.shift = page.evaluate(SHIFT)
    seen.axe_light = axe(page)
    _in_the_dark(page, seen)
    _on_paper(page, seen)
    _narrow(page, seen)
    _by_keyboard(page, seen)
    page.evaluate(SPACED_OUT)
    seen.spaced_out = page.evaluate(OVERFLOW)
    seen.refused = page.evaluate("refused")
    return seen


def resize(page: Page, width: int, height: int) -> None:
    """Give the window another size, and wait until the page has drawn itself in it (its script too)."""
    page.set_viewport_size({"width": width, "height": height})
    page.wait_for_function(f"innerWidth === {width}")
    page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")


def _in_the_dark(page: Page, seen: Seen) -> None:
    page.emulate_media(color_scheme="dark")
    seen.dark_ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    seen.chart_grounds = page.evaluate(
        "[...document.querySelectorAll('main figure.figure svg')]"
        ".map(svg => getComputedStyle(svg.parentElement).backgroundColor)"
    )
    # Of axe's rules only these see colours; the structure is that of the light scheme.
    seen.axe_dark = axe(page, only=["color-contrast", "link-in-text-block"])
    page.emulate_media(color_scheme="light")


def _on_paper(page: Page, seen: Seen) -> None:
    resize(page, A4, 1000)
    page.emulate_media(media="print")
    seen.on_paper = page.evaluate(
        """machinery => ({heading: document.querySelector('main h1').checkVisibility(),
             ground: getComputedStyle(document.body).backgroundColor,
             machinery: [...document.querySelectorAll(machinery)].filter(e => e.checkVisibility())
                          .map(e => e.className)})""",
        MACHINERY,
    )
    seen.cut_on_paper = page.evaluate(CUT_ON_PAPER)
    page.emulate_media(media="screen")


def _narrow(page: Page, seen: Seen) -> None:
    for width in (768, 320):
        resize(page, width, 800)
        over = page.evaluate(OVERFLOW)
        if over > 0:
            seen.sideways.append(f"{over} px over at {width}: {page.evaluate(TOO_WIDE, width)}")
    seen.axe_phone = axe(page, only=["target-size", "scrollable-region-focusable"])


def _by_keyboard(page: Page, seen: Seen) -> None:
    seen.stops = page.evaluate(NUMBER_THE_STOPS)
    for _ in range(seen.stops):
        page.keyboard.press("Tab")
        at, shows, element = page.evaluate(FOCUSED)
        seen.reached.append(at)
        if not shows:
            seen.focus_unseen.append(element)
