"""The text of a case study: fixed parts and sections, and nothing in it but plain Markdown.

The text is somebody else's, and the page it becomes is ours. So the document's frame (the one cell, the three
includes) is held to the letter, and everything between to an allow-list over pandoc's own reading of it.
"""

from __future__ import annotations

import json
import re
import subprocess
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from typing import Any

import pypandoc

from valuekit.config import hidden_mark, nearest
from valuekit.errors import Problem

FILTER = Path(__file__).parent / "allow.lua"
LONGEST = 200_000
"""Bytes of one document."""
LONGEST_PARAGRAPH, MOST_MARKS = 10_000, 200
"""Characters of one paragraph, list or table; marks of Markdown in it. More could keep pandoc busy."""
MOST_OPEN = 8
"""Square brackets that are open at one place: with each more, pandoc needs twice the time."""
PATIENCE = 60.0
"""Seconds that pandoc has for all texts; it needs less than one."""
LONGEST_BRIEF = 90
"""Words of *In brief*."""

SECTIONS = (
    "In brief",
    "The problem",
    "The context",
    "What was done",
    "What it cost",
    "What changed",
    "What was learnt",
    "What did not work",
    "Advice",
    "Core parts and parts to adapt",
    "Risks and how they were held",
)
PARTS = {"_case_head.qmd": "", "_case_figures.qmd": "What changed", "_case_adopt.qmd": SECTIONS[-1]}
"""Parts that a case includes, and the section in which each stands (none: before the first)."""

_NAME = re.compile(r"[a-z][a-z0-9_]*")
_INCLUDE = re.compile(r"^\{\{< include (\S+) >\}\}$")
_SHORTCODE = re.compile(r"\{\{\s*[<%]")
_FENCE = re.compile(r"^[\s>]*(`{3,}|~{3,}|:{3,})")
_HEADING = re.compile(r"^## (.+?)\s*$")
_MARKS = re.compile(r"[\[\]*_^~$@<>\\!(){}`]")
_NESTED = re.compile(r"^([ \t]*([>*+-]|\d+[.)]|#\.|\(?\w\))[ \t]*){7}|^[ \t>]{25}")
_BUSY = "reading it could take longer than anybody waits"
_WHY = "case studies come from many hands, so their text is plain Markdown"


@dataclass(frozen=True)
class Draft:
    """A case's document, taken apart: `front` and `text` keep their places, so that lines count right."""

    case: str
    name: str
    front: str
    text: str
    lines: tuple[str, ...]

    def locate(self, token: str, nth: int = 0, heading: str = "") -> str:
        """``file:line`` of the `nth` line below `heading` (if any) in which `token` stands."""
        lines = self.text.split("\n")
        begin = next((i for i, line in enumerate(lines) if heading and line.strip("# ") == heading), 0)
        found = [i for i, line in enumerate(lines[begin:], start=begin + 1) if token and token in line]
        if found:
            return f"{self.name}:{found[min(nth, len(found) - 1)]}"
        return f"{self.name}:{begin + 1}" if heading else self.name


def read_draft(file: Path, name: str) -> tuple[Draft | None, list[Problem]]:
    """The document in `file` (called `name` in faults), and the faults of its frame."""
    if file.is_symlink():
        return None, [Problem("is a link to another file", name, _WHY, "Put the file itself here.")]
    if not file.is_file():
        return None, [Problem("is not a file", name, _WHY, "Put the document itself here.")]
    if not _NAME.fullmatch(file.stem):
        do = "Use small letters, digits and _, a letter first."
        return None, [Problem("the file's name is not that of a case", name, "the page's cell says it", do)]
    if (size := file.stat().st_size) > LONGEST:
        return None, [
            Problem(f"has {size:,} bytes", name, _WHY, f"Shorten it to {LONGEST:,} bytes or fewer.")
        ]
    data = file.read_bytes()
    try:
        lines = data.decode("utf-8-sig").replace("\r\n", "\n").split("\n")
    except UnicodeDecodeError as error:
        return None, [Problem(f"not UTF-8 text (byte {error.start})", name, do="Save the file as UTF-8.")]
    end = next((i for i, line in enumerate(lines[1:], start=1) if line.rstrip() == "---"), 0)
    if lines[0].rstrip() != "---" or not end:
        return None, [
            Problem("no front matter", f"{name}:1", do="Begin with ---, as docs/learning.md shows.")
        ]
    front = "\n".join(["", *lines[1:end], ""])
    body, problems = _frame(file.stem, name, lines, end + 1)
    problems += _traps(name, lines, end, body)
    return Draft(file.stem, name, front, "\n".join(body), tuple(lines)), problems


def _traps(name: str, lines: list[str], end: int, text: list[str]) -> Iterator[Problem]:
    """Lines that would end the front matter early for another reader, deceive the eye or exhaust pandoc.

    What would exhaust pandoc is taken out of `text`, so that all else is still read.
    """
    for number, line in enumerate(lines, start=1):
        where = f"{name}:{number}"
        if number <= end and line.startswith("..."):
            why = "YAML ends there, and what follows would be text that nobody checked"
            yield Problem("a line of dots in the front matter", where, why, "Leave it out.")
        if mark := hidden_mark(line):
            yield Problem(f"a mark that cannot be seen ({mark})", where, _WHY, "Type the line again.")
    for first, last in _paragraphs(text):
        whole = "\n".join(text[first:last])
        what = ""
        if (
            len(whole) > LONGEST_PARAGRAPH
            or len(_MARKS.findall(whole)) > MOST_MARKS
            or _open(whole) > MOST_OPEN
        ):
            what = "a paragraph with too much in it"
        elif any(_NESTED.match(line) for line in text[first:last]):
            what = "lists or quotations nested too deeply"
        if what:
            text[first:last] = [""] * (last - first)
            yield Problem(what, f"{name}:{first + 1}", _BUSY, "Write shorter paragraphs and flat lists.")


def _open(text: str) -> int:
    """How many square brackets are open at once at most."""
    opened = accumulate({"[": 1, "]": -1}.get(mark, 0) for mark in text)
    return max(opened, default=0)


def _paragraphs(text: list[str]) -> Iterator[tuple[int, int]]:
    """First line and the line after the last of each run of lines that are not empty."""
    first = 0
    for at, line in enumerate([*text, ""]):
        if not line.strip():
            if at > first:
                yield first, at
            first = at + 1


def _frame(case: str, name: str, lines: list[str], start: int) -> tuple[list[str], list[Problem]]:
    """The text with the lines of its frame emptied, and the faults of the frame."""
    text = [""] * start + lines[start:]
    problems: list[Problem] = []
    cell = ["```{python}", "#| tags: [parameters]", f'case = "{case}"', "```"]
    cells, section, placed = 0, "", dict.fromkeys(PARTS, 0)
    at = start
    while at < len(lines):
        line, where = lines[at].rstrip(), f"{name}:{at + 1}"
        include, heading = _INCLUDE.match(line), _HEADING.match(line)
        if [each.rstrip() for each in lines[at : at + 4]] == cell:
            cells += 1
            text[at : at + 4] = [""] * 4
            at += 4
            continue
        if include and include[1] in PARTS:
            text[at] = ""
            placed[include[1]] += 1
            problems += _misplaced(include[1], section, where)
        elif include:
            problems.append(
                Problem(f"include of '{include[1]}'", where, _WHY, nearest(include[1], list(PARTS)))
            )
            text[at] = ""
        elif _SHORTCODE.search(line):
            problems.append(Problem(f"shortcode: {line.strip()[:60]}", where, _WHY, "Leave it out."))
            text[at] = ""
        elif _FENCE.match(line):
            problems.append(_fence(line, cell, where))
        elif heading:
            section = heading[1]
        at += 1
    problems += _missing(name, case, cells, placed)
    return text, problems


def _misplaced(part: str, section: str, where: str) -> Iterator[Problem]:
    wanted = PARTS[part]
    if section != wanted:
        place = f"under '{wanted}'" if wanted else "before the first heading"
        yield Problem(f"'{part}' stands under '{section}'", where, do=f"Put it {place}.")


def _fence(line: str, cell: list[str], where: str) -> Problem:
    if "{" in line and line.lstrip(" >`~:").startswith("{python"):
        return Problem(
            "a cell other than the one that names the case",
            where,
            "code of a case study is never run",
            "Leave it out; the only cell is: " + " / ".join(cell),
        )
    return Problem(
        f"a fenced block: {line.strip()[:40]}", where, _WHY, "Write it as plain paragraphs or a list."
    )


def _missing(name: str, case: str, cells: int, placed: Mapping[str, int]) -> Iterator[Problem]:
    if cells != 1:
        yield Problem(
            "the cell that names the case is missing"
            if not cells
            else "the cell that names the case stands twice",
            name,
            do=f'Write one cell tagged parameters that says: case = "{case}"',
        )
    for part, count in placed.items():
        if count != 1:
            yield Problem(
                f"the include of '{part}' is missing" if not count else f"'{part}' is included twice",
                name,
                do=f"Write once: {{{{< include {part} >}}}}",
            )


def check_texts(drafts: list[Draft]) -> list[Problem]:
    """All in the texts that is not plain Markdown, and sections that are missing, out of order or empty.

    One pandoc reads all of them: starting it costs more than reading a text.
    """
    if not drafts:
        return []
    asked = json.dumps({draft.name: draft.text for draft in drafts}, ensure_ascii=False)
    try:
        done = subprocess.run(
            [pypandoc.get_pandoc_path(), "lua", str(FILTER)],
            input=asked.encode("utf-8"),
            capture_output=True,
            check=False,
            timeout=PATIENCE,
        )
    except subprocess.TimeoutExpired:
        names = ", ".join(draft.name for draft in drafts)
        do = "Take out the text that was added last, and write it in simpler Markdown."
        return [Problem(f"cannot be read in {PATIENCE:.0f} seconds", names, _WHY, do)]
    if done.returncode:
        raise RuntimeError(f"pandoc failed: {done.stderr.decode(errors='replace')[-300:]}")
    answers = json.loads(done.stdout)
    return [problem for draft in drafts for problem in _judged(draft, answers[draft.name])]


def _judged(draft: Draft, answer: Mapping[str, Any]) -> Iterator[Problem]:
    seen: Counter[tuple[str, str, str]] = Counter()
    for fault in answer["faults"]:
        token, heading = fault["token"], fault["heading"]
        key = (fault["what"], token, heading)
        where = draft.locate(fault["mark"] or token, seen[key], heading)
        seen[key] += 1
        what = f"{fault['what']}: {token[:60]}" if token else fault["what"]
        yield Problem(what, where, _WHY, "Write it in plain words, or leave it out.")
    sections = answer["sections"]
    titles = [section["title"] for section in sections]
    for title in dict.fromkeys(titles):
        if title not in SECTIONS:
            yield Problem(
                f"the section '{title}' is not one of the form",
                draft.locate(title),
                do=nearest(title, SECTIONS),
            )
        elif titles.count(title) > 1:
            yield Problem(f"the section '{title}' stands twice", draft.locate(title, 1), do="Keep one.")
    for title in SECTIONS:
        if title not in titles:
            yield Problem(f"the section '{title}' is missing", draft.name, do=f"Write: ## {title}")
    known = [title for title in titles if title in SECTIONS]
    if set(known) == set(SECTIONS) and known != list(SECTIONS):
        wrong = next(title for title, right in zip(known, SECTIONS, strict=False) if title != right)
        yield Problem(
            f"the section '{wrong}' is out of order",
            draft.locate(f"## {wrong}"),
            do="Order: " + ", ".join(SECTIONS),
        )
    for section in sections:
        yield from _length(draft, section)


def _length(draft: Draft, section: Mapping[str, Any]) -> Iterator[Problem]:
    title, words = section["title"], section["words"]
    where = draft.locate(f"## {title}")
    if not words and title in SECTIONS and title not in PARTS.values():
        yield Problem(
            f"the section '{title}' is empty", where, do="Say so where the sources say nothing of it."
        )
    if title == SECTIONS[0] and words > LONGEST_BRIEF:
        yield Problem(f"'{title}' has {words} words", where, do=f"Write at most {LONGEST_BRIEF}.")
