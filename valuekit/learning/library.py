"""The learning library: every case study and every adopter's report, read and checked, all faults at once."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from valuekit.config import Located, checked, nearest, parse_yaml, read_yaml
from valuekit.errors import DefinitionError, Problem
from valuekit.learning import vocabulary
from valuekit.learning.figures import Figure, read_figures
from valuekit.learning.schema import Adoption, Case, Front
from valuekit.learning.text import Draft, check_texts, read_draft
from valuekit.learning.vocabulary import Rating, Vocabulary, load_vocabulary
from valuekit.project import Project

FOLDER = "learning"
ADOPTED = "adopted"
OUR_PAGES = ("index", "which_fits", "five_characteristics", "what_it_needs")
"""Pages of the folder that are no case studies."""

_LISTS = (
    # key of the case, list of the vocabulary, whether the key holds several words
    ("setting", "settings", True),
    ("services", "services", True),
    ("functions", "functions", True),
    ("patient_group", "patient_groups", False),
    ("theme", "themes", False),
    ("lens", "lenses", False),
)


@dataclass(frozen=True)
class CaseStudy:
    """One case: what its front matter says, its figures, its adopters."""

    id: str
    title: str
    subtitle: str
    summary: str
    case: Case
    figures: tuple[Figure, ...]
    """The main figure first."""
    adoptions: tuple[Adoption, ...] = ()

    @cached_property
    def cost(self) -> Rating:
        """Its cost band."""
        return vocabulary.cost_band(self.case.cost.pounds)

    @cached_property
    def impact(self) -> Rating:
        """Its impact band, of the main figure."""
        main = self.figures[0]
        return vocabulary.impact_band(main.figure, main.against_figure, main.direction)

    @cached_property
    def evidence(self) -> Rating:
        """The rating of the evidence behind the main figure."""
        said = self.case.evidence
        return vocabulary.evidence_rating(said.design, said.comparator, said.source, self.figures[0].sizes)


@dataclass(frozen=True)
class Library:
    """Every case, in the order of their titles, and the words that describe them."""

    cases: tuple[CaseStudy, ...] = ()
    words: Vocabulary | None = None


def load_library(project: Project, services: Collection[str] = ()) -> Library:
    """The learning library of the project; an empty one where there is no folder of cases.

    Parameters
    ----------
    services
        Identifiers of the services that have a live report.

    Raises
    ------
    DefinitionError
        Every fault of every case, table and report, each with its place and what to do.
    """
    folder = project.reports / FOLDER
    for home in (folder, folder / ADOPTED):
        if home.is_symlink():
            raise DefinitionError(
                Problem(
                    "is a link to another folder", _named(home, project), do="Put the folder itself here."
                )
            )
    documents = [file for file in sorted(folder.glob("*.qmd")) if _is_case(file)]
    reports = sorted((folder / ADOPTED).glob("*.yml"))
    tables = sorted(folder.glob("*.csv"))
    if not documents and not reports and not tables:
        return Library()
    words = load_vocabulary(project)
    problems = [
        Problem(
            f"there is no case study '{file.stem}'",
            _named(file, project),
            do=f"Write {file.stem}.qmd beside it.",
        )
        for file in tables
        if not file.with_suffix(".qmd").is_file()
    ]
    drafts: list[Draft] = []
    studies: dict[str, CaseStudy] = {}
    for file in documents:
        draft, faults = read_draft(file, _named(file, project))
        problems += faults
        if draft is None:
            continue
        drafts.append(draft)
        study, faults = _study(draft, file, project, words, services)
        problems += faults
        if study:
            studies[study.id] = study
    problems += check_texts(drafts)
    adoptions, faults = _adoptions(reports, project, {draft.case for draft in drafts})
    problems += faults
    if problems:
        raise DefinitionError(dict.fromkeys(problems))
    whole = [
        CaseStudy(**{**study.__dict__, "adoptions": tuple(a for a in adoptions if a.case == name)})
        for name, study in studies.items()
    ]
    return Library(tuple(sorted(whole, key=lambda study: study.title.casefold())), words)


def _is_case(file: Path) -> bool:
    return not file.name.startswith(("_", ".")) and file.stem not in OUR_PAGES


def _named(file: Path, project: Project) -> str:
    return file.relative_to(project.root).as_posix()


def _study(
    draft: Draft, file: Path, project: Project, words: Vocabulary, services: Collection[str]
) -> tuple[CaseStudy | None, list[Problem]]:
    """The case of one document with its table; the faults of both."""
    problems: list[Problem] = []
    front: Front | None = None
    try:
        located = parse_yaml(draft.front, file, draft.name)
        front = checked(located, Front)
        problems += _word_faults(front.case, located, words, services)
    except DefinitionError as error:
        problems += error.problems
    table = file.with_suffix(".csv")
    sources = [source.source for source in front.case.sources] if front else _sources(draft, file)
    figures, faults = read_figures(table, _named(table, project), sources)
    problems += faults
    if front is None or not figures:
        return None, problems
    problems += _evidence_faults(front.case, figures[0], located)
    study = CaseStudy(draft.case, front.title, front.subtitle, front.description, front.case, tuple(figures))
    return study, problems


def _sources(draft: Draft, file: Path) -> list[str]:
    """Short names of the sources of a front matter with faults, so that its table is checked all the same."""
    try:
        data = parse_yaml(draft.front, file).data
        return [str(source["source"]) for source in data["case"]["sources"]]
    except (DefinitionError, KeyError, TypeError):
        return []


def _word_faults(
    case: Case, located: Located, words: Vocabulary, services: Collection[str]
) -> Iterator[Problem]:
    for key, name, several in _LISTS:
        valid = list(getattr(words, name))
        given = getattr(case, key)
        for i, word in enumerate(given if several else (given,)):
            if word not in valid:
                path = ("case", key, i) if several else ("case", key)
                yield Problem(
                    f"'{word}' is not one of the {name.replace('_', ' ')}",
                    located.where(*path),
                    f"the words stand in data/reference/{vocabulary.FILE}",
                    nearest(word, valid),
                )
    for i, service in enumerate(case.reports):
        if service not in services:
            yield Problem(
                f"there is no report of the service '{service}'",
                located.where("case", "reports", i),
                do=nearest(service, list(services)) if services else "Leave it out.",
            )


def _evidence_faults(case: Case, main: Figure, located: Located) -> Iterator[Problem]:
    """Whether the evidence speaks of the main figure as the table gives it."""
    where = located.where("case", "evidence", "comparator")
    if case.evidence.comparator == "none" and main.against_figure is not None:
        yield Problem(
            "the comparator is 'none', and the main figure stands against one",
            where,
            "the first row of the table has against_figure",
            "Name the comparator.",
        )
    if case.evidence.comparator != "none" and main.against_figure is None:
        yield Problem(
            f"the comparator is '{case.evidence.comparator}', and the main figure stands against nothing",
            where,
            "the first row of the table has no against_figure",
            "Write none, or put the figure that is compared into the first row.",
        )


def _adoptions(
    files: list[Path], project: Project, cases: Collection[str]
) -> tuple[list[Adoption], list[Problem]]:
    """Adopters' reports in the order of their months, and their faults."""
    found, problems = [], []
    for file in files:
        name = _named(file, project)
        try:
            if file.is_symlink():
                raise DefinitionError(
                    Problem("is a link to another file", name, do="Put the file itself here.")
                )
            located = read_yaml(file, name)
            adoption = checked(located, Adoption)
        except DefinitionError as error:
            problems += error.problems
            continue
        problems += _adoption_faults(adoption, file, located, cases)
        found.append(adoption)
    return sorted(found, key=lambda a: (a.reported, a.organisation)), problems


def _adoption_faults(
    adoption: Adoption, file: Path, located: Located, cases: Collection[str]
) -> Iterator[Problem]:
    if adoption.case not in cases:
        yield Problem(
            f"there is no case study '{adoption.case}'",
            located.where("case"),
            do=nearest(adoption.case, sorted(cases)) if cases else "Write the case first.",
        )
    if not re.fullmatch(rf"{re.escape(adoption.case)}-[a-z0-9_-]+", file.stem):
        yield Problem(
            "the file's name is not its case and an organisation",
            located.name,
            do=f"Call it {adoption.case}-<organisation>.yml, in small letters.",
        )
    for i, figure in enumerate(adoption.figures):
        if (figure.against is None) != (figure.against_figure is None):
            yield Problem(
                "'against' goes with 'against_figure'",
                located.where("figures", i),
                do="Write both, or neither.",
            )
        shares = [value for value in (figure.figure, figure.against_figure) if value is not None]
        if figure.unit == "%" and not all(0 <= value <= 100 for value in shares):
            yield Problem(
                "a share outside 0 to 100", located.where("figures", i, "figure"), do="Check the unit."
            )
