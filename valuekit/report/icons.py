"""Variation and assurance icons: told apart by shape and letter as well as by colour.

Their meaning is that of NHS England's *Making Data Count*; the drawings are our own. Letters are
drawn as strokes, so that an icon looks the same wherever it lands and needs no font.
"""

from __future__ import annotations

from dataclasses import dataclass

COMMON, IMPROVEMENT, CONCERN, NEUTRAL = "#595959", "#00b0f0", "#e46c0a", "#490092"
"""The programme's colours; its grey for common cause (#a6a6a6) is too faint for an outline on white."""

_LETTERS = {  # strokes in a box of 8 by 10
    "H": "M0 0V10M8 0V10M0 5H8",
    "L": "M0 0V10H8",
    "P": "M0 10V0H5A3 3 0 0 1 5 6H0",
    "F": "M8 0H0V10M0 5H6",
    "?": "M1 2A3.2 3.2 0 1 1 5.6 5.2Q4 6 4 7.4M4 9.2V10",
}
_SHAPES = {
    "circle": '<circle cx="14" cy="14" r="12"/>',
    "square": '<rect x="2.5" y="2.5" width="23" height="23"/>',
    "diamond": '<path d="M14 1L27 14L14 27L1 14Z"/>',
    "triangle": '<path d="M14 1.5L27 26H1Z"/>',
}


@dataclass(frozen=True)
class Icon:
    """An icon and the words that always stand beside it."""

    label: str
    shape: str
    colour: str
    mark: str

    @property
    def svg(self) -> str:
        """The drawing, 28 units square."""
        low = 2.5 if self.shape == "triangle" else 0
        if self.mark == "~":
            inside = '<path d="M6 14Q10 7 14 14T22 14"/>'
        elif self.mark == "-":
            inside = '<path d="M8 14H20"/>'
        else:
            inside = f'<path transform="translate(10 {9 + low})" d="{_LETTERS[self.mark]}"/>'
        return (
            '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 28 28" width="22" height="22" fill="none" '
            f'stroke="{self.colour}" stroke-width="2.5" stroke-linejoin="round">{_SHAPES[self.shape]}'
            f'<g stroke="#212b32" stroke-width="2" stroke-linecap="round">{inside}</g></svg>'
        )


_VARIATION = {
    "common": Icon("No unusual change", "circle", COMMON, "~"),
    "improvement_high": Icon("Improving, higher", "square", IMPROVEMENT, "H"),
    "improvement_low": Icon("Improving, lower", "square", IMPROVEMENT, "L"),
    "concern_high": Icon("Concern, higher", "diamond", CONCERN, "H"),
    "concern_low": Icon("Concern, lower", "diamond", CONCERN, "L"),
    "neutral_high": Icon("Unusual, higher", "triangle", NEUTRAL, "H"),
    "neutral_low": Icon("Unusual, lower", "triangle", NEUTRAL, "L"),
}
_ASSURANCE = {
    "consistently_met": Icon("Target met consistently", "square", IMPROVEMENT, "P"),
    "consistently_missed": Icon("Target missed consistently", "diamond", CONCERN, "F"),
    "hit_and_miss": Icon("Target met at times", "circle", COMMON, "?"),
}
NO_VARIATION = Icon("Too few points to tell", "circle", COMMON, "-")
NO_ASSURANCE = Icon("Too few points to judge", "circle", COMMON, "-")
VARIATION_NAMES, ASSURANCE_NAMES = tuple(_VARIATION), tuple(_ASSURANCE)


def variation(name: str | None) -> Icon:
    """The icon of a variation as the mart names it; the dash where there is none."""
    return _VARIATION.get(name or "", NO_VARIATION)


def assurance(name: str | None) -> Icon:
    """The icon of an assurance as the mart names it; the dash where there is none."""
    return _ASSURANCE.get(name or "", NO_ASSURANCE)
