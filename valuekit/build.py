"""Build the mart from the month's extracts: read, validate, compute, write, and swap it in at the end.

Everything is made beside the last build, in ``_build.new``, and takes its place only when all of it is
there. So any failure leaves the last build as it was.
"""

from __future__ import annotations

import contextlib
import csv
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pandas as pd

from valuekit import workers
from valuekit.errors import Problem, ValuekitError
from valuekit.extracts import Intake, take_in
from valuekit.extracts.schemas import code_labels, load_schemas
from valuekit.learning import Library, LiveMeasure, load_library, write_kits
from valuekit.learning import tables as learning_tables
from valuekit.mart import TABLES, About, write_mart
from valuekit.mart.datapackage import write_data_package
from valuekit.mart.spreadsheets import harmless
from valuekit.measures.compute import Run, compute
from valuekit.measures.definition.definitions import ServiceDefinition, load_services
from valuekit.measures.money.assumptions import Assumptions, load_assumptions
from valuekit.measures.money.costing import Costing, load_costing
from valuekit.measures.people import eq5d
from valuekit.measures.protection import disclosure
from valuekit.project import AUDIENCES, Month, Project
from valuekit.unchanged import BuildResult, Unchanged

STEPS = 5
"""Steps that a build tells its progress bar."""

DOWNLOADS = "downloads"
BUILT = ("_build", DOWNLOADS)
"""Folders of the project that a build makes."""

STAGE, ASIDE = "_build.new", "_build.old"
"""Where a build is made, and where the last one waits while the new one takes its place."""

COLUMN_NOTES = "column-notes.csv"


@dataclass(frozen=True)
class _Definitions:
    services: tuple[ServiceDefinition, ...]
    rules: disclosure.Rules
    assumptions: Assumptions
    costing: Costing
    library: Library
    value_sets: Mapping[str, eq5d.ValueSet]

    @property
    def names(self) -> list[str]:
        """Identifiers of the services."""
        return [service.service for service in self.services]


Say = Callable[..., None]


def build(project: Project, period: Month | None = None, progress: Say | None = None) -> BuildResult:
    """Build the store and the three marts in ``_build/``, and the public tables in ``downloads/``.

    Parameters
    ----------
    project
        Whose extracts, schemas and definitions are read.
    period
        The month to report; the newest in the drop when not given.
    progress
        Called with the name of each step as it begins.

    Raises
    ------
    ValuekitError
        Extracts or definitions have faults; all of them at once. The last build stands as it was.
    """
    say = progress or _silence
    _recover(project.root)
    unchanged = Unchanged.of(project)
    parts = unchanged.build_parts(period)
    say("reading definitions", STEPS)
    definitions = _definitions(project)
    with _beside(project) as new:
        say("reading extracts")
        intake = take_in(project, period, definitions.names, new.build)
        say("computing")
        marts = _computed(intake, definitions, project)
        say("writing")
        for audience in AUDIENCES:
            # Notes count rows and people too: what anyone may read keeps to the rule.
            notes = (
                disclosure.protect_notes(intake.notes, definitions.rules)
                if audience == "public"
                else intake.notes
            )
            about = About(intake.organisation, str(intake.period), intake.synthetic, audience, tuple(notes))
            write_mart(new.mart / audience, about, marts[audience])
            if audience == "public":
                write_downloads(new.root / DOWNLOADS, marts["public"])
                write_data_package(new.root / DOWNLOADS, about, marts["public"], COLUMN_NOTES)
        write_kits(definitions.library, new.root / DOWNLOADS)
        result = _result(intake, definitions.services, marts["board"])
        unchanged.note_build(new, parts, result)
        unchanged.hashes.save()
    say("done")
    return result


def check(project: Project, period: Month | None = None, progress: Say | None = None) -> BuildResult:
    """Do everything that :func:`build` does, and write nothing."""
    say = progress or _silence
    say("reading definitions", STEPS - 1)
    wrong: ValuekitError | None = None
    try:
        definitions = _definitions(project)
    except ValuekitError as error:  # read on: the extracts may have faults as well, and both are to be mended
        wrong = error
    say("reading extracts")
    with tempfile.TemporaryDirectory() as nowhere:
        try:
            intake = take_in(project, period, _names(project), Path(nowhere))
        except ValuekitError as error:
            if wrong is None:
                raise
            raise type(wrong)(dict.fromkeys((*wrong.problems, *error.problems))) from None
    if wrong is not None:
        raise wrong
    say("computing")
    marts = _computed(intake, definitions, project)
    say("done")
    return _result(intake, definitions.services, marts["board"])


def _computed(intake: Intake, said: _Definitions, project: Project) -> dict[str, dict[str, pd.DataFrame]]:
    # Thousands of small sums on small tables: a fifth quicker with text as Python's strings than as Arrow's.
    with pd.option_context("mode.string_storage", "python"), _hands(project) as run:
        return compute(
            intake,
            said.services,
            said.rules,
            project.releases,
            said.assumptions,
            costing=said.costing,
            learning=learning_tables(said.library, _live(said.services)),
            value_sets=said.value_sets,
            run=run,
        )


@contextlib.contextmanager
def _hands(project: Project) -> Iterator[Run]:
    """How the work on each service is done: side by side, or one after the other where that is sooner."""
    if not (project.has_many_services and workers.are_forked()):
        yield map
        return
    with workers.pool() as run:
        try:
            yield partial(workers.in_order, run)
        except ChildProcessError:
            raise ValuekitError(
                Problem(
                    "a process that worked out the figures of a service ended early",
                    "the build",
                    "out of memory, or it was stopped",
                    "Close other programs, and run again. The last build stands as it was.",
                )
            ) from None


def _live(services: Iterable[ServiceDefinition]) -> list[LiveMeasure]:
    """The measures that this site reports, as the learning library compares them with those of its cases."""
    return [
        LiveMeasure(service.service, m.measure, m.source.kind, str(getattr(m.source, "instrument", "")))
        for service in services
        for m in service.measures
    ]


def _silence(step: str, steps: int | None = None) -> None:
    pass


def _definitions(project: Project) -> _Definitions:
    """Schemas, services and disclosure rules; the faults of all of them at once."""
    problems: list[Problem] = []
    failed: type[ValuekitError] = ValuekitError

    def gathered(read: Callable[[], object]) -> object:
        nonlocal failed
        try:
            return read()
        except ValuekitError as error:
            problems.extend(error.problems)
            failed = type(error)
            return None

    names = _names(project)
    schemas = gathered(lambda: load_schemas(project, names))
    codes = code_labels(schemas) if schemas else {}
    services = gathered(lambda: load_services(project, codes))
    rules = gathered(lambda: disclosure.load_rules(project))
    assumptions = gathered(lambda: load_assumptions(project))
    resources = tuple(codes.get("resources", ()))
    costing = gathered(lambda: load_costing(project.reference, resources)) if schemas else None
    library = gathered(lambda: load_library(project, names))
    sets = gathered(lambda: eq5d.value_sets(project.reference)) if services else None
    if problems:
        raise failed(problems)
    return _Definitions(services, rules, assumptions, costing, library, sets)


def _names(project: Project) -> list[str]:
    """Identifiers of the services that have a definition, whether or not it can be read."""
    return sorted(file.stem for file in project.services.glob("*.yml"))


def _result(
    intake: Intake, services: tuple[ServiceDefinition, ...], mart: Mapping[str, pd.DataFrame]
) -> BuildResult:
    files = intake.quality_file
    return BuildResult(
        intake.period,
        tuple(service.service for service in services),
        int(mart["service"]["pathways"].sum()),
        int(files["rows"].sum()),
        int(files["quarantined"].sum()),
    )


@contextlib.contextmanager
def _beside(project: Project) -> Iterator[Project]:
    """A project whose ``_build`` lies beside the real one, and takes its place when the block ends well."""
    stage = project.root / STAGE
    shutil.rmtree(stage, ignore_errors=True)
    new = Project(stage)
    new.build.mkdir(parents=True)
    try:
        yield new
        _swap(stage, project.root)
    finally:
        shutil.rmtree(stage, ignore_errors=True)


def _swap(stage: Path, root: Path) -> None:
    """Put the folders of `stage` in the place of those in `root`.

    A folder cannot be replaced by renaming on Windows, so the last ones first go aside. Whenever this is
    interrupted, :func:`_recover` brings all of them back.
    """
    aside = root / ASIDE
    aside.mkdir()
    try:
        for name in BUILT:
            if (root / name).is_dir():
                (root / name).replace(aside / name)
        for name in BUILT:
            (stage / name).replace(root / name)
    except OSError as error:
        _recover(root)
        raise ValuekitError(
            Problem(
                "the new build could not take the place of the last",
                "_build",
                error.strerror or "",
                "Close programs that have its files open, and run again. The last build stands as it was.",
            )
        ) from None
    shutil.rmtree(aside, ignore_errors=True)


def _recover(root: Path) -> None:
    """Bring back all of the last build after an interrupted swap; nothing where the new one stands."""
    aside = root / ASIDE
    waiting = [name for name in BUILT if (aside / name).is_dir()]
    if not all((root / name).is_dir() for name in BUILT):
        for name in waiting:
            shutil.rmtree(root / name, ignore_errors=True)
            (aside / name).replace(root / name)
    shutil.rmtree(aside, ignore_errors=True)


def write_downloads(folder: Path, tables: Mapping[str, pd.DataFrame]) -> None:
    """Write every public table as CSV, and ``column-notes.csv`` with what each column holds.

    Text that a spreadsheet would run as a formula gets an apostrophe in front; tabs and line ends become
    spaces.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for name, frame in tables.items():
        safe = frame.copy()
        for column in TABLES[name].columns:
            if column.kind == "text":
                safe[column.name] = safe[column.name].map(harmless, na_action="ignore")
            elif column.kind == "number":
                safe[column.name] = safe[column.name].round(6)
        safe.to_csv(folder / f"{name}.csv", index=False, encoding="utf-8", lineterminator="\n")
    with (folder / COLUMN_NOTES).open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["table", "column", "kind", "note"])
        for name in tables:
            writer.writerows([name, c.name, c.kind, harmless(c.note)] for c in TABLES[name].columns)
