"""Handing one mail to the trust's server over TLS, and knowing what became of it."""

from __future__ import annotations

import contextlib
import os
import smtplib
import socket
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import formatdate

from valuekit.deliver.lists import Server
from valuekit.errors import Problem, ValuekitError

USER, PASSWORD, CA_FILE = "VALUEKIT_SMTP_USER", "VALUEKIT_SMTP_PASSWORD", "VALUEKIT_SMTP_CA_FILE"
"""Environment variables: who logs in, with what, and the trust's own certificate authority if it has one."""

TIMEOUT = 30
"""Seconds to wait for any one answer of the server."""


class NotSentError(Exception):
    """The server did not take the mail, for certain: it may be tried again."""


class UnsureError(Exception):
    """The mail was handed over whole and no answer came: it may have arrived, and must not be sent again."""


@dataclass(frozen=True)
class Access:
    """What the environment says of how to reach the server."""

    user: str = ""
    password: str = ""
    ca_file: str = ""

    @classmethod
    def from_environment(cls) -> Access:
        """The variables of this process.

        Raises
        ------
        ValuekitError
            Only one of user and password is set, or the authority's file is not there.
        """
        access = cls(*(os.environ.get(name, "") for name in (USER, PASSWORD, CA_FILE)))
        if bool(access.user) != bool(access.password):
            missing = PASSWORD if access.user else USER
            raise ValuekitError(
                Problem(f"{missing} is not set", do=f"Set both {USER} and {PASSWORD}, or neither.")
            )
        if access.ca_file and not os.path.isfile(access.ca_file):  # noqa: PTH113 - a name from outside
            raise ValuekitError(
                Problem(
                    f"the file that {CA_FILE} names is not there", do="Correct the variable, or unset it."
                )
            )
        return access


def send(message: EmailMessage, server: Server, access: Access) -> None:
    """Hand `message` to `server`.

    The steps are smtplib's own, one by one: only so can an end before the server had the whole mail (try
    again) be told from an end after it (never send twice). RFC 5321, section 4.2.5, on who then has the mail.

    Raises
    ------
    NotSentError
        No connection, no TLS, a certificate that is not trusted, a refusal by the server, or a line that
        broke before the whole mail was there.
    UnsureError
        The line broke after the whole mail was handed over and before the answer.
    """
    message = _dated(message)
    try:
        with _connected(server, access) as smtp:
            _expect(smtp.mail(message["From"]), 250, "the sender")
            _expect(smtp.rcpt(message["To"]), 250, "the recipient")
            _expect(smtp.docmd("DATA"), 354, "the mail")
            content = message.as_bytes()
            smtp.send(_dotted(content[:-2] if content.endswith(b"\r\n") else content))
            _hand_over(smtp)
    except smtplib.SMTPException as error:
        raise NotSentError(_plain(error)) from None
    except ssl.SSLCertVerificationError as error:
        raise NotSentError(
            f"the server's certificate is not trusted ({error.verify_message}); if the trust has its own "
            f"authority, name its file in {CA_FILE}"
        ) from None
    except (OSError, EOFError) as error:
        raise NotSentError(f"the connection failed ({error.strerror or type(error).__name__})") from None


def _hand_over(smtp: smtplib.SMTP) -> None:
    """Say that the mail ends here. From this moment the server may have it."""
    try:
        smtp.send(b"\r\n.\r\n")
        code, text = smtp.getreply()
    except (smtplib.SMTPException, OSError, EOFError) as error:
        raise UnsureError(f"the line broke before the server's answer ({type(error).__name__})") from None
    if code != 250:
        raise NotSentError(f"the server refused the mail ({code} {_words(text)})")


@contextlib.contextmanager
def _connected(server: Server, access: Access) -> Iterator[smtplib.SMTP]:
    """A session under TLS with a certificate that was checked, logged in where there are credentials."""
    trust = ssl.create_default_context(cafile=access.ca_file or None)
    trust.minimum_version = ssl.TLSVersion.TLSv1_2
    # smtplib would ask a name server what this machine is called: for seconds, where none answers.
    name = socket.gethostname()
    if server.tls == "implicit":
        smtp: smtplib.SMTP = smtplib.SMTP_SSL(server.host, server.port, name, timeout=TIMEOUT, context=trust)
    else:
        smtp = smtplib.SMTP(server.host, server.port, name, timeout=TIMEOUT)
    try:
        smtp.ehlo_or_helo_if_needed()
        if server.tls == "starttls":
            # Raises where the server offers none: nothing is ever said in the clear.
            smtp.starttls(context=trust)
            smtp.ehlo()
        if access.user:
            smtp.login(access.user, access.password)
        yield smtp
        with contextlib.suppress(smtplib.SMTPException, OSError):
            smtp.quit()
    finally:
        smtp.close()


def _dated(message: EmailMessage) -> EmailMessage:
    if message["Date"] is None:
        message["Date"] = formatdate(localtime=False)
    return message


def _dotted(content: bytes) -> bytes:
    """A line that begins with a dot gets another: RFC 5321, section 4.5.2."""
    return (b"\r\n" + content).replace(b"\r\n.", b"\r\n..")[2:]


def _expect(answer: tuple[int, bytes], code: int, what: str) -> None:
    if answer[0] != code and not (code == 250 and answer[0] == 251):
        raise NotSentError(f"the server refused {what} ({answer[0]} {_words(answer[1])})")


def _plain(error: smtplib.SMTPException) -> str:
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return "the server offers no TLS, or no way to log in under it; nothing was said in the clear"
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return f"the server did not accept {USER} and {PASSWORD}"
    if isinstance(error, smtplib.SMTPServerDisconnected):
        return "the server ended the session"
    if isinstance(error, smtplib.SMTPResponseException):
        return f"the server refused ({error.smtp_code} {_words(error.smtp_error)})"
    return f"the server could not be used ({type(error).__name__})"


def _words(text: bytes | str) -> str:
    """A server's words on one line, cut short: they are somebody else's text."""
    said = text.decode("ascii", "replace") if isinstance(text, bytes) else text
    return "".join(c if c.isprintable() else " " for c in said)[:120].strip()
