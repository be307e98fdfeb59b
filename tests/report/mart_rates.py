"""The tables of the made-up marts about rates: stroke has one, with figures for the board and the team."""

from __future__ import annotations

import pandas as pd
from mart_figures import BEFORE, NEWEST, row

PER = 1000
DAYS = 10_400
"""Days at home in each month."""
SITES = (("A", 150, 54, 73.0), ("B", 140, 70, 69.0))
FIFTHS = (190.2, 210.2, 219.0, 216.2, 197.4)


def rates(tables, service, audience) -> None:
    """What is counted for everybody; the figures for all but the public."""
    if service != "stroke":
        return
    at = {"service": service, "measure": "emergency_at_home"}
    tables["rate"].append(
        row(
            "rate", **at, position=1, name="Emergency visits from home", unit="1,000 days at home",
            decimals=2,
            definition="Attendances by people who are at home after a stroke.", direction="decrease", tier=2,
            numerator="Attendances", denominator="Days alive and out of hospital", interval="month",
            time_point="day 1 to 180", chosen_by="carers", chosen_how="a discussion group", chosen_people=21,
            method="Exact or Byar's interval",
        )
    )  # fmt: skip
    tables["case_mix_model"].append(
        row(
            "case_mix_model", service=service, measure="independent_6_months", words=BEFORE, n=700,
            events=340, covariates="age, sex and severity", otherwise="people who are dependent", fitted=True,
            c=0.74,
        )
    )  # fmt: skip
    if audience == "public":
        return
    _series(tables, at)
    _year(tables, at)
    for position, (name, n, observed, expected) in enumerate(SITES, 1):
        apart = observed - expected
        tables["case_mix_group"].append(
            row(
                "case_mix_group", service=service, measure="independent_6_months", kind="site",
                position=position, name=name, words=NEWEST, eligible=n + 10, n=n, completeness=n / (n + 10),
                observed=observed, expected=expected, difference=apart, diff_lower=apart - 12,
                diff_upper=apart + 12,
                ratio_of="people with the outcome", ratio=observed / expected,
                ratio_lower=(observed - 11) / expected, ratio_upper=(observed + 11) / expected, shown=True,
            )
        )  # fmt: skip
    need = {"service": service, "words": NEWEST, "completeness": 0.99, "shown": True}
    for fifth, value in enumerate(FIFTHS, 1):
        tables["need_rate"].append(
            row("need_rate", **need, kind="fifth", fifth=fifth, n=175, adults=84_000, value=value,
                lower=value - 29, upper=value + 31)
        )  # fmt: skip
    for kind in ("crude", "standardised"):
        tables["need_rate"].append(
            row("need_rate", **need, kind=kind, n=875, adults=420_000, value=206.5, lower=193.0, upper=220.7)
        )


def _series(tables, at) -> None:
    for i, start in enumerate(pd.date_range("2023-11-01", periods=24, freq="MS")):
        events = 9 + i % 3
        value = PER * events / DAYS
        tables["rate_series"].append(
            row(
                "rate_series", **at, period=f"{start:%B %Y}", period_start=start, events=events, n=73,
                with_event=events, exposure=DAYS, value=value, lower=value * 0.5, upper=value * 1.8,
                shown=True, chart="u_prime", centre=PER * 10 / DAYS, lower_limit=0.1, upper_limit=1.9,
                phase=1, signal="common", limits_from="phase",
            )
        )  # fmt: skip


def _year(tables, at) -> None:
    value = PER * 120 / (12 * DAYS)
    year = {"n": 876, "with_event": 110, "events": 120, "exposure": 12 * DAYS, "value": value}
    year |= {"lower": value - 0.16, "upper": value + 0.19}
    tables["rate_year"].append(
        row(
            "rate_year", **at, words=NEWEST, **year, before_words=BEFORE,
            **{f"before_{name}": figure for name, figure in year.items()}, ratio=1.0, ratio_lower=0.77,
            ratio_upper=1.3, verdict="uncertain", variation="common",
        )
    )  # fmt: skip
