"""mist-ci dev simulate"""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from mist_ci.cli.options import GATE, OUTPUT_FORMAT, POLICIES, RESULTS, SETTINGS
from mist_ci.errors import Code, ExitCode, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mist_ci.cli.dev.job import Job, Places
    from mist_ci.cli.dev.origin import Origin
    from mist_ci.cli.dev.scene import Scene


@click.command(context_settings=SETTINGS)
@click.option(
    "--event",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="A webhook payload, as GitHub sends it. Without it, one is made from --base and --head.",
)
@click.option(
    "--name",
    metavar="EVENT",
    help="The event's name. [default: told from the payload's keys, or pull_request]",
)
@click.option(
    "--head", metavar="REV", help="Judge this in place of the event's head. [default without --event: HEAD]"
)
@click.option("--base", metavar="BRANCH", help="The branch to merge into, in place of the event's.")
@click.option("--repository", type=click.Path(path_type=Path), default=".", show_default=True,
              help="A git repository. It is only read.")  # fmt: skip
@POLICIES
@GATE
@RESULTS
@click.option(
    "--serve",
    is_flag=True,
    help="Run nothing: print what the action needs in its environment, and answer it.",
)
@click.option("--verbose", is_flag=True, help="List every request.")
@OUTPUT_FORMAT
def simulate(  # noqa: PLR0913, PLR0917 - one per option
    event: Path | None,
    name: str | None,
    head: str | None,
    base: str | None,
    repository: Path,
    configs: tuple[str, ...],
    gate_name: str | None,
    results: Path,
    serve: bool,
    verbose: bool,
    output_format: str,
) -> int:  # fmt: skip
    """Show what the action would do for an event, without GitHub.

    Starts a stand-in for GitHub on loopback over a temporary clone, opens the event's pull request there, checks
    out the way a job does, runs `mist-ci action`, and prints what was posted. Every request and reply is held
    against GitHub's published API description. Models are really asked, with the keys in your environment; tokens
    for GitHub do not reach the action. What is not committed does not count. The exit code is the action's.

    \b
    mist-ci dev simulate --base main --head my-branch
    mist-ci dev simulate --event payload.json
    mist-ci dev simulate --event payload.json --base main --head my-branch
    mist-ci dev simulate --name merge_group --base main --head my-branch
    mist-ci dev simulate --base main --serve
    """
    from mist_ci.cli.dev import job, showing
    from mist_ci.cli.dev.origin import Origin

    if event is None and base is None:
        hint = "mist-ci dev simulate --base main --head my-branch, or --event FILE"
        raise UsageError(Code.USAGE, "nothing says what is to be judged", hint=hint)
    origin = Origin(repository)
    origin.check()
    arguments = ["action", *(f"--config={path}" for path in configs)]
    arguments += ["--gate", gate_name] if gate_name else []
    with job.prepared(origin) as place:
        scene = _scene(origin, place, event, name, head, base)
        with job.serving(scene, place) as ready:
            places = _places(results, repository, ready)
            exit_code = _act(ready, places, arguments, output_format, serve=serve)
            seen = showing.look(ready, places, exit_code)
    if output_format == "json":
        click.echo(showing.as_json(seen))
    else:
        showing.show(seen, ready, verbose=verbose)
    was_killed = exit_code is not None and exit_code < 0
    return ExitCode.COULD_NOT_RUN if seen.breaches or was_killed else exit_code or ExitCode.PASSED


def _scene(
    origin: "Origin", place: Path, event: Path | None, name: str | None, head: str | None, base: str | None
) -> "Scene":
    from mist_ci.cli.dev import payloads, scene
    from mist_ci.simulator.repository import BareRepository

    branch = origin.base(base) if base is not None else None
    if event is None and branch is not None:
        template = payloads.smallest(name or "pull_request", scene.FULL_NAME, branch)
        head = head or "HEAD"
    else:
        template = payloads.from_file(event or Path(), name)
    wishes = scene.Wishes(origin.head(head) if head else None, branch)
    here = BareRepository(place / "origin.git")
    return scene.make(template, wishes, here, branch or origin.any_branch())


def _places(results: Path, repository: Path, ready: "Job") -> "Places":
    """A new directory below the results, with the event in it."""
    import json
    import secrets
    from datetime import UTC, datetime

    from mist_ci.cli import wiring
    from mist_ci.cli.dev.job import Places

    stamp = f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{secrets.token_hex(2)}"
    created = wiring.world(results, repository).results.create(f"simulation-{stamp}")
    places = Places(Path(created.location).resolve())
    places.event.write_text(json.dumps(ready.scene.payload, indent=2), encoding="utf-8")
    return places


def _act(
    ready: "Job", places: "Places", arguments: "Sequence[str]", output_format: str, *, serve: bool
) -> int | None:
    """Exit code of the action; None when somebody else ran it, or nobody."""
    import os

    from mist_ci.cli.dev import job

    ours = job.environ_of(ready, places)
    if serve:
        _serve(ready, ours, output_format)
        return None
    if output_format == "text":
        _introduce(ready)
    command = job.this_program(*arguments, "--results-dir", str(places.directory))
    # What the action would leave behind if it were killed goes with the clones.
    environ = job.child_environ(os.environ, ours) | {"TMPDIR": ours["RUNNER_TEMP"]}
    return job.run(command, ready.work, environ, places.log)


def _introduce(ready: "Job") -> None:
    import sys

    from mist_ci.cli.output import say

    pull = ready.scene.pull
    about = f": #{pull.number}, {pull.head_ref} ({pull.head_sha[:7]}) into {pull.base_ref}" if pull else ""
    from_fork = f", from the fork {pull.fork or 'that is gone'}" if pull and pull.fork is not None else ""
    say(f"event    {ready.scene.name}{about}{from_fork}")
    say("         at a stand-in for GitHub, on this machine")
    sys.stdout.flush()


def _serve(ready: "Job", ours: dict[str, str], output_format: str) -> None:
    import sys
    import time

    from mist_ci.cli.dev import showing
    from mist_ci.cli.output import say

    if output_format == "json":
        click.echo(showing.environment_json(ours, ready))
    else:
        say("\n".join(showing.instructions(ours, ready)))
    sys.stdout.flush()
    try:
        while True:
            time.sleep(3600)
    except KeyboardInterrupt:
        return
