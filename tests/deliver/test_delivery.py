"""Reports reach whom they are for, once, over TLS; whatever fails is said and can be tried again."""

from __future__ import annotations

import json
import os
import random
import re
import subprocess
import sys
from dataclasses import replace
from email.message import EmailMessage
from pathlib import Path

import pytest
from conftest import MailServer, lists
from counted import asked
from disk import KILLED, Disk

from valuekit import cli
from valuekit.deliver import courier, post
from valuekit.deliver.ledger import Ledger
from valuekit.errors import DefinitionError, ValuekitError
from valuekit.project import Project

EVERYBODY = [
    "stroke.team@trust.example",
    "hepatitis.team@trust.example",
    "endocarditis.team@trust.example",
    "board.secretary@trust.example",
]


def run(project: Project, server: MailServer, tls: str = "starttls", **how: object) -> courier.Outcome:
    """One ``valuekit deliver --send``, without its waits."""
    lists(project, server.port, tls)
    access = post.Access(ca_file=str(server.ca_file))
    found = courier.parcels(project)
    return courier.send(*found, how.pop("access", access), wait=lambda seconds: None, **how)


def part(mail: EmailMessage, kind: str) -> EmailMessage:
    return next(p for p in mail.walk() if p.get_content_type() == kind)


# -- what goes out --------------------------------------------------------------------------------


@pytest.mark.parametrize("tls", ["starttls", "implicit"])
def test_each_team_gets_its_own_report_and_nobody_elses(project, serve, tls) -> None:
    server = serve(tls)
    outcome = run(project, server, tls)
    assert not outcome.failed
    assert server.addresses() == EVERYBODY
    for mail, word in zip(server.taken, ("stroke", "hepatitis_c", "endocarditis", "board"), strict=True):
        pdf = part(mail, "application/pdf")
        assert pdf.get_content() == b"%PDF-1.7 " + word.encode()
        assert pdf.get_filename().startswith(word)
        assert "October 2026" in mail["Subject"]
        assert mail["Subject"].startswith("[Synthetic sample] ")


def test_the_text_of_a_mail_has_the_public_findings_and_reads_as_plain_text(project, serve) -> None:
    server = serve()
    run(project, server)
    text = part(server.taken[0], "text/plain").get_content()
    assert re.findall(r"^([0-9]\.) ", text, flags=re.MULTILINE) == ["1.", "2.", "3."]
    assert "made up" in text
    assert "for your team only" in text
    assert max(map(len, text.splitlines())) <= 72
    assert not [p for p in server.taken[0].walk() if p.get_content_type() == "text/html"]
    # The sentences are those of the public mart, which has passed disclosure control.
    clinical = (project.mart / "clinical" / "headline.parquet").read_bytes()
    (project.mart / "clinical" / "headline.parquet").write_bytes(b"not read")
    assert courier.parcels(project)[2][0].report.findings
    (project.mart / "clinical" / "headline.parquet").write_bytes(clinical)


def test_a_dry_run_shows_every_mail_word_for_word_and_connects_to_nothing(project) -> None:
    lists(project, port=1)
    found, _, parcels = courier.parcels(project)
    shown = "\n".join(courier.preview(found, parcels).lines)
    for parcel in parcels:
        assert f"To:       {parcel.recipient.address} ({parcel.recipient.role})\n" in shown
        assert f"From:     {found.sender}, through localhost:1\n" in shown
        assert f"Subject:  {courier.subject(parcel.report)}\n" in shown
        assert parcel.report.file.name in shown
        assert parcel.report.sha256 in shown
        for line in courier.body(parcel.report, found).splitlines():
            assert line in shown
    assert "4 of 4 would be sent. Nothing was" in shown
    assert not (project.root / "_delivery").exists()


def test_the_command_shows_and_does_not_send_unless_told(project, monkeypatch, capsys) -> None:
    lists(project, port=1)
    monkeypatch.chdir(project.root)
    assert cli.main(["deliver"]) == 0
    assert "this was a dry run" in capsys.readouterr().out


# -- nothing twice --------------------------------------------------------------------------------


def test_a_second_run_sends_nothing(project, serve) -> None:
    server = serve()
    run(project, server)
    outcome = run(project, server)
    assert server.addresses() == EVERYBODY
    assert len(outcome.lines) == 4
    assert all("has this report since" in line for line in outcome.lines)


def test_one_refused_recipient_does_not_stop_the_rest_and_is_the_only_one_tried_again(project, serve) -> None:
    server = serve()
    server.on_recipient = lambda to: "550 no such mailbox" if to.startswith("hepatitis") else None
    outcome = run(project, server)
    assert [p.where.split()[0] for p in outcome.failed] == ["hepatitis.team@trust.example"]
    assert "550 no such mailbox" in str(outcome.failed[0])
    server.on_recipient = lambda to: None
    assert not run(project, server).failed
    assert sorted(server.addresses()) == sorted(EVERYBODY)


def test_a_server_that_is_busy_at_first_is_asked_again(project, serve) -> None:
    server, answers = serve(), iter(["451 try again later", "451 try again later"])
    server.on_mail = lambda to: next(answers, None)
    assert not run(project, server).failed
    assert server.addresses() == EVERYBODY


@pytest.mark.parametrize("answer", ["550 not wanted", "452 out of space"])
def test_a_mail_that_is_refused_to_the_end_is_said_and_can_be_sent_later(project, serve, answer) -> None:
    server = serve()
    server.on_mail = lambda to: answer
    assert len(run(project, server).failed) == 4
    server.on_mail = lambda to: None
    assert not run(project, server).failed
    assert server.addresses() == EVERYBODY


def test_a_line_that_breaks_before_the_mail_is_over_is_tried_again(project, serve) -> None:
    server, answers = serve(), iter(["drop"])
    server.on_recipient = lambda to: next(answers, None)
    assert not run(project, server).failed
    assert server.addresses() == EVERYBODY


def test_a_line_that_breaks_before_the_answer_leaves_it_to_a_person(project, serve) -> None:
    """The server has the mail, and we cannot know: neither lost in silence nor sent twice."""
    server = serve()
    server.on_mail = lambda to: "drop after" if to.startswith("stroke") else None
    outcome = run(project, server)
    assert ["may have been sent" in str(p) for p in outcome.failed] == [True]
    assert server.addresses() == EVERYBODY
    server.on_mail = lambda to: None
    again = run(project, server)
    assert server.addresses() == EVERYBODY
    assert any("may have sent it" in line for line in again.lines)
    run(project, server, resend_unsure=True)
    assert server.addresses() == [*EVERYBODY, "stroke.team@trust.example"]
    # A mailbox can know the second by its Message-ID.
    assert server.taken[0]["Message-ID"] == server.taken[-1]["Message-ID"]


HARMS = (
    ("recipient", "550 no such mailbox", "rejected"),
    ("recipient", "450 mailbox is busy", "rejected"),
    ("mail", "550 not wanted", "rejected"),
    ("mail", "452 out of space", "rejected"),
    ("recipient", "drop", "dropped"),
    ("mail", "drop after", "unanswered"),
    ("mail", "drop before", "unanswered"),
)
"""At what moment a server does what to one mail, and what that is called on the page."""

TRIED = {
    "rejected": "Mails that a server refused",
    "dropped": "Mails cut off before the server had them",
    "unanswered": "Mails after which a server cut the line and gave no answer",
    "killed": "Points at which a delivery was killed",
}
ONCE = "each team had its report once: none lost, none twice"


@pytest.mark.counted
@pytest.mark.parametrize(("moment", "answer", "kind"), HARMS)
def test_whatever_the_server_does_to_one_mail_each_team_gets_its_report_once(
    project, serve, counted, moment, answer, kind
) -> None:
    """Each kind of failure for each of the mails in turn, then runs without any."""
    server = serve()
    for who in EVERYBODY:
        server.taken.clear()
        (project.root / "_delivery" / "2026-10.jsonl").unlink(missing_ok=True)
        setattr(server, f"on_{moment}", {who: answer}.get)
        first = run(project, server)
        assert [p.where.split()[0] for p in first.failed] == [who]
        setattr(server, f"on_{moment}", lambda to: None)
        run(project, server)
        if answer == "drop before":  # nobody can know, so nothing goes again until a person says so
            assert who not in server.addresses()
            run(project, server, resend_unsure=True)
        assert sorted(server.addresses()) == sorted(EVERYBODY)
        counted(f"mails_{kind}", group="delivery", what=TRIED[kind], tried=1, held=1, means=ONCE)


@pytest.mark.slow
@pytest.mark.counted
@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_delivery_killed_anywhere_sends_nothing_twice_and_names_what_may_be_missing(
    project, serve, counted, monkeypatch, tmp_path
) -> None:
    """At changes of the disk, for the count at each: before a mail leaves, or between it and the ledger."""
    server = serve()
    lists(project, server.port)
    monkeypatch.setenv(post.CA_FILE, str(server.ca_file))
    disk, ledger = Disk(tmp_path), project.root / "_delivery" / "2026-10.jsonl"
    last = disk.run(project.root, "deliver", "--send", at=10**9)["changes"]
    assert server.addresses() == EVERYBODY
    assert last >= 2 * len(EVERYBODY), "a line before each mail, and one after it"
    every = range(1, last + 1)
    for at in every if asked() else random.Random(20261031).sample(every, 5):  # daily, a few
        server.taken.clear()
        ledger.unlink(missing_ok=True)
        assert disk.run(project.root, "deliver", "--send", at=at)["code"] == KILLED
        again = disk.run(project.root, "deliver", "--send")
        assert again["code"] == 0, again["said"]
        had = server.addresses()
        assert len(had) == len(set(had)), f"killed at change {at} of {last}"
        for who in set(EVERYBODY) - set(had):
            assert f"Not to {who}" in again["said"] and "may have sent it" in again["said"]
        assert len(had) >= len(EVERYBODY) - 1, "a kill can leave one mail in doubt"
        means = "no team had its report twice, and one that may lack it was named"
        counted("mails_killed", group="delivery", what=TRIED["killed"], tried=1, held=1, means=means)
    disk.close()


def test_a_run_that_is_killed_while_it_sends_never_sends_again_by_itself(project) -> None:
    """Killed after the mail left and before the ledger said so: the worst moment there is."""
    script = (
        "import os, sys\n"
        "from pathlib import Path\n"
        "from valuekit.deliver import courier, post\n"
        "from valuekit.project import Project\n"
        "found = courier.parcels(Project(Path(sys.argv[1])))\n"
        "courier.send(*found, post.Access(), hand_over=lambda *a: os._exit(9))\n"
    )
    root = Path(__file__).resolve().parents[2]
    done = subprocess.run(
        [sys.executable, "-c", script, str(project.root)], env=os.environ | {"PYTHONPATH": str(root)}
    )
    assert done.returncode == 9
    _, ledger, parcels = courier.parcels(project)
    sent: list[str] = []
    courier.send(
        *courier.parcels(project), post.Access(), hand_over=lambda mail, *a: sent.append(str(mail["To"]))
    )
    assert sent == EVERYBODY[1:]
    assert parcels[0].unsure
    assert len(ledger.newest()) == 4


def test_a_changed_report_goes_out_again_only_with_words_on_what_is_different(project, serve) -> None:
    server = serve()
    run(project, server)
    (project.packs / "stroke-clinical-2026-10.pdf").write_bytes(b"%PDF-1.7 stroke, put right")
    outcome = run(project, server)
    assert any("another version" in line for line in outcome.lines)
    assert len(server.taken) == 4
    run(project, server, corrected="Deaths after discharge are counted now.")
    assert server.addresses() == [*EVERYBODY, "stroke.team@trust.example"]
    assert "Corrected: Stroke" in server.taken[-1]["Subject"]
    assert "Deaths after discharge are counted now." in part(server.taken[-1], "text/plain").get_content()
    assert "another version" not in "".join(run(project, server).lines)


def test_a_ledger_that_cannot_be_read_stops_everything(project, serve) -> None:
    server = serve()
    run(project, server)
    file = project.root / "_delivery" / "2026-10.jsonl"
    file.write_text("spoilt\n" + file.read_text(encoding="utf-8"), encoding="utf-8")
    with pytest.raises(ValuekitError, match=r"2026-10\.jsonl:1: this line is not an entry"):
        run(project, server)
    assert len(server.taken) == 4


def test_a_last_line_that_was_cut_short_counts_as_never_written(tmp_path) -> None:
    ledger = Ledger(tmp_path / "ledger.jsonl")
    ledger.add("a", "sent", "1")
    with ledger.file.open("a", encoding="utf-8") as file:
        file.write('{"delivery": "b", "sta')
    assert set(ledger.newest()) == {"a"}
    ledger.add("c", "sent", "2")
    assert set(ledger.newest()) == {"a", "c"}
    assert [json.loads(line)["delivery"] for line in ledger.file.read_text().splitlines()] == ["a", "c"]


# -- TLS and who may log in -----------------------------------------------------------------------


def test_a_server_without_tls_is_told_nothing(project, serve) -> None:
    server = serve("none")
    outcome = run(project, server)
    assert len(outcome.failed) == 4
    assert "no TLS" in str(outcome.failed[0])
    assert not server.taken


@pytest.mark.parametrize("tls", ["starttls", "implicit"])
def test_a_certificate_of_another_name_or_of_nobody_known_is_refused(project, serve, tls) -> None:
    wrong_name = serve(tls, name="mail.elsewhere.example")
    assert "certificate is not trusted" in str(run(project, wrong_name, tls).failed[0])
    unknown = serve(tls)
    outcome = run(project, unknown, tls, access=post.Access())
    assert "certificate is not trusted" in str(outcome.failed[0])
    assert not wrong_name.taken
    assert not unknown.taken


def test_credentials_come_from_the_environment_and_are_used_under_tls(project, serve, monkeypatch) -> None:
    server = serve(login=True)
    monkeypatch.setenv(post.CA_FILE, str(server.ca_file))
    monkeypatch.setenv(post.USER, "reports")
    with pytest.raises(ValuekitError, match=post.PASSWORD):
        post.Access.from_environment()
    monkeypatch.setenv(post.PASSWORD, "wrong")
    outcome = run(project, server, access=post.Access.from_environment())
    assert "did not accept" in str(outcome.failed[0])
    assert "wrong" not in str(outcome.failed[0])
    monkeypatch.setenv(post.PASSWORD, "right")
    assert not run(project, server, access=post.Access.from_environment()).failed
    assert (b"reports", b"right") in server.logins
    assert server.addresses() == EVERYBODY


def test_a_server_that_is_not_there_is_a_plain_word(project, serve) -> None:
    server = serve()
    server.port = 1
    outcome = run(project, server)
    assert "connection failed" in str(outcome.failed[0])
    assert "Run again" in str(outcome.failed[0])


# -- who may get what -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "domain", ["elsewhere.example", "sub.trust.example", "trust.example.net", "nottrust.example"]
)
def test_an_internal_report_never_goes_outside_the_declared_domains(project, domain) -> None:
    lists(project, stroke_DOT_team_AT_trust_DOT_example=f"stroke.team@{domain}")
    with pytest.raises(DefinitionError, match=rf"delivery\.yml:7.*may not go to {domain}"):
        courier.parcels(project)


def test_the_last_look_before_a_mail_leaves_holds_even_where_the_lists_were_not_asked(project, serve) -> None:
    server = serve()
    lists(project, server.port)
    held, ledger, parcels = courier.parcels(project)
    outside = parcels[0].recipient.model_copy(update={"address": "stroke.team@elsewhere.example"})
    with pytest.raises(ValuekitError, match="may not leave the trust"):
        courier.send(held, ledger, [replace(parcels[0], recipient=outside)], post.Access())
    assert not server.taken and not ledger.newest()


def test_the_public_report_may_go_anywhere_and_is_the_public_file(project) -> None:
    file = project.root / "data" / "delivery.yml"
    file.write_text(
        file.read_text(encoding="utf-8")
        + "  - {service: stroke, report: public, role: Patients' panel, address: panel@charity.example}\n",
        encoding="utf-8",
    )
    parcel = courier.parcels(project)[2][-1]
    assert parcel.report.file.read_bytes() == b"%PDF-1.7 public stroke"
    assert not parcel.report.internal


@pytest.mark.parametrize(
    "address",
    [
        '"a@trust.example\\r\\nBcc: x@elsewhere.example"',
        '"a@trust.example, b@elsewhere.example"',
        '"Team <a@trust.example>"',
        '"a@trust.example "b',
        '"a b@trust.example"',
        '"é@trust.example"',
        "trust.example",
    ],
)
def test_what_is_not_one_plain_address_is_refused_with_its_line(project, address) -> None:
    lists(project, stroke_DOT_team_AT_trust_DOT_example=address)
    with pytest.raises(DefinitionError, match=r"delivery\.yml:7"):
        courier.parcels(project)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("tls: starttls", "tls: none", "tls"),
        ("service: stroke", "service: strok", "Did you mean 'stroke'"),
        ("report: board", "report: bord", "Did you mean 'board'"),
        ("report: board,", "report: board, service: stroke,", "leave out 'service'"),
        ("role: Stroke team,", "", "'role' is missing"),
        ("service: hepatitis_c, ", "", "say which service"),
        ("hepatitis.team@", "stroke.team@", None),
        ("internal_domains", "domains", "internal_domains"),
    ],
)
def test_faults_of_the_lists_are_said_with_line_and_way_out(project, old, new, says) -> None:
    file = project.root / "data" / "delivery.yml"
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")
    if says is None:  # the same mailbox may have two different reports
        assert len(courier.parcels(project)[2]) == 4
        return
    with pytest.raises(DefinitionError, match=r"delivery\.yml:\d+") as raised:
        courier.parcels(project)
    assert says in str(raised.value)


def test_a_mailbox_that_has_the_same_report_twice_is_a_fault(project) -> None:
    file = project.root / "data" / "delivery.yml"
    file.write_text(
        file.read_text(encoding="utf-8")
        + "  - {service: stroke, role: Another role, address: Stroke.Team@trust.example}\n",
        encoding="utf-8",
    )
    with pytest.raises(DefinitionError, match="same report twice"):
        courier.parcels(project)


def test_a_missing_pdf_stops_the_whole_delivery(project) -> None:
    (project.packs / "board-2026-10.pdf").unlink()
    with pytest.raises(ValuekitError, match=r"board-2026-10\.pdf: this PDF is not there"):
        courier.parcels(project)


# -- a shared drive -------------------------------------------------------------------------------


def test_reports_are_copied_to_a_folder_once(project, tmp_path) -> None:
    drive = tmp_path / "shared drive"
    drive.mkdir()
    parcels = courier.parcels(project)[2]
    first = courier.to_folder(project, parcels, drive)
    assert all(line.startswith("Copied: ") for line in first.lines)
    files = {f.relative_to(drive).as_posix(): f.read_bytes() for f in drive.rglob("*") if f.is_file()}
    assert files == {
        **{f"{s}/{s}-clinical-2026-10.pdf": b"%PDF-1.7 " + s.encode() for s in ("stroke", "hepatitis_c")},
        "endocarditis/endocarditis-clinical-2026-10.pdf": b"%PDF-1.7 endocarditis",
        "board/board-2026-10.pdf": b"%PDF-1.7 board",
    }
    second = courier.to_folder(project, parcels, drive)
    assert all(line.startswith("There already: ") for line in second.lines)


def test_a_changed_report_takes_the_place_of_the_old_only_when_told_and_the_old_is_kept(
    project, tmp_path
) -> None:
    parcels = courier.parcels(project)[2]
    courier.to_folder(project, parcels, tmp_path)
    (project.packs / "board-2026-10.pdf").write_bytes(b"%PDF-1.7 put right")
    parcels = courier.parcels(project)[2]
    said = courier.to_folder(project, parcels, tmp_path)
    assert any("Not copied: board/" in line for line in said.lines)
    assert (tmp_path / "board" / "board-2026-10.pdf").read_bytes() == b"%PDF-1.7 board"
    courier.to_folder(project, parcels, tmp_path, corrected="Costs of theatre.")
    kept = {f.read_bytes() for f in (tmp_path / "board").iterdir()}
    assert kept == {b"%PDF-1.7 board", b"%PDF-1.7 put right"}
    assert (tmp_path / "board" / "board-2026-10.pdf").read_bytes() == b"%PDF-1.7 put right"


def test_a_drive_that_is_not_connected_and_the_public_site_are_refused(project, tmp_path) -> None:
    parcels = courier.parcels(project)[2]
    with pytest.raises(ValuekitError, match="no such folder"):
        courier.to_folder(project, parcels, tmp_path / "not connected")
    with pytest.raises(ValuekitError, match="may not lie in the public site"):
        courier.to_folder(project, parcels, project.site / "reports")
