"""What `mist-ci protect` found and did, as text and as JSON."""

from collections import Counter
from dataclasses import asdict, dataclass
from textwrap import wrap
from typing import TYPE_CHECKING

from mist_ci.errors import ExitCode

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mist_ci.planning.checklist import Task
    from mist_ci.planning.protection import Action, Protection

_WIDTH = 110


@dataclass(frozen=True)
class Findings:
    """A repository, held against a policy: `before` anything was set, and `after`."""

    repository: str
    policy: str
    before: "Protection"
    after: "Protection"
    tasks: "tuple[Task, ...]"

    @property
    def exit_code(self) -> ExitCode:
        """0 when every ruleset is as the policy wants it."""
        return ExitCode.PASSED if self.after.is_settled else ExitCode.FAILED


def show(findings: Findings) -> None:
    """The plan or what was done, then a numbered list for the maintainer."""
    from mist_ci.cli.output import say

    say(f"policy      {findings.policy}")
    say(f"repository  {findings.repository}\n")
    for line in _plan(findings):
        say(line)
    say("\nWhat makes it hold. L1: against a fork or a mistake; L2: against an insider who can write.\n")
    for number, task in enumerate(findings.tasks, 1):
        for line in _task(number, task):
            say(line)
    say(f"\n{_conclusion(findings)}")


def as_json(findings: Findings) -> str:
    """The same for machines."""
    import json

    now = {action.ruleset.name: action for action in findings.after.actions}
    return json.dumps(
        {
            "exit_code": int(findings.exit_code),
            "repository": findings.repository,
            "policy": findings.policy,
            "rulesets": [
                {
                    **asdict(now[action.ruleset.name].ruleset),
                    "action": action.kind,
                    "done": now[action.ruleset.name].is_settled,
                    "differences": action.differences,
                    "notes": now[action.ruleset.name].notes,
                }
                for action in findings.before.actions
            ],
            "gone": findings.after.gone,
            "tasks": [asdict(task) for task in findings.tasks],
        },
        indent=2,
    )


def _plan(findings: Findings) -> "Iterator[str]":
    done = {"create": "created", "update": "updated"}
    is_applied = findings.after is not findings.before
    now = {action.ruleset.name: action for action in findings.after.actions}
    for action in findings.before.actions:
        verb = done.get(action.kind, action.kind) if is_applied else str(action.kind)
        yield f"{verb:<9} {action.ruleset.name}"
        yield from (f"            {line}" for line in action.differences)
        yield from (f"          ! {note}" for note in _notes(now[action.ruleset.name]))
    for name in findings.after.gone:
        yield f"{'gone':<9} {name}"
        yield "          ! no gate of this name is left: what it requires never comes, and nothing can be merged."
        yield "            Delete it in Settings → Rules → Rulesets; this command deletes nothing"


def _notes(action: "Action") -> tuple[str, ...]:
    from mist_ci.planning.protection import own_checks

    anybody = [check.context for check in own_checks(action.ruleset) if check.integration_id is None]
    return action.notes + tuple(
        f"whoever can write can post {one} themselves: see --app-id" for one in anybody
    )


def _task(number: int, task: "Task") -> "Iterator[str]":
    yield f"{number}. {task.standing.upper()}, {task.level}"
    yield from (f"   {line}" for line in wrap(task.what, _WIDTH - 3, break_on_hyphens=False))
    yield f"   → {task.where}"
    if task.found:
        yield f"   found: {task.found}"


def _conclusion(findings: Findings) -> str:
    if findings.after.is_settled:
        left = Counter(task.standing.value for task in findings.tasks if task.standing != "done")
        return f"The rulesets are in place. Left: {', '.join(f'{n} {what}' for what, n in left.items())}"
    kinds = {action.kind.value for action in findings.after.actions} - {"in place"}
    if kinds:
        return "Nothing was changed. To set the rulesets: mist-ci protect --apply, with the same options"
    return "What is marked with ! needs a person: it may be meant, so it was left alone."
