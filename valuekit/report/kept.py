"""Charts and tables that were drawn before, by the content of what they are drawn from.

Drawing a chart takes a fifth of a second, so it is drawn once for the same data, look, code and libraries.
Without a place to keep them (a document that is not rendered by ``valuekit publish``) all are drawn.
"""

from __future__ import annotations

import os
import re
import types
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from enum import Enum
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from valuekit.cache import BEFORE_THE_MART, CHARTS_FOLDER, Cache, code_hash, digest, libraries_hash

_PLAIN = (type(None), bool, int, float, complex, str, date, datetime, timedelta)
_PLAIN += (pd.Timestamp, pd.Timedelta, type(pd.NA), type(pd.NaT), range, slice)
_HASHED = {
    "valuekit",
    "plotnine",
    "mizani",
    "matplotlib",
    "numpy",
    "pandas",
    "builtins",
    "functools",
    "types",
}
"""Packages whose code is part of every key. Other code (a cell's own function) has a content not known."""


class UnknownContentError(Exception):
    """Something whose content cannot be told: what is made from it is not kept."""


def kept(kind: str, what: Any, draw: Callable[[], str]) -> str:
    """What `draw` gives, or gave when it was last asked with a `what` of the same content.

    Parameters
    ----------
    kind
        A word for what is drawn, which is part of the key.
    what
        All that the drawing depends on, besides the code: data frames, numbers, text, functions of valuekit,
        and containers and objects of them. Where something else is among it, it is drawn anew.
    """
    folder = os.environ.get(CHARTS_FOLDER)
    if not folder:
        return draw()
    try:
        content = content_of(what)
    except (UnknownContentError, RecursionError):
        return draw()
    key = digest(content, code_hash(*BEFORE_THE_MART, "publish"), libraries_hash())
    return Cache(Path(folder)).kept(kind, key, lambda: draw().encode("utf-8")).decode("utf-8")


def content_of(value: Any) -> str:
    """Hash of the content of `value`: what is made alike has the same, whichever process made it.

    Raises
    ------
    UnknownContentError
        Something is among it whose content cannot be told.
    """
    telling = _Telling()
    telling.tell(value)
    return digest(*telling.parts)


class _Telling:
    """What a value is made of, part by part."""

    def __init__(self) -> None:
        self.parts: list[str | bytes] = []
        self._seen: dict[int, tuple[int, Any]] = {}  # holds the objects too, so that no two share an id

    def tell(self, value: Any) -> None:
        kind = type(value)
        if kind in _PLAIN:
            self.parts.append(f"{kind.__name__}:{value!r}")
        elif kind is bytes:
            self.parts += ["bytes", value]
        elif id(value) in self._seen:  # the same thing once more, or a circle
            self.parts.append(f"as:{self._seen[id(value)][0]}")
        else:
            self._seen[id(value)] = len(self._seen), value
            self.parts.append(f"({kind.__module__}.{kind.__qualname__}")
            for inner in _inside(value):
                self.tell(inner)
            self.parts.append(")")


def _inside(value: Any) -> Iterator[Any]:
    """What `value` is made of."""
    if isinstance(value, type | types.ModuleType):
        _known(value)
        yield f"{getattr(value, '__module__', '')}.{value.__name__}"
    elif isinstance(value, pd.DataFrame):
        yield list(value.columns)
        yield value.index
        for at in range(value.shape[1]):
            yield value.iloc[:, at].array
    elif isinstance(value, pd.Series):
        yield from (value.name, value.index, value.array)
    elif isinstance(value, pd.Index | pd.api.extensions.ExtensionArray):
        yield from (str(value.dtype), str(getattr(value, "name", "")), value.tolist())
    elif isinstance(value, np.ndarray | np.generic):
        yield from (str(value.dtype), str(value.shape), value.tolist())
    elif isinstance(value, types.FunctionType):
        yield from _function(value)
    elif isinstance(value, types.MethodType):
        yield from (value.__func__, value.__self__)
    elif isinstance(value, types.BuiltinFunctionType | np.ufunc):
        yield value.__name__
        yield getattr(value, "__self__", None)
    elif isinstance(value, partial):
        yield from (value.func, value.args, value.keywords)
    elif isinstance(value, re.Pattern):
        yield from (value.pattern, value.flags)
    elif isinstance(value, Enum):
        yield value.name
    else:
        yield from _container(value)


def _function(value: types.FunctionType) -> Iterator[Any]:
    """A function of a package whose code is hashed: its name, and what it holds on to."""
    _known(value)
    code = value.__code__
    yield from (value.__module__, value.__qualname__, code.co_firstlineno, code.co_code)
    yield from (value.__defaults__, value.__kwdefaults__)
    for cell in value.__closure__ or ():
        yield cell.cell_contents


def _container(value: Any) -> Iterator[Any]:
    """Items and attributes. An object without either is one whose content we do not know."""
    told = False
    if isinstance(value, dict):
        told = True
        for name, item in value.items():
            yield from (name, item)
    elif isinstance(value, list | tuple):
        told = True
        yield from getattr(value, "_fields", ())
        yield from value
    elif isinstance(value, set | frozenset):
        told = True
        yield from sorted(value, key=repr)
    attributes = dict(getattr(value, "__dict__", {}))
    for kind in type(value).__mro__:
        slots = kind.__dict__.get("__slots__", ())
        for name in (slots,) if isinstance(slots, str) else slots:
            if hasattr(value, name) and name not in ("__dict__", "__weakref__"):
                attributes[name] = getattr(value, name)
    if not told and type(value) is not object:
        _known(type(value))
        if not attributes and not hasattr(value, "__dict__"):
            raise UnknownContentError(type(value).__name__)
    for name in sorted(attributes):
        held = attributes[name]
        # Plotnine takes its parameters from sets of names, so that their order differs from run to run.
        yield from (name, sorted(held.items()) if name.endswith("params") and type(held) is dict else held)


def _known(value: Any) -> None:
    """Refuse what is made by code that is part of no key."""
    module = value.__name__ if isinstance(value, types.ModuleType) else getattr(value, "__module__", "")
    if str(module).split(".")[0] not in _HASHED:
        raise UnknownContentError(str(module))
