"""Attacks on the key: none of them may see it, or make it show (claim level: fake)."""

import logging

import anyio
import pytest

from mist_ci.adapters.providers import ProviderClients
from mist_ci.errors import Code, CouldNotRun
from mist_ci.models.config import Provider
from mist_ci.ports.model_client import Completion
from tests.contract import fault_server as faults
from tests.contract.asking import HASTY, KEY, QUESTION, Asker, outcome, refusal
from tests.contract.fault_server import Behaviour, Canary, FaultServer


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_to_another_host_sends_it_zero_bytes(status: int) -> None:
    with Canary() as canary:
        error = refusal(faults.redirect(status, f"{canary.url}/chat/completions"))
        assert not canary.touched()
    assert f"{status}: a redirect to 127.0.0.1" in error.message


def test_proxies_and_credentials_of_the_environment_are_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    with Canary() as canary:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, canary.url)
        completion, _ = outcome(faults.ok)
        assert not canary.touched()
    assert isinstance(completion, Completion)


@pytest.mark.parametrize(
    "fault",
    [
        faults.error(401, f"Incorrect API key provided: {KEY}"),
        faults.error(401, "Incorrect: " + "\u200b".join(KEY)),
        faults.error(400, "x" * 290 + KEY),
        faults.reply(403, {"message": [KEY]}),
        faults.error(500, KEY),
        faults.redirect(302, f"http://{KEY[:9]}.example/{KEY}"),
        faults.reply(200, {"choices": {KEY: KEY}}),
        faults.hang_up,
        faults.silent,
        faults.ok,
    ],
)
def test_the_key_is_in_no_message_repr_or_log(fault: Behaviour, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with FaultServer(fault) as server:
        asker = Asker(server.url, HASTY)
        client = asker.open()
        shown = [repr(client), str(vars(client)), repr(ProviderClients({"LLM_KEY": KEY}))]
        anyio.run(client.aclose)
        try:
            shown.append(repr(asker.ask()))
        except CouldNotRun as error:
            shown += [
                str(error),
                repr(error),
                error.hint or "",
                repr(error.__cause__),
                repr(error.__context__),
            ]
        assert server.seen[0].headers["Authorization"] == f"Bearer {KEY}"
    everything = "".join(shown) + caplog.text
    assert KEY not in everything
    assert "zqw" not in everything


@pytest.mark.parametrize("environ", [{}, {"LLM_KEY": ""}, {"LLM_KEY": " \n"}, {"LLM_KEY": "sk\r\nX-Evil: 1"}])
def test_a_key_that_is_missing_or_no_header_value_is_named_by_its_variable(environ: dict[str, str]) -> None:
    provider = Provider(type="openai", base_url="http://127.0.0.1:1/v1", key_env="LLM_KEY")
    with pytest.raises(CouldNotRun) as caught:
        ProviderClients(environ).open("prod", provider)
    assert caught.value.code is Code.KEY_MISSING
    assert "LLM_KEY" in caught.value.message
    assert "Evil" not in str(caught.value)


def test_a_trailing_newline_in_a_secret_is_forgiven() -> None:
    with FaultServer() as server:
        Asker(server.url, key=KEY + "\n").ask()
    assert server.seen[0].headers["Authorization"] == f"Bearer {KEY}"


def test_no_key_env_sends_no_authorization() -> None:
    async def ask(url: str) -> None:
        client = ProviderClients({"LLM_KEY": KEY}).open("local", Provider(type="openai", base_url=url))
        await client.complete(QUESTION)
        await client.aclose()

    with FaultServer() as server:
        anyio.run(ask, server.url)
    assert "Authorization" not in server.seen[0].headers
