"""Cuts GitHub's OpenAPI description down to the endpoints that MIST CI calls: mist_ci/simulator/github-openapi.json.

    npm install --prefix DIR @octokit/openapi
    python tests/contract/github/cut_openapi.py DIR/node_modules/@octokit/openapi

Prose and vendor extensions go, schemas stay as they are, and of the examples those of successful replies stay:
the fake GitHub builds its replies from them.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

TARGET = Path(__file__).parents[3] / "mist_ci" / "simulator" / "github-openapi.json"
REPOSITORY = "/repos/{owner}/{repo}"
ENDPOINTS = {
    REPOSITORY: ("get",),
    f"{REPOSITORY}/environments/{{environment_name}}": ("get",),
    f"{REPOSITORY}/codeowners/errors": ("get",),
    f"{REPOSITORY}/statuses/{{sha}}": ("post",),
    f"{REPOSITORY}/commits/{{ref}}/statuses": ("get",),
    f"{REPOSITORY}/commits/{{ref}}/status": ("get",),
    f"{REPOSITORY}/commits/{{commit_sha}}/pulls": ("get",),
    f"{REPOSITORY}/pulls": ("get",),
    f"{REPOSITORY}/pulls/{{pull_number}}": ("get",),
    f"{REPOSITORY}/pulls/{{pull_number}}/merge": ("put",),
    f"{REPOSITORY}/issues/{{issue_number}}/comments": ("get", "post"),
    f"{REPOSITORY}/issues/comments/{{comment_id}}": ("get", "patch", "delete"),
    f"{REPOSITORY}/rulesets": ("get", "post"),
    f"{REPOSITORY}/rulesets/{{ruleset_id}}": ("get", "put"),
    "/user": ("get",),
}
PROSE = {
    "description",
    "summary",
    "externalDocs",
    "tags",
    "title",
    "x-github",
    "x-multi-segment",
    "x-octokit",
}

Json = Any


def cut(whole: dict[str, Json], version: str) -> dict[str, Json]:
    """The endpoints, with every component that they refer to."""
    paths = {path: _operations(whole["paths"][path], methods) for path, methods in ENDPOINTS.items()}
    components: dict[str, dict[str, Json]] = {}
    waiting = [*_references(paths)]
    while waiting:
        _, _, kind, name = waiting.pop().split("/")
        if name not in components.setdefault(kind, {}):
            component = whole["components"][kind][name]
            components[kind][name] = component if kind == "examples" else _without_prose(component)
            waiting += _references(components[kind][name])
    info = {key: whole["info"][key] for key in ("title", "version", "license")}
    info["x-cut-from"] = f"@octokit/openapi {version}, generated/api.github.com.json"
    return {"openapi": whole["openapi"], "info": info, "paths": paths, "components": components}


def _operations(item: dict[str, Json], methods: tuple[str, ...]) -> dict[str, Json]:
    return {method: _without_prose(item[method]) for method in methods}


def _references(document: Json) -> Iterator[str]:
    """Every `$ref` inside, in order."""
    if isinstance(document, dict):
        if isinstance(document.get("$ref"), str):
            yield document["$ref"]
        for value in document.values():
            yield from _references(value)
    elif isinstance(document, list):
        for value in document:
            yield from _references(value)


def _without_prose(node: Json, *, names: bool = False, ok: bool = True) -> Json:
    """A copy without prose; where `names`, the keys are names that somebody chose, not keywords.

    `ok` is false below an error's reply: its examples go.
    """
    if isinstance(node, list):
        return [_without_prose(value, ok=ok) for value in node]
    if not isinstance(node, dict):
        return node
    kept = {}
    for key, value in node.items():
        if not names and (key in PROSE or key == "example" or (key == "examples" and not ok)):
            continue
        is_error = key.isdigit() and not key.startswith("2")
        is_names = not names and key in {"properties", "responses", "content"}
        is_request = key == "requestBody" and not names
        kept[key] = _without_prose(value, names=is_names, ok=ok and not is_error and not is_request)
    return kept


def main(package: Path) -> None:
    """Reads the package and writes TARGET."""
    version = json.loads((package / "package.json").read_text())["version"]
    whole = json.loads((package / "generated" / "api.github.com.json").read_text())
    TARGET.write_text(
        json.dumps(cut(whole, version), indent=None, separators=(",", ":"), sort_keys=True) + "\n"
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
