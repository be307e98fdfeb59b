"""Whatever happens to a drop: a plain fault or a counted row, never a traceback, a lost penny or a leak."""

import csv
import io
import re
import tempfile
from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.minimal_drop import ABOUT, PERIOD, PLANTED, SERVICES, TEXTS, control_totals_of, minimal_project
from valuekit.errors import ValuekitError
from valuekit.extracts import Intake, take_in

pytestmark = pytest.mark.slow

FILES = {**TEXTS, "about.yml": ABOUT, "control_totals.csv": control_totals_of(TEXTS)}
FREE_TEXT = {"title", "description", "category", "family_name", "given_name"}
"""Columns in which any words may stand: a name there can be told from no other word."""

JUNK = (
    "", " ", "0", "-1", "1e5", "1e400", "NaN", "inf", "9" * 400, "0.005", "£5", "=1+1", "@x", "null", "\x1b",
    "2026-02-30", "2026-10-31", "9999-12-31", "0001-01-01", "2026-13", "\ufffd", "é", "٣", "a\tb", *PLANTED,
)  # fmt: skip
COMMON = settings(
    max_examples=30,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


def taken_in(name: str, data: bytes) -> tuple[Intake | None, str]:
    """The drop with one file replaced: what came out, and all that was said or written.

    Without an intake there was a plain fault, and nothing was written.
    """
    with tempfile.TemporaryDirectory() as folder:
        project = minimal_project(Path(folder) / "p")
        (project.extracts / name).write_bytes(data)
        try:
            intake = take_in(project, PERIOD, SERVICES, project.build)
        except ValuekitError as error:
            assert error.problems and all(problem.what for problem in error.problems)
            assert not project.build.exists()
            return None, str(error)
        written = b"".join(file.read_bytes() for file in sorted(project.build.rglob("*")) if file.is_file())
        tables = "".join(frame.to_csv() for frame in intake.tables.values())
        found = "".join(frame.to_csv() for frame in (intake.quality_file, intake.quality_rule))
        return intake, written.decode("latin-1") + tables + found + " ".join(intake.notes)


def leaked(everything: str) -> list[str]:
    """Identifiers that stand in what was said or written."""
    return [planted for planted in PLANTED if planted in everything]


def lost(intake: Intake | None) -> list[str]:
    """Where rows or pence that came in are neither in the figures nor set aside."""
    if intake is None:
        return []
    files = intake.quality_file
    wrong = files[files["rows"] != files["accepted"] + files["quarantined"]]
    found = [f"rows of {file}" for file in wrong["file"]]
    for extract, frame in intake.tables.items():
        of_extract = files[files["extract"] == extract]
        if of_extract["accepted"].sum() != len(frame):
            found.append(f"accepted rows of {extract}")
        if "pence" in frame:
            came, aside = (pence(of_extract[c]) for c in ("amount", "quarantined_amount"))
            if came != frame["pence"].sum() + aside:
                found.append(f"pence of {extract}")
    costs = files[files["extract"] == "cost_lines"]["quarantined_amount"]
    # Duplicate rows are in the figures once.
    if "duplicate row" not in set(intake.quality_rule["rule"]) and intake.set_aside_pence != pence(costs):
        found.append("pence set aside")
    return found


def pence(pounds: Iterable[object]) -> int:
    """A sum of pounds in whole pence."""
    return sum(round(Decimal(str(value)) * 100) for value in pounds)


@st.composite
def damaged_bytes(draw) -> tuple[str, bytes]:
    """A file with bytes changed, inserted, removed, repeated or cut off."""
    name = draw(st.sampled_from(sorted(FILES)))
    data = FILES[name].encode("utf-8")
    for _ in range(draw(st.integers(1, 3))):
        start = draw(st.integers(0, len(data)))
        end = min(len(data), start + draw(st.integers(0, 40)))
        some = draw(
            st.one_of(
                st.binary(max_size=6),
                st.sampled_from([b'"', b",", b"\n", b"\r\n", b"\0", b"\xff\xfe", b"=", b"\xc3"]),
            )
        )
        data = draw(
            st.sampled_from(
                [
                    data[:start] + some + data[start:],
                    data[:start] + some + data[end:],
                    data[:start] + data[end:],
                    data[:end] + data[start:end] + data[end:],
                    data[:start],
                ]
            )
        )
    return name, data


@st.composite
def damaged_cells(draw) -> tuple[str, list[list[str]]]:
    """An extract with cells overwritten, rows repeated or left out; still a table."""
    name = draw(st.sampled_from(sorted(TEXTS)))
    header, *rows = list(csv.reader(io.StringIO(TEXTS[name])))
    kept = [i for i, column in enumerate(header) if column not in FREE_TEXT]
    for _ in range(draw(st.integers(1, 4))):
        row = draw(st.integers(0, len(rows) - 1))
        kind = draw(st.sampled_from(["cell", "cell", "cell", "again", "gone"]))
        if kind == "cell":
            junk = draw(
                st.one_of(
                    st.sampled_from(JUNK),
                    st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12),
                )
            )
            rows[row] = [*rows[row]]
            rows[row][draw(st.sampled_from(kept))] = junk
        elif kind == "again":
            rows.append(rows[row])
        elif len(rows) > 1:
            del rows[row]
    return name, [header, *rows]


@COMMON
@given(damaged_bytes())
def test_damaged_bytes_end_in_a_plain_fault_or_in_counted_rows(damaged):
    intake, everything = taken_in(*damaged)
    assert leaked(everything) == [] and lost(intake) == []


@COMMON
@given(damaged_cells())
def test_damaged_cells_lose_no_row_and_no_penny(damaged):
    name, table = damaged
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\n").writerows(table)
    intake, everything = taken_in(name, out.getvalue().encode("utf-8"))
    assert leaked(everything) == [] and lost(intake) == []
    if intake is None:
        return
    header, *rows = table
    row = intake.quality_file.set_index("file").loc[name]
    assert row["rows"] == sum(any(cell.strip() for cell in cells) for cells in rows)
    if (
        "amount" in header
    ):  # counted here with nothing of valuekit: what is plainly an amount in pounds and pence
        cells = [cells[header.index("amount")].strip() for cells in rows]
        plain = [Decimal(cell) for cell in cells if re.fullmatch(r"[+-]?[0-9]{1,12}(\.[0-9]{1,2})?", cell)]
        assert Decimal(str(row["amount"])) == sum(plain)


def test_the_checks_above_can_fail():
    intake, everything = taken_in("about.yml", ABOUT.encode())
    assert leaked(everything) == [] and lost(intake) == []
    assert leaked(everything + PLANTED[-1]) == [PLANTED[-1]]
    short = {**intake.tables, "ledger": intake.tables["ledger"].iloc[1:]}
    assert lost(replace(intake, tables=short)) == ["accepted rows of ledger", "pence of ledger"]
