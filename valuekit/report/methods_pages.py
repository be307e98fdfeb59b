"""The methods section: a list of all methods, and what the page of each one shows.

Everything comes from the mart's tables ``method`` and ``method_example``; the documents are thin.
"""

from __future__ import annotations

from collections.abc import Iterator

from valuekit.errors import Problem, ValuekitError
from valuekit.mart import Mart
from valuekit.report.audience import Row, open_mart, rows
from valuekit.report.show import Block, Heading, Item, Points, Shown, Table, Words
from valuekit.report.tables import table


class MethodPage:
    """One method, from the mart."""

    def __init__(self, method: str, mart: Mart):
        found = [row for row in rows(mart.table("method")) if row.method == method]
        if not found:
            raise ValuekitError(
                Problem(f"there is no method '{method}'", do="See the list in reports/methods/index.qmd.")
            )
        self.method = found[0]
        lines = [row for row in rows(mart.table("method_example")) if row.method == method]
        self._lines = sorted(lines, key=lambda row: row.position)

    def description(self) -> Block:
        """Question, formula in words, units, assumptions, source and function."""
        points = (
            ("Question", self.method.question),
            ("Formula", self.method.formula),
            ("Units", self.method.units),
            ("Assumptions, and when it is refused", self.method.fails),
            ("Source", self.method.source),
            ("Function", self.method.function),
        )
        return Block.of(Points(tuple(Item(text, lead=f"{lead}:") for lead, text in points if text)))

    def example(self) -> Block:
        """The worked example: inputs, steps, and the result beside the published figure."""
        return Block.of(
            Words(tuple(row.text for row in self._of("says"))),
            self._inputs(),
            self._steps(),
            self._result(),
            Words(tuple(self._checked())),
        )

    def _of(self, part: str) -> list[Row]:
        return [row for row in self._lines if row.part == part]

    def _inputs(self) -> Iterator[Table]:
        cells = self._of("input")
        if not cells:
            return
        names = list(dict.fromkeys(row.name for row in cells))
        texts = {(row.position, row.name): row.text or "" for row in cells}
        count = max(row.position for row in cells)
        columns = {name: [texts.get((i, name), "") for i in range(1, count + 1)] for name in names}
        figures = tuple(name for name in names[1:] if all(_is_figure(text) for text in columns[name]))
        yield table(f"{self.method.method}-inputs", "What goes in.", columns, numbers=figures)

    def _steps(self) -> Iterator[Shown]:
        found = self._of("step")
        if found:
            yield Points(tuple(Item(row.text, lead=f"Step {row.position}:") for row in found))

    def _result(self) -> Iterator[Table]:
        found, published = self._of("result"), {row.name: row.text for row in self._of("published")}
        if not found:
            return
        columns = {"Figure": [row.name for row in found], "Worked out": [row.text for row in found]}
        if published:
            columns["Published"] = [published.get(row.name, "not printed") for row in found]
        yield table(
            f"{self.method.method}-result",
            "What comes out.",
            columns,
            numbers=tuple(name for name in columns if name != "Figure"),
        )

    def _checked(self) -> Iterator[str]:
        for row in self._of("published_in"):
            yield f"Checked against: {row.text}"


def _is_figure(text: str) -> bool:
    return not text or text.replace(",", "").replace("−", "").replace(".", "").replace("£", "").isdigit()


class MethodList:
    """Every method, in the parts of the methods section."""

    def __init__(self, mart: Mart):
        self.methods = sorted(rows(mart.table("method")), key=lambda row: row.position)

    def _repr_markdown_(self) -> str:
        return Block.of(
            *(self._group(name) for name in dict.fromkeys(m.group for m in self.methods))
        )._repr_markdown_()

    def _group(self, name: str) -> Iterator[Shown]:
        yield Heading(3, name)
        yield Points(
            tuple(
                Item(m.question, lead=m.name, href=f"{m.method}.qmd") for m in self.methods if m.group == name
            )
        )


def method_page(method: str) -> MethodPage:
    """The page of one method, for the audience of this render."""
    return MethodPage(method, open_mart())


def method_list() -> MethodList:
    """Every method with a link to its page."""
    return MethodList(open_mart())
