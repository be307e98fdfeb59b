"""What one value of a service definition cannot tell by itself: codes, cross-references, ranges.

Each check yields :class:`Problem` with file, line and the nearest right name.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from valuekit.config import Located, nearest
from valuekit.errors import Problem
from valuekit.measures.definition import refinements, value_settings
from valuekit.measures.definition.codes import Codes, score_range, unknown

if TYPE_CHECKING:
    from valuekit.measures.definition.definitions import Measure, Service, Stage

RESERVED = "cost_per_pathway"
CHARTS = {
    "share": ("xmr", "p_prime", "g", "t"),
    "mean": ("xmr",),
    "rate": ("xmr", "u_prime"),
}
"""Charts that each statistic may have."""

SHARES = ("outcome_share", "alive_share", "readmitted_share")


def claims(located: Located, claimed: dict[str, str]) -> Iterator[Problem]:
    """The file's name is the service's identifier, and no other file claims it."""
    service = located.data.get("service") if isinstance(located.data, dict) else None
    if not isinstance(service, str):
        return
    if service in claimed:
        yield Problem(
            f"the service '{service}' is already defined in {claimed[service]}",
            located.where("service"),
            do="Give each service one file.",
        )
    claimed.setdefault(service, located.file.name)
    if service != located.file.stem:
        yield Problem(
            f"the file is called {located.file.name} but defines '{service}'",
            located.where("service"),
            do=f"Call the file {service}.yml or the service '{located.file.stem}'.",
        )


def faults(service: Service, located: Located, codes: Codes, sets: Mapping[str, str]) -> list[Problem]:
    """Every fault of one definition that its own values cannot tell."""
    return [
        *_cohort(service, located, codes),
        *_stages(service, located, codes),
        *_measures(service, located, codes, sets),
        *_references(service, located),
        *value_settings.faults(service, located, codes),
    ]


def _known(value: str, codes: Codes, name: str, what: str, located: Located, *path: Any) -> Iterator[Problem]:
    return unknown(value, codes, name, what, located.where(*path))


def _treatment_functions(
    values: tuple[str, ...], codes: Codes, located: Located, *path: Any
) -> Iterator[Problem]:
    """Three digits are checked by type; a list of codes is used where a schema has one."""
    for i, value in enumerate(values):
        yield from _known(
            value, codes, "activity.treatment_function", "treatment function code", located, *path, i
        )


def _twice(items: list[str], what: str, located: Located, *path: Any) -> Iterator[Problem]:
    for i, item in enumerate(items):
        if item in items[:i]:
            yield Problem(
                f"the {what} '{item}' stands twice", located.where(*path, i), do="Give each its own name."
            )


def _cohort(service: Service, located: Located, codes: Codes) -> Iterator[Problem]:
    cohort = service.cohort
    for i, kind in enumerate(cohort.activity_types):
        yield from _known(
            kind, codes, "activity.activity_type", "activity type", located, "cohort", "activity_types", i
        )
    if not cohort.diagnoses and not cohort.procedures:
        yield Problem(
            "nobody can be told apart: neither diagnoses nor procedures are given",
            located.where("cohort", "diagnoses"),
            do="Give at least one ICD-10 or OPCS-4 code.",
        )
    path = ("pathway", "leave_out_treatment_functions")
    yield from _treatment_functions(service.pathway.leave_out_treatment_functions, codes, located, *path)


def _stages(service: Service, located: Located, codes: Codes) -> Iterator[Problem]:
    pathway, root = service.pathway, ("pathway", "stages")
    yield from _twice([stage.stage for stage in pathway.stages], "stage", located, *root)
    for i, stage in enumerate(pathway.stages):
        at = (*root, i)
        if stage.stage == "other":
            yield Problem(
                "the stage name 'other' is kept for care that fits no stage",
                located.where(*at, "stage"),
                do="Choose another name.",
            )
        for j, kind in enumerate(stage.activity_types):
            yield from _known(
                kind, codes, "activity.activity_type", "activity type", located, *at, "activity_types", j
            )
        for j, code in enumerate(stage.departments):
            yield from _known(code, codes, "departments", "department", located, *at, "departments", j)
        yield from _treatment_functions(stage.treatment_functions, codes, located, *at, "treatment_functions")
        yield from _reachable(
            stage, pathway.stages[:i], -pathway.days_before, pathway.days_after, located, at
        )


def _reachable(
    stage: Stage, earlier: tuple[Stage, ...], first: int, last: int, located: Located, at: tuple[Any, ...]
) -> Iterator[Problem]:
    """A stage whose days are empty, or all of whose activity joins an earlier stage, is never used."""
    begins, ends = _days(stage, first, last)
    where = located.where(*at, "to_day" if stage.to_day is not None else "stage")
    if begins > ends:
        yield Problem(
            f"the stage '{stage.stage}' can never be reached: no day of the pathway lies in it",
            where,
            f"the pathway runs from day {first} to day {last}",
            "Mend from_day and to_day.",
        )
    for other in earlier:
        other_begins, other_ends = _days(other, first, last)
        if (
            set(stage.activity_types) <= set(other.activity_types)
            and _within(stage.departments, other.departments)
            and _within(stage.treatment_functions, other.treatment_functions)
            and other_begins <= begins
            and ends <= other_ends
        ):
            yield Problem(
                f"the stage '{stage.stage}' can never be reached",
                located.where(*at, "stage"),
                f"all of it fits '{other.stage}', which comes first",
                do="Put it first, or narrow the stage before it.",
            )
            return


def _days(stage: Stage, first: int, last: int) -> tuple[int, int]:
    begins = first if stage.from_day is None else max(first, stage.from_day)
    ends = last if stage.to_day is None else min(last, stage.to_day)
    return begins, ends


def _within(narrow: tuple[str, ...], wide: tuple[str, ...]) -> bool:
    """Empty means all."""
    return not wide or (bool(narrow) and set(narrow) <= set(wide))


def _measures(service: Service, located: Located, codes: Codes, sets: Mapping[str, str]) -> Iterator[Problem]:
    yield from _twice([m.measure for m in service.measures], "measure", located, "measures")
    for i, measure in enumerate(service.measures):
        at = ("measures", i)
        if measure.measure == RESERVED:
            yield Problem(
                f"'{RESERVED}' is added to every service and cannot be defined",
                located.where(*at, "measure"),
                do="Choose another name.",
            )
        yield from _source(measure, located, codes, sets, *at, "from")
        yield from refinements.faults(measure, located, codes, sets, *at)
        lowest, highest = _range(measure, codes)
        for j, target in enumerate(measure.target):
            if not lowest <= target.value <= highest:
                place = ("target", j) if isinstance(_at(located.data, *at, "target"), list) else ("target",)
                yield Problem(
                    f"the target {target.value:g} of '{measure.measure}' is out of range",
                    located.where(*at, *place, "value"),
                    do=f"Give a target from {lowest:g} to {highest:g} {measure.unit}.".replace(
                        " to inf", " upwards"
                    ),
                )
        if measure.source.kind == "readmitted_share" and not service.cohort.diagnoses:
            yield Problem(
                f"'{measure.measure}' counts stays for the same condition, and the cohort names no diagnosis",
                located.where(*at, "from"),
                do="Give the cohort's diagnoses.",
            )
        if measure.chart not in CHARTS[measure.statistic]:
            what = "events" if measure.chart == "u_prime" else "people"
            yield Problem(
                f"a {measure.chart} chart counts {what}, and '{measure.measure}' is a {measure.statistic}",
                located.where(*at, "chart"),
                do=f"Leave out chart, or measure a {'rate' if what == 'events' else 'share'}.",
            )


def _at(data: Any, *path: Any) -> Any:
    """What stands at `path` of a parsed file."""
    for part in path:
        data = data[part]
    return data


def _source(
    measure: Measure, located: Located, codes: Codes, sets: Mapping[str, str], *at: Any
) -> Iterator[Problem]:
    source = measure.source
    if instrument := getattr(source, "instrument", None):
        yield from _known(instrument, codes, "outcomes.instrument", "instrument", located, *at, "instrument")
    if time_point := getattr(source, "time_point", None):
        yield from _known(time_point, codes, "outcomes.time_point", "time point", located, *at, "time_point")
    for j, kind in enumerate(getattr(source, "to_activity_types", ())):
        yield from _known(
            kind, codes, "activity.activity_type", "activity type", located, *at, "to_activity_types", j
        )
    for j, kind in enumerate(getattr(source, "activity_types", ())):
        yield from _known(
            kind, codes, "activity.activity_type", "activity type", located, *at, "activity_types", j
        )
    if source.kind == "event_rate" and source.from_day >= source.days:
        yield Problem(
            f"no day counts in '{measure.measure}'",
            located.where(*at, "days"),
            f"from_day {source.from_day} is not before days {source.days}",
            do="Give an earlier from_day, or more days.",
        )
    if source.kind == "eq5d_mean":
        yield from _value_sets(source, located, sets, *at)
    if source.kind == "outcome_share":
        yield from _threshold(measure, located, codes, *at)


def _value_sets(source: Any, located: Located, sets: Mapping[str, str], *at: Any) -> Iterator[Problem]:
    """Both sets are there, and the earlier questionnaire is another one."""
    if source.value_set not in sets:
        yield Problem(
            f"unknown value set '{source.value_set}'",
            located.where(*at, "value_set"),
            do=nearest(source.value_set, list(sets)),
        )
    if source.earlier is None:
        return
    other = [name for name, made_for in sets.items() if made_for != sets.get(source.value_set)]
    if source.earlier.value_set not in other:
        yield Problem(
            f"'{source.earlier.value_set}' is not a value set of another questionnaire",
            located.where(*at, "earlier", "value_set"),
            f"the measure itself is by {sets.get(source.value_set, 'a set that is not known')}",
            nearest(source.earlier.value_set, other),
        )


def _threshold(measure: Measure, located: Located, codes: Codes, *at: Any) -> Iterator[Problem]:
    source = measure.source
    if (source.at_least is None) == (source.at_most is None):
        given = (
            "both at_least and at_most are"
            if source.at_least is not None
            else "neither at_least nor at_most is"
        )
        yield Problem(f"{given} given for '{measure.measure}'", located.where(*at), do="Give one of the two.")
    lowest, highest = _scale(source.instrument, codes)
    for key in ("at_least", "at_most", "death_counts_as"):
        value = getattr(source, key)
        if value is not None and not lowest <= value <= highest:
            yield Problem(
                f"{key} {value:g} lies outside the scale of '{source.instrument}'",
                located.where(*at, key),
                do=f"Give a score from {lowest:g} to {highest:g}.",
            )


def _scale(instrument: str, codes: Codes) -> tuple[float, float]:
    """Lowest and highest score: from the label's ``(0 to 21, …)``, else the range of the outcomes extract."""
    label = str(codes.get("outcomes.instrument", {}).get(instrument, ""))
    return score_range(label) or (-1.0, 100.0)


def _range(measure: Measure, codes: Codes) -> tuple[float, float]:
    """Possible values of a measure, in its unit."""
    source = measure.source
    match source.kind:
        case "outcome_share" | "alive_share" | "readmitted_share":
            return 0.0, 100.0
        case "outcome_mean":
            return _scale(source.instrument, codes)
        case "eq5d_mean":
            return -1.0, 1.0
        case "days_at_home_mean":
            return 0.0, float(source.days)
        case _:
            return 0.0, float("inf")


def _references(service: Service, located: Located) -> Iterator[Problem]:
    """`value.outcome` is a share, and what topics name is there."""
    by_name = {m.measure: m for m in service.measures}
    outcome = service.value.outcome
    shares = [name for name, m in by_name.items() if m.source.kind in SHARES]
    where = located.where("value", "outcome")
    if outcome not in by_name:
        yield Problem(
            f"no measure is called '{outcome}'", where, do=nearest(outcome, shares or list(by_name))
        )
    elif outcome not in shares:
        yield Problem(
            f"the value outcome '{outcome}' is a {by_name[outcome].statistic}",
            where,
            "value counts people, so its outcome is a share of people",
            f"Name a share: {', '.join(shares)}."
            if shares
            else "Add a measure of kind outcome_share or alive_share.",
        )
    yield from _twice([topic.topic for topic in service.what_matters], "topic", located, "what_matters")
    for i, topic in enumerate(service.what_matters):
        if topic.measure is not None and topic.measure not in by_name:
            yield Problem(
                f"no measure is called '{topic.measure}'",
                located.where("what_matters", i, "measure"),
                do=nearest(topic.measure, list(by_name)),
            )
        elif topic.measure is not None and by_name[topic.measure].statistic == "rate":
            yield Problem(
                f"the topic '{topic.topic}' is answered by a rate, which the public does not see",
                located.where("what_matters", i, "measure"),
                do="Name a share or a mean, or leave measure out.",
            )
