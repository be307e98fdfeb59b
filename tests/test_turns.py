"""A test that measures time has the machine to itself, as far as the other workers go."""

import subprocess
import sys
import time

import pytest
from turns import fcntl, turn

ANOTHER = """
import sys, time
from pathlib import Path
from turns import turn
folder = Path(sys.argv[1])
with turn(folder, alone=sys.argv[2] == "alone"):
    (folder / "in").touch()
    time.sleep(0.5)
    (folder / "out").touch()
"""


@pytest.mark.skipif(fcntl is None, reason="workers take no turns where there is no flock")
@pytest.mark.parametrize(
    ("other", "mine", "waits"),
    [("alone", "beside", True), ("beside", "alone", True), ("beside", "beside", False)],
)
def test_nothing_runs_beside_a_test_that_is_alone(tmp_path, pytestconfig, other, mine, waits):
    path = [str(pytestconfig.rootpath / "tests")]
    code = f"import sys; sys.path[:0] = {path!r}\n{ANOTHER}"
    with subprocess.Popen([sys.executable, "-c", code, str(tmp_path), other]) as running:
        while not (tmp_path / "in").exists():
            time.sleep(0.01)
        with turn(tmp_path, alone=mine == "alone"):
            assert (tmp_path / "out").exists() == waits
        assert running.wait() == 0
