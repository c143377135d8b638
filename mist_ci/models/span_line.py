"""A line of a ledger as it is read: an envelope, a span in it, and the attributes that are added up.

Not the pydantic models that write them: a report reads a million lines, and each costs a few microseconds.
"""

from typing import Annotated, Literal
from zlib import crc32

import msgspec

MAX_MESSAGE_BYTES = 10 * 2**20
"""A serialised message is at most this long, whatever it carries."""
Count = Annotated[int, msgspec.Meta(ge=0, le=10**15)]
Amount = str | int | float | None
"""Money: text since money is exact. Numbers are what other writers send, and they are taken as they are written."""


class SpanAttributes(msgspec.Struct, gc=False):
    """What sums are made of. Other attributes are not looked at here.

    In the order in which `tokentrace` writes them: a field that comes next is found without looking for it.
    """

    calls: Count | None = None
    tokens_in: Count | None = None
    tokens_out: Count | None = None
    cost_usd: Amount = None
    tokens_cached: Count | None = None
    tokens_reasoning: Count | None = None
    reused_calls: Count | None = None
    saved_usd: Amount = None
    suite: str | None = msgspec.field(default=None, name="eval.suite")
    side: str | None = None
    provider: str | None = None
    model: str | None = None
    iteration: str | None = None
    data_hash: str | None = msgspec.field(default=None, name="mist.data_hash")
    cost_basis: str | None = None
    score: object = msgspec.field(default=None, name="eval.score")
    answers: Count | None = msgspec.field(default=None, name="eval.answers")
    """So many have that score on average, where it is not one."""


class SpanLine(msgspec.Struct, gc=False):
    """A trace.span. Times are Unix nanoseconds. In the order in which it is written, for the same reason."""

    trace_id: Annotated[str, msgspec.Meta(min_length=32, max_length=32)]
    span_id: Annotated[str, msgspec.Meta(min_length=16, max_length=16)]
    operation: str
    start_ns: int
    end_ns: int
    status: Literal["ok", "error"]
    attrs: SpanAttributes
    parent_id: str | None = None


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


class Alert(msgspec.Struct, frozen=True, gc=False):
    """A trace.alert."""

    level: str
    metric: str
    value: float
    threshold: float
    message: str
    trace_id: str | None = None


class AlertMessage(msgspec.Struct, gc=False):
    """An envelope with an alert in it."""

    version: Literal["1"]
    type: Literal["trace.alert"]
    payload: Alert
    timestamp_ns: int = 0


class Unusable(ValueError):
    """A line that counts nowhere; the text says why, after a number of them."""


_whole = msgspec.json.Decoder(WholeMessage).decode
_alert = msgspec.json.Decoder(AlertMessage).decode
_quick = msgspec.json.Decoder(_SpanEnvelope).decode
_envelope = msgspec.json.Decoder(_Envelope).decode
_span = msgspec.json.Decoder(SpanLine).decode
_attributes = msgspec.json.Decoder(dict[str, object]).decode
_BAD = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)
_PAYLOAD = b'"payload": '
_AFTER = len(_PAYLOAD)
_LINE_FEED = 10
SPAN = "trace.span"
_ALERT = b'"trace.alert"'


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


def read_whole(line: bytes) -> WholeMessage | None:
    """The message with all of its span; None for one of another type. Raises Unusable."""
    if read_span(line) is None:
        return None
    try:
        return _whole(line)
    except _BAD:
        raise Unusable("that are no spans") from None


def read_alert(line: bytes) -> AlertMessage | None:
    """The alert of a line; None for any other, and for one that cannot be read. Raises Unusable."""
    if _ALERT not in line:
        return None
    try:
        found, envelope = _alert(line), _envelope(line)
    except _BAD:
        return None
    if envelope.checksum and crc32(envelope.payload) != envelope.checksum:
        raise Unusable("with a wrong checksum")
    return found


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
