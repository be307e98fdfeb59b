"""The synthetic extracts: an invented trust whose figures are known, so that the whole line can be tested.

Nobody in it exists. What was put in is declared in :class:`KnownEffects` and :class:`Blemishes`, and
described in ``docs/sample.md``.
"""

from __future__ import annotations

from pathlib import Path

from valuekit.extracts.sample import elsewhere, endocarditis, hepatitis_c, stroke
from valuekit.extracts.sample.blemishes import Blemishes, blemish
from valuekit.extracts.sample.effects import KnownEffects
from valuekit.extracts.sample.files import write_files
from valuekit.extracts.sample.tables import true_tables
from valuekit.extracts.sample.world import Window, World
from valuekit.project import Month

__all__ = ["MONTHS", "PERIOD", "SEED", "SHORTEST", "Blemishes", "KnownEffects", "true_sample", "write_sample"]

PERIOD, MONTHS, SEED = Month(2026, 10), 36, 20261017
"""The shipped sample: its newest month, its number of months, its seed.

The seed is one of four hundred that were tried. With it, chance moves no known effect by much more than one
standard error, and no other figure by so much from one year to the next that it would look like an effect.
"""
SHORTEST = 9
"""Months: in fewer there are hardly any answers at six months to spoil."""


def true_sample(period: Month = PERIOD, seed: int = SEED, months: int = MONTHS) -> tuple[World, dict]:
    """The world and its tables as they would be without a blemish (see :func:`tables.true_tables`)."""
    world = World(Window(period, months), seed)
    for part in (stroke, hepatitis_c, endocarditis, elsewhere):
        part.simulate(world)
    return world, true_tables(world)


def write_sample(folder: Path, period: Month = PERIOD, seed: int = SEED, months: int = MONTHS) -> list[Path]:
    """Write the synthetic extracts of the `months` up to `period` into `folder`.

    The same arguments give the same bytes.

    Returns
    -------
    list of Path
        Every file written: the extracts, ``about.yml`` and ``control_totals.csv``, by name.

    Raises
    ------
    ValueError
        `months` is less than :data:`SHORTEST`.
    """
    if months < SHORTEST:
        raise ValueError(f"a sample needs at least {SHORTEST} months")
    world, tables = true_sample(period, seed, months)
    broken = blemish(tables, Blemishes.of_months(months), world.rng("blemishes"), months - 1)
    return write_files(folder, world.window, broken)
