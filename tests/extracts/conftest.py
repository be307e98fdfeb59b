"""A drop with one change, taken in."""

from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest

from tests.minimal_drop import PERIOD, ROOT, SERVICES, TEXTS, minimal_project, newest
from valuekit.errors import ExtractError
from valuekit.extracts import Intake, take_in
from valuekit.extracts.drop import DropFile
from valuekit.extracts.gather import gather_files
from valuekit.extracts.quality import quarantine_list
from valuekit.extracts.schemas import ExtractSchema, load_schemas
from valuekit.extracts.typed import type_columns
from valuekit.extracts.validate import judge_rows
from valuekit.project import Project


@pytest.fixture(scope="session", autouse=True)
def shipped_schemas_read_once() -> Iterator[None]:
    """Every project here has the shipped schemas; reading their YAML is a third of a small drop's time."""
    shipped = cache(lambda services: load_schemas(Project(ROOT), services))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("valuekit.extracts.load_schemas", lambda project, services: shipped(tuple(services)))
        yield


@pytest.fixture
def take(tmp_path: Path) -> Callable[..., Intake]:
    """Takes in the minimal drop with changes."""

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


@pytest.fixture(scope="session")
def schemas() -> dict[str, ExtractSchema]:
    return load_schemas(Project(ROOT), SERVICES)


@pytest.fixture
def quarantined(tmp_path: Path, schemas) -> Callable[..., list[tuple[int, str, str]]]:
    """The quarantine list of one extract's newest file with one change: (row, column, rule)."""

    def run(extract: str, change: Callable[[str], str]) -> list[tuple[int, str, str]]:
        file = DropFile(tmp_path / newest(extract), extract, PERIOD, PERIOD)
        file.path.write_bytes(change(TEXTS[file.name]).encode("utf-8"))
        text, problems = gather_files(schemas[extract], [file])
        assert not problems
        found = quarantine_list([judge_rows(type_columns(text), PERIOD)])
        return list(found[["row", "column", "rule"]].itertuples(index=False, name=None))

    return run
