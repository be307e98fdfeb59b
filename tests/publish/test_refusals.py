"""What the built-in renderer does not know is refused by file, line and construct, before anything runs."""

from __future__ import annotations

import pytest

from valuekit.errors import DefinitionError, DocumentError
from valuekit.publish.features import REFUSED, STOCK
from valuekit.publish.plan import read_editions
from valuekit.publish.site import check_documents

AT_RENDER = {"skipped-level", "no-alt", "no-caption", "unresolved", "unresolved-link", "duplicate-id"}
"""Seen only once the cells have run, since a cell may give the missing part."""
IN_PARTS = {"nested-include", "include-front"}
BEFORE = [key for key in REFUSED if key not in AT_RENDER | IN_PARTS]


def faults(small) -> list[str]:
    with pytest.raises(DocumentError) as caught:
        read_editions(small.project, ("public",))
    return [str(problem) for problem in caught.value.problems]


@pytest.mark.parametrize("key", BEFORE)
def test_a_construct_beyond_the_table_is_refused_with_file_line_and_name(small, key) -> None:
    small.document("First line.\n\nSecond line.\n\n" + REFUSED[key].example)
    found = [fault for fault in faults(small) if REFUSED[key].construct in fault]
    assert len(found) == 1, faults(small)
    place, line, _ = found[0].split(":", 2)
    assert place == "reports/page.qmd"
    begins = 9  # front matter is 3 lines, then an empty one, then the four lines above
    assert begins <= int(line) < begins + len(REFUSED[key].example.splitlines())
    assert (STOCK in found[0]) == REFUSED[key].stock
    assert REFUSED[key].do in found[0]


@pytest.mark.parametrize("key", sorted(AT_RENDER))
def test_what_only_the_whole_document_shows_is_refused_when_it_is_rendered(small, key) -> None:
    small.document("First line.\n\n" + REFUSED[key].example)
    found = [p for p in small.render().problems if p.what.startswith(REFUSED[key].construct)]
    assert found
    assert found[0].where.startswith("reports/page.qmd:")
    assert int(found[0].where.split(":")[1]) >= 7


@pytest.mark.parametrize(
    ("part", "key", "line"),
    [
        ("Text.\n\n{{< include other.qmd >}}\n", "nested-include", 3),
        ("---\ntitle: x\n---\n", "include-front", 1),
    ],
)
def test_a_fault_of_an_included_file_names_that_file_and_its_line(small, part, key, line) -> None:
    small.write("reports/_part.qmd", part)
    small.document("{{< include _part.qmd >}}")
    assert any(f.startswith(f"reports/_part.qmd:{line}: {REFUSED[key].construct}") for f in faults(small))


def test_a_construct_in_an_included_file_is_refused_at_its_own_line(small) -> None:
    small.write("reports/_part.qmd", "One.\n\nTwo with $x^2$.\n")
    small.document("Text.\n\n{{< include _part.qmd >}}")
    assert any(fault.startswith("reports/_part.qmd:3: mathematics: $x^2$") for fault in faults(small))


def test_a_construct_that_a_cell_gives_is_refused_at_the_cell(small) -> None:
    small.document("Text.\n\n```{python}\n#| output: asis\nprint('The mean is $x$.')\n```")
    problem = small.render().problems[0]
    assert problem.where == "reports/page.qmd:7"
    assert problem.what == "mathematics: $x$"


def test_inside_code_blocks_nothing_is_refused(small) -> None:
    small.document("```python\nx = '$y$'  # see @someone\n```\n\n`$z$`")
    assert not small.render().problems


def test_faults_of_all_documents_come_at_once(small) -> None:
    small.document("It is $x$.\n\n@someone says.", "reports/one.qmd")
    small.document("::: {.panel-tabset}\n## A\n:::", "reports/two.qmd")
    small.document("```{r}\n1\n```", "reports/three.qmd")
    said = " ".join(faults(small))
    assert "reports/three.qmd:5" in said
    small.document("Fine.", "reports/three.qmd")
    assert len(faults(small)) == 3


@pytest.mark.parametrize(
    ("front", "line", "says"),
    [
        ("title: A\nbibliography: refs.bib", 3, "unknown key 'bibliography'"),
        ("title: A\nformat:\n  docx: default", 4, "unknown key 'docx'"),
        ("title: A\nformat:\n  html:\n    code-fold: true", 5, "unknown key 'code-fold'"),
        ("title: A\nexecute:\n  cache: true", 4, "unknown key 'cache'"),
        ("title: A\nfilters: [x.lua]", 3, "unknown key 'filters'"),
        ("title: A\ntitle: B", 3, "stands twice"),
        ("subtitle: A", 1, "the key 'title' is missing"),
        ("title: [", 3, "not valid YAML"),
    ],
)
def test_front_matter_that_would_be_left_out_is_refused(small, front, line, says) -> None:
    small.document("Text.", front=front)
    found = [fault for fault in faults(small) if says in fault]
    assert found and found[0].startswith("reports/page.qmd:"), faults(small)
    assert abs(int(found[0].split(":")[1]) - line) <= 1
    assert (STOCK in found[0]) == ("unknown key" in says)


def test_a_document_without_front_matter_is_refused(small) -> None:
    small.write("reports/page.qmd", "Text only.\n")
    assert any("reports/page.qmd:1: no front matter" in fault for fault in faults(small))


def test_an_unknown_key_of_the_project_is_refused_with_its_line(small) -> None:
    small.write("_quarto-public.yml", "project:\n  render: [index.qmd]\nbibliography: x.bib\n")
    with pytest.raises(
        DefinitionError, match=r"_quarto-public.yml:3: unknown key 'bibliography' \(stock Quarto"
    ):
        check_documents(small.project, ("public",))


def test_a_profile_that_the_project_does_not_name_is_refused(small) -> None:
    small.write("_quarto.yml", (small.root / "_quarto.yml").read_text().replace("board, clinical", "board"))
    with pytest.raises(DefinitionError, match="unknown profile 'clinical'"):
        check_documents(small.project, ("clinical",))


def test_navigation_to_a_page_that_is_not_there_is_refused(small) -> None:
    small.write(
        "_quarto.yml", (small.root / "_quarto.yml").read_text().replace("index.qmd", "reports/idnex.qmd")
    )
    with pytest.raises(DocumentError, match=r"navigation leads to 'reports/idnex\.qmd'"):
        check_documents(small.project, ("public",))


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ("{{< include _none.qmd >}}", "'reports/_none.qmd' cannot be read"),
        ("{{< include ../../outside.qmd >}}", "outside the project"),
        ("{{< include page.qmd >}}", "includes itself"),
        ("```{python}\n1 + 1", "code block without an end"),
        ("```{python}\n#| label: [\n1\n```", "not valid YAML"),
        ("```{python}\n#| echo: maybe\n1\n```", "value of the cell option 'echo'"),
        ("```{python}\n#| label: fig-one\n1\n```", "value of the cell option 'label'"),
        (
            "```{python}\n#| label: a\n1\n```\n\n```{python}\n#| label: a\n1\n```",
            "the label 'a' stands twice",
        ),
        ("[gone](gone.qmd)", "link to 'gone.qmd', which is no page"),
    ],
)
def test_a_source_that_cannot_be_followed_is_refused_at_its_line(small, body, says) -> None:
    small.document("Text.\n\n" + body)
    found = [fault for fault in faults(small) if says in fault]
    assert len(found) == 1, faults(small)
    assert int(found[0].split(":")[1]) >= 7


def test_a_file_that_is_not_utf_8_is_said_to_be_so(small) -> None:
    (small.root / "reports" / "page.qmd").write_bytes("---\ntitle: Café\n---\n".encode("cp1252"))
    assert any("not UTF-8" in fault for fault in faults(small))


def test_a_picture_that_is_not_there_is_named_with_its_line(small) -> None:
    small.document('![x](figures/none.svg){#fig-x fig-alt="x"}', front="title: A\nformat: html")
    assert str(small.render().problems[0]).startswith(
        "reports/page.qmd:6: picture 'figures/none.svg' is not there"
    )
