"""Answers that do not tell the key, wherever a server or a program has put it."""

from dataclasses import replace
from typing import Any

from mist_ci.adapters.providers.secret import Secret
from mist_ci.models.suite import ToolCall
from mist_ci.ports.model_client import Completion


def without(secret: Secret, completion: Completion) -> Completion:
    """The answer with `***` for the secret in everything that is stored or shown."""
    calls = tuple(
        ToolCall(
            id=_redacted(secret, call.id),
            name=secret.redact(call.name),
            arguments=secret.redact(call.arguments),
        )
        for call in completion.tool_calls
    )
    cleaned: dict[str, Any] = {
        "text": secret.redact(completion.text),
        "tool_calls": calls,
        "finish_reason": _redacted(secret, completion.finish_reason),
        "fingerprint": _redacted(secret, completion.fingerprint),
        "first_logprobs": {secret.redact(token): value for token, value in completion.first_logprobs.items()},
    }
    changed = {name: value for name, value in cleaned.items() if value != getattr(completion, name)}
    return replace(completion, **changed) if changed else completion


def _redacted(secret: Secret, text: str | None) -> str | None:
    return None if text is None else secret.redact(text)
