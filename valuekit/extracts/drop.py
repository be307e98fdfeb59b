"""What lies in the month's drop: whose it is, which files are read for a period, and their control totals."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import pyarrow as pa

from valuekit.config import Settings, Words, checked, nearest, read_yaml
from valuekit.errors import DefinitionError, ExtractError, Problem, ValuekitError
from valuekit.extracts.parse import parse
from valuekit.extracts.plics.feeds import PlicsFile, by_name, is_plics
from valuekit.extracts.read import FORMATS, read_file
from valuekit.extracts.schemas import ExtractSchema
from valuekit.project import Month, Project

ABOUT = "about.yml"
CONTROL_TOTALS = "control_totals.csv"
_NOT_EXTRACTS = {"readme.md", "readme.txt", ABOUT, CONTROL_TOTALS, "thumbs.db", "desktop.ini"}
_NAME = re.compile(
    r"^(?P<extract>[A-Za-z0-9_]+?)_(?P<first>\d{4}-\d{2})(_to_(?P<last>\d{4}-\d{2}))?\.(csv|parquet|xlsx)$",
    re.IGNORECASE,
)


class AboutDrop(Settings):
    """The file `data/extracts/about.yml`."""

    organisation: Words
    synthetic: bool


@dataclass(frozen=True)
class DropFile:
    """One file of the drop, by its name: which extract, and the months `first` to `last`.

    `source` is the file that was sent where `path` was made of it, `notes` what was seen in the making.
    """

    path: Path
    extract: str
    first: Month
    last: Month
    source: str = ""
    notes: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The file's name, as messages show it."""
        return self.source or self.path.name


@dataclass(frozen=True)
class ControlTotal:
    """What the sender says a file holds; `pence` is None for extracts without amounts."""

    rows: int
    pence: int | None


@dataclass(frozen=True)
class Drop:
    """The files to read for `period`, in the order of extract and month, and what was said with them."""

    organisation: str
    synthetic: bool
    period: Month
    files: tuple[DropFile, ...]
    totals: Mapping[str, ControlTotal]
    notes: tuple[str, ...]

    def of(self, extract: str) -> tuple[DropFile, ...]:
        """The files to read of one extract."""
        return tuple(file for file in self.files if file.extract == extract)


def latest_period(project: Project) -> Month:
    """The newest month that any file name of the drop ends in.

    Raises
    ------
    ExtractError
        No file of the drop has a month in its name.
    """
    months = [file.last for file in map(_by_name, _paths(project.extracts)) if file is not None]
    months += [file.month for file in map(by_name, plics_paths(project)) if isinstance(file, PlicsFile)]
    if not months:
        do = "Put the month's extracts there, or run: valuekit sample"
        raise ExtractError(Problem("there are no extracts", _shown(project.extracts), do=do))
    return max(months)


Converted = tuple[list[DropFile], list[str], list[Problem]]
"""Files made of PLICS files, notes and faults."""


def open_drop(
    project: Project,
    schemas: Mapping[str, ExtractSchema],
    period: Month,
    convert: Callable[[bool], Converted] = lambda synthetic: ([], [], []),
) -> tuple[Drop, list[Problem]]:
    """What to read for `period`, and every fault of names, months, `about.yml` and control totals.

    `convert` makes files of the extracts from the drop's PLICS files, told whether the data is synthetic; it
    is not called where nobody knows. Their own headers hold their control totals.
    """
    problems: list[Problem] = []
    about = _about(project.extracts, problems)
    named = _named(_paths(project.extracts), schemas, problems)
    _same_months_twice(named, problems)
    made, said, found = convert(about.synthetic) if about.organisation else ([], [], [])
    problems += found
    _twice_by_plics(named, made, problems)
    every = sorted([*named, *made], key=lambda file: (file.extract, file.first, file.last, file.name))
    files, notes = _chosen(every, schemas, period, problems)
    notes = [*said, *notes]
    totals = _control_totals(project.extracts / CONTROL_TOTALS, schemas, named, problems)
    return Drop(about.organisation, about.synthetic, period, files, totals, tuple(notes)), problems


def _shown(folder: Path) -> str:
    return "/".join(folder.parts[-2:])


def _about(folder: Path, problems: list[Problem]) -> AboutDrop:
    try:
        return checked(read_yaml(folder / ABOUT), AboutDrop)
    except (DefinitionError, OSError) as error:
        if (folder / ABOUT).is_file():
            problems += getattr(
                error, "problems", [Problem("cannot be read", ABOUT, do="Check its permissions.")]
            )
        else:
            do = "Write a file with the two lines 'organisation: …' and 'synthetic: false'."
            problems.append(
                Problem("there is no about.yml", _shown(folder), "it says whose data this is", do)
            )
    # Never used: the faults above stop the build. So it need not keep the rules of the file.
    return AboutDrop.model_construct(organisation="", synthetic=True)


def _paths(folder: Path) -> list[Path]:
    """Files of the drop that ought to be extracts, by name. System files and subfolders are no part of it."""
    found = sorted(folder.iterdir(), key=lambda path: path.name) if folder.is_dir() else []
    return [
        p
        for p in found
        if p.is_file()
        and p.name.lower() not in _NOT_EXTRACTS
        and not p.name.startswith((".", "~$"))
        and not is_plics(p)
    ]


def plics_paths(project: Project) -> list[Path]:
    """PLICS files of the drop, by name."""
    found = sorted(project.extracts.iterdir()) if project.extracts.is_dir() else []
    return [p for p in found if p.is_file() and is_plics(p) and not p.name.startswith((".", "~$"))]


def _by_name(path: Path) -> DropFile | None:
    found = _NAME.match(path.name)
    if found is None:
        return None
    try:
        first = Month.parse(found["first"])
        return DropFile(path, found["extract"].lower(), first, Month.parse(found["last"] or found["first"]))
    except ValuekitError:
        return None


def _named(
    paths: Iterable[Path], schemas: Mapping[str, ExtractSchema], problems: list[Problem]
) -> list[DropFile]:
    files = []
    for path in paths:
        file = _by_name(path)
        if path.suffix.lower() not in FORMATS:
            why = f"only {', '.join(FORMATS)} are read"
            problems.append(Problem("not an extract", path.name, why, "Move it out of the folder."))
        elif file is None:
            do = "Name it like activity_2026-10.csv or activity_2026-04_to_2026-09.csv."
            problems.append(Problem("the file's name does not say which months it holds", path.name, do=do))
        elif file.extract not in schemas:
            do = nearest(file.extract, list(schemas))
            problems.append(Problem(f"there is no extract '{file.extract}'", path.name, do=do))
        elif file.last < file.first:
            problems.append(
                Problem("the last month comes before the first", path.name, do="Correct the file's name.")
            )
        else:
            files.append(file)
    return sorted(files, key=lambda file: (file.extract, file.first, file.last, file.name))


def _same_months_twice(files: list[DropFile], problems: list[Problem]) -> None:
    for one, other in pairwise(files):
        if (one.extract, one.first, one.last) == (other.extract, other.first, other.last):
            where = f"{one.name} and {other.name}"
            problems.append(
                Problem("two files for the same extract and months", where, do="Keep the right one.")
            )


def _twice_by_plics(named: list[DropFile], made: list[DropFile], problems: list[Problem]) -> None:
    """The same extract of the same month as PLICS and in another file: its cost would count twice."""
    for one in named:
        of_same = [m for m in made if m.extract == one.extract and one.first <= m.first <= one.last]
        if of_same:
            where = f"{one.name} and {of_same[0].name}"
            what = f"'{one.extract}' of {of_same[0].first.words} comes twice"
            problems.append(Problem(what, where, "its cost would count twice", "Keep one of them."))


def _chosen(
    files: list[DropFile], schemas: Mapping[str, ExtractSchema], period: Month, problems: list[Problem]
) -> tuple[tuple[DropFile, ...], list[str]]:
    """The files to read for `period`: all months up to it, and of full lists the newest."""
    chosen: list[DropFile] = []
    notes = []
    for name, schema in schemas.items():
        of_extract = [file for file in files if file.extract == name]
        if schema.monthly:
            usable = [file for file in of_extract if file.first <= period]
        else:
            usable = sorted((file for file in of_extract if file.last <= period), key=lambda file: file.last)[
                -1:
            ]
        chosen += usable
        if not usable and schema.required:
            problems.append(_missing(name, of_extract, period))
        if usable and schema.monthly:
            if max(file.last for file in usable) < period:
                newest = max(file.last for file in usable)
                do = f"Add it, or report an earlier month: --period {newest}"
                problems.append(
                    Problem(
                        f"no file of '{name}' covers {period}", "data/extracts", f"the newest is {newest}", do
                    )
                )
            gap = _gap(usable)
            if gap:
                notes.append(f"{schema.title}: no file for {', '.join(month.words for month in gap)}.")
    return tuple(chosen), notes


def _missing(name: str, of_extract: list[DropFile], period: Month) -> Problem:
    why = f"the oldest is {of_extract[0].name}" if of_extract else ""
    do = f"Add a file such as {name}_{period}.csv."
    return Problem(f"no file of '{name}' for {period} or before", "data/extracts", why, do)


def _gap(files: list[DropFile]) -> list[Month]:
    months, covered = [], {file.first for file in files}
    for file in files:
        month = file.first
        while month <= file.last:
            covered.add(month)
            month = month.plus(1)
    month = min(covered)
    while month < max(covered):
        if month not in covered:
            months.append(month)
        month = month.plus(1)
    return months


# Control totals


def _control_totals(
    path: Path, schemas: Mapping[str, ExtractSchema], files: list[DropFile], problems: list[Problem]
) -> dict[str, ControlTotal]:
    """The sender's own count and sum for each file; empty when none were sent."""
    if not path.is_file():
        return {}
    try:
        text = read_file(path)
    except ExtractError as error:
        problems += error.problems
        return {}
    if sorted(text.header) != ["amount", "file", "rows"]:
        problems.append(
            Problem("the columns are not file, rows, amount", path.name, do="Correct its header.")
        )
        return {}
    columns = dict(zip(text.header, text.columns, strict=True))
    rows, bad_rows = parse(columns["rows"], "integer")
    pence, bad_pence = parse(columns["amount"], "pounds")
    for unreadable in (bad_rows, bad_pence):
        for rule, broken in unreadable.items():
            where = f"{path.name}, row {', '.join(str(text.rows[i]) for i in broken.nonzero()[0])}"
            problems.append(Problem(rule, where, do="Correct the control total."))
    totals: dict[str, ControlTotal] = {}
    named = {file.name: file for file in files}
    for i, name in enumerate(_list(columns["file"])):
        where = f"{path.name}, row {text.rows[i]}"
        if name not in named:
            problems.append(
                Problem("lists a file that is not in the drop", where, do="Add the file, or remove the row.")
            )
        elif name in totals:
            problems.append(Problem(f"lists {name} twice", where, do="Keep one row."))
        elif rows.isna()[i]:
            if not bad_rows:
                problems.append(Problem("the number of rows is empty", where, do="Fill it in."))
        else:
            amount = None if pence.isna()[i] else int(pence[i])
            has_amount = schemas[named[name].extract].control_total is not None
            if has_amount and amount is None and not bad_pence:
                problems.append(
                    Problem("the amount is empty", where, do="Fill in the file's total in pounds.")
                )
            totals[name] = ControlTotal(int(rows[i]), amount if has_amount else None)
    listed = set(_list(columns["file"]))
    for file in files:
        if file.name not in listed:
            problems.append(
                Problem(f"does not list {file.name}", path.name, do="Add a row with its control totals.")
            )
    return totals


def _list(column: pa.Array) -> list[str | None]:
    return list(column.to_pylist())
