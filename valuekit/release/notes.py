"""The page of a release: who approved it, what it corrects, which figures moved, what it was made from."""

from __future__ import annotations

import html
from collections.abc import Iterator, Mapping, Sequence

from valuekit.mart import TABLES
from valuekit.publish.releases import MANIFEST, Kept, count_moved, day
from valuekit.release.moved import Move

_MOST = 300
"""Figures that the page lists; the file beside it holds all."""


def notes(one: Kept, found: Sequence[Move], before: Kept | None, pages: Sequence[Mapping[str, str]]) -> str:
    """The page's body, as HTML.

    Parameters
    ----------
    one
        The release; its manifest need not name its files yet.
    found
        What moved since `before`.
    pages
        Title and address of each page of the release.
    """
    release = one.manifest["release"]
    parts = [
        f"<p>These are the reports of {one.period.words}, version {one.version}. The "
        f"{_e(release['approved_by'])} approved them on {day(one.date)}.</p>",
        *_correction(release["correction"], one.version),
        *_moved(found, before),
        *_made_from(one),
        '<h2 id="pages">Pages of this release</h2>\n<ul>',
        *(f'<li><a href="{_e(page["href"])}">{_e(page["title"])}</a></li>' for page in pages),
        "</ul>",
    ]
    return "\n".join(parts)


def _e(text: object) -> str:
    return html.escape(str(text))


def _correction(said: Mapping[str, str] | None, version: int) -> Iterator[str]:
    if said:
        yield '<h2 id="correction">What was corrected</h2>'
        yield f"<p><strong>What changed:</strong> {_e(said['changed'])}</p>"
        yield f"<p><strong>Why:</strong> {_e(said['why'])}</p>"
        last = version - 1
        yield f'<p>The reports as they were before: <a href="../v{last}/index.html">version {last}</a>.</p>'


def _moved(found: Sequence[Move], before: Kept | None) -> Iterator[str]:
    yield '<h2 id="moved">Released figures that moved</h2>'
    if before is None:
        yield "<p>This is the first release, so there is nothing to compare with.</p>"
        return
    since = f'<a href="../../{before.period}/v{before.version}/release.html">{before.words}</a>'
    if not found:
        yield f"<p>No figure of a past interval moved since {since}.</p>"
        return
    yield (
        f"<p>{count_moved(len(found))} since {since}. All of them, with the ends of their intervals and what "
        'is worked out from them, are in <a href="moved.csv">moved.csv</a>.</p>'
    )
    shown = sorted((move for move in found if move.judged), key=lambda move: not move.beyond)
    if len(shown) > _MOST:
        yield f"<p>The table shows {_MOST} of them, the largest kind of move first.</p>"
    yield from _table(shown[:_MOST])


def _table(shown: Sequence[Move]) -> Iterator[str]:
    if not shown:
        return
    heads = ("Figure", "Where", "As released then", "Now", "Reason")
    yield '<div class="table-scroll"><table class="vk">'
    yield "<caption>Released figures of past intervals that moved</caption>"
    yield "<thead><tr>" + "".join(f'<th scope="col">{head}</th>' for head in heads) + "</tr></thead><tbody>"
    for move in shown:
        where = ", ".join(filter(None, (TABLES[move.table].title, move.row, move.column.replace("_", " "))))
        reason = f"{move.reason}. {move.says}" if move.reason else "within the bound, not explained"
        cells = (_e(where), _e(move.old), _e(move.new) or "not shown", _e(reason[:1].upper() + reason[1:]))
        row = "".join(f"<td>{cell}</td>" for cell in cells)
        yield f'<tr><th scope="row">{_e(move.figure)}</th>{row}</tr>'
    yield "</tbody></table></div>"


def _made_from(one: Kept) -> Iterator[str]:
    manifest = one.manifest
    yield '<h2 id="made-from">What it was made from</h2>'
    yield (
        f"<p>{len(manifest['inputs']):,} input files and valuekit {_e(manifest['code']['valuekit'])} made "
        f'{len(manifest["outputs"]):,} files. The <a href="{MANIFEST}">manifest</a> lists each with its '
        "SHA-256, a fingerprint that changes with any byte. Names and hashes of the extracts and of internal "
        "PDFs are kept by the trust. The command <code>valuekit verify</code> finds any file that is "
        "missing, changed or extra.</p>"
    )
