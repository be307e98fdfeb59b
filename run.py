"""Set up valuekit and run it: ``python run.py publish`` and ``python run.py test``.

The same two commands on every machine with Python 3.11 or newer; nothing else is needed, no rights and no
shell. The first run makes a virtual environment in ``.venv`` beside this file and installs into it exactly
the wheels that ``requirements.lock`` names, each checked against its hash. Later runs start at once.

``python run.py test-all`` runs the slow tests as well: all that must pass before a change lands. ``python
run.py figures`` runs the tests that count what they try, and writes what the page "How it was tested" shows.
``python run.py bench`` measures how fast and in how much memory the work is done. ``python run.py setup``
only installs. ``python run.py lock`` pins anew (for maintainers; needs uv). ``python run.py sbom`` writes the
software bill of materials. ``python run.py wheelhouse`` fetches every wheel into ``wheelhouse/``: carried to
a machine of the same kind without any network, all of the above works there. Any other words go to the
``valuekit`` command: ``python run.py check``, ``python run.py sample``.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
OLDEST = (3, 11)
ALL_TESTS = ["-n", "logical", "--maxprocesses", "4", "--dist", "loadfile", "--no-loadscope-reorder"]
"""All of them, on every core; a worker takes whole files, by name: so the long ones come early."""
TESTS = [*ALL_TESTS, "-m", "not slow"]
"""Those for every day: without what is marked slow (pyproject.toml says what that is)."""
WHEELHOUSE = ROOT / "wheelhouse"
"""Where it is, wheels come from it alone, and pip asks no index."""
RUN_LOCK, TEST_LOCK = ROOT / "requirements.lock", ROOT / "requirements-test.lock"


def main(words: list[str]) -> int:
    """Do what `words` say and return an exit code."""
    if sys.version_info < OLDEST:
        return _stop(
            f"valuekit needs Python {OLDEST[0]}.{OLDEST[1]} or newer; this is {sys.version.split()[0]}."
        )
    if words[:1] == ["lock"]:
        return _lock()
    if words[:1] == ["wheelhouse"]:
        return _fetch(TEST_LOCK if "--tests" in words else RUN_LOCK)
    testing = words[:1] in (["test"], ["test-all"], ["figures"], ["bench"], ["sbom"])
    if not _set_up(TEST_LOCK if testing else RUN_LOCK):
        return _stop(
            "The set-up did not finish; what pip said stands above. Nothing else was changed. If the "
            "network blocks the package index, set pip's index-url or find-links to a mirror or a folder of "
            "wheels, and run again."
        )
    if words[:1] == ["setup"]:
        print("valuekit is set up.")
        return 0
    if words[:1] == ["figures"]:
        os.environ["VALUEKIT_WRITE_FIGURES"] = "1"
        return _call([PYTHON, "-m", "pytest", "-m", "counted", *words[1:]])
    if words[:1] == ["sbom"]:
        return _call([PYTHON, ROOT / "tools" / "supply.py"])
    if words[:1] == ["bench"]:
        return _call([PYTHON, ROOT / "tests" / "bench" / "bench.py", *words[1:]])
    if testing:
        usual = ALL_TESTS if words[0] == "test-all" else TESTS
        return _call([PYTHON, "-m", "pytest", *(words[1:] or usual)])
    return _call([PYTHON, "-m", "valuekit", *words])


def _set_up(lock: Path) -> bool:
    """Install what `lock` names unless this was done already; say whether it is there now."""
    stamp = VENV / "installed.txt"
    wanted = f"{lock.name} {hashlib.sha256(lock.read_bytes()).hexdigest()} {sys.version.split()[0]} {ROOT}"
    done = stamp.read_text(encoding="utf-8").splitlines() if stamp.is_file() else []
    if wanted in done and PYTHON.is_file():
        return True
    if not PYTHON.is_file() or (done and sys.version.split()[0] not in done[0]):
        if not _environment():
            return False
        done = []
    print(f"Installing what {lock.name} names (a minute or two, the first time only) ...", flush=True)
    pip = [PYTHON, "-m", "pip", "--disable-pip-version-check", "install", "-qq", "--no-input"]
    near = ["--no-index", "--find-links", WHEELHOUSE] if WHEELHOUSE.is_dir() else []
    # --no-deps: the lock is complete, so nothing that it does not name can come in.
    if _call([*pip, *near, "--no-deps", "--require-hashes", "--only-binary", ":all:", "-r", lock]):
        return False
    # The checkout itself, in place: an edited file works at once. No network: its builder is in the lock.
    if _call([*pip, "--no-deps", "--no-index", "--no-build-isolation", "--editable", ROOT]):
        return False
    stamp.write_text(
        "\n".join([*(line for line in done if not line.startswith(lock.name)), wanted]) + "\n",
        encoding="utf-8",
    )
    return True


def _environment() -> bool:
    """An empty virtual environment in ``.venv``."""
    print("Making a virtual environment in .venv ...", flush=True)
    shutil.rmtree(VENV, ignore_errors=True)
    try:
        venv.create(VENV, with_pip=True)
    except (OSError, subprocess.CalledProcessError) as error:
        print(f"Python could not make a virtual environment: {error}", file=sys.stderr)
        shutil.rmtree(VENV, ignore_errors=True)
        return False
    return True


def _fetch(lock: Path) -> int:
    """Every wheel that `lock` names for machines like this one, into the wheelhouse; whole or not at all."""
    if not PYTHON.is_file() and not _environment():
        return 1
    part = WHEELHOUSE.with_name(f"{WHEELHOUSE.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    print(f"Fetching what {lock.name} names ...", flush=True)
    pip = [PYTHON, "-m", "pip", "--disable-pip-version-check", "download", "-qq", "--no-input"]
    near = ["--find-links", WHEELHOUSE] if WHEELHOUSE.is_dir() else []
    if _call(
        [*pip, *near, "--no-deps", "--require-hashes", "--only-binary", ":all:", "-r", lock, "-d", part]
    ):
        shutil.rmtree(part, ignore_errors=True)
        return _stop("Not every wheel could be had; what pip said stands above. Nothing was changed.")
    shutil.rmtree(WHEELHOUSE, ignore_errors=True)
    part.rename(WHEELHOUSE)
    wheels = list(WHEELHOUSE.glob("*.whl"))
    size = sum(wheel.stat().st_size for wheel in wheels) / 1e6
    print(f"wheelhouse/: {len(wheels)} wheels, {size:,.0f} MB, for this Python and this kind of machine.")
    print("Copy this folder with it to the other machine, and run the same commands there.")
    return 0


def _lock() -> int:
    """Pin every dependency of pyproject.toml for all systems, with hashes and without index addresses."""
    uv = shutil.which("uv")
    if uv is None:
        return _stop("Pinning needs uv (pip install uv).")
    common = [
        uv, "pip", "compile", "--universal", "--python-version", "3.11", "--generate-hashes",
        "--only-binary", ":all:", "--no-annotate", "--no-header", "--no-emit-index-url",
        "--no-emit-find-links", "--quiet", "--extra", "build",
    ]  # fmt: skip
    for lock, what, extra in (
        (RUN_LOCK, "what valuekit needs to run", []),
        (TEST_LOCK, "what its tests need as well", ["--extra", "test", "--constraint", RUN_LOCK]),
    ):
        made = subprocess.run(
            [*common, *extra, ROOT / "pyproject.toml"], capture_output=True, text=True, check=False
        )
        if made.returncode:
            return _stop(made.stderr)
        head = (
            f"# Pinned and hashed: {what}. Wheels only.\n"
            "# No index address: your pip's own settings say where from. Made by `python run.py lock`.\n"
        )
        lock.write_text(head + made.stdout, encoding="utf-8", newline="\n")
        print(f"{lock.name}: {made.stdout.count('==')} packages")
    return 0


def _call(command: list[str | Path]) -> int:
    """Run `command` in the project's folder; Ctrl-C ends it as it ends us."""
    try:
        return subprocess.run([str(part) for part in command], cwd=ROOT, check=False).returncode
    except KeyboardInterrupt:
        return 130


def _stop(why: str) -> int:
    print(why, file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
