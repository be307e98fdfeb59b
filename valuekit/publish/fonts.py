"""Fonts for the pages and the PDFs, from the packages that carry them; none is in the project."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont

WEB_FONTS = {
    "source-sans-regular.woff": "SourceSansPro-Regular.ttf",
    "source-sans-italic.woff": "SourceSansPro-It.ttf",
    "source-sans-semibold.woff": "SourceSansPro-Semibold.ttf",
    "source-sans-bold.woff": "SourceSansPro-Bold.ttf",
}
"""Name on the site → file in the ``font-source-sans-pro`` package; ``site.css`` names the first."""

_CHARACTERS = (
    range(0x0020, 0x007F),  # Latin
    range(0x00A0, 0x0180),  # Latin with accents: names of places and people
    range(0x2010, 0x2028),  # dashes, quotation marks, bullet, ellipsis
    (0x2032, 0x2033, 0x2039, 0x203A, 0x2044, 0x20AC, 0x2122),
    range(0x2190, 0x2194),  # arrows
    (0x2212, 0x2215, 0x2248, 0x2260, 0x2264, 0x2265, 0x00B1, 0x03C7, 0x03C6, 0x03C4, 0x03BB, 0x03A3, 0x03BC),
)
_FEATURES = ["kern", "mark", "mkmk", "ccmp", "locl", "lnum", "tnum", "pnum", "sups"]


def package_fonts() -> Path:
    """Folder of the ``font-source-sans-pro`` package with the TrueType and OpenType files."""
    return Path(str(files("font_source_sans_pro"))) / "files"


def write_web_fonts(folder: Path) -> list[Path]:
    """Write the site's fonts to `folder`: only the characters that pages use, packed as WOFF.

    The same input gives the same bytes: the fonts' own dates are kept.

    Parameters
    ----------
    folder
        ``assets/fonts`` of the site; made if it is not there.

    Returns
    -------
    list of Path
        The files written, in the order of :data:`WEB_FONTS`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    wanted = [code for group in _CHARACTERS for code in group]
    written = []
    for name, source in WEB_FONTS.items():
        options = subset.Options(layout_features=_FEATURES, hinting=False, notdef_outline=True)
        with TTFont(package_fonts() / source, recalcTimestamp=False, lazy=True) as font:
            subsetter = subset.Subsetter(options)
            subsetter.populate(unicodes=wanted)
            subsetter.subset(font)
            font.flavor = "woff"
            font.save(folder / name, reorderTables=False)
        written.append(folder / name)
    return written
