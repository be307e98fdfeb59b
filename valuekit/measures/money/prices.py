"""Cost in the prices of one year, so that two years can be compared without the rise of prices between them.

The deflator table (``data/reference/deflators.csv``) has one index for each financial year; the year whose
index is 100 is the base year. An index of a year is an average over it, so it stands for the middle of the
year, and months between two middles lie on the curve of constant growth that joins them. Each cost line is
put into base-year prices by its month of posting.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd

from valuekit.errors import DefinitionError, Problem
from valuekit.measures.calendar import Span
from valuekit.measures.methods import Example, Method
from valuekit.measures.reference import read_reference
from valuekit.measures.statistics import intervals
from valuekit.project import Month

FILE = "deflators.csv"
COLUMNS = ("financial_year", "index", "source")
BASE_INDEX = 100.0
APRIL, MIDDLE = 4, 5.5
"""First month of a financial year; its middle, in months from the first (the end of September)."""

_YEAR = re.compile(r"^(\d{4})/(\d{2})$")


@dataclass(frozen=True)
class Deflators:
    """Price index by financial year; `years` are the years in which they begin, one after the other.

    Attributes
    ----------
    years
        ``2024`` for 2024/25.
    index
        One a year; 100 in the base year.
    source
        Who publishes the index.
    """

    years: tuple[int, ...]
    index: tuple[float, ...]
    source: str

    @property
    def base(self) -> str:
        """The base year, ``2025/26``."""
        year = self.years[self.index.index(BASE_INDEX)]
        return f"{year}/{(year + 1) % 100:02d}"

    @cached_property
    def by_month(self) -> dict[str, float]:
        """Index of every month of the table, ``2025-09`` → index, smooth from middle to middle of the years.

        Before the first middle and after the last, growth goes on as between the two nearest years; with one
        year only, there is none.
        """
        months = np.arange(12 * len(self.years))
        middles = 12 * np.arange(len(self.years)) + MIDDLE
        logs = np.log(self.index)
        smooth = np.interp(months, middles, logs)
        if len(self.years) > 1:
            early, late = months < middles[0], months > middles[-1]
            first, last = (logs[1] - logs[0]) / 12, (logs[-1] - logs[-2]) / 12
            smooth = np.where(early, logs[0] + first * (months - middles[0]), smooth)
            smooth = np.where(late, logs[-1] + last * (months - middles[-1]), smooth)
        start = Month(self.years[0], APRIL)
        return {str(start.plus(int(m))): float(np.exp(log)) for m, log in zip(months, smooth, strict=True)}

    def to_base(self, months: pd.Series) -> pd.Series:
        """What a pound of each month (``2025-09``) is in base-year prices.

        Raises
        ------
        DefinitionError
            A month of a financial year that the table does not have; each year is said once.
        """
        found = months.map(self.by_month)
        if found.isna().any():
            raise DefinitionError([_outside(year) for year in _years_of(months[found.isna()])])
        return BASE_INDEX / found.astype("float64")


def _years_of(months: Iterable[str]) -> list[str]:
    wanted = {(m.year if m.month >= APRIL else m.year - 1) for m in map(Month.parse, set(months))}
    return [f"{year}/{(year + 1) % 100:02d}" for year in sorted(wanted)]


def _outside(year: str) -> Problem:
    return Problem(
        f"there is no price index for {year}",
        f"data/reference/{FILE}",
        "cost was posted in that financial year",
        "Add a row for it from the source that the table names.",
    )


def load_deflators(folder: Path) -> Deflators:
    """The deflator table, checked.

    Raises
    ------
    DefinitionError
        A year not written as ``2025/26``, a gap between years, an index that is not a positive number, not
        exactly one base year (index 100), or no source.
    """
    problems: list[Problem] = []
    years: list[int] = []
    index: list[float] = []
    sources: dict[str, None] = {}
    for line, row in read_reference(folder / FILE, COLUMNS):
        where, found = f"{FILE}:{line}", _YEAR.match(row["financial_year"])
        if not found or (int(found[1]) + 1) % 100 != int(found[2]):
            what = f"'{row['financial_year']}' is not a financial year"
            problems.append(Problem(what, where, do="Write it as 2025/26."))
            continue
        year = int(found[1])
        if years and year != years[-1] + 1:
            problems.append(Problem("a financial year is missing or out of order", where, do="Put it right."))
        value = pd.to_numeric(row["index"], errors="coerce")
        if not (np.isfinite(value) and value > 0):
            problems.append(Problem(f"the index '{row['index']}' is not a positive number", where))
        if not row["source"]:
            problems.append(Problem("the index has no source", where, do="Say who publishes it."))
        years.append(year)
        index.append(float(value))
        sources[row["source"]] = None
    if not problems and index.count(BASE_INDEX) != 1:
        what = f"{index.count(BASE_INDEX)} years have the index 100"
        problems.append(Problem(what, FILE, "it marks the base year", "Give it to exactly one year."))
    if problems:
        raise DefinitionError(problems)
    return Deflators(tuple(years), tuple(index), "; ".join(sources))


def in_base_prices(cost: pd.DataFrame, deflators: Deflators) -> pd.DataFrame:
    """`cost` with `real`: its `pence` of each `month` in base-year prices, rounded to whole pence (int64)."""
    real = cost["pence"].to_numpy(float) * deflators.to_base(cost["month"]).to_numpy(float)
    return cost.assign(real=np.round(real).astype("int64"))


@dataclass(frozen=True)
class SteadyPrices:
    """Cost in the prices of one year, so that two times can be compared.

    Attributes
    ----------
    cost
        Cost of the pathways by month of posting: ``pathway``, ``month``, ``pence``.
    """

    cost: pd.DataFrame
    deflators: Deflators

    def pounds(self, pathways: pd.Series) -> np.ndarray:
        """Cost of each of `pathways` in base-year prices; a pathway without cost lines costs nothing."""
        own = self.cost[self.cost["pathway"].isin(pathways)]
        real = in_base_prices(own, self.deflators).groupby("pathway")["real"].sum() / 100
        return pathways.map(real).fillna(0.0).to_numpy(float)


def price_cost(
    pathway: pd.DataFrame, priced: pd.DataFrame, years: Iterable[Span], deflators: Deflators
) -> pd.DataFrame:
    """Mean cost of a pathway in each of `years`, as it was paid and in base-year prices.

    Parameters
    ----------
    pathway
        One row a pathway of one service: `pathway`, `began`.
    priced
        Cost of the pathways: `pathway`, `pence`, `real`; see :func:`in_base_prices`.
    years
        The months in which the pathways began.

    Returns
    -------
    pandas.DataFrame
        `words`, `period_start`, `n`, `cash`, `cash_lower`, `cash_upper`, `real`, `real_lower`, `real_upper`
        (pounds a pathway; Student's t intervals, 95%), `base_year`, `source`.
    """
    sums = priced.groupby("pathway")[["pence", "real"]].sum()
    rows = []
    for span in years:
        held = pathway.loc[span.holds(pathway["began"]), "pathway"]
        each = sums.reindex(held, fill_value=0).to_numpy(float) / 100
        row = {"words": span.words, "period_start": pd.Timestamp(span.start), "n": len(held)}
        for at, name in enumerate(("cash", "real")):
            mean, ends = intervals.mean_of(each[:, at])
            row |= {name: mean, f"{name}_lower": float(ends.lower), f"{name}_upper": float(ends.upper)}
        rows.append({**row, "base_year": deflators.base, "source": deflators.source})
    ends = [f"{name}{end}" for name in ("cash", "real") for end in ("", "_lower", "_upper")]
    return pd.DataFrame(rows, columns=["words", "period_start", "n", *ends, "base_year", "source"])


def _example() -> Example:
    deflators = Deflators((2024, 2025), (97.0, 100.0), "made up")
    lines = pd.DataFrame({"month": ["2024-10", "2025-10"], "pence": [1_000_000, 1_000_000]})
    real = in_base_prices(lines, deflators)["real"] / 100
    return Example(
        says="£10,000 posted in October 2024 and £10,000 posted in October 2025; index 97 and 100.",
        inputs=pd.DataFrame({"Financial year": ["2024/25", "2025/26"], "Index": [97, 100]}),
        steps=(
            "The index of a year stands for its middle, the end of September.",
            "October lies half a month after the middle, so its index has grown by one twenty-fourth of the "
            "year's growth: 97 × (100 ÷ 97) to the power 1/24 = 97.12, and 100 × (100 ÷ 97) to the power "
            "1/24 = 100.13.",
            "Divide each amount by its index and multiply by 100.",
        ),
        result={"October 2024": float(real[0]), "October 2025": float(real[1])},
        published={"October 2024": 10_296.20, "October 2025": 9_987.32},
        published_in="worked out by hand",
        decimals=2,
        unit="£",
    )


METHODS = (
    Method(
        id="price_base",
        name="Cost in the prices of one year",
        question="Did a pathway become dearer, or only prices?",
        formula="Amount × 100 ÷ price index of the month of posting. The index of a financial year stands "
        "for its middle; between two middles it grows at a constant rate.",
        units="Whole pence and an index (base year 100) in; pounds in base-year prices out.",
        source="HM Treasury, The Green Book (2022) (real base-year prices); Drummond and others "
        "2015, Methods for the Economic Evaluation of Health Care Programmes, 4th ed. The index "
        "is the one that data/reference/deflators.csv names.",
        fails="A month whose financial year is not in the table is refused, with the year. One index for all "
        "resources hides that drugs and pay rise at different rates.",
        function="valuekit.measures.money.prices.in_base_prices",
        example=_example,
        group="Cost and flow",
        also=("valuekit.measures.money.prices.price_cost",),
    ),
)
