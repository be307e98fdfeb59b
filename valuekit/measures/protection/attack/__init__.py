"""An attacker of the public tables: who reads all of them and reckons what must lie behind the gaps.

``bounds`` knows sums and their limits and nothing of hospitals; ``figures`` reads the tables, and ``counts``
says what they tell of people. The attacker reads public tables only. To be stronger than anybody outside, it
is also told which side of a hidden share is the small one.

Every build attacks its own tables before they are written, by :func:`worked_out`; the tests do the same, and
with more: two releases at once, and sums of money.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from valuekit.measures.protection.attack.counts import Counting, Rounding, Target
from valuekit.measures.protection.attack.figures import Tables, figures
from valuekit.measures.protection.suppression import Rules


@dataclass(frozen=True)
class WorkedOut:
    """A hidden count that sums over public tables leave too few values.

    Both ends are NaN where the tables contradict each other in what the attacker takes for the same people:
    the count could not be attacked.
    """

    target: Target
    least: float
    most: float

    @property
    def attacked(self) -> bool:
        """Whether the bounds could be found."""
        return not math.isnan(self.least)


def worked_out(
    public: Tables, true: Tables, rules: Rules, outcome_of: Mapping[str, str] | None = None
) -> list[WorkedOut]:
    """Hidden counts of which fewer values are left than the rules promise: the first of each people.

    Parameters
    ----------
    public, true
        The tables that anybody may read, and the same before protection.
    outcome_of
        The measure behind each service's value.
    """
    inside = list(figures(true, outcome_of))
    places = {(f.table, f.row) for f in inside}
    outside = [f for f in figures(public, outcome_of) if (f.table, f.row) in places]
    picture = Counting.of(outside, Rounding.of(rules))
    targets = picture.read("", outside, inside)
    narrow = picture.known.narrow([(t.who, t.parts) for t in targets], rules.protection.counts)
    return [WorkedOut(targets[one.target], one.least, one.most) for one in narrow]
