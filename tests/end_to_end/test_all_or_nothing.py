"""Whatever goes wrong, the last site and packs stand as they were, and the reader is told what to do."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from checkout import Checkout, Run
from counted import Counts
from small_checkout import small_checkout, with_sample

PAGE = "reports/about/data-quality.qmd"


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    """A published checkout that these tests may break."""
    checkout = with_sample(small_checkout(tmp_path_factory.mktemp("live")))
    run = checkout.run("publish")
    assert run.code == 0, run.err
    return checkout


@pytest.fixture
def unharmed(live: Checkout) -> Iterator[Checkout]:
    """The live checkout; afterwards its site and packs must be what they were, byte for byte."""
    before = live.tree("_site", "_packs")
    data = {
        file: file.read_bytes()
        for folder in ("data", "reports")
        for file in (live.root / folder).rglob("*")
        if file.is_file()
    }
    yield live
    for file in [
        f
        for folder in ("data", "reports")
        for f in (live.root / folder).rglob("*")
        if f.is_file() and f not in data
    ]:
        file.unlink()
    for file, content in data.items():
        file.write_bytes(content)
    assert live.tree("_site", "_packs") == before


def newest(live: Checkout, extract: str) -> Path:
    return sorted((live.root / "data" / "extracts").glob(f"{extract}_*2026-10.*"))[-1]


def without_a_column(live: Checkout) -> None:
    file = newest(live, "activity")
    lines = file.read_text(encoding="utf-8-sig").splitlines()
    file.write_text("\n".join(line.split(",", 1)[1] for line in lines) + "\n", encoding="utf-8")


def cut_in_the_middle(live: Checkout) -> None:
    file = newest(live, "cost_lines")
    content = file.read_bytes()
    file.write_bytes(content[: len(content) // 2])


def unknown_key(live: Checkout) -> None:
    file = live.root / "data" / "services" / "stroke.yml"
    file.write_text(
        file.read_text(encoding="utf-8").replace("direction: increase", "directoin: increase", 1),
        encoding="utf-8",
    )


def a_cell_that_fails(live: Checkout) -> None:
    file = live.root / PAGE
    file.write_text(file.read_text(encoding="utf-8") + "\n```{python}\n1 / 0\n```\n", encoding="utf-8")


def a_feature_that_is_not_known(live: Checkout) -> None:
    file = live.root / PAGE
    file.write_text(file.read_text(encoding="utf-8") + "\n{{< video film.mp4 >}}\n", encoding="utf-8")


@pytest.mark.parametrize(
    ("breaks", "code", "says"),
    [
        (without_a_column, 3, ("activity_2026-10", "activity_id", "missing")),
        (cut_in_the_middle, 3, ("cost_lines_2026-10",)),
        (unknown_key, 4, ("stroke.yml:", "directoin", "direction")),
        (a_cell_that_fails, 5, ("data-quality.qmd:", "ZeroDivisionError")),
        (a_feature_that_is_not_known, 5, ("data-quality.qmd:", "video", "Quarto")),
    ],
)
@pytest.mark.counted
def test_a_broken_input_stops_the_publish_and_leaves_the_site(
    unharmed: Checkout, breaks: Callable[[Checkout], None], code: int, says: tuple[str, ...], counted: Counts
) -> None:
    breaks(unharmed)
    run: Run = unharmed.run("publish")
    assert run.code == code, run.err
    assert all(word in run.err for word in says), run.err
    assert "Traceback" not in run.err
    counted("bad_input_whole_line", group="inputs", what="Kinds of bad input given to the whole line",
            tried=1, held=1, means="named in plain words; the last site stayed")  # fmt: skip


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="signals as used here are POSIX")
@pytest.mark.counted
@pytest.mark.parametrize(
    "begun",
    [
        "_build.new/_build/store/*",
        "_build.new/_build/mart/public/*",
        "_site.new/**/*.html",
        "_site.new/pagefind/*",
    ],
    ids=["reading", "writing the mart", "rendering", "finishing"],
)
def test_a_killed_publish_leaves_the_site_as_it_was(unharmed: Checkout, begun: str, counted: Counts) -> None:
    env = os.environ | {"PYTHONPATH": str(unharmed.root)}
    running = subprocess.Popen(
        [sys.executable, "-m", "valuekit", "publish", "--fresh"],
        cwd=unharmed.root,
        env=env,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    before = unharmed.tree("_site", "_packs")
    while not any(unharmed.root.glob(begun)):
        assert running.poll() is None, "the publish must still be at work when it is killed"
        time.sleep(0.01)
    os.killpg(running.pid, signal.SIGKILL)
    running.wait()
    assert unharmed.tree("_site", "_packs") == before
    counted("kill_points_sample", group="stops", what="Steps of the sample's publish at which it was killed",
            tried=1, held=1, means="one whole site; the next run mended the rest")  # fmt: skip


@pytest.mark.slow
def test_after_a_kill_the_next_publish_recovers_without_a_hand(unharmed: Checkout) -> None:
    run = unharmed.run("publish")
    assert run.code == 0, run.err
    assert not [path.name for path in unharmed.root.iterdir() if ".new" in path.name or ".old" in path.name]


def test_a_file_of_real_data_without_a_key_is_refused(unharmed: Checkout) -> None:
    about = unharmed.root / "data" / "extracts" / "about.yml"
    about.write_text(
        about.read_text(encoding="utf-8").replace("synthetic: true", "synthetic: false"), encoding="utf-8"
    )
    run = unharmed.run("build")
    assert run.code == 3
    assert "VALUEKIT_PSEUDONYM_KEY" in run.err
