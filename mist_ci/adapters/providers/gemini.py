"""Google's Gemini API. docs/providers/gemini.md says what is sent and what each reply means."""

import json
from collections.abc import Mapping
from dataclasses import replace

from mist_ci.adapters.providers.anthropic import arguments_of
from mist_ci.adapters.providers.counts import beyond, tier_of
from mist_ci.adapters.providers.openai_chat import with_cost
from mist_ci.adapters.providers.refusing import model_in_path
from mist_ci.adapters.providers.replies import (
    UNCOUNTED,
    Counts,
    Meaning,
    Reply,
    at,
    at_most,
    count_of,
    logprobs_of,
    short,
    text_of,
    understand,
)  # fmt: skip
from mist_ci.adapters.providers.retrying import Failure, Now
from mist_ci.adapters.providers.secret import Secret
from mist_ci.models.config import Provider
from mist_ci.models.suite import ChatMessage, ToolCall
from mist_ci.ports.model_client import Completion, Request

_NAMES = {
    "temperature": "temperature",
    "top_p": "topP",
    "max_tokens": "maxOutputTokens",
    "stop": "stopSequences",
    "seed": "seed",
}
_REASONS = {"STOP": "stop", "MAX_TOKENS": "length"}
_FILTERED = frozenset(
    {
        "SAFETY", "RECITATION", "BLOCKLIST", "PROHIBITED_CONTENT", "SPII", "LANGUAGE", "IMAGE_SAFETY",
        "MODEL_ARMOR",
    }
)  # fmt: skip

_BY_MODALITY = ("promptTokensDetails", "candidatesTokensDetails", "toolUsePromptTokensDetails")
_OTHER_MODALITIES = frozenset({"AUDIO", "DOCUMENT", "IMAGE", "VIDEO"})


class Gemini:
    """Implements `Wire` for `POST /models/…:generateContent`. The key is in a header, never in the address."""

    speaks = "the Gemini API? It usually ends in /v1beta"

    def address(self, provider: Provider, request: Request) -> str:
        """The model's own. `tunedModels/…` names a tuned one. Raises CouldNotRun MC303 for what is no name."""
        name = model_in_path(request.model, "the Gemini API", parts=True)
        place = name if name.startswith(("models/", "tunedModels/")) else f"models/{name}"
        return f"{provider.base_url}/{place}:generateContent"

    def headers(self, provider: Provider, key: Secret) -> Mapping[str, str]:
        """The key, where there is one."""
        del provider
        return key.header("x-goog-api-key")

    def body(self, request: Request) -> bytes:
        """Contents, tools, and those allowed parameters that are set. Raises CouldNotRun MC303 for broken arguments."""
        body: dict[str, object] = {"contents": _contents(request.messages)}
        system = [
            one.content for one in request.messages if one.role in {"system", "developer"} and one.content
        ]
        if system:
            body["systemInstruction"] = {"parts": [{"text": text} for text in system]}
        if config := _config(request):
            body["generationConfig"] = config
        if request.tools:
            declared = [
                {
                    "name": tool.name,
                    # A description is required here.
                    "description": tool.description or tool.name,
                    **({"parametersJsonSchema": tool.parameters} if tool.parameters else {}),
                }
                for tool in request.tools
            ]
            body["tools"] = [{"functionDeclarations": declared}]
        return json.dumps(body).encode()

    def understand(self, reply: Reply, now: Now) -> Meaning:
        """See `replies.understand`."""
        meaning = with_cost(understand(reply, now, _completion, "candidates"), reply)
        tier = tier_of(reply.headers.get("x-gemini-service-tier"))
        return replace(meaning, tier=tier) if tier and isinstance(meaning, Completion) else meaning


def _config(request: Request) -> dict[str, object]:
    told = request.parameters.model_dump(exclude_none=True)
    config: dict[str, object] = {theirs: told[ours] for ours, theirs in _NAMES.items() if ours in told}
    if request.parameters.reasoning_effort is not None:
        config["thinkingConfig"] = {"thinkingLevel": request.parameters.reasoning_effort.upper()}
    if request.top_logprobs is not None:
        config |= {"responseLogprobs": True, "logprobs": request.top_logprobs}
    if request.reply_schema is not None:
        config |= {
            "responseMimeType": "application/json",
            "responseJsonSchema": _ordered(request.reply_schema),
        }
    return config


def _ordered(schema: object) -> object:
    """The schema with its keys in their order: left alone, a model may write them by the alphabet."""
    if isinstance(schema, list | tuple):
        return [_ordered(one) for one in schema]
    if not isinstance(schema, Mapping):
        return schema
    told = {key: _ordered(value) for key, value in schema.items()}
    properties = schema.get("properties")
    return {**told, "propertyOrdering": list(properties)} if isinstance(properties, Mapping) else told


def _contents(messages: tuple[ChatMessage, ...]) -> list[dict[str, object]]:
    """Users and models. The result of a function names it, so calls are remembered by their ids."""
    called: dict[str | None, str] = {}
    contents: list[dict[str, object]] = []
    for message in messages:
        if message.role == "tool":
            response = {"name": called.get(message.tool_call_id, ""), "response": {"result": message.content}}
            contents.append({"role": "user", "parts": [{"functionResponse": response}]})
        elif message.role in {"user", "assistant"}:
            called |= {call.id: call.name for call in message.tool_calls}
            role = "model" if message.role == "assistant" else "user"
            contents.append({"role": role, "parts": _parts(message)})
    return contents


def _parts(message: ChatMessage) -> list[dict[str, object]]:
    text: list[dict[str, object]] = [{"text": message.content}]
    calls: list[dict[str, object]] = [
        {"functionCall": {"name": call.name, "args": arguments_of(call, "the Gemini API")}}
        for call in message.tool_calls
    ]
    return text + calls if message.content or not calls else calls


def _completion(document: object) -> Completion | Failure | None:
    candidate = at(document, "candidates", 0)
    if candidate is None:
        return _nothing(document)
    parts = at(candidate, "content", "parts")
    listed = parts if isinstance(parts, list) else []
    # What the model thought is not what it said.
    texts = [text_of(at(part, "text")) for part in listed if not at(part, "thought")]
    calls = tuple(call for part in listed if (call := _call(at(part, "functionCall"))))
    first = at(candidate, "logprobsResult", "topCandidates", 0, "candidates")
    return Completion(
        text="".join(text or "" for text in texts),
        finish_reason=_reason(short(at(candidate, "finishReason")), called=bool(calls)),
        fingerprint=short(at(document, "modelVersion")),
        tool_calls=calls,
        first_logprobs=logprobs_of(first, "token", "logProbability"),
        **_usage(at(document, "usageMetadata")),
    )


def _nothing(document: object) -> Completion | Failure | None:
    """A prompt that was blocked has no candidates at all, only a reason."""
    usage = _usage(at(document, "usageMetadata"))
    if at(document, "promptFeedback", "blockReason"):
        return Completion(text="", finish_reason="content_filter", fingerprint=None, **usage)
    known = any(at(document, key) for key in ("usageMetadata", "modelVersion", "promptFeedback"))
    return Failure("the reply holds no answer") if known else None


def _reason(reason: str | None, *, called: bool) -> str | None:
    if reason in _FILTERED:
        return "content_filter"
    if called and reason == "STOP":
        return "tool_calls"
    return _REASONS.get(reason, reason.lower()) if reason else None


def _call(call: object) -> ToolCall | None:
    name, arguments = text_of(at(call, "name")), at(call, "args")
    if not name:
        return None
    given = arguments if isinstance(arguments, dict) else {}
    return ToolCall(id=short(at(call, "id")), name=name, arguments=json.dumps(given))


def _usage(told: object) -> Counts:
    """Thoughts are not in `candidatesTokenCount`, and are paid for like the answer; so is what only the total has."""
    asked = count_of(at(told, "promptTokenCount"))
    if not asked:
        return UNCOUNTED
    asked += count_of(at(told, "toolUsePromptTokenCount")) or 0
    answered = count_of(at(told, "candidatesTokenCount")) or 0
    thought = count_of(at(told, "thoughtsTokenCount"))
    if unseen := beyond(at(told, "totalTokenCount"), asked + answered + (thought or 0)):
        thought = (thought or 0) + unseen
    return {
        "tokens_in": asked,
        "tokens_out": answered + (thought or 0),
        "tokens_cached": at_most(count_of(at(told, "cachedContentTokenCount")), asked),
        "tokens_reasoning": thought,
        "tokens_not_text": sum(_not_text(at(told, name)) for name in _BY_MODALITY) or None,
    }


def _not_text(counts: object) -> int:
    return sum(
        count_of(at(one, "tokenCount")) or 0
        for one in (counts if isinstance(counts, list) else ())
        if at(one, "modality") in _OTHER_MODALITIES
    )
