"""The search index over the site, made by Pagefind."""

from __future__ import annotations

import subprocess
from pathlib import Path

from pagefind_bin import get_executable

from valuekit.errors import Problem, PublishError

_NOT_USED = ("pagefind-ui.*", "pagefind-modular-ui.*", "pagefind-component-ui.*", "pagefind-highlight.js")
"""Pagefind's own search boxes: ours is part of the theme."""


def index(site: Path, progress: object = None) -> None:
    """Write ``pagefind/`` into `site`. The same pages give the same bytes.

    Raises
    ------
    PublishError
        Pagefind cannot run, or fails.
    """
    command = [str(get_executable()), "--site", str(site), "--silent", "--keep-index-url"]
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, encoding="utf-8", errors="replace", timeout=300
        )
    except OSError as error:
        raise PublishError(
            Problem(
                "the search index cannot be made",
                "pagefind",
                str(error.strerror),
                "Install pagefind_bin again.",
            )
        ) from error
    if done.returncode:
        raise PublishError(Problem("the search index cannot be made", "pagefind", done.stderr.strip()[-200:]))
    for pattern in _NOT_USED:
        for file in (site / "pagefind").glob(pattern):
            file.unlink()
