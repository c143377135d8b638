"""How each vendor speaks: the same few things said in every wire format, for a stand-in server to say.

What it says, and what it is asked, is held against the schemas in tests/data/vendors, which come out of the vendors'
own packages.
"""

import gzip
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema_rs

from mist_ci.models.config import Limits, Provider
from tests.contract import fault_server as faults
from tests.contract.fault_server import Behaviour

SCHEMAS = Path(__file__).parents[2] / "data" / "vendors"
Document = dict[str, Any]
FINISHED = ("stop", "length", "content_filter", "tool_calls")
READ, CACHED, WRITTEN, REASONED = 70, 30, 9, 4

FILTERED = faults.error(400, "The response was filtered", "content_filter")
TOO_LONG = faults.error(400, "maximum context length is 8 tokens", "context_length_exceeded")


@cache
def validator(name: str, side: str) -> jsonschema_rs.Draft202012Validator:
    """What the vendor's own package says about a `request` or a `reply`."""
    schemas = json.loads(gzip.decompress((SCHEMAS / f"{name}.json.gz").read_bytes()))
    return jsonschema_rs.Draft202012Validator(schemas[side])


def problems(name: str, side: str, document: object) -> list[str]:
    """What is wrong with a document, in the words of the schema."""
    return [
        f"{list(one.instance_path)}: {one.message}"[:500]
        for one in validator(name, side).iter_errors(document)
    ]


@dataclass(frozen=True)
class Vendor:
    """One wire format. Documents are bodies of replies with 200."""

    name: str
    schema: str
    path: str
    key_header: str
    key_before: str
    say: Callable[..., Document]
    """`say(text, finish)`: an answer with READ, CACHED, WRITTEN and REASONED tokens."""
    error: Callable[[int, str], Document]
    system: Callable[[Document], str]
    """Where the system prompt of a request is."""
    asked: Callable[[Document], str]
    """Where the last thing a user says is."""
    limit: Callable[[Document], object]
    call: Callable[[str, Document], Document] | None = None
    """`call(tool, arguments)`: an answer that calls a tool."""
    offered: Callable[[Document], object] | None = None
    """Name and schema of the first tool of a request."""
    held: Callable[[Document], object] | None = None
    """The schema that the answer to a request must fit."""
    refused: Document | None = None
    logprobs: Document | None = None
    """An answer whose first token was `A` at -0.1, and could have been `B` at -2.5."""
    settings: Mapping[str, Any] = field(default_factory=dict)
    filtered: Behaviour = FILTERED
    too_long: Behaviour = TOO_LONG
    wrong_key: Behaviour | None = None
    unsent: frozenset[str] = frozenset()
    """Parameters that this format has no place for."""

    def provider(self, url: str, limits: Limits) -> Provider:
        """The provider at a stand-in server."""
        return Provider(
            type=self.settings.get("type", self.name),
            base_url=url,
            key_env="LLM_KEY",
            limits=limits,
            **{key: value for key, value in self.settings.items() if key != "type"},
        )

    def answers(self, text: str = "42", finish: str = "stop") -> Behaviour:
        """A good answer."""
        return faults.reply(200, self.say(text, finish))

    def refuses(self, status: int, message: str = "no", **headers: str) -> Behaviour:
        """An error in the vendor's shape."""
        return faults.reply(status, self.error(status, message), **headers)


# ── OpenAI ─────────────────────────────────────────────────────────────────────────────────────────────────

CHAT_USAGE = {
    "prompt_tokens": READ,
    "completion_tokens": WRITTEN,
    "total_tokens": READ + WRITTEN,
    "prompt_tokens_details": {"cached_tokens": CACHED},
    "completion_tokens_details": {"reasoning_tokens": REASONED},
}


def chat(message: Document, finish: str, logprobs: Document | None = None) -> Document:
    choice = {"index": 0, "finish_reason": finish, "logprobs": logprobs}
    return {
        "id": "c-1", "object": "chat.completion", "created": 1, "model": "tiny-1",
        "choices": [{**choice, "message": {"role": "assistant", "content": None, "refusal": None, **message}}],
        "usage": CHAT_USAGE,
    }  # fmt: skip


def chat_call(name: str, arguments: Document) -> Document:
    function = {"name": name, "arguments": json.dumps(arguments)}
    return chat({"tool_calls": [{"id": "call_1", "type": "function", "function": function}]}, "tool_calls")


def candidates(found: Document) -> list[Document]:
    return [{"token": token, "logprob": value, "bytes": None} for token, value in found.items()]


TOKEN: Document = {"token": "A", "logprob": -0.1, "bytes": None}
FIRST: Document = {
    "content": [{**TOKEN, "top_logprobs": candidates({"A": -0.1, "B": -2.5})}],
    "refusal": None,
}


def openai_error(status: int, message: str) -> Document:
    return {"error": {"message": message, "type": "e", "code": str(status), "param": None}}


CHAT: Document = {
    "schema": "openai",
    "say": lambda text, finish: chat({"content": text}, finish),
    "error": openai_error,
    "call": chat_call,
    "refused": chat({"refusal": "I cannot help with that."}, "stop"),
    "logprobs": chat({"content": "A"}, "stop", FIRST),
    "system": lambda body: next(one["content"] for one in body["messages"] if one["role"] == "system"),
    "asked": lambda body: [one["content"] for one in body["messages"] if one["role"] == "user"][-1],
    "held": lambda body: body["response_format"]["json_schema"]["schema"],
    "limit": lambda body: body.get("max_tokens", body.get("max_completion_tokens")),
    "offered": lambda body: next(
        (one["function"]["name"], one["function"]["parameters"]) for one in body["tools"]
    ),
}
OPENAI = Vendor(
    "openai", path="/v1/chat/completions", key_header="Authorization", key_before="Bearer ", **CHAT
)
AZURE = Vendor(
    "azure", path="/v1/chat/completions", key_header="api-key", key_before="",
    **CHAT | {"error": lambda status, message: {"error": {"code": str(status), "message": message}}},
    filtered=faults.reply(
        400,
        {
            "error": {
                "message": "The response was filtered due to the prompt triggering Azure OpenAI's content management "
                "policy. Please modify your prompt and retry.",
                "type": None, "param": "prompt", "code": "content_filter", "status": 400,
                "innererror": {
                    "code": "ResponsibleAIPolicyViolation",
                    "content_filter_result": {"violence": {"filtered": True, "severity": "high"}},
                },
            }
        },
    ),
)  # fmt: skip
AZURE_DATED = Vendor(
    "azure-dated", path="/v1/openai/deployments/tiny/chat/completions?api-version=2024-10-21",
    key_header="api-key", key_before="", settings={"type": "azure", "api_version": "2024-10-21"}, **CHAT,
)  # fmt: skip


def completion(text: str, finish: str, logprobs: Document | None = None) -> Document:
    return {
        "id": "c-1", "object": "text_completion", "created": 1, "model": "tiny-1", "usage": CHAT_USAGE,
        "choices": [{"index": 0, "text": text, "finish_reason": finish, "logprobs": logprobs}],
    }  # fmt: skip


OPENAI_COMPLETIONS = Vendor(
    "openai-completions", "openai-completions", "/v1/completions", "Authorization", "Bearer ",
    say=completion,
    error=openai_error,
    logprobs=completion(
        "A", "stop", {"tokens": ["A"], "token_logprobs": [-0.1], "top_logprobs": [{"A": -0.1, "B": -2.5}]}
    ),
    system=lambda body: body["prompt"].split("\n\n")[0],
    asked=lambda body: body["prompt"].split("\n\n")[-1],
    limit=lambda body: body["max_tokens"],
    unsent=frozenset({"reasoning_effort"}),
)  # fmt: skip


def response(*items: Document, cut: str | None = None) -> Document:
    return {
        "id": "r-1", "object": "response", "created_at": 1, "model": "tiny-1", "parallel_tool_calls": True,
        "tool_choice": "auto", "tools": [], "output": list(items), "error": None, "instructions": None,
        "metadata": {}, "temperature": 1.0, "top_p": 1.0,
        "status": "incomplete" if cut else "completed", "incomplete_details": {"reason": cut} if cut else None,
        "usage": {
            "input_tokens": READ, "output_tokens": WRITTEN, "total_tokens": READ + WRITTEN,
            "input_tokens_details": {"cached_tokens": CACHED, "cache_write_tokens": 0},
            "output_tokens_details": {"reasoning_tokens": REASONED},
        },
    }  # fmt: skip


def response_message(part: Document) -> Document:
    return {"id": "m-1", "type": "message", "role": "assistant", "status": "completed", "content": [part]}


def output_text(text: str, logprobs: list[Document] | None = None) -> Document:
    return {"type": "output_text", "text": text, "annotations": [], "logprobs": logprobs or []}


def respond(text: str, finish: str) -> Document:
    cut = {"length": "max_output_tokens", "content_filter": "content_filter"}.get(finish)
    thought = {"id": "t-1", "type": "reasoning", "summary": []}
    return response(thought, response_message(output_text(text)), cut=cut)


def response_call(name: str, arguments: Document) -> Document:
    told = {"id": "f-1", "call_id": "call_1", "name": name, "arguments": json.dumps(arguments)}
    return response({"type": "function_call", "status": "completed", **told})


OPENAI_RESPONSES = Vendor(
    "openai-responses", "openai-responses", "/v1/responses", "Authorization", "Bearer ",
    say=respond,
    error=openai_error,
    call=response_call,
    refused=response(response_message({"type": "refusal", "refusal": "I cannot."})),
    logprobs=response(
        response_message(
            output_text("A", [{**TOKEN, "bytes": [], "top_logprobs": [
                {"token": "A", "logprob": -0.1, "bytes": []}, {"token": "B", "logprob": -2.5, "bytes": []},
            ]}])
        )
    ),
    system=lambda body: next(one["content"] for one in body["input"] if one.get("role") == "system"),
    asked=lambda body: [one["content"] for one in body["input"] if one.get("role") == "user"][-1],
    held=lambda body: body["text"]["format"]["schema"],
    limit=lambda body: body["max_output_tokens"],
    offered=lambda body: next((one["name"], one["parameters"]) for one in body["tools"]),
    unsent=frozenset({"stop", "seed"}),
)  # fmt: skip

# ── Anthropic ──────────────────────────────────────────────────────────────────────────────────────────────

STOPS = {"stop": "end_turn", "length": "max_tokens", "content_filter": "refusal", "tool_calls": "tool_use"}


def message(finish: str, *blocks: Document) -> Document:
    return {
        "id": "msg_1", "type": "message", "role": "assistant", "model": "tiny-1", "content": list(blocks),
        "stop_reason": STOPS[finish], "stop_sequence": None, "stop_details": None, "container": None,
        "diagnostics": None,
        "usage": {
            "input_tokens": READ - CACHED - 5, "cache_read_input_tokens": CACHED, "cache_creation_input_tokens": 5,
            "output_tokens": WRITTEN, "output_tokens_details": {"thinking_tokens": REASONED},
            "cache_creation": None, "inference_geo": None, "server_tool_use": None, "service_tier": "standard",
            "speed": None,
        },
    }  # fmt: skip


def text_block(text: str) -> Document:
    return {"type": "text", "text": text, "citations": None}


def anthropic_error(status: int, text: str) -> Document:
    kinds = {
        400: "invalid_request_error", 401: "authentication_error", 404: "not_found_error", 413: "request_too_large",
        429: "rate_limit_error", 500: "api_error", 529: "overloaded_error",
    }  # fmt: skip
    return {
        "type": "error",
        "error": {"type": kinds.get(status, "api_error"), "message": text},
        "request_id": "req_1",
    }


ANTHROPIC = Vendor(
    "anthropic", "anthropic", "/v1/messages", "x-api-key", "",
    say=lambda text, finish: message(
        finish, {"type": "thinking", "thinking": "hm", "signature": "s"}, *([text_block(text)] if text else [])
    ),
    error=anthropic_error,
    call=lambda name, arguments: message(
        "tool_calls", text_block("Let me look."),
        {"type": "tool_use", "id": "call_1", "name": name, "input": arguments, "caller": {"type": "direct"}},
    ),
    refused=message("content_filter"),
    held=lambda body: body["output_config"]["format"]["schema"],
    system=lambda body: body["system"],
    asked=lambda body: [one["content"] for one in body["messages"] if one["role"] == "user"][-1],
    limit=lambda body: body["max_tokens"],
    offered=lambda body: next((one["name"], one["input_schema"]) for one in body["tools"]),
    filtered=faults.reply(200, message("content_filter")),
    too_long=faults.reply(400, anthropic_error(400, "prompt is too long: 205010 tokens > 200000 maximum")),
    unsent=frozenset({"seed"}),
    settings={"api_version": "2026-10-21"},
)  # fmt: skip

# ── Gemini ─────────────────────────────────────────────────────────────────────────────────────────────────

GEMINI_REASONS = {"stop": "STOP", "length": "MAX_TOKENS", "content_filter": "SAFETY", "tool_calls": "STOP"}
GEMINI_USAGE = {
    "promptTokenCount": READ, "candidatesTokenCount": WRITTEN - REASONED, "thoughtsTokenCount": REASONED,
    "cachedContentTokenCount": CACHED, "totalTokenCount": READ + WRITTEN,
}  # fmt: skip


def generated(finish: str, *parts: Document, **more: object) -> Document:
    candidate = {
        "content": {"role": "model", "parts": list(parts)},
        "finishReason": GEMINI_REASONS[finish],
        "index": 0,
    }
    return {
        "candidates": [{**candidate, **more}],
        "usageMetadata": GEMINI_USAGE,
        "modelVersion": "tiny-001",
        "responseId": "r-1",
    }


def google_error(status: int, text: str, *details: Document) -> Document:
    kinds = {400: "INVALID_ARGUMENT", 403: "PERMISSION_DENIED", 404: "NOT_FOUND", 429: "RESOURCE_EXHAUSTED"}
    told = {"code": status, "message": text, "status": kinds.get(status, "INTERNAL")}
    return {"error": {**told, "details": list(details)} if details else told}


def gemini_parts(content: Document) -> str:
    return "".join(part.get("text", "") for part in content["parts"])


WRONG_GOOGLE_KEY = google_error(
    400, "API key not valid. Please pass a valid API key.",
    {"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "API_KEY_INVALID", "domain": "googleapis.com"},
)  # fmt: skip
GEMINI = Vendor(
    "gemini", "gemini", "/v1/models/tiny:generateContent", "x-goog-api-key", "",
    say=lambda text, finish: generated(finish, {"text": "hm", "thought": True}, {"text": text}),
    error=google_error,
    call=lambda name, arguments: generated(
        "tool_calls", {"functionCall": {"id": "call_1", "name": name, "args": arguments}}
    ),
    logprobs=generated(
        "stop", {"text": "A"},
        logprobsResult={
            "topCandidates": [
                {"candidates": [{"token": "A", "logProbability": -0.1}, {"token": "B", "logProbability": -2.5}]}
            ],
            "chosenCandidates": [{"token": "A", "logProbability": -0.1}],
        },
    ),
    system=lambda body: gemini_parts(body["systemInstruction"]),
    asked=lambda body: [gemini_parts(one) for one in body["contents"] if one["role"] == "user"][-1],
    held=lambda body: body["generationConfig"]["responseJsonSchema"],
    limit=lambda body: body["generationConfig"]["maxOutputTokens"],
    offered=lambda body: next(
        (one["name"], one["parametersJsonSchema"]) for one in body["tools"][0]["functionDeclarations"]
    ),
    filtered=faults.reply(
        200,
        {
            "promptFeedback": {"blockReason": "SAFETY"},
            "usageMetadata": {"promptTokenCount": 3},
            "modelVersion": "v",
        },
    ),
    too_long=faults.reply(
        400, google_error(400, "The input token count (9) exceeds the maximum number of tokens allowed (8).")
    ),
    wrong_key=faults.reply(400, WRONG_GOOGLE_KEY),
)  # fmt: skip

VENDORS = (OPENAI, OPENAI_COMPLETIONS, OPENAI_RESPONSES, ANTHROPIC, AZURE, AZURE_DATED, GEMINI)
