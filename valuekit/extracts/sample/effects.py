"""What is true of the synthetic extracts: every effect that was put in, with its size, unit and date.

Nothing else differs between groups or changes with time. Tests find these figures again, in the raw
sample and in the published tables; ``docs/sample.md`` says the same in words.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class KnownEffects:
    """The effects, each as the service's own measure would count it.

    Shares are 0 to 1, stays and waits are mean days, costs are rates a year. An effect with a date
    holds for every pathway that *began* on that date or later.
    """

    early_discharge: date = date(2025, 3, 1)
    """Stroke: early supported discharge begins."""
    stay_before: float = 15.0
    """Stroke: mean days of the first stay before it (people who died in it are counted)."""
    stay_after: float = 11.5
    """Stroke: mean days of the first stay from then on."""

    independent_most_deprived: float = 0.40
    """Stroke: share independent at six months in decile 1, of those whose result is known or who died."""
    independent_least_deprived: float = 0.58
    """Stroke: the same in decile 10; a straight line between the two."""

    independence_log_odds_per_point: float = -0.15
    """Stroke: log-odds of being independent at six months, for each point of the NIHSS on arrival."""
    independence_log_odds_per_ten_years: float = -0.36
    """Stroke: the same for each ten years of age."""
    death_log_odds_per_point: float = 0.11
    """Stroke: log-odds of dying within 180 days, for each point of the NIHSS on arrival."""
    death_log_odds_per_ten_years: float = 0.37
    """Stroke: the same for each ten years of age."""
    sites: tuple[str, ...] = ("ZZ1A", "ZZ1B", "ZZ1C", "ZZ1D", "ZZ1E", "ZZ1F")
    """Stroke: hospital sites, the organisation code of the first stay."""
    site_shares: tuple[float, ...] = (0.26, 0.20, 0.18, 0.16, 0.12, 0.08)
    """Stroke: share of people first admitted to each site."""
    site_log_odds: tuple[float, ...] = (0.15, 0.05, -0.75, 0.25, 0.0, 0.1)
    """Stroke: log-odds of being independent at each site. ZZ1C is truly worse; the others differ as little as
    hospitals do."""

    quality_stroke: tuple[float, float, float] = (0.35, 0.55, 0.72)
    """Stroke: mean EQ-5D-5L index (UK 2026 value set) of answers at the start, at 6 weeks, at 6 months."""
    quality_hepatitis_c: tuple[float, float, float] = (0.73, 0.71, 0.788)
    """Hepatitis C: the same."""
    quality_endocarditis: tuple[float, float, float] = (0.40, 0.58, 0.71)
    """Endocarditis: the same."""

    five_levels: date = date(2024, 8, 1)
    """Hepatitis C: answers due from this day on are to the EQ-5D-5L; those due before, to the EQ-5D-3L."""
    quality_hepatitis_c_three: float = 0.62
    """Hepatitis C: mean EQ-5D-3L index (UK 1997 value set) at 6 months, of answers due before that day."""

    goal_stroke: float = 0.62
    """Stroke: share of those asked at six months who reached the goal that they had set."""
    goal_hepatitis_c: float = 0.71
    """Hepatitis C: the same."""
    goal_endocarditis: float = 0.66
    """Endocarditis: the same."""

    community_clinics: date = date(2025, 1, 1)
    """Hepatitis C: treatment clinics in the community begin."""
    cured_before: float = 0.85
    """Hepatitis C: share of people with a test result in whom the virus is not found, before."""
    cured_after: float = 0.93
    """Hepatitis C: the same share from then on."""
    wait_before: float = 33.0
    """Hepatitis C: mean days from the first clinic to the first treatment visit, before."""
    wait_after: float = 27.0
    """Hepatitis C: the same mean from then on."""

    endocarditis_team: date = date(2025, 6, 1)
    """Endocarditis: the permanent team begins."""
    low_anxiety_before: float = 0.58
    """Endocarditis: share with a GAD-7 score of 9 or less at six months, before."""
    low_anxiety_after: float = 0.68
    """Endocarditis: the same share from then on. So few people that it may well not show."""

    recurrence_worry_patients: float = 4.6
    """Endocarditis survey: mean importance that patients and carers give the topic, before rounding."""
    recurrence_worry_clinicians: float = 3.1
    """Endocarditis survey: the same among clinicians."""

    annual_cost_rise: float = 0.03
    """Every unit cost rises by this share a year, smoothly by month of posting."""

    def independent(self, decile: float) -> float:
        """Share independent at six months after a stroke in a deprivation `decile` (1 the most deprived)."""
        span = self.independent_least_deprived - self.independent_most_deprived
        return self.independent_most_deprived + span * (decile - 1) / 9
