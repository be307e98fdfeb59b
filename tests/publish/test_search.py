"""The search index: the same pages give the same bytes, whatever the disk."""

from __future__ import annotations

import os
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
    with search.indexing(folder):
        pass
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


def test_pages_that_come_while_the_index_is_made_are_not_in_it(tmp_path: Path) -> None:
    first = indexed(site(tmp_path / "first", list(PAGES)))
    folder = site(tmp_path / "second", list(PAGES))
    with search.indexing(folder):
        site(folder / "releases", list(PAGES))
    found = folder / "pagefind"
    assert {f.relative_to(found).as_posix(): f.read_bytes() for f in found.rglob("*") if f.is_file()} == first


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="processes are listed there by Linux only")
def test_no_search_program_outlives_a_publish_that_fails(tmp_path: Path) -> None:
    def fails() -> None:
        with search.indexing(site(tmp_path, list(PAGES))):
            begun.extend(pagefinds())
            raise KeyboardInterrupt

    begun: list[int] = []
    with pytest.raises(KeyboardInterrupt):
        fails()
    assert begun
    assert set(begun) & set(pagefinds()) == set()
    assert not (tmp_path / "pagefind").exists()


def pagefinds() -> list[int]:
    """This process's children that are Pagefind."""
    children = Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children").read_text(encoding="ascii").split()
    names = {int(pid): Path(f"/proc/{pid}/comm").read_text(encoding="utf-8") for pid in children}
    return [pid for pid, name in names.items() if "pagefind" in name]


def test_a_search_program_that_cannot_run_is_a_plain_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PAGEFIND_BINARY_PATH", str(tmp_path / "nothing"))
    with pytest.raises(PublishError, match="search index cannot be made"):
        indexed(site(tmp_path, list(PAGES)))
