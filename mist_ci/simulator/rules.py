"""Whether the rulesets let a pull request be merged."""

import re
from collections.abc import Iterator
from typing import Any

from mist_ci.simulator.state import Pull, State


def unmet_check(state: State, pull: Pull) -> str | None:
    """What GitHub says when a required status check is missing or not green; None when all are."""
    standing = state.standing(pull.head_sha)
    for check in _required(state, f"refs/heads/{pull.base_ref}"):
        status = standing.get(check["context"].lower())
        app = check.get("integration_id")
        if status is None or (app is not None and status.creator.app_id != app):
            return f'Required status check "{check["context"]}" is expected.'
        if status.state != "success":
            word = "pending" if status.state == "pending" else "failing"
            return f'Required status check "{check["context"]}" is {word}.'
    return None


def _required(state: State, ref: str) -> Iterator[dict[str, Any]]:
    for ruleset in state.rulesets.values():
        names = ruleset["conditions"]["ref_name"]
        is_meant = _matches(state, ref, names["include"]) and not _matches(state, ref, names["exclude"])
        if ruleset["enforcement"] != "active" or not is_meant:
            continue
        for rule in ruleset["rules"]:
            if rule["type"] == "required_status_checks":
                yield from rule["parameters"]["required_status_checks"]


def _matches(state: State, ref: str, patterns: list[str]) -> bool:
    return any(_match(state, ref, pattern) for pattern in patterns)


def _match(state: State, ref: str, pattern: str) -> bool:
    if pattern.startswith("~"):
        return pattern == "~ALL" or ref == f"refs/heads/{state.default_branch}"
    # As Ruby's File.fnmatch with FNM_PATHNAME has it: `**` crosses levels only as a whole level of its own.
    parts = re.split(r"((?:(?<=/)|^)\*\*/|\*+|\?)", pattern)
    wild = {"**/": "(?:.*/)?", "?": "[^/]"}
    expression = "".join(wild.get(p) or ("[^/]*" if p.startswith("*") else re.escape(p)) for p in parts if p)
    return re.fullmatch(expression, ref) is not None
