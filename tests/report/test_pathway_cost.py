"""Where the money goes: what stands in each stage, for whom, and that it adds up on the page."""

from __future__ import annotations

import re

import pytest
from lxml import html

from valuekit.mart import TABLES
from valuekit.report.service import ServiceReport
from valuekit.report.show import Table


def inside(mart, service: str = "stroke") -> Table:
    return next(p for p in ServiceReport(service, mart).stage_cost().parts if isinstance(p, Table))


def money(text: str) -> int:
    return int(re.sub(r"[£,]", "", text))


@pytest.mark.parametrize("audience", ["public", "clinical"])
def test_each_stage_opens_to_what_it_uses_and_adds_up_to_its_heading(mart_of, in_project, audience):
    in_project(audience)
    folds = html.fromstring(f"<div>{inside(mart_of(audience)).html}</div>").findall("details")
    stages = {r.stage_name for r in ServiceReport("stroke", mart_of(audience)).rows("stage_cost")}
    assert {f.find("summary").text.split(":")[0] for f in folds} == stages
    assert [f.get("open") is not None for f in folds].count(True) == 1
    for fold in folds:
        heads = [th.text_content() for th in fold.iter("th") if th.get("scope") == "col"]
        at = heads.index("Cost")
        parts = [money(tr[at].text_content()) for tr in fold.find(".//tbody")]
        whole = money(re.search(r"£[\d,]+", fold.find("summary").text)[0])
        assert abs(sum(parts) - whole) <= len(parts)  # each is a whole pound


def test_the_team_sees_the_department_of_each_part_and_the_public_does_not(mart_of, in_project):
    in_project("clinical")
    assert "Department" in inside(mart_of("clinical")).html
    assert "Department" not in inside(mart_of("public")).html
    assert "public" not in TABLES["cost_cube"].audiences
    assert "Stroke unit" not in inside(mart_of("public")).typst


def test_the_printed_table_puts_small_parts_together_and_ends_with_all(mart_of, in_project):
    in_project("clinical")
    report = ServiceReport("stroke", mart_of("clinical"))
    typst = inside(mart_of("clinical")).typst
    small = [r for r in report.rows("cost_cube") if r.share < 0.005]
    assert f'"{len(small)} smaller parts"' in typst if small else "smaller parts" not in typst
    last = typst.strip().splitlines()[-2]
    assert '"All"' in last and '"100%"' in last


def test_a_part_that_may_not_be_shown_is_said_at_its_stage(mart_of, in_project):
    in_project("public")
    text = inside(mart_of("public"), "endocarditis").html
    assert re.search(r"at least £[\d,]+", text) and "not shown" in text


def test_departments_stand_with_their_share_and_for_the_team_the_stage_they_serve(mart_of, in_project):
    in_project("clinical")
    shown = ServiceReport("stroke", mart_of("clinical")).department_view()._repr_markdown_()
    assert "Stage it serves most" in shown and "40%" in shown
    in_project("public")
    shown = ServiceReport("stroke", mart_of("public")).department_view()._repr_markdown_()
    assert "Stage it serves most" not in shown and "40%" in shown
