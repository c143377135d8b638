"""One sample's score as any runner may have measured it: what `mist-ci import` writes and `compare` reads.

Plain structs: a hundred thousand of them are read in a second, and what fills them has checked them.
"""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

import msgspec

FINISHED = "success"
"""The status of a source whose run came to its end; every other one is not comparable."""


class RecordStatus(StrEnum):
    """Outcomes that must never blur (page 3 §4.2)."""

    OK = "ok"
    """Answered and scored, right or wrong."""
    FAIL = "fail"
    """The model gave no usable answer (empty, refused, cut off): it counts, with its score."""
    ERROR = "error"
    """Infrastructure or grader failed: missing, never a zero."""
    SKIPPED = "skipped"
    """Not run: missing."""

    @property
    def counts(self) -> bool:
        """True when the record has a score."""
        return self in (RecordStatus.OK, RecordStatus.FAIL)


class Source(msgspec.Struct, frozen=True, gc=False):
    """The file that records come from. `status` is FINISHED, or what the tool says instead."""

    tool: str
    version: str
    sha256: str
    status: str = FINISHED
    file: str = ""


class RecordTokens(msgspec.Struct, frozen=True, gc=False):
    """Tokens of one call; None where the tool did not say."""

    input: int | None = None
    output: int | None = None
    cache_read: int | None = None
    cache_write: int | None = None
    reasoning: int | None = None


class Record(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One attempt of one case. `value` is in [0, 1] where its status counts, else None.

    `case_key` is a SHA-256 (64 hex digits) of what makes the case this case; a position in a file never is. `group`
    labels cases that rise and fall together. `scores` holds what other graders said. Hashes are empty where unknown.
    """

    suite: str
    case_key: str
    case_id: str
    repeat: int
    grader: str
    value: float | None
    status: RecordStatus
    source: Source
    model: str = ""
    side: str | None = None
    group: str | None = None
    higher_is_better: bool = True
    passed: bool | None = None
    scores: dict[str, float] = {}
    input: str = ""
    expected: str = ""
    output: str = ""
    reason: str = ""
    """Why the status is not `ok`."""
    tokens: RecordTokens = RecordTokens()
    cost_usd: Decimal | None = None
    cost_basis: str = ""
    latency_ms: float | None = None
    input_hash: str = ""
    target_hash: str = ""
    prompt_hash: str = ""
    grader_fingerprint: str = ""


@dataclass(frozen=True, slots=True)
class Results:
    """What another runner measured on both sides. Without any of base, only floors speak."""

    base: tuple[Record, ...]
    head: tuple[Record, ...]
    anchor: tuple[Record, ...] = ()


ReadResults = Callable[[], Results]
"""Reads them when a model is judged and not before: a change of words has none. Raises ConfigError."""
