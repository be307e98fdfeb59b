"""The month's three findings, in plain text, for places with room for no more."""

from __future__ import annotations

from valuekit.mart import Mart
from valuekit.report.board import BoardReport
from valuekit.report.service import ServiceReport
from valuekit.report.words import about, decisions

MOST = 3


def service_findings(mart: Mart, service: str) -> tuple[str, ...]:
    """What changed, the first outcome, and what needs a decision: one sentence each, as in the report."""
    report = ServiceReport(service, mart)
    return about.three(report.service, report.pairs)


def board_findings(mart: Mart) -> tuple[str, ...]:
    """What needs a decision, then what changed; at most three, as in the board report."""
    reports = BoardReport(mart).services
    found = [f for r in reports for f in decisions.decide(r.service, r.pairs)]
    found += [f for r in reports for f in decisions.changed(r.service, r.pairs) if f not in found]
    if not found:
        return ("Nothing meets a rule that asks for a decision.",)
    return tuple(f"{f.service}, {f.measure}: {f.text}" for f in found[:MOST])
