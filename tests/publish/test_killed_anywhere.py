"""Wherever a publish ends, the live site is one whole site, and the next publish mends the rest by itself."""

from __future__ import annotations

import os
import random
import shutil

import pytest
from counted import asked
from disk import KILLED, PUBLISH_ONLY, Disk

from valuekit.publish import fonts
from valuekit.publish.site import publish

from .conftest import PERIOD, Small, make_small

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
POINTS = 60 if asked() else 6
"""Points at which it is stopped; the count on the page comes from a run with all of them."""

STOPPED = {"group": "stops", "means": "one whole site; the next run mended the rest"}
COMMAND = (PUBLISH_ONLY, str(PERIOD))


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


@pytest.mark.counted
def test_a_publish_killed_anywhere_leaves_one_whole_site_and_the_next_mends_it(begun, disk, counted) -> None:
    live = ("_site", "_packs")
    old = begun.tree(*live)
    whole = again(begun)
    done = disk.run(whole.root, *COMMAND, at=10**9)
    assert done["code"] == 0, done["said"]
    last = done["changes"]
    new = whole.tree(*live)
    assert {name for name in new if new[name] != old.get(name)} == {"_site/downloads/a.csv"}
    for at in random.Random(20261031).choices(range(1, last + 1), k=POINTS):
        small = again(begun)
        assert disk.run(small.root, *COMMAND, at=at)["code"] == KILLED
        for folder in live:  # each is whole; the journal sees to it that both are of one publish
            assert small.tree(folder) in (whole.tree(folder), begun.tree(folder)), f"change {at} of {last}"
        done = disk.run(small.root, *COMMAND)
        assert done["code"] == 0, done["said"]
        assert small.tree(*live) == new
        assert not [path for path in small.root.iterdir() if path.name.endswith((".new", ".old"))]
    counted("kill_points_publish", what="Points at which a publish was killed",
            tried=POINTS, held=POINTS, **STOPPED)  # fmt: skip


@pytest.mark.counted
def test_a_full_disk_leaves_the_site_as_it_was(begun, disk, counted) -> None:
    old, tried = begun.tree("_site", "_packs"), POINTS // 3
    for at in random.Random(5).choices(range(1, 40), k=tried):
        small = again(begun)
        done = disk.run(small.root, *COMMAND, at=at, how="full")
        assert done["code"] == 1 and "No space left" in done["said"], done
        assert small.tree("_site", "_packs") == old
        assert disk.run(small.root, *COMMAND)["code"] == 0
    counted("full_disk_publish", what="Points at which the disk was full during a publish",
            tried=tried, held=tried, **STOPPED)  # fmt: skip


@pytest.mark.counted
def test_a_font_that_is_gone_stops_the_publish_and_is_enough_reason_to_say_so(
    begun, monkeypatch, tmp_path, counted
) -> None:
    old = begun.tree("_site", "_packs")
    shutil.rmtree(begun.root / "_site.state" / "fonts")
    monkeypatch.setattr(fonts, "package_fonts", lambda: tmp_path / "no fonts")
    with pytest.raises(Exception, match=r"no fonts|font") as told:
        fonts.write_web_fonts(tmp_path / "made")
    assert isinstance(told.value, OSError), "which the command says in one line"
    monkeypatch.undo()
    assert begun.tree("_site", "_packs") == old
    publish(begun.project, PERIOD)
    assert (begun.root / "_site/assets/fonts").is_dir()
    counted("fonts", what="Fonts taken away from what a publish had kept",
            tried=len(fonts.WEB_FONTS), held=len(fonts.WEB_FONTS), **STOPPED)  # fmt: skip


@pytest.mark.counted
@pytest.mark.parametrize("harm", ["cut", "other bytes", "empty", "no JSON"])
def test_what_runs_remember_may_be_spoilt_in_every_file(begun, disk, counted, harm) -> None:
    whole = again(begun)
    assert disk.run(whole.root, *COMMAND)["code"] == 0
    new = whole.tree("_site", "_packs")
    small = again(begun)
    files = [f for f in (small.root / "_site.state").rglob("*") if f.is_file() and f.suffix != ".lock"]
    for file in files:
        content = file.read_bytes()
        spoilt = {"cut": content[: len(content) // 2], "empty": b"", "no JSON": b"{"}
        file.write_bytes(spoilt.get(harm, bytes(byte ^ 1 for byte in content)))
    done = disk.run(small.root, *COMMAND)
    assert done["code"] == 0, done["said"]
    assert small.tree("_site", "_packs") == new
    counted("cache", what="Files of the cache spoilt, all at once, in four ways", group="stops",
            tried=len(files), held=len(files), means="made anew, and the site is the same")  # fmt: skip
