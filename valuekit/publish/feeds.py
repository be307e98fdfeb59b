"""The Atom feed of releases, corrections and case studies, the site map, and ``robots.txt``.

All of it is made from what the documents say, never from the clock: the same input gives the same bytes.
"""

from __future__ import annotations

import calendar
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lxml import etree

from valuekit.project import Month
from valuekit.publish import releases
from valuekit.publish.metadata import FEED, LICENCE

_ATOM = "http://www.w3.org/2005/Atom"
_SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"
_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "https://schema.org/Report")


@dataclass(frozen=True)
class Entry:
    """One thing that a reader of the feed should hear of.

    Attributes
    ----------
    key
        ``release/2026-10``, ``release/2026-10/v2`` (a correction) or ``case/bringing_healthcare_home``: what
        its id is made from, for good.
    updated
        A day, ``2026-10-31``: that of its content.
    href
        From the site's root.
    """

    key: str
    title: str
    updated: str
    href: str
    summary: str


def month_end(period: str) -> str:
    """The last day of a month, ``2026-10-31``: the date of what a release says."""
    month = Month.parse(period)
    return f"{period}-{calendar.monthrange(month.year, month.month)[1]:02d}"


def entries(
    about: Mapping[str, Any],
    pages: Sequence[Any],
    earlier: Sequence[Mapping[str, str]],
    kept: Iterable[releases.Kept] = (),
) -> list[Entry]:
    """Releases, their corrections and case studies, the newest first.

    Parameters
    ----------
    about
        Of the site: organisation, period.
    pages
        Documents of the site; those with a `case` in their front matter are case studies.
    earlier
        PDFs of earlier months, as :func:`~valuekit.publish.releases.earlier_pdfs` lists them.
    kept
        Every release: each that corrects another has an entry of its own.
    """
    found = [_release(about["period"], "reports/index.html", "All reports of the month.")]
    by_month: dict[str, list[Mapping[str, str]]] = {}
    for one in earlier:
        by_month.setdefault(one["href"].split("/")[1], []).append(one)
    for period, pdfs in by_month.items():
        words = "Kept as published: " + "; ".join(sorted(one["title"] for one in pdfs)) + "."
        found.append(_release(period, pdfs[0]["href"], words))
    found += [_correction(one) for one in kept if one.manifest["release"]["correction"]]
    for page in pages:
        if page.front.case is not None:
            updated = page.front.modified or month_end(about["period"])
            found.append(
                Entry(
                    key=f"case/{page.path.stem}",
                    title=page.title,
                    updated=str(updated),
                    href=str(page.path.with_suffix(".html")),
                    summary=page.front.description or page.front.subtitle,
                )
            )
    return sorted(found, key=lambda entry: (entry.updated, entry.key), reverse=True)


def _release(period: str, href: str, summary: str) -> Entry:
    title = f"Value reports for {Month.parse(period).words}"
    return Entry(f"release/{period}", title, month_end(period), href, summary)


def _correction(one: releases.Kept) -> Entry:
    """A new version of a month that was released before: a reader of the first should hear of it."""
    said = one.manifest["release"]["correction"]
    return Entry(
        f"release/{one.period}/v{one.version}",
        f"Corrected: value reports for {one.words}",
        one.date,
        f"{one.address}/{releases.ABOUT}",
        f"What changed: {said['changed']} Why: {said['why']}",
    )


def write_feed(
    site: Path, told: Mapping[str, Any], pages: Sequence[Any], kept: Sequence[releases.Kept]
) -> None:
    """``feed.xml``.

    Parameters
    ----------
    told
        What the theme is told of the site (title, url, about).
    pages
        Documents of the site.
    kept
        Every release.
    """
    earlier = releases.earlier_pdfs(kept, Month.parse(told["about"]["period"]))
    (site / FEED).write_bytes(_feed(told, entries(told["about"], pages, earlier, kept)))


def write_site_map(site: Path, told: Mapping[str, Any], paths: Iterable[str]) -> None:
    """``robots.txt``; ``sitemap.xml`` where the site's own address is known.

    Parameters
    ----------
    told
        What the theme is told of the site (title, url, about).
    paths
        Every page, from the site's root.
    """
    base = told["url"]
    robots = ["User-agent: *", "Allow: /"]
    if base:
        (site / "sitemap.xml").write_bytes(_site_map(base, paths, month_end(told["about"]["period"])))
        robots += ["", f"Sitemap: {base}sitemap.xml"]
    (site / "robots.txt").write_text("\n".join(robots) + "\n", encoding="utf-8", newline="\n")


def stable_id(organisation: str, key: str) -> str:
    """An id that stays when the site moves or a title changes (RFC 4287, 4.2.6; RFC 9562, 5.5)."""
    return f"urn:uuid:{uuid.uuid5(_NAMESPACE, f'{organisation}/{key}')}"


def _feed(told: Mapping[str, Any], found: Sequence[Entry]) -> bytes:
    """RFC 4287."""
    base, organisation = told["url"], told["about"]["organisation"]
    root = etree.Element(f"{{{_ATOM}}}feed", nsmap={None: _ATOM})
    root.set("{http://www.w3.org/XML/1998/namespace}lang", "en-GB")
    _say(root, "id", stable_id(organisation, "feed"))
    _say(root, "title", f"{told['title']}, {organisation}")
    _say(root, "subtitle", "New releases, corrections and case studies.")
    _say(root, "updated", _moment(max(entry.updated for entry in found)))
    _link(root, base + FEED, "self", "application/atom+xml")
    _link(root, base or "index.html", "alternate", "text/html")
    author = etree.SubElement(root, f"{{{_ATOM}}}author")
    _say(author, "name", organisation)
    _say(root, "rights", f"Open Government Licence v3.0, {LICENCE}")
    for entry in found:
        part = etree.SubElement(root, f"{{{_ATOM}}}entry")
        _say(part, "id", stable_id(organisation, entry.key))
        _say(part, "title", entry.title)
        _say(part, "updated", _moment(entry.updated))
        kind = "application/pdf" if entry.href.endswith(".pdf") else "text/html"
        _link(part, base + entry.href, "alternate", kind)
        _say(part, "summary", entry.summary or entry.title)
    return _bytes(root)


def _moment(day: str) -> str:
    return f"{day}T00:00:00Z"


def _say(parent: Any, name: str, text: str) -> None:
    etree.SubElement(parent, f"{{{_ATOM}}}{name}").text = text


def _link(parent: Any, href: str, rel: str, kind: str) -> None:
    etree.SubElement(parent, f"{{{_ATOM}}}link", rel=rel, type=kind, href=href)


def _site_map(base: str, paths: Iterable[str], updated: str) -> bytes:
    """sitemaps.org protocol 0.9: whole addresses only."""
    root = etree.Element(f"{{{_SITEMAP}}}urlset", nsmap={None: _SITEMAP})
    for path in sorted(paths):
        url = etree.SubElement(root, f"{{{_SITEMAP}}}url")
        etree.SubElement(url, f"{{{_SITEMAP}}}loc").text = base + ("" if path == "index.html" else path)
        etree.SubElement(url, f"{{{_SITEMAP}}}lastmod").text = updated
    return _bytes(root)


def _bytes(root: Any) -> bytes:
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)
