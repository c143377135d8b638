"""Webhook payloads for a simulation: what event one is of, smallest ones of ours, and changing a value in one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mist_ci.errors import Code, UsageError, Where

Payload = dict[str, Any]
"""JSON that a user brings. It is judged by `planning.read_event` before anything is taken from it."""

MAX_BYTES = 25 * 2**20
"""GitHub's own limit for a payload."""
_ID = 1
_NOBODY = "0" * 39 + "1"
"""Stands in our own payloads where a commit will be put in."""
_SHAPES: tuple[tuple[str, frozenset[str]], ...] = (
    ("merge_group", frozenset({"merge_group"})),
    ("workflow_run", frozenset({"workflow_run"})),
    ("pull_request", frozenset({"pull_request", "number"})),
    ("push", frozenset({"ref", "before", "after"})),
    ("workflow_dispatch", frozenset({"inputs", "workflow"})),
    ("schedule", frozenset({"schedule"})),
)


@dataclass(frozen=True, slots=True)
class Template:
    """An event before it is fitted to a repository. `source` is what errors name."""

    name: str
    payload: Payload
    source: str


def from_file(path: Path, name: str | None) -> Template:
    """A payload from a file, under its name or the one that its shape tells. Raises UsageError MC101, MC102, MC201."""
    from mist_ci.parsing import strict_json

    where = Where(str(path))
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise UsageError(Code.FILE_MISSING, error.strerror or str(error), where=where) from None
    if len(content) > MAX_BYTES:
        raise UsageError(Code.SYNTAX, "is larger than any payload of GitHub (25 MiB)", where=where)
    try:
        payload = strict_json.parse(content)
    except strict_json.JsonProblem as error:
        raise UsageError(Code.SYNTAX, f"is not JSON: {error}", where=where) from None
    if not isinstance(payload, dict):
        raise UsageError(Code.WRONG_VALUE, "a payload is a JSON object", where=where)
    return Template(name or guessed_name(payload, where), payload, str(path))


def guessed_name(payload: Mapping[str, Any], where: Where) -> str:
    """The event whose payloads have these keys. Raises UsageError MC201 when that cannot be told."""
    for name, keys in _SHAPES:
        if keys <= payload.keys():
            return name
    shown = ", ".join(sorted(payload)[:8])
    known = ", ".join(name for name, _ in _SHAPES)
    message = f"which event this payload is of cannot be told from its keys: {shown!a}"
    raise UsageError(Code.USAGE, message, where=where, hint=f"say it with --name: {known}")


def smallest(name: str, full_name: str, base: str) -> Template:
    """A payload of ours with the fields that the gate reads. Raises UsageError MC201 for an unknown event."""
    repository = {"id": _ID, "full_name": full_name, "default_branch": base}
    side = {"ref": base, "sha": _NOBODY, "repo": repository}
    own: dict[str, Payload] = {
        "pull_request": {
            "action": "synchronize",
            "number": 1,
            "pull_request": {"number": 1, "title": "Simulated change", "head": side, "base": side},
        },
        "merge_group": {
            "action": "checks_requested",
            "merge_group": {
                "head_sha": _NOBODY,
                "head_ref": "",
                "base_sha": _NOBODY,
                "base_ref": f"refs/heads/{base}",
            },
        },
        "workflow_run": {
            "action": "completed",
            "workflow_run": {
                "event": "pull_request",
                "head_sha": _NOBODY,
                "head_branch": base,
                "head_repository": repository,
                "pull_requests": [],
            },
        },
        "push": {"ref": f"refs/heads/{base}", "before": _NOBODY, "after": _NOBODY, "commits": []},
        "workflow_dispatch": {"inputs": {}, "ref": f"refs/heads/{base}", "workflow": "mist"},
        "schedule": {"schedule": "0 3 * * *"},
    }
    own["pull_request_target"] = own["pull_request"]
    if name not in own:
        hint = f"bring its payload with --event FILE, or choose one of {', '.join(sorted(own))}"
        raise UsageError(Code.USAGE, f"there is no ready-made payload of {name[:60]!a}", hint=hint)
    return Template(name, _copied({**own[name], "repository": repository}), f"a {name} event")


def put(payload: Payload, path: Sequence[str], value: object) -> None:
    """Sets a value below keys; objects that are not there are made."""
    *parents, last = path
    for key in parents:
        if not isinstance(payload.get(key), dict):
            payload[key] = {}
        payload = payload[key]
    payload[last] = value


def take(payload: Mapping[str, Any], *path: str | int) -> Any:  # noqa: ANN401 - JSON
    """The value below keys and positions, or None where one of them is missing."""
    found: Any = payload
    for key in path:
        try:
            found = found[key]
        except (KeyError, IndexError, TypeError):
            return None
    return found


def text(payload: Mapping[str, Any], *path: str | int) -> str | None:
    """The text below keys and positions, or None where there is none."""
    found = take(payload, *path)
    return found if isinstance(found, str) and found else None


def _copied(value: Any) -> Any:  # noqa: ANN401 - JSON
    """No two places share an object, so that `put` changes one of them."""
    if isinstance(value, dict):
        return {key: _copied(one) for key, one in value.items()}
    return [_copied(one) for one in value] if isinstance(value, list) else value
