"""Figures that moved: what was released for a past interval, against what it says now.

A release keeps its series as ``_releases/<month>/v<version>/figures.csv``. The next one lists each
figure of a past interval that has moved, with both values, so that none changes in silence.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from valuekit.errors import Problem, ValuekitError
from valuekit.project import Month

FILE = "figures.csv"
COLUMNS = ("released", "service", "measure", "period", "period_start", "n", "value")
KEY = ["service", "measure", "period"]

NOTHING_MOVED = pd.DataFrame(
    columns=["service", "measure", "period", "since", "old_n", "new_n", "old_value", "new_value"]
)
"""What :func:`revisions` returns where no figure moved."""

SAME_WITHIN = 1e-9
"""Relative difference below which two figures are the same: far less than any digit shown."""


def save_release(folder: Path, period: Month, series: pd.DataFrame) -> Path:
    """Keep what a release says in public, as ``figures.csv`` in its own `folder`.

    Parameters
    ----------
    folder
        The release's folder; made if it is not there.
    period
        Month of the release.
    series
        The public mart's series. Figures that are not shown are left out.
    """
    shown = series[series["shown"]].assign(released=str(period))
    shown = shown.assign(period_start=shown["period_start"].dt.strftime("%Y-%m-%d"))
    folder.mkdir(parents=True, exist_ok=True)
    file, part = folder / FILE, folder / f"{FILE}.part"
    # Whole or not at all: a file cut short by a full disk would stop the next month.
    shown[list(COLUMNS)].to_csv(part, index=False, encoding="utf-8", lineterminator="\n")
    return part.replace(file)


def revisions(releases: Path, period: Month, series: pd.DataFrame) -> pd.DataFrame:
    """Each figure that the newest earlier release showed and that is different now.

    A figure that is no longer shown counts as moved and has no new value. Figures of
    intervals that were not released then are new, not moved, and are not listed.

    Returns
    -------
    pandas.DataFrame
        `service`, `measure`, `period`, `since` (month of that release), `old_n`, `new_n`, `old_value`,
        `new_value`; in the order of the earlier release; empty where there is none.

    Raises
    ------
    ValuekitError
        A release's file cannot be read.
    """
    earlier = _newest_before(releases, period)
    if earlier is None:
        return NOTHING_MOVED
    now = series.loc[series["shown"], [*KEY, "n", "value"]]
    both = earlier.merge(now, on=KEY, how="left", suffixes=("_old", "_new"))
    same = (both["n_old"] == both["n_new"].astype("Float64")).fillna(False).to_numpy(bool) & np.isclose(
        both["value_old"], both["value_new"].astype(float), rtol=SAME_WITHIN, atol=SAME_WITHIN
    )
    moved = both[~same].rename(
        columns={
            "released": "since",
            "n_old": "old_n",
            "n_new": "new_n",
            "value_old": "old_value",
            "value_new": "new_value",
        }
    )
    return moved[list(NOTHING_MOVED.columns)].reset_index(drop=True)


def released(releases: Path, period: Month) -> pd.DataFrame:
    """Which services each earlier month reported on, in its newest version: the mart's table ``release``."""
    found = _before(releases, period)
    rows = [
        (service, month, version)
        for month, (version, frame) in sorted(found.items(), reverse=True)
        for service in frame["service"].unique()
    ]
    return pd.DataFrame(rows, columns=["service", "released", "version"])


def _newest_before(releases: Path, period: Month) -> pd.DataFrame | None:
    found = _before(releases, period)
    return found[max(found)][1] if found else None


def _before(releases: Path, period: Month) -> dict[str, tuple[int, pd.DataFrame]]:
    """What each month before `period` said in its newest version, and the number of that version."""
    newest: dict[str, tuple[int, Path]] = {}
    for file in releases.glob(f"????-??/v*/{FILE}"):
        month, number = file.parent.parent.name, file.parent.name[1:]
        if month < str(period) and number.isdecimal():
            newest[month] = max(newest.get(month, (0, file)), (int(number), file))
    return {month: (number, _read(file)) for month, (number, file) in newest.items()}


def _read(file: Path) -> pd.DataFrame:
    try:
        frame = pd.read_csv(file, encoding="utf-8", dtype=dict.fromkeys(COLUMNS[:5], "str"))
        return frame[list(COLUMNS)].astype({"n": "Int64", "value": "float64"})
    except (KeyError, ValueError, TypeError) as error:
        raise ValuekitError(
            Problem(
                f"this is not the {FILE} of a release",
                f"{file.parent.parent.name}/{file.parent.name}/{file.name}",
                type(error).__name__,
                "Restore the file, or move that release's folder away.",
            )
        ) from None
