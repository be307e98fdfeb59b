"""YAML files into frozen, checked objects, with errors that name the line.

All of valuekit's YAML (schemas, service definitions, settings) is read here and nowhere else:
safely (no tags, no aliases, no marks that cannot be seen, no file too large or too deep to
read), with duplicate and unknown keys refused, and each fault with its file, its line and the
nearest name that would have been right.
"""

from __future__ import annotations

import difflib
import unicodedata
from pathlib import Path
from typing import Annotated, Any, TypeVar

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from valuekit.errors import DefinitionError, Problem


class Settings(BaseModel):
    """Base of every object read from YAML: frozen, and unknown keys are errors."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True, allow_inf_nan=False)


def one_line(value: object) -> object:
    """Text without its line ends, and with one space where several stand; anything else as it is."""
    return " ".join(value.split()) if isinstance(value, str) else value


Words = Annotated[str, Field(min_length=1), BeforeValidator(one_line)]
"""Words for readers. They stand in headings, cells and titles: a line end among them could end what they are
in."""

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""The same safe loader, in C where PyYAML was built with it: several times as fast."""

Model = TypeVar("Model", bound=BaseModel)
Path_ = tuple[str | int, ...]

LARGEST = 2_000_000
"""Bytes of one YAML file: far more than a person writes."""
DEEPEST = 40
"""Levels of one YAML file: deeper ones are made to exhaust whoever reads them."""

_HIDDEN = ("Cc", "Cf", "Cs", "Co", "Zl", "Zp")
"""Unicode's general categories of marks that cannot be seen (Unicode Standard, table 4-4)."""
_TAGS = "tag:yaml.org,2002:"


def hidden_mark(text: str) -> str:
    """The first mark in `text` that cannot be seen, as ``U+202E``; empty where there is none.

    Such marks turn the order of reading round, or make two names look like one. Line ends and tabs are none.
    """
    if text.isascii() and text.isprintable():
        return ""
    found = (m for m in text if m not in "\n\t" and unicodedata.category(m) in _HIDDEN)
    return next((f"U+{ord(mark):04X}" for mark in found), "")


def nearest(name: object, valid: list[str] | tuple[str, ...]) -> str:
    """``Did you mean 'x'?``, or the valid names when none is near."""
    found = difflib.get_close_matches(str(name), [str(v) for v in valid], n=1, cutoff=0.5)
    if found:
        return f"Did you mean '{found[0]}'?"
    return "Use one of: " + ", ".join(sorted(str(v) for v in valid)) + "."


class Located:
    """A parsed YAML document that remembers on which line each value stands."""

    def __init__(self, file: Path, data: Any, lines: dict[Path_, int], name: str = ""):
        self.file, self.data, self._lines = file, data, lines
        self.name = name or file.name

    def line(self, *path: str | int) -> int:
        """Line of the value at `path`, or of its nearest ancestor that has one."""
        for end in range(len(path), -1, -1):
            if path[:end] in self._lines:
                return self._lines[path[:end]]
        return 1

    def where(self, *path: str | int) -> str:
        """``file:line`` of the value at `path`."""
        return f"{self.name}:{self.line(*path)}"


def read_yaml(file: Path, name: str = "") -> Located:
    """Read one YAML file safely; faults call it `name` (by default its own name).

    Raises
    ------
    DefinitionError
        Not a file, too large, not UTF-8, not YAML, a tag, an alias, a mark that cannot be seen, a duplicate
        key, or an empty file.
    """
    said = name or file.name
    try:
        if file.exists() and not file.is_file():  # reading a pipe would wait for ever
            raise DefinitionError(Problem("is not a file", said, do="Put a file of that name here."))
        if (size := file.stat().st_size) > LARGEST:
            raise DefinitionError(
                Problem(f"has {size:,} bytes", said, do=f"Shorten it to {LARGEST:,} bytes or fewer.")
            )
        text = file.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise DefinitionError(
            Problem("there is no such file", name or str(file), do="Check the name and the folder.")
        ) from None
    except UnicodeDecodeError as error:
        raise DefinitionError(
            Problem(f"not UTF-8 text (byte {error.start})", said, do="Save the file as UTF-8.")
        ) from None
    except OSError as error:
        raise DefinitionError(
            Problem("cannot be read", said, error.strerror or "", "Check the file and its permissions.")
        ) from None
    return parse_yaml(text, file, said)


def parse_yaml(text: str, file: Path, name: str = "") -> Located:
    """`text`, which stands in `file` (called `name` in faults; by default its name), as checked YAML.

    A block inside a file comes after as many empty lines as stand before it, so that its lines count right.

    Raises
    ------
    DefinitionError
        As `read_yaml`.
    """
    name = name or file.name
    try:
        _refuse_traps(text, name)
        root = yaml.compose(text, Loader=_LOADER)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"{name}:{mark.line + 1}" if mark else name
        reason = getattr(error, "problem", None) or str(error).splitlines()[0]
        raise DefinitionError(
            Problem(f"not valid YAML: {reason}", where, do="Check the indentation, colons and quotes.")
        ) from None
    if root is None:
        raise DefinitionError(
            Problem("the file is empty", name, do="Write the definition, or remove the file.")
        )
    lines: dict[Path_, int] = {}
    data = _construct(root, name, (), lines)
    return Located(file, data, lines, name)


def _refuse_traps(text: str, name: str) -> None:
    """Refuse what could run code, exhaust the reader or deceive the eye, before anything is made of `text`.

    Events come one at a time, so a file that would overflow the composer's stack is left at its 41st level.
    """
    depth = 0
    for event in yaml.parse(text, Loader=_LOADER):
        where = f"{name}:{event.start_mark.line + 1}"
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > DEEPEST:
            raise DefinitionError(
                Problem("nested too deeply", where, f"more than {DEEPEST} levels", "Write it flatter.")
            )
        if isinstance(event, yaml.AliasEvent):
            raise DefinitionError(
                Problem(f"the alias '*{event.anchor}' is not allowed", where, do="Write the value itself.")
            )
        if tag := getattr(event, "tag", None):
            raise DefinitionError(
                Problem(
                    f"the tag '{tag.replace(_TAGS, '!!')[:60]}' is not allowed",
                    where,
                    do="Write a plain value.",
                )
            )
        if isinstance(event, yaml.ScalarEvent) and (mark := hidden_mark(event.value)):
            raise DefinitionError(
                Problem(f"a mark that cannot be seen ({mark})", where, do="Type the value again.")
            )


def _construct(node: yaml.Node, name: str, path: Path_, lines: dict[Path_, int]) -> Any:
    line = node.start_mark.line + 1
    lines.setdefault(path, line)
    if isinstance(node, yaml.MappingNode):
        result: dict[str, Any] = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                where = f"{name}:{key_node.start_mark.line + 1}"
                raise DefinitionError(Problem("a key that is no word", where, do="Write a word as the key."))
            key = _construct(key_node, name, (*path, "?"), {})
            key = key if isinstance(key, str) else str(key_node.value)
            if key in result:
                raise DefinitionError(
                    Problem(
                        f"the key '{key}' stands twice",
                        f"{name}:{key_node.start_mark.line + 1}",
                        do="Keep one.",
                    )
                )
            lines[(*path, key)] = key_node.start_mark.line + 1
            result[key] = _construct(value_node, name, (*path, key), lines)
        return result
    if isinstance(node, yaml.SequenceNode):
        return [_construct(item, name, (*path, i), lines) for i, item in enumerate(node.value)]
    try:
        return yaml.SafeLoader("").construct_object(node)
    except (yaml.YAMLError, ValueError, OverflowError):
        raise DefinitionError(
            Problem(f"'{node.value[:60]}' cannot be read", f"{name}:{line}", do="Quote it if it is text.")
        ) from None


def checked(located: Located, model: type[Model]) -> Model:
    """`located` as a `model`, or every fault at once with its line.

    Raises
    ------
    DefinitionError
        One problem for each unknown key, missing key or value that does not fit.
    """
    try:
        return model.model_validate(located.data)
    except ValidationError as error:
        raise DefinitionError(_problems(error, located, model)) from None


def _problems(error: ValidationError, located: Located, model: type[BaseModel]) -> list[Problem]:
    problems = []
    for fault in error.errors():
        path = _path_in_file(fault["loc"], located.data)
        if fault["type"] == "union_tag_invalid":  # the key that says which of several kinds it is
            path = (*path, fault["ctx"]["discriminator"].strip("'"))
        where = located.where(*path)
        name = ".".join(str(part) for part in path) or "the file"
        if fault["type"] == "extra_forbidden":
            valid = _valid_keys(model, fault["loc"][:-1])
            problems.append(
                Problem(f"unknown key '{path[-1]}'", where, do=nearest(path[-1], valid) if valid else "")
            )
        elif fault["type"] == "missing":
            problems.append(
                Problem(f"the key '{fault['loc'][-1]}' is missing", located.where(*path), do="Add it.")
            )
        elif fault["type"] in ("literal_error", "enum", "union_tag_invalid"):
            expected = str(fault["ctx"].get("expected", fault["ctx"].get("expected_tags", "")))
            valid = [
                part.strip(" '") for part in expected.replace(" or ", ",").split(",") if part.strip(" '")
            ]
            given = fault["ctx"].get("tag", fault["input"])
            problems.append(Problem(f"'{given}' is not a valid {name}", where, do=nearest(given, valid)))
        else:
            message = fault["msg"].removeprefix("Value error, ")
            problems.append(Problem(f"{name}: {message[0].lower()}{message[1:]}", where))
    return problems


def _path_in_file(loc: Path_, data: Any) -> Path_:
    """Pydantic's location without the parts that it adds for unions."""
    path: list[str | int] = []
    for i, part in enumerate(loc):
        in_list = isinstance(data, list) and isinstance(part, int) and part < len(data)
        if in_list or (isinstance(data, dict) and part in data):
            data = data[part]
        elif i < len(loc) - 1:
            continue
        path.append(part)
    return tuple(path)


def _valid_keys(model: type[BaseModel], loc: Path_) -> list[str]:
    """Names of the fields of the model at `loc` (best effort: it only feeds a hint)."""
    models: list[Any] = [model]
    for part in loc:
        found = []
        for candidate in models:
            fields = _fields(candidate)
            if part in fields:
                found += _models_in(fields[part].annotation)
            else:
                found.append(candidate)
        tagged = [m for m in found if isinstance(part, str) and _tag(m) == part]
        models = tagged or found
    return sorted({name for m in models for name in _fields(m)})


def _fields(model: Any) -> dict[str, Any]:
    """Fields of a model by the name that they have in the file."""
    return {field.alias or name: field for name, field in getattr(model, "model_fields", {}).items()}


def _models_in(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [m for arg in getattr(annotation, "__args__", ()) for m in _models_in(arg)]


def _tag(model: type[BaseModel]) -> str | None:
    kind = getattr(model, "model_fields", {}).get("kind")
    return kind.default if kind is not None else None
