"""A line of a ledger as it is read: an envelope, a span in it, and the attributes that are added up.

Not the pydantic models that write them: a report reads a million lines, and each costs a few microseconds.
"""

from typing import Annotated, Literal
from zlib import crc32

import msgspec

Count = Annotated[int, msgspec.Meta(ge=0, le=10**15)]
Amount = str | int | float | None
"""Money: text since money is exact. Numbers are what other writers send, and they are taken as they are written."""


class SpanAttributes(msgspec.Struct, gc=False):
    """What sums are made of. Other attributes are not looked at here.

    In the order in which `tokentrace.spans` writes them: a field that comes next is found without looking for it.
    """

    suite: str | None = msgspec.field(default=None, name="eval.suite")
    side: str | None = None
    provider: str | None = None
    model: str | None = None
    cost_basis: str | None = None
    calls: Count | None = None
    tokens_in: Count | None = None
    tokens_out: Count | None = None
    tokens_cached: Count | None = None
    tokens_reasoning: Count | None = None
    cost_usd: Amount = None
    reused_calls: Count | None = None
    saved_usd: Amount = None


class SpanLine(msgspec.Struct, gc=False, kw_only=True):
    """A trace.span. Times are Unix nanoseconds. In the order in which it is written, for the same reason."""

    trace_id: Annotated[str, msgspec.Meta(min_length=32, max_length=32)]
    span_id: Annotated[str, msgspec.Meta(min_length=16, max_length=16)]
    parent_id: str | None = None
    operation: str
    start_ns: int
    end_ns: int
    status: Literal["ok", "error"]
    attrs: SpanAttributes


Attributes = dict[str, str | int | float | bool | None]


class WholeSpan(msgspec.Struct, gc=False, omit_defaults=True):
    """A trace.span with all its attributes: what is exported."""

    trace_id: Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{32}$")]
    span_id: Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{16}$")]
    operation: str
    start_ns: Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]
    end_ns: Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]
    status: Literal["ok", "error"]
    attrs: Attributes
    parent_id: Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{16}$")] | None = None


class WholeMessage(msgspec.Struct, gc=False):
    """An envelope with such a span in it."""

    version: Literal["1"]
    id: Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{32}$")]
    source: str
    type: str
    payload: WholeSpan
    timestamp_ns: int = 0


class AlertLine(msgspec.Struct, frozen=True, gc=False):
    """A trace.alert: something that reached a threshold while a run went on."""

    trace_id: str
    level: str
    metric: str
    value: float
    threshold: float
    message: str


class _Envelope(msgspec.Struct, gc=False):
    version: Literal["1"]
    id: str
    source: str
    type: str
    payload: msgspec.Raw
    checksum: int = 0


class _SpanEnvelope(msgspec.Struct, gc=False, kw_only=True):
    """The same, read in one go."""

    version: Literal["1"]
    id: str
    source: str
    type: Literal["trace.span"]
    checksum: int = 0
    payload: SpanLine


class Unusable(ValueError):
    """A line that counts nowhere; the text says why, after a number of them."""


_whole = msgspec.json.Decoder(WholeMessage).decode
_quick = msgspec.json.Decoder(_SpanEnvelope).decode
_envelope = msgspec.json.Decoder(_Envelope).decode
_span = msgspec.json.Decoder(SpanLine).decode
_alert = msgspec.json.Decoder(AlertLine).decode
_attributes = msgspec.json.Decoder(dict[str, object]).decode
_BAD = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)
_PAYLOAD = b'"payload": '
_AFTER = len(_PAYLOAD)
_LINE_FEED = 10
SPAN, ALERT = "trace.span", "trace.alert"


def read_span(line: bytes) -> SpanLine | None:
    """The span of a line; None for a message of another type, and for an empty line. Raises Unusable.

    Fast accept, slow explain: a line that our own writer made is read once, any other twice.
    """
    try:
        envelope = _quick(line)
    except _BAD:
        return _slowly(line)
    if envelope.checksum:
        body = line[line.find(_PAYLOAD) + _AFTER : -2 if line[-1] == _LINE_FEED else -1]
        if crc32(body) != envelope.checksum:
            return _slowly(line)
    return envelope.payload


def read_alert(line: bytes) -> AlertLine | None:
    """The alert of a line that is no span; None for anything else, and for one that says of no run what it is about.

    Raises Unusable.
    """
    if not line.strip():
        return None
    envelope = _envelope(line)
    if envelope.type != ALERT:
        return None
    if envelope.checksum and crc32(envelope.payload) != envelope.checksum:
        raise Unusable("with a wrong checksum")
    try:
        return _alert(envelope.payload)
    except _BAD:
        return None


def read_whole(line: bytes) -> WholeMessage | None:
    """The message with all of its span; None for one of another type. Raises Unusable."""
    if read_span(line) is None:
        return None
    try:
        return _whole(line)
    except _BAD:
        raise Unusable("that are no spans") from None


def attributes_of(line: bytes) -> Attributes:
    """All attributes of a line that `read_span` has read, those that are plain."""
    attrs = _attributes(_envelope(line).payload)["attrs"]
    pairs = attrs.items() if isinstance(attrs, dict) else ()
    return {
        str(key): value
        for key, value in pairs
        if value is None or isinstance(value, str | int | float | bool)
    }


def _slowly(line: bytes) -> SpanLine | None:
    if not line.strip():
        return None
    try:
        envelope = _envelope(line)
    except _BAD:
        raise Unusable("damaged") from None
    if envelope.type != SPAN:
        return None
    if envelope.checksum and crc32(envelope.payload) != envelope.checksum:
        raise Unusable("with a wrong checksum")
    try:
        return _span(envelope.payload)
    except _BAD:
        raise Unusable("that are no spans") from None
