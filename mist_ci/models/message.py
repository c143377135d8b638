"""The MIST wire format (page 5): one JSON envelope per line, and the payloads this project writes."""

import json
import zlib
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from mist_ci.models.span_line import MAX_MESSAGE_BYTES


class Payload(BaseModel):
    """Frozen; unknown fields are ignored on reading, so that others may send more than we know."""

    model_config = ConfigDict(frozen=True, extra="ignore", protected_namespaces=(), defer_build=True)


class EvalResult(Payload):
    """One sample (task = sample id) or, with an empty task, one whole suite. Scores are in [0, 1]."""

    suite: str
    task: str
    passed: bool
    score: float | None
    baseline_score: float | None
    delta: float | None
    duration_ms: float
    error: str | None = None
    key: str | None = None
    model: str | None = None
    baseline_model: str | None = None
    n: int | None = None
    interval: tuple[float, float] | None = None
    decision: str | None = None
    suite_digest: str | None = None
    judge: str | None = None
    """The model that decides the suite."""
    judge_fingerprint: str | None = None
    advisory: str | None = None
    """Why the suite decides nothing."""
    delta_corrected: float | None = None
    """The difference when the judge's mistakes are allowed for."""
    prompt_hash: str | None = None
    """SHA-256 of what a sample asks, messages and tools."""
    grader: str | None = None
    """The grader that decides, at its version with its options."""


class TraceSpan(Payload):
    """One node of the tree run → suite → sample → call. Times are Unix nanoseconds."""

    trace_id: Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]
    span_id: Annotated[str, Field(pattern=r"^[0-9a-f]{16}$")]
    parent_id: str | None = None
    operation: str
    start_ns: int
    end_ns: int
    status: Literal["ok", "error"]
    attrs: dict[str, str | int | float | bool | None]


class TraceAlert(Payload):
    """A measure that reached a threshold. Numbers are for machines; `message` has exact amounts, for people."""

    level: Literal["warning", "critical"]
    metric: str
    value: float
    threshold: float
    message: str
    trace_id: Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")] | None = None
    """The run that it is about."""


class Envelope(BaseModel):
    """What travels. A reader refuses a missing version, id, source or type."""

    model_config = ConfigDict(frozen=True, extra="ignore", defer_build=True)

    version: Literal["1"]
    id: Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]
    source: Annotated[str, Field(min_length=1)]
    type: Annotated[str, Field(min_length=1)]
    timestamp_ns: int
    payload: dict[str, object]
    checksum: int = 0


def encode(message_id: str, kind: str, timestamp_ns: int, payload: Payload, source: str = "mist-ci") -> bytes:
    """One line of JSON without the newline, with a CRC-32 over the payload's exact bytes.

    Raises ValueError when the line would be longer than MAX_MESSAGE_BYTES.
    """
    body = payload.model_dump_json(exclude_none=True).encode()
    head = json.dumps(
        {"version": "1", "id": message_id, "source": source, "type": kind, "timestamp_ns": timestamp_ns}
    ).encode()
    line = head[:-1] + b', "checksum": %d, "payload": ' % zlib.crc32(body) + body + b"}"
    if len(line) > MAX_MESSAGE_BYTES:
        raise ValueError(f"a message of {len(line)} bytes is over the limit of {MAX_MESSAGE_BYTES}")
    return line


def payload_bytes(line: bytes) -> bytes:
    """The exact bytes of the payload of a line that `encode` wrote: what the checksum covers."""
    return line[line.index(b'"payload": ') + len(b'"payload": ') : -1]
