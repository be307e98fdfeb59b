"""The front door: what a person or a scheduler meets at the command line."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from checkout import Checkout
from small_checkout import small_checkout, with_sample

from valuekit import cli
from valuekit.errors import DefinitionError, DocumentError, ExtractError, Problem, PublishError, ValuekitError


def failing(monkeypatch: pytest.MonkeyPatch, error: BaseException) -> int:
    """Exit code of a command that ends in `error`."""

    def run(arguments: object) -> None:
        raise error

    monkeypatch.setattr(cli, "_build", run)
    return cli.main(["build"])


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (ValuekitError(Problem("x")), 1),
        (ExtractError(Problem("x")), 3),
        (DefinitionError(Problem("x")), 4),
        (DocumentError(Problem("x")), 5),
        (PublishError(Problem("x")), 6),
        (OSError(28, "No space left on device", "file.csv"), 1),
        (ZeroDivisionError(), 70),
        (KeyboardInterrupt(), 130),
    ],
)
def test_each_kind_of_end_has_its_exit_code(
    monkeypatch: pytest.MonkeyPatch, error: BaseException, code: int
) -> None:
    assert failing(monkeypatch, error) == code


def test_the_readme_names_every_exit_code(monkeypatch: pytest.MonkeyPatch) -> None:
    from checkout import ROOT

    text = (ROOT / "README.md").read_text(encoding="utf-8")
    paragraph = text[text.index("Exit codes") :].split("\n\n")[0]
    for code in (0, 1, 2, 3, 4, 5, 6, cli.FAULT_OF_VALUEKIT, cli.INTERRUPTED):
        assert f"{code} " in paragraph


def test_the_readme_names_every_command() -> None:
    from checkout import ROOT

    text = (ROOT / "README.md").read_text(encoding="utf-8")
    (commands,) = (a for a in cli._parser()._actions if isinstance(a.choices, dict))
    assert [name for name in commands.choices if f"`valuekit {name}" not in text] == []


def test_several_faults_are_counted_and_each_has_its_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    failing(monkeypatch, ExtractError([Problem("one", "a.csv"), Problem("two", "b.csv", "why", "Do this.")]))
    assert capsys.readouterr().err.splitlines() == [
        "2 things must be put right:",
        "- a.csv: one",
        "- b.csv: two (why). Do this.",
    ]


def test_a_fault_of_valuekit_does_not_print_its_message_which_could_hold_a_persons_data(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    failing(monkeypatch, KeyError("9434765919"))
    said = capsys.readouterr().err
    assert "9434765919" not in said and "fault of valuekit" in said and "--verbose" in said


@pytest.mark.parametrize(
    "words", [["publish", "--period", "2026-13"], ["publish", "--audience", "press"], []]
)
def test_a_wrong_command_line_ends_with_2_and_says_what_is_valid(
    words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as end:
        cli.main(words)
    assert end.value.code == 2
    assert capsys.readouterr().err


def test_a_check_writes_nothing_and_says_so(tmp_path: Path) -> None:
    checkout = with_sample(small_checkout(tmp_path))
    before = {p for p in checkout.root.rglob("*") if "__pycache__" not in p.parts}
    run = checkout.run("check")
    assert run.code == 0 and "Nothing was written" in run.out
    assert {p for p in checkout.root.rglob("*") if "__pycache__" not in p.parts} == before
    assert run.err == "", "quiet where nobody is watching"


def test_a_check_lists_faults_of_extracts_definitions_and_documents_together(tmp_path: Path) -> None:
    checkout = with_sample(small_checkout(tmp_path))
    ledger = checkout.root / "data" / "extracts" / "ledger_2026-10.csv"
    ledger.write_text(ledger.read_text(encoding="utf-8").replace("amount", "amuont", 1), encoding="utf-8")
    stroke = checkout.root / "data" / "services" / "stroke.yml"
    stroke.write_text(stroke.read_text(encoding="utf-8").replace("tier: 1", "teir: 1", 1), encoding="utf-8")
    page = checkout.root / "index.qmd"
    page.write_text(page.read_text(encoding="utf-8") + "\n{{< video film.mp4 >}}\n", encoding="utf-8")
    run = checkout.run("check")
    assert run.code != 0
    assert "teir" in run.err and "video" in run.err
    assert "ledger_2026-10.csv: missing column 'amount'" in run.err, run.err


def test_the_sample_is_never_written_over_real_extracts(new_checkout: Callable[[], Checkout]) -> None:
    checkout = new_checkout()
    about = checkout.root / "data" / "extracts" / "about.yml"
    about.write_text("organisation: A trust\nsynthetic: false\n", encoding="utf-8")
    run = checkout.run("sample")
    assert run.code == 1 and "real extracts" in run.err
    assert [f.name for f in about.parent.iterdir() if f.name != "README.md"] == ["about.yml"]


def test_outside_a_project_the_command_says_where_it_must_be_run(
    new_checkout: Callable[[], Checkout],
) -> None:
    root = new_checkout().root
    (root / "_quarto.yml").unlink()
    run = Checkout(root).run("build")
    assert run.code == 1 and "not a valuekit project" in run.err
