"""Stops a command at its k-th change of the disk, or makes the disk fail from there on.

``python disk.py FOLDER < jobs`` reads one job a line, as JSON, and answers each with one line:

``{"words": [...], "at": 12, "how": "kill"}`` → ``{"code": 137, "changes": 12, "said": ""}``

Each job runs in a fork of this process, which has imported everything and done nothing, so that hundreds of
them take seconds. `how`: ``kill`` ends the process at once; ``full`` lets no more be written; ``readonly``
refuses every change below the folder `below`. Changes are seen by Python's audit events. ``time`` kills the
process, and all that it has started, after `at` seconds, whatever they are at.
"""

from __future__ import annotations

import errno
import json
import os
import signal
import subprocess
import sys
import time
import traceback
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

KILLED = 137
PUBLISH_ONLY = "publish-only"
"""In place of a command: publish a project that has marts and no extracts."""
_CHANGES = ("os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.chmod", "os.utime", "ctypes.dlsym")


def watch(at: int, how: str, below: str, told: int) -> None:
    """From the `at`-th change of the disk on, do as `how` says; the count goes to the open file `told`."""
    count, root = 0, os.getcwd()  # noqa: PTH109

    def hear(event: str, arguments: tuple) -> None:
        nonlocal count
        if event == "open":
            path, _, flags = arguments
            if not (isinstance(flags, int) and flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)):
                return
        elif event in _CHANGES:
            path = arguments[0] if event != "ctypes.dlsym" else root  # of two folders that change places
        else:
            return
        if not isinstance(path, int):
            where = os.path.normpath(os.path.join(root, os.fsdecode(path)))  # noqa: PTH118
            if how == "readonly" and where.startswith(below + os.sep):
                raise PermissionError(errno.EACCES, "Permission denied", where)
        count += 1
        os.pwrite(told, b"%9d" % count, 0)
        if count >= at and how == "kill":
            os._exit(KILLED)
        if count >= at and how == "full" and event in ("open", "os.mkdir"):
            raise OSError(errno.ENOSPC, "No space left on device", os.fsdecode(path))

    sys.addaudithook(hear)


def run(job: dict, folder: Path) -> dict:
    """Do one job in a fork; what became of it."""
    out, told = folder / "said.txt", folder / "count.txt"
    told.write_bytes(b"%9d" % 0)
    child = os.fork()
    if child == 0:
        code = 1
        try:
            with out.open("w") as said:
                os.dup2(said.fileno(), 1)
                os.dup2(said.fileno(), 2)
            number = os.open(told, os.O_RDWR)
            os.chdir(job["root"])
            if job["how"] == "time":
                os.setpgid(0, 0)
            elif job["at"]:
                watch(job["at"], job["how"], job["below"], number)
            code = _do(job["words"])
            sys.stdout.flush()
            sys.stderr.flush()
        except BaseException:
            traceback.print_exc()
        finally:
            sys.stderr.flush()
            os._exit(code)
    if job["how"] == "time":
        time.sleep(job["at"])
        with suppress(ProcessLookupError):
            os.killpg(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    said = out.read_text(encoding="utf-8", errors="replace")
    return {"code": os.waitstatus_to_exitcode(status), "changes": int(told.read_bytes()), "said": said}


def _do(words: Sequence[str]) -> int:
    """The exit code of a command, or of a publish alone."""
    from valuekit.cli import main

    if words[0] != PUBLISH_ONLY:
        return main(words)
    from valuekit.errors import ValuekitError
    from valuekit.project import Month, Project
    from valuekit.publish.site import publish

    try:
        publish(Project(Path.cwd()), Month.parse(words[1]))
    except (ValuekitError, OSError) as error:
        print(error)
        return getattr(error, "exit_code", 1)
    return 0


class Disk:
    """Runs valuekit in forks of a process whose changes of the disk can be stopped."""

    def __init__(self, folder: Path):
        root = Path(__file__).resolve().parents[1]
        self.process = subprocess.Popen(
            [sys.executable, __file__, folder],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": str(root)},
        )

    def run(self, root: Path, *words: str, at: float = 0, how: str = "kill", below: str = "") -> dict:
        """What became of ``valuekit WORDS``, stopped at the `at`-th change of the disk (0: never).

        Where `how` is ``time``, `at` is in seconds.
        """
        job = {"root": str(root), "words": words, "at": at, "how": how, "below": below}
        self.process.stdin.write(json.dumps(job) + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def close(self) -> None:
        """End the process."""
        self.process.stdin.close()
        self.process.stdout.close()
        self.process.wait()


def main() -> None:
    import valuekit.cli
    import valuekit.deliver.courier
    import valuekit.publish.site
    import valuekit.release
    import valuekit.unchanged
    from valuekit.cache import code_hash, libraries_hash

    # What each fork would work out for itself: the program is the same for all of them.
    for leave_out in ((), valuekit.unchanged._AFTER_THE_MART):
        code_hash(*leave_out)
    libraries_hash()
    folder = Path(sys.argv[1])
    for line in sys.stdin:
        print(json.dumps(run(json.loads(line), folder)), flush=True)


if __name__ == "__main__":
    main()
