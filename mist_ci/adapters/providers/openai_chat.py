"""The OpenAI-compatible chat-completions API.

Spoken by most servers and gateways. docs/providers/openai.md says what is sent and what each reply means.
"""

import json
from collections.abc import Mapping

from mist_ci.adapters.providers.replies import Meaning, Reply, at, count_of, short, text_of, understand
from mist_ci.adapters.providers.retrying import Failure, Now
from mist_ci.adapters.providers.secret import Secret
from mist_ci.models.config import Provider
from mist_ci.models.suite import ChatMessage, Tool, ToolCall
from mist_ci.ports.model_client import Completion, Request


class OpenAIChat:
    """Implements `Wire` for `POST /chat/completions`."""

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
        body: dict[str, object] = {
            "model": request.model,
            "messages": [_message(message) for message in request.messages],
            **request.parameters.model_dump(exclude_none=True),
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
        return understand(reply, now, _completion, "choices")


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
    tokens_in = count_of(at(document, "usage", "prompt_tokens"))
    tokens_out = count_of(at(document, "usage", "completion_tokens"))
    # Half a report is none: both numbers must come from the same counter.
    reported = tokens_in is not None and tokens_out is not None
    return Completion(
        text=text,
        finish_reason=finish_reason,
        tokens_in=tokens_in if reported else None,
        tokens_out=tokens_out if reported else None,
        fingerprint=short(at(document, "system_fingerprint")),
        refusal=bool(at(message, "refusal")),
        tool_calls=_tool_calls(at(message, "tool_calls")),
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
