"""A stored answer, and the request that it is the answer to. Scores and verdicts are never stored.

Not pydantic models like the other nouns: a run that asks nobody reads tens of thousands of them.
"""

import hashlib
import json
import re
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from functools import cached_property
from typing import Annotated

import msgspec

from mist_ci.models.config import Provider
from mist_ci.models.modelref import ModelReference
from mist_ci.models.suite import ChatMessage, Tool, ToolCall

Sha256 = Annotated[str, msgspec.Meta(pattern="^sha256:[0-9a-f]{64}$")]
Count = Annotated[int, msgspec.Meta(ge=0)]


class RequestIdentity(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True, dict=True
):
    """All that makes two requests the same one. Which side asks is not in it: one run's base is another's head.

    Messages are there as a hash only: whoever reads the store learns what was answered, not what was asked.
    """

    provider_type: str
    base_url: str
    model: str
    parameters: dict[str, object]
    """Those that are set: a new one that a reference does not name keeps old keys valid."""
    messages: Sha256
    attempt: Count
    tools: Sha256 | None = None
    top_logprobs: int | None = None
    reply_schema: Sha256 | None = None
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
        return cls(
            provider_type=provider.type,
            base_url=provider.place,
            model=reference.model,
            parameters=reference.parameters.given,
            messages=digest_of([message.identity for message in messages]),
            attempt=attempt,
            tools=digest_of([tool.model_dump(mode="json") for tool in tools]) if tools else None,
            top_logprobs=top_logprobs,
            dialect=provider.dialect,
        )

    @cached_property
    def key(self) -> str:
        """64 hex digits, of all that is set."""
        fields = ((name, getattr(self, name)) for name in self.__struct_fields__)
        return _sha256({name: value for name, value in fields if value is not None})

    @cached_property
    def written(self) -> bytes:
        """The JSON that a store holds it as."""
        return msgspec.json.encode(self)


class StoredAnswer(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What a model said, when, and which run asked it. Token counts are None when the provider reported none."""

    text: str
    finish_reason: str | None
    tokens_in: Count | None
    tokens_out: Count | None
    fingerprint: str | None
    refusal: bool
    tool_calls: tuple[ToolCall, ...] = ()
    tokens_cached: Count | None = None
    tokens_reasoning: Count | None = None
    tokens_cache_written: Count | None = None
    tokens_cache_written_1h: Count | None = None
    tokens_not_text: Count | None = None
    tier: str | None = None
    cost_usd: Decimal | None = None
    first_logprobs: dict[str, float] = {}
    written: Annotated[datetime, msgspec.Meta(tz=True)]
    run: str
    commit: str | None = None
    """The head whose gate asked in a CI job. None by hand."""
    renewed: bool = False
    """Asked although older answers were stored, because the model was found to say something else by then."""

    def __post_init__(self) -> None:
        """Refuses a cost that is no amount of money."""
        if self.cost_usd is not None and not (self.cost_usd.is_finite() and self.cost_usd >= 0):
            raise ValueError("cost_usd must be zero or more")


def digest_of(value: object) -> str:
    """`sha256:…` of canonical JSON."""
    return "sha256:" + _sha256(value)


def _sha256(value: object) -> str:
    return hashlib.sha256(canonical(value)).hexdigest()


def canonical(value: object) -> bytes:
    """Canonical JSON of an object or a list: keys sorted, no white space, ASCII, all as Python's own encoder writes it.

    msgspec writes most of it byte for byte the same, and ten times as fast. Where it may not, what it wrote shows it:
    other characters, very large and very small numbers, and `null`, which is what NaN becomes.
    """
    try:
        quick = msgspec.json.encode(value, order="sorted")
    except (OverflowError, ValueError, TypeError):
        return _slowly(value).encode()
    is_same = quick.isascii() and not any(part in quick for part in _TWO_WAYS) and not _EXPONENT.search(quick)
    return quick if is_same else _slowly(value).encode()


_slowly = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode
_TWO_WAYS = (b"\x7f", b"null", b"0.000")
_EXPONENT = re.compile(rb"[:,[]-?[0-9.]+e")
"""Of a number in an object or a list."""
