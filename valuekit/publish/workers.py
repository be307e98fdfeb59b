"""Documents rendered in parallel, each in a process that has its imports ready."""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing import forkserver
from typing import Any

from valuekit.errors import Problem, PublishError

PRELOADED = (
    "valuekit.publish.render",
    "valuekit.report",
    "plotnine",
    "great_tables",
    "matplotlib.backends.backend_svg",
)
"""Imported once, before any document runs; what is missing is passed over."""

WORKERS = 2


def _context() -> Any:
    """Forkserver where there is one: a fork of the parent hangs after Typst or Polars have run in it."""
    if "forkserver" in multiprocessing.get_all_start_methods():
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(list(PRELOADED))
        return context
    return multiprocessing.get_context("spawn")


def warm() -> None:
    """Begin importing in the background, so that workers are ready when the documents are."""
    if _context().get_start_method() == "forkserver":
        forkserver.ensure_running()


def _leave_interrupts() -> None:
    """Ctrl-C is the parent's to answer: workers end with it, without traces of their own."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    gc.freeze()  # what is imported stays: not worth looking through again and again
    gc.set_threshold(200_000, 50, 100)


@contextmanager
def pool(workers: int = WORKERS) -> Iterator[Callable[[Callable[[Any], Any], Iterable[Any]], Iterator[Any]]]:
    """A function that runs a task for each of many arguments and gives results as they come.

    Raises
    ------
    PublishError
        A worker's process ended (out of memory, or killed).
    """
    workers = max(1, min(workers, os.cpu_count() or 1))
    executor = ProcessPoolExecutor(max_workers=workers, mp_context=_context(), initializer=_leave_interrupts)

    def run(task: Callable[[Any], Any], arguments: Iterable[Any]) -> Iterator[Any]:
        waiting: list[Future[Any]] = [executor.submit(task, argument) for argument in arguments]
        try:
            for future in as_completed(waiting):
                yield future.result()
        except BrokenProcessPool as error:
            raise PublishError(
                Problem(
                    "a process that renders documents ended early",
                    why="out of memory, or it was stopped",
                    do="Close other programs and publish again.",
                )
            ) from error

    try:
        yield run
    finally:
        executor.shutdown(wait=True, cancel_futures=True)
