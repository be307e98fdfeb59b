"""Where the money of a pathway goes: by stage, by what a stage uses, and by the department that books it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from typing import TYPE_CHECKING

from valuekit.report.audience import Row
from valuekit.report.charts.bars import bars
from valuekit.report.show import Block, Table, Words
from valuekit.report.tables import NOT_SHOWN, table
from valuekit.report.words import about as about_words
from valuekit.report.words import costs
from valuekit.report.words.numbers import lower_first, number, pounds, share

if TYPE_CHECKING:
    from valuekit.report.service import ServiceReport

SMALL = 0.005
"""Share of the cost below which parts are put together in the printed table of all parts."""

Stage = tuple[str, float | None, bool]
"""Name, pounds for each pathway, and whether every part of it is shown."""


def stage_cost(report: ServiceReport) -> Block:
    """The cost of a pathway by stage, and what is inside each stage."""
    parts = stages(report)
    names, values = [p[0] for p in parts], [p[1] for p in parts]
    complete = all(p[2] for p in parts)
    note = "" if complete else "Where a part may not be shown, the amount is of the parts that may."
    figure = report.figure(
        "stage-cost",
        bars(names, values),
        "Cost of a pathway by stage, pounds for each pathway.",
        costs.bars_alt("Cost of a pathway by stage", names, values),
    )
    return Block.of(Words((costs.by_stage(names, values, complete), note)), figure, _inside(report, parts))


def stages(report: ServiceReport) -> list[Stage]:
    """Every stage, in order."""
    result = []
    by_stage: dict[str, list[Row]] = {}
    for row in report.rows("stage_cost"):
        by_stage.setdefault(row.stage, []).append(row)
    for members in sorted(by_stage.values(), key=lambda m: m[0].position):
        known = [r.per_pathway for r in members if r.shown and r.per_pathway is not None]
        result.append((members[0].stage_name, sum(known) if known else None, len(known) == len(members)))
    return result


def _inside(report: ServiceReport, parts: Sequence[Stage]) -> Iterator[Table]:
    """What each stage uses: on a page one part a stage to open, in print one table.

    The team sees it with the department that books it (``cost_cube``), everybody else by resource alone.
    """
    if not parts:
        return
    cube = report.rows("cost_cube") if report.mart.about.audience != "public" else []
    found = _cube(report, cube) if cube else _matrix(report)
    whole = sum(value or 0.0 for _, value, _ in parts)
    dearest = max(parts, key=lambda p: p[1] or 0.0)[0]
    folds = []
    for name, value, complete in parts:
        amount = NOT_SHOWN if value is None else f"{'' if complete else 'at least '}{pounds(value)}"
        part = f", {share(value / whole)} of the cost" if value is not None and whole > 0 else ""
        inner = _of_stage(report, name, cube)
        folds.append(
            f"<details{' open' if name == dearest else ''}><summary>{escape(f'{name}: {amount}{part}')}"
            f"</summary>\n{inner.html}</details>"
        )
    yield Table(found.id, found.caption, "\n".join(folds), found.typst)


def _of_stage(report: ServiceReport, stage: str, cube: Sequence[Row]) -> Table:
    """The parts of one stage, the dearest first."""
    if cube:
        own = [r for r in cube if r.stage_name == stage]
        return table(
            "part",
            "",
            {
                "Resource": [r.resource_name for r in own],
                "Department": [r.department_name for r in own],
                "Pathways": [number(r.pathways) for r in own],
                "Cost": [pounds(r.per_pathway) for r in own],
                "Share": [share(r.share) for r in own],
            },
            numbers=("Pathways", "Cost", "Share"),
        )
    own = [r for r in report.rows("stage_cost") if r.stage_name == stage]
    own.sort(key=lambda r: -(r.per_pathway or 0.0))
    return table(
        "part",
        "",
        {"Resource": [r.resource_name for r in own], "Cost": [about_words.cost_cell(r) for r in own]},
        numbers=("Cost",),
    )


def _matrix(report: ServiceReport) -> Table:
    """Stage against resource, as it is printed for everybody."""
    own = report.rows("stage_cost")
    cells = {(r.resource_name, r.stage_name): r for r in own}
    names = list(dict.fromkeys(r.stage_name for r in sorted(own, key=lambda r: r.position)))
    size = {
        name: sum((r.per_pathway or 0.0) for (n, _), r in cells.items() if n == name) for name, _ in cells
    }
    resources = sorted(size, key=lambda name: (-size[name], name))
    columns = {"Resource": resources}
    for stage in names:
        columns[stage] = [about_words.cost_cell(cells.get((name, stage))) for name in resources]
    return table(
        f"{report.id}-stage-resource",
        "Cost of a pathway by stage and resource, pounds for each pathway.",
        columns,
        numbers=names,
    )


def _cube(report: ServiceReport, cube: Sequence[Row]) -> Table:
    """Stage, resource and department at once, as it is printed for the team; small parts in one line."""
    large = [r for r in cube if abs(r.share or 0.0) >= SMALL]
    small = [r for r in cube if abs(r.share or 0.0) < SMALL]
    lines = [
        (f"{r.stage_name}: {lower_first(r.resource_name)}", r.department_name, number(r.pathways), r)
        for r in large
    ]
    names = [name for name, *_ in lines]
    departments, pathways = [d for _, d, _, _ in lines], [n for _, _, n, _ in lines]
    values, shares = [r.per_pathway or 0.0 for r in large], [r.share or 0.0 for r in large]
    if small:
        names.append(f"{len(small)} smaller parts")
        departments.append("")
        pathways.append("")
        values.append(sum(r.per_pathway or 0.0 for r in small))
        shares.append(sum(r.share or 0.0 for r in small))
    names.append("All")
    departments.append("")
    pathways.append(number(_pathways(report)))
    values.append(sum(values))
    shares.append(sum(shares))
    return table(
        f"{report.id}-stage-resource",
        "Cost of a pathway by stage, resource and department: pathways with cost there, pounds for each "
        "pathway of the service, and the share of the whole.",
        {
            "Stage and resource": names,
            "Department": departments,
            "Pathways": pathways,
            "Cost": [pounds(v) for v in values],
            "Share": [share(s) for s in shares],
        },
        numbers=("Pathways", "Cost", "Share"),
        widths=(3, 2, 0.9, 0.9, 0.7),
    )


def _pathways(report: ServiceReport) -> int | None:
    return next((r.n for r in report.rows("cost_summary")), None)


def department_view(report: ServiceReport) -> Block:
    """The same cost as the accounts show it: by department."""
    found = sorted(
        ((r.department_name, r.per_pathway if r.shown else None) for r in report.rows("department_cost")),
        key=lambda pair: -(pair[1] or 0.0),
    )
    names, values = [name for name, _ in found], [value for _, value in found]
    text = Words((costs.by_department(names, values),))
    if not any(v is not None for v in values):
        return Block.of(text)
    whole = sum(v or 0.0 for v in values)
    columns = {
        "Department": names,
        "Cost of a pathway": [NOT_SHOWN if v is None else pounds(v) for v in values],
        "Share" if None not in values else "Share of what is shown": [
            NOT_SHOWN if v is None or whole <= 0 else share(v / whole) for v in values
        ],
    }
    serves = _serves(report)
    if serves:
        columns["Stage it serves most"] = [serves.get(name, "") for name in names]
    return Block.of(
        text,
        table(
            f"{report.id}-departments",
            f"The same cost by department, pounds for each pathway (n = {number(_pathways(report))}).",
            columns,
            numbers=tuple(list(columns)[1:3]),
        ),
    )


def _serves(report: ServiceReport) -> dict[str, str]:
    """The stage that takes most of each department's cost, with its share of it; for the team only."""
    if report.mart.about.audience == "public":
        return {}
    held: dict[str, dict[str, float]] = {}
    for r in report.rows("cost_cube"):
        own = held.setdefault(r.department_name, {})
        own[r.stage_name] = own.get(r.stage_name, 0.0) + r.amount
    found = {}
    for name, by_stage in held.items():
        whole, stage = sum(by_stage.values()), max(by_stage, key=lambda s: by_stage[s])
        found[name] = f"{stage} ({share(by_stage[stage] / whole)})" if whole > 0 else stage
    return found
