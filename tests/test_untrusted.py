"""Files that nobody can trust: whatever their bytes, they are read, or refused in plain words.

Each kind of bad input is tried by itself and counted for the page "How it was tested"; Hypothesis then makes
up what nobody thought of.
"""

from __future__ import annotations

import csv
import io
import os
import shutil
import zipfile
from pathlib import Path, PurePosixPath

import openpyxl
import pandas as pd
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.checkout import ROOT
from tests.learning.cases import BODY, CASE, FRONT, REPORT, TABLE, make_library
from valuekit.config import DEEPEST, hidden_mark, parse_yaml, read_yaml
from valuekit.errors import DefinitionError, ExtractError, ValuekitError
from valuekit.extracts.read import read_file
from valuekit.learning import load_library
from valuekit.learning.plain import fault_of
from valuekit.learning.text import LONGEST, MOST_OPEN
from valuekit.mart.spreadsheets import harmless
from valuekit.measures.definition.definitions import load_services
from valuekit.project import Project
from valuekit.publish.document import read_source
from valuekit.report.show import Words
from valuekit.report.tables import table

SCRIPT = "<script>alert(1)</script>"
MEANS = "it was refused in plain words, or stayed words"


@pytest.fixture
def tried(counted):
    """Counts one kind of bad input that held: each kind under the file that it came in."""

    def count(kind: str, what: str, held: int = 1) -> None:
        counted(f"untrusted_{kind}", group="inputs", what=what, tried=held, held=held, means=MEANS)

    return count


# YAML ----------------------------------------------------------------------------------------------

LAUGHS = "a: &a [x, x]\n" + "".join(
    f"{name}: &{name} [*{before}, *{before}]\n" for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)
YAML = {
    "a tag that makes an object": "a: !!python/object/apply:os.system [id]",
    "a tag that names a function": "a: !!python/name:os.system",
    "a tag under another name": "%TAG ! tag:yaml.org,2002:python/\n---\na: !object/apply:os.system [id]",
    "a tag that fits no value": "a: !!int ''",
    "a date by tag that is none": "a: !!timestamp x",
    "aliases that multiply": LAUGHS,
    "an alias to itself": "a: &a [*a]",
    "a merge of another map": "a: {<<: {b: 1}}",
    "brackets a hundred thousand deep": "[" * 100_000,
    "braces fifty thousand deep": "{a: " * 50_000,
    "points of a list, very deep": "- " * 50_000,
    "two documents": "a: 1\n---\nb: 2",
    "a key that is a list": "? [a, b]\n: 1",
    "the same key twice": "a: 1\na: 2",
    "a number of five thousand digits": "a: " + "9" * 5000,
    "a day that there is not": "a: 2026-02-31",
    "half a character": 'a: "\\ud800"',
    "a nought": 'a: "\\0"',
    "a mark that turns the line round": 'a: "x\\u202ecod"',
    "a mark without width in a key": "a\u200bb: 1",
    "a mark that hides a letter": "a: x\U000e0041",
    "nothing": "",
}


@pytest.mark.counted
@pytest.mark.parametrize("text", YAML.values(), ids=YAML)
def test_yaml_that_could_run_exhaust_or_deceive_is_refused_with_its_line(text, tried):
    with pytest.raises(DefinitionError) as caught:
        parse_yaml(text, Path("settings.yml"))
    assert all(problem.where.startswith("settings.yml") for problem in caught.value.problems)
    assert all(problem.do for problem in caught.value.problems)
    assert len(str(caught.value)) < 300, "a refusal does not repeat what it refuses at length"
    tried("yaml", "YAML that could run code, exhaust the reader or deceive the eye")


def test_forty_levels_are_read_and_one_more_is_not():
    parse_yaml("[" * DEEPEST + "]" * DEEPEST, Path("x.yml"))
    with pytest.raises(DefinitionError, match="nested too deeply"):
        parse_yaml("[" * (DEEPEST + 1) + "]" * (DEEPEST + 1), Path("x.yml"))


@pytest.mark.parametrize("kind", ["folder", "pipe", "circle of links", "too large"])
def test_what_is_no_file_of_yaml_is_refused_and_never_waited_for(tmp_path, kind):
    file = tmp_path / "settings.yml"
    match kind:
        case "folder":
            file.mkdir()
        case "pipe":
            if not hasattr(os, "mkfifo"):
                pytest.skip("no pipes with names here")
            os.mkfifo(file)
        case "circle of links":
            file.symlink_to(file)
        case _:
            file.write_bytes(b"#" * 2_000_001)
    with pytest.raises(DefinitionError, match=r"settings\.yml"):
        read_yaml(file)


@settings(max_examples=300, deadline=None)
@given(st.one_of(st.binary(max_size=200), st.text(max_size=200).map(lambda t: t.encode("utf-8", "replace"))))
@example(b"\xef\xbb\xbf\xff")
@example(b"a: !<tag:x> y")
@example(b"\t- a\n  - [")
def test_any_bytes_are_yaml_or_a_plain_refusal(tmp_path_factory, data):
    file = tmp_path_factory.getbasetemp() / "any.yml"
    file.write_bytes(data)
    try:
        found = read_yaml(file)
    except DefinitionError as error:
        assert all(problem.where.startswith("any.yml") for problem in error.problems)
    else:
        assert found.line() >= 1


# Case studies and adopters' reports ------------------------------------------------------------------


def refusal(project: Project) -> str:
    with pytest.raises(DefinitionError) as caught:
        load_library(project)
    return "\n".join(map(str, caught.value.problems))


WORDS = {
    "a script": f"A line {SCRIPT}",
    "an element with a handler": "A line <img src=x onerror=alert(1)>",
    "an ending of an element": "A line </title>",
    "a comment": "A line <!-- x",
    "code that Quarto runs": "A line `{python} open('x')`",
    "a shortcode": "A line {{< env HOME >}}",
    "an include": "A line {{< include ../../data/secret.yml >}}",
    "raw Typst": "A line `#read(0)`{=typst}",
    "LaTeX": "A line \\input{x}",
    "a link": "A line [x](https://example.org)",
    "a link that runs": "A line javascript:alert(1)",
    "a picture from elsewhere": "A line ![](https://example.org/x.png)",
    "an address": "A line https://example.org",
    "an entity": "A line &#60;b>",
    "a formula": "=HYPERLINK(1)",
    "a formula in full width": "＝1+1",
    "a command": "@SUM(1)",
    "a block with a class": "::: x",
    "a heading": "# x",
    "a column of a table": "A | B",
}


@pytest.mark.parametrize("words", WORDS.values(), ids=WORDS)
@pytest.mark.counted
def test_a_line_of_a_case_a_table_or_a_report_is_plain_words_or_refused(tmp_path, words, tried):
    quoted = "'" + words.replace("'", "''") + "'"
    cell = io.StringIO()
    csv.writer(cell).writerow([words])
    said = refusal(
        make_library(
            tmp_path,
            FRONT.replace("title: A shared line", f"title: {quoted}", 1),
            table=TABLE.replace("Died at home,", cell.getvalue().strip() + ",", 1),
            report=REPORT.replace("place: Southmoor", f"place: {quoted}"),
        )
    )
    for place in (f"{CASE}.qmd:2", f"{CASE}.csv, row 2, column measure", f"{CASE}-southmoor.yml:3"):
        assert place in said, said
    tried("words", "lines with code, links or formulas in case studies, tables and reports", 3)


def test_words_that_people_write_are_plain():
    for text in (
        "People with < 4 hours' wait (n = 20)",
        "“Home first”: 3.5% & more; £2m – a year_on",
        "Café, naïve, Łódź",
        "C# and the 5* ward",
        "data: from the record",
    ):
        assert fault_of(text, 600) == "", text


def _dots(folder: Path) -> None:
    file = folder / f"{CASE}.qmd"
    file.write_text((FRONT.removesuffix("---\n") + f"...\n# {SCRIPT}\n---\n") + BODY, encoding="utf-8")


def _name_that_runs(folder: Path) -> None:
    name = 'x"; import os #'
    body = BODY.replace(f'case = "{CASE}"', f'case = "{name}"')
    (folder / f"{name}.qmd").write_text(FRONT + body, encoding="utf-8")
    shutil.copy(folder / f"{CASE}.csv", folder / f"{name}.csv")


def _table_elsewhere(folder: Path) -> None:
    (folder / f"{CASE}.csv").rename(folder.parent / "elsewhere.csv")
    (folder / f"{CASE}.csv").symlink_to(folder.parent / "elsewhere.csv")


def _folder_elsewhere(folder: Path) -> None:
    folder.rename(folder.parent / "elsewhere")
    folder.symlink_to(folder.parent / "elsewhere")


def _reports_elsewhere(folder: Path) -> None:
    (folder / "adopted").rename(folder.parent / "elsewhere")
    (folder / "adopted").symlink_to(folder.parent / "elsewhere")


def _text(words: str):
    def change(folder: Path) -> None:
        (folder / f"{CASE}.qmd").write_text(FRONT + BODY.replace("Six nurses", words), encoding="utf-8")

    return change


def _report_called(name: str):
    return lambda folder: (folder / "adopted" / name).write_text(REPORT, encoding="utf-8")


FOLDERS = {
    "dots that end the settings early": (_dots, "a line of dots in the front matter"),
    "a name of a file that is code": (_name_that_runs, "name is not that of a case"),
    "a table that is a link": (_table_elsewhere, "the table of figures is not there"),
    "a folder that is a link": (_folder_elsewhere, "is a link to another folder"),
    "reports in a folder that is a link": (_reports_elsewhere, "is a link to another folder"),
    "a folder in place of a document": (lambda f: (f / "other.qmd").mkdir(), "is not a file"),
    "a folder in place of a report": (lambda f: (f / "adopted" / "x.yml").mkdir(), "is not a file"),
    "a report under a name that is a path": (_report_called(f"{CASE}-..%2F.yml"), "not its case"),
    "a document that is too large": (_text("x" * (LONGEST + 1)), "bytes"),
    "a table that is too large": (lambda f: (f / f"{CASE}.csv").write_text("x" * 200_001), "bytes"),
    "brackets that are never closed": (_text("[" * 500), "too much in it"),
    "brackets that double the time": (_text("[" * (MOST_OPEN + 20)), "too much in it"),
    "quotations very deep": (_text("\n\n" + ">" * 90 + " x"), "nested too deeply"),
    "lists very deep": (_text("\n\n- 1. - 1. - 1. - 1. x"), "nested too deeply"),
    "a list that goes deep line by line": (
        _text("x\n\n" + "\n".join(" " * 2 * i + "- x" for i in range(60))),
        "nested too deeply",
    ),
    "a mark that joins words unseen": (_text("Six\u2060nurses"), "U+2060"),
    "a mark of a hidden alphabet": (_text("Six\U000e0041 nurses"), "U+E0041"),
    "a byte order mark within": (_text("Six\ufeff nurses"), "U+FEFF"),
}


@pytest.mark.counted
@pytest.mark.parametrize(("change", "says"), FOLDERS.values(), ids=FOLDERS)
def test_a_folder_of_cases_from_elsewhere_gets_nothing_past_the_reader(tmp_path, change, says, tried):
    project = make_library(tmp_path, report=REPORT)
    change(project.reports / "learning")
    said = refusal(project)
    assert says in said, said
    assert "reports/learning" in said
    tried("folders", "folders of case studies with links, odd names or texts that never end")


@pytest.mark.parametrize("value", [".nan", ".inf", "1e999"])
def test_a_figure_that_is_no_number_is_refused(tmp_path, value):
    report = REPORT.replace('unit: "%"', "unit: people").replace("figure: 60", f"figure: {value}")
    assert "figures.0.figure" in refusal(make_library(tmp_path, report=report))


FUZZ = st.one_of(
    st.binary(max_size=120),
    st.lists(
        st.sampled_from(
            [
                *(
                    "---",
                    "...",
                    "\n",
                    "\r",
                    "```{python}",
                    "```",
                    "## Advice",
                    "[",
                    "](",
                    "javascript:x)",
                    "$",
                ),
                *("&lt;", "\\", "\0", "|", "{{< include x >}}", "`{python} 1`", SCRIPT, "\u202e", "case: x"),
                *("- ", "    "),
            ]
        ),
        max_size=14,
    ).map(lambda parts: "".join(parts).encode("utf-8")),
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(place=st.integers(0, 3), data=FUZZ)
def test_any_bytes_in_a_case_are_words_or_a_plain_refusal(tmp_path_factory, place, data):
    """In the text, the front matter, the table or a report."""
    root = tmp_path_factory.mktemp("fuzz", numbered=True)
    folder = make_library(root, report=REPORT).reports / "learning"
    file, before = (
        (folder / f"{CASE}.qmd", b"Six nurses"),
        (folder / f"{CASE}.qmd", b"A shared line"),
        (folder / f"{CASE}.csv", b"Died at home"),
        (folder / "adopted" / f"{CASE}-southmoor.yml", b"Days only."),
    )[place]
    file.write_bytes(file.read_bytes().replace(before, data, 1))
    try:
        (study,) = load_library(Project(root)).cases
    except DefinitionError as error:
        assert all(problem.where.startswith("reports/learning/") for problem in error.problems)
    else:
        assert "<script" not in repr(study)
        assert "<script" not in file.read_text(encoding="utf-8-sig")
    finally:
        shutil.rmtree(root)


@settings(max_examples=150, deadline=None)
@given(FUZZ)
@example(b"```{python}\n#| a: 2026-02-31\n```")
@example(b"```{python}\n#| " + b"[" * 3000 + b"\n```")
def test_any_bytes_are_a_document_or_a_plain_refusal(tmp_path_factory, data):
    root = tmp_path_factory.getbasetemp()
    (root / "any.qmd").write_bytes(data)
    try:
        read_source(root, PurePosixPath("any.qmd"))
    except ValuekitError as error:
        assert all(problem.where for problem in error.problems)


# Service definitions ---------------------------------------------------------------------------------

HOSTILE = (
    f"x'; DROP TABLE activity; -- {SCRIPT} {{0.__class__}} %s ${{7*7}} {{{{7*7}}}} `{{python}} 1` #read(0)"
)


def definitions_with(root: Path, change) -> Project:
    for name in ("data/services", "data/reference", "schemas"):
        shutil.copytree(ROOT / name, root / name)
    file = root / "data/services/stroke.yml"
    file.write_text(change(file.read_text(encoding="utf-8")), encoding="utf-8")
    return Project(root)


def test_words_of_a_definition_stay_words(tmp_path):
    quoted = "'" + HOSTILE.replace("'", "''") + "'"
    project = definitions_with(tmp_path, lambda text: text.replace("name: Stroke", f"name: {quoted}", 1))
    stroke = next(s for s in load_services(project) if s.service == "stroke")
    assert stroke.name == HOSTILE


def test_a_line_end_in_a_name_cannot_end_the_block_that_shows_it(tmp_path):
    name = 'name: "Stroke\\n```\\n\\n<script>"'
    project = definitions_with(tmp_path, lambda text: text.replace("name: Stroke", name, 1))
    stroke = next(s for s in load_services(project) if s.service == "stroke")
    assert "\n" not in stroke.name


@pytest.mark.counted
@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("service: stroke", 'service: "stroke\'; DROP TABLE activity; --"'),
        ("service: stroke", "service: ../stroke"),
        ("diagnoses: [I61, I63, I64]", "diagnoses: [\"I61' OR '1'='1\"]"),
        ("diagnoses: [I61, I63, I64]", "diagnoses: ['I6%']"),
        ("activity_types: [admitted]", 'activity_types: ["admitted\') OR 1=1 --"]'),
        ("new_after_days: 365", "new_after_days: __import__('os').system('id')"),
        ("days_after: 180", "days_after: .inf"),
        ("instrument: mrs", 'instrument: "mrs\' --"'),
        ("stage: emergency,", 'stage: "a; b",'),
        ("kind: alive_share", "kind: __import__"),
        ("lead: Clinical lead, stroke", "lead: !!python/name:os.system"),
    ],
)
def test_code_in_a_definition_is_refused_with_its_line(tmp_path, old, new, tried):
    def change(text: str) -> str:
        assert old in text
        return text.replace(old, new, 1)

    with pytest.raises(DefinitionError) as caught:
        load_services(definitions_with(tmp_path, change))
    assert any(problem.where.startswith("stroke.yml:") for problem in caught.value.problems)
    tried("definitions", "service definitions with SQL, Python or paths in codes and names")


def test_words_that_a_report_shows_are_never_markup():
    """The same words in a paragraph, a caption and a cell, as pandoc and Typst are given them."""
    from valuekit.publish.document import Line, Source
    from valuekit.publish.pandoc import Pandoc

    shown = Words((HOSTILE,))._repr_markdown_() + "\n\n"
    shown += table("x", HOSTILE, {"Name": [HOSTILE], "n": ["1"]})._repr_markdown_()
    lines = tuple(Line(line, "x.qmd", i) for i, line in enumerate(shown.split("\n"), start=1))
    with Pandoc() as pandoc:
        answer, problems = pandoc.render(
            Source(PurePosixPath("x.qmd"), "", lines, ()), {}, "public", ("html", "typst")
        )
    assert not problems
    assert "<script" not in answer["html"]
    assert "alert(1)" in answer["html"]
    outside = "".join(answer["typst"].split('"')[::2])
    assert "#read(0)" not in outside.replace("\\#read(0)", "")


# Spreadsheets ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "cell",
    [
        "=1+1",
        "+1",
        "-1+1",
        "@SUM(1)",
        "\t=1",
        "\r=1",
        "\n=1",
        " =1",
        "＝1",
        "＋1",
        "－1",
        "＠SUM",
        "\ufeff=1",
    ],
)
@pytest.mark.counted
def test_no_cell_that_is_handed_out_begins_a_formula(cell, tried):
    out = harmless(cell)
    assert out[0] == "'" and not set(out) & set("\t\r\n")
    tried("formulas", "cells of downloads that a spreadsheet would run")


def test_a_cell_that_is_no_formula_stays_as_it_is():
    for cell in ("Stroke", "a = b", "50%", "", "£-3"):
        assert harmless(cell) == cell


def test_every_text_column_of_a_download_goes_through_the_rule(tmp_path):
    from valuekit.build import write_downloads
    from valuekit.mart import TABLES

    columns = TABLES["service"].columns
    row = {c.name: ["＝cmd"] if c.kind == "text" else [1] for c in columns}
    write_downloads(tmp_path, {"service": pd.DataFrame(row)})
    (found,) = csv.DictReader(io.StringIO((tmp_path / "service.csv").read_text(encoding="utf-8")))
    assert {found[c.name] for c in columns if c.kind == "text"} == {"'＝cmd"}


def workbook(change) -> bytes:
    book, out = openpyxl.Workbook(), io.BytesIO()
    book.active.append(["a", "b"])
    book.active.append(["1", "2"])
    change(book.active)
    book.save(out)
    return out.getvalue()


def with_member(name: str, text: str) -> bytes:
    """A workbook in which one part is another text."""
    old, out = zipfile.ZipFile(io.BytesIO(workbook(lambda sheet: None))), io.BytesIO()
    with zipfile.ZipFile(out, "w") as new:
        for member in old.namelist():
            new.writestr(member, text if member == name else old.read(member))
    return out.getvalue()


ENTITIES = "<!DOCTYPE x [<!ENTITY a0 'ha'>" + "".join(
    f"<!ENTITY a{i} '{f'&a{i - 1};' * 20}'>" for i in range(1, 9)
)
SHEET = '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row r="1">'
INSIDE = '<c r="A1" t="inlineStr"><is><t>{}</t></is></c></row></sheetData></worksheet>'


@pytest.mark.parametrize(
    "part",
    [
        ENTITIES + "]>" + SHEET + INSIDE.format("&a8;"),
        "<!DOCTYPE x [<!ENTITY f SYSTEM 'file:///etc/passwd'>]>" + SHEET + INSIDE.format("&f;"),
        SHEET + "<c",
        "",
    ],
    ids=["entities that multiply", "an entity from a file", "half an element", "nothing"],
)
@pytest.mark.counted
def test_a_workbook_made_to_harm_is_refused_and_reads_no_other_file(tmp_path, part, tried):
    file = tmp_path / "survey_2026-10.xlsx"
    file.write_bytes(with_member("xl/worksheets/sheet1.xml", part))
    with pytest.raises(ExtractError) as caught:
        read_file(file)
    assert "root:" not in str(caught.value)
    tried("workbooks", "workbooks with formulas, entities or damage")


@pytest.mark.counted
@pytest.mark.parametrize("formula", ["=1+1", "=HYPERLINK(1)", "='[other.xlsx]S'!A1", '=CALL("x")'])
def test_a_formula_of_a_workbook_is_kept_as_text_for_the_rules_to_refuse(tmp_path, formula, tried):
    file = tmp_path / "survey_2026-10.xlsx"
    file.write_bytes(workbook(lambda sheet: sheet.cell(2, 1, formula)))
    assert read_file(file).columns[0].to_pylist()[0].startswith("=")
    tried("workbooks", "workbooks with formulas, entities or damage")


@pytest.mark.parametrize("suffix", [".csv", ".xlsx", ".parquet"])
def test_any_bytes_are_an_extract_or_a_plain_refusal(tmp_path, suffix):
    @settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(st.binary(max_size=200))
    @example(b"a,b\n1,\x85\n")
    @example(b'a,"b\n')
    def check(data: bytes) -> None:
        file = tmp_path / f"any{suffix}"
        file.write_bytes(data)
        try:
            read_file(file)
        except ExtractError as error:
            assert all(problem.where.startswith("any") for problem in error.problems)

    check()


# Marks that cannot be seen ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "code", [0x00, 0x1B, 0x9B, 0xAD, 0x61C, 0x200B, 0x202E, 0x2028, 0x2060, 0x2066, 0xFEFF, 0xE0041]
)
def test_a_mark_that_cannot_be_seen_is_named(code):
    assert hidden_mark(f"a{chr(code)}b") == f"U+{code:04X}"


def test_letters_of_any_language_and_line_ends_are_seen():
    assert hidden_mark("Zażółć – “naïve”\n\t日本 £½\u00a0%") == ""
