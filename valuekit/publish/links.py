"""Every address on every page leads somewhere, and none fetches anything from another site."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from lxml import html as lxml_html

from valuekit.errors import Problem

_FOLLOWED, _FETCHED = (
    {"a"},
    {"img", "script", "link", "iframe", "source", "use", "image", "video", "audio", "object"},
)


def broken(site: Path, skip: Collection[Path] = ()) -> list[Problem]:
    """Links to files or anchors that are not on the finished `site`, and requests to other sites.

    Pages below one of `skip` are not read: those of released months, whose links were checked when they were
    released.
    """
    parser = lxml_html.HTMLParser(encoding="utf-8")
    pages = {
        file.resolve(): lxml_html.parse(str(file), parser).getroot()
        for file in sorted(site.rglob("*.html"))
        if not any(file.is_relative_to(folder) for folder in skip)
    }
    anchors = {
        file: {element.get("id") for element in root.iterfind(".//*[@id]")} for file, root in pages.items()
    }
    problems: dict[Problem, None] = {}
    for file, root in pages.items():
        where = file.relative_to(site.resolve()).as_posix()
        for tag, address in _addresses(root):
            parts = urlsplit(address)
            if parts.scheme or parts.netloc:
                if tag in _FETCHED and parts.scheme != "data":
                    problems[_asks_another_site(address, where)] = None
                continue
            target = (file.parent / unquote(parts.path)).resolve() if parts.path else file
            if not target.is_file() or not target.is_relative_to(site.resolve()):
                problems[_leads_nowhere(address, where)] = None
            elif parts.fragment and target in anchors and unquote(parts.fragment) not in anchors[target]:
                problems[_no_such_part(address, where)] = None
    return list(problems)


def _addresses(root: Any) -> Iterator[tuple[str, str]]:
    """Each element that follows or fetches an address, and the address."""
    for name in ("href", "src", "data"):
        for element in root.iterfind(f".//*[@{name}]"):
            if element.tag in _FOLLOWED | _FETCHED and element.get("rel") != "canonical":
                yield element.tag, element.get(name)


def _asks_another_site(address: str, where: str) -> Problem:
    return Problem(f"the page asks another site for {address}", where, do="Put the file into the project.")


def _leads_nowhere(address: str, where: str) -> Problem:
    return Problem(f"a link leads to '{address}', which is not on the site", where, do="Check the link.")


def _no_such_part(address: str, where: str) -> Problem:
    return Problem(
        f"a link leads to '{address}', but that page has no such part", where, do="Check the name after #."
    )
