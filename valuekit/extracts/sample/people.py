"""Who the people are: NHS numbers of the test range, invented names, postcodes of no real area."""

from __future__ import annotations

import numpy as np
import pandas as pd

from valuekit.extracts.sample.world import World

FAMILY_NAMES = (
    "Alder", "Ashby", "Barrow", "Birch", "Bramley", "Brook", "Calder", "Clay", "Combe", "Dale",
    "Elm", "Fenn", "Field", "Garth", "Glen", "Hawthorn", "Heath", "Hurst", "Kestrel", "Lark",
    "Linden", "Marsh", "Meadow", "Moor", "Oakley", "Orchard", "Pebble", "Quarry", "Rill",
    "Rowan", "Sedge", "Shore", "Tarn", "Vale", "Wharf", "Yew",
)  # fmt: skip
GIVEN_NAMES = (
    "Amber", "Ash", "Avery", "Bay", "Beryl", "Blue", "Briar", "Cedar", "Clover", "Coral",
    "Dawn", "Eden", "Fern", "Flint", "Hazel", "Heather", "Iris", "Ivy", "Jade", "Jay",
    "Juniper", "Laurel", "Olive", "Opal", "Pearl", "Poppy", "River", "Robin", "Rose", "Rush",
    "Sage", "Sky", "Sorrel", "Teal", "Violet", "Wren",
)  # fmt: skip
"""Words for trees, stones, birds and places, so that nobody is meant."""

DISTRICTS, SECTORS_EACH = 20, 5
_ETHNIC, _ETHNIC_SHARE = ("W", "A", "B", "M", "O", "Z"), (0.74, 0.09, 0.06, 0.03, 0.02, 0.06)


def check_digit(nine: np.ndarray) -> np.ndarray:
    """The tenth digit of an NHS number for the first nine (as an integer); 10 where none is valid.

    Modulus 11: weights 10 to 2; 11 less the remainder, where 11 counts as 0.
    Source: NHS Data Dictionary, NHS NUMBER.
    """
    digits = nine[:, None] // 10 ** np.arange(8, -1, -1) % 10
    return (11 - (digits * np.arange(10, 1, -1)).sum(axis=1) % 11) % 11


def nhs_numbers(rng: np.random.Generator, size: int) -> np.ndarray:
    """`size` different valid NHS numbers of the range 999, which is kept for tests."""
    nine = 999_000_000 + rng.permutation(1_000_000)[: size * 2 + 100]
    digit = check_digit(nine)
    valid = digit < 10
    return (nine[valid] * 10 + digit[valid])[:size].astype(str).astype(object)


def sectors() -> pd.DataFrame:
    """Every synthetic postcode sector and its deprivation decile (1 most deprived), ten to each decile.

    The same table as ``data/reference/deprivation_by_postcode_sector.csv``.
    """
    number = np.arange(DISTRICTS * SECTORS_EACH)
    names = [f"ZZ{i // SECTORS_EACH + 1} {i % SECTORS_EACH + 1}" for i in number]
    # 37 shares no factor with 100, so that neighbours differ in decile as they do in a city.
    return pd.DataFrame({"postcode_sector": names, "deprivation_decile": number * 37 % len(number) // 10 + 1})


def deciles(rng: np.random.Generator, size: int, tilt: float = 0.0) -> np.ndarray:
    """Deprivation deciles; `tilt` (0 to 1) puts more people into the deprived ones."""
    weight = 1 + tilt * (5.5 - np.arange(1, 11)) / 4.5
    return rng.choice(np.arange(1, 11), size, p=weight / weight.sum())


def enrol(
    world: World, service: str, began: np.ndarray, age: np.ndarray, death: np.ndarray, decile: np.ndarray,
    cost_factor: np.ndarray,
) -> np.ndarray:  # fmt: skip
    """Add people whose first contact is at `began`, then `age` years old; give back their numbers."""
    birth = began - age * 365.25
    return world.people.add(
        len(began),
        began=began,
        birth=birth,
        death=death,
        decile=decile,
        cost_factor=cost_factor,
        service=service,
    )


def patients(world: World) -> pd.DataFrame:
    """The patient list, one row a person in the order of their numbers, with moments still as floats."""
    people, rng = world.people.frame(), world.rng("people")
    size = len(people)
    table = sectors()
    by_decile = table["postcode_sector"].to_numpy()[np.argsort(table["deprivation_decile"], kind="stable")]
    sector = by_decile[(people["decile"].to_numpy() - 1) * 10 + rng.integers(0, 10, size)]
    letters = np.array(list("ABDEFGHJLNPQRSTUWXYZ"), object)
    sex = rng.choice(np.array(["1", "2", "9", "X"], object), size, p=(0.497, 0.497, 0.003, 0.003))
    return people.assign(
        nhs_number=nhs_numbers(rng, size),
        family_name=np.array(FAMILY_NAMES, object)[rng.integers(0, len(FAMILY_NAMES), size)],
        given_name=np.array(GIVEN_NAMES, object)[rng.integers(0, len(GIVEN_NAMES), size)],
        sex=sex,
        postcode=sector.astype(object)
        + letters[rng.integers(0, 20, size)]
        + letters[rng.integers(0, 20, size)],
        ethnic_category=rng.choice(np.array(_ETHNIC, object), size, p=_ETHNIC_SHARE),
    )
