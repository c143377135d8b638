"""The older completions API: a text in, its continuation out. For base models, which know no chat.

docs/providers/openai-completions.md says what is sent and what each reply means.
"""

import json
import math
from collections.abc import Mapping

from mist_ci.adapters.providers.counts import usage
from mist_ci.adapters.providers.openai_chat import with_cost
from mist_ci.adapters.providers.refusing import cannot
from mist_ci.adapters.providers.replies import Meaning, Reply, at, logprobs_of, short, text_of, understand
from mist_ci.adapters.providers.retrying import Failure, Now
from mist_ci.adapters.providers.secret import Secret
from mist_ci.models.config import Provider
from mist_ci.ports.model_client import Completion, Request

_SPOKEN = "the completions API"


class OpenAICompletions:
    """Implements `Wire` for `POST /completions`."""

    speaks = "an API with /completions? It usually ends in /v1"

    def address(self, provider: Provider, request: Request) -> str:
        """The same for every model."""
        del request
        return f"{provider.base_url}/completions"

    def headers(self, provider: Provider, key: Secret) -> Mapping[str, str]:
        """A bearer token, where there is a key."""
        del provider
        return key.headers()

    def body(self, request: Request) -> bytes:
        """The texts of all messages with an empty line between them, and those allowed parameters that are set.

        Who said what is lost: a suite for base models writes that into its prompt. Raises CouldNotRun MC303 for
        tools, which have no place here.
        """
        if request.tools or any(one.tool_calls or one.role == "tool" for one in request.messages):
            raise cannot("has no tools", _SPOKEN, "ask this suite of a provider of type openai")
        body: dict[str, object] = {
            "model": request.model,
            "prompt": "\n\n".join(one.content for one in request.messages if one.content),
            **request.parameters.model_dump(exclude_none=True),
        }
        if request.top_logprobs is not None:
            body["logprobs"] = request.top_logprobs
        return json.dumps(body).encode()

    def understand(self, reply: Reply, now: Now) -> Meaning:
        """See `replies.understand`."""
        return with_cost(understand(reply, now, _completion, "choices"), reply)


def _completion(document: object) -> Completion | Failure | None:
    choices = at(document, "choices")
    if not isinstance(choices, list):
        return None
    text, finish_reason = at(choices, 0, "text"), short(at(choices, 0, "finish_reason"))
    if text is None and finish_reason is None:
        return Failure("the reply holds no answer")
    told = text_of(text)
    if told is None:
        return Failure("the answer is not text")
    return Completion(
        text=told,
        finish_reason=finish_reason,
        fingerprint=short(at(document, "system_fingerprint")),
        first_logprobs=_first_logprobs(at(choices, 0, "logprobs")),
        **usage(document, "prompt_tokens", "completion_tokens"),
    )


def _first_logprobs(logprobs: object) -> dict[str, float]:
    """Token → log-probability as OpenAI and vLLM write it; llama.cpp writes it as in a chat."""
    candidates = at(logprobs, "top_logprobs", 0)
    if not isinstance(candidates, dict):
        return logprobs_of(at(logprobs, "content", 0, "top_logprobs"), "token", "logprob")
    return {
        text_of(token) or "": float(value)
        for token, value in candidates.items()
        if isinstance(value, int | float) and math.isfinite(value)
    }
