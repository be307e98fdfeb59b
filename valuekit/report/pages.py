"""The pages about the reports: home, index, methods, data dictionary, data quality, downloads."""

from __future__ import annotations

from collections.abc import Iterator

from valuekit.mart import TABLES, Mart
from valuekit.project import Month
from valuekit.report.audience import Row, open_mart, rows
from valuekit.report.board import figure_cell
from valuekit.report.service import ServiceReport, every_service
from valuekit.report.show import Block, Heading, Item, Points, Shown, Table, Words
from valuekit.report.tables import NOT_SHOWN, table
from valuekit.report.words import about as about_words
from valuekit.report.words import measures as words
from valuekit.report.words.decisions import Pair
from valuekit.report.words.numbers import number, pounds, sentence, share, upper_first


def _main_and_cost(report: ServiceReport) -> tuple[Pair | None, Pair | None]:
    """The service's first outcome and its cost, each with its headline."""
    outcomes = [pair for pair in report.pairs if pair[0].role != "cost"]
    cost = [pair for pair in report.pairs if pair[0].role == "cost"]
    return (outcomes[0] if outcomes else None), (cost[0] if cost else None)


def _row_count(rows_of_file: int | None) -> str:
    """Rows of an extract; those that disclosure control left out are not shown."""
    return NOT_SHOWN if rows_of_file is None else number(rows_of_file)


def _known(pair: Pair | None) -> str:
    """How many people the figure is of, of how many it could be: ``795 of 885``."""
    if pair is None or pair[1].year_value is None or None in (pair[1].year_n, pair[1].year_eligible):
        return NOT_SHOWN
    return f"{number(pair[1].year_n)} of {number(pair[1].year_eligible)}"


def _compared(pair: Pair | None) -> str:
    return words.verdict_cell(*pair) if pair else NOT_SHOWN


class Pages:
    """What the pages beside the reports show, from the mart of one audience."""

    def __init__(self, mart: Mart):
        self.mart = mart
        self.services = every_service(mart)

    def banner(self) -> Words:
        """What the figures are from, and that they are made up where they are."""
        return Words(about_words.made_from(self.mart.about))

    def at_a_glance(self) -> Table:
        """One line for each service: the outcome that its money buys, its cost, and what changed."""
        lines = [(report, *_main_and_cost(report)) for report in self.services]
        return table(
            "home",
            "Newest 12 months with complete follow-up (95% intervals in brackets), against the 12 before.",
            {
                "Service": [report.service.name for report, _, _ in lines],
                "Main outcome": [main[0].name if main else "none" for _, main, _ in lines],
                "Figure": [figure_cell(*main) if main else NOT_SHOWN for _, main, _ in lines],
                "Known for": [_known(main) for _, main, _ in lines],
                "Outcome compared": [_compared(main) for _, main, _ in lines],
                "Cost of a pathway": [figure_cell(*cost) if cost else NOT_SHOWN for _, _, cost in lines],
                "Cost known for": [_known(cost) for _, _, cost in lines],
                "Cost compared": [_compared(cost) for _, _, cost in lines],
            },
            widths=(1.6, 1.8, 1.7, 1.2, 1.5, 2.1, 1.2, 1.5),
        )

    def home(self, folder: str = "reports") -> Block:
        """Each service with a link and its summary."""
        return Block.of(*(self._service(report, folder) for report in self.services))

    def _service(self, report: ServiceReport, folder: str) -> Iterator[Shown]:
        yield Heading(3, report.service.name, f"home-{report.id}")
        yield Words((report.service.summary or "", about_words.headline(report.service, report.pairs)))
        yield Points(
            (
                Item(
                    "",
                    lead=f"Read the {report.service.name} report",
                    href=f"{folder}/services/{report.id}.qmd",
                ),
            )
        )

    def index(self) -> Block:
        """Reports of this month by service, then those of earlier months as PDFs."""
        month = Month.parse(self.mart.about.period).words
        items = (
            Item(
                sentence(f"({month}).", report.service.summary or "", self._counted(report)),
                lead=report.service.name,
                href=f"services/{report.id}.qmd",
            )
            for report in self.services
        )
        return Block.of(Points(tuple(items)))

    def earlier(self) -> Block:
        """Reports of earlier months, newest first: the PDFs as they were released."""
        names = {report.id: report.service.name for report in self.services}
        found = rows(self.mart.table("release"))
        first = "This is the first month released. Reports of earlier months will stand here."
        every = Item(
            "with the date, who approved it and which figures moved",
            lead="Every release and version",
            href="../releases/index.html",
        )
        return Block.of(
            *([] if found else [Words((first,))]),
            *(
                self._month(month, [r.service for r in found if r.released == month], names, version)
                for month, version in dict.fromkeys((r.released, r.version) for r in found)
            ),
            Points((every,)),
        )

    def _month(self, month: str, services: list[str], names: dict[str, str], version: int) -> Iterator[Shown]:
        yield Heading(3, Month.parse(month).words, f"month-{month}")
        yield Points(
            tuple(
                Item(
                    "(PDF)",
                    lead=f"{names.get(service, service)}, {Month.parse(month).words}",
                    href=f"../releases/{month}/v{version}/reports/services/{service}.pdf",
                )
                for service in services
            )
        )

    def _counted(self, report: ServiceReport) -> str:
        n, month = report.service.pathways, Month.parse(self.mart.about.period).words
        return "" if n is None else f"{n:,} pathways began in the 12 months to the end of {month}."

    def methods(self) -> Block:
        """Every measure: definition, numerator, denominator, formula in words, interval, source."""
        return Block.of(*(self._methods(report) for report in self.services))

    def _methods(self, report: ServiceReport) -> Iterator[Shown]:
        yield Heading(2, report.service.name, f"methods-{report.id}")
        yield Words((f"Who is counted: {report.service.cohort or 'not stated'} {self._pathway(report)}",))
        for measure in report.measures:
            yield Heading(3, measure.name, f"methods-{report.id}-{measure.measure}")
            yield Points(tuple(Item(text, lead=f"{lead}:") for lead, text in _method(measure) if text))

    def _pathway(self, report: ServiceReport) -> str:
        days = report.service.pathway_days
        return (
            ""
            if days is None
            else f"The pathway runs from first contact to {number(days)} days after it began."
        )

    def dictionary(self) -> Block:
        """Every column of every extract."""
        found = rows(self.mart.table("dictionary"))
        return Block.of(
            *(
                self._extract(name, [r for r in found if r.extract == name])
                for name in dict.fromkeys(r.extract for r in found)
            )
        )

    def _extract(self, name: str, columns: list[Row]) -> Iterator[Shown]:
        first = columns[0]
        arrives = {
            "snapshot": "Arrives as a full list each month.",
            "monthly": "Arrives each month, with that month's rows.",
        }
        yield Heading(2, first.extract_title or name, f"extract-{name}")
        yield Words((sentence(first.extract_description or "", arrives.get(first.arrives or "", "")),))
        yield table(
            f"dictionary-{name}",
            f"Columns of the extract '{name}'.",
            {
                "Column": [c.column + (" (key)" if c.key else "") for c in columns],
                "What it holds": [sentence(_stopped(c.title), _stopped(c.description)) for c in columns],
                "Kind": [f"{c.kind or ''}{', required' if c.required else ''}" for c in columns],
                "Rule": [upper_first(c.rule or "any value") for c in columns],
                "What becomes of it": [upper_first(c.handling or "kept") for c in columns],
            },
            widths=(2.4, 4, 1.6, 3, 2.4),
        )

    def quality(self) -> Block:
        """Files read, rules broken, and what that did to the totals."""
        return Block.of(
            Words((self._quality_words(),)),
            Points(tuple(Item(note) for note in self.mart.about.notes)),
            self._files(),
            self._rules(),
        )

    def _quality_words(self) -> str:
        files = rows(self.mart.table("quality_file"))
        read, aside = sum(f.rows or 0 for f in files), sum(f.quarantined or 0 for f in files)
        if not read:
            return "No file has been read."
        money = sum(f.quarantined_amount or 0.0 for f in files)
        effect = f" They carry {pounds(money, 2)}, which no pathway's cost holds." if money else ""
        if not aside:
            return f"All {read:,} rows of {len(files)} files passed every rule."
        public = self.mart.about.audience == "public"
        about = "About " if public else ""
        hidden = (
            " Counts from 1 to 7 are not shown, and the others are rounded to the nearest 5."
            if public
            else ""
        )
        return (
            f"{about}{aside:,} of {read:,} rows ({share(aside / read, 2)}) broke a rule "
            f"and were kept aside in quarantine.{effect}{hidden}"
        )

    def _files(self) -> Iterator[Table]:
        files = rows(self.mart.table("quality_file"))
        if files:
            yield table(
                "quality-files",
                "Files read, and rows kept aside.",
                {
                    "File": [f.file for f in files],
                    "Format": [f.format or "" for f in files],
                    "Rows": [_row_count(f.rows) for f in files],
                    "Kept aside": [_row_count(f.quarantined) for f in files],
                    "Share": [share(f.share, 2) if f.share is not None else NOT_SHOWN for f in files],
                    "Late": [_row_count(f.late) for f in files],
                    "Pounds kept aside": [
                        pounds(f.quarantined_amount, 2) if f.quarantined_amount is not None else "–"
                        for f in files
                    ],
                    "Also seen": [f.note or "–" for f in files],
                },
                numbers=("Rows", "Kept aside", "Share", "Late", "Pounds kept aside"),
            )

    def _rules(self) -> Iterator[Table]:
        rules = rows(self.mart.table("quality_rule"))
        if rules:
            yield table(
                "quality-rules",
                "Rules that rows broke.",
                {
                    "Extract": [r.extract for r in rules],
                    "Column": [r.column or "whole row" for r in rules],
                    "Rule": [r.rule or "" for r in rules],
                    "Rows": [_row_count(r.rows) for r in rules],
                    "What it does to the totals": [r.effect or "nothing" for r in rules],
                },
                numbers=("Rows",),
            )

    def reconciliation(self) -> Block:
        """Every pound of the ledger, found again."""
        lines = sorted(rows(self.mart.table("reconciliation")), key=lambda r: r.position)
        if not lines:
            return Block.of(Words(("There is no ledger to reconcile with yet.",)))
        shown = table(
            "reconciliation",
            "Cost of pathways, cost outside them and unmatched cost, against the ledger.",
            {
                "Line": [r.name or r.line for r in lines],
                "Amount": [pounds(r.amount, 2) for r in lines],
                "Share of the ledger": [share(r.share, 1) for r in lines],
            },
            numbers=("Amount", "Share of the ledger"),
        )
        return Block.of(Words((reconciled(lines),)), shown)

    def downloads(self, folder: str = "../../downloads") -> Block:
        """Every table of this mart: a link to its CSV and the notes on its columns."""
        return Block.of(
            *(
                self._download(name, folder)
                for name, t in TABLES.items()
                if self.mart.about.audience in t.audiences
            )
        )

    def _download(self, name: str, folder: str) -> Iterator[Shown]:
        declared = TABLES[name]
        yield Heading(2, declared.title, f"download-{name}")
        lines = len(self.mart.table(name))
        yield Points(
            (
                Item(
                    f"({lines:,} row{'' if lines == 1 else 's'}; one row is {declared.grain})",
                    lead=f"{name}.csv",
                    href=f"{folder}/{name}.csv",
                ),
            )
        )
        yield table(
            f"download-{name}",
            f"Columns of {name}.csv.",
            {
                "Column": [c.name for c in declared.columns],
                "Kind": [c.kind for c in declared.columns],
                "Note": [c.note for c in declared.columns],
            },
            widths=(2, 1, 5),
        )


def reconciled(lines: list[Row]) -> str:
    """Whether the parts add up to the ledger, to the penny (``reconciliation``)."""
    parts = sum(round((r.amount or 0.0) * 100) for r in lines if r.line != "ledger")
    ledger = next((round((r.amount or 0.0) * 100) for r in lines if r.line == "ledger"), None)
    if ledger is None:
        return "The ledger total is not known, so the parts cannot be checked against it."
    if parts == ledger:
        return f"The parts add up to the ledger total of {pounds(ledger / 100, 2)} to the penny."
    out = pounds((parts - ledger) / 100, 2)
    return f"The parts differ from the ledger total of {pounds(ledger / 100, 2)} by {out}."


def _stopped(text: str | None) -> str:
    return "" if not text else text if text.endswith((".", "?", "!")) else f"{text}."


def _method(measure: Row) -> list[tuple[str, str]]:
    formula = {
        "share": "numerator ÷ denominator × 100, in per cent",
        "mean": "numerator ÷ denominator",
    }.get(measure.statistic or "", "")
    target = words.target_from(measure)
    return [
        ("Definition", measure.definition or ""),
        ("Numerator", measure.numerator or ""),
        ("Denominator", measure.denominator or ""),
        ("Formula", formula),
        ("Unit", {"%": "per cent of people", "£": "pounds"}.get(measure.unit or "", measure.unit or "")),
        ("When", measure.time_point or ""),
        ("Which way is better", words.better_is(measure)),
        ("Target", target.removeprefix("Target: ") if target else "none"),
        ("95% interval", measure.method or ""),
        (
            "Points on the chart",
            {"month": "months", "quarter": "quarters", "half_year": "half-years", "year": "years"}.get(
                measure.interval or "", ""
            ),
        ),
        ("Tier of outcome (Porter)", _TIERS.get(measure.tier or 0, "") if measure.role != "cost" else ""),
        ("Chosen by", words.chosen(measure).removeprefix("Chosen by ")),
    ]


_TIERS = {1: "1, health achieved or retained", 2: "2, process of recovery", 3: "3, lasting health"}


def pages() -> Pages:
    """The pages for the audience of this render."""
    return Pages(open_mart())
