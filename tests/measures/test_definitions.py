"""Service definitions: what they say, and every fault met with file, line and what was meant."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from valuekit.errors import DefinitionError
from valuekit.extracts.drop import AboutDrop
from valuekit.extracts.schemas import ColumnSpec
from valuekit.measures.definition.chart_settings import Rebase, Target
from valuekit.measures.definition.definitions import Cohort, Topic, load_services
from valuekit.measures.definition.refinements import CaseMix, ImportantChange
from valuekit.measures.definition.value_settings import Composite, Option, Prices, Threshold
from valuekit.measures.money.assumptions import Segment
from valuekit.measures.money.programme import Assumed
from valuekit.project import Project

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """The committed definitions, schemas and value sets, to be spoilt."""
    for folder in ("data/services", "data/reference", "schemas"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    return Project(tmp_path)


def spoil(project: Project, old: str, new: str, file: str = "stroke.yml") -> int:
    """Replace the first `old` in a definition; return the number of its line."""
    path = project.services / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8", newline="\n")
    return text[: text.index(old) + len(old) - len(old.lstrip())].count("\n") + 1


def faults(project: Project) -> list[str]:
    with pytest.raises(DefinitionError) as caught:
        load_services(project)
    return [str(problem) for problem in caught.value.problems]


def test_the_services_come_in_their_stated_order_and_the_others_after_by_name(project: Project):
    for name in ("zoster", "asthma"):
        text = (project.services / "stroke.yml").read_text(encoding="utf-8")
        text = text.replace("service: stroke", f"service: {name}").replace("position: 1\n", "")
        (project.services / f"{name}.yml").write_text(text, encoding="utf-8")
    order = [service.service for service in load_services(project)]
    assert order == ["stroke", "hepatitis_c", "endocarditis", "asthma", "zoster"]


def test_every_service_has_cost_per_pathway_as_often_as_its_value_section_says(project: Project):
    for service in load_services(project):
        cost = service.measures[-1]
        assert (cost.measure, cost.role, cost.statistic, cost.unit) == (
            "cost_per_pathway",
            "cost",
            "mean",
            "£",
        )
        assert cost.direction == "decrease"
        assert cost.interval == service.value.interval
        assert cost.interval_for("public") == service.value.public_interval
        assert f"{service.pathway.days_after} days after" in cost.definition


def test_a_measure_without_a_public_interval_is_shown_to_all_at_its_own(project: Project):
    spoil(project, "    public_interval: quarter\n", "")
    measure = load_services(project)[0].measure("alive_30_days")
    assert measure.interval_for("public") == measure.interval_for("clinical") == "month"


def test_intervals_can_differ_between_the_team_and_the_public(project: Project):
    measure = load_services(project)[2].measure("alive_12_months")
    assert (measure.interval_for("clinical"), measure.interval_for("board")) == ("quarter", "quarter")
    assert measure.interval_for("public") == "half_year"


FAULTS = {
    # what is wrong: (text, its replacement, what the message says beside file and line)
    "an unknown key at the top": ("summary:", "sumary:", ["unknown key 'sumary'", "Did you mean 'summary'?"]),
    "an unknown key in the cohort": ("new_after_days", "new_after_day", ["Did you mean 'new_after_days'?"]),
    "an unknown key in a stage": ("to_day: 14", "until_day: 14", ["unknown key 'until_day'", "'to_day'"]),
    "an unknown key in a measure": ("    tier: 1", "    tiers: 1", ["unknown key 'tiers'", "'tier'"]),
    "a misspelt from": ("    from: {kind", "    form: {kind", ["unknown key 'form'", "'from'"]),
    "an unknown key inside from": ("at_most: 2", "at_mst: 2", ["unknown key 'at_mst'", "'at_most'"]),
    "an unknown kind": ("kind: outcome_share", "kind: outcome_shares", ["outcome_shares", "'outcome_share'"]),
    "an unknown activity type in the cohort": (
        "[admitted]",
        "[admited]",
        ["activity type 'admited'", "'admitted'"],
    ),
    "an unknown activity type in a stage": ("[emergency]", "[emergancy]", ["'emergancy'", "'emergency'"]),
    "an unknown department": ("[STROKE, THERAPY]", "[STROK, THERAPY]", ["department 'STROK'", "'STROKE'"]),
    "an unknown instrument": ("instrument: mrs", "instrument: mrss", ["instrument 'mrss'", "'mrs'"]),
    "an unknown time point": ("time_point: 6_months", "time_point: 6_month", ["'6_month'", "'6_months'"]),
    "an unknown value set": (
        "uk_5l_vt_2026",
        "uk_5l_vt_2025",
        ["value set 'uk_5l_vt_2025'", "'uk_5l_vt_2026'"],
    ),
    "an earlier questionnaire that is the same": (
        "uk_5l_vt_2026}",
        "uk_5l_vt_2026, earlier: {value_set: england_5l_vt_2018, until: 2024-07-31}}",
        ["'england_5l_vt_2018' is not a value set of another questionnaire", "uk_3l_tto_1997"],
    ),
    "an earlier questionnaire without its last day": (
        "uk_5l_vt_2026}",
        "uk_5l_vt_2026, earlier: {value_set: uk_3l_tto_1997}}",
        ["the key 'until' is missing"],
    ),
    "a treatment function that is a number": ('["130"]', "[130]", ["put it in quotes"]),
    "a treatment function of two digits": ('["130"]', '["13"]', ["'13' is not a treatment function code"]),
    "a diagnosis with a dot": (
        "diagnoses: [I61, ",
        "diagnoses: [I61.9, ",
        ["'I61.9' is not an ICD-10 code", "without dot"],
    ),
    "a procedure that is none": ("procedures: []", "procedures: [K25.4]", ["'K25.4' is not an OPCS-4 code"]),
    "a cohort of everybody": (
        "diagnoses: [I61, I63, I64]",
        "diagnoses: []",
        ["neither diagnoses nor procedures"],
    ),
    "a file named otherwise": ("service: stroke", "service: strokes", ["stroke.yml but defines 'strokes'"]),
    "an identifier with a capital": ("service: stroke", "service: Stroke", ["'Stroke' is not an identifier"]),
    "a measure twice": (
        "- measure: days_at_home",
        "- measure: alive_30_days",
        ["the measure 'alive_30_days' stands twice"],
    ),
    "a stage twice": ("stage: follow_up", "stage: acute", ["the stage 'acute' stands twice"]),
    "a topic twice": ("topic: mood", "topic: survival", ["the topic 'survival' stands twice"]),
    "the reserved measure": (
        "measure: length_of_stay\n",
        "measure: cost_per_pathway\n",
        ["cannot be defined"],
    ),
    "the reserved stage": ("stage: follow_up", "stage: other", ["'other' is kept"]),
    "a value outcome that is not there": (
        "outcome: independent_6_months",
        "outcome: independent",
        ["no measure is called 'independent'", "'independent_6_months'"],
    ),
    "a value outcome that is a mean": (
        "outcome: independent_6_months",
        "outcome: eq5d_6_months",
        ["is a mean"],
    ),
    "a topic with a measure that is not there": (
        "measure: alive_30_days}",
        "measure: alive_30}",
        ["no measure is called 'alive_30'", "'alive_30_days'"],
    ),
    "a target above 100 per cent": ("value: 50", "value: 150", ["target 150", "0 to 100 %"]),
    "a target below no days": ("value: 14", "value: -1", ["target -1", "0 upwards days"]),
    "both thresholds": ("at_most: 2", "at_most: 2, at_least: 1", ["both at_least and at_most"]),
    "no threshold": ("at_most: 2, ", "", ["neither at_least nor at_most"]),
    "a threshold off the scale": ("at_most: 2", "at_most: 7", ["outside the scale of 'mrs'", "0 to 6"]),
    "a death off the scale": ("death_counts_as: 6", "death_counts_as: 9", ["outside the scale of 'mrs'"]),
    "a stage after the window": (
        "to_day: 14",
        "from_day: 181",
        ["can never be reached", "day -3 to day 180"],
    ),
    "a stage that ends before it begins": ("to_day: 14", "from_day: 9, to_day: 8", ["can never be reached"]),
    "a stage behind a wider one": (
        "activity_types: [therapy, community]",
        "activity_types: [emergency]",
        ["all of it fits 'emergency'"],
    ),
    "a missing key": ("people: 74", "persons: 74", ["the key 'people' is missing"]),
    "a tier of four": ("tier: 2", "tier: 4", ["tier"]),
    "a direction nobody knows": ("direction: decrease", "direction: decreasing", ["'decrease'"]),
    "an interval nobody knows": (
        "interval: month  ",
        "interval: weekly ",
        ["half_year, month, quarter, year"],
    ),
    "a choice by nobody known": ("by: [clinicians]", "by: [clinician]", ["'clinicians'"]),
    "an interval of no days": ("new_after_days: 365", "new_after_days: 0", ["new_after_days"]),
    "a key twice": ("lead: Clinical", "name: Stroke again\nlead: Clinical", ["'name' stands twice"]),
    "a tag that would run code": ("name: Stroke", "name: !!python/name:os.system ''", ["not"]),
    "not YAML": ("service: stroke", "service: [stroke", ["not valid YAML"]),
}


LINE_BELOW = ("a key twice", "not YAML")
"""The fault shows only on the next line."""


@pytest.mark.parametrize("what", FAULTS, ids=lambda what: what.replace(" ", "_"))
def test_a_fault_is_met_with_its_file_its_line_and_what_was_meant(what: str, project: Project):
    old, new, says = FAULTS[what]
    line = spoil(project, old, new)
    found = faults(project)
    fitting = [fault for fault in found if all(part in fault for part in says)]
    assert fitting, found
    at = int(fitting[0].removeprefix("stroke.yml:").split(":")[0])
    assert at == line or what in LINE_BELOW, (line, fitting)


def test_all_faults_of_all_files_come_at_once(project: Project):
    spoil(project, "tier: 1", "tier: 7")
    spoil(project, "[STROKE, THERAPY]", "[STROK, THERAPY]")
    spoil(project, "instrument: gad7", "instrument: gad", "endocarditis.yml")
    spoil(project, "instrument: svr12", "instrument: svr", "hepatitis_c.yml")
    found = faults(project)
    assert {fault.split(":")[0] for fault in found} == {"stroke.yml", "endocarditis.yml", "hepatitis_c.yml"}
    assert all(fault.split(":")[1].isdigit() for fault in found)


def test_two_files_cannot_claim_one_service(project: Project):
    shutil.copy(project.services / "stroke.yml", project.services / "tia.yml")
    assert any("tia.yml:2" in fault and "already defined in stroke.yml" in fault for fault in faults(project))


def test_no_definition_at_all_says_how_to_make_one(project: Project):
    for file in project.services.glob("*.yml"):
        file.unlink()
    assert any("valuekit new-service" in fault for fault in faults(project))


def test_code_lists_come_from_the_schemas_so_a_new_department_needs_no_code(project: Project):
    spoil(project, "[STROKE, THERAPY]", "[STROKE, GYM]")
    codes = project.schemas / "codes.yaml"
    text = codes.read_text(encoding="utf-8").replace("departments:\n", "departments:\n  GYM: Gymnasium\n")
    codes.write_text(text, encoding="utf-8")
    assert "GYM" in load_services(project)[0].pathway.stages[3].departments


MIX = {"covariates": ["sex"], "baseline": {"from": "2024-01", "to": "2024-12"}}
WORDS = [
    (Cohort, "says", {"activity_types": ["admitted"], "new_after_days": 365}),
    (Topic, "name", {"topic": "talk"}),
    (Target, "source", {"value": 1.0}),
    (Rebase, "reason", {"date": "2025-01-01"}),
    (CaseMix, "otherwise", MIX | {"lacks": "x"}),
    (CaseMix, "lacks", MIX | {"otherwise": "x"}),
    (ImportantChange, "source", {"value": 0.08}),
    (Prices, "says", {"values": [1000]}),
    (Option, "name", {"option": "one"}),
    (Composite, "name", {"of": ["a", "b"]}),
    (Threshold, "says", {"instrument": "nihss", "time_point": "baseline"}),
    (Segment, "name", {"segment": "all"}),
    (Assumed, "source", {}),
    (AboutDrop, "organisation", {"synthetic": True}),
    (ColumnSpec, "title", {"description": "x", "type": "text"}),
    (ColumnSpec, "description", {"title": "x", "type": "text"}),
]


@pytest.mark.parametrize(("model", "field", "rest"), WORDS, ids=lambda x: getattr(x, "__name__", None))
def test_words_for_readers_stand_on_one_line(model, field: str, rest: dict):
    """A line end among them could end the heading, cell or point of a list that they stand in."""
    made = model.model_validate({**rest, field: "  First line,\n\n# and a  heading\n"})
    assert getattr(made, field) == "First line, # and a heading"
