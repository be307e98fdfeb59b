"""Method pages of pathways, reconciliation and disclosure control."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pandas as pd

from valuekit.measures.definition.definitions import Cohort, Pathway, Stage
from valuekit.measures.methods import Example, Method
from valuekit.measures.money.reconciliation import lines_in_pence
from valuekit.measures.pathways import EXTRACTS, link
from valuekit.measures.protection import suppression
from valuekit.project import Month

ACTIVITY = (
    # activity, type, first day, diagnosis, pounds
    ("A1", "emergency", "2026-03-01", "", 300),
    ("A2", "admitted", "2026-03-01", "I639", 4000),
    ("A3", "community", "2026-04-20", "", 200),
    ("A4", "outpatient", "2026-12-20", "", 100),
)
"""What one person came for; the stay for a stroke (I63) opens the pathway."""


def _service() -> SimpleNamespace:
    """A service whose pathway runs from 3 days before a stroke to 180 days after."""
    stages = (
        Stage(stage="acute", name="Acute", activity_types=("emergency", "admitted")),
        Stage(stage="home", name="At home", activity_types=("community", "outpatient")),
    )
    return SimpleNamespace(
        service="stroke",
        name="Stroke",
        cohort=Cohort(says="Strokes.", activity_types=("admitted",), diagnoses=("I63",), new_after_days=365),
        pathway=Pathway(days_before=3, days_after=180, stages=stages),
    )


def _intake() -> SimpleNamespace:
    """The activity as the extracts room would hand it on, a cost line each, and one line without activity."""
    texts = dict.fromkeys(EXTRACTS["activity"], None)
    activity = pd.DataFrame(
        [
            {
                **texts,
                "activity_id": name,
                "patient": "p",
                "activity_type": kind,
                "start_date": first,
                "end_date": first,
                "primary_diagnosis": code or None,
                "department": "ANY",
            }
            for name, kind, first, code, _ in ACTIVITY
        ]
    ).astype({name: "str" for name in texts if not name.endswith("_date")})
    for name in ("start_date", "end_date"):
        activity[name] = pd.to_datetime(activity[name])
    known = [(row[0], 100 * row[4]) for row in ACTIVITY]
    lines = pd.DataFrame([*known, ("A9", 5000)], columns=["activity_id", "pence"]).assign(
        cost_line_id=[f"C{i}" for i in range(len(known) + 1)],
        resource="NUR",
        department="ANY",
        month="2026-12",
    )
    patients = pd.DataFrame({"patient": ["p"], "sex": ["1"], "deprivation_decile": [3]})
    ledger = pd.DataFrame({"pence": [470_000]})
    tables = {"activity": activity, "cost_lines": lines, "patients": patients, "ledger": ledger}
    return SimpleNamespace(tables=tables, period=Month(2026, 12), set_aside_pence=1000, large={})


def _shown_activity() -> pd.DataFrame:
    return pd.DataFrame(ACTIVITY, columns=["Activity", "Type", "First day", "Diagnosis", "Cost, pounds"])


def _linked() -> SimpleNamespace:
    """What linking gives for the activity above, laid down here: its own page works it out."""
    place = pd.DataFrame(
        {
            "place": ["pathway", "outside", "no_activity"],
            "service": ["stroke", None, None],
            "pence": [450_000, 10_000, 5_000],
        }
    )
    return SimpleNamespace(cost_place=place)


def _link() -> Example:
    found = link(_intake(), (_service(),)).pathway.iloc[0]
    return Example(
        says="What one person came to hospital for. The pathway of this service runs from 3 days before "
        "the stay "
        "for a stroke to 180 days after it began.",
        inputs=_shown_activity(),
        steps=(
            "A2 has a stroke as its diagnosis, so the pathway began on 1 March 2026.",
            "A1 is first contact, on the same day; A3 is day 50: both belong to the pathway.",
            "A4 is day 294, after the 180 days: it is care outside the pathway.",
            "£300 + £4,000 + £200 = £4,500.",
        ),
        result={"Cost of the pathway": float(found["cost_pence"]) / 100},
        published={"Cost of the pathway": 4500.0},
        published_in="worked out by hand in the steps above.",
        decimals=0,
        unit="£",
    )


def _reconcile() -> Example:
    intake, services = _intake(), (_service(),)
    lines = lines_in_pence(intake, _linked(), services)
    names = {
        "On stroke pathways": "pathway:stroke",
        "Outside pathways": "outside",
        "No known activity": "unmatched:no_activity",
        "Broke a rule": "unmatched:set_aside",
        "Not explained": "unmatched:difference",
        "Ledger": "ledger",
    }
    return Example(
        says="The same person, a cost line of £50 for an activity that nobody knows, £10 in lines that "
        "broke a rule, "
        "and a ledger of £4,700.",
        inputs=_shown_activity(),
        steps=(
            "£4,500 is on the pathway, £100 (A4) outside it.",
            "£50 matches no activity, £10 was set aside.",
            "£4,500 + £100 + £50 + £10 = £4,660; the ledger has £40 more, which no line explains.",
        ),
        result={name: lines[line] / 100 for name, line in names.items()},
        published=dict(zip(names, (4500.0, 100.0, 50.0, 10.0, 40.0, 4700.0), strict=True)),
        published_in="worked out by hand in the steps above.",
        decimals=2,
        unit="£",
    )


def _counts() -> Example:
    rules = suppression.Rules.model_validate(
        {
            "rule": "as shipped",
            "source": "as shipped",
            "smallest_count": 8,
            "round_counts_to": 5,
            "smallest_mean": 8,
            "smallest_share": 8,
            "smallest_tail": 8,
            "dominance": {"people": 2, "share": 0.9},
            "round_money": {"mean": 10, "total": 100, "percentile": 100, "per_pathway": 1},
            "protection": {"counts": 4, "money": 0.5},
        }
    )
    true = np.array([0, 3, 7, 8, 12, 13, 102])
    shown = suppression.counts(true, rules)
    return Example(
        says="Seven counts, as they would be shown in public with the rules that are shipped.",
        inputs=pd.DataFrame({"Count": [f"{n:,}" for n in true]}),
        steps=(
            "0 stays 0.",
            "1 to 7 are not shown.",
            "All others go to the nearest 5; what lies half-way goes up.",
        ),
        result={f"{n:,} people": float(s) for n, s in zip(true, shown, strict=True)},
        published={
            f"{n:,} people": p
            for n, p in zip(true, (0, float("nan"), float("nan"), 10, 10, 15, 100), strict=True)
        },
        published_in="worked out by hand from the rule of NHS Digital's hospital activity publications "
        "(2018).",
        decimals=0,
    )


METHODS = (
    Method(
        id="pathway_linking",
        name="Linking care into pathways",
        question="Which care belongs to one person's pathway?",
        formula="A pathway begins with an activity whose type and codes the service names, if the person "
        "had none for "
        "the stated days before. Everything that person came for in the window around it belongs to it, "
        "but for "
        "specialties that are left out; it joins the first stage that fits.",
        units="Activities in; pathways with their cost (pounds) and days out.",
        source="Service definitions; NHS England, patient-level costing (activity and cost lines by "
        "patient).",
        fails="Activity without a known patient is in no pathway. Where two pathways of a person overlap, an "
        "activity counts once, for the one that it fits first. Care outside the extracts is not seen.",
        function="valuekit.measures.pathways.link",
        example=_link,
        group="Data and pathways",
    ),
    Method(
        id="reconciliation",
        name="Reconciliation to the ledger",
        question="Is every pound of the ledger accounted for, once?",
        formula="Pathway cost + cost outside pathways + unmatched cost = ledger, in whole pence.",
        units="Pounds and pence.",
        source="NHS England, Approved Costing Guidance: reconciliation of the cost ledger to patients.",
        fails="It proves that nothing is lost or counted twice, not that a cost is with the right patient.",
        function="valuekit.measures.money.reconciliation.lines_in_pence",
        also=(
            "valuekit.measures.money.reconciliation.reconciliation",
            "valuekit.measures.money.reconciliation.contributions",
        ),
        example=_reconcile,
        group="Data and pathways",
    ),
    Method(
        id="small_counts",
        name="Small counts and rounding",
        question="How are people kept from being recognised in a public table?",
        formula="Counts from 1 to 7 are not shown, others go to the nearest 5, and shares are worked out "
        "from the rounded counts. The interval of such a share goes from the lowest end to the highest that "
        "the counts behind the rounding allow, so that it is nowhere too narrow. What could be "
        "worked out from the rest is hidden with them.",
        units="People.",
        source="NHS Digital, Hospital Episode Statistics, rule for small numbers (2018); Hundepool and "
        "others 2012, "
        "Statistical Disclosure Control.",
        fails="Only public tables pass through it. It does not guard against what somebody knows already.",
        function="valuekit.measures.protection.suppression.counts",
        also=(
            "valuekit.measures.protection.suppression.is_small",
            "valuekit.measures.protection.suppression.share_parts",
            "valuekit.measures.protection.suppression.share_range",
            "valuekit.measures.protection.suppression.share_interval",
            "valuekit.measures.protection.suppression.difference_interval",
            "valuekit.measures.protection.suppression.partners",
            "valuekit.measures.protection.suppression.is_dominated",
            "valuekit.measures.protection.suppression.to_nearest",
        ),
        example=_counts,
        group="Disclosure control",
    ),
)
