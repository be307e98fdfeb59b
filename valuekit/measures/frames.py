"""The service definitions as tables of the mart: services, stages, measures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from valuekit.measures.calendar import Span
from valuekit.measures.definition.codes import Codes
from valuekit.measures.definition.definitions import Measure, ServiceDefinition
from valuekit.measures.money.costs import OTHER, stage_names
from valuekit.project import Month

_MEASURE = (
    "service", "measure", "position", "name", "definition", "numerator", "denominator", "statistic", "unit",
    "decimals", "direction", "target", "target_source", "tier", "role", "time_point", "interval", "chosen_by",
    "chosen_how", "chosen_people", "method",
)  # fmt: skip

HOW = {"discussion_group": "discussion group", "survey": "survey", "evidence_review": "evidence review"}


def in_words(items: Sequence[str]) -> str:
    """``patients, carers and clinicians``."""
    *first, last = items
    return f"{', '.join(first)} and {last}" if first else last


def service(services: Sequence[ServiceDefinition], pathway: pd.DataFrame, period: Month) -> pd.DataFrame:
    """The table ``service``; `pathways` counts those that began in the 12 months to `period`."""
    began = pathway[Span(period.plus(-11), 12).holds(pathway["began"])]
    counts = began["service"].value_counts()
    return pd.DataFrame(
        [
            {
                "service": s.service,
                "position": i,
                "name": s.name,
                "summary": s.summary,
                "lead": s.lead,
                "cohort": s.cohort.says,
                "pathway_days": s.pathway.days_after,
                "value_says": s.value.says,
                "pathways": int(counts.get(s.service, 0)),
            }
            for i, s in enumerate(services, 1)
        ]
    )


def stage(services: Sequence[ServiceDefinition], pathway_activity: pd.DataFrame) -> pd.DataFrame:
    """The table ``stage``; the stage for other care only where it is used."""
    used = set(pathway_activity.loc[pathway_activity["stage"] == OTHER, "service"])
    return pd.DataFrame(
        [
            {"service": s.service, "stage": name, "position": i, "name": words}
            for s in services
            for i, (name, words) in enumerate(stage_names(s).items(), 1)
            if name != OTHER or s.service in used
        ]
    )


def measure(
    services: Sequence[ServiceDefinition], codes: Codes, audience: str, method: Mapping[str, str]
) -> pd.DataFrame:
    """The table ``measure`` for an audience; `method` says how each statistic's interval is worked out."""
    return _rows([(s, s.measures) for s in services], codes, audience, method)


def rate(services: Sequence[ServiceDefinition], codes: Codes, method: str) -> pd.DataFrame:
    """The table ``rate``: what each service declares as a rate; it holds no figure of one."""
    made = _rows([(s, s.rates) for s in services], codes, "board", {"rate": method})
    return made.drop(columns=["statistic", "role"])


def _rows(
    services: Sequence[tuple[ServiceDefinition, Sequence[Measure]]],
    codes: Codes,
    audience: str,
    method: Mapping[str, str],
) -> pd.DataFrame:
    rows = []
    for s, measures in services:
        for i, m in enumerate(measures, 1):
            rows.append(
                {
                    "service": s.service,
                    "measure": m.measure,
                    "position": i,
                    "name": m.name,
                    "definition": m.definition,
                    "numerator": m.numerator,
                    "denominator": m.denominator,
                    "statistic": m.statistic,
                    "unit": m.unit,
                    "decimals": m.decimals,
                    "direction": m.direction,
                    "target": m.target[-1].value if m.target else float("nan"),
                    "target_source": m.target[-1].source if m.target else None,
                    "tier": m.tier,
                    "role": m.role,
                    "time_point": time_point(m, s, codes),
                    "interval": m.interval_for(audience),
                    "chosen_by": in_words(m.chosen.by) if m.chosen else None,
                    "chosen_how": in_words([HOW[how] for how in m.chosen.how]) if m.chosen else None,
                    "chosen_people": m.chosen.people if m.chosen else None,
                    "method": method[m.statistic],
                }
            )
    frame = pd.DataFrame(rows, columns=list(_MEASURE))
    return frame.astype({"tier": "Int64", "chosen_people": "Int64"})


def time_point(measure: Measure, service: ServiceDefinition, codes: Codes) -> str:
    """When a measure is taken, in words."""
    source = measure.source
    match source.kind:
        case "outcome_share" | "outcome_mean" | "eq5d_mean":
            label = str(codes.get("outcomes.time_point", {}).get(source.time_point, source.time_point))
            return label if label.startswith("At ") else f"{label} after the start"
        case "alive_share" | "readmitted_share" | "days_at_home_mean":
            return f"{source.days} days after the start"
        case "event_rate":
            return f"Day {source.from_day} to {source.days} after the start"
        case "stay_mean":
            return "End of the first stay"
        case "wait_mean":
            return f"First {in_words([_label(k, codes) for k in source.to_activity_types])}"
        case _:
            return f"{service.pathway.days_after} days after the start"


def _label(kind: str, codes: Codes) -> str:
    return str(codes.get("activity.activity_type", {}).get(kind, kind)).lower()
