"""The documents: their cells run for each audience, and what they give is fit to publish."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from types import SimpleNamespace

import marts
import pytest

from valuekit.errors import ValuekitError
from valuekit.mart import TABLES
from valuekit.report import board_report, pages, service_report
from valuekit.report.pages import reconciled

ROOT = Path(__file__).parents[2]
DOCUMENTS = [
    "index.qmd",
    "reports/index.qmd",
    "reports/board.qmd",
    "reports/lenses.qmd",
    "reports/programme.qmd",
    "reports/methods/index.qmd",
    "reports/about/data-dictionary.qmd",
    "reports/about/data-quality.qmd",
    "reports/about/downloads.qmd",
    *(f"reports/services/{s}.qmd" for s in marts.SERVICES),
]


def source(document: Path) -> str:
    text = document.read_text(encoding="utf-8")
    return re.sub(r"\{\{< include (\S+) >\}\}", lambda m: source(document.parent / m[1]), text)


def run(document: str) -> str:
    """The document with each cell replaced by the Markdown of its last line."""
    names: dict[str, object] = {}

    def cell(found: re.Match) -> str:
        *before, last = ast.parse(found[1]).body
        exec(compile(ast.Module(before, []), document, "exec"), names)
        if not isinstance(last, ast.Expr):
            exec(compile(ast.Module([last], []), document, "exec"), names)
            return ""
        return eval(compile(ast.Expression(last.value), document, "eval"), names)._repr_markdown_()

    return re.sub(r"```\{python\}\n(.*?)```", cell, source(ROOT / document), flags=re.S)


@pytest.fixture(scope="module")
def rendered(project_root, tmp_path_factory):
    """(document, audience) → its Markdown; each is run once."""
    made: dict[tuple[str, str], str] = {}

    def get(document: str, audience: str) -> str:
        if (document, audience) not in made:
            with pytest.MonkeyPatch.context() as patch:
                patch.chdir(project_root)
                patch.setenv("QUARTO_PROFILE", audience)
                patch.setenv("QUARTO_DOCUMENT_PATH", str(tmp_path_factory.mktemp("document")))
                made[document, audience] = run(document)
        return made[document, audience]

    return get


@pytest.mark.parametrize("document", DOCUMENTS)
@pytest.mark.parametrize("audience", ["public", "clinical"])
def test_headings_never_skip_a_level_and_nothing_missing_is_printed(rendered, document, audience):
    text = rendered(document, audience)
    body = text.split("---\n", 2)[2]
    levels = [len(h) for h in re.findall(r"^(#+) ", re.sub(r"```.*?```", "", body, flags=re.S), flags=re.M)]
    assert 1 not in levels, "the title is the only heading of level 1"
    assert all(b <= a + 1 for a, b in zip([1, *levels], levels, strict=False))
    assert not re.search(r"\b(nan|NaN|None|NaT|<NA>)\b", body)


CAUSAL = re.compile(
    r"\b(because|led to|caused?|causes|thanks to|due to|resulted in|as a result|owing to)\b", re.I
)


@pytest.mark.parametrize("document", DOCUMENTS)
@pytest.mark.parametrize("audience", ["public", "board", "clinical"])
def test_no_document_says_why_something_moved_or_prints_a_missing_figure(rendered, document, audience):
    body = rendered(document, audience).split("---\n", 2)[2]
    found = [body[max(0, m.start() - 60) : m.end() + 40] for m in CAUSAL.finditer(body)]
    assert not found
    assert not re.search(r"\b(nan|NaN|None|NaT|<NA>)\b", body)


@pytest.mark.parametrize("document", DOCUMENTS)
def test_identifiers_of_headings_figures_and_tables_are_unique(rendered, document):
    found = re.findall(r"\{#([\w-]+)", rendered(document, "public"))
    assert len(found) == len(set(found))


@pytest.mark.parametrize(
    "document", [*(f"reports/services/{s}.qmd" for s in marts.SERVICES), "index.qmd", "reports/board.qmd"]
)
def test_synthetic_figures_are_marked_on_every_report(rendered, document):
    assert "These figures are synthetic" in rendered(document, "public")


def test_pseudonyms_stand_in_the_clinical_report_and_nowhere_else(rendered):
    assert "P00000" in rendered("reports/services/stroke.qmd", "clinical")
    for document in DOCUMENTS:
        assert "P00000" not in rendered(document, "public")
    for document in ("reports/services/stroke.qmd", "reports/board.qmd"):
        assert "P00000" not in rendered(document, "board")


def test_what_is_not_shown_in_public_is_said_and_the_figure_is_absent(rendered):
    public = rendered("reports/services/endocarditis.qmd", "public")
    assert "too few people to show a figure" in public and "to protect people's privacy" in public
    assert "72.0% in November 2024" not in public
    assert "72.0% in November 2024" in rendered("reports/services/endocarditis.qmd", "clinical")


def test_the_service_report_has_the_sections_that_its_readers_are_promised(rendered):
    text = rendered("reports/services/stroke.qmd", "public")
    wanted = [
        "Summary",
        "What matters to patients",
        "Outcomes",
        "Cost of the pathway",
        "How the pathway flows",
        "The patients behind the average",
        "Value",
        "Who fares worse",
        "Service changes",
        "Data quality",
        "What changed since the last release",
    ]
    assert [h for h in re.findall(r"^## (.+)$", text, flags=re.M) if h in wanted] == wanted


def test_a_rate_stands_with_its_figures_for_the_team_and_as_a_definition_for_the_public(rendered):
    public, team = (rendered("reports/services/stroke.qmd", who) for who in ("public", "clinical"))
    assert all("### Emergency visits from home" in text for text in (public, team))
    # 120 events in 124,800 days: 0.96 for each 1,000.
    figure = "0.96 for each 1,000 days at home"
    assert figure in team and "120 events among 876 people in 124,800 days" in team.replace("\\", "")
    assert figure not in public and "The board and the team see the figures" in public
    assert "{#stroke-case-mix-groups}" in team and "tbl-stroke-case-mix-by-group" in team
    assert "tbl-stroke-need-rates" in team
    assert "stroke-case-mix-by-group" not in public and "stroke-need-rates" not in public


def test_the_board_reads_what_needs_a_decision_first(rendered):
    text = rendered("reports/board.qmd", "board")
    assert re.findall(r"^## (.+)$", text, flags=re.M)[0] == "What needs a decision"
    assert "**Stroke, days in hospital:** the target of 14 days is missed consistently." in text
    assert (
        "**Hepatitis C, cured:** the target of 90% is missed consistently; results are known for only 52%."
        in text
    )
    assert "**Stroke, alive after 30 days:**" not in text, "nothing asks for a decision on it"


def test_page_board_and_home_say_the_same_sentence(rendered):
    finding = "Independent at six months: better than in the 12 months before, at 52.0%"
    assert finding in rendered("index.qmd", "public") and finding in rendered(
        "reports/services/stroke.qmd", "public"
    )


def test_the_front_page_says_of_how_many_people_each_figure_is(rendered):
    glance = rendered("index.qmd", "public").split("#tbl-home")[1].split("```")[1]
    # 880 known of 1,000 (88%) for the outcome, 880 of 880 for the cost.
    assert "880 of 1,000" in glance and "880 of 880" in glance


def test_the_reconciliation_is_checked_to_the_penny(rendered):
    assert "add up to the ledger total of £107,520,001.00 to the penny" in rendered(
        "reports/about/data-quality.qmd", "public"
    )


def test_a_reconciliation_that_is_a_penny_out_says_so():
    lines = [
        SimpleNamespace(line=line, amount=pounds)
        for line, pounds in (("outside", 0.1), ("unmatched", 0.2), ("ledger", 0.31))
    ]
    assert reconciled(lines) == "The parts differ from the ledger total of £0.31 by −£0.01."


def test_downloads_list_every_column_of_every_table_of_the_audience(rendered):
    text = rendered("reports/about/downloads.qmd", "public")
    for name, declared in TABLES.items():
        listed = f"[{name}.csv]" in text.replace("\\_", "_")
        assert listed == ("public" in declared.audiences)
    assert "Lower process limit (XmR)" in text


def test_an_unknown_service_is_named_with_those_that_were_built(in_project):
    in_project("public")
    with pytest.raises(ValuekitError, match=r"no service 'asthma'.*stroke, hepatitis_c, endocarditis"):
        service_report("asthma")


def test_before_anything_is_built_the_error_says_what_to_run(tmp_path, monkeypatch):
    (tmp_path / "_quarto.yml").write_text("project: {}\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    for opening in (lambda: service_report("stroke"), board_report, pages):
        with pytest.raises(ValuekitError, match="Run: valuekit build"):
            opening()


@pytest.mark.parametrize(
    ("profile", "audience"),
    [("", "public"), ("clinical", "clinical"), ("draft,board", "board"), ("draft", "public")],
)
def test_the_audience_is_the_first_quarto_profile_that_is_one(in_project, monkeypatch, profile, audience):
    in_project(profile)
    assert board_report().mart.about.audience == audience
