"""Embeddings over HTTP, and replies that are held to a schema (claim level: fake)."""

import random
from typing import TYPE_CHECKING

import anyio
import pytest

from mist_ci.adapters.providers import ProviderClients
from mist_ci.adapters.providers.retrying import Retrying
from mist_ci.errors import Code, ConfigError, CouldNotRun
from mist_ci.models.config import Limits, Provider
from mist_ci.models.embedding import decode_vector, encode_vector
from mist_ci.models.modelref import Parameters
from mist_ci.models.suite import ChatMessage
from mist_ci.ports.model_client import Completion, ModelClients, NoAnswer, Request
from tests.contract import fault_server as faults
from tests.contract.asking import NOW, Asker
from tests.contract.fault_server import Behaviour, FaultServer

if TYPE_CHECKING:
    from pydantic import JsonValue

TEXT = Request("near", (ChatMessage(role="user", content="hello"),), Parameters())


def vector(embedding: object, **more: object) -> Behaviour:
    document = {"object": "list", "data": [{"index": 0, "embedding": embedding}], **more}
    return faults.reply(200, document)


def embed(*script: Behaviour) -> tuple[Completion | NoAnswer, FaultServer]:
    async def sleep(seconds: float) -> None:
        del seconds

    async def ask() -> Completion | NoAnswer:
        clients: ModelClients = ProviderClients(
            {}, Retrying(sleep=sleep, uniform=random.Random(7).uniform, now=lambda: NOW)
        )
        provider = Provider(type="openai", base_url=server.url, limits=Limits(timeout_s=5.0))
        client = clients.open_embedder("prod", provider)
        try:
            return await client.complete(TEXT)
        finally:
            await client.aclose()

    with FaultServer(*script) as server:
        return anyio.run(ask), server


def test_the_last_message_is_asked_for_as_numbers() -> None:
    answer, server = embed(vector([0.5, -1.0], usage={"prompt_tokens": 3}))
    assert isinstance(answer, Completion)
    assert decode_vector(answer.text) == (0.5, -1.0)
    assert (answer.tokens_in, answer.tokens_out) == (3, 0)
    (seen,) = server.seen
    assert seen.path == "/v1/embeddings"
    assert seen.body == {"model": "near", "input": "hello", "encoding_format": "float"}


def test_a_server_that_always_sends_base64_is_understood() -> None:
    answer, _ = embed(vector(encode_vector([0.5, -1.0])))
    assert isinstance(answer, Completion)
    assert decode_vector(answer.text) == (0.5, -1.0)
    assert answer.tokens_in is None


@pytest.mark.parametrize("embedding", [None, [], ["a"], [True], "no vector", {"a": 1}, [1e300]])
def test_what_is_no_vector_is_no_answer(embedding: object) -> None:
    answer, _ = embed(vector(embedding))
    assert isinstance(answer, NoAnswer)


def test_a_server_in_trouble_is_asked_again() -> None:
    answer, server = embed(faults.error(503), vector([1.0]))
    assert isinstance(answer, Completion)
    assert len(server.seen) == 2


@pytest.mark.parametrize("script", [faults.error(404, "no such model"), faults.error(401), faults.html(200)])
def test_a_refusal_is_one_error(script: Behaviour) -> None:
    with pytest.raises(CouldNotRun) as caught:
        embed(script)
    assert caught.value.code is Code.PROVIDER_REFUSED


def test_a_provider_of_another_kind_is_one_error_before_anything_is_asked() -> None:
    provider = Provider(type="anthropic", base_url="https://llm.example.com/v1")
    with pytest.raises(ConfigError, match="of type anthropic"):
        ProviderClients({}).open_embedder("prod", provider)


def test_a_reply_can_be_held_to_a_schema() -> None:
    schema: dict[str, JsonValue] = {
        "type": "object",
        "properties": {},
        "required": [],
        "additionalProperties": False,
    }
    with FaultServer() as server:
        Asker(server.url).ask(Request("tiny", TEXT.messages, Parameters(), reply_schema=schema))
    (seen,) = server.seen
    held_to = {"name": "reply", "strict": True, "schema": schema}
    assert seen.body["response_format"] == {"type": "json_schema", "json_schema": held_to}
