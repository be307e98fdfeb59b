"""The search index: the same pages give the same bytes, whatever the disk."""

from __future__ import annotations

from pathlib import Path

import pytest

from valuekit.errors import PublishError
from valuekit.publish import search

PAGES = {f"part{i % 3}/page{i}.html": f"word{i} shared{i % 4}" for i in range(12)}


def site(folder: Path, names: list[str]) -> Path:
    """A site whose files are written in the order of `names`: some disks list them in that order."""
    for name in names:
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        body = f"<main data-pagefind-body><h1>{name}</h1><p>{PAGES[name]}</p></main>"
        file.write_text(f'<!doctype html><html lang="en-GB"><body>{body}</body></html>', encoding="utf-8")
    return folder


def indexed(folder: Path) -> dict[str, bytes]:
    search.index(folder)
    found = folder / "pagefind"
    return {f.relative_to(found).as_posix(): f.read_bytes() for f in found.rglob("*") if f.is_file()}


def test_the_order_in_which_pages_were_written_does_not_change_a_byte(tmp_path: Path) -> None:
    shared_memory = Path("/dev/shm")  # lists files newest first, where other disks sort or hash them
    elsewhere = shared_memory / tmp_path.name if shared_memory.is_dir() else tmp_path / "elsewhere"
    try:
        first = indexed(site(tmp_path / "first", sorted(PAGES)))
        second = indexed(site(elsewhere, sorted(PAGES, reverse=True)))
    finally:
        import shutil

        shutil.rmtree(elsewhere, ignore_errors=True)
    assert first == second


def test_every_file_of_the_index_is_whole_each_time(tmp_path: Path) -> None:
    """Asked to write its files, Pagefind answers before they are whole: some runs cut one at 32 KiB."""
    first = indexed(site(tmp_path, list(PAGES)))
    assert max(len(content) for content in first.values()) > 40_000, "as its worker's script is"
    assert all(indexed(tmp_path) == first for _ in range(8))


def test_every_page_is_in_the_index(tmp_path: Path) -> None:
    found = indexed(site(tmp_path, list(PAGES)))
    assert len([name for name in found if name.startswith("fragment/")]) == len(PAGES)


def test_a_search_program_that_cannot_run_is_a_plain_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PAGEFIND_BINARY_PATH", str(tmp_path / "nothing"))
    with pytest.raises(PublishError, match="search index cannot be made"):
        search.index(site(tmp_path, list(PAGES)))
