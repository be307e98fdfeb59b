"""The whole of a delivery: which reports, to whom, what was sent before; then send, or only say so."""

from __future__ import annotations

import hashlib
import shutil
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from valuekit.deliver import post
from valuekit.deliver.ledger import Entry, Ledger
from valuekit.deliver.letter import Report, body, letter, subject
from valuekit.deliver.lists import Lists, Recipient, load_lists
from valuekit.errors import Problem, ValuekitError
from valuekit.mart import Mart
from valuekit.project import Month, Project
from valuekit.report.findings import board_findings, service_findings

ATTEMPTS, WAIT = 3, 5.0
"""How often a mail is tried that the server did not take, and the seconds before the next try."""

FOR = {
    "clinical": "report for the clinical team",
    "board": "Report for the board",
    "public": "public report",
}


@dataclass(frozen=True)
class Parcel:
    """One report for one recipient, and what became of it in earlier runs."""

    recipient: Recipient
    report: Report
    delivery: str
    before: Entry | None

    @property
    def new(self) -> bool:
        """Whether nothing was delivered under this name, or a try failed for certain."""
        return self.before is None or self.before.state == "failed"

    @property
    def unsure(self) -> bool:
        """Whether an earlier run ended while this was on its way."""
        return self.before is not None and self.before.state == "sending"

    @property
    def changed(self) -> bool:
        """Whether another PDF than today's was delivered."""
        return self.before is not None and self.before.sha256 != self.report.sha256


@dataclass(frozen=True)
class Outcome:
    """What a run did, in lines for the person who ran it."""

    lines: tuple[str, ...]
    failed: tuple[Problem, ...] = ()


def parcels(project: Project, period: Month | None = None) -> tuple[Lists, Ledger, list[Parcel]]:
    """Every delivery of the month that the lists ask for, with its history.

    Raises
    ------
    ValuekitError
        Nothing was published, a PDF is missing, or the published month is not `period`.
    """
    public = Mart(project.mart / "public")
    month = Month.parse(public.about.period)
    if period is not None and period != month:
        raise ValuekitError(
            Problem(
                f"what was published is {month.words}, not {period.words}",
                do=f"Run: valuekit publish --period {period}",
            )
        )
    services = {row.service: row.name for row in public.table("service").itertuples()}
    lists = load_lists(project, list(services))
    ledger = Ledger(project.root / "_delivery" / f"{month}.jsonl")
    history = ledger.newest()
    made: dict[tuple[str, str | None], Report] = {}
    found, missing = [], []
    for recipient in lists.recipients:
        key = (recipient.report, recipient.service)
        if key not in made:
            made[key] = _report(project, public, recipient, month, services)
        report = made[key]
        if not report.file.is_file():
            missing.append(
                Problem(
                    "this PDF is not there",
                    report.file.relative_to(project.root).as_posix(),
                    f"{recipient.role} is to get it",
                    "Run: valuekit publish",
                )
            )
            continue
        delivery = f"{month} {recipient.report} {recipient.service or 'board'} {recipient.address.lower()}"
        found.append(Parcel(recipient, report, delivery, history.get(delivery)))
    if missing:
        raise ValuekitError(missing)
    return lists, ledger, found


def _report(
    project: Project, public: Mart, recipient: Recipient, month: Month, services: dict[str, str]
) -> Report:
    service, kind = recipient.service, recipient.report
    if kind == "public":
        file = project.site / "reports" / "services" / f"{service}.pdf"
    else:
        file = project.packs / (
            f"board-{month}.pdf" if kind == "board" else f"{service}-clinical-{month}.pdf"
        )
    return Report(
        file,
        f"{FOR[kind] if service is None else f'{services[service]}: {FOR[kind]}'}, {month.words}",
        board_findings(public) if service is None else service_findings(public, service),
        public.about.synthetic,
        # Everything that lies in _packs/ is for the trust alone, whatever it is called.
        internal=project.packs in file.parents,
    )


def preview(lists: Lists, found: Sequence[Parcel], corrected: str = "") -> Outcome:
    """Exactly what would be sent to whom; nothing is."""
    lines = []
    for parcel in found:
        says = _held_back(parcel, corrected)
        if says:
            lines += [f"Not to {parcel.recipient.address} ({parcel.recipient.role}): {says}", ""]
            continue
        kilobytes = parcel.report.file.stat().st_size / 1024
        again = corrected if parcel.changed and not parcel.new else ""
        lines += [
            f"To:       {parcel.recipient.address} ({parcel.recipient.role})",
            f"From:     {lists.sender}, through {lists.server.host}:{lists.server.port}",
            f"Subject:  {subject(parcel.report, again)}",
            f"Attached: {parcel.report.file.name} ({kilobytes:,.0f} KB, SHA-256 {parcel.report.sha256})",
            "",
            *(f"    {line}" for line in body(parcel.report, lists, again).splitlines()),
            "",
        ]
    due = sum(not _held_back(p, corrected) for p in found)
    lines.append(f"{due} of {len(found)} would be sent. Nothing was: this was a dry run. To send: --send")
    return Outcome(tuple(lines))


def send(
    lists: Lists,
    ledger: Ledger,
    found: Sequence[Parcel],
    access: post.Access,
    *,
    corrected: str = "",
    resend_unsure: bool = False,
    hand_over: Callable[..., None] = post.send,
    wait: Callable[[float], None] = time.sleep,
) -> Outcome:
    """Send what is due, one mail after the other; one that fails does not stop the rest.

    Parameters
    ----------
    corrected
        What is different in a corrected report: without it a changed PDF of the same month is not sent again.
    resend_unsure
        Send what an earlier run may have sent when it was cut short.
    hand_over, wait
        How a mail is handed to the server, and how to wait before the next try.
    """
    lines, failed = [], []
    for parcel in found:
        to = f"{parcel.recipient.address} ({parcel.recipient.role})"
        says = _held_back(parcel, corrected, resend_unsure)
        if says:
            lines.append(f"Not to {to}: {says}")
            continue
        _stays_in_the_house(parcel, lists)
        again = corrected if parcel.changed and not parcel.new else ""
        message = letter(parcel.recipient, parcel.report, lists, parcel.delivery, again)
        sha = parcel.report.sha256
        ledger.add(parcel.delivery, "sending", sha)
        try:
            _with_tries(lambda message=message: hand_over(message, lists.server, access), wait)
        except post.NotSentError as error:
            ledger.add(parcel.delivery, "failed", sha, str(error))
            failed.append(Problem("not sent", to, str(error), "Run again: what was sent stays sent."))
        except post.UnsureError as error:
            # The ledger keeps `sending`: the next run must not send it without a word from a person.
            failed.append(Problem("may have been sent", to, str(error), _ASK))
        else:
            ledger.add(parcel.delivery, "sent", sha)
            lines.append(f"Sent to {to}: {parcel.report.file.name}")
    return Outcome(tuple(lines), tuple(failed))


def _stays_in_the_house(parcel: Parcel, lists: Lists) -> None:
    """The rule of the lists once more, for the very PDF and mailbox of a mail that is about to leave."""
    if parcel.report.internal and parcel.recipient.domain not in lists.internal_domains:
        raise ValuekitError(
            Problem(
                "an internal report may not leave the trust",
                parcel.report.file.name,
                f"{parcel.recipient.domain} is not one of internal_domains",
                "Nothing more was sent. Correct data/delivery.yml.",
            )
        )


_ASK = "Ask the recipient. If it did not come: --send --resend-unsure"


def _with_tries(act: Callable[[], None], wait: Callable[[float], None]) -> None:
    for attempt in range(1, ATTEMPTS + 1):
        try:
            return act()
        except post.NotSentError:
            if attempt == ATTEMPTS:
                raise
            wait(WAIT * attempt)
    return None


def _held_back(parcel: Parcel, corrected: str, resend_unsure: bool = False) -> str:
    """Why a parcel is not sent; empty where it is due."""
    if parcel.new or (parcel.unsure and resend_unsure):
        return ""
    if parcel.unsure:
        return f"an earlier run was cut short and may have sent it. {_ASK}"
    if not parcel.changed:
        return f"it has this report since {parcel.before.at[:10]}."
    if not corrected:
        return (
            f"it has another version of this report since {parcel.before.at[:10]}. To send the new one, say "
            'what is different: --corrected "…"'
        )
    return ""


def to_folder(project: Project, found: Sequence[Parcel], folder: Path, corrected: str = "") -> Outcome:
    """Copy each report once into ``folder/<service>/``; a file that is there already is left alone.

    Raises
    ------
    ValuekitError
        The folder is not there (a drive that is not connected must not become a new folder), or lies in
        the site.
    """
    target = folder.expanduser().resolve()
    if not target.is_dir():
        raise ValuekitError(
            Problem("there is no such folder", str(folder), do="Connect the drive, or make the folder first.")
        )
    if project.site.resolve() in (target, *target.parents):
        raise ValuekitError(
            Problem("internal reports may not lie in the public site", str(folder), do="Name another folder.")
        )
    lines, failed = [], []
    for report, place in dict.fromkeys((p.report, p.recipient.service or "board") for p in found):
        try:
            lines.append(_copy(report, target / place, corrected))
        except OSError as error:
            failed.append(
                Problem("not copied", f"{place}/{report.file.name}", error.strerror or "", "Run again.")
            )
    return Outcome(tuple(sorted(lines)), tuple(failed))


def _copy(report: Report, folder: Path, corrected: str) -> str:
    folder.mkdir(exist_ok=True)
    target = folder / report.file.name
    said = f"{folder.name}/{target.name}"
    new = report.file.read_bytes()
    if target.is_file():
        old = target.read_bytes()
        if old == new:
            return f"There already: {said}"
        if not corrected:
            return f'Not copied: {said} is there with other content. To replace it: --corrected "…"'
        kept = target.with_name(f"{target.stem}-superseded-{_short(old)}{target.suffix}")
        shutil.copyfile(target, kept)
    part = target.with_name(f"{target.name}.part")
    part.write_bytes(new)
    part.replace(target)
    return f"Copied: {said}"


def _short(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:8]
