"""The two GraphQL documents that MIST CI sends. GitHub's OpenAPI description does not cover them."""

import re
from collections.abc import Mapping
from typing import Any

from mist_ci.simulator.exchange import Reply
from mist_ci.simulator.payloads import Document, node_id
from mist_ci.simulator.state import State, Token

_VIEWER = re.compile(r"\s*query\s*\{\s*viewer\s*\{\s*login\s*\}\s*\}\s*")
_MINIMIZE = re.compile(
    r"\s*mutation\(\$id: ID!\)\s*\{\s*minimizeComment\(input: \{subjectId: \$id, classifier: OUTDATED\}\)"
    r"\s*\{\s*minimizedComment\s*\{\s*isMinimized\s*\}\s*\}\s*\}\s*"
)


def answer(state: State, token: Token, body: Mapping[str, Any]) -> Reply:
    """GraphQL says 200 to nearly everything; refusals are in `errors`."""
    query, variables = str(body.get("query", "")), body.get("variables") or {}
    if _VIEWER.fullmatch(query):
        return Reply(200, {"data": {"viewer": {"login": token.account.login}}})
    if not _MINIMIZE.fullmatch(query):
        return _error("INVALID", "Parse error: this document is not known here", None)
    nothing = {"minimizeComment": None}
    if not token.can_write:
        return _error("FORBIDDEN", "Resource not accessible by integration", nothing)
    comment = next((c for c in state.comments.values() if node_id(c) == variables.get("id")), None)
    if comment is None:
        return _error("NOT_FOUND", "Could not resolve to a node with that global id", nothing)
    comment.is_minimized = True
    return Reply(200, {"data": {"minimizeComment": {"minimizedComment": {"isMinimized": True}}}})


def _error(kind: str, message: str, data: Document) -> Reply:
    return Reply(200, {"data": data, "errors": [{"type": kind, "message": message}]})
