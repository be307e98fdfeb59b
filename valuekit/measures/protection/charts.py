"""Steps that work out again, from the figures that may be shown, what rests on several rows of a table."""

from __future__ import annotations

import numpy as np
import pandas as pd

from valuekit.measures.people import funnel, inequality
from valuekit.measures.protection.steps import Step, Work


def kept_back(*columns: str) -> Step:
    """Step for numbers that are for the team: beside `n`, they would tell how few did not answer."""

    def step(frame: pd.DataFrame, table: str, work: Work) -> pd.DataFrame:
        return frame.assign(**dict.fromkeys(columns, np.nan))

    return step


def slopes_again(frame: pd.DataFrame, table: str, work: Work) -> pd.DataFrame:
    """Slope and relative index, from the protected fifths."""
    key = ["service", "measure"]
    again = inequality.slopes(work.done["inequality"]).set_index(key)
    rows = again.reindex(pd.MultiIndex.from_frame(frame[key])).set_axis(frame.index)
    return frame.assign(**{name: rows[name] for name in rows if name != "words"})


def funnel_again(frame: pd.DataFrame, table: str, work: Work) -> pd.DataFrame:
    """Each service's funnel, from its protected sites; none where one of them may not be shown."""
    found = [funnel.judged(rows) for _, rows in frame.groupby("service", sort=False)]
    return pd.concat(found) if found else frame
