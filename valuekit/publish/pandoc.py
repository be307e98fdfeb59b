"""One long-lived pandoc that turns Markdown into HTML and Typst with our Lua filters."""

from __future__ import annotations

import json
import subprocess
from collections import Counter
from pathlib import Path
from types import TracebackType
from typing import Any

import pypandoc

from valuekit.errors import Problem
from valuekit.publish.document import Source
from valuekit.publish.features import REFUSED

FILTERS = Path(__file__).parent / "filters"


class Pandoc:
    """A pandoc process; a context manager. Not to be shared between processes or threads."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [pypandoc.get_pandoc_path(), "lua", str(FILTERS / "server.lua"), str(FILTERS)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            # Ctrl-C is for valuekit to answer. Pandoc would end by it even where it is to be ignored; in a
            # group of its own it hears nothing, and ends with the pipe, however its owner ends.
            start_new_session=True,
        )

    def __enter__(self) -> Pandoc:
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """End the process."""
        self._process.stdin.close()
        self._process.stdout.close()
        self._process.wait(timeout=10)

    def _ask(self, **request: Any) -> dict[str, Any]:
        data = json.dumps(request, ensure_ascii=False).encode("utf-8")
        try:
            self._process.stdin.write(b"%d\n" % len(data) + data)
            self._process.stdin.flush()
            size = int(self._process.stdout.readline())
            answer = json.loads(self._process.stdout.read(size))
        except (OSError, ValueError) as error:
            raise RuntimeError(f"pandoc ended without an answer ({self._process.poll()})") from error
        if "crash" in answer:
            raise RuntimeError(f"a filter failed: {answer['crash']}")
        return answer

    def check(self, source: Source) -> tuple[list[Problem], list[str]]:
        """Constructs of `source` (its cells not run) that are refused, and the targets of its links."""
        answer = self._ask(op="check", text=source.text())
        return _problems(answer, source, {}), answer["links"]

    def render(
        self, source: Source, outputs: dict[int, str], profile: str, formats: tuple[str, ...]
    ) -> tuple[dict[str, Any], list[Problem]]:
        """`source` with the `outputs` of its cells in each of `formats`, and the faults found on the way.

        The answer holds ``html``, ``toc`` (level, anchor, text), ``links`` (targets as written), ``typst``
        and ``tables`` (for each Typst table, whether its first column heads the rows).
        """
        answer = self._ask(op="render", text=source.text(outputs), profile=profile, formats=list(formats))
        return answer, _problems(answer, source, outputs)


def _problems(answer: dict[str, Any], source: Source, outputs: dict[int, str]) -> list[Problem]:
    seen: Counter[tuple[str, str]] = Counter()
    problems: dict[Problem, None] = {}
    for fault in answer["faults"]:
        key, token = fault["key"], fault["token"]
        where = source.locate(token, seen[key, token], outputs)
        seen[key, token] += 1
        problems[REFUSED[key].problem(where, token)] = None
    return list(problems)
