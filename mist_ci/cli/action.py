"""mist-ci action"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mist_ci.cli.options import ENVIRONMENT_TOO, GATE, POLICY, RESULTS
from mist_ci.errors import Code, ExitCode, MistError, UsageError, Where, cancelled

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mist_ci.delivery import Destination
    from mist_ci.models.event import Occasion
    from mist_ci.models.report import Report
    from mist_ci.pipeline import Ask
    from mist_ci.ports import World
    from mist_ci.ports.code_host import CodeHost
    from mist_ci.ports.runner import Runner

MAX_EVENT_BYTES = 25 * 2**20
"""GitHub's own limit for a payload."""


@click.command(context_settings=ENVIRONMENT_TOO)
@POLICY
@GATE
@click.option(
    "--remote",
    default="origin",
    show_default=True,
    metavar="NAME",
    help="Where missing history is fetched from.",
)
@RESULTS
def action(config: str, gate_name: str | None, remote: str, results: Path) -> int:  # fmt: skip
    """Judge what the GitHub event of this job is about, and report it there.

    Reads the runner's environment: the event, the repository, and GITHUB_TOKEN, without which nothing is posted.
    Sets the status to pending at once, then posts status, job summary, comment and outputs, in this order.
    """
    import os

    from mist_ci.cli import wiring
    from mist_ci.models.event import Mode
    from mist_ci.pipeline import Ask

    occasion = _occasion(os.environ)
    if occasion.mode is Mode.IGNORE:
        _say(f"nothing to do: {occasion.reason}")
        return ExitCode.PASSED
    if occasion.mode not in (Mode.JUDGE_PULL_REQUEST, Mode.JUDGE_GROUP, Mode.JUDGE_FOR_TRIGGER):
        hint = "run it on pull_request, pull_request_target, merge_group or workflow_run"
        message = f"{occasion.event_name} events are not judged by this version"
        raise UsageError(Code.NOT_AVAILABLE, message, hint=hint)
    world = wiring.world(results, Path())
    host = wiring.code_host(os.environ) if occasion.writes_status else None
    to = _destination(occasion, os.environ)
    ask = Ask("", to.sha, config, gate_name)
    return _Job(world, host, occasion, to, ask, remote).run(wiring.runner(os.environ))


def _say(text: str) -> None:
    from mist_ci.cli.output import say

    say(text)


def _occasion(environ: Mapping[str, str]) -> "Occasion":
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


@dataclass
class _Job:
    """One event, from the pull requests it is about to what is posted on them."""

    world: "World"
    host: "CodeHost | None"
    occasion: "Occasion"
    to: "Destination"
    ask: "Ask"
    remote: str
    troubles: list[str] = field(default_factory=list)
    announced: list[str] = field(default_factory=list)

    def run(self, runner: "Runner") -> int:
        """Judges every pull request that this commit is the head of, delivers, and returns the exit code."""
        from mist_ci.cli.output import show_markdown
        from mist_ci.delivery import deliver, withdraw
        from mist_ci.report import comment, status

        try:
            judged = {number: self._judge(base) for number, base in self._bases().items()}
        except (MistError, KeyboardInterrupt) as error:
            if self.host is not None:
                withdraw(
                    self.host, self.to, self.announced, error if isinstance(error, MistError) else cancelled()
                )
            raise
        if not judged:
            _say("nothing to do: no open pull request has this commit as its head")
            return ExitCode.PASSED
        self.troubles += deliver(self.host, runner, self.to, judged)
        reports = [one for several in judged.values() for one in several]
        for one in reports:
            show_markdown(comment(one))
            posted = status(one)
            _say(f"status  {posted.context}: {posted.state} - {posted.description}")
        for trouble in self.troubles:
            _say(f"warning: {trouble}")
        return max((one.decision.outcome for one in reports), key=lambda outcome: outcome.rank).exit_code

    def _bases(self) -> dict[int | None, str]:
        """Pull request → the branch it goes into now. The payload may be old, so the host is asked if there is one."""
        occasion = self.occasion
        if occasion.base_sha is not None and occasion.pull_number is None:  # a merge group
            return {None: occasion.base_sha}
        if self.host is not None:
            found = self.host.open_pull_requests(self.to.sha)
            return {pull.number: pull.base_ref for pull in found}
        if occasion.base_ref is None:
            raise UsageError(Code.USAGE, "without a token nobody knows which pull requests this run is for")
        return {occasion.pull_number: occasion.base_ref}

    def _judge(self, base: str) -> "tuple[Report, ...]":
        from mist_ci.cli import wiring
        from mist_ci.pipeline import run_gates

        commits = wiring.deepen(Path(), self.remote, (base, self.to.sha))
        branch = self.occasion.base_ref if base == self.occasion.base_sha else base
        ask = replace(self.ask, base=commits[0], base_ref=branch)
        return run_gates(self.world, ask, self._announce)

    def _announce(self, gates: "Sequence[str]") -> None:
        from mist_ci.delivery import announce

        if self.host is not None:
            self.announced += gates
            self.troubles += announce(self.host, self.to, gates)


def _destination(occasion: "Occasion", environ: Mapping[str, str]) -> "Destination":
    from mist_ci.delivery import Destination
    from mist_ci.models.pull_request import RunOrder

    if occasion.head_sha is None:
        raise UsageError(Code.USAGE, "the event names no commit to judge")
    run, attempt = (environ.get(f"GITHUB_RUN_{name}", "") for name in ("ID", "ATTEMPT"))
    order = RunOrder(
        run_id=int(run) if run.isdecimal() else 0, attempt=int(attempt) if attempt.isdecimal() else 1
    )
    return Destination(occasion.head_sha, _run_url(environ), order)


def _run_url(environ: Mapping[str, str]) -> str | None:
    """The page of this run, for the "Details" link of a status."""
    server, repository, run = (
        environ.get(f"GITHUB_{name}") for name in ("SERVER_URL", "REPOSITORY", "RUN_ID")
    )
    return f"{server}/{repository}/actions/runs/{run}" if server and repository and run else None
