"""Work done side by side, in processes that have their imports ready: documents, and the figures of services.

The pool is our own and small, since it answers for what the library's cannot: which task a process was at
when it ended, and when a process has grown too large to be given another.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing import connection, forkserver
from multiprocessing.connection import Connection
from typing import Any

DOCUMENTS = (
    "valuekit.publish.render",
    "valuekit.report",
    "plotnine",
    "great_tables",
    "matplotlib.backends.backend_svg",
)
"""Imported once, before any document runs; what is missing is passed over."""

FIGURES = ("valuekit.measures.compute",)
"""The same, for the figures of services."""

WORKERS = 2
TASKS = 40
"""Tasks after which a worker is replaced by a fresh one: a fork, since the imports stay."""

MEMORY = 900 * 2**20
"""Bytes in memory above which a worker is replaced."""

COLLECT_AFTER = (200_000, 50, 100)
"""When Python looks for cycles. A run is short and its tables large: at the usual pace it takes a seventh."""

_PATIENCE = 5
"""Seconds that a worker has to end when it is told to."""


@dataclass(frozen=True)
class Ended:
    """In place of a result: the process ended (out of memory, or killed) while it was at `argument`."""

    argument: Any


@dataclass(frozen=True)
class _Numbered:
    """A task whose result says which argument it is of."""

    task: Callable[[Any], Any]

    def __call__(self, numbered: tuple[int, Any]) -> tuple[int, Any]:
        number, argument = numbered
        return number, self.task(argument)


@dataclass(frozen=True)
class _Failed:
    """An error that a task raised, to be raised again in the parent."""

    error: BaseException


@dataclass
class _Worker:
    process: Any
    pipe: Connection
    argument: Any = None
    tasks: int = 0


def _context(preloaded: Sequence[str] = DOCUMENTS) -> Any:
    """Forkserver where there is one: a fork of the parent hangs after Typst or Polars have run in it."""
    if are_forked():
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(list(preloaded))
        return context
    return multiprocessing.get_context("spawn")


def are_forked() -> bool:
    """Whether workers begin with their imports done; elsewhere (Windows) each does them for itself."""
    return "forkserver" in multiprocessing.get_all_start_methods()


def warm(*modules: str) -> None:
    """Begin importing `modules` in the background, so that workers are ready when the work is."""
    if are_forked():
        _context(modules)
        forkserver.ensure_running()


def _work(pipe: Connection) -> None:
    """What a worker does: answer each task with its result and the memory it holds, until it is told to end.

    Ctrl-C is the parent's to answer. Without a parent the pipe is closed, and the worker ends too.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    gc.freeze()  # what is imported stays: not worth looking through again and again
    gc.set_threshold(*COLLECT_AFTER)
    _small_tables()
    with suppress(EOFError, OSError):
        while (work := pipe.recv()) is not None:
            task, argument = work
            try:
                result: Any = task(argument)
            except BaseException as error:
                result = _Failed(error)
            pipe.send((result, _memory()))


def _small_tables() -> None:
    """Documents handle tables of a few rows, where text is faster as plain Python strings than in Arrow's."""
    pandas = sys.modules.get("pandas")  # there where the forkserver has imported the report
    if pandas is not None:
        pandas.set_option("mode.string_storage", "python")


def _memory() -> int:
    """Bytes that this process holds in memory; 0 where the system does not say."""
    try:
        with open("/proc/self/statm", encoding="ascii") as file:  # noqa: PTH123 - the system's, not a path of ours
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError, IndexError):
        pass
    try:
        import resource
    except ImportError:
        return 0
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most * 1024


class Pool:
    """Runs a task for each of many arguments in worker processes.

    Attributes
    ----------
    workers
        Processes at the same time; no more than there are processors.
    tasks, memory
        A worker that has done so many tasks, or holds more bytes, is replaced before its next.
    """

    def __init__(self, workers: int = WORKERS, tasks: int = TASKS, memory: int = MEMORY):
        self._most = max(1, min(workers, os.cpu_count() or 1))
        self._tasks, self._memory = tasks, memory
        self._workers: list[_Worker] = []

    def run(self, task: Callable[[Any], Any], arguments: Iterable[Any]) -> Iterator[Any]:
        """Results as they come: :class:`Ended` for a task whose process ended before it answered."""
        waiting = deque(arguments)
        while len(self._workers) < min(self._most, len(waiting)):
            self._workers.append(self._start())
        busy: dict[Connection, _Worker] = {}
        while waiting or busy:
            for worker in self._workers:
                if waiting and worker.pipe not in busy:
                    worker.argument = waiting.popleft()
                    with suppress(OSError):  # it has ended already: the next look at its pipe says so
                        worker.pipe.send((task, worker.argument))
                    busy[worker.pipe] = worker
            for pipe in connection.wait(list(busy)):
                worker = busy.pop(pipe)
                yield self._answer(worker, more=bool(waiting))

    def _answer(self, worker: _Worker, more: bool) -> Any:
        """What a worker says; one that is gone or too large makes room for another if there is more to do."""
        try:
            result, held = worker.pipe.recv()
        except (EOFError, OSError):
            result, held = Ended(worker.argument), self._memory + 1
        worker.tasks += 1
        if held > self._memory or worker.tasks >= self._tasks:
            _end(worker)
            self._workers.remove(worker)
            if more:
                self._workers.append(self._start())
        if isinstance(result, _Failed):
            raise result.error
        return result

    def _start(self) -> _Worker:
        context = _context()
        ours, theirs = context.Pipe()
        process = context.Process(target=_work, args=(theirs,), daemon=True)
        process.start()
        theirs.close()
        return _Worker(process, ours)

    def close(self, at_once: bool = False) -> None:
        """End all workers: when they have no task, or `at_once`."""
        for worker in self._workers:
            if at_once:
                worker.process.terminate()
        for worker in self._workers:
            _end(worker)
        self._workers.clear()


def _end(worker: _Worker) -> None:
    """Tell a worker to end, and see to it."""
    with suppress(OSError):
        worker.pipe.send(None)
    worker.pipe.close()
    for end in (lambda: None, worker.process.terminate, worker.process.kill):
        end()
        worker.process.join(_PATIENCE)
        if not worker.process.is_alive():
            break
    worker.process.close()


Run = Callable[[Callable[[Any], Any], Iterable[Any]], Iterator[Any]]
"""A function that runs a task for each of many arguments and gives results as they come."""


@contextmanager
def pool(workers: int = WORKERS, tasks: int = TASKS, memory: int = MEMORY) -> Iterator[Run]:
    """Workers for as long as the block lasts. Whatever ends it (Ctrl-C too), no process is left."""
    made = Pool(workers, tasks, memory)
    try:
        yield made.run
    except BaseException:
        made.close(at_once=True)
        raise
    made.close()


def in_order(run: Run, task: Callable[[Any], Any], arguments: Iterable[Any]) -> list[Any]:
    """The result of `task` for each of `arguments`, in their order.

    Raises
    ------
    ChildProcessError
        The process that was at one of them ended before it was done: out of memory, or stopped.
    """
    found = {}
    for answer in run(_Numbered(task), enumerate(arguments)):
        if isinstance(answer, Ended):
            raise ChildProcessError(answer.argument[0])
        number, found[number] = answer
    return [found[number] for number in sorted(found)]
