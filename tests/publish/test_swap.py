"""All or nothing: wherever a publish ends, there is one complete site, and the next run mends the rest."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from contextlib import suppress
from pathlib import Path

import pytest

from valuekit.errors import PublishError
from valuekit.publish import swap as module
from valuekit.publish.swap import only_one, recover, staging, swap


class Killed(BaseException):
    """The process ends here: nothing after this runs."""


def folder(path: Path, words: str) -> None:
    path.mkdir(parents=True)
    for name in ("index.html", "other.html"):
        (path / name).write_text(words, encoding="utf-8")


def said(path: Path) -> set[str]:
    return {file.read_text(encoding="utf-8") for file in path.glob("*")} if path.is_dir() else set()


@pytest.fixture
def ready(tmp_path):
    """A live site and packs of September, and their successors of October, finished."""
    live = [tmp_path / "_site", tmp_path / "_packs"]
    for path in live:
        folder(path, "September")
        folder(path.with_name(path.name + ".new"), "October")
    return live, tmp_path / "_site.state" / "swap.json"


def kill_at(monkeypatch, step: int) -> None:
    """End the process before the `step`-th change of the disk."""
    left = [step]

    def counted(change):
        def run(*words, **named):
            if left[0] == 0:
                raise Killed
            left[0] -= 1
            return change(*words, **named)

        return run

    monkeypatch.setattr(Path, "rename", counted(Path.rename))
    monkeypatch.setattr(Path, "replace", counted(Path.replace))
    monkeypatch.setattr(Path, "unlink", counted(Path.unlink))
    monkeypatch.setattr(module.shutil, "rmtree", counted(module.shutil.rmtree))


@pytest.fixture(params=["in one step", "by two renames"])
def way(request, monkeypatch):
    """Each way in which a folder takes the place of another."""
    if request.param == "by two renames":
        monkeypatch.setattr(module, "_exchange", lambda one, other: False)
    elif not sys.platform.startswith("linux"):
        pytest.skip("this system cannot exchange folders in one step")
    return request.param


def test_a_swap_puts_the_new_in_place_and_leaves_nothing_beside_it(ready, tmp_path) -> None:
    live, journal = ready
    swap(journal, live)
    assert [said(path) for path in live] == [{"October"}, {"October"}]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["_packs", "_site", "_site.state"]
    assert not list(journal.parent.iterdir())


STEPS = 8
"""Journal, two renames for each of two folders, journal gone, two folders gone."""


@pytest.mark.parametrize("step", range(STEPS))
def test_a_swap_killed_at_any_step_is_finished_or_undone_by_the_next_run(
    ready, monkeypatch, step, way
) -> None:
    live, journal = ready
    if way == "in one step" and step >= STEPS - len(live):
        pytest.skip("one rename a folder, not two: the swap is done before")
    with monkeypatch.context() as patch:
        kill_at(patch, step)
        with pytest.raises(Killed):
            swap(journal, live)
    for path in live:  # no half site under a live name, ever
        assert said(path) in ({"September"}, {"October"}, *([set()] if way == "by two renames" else []))
    finished = recover(journal, live)
    words = {"October"} if step else {"September"}
    assert [said(path) for path in live] == [words, words]
    assert finished == (0 < step <= (5 if way == "by two renames" else 3))
    assert not list(live[0].parent.glob("*.new")) and not list(live[0].parent.glob("*.old"))
    assert not journal.exists()


@pytest.mark.parametrize("step", range(STEPS))
@pytest.mark.parametrize("again", range(5))
def test_a_recovery_may_be_killed_too(ready, monkeypatch, step, again, way) -> None:
    live, journal = ready
    for steps, action in ((step, swap), (again, recover)):
        with monkeypatch.context() as patch:
            kill_at(patch, steps)
            with suppress(Killed):
                action(journal, live)
    recover(journal, live)
    words = [said(path) for path in live]
    assert words in ([{"September"}] * 2, [{"October"}] * 2)


@pytest.mark.parametrize("spoilt", ["", "{", "[]", '{"folders": {"a": "b"}}', "\\x00", '{"folders": 3}'])
@pytest.mark.parametrize("step", range(1, STEPS))
def test_a_swap_whose_journal_was_spoilt_leaves_a_whole_site_in_every_place(
    ready, monkeypatch, step, way, spoilt
) -> None:
    live, journal = ready
    with monkeypatch.context() as patch:
        kill_at(patch, step)
        with suppress(Killed):
            swap(journal, live)
    if not journal.is_file():
        pytest.skip("the swap is done at this step")
    journal.write_text(spoilt, encoding="utf-8")
    assert not recover(journal, live)
    for path in live:
        assert said(path) in ({"September"}, {"October"})
    assert not list(live[0].parent.glob("*.new")) and not list(live[0].parent.glob("*.old"))
    assert not journal.exists()


def test_what_a_release_left_read_only_is_cleared_away_where_the_system_minds(tmp_path, monkeypatch) -> None:
    """As on Windows, which removes no read-only file."""
    unlink = os.unlink

    def minds(path, **more):
        if not os.stat(path, **more).st_mode & 0o200:  # noqa: PTH116 - may be relative to an open folder
            raise PermissionError(13, "Access is denied", str(path))
        unlink(path, **more)

    live = tmp_path / "_releases" / "2026-10" / "v1"
    folder(live.with_name("v1.new"), "half")
    for file in live.with_name("v1.new").iterdir():
        file.chmod(0o444)
    with monkeypatch.context() as patch:
        patch.setattr(module.os, "unlink", minds)
        recover(tmp_path / "swap.json", [live])
    assert not live.with_name("v1.new").exists()


def test_a_swap_without_a_site_before_it_works(tmp_path) -> None:
    live = tmp_path / "_site"
    (staging(live) / "index.html").write_text("October", encoding="utf-8")
    swap(tmp_path / "_site.state" / "swap.json", [live])
    assert said(live) == {"October"}


@pytest.mark.parametrize("refused", range(1, 5))
def test_a_rename_that_the_system_refuses_leaves_everything_as_it_was(
    ready, monkeypatch, refused, way
) -> None:
    live, journal = ready
    if way == "in one step" and refused > len(live):
        pytest.skip("one rename a folder is left to be refused")
    count, rename = [0], Path.rename

    def once(self, target):
        count[0] += 1
        if count[0] == refused:
            raise PermissionError(13, "in use", str(self))
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", once)
    with pytest.raises(PublishError, match="The last site stands as it was"):
        swap(journal, live)
    assert [said(path) for path in live] == [{"September"}, {"September"}]
    assert not journal.exists()


def test_what_an_unfinished_run_left_is_removed_and_the_live_site_stays(tmp_path) -> None:
    live = tmp_path / "_site"
    folder(live, "September")
    folder(tmp_path / "_site.new", "half")
    assert not recover(tmp_path / "_site.state" / "swap.json", [live])
    assert said(live) == {"September"} and not (tmp_path / "_site.new").exists()


HOLD = """
import sys, time
from pathlib import Path
from valuekit.publish.swap import only_one
with only_one(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


def test_a_second_publish_says_that_one_is_running_and_a_dead_one_holds_nothing(tmp_path) -> None:
    lock = tmp_path / "_site.state" / "publish.lock"
    words = [sys.executable, "-c", textwrap.dedent(HOLD), str(lock)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2]) as other:
        assert other.stdout.readline() == "held\n"
        with pytest.raises(PublishError, match="another publish of this project is running"), only_one(lock):
            pass
        other.kill()
    with only_one(lock):
        pass


def test_a_process_may_take_again_what_it_holds(tmp_path) -> None:
    lock = tmp_path / "publish.lock"
    with only_one(lock):
        with only_one(lock):
            pass
        words = [sys.executable, "-c", textwrap.dedent(HOLD), str(lock)]
        other = subprocess.run(words, capture_output=True, text=True, cwd=Path(__file__).parents[2])
        assert "another publish" in other.stderr, "the inner block must not let go of it"
