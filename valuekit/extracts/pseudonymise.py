"""Identifiers end here: NHS number → pseudonym, date of birth → age band, postcode → deprivation decile."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
from collections.abc import Iterable, Mapping
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd

from valuekit.errors import ExtractError, Problem
from valuekit.extracts.parse import parse
from valuekit.extracts.read import read_file
from valuekit.extracts.schemas import ExtractSchema
from valuekit.project import Project

KEY = "VALUEKIT_PSEUDONYM_KEY"
KEY_FILE = "VALUEKIT_PSEUDONYM_KEY_FILE"
KEY_LENGTH = 32
"""Fewest characters of a key."""

SYNTHETIC_KEY = "synthetic patients need no secret, and everyone may rebuild them"
"""Key of data that is about nobody. Public, so that a synthetic build is the same everywhere."""

PSEUDONYM_LENGTH = 11
"""Base-32 characters of a pseudonym: 55 bits. Among a million people two alike are one chance in 70,000."""

_DIGEST_BYTES = 10
"""Of a digest that are written in base 32: a multiple of five, which base 32 writes in whole characters."""

DECILES = "deprivation_by_postcode_sector.csv"
"""Look-up in `data/reference`; a sector is a postcode without its last two letters (``ZZ1 1``)."""

SECTOR, DECILE = "postcode_sector", "deprivation_decile"

AGE_BANDS = (0, 18, 40, 50, 60, 70, 80, 90)
"""First year of age of each band; the last is open."""

PATIENTS, ACTIVITY, START = "patients", "activity", "start_date"


def pseudonym_key(project: Project, synthetic: bool, environ: Mapping[str, str] = os.environ) -> str:
    """The secret that makes pseudonyms.

    Raises
    ------
    ExtractError
        Real data, and no key, a short or public one, or a key file inside the checkout. Never shows the key.
    """
    if synthetic:
        return SYNTHETIC_KEY
    do = f"Set {KEY}, or name a file outside the project in {KEY_FILE}: {KEY_LENGTH} random characters."
    key, where = environ.get(KEY, ""), KEY
    if not key and environ.get(KEY_FILE):
        where = KEY_FILE
        file = Path(environ[KEY_FILE])
        if file.resolve().is_relative_to(project.root.resolve()):
            why = "it could be published with the project"
            raise ExtractError(
                Problem("the pseudonym key lies inside the project", where, why, "Move it elsewhere.")
            )
        try:
            key = file.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):
            raise ExtractError(Problem("the pseudonym key's file cannot be read", where, do=do)) from None
    key = key.strip()
    if not key:
        raise ExtractError(
            Problem("real data needs a pseudonym key, and there is none", "environment", do=do)
        )
    if len(key) < KEY_LENGTH:
        raise ExtractError(
            Problem(f"the pseudonym key is shorter than {KEY_LENGTH} characters", where, do=do)
        )
    if key == SYNTHETIC_KEY:
        raise ExtractError(Problem("the pseudonym key is the public one of synthetic data", where, do=do))
    return key


def pseudonyms(numbers: Iterable[str], key: str) -> dict[str, str]:
    """NHS number → pseudonym: ``P`` and 11 base-32 characters of its HMAC-SHA256 (RFC 2104, RFC 4648).

    Raises
    ------
    ExtractError
        Two numbers have the same pseudonym.
    """
    keyed = hmac.new(key.encode("utf-8"), digestmod=hashlib.sha256)
    numbers, digests = list(numbers), []
    for number in numbers:
        one = keyed.copy()  # the key is worked in once
        one.update(number.encode("utf-8"))
        digests.append(one.digest()[:_DIGEST_BYTES])
    text = base64.b32encode(b"".join(digests)).decode("ascii")  # whole groups of characters for each digest
    begins = range(0, len(text), _DIGEST_BYTES * 8 // 5)
    made = {n: f"P{text[i : i + PSEUDONYM_LENGTH]}" for n, i in zip(numbers, begins, strict=True)}
    if len(set(made.values())) < len(made):
        raise ExtractError(
            Problem("two people would have the same pseudonym", do="Use another pseudonym key.")
        )
    return made


def age_band(born: pd.Series, at: pd.Series) -> pd.Series:
    """Age band in whole years on the day of `at`: ``18 to 39`` … ``90 and over``.

    Parameters
    ----------
    born, at
        Datetimes of equal index. Missing where either is missing, or `at` is before `born`.
    """
    had_birthday = (at.dt.month * 100 + at.dt.day) >= (born.dt.month * 100 + born.dt.day)
    years = at.dt.year - born.dt.year - (~had_birthday).astype("int64")
    labels = [f"{low} to {high - 1}" for low, high in pairwise(AGE_BANDS)]
    labels.append(f"{AGE_BANDS[-1]} and over")
    bands = pd.cut(years.where(born.notna() & at.notna()), [*AGE_BANDS, np.inf], right=False, labels=labels)
    return bands.astype("str").where(bands.notna())


def read_deciles(project: Project) -> pd.Series:
    """Deprivation decile by postcode sector; empty when there is no look-up.

    Raises
    ------
    ExtractError
        The look-up is not a list of sectors with deciles 1 to 10, each sector once.
    """
    path = project.reference / DECILES
    if not path.is_file():
        return pd.Series(dtype="Int64")
    text = read_file(path)
    columns = dict(zip(text.header, text.columns, strict=True))
    if not {SECTOR, DECILE} <= set(columns):
        raise ExtractError(
            Problem(f"the columns are not {SECTOR}, {DECILE}", DECILES, do="Correct its header.")
        )
    sector = parse(columns[SECTOR], "text")[0]
    decile = parse(columns[DECILE], "integer")[0]
    wrong = (sector.isna() | sector.duplicated() | ~decile.between(1, 10).fillna(False)).to_numpy(dtype=bool)
    if wrong.any():
        where = f"{DECILES}, row {text.rows[wrong][0]}"
        why = f"{int(wrong.sum()):,} rows"
        do = "Give each sector once, with a decile from 1 to 10."
        raise ExtractError(Problem("not one sector with its decile", where, why, do))
    return pd.Series(decile.to_numpy(), index=sector.to_numpy(), dtype="Int64")


def decile_of(postcodes: pd.Series, deciles: pd.Series) -> pd.Series:
    """Deprivation decile of each postcode by its sector (all but the last two letters), where known."""
    bare = postcodes.str.replace(" ", "")
    sector = bare.str[:-3] + " " + bare.str[-3:-2]
    return pd.Series(deciles.reindex(sector.to_numpy()).to_numpy(), postcodes.index, dtype="Int64")


def replace_identifiers(
    tables: Mapping[str, pd.DataFrame], schemas: Mapping[str, ExtractSchema], key: str, deciles: pd.Series
) -> tuple[dict[str, pd.DataFrame], list[str]]:
    """The accepted rows without any identifier, and what a reader should know, in words.

    NHS numbers become `patient`, postcodes `deprivation_decile`; activity gains `age_band` at its start;
    dates of birth and names are left out.
    """
    tables, notes = dict(tables), []
    if PATIENTS in tables and ACTIVITY in tables:
        tables[ACTIVITY] = _with_age_band(tables[ACTIVITY], tables[PATIENTS], schemas, notes)
    numbers = {name: schemas[name].identifiers("nhs_number") for name in tables}
    held = [tables[name][column].dropna().unique() for name in tables for column in numbers[name]]
    made = pseudonyms(sorted({number for found in held for number in found}), key)
    safe = {}
    for name, frame in tables.items():
        for column in numbers[name]:
            frame = frame.assign(**{column: frame[column].map(made).astype("str")})
            frame = frame.rename(columns={column: "patient"})
        for column in schemas[name].identifiers("postcode"):
            frame = frame.assign(**{column: decile_of(frame[column], deciles)})
            frame = frame.rename(columns={column: DECILE})
            if unknown := int(frame[DECILE].isna().sum()):
                why = "no postcode, or one without a decile"
                notes.append(f"The deprivation of {unknown:,} of {len(frame):,} people is not known: {why}.")
        gone = schemas[name].identifiers("drop") + schemas[name].identifiers("date_of_birth")
        safe[name] = frame.drop(columns=gone)
    return safe, notes


def _with_age_band(
    activity: pd.DataFrame, patients: pd.DataFrame, schemas: Mapping[str, ExtractSchema], notes: list[str]
) -> pd.DataFrame:
    (number,) = schemas[ACTIVITY].identifiers("nhs_number")
    (known,), (birth,) = (schemas[PATIENTS].identifiers(kind) for kind in ("nhs_number", "date_of_birth"))
    born_on = patients.drop_duplicates(known).set_index(known)[birth]
    born = pd.Series(born_on.reindex(activity[number].to_numpy()).to_numpy(), activity.index)
    strangers = int((activity[number].notna() & ~activity[number].isin(born_on.index)).sum())
    if strangers:
        share = f"{strangers:,} of {len(activity):,} rows"
        notes.append(f"Activity of people who are not in the list of patients: {share}.")
    early = int((activity[START] < born).sum())
    if early:
        notes.append(f"Activity that begins before the person was born: {early:,} rows; age unknown.")
    return activity.assign(age_band=age_band(born, activity[START]))
