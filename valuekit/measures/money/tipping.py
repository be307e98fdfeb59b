"""Tipping points: whether the cost of a pathway rises faster beyond some number of days or points.

A broken-stick regression: one straight line up to the break, another beyond it, joined at the break. The
break is sought on a grid; its interval comes from the profile of the likelihood. Where a single line fits as
well, no break is stated.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from valuekit.measures.methods import Example, Method
from valuekit.measures.statistics import intervals

if TYPE_CHECKING:
    from valuekit.extracts import Intake
    from valuekit.measures.money.costs import CompleteYear

Floats = NDArray[np.float64]

GRID = 121
"""Places at which a break is tried."""

TAIL = 0.1
"""Share of people who must lie on each side of a break: with fewer the second line rests on a handful."""

FEWEST_PEOPLE = 40
"""People below which no break is sought: each of the two lines needs enough of them."""

TEST_DRAWS = 499
"""Bootstrap draws of the test against one straight line."""

SURE = 0.05
"""The test must give less than this, or no break is stated."""


@dataclass(frozen=True)
class Profile:
    """Fit of a broken stick at each place of the grid, for one or many outcomes at once.

    Attributes
    ----------
    grid
        Places tried, rising.
    single
        Residual sum of squares of one straight line, one for each outcome.
    broken
        Grid × outcomes: residual sum of squares with the break there.
    """

    grid: Floats
    single: Floats
    broken: Floats


@dataclass(frozen=True)
class Break:
    """What was found: the break with its interval, the slopes, and how sure it is that there is one.

    `lower` and `upper` are NaN where the interval runs to the end of the places tried; `p` is the share of
    bootstrap draws of one straight line that bend at least as much.
    """

    at: float
    lower: float
    upper: float
    slope_before: float
    slope_after: float
    p: float
    n: int


def places(x: ArrayLike, count: int = GRID, tail: float = TAIL) -> Floats:
    """Where a break may be: evenly from the 10th to the 90th percentile; none where those are alike."""
    low, high = np.quantile(np.asarray(x, float), [tail, 1 - tail])
    return np.linspace(low, high, count) if high > low else np.zeros(0)


def _bases(x: Floats, grid: Floats) -> tuple[Floats, Floats]:
    """Orthonormal base of one straight line (n × 2), and what each break adds to it (n × grid), of length
    1.
    """
    line, _ = np.linalg.qr(np.column_stack([np.ones_like(x), x]))
    kinks = np.maximum(x[:, None] - grid, 0.0)
    kinks -= line @ (line.T @ kinks)
    size = np.linalg.norm(kinks, axis=0)
    return line, kinks / np.where(size > 0, size, np.inf)


def profile(x: ArrayLike, y: ArrayLike, grid: ArrayLike) -> Profile:
    """Least squares of a broken stick with its break at each place of `grid`.

    Parameters
    ----------
    x
        One value a person.
    y
        n, or n × outcomes: all of them are fitted in one product of matrices.
    """
    x, grid = np.asarray(x, float), np.asarray(grid, float)
    y = np.asarray(y, float).reshape(x.size, -1)
    line, kinks = _bases(x, grid)
    rest = y - line @ (line.T @ y)
    single = (rest**2).sum(axis=0)
    return Profile(grid, single, single - (kinks.T @ rest) ** 2)


def likelihood_interval(
    found: Profile, n: int, spread: ArrayLike = 1.0, level: float = intervals.LEVEL
) -> intervals.Interval:
    """Profile-likelihood interval of the break: where n × log(RSS / least RSS) stays below its limit.

    Parameters
    ----------
    spread
        By how much the variance of the break is larger than with equal spread about the line: see
        :func:`unequal_spread`. One for each outcome.

    Returns
    -------
    Interval
        One end for each outcome, by straight lines between the places; NaN where it reaches the end of the
        grid.

    References
    ----------
    Profile likelihood: Venzon and Moolgavkar 1988, Appl Stat 37:87, doi 10.2307/2347496. The break of
    joined lines behaves like an ordinary coefficient: Feder 1975, Ann Stat 3(1):49–83; Hansen 2017, J Bus
    Econ Stat 35:228, doi 10.1080/07350015.2015.1073595.
    """
    # For small n the limit of F stands in for that of chi-squared, to which it tends.
    free = max(n - 4, 1)
    limit = (
        n
        * np.log1p(stats.f.ppf(level, 1, free) / free)
        * np.broadcast_to(np.asarray(spread, float), found.single.shape)
    )
    rise = n * np.log(found.broken / found.broken.min(axis=0)) - limit
    inside = rise <= 0
    first, last = inside.argmax(axis=0), inside.shape[0] - 1 - inside[::-1].argmax(axis=0)
    columns = np.arange(rise.shape[1])
    return intervals.Interval(
        _crossing(found.grid, rise, first - 1, first, columns, first == 0),
        _crossing(found.grid, rise, last + 1, last, columns, last == rise.shape[0] - 1),
    )


def _crossing(grid: Floats, rise: Floats, outside, inside, columns, at_end) -> Floats:
    out = np.clip(outside, 0, grid.size - 1)
    above, below = rise[out, columns], rise[inside, columns]
    with np.errstate(invalid="ignore", divide="ignore"):
        part = below / (below - above)
        return np.where(at_end, np.nan, grid[inside] + part * (grid[out] - grid[inside]))


def coefficients(x: Floats, y: Floats, at: float) -> Floats:
    """Intercept, slope before the break, and change of slope at it."""
    columns = np.column_stack([np.ones_like(x), x, np.maximum(x - at, 0.0)])
    return np.linalg.lstsq(columns, y, rcond=None)[0]


def unequal_spread(x: Floats, y: Floats, at: float) -> float:
    """Variance of the break with the spread as it is, over that with equal spread about the line.

    Costs spread more where they are high. The likelihood of equal spread would then give too narrow an
    interval, so its limit is multiplied by this ratio (never by less than 1).

    References
    ----------
    The variance: White 1980, Econometrica 48:817–838, doi 10.2307/1912934. A likelihood ratio of a model
    that is not quite right, and its scale: Kent 1982, Biometrika 69:19–27, doi 10.1093/biomet/69.1.19.
    """
    fitted = coefficients(x, y, at)
    slopes = np.column_stack([np.ones_like(x), x, np.maximum(x - at, 0.0), -fitted[2] * (x > at)])
    rest = y - slopes[:, :3] @ fitted
    bread = np.linalg.pinv(slopes.T @ slopes)
    true = bread @ (slopes.T * rest**2) @ slopes @ bread
    plain = bread * (rest @ rest) / x.size
    return float(max(true[3, 3] / plain[3, 3], 1.0)) if plain[3, 3] > 0 else 1.0


def one_line_p(
    x: Floats, y: Floats, grid: Floats, draws: int = TEST_DRAWS, seed: int = intervals.SEED
) -> float:
    """Share of bootstrap draws of one straight line in which the best break fits at least as well as here.

    The statistic is the largest score statistic over the grid, each over its own spread, so that costs that
    spread more where they are high do not look like a break. It does not follow a textbook distribution, as
    the break does not exist under one straight line. So it is drawn: the sign of each residual is turned or
    left (wild bootstrap), which keeps the spread where it is.

    References
    ----------
    Davies 1987, Biometrika 74:33, doi 10.1093/biomet/74.1.33; Hansen 1996, Econometrica 64:413,
    doi 10.2307/2171789; wild bootstrap with the residuals of the simpler model: Davidson and Flachaire 2008,
    J Econometrics 146:162, doi 10.1016/j.jeconom.2008.08.003.
    """
    line, kinks = _bases(x, grid)
    rest = y - line @ (line.T @ y)
    signs = np.random.default_rng(seed).choice([-1.0, 1.0], (x.size, draws))
    # A point that draws the line towards itself has too small a residual: it is scaled up (HC3).
    scaled = rest / np.maximum(1 - (line**2).sum(axis=1), 0.05)
    drawn = np.column_stack([rest, scaled[:, None] * signs])
    drawn -= line @ (line.T @ drawn)
    best = ((kinks.T @ drawn) ** 2 / np.maximum((kinks**2).T @ drawn**2, 1e-300)).max(axis=0)
    return float((1 + (best[1:] >= best[0]).sum()) / (1 + draws))


def broken_stick(x: ArrayLike, y: ArrayLike, grid: ArrayLike | None = None) -> Break | None:
    """The break of the line of `y` on `x`, its interval, and the test against one straight line.

    Returns
    -------
    Break or None
        None where x hardly varies, so that no place for a break is left.

    References
    ----------
    Muggeo 2003, Stat Med 22:3055, doi 10.1002/sim.1545, for the model; the grid search replaces its
    iteration.
    """
    x, y = np.asarray(x, float), np.asarray(y, float)
    grid = places(x) if grid is None else np.asarray(grid, float)
    if grid.size < 3 or np.ptp(y) == 0:
        return None
    found = profile(x, y, grid)
    at = float(grid[found.broken[:, 0].argmin()])
    lower, upper = likelihood_interval(found, x.size, unequal_spread(x, y, at))
    _, slope, more = coefficients(x, y, at)
    p = one_line_p(x, y, grid)
    return Break(at, float(lower[0]), float(upper[0]), float(slope), float(slope + more), p, x.size)


COLUMNS = (
    "service", "threshold", "says", "words", "n", "at", "lower", "upper", "slope_before", "slope_after", "p",
    "from_value", "to_value", "shown", "reason",
)  # fmt: skip
"""Columns of the mart's table ``tipping``."""

DAYS = ("days_in_hospital", "days in hospital")


def tipping(years: Sequence[CompleteYear], intake: Intake) -> pd.DataFrame:
    """The mart's table ``tipping``: cost of a pathway against days in hospital, and against declared scores.

    Over the newest complete 12 months of each service, so that every cost is in.
    """
    found = []
    for year in years:
        pounds = year.pathway["cost_pence"].to_numpy(float) / 100
        against = [(*DAYS, year.pathway["days_in_hospital"].to_numpy(float))]
        for threshold in year.service.value.tipping:
            name = f"{threshold.instrument}_{threshold.time_point}"
            against.append((name, threshold.says, _scores(year, threshold, intake.tables["outcomes"])))
        for name, says, x in against:
            row = {"service": year.service.service, "threshold": name, "says": says, "words": year.span.words}
            found.append(row | _row(x, pounds))
    return pd.DataFrame(found, columns=list(COLUMNS))


def _scores(year: CompleteYear, threshold, outcomes: pd.DataFrame) -> Floats:
    """Each pathway's score, the nearest to its start of that person; NaN where there is none."""
    asked = outcomes[
        (outcomes["service"] == year.service.service)
        & (outcomes["instrument"] == threshold.instrument)
        & (outcomes["time_point"] == threshold.time_point)
        & outcomes["value"].notna()
    ]
    rows = year.pathway[["pathway", "patient", "began"]].merge(
        asked[["patient", "recorded_date", "value"]], on="patient"
    )
    rows["gap"] = (pd.to_datetime(rows["recorded_date"]) - pd.to_datetime(rows["began"])).abs()
    nearest = rows.sort_values(["gap", "value"]).drop_duplicates("pathway").set_index("pathway")["value"]
    return year.pathway["pathway"].map(nearest).astype(float).to_numpy(float)


def _row(x: Floats, pounds: Floats) -> dict[str, object]:
    known = ~(np.isnan(x) | np.isnan(pounds))
    x, pounds = x[known], pounds[known]
    row: dict[str, object] = dict.fromkeys(COLUMNS[5:13], np.nan) | {"n": x.size, "shown": False}
    if x.size < FEWEST_PEOPLE:
        return row | {"reason": "too few"}
    found = broken_stick(x, pounds)
    if found is None:
        return row | {"reason": "hardly varies"}
    grid = places(x)
    row |= {"from_value": grid[0], "to_value": grid[-1], "p": found.p}
    if found.p >= SURE:
        return row | {"reason": "no break"}
    row |= {"at": found.at, "lower": found.lower, "upper": found.upper}
    row |= {"slope_before": found.slope_before, "slope_after": found.slope_after}
    return row | {"shown": True, "reason": ""}


def _example() -> Example:
    x = np.arange(0.0, 21.0)
    y = 500 + 100 * x + 200 * np.maximum(x - 10, 0) + np.where(np.arange(21) % 2 == 0, 20.0, -20.0)
    found = broken_stick(x, y, np.linspace(4, 16, 121))
    return Example(
        says="Cost of 21 stays: £100 a day up to day 10 and £300 beyond, £20 added and taken by turns.",
        inputs=pd.DataFrame({"Days": x, "Cost, £": y}),
        steps=(
            "A break is tried at 121 places from day 4 to day 16; the fit is best next to day 10.",
            "The test against one straight line gives "
            f"{found.p:.3f}: a single line never bends as much in {TEST_DRAWS} draws.",
        ),
        result={
            "Break, days": found.at,
            "Lower end of its 95% interval": found.lower,
            "Upper end of its 95% interval": found.upper,
            "Pounds a day before": found.slope_before,
            "Pounds a day beyond": found.slope_after,
        },
        published={"Break, days": 10.0, "Pounds a day before": 100.0, "Pounds a day beyond": 300.0},
        published_in="The figures that were put in.",
        decimals=0,
    )


METHODS = (
    Method(
        id="tipping_point",
        name="Tipping point",
        question="Does the cost of a pathway rise faster beyond some number of days, and where?",
        formula=(
            "Two straight lines that meet at the break are fitted by least squares, with the break at each "
            "of 121 places from the 10th to the 90th percentile. The best place is the estimate; its "
            "interval holds the places whose likelihood is not much lower (profile likelihood, widened "
            "where costs spread unequally). A bootstrap of one straight line tests whether there is a break "
            "at all."
        ),
        units="Days (or points of a score) for the break; pounds for each further day for the slopes.",
        source=(
            "Muggeo 2003, Stat Med 22:3055, doi 10.1002/sim.1545; Hansen 2017, J Bus Econ Stat 35:228, doi "
            "10.1080/07350015.2015.1073595; Davies 1987, Biometrika 74:33; Venzon and Moolgavkar 1988, Appl "
            "Stat 37:87."
        ),
        fails=(
            "Refused below 40 pathways, and not stated where the test gives 0.05 or more. It finds one "
            "break; a smooth bend is shown as one. Days in hospital and cost share their source, so the "
            "slopes describe and do not explain."
        ),
        function="valuekit.measures.money.tipping.broken_stick",
        example=_example,
        group="Change",
        also=(
            "valuekit.measures.money.tipping.likelihood_interval",
            "valuekit.measures.money.tipping.one_line_p",
        ),
    ),
)
