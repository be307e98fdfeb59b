"""Every address on every page leads somewhere, and none fetches anything from another site."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import unquote, urlsplit

from lxml import html as lxml_html

from valuekit.errors import Problem

_FETCHED = {"img": "src", "script": "src", "link": "href", "iframe": "src", "source": "src", "use": "href", "image": "href"}


def broken(site: Path) -> list[Problem]:
    """Links to files or anchors that are not on the finished `site`, and requests to other sites."""
    pages = {file: lxml_html.parse(str(file), lxml_html.HTMLParser(encoding="utf-8")) for file in sorted(site.rglob("*.html"))}
    anchors = {file.resolve(): {e.get("id") for e in tree.iter() if e.get("id")} for file, tree in pages.items()}
    problems: dict[Problem, None] = {}
    for file, tree in pages.items():
        where = file.relative_to(site).as_posix()
        for element in tree.iter():
            if not isinstance(element.tag, str):
                continue
            fetched = _FETCHED.get(element.tag)
            address = element.get("href" if element.tag == "a" else fetched or "")
            if not address:
                continue
            parts = urlsplit(address)
            if parts.scheme == "data":
                continue
            if parts.scheme or parts.netloc:
                if fetched:
                    problems[Problem(f"the page asks another site for {address}", where, do="Put the file into the project.")] = None
                continue
            target = (file.parent / unquote(parts.path)).resolve() if parts.path else file.resolve()
            if not target.is_file() or not target.is_relative_to(site.resolve()):
                problems[Problem(f"a link leads to '{address}', which is not on the site", where, do="Check the link.")] = None
            elif parts.fragment and target in anchors and unquote(parts.fragment) not in anchors[target]:
                problems[Problem(f"a link leads to '{address}', but the page has no such part", where, do="Check the name after #.")] = None
    return list(problems)
