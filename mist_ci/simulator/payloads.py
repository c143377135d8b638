"""Replies made from GitHub's own examples, with our values in them."""

from datetime import UTC, datetime
from typing import Any

from mist_ci.simulator.exchange import Call
from mist_ci.simulator.state import Account, Comment, PostedStatus, Pull

Document = Any


def stamp(moment: datetime) -> str:
    """2026-11-23T12:00:00Z."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def user(call: Call, account: Account) -> Document:
    """Whoever wrote something."""
    example = call.description.example("status")["creator"]
    api = f"{call.base_url}/users/{account.login}"
    return example | {"login": account.login, "id": account.id, "type": account.kind, "url": api}


def app(call: Call, slug: str) -> Document:
    """The app by which a bot writes."""
    then = "2018-07-30T09:30:17Z"
    return {
        "id": 15368, "slug": slug, "node_id": "MDM6QXBwMTUzNjg=", "name": slug, "description": "",
        "owner": user(call, Account("github", 9919)), "external_url": "https://example.com",
        "html_url": f"https://github.com/apps/{slug}", "created_at": then, "updated_at": then,
        "permissions": {"metadata": "read"}, "events": [],
    }  # fmt: skip


def comment(call: Call, value: Comment) -> Document:
    """As the comment endpoints give it."""
    home = f"https://github.com/{call.state.full_name}/pull/{value.issue}"
    repo = f"{call.base_url}/repos/{call.state.full_name}"
    return call.description.example("issue-comment") | {
        "id": value.id,
        "node_id": node_id(value),
        "url": f"{repo}/issues/comments/{value.id}",
        "html_url": f"{home}#issuecomment-{value.id}",
        "issue_url": f"{repo}/issues/{value.issue}",
        "body": value.body,
        "user": user(call, value.author),
        "created_at": stamp(value.created_at),
        "updated_at": stamp(value.updated_at),
        "performed_via_github_app": app(call, value.via_app) if value.via_app else None,
        "minimized": {"reason": "outdated"} if value.is_minimized else None,
    }


def node_id(value: Comment) -> str:
    """The id of a comment in GraphQL."""
    return f"IC_{value.id}"


def status(call: Call, value: PostedStatus) -> Document:
    """As posting and listing give it."""
    return call.description.example("status") | {
        "id": value.id,
        "url": f"{call.base_url}/repos/{call.state.full_name}/statuses/{value.sha}",
        "context": value.context,
        "state": value.state,
        "description": value.description,
        "target_url": value.target_url,
        "creator": user(call, value.creator),
        "created_at": stamp(value.created_at),
        "updated_at": stamp(value.created_at),
    }


def simple_status(call: Call, value: PostedStatus) -> Document:
    """As the combined status gives it: without who wrote it."""
    example = call.description.example("combined-commit-status")["statuses"][0]
    return example | {name: text for name, text in status(call, value).items() if name != "creator"}


def combined(call: Call, sha: str, standing: list[PostedStatus], shown: list[Document]) -> Document:
    """The state counts all that stand; `shown` is a page of them."""
    states = {value.state for value in standing}
    green = "success" if states == {"success"} else "pending"
    state = "failure" if states & {"failure", "error"} else green
    example = call.description.example("combined-commit-status")
    return example | {"sha": sha, "state": state, "statuses": shown, "total_count": len(standing)}


def repository(call: Call) -> Document:
    """The long form, which `repos/get` gives."""
    state = call.state
    owner, name = state.full_name.split("/")
    example = call.description.example("full-repository-default-response")
    for relative in ("parent", "source", "template_repository"):
        del example[relative]
    return example | {
        "language": None,  # required, and the example lacks it
        "name": name,
        "full_name": state.full_name,
        "owner": example["owner"] | {"login": owner},
        "default_branch": state.default_branch,
        "url": f"{call.base_url}/repos/{state.full_name}",
        "html_url": f"https://github.com/{state.full_name}",
    }


def pull(call: Call, value: Pull) -> Document:
    """The long form, which `pulls/get` gives."""
    example = call.description.example("pull-request")
    return example | _both_forms(call, value, example) | {"merged": value.merged_as is not None}


def pull_in_list(call: Call, value: Pull) -> Document:
    """The short form, which listings give."""
    example = call.description.example("pull-request-simple-items")[0]
    return example | _both_forms(call, value, example)


def _both_forms(call: Call, value: Pull, example: Document) -> Document:
    state = call.state
    base_sha = state.repository.tip(f"refs/heads/{value.base_ref}") or example["base"]["sha"]
    closed_at = stamp(value.closed_at) if value.closed_at else None
    return {
        "number": value.number,
        "requested_teams": [],  # the example of one is older than its schema
        "state": "open" if value.is_open else "closed",
        "closed_at": closed_at,
        "merged_at": closed_at if value.merged_as else None,
        "merge_commit_sha": value.merged_as,
        "locked": value.is_locked,
        "title": value.title,
        "url": f"{call.base_url}/repos/{state.full_name}/pulls/{value.number}",
        "html_url": f"https://github.com/{state.full_name}/pull/{value.number}",
        "head": _side(
            example["head"], value.head_ref, value.head_sha, value.head_repository, state.full_name
        ),
        "base": _side(example["base"], value.base_ref, base_sha, state.full_name, state.full_name),
    }


def _side(example: Document, ref: str, sha: str, repository: str | None, home: str) -> Document:
    owner = repository.split("/")[0] if repository else None
    side = example | {"ref": ref, "sha": sha, "label": f"{owner or 'unknown'}:{ref}"}
    if repository is None or owner is None:
        return side | {"repo": None}
    names = {"full_name": repository, "name": repository.split("/")[1], "fork": repository != home}
    names |= {"owner": example["repo"]["owner"] | {"login": owner}}
    return side | {"repo": example["repo"] | names, "user": example["user"] | {"login": owner}}
