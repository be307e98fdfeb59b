"""The picture of a shared link (``og:image``): the site's mark, its name, its organisation, and what it is.

Drawn here from the site's own words and fonts, so the same site gives the same bytes. It says no figure: a
picture is kept by other sites for long, and a figure would grow old there.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from valuekit.publish.fonts import package_fonts

if TYPE_CHECKING:
    from PIL import ImageDraw, ImageFont

CARD = "assets/card.png"
WIDTH, HEIGHT = 1200, 630
"""Pixels: the shape that Open Graph's readers show whole."""

_GROUND, _PAPER, _PALE, _ACCENT = "#10315f", "#ffffff", "#c9d2dc", "#45b5d0"
_EDGE, _MARK = 90, 150
_LEAST = 30
"""Pixels of letters below which nothing is made smaller."""
_COLOURS = 64
"""Of the file: flat areas and the soft edges of letters need no more."""


def alt_text(site: Mapping[str, Any]) -> str:
    """What the picture says, for those who do not see it."""
    said = f"{site['title']}, {site['about']['organisation']}"
    return f"{said}. {site['description']}" if site.get("description") else said


def write_card(folder: Path, site: Mapping[str, Any]) -> Path:
    """Draw the card of `site` (as the theme is told of it) into the site at `folder`."""
    from PIL import Image, ImageDraw  # each page's head names the card, and few sites draw it

    image = Image.new("RGB", (WIDTH, HEIGHT), _GROUND)
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, HEIGHT - 18, WIDTH, HEIGHT), fill=_ACCENT)
    _mark(draw, _EDGE, 80, _MARK)
    y = 80 + _MARK + 40
    for text, face, size, colour, lines in (
        (site["title"], "Bold", 84, _PAPER, 1),
        (site["about"]["organisation"], "Semibold", 44, _PAPER, 1),
        (site.get("description", ""), "Regular", 36, _PALE, 2),
    ):
        y = _words(draw, y, text, face, size, colour, lines)
    target = folder / CARD
    target.parent.mkdir(parents=True, exist_ok=True)
    image.quantize(_COLOURS, dither=Image.Dither.NONE).save(target, "PNG", optimize=True)
    return target


def _mark(draw: ImageDraw.ImageDraw, x: int, y: int, size: int) -> None:
    """The mark of the theme (``theme/mark.svg``): outcomes over cost."""
    unit = size / 32

    def box(left: float, top: float, right: float, bottom: float) -> tuple[float, ...]:
        return (x + left * unit, y + top * unit, x + right * unit, y + bottom * unit)

    draw.rounded_rectangle(box(0, 0, 32, 32), 5 * unit, outline=_PAPER, width=4)
    draw.ellipse(box(11.8, 4.8, 20.2, 13.2), fill=_PAPER)
    draw.rounded_rectangle(box(5, 15, 27, 17.2), 1.1 * unit, fill=_PAPER)
    for bar in ((8, 20, 12.6, 27), (14.2, 22.4, 18.8, 27), (20.4, 24.8, 24, 27)):
        draw.rectangle(box(*bar), fill=_PAPER)


def _words(
    draw: ImageDraw.ImageDraw, y: float, text: str, face: str, size: int, colour: str, most: int
) -> float:
    """`text` in at most `most` lines from `y` down, in smaller letters where it is long; where it ends."""
    from PIL import ImageFont

    file = str(package_fonts() / f"SourceSansPro-{face}.ttf")
    while True:
        font = ImageFont.truetype(file, size)
        lines = _lines(draw, text, font, WIDTH - 2 * _EDGE)
        widest = max((draw.textlength(line, font) for line in lines), default=0)
        if (len(lines) <= most and widest <= WIDTH - 2 * _EDGE) or size <= _LEAST:
            break
        size -= 2
    # Lines of about one length: no word stands alone.
    even = _lines(draw, text, font, 1.15 * draw.textlength(text, font) / max(len(lines), 1))
    for line in (even if len(even) == len(lines) else lines)[:most]:
        draw.text((_EDGE, y), line, font=font, fill=colour)
        y += size * 1.25
    return y + 14


def _lines(draw: ImageDraw.ImageDraw, text: str, font: ImageFont.FreeTypeFont, width: float) -> list[str]:
    """`text` in lines no wider than `width`; a word that is wider has a line of its own."""
    lines: list[str] = []
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and draw.textlength(longer, font) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines
