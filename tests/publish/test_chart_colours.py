"""Each colour of a chart has a counterpart in the dark scheme, and both can be told from their grounds.

``tests/browser/test_every_page.py`` looks at every drawing of the site; this sees a new colour at once.
"""

import re

import pytest

from tests.checkout import ROOT

THEME = (ROOT / "valuekit" / "publish" / "theme" / "site.css").read_text(encoding="utf-8")
LIGHT, DARK = THEME.split("@media screen and (prefers-color-scheme: dark)")
DARK = DARK.split("/* Preferences")[0]
PAPER = {"light": "#ffffff", "dark": re.search(r"--paper: (#\w{6})", DARK)[1]}
WORDS = {"#212b32", "#4c6272", "#16202c", "#4a5766", "#10315f", "#22697a"}
"""Colours that letters have."""
GROUNDS = {"#ffffff", "#cfe0f3", "#e8edee", "#f1f4f8"}
"""What lies under words; a box is told from the page by what stands in it."""
GRIDS = {"#d8dde0"}
OUTLINED = {"#a6a6a6", "#00b0f0"}
"""Fills of points that are never without an outline in ink: the colours are those of *Making Data Count*."""


def luminance(colour: str) -> float:
    """Relative luminance (WCAG 2.2)."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return sum(part * weight for part, weight in zip(linear, (0.2126, 0.7152, 0.0722), strict=True))


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two colours, from 1 to 21 (WCAG 2.2)."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def rules(css: str) -> dict[tuple[str, str], str]:
    """(fill or stroke, colour of the drawing) to the colour on the screen."""
    tokens = dict(re.findall(r"--([\w-]+): (#\w{6})", css))
    found = {}
    for selector, body in re.findall(r"^ *([^{}\n]*\[(?:fill|stroke)=[^{}]*)\{([^{}]*)\}", css, re.MULTILINE):
        for name, value in re.findall(r"(fill|stroke): ([^;]+);", body):
            value = re.sub(r"var\(--([\w-]+)\)", lambda token: tokens[token[1]], value)
            found |= {(name, colour): value for colour in re.findall(rf'\[{name}="(#\w{{6}})"\]', selector)}
    return found


def colours() -> set[str]:
    """Every colour that the charts, the icons and the pictures of the site name."""
    report, pictures = ROOT / "valuekit" / "report", ROOT / "reports" / "about" / "pictures"
    files = [*report.rglob("*.py"), *pictures.glob("*.svg")]
    return {c.lower() for file in files for c in re.findall(r"#[0-9a-fA-F]{6}\b", file.read_text("utf-8"))}


def test_the_colours_are_found():
    assert {"#212b32", "#005eb8", "#e46c0a", "#10315f"} <= colours()


@pytest.mark.parametrize("colour", sorted(colours()))
def test_each_colour_has_a_counterpart_in_the_dark(colour):
    assert {name for name, named in rules(DARK) if named == colour}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("colour", sorted(colours() - GRIDS))
def test_each_colour_can_be_told_from_its_ground(colour, scheme):
    found = rules(LIGHT if scheme == "light" else DARK)
    for name in ("fill", "stroke"):
        if (name, colour) not in found and (scheme == "dark" or colour in OUTLINED):
            continue
        shown = found.get((name, colour), colour)
        if colour in GROUNDS:
            ink = found.get(("fill", "#212b32"), "#212b32")
            assert contrast(ink, shown) >= 4.5
        elif (name, colour) != ("stroke", "#c9d2dc"):  # a grid
            assert contrast(shown, PAPER[scheme]) >= (4.5 if colour in WORDS else 3)
