"""Cases come from many hands: what they must say, and that nothing but plain words gets through."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.learning.cases import BODY, CASE, FRONT, REPORT, TABLE, make_library
from valuekit.errors import DefinitionError
from valuekit.learning import load_library
from valuekit.learning.text import SECTIONS, Draft, check_texts

DOCUMENT = f"reports/learning/{CASE}.qmd"


def faults(project, services=()) -> list[str]:
    with pytest.raises(DefinitionError) as caught:
        load_library(project, services)
    return [str(problem) for problem in caught.value.problems]


def line_of(text: str) -> int:
    """The line of the document on which `text` stands."""
    return next(i for i, line in enumerate((FRONT + BODY).split("\n"), start=1) if text in line)


def test_a_sound_case_is_read_with_its_figures_and_its_adopters(tmp_path):
    (study,) = load_library(make_library(tmp_path, report=REPORT)).cases
    assert (study.id, study.case.status, len(study.figures), len(study.adoptions)) == (CASE, "stopped", 2, 1)


def test_a_project_without_a_folder_of_cases_has_an_empty_library(tmp_path):
    from valuekit.project import Project

    assert load_library(Project(tmp_path)).cases == ()


# What is not plain Markdown is refused with its line -----------------------------------------------

SMUGGLED = {
    "raw HTML": "Six nurses <b>learnt</b>.",
    "a script": "<script>alert(1)</script>",
    "an event handler": '<img src="x" onerror="alert(1)">',
    "an iframe": '<iframe src="https://example.org"></iframe>',
    "a comment": "<!-- {{ hidden }} -->",
    "a raw HTML block": "```{=html}\n<p>x</p>\n```",
    "a raw Typst block": '```{=typst}\n#read("/etc/passwd")\n```',
    "raw Typst in a line": '`#read("/etc/passwd")`{=typst}',
    "raw HTML in a line": "`<b>`{=html}",
    "LaTeX": "\\newpage",
    "a LaTeX environment": "\\begin{center}\nx\n\\end{center}",
    "a second cell": '```{python}\nimport os; os.system("id")\n```',
    "a cell with tildes": "~~~{python}\nprint(1)\n~~~",
    "a cell of another language": "```{r}\n1\n```",
    "a cell in a quotation": "> ```{python}\n> print(1)\n> ```",
    "an indented cell": "- x\n\n    ```{python}\n    print(1)\n    ```",
    "code in a line": "It is `{python} open('x')` days.",
    "a block of code": "```\nx\n```",
    "indented code": "    x = 1",
    "a picture": "![x](figures/x.svg)",
    "a remote picture": "![x](https://example.org/x.png)",
    "a picture by reference": "![x][pic]\n\n[pic]: https://example.org/x.png",
    "a link that runs": "[x](javascript:alert(1))",
    "a data link": "[x](data:text/html,x)",
    "a file link": "[x](file:///etc/passwd)",
    "a plain http link": "[x](http://example.org)",
    "a protocol-relative link": "[x](//example.org)",
    "a link by reference that runs": "[x][a]\n\n[a]: javascript:alert(1)",
    "a link with a title": '[x](https://example.org "title")',
    "an address in angle brackets": "<mailto:someone@example.org>",
    "an include of another file": "{{< include ../../data/secret.qmd >}}",
    "an include with dots": "{{< include /../secret.qmd >}}",
    "an include in a line": "See {{< include _case_head.qmd >}} now.",
    "a video": "{{< video https://example.org/x.mp4 >}}",
    "an environment variable": "{{< env HOME >}}",
    "a class": "::: {.hidden}\nx\n:::",
    "a plain class": "::: callout-note\nx\n:::",
    "a span": "[x]{.lede}",
    "an attribute of a heading": "### Part {#summary onclick=x}",
    "an attribute of a link": "[x](https://example.org){target=_blank}",
    "mathematics": "The mean is $x$.",
    "a citation": "As @smith2020 said.",
    "a footnote": "Yes^[no].",
    "a definition list": "Term\n:   Meaning",
    "a rule": "x\n\n***\n\ny",
    "settings inside the text": "---\nformat: pdf\n---",
    "a heading of level 1": "# Results",
    "a heading of level 4": "#### Detail",
    "an underlined heading that is none of the form": "Other\n-----",
    "a mark that cannot be seen": "left\u202eright",
}


@pytest.mark.parametrize("smuggled", SMUGGLED.values(), ids=SMUGGLED.keys())
def test_anything_but_plain_markdown_is_refused_with_its_line(tmp_path, smuggled):
    at = "Six nurses learnt to use it."
    before = line_of(at)
    body = BODY.replace(at, f"x\n\n{smuggled}\n\ny")
    found = faults(make_library(tmp_path, body=body))
    length = smuggled.count("\n") + 3
    places = [int(text.split(":")[1]) for text in found if text.startswith(f"{DOCUMENT}:")]
    assert places, found
    # A rule has no words to find it by: its heading is named instead.
    first = before - 2 if smuggled.startswith("x\n\n***") else before
    assert any(first <= place <= before + length for place in places), found


@pytest.mark.parametrize(
    "cell",
    [
        '```{python}\n#| tags: [parameters]\ncase = "other"\n```',
        '```{python}\n#| tags: [parameters]\ncase = "shared_line"; import os\n```',
        '```{python}\n#| tags: [parameters]\ncase = open("x").read()\n```',
        '```{python}\n#| tags: [parameters]\n#| echo: true\ncase = "shared_line"\n```',
    ],
)
def test_the_one_cell_says_the_name_of_the_case_and_nothing_else(tmp_path, cell):
    own = '```{python}\n#| tags: [parameters]\ncase = "shared_line"\n```'
    assert any("cell" in fault for fault in faults(make_library(tmp_path, body=BODY.replace(own, cell))))


def test_a_document_that_is_a_link_to_another_file_is_refused(tmp_path):
    project = make_library(tmp_path)
    file = tmp_path / DOCUMENT
    file.rename(tmp_path / "elsewhere.qmd")
    file.symlink_to(tmp_path / "elsewhere.qmd")
    assert any("link to another file" in fault for fault in faults(project))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(
        st.sampled_from(
            [
                "<b>",
                "</b>",
                "`",
                "```",
                "{=html}",
                "[a]",
                "(javascript:x)",
                "![",
                "$",
                "{",
                "}",
                ":::",
                "<!--",
                "\\",
                "#",
                "@a",
                "\n",
                "\n\n",
                "    ",
                "word",
                "&lt;",
                "~~~",
                "*",
                "_",
            ]
        ),
        max_size=12,
    ).map("".join)
)
def test_whatever_the_marks_what_is_let_through_shows_no_element_of_its_own(text):
    """Pandoc writes what passed as HTML: only elements of plain Markdown are in it."""
    import re
    import subprocess

    import pypandoc

    whole = "\n".join(f"## {title}\n\nx\n" for title in SECTIONS).replace("x\n", text + "\n\nx\n", 1)
    draft = Draft("a", "a.qmd", "", whole, ())
    if check_texts([draft]):
        return
    html = subprocess.run(
        [pypandoc.get_pandoc_path(), "-f", "markdown", "-t", "html"],
        input=whole.encode(),
        capture_output=True,
    ).stdout.decode()
    names = set(re.findall(r"<([a-zA-Z!][\w-]*)", html))
    assert names <= {
        "h2",
        "h3",
        "p",
        "ul",
        "ol",
        "li",
        "em",
        "strong",
        "a",
        "blockquote",
        "table",
        "thead",
        "tbody",
        "tr",
        "th",
        "td",
        "colgroup",
        "col",
        "sup",
        "sub",
        "br",
    }
    assert "javascript:" not in re.sub(r">[^<]*<", "><", html)


# The form ------------------------------------------------------------------------------------------


def test_all_faults_of_all_files_come_at_once_each_with_its_place(tmp_path):
    front = FRONT.replace("theme: pathways", "theme: pathway").replace("  status: stopped\n", "")
    found = faults(
        make_library(
            tmp_path,
            front.replace("reports: []", "reports: [strok]"),
            BODY.replace("## Advice", "## Advise").replace("£90,000.", "<b>£90,000</b>"),
            TABLE.replace(",50,100,", ",fifty,100,"),
            REPORT.replace("place: Southmoor\n", ""),
        ),
        ["stroke"],
    )
    assert any(f"{DOCUMENT}:" in f and "'status' is missing" in f for f in found)
    assert any("raw content: <b>" in f for f in found)
    assert any("'Advise' is not one of the form" in f and "Did you mean 'Advice'" in f for f in found)
    assert any(f"{CASE}.csv, row 2, column figure: is not a number" in f for f in found)
    assert any(f"adopted/{CASE}-southmoor.yml" in f and "'place' is missing" in f for f in found)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("theme: pathways", "theme: pathway", "'pathway' is not one of the themes"),
        ("setting: [home, community]", "setting: [hoem]", "'hoem' is not one of the settings"),
        ("reports: []", "reports: [strok]", "no report of the service 'strok'"),
        ("design: before_after", "design: anecdote", "'anecdote' is not a valid case.evidence.design"),
        ("comparator: own_past", "comparator: none", "the main figure stands against one"),
        ("lens: personal", "lense: personal", "unknown key 'lense'"),
        ('began: "2020-05"', 'began: "May 2020"', "not a year or month"),
        ('ended: "2022"', 'ended: "2019"', "lies before began"),
        ("title: A shared line", 'title: "# A line"', "begins with '#'"),
        ("place: Northmoor", 'place: "=1+1"', "begins with '='"),
        ("place: Northmoor", 'place: "::: x"', "begins with ':'"),
        ("place: Northmoor", "place: !!python/name:os.system x", "is not allowed"),
        ("{people: 300, people_says: People called}", "{people: 300}", "say what is counted"),
        ("year: 2022}", "year: 2022, url: 'javascript:x'}", "not an https:// address"),
        ("kind: outcome_share", "kind: shell", "kind 'shell' is none of"),
        ("instrument: goal", "instrument: 'goal; rm'", "not a plain word or number"),
        ("date-modified: 2026-03-05\n", "", "date-modified"),
        ("date-modified: 2026-03-05", "date-modified: lately", "date-modified"),
        ("collect: From the telephone system.", "tier: 2", "the key 'tier' stands twice"),
    ],
)
def test_what_a_case_says_of_itself_is_held_to_the_form(tmp_path, old, new, says):
    assert old in FRONT
    found = faults(make_library(tmp_path, FRONT.replace(old, new)), ["stroke"])
    assert any(says in fault and f"{DOCUMENT}:" in fault for fault in found), found


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("## Advice\n", "", "the section 'Advice' is missing"),
        ("## Advice\n\nBegin small.", "## Advice", "the section 'Advice' is empty"),
        ("{{< include _case_head.qmd >}}\n", "", "the include of '_case_head.qmd' is missing"),
        ("Little else.", "{{< include _case_figures.qmd >}}", "'_case_figures.qmd' is included twice"),
        ("People waited.", "People waited.\n\n{{< include _case_adopt.qmd >}}", "stands under 'The problem'"),
        ("Nurses answered the phone", "Nurses answered the phone " + "and again " * 50, "has 1"),
    ],
)
def test_the_sections_and_parts_stand_in_their_places(tmp_path, old, new, says):
    assert old in BODY
    assert any(says in fault for fault in faults(make_library(tmp_path, body=BODY.replace(old, new))))


def test_sections_out_of_order_are_named(tmp_path):
    body = BODY.replace("## The problem", "## X").replace("## The context", "## The problem")
    body = body.replace("## X", "## The context")
    assert any("out of order" in fault for fault in faults(make_library(tmp_path, body=body)))


# Figures and reports -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("measure,group", "group,measure", "row 1: the header"),
        (",50,100,", ",150,100,", "column figure: is no share"),
        (",50,100,", ",50,0,", "column n: is not above nought"),
        ("the year before,40", "the year before,", "column against: goes with against_figure"),
        (",increase,paper,3", ",up,paper,3", "'up' is not a valid direction"),
        (",increase,paper,3", ",increase,papper,3", "Did you mean 'paper'"),
        (",about,300,", ",nearly,300,", "'nearly' is not a valid about"),
        ("Died at home,", "=HYPERLINK(1),", "column measure: is not plain words"),
        ("Died at home,", ",", "column measure: is empty"),
        (",paper,3", ",paper", "has 11 cells, not 12"),
    ],
)
def test_a_table_of_figures_is_held_to_the_form(tmp_path, old, new, says):
    assert old in TABLE
    found = faults(make_library(tmp_path, table=TABLE.replace(old, new, 1)))
    assert any(says in fault and f"{CASE}.csv" in fault for fault in found), found


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("case: shared_line", "case: shared_lin", "Did you mean 'shared_line'"),
        ("status: running", "status: going", "'going' is not a valid status"),
        ("adapted: Days only.", "adapted: '- [x](y)'", "begins with '-'"),
        ("adapted: Days only.", "adapted: !!python/object/apply:os.system [id]", "is not allowed"),
        ("figure: 60", "figure: 160", "a share outside 0 to 100"),
        ("against: before, ", "", "'against' goes with 'against_figure'"),
    ],
)
def test_an_adopters_report_is_held_to_the_form(tmp_path, old, new, says):
    assert old in REPORT
    found = faults(make_library(tmp_path, report=REPORT.replace(old, new)))
    assert any(says in fault and "adopted/" in fault for fault in found), found
