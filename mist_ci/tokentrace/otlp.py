"""Spans as OpenTelemetry takes them: OTLP over HTTP, Protocol Buffers, with the GenAI semantic conventions.

Conventions of gen_ai.* are in development; the names here are those of OpenTelemetry 1.42. What has no name there
is kept as `mist.…`, money as text, so that it stays exact.
"""

from collections.abc import Iterator, Sequence

from mist_ci.models.span_line import Attributes, WholeSpan
from mist_ci.tokentrace.protobuf import NotProtobuf, block, double, fields, fixed64, integer

CALLS = {"gen_ai.chat": "chat", "gen_ai.judge": "judge"}
_INTERNAL, _CLIENT = 1, 3
_OK, _ERROR = 1, 2
_NAMES = {
    "provider": "gen_ai.provider.name",
    "model": "gen_ai.request.model",
    "tokens_in": "gen_ai.usage.input_tokens",
    "tokens_out": "gen_ai.usage.output_tokens",
    "tokens_cached": "gen_ai.usage.cache_read.input_tokens",
    "tokens_reasoning": "gen_ai.usage.reasoning.output_tokens",
    "tokens_cache_written": "gen_ai.usage.cache_creation.input_tokens",
}
"""Of a call. Spans above it carry sums, and a sum under these names would be counted again by whoever adds them up."""
_MAX_INT = 2**63


def export_request(spans: Sequence[WholeSpan], version: str) -> bytes:
    """An ExportTraceServiceRequest of one resource, `service.name` mist-ci."""
    about: Attributes = {"service.name": "mist-ci", "service.version": version}
    resource = block(1, b"".join(_attributes(about)))
    scope = block(1, block(1, "mist-ci") + block(2, version))
    return block(1, resource + block(2, scope + b"".join(block(2, _span(one)) for one in spans)))


def rejected(response: bytes) -> tuple[int, str]:
    """How many spans a server did not take, and why: the partial success of an ExportTraceServiceResponse."""
    count, message = 0, ""
    try:
        for number, partial in fields(response):
            if number != 1 or not isinstance(partial, bytes):
                continue
            for inner, value in fields(partial):
                if inner == 1 and isinstance(value, int):
                    count = value
                elif isinstance(value, bytes):
                    message = value.decode("utf-8", "replace")
    except NotProtobuf:
        return 0, ""
    return count, message


def _span(one: WholeSpan) -> bytes:
    is_call = one.operation in CALLS
    named = _named(one.attrs, is_call=is_call)
    if is_call:
        named["gen_ai.operation.name"] = "chat"
    if one.status == "error":
        named["error.type"] = str(
            one.attrs.get("eval.status") or one.attrs.get("training.status") or "_OTHER"
        )
    model = one.attrs.get("model")
    parts = [
        block(1, bytes.fromhex(one.trace_id)),
        block(2, bytes.fromhex(one.span_id)),
        block(4, bytes.fromhex(one.parent_id)) if one.parent_id else b"",
        block(5, f"{CALLS[one.operation]} {model}" if is_call and model else one.operation),
        integer(6, _CLIENT if is_call else _INTERNAL),
        fixed64(7, one.start_ns),
        fixed64(8, max(one.start_ns, one.end_ns)),
        *(block(9, each) for each in _pairs(named)),
        block(15, integer(3, _ERROR if one.status == "error" else _OK)),
    ]
    return b"".join(parts)


def _named(attrs: Attributes, *, is_call: bool) -> Attributes:
    named: Attributes = {}
    for key, value in attrs.items():
        name = _NAMES.get(key) if is_call else None
        if name and not (key.startswith("tokens_") and attrs.get("reused")):  # nothing was used now
            named[name] = value
        elif value is not None:
            is_spaced = key.startswith(("mist.", "gen_ai."))
            named[key if is_spaced else f"mist.{key}"] = value
    return named


def _attributes(attrs: Attributes) -> Iterator[bytes]:
    return (block(1, pair) for pair in _pairs(attrs))


def _pairs(attrs: Attributes) -> Iterator[bytes]:
    """KeyValue messages; what is None is not there."""
    for key, value in attrs.items():
        if value is not None:
            yield block(1, key) + block(2, _any(value))


def _any(value: str | float | bool) -> bytes:
    """An AnyValue: text, boolean, integer or double."""
    if isinstance(value, bool):
        return integer(2, value)
    if isinstance(value, int):
        return integer(3, value) if -_MAX_INT <= value < _MAX_INT else block(1, str(value))
    return double(4, value) if isinstance(value, float) else block(1, value)
