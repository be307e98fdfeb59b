"""A drop with one change, taken in."""

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from tests.minimal_drop import PERIOD, SERVICES, minimal_project
from valuekit.errors import ExtractError
from valuekit.extracts import Intake, take_in
from valuekit.project import Project


@pytest.fixture
def take(tmp_path: Path) -> Callable[..., Intake]:
    """Takes in the minimal drop with changes; the quarantine list is then in `quarantined`."""

    def run(**changes) -> Intake:
        project = minimal_project(tmp_path / "p", **changes)
        return take_in(project, PERIOD, SERVICES, project.build)

    return run


@pytest.fixture
def refused(tmp_path: Path) -> Callable[..., str]:
    """What is said when the minimal drop with changes is refused: one line a fault.

    A first argument may change the project by hand before it is read.
    """

    def run(by_hand: Callable[[Project], None] = lambda project: None, **changes) -> str:
        project = minimal_project(tmp_path / "p", **changes)
        by_hand(project)
        with pytest.raises(ExtractError) as error:
            take_in(project, PERIOD, SERVICES, project.build)
        assert not project.build.exists(), "something was written before the drop was trusted"
        return str(error.value)

    return run


@pytest.fixture
def quarantined(take, tmp_path) -> Callable[..., list[tuple[str, int, str, str]]]:
    """The quarantine list of the minimal drop with changes: (file, row, column, rule)."""

    def run(**changes) -> list[tuple[str, int, str, str]]:
        take(**changes)
        frame = pd.read_csv(tmp_path / "p" / "_build" / "quarantine.csv", keep_default_na=False)
        return list(frame[["file", "row", "column", "rule"]].itertuples(index=False, name=None))

    return run
