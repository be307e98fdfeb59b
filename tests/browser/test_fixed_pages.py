"""The fixed pages say what the project does, in words that most people can read. No browser needed."""

import re
from pathlib import Path

import pytest

from valuekit.report import icons

ROOT = Path(__file__).resolve().parents[2]
ABOUT = ROOT / "reports" / "about"
PAGES = sorted(ABOUT.glob("*.qmd"))
LONGEST_SENTENCE = 25
MEAN_SENTENCE = 14
READING_AGE = 13
"""Flesch–Kincaid grade + 5 (Kincaid et al. 1975): what GOV.UK asks of texts for everyone lies at 9 to 13."""


def sentences(file: Path) -> list[str]:
    """Sentences of the running text: no front matter, tables, markup or addresses."""
    text = file.read_text(encoding="utf-8").split("---\n", 2)[2]
    text = re.sub(r"^(\||#|!\[|:::).*$", "", text, flags=re.MULTILINE)
    text = re.sub(r"\{[^}]*\}", "", re.sub(r"\[([^\]]*)\](\([^)]*\))?", r"\1", text))
    text = re.sub(r"^(:|-|\d+\.)\s+", "\n", text, flags=re.MULTILINE)
    parts = re.split(r"(?<=[.?!:])\s+|\n\s*\n|\n(?=[A-Z*])", text.replace("*", ""))
    return [part.strip() for part in parts if len(part.split()) > 1]


def syllables(word: str) -> int:
    """Groups of vowels, less a silent e: the usual approximation."""
    groups = len(re.findall(r"[aeiouy]+", word.lower()))
    return max(1, groups - (word.lower().endswith("e") and not word.lower().endswith("le") and groups > 1))


@pytest.mark.parametrize("file", PAGES, ids=lambda file: file.stem)
def test_no_sentence_is_long(file):
    assert [s for s in sentences(file) if len(s.split()) > LONGEST_SENTENCE] == []


@pytest.mark.parametrize("file", PAGES, ids=lambda file: file.stem)
def test_a_reader_of_thirteen_can_read_it(file):
    said = sentences(file)
    words = re.findall(r"[A-Za-z][A-Za-z'-]*", " ".join(said))
    mean_length = len(words) / len(said)
    grade = 0.39 * mean_length + 11.8 * sum(map(syllables, words)) / len(words) - 15.59
    assert mean_length <= MEAN_SENTENCE
    assert grade + 5 <= READING_AGE


def test_the_glossary_explains_every_word_of_the_house():
    words = (
        (ROOT / "docs" / "architecture.md")
        .read_text(encoding="utf-8")
        .split("## Words\n", 1)[1]
        .split("\n#")[0]
    )
    listed = re.sub(r"\([^)]*\)", "", words.split(". One word")[0]).replace("\n", " ").split(",")
    terms = (ABOUT / "glossary.qmd").read_text(encoding="utf-8").lower()
    inside = {"drop"}  # explained with the extract
    missing = [
        w for word in listed if (w := word.strip().lower()) and w not in inside and f"[{w}]{{#" not in terms
    ]
    assert missing == []


def test_the_glossary_is_in_the_order_of_the_alphabet():
    text = (ABOUT / "glossary.qmd").read_text(encoding="utf-8")
    for section in re.split(r"^## ", text, flags=re.MULTILINE)[1:]:
        terms = re.findall(r"^\[([^\]]+)\]\{#", section, flags=re.MULTILINE)
        assert terms == sorted(terms, key=str.lower)


def test_every_icon_is_explained_in_the_words_that_stand_beside_it():
    text = (ABOUT / "how-to-read.qmd").read_text(encoding="utf-8")
    shown = [icons.variation(name) for name in icons.VARIATION_NAMES] + [
        icons.assurance(name) for name in icons.ASSURANCE_NAMES
    ]
    for icon in [*shown, icons.NO_VARIATION, icons.NO_ASSURANCE]:
        assert icon.label in text
        assert icon.shape in text.lower()


def test_the_pages_name_no_colour_without_a_shape():
    text = (ABOUT / "how-to-read.qmd").read_text(encoding="utf-8")
    for colour, shape in re.findall(r"\*\*(grey|blue|orange|purple) (\w+)\*\*", text):
        assert shape in {"circle", "square", "diamond", "triangle"}, colour
