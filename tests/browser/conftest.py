"""A browser, a server on this machine, and the sites that the tests look at.

Where there is no Chromium these tests are skipped with one line that says so; with ``CI=true`` its
absence fails.
"""

from __future__ import annotations

import functools
import os
import shutil
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright
from survey import Seen, look_at
from theme_site import write_theme_site

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
NO_CHROMIUM = "no Chromium here: install it, or name it in VALUEKIT_CHROMIUM, to run the browser tests"
HERE = Path(__file__).parent
SMALL, FEW, OF_A_KIND = 30, 10, 2
"""Every day a small site is looked at whole; in another, a folder with more than a few pages holds one kind
of them, and two of it are looked at."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark every test here that opens pages."""
    for item in items:
        if HERE in item.path.parents and "browser" in item.fixturenames:
            item.add_marker(pytest.mark.browser)


@dataclass(frozen=True)
class Site:
    """A site on disk, served from loopback."""

    folder: Path
    address: str

    @property
    def pages(self) -> list[str]:
        """Every page, by its path from the site's root."""
        return sorted(file.relative_to(self.folder).as_posix() for file in self.folder.rglob("*.html"))


class _Quiet(SimpleHTTPRequestHandler):
    extensions_map = SimpleHTTPRequestHandler.extensions_map | {
        ".woff": "font/woff",
        ".js": "text/javascript",
    }

    def log_message(self, *words: object) -> None:
        pass


def _chromium() -> str:
    named = os.environ.get("VALUEKIT_CHROMIUM")
    found = named or next((path for name in NAMES if (path := shutil.which(name))), None)
    if found:
        return found
    if os.environ.get("CI") == "true":
        pytest.fail(NO_CHROMIUM)
    pytest.skip(NO_CHROMIUM)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for all tests."""
    path = _chromium()
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield running
        running.close()


@pytest.fixture(scope="session", params=["theme", "published"])
def site_folder(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The theme's own small site; and the published sample."""
    if request.param == "theme":
        return write_theme_site(tmp_path_factory.mktemp("theme") / "site")
    return request.getfixturevalue("published").root / "_site"


@pytest.fixture(scope="session")
def site(browser: Browser, site_folder: Path) -> Iterator[Site]:
    """The site, served from loopback."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(_Quiet, directory=str(site_folder)))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield Site(site_folder, f"http://127.0.0.1:{server.server_port}/")
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(scope="session", params=["some", pytest.param("all", marks=pytest.mark.slow)])
def pages(request: pytest.FixtureRequest, site: Site) -> list[str]:
    """Pages to look at: the reports and some of each other kind; and, which takes minutes, all of them."""
    if request.param == "all" or len(site.pages) <= SMALL:
        return site.pages
    by_folder: dict[str, list[str]] = {}
    for path in site.pages:
        by_folder.setdefault(path.rpartition("/")[0], []).append(path)
    return [path for each in by_folder.values() for path in (each[:OF_A_KIND] if len(each) > FEW else each)]


@pytest.fixture(scope="session")
def looked_at(site: Site) -> dict[str, Seen]:
    """What was seen of the site's pages so far, by their paths: no page is looked at twice."""
    return {}


@pytest.fixture(scope="session")
def survey(browser: Browser, site: Site, pages: list[str], looked_at: dict[str, Seen]) -> dict[str, Seen]:
    """What was seen of these pages of the site, by their paths."""
    with browser.new_context(viewport={"width": 1280, "height": 900}, locale="en-GB") as context:
        # in one context: styles and fonts are fetched once, as for a visitor
        for path in (path for path in pages if path not in looked_at):
            page = context.new_page()
            looked_at[path] = look_at(page, site.address + path)
            page.close()
    return {path: looked_at[path] for path in pages}


@pytest.fixture
def tab(browser: Browser) -> Iterator[Callable[..., Page]]:
    """Opens a fresh tab: ``tab(script=False)``."""
    contexts = []

    def open_tab(script: bool = True) -> Page:
        contexts.append(browser.new_context(java_script_enabled=script, locale="en-GB"))
        return contexts[-1].new_page()

    yield open_tab
    for context in contexts:
        context.close()
