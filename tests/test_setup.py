"""The set-up: pinned, hashed, wheels only, the same on every machine."""

import re
import tomllib
from pathlib import Path

import pytest

import run

ROOT = Path(__file__).resolve().parents[1]
LOCKS = ["requirements.lock", "requirements-test.lock"]


def pins(lock: str) -> dict[str, set[str]]:
    """Name → hashes, of each pinned package."""
    text = (ROOT / lock).read_text(encoding="utf-8").replace("\\\n", " ")
    found: dict[str, set[str]] = {}
    for line in text.splitlines():
        if line and not line.startswith("#"):
            name = re.match(r"([a-z0-9._-]+)==\S+", line)
            assert name, f"{lock}: not a pin: {line[:60]}"
            found.setdefault(name[1], set()).update(re.findall(r"--hash=sha256:([0-9a-f]{64})", line))
    return found


@pytest.mark.parametrize("lock", LOCKS)
def test_every_package_is_pinned_and_hashed(lock: str) -> None:
    assert all(hashes for hashes in pins(lock).values())


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_names_no_index_and_no_address(lock: str) -> None:
    assert not re.search(
        r"https?://|--(extra-)?index-url|--find-links", (ROOT / lock).read_text(encoding="utf-8")
    )


def test_the_lock_holds_every_declared_dependency() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    names = {re.match(r"[A-Za-z0-9._-]+", d)[0].lower().replace("_", "-") for d in project["dependencies"]}
    assert names <= set(pins("requirements.lock"))


def test_quarto_is_never_a_hard_dependency() -> None:
    assert not [name for lock in LOCKS for name in pins(lock) if "quarto" in name]


def test_the_tests_run_on_what_the_user_runs() -> None:
    of_tests, of_users = pins("requirements-test.lock"), pins("requirements.lock")
    assert all(of_tests.get(name) == hashes for name, hashes in of_users.items())


def test_an_old_python_is_told_what_it_needs(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(run.sys, "version_info", (3, 10, 4))
    assert run.main(["publish"]) == 1
    assert "needs Python 3.11 or newer" in capsys.readouterr().err


def test_a_failed_install_says_what_to_do_and_is_tried_again_next_time(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    calls = []
    monkeypatch.setattr(run, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(run, "PYTHON", tmp_path / ".venv" / "python")
    monkeypatch.setattr(
        run.venv, "create", lambda folder, with_pip: (folder.mkdir(), (folder / "python").touch())
    )
    monkeypatch.setattr(run, "_call", lambda command: calls.append(command) or 1)
    for _ in range(2):
        assert run.main(["publish"]) == 1
    assert "index-url" in capsys.readouterr().err
    assert len(calls) == 2, "the second run must try to install again"


def test_make_calls_the_same_two_commands() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert "run.py publish" in makefile and "run.py test\n" in makefile


def test_what_must_pass_before_a_change_lands_holds_the_slow_tests() -> None:
    assert "\nmake test-all\n" in (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert "\ntest-all:\n\t@$(PYTHON) run.py test-all\n" in makefile


def test_only_test_all_runs_the_slow_tests(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[list[object]] = []
    monkeypatch.setattr(run, "_set_up", lambda lock: lock == run.TEST_LOCK)
    monkeypatch.setattr(run, "_call", lambda command: calls.append(command) or 0)
    for words in (["test"], ["test-all"], ["test", "tests/report"]):
        assert run.main(words) == 0
    usual, everything, named = ([str(word) for word in call[1:]] for call in calls)
    assert usual[-2:] == ["-m", "not slow"] and usual[:-2] == everything
    assert named == ["-m", "pytest", "tests/report"]
