"""What a model said, as graders see it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from mist_ci.models.suite import ToolCall


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer, independent of any wire format and of what it cost."""

    text: str
    tool_calls: tuple[ToolCall, ...] = ()
    finish_reason: str | None = None
    refusal: bool = False
    """The provider marked it as a refusal."""
    first_logprobs: Mapping[str, float] = field(default_factory=dict)
    """Candidates for the first token with their log-probabilities; empty when the server gave none."""
