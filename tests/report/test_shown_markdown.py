"""What a cell gives: Markdown that pandoc turns into accessible HTML and Typst."""

from __future__ import annotations

import pypandoc
import pytest
import typst
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import html as lxml_html

from valuekit.report import icons
from valuekit.report.show import Block, Figure, Heading, Item, Points, Words, escape_markdown
from valuekit.report.tables import icon_line, table, typst_string

NASTY = 'A*b* _c_ <i>x</i> `y` $1 $2 @fig-a [l](u) # ~z~ ^q^ "r" \\n {.k} | #set'


def html_of(markdown: str):
    return lxml_html.fromstring(f"<main>{pypandoc.convert_text(markdown, 'html', format='markdown')}</main>")


def compiled(body: str) -> bytes:
    """The Typst text as PDF/UA-1; raises where it is not accessible."""
    text = f'#set document(title: "T")\n#set text(lang: "en", region: "gb")\n{body}'
    return typst.compile(text.encode("utf-8"), pdf_standards=["ua-1"])


@settings(max_examples=25, deadline=None)
@given(
    st.text(
        st.characters(codec="ascii", min_codepoint=33, exclude_characters="'\"-.&"), min_size=1, max_size=30
    )
)
def test_any_words_come_out_as_they_went_in(text):
    shown = html_of(Words((f"Said {text} here",))._repr_markdown_())
    assert "".join(shown.itertext()).strip() == f"Said {text} here"
    assert len(shown) == 1 and len(shown[0]) == 0


def test_empty_words_show_nothing_and_leave_no_gap():
    assert Words(("",))._repr_markdown_() == ""
    assert Block.of(Words(("a",)), Words(), [Words(("b",))])._repr_markdown_() == "a\n\nb"


def test_points_are_a_list_with_bold_or_linked_leads():
    shown = html_of(
        Points((Item("one"), Item("two", lead="B:"), Item("three", lead="C", href="c.qmd")))._repr_markdown_()
    )
    assert [li.text_content() for li in shown.iter("li")] == ["one", "B: two", "C three"]
    assert shown.find(".//a").get("href") == "c.qmd" and shown.find(".//strong").text == "B:"


def test_a_heading_keeps_its_level_and_id():
    shown = html_of(Heading(3, "A & B*", "x-y")._repr_markdown_())
    assert (shown[0].tag, shown[0].get("id"), shown[0].text_content()) == ("h3", "x-y", "A & B*")


def test_a_figure_is_written_beside_its_document_with_caption_and_alt(tmp_path, monkeypatch):
    monkeypatch.setenv("QUARTO_DOCUMENT_PATH", str(tmp_path))
    markdown = Figure(
        "stroke-stay", "<svg/>", "Cap *x*", 'Alt "q" with\nline', "public/stroke"
    )._repr_markdown_()
    assert (tmp_path / "figures/public/stroke/stroke-stay.svg").read_bytes() == b"<svg/>"
    assert (
        markdown == "![Cap \\*x\\*](figures/public/stroke/stroke-stay.svg)"
        '{#fig-stroke-stay fig-alt="Alt ”q” with line"}'
    )
    shown = html_of(markdown)
    assert shown.find(".//figcaption").text_content() == "Cap *x*"


def two_rows():
    return table(
        "t",
        "A caption",
        {
            "Row": ["a", NASTY],
            "Icon": [icons.variation("concern_high"), icons.variation(None)],
            "Cost": ["£1", "£2"],
        },
        numbers=("Cost",),
    )


def test_a_table_has_header_cells_with_scope_for_columns_and_rows():
    shown = lxml_html.fromstring(two_rows().html)
    assert [(th.text_content(), th.get("scope")) for th in shown.find("thead").iter("th")] == [
        ("Row", "col"),
        ("Icon", "col"),
        ("Cost", "col"),
    ]
    assert [tr[0].tag for tr in shown.find("tbody").iter("tr")] == ["th", "th"]
    assert all(th.get("scope") == "row" for th in shown.find("tbody").iter("th"))


def test_a_table_carries_no_style_no_script_no_id_and_shows_text_as_it_stands():
    found = two_rows()
    shown = lxml_html.fromstring(found.html)
    assert not any(
        element.get("style") or element.get("id") or element.get("onclick") for element in shown.iter()
    )
    assert shown.find("tbody")[1][0].text_content() == NASTY
    assert shown.get("class") == "vk"
    assert [cell.get("class") for cell in shown.find("tbody")[0]] == [None, None, "number"]


def test_the_same_table_stands_in_typst_with_its_header_and_compiles_as_accessible_pdf():
    found = two_rows()
    assert 'table.header("Row", "Icon", "Cost")' in found.typst
    assert "align: (left, left, right,)" in found.typst
    assert compiled(found.typst).startswith(b"%PDF")


def test_a_table_reaches_each_format_once():
    markdown = two_rows()._repr_markdown_()
    as_html = pypandoc.convert_text(markdown, "html", format="markdown")
    as_typst = pypandoc.convert_text(markdown, "typst", format="markdown")
    assert as_html.count("<table") == 1 and "#table(" not in as_html and "A caption" in as_html
    assert as_typst.count("#table(") == 1 and "<table" not in as_typst
    assert markdown.rstrip(":").rstrip().endswith("A caption"), (
        "Quarto takes the last paragraph as the caption"
    )


@settings(max_examples=15, deadline=None)
@given(st.text(st.characters(codec="latin-1", exclude_categories=("Cc", "Cf")), max_size=20))
def test_any_text_is_a_typst_string(text):
    assert compiled(f"#assert.eq({typst_string(text)}.len(), {len(text.encode())})\nx")


def test_icons_differ_in_shape_or_letter_and_not_only_in_colour():
    found = [icons.variation(n) for n in (*icons.VARIATION_NAMES, None)] + [
        icons.assurance(n) for n in icons.ASSURANCE_NAMES
    ]
    assert len({(icon.shape, icon.mark) for icon in found}) == len(found)
    assert len({icon.label for icon in found}) == len(found)


def test_every_icon_stands_beside_its_words_in_both_formats():
    for icon in (icons.variation("improvement_low"), icons.assurance("hit_and_miss")):
        line = icon_line(icon)
        shown = lxml_html.fromstring(line.html)
        assert shown.text_content().strip() == icon.label
        assert shown.find(".//svg").get("aria-hidden") == "true"
        assert compiled(line.typst)


@pytest.mark.parametrize("text", ["plain words, £1,200 (95%)", "4.1 percentage points"])
def test_ordinary_text_is_not_cluttered_with_escapes(text):
    assert escape_markdown(text) == text
