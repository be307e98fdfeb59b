"""What each table of a mart holds, as hashes: of the whole, and of the rows of each service.

By them a document that read the rows of one service is not rendered again when those of another change.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from valuekit.reads import WHOLE

CONTENTS = "contents.json"
"""Beside the tables of each mart."""

NO_ROWS = "no rows"


def contents(frame: pd.DataFrame) -> dict[str, str]:
    """Hash of all rows of `frame` under :data:`WHOLE`, and of those of each service under its name."""
    table = pa.Table.from_pandas(frame, preserve_index=False).replace_schema_metadata(None)
    found = {WHOLE: _hash(table)}
    if "service" in frame.columns:
        codes, names = pd.factorize(frame["service"])
        for code, name in enumerate(names):
            found[str(name)] = _hash(table.take(pa.array(np.flatnonzero(codes == code))))
    return found


def _hash(table: pa.Table) -> str:
    """Of columns, kinds and values, in the order of the rows."""
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as stream:
        stream.write_table(table.combine_chunks())
    return hashlib.sha256(memoryview(sink.getvalue())).hexdigest()


def write_contents(folder: Path, tables: Mapping[str, Mapping[str, str]]) -> None:
    """Write ``contents.json`` into a mart's folder."""
    text = json.dumps(tables, sort_keys=True)
    (folder / CONTENTS).write_text(text + "\n", encoding="utf-8", newline="\n")
