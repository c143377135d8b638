"""Asking a fault server, with waits written down instead of waited."""

import random
from dataclasses import dataclass, field
from datetime import UTC, datetime

import anyio
import pytest

from mist_ci.adapters.providers import ProviderClients
from mist_ci.adapters.providers.retrying import Retrying
from mist_ci.errors import Code, CouldNotRun
from mist_ci.models.config import Limits, Provider
from mist_ci.models.modelref import Parameters
from mist_ci.models.suite import ChatMessage
from mist_ci.ports.model_client import Completion, ModelClient, ModelClients, NoAnswer, Request
from tests.contract.fault_server import Behaviour, FaultServer

KEY = 'sk-canary/zqw+k2="vy'
NOW = datetime(2026, 11, 23, 12, 0, 0, tzinfo=UTC)
QUESTION = Request("tiny", (ChatMessage(role="user", content="6*7?"),), Parameters(temperature=0.0))
PATIENT = Limits(timeout_s=5.0)
HASTY = Limits(timeout_s=0.15)


@dataclass
class Asker:
    """Asks the provider at `url`; waits are written down instead of waited."""

    url: str
    limits: Limits = PATIENT
    key: str = KEY
    waits: list[float] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    """What somebody who waits is told."""

    def open(self) -> ModelClient:
        async def sleep(seconds: float) -> None:
            self.waits.append(seconds)

        retrying = Retrying(sleep=sleep, uniform=random.Random(7).uniform, now=lambda: NOW)
        provider = Provider(type="openai", base_url=self.url, key_env="LLM_KEY", limits=self.limits)
        clients: ModelClients = ProviderClients({"LLM_KEY": self.key}, retrying, tell=self.told.append)
        return clients.open("prod", provider)

    def ask(self, *requests: Request) -> list[Completion | NoAnswer]:
        """Answers in order, all over one client."""

        async def ask_all() -> list[Completion | NoAnswer]:
            client = self.open()
            try:
                return [await client.complete(request) for request in requests or (QUESTION,)]
            finally:
                await client.aclose()

        return anyio.run(ask_all)


def outcome(*script: Behaviour, limits: Limits = PATIENT) -> tuple[Completion | NoAnswer, list[float]]:
    """What one question to a server with this script gives, and the waits between the tries."""
    with FaultServer(*script) as server:
        asker = Asker(server.url, limits)
        return asker.ask()[0], asker.waits


def refusal(*script: Behaviour) -> CouldNotRun:
    """How one question is refused, which must take exactly one try."""
    with FaultServer(*script) as server:
        with pytest.raises(CouldNotRun) as caught:
            Asker(server.url).ask()
        assert len(server.seen) == 1
    assert caught.value.code is Code.PROVIDER_REFUSED
    return caught.value
