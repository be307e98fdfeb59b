"""What tests of several rooms share: a checkout of its own, and the sample published once."""

from __future__ import annotations

import os
from collections.abc import Callable, Generator
from pathlib import Path

import pytest
from checkout import ROOT, Checkout, copy_project
from counted import Counts, asked
from hypothesis import settings
from turns import held, turn

# An example may take its time: how long it takes beside other work says nothing of what it shows.
settings.register_profile("valuekit", settings.default, deadline=None)
settings.load_profile("valuekit")


@pytest.fixture
def new_checkout(tmp_path: Path) -> Callable[[], Checkout]:
    """Makes a fresh checkout for one test."""
    return lambda: copy_project(tmp_path)


@pytest.fixture(scope="session")
def published(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    """The sample, published once for all tests that only look at it: by the first worker that needs it."""
    of_all = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        of_all = of_all.parent
    done = of_all / "published.txt"
    with held(of_all / "published.lock"):
        if done.exists():
            return Checkout(Path(done.read_text(encoding="utf-8")))
        checkout = copy_project(tmp_path_factory.mktemp("published"))
        run = checkout.run("publish", "--verbose")
        assert run.code == 0, run.err
        done.write_text(str(checkout.root), encoding="utf-8")
        return checkout


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """A test that measures time is `alone`: the other workers wait until it has ended."""
    with turn(item.config.stash[_TURNS], alone=item.get_closest_marker("alone") is not None):
        return (yield)


_TURNS = pytest.StashKey[Path]()
_COUNTS = pytest.StashKey[Counts]()


def pytest_configure(config: pytest.Config) -> None:
    # Here, and so in the first process before it starts any worker: pytest makes its cache under a passing
    # name in the checkout, and a worker that made it later did so while another was copying the checkout.
    config.stash[_TURNS] = config.cache.mkdir("turns")
    config.stash[_COUNTS] = Counts()


@pytest.fixture
def counted(pytestconfig: pytest.Config) -> Counts:
    """Adds up what a test tried, for the page "How it was tested" (see counted.py)."""
    return pytestconfig.stash[_COUNTS]


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    if asked() and exitstatus == 0 and not hasattr(session.config, "workerinput"):
        session.config.stash[_COUNTS].write(ROOT)
