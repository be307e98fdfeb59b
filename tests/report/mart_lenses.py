"""The tables of the made-up marts about how money is shared, and about the programme."""

from __future__ import annotations

import pandas as pd
from mart_figures import MEASURES, N_YEAR, NEWEST, row


def shared(tables, service, audience) -> None:
    n, mean = N_YEAR[service], MEASURES[service]["cost_per_pathway"][6]
    tables["allocation"].append(
        row(
            "allocation",
            service=service,
            words=NEWEST,
            n=n,
            amount=n * mean,
            mean=mean,
            share=0.3,
            shown=True,
        )
    )
    if service != "endocarditis":
        for fifth in range(1, 6):
            met = 60.0 + 8 * fifth if service == "stroke" else 80.0
            tables["need"].append(
                row(
                    "need",
                    service=service,
                    words=NEWEST,
                    fifth=fifth,
                    adults=84000,
                    expected=n / 5 / met * 100,
                    n=n // 5,
                    met=met,
                    met_lower=met * 0.87,
                    met_upper=met * 1.14,
                    gap=n / 5 / met * 100 - n // 5,
                    amount=n // 5 * mean,
                    mean=mean,
                    spend_share=0.2,
                    need_share=0.2,
                    adult_share=0.2,
                    shown=True,
                    source="Synthetic",
                )
            )
    for position, (name, part) in enumerate((("Much hospital care", 0.3), ("Little hospital care", 0.7)), 1):
        hidden = audience == "public" and service == "endocarditis"
        tables["segment"].append(
            row(
                "segment",
                service=service,
                words=NEWEST,
                segment=f"s{position}",
                position=position,
                name=name,
                bands="15 or more days in hospital" if position == 1 else "all others",
                n=None if hidden else round(n * part),
                people_share=None if hidden else part,
                amount=None if hidden else n * mean * 0.5,
                mean=None if hidden else mean,
                spend_share=None if hidden else 0.5,
                shown=not hidden,
            )
        )


def programme(tables) -> None:
    months = pd.date_range("2023-11-01", periods=60, freq="MS")
    so_far = [-20_000.0 * i + 600.0 * i * i for i in range(60)]
    for at, (month, total) in enumerate(zip(months, so_far, strict=True)):
        tables["programme_month"].append(
            row(
                "programme_month",
                month=f"{month:%Y-%m}",
                period_start=month,
                words=f"{month:%B %Y}",
                basis="actual" if at < 36 else "forecast",
                cost=70_000.0,
                benefit=60_000.0,
                factor=0.99,
                discounted=-10_000.0,
                cumulative=total,
            )
        )
    ends = {"break_even": pd.Timestamp("2027-12-01"), "break_even_words": "December 2027"}
    tables["programme"].append(
        row(
            "programme",
            first="November 2023",
            last="October 2028",
            months=60,
            base="November 2023",
            discount_rate=0.035,
            price_change=0.02,
            source="HM Treasury, The Green Book (2022)",
            cost=4_100_000.0,
            benefit=4_900_000.0,
            cost_present=3_600_000.0,
            benefit_present=4_140_000.0,
            npv=540_000.0,
            roi=0.15,
            booked="October 2026",
            forecast_share=0.61,
            beyond=120_000.0,
            reason="",
            **ends,
        )
    )
    for position, (name, words, side, setting, npv, late) in enumerate(
        (
            ("benefits", "All benefits", "low", "20% less", -290_000.0, True),
            ("benefits", "All benefits", "high", "20% more", 1_370_000.0, False),
            ("delay", "Benefits still to come", "high", "6 months later", 340_000.0, False),
        ),
        1,
    ):
        tables["programme_case"].append(
            row(
                "programme_case",
                position=position,
                assumption=name,
                name=words,
                side=side,
                setting=setting,
                npv=npv,
                roi=npv / 3_600_000,
                **({} if late else ends),
            )
        )
    tables["programme_line"].append(
        row(
            "programme_line",
            position=1,
            kind="cost",
            service="stroke",
            category="Discharge team",
            actual=1_000_000.0,
            forecast=800_000.0,
            present_value=1_600_000.0,
        )
    )
