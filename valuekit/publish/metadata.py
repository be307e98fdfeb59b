"""What a page says of itself to machines: canonical address, Open Graph, schema.org as JSON-LD.

Addresses are whole where the project names the site's own (``website: site-url``); a canonical address and
``og:url`` need it, and so does the picture of a shared link: without it they are left out, and other
addresses are given from the page.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from valuekit.publish.card import CARD, HEIGHT, WIDTH, alt_text

LICENCE = "https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/"
"""Open Government Licence v3.0."""

FEED, INDEX, PACKAGE = "feed.xml", "index.json", "downloads/datapackage.json"
_ESCAPES = {ord(mark): f"\\u{ord(mark):04x}" for mark in "<>&\u2028\u2029"}
_OPEN_GRAPH = {"Article": "article"}


@dataclass(frozen=True)
class Head:
    """What `theme/page.html` puts into a page's head."""

    canonical: str
    feed: str
    """Address of the Atom feed from the page; empty where there is none."""
    properties: tuple[tuple[str, str], ...]
    """Open Graph: (property, content)."""
    json_ld: str
    """A JSON text that can stand inside a script element."""


def head(page: Any, site: Mapping[str, Any]) -> Head:
    """The head of `page` on `site` (as the theme is told of both).

    Parameters
    ----------
    page
        A :class:`~valuekit.publish.html.Page`.
    site
        As :func:`~valuekit.publish.plan.site_of` gives it; ``url`` ends in a slash or is empty.
    """
    base = site.get("url", "")
    here = _address(page.path) if base else ""
    return Head(
        canonical=base + here if base else "",
        feed=page.root + FEED if site.get("feed") else "",
        properties=tuple(_open_graph(page, site, base + here if base else "")),
        json_ld=_script(_described(page, site)),
    )


def _address(path: str) -> str:
    """The home page is the folder itself."""
    return "" if path == "index.html" else path


def _open_graph(page: Any, site: Mapping[str, Any], address: str) -> list[tuple[str, str]]:
    """Open Graph protocol (ogp.me): what a shared link shows."""
    said = [
        ("og:title", page.title or site["title"]),
        ("og:type", _OPEN_GRAPH.get(page.kind, "website")),
        ("og:description", page.description),
        ("og:site_name", f"{site['title']}, {site['about']['organisation']}"),
        ("og:locale", (page.lang or "en-GB").replace("-", "_")),
        ("og:url", address),
    ]
    if page.kind == "Article" and page.modified:
        said.append(("article:modified_time", page.modified))
    if address:  # a picture needs its whole address
        said += [
            ("og:image", site["url"] + CARD),
            ("og:image:type", "image/png"),
            ("og:image:width", str(WIDTH)),
            ("og:image:height", str(HEIGHT)),
            ("og:image:alt", alt_text(site)),
        ]
    return [(name, content) for name, content in said if content]


def _described(page: Any, site: Mapping[str, Any]) -> dict[str, Any]:
    """The page as schema.org has it (schema.org/Report, Dataset, Article, WebPage)."""
    base = site.get("url", "")
    organisation = {"@type": "Organization", "name": site["about"]["organisation"]}
    whole = {"@type": "WebSite", "name": site["title"], **({"url": base} if base else {})}
    said: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": page.kind,
        "name": page.title or site["title"],
        "description": page.description or page.title or site["title"],
        "inLanguage": page.lang or "en-GB",
        "isPartOf": whole,
        "publisher": organisation,
        "license": LICENCE,
        "isAccessibleForFree": True,
    }
    if base:
        said["url"] = base + _address(page.path)
    if page.modified:
        said["dateModified"] = page.modified
    if page.kind in ("Article", "Report"):
        said |= {"headline": said["name"], "author": organisation}
    if page.kind == "Dataset":
        said |= {"creator": organisation, "version": site["about"]["period"]}
        said["distribution"] = [_file((base or page.root) + PACKAGE, "application/json")]
    if page.pdf:
        said["encoding"] = _file((base or page.root) + page.pdf["href"], "application/pdf", "MediaObject")
    if site["about"]["synthetic"]:
        said["creativeWorkStatus"] = "Synthetic: every figure of this trust is made up"
    return said


def _file(address: str, kind: str, type_: str = "DataDownload") -> dict[str, str]:
    return {"@type": type_, "contentUrl": address, "encodingFormat": kind}


def _script(said: Mapping[str, Any]) -> str:
    """JSON that no browser can read as the end of its script element."""
    return json.dumps(said, ensure_ascii=False, separators=(",", ":")).translate(_ESCAPES)
