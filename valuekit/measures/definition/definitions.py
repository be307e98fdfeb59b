"""What a service is: who belongs to it, how its pathway runs, what is measured and who chose it.

One YAML file in ``data/services/`` defines one service. The models below say what may stand
in it; what a single value cannot tell (codes of the schemas, names that refer to each other)
is checked in ``checks.py``. All faults of all files come at once.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from valuekit.config import Settings, Words, checked, read_yaml
from valuekit.errors import DefinitionError, Problem
from valuekit.extracts.schemas import code_labels, load_schemas
from valuekit.measures.definition import checks
from valuekit.measures.definition.chart_settings import Baseline, ChartKind, Rebases, Targets
from valuekit.measures.definition.codes import Codes
from valuekit.measures.definition.refinements import CaseMix, ImportantChange, Qaly
from valuekit.measures.definition.value_settings import Composite, Options, PricesInFile, Threshold
from valuekit.measures.people import eq5d
from valuekit.project import Project

COST_MEASURE = "cost_per_pathway"
"""The measure that every service has without asking for it."""

Interval = Literal["month", "quarter", "half_year", "year"]
Direction = Literal["increase", "decrease", "neutral"]


def _coded(pattern: str, says: str):
    """A text type that must match `pattern`; `says` tells the reader what it looks like."""

    def text(value: object) -> object:
        if not isinstance(value, str):
            raise ValueError(f"{value!r} is not text; put it in quotes")
        return value

    def check(value: str) -> str:
        if not re.fullmatch(pattern, value):
            raise ValueError(f"'{value}' is not {says}")
        return value

    return Annotated[str, BeforeValidator(text), AfterValidator(check)]


Identifier = _coded(
    r"[a-z][a-z0-9_]*", "an identifier: small letters, digits and underscores, a letter first"
)
Diagnosis = _coded(
    r"[A-Z]\d{2}[0-9X]?[0-9A-Z]?",
    "an ICD-10 code: a letter and two to four more characters, without dot, as I63",
)
Procedure = _coded(r"[A-Z]\d{2,3}", "an OPCS-4 code: a letter and two or three digits, without dot, as K254")
TreatmentFunction = _coded(r"\d{3}", 'a treatment function code: three digits in quotes, as "130"')


Days = Annotated[int, Field(ge=0, le=3660)]
PositiveDays = Annotated[int, Field(ge=1, le=3660)]
AtLeastOne = Field(min_length=1)


class Cohort(Settings):
    """Whose care is counted: an activity of these types with one of these codes opens a pathway."""

    says: Words
    activity_types: Annotated[tuple[str, ...], AtLeastOne]
    diagnoses: tuple[Diagnosis, ...] = ()
    procedures: tuple[Procedure, ...] = ()
    new_after_days: PositiveDays


class Stage(Settings):
    """A part of the pathway: an activity joins the first stage that fits. Days count from the start."""

    stage: Identifier
    name: Words
    activity_types: Annotated[tuple[str, ...], AtLeastOne]
    departments: tuple[str, ...] = ()
    treatment_functions: tuple[TreatmentFunction, ...] = ()
    from_day: Annotated[int, Field(ge=-3660, le=3660)] | None = None
    to_day: Annotated[int, Field(ge=-3660, le=3660)] | None = None


class Pathway(Settings):
    """The window around the start, and its stages in order."""

    days_before: Days
    days_after: PositiveDays
    leave_out_treatment_functions: tuple[TreatmentFunction, ...] = ()
    stages: Annotated[tuple[Stage, ...], AtLeastOne]


class Topic(Settings):
    """Something that patients, carers and clinicians rated; `measure` answers to it, if any does yet."""

    topic: Identifier
    name: Words
    measure: str | None = None


class Value(Settings):
    """The outcome that the money buys, and how often cost per pathway is shown."""

    outcome: str
    says: Words
    interval: Interval = "month"
    public_interval: Interval | None = None
    prices: PricesInFile | None = Field(default=None, alias="lambda")
    options: Options = ()
    tipping: tuple[Threshold, ...] = ()


class Chosen(Settings):
    """Who chose the measure, how, and how many of them."""

    by: Annotated[tuple[Literal["patients", "carers", "clinicians"], ...], AtLeastOne]
    how: Annotated[tuple[Literal["discussion_group", "survey", "evidence_review"], ...], AtLeastOne]
    people: Annotated[int, Field(ge=0)]


class OutcomeShare(Settings):
    """Share of people whose score at a time point is at least, or at most, a threshold."""

    kind: Literal["outcome_share"] = "outcome_share"
    instrument: str
    time_point: str
    at_least: float | None = None
    at_most: float | None = None
    death_counts_as: float | None = None
    """Score of people who died before the time point; without it they are not eligible."""


class OutcomeMean(Settings):
    """Mean score at a time point."""

    kind: Literal["outcome_mean"] = "outcome_mean"
    instrument: str
    time_point: str


class Earlier(Settings):
    """The questionnaire that was used before: its value set, and the last day on which an answer was due."""

    value_set: str
    until: date


class Eq5dMean(Settings):
    """Mean EQ-5D index at a time point; the value set names the instrument, EQ-5D-3L or EQ-5D-5L.

    People who were asked with the `earlier` instrument do not count: there is no exact way from one
    instrument to the other. They are shown beside, by their own value set.
    """

    kind: Literal["eq5d_mean"] = "eq5d_mean"
    time_point: str
    value_set: str
    earlier: Earlier | None = None


class AliveShare(Settings):
    """Share of people alive so many days after the start."""

    kind: Literal["alive_share"] = "alive_share"
    days: PositiveDays


class ReadmittedShare(Settings):
    """Share of people admitted again for the same condition, from the second day after the first stay on."""

    kind: Literal["readmitted_share"] = "readmitted_share"
    days: PositiveDays


class StayMean(Settings):
    """Mean days in hospital of the first stay."""

    kind: Literal["stay_mean"] = "stay_mean"


class WaitMean(Settings):
    """Mean days from the start to the first activity of these types."""

    kind: Literal["wait_mean"] = "wait_mean"
    to_activity_types: Annotated[tuple[str, ...], AtLeastOne]


class DaysAtHomeMean(Settings):
    """Mean days alive and out of hospital in the first so many days."""

    kind: Literal["days_at_home_mean"] = "days_at_home_mean"
    days: PositiveDays


class EventRate(Settings):
    """Events of these types for each `per` days in a bed or at home, from one day of the pathway to another.

    For the board and the team only: a rate and its days tell how many events there were.
    """

    kind: Literal["event_rate"] = "event_rate"
    activity_types: Annotated[tuple[str, ...], AtLeastOne]
    diagnoses: tuple[Diagnosis, ...] = ()
    exposure: Literal["bed_days", "days_at_home"]
    days: PositiveDays
    from_day: Days = 1
    """First day that counts; day 0 is that of the activity that opens the pathway."""
    per: Annotated[int, Field(ge=1)] = 1000


class PathwayCostMean(Settings):
    """Mean cost of a pathway. Every service has it; a definition cannot ask for it."""

    kind: Literal["pathway_cost_mean"] = "pathway_cost_mean"


Source = Annotated[
    OutcomeShare
    | OutcomeMean
    | Eq5dMean
    | AliveShare
    | ReadmittedShare
    | StayMean
    | WaitMean
    | DaysAtHomeMean
    | EventRate,
    Field(discriminator="kind", alias="from"),
]

UNITS: dict[str, tuple[str, str, int]] = {
    # kind: statistic, unit, decimals shown
    "outcome_share": ("share", "%", 1),
    "alive_share": ("share", "%", 1),
    "readmitted_share": ("share", "%", 1),
    "outcome_mean": ("mean", "score", 1),
    "eq5d_mean": ("mean", "index", 3),
    "stay_mean": ("mean", "days", 1),
    "wait_mean": ("mean", "days", 1),
    "days_at_home_mean": ("mean", "days", 1),
    "event_rate": ("rate", "events", 2),
    "pathway_cost_mean": ("mean", "£", 0),
}


class Measure(Settings):
    """One measure: what it is, where its figures come from, who chose it, how often it is shown."""

    measure: Identifier
    name: Words
    definition: Words
    numerator: Words
    denominator: Words
    tier: Literal[1, 2, 3] | None
    direction: Direction
    target: Targets = ()
    source: Source
    chosen: Chosen | None
    interval: Interval = "month"
    public_interval: Interval | None = None
    chart: ChartKind = "xmr"
    screen: bool = False
    rebase: Rebases = ()
    baseline: Baseline | None = None
    case_mix: CaseMix | None = None
    compare_value_set: str | None = None
    important_change: ImportantChange | None = None
    qaly: Qaly | None = None

    @property
    def statistic(self) -> str:
        """``share``, ``mean`` or ``rate``."""
        return UNITS[self.source.kind][0]

    @property
    def unit(self) -> str:
        """``%``, ``days``, ``index``, ``score`` or ``£``; of a rate what it is for: ``1,000 bed days``."""
        if self.source.kind == "event_rate":
            return f"{self.source.per:,} {self.source.exposure.replace('_', ' ')}"
        return UNITS[self.source.kind][1]

    @property
    def decimals(self) -> int:
        """Decimal places to show."""
        return UNITS[self.source.kind][2]

    @property
    def role(self) -> str:
        """``outcome`` or ``cost``."""
        return "cost" if self.measure == COST_MEASURE else "outcome"

    def interval_for(self, audience: str) -> str:
        """Spacing of the measure's points for an audience."""
        return (self.public_interval or self.interval) if audience == "public" else self.interval


class MeasureInFile(Measure):
    """A measure as a definition states it: tier and choice must be said."""

    tier: Literal[1, 2, 3]
    chosen: Chosen


class CostPerPathway(Measure):
    """The measure that every service has."""

    tier: None = None
    chosen: None = None
    source: PathwayCostMean = PathwayCostMean()


class Service(Settings):
    """A service as its file states it; see :func:`load_services`."""

    service: Identifier
    position: Annotated[int, Field(ge=1)] | None = None
    name: Words
    summary: Words
    lead: Words
    cohort: Cohort
    pathway: Pathway
    what_matters: tuple[Topic, ...] = ()
    value: Value
    composite: Composite | None = None
    measures: Annotated[tuple[MeasureInFile, ...], AtLeastOne]


class ServiceDefinition(Service):
    """A checked service, with the cost measure added as its last measure, and its rates apart.

    Rates are kept apart as they have tables of their own, which the public does not see.
    """

    measures: tuple[MeasureInFile | CostPerPathway, ...]
    rates: tuple[MeasureInFile, ...] = ()

    def measure(self, name: str) -> Measure:
        """The measure called `name`; ``KeyError`` if there is none."""
        for measure in self.measures:
            if measure.measure == name:
                return measure
        raise KeyError(name)


def _cost_measure(service: Service) -> CostPerPathway:
    days = service.pathway.days_after
    return CostPerPathway(
        measure=COST_MEASURE,
        name="Cost per pathway",
        definition=(
            "Mean cost of all the care on one pathway, over all departments and providers: "
            f"from {service.pathway.days_before} days before it began to {days} days after."
        ),
        numerator="Cost of the pathways",
        denominator=f"Pathways whose {days} days are over",
        direction="decrease",
        interval=service.value.interval,
        public_interval=service.value.public_interval,
    )


def load_services(project: Project, codes: Codes | None = None) -> tuple[ServiceDefinition, ...]:
    """Every service of the project, by its `position`; those without one after, by identifier.

    Parameters
    ----------
    project
        Where ``data/services/``, ``data/reference/`` and ``schemas/`` are.
    codes
        Code lists of the schemas; read from ``schemas/`` when not given.

    Raises
    ------
    DefinitionError
        Every fault of every file, each with file, line and what to do.
    """
    codes = code_labels(load_schemas(project, ())) if codes is None else codes
    value_sets = {
        name: value_set.instrument for name, value_set in eq5d.value_sets(project.reference).items()
    }
    problems: list[Problem] = []
    claimed: dict[str, str] = {}
    services: list[Service] = []
    for file in sorted(project.services.glob("*.yml")):
        try:
            located = read_yaml(file)
            problems += checks.claims(located, claimed)
            service = checked(located, Service)
        except DefinitionError as error:
            problems += error.problems
            continue
        problems += checks.faults(service, located, codes, value_sets)
        services.append(service)
    if not services and not problems:
        problems.append(
            Problem("no service is defined", "data/services", do="Run: valuekit new-service asthma")
        )
    if problems:
        raise DefinitionError(problems)
    services.sort(key=lambda s: (s.position is None, s.position or 0, s.service))
    return tuple(
        ServiceDefinition.model_validate(
            {
                **{name: getattr(s, name) for name in Service.model_fields},
                "measures": (*(m for m in s.measures if m.statistic != "rate"), _cost_measure(s)),
                "rates": tuple(m for m in s.measures if m.statistic == "rate"),
            }
        )
        for s in services
    )
