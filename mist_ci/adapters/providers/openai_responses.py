"""OpenAI's responses API. docs/providers/openai-responses.md says what is sent and what each reply means."""

import json
from collections.abc import Iterator, Mapping

from mist_ci.adapters.providers.counts import usage
from mist_ci.adapters.providers.openai_chat import with_cost
from mist_ci.adapters.providers.refusing import refuse_parameters
from mist_ci.adapters.providers.replies import Meaning, Reply, at, logprobs_of, short, text_of, understand
from mist_ci.adapters.providers.retrying import Failure, Now
from mist_ci.adapters.providers.secret import Secret
from mist_ci.models.config import Provider
from mist_ci.models.suite import ChatMessage, ToolCall
from mist_ci.ports.model_client import Completion, Request

_CUT = {"max_output_tokens": "length", "content_filter": "content_filter"}


class OpenAIResponses:
    """Implements `Wire` for `POST /responses`. Nothing is stored on the server's side."""

    speaks = "an API with /responses? It usually ends in /v1"

    def address(self, provider: Provider, request: Request) -> str:
        """The same for every model."""
        del request
        return f"{provider.base_url}/responses"

    def headers(self, provider: Provider, key: Secret) -> Mapping[str, str]:
        """A bearer token, where there is a key."""
        del provider
        return key.headers()

    def body(self, request: Request) -> bytes:
        """Model, items, tools, and those allowed parameters that are set. Raises CouldNotRun MC303 for the others."""
        parameters = request.parameters
        refuse_parameters(parameters, ("stop", "seed"), "the responses API")
        body: dict[str, object] = {
            "model": request.model,
            "input": [item for message in request.messages for item in _items(message)],
            "store": False,
            "stream": False,  # transformers serve streams unless it is told not to
            **parameters.model_dump(exclude_none=True, include={"temperature", "top_p"}),
        }
        if parameters.max_tokens is not None:
            body["max_output_tokens"] = parameters.max_tokens
        if parameters.reasoning_effort is not None:
            body["reasoning"] = {"effort": parameters.reasoning_effort}
        if request.tools:
            # Here, unlike in a chat, a tool is strict unless it says that it is not: its schema would be changed.
            body["tools"] = [
                {"type": "function", "strict": False, **tool.model_dump(mode="json", exclude_none=True)}
                for tool in request.tools
            ]
        if request.top_logprobs is not None:
            body |= {"top_logprobs": request.top_logprobs, "include": ["message.output_text.logprobs"]}
        if request.reply_schema is not None:
            held_to = {"name": "reply", "strict": True, "schema": request.reply_schema}
            body["text"] = {"format": {"type": "json_schema", **held_to}}
        return json.dumps(body).encode()

    def understand(self, reply: Reply, now: Now) -> Meaning:
        """See `replies.understand`."""
        return with_cost(understand(reply, now, _completion, "output"), reply)


def _items(message: ChatMessage) -> Iterator[dict[str, object]]:
    if message.role == "tool":
        yield {
            "type": "function_call_output",
            "call_id": message.tool_call_id or "",
            "output": message.content,
        }
        return
    if message.content or not message.tool_calls:
        yield {"role": message.role, "content": message.content}
    for call in message.tool_calls:
        yield {
            "type": "function_call",
            "call_id": call.id or "",
            "name": call.name,
            "arguments": call.arguments,
        }


def _completion(document: object) -> Completion | Failure | None:
    output, status = at(document, "output"), short(at(document, "status"))
    if not isinstance(output, list):
        return None
    if status not in {"completed", "incomplete", None}:
        return Failure(f"the response is {status}")
    parts = [part for item in output for part in _parts(item)]
    told = [text_of(at(part, "text")) for part in parts if at(part, "type") == "output_text"]
    calls = tuple(call for item in output if (call := _call(item)))
    reason = short(at(document, "incomplete_details", "reason")) if status == "incomplete" else None
    usual = "tool_calls" if calls else "stop"
    return Completion(
        text="".join(text or "" for text in told),
        finish_reason=_CUT.get(reason, reason) if reason else usual,
        fingerprint=None,
        refusal=any(at(part, "type") == "refusal" for part in parts),
        tool_calls=calls,
        first_logprobs=_first_logprobs(parts),
        **usage(document, "input_tokens", "output_tokens"),
    )


def _parts(item: object) -> list[object]:
    content = at(item, "content")
    return content if at(item, "type") == "message" and isinstance(content, list) else []


def _call(item: object) -> ToolCall | None:
    name, arguments = text_of(at(item, "name")), text_of(at(item, "arguments"))
    if at(item, "type") != "function_call" or not name or arguments is None:
        return None
    return ToolCall(id=short(at(item, "call_id")), name=name, arguments=arguments)


def _first_logprobs(parts: list[object]) -> dict[str, float]:
    for part in parts:
        candidates = at(part, "logprobs", 0, "top_logprobs")
        if candidates:
            return logprobs_of(candidates, "token", "logprob")
    return {}
