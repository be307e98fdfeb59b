"""Where DuckDB and Spark take the same words, the translation keeps DuckDB's meaning."""

from __future__ import annotations

import pytest

pytest.importorskip("sqlglot", reason="sqlglot is not installed (pip install '.[spark]')")

from valuekit.engines.dialect import to_spark


def test_a_number_with_a_point_divides_as_a_double() -> None:
    """Spark would take 86400.0 for DECIMAL(6,1) and give decimals of few places."""
    assert to_spark("SELECT a / 86400.0 FROM t") == "SELECT a / CAST(86400.0 AS DOUBLE) FROM t"


def test_seconds_are_boundaries_not_whole_seconds_that_went_by() -> None:
    """From 0.9 s to 1.1 s DuckDB counts one second; Spark's own DATEDIFF none."""
    said = to_spark("SELECT date_diff('second', a, b) FROM t")
    assert said == "SELECT DATEDIFF(SECOND, DATE_TRUNC('SECOND', a), DATE_TRUNC('SECOND', b)) FROM t"


def test_missing_values_come_last_in_every_order() -> None:
    assert to_spark("SELECT a FROM t ORDER BY a").endswith("ORDER BY a NULLS LAST")
    assert to_spark("SELECT a, sum(b) FROM t GROUP BY ALL ORDER BY ALL").endswith("ORDER BY ALL NULLS LAST")


@pytest.mark.parametrize(
    ("pattern", "java"),
    [
        ("^[A-Z$]{4}$", r"^[A-Z$]{4}\\z"),  # a $ in a class is a character
        (r"a\$b|c$", r"a\\$b|c\\z"),  # so is an escaped one
    ],
)
def test_the_end_of_a_pattern_is_the_end_of_the_text(pattern: str, java: str) -> None:
    """In Java ``$`` also stands before a last line end, so that ``CL-0001`` with one would pass."""
    assert to_spark(f"SELECT regexp_matches(a, '{pattern}') FROM t") == f"SELECT a RLIKE '{java}' FROM t"


def test_a_full_match_is_held_at_both_ends() -> None:
    said = to_spark("SELECT regexp_full_match(a, 'x|y') FROM t")
    assert said == r"SELECT a RLIKE '^(?:x|y)\\z' FROM t"


def test_not_in_a_query_is_no_loop_over_all_pairs() -> None:
    said = to_spark("SELECT a FROM t WHERE a NOT IN (SELECT held FROM person)")
    assert "NOT EXISTS(SELECT 1 FROM person WHERE held = a)" in said


def test_times_have_no_zone() -> None:
    assert to_spark("SELECT CAST(a AS TIMESTAMP) FROM t") == "SELECT CAST(a AS TIMESTAMP_NTZ) FROM t"
