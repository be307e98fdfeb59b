"""What matters: mean importance of each topic, by who rated it."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import plotnine as p9

from valuekit.report.audience import Row
from valuekit.report.charts import look

_SHAPES = {"patient": "o", "carer": "^", "clinician": "s"}
_NAMES = {"patient": "patients", "carer": "carers", "clinician": "clinicians"}


def importance(ratings: Sequence[Row]) -> p9.ggplot | None:
    """Dots with 95% intervals (rows of ``importance``); None where nothing may be shown.

    Topics run from what patients rate highest, each group on a line of its own and named on it.
    """
    shown = [r for r in ratings if r.shown and r.mean is not None]
    if not shown:
        return None
    topics = ranked_topics(shown)
    groups = [g for g in _SHAPES if any(r.group == g for r in shown)]
    pitch = len(groups) + 0.8
    table = pd.DataFrame(
        [
            {
                "y": -topics.index(r.name) * pitch - groups.index(r.group),
                "mean": float(r.mean),
                "lower": float(r.lower if r.lower is not None else r.mean),
                "upper": float(r.upper if r.upper is not None else r.mean),
                "group": r.group,
                "label": f"{_NAMES[r.group]} {r.mean:.1f}",
            }
            for r in shown
        ]
    )
    middles = [-i * pitch - (len(groups) - 1) / 2 for i in range(len(topics))]
    return (
        look.Chart(table, p9.aes("mean", "y"))
        + p9.geom_segment(p9.aes("lower", "y", xend="upper", yend="y"), color=look.INK, size=0.6)
        + p9.geom_point(p9.aes(shape="group", fill="group"), color=look.INK, size=2.6, stroke=0.4)
        + p9.geom_text(p9.aes("upper", "y", label="label"), ha="left", nudge_x=0.08, size=look.LABEL)
        + p9.scale_shape_manual(_SHAPES)
        + p9.scale_fill_manual({"patient": look.BLUE, "carer": look.PALE_BLUE, "clinician": look.PAPER})
        + p9.scale_x_continuous(
            limits=(1, 6.1),
            breaks=[1, 2, 3, 4, 5],
            labels=["1\nnot important", "2", "3", "4", "5\nvery important"],
        )
        + p9.scale_y_continuous(
            breaks=middles, labels=[look.wrapped(t, 19) for t in topics], expand=(0.04, 0)
        )
        + look.theme(max(2.2, 0.7 + 0.205 * pitch * len(topics)))
        + p9.theme(
            panel_grid_major_y=p9.element_blank(),
            panel_grid_major_x=p9.element_line(color=look.GRID, size=0.5),
        )
    )


def ranked_topics(shown: Sequence[Row]) -> list[str]:
    """Names of the topics, from what patients rate highest (where no patient rated, after the others)."""
    patients = {r.name: float(r.mean) for r in shown if r.group == "patient"}
    names = {r.name: r.position or 0 for r in shown}
    return sorted(names, key=lambda name: (-patients.get(name, 0.0), names[name]))
