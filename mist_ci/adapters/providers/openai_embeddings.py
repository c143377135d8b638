"""The OpenAI-compatible embeddings API. An answer is a vector as text (`models.embedding`)."""

import json
from collections.abc import Mapping

from mist_ci.adapters.providers.replies import Meaning, Reply, at, count_of, understand
from mist_ci.adapters.providers.retrying import Failure, Now
from mist_ci.adapters.providers.secret import Secret
from mist_ci.models.config import Provider
from mist_ci.models.embedding import decode_vector, encode_vector
from mist_ci.ports.model_client import Completion, Request


class OpenAIEmbeddings:
    """Implements `Wire` for `POST /embeddings`: the vector of the last message."""

    speaks = "an OpenAI-compatible API with embeddings? It usually ends in /v1"

    def address(self, provider: Provider, request: Request) -> str:
        """The same for every model."""
        del request
        return f"{provider.base_url}/embeddings"

    def headers(self, provider: Provider, key: Secret) -> Mapping[str, str]:
        """A bearer token, where there is a key."""
        del provider
        return key.headers()

    def body(self, request: Request) -> bytes:
        """Model and text. Numbers are asked for, because not every server has another encoding."""
        text = request.messages[-1].content
        return json.dumps({"model": request.model, "input": text, "encoding_format": "float"}).encode()

    def understand(self, reply: Reply, now: Now) -> Meaning:
        """See `replies.understand`."""
        return understand(reply, now, _vector, "data")


def _vector(document: object) -> Completion | Failure | None:
    if not isinstance(at(document, "data"), list):
        return None
    text = _text(at(document, "data", 0, "embedding"))
    if text is None:
        return Failure("the reply holds no vector")
    tokens_in = count_of(at(document, "usage", "prompt_tokens"))
    return Completion(
        text=text,
        finish_reason="stop",
        tokens_in=tokens_in,
        tokens_out=None if tokens_in is None else 0,
        fingerprint=None,
    )


def _text(embedding: object) -> str | None:
    """Numbers as our text; Base64 of the same numbers, as some servers always send, is that already."""
    try:
        if isinstance(embedding, str):
            return encode_vector(decode_vector(embedding))
        if isinstance(embedding, list) and embedding and all(_is_number(one) for one in embedding):
            return encode_vector(embedding)
    except ValueError:
        return None
    return None


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
