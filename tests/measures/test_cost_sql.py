"""The SQL that reads every cost line, on rows small enough to add up by hand."""

from __future__ import annotations

from importlib import resources

import pyarrow as pa

from valuekit.engines import Duck

LINES = [
    # activity, month, resource, department that booked it, pence
    ("A1", "2026-09", "NUR", "WARD", 100),
    ("A1", "2026-09", "NUR", "WARD", 250),
    ("A1", "2026-10", "NUR", "WARD", 30),
    ("A1", "2026-10", "MED", "WARD", 7),
    ("A1", "2026-10", "MED", "THEATRE", 5),
    ("A2", "2026-10", "MED", "WARD", 1_000),
    ("A2", "2026-10", "MED", "WARD", -400),  # a correction
    ("A3", "2026-10", "MED", "CLINIC", 60),  # on no pathway
    (None, "2026-10", "OVH", "ESTATES", 9),
    (None, "2026-09", "OVH", "ESTATES", 2),
]
ON_PATHWAY = [
    # activity, service, pathway, stage, activity type, department of the activity
    ("A1", "stroke", "stroke-1", "acute", "admitted", "STROKE"),
    ("A2", "stroke", "stroke-1", "acute", "admitted", "STROKE"),
    ("A4", "stroke", "stroke-2", "later", "outpatient", "STROKE"),  # nothing was booked on it
]


def ran(name: str) -> pa.Table:
    """The rows of one SQL file over the lines above."""
    sql = (resources.files("valuekit.measures") / "sql" / f"{name}.sql").read_text(encoding="utf-8")
    lines, linked = zip(*LINES, strict=True), zip(*ON_PATHWAY, strict=True)
    with Duck("500MB") as engine:
        names = ["activity_id", "month", "resource", "department", "pence"]
        engine.register("cost_lines", pa.table([pa.array(column) for column in lines], names))
        names = ["activity_id", "service", "pathway", "stage", "activity_type", "department"]
        engine.register("pathway_activity", pa.table([pa.array(column) for column in linked], names))
        return engine.rows(sql)


def test_an_activity_costs_the_sum_of_its_lines_corrections_too() -> None:
    """A1: 100 + 250 + 30 + 7 + 5. A2: 1,000 − 400. Lines of no activity are one row: 9 + 2."""
    found = ran("activity_cost")
    assert found.schema.field("pence").type == pa.int64()
    rows = {row["activity_id"]: row["pence"] for row in found.to_pylist()}
    assert rows == {"A1": 392, "A2": 600, "A3": 60, None: 11} and len(found) == 4


def test_activity_cost_keeps_every_penny() -> None:
    assert sum(ran("activity_cost")["pence"].to_pylist()) == sum(line[-1] for line in LINES) == 1_063


def test_the_lines_of_a_pathway_are_added_up_where_all_that_is_asked_of_them_is_the_same() -> None:
    """A1 and A2 share stage, type and department: their lines meet where resource, booker and month do.

    September: NUR 100 + 250. October: NUR 30; MED on the ward 7 + 1,000 − 400; MED in the theatre 5.
    """
    found = ran("pathway_line")
    assert found.schema.field("pence").type == pa.int64()
    of = ("resource", "booked_by", "month", "pence")
    rows = sorted(tuple(row[name] for name in of) for row in found.to_pylist())
    assert rows == [
        ("MED", "THEATRE", "2026-10", 5),
        ("MED", "WARD", "2026-10", 607),
        ("NUR", "WARD", "2026-09", 350),
        ("NUR", "WARD", "2026-10", 30),
    ]
    for name, held in {"service": "stroke", "pathway": "stroke-1", "stage": "acute",
                       "activity_type": "admitted", "department": "STROKE"}.items():  # fmt: skip
        assert set(found[name].to_pylist()) == {held}, "A3, the lines of no activity and A4 have no part here"


def test_a_pathway_s_lines_cost_what_its_activity_costs() -> None:
    cost = {row["activity_id"]: row["pence"] for row in ran("activity_cost").to_pylist()}
    assert sum(ran("pathway_line")["pence"].to_pylist()) == cost["A1"] + cost["A2"] == 992
