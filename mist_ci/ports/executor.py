"""Running templates that a pull request may have written."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class Dialect(StrEnum):
    """Which Jinja a template is written for."""

    PROMPT = "prompt"
    """Suite prompts: undefined variables are errors."""
    CHAT = "chat"
    """Chat templates of tokenizers, with the filters and functions that transformers gives them."""


@dataclass(frozen=True, slots=True)
class Rendered:
    """One rendering: `text`, or why there is none."""

    text: str | None
    error: str | None = None


class Executor(Protocol):
    """An isolated child process: no network, no environment, limits on time and memory."""

    def render(
        self, template: str, contexts: Sequence[Mapping[str, object]], dialect: Dialect
    ) -> tuple[Rendered, ...]:
        """Renders a template once per context (JSON values), in order.

        A template that loops or eats memory makes the remaining renderings errors, it never hangs the caller.
        Raises CouldNotRun MC304 when the child cannot start.
        """
        ...
