"""Cells run as stock Quarto runs them, and say what went wrong in words."""

from __future__ import annotations

from pathlib import PurePosixPath

import pytest

from valuekit.errors import DocumentError
from valuekit.publish.document import read_source
from valuekit.publish.execute import run_cells

MARKDOWN = "class M:\n    def _repr_markdown_(self):\n        return '**shown**'\n"


def outputs(small, body: str, **options) -> dict[int, str]:
    small.document(body)
    return run_cells(
        small.root, read_source(small.root, PurePosixPath("reports/page.qmd")), "public", **options
    )


def cell(code: str, *options: str) -> str:
    return "```{python}\n" + "".join(f"#| {option}\n" for option in options) + code + "\n```\n\n"


def test_what_a_cell_shows_and_prints_comes_in_its_order(small) -> None:
    said = outputs(small, cell(MARKDOWN + "print('one')\ndisplay(M())\nprint('two')\nM()"))[0]
    assert [line for line in said.split("\n") if line and "```" not in line] == [
        "one",
        "**shown**",
        "two",
        "**shown**",
    ]


def test_cells_share_their_names_and_a_semicolon_hides_the_last_value(small) -> None:
    said = outputs(small, cell("x = 20") + cell("x + 1;") + cell("x + 2"))
    assert said[0] == said[1] == ""
    assert "22" in said[2]


@pytest.mark.parametrize(
    ("options", "code_shown", "output_shown", "runs"),
    [
        ((), False, True, True),
        (("echo: true",), True, True, True),
        (("output: false",), False, False, True),
        (("include: false", "echo: true"), False, False, True),
        (("eval: false", "echo: true"), True, False, False),
    ],
)
def test_options_of_a_cell(small, options, code_shown, output_shown, runs) -> None:
    body = cell("ran = 'no'") + cell("ran = 'yes'\nprint('printed')", *options) + cell("print(ran)")
    said = outputs(small, body)
    assert ("ran = 'yes'" in said[1]) == code_shown
    assert "#|" not in said[1]
    assert ("\nprinted\n" in said[1]) == output_shown
    assert ("yes" in said[2]) == runs


def test_printed_text_is_markdown_only_where_the_cell_says_so(small) -> None:
    said = outputs(small, cell("print('**b**')") + cell("print('**b**')", "output: asis"))
    assert "```\n**b**\n```" in said[0]
    assert said[1].strip() == "**b**"


def test_parameters_given_replace_those_of_the_tagged_cell(small) -> None:
    body = cell("service = 'a'", "tags: [parameters]") + cell("print(service)")
    assert "a" in outputs(small, body)[1]
    assert "stroke" in outputs(small, body, parameters={"service": "stroke"})[1]


def test_parameters_that_no_cell_takes_are_an_error(small) -> None:
    with pytest.raises(DocumentError, match="no cell takes them"):
        outputs(small, cell("print(1)"), parameters={"service": "stroke"})


def test_a_cell_finds_the_folder_and_the_variables_that_quarto_gives(small) -> None:
    names = ("QUARTO_PROFILE", "QUARTO_PROJECT_ROOT", "QUARTO_DOCUMENT_PATH", "QUARTO_DOCUMENT_FILE")
    code = f"import os\nfor name in {names}:\n    print(os.environ[name])\nprint(os.getcwd())"
    said = outputs(small, cell(code))[0].strip().strip("`").split("\n")[1:-1]
    root = str(small.root)
    assert said == ["public", root, str(small.root / "reports"), "page.qmd", root]


def test_one_document_leaves_nothing_for_the_next(small) -> None:
    import matplotlib

    before = matplotlib.rcParams["font.size"]
    code = "import os, matplotlib\nleft = 1\nos.environ['LEFT'] = '1'\nmatplotlib.rcParams['font.size'] = 99"
    outputs(small, cell(code))
    code = "import os, matplotlib\n"
    code += "print('left' in globals(), 'LEFT' in os.environ, matplotlib.rcParams['font.size'])"
    assert f"False False {before}" in outputs(small, cell(code))[0]


@pytest.mark.filterwarnings("ignore:To exit")
@pytest.mark.parametrize(
    ("code", "line", "says"),
    [
        ("def half(x):\n    return x / 0\n\nhalf(1)", 9, "ZeroDivisionError: division by zero"),
        ("x = 1\ny = (\n", 7, "SyntaxError"),
        ("import nothing_of_that_name", 6, "ModuleNotFoundError: No module named 'nothing_of_that_name'"),
        ("for i in range(3):\n    assert i < 2, f'stopped at {i}'", 7, "AssertionError: stopped at 2"),
        ("raise SystemExit(3)", 6, "SystemExit"),
    ],
)
def test_an_error_in_a_cell_names_file_statement_kind_and_message(small, code, line, says) -> None:
    small.document(cell(code))
    result = small.render()
    assert result.problems[0].where == f"reports/page.qmd:{line}"
    assert result.problems[0].what.startswith(says)
    assert "reports/page.qmd:5" in result.problems[0].why
    assert "Traceback" not in str(result.problems[0])


def test_an_error_in_an_included_cell_names_the_included_file(small) -> None:
    small.write("reports/_part.qmd", "Text.\n\n" + cell("x = 1\n1 / 0"))
    small.document("{{< include _part.qmd >}}")
    assert small.render().problems[0].where == "reports/_part.qmd:5"


def test_a_fault_that_valuekit_raises_in_a_cell_keeps_its_own_words(small) -> None:
    raises = (
        "from valuekit.errors import Problem, ValuekitError\n"
        "raise ValuekitError(Problem('no such measure', 'stroke.yml:3', do='Check its name'))"
    )
    small.document(cell(raises))
    problem = small.render().problems[0]
    assert problem.what == "no such measure"
    assert problem.where == "reports/page.qmd:7 (stroke.yml:3)"
    assert problem.do == "Check its name"


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        ("text/html", "import pandas as pd\npd.DataFrame({'a': [1]})"),
        ("image/png", "from IPython.display import Image\nImage(data=b'\\x89PNG\\r\\n\\x1a\\n')"),
        ("text/latex", "from IPython.display import Latex\nLatex('x')"),
    ],
)
def test_a_cell_that_shows_no_markdown_is_refused(small, kind, code) -> None:
    with pytest.raises(DocumentError, match=f"page.qmd:5: the cell shows {kind}, not Markdown"):
        outputs(small, cell(code))
