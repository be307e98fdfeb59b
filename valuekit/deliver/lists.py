"""Who gets which report: ``data/delivery.yml``, checked on load."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from valuekit.config import Located, Settings, checked, nearest, read_yaml
from valuekit.errors import DefinitionError, Problem
from valuekit.project import Project

FILE = "delivery.yml"

_ADDRESS = re.compile(
    r"[A-Za-z0-9](?:[A-Za-z0-9._+'-]{0,62}[A-Za-z0-9])?@([A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+)"
)
_DOMAIN = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+")


def _is_address(text: str) -> str:
    # Plain ASCII and one line: what a mail header could be broken with is refused, not quoted.
    if not _ADDRESS.fullmatch(text):
        raise ValueError("must be one plain mail address, such as stroke.team@trust.example")
    return text


def _is_domain(text: str) -> str:
    if not _DOMAIN.fullmatch(text.lower()):
        raise ValueError("must be a domain, such as trust.example")
    return text.lower()


def _is_one_line(text: str) -> str:
    if not text.isprintable():
        raise ValueError("must be one line of plain text")
    return text


Address = Annotated[str, AfterValidator(_is_address)]
Domain = Annotated[str, AfterValidator(_is_domain)]
Line = Annotated[str, Field(min_length=1, max_length=120), AfterValidator(_is_one_line)]


class Server(Settings):
    """The trust's mail server. TLS is not a choice; only how it begins is."""

    host: Annotated[str, AfterValidator(_is_domain)] | Literal["localhost"]
    port: int = Field(ge=1, le=65535)
    tls: Literal["starttls", "implicit"]


class Recipient(Settings):
    """One mailbox, held by a role and not by a person, and the report that it gets."""

    role: Line
    address: Address
    report: Literal["clinical", "board", "public"] = "clinical"
    service: str | None = None

    @model_validator(mode="after")
    def _names_a_service_where_it_must(self) -> Recipient:
        if self.report == "board" and self.service is not None:
            raise ValueError("the board report is of all services: leave out 'service'")
        if self.report != "board" and self.service is None:
            raise ValueError(f"say which service's {self.report} report, with 'service'")
        return self

    @property
    def domain(self) -> str:
        """The part of the address after the @, in small letters."""
        return self.address.rsplit("@", 1)[1].lower()


class Lists(Settings):
    """All of ``data/delivery.yml``."""

    sender: Address
    reply_to: Address
    server: Server
    internal_domains: tuple[Domain, ...] = Field(min_length=1)
    recipients: tuple[Recipient, ...] = Field(min_length=1)


def load_lists(project: Project, services: Collection[str]) -> Lists:
    """The delivery lists of `project`.

    Parameters
    ----------
    services
        Names of the services that were built.

    Raises
    ------
    DefinitionError
        The file is not there or does not say what it must; a service is not known; the same mailbox has the
        same report twice; a report that is not public would go outside ``internal_domains``. All at once.
    """
    located = read_yaml(project.root / "data" / FILE)
    lists = checked(located, Lists)
    problems = _problems(lists, located, services)
    if problems:
        raise DefinitionError(problems)
    return lists


def _problems(lists: Lists, located: Located, services: Collection[str]) -> list[Problem]:
    problems, seen = [], set()
    for position, recipient in enumerate(lists.recipients):
        if recipient.service is not None and recipient.service not in services:
            problems.append(
                Problem(
                    f"there is no service '{recipient.service}'",
                    located.where("recipients", position, "service"),
                    do=nearest(recipient.service, sorted(services)),
                )
            )
        # The rule that keeps patients' data in the house. Exact: a sub-domain is another domain.
        if recipient.report != "public" and recipient.domain not in lists.internal_domains:
            problems.append(
                Problem(
                    f"the {recipient.report} report may not go to {recipient.domain}",
                    located.where("recipients", position, "address"),
                    "it is not one of internal_domains",
                    "Correct the address, or send this mailbox the public report.",
                )
            )
        key = (recipient.address.lower(), recipient.report, recipient.service)
        if key in seen:
            problems.append(
                Problem(
                    "this mailbox has the same report twice",
                    located.where("recipients", position, "address"),
                    do="Keep one.",
                )
            )
        seen.add(key)
    return problems
