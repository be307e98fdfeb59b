"""The lens of allocation: how spending is shared between services, areas and kinds of patient.

Triple value has three lenses. *Technical*: outcomes for the resource used in one pathway (``value.py``).
*Allocative*: how resource is shared between pathways and needs (here). *Personal*: the outcome each person
wanted (the measure ``goal_reached``).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from valuekit.measures.diagnoses import has_any
from valuekit.measures.methods import Example, Method
from valuekit.measures.money.assumptions import FIFTHS, Segments
from valuekit.measures.money.costs import CompleteYear
from valuekit.measures.results import nights_in_hospital
from valuekit.measures.statistics import intervals, rates

A_HUNDRED_THOUSAND = 100_000
"""Adults for each of whom pathways are said."""

PER_EXPECTED = 100
"""Met need is said for each 100 people expected."""

ALLOCATION = ("service", "words", "n", "amount", "mean", "share", "shown")
NEED = (
    "service", "words", "fifth", "adults", "expected", "n", "met", "met_lower", "met_upper", "gap",
    "amount", "mean", "spend_share", "need_share", "adult_share", "shown", "source",
)  # fmt: skip
NEED_RATE = (
    "service", "words", "kind", "fifth", "n", "completeness", "adults", "value", "lower", "upper", "shown",
    "reason", "source",
)  # fmt: skip
SEGMENT = (
    "service", "words", "segment", "position", "name", "bands", "n", "people_share", "amount", "mean",
    "spend_share", "shown",
)  # fmt: skip


def allocation(years: Sequence[CompleteYear]) -> pd.DataFrame:
    """The mart's table ``allocation``: what each service's pathways cost, and its share of all of them.

    One row a service, for its newest complete 12 months; `amount` in pounds, `share` 0 to 1. The months of
    two services may differ, as their pathways do in length.
    """
    frame = pd.DataFrame(
        [
            {
                "service": year.service.service,
                "words": year.span.words,
                "n": year.n,
                "amount": year.pathway["cost_pence"].sum() / 100,
            }
            for year in years
        ]
    )
    return frame.assign(mean=_over(frame["amount"], frame["n"]), share=_share(frame["amount"]), shown=True)[
        list(ALLOCATION)
    ]


def met_need(pathways: np.ndarray, expected: np.ndarray) -> dict[str, np.ndarray]:
    """Pathways for each 100 people expected to need one, with the interval of a Poisson count.

    Parameters
    ----------
    pathways, expected
        (groups,). What is expected is taken as known: the interval holds the chance in who came, not how sure
        the estimate of need is.

    References
    ----------
    Exact below 10 events, Byar's approximation from 10 on: OHID, Public health technical guides.
    """
    ends = intervals.rate(pathways, expected)
    met = np.divide(pathways, expected, out=np.full(len(expected), np.nan), where=expected > 0)
    return {
        "met": PER_EXPECTED * met,
        "met_lower": PER_EXPECTED * ends.lower,
        "met_upper": PER_EXPECTED * ends.upper,
        "gap": expected - pathways,
    }


def need(years: Sequence[CompleteYear], declared: pd.DataFrame) -> pd.DataFrame:
    """The mart's table ``need``: people, spending and expected need by fifth of deprivation.

    Parameters
    ----------
    declared
        See :attr:`valuekit.measures.money.assumptions.Assumptions.need`. A service without rows has
        none here.

    Notes
    -----
    Expected numbers are for a year and shrink with the months covered. Pathways whose fifth is not known are
    in no row, so `n` may add up to less than the pathways of the service.
    """
    found = []
    for year in years:
        of = declared[declared["service"] == year.service.service].sort_values("fifth")
        if of.empty:
            continue
        adults = of["adults"].to_numpy(float)
        expected = adults * of["expected_per_100000"].to_numpy(float) / 100_000 * year.span.months / 12
        held = year.pathway.groupby(year.pathway["fifth"].astype("Float64"))["cost_pence"]
        n = held.size().reindex(FIFTHS, fill_value=0).to_numpy(float)
        pounds = held.sum().reindex(FIFTHS, fill_value=0).to_numpy(float) / 100
        found.append(
            pd.DataFrame(
                {
                    "service": year.service.service,
                    "words": year.span.words,
                    "fifth": FIFTHS,
                    "adults": adults,
                    "expected": expected,
                    "n": n,
                    **met_need(n, expected),
                    "amount": pounds,
                    "mean": _over(pounds, n),
                    "spend_share": _share(pounds),
                    "need_share": _share(expected),
                    "adult_share": _share(adults),
                    "shown": True,
                    "source": of["source"].to_numpy(),
                }
            )
        )
    return _joined(found, NEED)


def need_rate(years: Sequence[CompleteYear], declared: pd.DataFrame) -> pd.DataFrame:
    """The mart's table ``need_rate``: pathways for each 100,000 adults a year, by fifth and of all.

    Parameters
    ----------
    declared
        As in :func:`need`; its ``adults`` are the people of each fifth.

    Notes
    -----
    `kind` is ``fifth``; ``crude``, of all fifths together; or ``standardised``: the rate were a fifth of the
    adults in each fifth, as they nearly are in the nation, with Dobson's interval
    (:func:`valuekit.measures.statistics.rates.direct_of_repeats`, as a person may have two pathways).
    Pathways whose fifth is not known are in no row; `completeness` is the share whose fifth is known.
    """
    found = []
    for year in years:
        of = declared[declared["service"] == year.service.service].sort_values("fifth")
        if of.empty:
            continue
        known = year.pathway[year.pathway["fifth"].notna()]
        each = known.groupby([known["fifth"].astype(int), "patient"]).size().rename("times").reset_index()
        times = np.arange(1, int(each["times"].max()) + 1) if len(each) else np.array([1])
        people = pd.crosstab(each["fifth"], each["times"]).reindex(index=FIFTHS, columns=times, fill_value=0)
        adults = of["adults"].to_numpy(float)
        exposure = adults * year.span.months / 12
        n, squares = people.to_numpy() @ times, people.to_numpy() @ times**2
        by_fifth, ends = rates.crude(n, exposure, squares, per=A_HUNDRED_THOUSAND)
        whole, its_ends = rates.crude(n.sum(), exposure.sum(), squares.sum(), per=A_HUNDRED_THOUSAND)
        even = rates.direct_of_repeats(people.to_numpy(), exposure, np.ones(len(FIFTHS)), times)
        columns = {
            "kind": ["fifth"] * len(FIFTHS) + ["crude", "standardised"],
            "fifth": [*FIFTHS, None, None],
            "n": [*n, n.sum(), n.sum()],
            "adults": [*adults, adults.sum(), adults.sum()],
            "value": [*by_fifth, whole, even.value],
            "lower": [*ends.lower, its_ends.lower, even.lower],
            "upper": [*ends.upper, its_ends.upper, even.upper],
            "source": [*of["source"], *[of["source"].iloc[0]] * 2],
        }
        frame = pd.DataFrame(columns)
        shown = frame["value"].notna()
        found.append(
            frame.assign(
                service=year.service.service,
                words=year.span.words,
                completeness=len(known) / len(year.pathway) if len(year.pathway) else np.nan,
                shown=shown,
                reason=np.where(shown, "", "too few"),
            )
        )
    return _joined(found, NEED_RATE)


def use_of_care(year: CompleteYear, activity: pd.DataFrame, declared: Segments) -> pd.DataFrame:
    """For each pathway of `year`: `bed_days`, `emergency_contacts`, `long_term_conditions`, and `segment`.

    Bed days and emergency contacts are those within the pathway's window, whatever they were for; nights that
    two stays share count once. Conditions are those of any contact up to the window's end.
    """
    days = year.service.pathway
    windows = year.pathway[["pathway", "patient", "began"]].copy()
    windows["began"] = pd.to_datetime(windows["began"]).dt.normalize() - pd.Timedelta(days=days.days_before)
    windows["until"] = windows["began"] + pd.Timedelta(days=days.days_before + days.days_after)
    contacts = windows.merge(
        activity[["patient", "activity_type", "start_date", "primary_diagnosis"]], on="patient"
    )
    start = pd.to_datetime(contacts["start_date"]).dt.normalize()
    so_far = contacts[start <= contacts["until"]]
    inside = so_far[start[so_far.index] >= so_far["began"]]
    emergencies = inside.loc[inside["activity_type"] == "emergency"].groupby("pathway").size()
    use = pd.DataFrame(
        {
            "pathway": windows["pathway"],
            "bed_days": windows["pathway"].map(nights_in_hospital(windows, activity)).fillna(0),
            "emergency_contacts": windows["pathway"].map(emergencies).fillna(0),
            "long_term_conditions": windows["pathway"].map(_conditions(so_far, declared)).fillna(0),
        }
    )
    return use.assign(segment=segment_of(use, declared))


def _conditions(contacts: pd.DataFrame, declared: Segments) -> pd.Series:
    has = {c.name: has_any(contacts["primary_diagnosis"], c.diagnoses) for c in declared.long_term_conditions}
    if not has:
        return pd.Series(dtype=float)
    return pd.DataFrame(has).groupby(contacts["pathway"]).any().sum(axis=1)


def segment_of(use: pd.DataFrame, declared: Segments) -> np.ndarray:
    """The first segment of which any band is reached; the last where none is."""
    reached = [
        np.logical_or.reduce([use[name].to_numpy() >= least for name, least in s.bands.given.items()])
        for s in declared.segments[:-1]
    ]
    names = [s.segment for s in declared.segments]
    return np.select(reached, names[:-1], names[-1]) if reached else np.full(len(use), names[-1])


def segments(years: Sequence[CompleteYear], activity: pd.DataFrame, declared: Segments) -> pd.DataFrame:
    """The pathways of each year, each in its segment: `service`, `segment`, `patient`, `pence`."""
    if not declared.segments:
        return pd.DataFrame(columns=["service", "segment", "patient", "pence"])
    found = [
        pd.DataFrame(
            {
                "service": year.service.service,
                "segment": use_of_care(year, activity, declared)["segment"].to_numpy(),
                "patient": year.pathway["patient"].to_numpy(),
                "pence": year.pathway["cost_pence"].to_numpy(),
            }
        )
        for year in years
        if year.n
    ]
    return pd.concat(found, ignore_index=True) if found else segments([], activity, Segments())


def segment_table(placed: pd.DataFrame, years: Sequence[CompleteYear], declared: Segments) -> pd.DataFrame:
    """The mart's table ``segment``: people and spending by segment of health-care use, for each service."""
    found = []
    for year in years if declared.segments else ():
        names = [s.segment for s in declared.segments]
        held = placed[placed["service"] == year.service.service].groupby("segment")["pence"]
        n = held.size().reindex(names, fill_value=0).to_numpy(float)
        pounds = held.sum().reindex(names, fill_value=0).to_numpy(float) / 100
        found.append(
            pd.DataFrame(
                {
                    "service": year.service.service,
                    "words": year.span.words,
                    "segment": names,
                    "position": range(1, len(names) + 1),
                    "name": [s.name for s in declared.segments],
                    "bands": [_in_words(s.bands.given) for s in declared.segments],
                    "n": n,
                    "people_share": _share(n),
                    "amount": pounds,
                    "mean": _over(pounds, n),
                    "spend_share": _share(pounds),
                    "shown": True,
                }
            )
        )
    return _joined(found, SEGMENT)


_BANDS = {
    "bed_days": "days in hospital",
    "emergency_contacts": "emergency contacts",
    "long_term_conditions": "long-term conditions",
}


def _in_words(bands: dict[str, int]) -> str:
    return " or ".join(f"{least} or more {_BANDS[name]}" for name, least in bands.items()) or "all others"


def held_by_fifth(years: Sequence[CompleteYear]) -> pd.DataFrame:
    """Who holds the cost of each fifth: `service`, `fifth`, `patient`, `pence`."""
    pathway = pd.concat([year.pathway.assign(service=year.service.service) for year in years])
    known = pathway[pathway["fifth"].notna()].rename(columns={"cost_pence": "pence"})
    return known[["service", "fifth", "patient", "pence"]].astype({"fifth": "int64"}).reset_index(drop=True)


def _share(parts: pd.Series | np.ndarray) -> np.ndarray:
    parts = np.asarray(parts, float)
    return parts / parts.sum() if parts.sum() > 0 else np.full(len(parts), np.nan)


def _over(total: pd.Series | np.ndarray, n: pd.Series | np.ndarray) -> np.ndarray:
    total, n = np.asarray(total, float), np.asarray(n, float)
    return np.divide(total, n, out=np.full(len(n), np.nan), where=n > 0)


def _joined(found: list[pd.DataFrame], columns: tuple[str, ...]) -> pd.DataFrame:
    frame = pd.concat(found, ignore_index=True) if found else pd.DataFrame(columns=list(columns))
    return frame[list(columns)]


def _example() -> Example:
    people, expected = np.array([120.0, 95.0]), np.array([200.0, 100.0])
    made = met_need(people, expected)
    return Example(
        says="In the most deprived fifth 200 people a year are expected to need a pathway and 120 came onto "
        "it; in the least deprived, 100 are expected and 95 came.",
        inputs=pd.DataFrame({"Fifth": [1, 5], "Pathways": [120, 95], "Expected": [200, 100]}),
        steps=(
            "120 ÷ 200 × 100 = 60 for each 100 expected, and 95 ÷ 100 × 100 = 95.",
            "Byar's lower end of 120 is 120 × (1 − 1 ÷ 1,080 − 1.96 ÷ (3 × √120)) cubed = 99.5, and "
            "99.5 ÷ 200 × 100 = 49.7.",
        ),
        result={
            "Most deprived, met for each 100": float(made["met"][0]),
            "Lower end": float(made["met_lower"][0]),
            "Least deprived, met for each 100": float(made["met"][1]),
        },
        published={
            "Most deprived, met for each 100": 60.0,
            "Lower end": 49.7,
            "Least deprived, met for each 100": 95.0,
        },
        published_in="Worked out by hand, as in the steps.",
        decimals=1,
    )


METHODS = (
    Method(
        id="allocative_value",
        name="Allocation: spending and need side by side",
        question="Is money shared between services, areas and kinds of patient as need is?",
        formula=(
            "Share of spending: cost of a group's pathways, over that of all groups. Met need: pathways that "
            "began in 12 months, over the people expected to need one (adults × expected for each 100,000), "
            "for each 100. What £100,000 buys is the average of all that was spent, never the next pound."
        ),
        units="People, pounds and adults go in; shares, and pathways for each 100 expected, come out.",
        source="Hurst and others 2019, Defining value-based healthcare in the NHS, CEBM (the lenses); "
        "OHID, Public health technical guides (Byar's interval)",
        fails=(
            "Expected need is an estimate taken as known, so the interval is too narrow. Outcomes of two "
            "services differ in kind, so what £100,000 buys cannot be ranked. An average is not a margin."
        ),
        function="valuekit.measures.money.lenses.met_need",
        example=_example,
        group="Value",
        also=("valuekit.measures.money.lenses.allocation", "valuekit.measures.money.lenses.segments"),
    ),
)
