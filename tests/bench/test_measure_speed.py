"""How long the measures take: one service, 36 months, 1,000 bootstrap draws, on one core.

`python tests/bench/test_measure_speed.py` prints the seconds for each service; with ``--profile`` the slowest
functions too. As a test it holds each service to the target of three seconds.

Time is processor time of this process alone, on one core, so that what else runs does not count. It still
grows beside other work, which takes cache and clock from it: so no other worker runs a test meanwhile, and
the test asks for one run in several that is quick enough. Work that has become slower is slower in every run.
"""

from __future__ import annotations

import cProfile
import gc
import os
import pstats
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import pytest

TARGET = 3.0
"""Processor seconds for all measures of one service."""

for threads in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(threads, "1")

SERVICES = ("stroke", "hepatitis_c", "endocarditis")


@cache
def taken_in(folder: Path) -> tuple:
    """The sample, taken in once: the intake, the definitions and the project."""
    from checkout import copy_project

    from valuekit.build import _definitions
    from valuekit.extracts import take_in
    from valuekit.extracts.sample import write_sample
    from valuekit.project import Project

    project = Project(copy_project(folder).root)
    write_sample(project.root / "data" / "extracts")
    definitions = _definitions(project)
    return take_in(project, None, definitions.names, project.build), definitions, project


@contextmanager
def as_the_command() -> Iterator[None]:
    """Cycles are looked for as seldom as in the valuekit command (see ``COLLECT_AFTER``)."""
    from valuekit.workers import COLLECT_AFTER

    before = gc.get_threshold()
    gc.set_threshold(*COLLECT_AFTER)
    try:
        yield
    finally:
        gc.set_threshold(*before)


@contextmanager
def one_core() -> Iterator[None]:
    """This process on one of its cores, where the system lets it choose."""
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(cores)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, cores)


def seconds(folder: Path, service: str, runs: int = 3, enough: float = 0.0) -> float:
    """Processor seconds of everything that is worked out for one service: the quickest of `runs`.

    No more runs are made once one takes less than `enough`.
    """
    from dataclasses import replace

    from valuekit.build import _computed

    intake, definitions, project = taken_in(folder)
    alone = replace(definitions, services=tuple(s for s in definitions.services if s.service == service))
    quickest = float("inf")
    with one_core(), as_the_command():
        for _ in range(runs):
            began = time.process_time()
            _computed(intake, alone, project)
            quickest = min(quickest, time.process_time() - began)
            if quickest < enough:
                break
    return quickest


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    yield tmp_path_factory.mktemp("bench")
    taken_in.cache_clear()


@pytest.mark.slow
@pytest.mark.alone
@pytest.mark.parametrize("service", SERVICES)
def test_all_measures_of_one_service_take_less_than_the_target(service: str, folder: Path) -> None:
    assert seconds(folder, service, runs=20, enough=TARGET) < TARGET


if __name__ == "__main__":
    sys.path[:0] = [str(folder) for folder in Path(__file__).resolve().parents[1:3]]
    with tempfile.TemporaryDirectory() as name:
        for one in SERVICES:
            print(f"{one}: {seconds(Path(name), one):.2f} s")
        if "--profile" in sys.argv:
            with cProfile.Profile() as profile:
                seconds(Path(name), "stroke", runs=1)
            pstats.Stats(profile).sort_stats("cumulative").print_stats(60)
            pstats.Stats(profile).sort_stats("tottime").print_stats(25)
