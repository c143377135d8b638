"""The OpenAI-compatible chat-completions API.

Spoken by most servers and gateways. docs/providers/openai.md says what is sent and what each reply means.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation

from mist_ci.adapters.providers.counts import usage
from mist_ci.adapters.providers.replies import Meaning, Reply, at, logprobs_of, short, text_of, understand
from mist_ci.adapters.providers.retrying import Failure, Now
from mist_ci.adapters.providers.secret import Secret
from mist_ci.models.config import Provider
from mist_ci.models.suite import ChatMessage, Tool, ToolCall
from mist_ci.ports.model_client import Completion, Request

_REASONS_FIRST = re.compile(r"(?:ft:|.*/)?(?:o[1-9]|gpt-[5-9]|gpt-[1-9][0-9])(?![0-9A-Za-z])")
_MOST_USD = Decimal(1_000_000)


@dataclass(frozen=True, slots=True)
class OpenAIChat:
    """Implements `Wire` for `POST /chat/completions`."""

    max_tokens_as: str | None = None
    """What the server calls the limit of an answer; without it the name of the model decides."""

    speaks = "an OpenAI-compatible API? It usually ends in /v1"

    def address(self, provider: Provider, request: Request) -> str:
        """The same for every model."""
        del request
        return f"{provider.base_url}/chat/completions"

    def headers(self, provider: Provider, key: Secret) -> Mapping[str, str]:
        """A bearer token, where there is a key."""
        del provider
        return key.headers()

    def body(self, request: Request) -> bytes:
        """Model, messages, tools, and those allowed parameters that are set."""
        parameters = request.parameters.model_dump(exclude_none=True)
        if "max_tokens" in parameters:
            parameters[self.max_tokens_as or limit_name(request.model)] = parameters.pop("max_tokens")
        body: dict[str, object] = {
            "model": request.model,
            "messages": [_message(message) for message in request.messages],
            **parameters,
        }
        if request.tools:
            body["tools"] = [_tool(tool) for tool in request.tools]
        if request.top_logprobs is not None:
            body |= {"logprobs": True, "top_logprobs": request.top_logprobs}
        if request.reply_schema is not None:
            held_to = {"name": "reply", "strict": True, "schema": request.reply_schema}
            body["response_format"] = {"type": "json_schema", "json_schema": held_to}
        return json.dumps(body).encode()

    def understand(self, reply: Reply, now: Now) -> Meaning:
        """See `replies.understand`."""
        return with_cost(understand(reply, now, _completion, "choices"), reply)


def limit_name(model: str) -> str:
    """What OpenAI's models call the limit of an answer: those that reason before they answer refuse `max_tokens`.

    >>> limit_name("o3-mini"), limit_name("ft:gpt-5-mini:acme::x1"), limit_name("gpt-4o"), limit_name("o1ive-7b")
    ('max_completion_tokens', 'max_completion_tokens', 'max_tokens', 'max_tokens')
    """
    return "max_completion_tokens" if _REASONS_FIRST.match(model) else "max_tokens"


def with_cost(meaning: Meaning, reply: Reply) -> Meaning:
    """An answer with what a LiteLLM gateway says it cost.

    It says $0 of a model that it has no price of, so $0 says nothing: the price list decides.
    Source: BerriAI/litellm issues 13790 and 41780.
    """
    told = reply.headers.get("x-litellm-response-cost")
    if not isinstance(meaning, Completion) or told is None:
        return meaning
    try:
        cost_usd = Decimal(told[:40])
    except InvalidOperation:
        return meaning
    possible = cost_usd.is_finite() and 0 < cost_usd < _MOST_USD
    return replace(meaning, cost_usd=cost_usd) if possible else meaning


def _message(message: ChatMessage) -> dict[str, object]:
    told: dict[str, object] = {"role": message.role, "content": message.content}
    if message.tool_calls:
        told["tool_calls"] = [
            {
                "id": call.id,
                "type": "function",
                "function": {"name": call.name, "arguments": call.arguments},
            }
            for call in message.tool_calls
        ]
    if message.tool_call_id is not None:
        told["tool_call_id"] = message.tool_call_id
    return told


def _tool(tool: Tool) -> dict[str, object]:
    return {"type": "function", "function": tool.model_dump(mode="json", exclude_none=True)}


def _completion(document: object) -> Completion | Failure | None:
    choices = at(document, "choices")
    if not isinstance(choices, list):
        return None
    message = at(choices, 0, "message")
    finish_reason = short(at(choices, 0, "finish_reason"))
    if finish_reason == "error" or (message is None and finish_reason is None):
        return Failure("the reply holds no answer")
    text = text_of(at(message, "content"))
    if text is None:
        return Failure("the answer is not text")
    candidates = at(choices, 0, "logprobs", "content", 0, "top_logprobs")
    return Completion(
        text=text,
        finish_reason=finish_reason,
        fingerprint=short(at(document, "system_fingerprint")),
        refusal=bool(at(message, "refusal")),
        tool_calls=_tool_calls(at(message, "tool_calls")),
        first_logprobs=logprobs_of(candidates, "token", "logprob"),
        **usage(document, "prompt_tokens", "completion_tokens"),
    )


def _tool_calls(calls: object) -> tuple[ToolCall, ...]:
    """Calls of functions, whatever is in them; other kinds of tools are not calls that anybody can grade."""
    found = []
    for call in calls if isinstance(calls, list) else []:
        name = text_of(at(call, "function", "name"))
        arguments = at(call, "function", "arguments")
        text = json.dumps(arguments) if isinstance(arguments, dict) else text_of(arguments)
        if name and text is not None:
            found.append(ToolCall(id=short(at(call, "id")), name=name, arguments=text))
    return tuple(found)
