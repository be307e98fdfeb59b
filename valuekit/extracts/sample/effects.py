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
