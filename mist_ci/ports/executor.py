"""Running templates that a pull request may have written."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from mist_ci.models.chat_template import ChatTemplate


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


@dataclass(frozen=True, slots=True)
class Conversation:
    """What a trainer hands to `apply_chat_template`: JSON values, not checked."""

    messages: Sequence[object]
    tools: object = None
    documents: object = None
    kwargs: object = field(default_factory=dict)
    """More names for the template (`chat_template_kwargs` of TRL). They win over special tokens."""
    prompt_length: int | None = None
    """How many messages come before the last answer; None when nobody asks for the prompt."""
    marked: Sequence[object] | None = None
    """The same messages with marks in their texts, to be rendered as well: what is lost shows."""


@dataclass(frozen=True, slots=True)
class ChatRendered:
    """What a chat template made of one conversation: `text`, or why there is none."""

    template: ChatTemplate
    text: str | None
    error: str | None = None
    spans: tuple[tuple[int, int], ...] = ()
    """Start and end in `text` of each `{% generation %}` block, as transformers counts them.

    A template that filters around the tag moves its text: an end may lie beyond the text.
    """
    prompt_text: str | None = None
    """The messages before the last answer, with the generation prompt."""
    prompt_error: str | None = None
    marked_text: str | None = None
    """The marked messages; None when there were none, or when they do not render."""


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

    def render_chat(
        self, template: ChatTemplate, conversations: Iterable[Conversation], now: datetime
    ) -> Iterator[ChatRendered]:
        """Renders conversations as transformers' `apply_chat_template` does, byte for byte, in order.

        Nothing is kept: a conversation is taken from `conversations` shortly before its rendering is given.
        `now` is the time that templates see, so that a run can be repeated. A conversation that loops or eats
        memory is an error, and so are all that follow when it happens again and again. Raises CouldNotRun
        MC304 when the child cannot start.
        """
        ...
