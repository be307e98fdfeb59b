"""What the benchmarks say is right: medians, growth, and copies of a service that share nothing."""

from __future__ import annotations

import sys
from pathlib import Path

import pandas as pd
import pytest

sys.path.insert(0, str(Path(__file__).parent))

import bench
import trusts

from valuekit.extracts.validate import nhs_number_valid


@pytest.mark.parametrize("power", [1.0, 1.05, 2.0])
def test_the_growth_is_the_power_of_the_size(power: float) -> None:
    rows = [{"lines": size, "seconds": 3 * size**power} for size in (1e6, 1e7, 5e7)]
    assert bench.exponent(rows, "lines", "seconds") == pytest.approx(power)


def test_one_size_has_no_growth() -> None:
    assert bench.exponent([{"lines": 10.0, "seconds": 1.0}] * 3, "lines", "seconds") is None
    assert bench.growth("changes", [{"case": "nothing", "seconds": 1.0}]) == {}


def test_a_figure_is_the_median_of_the_runs_and_the_memory_their_largest() -> None:
    runs = [{"seconds": s, "peak_MiB": m} for s, m in ((9.0, 100.0), (2.0, 300.0), (3.0, 200.0))]
    assert bench.medians(runs) == {"seconds": 3.0, "peak_MiB": 300.0}


def test_a_part_that_there_is_not_is_refused_with_those_that_there_are(capsys) -> None:
    with pytest.raises(SystemExit):
        bench.words(["xlm"])
    assert "there is no part xlm; there are xml, csv, joins, services, changes" in capsys.readouterr().err


def test_parts_and_sizes_can_be_chosen(tmp_path: Path, monkeypatch, capsys) -> None:
    """Two parts, each beside the other in one table; a part that is run again takes its own place only."""
    for name, seconds in (("xml", 2.0), ("joins", 4.0)):
        rows = [{"case": name, "lines": 10.0, "MB": 1.0, "seconds": seconds, "processor": 1.0}]
        monkeypatch.setitem(bench.PARTS, name, lambda said, rows=rows: rows * len(said.lines))
    bench.main(["xml", "joins", "--folder", str(tmp_path)])
    bench.main(["joins", "--lines", "1", "2", "--folder", str(tmp_path)])
    table = (tmp_path / "bench.md").read_text()
    assert table.count("| xml |") == 3 and table.count("| joins |") == 2 and "cores" in table
    assert "joins: lines 10, MB 1, seconds 4, processor 1" in capsys.readouterr().out


MADE = {
    "patients": pd.DataFrame({"nhs_number": ["9990000001", "9990000002"]}),
    "activity": pd.DataFrame({
        "activity_id": ["A1", "A2", "A3"], "spell_id": ["S1", "", "S2"],
        "nhs_number": ["9990000001", "9990000001", "9990000002"],
        "primary_diagnosis": ["I330", "", "I639"],
    }),
    "cost_lines": pd.DataFrame({
        "cost_line_id": ["C1", "C2", "C3"], "activity_id": ["A1", "A2", "A3"], "file_month": [0, 0, 0],
        "month": ["2026-10"] * 3, "department": ["WARD"] * 3, "pence": [100, 20, 3],
    }),
    "outcomes": pd.DataFrame({
        "outcome_id": ["O1", "O2"], "nhs_number": ["9990000001", "9990000002"],
        "service": ["endocarditis", "stroke"],
    }),
    "survey": pd.DataFrame({"response_id": ["R-0001"], "service": ["endocarditis"]}),
}  # fmt: skip


def test_a_copy_has_the_model_s_people_cost_and_answers_under_identifiers_of_its_own() -> None:
    """Only the first person has the model's diagnosis: 100 + 20 pence, one answer."""
    one, two = trusts._copies(MADE, 2)
    assert one["ledger"].to_dict("records") == [
        {"file_month": 0, "month": "2026-10", "department": "WARD", "pence": 120}
    ]
    assert one["activity"]["primary_diagnosis"].tolist() == ["Q010", ""]
    assert two["activity"]["primary_diagnosis"].tolist() == ["Q020", ""]
    assert one["activity"]["spell_id"].tolist() == ["X001S1", ""]
    assert one["outcomes"]["service"].tolist() == one["survey"]["service"].tolist() == ["service_001"]
    for name, column in (*trusts._IDENTIFIERS, ("patients", "nhs_number"), ("outcomes", "nhs_number")):
        held = [set(copy[name][column]) - {""} for copy in (MADE, one, two)]
        assert len(set.union(*held)) == sum(map(len, held)), "no identifier of one is another's"


def test_the_copies_numbers_have_the_right_check_digit() -> None:
    numbers = trusts._nhs_numbers(500)
    assert len(set(numbers)) == 500 and nhs_number_valid(pd.Series(numbers, dtype="str")).all()
