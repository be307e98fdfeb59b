"""The command does only what a change asks for, in steps as in one go, and leaves nothing when stopped."""

from __future__ import annotations

import functools
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from checkout import Checkout
from small_checkout import small_checkout, with_sample

HEAVY = ("pandas", "scipy", "statsmodels", "plotnine", "matplotlib", "IPython", "typst", "duckdb", "lxml")


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    """A published checkout of two services that these tests may change."""
    folder = tmp_path_factory.mktemp("steps")
    checkout = with_sample(small_checkout(folder, services=("stroke", "endocarditis")))
    run = checkout.run("publish")
    assert run.code == 0, run.err
    return checkout


def rendered(out: str) -> set[str]:
    """Documents that `--explain` says were rendered, with their audience."""
    return {line.split(": ")[0] for line in out.splitlines() if ".qmd" in line and ": rendered: " in line}


def test_a_publish_without_changes_does_nothing_and_loads_nothing(live: Checkout) -> None:
    before = live.tree("_site", "_packs", "_build")
    code = (
        "import sys; from valuekit.cli import main; end = main(['publish', '--explain']); "
        f"print([name for name in {HEAVY} if name in sys.modules]); sys.exit(end)"
    )
    began = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=live.root,
        env=os.environ | {"PYTHONPATH": str(live.root)},
        capture_output=True,
        text=True,
        timeout=60,
    )
    took = time.monotonic() - began
    assert done.returncode == 0, done.stderr
    assert "none was rendered" in done.stdout and done.stdout.rstrip().endswith("[]"), done.stdout
    assert live.tree("_site", "_packs", "_build") == before
    # The bar is 2 s with the machine to itself (it takes 0.3 s); beside other tests all is slower.
    assert took < 5


def test_one_commentary_renders_that_service_alone(live: Checkout) -> None:
    file = live.root / "reports" / "services" / "stroke.qmd"
    file.write_text(file.read_text(encoding="utf-8") + "\nA word from the team.\n", encoding="utf-8")
    run = live.run("publish", "--explain")
    assert run.code == 0, run.err
    assert rendered(run.out) == {
        "reports/services/stroke.qmd (public)",
        "reports/services/stroke.qmd (clinical)",
    }
    assert "Figures: not computed" in run.out


@pytest.mark.slow
def test_a_definition_computes_again_and_leaves_other_services_alone_byte_by_byte(live: Checkout) -> None:
    file = live.root / "data" / "services" / "endocarditis.yml"
    text = file.read_text(encoding="utf-8")
    assert text.count("\nsummary: ") == 1
    file.write_text(text.replace("\nsummary: ", "\nsummary: Shortly, "), encoding="utf-8")
    run = live.run("publish", "--explain")
    assert run.code == 0, run.err
    assert "Figures: computed: data/services/endocarditis.yml changed" in run.out
    done = rendered(run.out)
    assert "reports/services/endocarditis.qmd (public)" in done
    assert not [name for name in done if "stroke" in name or name.startswith("index.qmd")]
    in_steps = live.tree("_site", "_packs")
    fresh = live.run("publish", "--fresh", "--explain")
    assert fresh.code == 0, fresh.err
    assert len(rendered(fresh.out)) > len(done)
    in_full = live.tree("_site", "_packs")
    assert [
        name for name in in_full.keys() | in_steps.keys() if in_full.get(name) != in_steps.get(name)
    ] == []


@pytest.mark.slow
def test_a_build_that_was_damaged_is_made_again(live: Checkout) -> None:
    before = live.tree("_site", "_packs")
    file = live.root / "_build" / "mart" / "public" / "headline.parquet"
    whole = file.read_bytes()
    file.write_bytes(whole[:-10])
    run = live.run("publish", "--explain")
    assert run.code == 0, run.err
    assert "Figures: computed: _build/mart/public/headline.parquet was made by the build" in run.out
    assert rendered(run.out) == set(), "the figures came out as they were"
    assert file.read_bytes() == whole
    assert live.tree("_site", "_packs") == before


def processes_in(folder: Path) -> list[str]:
    """Commands of the processes whose working folder lies below `folder`."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            if (entry / "cwd").readlink().is_relative_to(folder):
                found.append((entry / "cmdline").read_bytes().replace(b"\0", b" ").decode())
        except OSError:
            continue
    return found


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/cwd").exists(), reason="needs /proc and POSIX signals")
@pytest.mark.parametrize("to_all", [True, False], ids=["as Ctrl-C does", "to the command alone"])
def test_ctrl_c_leaves_no_process_no_folder_and_the_site_as_it_was(live: Checkout, to_all: bool) -> None:
    before = live.tree("_site", "_packs")
    names = {path.name for path in live.root.iterdir()}
    running = subprocess.Popen(
        [sys.executable, "-m", "valuekit", "publish", "--fresh"],
        cwd=live.root,
        env=os.environ | {"PYTHONPATH": str(live.root)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        # Tests that a shell runs in the background hear no Ctrl-C, and what they start would not either.
        preexec_fn=functools.partial(signal.signal, signal.SIGINT, signal.SIG_DFL),
    )
    until = time.monotonic() + 300
    while not any((live.root / "_site.new").rglob("*.html")) and time.monotonic() < until:
        assert running.poll() is None, running.stderr.read()
        time.sleep(0.05)
    (os.killpg if to_all else os.kill)(running.pid, signal.SIGINT)
    _, err = running.communicate(timeout=60)
    assert running.returncode == 130
    assert err.strip().splitlines()[-1] == "Stopped. The last build and the last site stand as they were."
    assert "Traceback" not in err
    until = time.monotonic() + 15  # what hears of its parent's end takes a moment
    while processes_in(live.root) and time.monotonic() < until:
        time.sleep(0.1)
    assert processes_in(live.root) == []
    assert {path.name for path in live.root.iterdir()} == names
    assert live.tree("_site", "_packs") == before
