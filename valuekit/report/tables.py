"""Tables: great_tables makes the HTML, which is cleaned and then read once more as Typst.

The HTML keeps what a screen reader needs (header cells with their scope) and loses what the site's
own style sheet says better. Every table's first column names its rows.
"""

from __future__ import annotations

import json
import warnings
from collections.abc import Mapping, Sequence

import great_tables as gt
import pyarrow as pa
from lxml import html as lxml_html
from lxml.etree import tostring

from valuekit.report.icons import Icon
from valuekit.report.kept import kept
from valuekit.report.show import Inline, Table

NOT_SHOWN = "not shown"
"""What stands in a cell whose figure may not be shown."""


def table(
    id: str,
    caption: str,
    columns: Mapping[str, Sequence[str | Icon]],
    numbers: Sequence[str] = (),
    widths: Sequence[float] = (),
) -> Table:
    """A table from its columns.

    Parameters
    ----------
    id
        Without ``tbl-``; unique in the document.
    columns
        Header → cells, all as they should be read. The first column names the rows. A cell may be an
        :class:`~valuekit.report.icons.Icon`, shown with its label.
    numbers
        Headers of the columns to align right.
    widths
        Relative widths of the columns in print; the widths of the text by default.
    """
    what = [list(columns.items()), tuple(numbers), tuple(widths)]
    html, typst = json.loads(kept("tables", what, lambda: _drawn(columns, numbers, widths)))
    return Table(id, caption, html, typst)


def _drawn(
    columns: Mapping[str, Sequence[str | Icon]], numbers: Sequence[str], widths: Sequence[float]
) -> str:
    """The table as HTML and as Typst, in JSON."""
    first = next(iter(columns))
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "PyArrow Table support", UserWarning)  # they call it experimental
        made = gt.GT(_plain(columns), rowname_col=first, id="vk", auto_align=False).tab_stubhead(first)
    root = lxml_html.fromstring(made.as_raw_html())
    found = root if root.tag == "table" else root.find(".//table")
    _clean(found, list(columns), set(numbers))
    _place_icons(found, columns)
    text = tostring(found, encoding="unicode", method="html").strip()
    return json.dumps([text, _typst(found, columns, set(numbers), widths)])


def _plain(columns: Mapping[str, Sequence[str | Icon]]) -> pa.Table:
    """Every cell's words. In pandas, writing cell by cell as great_tables does takes three times as long."""
    return pa.table(
        {
            name: pa.array([c.label if isinstance(c, Icon) else c for c in cells], pa.string())
            for name, cells in columns.items()
        }
    )


def _clean(found: lxml_html.HtmlElement, names: list[str], numbers: set[str]) -> None:
    """Leave the structure, the scopes and one class for numbers."""
    for element in found.iter():
        scope = element.get("scope")
        element.attrib.clear()
        if scope:
            element.set("scope", scope)
        element.text = element.text.strip() if element.text and not element.text.strip() else element.text
        element.tail = "\n" if element.tag in ("thead", "tbody", "tr", "table") else ""
    for row in found.iter("tr"):
        for name, cell in zip(names, row, strict=True):
            if name in numbers:
                cell.set("class", "number")
    found.set("class", "vk")
    found.set("data-quarto-disable-processing", "true")


def _place_icons(found: lxml_html.HtmlElement, columns: Mapping[str, Sequence[str | Icon]]) -> None:
    body = found.find("tbody").findall("tr")
    for at, cells in enumerate(columns.values()):
        for row, cell in zip(body, cells, strict=True):
            if isinstance(cell, Icon):
                row[at].text = None
                row[at].insert(0, lxml_html.fragment_fromstring(icon_html(cell)))


def icon_html(icon: Icon) -> str:
    """The icon with its words; the drawing itself is hidden from screen readers, which read the words."""
    drawing = icon.svg.replace("<svg ", '<svg aria-hidden="true" focusable="false" ', 1)
    return f'<span class="vk-icon">{drawing} {icon.label}</span>'


def icon_typst(icon: Icon) -> str:
    """The icon with its words, the drawing carried inside the Typst text."""
    drawing, alt = typst_string(icon.svg), typst_string(icon.label)
    picture = f'image(bytes({drawing}), format: "svg", height: 1.1em, alt: {alt})'
    return f"#box(baseline: 20%, {picture}) #{typst_string(icon.label)}"


def icon_line(*icons: Icon) -> Inline:
    """Icons with their words, as a paragraph."""
    spans = " ".join(icon_html(icon) for icon in icons)
    typst = " #h(1.5em) ".join(icon_typst(icon) for icon in icons)
    return Inline(f'<p class="vk-icons">{spans}</p>', f"#block[{typst}]")


def typst_string(text: str) -> str:
    """`text` as a Typst string, which shows it as it stands."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _typst(
    found: lxml_html.HtmlElement,
    columns: Mapping[str, Sequence[str | Icon]],
    numbers: set[str],
    widths: Sequence[float],
) -> str:
    """The table that `found` holds, as Typst's own ``table``."""
    names = list(columns)
    align = ", ".join("right" if name in numbers else "left" for name in names)
    shape = ", ".join(f"{w}fr" for w in widths) if widths else ", ".join(["auto"] * len(names))
    head = ", ".join(_typst_cell(cell) for cell in found.find("thead").find("tr"))
    lines = [f"#table(columns: ({shape},), align: ({align},),", f"  table.header({head}),"]
    for at, row in enumerate(found.find("tbody").findall("tr")):
        cells = [list(column)[at] for column in columns.values()]
        written = (
            f"[{icon_typst(cell)}]" if isinstance(cell, Icon) else _typst_cell(element)
            for cell, element in zip(cells, row, strict=True)
        )
        lines.append("  " + ", ".join(written) + ",")
    return "\n".join([*lines, ")"])


def _typst_cell(cell: lxml_html.HtmlElement) -> str:
    return typst_string(cell.text_content())
