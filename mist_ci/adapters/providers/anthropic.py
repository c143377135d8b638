"""Anthropic's messages API. docs/providers/anthropic.md says what is sent and what each reply means."""

import json
from collections.abc import Mapping

from mist_ci.adapters.providers.counts import tier_of
from mist_ci.adapters.providers.openai_chat import with_cost
from mist_ci.adapters.providers.refusing import cannot, refuse_parameters
from mist_ci.adapters.providers.replies import (
    UNCOUNTED,
    Counts,
    Meaning,
    Reply,
    at,
    at_most,
    count_of,
    short,
    text_of,
    understand,
)  # fmt: skip
from mist_ci.adapters.providers.retrying import Failure, Now
from mist_ci.adapters.providers.secret import Secret
from mist_ci.models.config import Provider
from mist_ci.models.suite import ChatMessage, Tool, ToolCall
from mist_ci.ports.model_client import Completion, Request

VERSION = "2023-06-01"
"""The version of the API unless the policy names another one: the last that takes `temperature` and `top_p`."""
MAX_TOKENS = 4096
"""The limit of an answer where the reference sets none: this API must be told one."""
_SPOKEN = "the messages API of Anthropic"
_REASONS = {
    "end_turn": "stop",
    "stop_sequence": "stop",
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
    "tool_use": "tool_calls",
    "refusal": "content_filter",
}


class Anthropic:
    """Implements `Wire` for `POST /messages`."""

    speaks = "Anthropic's messages API? It usually ends in /v1"

    def address(self, provider: Provider, request: Request) -> str:
        """The same for every model."""
        del request
        return f"{provider.base_url}/messages"

    def headers(self, provider: Provider, key: Secret) -> Mapping[str, str]:
        """The version of the API, and the key where there is one."""
        return {"anthropic-version": provider.api_version or VERSION, **key.header("x-api-key")}

    def body(self, request: Request) -> bytes:
        """Model, messages, tools, and those allowed parameters that are set. Raises CouldNotRun MC303 for the others.

        What the system and a developer say goes before everything else, wherever it stood.
        """
        parameters = request.parameters
        refuse_parameters(parameters, ("seed",), _SPOKEN)
        body: dict[str, object] = {
            "model": request.model,
            "max_tokens": parameters.max_tokens or MAX_TOKENS,
            "messages": _turns(request.messages),
            **parameters.model_dump(exclude_none=True, include={"temperature", "top_p"}),
        }
        system = [
            one.content for one in request.messages if one.role in {"system", "developer"} and one.content
        ]
        if system:
            body["system"] = "\n\n".join(system)
        if parameters.stop:
            body["stop_sequences"] = parameters.stop
        if output := _output(request):
            body["output_config"] = output
        if request.tools:
            body["tools"] = [_tool(tool) for tool in request.tools]
        return json.dumps(body).encode()

    def understand(self, reply: Reply, now: Now) -> Meaning:
        """See `replies.understand`."""
        return with_cost(understand(reply, now, _completion, "content"), reply)


def _output(request: Request) -> dict[str, object]:
    """How hard the model thinks, and the schema that its answer must fit."""
    output: dict[str, object] = {}
    if request.parameters.reasoning_effort is not None:
        output["effort"] = _effort(request.parameters.reasoning_effort)
    if request.reply_schema is not None:
        output["format"] = {"type": "json_schema", "schema": request.reply_schema}
    return output


def _effort(effort: str) -> str:
    if effort == "minimal":
        raise cannot("has no reasoning_effort minimal", _SPOKEN, "its least is low")
    return effort


def _tool(tool: Tool) -> dict[str, object]:
    told: dict[str, object] = {"name": tool.name, "input_schema": {"type": "object", **tool.parameters}}
    if tool.description is not None:
        told["description"] = tool.description
    return told


def _turns(messages: tuple[ChatMessage, ...]) -> list[dict[str, object]]:
    """Users and assistants. Results of tools are a user's, and those of one turn stand in one message."""
    turns: list[dict[str, object]] = []
    results: list[object] = []
    for message in messages:
        if message.role in {"system", "developer"}:
            continue
        if message.role != "tool":
            results = []
            turns.append({"role": message.role, "content": _content(message)})
            continue
        if not results:
            turns.append({"role": "user", "content": results})
        results.append(
            {
                "type": "tool_result",
                "tool_use_id": message.tool_call_id or "",
                "content": message.content,
            }
        )
    return turns


def _content(message: ChatMessage) -> object:
    if not message.tool_calls:
        return message.content
    blocks: list[object] = [{"type": "text", "text": message.content}] if message.content else []
    for call in message.tool_calls:
        block = {
            "type": "tool_use",
            "id": call.id or "",
            "name": call.name,
            "input": arguments_of(call, _SPOKEN),
        }
        blocks.append(block)
    return blocks


def arguments_of(call: ToolCall, spoken: str) -> dict[str, object]:
    """The arguments of an earlier call as an object. Raises CouldNotRun MC303 when they are none."""
    try:
        arguments = json.loads(call.arguments or "{}")
    except ValueError:
        arguments = None
    if not isinstance(arguments, dict):
        what = (
            f"takes arguments of earlier tool calls as JSON objects only, and those of {call.name} are none"
        )
        raise cannot(what, spoken, "correct the sample, or ask it of a provider of type openai")
    return arguments


def _completion(document: object) -> Completion | Failure | None:
    blocks = at(document, "content")
    if not isinstance(blocks, list):
        return None
    reason = short(at(document, "stop_reason"))
    if reason is None and not blocks:
        return Failure("the reply holds no answer")
    texts = [text_of(at(block, "text")) for block in blocks if at(block, "type") == "text"]
    return Completion(
        text="".join(text or "" for text in texts),
        finish_reason=_REASONS.get(reason, reason) if reason else None,
        fingerprint=None,
        refusal=reason == "refusal",
        tool_calls=tuple(call for block in blocks if (call := _call(block))),
        **_usage(at(document, "usage")),
    )


def _call(block: object) -> ToolCall | None:
    name, arguments = text_of(at(block, "name")), at(block, "input")
    if at(block, "type") != "tool_use" or not name or not isinstance(arguments, dict):
        return None
    return ToolCall(id=short(at(block, "id")), name=name, arguments=json.dumps(arguments))


def _usage(told: object) -> Counts:
    """Tokens of the cache are not in `input_tokens`, and the model read them all the same."""
    tier = tier_of(at(told, "speed")) or tier_of(at(told, "service_tier"))
    fresh, answered = count_of(at(told, "input_tokens")), count_of(at(told, "output_tokens"))
    cached = count_of(at(told, "cache_read_input_tokens"))
    written = count_of(at(told, "cache_creation_input_tokens"))
    asked = (fresh or 0) + (cached or 0) + (written or 0)
    if fresh is None or answered is None or not asked:
        return {**UNCOUNTED, "tier": tier}
    thought = count_of(at(told, "output_tokens_details", "thinking_tokens"))
    for_an_hour = count_of(at(told, "cache_creation", "ephemeral_1h_input_tokens"))
    return {
        "tokens_in": asked,
        "tokens_out": answered,
        "tokens_cached": cached,
        "tokens_reasoning": at_most(thought, answered),
        "tokens_cache_written": written,
        "tokens_cache_written_1h": at_most(for_an_hour, written),
        "tier": tier,
    }
