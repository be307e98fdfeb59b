"""What documents call: the words, charts and tables of valuekit's reports.

A document opens a report and shows what its methods give, one in each cell::

    from valuekit.report import service_report
    report = service_report(service)
    report.summary()
"""

from valuekit.report.board import BoardReport, board_report
from valuekit.report.lenses import LensesReport, lenses_report
from valuekit.report.pages import Pages, pages
from valuekit.report.programme import ProgrammeReport, programme_report
from valuekit.report.service import ServiceReport, service_report
from valuekit.report.software import software
from valuekit.report.suppressed import Suppressed, suppressed
from valuekit.report.tested import tested

__all__ = [
    "BoardReport",
    "LensesReport",
    "Pages",
    "ProgrammeReport",
    "ServiceReport",
    "Suppressed",
    "board_report",
    "lenses_report",
    "pages",
    "programme_report",
    "service_report",
    "software",
    "suppressed",
    "tested",
]
