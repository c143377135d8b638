"""What a simulation left at GitHub, for people and for machines."""

import json
import re
import shlex
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mist_ci.cli.dev.job import Job, Places

if TYPE_CHECKING:
    from mist_ci.simulator.state import PostedStatus

MAX_LOG_LINES = 20
_OUTPUT = re.compile(r"^([\w-]+)<<(\S+)\n(.*?)\n?^\2$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Posting:
    """A status as it was posted."""

    state: str
    description: str | None
    target_url: str | None


@dataclass(frozen=True, slots=True)
class Seen:
    """The outcome, in plain values. `statuses` are commit → context → postings, oldest first."""

    event: str
    exit_code: int | None
    note: str | None
    statuses: dict[str, dict[str, list[Posting]]]
    comments: dict[int, list[str]]
    outputs: dict[str, str]
    api_calls: list[str]
    breaches: list[str]
    places: dict[str, str]


def look(job: Job, places: Places, exit_code: int | None) -> Seen:
    """Gathers everything, and writes the requests down in `places.calls`."""
    state = job.github.state
    statuses: dict[str, dict[str, list[Posting]]] = {}
    with state.lock:
        for one in state.statuses:
            statuses.setdefault(one.sha, {}).setdefault(one.context, []).append(_posting(one))
        comments = {
            number: [one.body for one in state.comments_of(number) if not one.is_minimized]
            for number in sorted(state.pulls)
        }
    seen = list(job.github.seen)
    lines = [json.dumps({"method": one.method, "path": one.path, "query": dict(one.query), "body": one.body,
                         "status": one.status}) for one in seen]  # fmt: skip
    places.calls.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    output = places.outputs.read_text(encoding="utf-8") if places.outputs.exists() else ""
    return Seen(
        event=job.scene.name,
        exit_code=exit_code,
        note=job.note,
        statuses=statuses,
        comments={number: bodies for number, bodies in comments.items() if bodies},
        outputs=outputs(output),
        api_calls=[f"{one.status or 'no answer'} {one}" for one in seen],
        breaches=list(job.github.breaches),
        places={
            "results": str(places.directory),
            "summary": str(places.summary),
            "log": str(places.log),
            "event": str(places.event),
            "api_calls": str(places.calls),
        },
    )


def _posting(one: "PostedStatus") -> Posting:
    return Posting(one.state, one.description, one.target_url)


def outputs(text: str) -> dict[str, str]:
    """The outputs in a GITHUB_OUTPUT file.

    >>> outputs("state<<end-1\\nfailure\\nend-1\\n")
    {'state': 'failure'}
    """
    return {match[1]: match[3] for match in _OUTPUT.finditer(text)}


def as_json(seen: Seen) -> str:
    """All of it."""
    return json.dumps(asdict(seen), indent=2)


def show(seen: Seen, job: Job, *, verbose: bool) -> None:
    """The outcome on stdout, comments rendered as in `mist-ci gate`."""
    from mist_ci.cli.output import say, show_markdown

    for number, bodies in seen.comments.items():
        for body in bodies:
            say(f"{'─' * 20} comment on #{number} {'─' * 20}")
            show_markdown(body)
    if seen.comments:
        say("─" * 57)
    _show_statuses(job, seen)
    for name, value in seen.outputs.items():
        say(f"output   {name}={value}")
    if seen.note:
        say(f"note     {seen.note}")
    _show_calls(seen, verbose=verbose)
    _show_places(seen)
    if seen.exit_code is not None:
        say(f"exit     {seen.exit_code}")


def _show_statuses(job: Job, seen: Seen) -> None:
    from mist_ci.cli.output import say

    pull = job.scene.pull
    for sha, contexts in seen.statuses.items():
        whose = f", the head of #{pull.number}" if pull and pull.head_sha == sha else ""
        for context, postings in contexts.items():
            say(f"status   {context} on {sha[:7]}{whose}")
            for one in postings:
                say(f"         {one.state:8} {one.description or ''}")
    if not seen.statuses:
        say("status   none was set")
    if not seen.comments:
        _show_log(Path(seen.places["log"]))


def _show_log(log: Path) -> None:
    """Why nothing was posted is only there."""
    from mist_ci.cli.output import say

    text = log.read_text(encoding="utf-8", errors="replace").strip() if log.exists() else ""
    lines = text.splitlines()
    for line in lines[:MAX_LOG_LINES]:
        say(f"action   {line}")
    if len(lines) > MAX_LOG_LINES:
        say(f"action   … {len(lines) - MAX_LOG_LINES} more lines")


def _show_calls(seen: Seen, *, verbose: bool) -> None:
    from mist_ci.cli.output import say

    broken = len(seen.breaches)
    judged = (
        f"{broken} NOT as GitHub's API description has it"
        if broken
        else "all as GitHub's API description has it"
    )
    count = len(seen.api_calls)
    say(f"API      {count} call{'' if count == 1 else 's'}" + (f", {judged}" if count else ""))
    for call in seen.api_calls if verbose else ():
        say(f"         {call}")
    for breach in seen.breaches:
        say(f"breach   {breach}")


def _show_places(seen: Seen) -> None:
    from mist_ci.cli.output import say

    for name in ("summary", "log", "results"):
        if Path(seen.places[name]).exists():
            say(f"{name:8} {seen.places[name]}")


def instructions(environ: Mapping[str, str], job: Job) -> list[str]:
    """Lines for a shell, and as comments what to do with them."""
    for_act = ("GITHUB_API_URL", "GITHUB_GRAPHQL_URL", "GITHUB_REPOSITORY")
    options = " ".join(f"--env {name}={shlex.quote(environ[name])}" for name in for_act)
    return [
        *(f"export {name}={shlex.quote(value)}" for name, value in sorted(environ.items())),
        f"cd {shlex.quote(str(job.work))}",
        "",
        "# With these in another terminal:  mist-ci action",
        "# Or there with nektos act, for a workflow of yours (its steps run on this machine, without a container):",
        f"#   act {job.scene.name} --eventpath {shlex.quote(environ['GITHUB_EVENT_PATH'])} \\",
        "#     -P ubuntu-latest=-self-hosted \\",
        f"#     {options} \\",
        f"#     --secret GITHUB_TOKEN={environ['GITHUB_TOKEN']}",
        "# Ctrl-C ends it and shows what was posted.",
    ]


def environment_json(environ: Mapping[str, str], job: Job) -> str:
    """For machines that want to start the action themselves."""
    found: dict[str, Any] = {"environment": dict(environ), "checkout": str(job.work)}
    return json.dumps(found)
