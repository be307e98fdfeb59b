"""A document's source: includes expanded, front matter checked, cells found; every line remembers its file.

This is bookkeeping of lines, not Markdown: what the text means is pandoc's to say.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from valuekit.config import parse_yaml
from valuekit.errors import DefinitionError, DocumentError, Problem
from valuekit.publish.features import CELL_OPTIONS, REFUSED, STOCK

_FENCE = re.compile(r"^(\s{0,3})(`{3,}|~{3,})\s*(.*?)\s*$")
_CELL = re.compile(r"^\{\s*([A-Za-z][\w.+-]*)\s*([,\s].*)?\}$")
_SHORTCODE = re.compile(r"\{\{<\s*(/?[\w.-]*)\s*(.*?)\s*>\}\}")
_OPTION = re.compile(r"^#\|\s?(.*)$")


@dataclass(frozen=True)
class Line:
    """One line of the expanded source, and where it was written."""

    text: str
    file: str
    number: int

    @property
    def where(self) -> str:
        """``reports/_service.qmd:12``."""
        return f"{self.file}:{self.number}"


@dataclass(frozen=True)
class Cell:
    """One Python cell: `lines` are its code, the options among them."""

    index: int
    fence: Line
    lines: tuple[Line, ...]
    options: dict[str, Any]

    @property
    def code(self) -> str:
        """What is run: the options stay, as the comments that they are, so that lines count right."""
        return "\n".join(line.text for line in self.lines)

    @property
    def shown(self) -> str:
        """What ``echo: true`` shows."""
        return "\n".join(line.text for line in self.lines if not _OPTION.match(line.text)).strip("\n")


@dataclass(frozen=True)
class Source:
    """A document: its front matter as a block of YAML, and its parts in order."""

    path: PurePosixPath
    """From the project's root: ``reports/services/stroke.qmd``."""
    front: str
    """The front matter after as many empty lines as stand before it (so its lines count right)."""
    parts: tuple[Line | Cell, ...]
    includes: tuple[str, ...]

    @property
    def cells(self) -> tuple[Cell, ...]:
        """The cells in order."""
        return tuple(part for part in self.parts if isinstance(part, Cell))

    def text(self, outputs: dict[int, str] | None = None) -> str:
        """Markdown, with each cell replaced by its output (nothing where it has none)."""
        outputs = outputs or {}
        return "\n".join(
            part.text if isinstance(part, Line) else outputs.get(part.index, "") for part in self.parts
        )

    def locate(self, token: str, nth: int = 0, outputs: dict[int, str] | None = None) -> str:
        """``file:line`` of the `nth` place where `token` stands, in the text or in what a cell gave.

        A word may stand in a sentence too: where it is written as a heading, class, name or attribute, that
        place is meant.
        """
        forms = (f"# {token}", f".{token}", f"#{token}", f"{token}=", token) if token else ()
        for form in forms:
            found = []
            for part in self.parts:
                if isinstance(part, Line):
                    found += [part.where] * (form in part.text)
                else:
                    found += [part.fence.where] * (form in (outputs or {}).get(part.index, ""))
            if found:
                return found[min(nth, len(found) - 1)]
        return str(self.path)


def read_source(root: Path, path: PurePosixPath) -> Source:
    """Read the document at `path` below `root`.

    Raises
    ------
    DocumentError
        Every fault of its includes, shortcodes, fences and cell options at once.
    """
    faults: list[Problem] = []
    includes: list[str] = []
    lines = _read_lines(root, str(path), str(path), faults)
    front, body = _split_front(lines)
    parts = _parts(_expand(root, path, body, (str(path),), includes, faults), faults)
    _check_labels(parts, faults)
    if faults:
        raise DocumentError(faults)
    return Source(path, front, tuple(parts), tuple(dict.fromkeys(includes)))


def _read_lines(root: Path, name: str, where: str, faults: list[Problem]) -> list[Line]:
    try:
        text = (root / name).read_text(encoding="utf-8-sig")
    except (FileNotFoundError, IsADirectoryError, PermissionError):
        faults.append(Problem(f"'{name}' cannot be read", where, do="Check its name and folder."))
        return []
    except UnicodeDecodeError as error:
        faults.append(
            Problem(f"'{name}' is not UTF-8 text (byte {error.start})", where, do="Save it as UTF-8.")
        )
        return []
    return [Line(line, name, i) for i, line in enumerate(text.split("\n"), start=1)]


def _split_front(lines: list[Line]) -> tuple[str, list[Line]]:
    if not lines or lines[0].text.rstrip() != "---":
        return "", lines
    for i, line in enumerate(lines[1:], start=1):
        if line.text.rstrip() in ("---", "..."):
            return "\n" + "\n".join(part.text for part in lines[1:i]) + "\n", lines[i + 1 :]
    return "\n" + "\n".join(part.text for part in lines[1:]), []


class _Fences:
    """Whether a line lies inside a fenced block."""

    def __init__(self) -> None:
        self.open = ""

    def see(self, text: str) -> tuple[str, str] | None:
        """``("open", info)`` or ``("close", "")`` when `text` opens or closes a block."""
        found = _FENCE.match(text)
        if not found:
            return None
        marks, info = found[2], found[3]
        if not self.open:
            if marks[0] == "`" and "`" in info:
                return None
            self.open = marks
            return "open", info
        if marks[0] == self.open[0] and len(marks) >= len(self.open) and not info:
            self.open = ""
            return "close", ""
        return None


def _expand(
    root: Path,
    path: PurePosixPath,
    lines: list[Line],
    trail: tuple[str, ...],
    includes: list[str],
    faults: list[Problem],
) -> list[Line]:
    """`lines` with every include replaced by the lines of its file."""
    result: list[Line] = []
    fences = _Fences()
    for line in lines:
        event = fences.see(line.text)
        in_cell = fences.open and event is None
        found = _SHORTCODE.search(line.text)
        if not found or in_cell:
            result.append(line)
            continue
        if found[1] != "include" or line.text.strip() != found[0]:
            faults.append(REFUSED["shortcode"].problem(line.where, found[0]))
            continue
        target = _target(path, found[2], line, trail, faults)
        if target is None:
            continue
        before = len(faults)
        inner = _read_lines(root, target, line.where, faults)
        if len(faults) > before:
            continue
        includes.append(target)
        if inner and inner[0].text.rstrip() == "---":
            faults.append(REFUSED["include-front"].problem(inner[0].where))
            continue
        result += _expand(root, path, inner, (*trail, target), includes, faults)
    return result


def _target(
    path: PurePosixPath, words: str, line: Line, trail: tuple[str, ...], faults: list[Problem]
) -> str | None:
    """Path of an included file from the project's root, or None after noting why there is none."""
    name = words.strip("\"'")
    if not name or re.search(r"\s", name):
        faults.append(REFUSED["include-options"].problem(line.where, words))
        return None
    if not name.startswith("/") and len(trail) > 1:
        faults.append(REFUSED["nested-include"].problem(line.where, name))
        return None
    parts: list[str] = [] if name.startswith("/") else list(path.parent.parts)
    for part in PurePosixPath(name.lstrip("/")).parts:
        if part == "..":
            if not parts:
                faults.append(
                    Problem(f"include of a file outside the project: {name}", line.where, do="Move it in.")
                )
                return None
            parts.pop()
        else:
            parts.append(part)
    target = "/".join(parts)
    if target in trail:
        faults.append(Problem(f"'{target}' includes itself", line.where, do="Break the circle of includes."))
        return None
    return target


def _parts(lines: list[Line], faults: list[Problem]) -> list[Line | Cell]:
    """Text lines and cells in order; a cell that cannot be one is a fault."""
    parts: list[Line | Cell] = []
    fences = _Fences()
    cell: tuple[Line, list[Line]] | None = None
    opened = lines[0] if lines else Line("", "", 1)
    index = 0
    for line in lines:
        event = fences.see(line.text)
        if event and event[0] == "open":
            opened = line
            found = _CELL.match(event[1])
            if found and not event[1].startswith("{="):
                _check_language(found, line, faults)
                cell = (line, [])
                continue
        if cell is None:
            parts.append(line)
        elif event and event[0] == "close":
            parts.append(_cell(index, cell[0], cell[1], faults))
            index, cell = index + 1, None
        else:
            cell[1].append(line)
    if fences.open:
        faults.append(
            Problem("code block without an end", opened.where, do="Close it with the marks that open it.")
        )
    return parts


def _check_language(found: re.Match[str], line: Line, faults: list[Problem]) -> None:
    language, rest = found[1], (found[2] or "").strip(" ,")
    if language in ("mermaid", "dot"):
        faults.append(REFUSED["diagram"].problem(line.where, language))
    elif language != "python":
        faults.append(REFUSED["language"].problem(line.where, language))
    elif rest:
        faults.append(REFUSED["cell-option"].problem(line.where, rest))


def _cell(index: int, fence: Line, lines: list[Line], faults: list[Problem]) -> Cell:
    option_lines: list[Line] = []
    for line in lines:
        if not _OPTION.match(line.text):
            break
        option_lines.append(line)
    options: dict[str, Any] = {}
    if option_lines:
        text = "\n".join(_OPTION.match(line.text)[1] for line in option_lines)  # type: ignore[index]
        try:
            options = (parse_yaml(text, Path(fence.file)).data or {}) if text.strip() else {}
        except DefinitionError as error:
            said = error.problems[0]
            line = said.where.rpartition(":")[2]
            at = option_lines[min(int(line) if line.isdigit() else 1, len(option_lines)) - 1]
            do = "Write #| name: value."
            faults.append(Problem("cell options are not valid YAML", at.where, said.what, do))
        if not isinstance(options, dict):
            faults.append(
                Problem("cell options are not name: value", option_lines[0].where, do="Write #| name: value.")
            )
            options = {}
        by_name = {line.text.split(":", 1)[0].removeprefix("#|").strip(): line for line in option_lines}
        for name, value in options.items():
            where = by_name.get(str(name), fence).where
            problem = _option_problem(str(name), value, where)
            if problem:
                faults.append(problem)
    return Cell(index, fence, tuple(lines), options)


def _option_problem(name: str, value: Any, where: str) -> Problem | None:
    if name not in CELL_OPTIONS:
        return REFUSED["cell-option"].problem(where, name)
    fits = {
        "label": isinstance(value, str) and not re.match(r"(fig|tbl|lst)-", value),
        "tags": isinstance(value, list) and all(isinstance(tag, str) for tag in value),
        "output": isinstance(value, bool) or value == "asis",
    }.get(name, isinstance(value, bool))
    if fits:
        return None
    return Problem(f"value of the cell option '{name}'", where, STOCK, f"Use: {CELL_OPTIONS[name]}.")


def _check_labels(parts: list[Line | Cell], faults: list[Problem]) -> None:
    seen: set[str] = set()
    for part in parts:
        label = part.options.get("label") if isinstance(part, Cell) else None
        if label and label in seen:
            faults.append(
                Problem(f"the label '{label}' stands twice", part.fence.where, do="Give each cell its own.")
            )
        seen |= {label} if label else set()


def yaml_problems(error: DefinitionError, unknown: str = STOCK) -> list[Problem]:
    """Faults of a document's or project's YAML; a key that we do not know may be one that Quarto does."""
    return [
        Problem(p.what, p.where, unknown, p.do) if p.what.startswith("unknown key") else p
        for p in error.problems
    ]
