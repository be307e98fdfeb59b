"""The search index over the site, made by Pagefind."""

from __future__ import annotations

import base64
import contextlib
import json
import re
import subprocess
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from subprocess import DEVNULL, PIPE
from threading import Thread, Timer
from typing import IO, Any

from lxml import html as lxml_html
from pagefind.service import get_executable

from valuekit.errors import Problem, PublishError

_NOT_USED = ("pagefind-ui.*", "pagefind-modular-ui.*", "pagefind-component-ui.*", "pagefind-highlight.js")
"""Pagefind's own search boxes: ours is part of the theme."""

LONGEST = 300
"""Seconds after which Pagefind is given up."""

WORDS = "words.json"
"""Beside the index: the vocabulary of the site, for words that the index does not know."""

_WORD = re.compile(r"[a-z]{4,24}")
_UTF8 = lxml_html.HTMLParser(encoding="utf-8")

_INDEX = 0
"""Number of the first index that a fresh service makes."""


def index(site: Path) -> None:
    """Write ``pagefind/`` into `site`. The same pages give the same bytes.

    Pagefind is given each page, in the order of their names, by the protocol of its service (requests as
    base64 of JSON, a comma after each). Left to find the pages itself it numbers them in the order of the
    disk; and its own Python client waits a tenth of a second for each answer.

    Raises
    ------
    PublishError
        Pagefind cannot run, or fails.
    """
    pages = sorted(site.rglob("*.html"), key=lambda file: file.relative_to(site).as_posix())
    requests: list[dict[str, Any]] = [{"type": "NewIndex", "config": {"keep_index_url": True}}]
    requests += [
        {
            "type": "AddFile",
            "index_id": _INDEX,
            "file_path": page.relative_to(site).as_posix(),
            "file_contents": page.read_text(encoding="utf-8"),
        }
        for page in pages
    ]
    # Written by us: asked to write them itself, Pagefind answers before the last of them is whole.
    requests += [{"type": "GetFiles", "index_id": _INDEX}]
    answers = [answer["payload"] for answer in _ask(requests)]
    failed = [payload.get("message", "") for payload in answers if payload.get("type") == "Error"]
    made = [file for payload in answers for file in payload.get("files", ())]
    if failed or len(answers) < len(requests) or not made:
        raise _fault("; ".join(failed)[-200:])
    for file in made:
        path = site / "pagefind" / file["path"]
        if not any(path.match(pattern) for pattern in _NOT_USED):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(base64.b64decode(file["content"]))
    (site / "pagefind" / WORDS).write_text(json.dumps(_words(pages)), encoding="utf-8", newline="\n")


def _words(pages: Sequence[Path]) -> list[str]:
    """Words of the pages, those of most pages first: what a misspelt word may have been meant to be."""
    found: Counter[str] = Counter()
    for page in pages:
        for main in lxml_html.parse(str(page), _UTF8).iter("main"):
            if main.get("data-pagefind-body") is not None:
                found.update(set(_WORD.findall(main.text_content().lower())))
    return sorted(found, key=lambda word: (-found[word], word))


def _ask(requests: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """What a Pagefind service answers to all `requests`, sent at once."""
    messages = ({"message_id": i, "payload": request} for i, request in enumerate(requests, start=1))
    sent = b"".join(base64.b64encode(json.dumps(message).encode()) + b"," for message in messages)
    try:
        command = [str(get_executable()), "--service"]
        with subprocess.Popen(command, stdin=PIPE, stdout=PIPE, stderr=DEVNULL) as service:
            watch = Timer(LONGEST, service.kill)
            watch.start()
            try:
                # The pipes hold little, so one hand writes while the other reads.
                Thread(target=_write, args=(service.stdin, sent), daemon=True).start()
                received = b""
                while received.count(b",") < len(requests) and (part := service.stdout.read1()):
                    received += part
            finally:  # after Ctrl-C too
                watch.cancel()
                service.kill()
        return [json.loads(base64.b64decode(part)) for part in received.split(b",")[:-1]]
    except (OSError, ValueError) as error:
        raise _fault(getattr(error, "strerror", None) or type(error).__name__) from error


def _write(pipe: IO[bytes], content: bytes) -> None:
    with contextlib.suppress(OSError, ValueError):  # the service has ended: the answers will be too few
        pipe.write(content)
        pipe.flush()


def _fault(why: str) -> PublishError:
    return PublishError(
        Problem(
            "the search index cannot be made",
            "pagefind",
            why,
            "Free some disk space or install pagefind_bin again, and run again.",
        )
    )
