"""The part of OpenAI's chat-completions protocol that the tiny server speaks.

A request that asks for something the server cannot do is refused with status 400, never
answered as if the parameter had not been there: a client must be able to trust that its
parameters had an effect.
"""

from __future__ import annotations

import json
import math
from http import HTTPStatus
from typing import Any, NamedTuple, NoReturn

from model import Completion, Sampling

DEFAULT_MAX_TOKENS = 64
_MAX_STOPS = 4
_MAX_SEED = 2**63 - 1
_KNOWN = frozenset(
    {
        "model",
        "messages",
        "temperature",
        "top_p",
        "max_tokens",
        "max_completion_tokens",
        "stop",
        "seed",
    }
)
# Accepted with the one value that says "as if it were absent".
_NEUTRAL: dict[str, Any] = {"n": 1, "stream": False, "logprobs": False}


class ApiError(Exception):
    """An error to send: HTTP status, and the fields of OpenAI's error object."""

    def __init__(
        self,
        status: HTTPStatus,
        message: str,
        *,
        param: str | None = None,
        code: str | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.param = param
        self.code = code

    def body(self) -> dict[str, Any]:
        """Return the JSON body."""
        kind = "server_error" if self.status >= HTTPStatus.INTERNAL_SERVER_ERROR else "invalid_request_error"
        return {
            "error": {
                "message": str(self),
                "type": kind,
                "param": self.param,
                "code": self.code,
            }
        }


class ChatRequest(NamedTuple):
    """A validated request; the content of messages is left to the chat template."""

    model: str
    messages: list[dict[str, Any]]
    max_tokens: int
    sampling: Sampling
    stop: tuple[str, ...]


def parse_chat_request(body: bytes) -> ChatRequest:
    """Validate the body of a chat-completions request. Raises ApiError (400)."""
    raw = _parse_object(body)
    for name in raw.keys() - _KNOWN:
        # `is` on the type keeps True from passing as 1, and 0 as False.
        neutral = _NEUTRAL.get(name)
        value = raw[name]
        if value is None or (type(value) is type(neutral) and value == neutral):
            continue
        _refuse(name, f"unsupported parameter or value: {name}", "unsupported_parameter")
    return ChatRequest(
        _model(raw),
        _messages(raw),
        _max_tokens(raw),
        Sampling(
            temperature=_number(raw, "temperature", 0.0, 0.0, 2.0),
            top_p=_number(raw, "top_p", 1.0, 0.0, 1.0),
            seed=_integer(raw, "seed", 0, _MAX_SEED),
        ),
        _stop(raw),
    )


def chat_response(
    identifier: str, created: int, model: str, fingerprint: str, answer: Completion
) -> dict[str, Any]:
    """Return the body of a successful response; ``created`` is in Unix seconds."""
    return {
        "id": identifier,
        "object": "chat.completion",
        "created": created,
        "model": model,
        "system_fingerprint": fingerprint,
        "choices": [
            {
                "index": 0,
                "message": {"role": "assistant", "content": answer.text},
                "finish_reason": answer.finish_reason,
            }
        ],
        "usage": {
            "prompt_tokens": answer.prompt_tokens,
            "completion_tokens": answer.completion_tokens,
            "total_tokens": answer.prompt_tokens + answer.completion_tokens,
        },
    }


def _refuse(param: str | None, message: str, code: str | None = None) -> NoReturn:
    raise ApiError(HTTPStatus.BAD_REQUEST, message, param=param, code=code)


def _parse_object(body: bytes) -> dict[str, Any]:
    try:
        raw = json.loads(body, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise ApiError(HTTPStatus.BAD_REQUEST, f"the body is not valid JSON: {error}") from error
    if not isinstance(raw, dict):
        _refuse(None, "the body must be a JSON object")
    return raw


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _model(raw: dict[str, Any]) -> str:
    name = raw.get("model")
    if not isinstance(name, str) or not name:
        _refuse("model", "model must be the name of a model")
    return name


def _messages(raw: dict[str, Any]) -> list[dict[str, Any]]:
    messages = raw.get("messages")
    if not isinstance(messages, list) or not messages:
        _refuse("messages", "messages must be a list with at least one message")
    for index, message in enumerate(messages):
        if not isinstance(message, dict) or not isinstance(message.get("role"), str):
            _refuse(f"messages[{index}]", "a message must be an object with a role")
    return messages


def _max_tokens(raw: dict[str, Any]) -> int:
    names = ("max_tokens", "max_completion_tokens")
    given = [_integer(raw, name, 1, None) for name in names]
    return min((value for value in given if value is not None), default=DEFAULT_MAX_TOKENS)


def _integer(raw: dict[str, Any], name: str, low: int, high: int | None) -> int | None:
    value = raw.get(name)
    if value is None:
        return None
    if type(value) is not int or value < low or (high is not None and value > high):
        limit = "" if high is None else f" and at most {high}"
        _refuse(name, f"{name} must be an integer of at least {low}{limit}")
    return value


def _number(raw: dict[str, Any], name: str, default: float, low: float, high: float) -> float:
    value = raw.get(name)
    if value is None:
        return default
    is_number = type(value) in (int, float) and math.isfinite(value)
    if not is_number or not low <= value <= high:
        _refuse(name, f"{name} must be a number from {low} to {high}")
    return float(value)


def _stop(raw: dict[str, Any]) -> tuple[str, ...]:
    value = raw.get("stop")
    words = [] if value is None else [value] if isinstance(value, str) else value
    if (
        not isinstance(words, list)
        or len(words) > _MAX_STOPS
        or not all(isinstance(word, str) and word for word in words)
    ):
        _refuse("stop", f"stop must be a text or a list of at most {_MAX_STOPS} texts")
    return tuple(words)
