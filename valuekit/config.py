"""YAML files into frozen, checked objects, with errors that name the line.

All of valuekit's YAML (schemas, service definitions, settings) is read here and nowhere else:
safely (no tags that run code), with duplicate and unknown keys refused, and each fault
with its file, its line and the nearest name that would have been right.
"""

from __future__ import annotations

import difflib
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from valuekit.errors import DefinitionError, Problem


class Settings(BaseModel):
    """Base of every object read from YAML: frozen, and unknown keys are errors."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""The same safe loader, in C where PyYAML was built with it: several times as fast."""

Model = TypeVar("Model", bound=BaseModel)
Path_ = tuple[str | int, ...]


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


def read_yaml(file: Path) -> Located:
    """Read one YAML file safely.

    Raises
    ------
    DefinitionError
        Not UTF-8, not YAML, a tag, an alias, a duplicate key, or an empty file.
    """
    try:
        text = file.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise DefinitionError(
            Problem("there is no such file", str(file), do="Check the name and the folder.")
        ) from None
    except UnicodeDecodeError as error:
        raise DefinitionError(
            Problem(f"not UTF-8 text (byte {error.start})", file.name, do="Save the file as UTF-8.")
        ) from None
    return parse_yaml(text, file)


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


def _construct(node: yaml.Node, name: str, path: Path_, lines: dict[Path_, int], depth: int = 0) -> Any:
    line = node.start_mark.line + 1
    lines.setdefault(path, line)
    if depth > 40:
        raise DefinitionError(Problem("nested too deeply or refers to itself", f"{name}:{line}"))
    if not node.tag.startswith("tag:yaml.org,2002:") or "python" in node.tag:
        raise DefinitionError(
            Problem(f"the tag '{node.tag}' is not allowed", f"{name}:{line}", do="Write a plain value.")
        )
    if isinstance(node, yaml.MappingNode):
        result: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = _construct(key_node, name, (*path, "?"), {}, depth + 1)
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
            result[key] = _construct(value_node, name, (*path, key), lines, depth + 1)
        return result
    if isinstance(node, yaml.SequenceNode):
        return [_construct(item, name, (*path, i), lines, depth + 1) for i, item in enumerate(node.value)]
    try:
        return yaml.SafeLoader("").construct_object(node)
    except (yaml.YAMLError, ValueError):
        raise DefinitionError(
            Problem(f"'{node.value}' cannot be read", f"{name}:{line}", do="Quote it if it is text.")
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
