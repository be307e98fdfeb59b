"""What tests of several rooms share: a checkout of its own, and the sample published once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from checkout import Checkout, copy_project


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
