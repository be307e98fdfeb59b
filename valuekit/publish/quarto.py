"""The other engine: stock Quarto, with the same documents, profiles and swap."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path

from valuekit.errors import Problem, PublishError
from valuekit.project import WITHIN_A_PUBLISH, Project
from valuekit.publish.plan import PUBLIC, Edition, is_chosen, pack_name

OLDEST = (1, 9)
"""Quarto before this has no PDF/UA from Typst."""


def find_quarto() -> str:
    """The quarto command, checked to be new enough.

    Raises
    ------
    PublishError
        There is none, it does not run, or it is too old.
    """
    command = shutil.which("quarto") or _from_package()
    wanted = f"{OLDEST[0]}.{OLDEST[1]}"
    if not command:
        raise PublishError(
            Problem(
                "Quarto is not installed",
                why="--engine quarto needs it",
                do=f"Install Quarto {wanted} or newer, or publish without --engine quarto.",
            )
        )
    try:
        done = subprocess.run(
            [command, "--version"], capture_output=True, text=True, encoding="utf-8", timeout=60
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise PublishError(
            Problem("Quarto does not run", command, str(error), "Install Quarto again.")
        ) from error
    found = re.match(r"\s*(\d+)\.(\d+)", done.stdout)
    if done.returncode or not found:
        raise PublishError(Problem("Quarto does not say its version", command, do="Install Quarto again."))
    if (int(found[1]), int(found[2])) < OLDEST:
        raise PublishError(
            Problem(
                f"Quarto {done.stdout.strip()} is too old", command, do=f"Install Quarto {wanted} or newer."
            )
        )
    return command


def _from_package() -> str | None:
    """The command of the quarto-cli package, which stands beside Python's own."""
    if find_spec("quarto_cli") is None:
        return None
    return shutil.which("quarto", path=str(Path(sys.executable).parent))


def render_all(
    project: Project,
    editions: Sequence[Edition],
    services: Sequence[str],
    site: Path,
    packs: Path,
    say: Callable[..., None],
) -> None:
    """One ``quarto render`` for each audience: the public's into `site`, the others' PDFs into `packs`.

    Raises
    ------
    PublishError
        Quarto is missing or too old, or a render failed (with the last lines that it said).
    """
    command = find_quarto()
    say("stock Quarto", steps=len(editions) + 2)
    for edition in editions:
        say(f"quarto render --profile {edition.audience}")
        if edition.audience == PUBLIC:
            _render(command, project, edition, site)
            continue
        folder = packs.with_name(packs.name + ".quarto")
        try:
            _render(command, project, edition, folder)
            for path in (path for path in edition.paths if is_chosen(path, services)):
                made = folder / path.with_suffix(".pdf")
                if not made.is_file():
                    raise PublishError(
                        Problem("Quarto made no PDF", str(path), do="Run quarto render to see why.")
                    )
                shutil.copyfile(made, packs / pack_name(path, edition.audience, edition.about.period))
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def _render(command: str, project: Project, edition: Edition, folder: Path) -> None:
    profile, period = edition.audience, edition.about.period
    own = {"QUARTO_PYTHON": sys.executable, "VALUEKIT_PERIOD": period, WITHIN_A_PUBLISH: "yes"}
    environment = {**os.environ, **own}
    words = [
        command,
        "render",
        "--profile",
        profile,
        "--output-dir",
        folder.relative_to(project.root).as_posix(),
    ]
    done = subprocess.run(
        words,
        cwd=project.root,
        env=environment,
        capture_output=True,
        text=True,
        encoding="utf-8",
        errors="replace",
    )
    if done.returncode:
        said = [line for line in (done.stdout + done.stderr).splitlines() if line.strip()]
        raise PublishError(
            Problem(
                f"quarto render --profile {profile} failed",
                why=" / ".join(said[-3:]),
                do="Run it in the project's folder to see all of it.",
            )
        )
