"""Spans as they are written while a run goes on. Not pydantic models: two are made for every call.

Fields are in the order in which `models.span_line` reads them. What is not known is left out. Money is text,
because a float would not add up; where it is null, a price is unknown.
"""

from decimal import Decimal
from zlib import crc32

import msgspec


class Spent(msgspec.Struct, omit_defaults=True, gc=False, kw_only=True):
    """Tokens and money of what is below a span. Stored answers are in `reused_calls` and `saved_usd` alone."""

    calls: int
    tokens_in: int
    tokens_out: int
    tokens_cached: int = 0
    tokens_reasoning: int = 0
    tokens_cache_written: int = 0
    cost_usd: Decimal | None
    reused_calls: int = 0
    saved_usd: Decimal | None = None
    """Null also where nothing was saved."""


class CallAttributes(Spent, omit_defaults=True, gc=False, kw_only=True):
    """Of a call that brought an answer, or of an attempt that nobody knows the tries of."""

    suite: str = msgspec.field(name="eval.suite")
    side: str
    provider: str
    model: str
    cost_basis: str
    attempt: int
    fingerprint: str | None = None
    iteration: str | None = None
    price_as_of: str | None = None
    tokens_basis: str | None = None
    tier: str | None = None
    retries: int = 0
    reused: bool = False
    status: str | None = msgspec.field(default=None, name="eval.status")
    """Only where it is an error."""
    reason: str | None = None


class TryAttributes(msgspec.Struct, omit_defaults=True, gc=False, kw_only=True):
    """Of a try that brought nothing: no call, and nobody knows tokens or cost."""

    suite: str = msgspec.field(name="eval.suite")
    side: str
    provider: str | None = None
    """None where graders asked, as in `JudgeAttributes`."""
    model: str
    attempt: int
    iteration: str | None = None
    calls: int
    status: str = msgspec.field(name="eval.status")
    reason: str


class JudgeAttributes(Spent, omit_defaults=True, gc=False, kw_only=True):
    """Of what graders asked models about one answer: several calls may be one span."""

    suite: str = msgspec.field(name="eval.suite")
    side: str
    model: str
    iteration: str | None = None
    cost_basis: str | None = None
    score: float | None = msgspec.field(default=None, name="eval.score")
    reason: str | None = msgspec.field(default=None, name="eval.reason")


class AttemptAttributes(Spent, omit_defaults=True, gc=False, kw_only=True):
    """Of one attempt at one sample by one side, with its judging."""

    suite: str = msgspec.field(name="eval.suite")
    side: str
    provider: str
    model: str
    attempt: int
    sample: str = msgspec.field(name="eval.sample")
    key: str = msgspec.field(name="eval.key")
    run_id: str = msgspec.field(name="mist.run_id")
    iteration: str | None = None
    data_hash: str | None = msgspec.field(default=None, name="mist.data_hash")
    status: str = msgspec.field(name="eval.status")
    score: float | None = msgspec.field(default=None, name="eval.score")
    retries: int = 0
    reused: bool = False
    imported: bool = msgspec.field(default=False, name="mist.imported")
    """Another runner asked."""


class SuiteAttributes(Spent, omit_defaults=True, gc=False, kw_only=True):
    """Of one version of a suite."""

    suite: str = msgspec.field(name="eval.suite")
    suite_digest: str = msgspec.field(name="eval.suite_digest")


class WrittenSpan(msgspec.Struct, omit_defaults=True, gc=False, kw_only=True):
    """The payload. `attrs` are one of the above, or plain attributes."""

    trace_id: str
    span_id: str
    parent_id: str | None = None
    operation: str
    start_ns: int
    end_ns: int
    status: str
    attrs: object


_encode = msgspec.json.Encoder().encode


def line_of(span: WrittenSpan) -> bytes:
    """The envelope with its span, as `models.message.encode` makes it, and a line feed.

    Its id comes from the span's: the same span written again is the same message.
    """
    body = _encode(span)
    return (
        b'{"version": "1", "id": "%b", "source": "mist-ci", "type": "trace.span", "timestamp_ns": %d, '
        b'"checksum": %d, "payload": %b}\n'
    ) % ((span.trace_id[:16] + span.span_id).encode(), span.end_ns, crc32(body), body)
