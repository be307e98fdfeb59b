"""The front door: one command, one function each.

Faults that a person can mend end as one line each and an exit code that a scheduler can use;
anything else is a fault of valuekit and says so. ``--verbose`` shows the trace of either.
"""

from __future__ import annotations

import argparse
import gc
import os
import sys
import traceback
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

from valuekit import __version__, workers
from valuekit.errors import Problem, PublishError, ReleaseError, ValuekitError
from valuekit.progress import Progress
from valuekit.project import AUDIENCES, WITHIN_A_PUBLISH, Month, Project

if TYPE_CHECKING:
    from valuekit.unchanged import BuildResult, Unchanged

FAULT_OF_VALUEKIT, INTERRUPTED = 70, 130


def main(words: Sequence[str] | None = None) -> int:
    """Run the command that `words` (default: the command line) name; return its exit code."""
    arguments = _parser().parse_args(words)
    gc.set_threshold(*workers.COLLECT_AFTER)
    try:
        arguments.run(arguments)
    except ValuekitError as error:
        _say_problems(error)
        if arguments.verbose:
            traceback.print_exc()
        return error.exit_code
    except KeyboardInterrupt:
        print("Stopped. The last build and the last site stand as they were.", file=sys.stderr)
        return INTERRUPTED
    except OSError as error:
        print(
            f"{error.filename or 'The disk'}: {error.strerror or error}. The last site stands as it was.",
            file=sys.stderr,
        )
        if arguments.verbose:
            traceback.print_exc()
        return ValuekitError.exit_code
    except Exception as error:
        print(
            f"This is a fault of valuekit, not of your data: {type(error).__name__} in {_where(error)}.",
            file=sys.stderr,
        )
        if arguments.verbose:
            traceback.print_exc()
        else:
            print(
                "The last site stands as it was. Run again with --verbose to see more, and report it.",
                file=sys.stderr,
            )
        return FAULT_OF_VALUEKIT
    return 0


def _say_problems(error: ValuekitError) -> None:
    many = len(error.problems) > 1
    if many:
        print(f"{len(error.problems)} things must be put right:", file=sys.stderr)
    for problem in error.problems:
        print(("- " if many else "") + str(problem), file=sys.stderr)


def _where(error: BaseException) -> str:
    """The innermost line of our own code: without the message, which could hold a person's data."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if "valuekit" in frame.filename] or frames
    return f"{ours[-1].name}, line {ours[-1].lineno}"


def _sample(arguments: argparse.Namespace) -> None:
    from valuekit.extracts.sample import write_sample

    project = Project.find()
    about = project.extracts / "about.yml"
    if about.is_file() and "synthetic: true" not in about.read_text(encoding="utf-8"):
        raise ValuekitError(
            Problem(
                "data/extracts/ holds real extracts",
                "data/extracts/about.yml",
                do="Move them away before you write the sample.",
            )
        )
    with Progress("Writing the synthetic sample"):
        files = write_sample(project.extracts)
    print(f"Wrote {len(files)} synthetic extracts to data/extracts/.")


def _sample_if_empty(project: Project) -> None:
    """On the very first run there is nothing in the drop: write the sample, and say so."""
    present = (
        [f for f in project.extracts.glob("*") if f.name != "README.md"] if project.extracts.is_dir() else []
    )
    if not present:
        from valuekit.extracts.sample import write_sample

        with Progress("No extracts yet: writing the synthetic sample"):
            write_sample(project.extracts)


def _warm(figures: bool, documents: bool = False) -> None:
    """Begin what workers import for this, while the process imports its own and reads files."""
    wanted = (*(workers.FIGURES if figures else ()), *(workers.DOCUMENTS if documents else ()))
    if wanted:
        workers.warm(*wanted)


def _build(arguments: argparse.Namespace) -> None:
    project = Project.find()
    _sample_if_empty(project)
    _warm(figures=project.has_many_services)
    from valuekit.build import build

    with Progress("Building") as progress, _no_publish(project):
        result = build(project, arguments.period, progress=progress)
    print(result.summary)


def _no_publish(project: Project) -> AbstractContextManager[None]:
    """Keep publishes away while a build changes the figures; one that a publish starts is under its lock."""
    from valuekit.publish.swap import only_one

    return nullcontext() if os.environ.get(WITHIN_A_PUBLISH) else only_one(project.state / "publish.lock")


def _check(arguments: argparse.Namespace) -> None:
    project = Project.find()
    _warm(figures=project.has_many_services)
    from valuekit.build import check
    from valuekit.publish.site import check_documents

    problems: list[Problem] = []
    said = ""
    for step in (lambda: check(project, arguments.period), lambda: check_documents(project)):
        try:
            with Progress("Checking") as progress:
                found = step()
                progress("done")
            said = said or getattr(found, "summary", "")
        except ValuekitError as error:
            problems += error.problems
            failed = type(error)
    if problems:
        raise failed(problems)
    print(said)
    print("Everything can be published. Nothing was written.")


def _publish(arguments: argparse.Namespace) -> None:
    from valuekit.publish.swap import only_one
    from valuekit.unchanged import Unchanged, forget

    project = Project.find()
    _sample_if_empty(project)
    with Progress("Publishing") as progress, only_one(project.state / "publish.lock"):
        if arguments.fresh:
            forget(project)
        unchanged = Unchanged.of(project)
        built, why_built = unchanged.built(arguments.period)
        asked = {name: getattr(arguments, name) for name in ("period", "audience", "service", "engine")}
        said, why = unchanged.published(asked) if built and arguments.engine == "builtin" else ("", "")
        reasons = [f"Figures: {'not computed' if built else 'computed'}: {why_built}."]
        if said:
            reasons += [f"Documents: none was rendered: {why}."]
        else:
            said, reasons = _publish_changed(project, arguments, built, unchanged, asked, progress, reasons)
    if arguments.explain:
        print("\n".join(reasons))
    print(said)


def _publish_changed(
    project: Project,
    arguments: argparse.Namespace,
    built: BuildResult | None,
    unchanged: Unchanged,
    asked: Mapping[str, object],
    progress: Progress,
    reasons: list[str],
) -> tuple[str, list[str]]:
    """Build and render what has changed; what was made, and why, for the person who ran it."""
    parts = unchanged.publish_parts(asked)
    _warm(
        figures=built is None and project.has_many_services,
        documents=arguments.engine == "builtin",
    )
    if built is None:
        from valuekit.build import build

        built = build(project, arguments.period, progress=progress)
    from valuekit.publish.site import publish

    published = publish(
        project,
        built.period,
        audiences=tuple(arguments.audience or AUDIENCES),
        services=tuple(arguments.service or ()),
        engine=arguments.engine,
        progress=progress,
    )
    said = f"{built.summary}\n{published.summary}"
    unchanged.note_publish(asked, parts, said)
    return said, [*reasons, *(f"{reason}." for reason in published.reasons)]


def _preview(arguments: argparse.Namespace) -> None:
    from valuekit.build import build
    from valuekit.publish.preview import preview

    project = Project.find()
    _sample_if_empty(project)

    def build_alone() -> BuildResult:
        with _no_publish(project):
            return build(project, arguments.period)

    preview(project, port=arguments.port, build=build_alone)


def _release(arguments: argparse.Namespace) -> None:
    from valuekit import release
    from valuekit.publish.site import mend
    from valuekit.publish.swap import only_one
    from valuekit.unchanged import Unchanged

    project = Project.find()
    with only_one(project.state / "publish.lock"):
        mend(project)
        unchanged = Unchanged.of(project)
        inputs, why = unchanged.publish_to_release()
        if why:
            raise ReleaseError(Problem(f"there is no finished publish to release: {why}", "_site",
                                       do="Run: valuekit publish"))  # fmt: skip
        if arguments.compare:
            print("\n".join(release.compare(project, arguments.period)))
            return
        with Progress("Releasing"):
            done = release.release(project, inputs, arguments.period)
            unchanged.note_release()
    print(done.summary)


def _verify(arguments: argparse.Namespace) -> None:
    from valuekit.release import verify

    print("\n".join(verify(Project.find(), arguments.folder)))


def _deliver(arguments: argparse.Namespace) -> None:
    from valuekit.deliver import courier, post
    from valuekit.publish.site import alone

    project = Project.find()
    # Not while a publish puts other PDFs in their place, and never two at once.
    with alone(project):
        lists, ledger, found = courier.parcels(project, arguments.period)
        if arguments.to_folder:
            done = courier.to_folder(project, found, arguments.to_folder, arguments.corrected)
        elif arguments.send:
            access = post.Access.from_environment()
            done = courier.send(
                lists,
                ledger,
                found,
                access,
                corrected=arguments.corrected,
                resend_unsure=arguments.resend_unsure,
            )
        else:
            done = courier.preview(lists, found, arguments.corrected)
    print("\n".join(done.lines))
    if done.failed:
        raise PublishError(done.failed)


def _new_service(arguments: argparse.Namespace) -> None:
    from valuekit.measures.definition.scaffold import new_service

    project = Project.find()
    for file in new_service(project, arguments.name):
        print(f"Wrote {file.relative_to(project.root).as_posix()}")
    print(f"Edit data/services/{arguments.name}.yml, then run: valuekit publish")


def _month(text: str) -> Month:
    try:
        return Month.parse(text)
    except ValuekitError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="valuekit", description="Measure the value of care, publish it, and spread what is learnt."
    )
    parser.add_argument("--version", action="version", version=f"valuekit {__version__}")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")

    def command(name: str, run: Callable[[argparse.Namespace], None], says: str) -> argparse.ArgumentParser:
        sub = commands.add_parser(name, help=says, description=says)
        sub.add_argument("--verbose", action="store_true", help="show the trace when something goes wrong")
        sub.set_defaults(run=run)
        return sub

    def with_period(sub: argparse.ArgumentParser) -> argparse.ArgumentParser:
        sub.add_argument(
            "--period",
            type=_month,
            metavar="YYYY-MM",
            default=os.environ.get("VALUEKIT_PERIOD"),
            help="the month to report (default: VALUEKIT_PERIOD, else the newest in data/extracts)",
        )
        return sub

    with_period(command("build", _build, "Validate the extracts and compute the mart."))
    publish = with_period(command("publish", _publish, "Build, then make the website and the internal PDFs."))
    publish.add_argument(
        "--service", action="append", metavar="NAME", help="only this service's reports; may be given again"
    )
    publish.add_argument(
        "--audience", action="append", choices=AUDIENCES, help="only this audience; may be given again"
    )
    publish.add_argument(
        "--engine", choices=("builtin", "quarto"), default="builtin", help="what renders the documents"
    )
    publish.add_argument(
        "--explain", action="store_true", help="say why each document was rendered, or was not"
    )
    publish.add_argument(
        "--fresh", action="store_true", help="make everything anew, whatever was made before"
    )
    preview = with_period(
        command(
            "preview", _preview, "Serve the site on this machine; render again what a saved file touches."
        )
    )
    preview.add_argument(
        "--port", type=int, default=0, help="port on this machine (default: any that is free)"
    )
    release = with_period(
        command("release", _release, "Keep the published site as a signed-off release, and list what moved.")
    )
    release.add_argument(
        "--compare", action="store_true", help="only list what moved since the last release; make nothing"
    )
    verify = command("verify", _verify, "Check the site and every release against their manifests.")
    verify.add_argument(
        "folder", nargs="?", type=Path, help="only this site or release (default: the site and all releases)"
    )
    deliver = with_period(
        command("deliver", _deliver, "Show which report would be mailed to whom; with --send, mail them.")
    )
    how = deliver.add_mutually_exclusive_group()
    how.add_argument("--send", action="store_true", help="send them; what was sent before is not sent again")
    how.add_argument(
        "--to-folder", type=Path, metavar="FOLDER", help="copy them to a shared drive instead of mailing"
    )
    deliver.add_argument(
        "--corrected",
        default="",
        metavar="WORDS",
        help="send a changed report again; WORDS say what is different",
    )
    deliver.add_argument(
        "--resend-unsure", action="store_true", help="send what a run that was cut short may have sent"
    )
    with_period(command("check", _check, "Validate extracts, definitions and documents; write nothing."))
    command("sample", _sample, "Write the synthetic extracts into data/extracts.")
    new = command("new-service", _new_service, "Scaffold a service: a definition, a page and sample rows.")
    new.add_argument("name", help="its identifier: small letters, digits and _")
    return parser
