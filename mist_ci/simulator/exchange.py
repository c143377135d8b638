"""One request and its reply, apart from how they travel."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from mist_ci.simulator.description import Description
from mist_ci.simulator.state import State, Token

DOCS = "https://docs.github.com/rest"


@dataclass(frozen=True)
class Reply:
    """`body` is JSON, or bytes that are sent as they are."""

    status: int
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Call:
    """A request that is as described: values are typed, the body is there when it has to be."""

    state: State
    description: Description
    base_url: str
    token: Token
    path: Mapping[str, Any]
    query: Mapping[str, Any]
    body: Mapping[str, Any]
    address: str
    """Without the query: what links to other pages begin with."""


class Refusal(Exception):
    """A reply that says no."""

    def __init__(self, status: int, message: str, *errors: Mapping[str, str], **headers: str) -> None:
        super().__init__(message)
        body: dict[str, Any] = {"message": message, "documentation_url": DOCS, "status": str(status)}
        if errors:
            body["errors"] = [dict(error) for error in errors]
        self.reply = Reply(status, body, {name.replace("_", "-"): value for name, value in headers.items()})


def invalid(resource: str, field_name: str, message: str) -> Refusal:
    """422, the way GitHub says it."""
    error = {"resource": resource, "code": "custom", "field": field_name, "message": message}
    return Refusal(422, "Validation Failed", error)


def missing() -> Refusal:
    """404, also for what one may not see."""
    return Refusal(404, "Not Found")


def page_of(call: Call, items: list[Any]) -> Reply:
    """One page, with Link to the others."""
    size = min(100, max(1, call.query.get("per_page", 30)))
    page = max(1, call.query.get("page", 1))
    last = max(1, -(-len(items) // size))
    others = {"prev": page - 1, "next": page + 1, "last": last, "first": 1}
    shown = {name: number for name, number in others.items() if 1 <= number <= last and number != page}
    rest = "".join(
        f"&{name}={value}" for name, value in call.query.items() if name not in {"page", "per_page"}
    )
    links = [f'<{call.address}?per_page={size}&page={n}{rest}>; rel="{name}"' for name, n in shown.items()]
    body = items[(page - 1) * size : page * size]
    return Reply(200, body, {"Link": ", ".join(links)} if links else {})
