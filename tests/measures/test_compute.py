"""The mart as a whole, computed from the sample: its tables agree with each other and with the extracts."""

from __future__ import annotations

import csv
import re
import shutil
from decimal import Decimal
from pathlib import Path

import pandas as pd
import pytest
from hand_made import a_service
from minimal_drop import minimal_project, newest

from valuekit import build as building
from valuekit import workers
from valuekit.build import build, check, write_downloads
from valuekit.errors import DefinitionError, ExtractError, ValuekitError
from valuekit.extracts.sample import write_sample
from valuekit.mart import TABLES, Mart
from valuekit.measures.definition.scaffold import new_service
from valuekit.measures.revisions import save_release
from valuekit.project import AUDIENCES, Month, Project

ROOT = Path(__file__).resolve().parents[2]


def definitions(root: Path) -> Project:
    """The committed definitions in a checkout without extracts."""
    for folder in ("data/services", "data/reference", "schemas", "reports"):
        shutil.copytree(ROOT / folder, root / folder)
    shutil.copy(ROOT / "data" / "disclosure.yml", root / "data" / "disclosure.yml")
    return Project(root)


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The sample of 27 months, with a fourth service from the scaffold, built."""
    project = definitions(tmp_path_factory.mktemp("sample"))
    write_sample(project.extracts, months=27)
    new_service(project, "asthma")
    build(project)
    return project


@pytest.fixture(scope="module")
def marts(sample: Project) -> dict[str, Mart]:
    return {audience: Mart(sample.mart / audience) for audience in AUDIENCES}


@pytest.fixture(scope="module")
def minimal_built(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The drop of three people, with the committed definitions, built."""
    project = minimal_project(tmp_path_factory.mktemp("minimal") / "project")
    for folder in ("data/services", "data/reference"):
        shutil.copytree(ROOT / folder, project.root / folder, dirs_exist_ok=True)
    shutil.copy(ROOT / "data" / "disclosure.yml", project.root / "data" / "disclosure.yml")
    build(project)
    return project


@pytest.fixture
def minimal(minimal_built: Project, tmp_path: Path) -> Project:
    """A copy of it that a test may break."""
    shutil.copytree(minimal_built.root, tmp_path / "project")
    return Project(tmp_path / "project")


def tree(root: Path, *folders: str) -> dict[str, bytes]:
    files = (file for folder in folders for file in sorted((root / folder).rglob("*")) if file.is_file())
    return {file.relative_to(root).as_posix(): file.read_bytes() for file in files}


# What the tables say of each other


def test_each_audience_has_the_tables_that_are_for_it_and_no_other(sample: Project):
    for audience in AUDIENCES:
        found = {file.stem for file in (sample.mart / audience).glob("*.parquet")}
        assert found == {name for name, table in TABLES.items() if audience in table.audiences}
    assert not (sample.mart / "public" / "resource_patient.parquet").exists()


def test_the_reconciliation_adds_up_to_the_ledger_files_to_the_penny(sample: Project, marts: dict[str, Mart]):
    table = marts["board"].table("reconciliation").set_index("line")["amount"]
    assert sum(round(amount * 100) for amount in table.drop("ledger")) == round(table["ledger"] * 100)
    sent = Decimal(0)
    for file in sample.extracts.glob("ledger_*.csv"):
        with file.open(encoding="utf-8-sig", newline="") as rows:
            sent += sum(Decimal(row["amount"]) for row in csv.DictReader(rows))
    # The ledger of the sample has no rows that are set aside, so the files are the quantum.
    assert Decimal(round(table["ledger"] * 100)) == sent * 100


def test_the_public_reconciliation_adds_up_to_the_same_ledger(marts: dict[str, Mart]):
    table = marts["public"].table("reconciliation").set_index("line")["amount"]
    assert sum(round(amount * 100) for amount in table.drop("ledger")) == round(table["ledger"] * 100)
    assert table["ledger"] == marts["board"].table("reconciliation")["amount"].iloc[-1]


def test_stages_departments_and_bands_speak_of_the_same_pathways_as_the_summary(marts: dict[str, Mart]):
    mart = marts["board"]
    for summary in mart.table("cost_summary").itertuples():
        total = round(summary.mean * summary.n * 100)
        for table in ("stage_cost", "department_cost"):
            rows = mart.of(table, summary.service)
            assert set(rows["words"]) == {summary.words}
            assert round(rows["amount"].mul(100)).sum() == pytest.approx(total, abs=1)
        assert mart.of("cost_spread", summary.service)["pathways"].sum() == summary.n


def test_cost_per_pathway_is_one_figure_wherever_it_stands(marts: dict[str, Mart]):
    headline = marts["board"].table("headline")
    headline = headline[headline["measure"] == "cost_per_pathway"].set_index("service")
    for summary in marts["board"].table("cost_summary").itertuples():
        row = headline.loc[summary.service]
        assert (row["year_words"], row["year_n"]) == (summary.words, summary.n)
        assert (row["year_value"], row["year_lower"], row["year_upper"]) == pytest.approx(
            (summary.mean, summary.lower, summary.upper)
        )


def test_the_team_sees_each_measure_at_its_interval_and_the_public_at_the_public_one(marts: dict[str, Mart]):
    for audience, spacing in (("clinical", "quarter"), ("board", "quarter"), ("public", "half_year")):
        series = marts[audience].of("series", "endocarditis", measure="alive_12_months")
        months = series["period_start"].diff().dt.days.dropna()
        assert months.between(85, 95).all() if spacing == "quarter" else months.between(180, 185).all()
        rows = marts[audience].of("measure", "endocarditis", measure="alive_12_months")
        assert rows["interval"].tolist() == [spacing]


def test_every_series_belongs_to_a_measure_and_every_service_has_its_cost(marts: dict[str, Mart]):
    for mart in marts.values():
        measures = mart.table("measure")
        known = set(zip(measures["service"], measures["measure"], strict=True))
        assert set(zip(*(mart.table("series")[c] for c in ("service", "measure")), strict=True)) == known
        assert {(service, "cost_per_pathway") for service in mart.table("service")["service"]} <= known


def test_no_pseudonym_is_in_what_the_board_or_the_public_may_read(sample: Project, marts: dict[str, Mart]):
    patients = pd.read_parquet(sample.store / "patients.parquet")["patient"]
    known = set(patients)
    assert known >= set(marts["clinical"].table("resource_patient")["patient"])
    for audience in ("public", "board"):
        for name, table in TABLES.items():
            if audience in table.audiences:
                text = marts[audience].table(name).to_csv(index=False)
                assert not known & set(re.findall(r"[A-Z0-9]{6,}", text)), name


# A fourth service


def test_a_scaffolded_service_has_figures_of_every_kind(sample: Project, marts: dict[str, Mart]):
    mart = marts["public"]
    headline = mart.of("headline", "asthma").set_index("measure")
    assert set(headline.index) == {
        "little_fatigue_12_weeks",
        "eq5d_6_months",
        "length_of_stay",
        "cost_per_pathway",
    }
    assert headline["year_value"].notna().all()
    assert mart.of("cost_summary", "asthma")["mean"].between(500, 10_000).all()
    assert mart.of("value", "asthma")["ratio"].notna().any()
    assert set(mart.of("stage_cost", "asthma")["stage"]) >= {"emergency", "hospital", "follow_up"}
    assert mart.table("service")["service"].tolist()[-1] == "asthma"


def test_sample_rows_of_a_new_service_are_accepted_and_keep_the_ledger_in_step(marts: dict[str, Mart]):
    lines = marts["board"].table("reconciliation").set_index("line")
    assert lines.loc["pathway:asthma", "amount"] > 100_000
    # The blemishes of the sample stay; the new cost is in the ledger, so the difference stays small.
    assert abs(lines.loc["unmatched:difference", "share"]) < 0.002


def test_a_service_without_a_single_patient_is_computed_and_says_too_few(minimal_built: Project):
    public = Mart(minimal_built.mart / "public")
    assert not public.of("series", "endocarditis")["shown"].any()
    assert set(public.table("headline")["verdict"]) == {"too_few"}


@pytest.mark.parametrize("name", ["Asthma", "1st", "a-b", "a b", "", "../x", "a.b"])
def test_a_name_that_cannot_be_a_service_is_refused(name: str, tmp_path: Path):
    with pytest.raises(DefinitionError, match="cannot be the name of a service"):
        new_service(Project(tmp_path), name)
    assert not list(tmp_path.rglob("*"))


def test_a_drop_of_real_extracts_is_never_added_to(minimal: Project):
    about = minimal.extracts / "about.yml"
    about.write_text("organisation: A trust\nsynthetic: false\n", encoding="utf-8")
    before = tree(minimal.root, "data/extracts")
    assert [file.name for file in new_service(minimal, "asthma")] == ["asthma.yml", "asthma.qmd"]
    assert tree(minimal.root, "data/extracts") == before


# What a build leaves behind


def test_two_builds_of_one_input_are_the_same_bytes(minimal: Project):
    before = tree(minimal.root, "_build", "downloads")
    build(minimal)
    assert tree(minimal.root, "_build", "downloads") == before


def test_a_build_that_fails_leaves_the_last_build_and_nothing_beside_it(minimal: Project, monkeypatch):
    before = tree(minimal.root, "_build", "downloads")
    activity = minimal.extracts / newest("activity")
    good = activity.read_bytes()
    activity.write_bytes(good.replace(b"activity_type,", b"", 1))
    with pytest.raises(ExtractError):
        build(minimal)
    activity.write_bytes(good)

    def no_space(*arguments):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(building, "write_downloads", no_space)
        with pytest.raises(OSError, match="No space"):
            build(minimal)
    assert tree(minimal.root, "_build", "downloads") == before
    assert not list(minimal.root.glob("_build.*"))


@pytest.mark.parametrize("moved", [["_build"], ["_build", "downloads"], ["downloads"]], ids="+".join)
def test_a_swap_that_was_interrupted_is_mended_by_the_next_run_even_if_that_fails(minimal: Project, moved):
    before = tree(minimal.root, "_build", "downloads")
    aside = minimal.root / "_build.old"
    aside.mkdir()
    for name in ("_build", "downloads"):
        (minimal.root / name).rename(aside / name)
    for name in {"_build", "downloads"} - set(moved):  # the new one stands already, the other does not
        (minimal.root / name).mkdir()
    stroke = minimal.services / "stroke.yml"
    stroke.write_text("service: [", encoding="utf-8")
    with pytest.raises(DefinitionError):
        build(minimal)
    assert tree(minimal.root, "_build", "downloads") == before
    assert not list(minimal.root.glob("_build.*"))


def test_a_swap_that_was_all_but_done_keeps_the_new_build(minimal: Project):
    before = tree(minimal.root, "_build", "downloads")
    (minimal.root / "_build.old" / "_build").mkdir(parents=True)
    (minimal.services / "stroke.yml").write_text("service: [", encoding="utf-8")
    with pytest.raises(DefinitionError):
        build(minimal)
    assert tree(minimal.root, "_build", "downloads") == before
    assert not list(minimal.root.glob("_build.*"))


def test_faults_of_definitions_schemas_and_rules_come_at_once(minimal: Project):
    for file, old, new in (
        ("data/services/stroke.yml", "tier: 1", "tier: 9"),
        ("schemas/ledger.yaml", "key: [month", "key: [mnth"),
        ("data/disclosure.yml", "smallest_count: 8", "smallest_cont: 8"),
    ):
        path = minimal.root / file
        path.write_text(path.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ValuekitError) as caught:
        build(minimal)
    said = str(caught.value)
    assert "stroke.yml:" in said and "ledger.yaml:" in said and "disclosure.yml:" in said


def test_a_check_says_what_a_build_would_and_writes_nothing(minimal: Project):
    built = build(minimal)
    before = tree(minimal.root, ".")
    checked = check(minimal)
    assert checked == built
    assert tree(minimal.root, ".") == before
    assert "October 2026" in checked.summary and "3 services" in checked.summary


def test_an_earlier_month_can_be_built_from_the_same_drop(minimal: Project):
    for file in list(minimal.extracts.glob("*_2026-10.*")):
        if file.name.split("_2026")[0] in ("patients", "survey", "service_changes", "programme_costs"):
            file.rename(file.with_name(file.name.replace("2026-10", "2026-09")))
    assert build(minimal, Month(2026, 9)).period == Month(2026, 9)
    assert Mart(minimal.mart / "board").about.period == "2026-09"
    # September of the drop: 210.55 + 5,300.10 + 95.00.
    assert Mart(minimal.mart / "board").table("reconciliation")["amount"].iloc[-1] == 5605.65


def test_figures_that_moved_since_the_last_release_are_in_every_mart(
    minimal: Project, sample: Project, tmp_path: Path
):
    series = Mart(sample.mart / "public").table("series")
    released = series[series["shown"]].head(3).copy()
    released.loc[released.index[0], "value"] += 5
    project = Project(tmp_path / "again")
    for folder in ("data", "schemas"):
        shutil.copytree(sample.root / folder, project.root / folder)
    save_release(project.releases / "2026-09" / "v1", Month(2026, 9), released)
    build(project)
    for audience in AUDIENCES:
        moved = Mart(project.mart / audience).table("revision")
        assert moved["period"].tolist() == [released["period"].iloc[0]]
        assert moved["old_value"].iloc[0] - moved["new_value"].iloc[0] == pytest.approx(5)


# Downloads


def test_every_public_table_can_be_downloaded_with_a_note_for_each_column(
    sample: Project, marts: dict[str, Mart]
):
    folder = sample.root / "downloads"
    public = {name for name, table in TABLES.items() if "public" in table.audiences}
    assert {file.stem for file in folder.glob("*.csv")} == public | {"column-notes"}
    with (folder / "column-notes.csv").open(encoding="utf-8", newline="") as file:
        notes = {(row["table"], row["column"]): row["note"] for row in csv.DictReader(file)}
    for name in public:
        with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            rows = list(csv.reader(file))
        assert all(notes[name, column] for column in rows[0])
        assert len(rows) - 1 == len(marts["public"].table(name))
        assert not (folder / f"{name}.csv").read_bytes().startswith(b"\xef\xbb\xbf")


@pytest.mark.parametrize("formula", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "\n@A"])
def test_text_that_a_spreadsheet_would_run_is_made_harmless(formula: str, tmp_path: Path):
    frame = pd.DataFrame(
        {"service": [a_service().service], "stage": ["acute"], "position": [-1], "name": [formula]}
    )
    write_downloads(tmp_path, {"stage": frame})
    with (tmp_path / "stage.csv").open(encoding="utf-8", newline="") as file:
        row = next(csv.DictReader(file))
    assert row["name"] == f"'{formula.strip()}"
    assert row["position"] == "-1"  # a number stays a number


def test_a_value_set_of_the_project_s_own_is_the_one_that_scores(minimal: Project):
    """A trust adds a set to its ``data/reference``; no code of valuekit's knows its name."""
    terms = minimal.reference / "eq5d_uk_decrements.csv"
    known = [line for line in terms.read_text("utf-8").splitlines() if line.startswith("uk_5l_vt_2026,")]
    own = "\n".join(line.replace("uk_5l_vt_2026", "ours_2030") for line in known)
    for file, more in (
        (terms, own),
        (minimal.reference / "eq5d_value_sets.csv", "ours_2030,EQ-5D-5L,Ours,Nowhere,2030,as made,Nobody"),
    ):
        file.write_text(file.read_text("utf-8") + more + "\n", encoding="utf-8")
    stroke = minimal.services / "stroke.yml"
    stroke.write_text(stroke.read_text("utf-8").replace("uk_5l_vt_2026", "ours_2030"), encoding="utf-8")
    build(minimal)
    named = Mart(minimal.mart / "board").of("value_set", "stroke")["name"]
    assert named.tolist() == ["Ours"]


# Services side by side


@pytest.mark.slow
def test_services_side_by_side_give_the_same_bytes_as_one_after_the_other(
    minimal_built: Project, minimal: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []
    in_order = workers.in_order

    def counted_in_order(run, task, arguments):
        found = in_order(run, task, arguments)
        asked.append(len(found))
        return found

    monkeypatch.setattr(workers, "in_order", counted_in_order)
    monkeypatch.setattr("valuekit.project.MANY_SERVICES", 3)
    shutil.rmtree(minimal.build)
    build(minimal)
    assert asked == [3], "three services have a definition"
    for file in sorted(minimal_built.mart.rglob("*.*")):
        assert (minimal.mart / file.relative_to(minimal_built.mart)).read_bytes() == file.read_bytes(), file


def test_a_process_that_ends_early_is_a_plain_fault_and_the_last_build_stands(
    minimal: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    def ends(*_: object) -> None:
        raise ChildProcessError(1)

    before = {file: file.read_bytes() for file in minimal.build.rglob("*.*") if file.is_file()}
    monkeypatch.setattr(workers, "in_order", ends)
    monkeypatch.setattr("valuekit.project.MANY_SERVICES", 3)
    with pytest.raises(ValuekitError, match="worked out the figures of a service ended early"):
        build(minimal)
    assert {file: file.read_bytes() for file in minimal.build.rglob("*.*") if file.is_file()} == before
