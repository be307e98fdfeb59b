"""What valuekit is made of is listed, and installs from a folder of wheels where there is no network."""

from __future__ import annotations

import csv
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
sys.path.append(str(ROOT / "tools"))
supply = pytest.importorskip("supply", reason="cyclonedx-python-lib is not installed: python run.py test")


@pytest.fixture(scope="module")
def bill() -> dict:
    return json.loads(supply.bill())


def test_the_bill_holds_exactly_what_the_lock_pins_with_every_hash(bill: dict) -> None:
    """Read from the lock by other means than the tool's: its raw lines."""
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    pinned = set(re.findall(r"^([a-z0-9._-]+==\S+)", text, flags=re.MULTILINE))
    hashes = set(re.findall(r"sha256:([0-9a-f]{64})", text))
    assert {f"{c['name']}=={c['version']}" for c in bill["components"]} == pinned
    assert {
        h["content"] for c in bill["components"] for r in c["externalReferences"] for h in r["hashes"]
    } == hashes


@pytest.mark.counted
def test_every_component_has_a_licence_a_purl_and_hashes(bill: dict, counted) -> None:
    for component in bill["components"]:
        assert component["licenses"], component["name"]
        assert component["purl"].startswith(f"pkg:pypi/{component['name']}@")
        assert all(reference["hashes"] for reference in component["externalReferences"]), component["name"]
        counted("packages", group="supply", what="Packages that valuekit is made of, looked up one by one",
                tried=1, held=1, means="it is pinned, hashed, and its licence is listed")  # fmt: skip


def test_programs_and_fonts_inside_wheels_are_named(bill: dict) -> None:
    inside = {i["name"]: i for c in bill["components"] for i in c.get("components", [])}
    assert set(inside) == {"pandoc", "Typst", "Pagefind", "Source Sans Pro", "DejaVu fonts"}
    assert inside["pandoc"]["licenses"] == [{"license": {"id": "GPL-2.0-or-later"}}]


def test_the_same_lock_gives_the_same_bill_and_no_address_of_an_index(bill: dict) -> None:
    assert supply.bill() == supply.bill()
    assert bill["specVersion"] == "1.6"
    assert "timestamp" not in bill["metadata"]
    assert not re.search(r"https?://(?!cyclonedx\.org)", json.dumps(bill))


def test_the_page_lists_what_the_lock_pins_today() -> None:
    """Fails where `python run.py sbom` was forgotten after `python run.py lock`."""
    listed = list(csv.DictReader(supply.LISTED.read_text(encoding="utf-8").splitlines()))
    versions: dict[str, list[str]] = {}
    for pin in supply.pins():
        versions.setdefault(pin.name, []).append(pin.version)
    packages = {row["name"]: row["version"] for row in listed if not row["inside"]}
    assert packages == {name: " or ".join(found) for name, found in versions.items()}
    assert all(row["licence"] for row in listed)


def test_a_licence_that_cannot_be_told_stops_the_bill(tmp_path: Path) -> None:
    lock = tmp_path / "requirements.lock"
    lock.write_text(f"no-such-package==1 \\\n    --hash=sha256:{'0' * 64}\n", encoding="utf-8")
    with pytest.raises(LookupError, match="no-such-package is not installed"):
        supply.bill(lock)


def tiny_project(folder: Path) -> Path:
    """The set-up alone, with a lock of one small package, so that it is tried in seconds."""
    folder.mkdir()
    shutil.copyfile(ROOT / "run.py", folder / "run.py")
    (folder / "valuekit").mkdir()
    (folder / "valuekit" / "__init__.py").write_text('"""Tiny."""\n__version__ = "0.1"\n', encoding="utf-8")
    (folder / "valuekit" / "__main__.py").write_text("import cycler\nprint('it runs')\n", encoding="utf-8")
    (folder / "pyproject.toml").write_text(
        '[build-system]\nrequires = ["flit_core>=4,<5"]\nbuild-backend = "flit_core.buildapi"\n'
        '[project]\nname = "valuekit"\nversion = "0.1"\ndescription = "Tiny."\n',
        encoding="utf-8",
    )
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    wanted = [
        block for block in re.split(r"(?m)^(?=[a-z])", text) if block.startswith(("cycler==", "flit-core=="))
    ]
    assert len(wanted) == 2
    (folder / "requirements.lock").write_text("".join(wanted), encoding="utf-8")
    shutil.copyfile(folder / "requirements.lock", folder / "requirements-test.lock")
    return folder


def run(folder: Path, *words: str, network: bool) -> subprocess.CompletedProcess[str]:
    """``run.py`` as on another machine; without a network every address and proxy leads nowhere."""
    env = dict(os.environ)
    if not network:
        env |= {
            "PIP_INDEX_URL": "http://127.0.0.1:9/simple",
            "PIP_EXTRA_INDEX_URL": "",
            "PIP_FIND_LINKS": "",
            "PIP_NO_CACHE_DIR": "1",
            "PIP_CONFIG_FILE": os.devnull,
            "PIP_RETRIES": "0",
            "PIP_DEFAULT_TIMEOUT": "2",
        }
    return subprocess.run(
        [sys.executable, "run.py", *words], cwd=folder, env=env, capture_output=True, text=True, timeout=300
    )


@pytest.mark.slow
def test_a_wheelhouse_sets_up_a_machine_without_any_network(tmp_path: Path) -> None:
    here = tiny_project(tmp_path / "with a network")
    made = run(here, "wheelhouse", network=True)
    if made.returncode:
        pytest.skip(f"no package index can be reached from here: {made.stderr.splitlines()[-1:]}")
    assert "wheelhouse/: 2 wheels" in made.stdout

    there = tmp_path / "without a network"
    shutil.copytree(here, there, ignore=shutil.ignore_patterns(".venv"))
    done = run(there, "publish", network=False)
    assert done.returncode == 0, done.stderr
    assert "it runs" in done.stdout

    # A wheel that was changed on the way is not installed.
    for wheel in (there / "wheelhouse").glob("cycler*.whl"):
        wheel.write_bytes(wheel.read_bytes() + b" ")
    (there / ".venv" / "installed.txt").unlink()
    for part in (there / ".venv").rglob("cycler*"):  # as if it had never been installed there
        shutil.rmtree(part) if part.is_dir() else part.unlink(missing_ok=True)
    spoilt = run(there, "publish", network=False)
    assert spoilt.returncode == 1
    assert "HASH" in spoilt.stderr.upper()
    assert not (there / ".venv" / "installed.txt").exists()

    # And without the wheelhouse the set-up says what to do, and leaves nothing that counts as done.
    shutil.rmtree(there / "wheelhouse")
    alone = run(there, "publish", network=False)
    assert alone.returncode == 1
    assert "folder of wheels" in alone.stderr.replace("\n", " ")
