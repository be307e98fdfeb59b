"""The house is as docs/architecture.md draws it: rooms look only back the way the data came."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
FRONT_DOOR = {"cli", "build", "unchanged", "__main__"}
COMMON = {"errors", "config", "project", "progress", "cache", "reads", "workers"}
MAY_IMPORT = {
    "errors": set(),
    "config": {"errors"},
    "project": {"errors"},
    "progress": set(),
    "cache": set(),
    "reads": set(),
    "workers": set(),
    "mart": COMMON,
    "engines": {"errors"},
    "extracts": COMMON | {"engines"},
    "measures": COMMON | {"engines", "extracts", "mart"},
    "learning": COMMON | {"mart", "measures"},
    "report": COMMON | {"mart"},
    "publish": COMMON | {"mart"},
    "release": COMMON | {"mart", "measures", "publish"},
    "deliver": COMMON | {"mart", "report"},
}
MODULES = sorted((ROOT / "valuekit").rglob("*.py"))


def room(file: Path) -> str:
    """`extracts` for valuekit/extracts/read.py, `cli` for valuekit/cli.py."""
    first = file.relative_to(ROOT / "valuekit").parts[0]
    return first.removesuffix(".py")


def imported(file: Path) -> set[str]:
    """Rooms of valuekit that `file` imports anywhere, inside functions too."""
    package = ["valuekit", *file.relative_to(ROOT / "valuekit").parts[:-1]]
    rooms = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = ".".join(package[: len(package) - node.level + 1]) if node.level else ""
            module = ".".join(part for part in (base, node.module) if part)
            names = (
                [module, *(f"{module}.{alias.name}" for alias in node.names)]
                if module == "valuekit"
                else [module]
            )
        rooms |= {name.split(".")[1] for name in names if name.startswith("valuekit.")}
    return {r for r in rooms if (ROOT / "valuekit" / r).is_dir() or (ROOT / "valuekit" / f"{r}.py").is_file()}


@pytest.mark.parametrize("file", MODULES, ids=lambda f: f.relative_to(ROOT).as_posix())
def test_a_room_imports_only_what_the_picture_allows(file: Path) -> None:
    here = room(file)
    if here in FRONT_DOOR or here == "__init__":
        return
    assert imported(file) - {here} <= MAY_IMPORT[here]


def test_only_the_front_door_and_the_intake_know_the_sample() -> None:
    knowing = {
        file.relative_to(ROOT).as_posix()
        for file in MODULES
        if "extracts.sample" in file.read_text(encoding="utf-8") and "sample" not in file.parts[-2]
    }
    assert knowing <= {"valuekit/cli.py", "valuekit/measures/definition/scaffold.py"}


def test_measures_take_only_the_intake_and_code_lists_from_the_extracts_room() -> None:
    for file in MODULES:
        if room(file) != "measures":
            continue
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("valuekit.extracts"):
                names = {alias.name for alias in node.names}
                assert not names & {"read", "pseudonymise", "validate"}, (
                    f"{file.name} reaches into the import step"
                )


def test_the_statistics_know_nothing_of_services() -> None:
    """What a service declares and what the mart's tables hold is known where a method is used."""
    for file in (ROOT / "valuekit" / "measures" / "statistics").glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("valuekit"):
                names = {f"{node.module}.{alias.name}" for alias in node.names}
                assert all(
                    name.startswith(("valuekit.measures.methods.", "valuekit.measures.statistics."))
                    for name in names
                ), f"{file.name}: {names}"


def test_the_learning_library_takes_only_statistics_from_the_measures_room() -> None:
    """It reads what others published, and could not reach the figures of a patient if it tried."""
    for file in MODULES:
        if room(file) != "learning":
            continue
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("valuekit.measures"):
                assert node.module.startswith("valuekit.measures.statistics"), file.name


def test_identifier_columns_are_named_only_in_the_extracts_room() -> None:
    """A later room that never names an identifier cannot carry one by accident."""
    identifiers = ("nhs_number", "postcode", "date_of_birth", "family_name", "given_name")
    for file in MODULES:
        if room(file) in {"extracts", "__init__"}:
            continue
        words = {
            node.value
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
            if isinstance(node, ast.Constant) and isinstance(node.value, str)
        }
        words |= {
            node.attr
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
            if isinstance(node, ast.Attribute)
        }
        assert not words & set(identifiers), file.name
