"""axe-core, the accessibility checker, run inside a page whose Content-Security-Policy stays in force."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from playwright.sync_api import Page

WCAG_2_2_AA = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


@cache
def _source() -> str:
    return (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")


def axe(page: Page, only: list[str] | None = None) -> list[str]:
    """What axe finds at WCAG 2.2 A and AA, one line for each element.

    Parameters
    ----------
    only
        Names of single rules to run in place of all.
    """
    if not page.evaluate("!!window.axe"):
        page.evaluate(_source())
    run = {"type": "rule", "values": only} if only else {"type": "tag", "values": WCAG_2_2_AA}
    found = page.evaluate("run => axe.run(document, {runOnly: run, resultTypes: ['violations']})", run)
    return [
        f"{violation['id']}: {' '.join(node['target'])}: {node['failureSummary'].splitlines()[-1].strip()}"
        for violation in found["violations"]
        for node in violation["nodes"]
    ]
