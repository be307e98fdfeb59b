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
  const unfocused = stops.map(look);
  window.visited = [];
  addEventListener('focusin', ({target: e}) => { const i = +(e.dataset.stop ?? -1);
    visited.push([i, i >= 0 && look(e) !== unfocused[i], e.outerHTML.slice(0, 70)]); });
  return stops.length; }"""
CUT_ON_PAPER = """() => [...document.querySelectorAll('main :is(table, svg, img, p)')]
  .filter(e => e.getBoundingClientRect().right > innerWidth + 1).map(e => e.outerHTML.slice(0, 80))"""
COLOURS = """() => {
  const part = c => { const n = c.match(/[\\d.]+/g).map(Number); return n.length > 3 ? n : [...n, 1]; };
  const over = (c, ground) => c.slice(0, 3).map((v, i) => v * c[3] + ground[i] * (1 - c[3]));
  const linear = v => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
  const light = c => c.reduce((sum, v, i) => sum + linear(v / 255) * [0.2126, 0.7152, 0.0722][i], 0);
  const contrast = (a, b) => {
    const [more, less] = [light(a), light(b)].sort((p, q) => q - p); return (more + 0.05) / (less + 0.05); };
  const grounds = ['#ffffff', '#cfe0f3', '#e8edee', '#f1f4f8'], grids = ['#d8dde0', '#c9d2dc'];
  const own = (e, name) => e.closest('[' + name + ']')?.getAttribute(name) ?? '';
  const holds = (shape, box, [x, y]) => x > box.left && x < box.right && y > box.top && y < box.bottom
    && (!shape.isPointInFill
        || shape.isPointInFill(new DOMPoint(x, y).matrixTransform(shape.getScreenCTM().inverse())));
  const paint = (style, name) => {
    if (style[name] === 'none' || name === 'stroke' && !parseFloat(style.strokeWidth)) return null;
    const [r, g, b, alpha] = part(style[name]);
    return [r, g, b, alpha * style[name + 'Opacity'] * style.opacity]; };
  const faults = []; let looked = 0;
  for (const svg of document.querySelectorAll('main .plate svg, main .vk-icon svg')) {
    const page = [...document.querySelectorAll('body, main .plate')].filter(e => e.contains(svg))
      .map(e => part(getComputedStyle(e).backgroundColor)).filter(c => c[3] > 0).pop().slice(0, 3);
    const laid = [];
    for (const e of svg.querySelectorAll('path, rect, circle, ellipse, polygon, polyline, line, use, text')) {
      const style = getComputedStyle(e), box = e.getBoundingClientRect();
      if (e.closest('defs, clipPath, marker, symbol') || box.width + box.height === 0) continue;
      const fill = paint(style, 'fill'), stroke = paint(style, 'stroke');
      looked += 1;
      if (e.tagName === 'text') {
        const at = [box.x + box.width / 2, box.y + box.height / 2];
        const under = laid.filter(([shape, r]) => holds(shape, r, at))
          .reduce((ground, [, , c]) => over(c, ground), page);
        const found = contrast(over(fill, under), under);
        if (found < 4.5) faults.push(`text ${e.textContent.trim()} ${style.fill} ${found.toFixed(2)}`);
        continue;
      }
      const band = fill && fill[3] < 0.5;  // what chance would give, laid under the marks
      const box_or_grid = fill ? grounds.includes(own(e, 'fill')) : grids.includes(own(e, 'stroke'));
      const best = Math.max(...[fill, stroke].filter(Boolean).map(c => contrast(over(c, page), page)), 0);
      if ((fill || stroke) && !band && !box_or_grid && best < 3)
        faults.push(`${e.tagName} ${style.fill} ${style.stroke} ${best.toFixed(2)}`);
      if (fill) laid.push([e, box, fill]);
    }
  }
  return [looked, [...new Set(faults)]]; }"""
"""Texts of drawings below 4.5 to 1 on what lies under them, and marks below 3 to 1 (WCAG 1.4.3, 1.4.11).

Grids and the grounds of boxes are decoration; a mark may be seen by its fill or by its outline.
"""
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
    drawn: int = 0
    """Texts and marks of drawings that were looked at."""
    faint_light: list[str] = field(default_factory=list)
    faint_dark: list[str] = field(default_factory=list)
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
    seen.drawn, seen.faint_light = page.evaluate(COLOURS)
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
    _, seen.faint_dark = page.evaluate(COLOURS)
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
                          .map(e => e.className),
             folded: [...document.querySelectorAll('main details > :not(summary)')]
                       .filter(e => !e.checkVisibility()).map(e => e.outerHTML.slice(0, 80))})""",
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
    for at, shows, element in page.evaluate("visited"):
        seen.reached.append(at)
        if not shows:
            seen.focus_unseen.append(element)
