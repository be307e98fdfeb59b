"""The pathway as a diagram: a box for each stage, an arrow for each common step, as wide as its share."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
import plotnine as p9

from valuekit.report.audience import Row
from valuekit.report.charts import look
from valuekit.report.words.flow import days, of_all

LEFT, RIGHT, WIDE = 2.35, 7.25, 10.0
"""Edges of the boxes, and of the picture."""
HALF = 0.31
"""Half the height of a box; rows are 1 apart."""
LANE = 0.66
"""Distance between two arrows beside the boxes."""
LANES = {1: 4, -1: 3}
"""Arrows on the right and on the left, at most."""
LEAST = 0.03
"""Share of pathways from which a step is drawn."""
CURVE = np.linspace(0, 1, 17)


def flow(stages: Sequence[Row], steps: Sequence[Row]) -> p9.ggplot | None:
    """Stages from top to bottom (``flow_stage``), the commonest steps between them (``flow_step``).

    Steps to the next stage run between the boxes, with their share and median wait; steps further down run on
    the right, steps up on the left, dashed. A share that may not be shown is of nearly all.
    """
    order = {stage.stage: i for i, stage in enumerate(stages)}
    drawn = [
        (s, order[s.from_stage], order[s.to_stage])
        for s in steps
        if s.from_stage in order and s.to_stage in order and (s.share is None or s.share >= LEAST)
    ]
    if len(stages) < 2 or not drawn:
        return None
    paths, labels = arrows(drawn)
    boxes = _boxes(stages)
    return (
        look.Chart()
        + p9.geom_rect(p9.aes(xmin="left", xmax="right", ymin="low", ymax="high", fill="fill"), data=boxes)
        + p9.geom_path(
            p9.aes("x", "y", group="step", size="size", linetype="line"),
            data=paths,
            color=look.BLUE,
            arrow=p9.arrow(angle=24, length=0.07, type="closed"),
        )
        # On paper of its own, so that no line runs through the figures.
        + p9.geom_label(
            p9.aes("x", "y", label="label", ha="ha"),
            data=labels,
            size=look.LABEL,
            fill=look.PAPER,
            label_size=0,
            label_padding=0.1,
        )
        + p9.geom_text(p9.aes("x", "y", label="label"), data=_names(stages), size=look.LABEL, lineheight=1.05)
        + p9.scale_fill_identity()
        + p9.scale_size_identity()
        + p9.scale_linetype_identity()
        + p9.scale_x_continuous(limits=(-0.05, WIDE), expand=(0, 0), breaks=[])
        + p9.scale_y_continuous(limits=(-len(stages) + 0.55, 0.4), expand=(0, 0), breaks=[])
        + look.theme(0.3 + 0.66 * len(stages))
        + p9.theme(panel_grid_major_y=p9.element_blank(), axis_text=p9.element_blank())
    )


def _boxes(stages: Sequence[Row]) -> pd.DataFrame:
    """The box of each stage, and over it the part of it that its share fills."""
    rows = []
    for i, stage in enumerate(stages):
        part = 1.0 if stage.share is None else float(stage.share)
        for right, fill in ((RIGHT, "#e8edee"), (LEFT + (RIGHT - LEFT) * part, "#cfe0f3")):
            rows.append({"left": LEFT, "right": right, "low": -i - HALF, "high": -i + HALF, "fill": fill})
    frame = pd.DataFrame(rows)
    return frame.assign(fill=frame["fill"].astype(object))


def _names(stages: Sequence[Row]) -> pd.DataFrame:
    """What stands in each box."""
    middle = (LEFT + RIGHT) / 2
    rows = [
        {"x": middle, "y": -i, "label": f"{look.wrapped(s.stage_name, 34)}\n{of_all(s)}"}
        for i, s in enumerate(stages)
    ]
    return pd.DataFrame(rows)


def arrows(drawn: list[tuple[Row, int, int]]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The line of each step as points, and every text of the picture."""
    points, texts = [], []
    used = {-1: 0, 1: 0}
    # Short ones first, so that long ones run outside them and cross as little as can be.
    beside = [(s, i, j) for s, i, j in drawn if j != i + 1]
    for side in (1, -1):
        own = [d for d in beside if (d[2] > d[1]) == (side == 1)][: LANES[side]]
        for s, i, j in sorted(own, key=lambda d: (abs(d[2] - d[1]), d[1])):
            edge = RIGHT if side == 1 else LEFT
            lane = edge + side * (0.42 + LANE * used[side])
            used[side] += 1
            shift = 0.1 if j > i else -0.1
            start, end = -i - shift, -j + shift
            points.append(_curve(s, edge, lane, start, end))
            ha = "left" if side == 1 else "right"
            middle = {"x": lane - side * 0.32, "y": (start + end) / 2}
            texts.append({**middle, "label": of_all(s), "ha": ha})
    for s, i, j in drawn:
        if j == i + 1:
            x = (LEFT + RIGHT) / 2 - 1.5
            points.append(_line(s, x, -i - HALF, -j + HALF))
            texts.append({"x": x + 0.25, "y": -i - 0.5, "label": f"{of_all(s)}{_wait(s)}", "ha": "left"})
    paths = pd.concat(points, ignore_index=True)
    return paths, pd.DataFrame(texts)


def _wait(step: Row) -> str:
    if step.wait_median is None:
        return ""
    return f", median wait {days(step.wait_median)}"


def _curve(step: Row, edge: float, lane: float, start: float, end: float) -> pd.DataFrame:
    """From box to box, out to the lane and back."""
    bow = np.sin(np.pi * CURVE) ** 0.6
    y = start + (end - start) * (1 - np.cos(np.pi * CURVE)) / 2
    return _path(step, edge + (lane - edge) * bow, y, "solid" if start > end else "dashed")


def _line(step: Row, x: float, start: float, end: float) -> pd.DataFrame:
    return _path(step, np.array([x, x]), np.array([start, end]), "solid")


def _path(step: Row, x: np.ndarray, y: np.ndarray, line: str) -> pd.DataFrame:
    size = 0.5 + 3.0 * (1.0 if step.share is None else float(step.share))
    name = f"{step.from_stage} {step.to_stage}"
    return pd.DataFrame({"x": x, "y": y, "step": name, "size": size, "line": line})
