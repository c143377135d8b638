"""Claims about a real server: llama.cpp's, with real weights, in four wire formats (claim level: real)."""

import json
from pathlib import Path
from typing import Any

import anyio
import pytest

from mist_ci.adapters.providers import ProviderClients
from mist_ci.errors import CouldNotRun
from mist_ci.models.config import Limits, Provider
from mist_ci.models.modelref import Parameters
from mist_ci.models.suite import ChatMessage, Tool
from mist_ci.ports.model_client import Completion, NoAnswer, Request

GOLDEN = Path(__file__).parents[2] / "examples" / "tiny_models" / "models" / "golden.json"
FORMATS = ("openai", "openai-responses", "anthropic", "openai-completions")
each = pytest.mark.parametrize("kind", FORMATS)
GREEDY = Parameters(temperature=0.0, max_tokens=16)
QUESTION = (ChatMessage(role="user", content="Add 34 and 57."),)
AS_TEXT = (ChatMessage(role="user", content="<|user|>Add 34 and 57.<|end|><|assistant|>"),)


def ask(url: str, kind: str, *requests: Request, limits: Limits | None = None) -> list[Completion | NoAnswer]:
    """Answers in order; the requests are under way at the same time."""
    answers: dict[int, Completion | NoAnswer] = {}

    async def run() -> None:
        provider = Provider.model_validate({"type": kind, "base_url": url, "limits": limits or Limits()})
        client = ProviderClients({}).open("llama", provider)

        async def one(number: int, request: Request) -> None:
            answers[number] = await client.complete(request)

        try:
            async with anyio.create_task_group() as tasks:
                for number, request in enumerate(requests):
                    tasks.start_soon(one, number, request)
        finally:
            await client.aclose()

    try:
        anyio.run(run)
    except* CouldNotRun as group:
        raise group.exceptions[0] from None
    return [answers[number] for number in range(len(requests))]


def answer(url: str, kind: str, request: Request) -> Completion:
    (one,) = ask(url, kind, request)
    assert isinstance(one, Completion), one
    return one


def question(kind: str) -> tuple[ChatMessage, ...]:
    """Completions know no chat template: the prompt has its marks already."""
    return AS_TEXT if kind == "openai-completions" else QUESTION


@each
def test_an_answer_has_its_text_its_end_and_its_tokens(llama: str, kind: str) -> None:
    told = answer(llama, kind, Request("base", question(kind), GREEDY))
    assert (told.text, told.finish_reason) == ("091", "stop")
    assert told.tokens_in == 12
    assert told.tokens_out == 4


@each
def test_an_answer_that_is_cut_says_length(llama: str, kind: str) -> None:
    told = answer(llama, kind, Request("base", question(kind), Parameters(temperature=0.0, max_tokens=2)))
    assert told.text == "09"
    # llama.cpp calls a response that was cut completed.
    assert told.finish_reason == ("stop" if kind == "openai-responses" else "length")


@each
def test_a_model_that_is_not_there_is_refused_with_its_name(llama: str, kind: str) -> None:
    with pytest.raises(CouldNotRun, match="'nope' not found"):
        answer(llama, kind, Request("nope", question(kind), GREEDY))


@each
def test_a_prompt_that_is_too_long_is_an_empty_answer(llama: str, kind: str) -> None:
    told = answer(llama, kind, Request("base", (ChatMessage(role="user", content="7 " * 2000),), GREEDY))
    assert (told.text, told.finish_reason) == ("", "length")


@each
def test_a_system_prompt_is_read(llama: str, kind: str) -> None:
    messages = (ChatMessage(role="system", content="Be brief."), *question(kind))
    told = answer(llama, kind, Request("base", messages, GREEDY))
    # The template of these models refuses a system role. llama.cpp writes its text before the user's instead.
    assert (told.tokens_in or 0) > 12


@pytest.mark.parametrize("kind", ["openai", "openai-completions"])
def test_log_probabilities_of_the_first_token_come_with_the_answer(llama: str, kind: str) -> None:
    told = answer(llama, kind, Request("base", question(kind), GREEDY, top_logprobs=3))
    assert len(told.first_logprobs) == 3
    assert max(told.first_logprobs, key=lambda token: told.first_logprobs[token]) == "0"
    assert -0.1 < told.first_logprobs["0"] <= 0


@pytest.mark.parametrize("kind", ["openai", "openai-responses", "anthropic"])
def test_tools_are_accepted(llama: str, kind: str) -> None:
    schema: dict[str, Any] = {
        "type": "object",
        "properties": {"city": {"type": "string"}},
        "required": ["city"],
    }
    tool = Tool(name="weather", description="The weather of a city", parameters=schema)
    told = ask(llama, kind, Request("base", question(kind), GREEDY, (tool,)))
    # Such a small model calls nothing; that the server took the request is the claim.
    assert isinstance(told[0], Completion)


def test_what_llama_cpp_computes_is_what_transformers_computed(llama: str) -> None:
    golden = json.loads(GOLDEN.read_text())
    for name, entries in golden.items():
        requests = [
            Request(name, (ChatMessage(role="user", content=entry["prompt"]),), GREEDY) for entry in entries
        ]
        answers = ask(llama, "openai", *requests)
        texts = [one.text for one in answers if isinstance(one, Completion)]
        assert texts == [entry["text"] for entry in entries]
        counts = [one.tokens_in for one in answers if isinstance(one, Completion)]
        assert counts == [entry["prompt_tokens"] for entry in entries]


def test_many_questions_at_once_are_all_answered_though_connections_are_dropped(llama: str) -> None:
    request = Request("base", QUESTION, GREEDY)
    answers = ask(llama, "openai", *[request] * 400, limits=Limits(connections=16))
    assert {one.text for one in answers if isinstance(one, Completion)} == {"091"}
    assert len(answers) == 400
