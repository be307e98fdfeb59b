"""The validated, pseudonymised tables as Parquet files that the next room reads."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet

STORE = "store"
QUARANTINE = "quarantine.csv"


def write_store(
    build_folder: Path,
    tables: Mapping[str, pd.DataFrame],
    quarantine: pd.DataFrame,
    large: Mapping[str, Callable[[Path], None]] | None = None,
) -> Path:
    """Write `<build_folder>/store/<table>.parquet` and `quarantine.csv`; returns the store's folder.

    The store is written beside the old one and takes its place when it is complete. The same tables give the
    same bytes. `large` writes the tables that are no frames, each to the path that it is given.
    """
    build_folder.mkdir(parents=True, exist_ok=True)
    store, fresh = build_folder / STORE, build_folder / f"{STORE}.new"
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir()
    for name, frame in tables.items():
        table = pa.Table.from_pandas(frame, preserve_index=False)
        pa.parquet.write_table(table, fresh / f"{name}.parquet", compression="zstd")
    for name, write in (large or {}).items():
        write(fresh / f"{name}.parquet")
    if store.exists():
        shutil.rmtree(store)
    fresh.replace(store)
    with (build_folder / QUARANTINE).open("w", encoding="utf-8", newline="") as file:
        quarantine.to_csv(file, index=False, lineterminator="\n")
    return store
