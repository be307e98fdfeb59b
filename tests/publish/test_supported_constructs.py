"""Each row of the table of supported constructs, rendered as page and PDF."""

from __future__ import annotations

import re
import subprocess
from shutil import which

import pikepdf
import pytest
from lxml import html as lxml_html

from valuekit.publish.features import SUPPORTED
from valuekit.publish.manual import FILE, manual
from valuekit.publish.pdf import structure

EXAMPLES = {row.key: row.example for row in SUPPORTED}

IN_HTML = {  # what the page must hold, as XPath from <main>
    "heading": "//h2[@id='results']/following::h3[.='Detail']",
    "text": "//p[em and strong and code and a[@role='doc-noteref']]/following::ol/following::blockquote"
    "/following::dl",
    "link": "//p[a[@href='../index.html'] and a[@href='#part'] and a[@href='https://example.org/a']]",
    "figure": "//figure[@id='fig-x'][.//svg[@role='img']/title[.='A line that rises.']]"
    "/figcaption[starts-with(., 'Figure 1:')]",
    "image": "//p[starts-with(., 'Up ')]/svg[title='rising']",
    "width": "//svg[@width='60%']",
    "table-block": "//figure[@id='tbl-x']//table[@aria-labelledby="
    "//figcaption[starts-with(., 'Table 1:')]/@id]",
    "pipe-table": "//figure[@id='tbl-y']//th[@scope='col'][.='B'][contains(@class, 'right')]",
    "reference": "//a[@href='#fig-x'][normalize-space(translate(., '\u00a0', ' '))='Figure 1']",
    "callout": "//aside[@role='note'][contains(@class, 'callout-note')]/p[.='Read this']",
    "profile": "//p[.='For all.']",
    "format": "//p[contains(., 'on a screen') and not(contains(., 'on paper'))]",
    "raw": "//p[@class='lede'][.='Screen']",
    "class": "//div[@class='lede']/p",
    "code": "//pre/code[.='x = 1']",
    "include": "//p[.='From the part.']",
    "cell": "//p/strong[.='Shown']",
    "parameters": "//pre/code[.='x']",
    "comment": "//p[.='After.']",
}
IN_PDF = {  # words of the PDF, in order
    "heading": "Results.*Text.*Detail",
    "text": "a b c1.*one.*two.*first.*said.*Term.*Meaning",
    "link": "Home, this part, elsewhere",
    "figure": "Figure 1: What it shows",
    "image": "Up.*again",
    "width": "Figure 1",
    "table-block": "Table 1: What it holds.*A.*1",
    "pipe-table": "Table 1: What it holds.*A.*B.*x.*1",
    "reference": "See Figure 1",
    "callout": "Read this.*Text",
    "profile": "For all",
    "format": "Seen on paper",
    "raw": "Paper",
    "class": "First words",
    "code": "x = 1",
    "include": "From the part",
    "cell": "Shown",
    "parameters": "x",
    "comment": "Before.*After",
}
NOT_IN_EITHER = {"profile": "For the team", "comment": "not shown to readers"}


def words(file) -> str:
    text = subprocess.run(
        ["pdftotext", "-layout", str(file), "-"], capture_output=True, text=True, check=True
    ).stdout
    return re.sub(r"\s+", " ", text)


@pytest.fixture
def rendered(small, request):
    small.write("reports/_part.qmd", "From the part.\n")
    small.document(EXAMPLES[request.param])
    result = small.render()
    assert not result.problems, result.problems
    return request.param, small


@pytest.mark.parametrize("rendered", EXAMPLES, indirect=True)
def test_a_supported_construct_stands_on_the_page_and_in_the_pdf(rendered) -> None:
    key, small = rendered
    main = lxml_html.fromstring(small.page()).find(".//main")
    assert main.xpath("." + IN_HTML[key]), lxml_html.tostring(main, encoding="unicode")
    assert NOT_IN_EITHER.get(key, "\0") not in main.text_content()
    if which("pdftotext"):
        said = words(small.pdf())
        assert re.search(IN_PDF[key], said), said
        assert NOT_IN_EITHER.get(key, "\0") not in said


def test_every_row_of_the_table_says_what_to_look_for() -> None:
    assert set(IN_HTML) == set(IN_PDF) == set(EXAMPLES)


def test_the_manual_is_what_the_renderer_obeys() -> None:
    assert FILE.read_text(encoding="utf-8") == manual(), "run: python -m valuekit.publish.manual"


def test_figures_and_tables_are_numbered_alike_in_both_formats(small) -> None:
    figure = '![{0}](figures/x.svg){{#fig-{0} fig-alt="alt {0}"}}\n\n'
    table = "| A |\n|---|\n| 1 |\n\n: {0} {{#tbl-{0}}}\n\n"
    bare = "| Z |\n|---|\n| 2 |\n\n"
    small.document(
        figure.format("one")
        + table.format("one")
        + bare
        + "See @fig-two and @tbl-two.\n\n"
        + figure.format("two")
        + table.format("two")
    )
    assert not small.render().problems
    said = " ".join(
        lxml_html.fromstring(small.page()).find(".//main").text_content().replace("\u00a0", " ").split()
    )
    assert "See Figure 2 and Table 2." in said
    assert "See Figure 2 and Table 2." in words(small.pdf()).replace("\u00a0", " ")
    assert "Table 2: two" in words(small.pdf())


def test_a_figure_hidden_from_an_audience_takes_no_number(small) -> None:
    figure = '![{0}](figures/x.svg){{#fig-{0} fig-alt="alt"}}\n\n'
    hidden = '::: {.content-visible when-profile="clinical"}\n' + figure.format("inner") + ":::\n\n"
    small.document(hidden + figure.format("outer") + "See @fig-outer.")
    assert not small.render().problems
    assert "Figure\u00a01" in lxml_html.fromstring(small.page()).find(".//main").text_content()


def test_a_chart_stands_in_the_page_with_names_of_its_own_and_without_inline_style(small) -> None:
    small.document('![a](figures/x.svg){#fig-a fig-alt="one"}\n\n![b](figures/x.svg){#fig-b fig-alt="two"}')
    assert not small.render().problems
    main = lxml_html.fromstring(small.page()).find(".//main")
    ids = [element.get("id") for element in main.iter() if element.get("id")]
    assert len(ids) == len(set(ids))
    first, second = main.findall(".//svg[@role='img']")
    assert first.find(".//use").get("href") == "#" + first.find(".//path").get("id")
    clip = second.xpath('.//*[local-name()="clippath"]')[0]
    assert second.find(".//g").get("clip-path") == f"url(#{clip.get('id')})"
    assert first.find(".//use").get("stroke") == "#0000ff"
    assert first.get("stroke-linejoin") == "round"
    assert not main.xpath(".//svg//*[@style] | .//style | .//metadata")


def test_a_pdf_is_tagged_and_says_title_language_alt_text_and_header_cells(small) -> None:
    html = (
        '<table><thead><tr><th scope="col">A</th><th scope="col">B</th></tr></thead>'
        '<tbody><tr><th scope="row">r</th><td>1</td></tr></tbody></table>'
    )
    block = (
        "::: {#tbl-a}\n\n```{=html}\n" + html + "\n```\n\n```{=typst}\n"
        "#table(columns: 2, table.header([A], [B]), [r (a table(d) word)], [1])\n```\n\nRows\n\n:::\n\n"
    )
    plain = "| C | D |\n|---|---|\n| c | d |\n\n"
    small.document(block + plain + '![f](figures/x.svg){#fig-a fig-alt="A line that rises."}')
    assert not small.render().problems
    with pikepdf.open(small.pdf()) as pdf:
        assert pdf.Root.MarkInfo.Marked
        assert str(pdf.Root.Lang) == "en-GB"
        assert str(pdf.docinfo.Title) == "A page"
        assert b"<pdfuaid:part>1</pdfuaid:part>" in pdf.Root.Metadata.read_bytes()
        elements = list(structure(pdf))
        assert "A line that rises." in {str(e.Alt) for e in elements if "/Alt" in e}
        cells = [
            (str(e.S), [str(a.get("/Scope", "")) for a in (e.A if isinstance(e.A, pikepdf.Array) else [e.A])])
            for e in elements
            if str(e.S) in ("/TH", "/TD")
        ]
    kinds = [kind for kind, _ in cells]
    assert kinds == ["/TH", "/TH", "/TH", "/TD", "/TH", "/TH", "/TD", "/TD"], (
        "the first table's rows have heads, the second's not"
    )
    assert "/Row" in cells[2][1]


def test_a_table_without_header_cells_is_refused(small) -> None:
    small.document("```{=typst}\n#table(columns: 1, [a], [b])\n```")
    assert "no header cells" in str(small.render().problems[0])


def test_what_typst_refuses_is_said_with_the_document_and_the_reason(small) -> None:
    small.document('```{=typst}\n#image("/reports/figures/x.svg")\n```')
    problem = small.render().problems[0]
    assert problem.where == "reports/page.qmd"
    assert "alt" in str(problem)


def test_the_page_has_title_toc_breadcrumbs_and_its_pdf(small) -> None:
    small.document("## One\n\n### Two\n\nText.", front='title: A "page" & more\ndescription: What it is.')
    assert not small.render().problems
    tree = lxml_html.fromstring(small.page())
    assert tree.find(".//h1").text_content() == 'A "page" & more'
    assert tree.get("lang") == "en-GB"
    assert tree.xpath("//a[@href='#one']") and tree.xpath("//a[@href='#two']")
    assert tree.xpath("//nav[@aria-label='Breadcrumb']//a[@href='../index.html']")
    assert tree.xpath("//a[@href='../reports/page.pdf']")
