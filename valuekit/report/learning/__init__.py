"""What the pages of the learning library show: one case, the finder over all of them, the guided choice.

Like every document they see the mart and nothing else; what the cases say was checked when it was built.
"""

from __future__ import annotations

from valuekit.report.audience import open_mart
from valuekit.report.learning.case import CasePage
from valuekit.report.learning.finder import Finder
from valuekit.report.learning.fits import Fits

__all__ = ["CasePage", "Finder", "Fits", "case_page", "finder", "fits"]


def case_page(case: str) -> CasePage:
    """The page of one case study.

    Raises
    ------
    ValuekitError
        Nothing has been built, or there is no such case.
    """
    return CasePage(case, open_mart())


def finder() -> Finder:
    """The list of all cases, with its filters."""
    return Finder(open_mart())


def fits() -> Fits:
    """The guided choice between the cases."""
    return Fits(open_mart())
