"""Spans on their way out: each once, without what people wrote and models said, and without secrets."""

import zlib
from collections import Counter
from collections.abc import Callable, Container, Iterable, Iterator
from functools import lru_cache

import msgspec

from mist_ci.models.span_line import Attributes, Unusable, WholeMessage, read_whole

CONTENT = frozenset(
    (
        *("gen_ai.input.messages", "gen_ai.output.messages", "gen_ai.system_instructions", "gen_ai.prompt"),
        *("gen_ai.completion", "gen_ai.tool.call.arguments", "gen_ai.tool.call.result", "prompt", "messages"),
        *("input", "output", "content", "completion", "response"),
        *("eval.reason", "reason"),  # a judge quotes what it judges, and a provider what it refuses
    )
)
"""Attributes that hold what was asked or answered. Spans of mist-ci have the words of judges only; those of others may
have any."""
_CONTENT_BELOW = ("gen_ai.prompt.", "gen_ai.completion.", "gen_ai.input.", "gen_ai.output.")
COLUMNS = (
    *(
        "trace_id",
        "span_id",
        "parent_id",
        "operation",
        "start_ns",
        "end_ns",
        "status",
        "mist.run_id",
        "eval.suite",
    ),
    *(
        "eval.sample",
        "side",
        "attempt",
        "provider",
        "model",
        "calls",
        "tokens_in",
        "tokens_out",
        "tokens_cached",
    ),
    *("tokens_reasoning", "cost_usd", "cost_basis", "reused_calls", "saved_usd", "eval.score", "eval.status"),
    "more",
)
_REMEMBERED = 4096


class Departure:
    """Reads spans for an export, and counts what it left out."""

    def __init__(self, redact: Callable[[str], str], *, with_content: bool) -> None:
        self.left_out: Counter[str] = Counter()
        self._redact = lru_cache(_REMEMBERED)(redact)
        self._with_content = with_content
        self._seen: set[int] = set()

    def messages(self, lines: Iterable[bytes], traces: Container[str] | None) -> Iterator[WholeMessage]:
        """Messages of these traces, or of all; a span that is there twice goes once."""
        for line in lines:
            try:
                message = read_whole(line)
            except Unusable as why:
                self.left_out[str(why)] += 1
                continue
            if message is None or (traces is not None and message.payload.trace_id not in traces):
                continue
            identity = int(message.payload.trace_id + message.payload.span_id, 16)
            if identity not in self._seen:
                self._seen.add(identity)
                message.payload.attrs = self._safe(message.payload.attrs)
                yield message

    def _safe(self, attrs: Attributes) -> Attributes:
        return {
            key: self._redact(value) if isinstance(value, str) else value
            for key, value in attrs.items()
            if self._with_content or not is_content(key)
        }


def left_out_of(departure: Departure) -> list[str]:
    """What did not go, as a sentence; none where everything did."""
    told = ", ".join(f"{number:,} {why}" for why, number in sorted(departure.left_out.items()))
    return [f"lines that were not exported: {told}"] if told else []


def is_content(key: str) -> bool:
    """True for an attribute that holds what was asked or answered."""
    return key in CONTENT or key.startswith(_CONTENT_BELOW)


def envelope(message: WholeMessage) -> bytes:
    """The message as one line without a line feed; its id stays, so that a receiver sees what it has already."""
    body = msgspec.json.encode(message.payload)
    head = {key: getattr(message, key) for key in ("version", "id", "source", "type", "timestamp_ns")}
    return b'%s,"checksum":%d,"payload":%s}' % (msgspec.json.encode(head)[:-1], zlib.crc32(body), body)


def row(message: WholeMessage) -> list[str | int | float | None]:
    """A row of COLUMNS; attributes without a column of their own are JSON in the last."""
    span = message.payload
    values: dict[str, str | int | float | None] = {
        "trace_id": span.trace_id, "span_id": span.span_id, "parent_id": span.parent_id, "operation": span.operation,
        "start_ns": span.start_ns, "end_ns": span.end_ns, "status": span.status,
    }  # fmt: skip
    more = {key: value for key, value in span.attrs.items() if key not in COLUMNS and value is not None}
    known = {**span.attrs, **values, "more": msgspec.json.encode(more).decode() if more else None}
    return [known.get(name) for name in COLUMNS]
