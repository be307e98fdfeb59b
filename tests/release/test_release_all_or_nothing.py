"""Wherever a release ends, the live site is one whole release, and the next run mends the rest by itself."""

from __future__ import annotations

import os
import random
import shutil
from collections.abc import Iterator

import pytest
from counted import asked
from disk import KILLED, Disk
from hand_made_site import Ready, make_ready

from valuekit.publish.swap import only_one

pytestmark = [pytest.mark.slow, pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")]

ALL = asked()
"""The counts on the page come from a run that is stopped at every change of the disk; daily, at some."""

FIGURES = {"August 2026": (40, 50.0), "September 2026": (45, 60.0)}
STOPPED = {"group": "stops", "means": "one whole site; the next run mended the rest"}


@pytest.fixture(scope="module")
def disk(tmp_path_factory) -> Iterator[Disk]:
    made = Disk(tmp_path_factory.mktemp("disk"))
    yield made
    made.close()


@pytest.fixture(scope="module")
def before(tmp_path_factory) -> Ready:
    """November published and signed off, after October was released: what each attempt starts from."""
    ready = make_ready(tmp_path_factory.mktemp("a trust") / "before")
    ready.publish("2026-10", FIGURES)
    ready.sign("2026-10")
    made = Disk(tmp_path_factory.mktemp("first"))
    assert made.run(ready.root, "release")["code"] == 0
    made.close()
    ready.publish("2026-11", {**FIGURES, "October 2026": (50, 55.0)})
    ready.sign("2026-11")
    return ready


@pytest.fixture(scope="module")
def after(before, disk) -> dict[str, bytes]:
    """Site and releases as a release that nothing disturbs leaves them."""
    whole = attempt(before)
    assert disk.run(whole.root, "release")["code"] == 0
    return whole.tree("_site", "_releases")


def attempt(before: Ready) -> Ready:
    """A copy of the project, under the same name each time."""
    root = before.root.with_name("attempt")
    shutil.rmtree(root, ignore_errors=True)
    shutil.copytree(before.root, root)
    return Ready(root)


def site_of(tree: dict[str, bytes]) -> dict[str, bytes]:
    return {name: content for name, content in tree.items() if name.startswith("_site/")}


def changes(before: Ready, disk: Disk) -> int:
    done = disk.run(attempt(before).root, "release", at=10**9)
    assert done["code"] == 0, done["said"]
    return done["changes"]


@pytest.mark.counted
def test_a_release_killed_anywhere_leaves_one_whole_site_and_the_next_run_mends_it(
    before, after, disk, counted
) -> None:
    last = changes(before, disk)
    points = range(1, last + 1) if ALL else random.Random(20261031).sample(range(1, last + 1), 10)
    old = site_of(before.tree("_site"))
    for at in points:
        ready = attempt(before)
        assert disk.run(ready.root, "release", at=at)["code"] == KILLED
        assert ready.tree("_site") in (old, site_of(after)), f"killed at change {at} of {last}"
        again = disk.run(ready.root, "release")
        assert again["code"] in (0, 7), again["said"]
        assert again["code"] == 0 or "is released already" in again["said"]
        assert ready.tree("_site", "_releases") == after, f"killed at change {at} of {last}"
        assert not [path for path in ready.root.rglob("*") if path.name.endswith((".new", ".old", ".part"))]
    counted("kill_points_release", what="Changes of the disk at each of which a release was killed",
            tried=len(points), held=len(points), **STOPPED)  # fmt: skip


@pytest.mark.counted
@pytest.mark.parametrize(("how", "what"), [("full", "Points at which the disk was full during a release")])
def test_a_full_disk_ends_a_release_with_a_plain_line_and_leaves_the_site(
    before, after, disk, counted, how, what
) -> None:
    last = changes(before, disk)
    points = random.Random(7).sample(range(1, last + 1), 30 if ALL else 5)
    old = site_of(before.tree("_site"))
    for at in points:
        ready = attempt(before)
        done = disk.run(ready.root, "release", at=at, how=how)
        assert "Traceback" not in done["said"] and done["code"] in (0, 1, 6), (at, done)
        assert ready.tree("_site") in (old, site_of(after)), f"the disk was full at change {at} of {last}"
        assert disk.run(ready.root, "release")["code"] in (0, 7)
        assert ready.tree("_site", "_releases") == after
    counted("full_disk_release", what=what, tried=len(points), held=len(points), **STOPPED)


@pytest.mark.counted
@pytest.mark.parametrize("below", ["_releases", "_site.new", "_site.state", "_releases/2026-11"])
def test_a_folder_that_cannot_be_written_ends_a_release_with_a_plain_line(
    before, after, disk, counted, below
) -> None:
    ready = attempt(before)
    old = ready.tree("_site", "_releases")
    done = disk.run(ready.root, "release", at=1, how="readonly", below=str(ready.root / below))
    assert done["code"] == 1 and "Permission denied" in done["said"], done
    assert len(done["said"].strip().splitlines()) == 1
    assert site_of(ready.tree("_site")) == site_of(old)
    assert disk.run(ready.root, "release")["code"] == 0
    assert ready.tree("_site", "_releases") == after
    counted("read_only_release", what="Folders made read-only during a release", tried=1, held=1, **STOPPED)


@pytest.mark.counted
@pytest.mark.parametrize("words", [["release"], ["build"], ["deliver", "--send"]], ids=lambda words: words[0])
def test_a_command_while_a_publish_runs_says_so_and_changes_nothing(before, disk, counted, words) -> None:
    ready = attempt(before)
    old = ready.tree("_site", "_releases", "_packs", "_build")
    with only_one(ready.root / "_site.state" / "publish.lock"):
        done = disk.run(ready.root, *words)
    assert done["code"] == 6 and "another publish of this project is running" in done["said"]
    assert ready.tree("_site", "_releases", "_packs", "_build") == old
    counted("two_at_once", group="stops", what="Commands begun while a publish ran", tried=1, held=1,
            means="the second said so and changed nothing")  # fmt: skip
