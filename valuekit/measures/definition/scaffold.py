"""A new service: a definition, a page, and rows in the synthetic sample, to be published at once."""

from __future__ import annotations

import re
from importlib import resources
from pathlib import Path
from string import Template

from valuekit.config import read_yaml
from valuekit.errors import DefinitionError, Problem
from valuekit.extracts.sample import write_sample
from valuekit.measures.definition.definitions import load_services
from valuekit.measures.definition.scaffold_sample import sample_rows_for
from valuekit.project import Project

NAME = re.compile(r"[a-z][a-z0-9_]*")

STAND_INS = ("J45", "J44", "S72", "K80", "N20", "L03")
"""ICD-10 codes that a sketch may begin with (asthma, chronic lung disease, hip fracture, gallstones, kidney
stones, cellulitis): the first that no other service counts is taken."""


def new_service(project: Project, name: str) -> list[Path]:
    """Write a service's definition and page, and rows for it where the drop is the synthetic sample.

    Parameters
    ----------
    project
        Where they go: ``data/services/<name>.yml`` and ``reports/services/<name>.qmd``.
    name
        Its identifier: small letters, digits and underscores, a letter first.

    Returns
    -------
    list of Path
        Every file written or changed.

    Raises
    ------
    DefinitionError
        The name is not an identifier, the service is there already, or another definition has a fault.
    """
    files = project.services / f"{name}.yml", project.reports / "services" / f"{name}.qmd"
    _refuse(name, files)
    words = name.replace("_", " ").strip()
    fields = {"service": name, "words": words, "name": words.capitalize(), "diagnosis": _free_code(project)}
    for file in files:
        template = (resources.files("valuekit.measures") / "templates" / f"service{file.suffix}").read_text(
            "utf-8"
        )
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(Template(template).substitute(fields), encoding="utf-8", newline="\n")
    changed = []
    if _is_sample(project):
        services = load_services(project)
        service = next(s for s in services if s.service == name)
        changed = sample_rows_for(service, services, project)
    return [*files, *changed]


def _refuse(name: str, files: tuple[Path, ...]) -> None:
    if not NAME.fullmatch(name):
        raise DefinitionError(
            Problem(
                f"'{name}' cannot be the name of a service",
                why="it stands in file names and addresses",
                do="Use small letters, digits and underscores, a letter first: asthma, hip_fracture.",
            )
        )
    there = [file for file in files if file.exists()]
    if there:
        raise DefinitionError(
            [
                Problem(
                    "there is such a service already", "/".join(file.parts[-3:]), do="Choose another name."
                )
                for file in there
            ]
        )


def _free_code(project: Project) -> str:
    """A stand-in diagnosis that no service counts yet."""
    services = load_services(project) if any(project.services.glob("*.yml")) else ()
    taken = tuple(code[:3] for service in services for code in service.cohort.diagnoses)
    return next((code for code in STAND_INS if code not in taken), STAND_INS[0])


def _is_sample(project: Project) -> bool:
    """Whether the drop is the synthetic sample; an empty drop becomes it, as it would on the first run."""
    about = project.extracts / "about.yml"
    if not any(file.name != "README.md" for file in project.extracts.glob("*")):
        write_sample(project.extracts)
    return about.is_file() and read_yaml(about).data.get("synthetic") is True
