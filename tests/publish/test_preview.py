"""The preview makes again what a saved file touches, says one line, and survives faults."""

from __future__ import annotations

import os
import urllib.request
from types import SimpleNamespace

import pytest

from valuekit.errors import ExtractError, Problem
from valuekit.publish import assets
from valuekit.publish.preview import Preview, serve

from .conftest import PERIOD


@pytest.fixture
def watched(small):
    small.document("One.", "reports/one.qmd", "title: One\nformat: html")
    small.document("{{< include _part.qmd >}}", "reports/two.qmd", "title: Two\nformat: html")
    small.write("reports/_part.qmd", "Part.\n")
    small.write("data/services/a.yml", "name: a\n")
    built, said = [], []

    def build():
        built.append(1)
        return SimpleNamespace(period=PERIOD)

    preview = Preview(small.project, build, said.append)
    preview.start()
    assert not said, said
    return SimpleNamespace(small=small, preview=preview, built=built, said=said)


def save(watched, name: str, text: str) -> str:
    """Save a file, let the preview look, and return what it said."""
    file = watched.small.write(name, text)
    os.utime(file, ns=(0, file.stat().st_mtime_ns + 10**9))
    watched.said.clear()
    assert watched.preview.step()
    return "\n".join(watched.said)


def page(watched, name: str) -> str:
    return (watched.small.root / "_site" / name).read_text(encoding="utf-8")


def test_a_page_that_cannot_be_written_to_its_end_stays_as_it_was(watched, monkeypatch) -> None:
    before = page(watched, "reports/one.html")

    def half(source, target):
        with open(target, "wb") as file:  # noqa: PTH123 - whatever is handed over
            file.write(b"<html>")
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(assets.shutil, "copyfile", half)
        said = save(watched, "reports/one.qmd", "---\ntitle: One\nformat: html\n---\n\nChanged.\n")
    assert "No space left" in said
    assert page(watched, "reports/one.html") == before


def test_a_saved_document_makes_its_own_page_again_and_no_other(watched) -> None:
    other = (watched.small.root / "_site/reports/two.html").stat().st_mtime_ns
    said = save(watched, "reports/one.qmd", "---\ntitle: One\nformat: html\n---\n\nChanged.\n")
    assert said.startswith("reports/one.qmd: reports/one.qmd made again in ")
    assert "Changed." in page(watched, "reports/one.html")
    assert (watched.small.root / "_site/reports/two.html").stat().st_mtime_ns == other
    assert len(watched.built) == 1


def test_a_saved_part_makes_the_documents_again_that_include_it(watched) -> None:
    said = save(watched, "reports/_part.qmd", "Another part.\n")
    assert "reports/two.qmd made again" in said and "one.qmd" not in said
    assert "Another part." in page(watched, "reports/two.html")


def test_a_saved_definition_builds_the_figures_and_makes_everything_again(watched) -> None:
    assert "everything made again" in save(watched, "data/services/a.yml", "name: b\n")
    assert len(watched.built) == 2


def test_saved_settings_make_all_pages_again_without_a_build(watched) -> None:
    text = (watched.small.root / "_quarto.yml").read_text().replace("Value reports", "Other reports")
    assert "all pages made again" in save(watched, "_quarto.yml", text)
    assert "Other reports" in page(watched, "index.html")
    assert len(watched.built) == 1


def test_a_new_document_comes_onto_the_site(watched) -> None:
    save(watched, "reports/three.qmd", "---\ntitle: Three\nformat: html\n---\n\nNew.\n")
    assert "New." in page(watched, "reports/three.html")
    assert "reports/three.html" in page(watched, "search.html")


def test_a_fault_is_said_and_the_next_save_is_seen(watched) -> None:
    before = page(watched, "reports/one.html")
    assert "reports/_part.qmd:1: mathematics" in save(watched, "reports/_part.qmd", "It is $x$.\n")
    assert page(watched, "reports/one.html") == before
    assert "reports/two.qmd made again" in save(watched, "reports/_part.qmd", "It is x.\n")


def test_a_fault_of_the_data_is_said_and_the_preview_goes_on(watched) -> None:
    def fail():
        raise ExtractError(Problem("missing column 'amount'", "cost_lines.csv"))

    build, watched.preview.build = watched.preview.build, fail
    assert "cost_lines.csv: missing column 'amount'" in save(watched, "data/services/a.yml", "name: c\n")
    watched.preview.build = build
    assert "everything made again" in save(watched, "data/services/a.yml", "name: d\n")


def test_without_a_change_nothing_is_made(watched) -> None:
    assert not watched.preview.step()


def test_the_site_is_served_on_this_machine_alone(watched) -> None:
    server = serve(watched.small.project.site)
    try:
        host, port = server.server_address[:2]
        assert host == "127.0.0.1"
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/reports/one.html", timeout=10) as answer:
            assert b"One." in answer.read()
            assert answer.headers["Cache-Control"] == "no-store"
    finally:
        server.shutdown()
        server.server_close()
