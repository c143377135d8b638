"""A chat template with what its tokenizer gives to it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Literal

from mist_ci.models.base import Model, Name


class Behaviour(StrEnum):
    """What transformers does to messages before a template sees them; it changed twice in the autumn of 2026."""

    AS_WRITTEN = "5.20"
    """Nothing: transformers up to 5.20 of 2026-10-15."""
    ALIASED = "5.21"
    """Reasoning is given under all its names (`reasoning_content`, `thinking`): since 2026-10-26."""
    NULLS_DROPPED = "5.23"
    """And keys of a message whose value is null are left out: since 2026-11."""


UNKNOWN_TOKENS: Mapping[str, str] = dict.fromkeys(("bos_token", "eos_token", "pad_token", "unk_token"), "")
"""What a template sees when it comes without its tokenizer: nothing where a token would stand."""


@dataclass(frozen=True, slots=True)
class ChatTemplate:
    """A template as a trainer would have it. `text` is untrusted and runs in the isolated child only."""

    text: str
    source: str = ""
    """Where it comes from, as findings name it."""
    tool_text: str | None = None
    """Another template, which is taken for rows that bring tools."""
    special_tokens: Mapping[str, str] = field(default_factory=lambda: UNKNOWN_TOKENS)
    """`bos_token`, `eos_token` … as the template sees them. A name that is not here is undefined."""
    all_specials: tuple[str, ...] = ()
    """All that the tokenizer turns into control tokens wherever it stands; empty when nobody knows."""
    adds_bos: bool | None = None
    """True when the tokenizer puts the BOS token before every text by itself; None when nobody knows."""
    behaviour: Behaviour = Behaviour.NULLS_DROPPED
    plain_only: bool = False
    """True for a template that was written for texts alone: rows with tools or parts are not for it."""
    needs_generation: bool = False
    """True when the trainer trains on what stands in `{% generation %}` blocks, and on nothing else."""

    @property
    def bos(self) -> str:
        """The token before a text; empty when nobody knows it."""
        return self.special_tokens.get("bos_token", "")

    @property
    def eos(self) -> str:
        """The token after a text; empty when nobody knows it."""
        return self.special_tokens.get("eos_token", "")

    @property
    def hides_tokens(self) -> bool:
        """True when the text names special tokens that are not known here, so that its output is not whole."""
        texts = self.text + (self.tool_text or "")
        return any(name in texts for name in UNKNOWN_TOKENS if not self.special_tokens.get(name, ""))


class BundledTemplate(Model):
    """What stands beside a template that ships with MIST CI."""

    title: str
    special_tokens: dict[Literal["bos_token", "eos_token", "pad_token", "unk_token"], str]
    more_tokens: tuple[str, ...] = ()
    adds_bos: bool | None = None
    source: str
    """Where the format is described."""
    licence: str
    as_of: date


class BundledTemplates(Model):
    """All of `mist_ci/chat_templates/templates.yaml`."""

    version: Literal[1]
    templates: dict[Name, BundledTemplate]
