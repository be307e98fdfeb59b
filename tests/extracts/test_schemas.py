"""Schemas: refused with file and line, or turned into checks and the data dictionary."""

import shutil

import pytest

from tests.minimal_drop import PERIOD, ROOT, SERVICES
from valuekit.errors import DefinitionError
from valuekit.extracts.schemas import code_labels, dictionary_frame, load_schemas
from valuekit.mart import conform
from valuekit.project import Month, Project


@pytest.fixture
def said(tmp_path):
    """What is said when one text of one schema file is replaced."""

    def run(file: str, old: str, new: str) -> str:
        shutil.copytree(ROOT / "schemas", tmp_path / "schemas")
        path = tmp_path / "schemas" / file
        text = path.read_text(encoding="utf-8")
        assert text.count(old) == 1
        path.write_text(text.replace(old, new), encoding="utf-8")
        with pytest.raises(DefinitionError) as error:
            load_schemas(Project(tmp_path), SERVICES)
        return str(error.value)

    return run


def line(file: str, text: str) -> int:
    lines = (ROOT / "schemas" / file).read_text(encoding="utf-8").splitlines()
    return next(i for i, found in enumerate(lines, start=1) if text in found)


def test_an_unknown_key_has_its_line_and_the_nearest_name(said):
    at = line("ledger.yaml", "period_column")
    assert said("ledger.yaml", "period_column:", "period_colum:").startswith(
        f"ledger.yaml:{at}: unknown key 'period_colum'. Did you mean 'period_column'?"
    )


def test_an_unknown_option_of_a_column(said):
    at = line("ledger.yaml", "  amount:")
    assert f"ledger.yaml:{at}: unknown key 'betwen'. Did you mean 'between'?" in said(
        "ledger.yaml", "between: [-100000000", "betwen: [-100000000"
    )


def test_an_unknown_type(said):
    assert "'pound' is not a valid columns.amount.type. Did you mean 'pounds'?" in said(
        "ledger.yaml", "type: pounds", "type: pound"
    ).replace("\n", " ")


def test_a_code_list_that_does_not_exist(said):
    assert "no code list 'resource'. Did you mean 'resources'?" in said(
        "cost_lines.yaml", "codes_from: resources", "codes_from: resource"
    )


def test_a_key_that_is_no_column(said):
    at = line("cost_lines.yaml", "key:")
    assert said("cost_lines.yaml", "key: [cost_line_id]", "key: [cost_line]") == (
        f"cost_lines.yaml:{at}: 'cost_line' is not a column here. Did you mean 'cost_line_id'?"
    )


def test_a_rule_over_a_column_that_is_not_there(said):
    assert "'stop_date' is not a column here" in said(
        "activity.yaml", "not_before: [end_date, start_date]", "not_before: [stop_date, start_date]"
    )


def test_a_pattern_that_is_no_regular_expression(said):
    assert "str_matches is not a regular expression" in said("survey.yaml", "'^[A-Z0-9-]{3,20}$'", "'^[A-Z'")


def test_a_range_that_is_no_range(said):
    assert "between: 'many' is not a number" in said("survey.yaml", "between: [1, 5]", "between: [1, many]")


def test_an_option_of_another_type(said):
    assert "codes is for text columns, not integer" in said(
        "survey.yaml", "between: [1, 5]", "codes: {1: Low}"
    )


def test_a_key_that_may_be_empty(said):
    assert "the key column 'topic' may be empty" in said(
        "survey.yaml",
        "Topic identifier from the service definition., type: text,",
        "T, type: text, nullable: true,",
    )


def test_an_identifier_without_its_mark_is_refused(said):
    """Else it would pass as plain data."""
    assert "no column is identifier: postcode" in said("patients.yaml", "    identifier: postcode ", "    #")


def test_a_schema_under_another_name(said):
    assert "extract 'ledgers' stands in ledger.yaml" in said(
        "ledger.yaml", "extract: ledger\n", "extract: ledgers\n"
    )


def test_a_monthly_extract_without_a_period_column(said):
    assert "a monthly extract needs a period_column" in said("ledger.yaml", "period_column: month\n", "")


def test_a_control_total_that_is_no_amount(said):
    assert "the control_total 'department' is not pounds" in said(
        "ledger.yaml", "control_total: amount", "control_total: department"
    )


def test_faults_of_several_files_come_at_once(tmp_path):
    shutil.copytree(ROOT / "schemas", tmp_path / "schemas")
    for name in ("ledger", "survey", "codes"):
        path = tmp_path / "schemas" / f"{name}.yaml"
        path.write_text(path.read_text(encoding="utf-8") + "extra: {a: b, a: c}\n", encoding="utf-8")
    with pytest.raises(DefinitionError) as error:
        load_schemas(Project(tmp_path), SERVICES)
    found = str(error.value)
    assert all(f"{name}.yaml" in found for name in ("ledger", "survey", "codes"))


def test_no_schemas_at_all(tmp_path):
    with pytest.raises(DefinitionError, match="there are no schemas"):
        load_schemas(Project(tmp_path), SERVICES)


def test_the_dictionary_names_every_column_of_every_schema_as_the_mart_asks(schemas):
    frame = conform("dictionary", dictionary_frame(schemas))
    assert len(frame) == sum(len(schema.columns) for schema in schemas.values())
    by_name = frame.set_index(["extract", "column"])
    assert by_name.loc[("patients", "postcode"), "handling"] == "Replaced by the deprivation decile"
    assert by_name.loc[("ledger", "month"), "key"]
    assert not by_name.loc[("activity", "hrg"), "required"]
    assert by_name.loc[("cost_lines", "amount"), "rule"] == "Between -£1,000,000 and £1,000,000"
    assert by_name.loc[("activity", "end_date"), "rule"] == (
        "Between 2000-01-01 and the end of the period. Not before start_date"
    )
    assert by_name.loc[("outcomes", "service"), "rule"] == "One of the services that are defined"
    assert "19 (Usual place of residence)" in by_name.loc[("activity", "discharge_destination"), "rule"]


def test_every_identifier_of_the_shipped_schemas_has_its_handling_said(schemas):
    frame = dictionary_frame(schemas)
    handled = set(frame.loc[frame["handling"] != "", "column"])
    assert handled == {"nhs_number", "family_name", "given_name", "date_of_birth", "postcode"}


def test_code_lists_keep_their_order_and_words(schemas):
    labels = code_labels(schemas)
    assert list(labels["resources"])[:2] == ["MED", "NUR"]
    assert labels["patients.sex"] == {"1": "Male", "2": "Female", "9": "Indeterminate", "X": "Not known"}
    assert labels["services"] == {service: service for service in SERVICES}


def test_the_end_of_the_period_moves_with_the_period(schemas):
    for period in (PERIOD, Month(2026, 2), Month(2026, 12)):
        check = schemas["cost_lines"].checks(period).columns["month"].checks[0]
        assert check.statistics["max_value"] == str(period)
    check = schemas["activity"].checks(Month(2026, 12)).columns["end_date"].checks[0]
    assert str(check.statistics["max_value"]) == "2027-01-01 00:00:00" and not check.statistics["include_max"]


def test_a_range_for_a_column_that_is_not_there_is_a_fault_with_its_line(said):
    at = line("outcomes.yaml", "range_by")
    assert f"outcomes.yaml:{at}: 'valeu' is not a column here. Did you mean 'value'?" in said(
        "outcomes.yaml", "column: value,", "column: valeu,"
    )


def test_a_rule_has_one_form(said):
    assert "either not_before or range_by or matches_by" in said(
        "outcomes.yaml", "- says: not a score", "- not_before: [value, value]\n    says: not a score"
    )


def test_a_pattern_that_is_none_is_a_fault_with_its_line(said):
    at = line("outcomes.yaml", "matches_by")
    found = said("outcomes.yaml", "eq5d3l: '[1-3]{5}'", "eq5d3l: '[1-3{5}'")
    assert f"outcomes.yaml:{at}:" in found and "the pattern of 'eq5d3l' is not a regular expression" in found


def test_a_rule_for_a_code_that_is_not_there_is_a_fault_with_its_line(said):
    at = line("outcomes.yaml", "between: {nihss")
    assert f"outcomes.yaml:{at}: 'instrument' has no code 'nihs'. Did you mean 'nihss'?" in said(
        "outcomes.yaml", "between: {nihss", "between: {nihs"
    )
