"""What a measure may declare besides itself: faults of the stroke definition, each with its line."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from valuekit.errors import DefinitionError
from valuekit.measures.definition.definitions import load_services
from valuekit.project import Project

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("severity: {instrument: nihss", "severity: {instrument: nihs", "unknown instrument 'nihs'"),
        ("[baseline, 6_weeks, 6_months]", "[baseline, 6_week, 6_months]", "unknown time point '6_week'"),
        ("compare_value_set: uk_5l_cross", "compare_value_set: uk_5l_vt_2026 # ", "cannot be set beside"),
        ("compare_value_set: uk_5l_cross", "compare_value_set: uk_3l_tto_1997 # ", "same instrument"),
        ("from: {kind: stay_mean}", "from: {kind: stay_mean}\n    qaly: {time_points: [baseline, 6_months]}",
         "'qaly' cannot be declared for 'length_of_stay'"),
        ("covariates: [age_band, severity, diagnosis]", "covariates: [age, severity]", "age_band"),
    ],
)  # fmt: skip
def test_a_fault_is_named_with_its_file(tmp_path, old, new, says):
    for folder in ("data/services", "data/reference", "schemas"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    file = tmp_path / "data" / "services" / "stroke.yml"
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(DefinitionError) as caught:
        load_services(Project(tmp_path))
    assert says in str(caught.value) and "stroke.yml:" in str(caught.value)
