"""A mart's tables, read for one document after another."""

from __future__ import annotations

from pathlib import Path

import marts
import pandas as pd

from valuekit.mart import Mart


def test_a_table_that_has_taken_the_place_of_another_is_read(tmp_path: Path) -> None:
    folder = marts.make_mart(tmp_path / "public")
    assert len(Mart(folder).table("measure")) > 1
    other = marts.make_mart(tmp_path / "next" / "public")
    first = pd.read_parquet(other / "measure.parquet").head(1)
    first.to_parquet(other / "measure.parquet", index=False)
    (other / "measure.parquet").replace(folder / "measure.parquet")
    pd.testing.assert_frame_equal(Mart(folder).table("measure"), first)


def test_what_one_document_does_to_a_table_is_not_seen_by_the_next(tmp_path: Path) -> None:
    folder = marts.make_mart(tmp_path / "public")
    before = Mart(folder).table("measure").copy()
    shown = Mart(folder).table("measure")
    shown["position"] = 0
    shown.loc[0, "title"] = "another"
    pd.testing.assert_frame_equal(Mart(folder).table("measure"), before)
