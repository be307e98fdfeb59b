"""What the built-in renderer can do: one table, of which the manual is made, and documents judged.

:data:`SUPPORTED` is tested row by row in both formats; :data:`REFUSED` row by row too. A construct that is
in neither does not exist for Quarto either, or has no meaning of its own (a class that only styles).
"""

from __future__ import annotations

from dataclasses import dataclass

from valuekit.errors import Problem

STOCK = "stock Quarto renders it, the built-in renderer does not"
"""Said of every construct that is Quarto's but not ours: publish with ``--engine quarto`` to use it."""


@dataclass(frozen=True)
class Supported:
    """A construct that renders alike with both engines: an example, and what becomes of it."""

    key: str
    construct: str
    example: str
    html: str
    pdf: str


@dataclass(frozen=True)
class Refused:
    """A construct that is met with an error: `stock` says whether stock Quarto would render it."""

    key: str
    construct: str
    example: str
    do: str
    stock: bool = True

    def problem(self, where: str, token: str = "") -> Problem:
        """The error for one use of it at `where`."""
        what = f"{self.construct}: {token}" if token else self.construct
        return Problem(what, where, STOCK if self.stock else "", self.do)


SUPPORTED: tuple[Supported, ...] = (
    Supported(
        "heading",
        "Heading, from level 2 down without a gap",
        "## Results {#results}\n\nText.\n\n### Detail\n\nText.",
        "`<h2>` with an anchor; listed under 'On this page'",
        "heading 1, with a bookmark",
    ),
    Supported(
        "text",
        "Emphasis, strong, code, quotation, lists, definitions, footnotes, rules",
        "*a* **b** `c`^[A note.]\n\n- one\n- two\n\n1. first\n\n> said\n\nTerm\n:   Meaning\n\n---\n\nEnd.",
        "the same elements",
        "the same elements",
    ),
    Supported(
        "link",
        "Link to a page of the site, an anchor, or another site",
        "## Part {#part}\n\n[Home](../index.qmd), [this part](#part), [elsewhere](https://example.org/a).",
        "`.qmd` becomes `.html`; a page or anchor that is not there is an error",
        "anchors and other sites stay links; a link to a page of the site keeps its words only",
    ),
    Supported(
        "figure",
        "Figure: an image alone in its paragraph, with `#fig-` and `fig-alt`",
        '![What it shows](figures/x.svg){#fig-x fig-alt="A line that rises."}',
        "`<figure>` with 'Figure 1:'; an SVG stands in the page itself, its title the alt text",
        "numbered figure with the alt text",
    ),
    Supported(
        "image",
        "Image inside a line of text, with alt text",
        "Up ![rising](figures/x.svg) again.",
        "the image in the line",
        "the image at the height of the line",
    ),
    Supported(
        "width",
        "Width of an image",
        '![What it shows](figures/x.svg){#fig-x fig-alt="A line." width="60%"}',
        "the width",
        "the width",
    ),
    Supported(
        "table-block",
        "Table block: raw HTML and raw Typst of one table, and its caption last",
        "::: {#tbl-x}\n\n```{=html}\n"
        '<table><tr><th scope="col">A</th></tr><tr><td>1</td></tr></table>\n```\n\n'
        "```{=typst}\n#table(columns: 1, table.header([A]), [1])\n```\n\nWhat it holds\n\n:::",
        "`<figure>` with 'Table 1:', wired to its table; scrolls on a narrow screen",
        "numbered table with header cells; `// row-headers` in the Typst makes the first column row headers",
    ),
    Supported(
        "pipe-table",
        "Pipe table, with or without a caption and `#tbl-`",
        "| A | B |\n|---|--:|\n| x | 1 |\n\n: What it holds {#tbl-y}",
        "as above",
        "as above",
    ),
    Supported(
        "reference",
        "Cross-reference to a figure or table",
        'See @fig-x.\n\n![What it shows](figures/x.svg){#fig-x fig-alt="A line."}',
        "link 'Figure 1'; an unknown one is an error",
        "link 'Figure 1'",
    ),
    Supported(
        "callout",
        "Callout: note, tip, important, warning, caution; title by its heading or `title=`",
        "::: {.callout-note}\n## Read this\n\nText.\n\n:::",
        '`<aside role="note">` with its title',
        "a block with a bar, and its title",
    ),
    Supported(
        "profile",
        "Content for an audience",
        '::: {.content-visible when-profile="public"}\nFor all.\n:::\n\n'
        '::: {.content-hidden unless-profile="clinical"}\nFor the team.\n:::',
        "only the audience's",
        "only the audience's",
    ),
    Supported(
        "format",
        "Content for a format (`html`, `typst`)",
        'Seen [on a screen]{.content-visible when-format="html"}'
        '[on paper]{.content-visible when-format="typst"}.',
        "the HTML's",
        "the PDF's",
    ),
    Supported(
        "raw",
        "Raw block of one of the two formats",
        '```{=html}\n<p class="lede">Screen</p>\n```\n\n```{=typst}\n#strong[Paper]\n```',
        "HTML only",
        "Typst only",
    ),
    Supported(
        "class",
        "A class of the theme on a block or span",
        "::: {.lede}\nFirst words.\n:::",
        "the class",
        "the text",
    ),
    Supported(
        "code", "Code block", "```python\nx = 1\n```", "`<pre>`, not coloured", "the code, not coloured"
    ),
    Supported(
        "include",
        "Include of another file, on a line of its own",
        "{{< include _part.qmd >}}",
        "the file's content, cells run",
        "the same",
    ),
    Supported(
        "cell",
        "Python cell that shows Markdown",
        "```{python}\n#| label: one\n#| echo: false\n"
        "from IPython.display import Markdown\nMarkdown('**Shown**')\n```",
        "its Markdown",
        "its Markdown",
    ),
    Supported(
        "parameters",
        "Cell tagged `parameters`",
        "```{python}\n#| tags: [parameters]\nservice = 'x'\n```\n\n```{python}\nprint(service)\n```",
        "values given on the command line replace the cell's",
        "the same",
    ),
    Supported(
        "comment", "Comment", "Before.\n\n<!-- not shown to readers -->\n\nAfter.", "not shown", "not shown"
    ),
)

CELL_OPTIONS: dict[str, str] = {
    "label": "a name for the cell, once in a document",
    "echo": "`true` shows the code; `false` (set for the project) does not",
    "eval": "`false` does not run the cell",
    "output": "`false` runs it and shows nothing; `asis` takes what it prints as Markdown",
    "include": "`false` runs it and shows neither code nor output",
    "tags": "a list; `parameters` marks the cell with the document's parameters",
}
"""Options of a cell (``#| name: value``) and what they do."""

_OTHER = "Leave it out, or publish with --engine quarto."

REFUSED: dict[str, Refused] = {
    row.key: row
    for row in (
        Refused("shortcode", "shortcode other than a lone include", "{{< video film.mp4 >}}", _OTHER),
        Refused(
            "nested-include",
            "include inside an included file",
            "{{< include _b.qmd >}}",
            "Start its path with / (from the project's folder), which reads the same everywhere.",
            stock=False,
        ),
        Refused(
            "include-front",
            "front matter inside an included file",
            "---\ntitle: Part\n---",
            "Move it into the document that includes the file.",
        ),
        Refused(
            "include-options",
            "words after the name of an included file",
            "{{< include _a.qmd more >}}",
            _OTHER,
        ),
        Refused(
            "language",
            "cell of another language than Python",
            "```{r}\n1 + 1\n```",
            "Write the cell in Python, or publish with --engine quarto.",
        ),
        Refused("diagram", "diagram", "```mermaid\nflowchart LR\n```", "Draw it as a figure with alt text."),
        Refused(
            "cell-option",
            "cell option",
            "```{python}\n#| fig-cap: Words\n1\n```",
            "Use one of: " + ", ".join(CELL_OPTIONS) + ".",
        ),
        Refused(
            "inline-code",
            "code inside a line of text",
            "It is `{python} x` days.",
            "Show the sentence from a cell.",
        ),
        Refused(
            "maths",
            "mathematics",
            "The mean is $x$.",
            "Write it in words: a formula in a PDF has no alternative text.",
        ),
        Refused(
            "display-maths",
            "displayed formula",
            "$$\nx\n$$",
            "Show it as a figure with alt text, or in words.",
        ),
        Refused("citation", "citation", "As shown by @smith2020.", "Name the source in words, with a link."),
        Refused(
            "section-reference",
            "reference to a section by number",
            "See @sec-results.",
            "Write a link: [its heading](#sec-results).",
        ),
        Refused(
            "reference-form",
            "reference with words or a minus sign inside its brackets",
            "See [-@fig-x].",
            "Write @fig-x.",
        ),
        Refused(
            "raw",
            "raw content of another format",
            "```{=latex}\n\\newpage\n```",
            "Use raw html and raw typst only.",
        ),
        Refused(
            "script",
            "script inside a document",
            "```{=html}\n<script>x()</script>\n```",
            "Leave it out: pages must read without script.",
            stock=False,
        ),
        Refused("tabset", "tabs", "::: {.panel-tabset}\n## A\n\nx\n:::", "Use headings."),
        Refused("panel", "panel", "::: {.panel-sidebar}\nx\n:::", _OTHER),
        Refused("layout", "layout", "::: {layout-ncol=2}\na\n\nb\n:::", _OTHER),
        Refused("column", "column or margin", "::: {.column-margin}\nx\n:::", _OTHER),
        Refused("slides", "class for slides", "::: {.incremental}\n- x\n:::", _OTHER),
        Refused("hidden", "hidden block", "::: {.hidden}\nx\n:::", "Leave it out."),
        Refused("landscape", "landscape pages", "::: {.landscape}\nx\n:::", _OTHER),
        Refused("theorem", "theorem or proof", "::: {#thm-one}\nx\n:::", _OTHER),
        Refused("lightbox", "lightbox", "[x]{.lightbox}", _OTHER),
        Refused(
            "section-number", "class for numbered sections", "## Notes {.unnumbered}", "Leave the class out."
        ),
        Refused("appendix", "appendix", "## More {.appendix}", "Use a heading."),
        Refused(
            "content", "condition that is neither visible nor hidden", "::: {.content-other}\nx\n:::", _OTHER
        ),
        Refused(
            "condition",
            "condition on content",
            '::: {.content-visible when-format="docx"}\nx\n:::',
            "Use when-profile, unless-profile, when-format or unless-format with html or typst.",
        ),
        Refused(
            "callout",
            "kind of callout",
            "::: {.callout-danger}\nx\n:::",
            "Use note, tip, important, warning or caution.",
            stock=False,
        ),
        Refused(
            "callout-option",
            "option of a callout",
            '::: {.callout-note collapse="true"}\nx\n:::',
            "Leave the option out.",
        ),
        Refused("kbd", "keyboard key", "Press [x]{.kbd}.", "Write `x`."),
        Refused(
            "cell-class",
            "class that Quarto gives to cells",
            "::: {.cell-output}\nx\n:::",
            "Use a class of your own.",
        ),
        Refused("attribute", "attribute of a block", '::: {#a fig-cap="x"}\nx\n:::', _OTHER),
        Refused(
            "image-attribute",
            "attribute of an image",
            "![x](figures/x.svg){fig-align=left}",
            "Use fig-alt and width.",
        ),
        Refused(
            "code-attribute", "attribute of a code block", '```{.python filename="a.py"}\nx\n```', _OTHER
        ),
        Refused("listing", "numbered code or equation", '```{#lst-a .python lst-cap="A"}\nx\n```', _OTHER),
        Refused(
            "subfigures",
            "figure made of a block",
            "::: {#fig-two}\n![a](figures/x.svg)\n\nBoth\n:::",
            "Give the image itself the #fig- name.",
        ),
        Refused(
            "table-widths",
            "column widths of a table",
            '| A |\n|---|\n| x |\n\n: Words {#tbl-a tbl-colwidths="[100]"}',
            _OTHER,
        ),
        Refused(
            "table-caption",
            "caption of a table without a #tbl- name",
            "| A |\n|---|\n| x |\n\n: Words",
            "Give the table a name: {#tbl-name}.",
            stock=False,
        ),
        Refused(
            "level-one",
            "heading of level 1 in the text",
            "# Results",
            "Begin with ##: the title is the heading of level 1.",
            stock=False,
        ),
        Refused(
            "skipped-level",
            "heading that skips a level",
            "## A\n\n#### B",
            "Go down one level at a time: screen readers and the PDF standard rely on it.",
            stock=False,
        ),
        Refused(
            "remote-image",
            "image from another site",
            "![x](https://example.org/x.png)",
            "Put the image into the project: a page of the site asks no other site for anything.",
            stock=False,
        ),
        Refused(
            "no-alt",
            "image without alt text",
            "![](figures/x.svg)",
            'Add fig-alt="What it shows".',
            stock=False,
        ),
        Refused(
            "no-caption",
            "table block without a caption",
            "::: {#tbl-x}\n```{=html}\n<table></table>\n```\n:::",
            "Make the block's last paragraph the caption.",
            stock=False,
        ),
        Refused(
            "unresolved",
            "reference to nothing",
            "See @fig-none.",
            "Check the name: it must be that of a figure or table in this document and for this audience.",
            stock=False,
        ),
        Refused(
            "unresolved-link",
            "link to an anchor that is not on this page",
            "[there](#none)",
            "Check the name of the heading.",
            stock=False,
        ),
        Refused(
            "duplicate-id",
            "name that stands twice",
            "## A {#a}\n\n## B {#a}",
            "Give each its own.",
            stock=False,
        ),
    )
}
"""Constructs that are refused, by key; the Lua filters report these keys."""
