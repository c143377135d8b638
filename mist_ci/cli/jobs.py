"""What the commands of a CI job share: the event, the desk, and showing the result."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from mist_ci.errors import Code, ExitCode, UsageError, Where

if TYPE_CHECKING:
    from mist_ci.job import Job, Result, Settings
    from mist_ci.models.event import Occasion
    from mist_ci.models.pull_request import RunOrder
    from mist_ci.models.record import ReadResults, Results
    from mist_ci.ports.iterations import IterationStore

MAX_EVENT_BYTES = 25 * 2**20
"""GitHub's own limit for a payload."""


def occasion(environ: Mapping[str, str]) -> "Occasion":
    """The event of this job. Raises UsageError outside of GitHub Actions."""
    from mist_ci import planning
    from mist_ci.parsing import strict_json

    name, path = environ.get("GITHUB_EVENT_NAME"), environ.get("GITHUB_EVENT_PATH")
    if not name or not path:
        hint = "elsewhere, use: mist-ci gate --base main --head my-branch"
        raise UsageError(Code.USAGE, "this command runs in a GitHub Actions job", hint=hint)
    try:
        payload = strict_json.parse(Path(path).read_bytes()[:MAX_EVENT_BYTES])
    except (OSError, strict_json.JsonProblem) as error:
        raise UsageError(Code.SYNTAX, f"the event cannot be read: {error}", where=Where(path)) from None
    return planning.read_event(
        name, payload, github_sha=environ.get("GITHUB_SHA"), github_ref=environ.get("GITHUB_REF")
    )


@dataclass(frozen=True, slots=True)
class Places:
    """Where results of a job go, where the clone is, and where stored answers, history and ledger are, if anywhere."""

    results: Path
    repository: Path
    outputs: Path | None = None
    history: str | None = None
    ledger: Path | None = None


def results_of(names: Mapping[str, str | None]) -> "ReadResults | None":
    """What another evaluator left for this job, by side. Raises UsageError MC201 where there is none of head.

    Below the runner's own directory: in the workspace lies what head has committed, results of its own maybe.
    """
    if not any(names.values()):
        return None
    if not names["head"]:
        hint = "give head-results as well"
        raise UsageError(Code.USAGE, "there are no results of head", hint=hint)
    sides = {side: [path] for side, name in names.items() if name and (path := _in_runner_temp(Path(name)))}

    def read() -> "Results":
        from mist_ci.cli.results import read_sides

        return read_sides(sides)

    return read


def judge(occasion: "Occasion", settings: "Settings", places: Places, head: str | None = None) -> int:
    """Runs the job of an event and shows what came of it."""
    from mist_ci.models.event import Mode

    if occasion.mode is Mode.IGNORE:
        return nothing(occasion.reason)
    result = job(occasion, settings, places, head).run()
    show(result)
    return result.exit_code


def nothing(reason: str) -> int:
    """There is nothing to do, and that is well; the outputs say so."""
    from mist_ci.cli import wiring
    from mist_ci.cli.output import say
    from mist_ci.delivery import Verdicts

    wiring.runner(os.environ).outputs(Verdicts().outputs())
    say(f"nothing to do: {reason}")
    return ExitCode.PASSED


def job(occasion: "Occasion", settings: "Settings", places: Places, head: str | None = None) -> "Job":
    """A job with everything it needs. `head` replaces the event's commit where nobody else has chosen one."""
    from mist_ci.cli import wiring
    from mist_ci.delivery import Destination
    from mist_ci.job import Desk, Job
    from mist_ci.models.event import Mode

    if not places.repository.is_dir():
        hint = "check the repository out first, or name a clone with --repository DIR"
        where = Where(str(places.repository))
        raise UsageError(Code.NO_REPOSITORY, "is no directory", where=where, hint=hint)
    history = wiring.history(places.repository, os.environ)
    chosen = head if occasion.mode is Mode.ON_DEMAND or occasion.head_sha is None else None
    named = chosen or occasion.head_ref
    sha = history.fetch((named,))[0] if named else occasion.head_sha
    if sha is None:
        raise UsageError(Code.USAGE, "the event names no commit to judge")
    order = _order(os.environ)
    to = Destination(sha, _run_url(os.environ, order), order, wiring.now(), verifies=occasion.writes_verify)
    posts = occasion.writes_status or occasion.writes_verify
    host = wiring.code_host(os.environ) if posts else None
    # Below the runner's own directory: in the workspace lies what head has committed, answers of its own maybe.
    stored = wiring.outputs(_in_runner_temp(places.outputs), may_write=occasion.may_store_outputs)
    kept = _kept(places) if occasion.may_keep_history else None
    world = wiring.world(places.results, places.repository, stored, kept, _in_runner_temp(places.ledger))
    repository = os.environ.get("GITHUB_REPOSITORY", "")
    desk = Desk(world, history, wiring.runner(os.environ), host, to, repository)
    return Job(desk, occasion, settings)


def show(result: "Result") -> None:
    """Each comment as people read it, and then what was set."""
    from mist_ci.cli.output import say, show_markdown
    from mist_ci.report import comment

    for one in result.reports:
        show_markdown(comment(one))
    for status in result.statuses:
        state = getattr(status, "state", "pending")
        say(f"status  {status.context}: {state} - {status.description}")
    for alarm in result.alarms:
        say(f"alarm: {alarm}")
    for trouble in result.troubles:
        say(f"warning: {trouble}")
    if result.nothing:
        say(f"nothing to do: {result.nothing}")


def _in_runner_temp(outputs: Path | None) -> Path | None:
    return outputs and Path(os.environ.get("RUNNER_TEMP", "")) / outputs


def _kept(places: Places) -> "IterationStore":
    from mist_ci.cli import wiring

    place = places.history
    if place and place not in ("git", "off"):
        place = str(_in_runner_temp(Path(place)))
    return wiring.iterations(place, places.repository, os.environ)


def _order(environ: Mapping[str, str]) -> "RunOrder":
    from mist_ci.models.pull_request import RunOrder

    run, attempt = (environ.get(f"GITHUB_RUN_{name}", "") for name in ("ID", "ATTEMPT"))
    return RunOrder(
        run_id=int(run) if run.isdecimal() else 0, attempt=max(1, int(attempt) if attempt.isdecimal() else 1)
    )


def _run_url(environ: Mapping[str, str], order: "RunOrder") -> str | None:
    """The page of this run, for the "Details" link of a status."""
    server, repository = (environ.get(f"GITHUB_{name}") for name in ("SERVER_URL", "REPOSITORY"))
    return order.page(f"{server}/{repository}") if server and repository and order.run_id else None
