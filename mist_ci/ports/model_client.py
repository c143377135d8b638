"""Asking a model."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Protocol

from pydantic import JsonValue

from mist_ci.models.answer import Answer
from mist_ci.models.config import Provider
from mist_ci.models.modelref import Parameters
from mist_ci.models.suite import ChatMessage, Tool, ToolCall


@dataclass(frozen=True, slots=True)
class Request:
    """One chat request, independent of any wire format."""

    model: str
    messages: tuple[ChatMessage, ...]
    parameters: Parameters
    tools: tuple[Tool, ...] = ()
    top_logprobs: int | None = None
    """So many candidates for each token are wanted with their log-probabilities, where the server gives them."""
    tokens: int = field(default=0, compare=False)
    """How many tokens the call may take, input and output; 0 where nobody counts them."""
    may_retry: Callable[[], bool] | None = field(default=None, compare=False, repr=False)
    """Asked before another try when the last one may have cost money and brought nothing: may it cost as much again?"""
    reply_schema: Mapping[str, JsonValue] | None = None
    """The JSON Schema that the answer must fit, where the server can hold a model to one."""


@dataclass(frozen=True, slots=True)
class Completion:
    """An answer. Token counts are None when the provider reported none."""

    text: str
    finish_reason: str | None
    tokens_in: int | None
    tokens_out: int | None
    fingerprint: str | None
    refusal: bool = False
    retries: int = 0
    tool_calls: tuple[ToolCall, ...] = ()
    tokens_cached: int | None = None
    """How many of `tokens_in` the provider had in its cache."""
    tokens_reasoning: int | None = None
    """How many of `tokens_out` nobody sees."""
    tokens_cache_written: int | None = None
    """How many of `tokens_in` the provider put into its cache; none of them is in `tokens_cached`."""
    tokens_cache_written_1h: int | None = None
    """How many of `tokens_cache_written` stay there for an hour."""
    tokens_not_text: int | None = None
    """How many of `tokens_in` and `tokens_out` are sound or pictures."""
    tier: str | None = None
    """The service tier of the answer, where the provider names one that is not the usual one."""
    cost_usd: Decimal | None = None
    """What a gateway says that the call cost."""
    first_logprobs: Mapping[str, float] = field(default_factory=dict)
    tried: tuple[str, ...] = field(default=(), compare=False)
    """Why each earlier try brought nothing, in order."""
    tried_s: tuple[tuple[float, float], ...] = field(default=(), compare=False)
    """When each earlier try began and ended, and then this one, by the clock of the event loop; empty without any."""
    waited_s: float = field(default=0.0, compare=False)
    """Seconds in the client's own queue, before the first try."""
    replayed: bool = field(default=False, compare=False)
    """It comes out of a recording: nobody was asked, and nothing is paid."""

    @property
    def answer(self) -> Answer:
        """What graders see of it."""
        return Answer(self.text, self.tool_calls, self.finish_reason, self.refusal, self.first_logprobs)


@dataclass(frozen=True, slots=True)
class NoAnswer:
    """All retries were used up. `server_gone` when no HTTP response came back at all."""

    reason: str
    retries: int
    server_gone: bool
    tried: tuple[str, ...] = field(default=(), compare=False)
    """Why each try brought nothing, in order; the last reason without what was made of it."""
    tried_s: tuple[tuple[float, float], ...] = field(default=(), compare=False)
    """When each try began and ended, by the clock of the event loop; empty where nobody told."""
    may_cost: bool = field(default=False, compare=False)
    """The provider may want money for the last try."""
    waited_s: float = field(default=0.0, compare=False)
    """Seconds in the client's own queue, before the first try."""


class ModelClient(Protocol):
    """One provider, opened for one run. Retries inside; safe to call from many tasks at once."""

    async def complete(self, request: Request) -> Completion | NoAnswer:
        """Asks once, with retries. Raises CouldNotRun when the provider refuses for good (MC303)."""
        ...

    async def aclose(self) -> None:
        """Gives connections back."""
        ...


class ModelClients(Protocol):
    """Opens clients; the only one who sees keys."""

    def open(self, name: str, provider: Provider) -> ModelClient:
        """A client for a provider of the policy. Raises CouldNotRun MC302 when its key is not set."""
        ...

    def open_embedder(self, name: str, provider: Provider) -> ModelClient:
        """A client whose answers are vectors (`models.embedding`) of the last message. Raises as `open`."""
        ...
