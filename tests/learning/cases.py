"""A small learning library for tests: one sound case, and ways to spoil it."""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.checkout import ROOT
from valuekit.project import Project

CASE = "shared_line"

FRONT = """---
title: A shared line
subtitle: One number to call
description: Nurses answer at any hour.
date-modified: 2026-03-05
case:
  organisation: Northmoor Trust
  place: Northmoor
  setting: [home, community]
  services: [palliative_care]
  functions: [it]
  patients: People near the end of life
  patient_group: end_of_life
  theme: pathways
  lens: personal
  began: "2020-05"
  ended: "2022"
  scale: {people: 300, people_says: People called}
  cost: {pounds: 90000, says: Nurses' time}
  evidence: {design: before_after, comparator: own_past, source: own_account, says: Counted by the team.}
  status: stopped
  review: "2027-06"
  contact: Lead nurse
  reports: []
  sources:
    - {source: paper, title: A paper, by: A press, year: 2022}
  adopt:
    context:
      will: {needs: low, says: Some}
      leadership: {needs: medium, says: A sponsor}
      data: {needs: high, says: One record}
      time: {needs: low, says: A meeting a month}
    acting: [{risk: Nobody calls, likelihood: low, effect: low, held_by: Leaflets}]
    not_acting: [{risk: People wait, likelihood: high, effect: medium, held_by: Nothing}]
    baseline: {months: 6, says: Count calls.}
    cohort:
      says: Adults with palliative care (ICD-10 Z51.5).
      activity_types: [admitted, community]
      diagnoses: [Z515]
      new_after_days: 730
      days_after: 180
      value_says: people who reached their goal
    measures:
      - measure: goal_reached
        name: Reached their own goal
        definition: People who say so at six months.
        numerator: People who reached it
        denominator: People who answered
        tier: 2
        direction: increase
        from: {kind: outcome_share, instrument: goal, time_point: 6_months, at_least: 1}
      - measure: calls
        name: Calls answered
        definition: Calls answered in two minutes.
        numerator: Calls answered in time
        denominator: Calls
        tier: 2
        direction: increase
        collect: From the telephone system.
---
"""

BODY = """
```{python}
#| tags: [parameters]
case = "shared_line"
```

{{< include _case_head.qmd >}}

## In brief

Nurses answered the phone at any hour. It stopped after two years.

## The problem

People waited.

## The context

A small town.

## What was done

- A *number* to call.
- A **record** to share.

### Training

Six nurses learnt to use it. See [the paper](https://example.org/paper).

## What it cost

£90,000.

## What changed

{{< include _case_figures.qmd >}}

Little else.

## What was learnt

A line needs a record.

## What did not work

Night staff left.

## Advice

Begin small.

## Core parts and parts to adapt

| Part | Core |
|------|------|
| Line | yes  |

## Risks and how they were held

Too few nurses. A bank of staff held it.

{{< include _case_adopt.qmd >}}
"""

TABLE = """measure,group,about,figure,n,against,against_figure,against_n,unit,direction,source,page
Died at home,people on the line,,50,100,the year before,40,100,%,increase,paper,3
Calls,all callers,about,300,,,,,calls a month,neutral,paper,
"""

REPORT = """case: shared_line
organisation: Southmoor Trust
place: Southmoor
began: "2025-01"
status: running
adapted: Days only.
happened: Fewer waits.
figures:
  - {measure: Died at home, figure: 60, n: 50, against: before, against_figure: 44, against_n: 50,
     unit: "%", direction: increase}
contact: Matron
reported: "2026-03"
"""


def make_library(
    root: Path, front: str = FRONT, body: str = BODY, table: str = TABLE, report: str = ""
) -> Project:
    """A project whose learning library holds one case, and one adopter's report where `report` is given."""
    folder = root / "reports" / "learning"
    (folder / "adopted").mkdir(parents=True)
    (root / "data" / "reference").mkdir(parents=True)
    shutil.copy(ROOT / "data" / "reference" / "learning.yml", root / "data" / "reference")
    (folder / f"{CASE}.qmd").write_text(front + body, encoding="utf-8")
    (folder / f"{CASE}.csv").write_text(table, encoding="utf-8")
    if report:
        (folder / "adopted" / f"{CASE}-southmoor.yml").write_text(report, encoding="utf-8")
    return Project(root)
