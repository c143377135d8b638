"""A stored answer, and the request that it is the answer to. Scores and verdicts are never stored."""

import hashlib
import json
from collections.abc import Sequence
from decimal import Decimal
from functools import cached_property
from typing import Annotated

from pydantic import AwareDatetime, Field

from mist_ci.models.base import Digest, Model
from mist_ci.models.config import Provider
from mist_ci.models.modelref import ModelReference, Parameters
from mist_ci.models.suite import ChatMessage, Tool, ToolCall


class RequestIdentity(Model):
    """All that makes two requests the same one. Which side asks is not in it: one run's base is another's head.

    Messages are there as a hash only: whoever reads the store learns what was answered, not what was asked.
    """

    provider_type: str
    base_url: str
    model: str
    parameters: Parameters
    messages: Digest
    attempt: Annotated[int, Field(ge=0)]
    tools: Digest | None = None
    top_logprobs: int | None = None
    reply_schema: Digest | None = None
    dialect: str | None = None
    """Settings of the provider that change how it is asked or read; None where the policy has none of them."""

    @classmethod
    def of(
        cls,
        provider: Provider,
        reference: ModelReference,
        messages: Sequence[ChatMessage],
        attempt: int,
        tools: Sequence[Tool] = (),
        top_logprobs: int | None = None,
    ) -> "RequestIdentity":
        """The identity of one call, its attempt counted from 0."""
        asked = [message.identity for message in messages]
        offered = [tool.model_dump(mode="json") for tool in tools]
        return cls(
            provider_type=provider.type,
            base_url=provider.place,
            model=reference.model,
            parameters=reference.parameters,
            messages=digest_of(asked),
            attempt=attempt,
            tools=digest_of(offered) if offered else None,
            top_logprobs=top_logprobs,
            dialect=provider.dialect,
        )

    @cached_property
    def key(self) -> str:
        """64 hex digits. Parameters that are not set are left out: a new one keeps old keys valid."""
        return _sha256(self.model_dump(mode="json", exclude_none=True))


class StoredAnswer(Model):
    """What a model said, when, and which run asked it. Token counts are None when the provider reported none."""

    text: str
    finish_reason: str | None
    tokens_in: Annotated[int, Field(ge=0)] | None
    tokens_out: Annotated[int, Field(ge=0)] | None
    fingerprint: str | None
    refusal: bool
    tool_calls: tuple[ToolCall, ...] = ()
    tokens_cached: Annotated[int, Field(ge=0)] | None = None
    tokens_reasoning: Annotated[int, Field(ge=0)] | None = None
    tokens_cache_written: Annotated[int, Field(ge=0)] | None = None
    tokens_cache_written_1h: Annotated[int, Field(ge=0)] | None = None
    tokens_not_text: Annotated[int, Field(ge=0)] | None = None
    tier: str | None = None
    cost_usd: Annotated[Decimal, Field(ge=0)] | None = None
    first_logprobs: dict[str, float] = Field(default_factory=dict)
    written: AwareDatetime
    run: str
    commit: str | None = None
    """The head whose gate asked in a CI job. None by hand."""
    renewed: bool = False
    """Asked although older answers were stored, because the model was found to say something else by then."""


def digest_of(value: object) -> str:
    """`sha256:…` of canonical JSON."""
    return "sha256:" + _sha256(value)


def _sha256(value: object) -> str:
    """Of canonical JSON: keys sorted, no white space, ASCII."""
    return hashlib.sha256(_CANONICAL.encode(value).encode()).hexdigest()


_CANONICAL = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=True)
