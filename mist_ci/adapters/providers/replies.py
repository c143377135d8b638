"""What a server's reply means: an answer, a reason to try again, or a refusal for good.

Replies are hostile input: bounded, of any shape, and never trusted to be what the status says. What an answer looks
like is the wire format's own; everything else is the same for all of them.
"""

import json
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Required, TypedDict
from urllib.parse import urlsplit

import msgspec

from mist_ci.adapters.providers import statuses
from mist_ci.adapters.providers.retrying import Failure, Now, asked_wait_s
from mist_ci.ports.model_client import Completion

MAX_TOKENS_REPORTED = 2**31
_RETRIED = frozenset({408, 409, 425, 429})
_SECONDS = re.compile(r"[0-9]{1,9}(?:\.[0-9]{1,9})?s")
_ABOUT_THE_REQUEST = frozenset({200, 400, 413, 422})
_OUT_OF_CREDIT = ("insufficient_quota", "billing_hard_limit_reached", "billing_not_active")
_NAMED = {
    "rate_limit_error": 429, "rate_limit_exceeded": 429, "overloaded_error": 529, "api_error": 500,
    "server_error": 500, "timeout_error": 504, "authentication_error": 401, "not_found_error": 404,
}  # fmt: skip
"""Statuses by the name of an error, for replies that say 200 and hold one."""
# OpenAI has a code for it; vLLM, SGLang, llama.cpp, TGI, Gemini, Bedrock and Cohere have a sentence each.
_TOO_LONG = (
    "context_length_exceeded", "context length", "context window", "context size", "model's context",
    "maximum model length", "`max_new_tokens` must be <=", "string_above_max_length", "input token count",
    "prompt is too long", "input is too long", "too many tokens", "request_too_large",
)  # fmt: skip
_FILTERED = (
    "content_filter", "content_policy_violation", "responsibleaipolicyviolation", "content management policy",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Reply:
    """An HTTP response. `body` is None when it was longer than the client reads."""

    status: int
    headers: Mapping[str, str]
    body: bytes | None


class Counts(TypedDict, total=False):
    """The token counts of a Completion."""

    tokens_in: Required[int | None]
    tokens_out: Required[int | None]
    tokens_cached: int | None
    tokens_reasoning: int | None
    tokens_cache_written: int | None
    tokens_cache_written_1h: int | None
    tokens_not_text: int | None
    tier: str | None


UNCOUNTED: Counts = {"tokens_in": None, "tokens_out": None}


@dataclass(frozen=True, slots=True)
class Refusal:
    """The server will not answer this, now or later. `detail` is its own text, not cleaned yet."""

    status: int
    detail: str


Meaning = Completion | Failure | Refusal
ReadAnswer = Callable[[object], Completion | Failure | None]
"""The answer in a parsed body; None when the body is no answer in this wire format at all."""


def understand(reply: Reply, now: Now, read_answer: ReadAnswer, answer_key: str) -> Meaning:
    """What a reply means. Never raises, whatever the server sent. `answer_key` is where a body has its answer."""
    if statuses.is_redirect(reply.status):
        return Refusal(reply.status, f"a redirect to {_host(reply.headers.get('location', ''))}")
    document = _parse(reply.body)
    error = None if at(document, answer_key) else at(document, "error")
    status = _status_inside(reply.status, error)
    if statuses.is_success(reply.status) and not error:
        return _success(reply, document, read_answer)
    if status in _RETRIED or statuses.is_server_error(status):
        return _for_now(status, reply, document, now)
    return _caused_by_sample(status, reply) or Refusal(status, _message(reply, document))


def _success(reply: Reply, document: object, read_answer: ReadAnswer) -> Meaning:
    if reply.body is None:
        return Failure("the reply is longer than any chat completion", final=True)
    if reply.headers.get("content-encoding", "identity").lower() != "identity":
        return Refusal(reply.status, "a compressed reply, though the request asked for none")
    if document is None:
        other = _other_kind(reply)
        return Refusal(reply.status, other) if other else Failure("the reply is not complete JSON")
    answer = read_answer(document)
    if answer is None:
        return Refusal(reply.status, "JSON that is not a chat completion")
    return answer


def _other_kind(reply: Reply) -> str | None:
    if reply.headers.get("content-type", "").startswith("text/event-stream"):
        return "a stream of events instead of one reply"
    return "an HTML page instead of JSON" if _is_html(reply) else None


def _for_now(status: int, reply: Reply, document: object, now: Now) -> Failure | Refusal:
    kinds = (at(document, "error", "code"), at(document, "error", "type"))
    if status == statuses.TOO_MANY_REQUESTS and any(kind in _OUT_OF_CREDIT for kind in kinds):
        return Refusal(status, _message(reply, document))
    wait_s = asked_wait_s(reply.headers, now)
    if wait_s is None:
        wait_s = _wait_inside(at(document, "error", "details"))
    return Failure(f"{status}: {_message(reply, document)}", wait_s=wait_s)


def _wait_inside(details: object) -> float | None:
    """Google's servers say it in the body: `{"@type": "…RetryInfo", "retryDelay": "36s"}`."""
    for detail in _listed(details):
        delay = at(detail, "retryDelay")
        if isinstance(delay, str) and _SECONDS.fullmatch(delay):
            return float(delay[:-1])
    return None


def _caused_by_sample(status: int, reply: Reply) -> Completion | None:
    """An empty answer when this one request was too long or was filtered; None when all would be refused."""
    if status not in _ABOUT_THE_REQUEST:
        return None
    told = (reply.body or b"").decode(errors="replace").lower()
    if status == statuses.REQUEST_ENTITY_TOO_LARGE or any(sign in told for sign in _TOO_LONG):
        return _nothing("length")
    return _nothing("content_filter") if any(sign in told for sign in _FILTERED) else None


def _nothing(finish_reason: str) -> Completion:
    return Completion(text="", finish_reason=finish_reason, tokens_in=None, tokens_out=None, fingerprint=None)


def _status_inside(status: int, error: object) -> int:
    """Some gateways answer 200 and put the real status into the error."""
    if not statuses.is_success(status):
        # Google's servers call a wrong key an invalid argument, and say what it is in the details.
        wrong_key = any(at(one, "reason") == "API_KEY_INVALID" for one in _listed(at(error, "details")))
        return int(statuses.UNAUTHORIZED) if wrong_key else status
    for inside in (at(error, "code"), at(error, "type")):
        if isinstance(inside, int) and statuses.is_error(inside):
            return inside
        if isinstance(inside, str) and inside in _NAMED:
            return _NAMED[inside]
    return status


def _listed(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _message(reply: Reply, document: object) -> str:
    """The server's own words, wherever it put them."""
    for path in (("error", "message"), ("error",), ("message",), ("detail",), ("detail", 0, "msg")):
        value = at(document, *path)
        if isinstance(value, str) and value.strip():
            return value
    if _is_html(reply):
        return "an HTML page"
    return (reply.body or b"").decode(errors="replace") or "no explanation"


def _parse(body: bytes | None) -> object:
    """JSON as the standard has it, and else what Python makes of it: servers write NaN and halves of characters."""
    for read in (msgspec.json.decode, json.loads):
        try:
            return read(body or b"")
        except (ValueError, RecursionError):
            continue
    return None


def at(value: object, *path: str | int) -> object:
    """The value at a path of keys and indices, None where there is none."""
    for step in path:
        if isinstance(value, dict):
            value = value.get(step)
        elif isinstance(value, list) and isinstance(step, int) and step < len(value):
            value = value[step]
        else:
            return None
    return value


def text_of(content: object) -> str | None:
    """The text of a message: a string, nothing, or parts of which the texts count. None for anything else."""
    if isinstance(content, list):
        parts = [at(part, "text") for part in content]
        content = "".join(part for part in parts if isinstance(part, str))
    if content is None:
        return ""
    # JSON can spell half of a surrogate pair; nothing later could write it down.
    return (
        content.encode("utf-8", "surrogatepass").decode(errors="replace")
        if isinstance(content, str)
        else None
    )


def short(value: object) -> str | None:
    """A text of at most 200 characters; None for no text and for anything else."""
    text = text_of(value) if isinstance(value, str) else None
    return text[:200] if text else None


def count_of(value: object) -> int | None:
    """A number of tokens that can be one; None for anything else."""
    valid = isinstance(value, int) and not isinstance(value, bool) and 0 <= value < MAX_TOKENS_REPORTED
    return value if valid and isinstance(value, int) else None


def at_most(part: int | None, whole: int | None) -> int | None:
    """A count of some of the tokens that `whole` counts; None where it cannot be that."""
    return part if part is not None and whole is not None and part <= whole else None


def logprobs_of(candidates: object, token: str, logprob: str) -> dict[str, float]:
    """Texts of candidates with their log-probabilities, out of a list of objects with these two keys."""
    found: dict[str, float] = {}
    for one in _listed(candidates):
        text, value = at(one, token), at(one, logprob)
        if isinstance(text, str) and isinstance(value, int | float) and math.isfinite(value):
            spoken = text_of(text) or ""
            found[spoken] = max(found.get(spoken, -math.inf), float(value))
    return found


def _is_html(reply: Reply) -> bool:
    return "html" in reply.headers.get("content-type", "") or (reply.body or b"").lstrip()[:1] == b"<"


def _host(location: str) -> str:
    try:
        return urlsplit(location).hostname or "another path of the same host"
    except ValueError:
        return "an address that is none"
