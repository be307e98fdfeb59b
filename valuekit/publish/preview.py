"""The site on this machine, made again as files are saved."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from valuekit.errors import ValuekitError
from valuekit.project import Month, Project
from valuekit.publish.html import THEME
from valuekit.publish.plan import PUBLIC
from valuekit.publish.site import alone, publish, render_again

POLL = 0.4
"""Seconds between two looks at the files."""

Snapshot = dict[Path, int]


class _Quiet(SimpleHTTPRequestHandler):
    """Serves files, says nothing, and tells the browser to ask again each time."""

    extensions_map = {**SimpleHTTPRequestHandler.extensions_map, ".pagefind": "application/wasm"}  # noqa: RUF012

    def log_message(self, *_: Any) -> None:
        """Requests are not printed."""

    def end_headers(self) -> None:
        """As usual, without caching."""
        self.send_header("Cache-Control", "no-store")
        super().end_headers()


def serve(folder: Path, port: int = 0) -> ThreadingHTTPServer:
    """A server of `folder` on this machine alone, running in a thread; `port` 0 takes any that is free."""
    server = ThreadingHTTPServer(("127.0.0.1", port), partial(_Quiet, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


@contextmanager
def _faults_printed(say: Callable[[str], None]) -> Any:
    """Print what goes wrong and go on: the person is about to mend it."""
    try:
        yield
    except ValuekitError as error:
        for problem in error.problems:
            say(str(problem))
        say("The last pages stand as they were.")
    except OSError as error:
        say(f"{error.filename or 'A file'}: {error.strerror or error}.")
    except Exception as error:
        say(f"This is a fault of valuekit: {type(error).__name__}: {error}")


@dataclass
class Preview:
    """Watches a project's files and makes again what a change touches.

    Attributes
    ----------
    build
        Validates the extracts and computes the mart; its result has the `period`.
    say
        Prints one line.
    """

    project: Project
    build: Callable[[], Any]
    say: Callable[[str], None] = print
    period: Month | None = None
    seen: Snapshot = field(default_factory=dict)

    def start(self) -> None:
        """Build and publish once."""
        self.seen = self.look()
        self._everything()

    def look(self) -> Snapshot:
        """When each watched file was last changed."""
        found: Snapshot = {}
        for file in self._watched():
            try:
                found[file] = file.stat().st_mtime_ns
            except OSError:
                continue
        return found

    def _watched(self) -> Iterable[Path]:
        root = self.project.root
        yield from root.glob("*.qmd")
        yield from root.glob("_*.yml")
        for folder in (self.project.reports, root / "data", self.project.schemas, THEME):
            yield from (file for file in folder.rglob("*") if file.is_file() and "figures" not in file.parts)

    def step(self) -> bool:
        """Look once; make again what changed. Returns whether anything did."""
        now = self.look()
        changed = {file for file in now.keys() | self.seen.keys() if now.get(file) != self.seen.get(file)}
        if not changed:
            return False
        came_or_went = now.keys() ^ self.seen.keys()
        self.seen = now
        began = time.monotonic()
        with _faults_printed(self.say):
            made = self._react(changed, bool(came_or_went & changed))
            self.say(
                f"{_names(self.project.root, changed)}: {made} made again in {time.monotonic() - began:.1f} s"
            )
        return True

    def _react(self, changed: set[Path], whole: bool) -> str:
        root = self.project.root
        inputs = [
            file for file in changed if _under(file, root / "data") or _under(file, self.project.schemas)
        ]
        if inputs or self.period is None:
            self._everything_or_raise()
            return "everything"
        documents = {file.relative_to(root).as_posix() for file in changed if file.suffix == ".qmd"}
        if whole or len(documents) < len(changed):
            publish(self.project, self.period, (PUBLIC,))
            return "all pages"
        pages = render_again(self.project, self.period, documents)
        return ", ".join(pages) or "nothing"

    def _everything(self) -> None:
        with _faults_printed(self.say):
            self._everything_or_raise()

    def _everything_or_raise(self) -> None:
        with alone(self.project):
            self.period = self.build().period
            publish(self.project, self.period, (PUBLIC,))


def _under(file: Path, folder: Path) -> bool:
    return file.is_relative_to(folder)


def _names(root: Path, files: Iterable[Path]) -> str:
    names = sorted(file.relative_to(root).as_posix() if _under(file, root) else file.name for file in files)
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")


def preview(project: Project, port: int = 0, build: Callable[[], Any] | None = None) -> None:
    """Build, publish and serve the public site; make again what a saved file touches, until Ctrl-C.

    A document makes its own pages again; an included file those of the documents that include it; the
    theme and the configuration all pages; an extract, schema or definition the figures, then all pages.
    """

    def say(line: str) -> None:
        print(line, flush=True)

    if build is None:
        raise TypeError("preview needs a way to build the figures")
    watch = Preview(project, build, say)
    say("Building and publishing once …")
    watch.start()
    server = serve(project.site, port)
    try:
        say(f"Look at http://127.0.0.1:{server.server_address[1]}/index.html  (Ctrl-C ends)")
        while True:
            time.sleep(POLL)
            watch.step()
    except KeyboardInterrupt:
        print("Ended.", file=sys.stderr)
    finally:
        server.shutdown()
        server.server_close()
