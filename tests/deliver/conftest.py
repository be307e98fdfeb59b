"""A published project in small, and a real mail server on loopback that can be told to misbehave."""

from __future__ import annotations

import shutil
import socket
import ssl
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

import pytest
import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

from valuekit.deliver import post
from valuekit.project import Project

sys.path.append(str(Path(__file__).resolve().parents[1] / "report"))
import marts

SERVICES = ("stroke", "hepatitis_c", "endocarditis")

LISTS = """
sender: value.reports@trust.example
reply_to: value.reports@trust.example
server: {{host: localhost, port: {port}, tls: {tls}}}
internal_domains: [trust.example]
recipients:
  - {{service: stroke, role: Stroke team, address: stroke.team@trust.example}}
  - {{service: hepatitis_c, role: Hepatitis team, address: hepatitis.team@trust.example}}
  - {{service: endocarditis, role: Endocarditis team, address: endocarditis.team@trust.example}}
  - {{report: board, role: Board secretary, address: board.secretary@trust.example}}
"""


@pytest.fixture(scope="session")
def published_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a finished publish leaves: marts, internal PDFs, public PDFs."""
    project = Project(marts.make_project(tmp_path_factory.mktemp("published") / "project"))
    (project.root / "data").mkdir()
    project.packs.mkdir()
    public = project.site / "reports" / "services"
    public.mkdir(parents=True)
    for service in SERVICES:
        (project.packs / f"{service}-clinical-2026-10.pdf").write_bytes(b"%PDF-1.7 " + service.encode())
        (public / f"{service}.pdf").write_bytes(b"%PDF-1.7 public " + service.encode())
    (project.packs / "board-2026-10.pdf").write_bytes(b"%PDF-1.7 board")
    return project.root


@pytest.fixture
def project(published_once: Path, tmp_path: Path) -> Project:
    """A project of the test's own, published."""
    root = tmp_path / "a trust's checkout"
    shutil.copytree(published_once, root)
    lists(Project(root))
    return Project(root)


def lists(project: Project, port: int = 587, tls: str = "starttls", **swap: str) -> None:
    """Write the delivery lists, with pieces of text swapped."""
    text = LISTS.format(port=port, tls=tls)
    for old, new in swap.items():
        text = text.replace(old.replace("_AT_", "@").replace("_DOT_", "."), new)
    (project.root / "data" / "delivery.yml").write_text(text, encoding="utf-8")


@dataclass
class MailServer:
    """What the server took, and how it is to answer."""

    port: int
    ca_file: Path
    taken: list[EmailMessage] = field(default_factory=list)
    seen: list[str] = field(default_factory=list)
    """Every command, in the order in which it came."""
    logins: list[tuple[bytes, bytes]] = field(default_factory=list)
    on_recipient: Callable[[str], str | None] = lambda address: None
    """An answer to give instead of accepting a recipient."""
    on_mail: Callable[[str], str | None] = lambda address: None
    """An answer to give instead of accepting the mail; ``drop before`` and ``drop after`` cut the line,
    before or after the server has kept it."""

    def addresses(self) -> list[str]:
        """Who got a mail, in order."""
        return [str(mail["To"]) for mail in self.taken]


class _Handler:
    def __init__(self, server: MailServer):
        self.server = server

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, smtp: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        answer = self.server.on_recipient(address)
        if answer == "drop":
            smtp.transport.abort()
            return "421 gone"
        if answer:
            return answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, smtp: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        answer = self.server.on_mail(envelope.rcpt_tos[0])
        if answer and not answer.startswith("drop"):
            return answer
        if answer != "drop before":
            self.server.taken.append(message_from_bytes(envelope.content, policy=default))
        if answer:
            smtp.transport.abort()
        return "250 OK"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> tuple[trustme.CA, Path]:
    """A certificate authority of the tests' own, and its certificate in a file."""
    made = trustme.CA()
    file = tmp_path_factory.mktemp("authority") / "ca.pem"
    made.cert_pem.write_to_path(str(file))
    return made, file


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server of the tests answers at once or never."""
    monkeypatch.setattr(post, "TIMEOUT", 10)


@pytest.fixture
def serve(authority: tuple[trustme.CA, Path]) -> Iterator[Callable[..., MailServer]]:
    """Start a mail server: ``tls`` starttls, implicit or none; ``name`` stands in its certificate."""
    running: list[Controller] = []

    def start(tls: str = "starttls", name: str = "localhost", login: bool = False) -> MailServer:
        made, file = authority
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        made.issue_cert(name).configure_cert(context)
        server = MailServer(_free_port(), file)

        def check(smtp: SMTP, session: Session, envelope: Envelope, kind: str, data: object) -> AuthResult:
            server.logins.append((data.login, data.password))
            return AuthResult(success=data.password == b"right", handled=False)

        options: dict[str, object] = {"auth_required": login, "authenticator": check} if login else {}
        if tls == "starttls":
            options |= {"tls_context": context, "require_starttls": True}
        if tls == "implicit":
            options |= {"auth_require_tls": False}  # the line is under TLS from the first byte
        controller = Controller(
            _Handler(server),
            hostname="localhost",
            port=server.port,
            ssl_context=context if tls == "implicit" else None,
            **options,
        )
        controller.start()
        running.append(controller)
        return server

    yield start
    for controller in running:
        controller.stop()
