"""``docs/documents.md``, written from the tables that the renderer itself obeys.

Run ``python -m valuekit.publish.manual`` after changing one of them; a test compares.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from pydantic import BaseModel

from valuekit.publish.features import CELL_OPTIONS, REFUSED, SUPPORTED
from valuekit.publish.quarto_project import (
    Execute,
    FrontMatter,
    HtmlFormat,
    Navbar,
    PageFooter,
    ProjectSettings,
    QuartoFile,
    TypstFormat,
    Website,
)

FILE = Path(__file__).parents[2] / "docs" / "documents.md"

_HEAD = """# Documents

Made by `python -m valuekit.publish.manual`; do not edit.

A document is plain Quarto: a `.qmd` file that stock Quarto (1.9 or newer) renders as it stands, and that
valuekit's own renderer renders to the same content with nothing but Python packages. The own renderer knows
the constructs of the first table. Anything else that Quarto would understand is refused before a cell runs,
with file, line and construct; `valuekit publish --engine quarto` then renders it. Nothing is left out in
silence.

Cells run in the project's folder with `QUARTO_PROFILE`, `QUARTO_PROJECT_ROOT`, `QUARTO_DOCUMENT_PATH` and
`QUARTO_DOCUMENT_FILE` set, once for all formats (stock Quarto: once for each). What a cell shows must be
Markdown (`_repr_markdown_`) or text; other pictures and tables would come without alt text or header cells.
An error in a cell ends that document, is reported with the file and line of the statement, and nothing is
published.

An included file's own paths count from the folder of the document that includes it. An include inside an
included file is written from the project's folder (`/reports/_part.qmd`), which reads the same everywhere.

A document's formats are those that its front matter or the `_metadata.yml` of its folders name, else those of
the profile. `public` makes pages and PDFs; `board` and `clinical` make PDFs into `_packs/`.
"""


def manual() -> str:
    """The page as Markdown."""
    parts = [_HEAD, "## What renders alike with both engines\n"]
    parts.append(
        _table(("construct", "on the page", "in the PDF"), ((r.construct, r.html, r.pdf) for r in SUPPORTED))
    )
    parts.append("Examples, in the same order:\n")
    parts += [f"{row.construct}:\n\n{_fenced(row.example)}\n" for row in SUPPORTED]
    parts.append("## Options of a cell\n")
    parts.append(
        _table(("`#|` option", "what it does"), ((f"`{n}`", says) for n, says in CELL_OPTIONS.items()))
    )
    parts.append("## Keys of a document, a folder and the project\n")
    parts.append(
        "`_quarto.yml`, `_quarto-<profile>.yml`, `_metadata.yml` and front matter are read strictly. Keys "
        "marked *for stock Quarto* are accepted, and valuekit's own theme stands in their place.\n"
    )
    parts.append(_table(("key", "where", "what it does"), _keys()))
    parts.append("## What is refused\n")
    parts.append(
        _table(
            ("construct", "do instead", "stock Quarto"),
            (
                (r.construct, r.do, "renders it" if r.stock else "not wanted there either")
                for r in REFUSED.values()
            ),
        )
    )
    return "\n".join(parts)


def _keys() -> Iterable[tuple[str, str, str]]:
    groups: tuple[tuple[str, str, type[BaseModel]], ...] = (
        ("", "front matter, `_metadata.yml`, project", FrontMatter),
        ("execute.", "the same", Execute),
        ("format.html.", "the same", HtmlFormat),
        ("format.typst.", "the same", TypstFormat),
        ("", "project", QuartoFile),
        ("project.", "project", ProjectSettings),
        ("website.", "project", Website),
        ("website.navbar.", "project", Navbar),
        ("website.page-footer.", "project", PageFooter),
    )
    seen = set()
    for prefix, where, model in groups:
        for name, field in model.model_fields.items():
            key = prefix + (field.alias or name)
            if key not in seen:
                seen.add(key)
                yield f"`{key}`", where, field.description or ""


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [_row(heads), _row(["---"] * len(heads)), *(_row(row) for row in rows)]
    return "\n".join(lines) + "\n"


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _fenced(text: str) -> str:
    return f"````markdown\n{text}\n````"


if __name__ == "__main__":
    FILE.write_text(manual(), encoding="utf-8", newline="\n")
