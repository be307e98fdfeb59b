"""Diagnoses that a definition names, by the first characters of their ICD-10 codes."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd


def named_by(code: pd.Series, prefixes: Sequence[str]) -> pd.Series:
    """The first of `prefixes` with which each code begins; missing where none does, or there is no code.

    Each different code is looked at once: an extract has a million rows and a few thousand codes.

    Parameters
    ----------
    code
        ICD-10 codes without a dot, such as ``I634``; may be missing.
    prefixes
        Beginnings of codes, such as ``I63``.
    """
    known = {one: next((p for p in prefixes if one.startswith(p)), None) for one in code.dropna().unique()}
    return code.map(known)


def has_any(code: pd.Series, prefixes: Sequence[str]) -> pd.Series:
    """Which codes begin with one of `prefixes`; not so where there is no code."""
    wanted = tuple(prefixes)
    return code.isin([one for one in code.dropna().unique() if one.startswith(wanted)])
