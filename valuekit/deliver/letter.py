"""The mail that carries a report: a short plain text with the month's three findings, and the PDF."""

from __future__ import annotations

import hashlib
import textwrap
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

from valuekit.deliver.lists import Lists, Recipient

WIDTH = 72
"""Characters in a line of the text: as RFC 3676 advises for plain text mail."""


@dataclass(frozen=True)
class Report:
    """A PDF, and what is said of it."""

    file: Path
    title: str
    """``Stroke: report for the clinical team, October 2026``."""
    findings: tuple[str, ...]
    """The month's findings, from the public figures: a mail is less safe than its attachment."""
    synthetic: bool
    internal: bool
    """Whether it may only go to the trust's own domains."""

    @property
    def sha256(self) -> str:
        """Of the PDF's bytes."""
        return hashlib.sha256(self.file.read_bytes()).hexdigest()


def subject(report: Report, corrected: str = "") -> str:
    """One line; says that it is made up, or a correction, where it is."""
    before = "[Synthetic sample] " if report.synthetic else ""
    return f"{before}{'Corrected: ' if corrected else ''}{report.title}"


def body(report: Report, lists: Lists, corrected: str = "") -> str:
    """The text of the mail. Reads well aloud: short lines, no drawing with characters, links or tables."""
    parts = []
    if report.synthetic:
        parts.append("These figures are synthetic: made up to show how the report works.")
    if corrected:
        parts.append(f"This report takes the place of the one you had before. What is different: {corrected}")
    parts.append(f"{report.title}.")
    if report.findings:
        parts.append("This month:")
        parts += [f"{number}. {text}" for number, text in enumerate(report.findings, start=1)]
    parts.append("The figures above are from the public report. The attached PDF has the detail behind them.")
    if report.internal:
        parts.append(
            "The PDF is for your team only. It holds figures about few people. Please do not pass it on."
        )
    parts.append(f"You get this mail because of your role. Questions and changes: {lists.reply_to}")
    return "\n\n".join(_lines(part) for part in parts) + "\n"


def _lines(text: str) -> str:
    return textwrap.fill(" ".join(text.split()), WIDTH, break_long_words=False, break_on_hyphens=False)


def letter(
    recipient: Recipient, report: Report, lists: Lists, delivery: str, corrected: str = ""
) -> EmailMessage:
    """The whole mail, ready to be sent.

    Its ``Message-ID`` is worked out from the delivery and the PDF, so that a mailbox which
    meets the same mail again can know it.
    """
    # Room for a whole subject: folded, some programs show it with a gap.
    message = EmailMessage(policy=SMTP.clone(max_line_length=160))
    message["From"] = lists.sender
    message["Reply-To"] = lists.reply_to
    message["To"] = recipient.address
    message["Subject"] = subject(report, corrected)
    name = hashlib.sha256(f"{delivery} {report.sha256}".encode()).hexdigest()[:32]
    message["Message-ID"] = f"<{name}@{lists.sender.rsplit('@', 1)[1]}>"
    message["Auto-Submitted"] = "auto-generated"
    message["Content-Language"] = "en-GB"
    # Quoted-printable: servers that take seven bits only are still about.
    message.set_content(body(report, lists, corrected), cte="quoted-printable")
    message.add_attachment(
        report.file.read_bytes(), maintype="application", subtype="pdf", filename=report.file.name
    )
    return message
