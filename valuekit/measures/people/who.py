"""Who the patients are at the start of their pathway: the covariates of models, as categories.

Only what the extracts hold: age band, sex, fifth of deprivation, severity on arrival, main diagnosis.
Whoever lacks one is in the category 'not known', and is counted.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from valuekit.measures.diagnoses import named_by
from valuekit.measures.results import first_of, score_at
from valuekit.measures.statistics.logistic import NOT_KNOWN

if TYPE_CHECKING:
    from valuekit.extracts import Intake
    from valuekit.measures.definition.definitions import ServiceDefinition
    from valuekit.measures.definition.refinements import CaseMix, Severity

NAMES = {
    "age_band": "age band",
    "sex": "sex",
    "fifth": "fifth of deprivation",
    "severity": "severity on arrival",
    "diagnosis": "type by main diagnosis",
}
"""Each covariate in words."""


def people(pathway: pd.DataFrame, patients: pd.DataFrame, service: str) -> pd.DataFrame:
    """Pathways of one service with each person's date of death, dates as whole days, index from 0."""
    deaths = patients[["patient", "date_of_death"]]
    own = pathway[pathway["service"] == service].merge(deaths, on="patient", how="left")
    for column in ("began", "date_of_death"):
        own[column] = pd.to_datetime(own[column]).dt.normalize()
    return own.reset_index(drop=True)


def covariates(
    own: pd.DataFrame,
    names: Sequence[str],
    service: ServiceDefinition,
    intake: Intake,
    pathway_activity: pd.DataFrame,
    *,
    age_from: Sequence[int] = (),
    severity: Severity | None = None,
) -> pd.DataFrame:
    """The covariates `names` of each pathway in `own` as text, in its order; 'not known' where missing.

    Parameters
    ----------
    own
        From :func:`people`.
    age_from
        Lowest age of each group of age bands after the first; empty: every band for itself.
    severity
        How severity is measured; needed where it is one of `names`.
    """
    makers = {
        "age_band": lambda: ages(own["age_band"], age_from),
        "sex": lambda: own["sex"].where(own["sex"].isin(["1", "2"])),
        "fifth": lambda: own["fifth"].astype("Int64").astype("str").where(own["fifth"].notna()),
        "severity": lambda: bands(
            score_at(
                service.service, severity.instrument, severity.time_point, own, intake.tables["outcomes"]
            ),
            severity.bands_from,
        ),
        "diagnosis": lambda: _diagnosis(own, service, pathway_activity, intake.tables["activity"]),
    }
    found = {name: makers[name]().astype(object) for name in names}
    return pd.DataFrame({name: column.where(column.notna(), NOT_KNOWN) for name, column in found.items()})


def ages(band: pd.Series, lowest: Sequence[int]) -> pd.Series:
    """Age bands such as ``70 to 79`` gathered into groups by the lowest age of each group after the first."""
    if not lowest:
        return band
    first = pd.to_numeric(band.astype("str").str.extract(r"^(\d+)")[0], errors="coerce")
    names = [f"under {lowest[0]}"]
    names += [f"{low} to {high - 1}" for low, high in pairwise(lowest)]
    names.append(f"{lowest[-1]} and over")
    group = np.searchsorted(np.asarray(lowest), first.fillna(0).to_numpy(), side="right")
    return pd.Series(np.array(names, object)[group], index=band.index).where(first.notna())


def bands(score: pd.Series, lowest: Sequence[float]) -> pd.Series:
    """Scores gathered into bands by the lowest score of each after the first: ``5 to under 16``."""
    names = [f"under {lowest[0]:g}"]
    names += [f"{low:g} to under {high:g}" for low, high in pairwise(lowest)]
    names.append(f"{lowest[-1]:g} or more")
    group = np.searchsorted(np.asarray(lowest), score.fillna(0).to_numpy(), side="right")
    return pd.Series(np.array(names, object)[group], index=score.index).where(score.notna())


def _diagnosis(
    own: pd.DataFrame, service: ServiceDefinition, pathway_activity: pd.DataFrame, activity: pd.DataFrame
) -> pd.Series:
    """Which of the cohort's diagnosis codes the first qualifying activity of each pathway has."""
    named = named_by(activity["primary_diagnosis"], service.cohort.diagnoses)
    coded = activity[["activity_id"]].assign(code=named).dropna()
    rows = pathway_activity[pathway_activity["activity_type"].isin(service.cohort.activity_types)]
    rows = rows[["pathway", "activity_id", "start_date"]].merge(coded, on="activity_id")
    first = first_of(rows, "pathway", {"start_date": True, "activity_id": True})
    return own["pathway"].map(first.set_index("pathway")["code"])


def in_words(names: Sequence[str], case_mix: CaseMix | None = None) -> str:
    """The covariates in words: ``age band, severity on arrival (nihss)``."""
    told = []
    for name in names:
        more = ""
        if name == "severity" and case_mix is not None and case_mix.severity is not None:
            more = f" ({case_mix.severity.instrument.upper()})"
        told.append(NAMES[name] + more)
    return ", ".join(told)
