"""Wherever a publish ends, the live site is one whole site, and the next publish mends the rest by itself."""

from __future__ import annotations

import os
import random
import shutil
import time

import pytest
from counted import asked
from disk import KILLED, PUBLISH_ONLY, Disk

from valuekit.publish import fonts
from valuekit.publish.site import publish

from .conftest import PERIOD, Small, make_small

pytestmark = [pytest.mark.slow, pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")]
ALL = asked()
"""The counts on the page come from a run that is stopped at every change of the disk; daily, at a few."""

STOPPED = {"group": "stops", "means": "one whole site; the next run mended the rest"}
COMMAND = (PUBLISH_ONLY, str(PERIOD))
LIVE = ("_site", "_packs")
FULL = ("No space left on device", "No usable temporary directory")
"""What is said where the disk takes nothing more; the second is Python's, of folders for passing files."""


@pytest.fixture(scope="module")
def disk(tmp_path_factory):
    made = Disk(tmp_path_factory.mktemp("disk"))
    yield made
    made.close()


@pytest.fixture(scope="module")
def published_once(tmp_path_factory, fonts, disk) -> Small:
    """Published once; since then a file that goes with the site has changed, so another publish is due."""
    small = make_small(tmp_path_factory.mktemp("begun") / "a project")
    shutil.copytree(fonts, small.root / "_site.state" / "fonts")
    small.document("A board.", "reports/board.qmd", "title: Board report")
    small.document("Stroke.", "reports/services/stroke.qmd", "title: Stroke")
    small.write("downloads/a.csv", "a\n1\n")
    assert disk.run(small.root, *COMMAND)["code"] == 0
    small.write("downloads/a.csv", "a\n2\n")
    return small


@pytest.fixture(scope="module")
def finished(published_once, disk) -> tuple[int, dict[str, bytes]]:
    """How often the next publish changes the disk, and the site and packs that it makes undisturbed."""
    whole = again(published_once)
    done = disk.run(whole.root, *COMMAND, at=10**9)
    assert done["code"] == 0, done["said"]
    old, new = published_once.tree(*LIVE), whole.tree(*LIVE)
    assert {name for name in new if new[name] != old.get(name)} == {"_site/downloads/a.csv"}
    return done["changes"], new


@pytest.fixture
def begun(published_once, tmp_path) -> Small:
    """A copy of it, for one test."""
    shutil.copytree(published_once.root, tmp_path / "a project")
    return Small(tmp_path / "a project")


def again(begun: Small) -> Small:
    root = begun.root.with_name("attempt")
    shutil.rmtree(root, ignore_errors=True)
    shutil.copytree(begun.root, root)
    return Small(root)


def holds(small: Small, old: dict[str, bytes], new: dict[str, bytes], disk: Disk, when: str) -> None:
    """The site and the packs are each whole, and the next publish makes both new without a hand."""
    for folder in LIVE:  # the journal sees to it that both are of one publish in the end
        whole = [{n: c for n, c in tree.items() if n.startswith(f"{folder}/")} for tree in (old, new)]
        assert small.tree(folder) in whole, when
    done = disk.run(small.root, *COMMAND)
    assert done["code"] == 0, done["said"]
    assert small.tree(*LIVE) == new, when
    assert not [path for path in small.root.iterdir() if path.name.endswith((".new", ".old"))], when


@pytest.mark.counted
def test_a_publish_killed_anywhere_leaves_one_whole_site_and_the_next_mends_it(
    begun, finished, disk, counted
) -> None:
    (last, new), old = finished, begun.tree(*LIVE)
    points = range(1, last + 1) if ALL else random.Random(20261031).sample(range(1, last + 1), 6)
    for at in points:
        small = again(begun)
        assert disk.run(small.root, *COMMAND, at=at)["code"] == KILLED
        holds(small, old, new, disk, f"killed at change {at} of {last}")
    counted("kill_points_publish", what="Changes of the disk at each of which a publish was killed",
            tried=len(points), held=len(points), **STOPPED)  # fmt: skip


@pytest.mark.counted
def test_a_publish_killed_with_its_workers_at_any_moment_leaves_one_whole_site(
    begun, finished, disk, counted
) -> None:
    """Nothing is kept to be used again, so that documents are rendered while it is killed."""
    new, old = finished[1], begun.tree(*LIVE)
    shutil.rmtree(begun.root / "_site.state" / "cache")
    whole, start = again(begun), time.monotonic()
    assert disk.run(whole.root, *COMMAND)["code"] == 0
    seconds = time.monotonic() - start
    moments = [random.Random(20261031 + n).uniform(0, seconds) for n in range(16 if ALL else 2)]
    for moment in moments:
        small = again(begun)
        disk.run(small.root, *COMMAND, at=moment, how="time")
        holds(small, old, new, disk, f"killed after {moment:.2f} of {seconds:.2f} s")
    counted("kill_points_in_time", what="Moments at which a publish and its workers were killed",
            tried=len(moments), held=len(moments), **STOPPED)  # fmt: skip


@pytest.mark.counted
def test_a_full_disk_leaves_the_site_as_it_was(begun, disk, counted) -> None:
    old, points = begun.tree(*LIVE), random.Random(5).sample(range(1, 40), 12 if ALL else 2)
    for at in points:
        small = again(begun)
        done = disk.run(small.root, *COMMAND, at=at, how="full")
        assert done["code"] == 1 and any(words in done["said"] for words in FULL), done
        assert small.tree(*LIVE) == old
        assert disk.run(small.root, *COMMAND)["code"] == 0
    counted("full_disk_publish", what="Points at which the disk was full during a publish",
            tried=len(points), held=len(points), **STOPPED)  # fmt: skip


@pytest.mark.counted
@pytest.mark.parametrize("below", ["_site.new", "_packs.new", "_site.state"])
def test_a_folder_that_cannot_be_written_ends_a_publish_with_a_plain_line(
    begun, finished, disk, counted, below
) -> None:
    old = begun.tree(*LIVE)
    done = disk.run(begun.root, *COMMAND, at=1, how="readonly", below=str(begun.root / below))
    assert done["code"] == 1 and "Permission denied" in done["said"], done
    assert "Traceback" not in done["said"]
    holds(begun, old, finished[1], disk, below)
    counted("read_only_publish", what="Folders made read-only during a publish", tried=1, held=1, **STOPPED)


@pytest.mark.counted
def test_a_font_that_is_gone_stops_the_publish_and_is_enough_reason_to_say_so(
    begun, monkeypatch, tmp_path, counted
) -> None:
    old = begun.tree(*LIVE)
    shutil.rmtree(begun.root / "_site.state" / "fonts")
    with monkeypatch.context() as patch:
        patch.setattr(fonts, "package_fonts", lambda: tmp_path / "no fonts")
        with pytest.raises(OSError, match="no fonts"):  # which the command says in one line
            publish(begun.project, PERIOD)
    assert begun.tree(*LIVE) == old
    publish(begun.project, PERIOD)
    assert (begun.root / "_site/assets/fonts").is_dir()
    counted("fonts", what="Fonts taken away from what a publish had kept",
            tried=len(fonts.WEB_FONTS), held=len(fonts.WEB_FONTS), **STOPPED)  # fmt: skip


@pytest.mark.counted
@pytest.mark.parametrize("harm", ["cut", "other bytes", "empty", "no JSON"])
def test_what_runs_remember_may_be_spoilt_in_every_file(begun, finished, disk, counted, harm) -> None:
    small = again(begun)
    files = [f for f in (small.root / "_site.state").rglob("*") if f.is_file() and f.suffix != ".lock"]
    for file in files:
        content = file.read_bytes()
        spoilt = {"cut": content[: len(content) // 2], "empty": b"", "no JSON": b"{"}
        file.write_bytes(spoilt.get(harm, bytes(byte ^ 1 for byte in content)))
    done = disk.run(small.root, *COMMAND)
    assert done["code"] == 0, done["said"]
    assert small.tree(*LIVE) == finished[1]
    counted("cache", what="Files of the cache spoilt, all at once, in four ways", group="stops",
            tried=len(files), held=len(files), means="made anew, and the site is the same")  # fmt: skip
