"""What identifies suites, samples and prompts: SHA-256 of what they are, never of where they stand."""

import hashlib
import json
from collections.abc import Iterable, Sequence

from mist_ci.models.suite import ChatMessage, SampleRow, Tool

_canonical = json.JSONEncoder(sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode


def asked(messages: Sequence[ChatMessage], tools: Sequence[Tool]) -> dict[str, object]:
    """What a model is asked, as JSON. Tools are named only where there are some."""
    told: dict[str, object] = {"messages": [message.identity for message in messages]}
    return {**told, "tools": [tool.model_dump(mode="json") for tool in tools]} if tools else told


def sample_key(asked: dict[str, object], row: SampleRow, grader: str) -> str:
    """Everything that makes a case this case (design: page 3 §4.1); `grader` is the fingerprint of the deciding one."""
    return of_json({**asked, "expected": row.expected, "choices": row.choices, "grader": grader})


def of_json(value: object) -> str:
    """Of the canonical JSON of a value."""
    return hashlib.sha256(_canonical(value).encode()).hexdigest()


def digest(parts: Iterable[str]) -> str:
    """Of several texts in their order."""
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()
