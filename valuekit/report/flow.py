"""How the pathway flows: sentences, the diagram and its tables."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from valuekit.report.audience import Row
from valuekit.report.charts.flow import flow as diagram
from valuekit.report.show import Block, Drawn, Table, Words
from valuekit.report.tables import NOT_SHOWN, table
from valuekit.report.words import flow as words
from valuekit.report.words.numbers import amount, interval, number

MOST_STEPS = 12
"""Steps in the table of the page; the download has all of them."""


def flow(
    service: str, stages: Sequence[Row], steps: Sequence[Row], figures: Sequence[Row], draw: Drawn
) -> Block:
    """The whole section (``flow_stage``, ``flow_step``, ``flow_figure``)."""
    stages = sorted(stages, key=lambda s: s.position)
    by_name = {f.figure: f for f in figures}
    text = Words((words.time(by_name), words.waits(steps), words.hands(by_name)))
    months = f", {stages[0].words}" if stages else ""
    figure = draw(
        "flow",
        diagram(stages, steps),
        f"How the pathway flows{months}: stages with the share of pathways that reach them, and the "
        "commonest steps with the share that takes them. Dashed: back up the page.",
        words.alt(stages, steps),
    )
    return Block.of(text, figure, _steps(service, steps), _figures(service, figures))


def _steps(service: str, steps: Sequence[Row]) -> Iterator[Table]:
    shown = list(steps[:MOST_STEPS])
    if not shown:
        return
    more = len(steps) - len(shown)
    n = next((s.n for s in shown if s.n is not None), None)
    yield table(
        f"{service}-flow-steps",
        f"The commonest steps from stage to stage (n = {number(n)} pathways), with the days without contact "
        "before the next stage began" + (f"; {more} rarer steps are in the download." if more > 1 else "."),
        {
            "Step": [f"{s.from_name} to {words.lower_first(s.to_name)}" for s in shown],
            "Pathways": [words.of_all(s) for s in shown],
            "Half wait longer than": [words.days(s.wait_median) for s in shown],
            "One in ten longer than": [words.days(s.wait_p90) for s in shown],
            "Came back by it": [NOT_SHOWN if s.back is None else number(s.back) for s in shown],
        },
        numbers=("Pathways", "Half wait longer than", "One in ten longer than", "Came back by it"),
    )


def _figures(service: str, figures: Sequence[Row]) -> Iterator[Table]:
    shown = sorted((f for f in figures if f.shown and f.value is not None), key=lambda f: f.position)
    if not shown:
        return

    def unit(row: Row) -> str:
        return row.unit if row.unit in ("%", "days") else ""

    yield table(
        f"{service}-flow-figures",
        "Hand-offs, returns and time of a pathway, with 95% intervals.",
        {
            "Figure": [f.name for f in shown],
            "Value": [amount(f.value, unit(f), f.decimals) for f in shown],
            "95% interval": [
                interval(f.lower, f.upper, unit(f), f.decimals).removeprefix("95% interval ") for f in shown
            ],
            "n": [number(f.n) for f in shown],
        },
        numbers=("Value", "n"),
    )
