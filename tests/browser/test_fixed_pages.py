"""The fixed pages say what the project does, in words that most people can read. No browser needed."""

import ast
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
import yaml

from valuekit.publish.catalogue import VERSION
from valuekit.report import icons

ROOT = Path(__file__).resolve().parents[2]
ABOUT = ROOT / "reports" / "about"
PAGES = sorted(ABOUT.glob("*.qmd"))
DOCUMENTS = [ROOT / "index.qmd", *sorted((ROOT / "reports").rglob("*.qmd"))]
LONGEST_SENTENCE = 25
MEAN_SENTENCE = 14
READING_AGE = 13
"""Flesch–Kincaid grade + 5 (Kincaid et al. 1975): what GOV.UK asks of texts for everyone lies at 9 to 13."""


def front_and_body(file: Path) -> tuple[dict, str]:
    """Front matter and text of a document; an included part has no front matter."""
    text = file.read_text(encoding="utf-8")
    if not text.startswith("---\n"):
        return {}, text
    front, body = text.removeprefix("---\n").split("---\n", 1)
    return yaml.safe_load(front) or {}, body


def sentences(file: Path) -> list[str]:
    """Sentences of the running text: no front matter, code, tables, markup, addresses or references."""
    text = re.sub(r"^```.*?^```$", "", front_and_body(file)[1], flags=re.MULTILINE | re.DOTALL)
    text = re.sub(r"^(\||#|!\[|:::).*$", "", text, flags=re.MULTILINE)
    text = re.sub(r"\{[^}]*\}", "", re.sub(r"\[([^\]]*)\](\([^)]*\))?", r"\1", text))
    text = re.sub(r" \([^()]*\b(18|19|20)\d\d,[^()]*\)", "", text)
    text = re.sub(r"^(:|-|\d+\.)\s+", "\n", text, flags=re.MULTILINE)
    parts = re.split(r"(?<=[.?!:])\s+|\n\s*\n|\n(?=[A-Z*])", text.replace("*", ""))
    return [part.strip() for part in parts if len(part.split()) > 1]


def told(front: object) -> Iterator[str]:
    """Sentences in the front matter that a page shows; names, titles of sources and addresses are not."""
    if isinstance(front, dict):
        for key, part in front.items():
            if key not in ("sources", "from"):
                yield from told(part)
    elif isinstance(front, list):
        for part in front:
            yield from told(part)
    elif isinstance(front, str):
        yield from (part for part in re.split(r"(?<=[.?!:;])\s+", front) if len(part.split()) > 3)


def measured(said: Sequence[str]) -> tuple[float, float]:
    """Mean words of a sentence, and reading age in years."""
    words = re.findall(r"[A-Za-z][A-Za-z'-]*", " ".join(said))
    mean_length = len(words) / len(said)
    return mean_length, 0.39 * mean_length + 11.8 * sum(map(syllables, words)) / len(words) - 15.59 + 5


def syllables(word: str) -> int:
    """Groups of vowels, less a silent e: the usual approximation."""
    groups = len(re.findall(r"[aeiouy]+", word.lower()))
    return max(1, groups - (word.lower().endswith("e") and not word.lower().endswith("le") and groups > 1))


def named(file: Path) -> str:
    return file.relative_to(ROOT).with_suffix("").as_posix()


TEXTS = [file for file in DOCUMENTS if sentences(file)]
"""Documents with words of their own; the pages of the methods and of some tables have none."""
CASES = [file for file in DOCUMENTS if "case" in front_and_body(file)[0]]


@pytest.mark.parametrize("file", TEXTS, ids=named)
def test_no_sentence_is_long(file):
    assert [s for s in sentences(file) if len(s.split()) > LONGEST_SENTENCE] == []


@pytest.mark.parametrize("file", TEXTS, ids=named)
def test_a_reader_of_thirteen_can_read_it(file):
    mean_length, age = measured(sentences(file))
    assert mean_length <= MEAN_SENTENCE
    assert age <= READING_AGE


@pytest.mark.parametrize("file", CASES, ids=named)
def test_what_a_case_says_in_its_front_matter_is_as_plain(file):
    said = list(told(front_and_body(file)[0]))
    mean_length, age = measured(said)
    assert [s for s in said if len(s.split()) > LONGEST_SENTENCE] == []
    assert mean_length <= MEAN_SENTENCE
    assert age <= READING_AGE


def test_every_document_with_words_of_its_own_is_read():
    assert {*PAGES, *CASES} <= set(TEXTS)
    assert {"board.qmd", "_service.qmd", "_welcome.qmd", "index.qmd", "stroke.qmd"} <= {f.name for f in TEXTS}
    assert len(CASES) == 11


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


CHART_KINDS = {"over_time": ("xmr", "run-chart"), "bars": ("cost-by-stage",), "cost_spread": ("histogram",)}
"""Chart functions that are explained under another name than their own."""


def chart_functions() -> list[str]:
    """Every public function of valuekit/report/charts/ that gives a chart."""
    found = []
    for file in sorted((ROOT / "valuekit" / "report" / "charts").glob("*.py")):
        for node in ast.parse(file.read_text(encoding="utf-8")).body:
            public = isinstance(node, ast.FunctionDef) and not node.name.startswith("_")
            if public and node.returns and "p9.ggplot" in ast.unparse(node.returns):
                found.append(node.name)
    return found


def test_the_kinds_of_chart_are_found():
    assert {"over_time", "funnel", "plane", "flow"} <= set(chart_functions())


@pytest.mark.parametrize("kind", chart_functions())
def test_every_kind_of_chart_is_explained_with_a_picture(kind):
    text = (ABOUT / "how-to-read.qmd").read_text(encoding="utf-8")
    for id in CHART_KINDS.get(kind, (kind.replace("_", "-"),)):
        section = re.search(rf"^## [^\n]+ \{{#{id}\}}\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
        assert section, f"how-to-read.qmd has no section {{#{id}}}"
        picture = re.search(
            r"!\[[^\]]+\]\((pictures/[\w-]+\.svg)\)\{#fig-[\w-]+ fig-alt=\"(.+?)\"\}", section[1]
        )
        assert picture, id
        assert (ABOUT / picture[1]).is_file()
        assert len(picture[2]) > 40, "the picture in words"


def test_how_to_read_says_what_an_eq5d_index_and_a_value_set_are():
    text = (ABOUT / "how-to-read.qmd").read_text(encoding="utf-8")
    section = re.search(r"^## [^\n]+\{#eq-5d\}\n(.*?)(?=^## )", text, re.MULTILINE | re.DOTALL)[1]
    for word in ("**value set**", "**index**", "smallest change that matters", "three levels", "(QALY)"):
        assert word in section


NAMES = {
    "AA", "BMJ", "CEBM", "England", "GAD", "HM", "IEEE", "JAWS", "KB", "NHS", "NVDA", "OHID", "RFC", "UK",
    "US", "UA-1", "UTF-8", "VoiceOver", "WHO", "ISPOR", "JSON", "OGL", "ID", "URL",
}  # fmt: skip
"""Short forms that name bodies, places, standards, programs or sizes of files: not words to explain."""
_SHORT = re.compile(r"\b[A-Z][a-z]?[A-Z]+(?:-\d[A-Z]?)?\b|\b[A-Z]{2,}s?\b")


def test_no_document_uses_a_short_form_that_neither_it_nor_the_glossary_explains():
    glossary = (ABOUT / "glossary.qmd").read_text(encoding="utf-8")
    unexplained = {}
    for file in DOCUMENTS:
        if file.parent.name == "learning":
            continue  # case studies name many bodies by their short forms
        text = re.sub(
            r"```.*?```|^---.*?^---|\]\([^)]*\)|\{[^}]*\}",
            "",
            file.read_text(encoding="utf-8"),
            flags=re.M | re.S,
        )
        for word in set(_SHORT.findall(text)) - NAMES:
            own = re.search(
                rf"\({re.escape(word)}\)|{re.escape(word)} \(|\b{re.escape(word)} stands for", text
            )
            if not own and word.removesuffix("s") not in glossary:
                unexplained.setdefault(word, []).append(file.name)
    assert unexplained == {}


TECHNICAL = (
    "bootstrap", "calibration", "case mix", "composite", "c-statistic", "deflator", "discount", "expected",
    "Fieller", "forecast", "funnel", "GAD-7", "interrupted time series", "lens", "ledger", "median",
    "net benefit",
    "net present value", "NIHSS", "pseudonym", "QALY", "quarantine", "Rankin", "reconcil", "rounded",
    "slope index", "suppressed", "tipping point", "weighted", "Wilson",
)  # fmt: skip
"""Words of method and measurement. Whoever shows a new one on a page puts it here and into the glossary."""


@pytest.mark.parametrize("word", TECHNICAL)
def test_the_glossary_explains_each_technical_word(word):
    text = (ABOUT / "glossary.qmd").read_text(encoding="utf-8")
    explained = re.findall(r"^\[([^\]]+)\]\{#[^}]+\}\n:   (.+)$", text, flags=re.MULTILINE)
    assert any(word.lower() in f"{term} {words}".lower() for term, words in explained)


def test_a_definition_needs_no_hovering_and_is_short():
    text = (ABOUT / "glossary.qmd").read_text(encoding="utf-8")
    assert "title=" not in text
    for term, words in re.findall(r"^\[([^\]]+)\]\{#[^}]+\}\n:   (.+)$", text, flags=re.MULTILINE):
        assert 5 <= len(words.split()) <= 60, term


AUDIENCE_PAGES = ("for-patients", "for-boards", "for-clinical-teams", "for-other-trusts")


def test_there_is_a_plain_page_for_each_kind_of_reader_and_the_index_leads_to_all_pages():
    index = (ABOUT / "index.qmd").read_text(encoding="utf-8")
    for file in PAGES:
        if file.stem != "index":
            assert f"({file.name})" in index, file.name
    assert {*AUDIENCE_PAGES, "licence", "contact", "data-held", "accessibility"} <= {
        file.stem for file in PAGES
    }


def test_the_page_for_programs_names_every_part_of_the_index_and_its_version():
    text = (ABOUT / "for-machines.qmd").read_text(encoding="utf-8")
    for key in ("version", "site", "reports", "measures", "cases"):
        assert re.search(rf"^\| {key} \|", text, re.MULTILINE), key
    assert f"The version of this form: {VERSION} " in text


def test_the_pages_name_no_colour_without_a_shape():
    text = (ABOUT / "how-to-read.qmd").read_text(encoding="utf-8")
    for colour, shape in re.findall(r"\*\*(grey|blue|orange|purple) (\w+)\*\*", text):
        assert shape in {"circle", "square", "diamond", "triangle"}, colour
