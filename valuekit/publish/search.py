"""The search index over the site, made by Pagefind."""

from __future__ import annotations

import base64
import json
import re
import subprocess
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from subprocess import DEVNULL, PIPE
from threading import Timer
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


@contextmanager
def indexing(site: Path) -> Iterator[None]:
    """Write ``pagefind/`` into `site` while the block runs. The same pages give the same bytes.

    The pages are those that are there when the block begins; the index is there when it has ended. Pagefind
    is given each page, in the order of their names, by the protocol of its service (requests as base64 of
    JSON, a comma after each). Left to find the pages itself it numbers them in the order of the disk; and
    its own Python client waits a tenth of a second for each answer.

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
    with _asked(requests) as answers:
        words = _words(pages)
        yield
        _write_index(site / "pagefind", _files(answers(), len(requests)), words)


def _files(answers: Sequence[dict[str, Any]], asked: int) -> list[dict[str, str]]:
    """The files of the index, of an answer to each request."""
    payloads = [answer["payload"] for answer in answers]
    failed = [payload.get("message", "") for payload in payloads if payload.get("type") == "Error"]
    made = [file for payload in payloads for file in payload.get("files", ())]
    if failed or len(payloads) < asked or not made:
        raise _fault("; ".join(failed)[-200:])
    return made


def _write_index(folder: Path, files: Sequence[dict[str, str]], words: Sequence[str]) -> None:
    for file in files:
        path = folder / file["path"]
        if not any(path.match(pattern) for pattern in _NOT_USED):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(base64.b64decode(file["content"]))
    (folder / WORDS).write_text(json.dumps(words), encoding="utf-8", newline="\n")


def _words(pages: Sequence[Path]) -> list[str]:
    """Words of the pages, those of most pages first: what a misspelt word may have been meant to be."""
    found: Counter[str] = Counter()
    for page in pages:
        for main in lxml_html.parse(str(page), _UTF8).iter("main"):
            if main.get("data-pagefind-body") is not None:
                found.update(set(_WORD.findall(main.text_content().lower())))
    return sorted(found, key=lambda word: (-found[word], word))


@contextmanager
def _asked(requests: Sequence[dict[str, Any]]) -> Iterator[Callable[[], list[dict[str, Any]]]]:
    """A Pagefind service that is asked all `requests` at once; a function that waits for its answers.

    The service does not outlive the block, however that ends.
    """
    messages = ({"message_id": i, "payload": request} for i, request in enumerate(requests, start=1))
    sent = b"".join(base64.b64encode(json.dumps(message).encode()) + b"," for message in messages)
    try:
        service = subprocess.Popen(
            [str(get_executable()), "--service"], stdin=PIPE, stdout=PIPE, stderr=DEVNULL
        )
    except OSError as error:
        raise _fault(error.strerror or type(error).__name__) from error
    with service, ThreadPoolExecutor(2) as hands:
        watch = Timer(LONGEST, service.kill)
        watch.start()
        try:
            # The pipes hold little, so one hand writes while the other reads.
            hands.submit(_write, service.stdin, sent)
            read = hands.submit(_read, service.stdout, len(requests))
            yield lambda: _understood(read)
        finally:  # after Ctrl-C too
            watch.cancel()
            service.kill()


def _read(pipe: IO[bytes], answers: int) -> bytes:
    """What a service says, until it has answered so often or has ended."""
    received = b""
    while received.count(b",") < answers and (part := pipe.read1()):
        received += part
    return received


def _understood(read: Future[bytes]) -> list[dict[str, Any]]:
    try:
        return [json.loads(base64.b64decode(part)) for part in read.result().split(b",")[:-1]]
    except (OSError, ValueError) as error:
        raise _fault(getattr(error, "strerror", None) or type(error).__name__) from error


def _write(pipe: IO[bytes], content: bytes) -> None:
    with suppress(OSError, ValueError):  # the service has ended: the answers will be too few
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
