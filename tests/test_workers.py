"""The pool of workers: every task has its answer, no process outlives it, none grows without bound."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import pytest

from valuekit.workers import Ended, in_order, pool


def double(number: int) -> tuple[int, int]:
    return number * 2, os.getpid()


def die_at_three(number: int) -> int:
    if number == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    return number


def grow(megabytes: int) -> int:
    """Hold memory for good; the process that did so."""
    kept = getattr(grow, "kept", [])
    grow.kept = [*kept, b"x" * (megabytes * 2**20)]
    return os.getpid()


def fail(number: int) -> int:
    raise OSError(28, "No space left on device", f"file {number}")


def sleep(seconds: float) -> int:
    time.sleep(seconds)
    return os.getpid()


def sleep_then_say(seconds: float) -> float:
    time.sleep(seconds)
    return seconds


def is_running(process: int) -> bool:
    """Whether the process exists and is more than an entry that waits to be taken away."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


posix = pytest.mark.skipif(os.name == "nt", reason="signals and /proc as used here are POSIX")


def test_every_task_is_answered_once_and_by_no_more_processes_than_asked_for() -> None:
    with pool(workers=2) as run:
        found = list(run(double, range(20)))
    assert sorted(number for number, _ in found) == list(range(0, 40, 2))
    assert len({process for _, process in found}) <= 2


@posix
def test_a_process_that_dies_costs_its_own_task_and_no_other() -> None:
    with pool(workers=2) as run:
        found = list(run(die_at_three, range(8)))
    assert [result for result in found if isinstance(result, Ended)] == [Ended(3)]
    assert sorted(result for result in found if not isinstance(result, Ended)) == [0, 1, 2, 4, 5, 6, 7]


def test_results_are_in_the_order_of_what_was_asked_whichever_came_first() -> None:
    with pool(workers=2) as run:
        found = in_order(run, sleep_then_say, [0.4, 0.0, 0.2, 0.0])
    assert found == [0.4, 0.0, 0.2, 0.0]


@posix
def test_a_process_that_dies_is_said_where_all_results_are_needed() -> None:
    with pytest.raises(ChildProcessError), pool(workers=2) as run:
        in_order(run, die_at_three, range(8))


def test_a_worker_is_replaced_after_its_number_of_tasks() -> None:
    with pool(workers=1, tasks=3) as run:
        processes = [process for _, process in run(double, range(8))]
    assert [processes.count(process) for process in dict.fromkeys(processes)] == [3, 3, 2]


@posix
def test_a_worker_that_holds_too_much_memory_is_replaced() -> None:
    with pool(workers=1, memory=600 * 2**20) as run:
        processes = list(run(grow, [1, 700, 1, 1]))
    assert processes[0] == processes[1], "it is seen after the task that grew it"
    assert processes[2] not in processes[:2] and processes[2] == processes[3]


def test_an_error_of_a_task_is_raised_and_no_process_is_left() -> None:
    with pytest.raises(OSError, match="No space left"), pool(workers=2) as run:
        list(run(fail, range(4)))


@posix
def test_when_the_block_is_interrupted_busy_workers_end_at_once() -> None:
    began = time.monotonic()
    with pytest.raises(KeyboardInterrupt), pool(workers=2) as run:
        first = next(iter(run(sleep, [0.0, 30.0, 30.0])))
        raise KeyboardInterrupt
    assert time.monotonic() - began < 20
    assert not is_running(first)
