"""Which workflows of a repository run the gate, and from where: read as text, nothing is run."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from mist_ci.errors import MistError
from mist_ci.parsing import safe_yaml
from mist_ci.parsing.glob import matches
from mist_ci.parsing.safe_yaml import Plain
from mist_ci.ports.files import Tree

TRUSTED_EVENTS = frozenset({"pull_request_target", "workflow_run"})
"""Their workflow file comes from the default branch, whatever the pull request holds."""
_OURS = {"uses": re.compile(r"\bmist-ci\b"), "run": re.compile(r"\bmist[-_]ci\s+(?:gate|action)\b")}


@dataclass(frozen=True, slots=True)
class Workflow:
    """A workflow that runs the gate. `environment` is what each job with a gate names."""

    path: str
    events: tuple[str, ...]
    environments: tuple[str | None, ...]

    @property
    def is_trusted(self) -> bool:
        """True when no pull request can change what runs: every event that judges one takes the default branch's file.

        A merge group brings its own, and so that of the pull requests in it.
        """
        judging = [
            event
            for event in self.events
            if event.startswith(("pull_request", "workflow_run", "merge_group"))
        ]
        return bool(judging) and TRUSTED_EVENTS.issuperset(judging)


def gating_workflows(tree: Tree, config: str) -> tuple[tuple[Workflow, ...], tuple[str, ...]]:
    """The workflows with a step of ours, and the paths of those that could not be read."""
    found, unread = [], []
    for path in tree.paths():
        if not matches(".github/workflows/*.yml", path) and not matches(".github/workflows/*.yaml", path):
            continue
        try:
            value = safe_yaml.load(tree.read(path), path).value
        except MistError:
            unread.append(path)
            continue
        environments = tuple(_environments(value, config))
        if environments and isinstance(value, dict):
            found.append(Workflow(path, _events(value.get("on")), environments))
    return tuple(found), tuple(unread)


def _events(on: Plain) -> tuple[str, ...]:
    listed = [on] if isinstance(on, str) else on if isinstance(on, list | dict) else []
    return tuple(str(event) for event in listed)


def _environments(value: Plain, config: str) -> Iterator[str | None]:
    """The environment of each job that has a step of ours; None for a job without."""
    jobs = value.get("jobs") if isinstance(value, dict) else None
    for job in jobs.values() if isinstance(jobs, dict) else ():
        steps = job.get("steps") if isinstance(job, dict) else None
        if isinstance(job, dict) and any(
            _is_ours(step, config) for step in (steps if isinstance(steps, list) else ())
        ):
            named = job.get("environment")
            named = named.get("name") if isinstance(named, dict) else named
            yield str(named) if named else None


def _is_ours(step: Plain, config: str) -> bool:
    if not isinstance(step, dict):
        return False
    given = step.get("with")
    if isinstance(given, dict) and given.get("command") not in (None, "action"):
        return False  # `finalize` and `verify` ask no model
    is_configured = isinstance(given, dict) and given.get("config") == config
    return is_configured or any(pattern.search(str(step.get(key) or "")) for key, pattern in _OURS.items())
