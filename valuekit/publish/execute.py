"""Runs a document's cells with IPython, and takes the Markdown that they show.

A cell gives Markdown (``_repr_markdown_``) or printed text; a picture or an HTML table of a library's own is
refused, since it would come without alt text or header cells.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from io import StringIO, TextIOBase
from pathlib import Path
from types import TracebackType
from typing import Any

from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.interactiveshell import ExecutionResult, InteractiveShell

from valuekit.cache import CHARTS_FOLDER
from valuekit.errors import DocumentError, Problem, ValuekitError
from valuekit.publish.document import Cell, Source

MARKDOWN, PLAIN = "text/markdown", "text/plain"


@dataclass
class _Outputs:
    """What the running cell has given so far: (kind, text) in order."""

    items: list[tuple[str, str]] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)

    def data(self, data: Mapping[str, Any]) -> None:
        if MARKDOWN in data:
            self.items.append((MARKDOWN, data[MARKDOWN]))
        elif set(data) <= {PLAIN}:
            self.items.append((PLAIN, data.get(PLAIN, "") + "\n"))
        else:
            self.refused.append(sorted(set(data) - {PLAIN})[0])

    def printed(self, text: str) -> None:
        if self.items and self.items[-1][0] == "print":
            text = self.items.pop()[1] + text
        self.items.append(("print", text))


class _Print(TextIOBase):
    def __init__(self, outputs: _Outputs):
        self.outputs = outputs

    def write(self, text: str) -> int:
        if text:
            self.outputs.printed(text)
        return len(text)


class _Publisher(DisplayPublisher):
    outputs: _Outputs

    def publish(self, data: Mapping[str, Any], *_: Any, **__: Any) -> None:
        self.outputs.data(data)

    def clear_output(self, wait: bool = False) -> None:
        self.outputs.items.clear()


class _Hook(DisplayHook):
    outputs: _Outputs
    code = ""

    def quiet(self) -> bool:
        """Whether the cell ends in a semicolon, which hides its value."""
        return self.semicolon_at_end_of_expression(self.code)

    def __call__(self, result: Any = None) -> None:
        if result is not None and not self.quiet():
            self.outputs.data(self.compute_format_data(result)[0])
            self.update_user_ns(result)


class _Shell(InteractiveShell):
    """A shell that writes no history, reads no start-up files and colours nothing."""

    displayhook_class = _Hook
    display_pub_class = _Publisher

    def __init__(self) -> None:
        super().__init__(colors="nocolor", history_length=0)

    def init_history(self) -> None:
        super().init_history()
        self.history_manager.enabled = False

    def _showtraceback(self, *_: Any) -> None:
        """Faults are reported as problems, not printed."""

    def showtraceback(self, *_: Any, **__: Any) -> None:
        """Faults are reported as problems, not printed."""

    showsyntaxerror = showtraceback


@contextmanager
def _surroundings(root: Path, source: Source, profile: str, cache: Path | None) -> Iterator[None]:
    """The folder and environment that stock Quarto gives a document's cells, and fresh chart settings."""
    document = root / source.path
    before, folder, path = dict(os.environ), Path.cwd(), list(sys.path)
    os.environ.update(
        QUARTO_PROFILE=profile,
        QUARTO_PROJECT_ROOT=str(root),
        QUARTO_DOCUMENT_PATH=str(document.parent),
        QUARTO_DOCUMENT_FILE=document.name,
    )
    if cache is not None:
        os.environ[CHARTS_FOLDER] = str(cache)
    os.chdir(root)
    if str(root) not in sys.path:
        sys.path.insert(0, str(root))
    if "matplotlib" in sys.modules:
        import matplotlib

        matplotlib.rcdefaults()
    try:
        yield
    finally:
        os.chdir(folder)
        os.environ.clear()
        os.environ.update(before)
        sys.path[:] = path


def run_cells(
    root: Path,
    source: Source,
    profile: str,
    echo: bool = False,
    parameters: Mapping[str, Any] | None = None,
    cache: Path | None = None,
) -> dict[int, str]:
    """Markdown that each cell of `source` gives, by the cell's index.

    Parameters
    ----------
    profile
        The audience, which cells read from ``QUARTO_PROFILE``.
    echo
        Whether cells show their code where they do not say.
    parameters
        Values that replace those of the cell tagged ``parameters``.
    cache
        Where charts and tables are kept by content; None: nowhere.

    Raises
    ------
    DocumentError
        A cell failed, or gave something else than Markdown. The first such cell ends the document.
    """
    tagged = [cell.index for cell in source.cells if "parameters" in cell.options.get("tags", [])]
    if parameters and not tagged:
        raise DocumentError(
            Problem(
                "parameters were given, but no cell takes them",
                str(source.path),
                do="Tag a cell: parameters.",
            )
        )
    if not source.cells:
        return {}
    outputs: dict[int, str] = {}
    with _surroundings(root, source, profile, cache):
        _Shell.clear_instance()
        shell = _Shell.instance()
        try:
            for cell in source.cells:
                outputs[cell.index] = _run(shell, cell, echo)
                if tagged and cell.index == tagged[0] and parameters:
                    shell.push(dict(parameters))
        finally:
            shell.history_manager.end_session()
            _Shell.clear_instance()
    return outputs


def _run(shell: _Shell, cell: Cell, echo: bool) -> str:
    gathered = _Outputs()
    shell.display_pub.outputs = shell.displayhook.outputs = gathered
    shell.displayhook.code = cell.code
    options = cell.options
    if options.get("eval", True) and cell.shown.strip():
        with redirect_stdout(_Print(gathered)), redirect_stderr(StringIO()):
            result = shell.run_cell(cell.code, store_history=False)
        if result.error_in_exec or result.error_before_exec:
            raise DocumentError(_problems(shell, cell, result)) from (
                result.error_in_exec or result.error_before_exec
            )
        if gathered.refused:
            raise DocumentError(
                Problem(
                    f"the cell shows {gathered.refused[0]}, not Markdown",
                    cell.fence.where,
                    "a document takes objects with _repr_markdown_, which carry alt text and header cells",
                    "Show an object of valuekit.report, or print text.",
                )
            )
    if options.get("include", True) is False:
        return ""
    blocks = []
    if options.get("echo", echo) and cell.shown:
        blocks.append(_fenced(cell.shown, "python"))
    output = options.get("output", True)
    if output is not False:
        blocks += [_markdown(kind, text, output == "asis") for kind, text in gathered.items]
    return "\n\n" + "\n\n".join(blocks) + "\n\n" if blocks else ""


def _markdown(kind: str, text: str, asis: bool) -> str:
    if kind == MARKDOWN or asis:
        return text.strip("\n")
    return _fenced(text.rstrip("\n"))


def _fenced(text: str, language: str = "") -> str:
    longest = max((len(run) for run in re.findall(r"`{3,}", text)), default=2)
    fence = "`" * (longest + 1)
    return f"{fence}{language}\n{text}\n{fence}"


def _problems(shell: _Shell, cell: Cell, result: ExecutionResult) -> list[Problem]:
    """What went wrong in words: the cell's line, the statement's line, the kind of error and its message."""
    error = result.error_before_exec or result.error_in_exec
    if isinstance(error, ValuekitError):
        return [
            Problem(
                p.what,
                f"{_line(shell, cell, error)} ({p.where})" if p.where else _line(shell, cell, error),
                p.why,
                p.do,
            )
            for p in error.problems
        ]
    where = _line(shell, cell, error)
    name = type(error).__name__
    message = (str(error.msg) if isinstance(error, SyntaxError) else str(error)).strip().split("\n")[0]
    return [
        Problem(
            f"{name}: {message}" if message else name,
            where,
            f"in the cell at {cell.fence.where}",
            "Mend the cell; --verbose shows the trace.",
        )
    ]


def _line(shell: _Shell, cell: Cell, error: BaseException) -> str:
    """``file:line`` of the statement of `cell` in which `error` arose."""
    if isinstance(error, SyntaxError) and error.lineno:
        number: int | None = error.lineno
    else:
        number = None
        trace: TracebackType | None = error.__traceback__
        names = getattr(shell.compile, "_filename_map", {})
        while trace:
            name = trace.tb_frame.f_code.co_filename
            if name in names or "ipykernel" in name or name.startswith("<ipython-input"):
                number = trace.tb_lineno if number is None else number
            trace = trace.tb_next
    if number is None or not 1 <= number <= len(cell.lines):
        return cell.fence.where
    return cell.lines[number - 1].where
