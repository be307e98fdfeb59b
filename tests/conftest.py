"""What tests of several rooms share: a checkout of its own, and the sample published once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from checkout import ROOT, Checkout, copy_project
from counted import Counts, asked


@pytest.fixture
def new_checkout(tmp_path: Path) -> Callable[[], Checkout]:
    """Makes a fresh checkout for one test."""
    return lambda: copy_project(tmp_path)


@pytest.fixture(scope="session")
def published(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    """The sample, published once for all tests that only look at it."""
    checkout = copy_project(tmp_path_factory.mktemp("published"))
    run = checkout.run("publish", "--verbose")
    assert run.code == 0, run.err
    return checkout


_COUNTS = pytest.StashKey[Counts]()


def pytest_configure(config: pytest.Config) -> None:
    config.stash[_COUNTS] = Counts()


@pytest.fixture
def counted(pytestconfig: pytest.Config) -> Counts:
    """Adds up what a test tried, for the page "How it was tested" (see counted.py)."""
    return pytestconfig.stash[_COUNTS]


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    if asked() and exitstatus == 0 and not hasattr(session.config, "workerinput"):
        session.config.stash[_COUNTS].write(ROOT)
