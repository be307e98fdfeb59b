"""The search index over the site, made by Pagefind."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from pagefind.index import IndexConfig, PagefindIndex

from valuekit.errors import Problem, PublishError

_NOT_USED = ("pagefind-ui.*", "pagefind-modular-ui.*", "pagefind-component-ui.*", "pagefind-highlight.js")
"""Pagefind's own search boxes: ours is part of the theme."""


def index(site: Path) -> None:
    """Write ``pagefind/`` into `site`. The same pages give the same bytes.

    Raises
    ------
    PublishError
        Pagefind cannot run, or fails.
    """
    try:
        with ThreadPoolExecutor(max_workers=1) as thread:  # the caller may have a loop of its own running
            thread.submit(lambda: asyncio.run(_index(site))).result()
    except (OSError, RuntimeError, AssertionError) as error:
        raise PublishError(
            Problem(
                "the search index cannot be made",
                "pagefind",
                getattr(error, "strerror", None) or str(error)[-200:],
                "Free some disk space or install pagefind_bin again, and run again.",
            )
        ) from error
    if not (site / "pagefind" / "pagefind.js").is_file():
        raise PublishError(
            Problem("the search index was not written", "pagefind", do="Free some disk space.")
        )
    for pattern in _NOT_USED:
        for file in (site / "pagefind").glob(pattern):
            file.unlink()


async def _index(site: Path) -> None:
    """Give Pagefind each page, in the order of their names.

    Left to find them itself it takes them in the order of the disk, and numbers them so.
    """
    config = IndexConfig(output_path=str(site / "pagefind"), keep_index_url=True)
    async with PagefindIndex(config=config) as found:
        for page in sorted(site.rglob("*.html"), key=lambda file: file.relative_to(site).as_posix()):
            await found.add_html_file(
                content=page.read_text(encoding="utf-8"), source_path=page.relative_to(site).as_posix()
            )
