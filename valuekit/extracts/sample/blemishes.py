"""The faults of real extracts, put into a true copy, each a stated number of times.

No row has two faults, so that every count can be found again. The ledger is worked out before, from
the true lines: what a fault takes from the cost lines is therefore missing when they are added up.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import asdict, dataclass

import numpy as np
import pandas as pd

from valuekit.extracts.sample.people import nhs_numbers

FULL_WINDOW = 36
Tables = dict[str, pd.DataFrame]


@dataclass(frozen=True)
class Blemishes:
    """How many rows have each fault, in a sample of 36 months."""

    activity_duplicate: int = 30
    """Exact copies of another row of the file (this many rows too many)."""
    activity_conflict: int = 12
    """Rows with the key of another row of the file and another HRG."""
    activity_late: int = 40
    """Rows of an earlier month in the newest file."""
    activity_end_before_start: int = 15
    activity_impossible_start: int = 6
    """Start on 31 February."""
    activity_end_in_future: int = 6
    """End two years on."""
    activity_unknown_department: int = 10
    activity_bad_nhs_number: int = 20
    """Wrong check digit."""
    activity_no_nhs_number: int = 40
    activity_unlisted_patient: int = 25
    """A valid NHS number that is not in the patient list."""
    cost_lines_duplicate: int = 60
    cost_lines_conflict: int = 12
    """Rows with the key of another row of the file and an amount a tenth higher."""
    cost_lines_late: int = 110
    cost_lines_unreadable_amount: int = 12
    """Not a number; all in the newest file: the others are Parquet, whose number columns hold no text."""
    cost_lines_unknown_resource: int = 15
    cost_lines_unknown_department: int = 10
    patients_impossible_birth: int = 3
    """Born on 31 February."""
    patients_death_before_birth: int = 3
    patients_bad_nhs_number: int = 4
    patients_unknown_sex: int = 5
    patients_no_postcode: int = 25
    outcomes_empty_profile: int = 8
    """EQ-5D-5L profile 00000."""
    outcomes_rankin_9: int = 6
    """Rankin score 9: within the range of the column, but no Rankin score."""
    outcomes_bad_nhs_number: int = 8
    outcomes_lost: int = 30
    """Follow-up rows that never arrived."""

    @classmethod
    def of_months(cls, months: int) -> Blemishes:
        """The same faults in a sample of `months`, in proportion (rounded up)."""
        return cls(**{name: math.ceil(count * months / FULL_WINDOW) for name, count in asdict(cls()).items()})


class _Picks:
    """Rows of one table in random order, handed out once each."""

    def __init__(self, rng: np.random.Generator, frame: pd.DataFrame):
        self._order, self._free = rng.permutation(len(frame)), np.ones(len(frame), bool)

    def take(self, count: int, where: np.ndarray | None = None) -> np.ndarray:
        """`count` rows not handed out before (and for which `where` holds), as positions."""
        usable = self._free if where is None else self._free & where
        chosen = self._order[usable[self._order]][:count]
        if len(chosen) < count:
            raise ValueError(f"only {len(chosen)} rows left for {count} blemishes")
        self._free[chosen] = False
        return chosen


def blemish(tables: Tables, counts: Blemishes, rng: np.random.Generator, period_index: int) -> Tables:
    """`tables` with the faults in. `period_index` is the index of the newest month."""
    activity, late = _activity(tables, counts, rng, period_index)
    return {
        **tables,
        "patients": _patients(tables["patients"], counts, rng),
        "activity": activity,
        "cost_lines": _cost_lines(tables["cost_lines"], counts, rng, period_index, late),
        "outcomes": _outcomes(tables["outcomes"], counts, rng),
    }


def _activity(
    tables: Tables, counts: Blemishes, rng: np.random.Generator, newest: int
) -> tuple[pd.DataFrame, pd.Series]:
    frame = tables["activity"].copy()
    picks, month = _Picks(rng, frame), frame["file_month"].to_numpy()
    # Late rows have at least four cost lines of their own, posted with them.
    late = picks.take(
        counts.activity_late,
        (month < newest) & (month >= newest - 6) & (frame["activity_type"] == "admitted"),
    )
    doubled, conflicting = picks.take(counts.activity_duplicate), picks.take(counts.activity_conflict)
    swapped = picks.take(
        counts.activity_end_before_start, (frame["end_date"] > frame["start_date"]).to_numpy()
    )
    impossible = picks.take(counts.activity_impossible_start)
    # Two years on must be after the newest month.
    future = picks.take(counts.activity_end_in_future, month > newest - 24)
    _set(frame, late, "file_month", newest)
    start, end = frame["start_date"].to_numpy(object), frame["end_date"].to_numpy(object)
    _set(frame, swapped, "start_date", end[swapped])
    _set(frame, swapped, "end_date", start[swapped])
    _set(frame, impossible, "start_date", [f"{text[:4]}-02-31{text[10:]}" for text in start[impossible]])
    _set(frame, future, "end_date", [f"{int(text[:4]) + 2}-12-01{text[10:]}" for text in end[future]])
    _set(frame, picks.take(counts.activity_unknown_department), "department", "XRAY")
    numbers = frame["nhs_number"].to_numpy(object)
    wrong, empty = picks.take(counts.activity_bad_nhs_number), picks.take(counts.activity_no_nhs_number)
    unlisted = picks.take(counts.activity_unlisted_patient)
    _set(frame, wrong, "nhs_number", _wrong_digit(numbers[wrong]))
    _set(frame, empty, "nhs_number", "")
    _set(frame, unlisted, "nhs_number", _strangers(rng, tables, counts.activity_unlisted_patient))
    late_ids = frame["activity_id"].iloc[late]
    clash = frame.iloc[conflicting].assign(hrg="WF02B")
    return _with_copies(frame, "activity_id", frame.iloc[doubled], clash), late_ids


def _cost_lines(
    frame: pd.DataFrame, counts: Blemishes, rng: np.random.Generator, newest: int, late_ids: pd.Series
) -> pd.DataFrame:
    frame = frame.assign(unreadable="")
    picks, month = _Picks(rng, frame), frame["file_month"].to_numpy()
    late = picks.take(
        counts.cost_lines_late, frame["activity_id"].isin(late_ids).to_numpy() & (month < newest)
    )
    _set(frame, late, "file_month", newest)
    broken = picks.take(counts.cost_lines_unreadable_amount, month == newest)
    _set(
        frame,
        broken,
        "unreadable",
        [("n/a", "see note", "#VALUE!", "l2O.5O")[i % 4] for i in range(len(broken))],
    )
    _set(frame, picks.take(counts.cost_lines_unknown_resource), "resource", "MISC")
    _set(frame, picks.take(counts.cost_lines_unknown_department), "department", "WARD9")
    doubled = frame.iloc[picks.take(counts.cost_lines_duplicate)]
    clash = frame.iloc[picks.take(counts.cost_lines_conflict, (frame["pence"] >= 100).to_numpy())]
    clash = clash.assign(pence=np.round(clash["pence"] * 1.1).astype("int64"))
    return _with_copies(frame, "cost_line_id", doubled, clash)


def _patients(frame: pd.DataFrame, counts: Blemishes, rng: np.random.Generator) -> pd.DataFrame:
    frame = frame.copy()
    picks = _Picks(rng, frame)
    born = frame["date_of_birth"].to_numpy(object)
    impossible, dead = (
        picks.take(counts.patients_impossible_birth),
        picks.take(counts.patients_death_before_birth),
    )
    recent = [f"{text[:4]}-02-31" for text in born[impossible]]
    _set(frame, impossible, "date_of_birth", recent)
    _set(frame, dead, "date_of_birth", "2024-05-05")
    _set(frame, dead, "date_of_death", "2004-05-05")
    wrong = picks.take(counts.patients_bad_nhs_number)
    _set(frame, wrong, "nhs_number", _wrong_digit(frame["nhs_number"].to_numpy(object)[wrong]))
    _set(frame, picks.take(counts.patients_unknown_sex), "sex", "F")
    _set(frame, picks.take(counts.patients_no_postcode), "postcode", "")
    return frame


def _outcomes(frame: pd.DataFrame, counts: Blemishes, rng: np.random.Generator) -> pd.DataFrame:
    frame = frame.copy()
    picks = _Picks(rng, frame)
    _set(
        frame, picks.take(counts.outcomes_empty_profile, (frame["items"] != "").to_numpy()), "items", "00000"
    )
    rankin = ((frame["instrument"] == "mrs") & (frame["value"] != "") & (frame["value"] != "6")).to_numpy()
    _set(frame, picks.take(counts.outcomes_rankin_9, rankin), "value", "9")
    wrong = picks.take(counts.outcomes_bad_nhs_number)
    _set(frame, wrong, "nhs_number", _wrong_digit(frame["nhs_number"].to_numpy(object)[wrong]))
    lost = picks.take(counts.outcomes_lost, (frame["time_point"] != "baseline").to_numpy())
    return frame.drop(index=frame.index[lost]).reset_index(drop=True)


def _set(frame: pd.DataFrame, rows: np.ndarray, column: str, value: object) -> None:
    """Write into `frame` at positions `rows`."""
    values = frame[column].to_numpy(object if frame[column].dtype.kind not in "if" else None, copy=True)
    values[rows] = value
    frame[column] = values


def _with_copies(frame: pd.DataFrame, key: str, *copies: pd.DataFrame) -> pd.DataFrame:
    """`frame` and the copies, each right after the row it copies."""
    return pd.concat([frame, *copies], ignore_index=True).sort_values(key, kind="stable", ignore_index=True)


def _wrong_digit(numbers: np.ndarray) -> list[str]:
    return [number[:-1] + str((int(number[-1]) + 1) % 10) for number in numbers]


def _strangers(rng: np.random.Generator, tables: Tables, count: int) -> list[str]:
    """Valid test NHS numbers that nobody in the sample has."""
    taken = set(tables["patients"]["nhs_number"]) | set(tables["activity"]["nhs_number"])

    def fresh() -> Iterator[str]:
        return (number for number in nhs_numbers(rng, 20 * count + 200) if number not in taken)

    return [number for number, _ in zip(fresh(), range(count), strict=False)]
