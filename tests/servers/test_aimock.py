"""Claims held against somebody else's stand-in for the vendors, which can also fail on purpose (claim level: fake).

It was written by people who did not read our code, from the same pages of the vendors.
"""

import anyio
import pytest

from mist_ci.adapters.providers import ProviderClients
from mist_ci.adapters.providers.retrying import Retrying
from mist_ci.models.config import Limits, Provider
from mist_ci.models.modelref import Parameters
from mist_ci.models.suite import ChatMessage, Tool
from mist_ci.ports.model_client import Completion, NoAnswer, Request
from tests.servers.conftest import Aimock

SETTINGS = {
    "openai": ("openai", "/v1", {}),
    "openai-responses": ("openai-responses", "/v1", {}),
    "anthropic": ("anthropic", "/v1", {}),
    "azure": ("azure", "", {"api_version": "2024-10-21"}),
    "gemini": ("gemini", "/v1beta", {}),
}
each = pytest.mark.parametrize("name", SETTINGS)
WEATHER = Tool(
    name="weather",
    description="The weather",
    parameters={"type": "object", "properties": {"city": {"type": "string"}}},
)
CALLS = 60
AT_ONCE = Limits(connections=8, timeout_s=20.0)


def ask(
    root: str, name: str, text: str, times: int = 1, tools: tuple[Tool, ...] = ()
) -> list[Completion | NoAnswer]:
    """Answers to the same question, asked so many times at once; waits are not waited."""
    kind, path, more = SETTINGS[name]
    provider = Provider.model_validate(
        {"type": kind, "base_url": root + path, "key_env": "KEY", "limits": AT_ONCE, **more}
    )
    request = Request("gpt-4o", (ChatMessage(role="user", content=text),), Parameters(), tools)
    answers: list[Completion | NoAnswer] = []

    async def run() -> None:
        retrying = Retrying(max_retries=8, sleep=lambda _: anyio.sleep(0.001))
        client = ProviderClients({"KEY": "sk-any"}, retrying).open("mock", provider)

        async def one() -> None:
            answers.append(await client.complete(request))

        try:
            async with anyio.create_task_group() as tasks:
                for _ in range(times):
                    tasks.start_soon(one)
        finally:
            await client.aclose()

    anyio.run(run)
    return answers


@each
def test_an_answer_and_a_call_of_a_tool_are_understood(aimock: Aimock, name: str) -> None:
    with aimock() as root:
        (told,) = ask(root, name, "6*7?")
        (called,) = ask(root, name, "Weather?", tools=(WEATHER,))
        (missing,) = ask(root, name, "nobody has an answer to this")
    # aimock says 503 to what it does not know: that may pass, so it is missing in the end and not a zero.
    assert isinstance(missing, NoAnswer)
    assert "no fixture matched" in missing.reason
    assert isinstance(told, Completion)
    assert (told.text, told.finish_reason) == ("42", "stop")
    assert isinstance(called, Completion)
    ((call,),) = (called.tool_calls,)
    assert (call.name, call.arguments.replace(" ", "")) == ("weather", '{"city":"Oslo"}')


FAULTS = {
    "ratelimit": ("--chaos-ratelimit", "0.3"),
    "disconnect": ("--chaos-disconnect", "0.3"),
    "malformed": ("--chaos-malformed", "0.3"),
    "drop": ("--chaos-drop", "0.3"),
}


@each
@pytest.mark.parametrize("fault", FAULTS)
def test_faults_on_three_in_ten_requests_lose_no_answer(aimock: Aimock, name: str, fault: str) -> None:
    with aimock(*FAULTS[fault]) as root:
        answers = ask(root, name, "6*7?", CALLS)
    completions = [one for one in answers if isinstance(one, Completion)]
    assert len(completions) == CALLS, [one for one in answers if isinstance(one, NoAnswer)][:1]
    assert {one.text for one in completions} == {"42"}
    assert sum(one.retries for one in completions) > 0
