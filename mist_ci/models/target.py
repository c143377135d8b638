"""A target: what one provider or trainer takes, as dated data.

Files in `mist_ci/targets/` are read into these values by an adapter. A rule that needs a fact which the target
does not state is silent: nobody knows is not the same as not allowed.
"""

from datetime import date
from enum import StrEnum
from typing import Annotated, Generic, Literal, TypeVar

from pydantic import Field

from mist_ci.models.base import Model, Name
from mist_ci.models.data_format import Compression, Container, DataFormat
from mist_ci.models.finding import Consequence

T = TypeVar("T")
Code = Annotated[str, Field(pattern=r"^SF[0-9]{3}$")]


class Confidence(StrEnum):
    """How a fact is known."""

    EXECUTED = "executed"
    CODE = "code"
    DOCS = "docs"


class TargetKind(StrEnum):
    """Who reads the file."""

    PROVIDER = "provider"
    TRAINER = "trainer"


class StanceSeverity(StrEnum):
    """How much a rule matters to a target; `off` where it does not apply."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"
    OFF = "off"


class Claim(Model, Generic[T]):
    """What another source says about the same thing."""

    value: T
    source: str


class Fact(Model, Generic[T]):
    """One fact with where it was found; `contradicts` holds sources that say otherwise."""

    value: T
    source: str
    confidence: Confidence
    as_of: date | None = None
    contradicts: tuple[Claim[T], ...] = ()


class ArgumentsType(StrEnum):
    """How the arguments of a tool call are written."""

    STRING = "string"
    OBJECT = "object"


class SizeLimits(Model):
    """Numbers. Bytes are of the file as it is uploaded; tokens, images and tools are for one row."""

    rows_min: Fact[int] | None = None
    rows_max: Fact[int] | None = None
    file_bytes: Fact[int] | None = None
    row_tokens: Fact[int] | None = None
    row_images: Fact[int] | None = None
    image_bytes: Fact[int] | None = None
    row_tools: Fact[int] | None = None
    validation_rows_max: Fact[int] | None = None


class Turns(Model):
    """What a conversation must look like. Only what is true is stated."""

    roles: Fact[tuple[str, ...]] | None = None
    """Canonical roles: system, developer, user, assistant, tool, function."""
    alternate: Fact[bool] | None = None
    """The same role twice in a row is refused (tool results aside)."""
    system_first: Fact[bool] | None = None
    one_system: Fact[bool] | None = None
    user_first: Fact[bool] | None = None
    last_assistant: Fact[bool] | None = None
    blank_lines: Fact[bool] | None = None
    """False where a blank line in the file is refused."""
    extra_keys: Fact[bool] | None = None
    """False where keys that the format does not know are refused."""
    uniform_keys: Fact[bool] | None = None
    """An optional key that some rows have, all must have."""
    parts_and_text: Fact[bool] | None = None
    """False where one row may not mix content that is a string and content that is a list."""
    weights: Fact[bool] | None = None
    """False where the weight of a message is ignored or refused."""
    names: Fact[bool] | None = None
    reasoning_key: Fact[str] | None = None
    """Where the target reads reasoning: reasoning_content, reasoning, thinking, or `content` (`<think>`)."""


class Tools(Model):
    """What a tool call must look like."""

    allowed: Fact[bool] | None = None
    arguments: Fact[ArgumentsType] | None = None
    call_id_pattern: Fact[str] | None = None
    name_pattern: Fact[str] | None = None
    needs_description: Fact[bool] | None = None
    content_beside_calls: Fact[bool] | None = None
    parallel: Fact[bool] | None = None
    every_call_answered: Fact[bool] | None = None


class Images(Model):
    """What a picture must look like."""

    allowed: Fact[bool] | None = None
    roles: Fact[tuple[str, ...]] | None = None
    mime_types: Fact[tuple[str, ...]] | None = None
    url_schemes: Fact[tuple[str, ...]] | None = None
    """Of `data`, `https`, `http`, `s3`, `gs`, `file`."""


class Text(Model):
    """What texts must not hold."""

    reserved: Fact[tuple[str, ...]] | None = None
    """Markers that the target refuses in any text, whatever their case."""
    special_tokens: tuple[str, ...] = ()
    """Tokens that become control tokens when they stand in a text."""


class Stance(Model):
    """What the target makes of a rule that holds for everybody."""

    severity: StanceSeverity
    consequence: Consequence | None = None
    source: str


class Target(Model):
    """All of one file in `mist_ci/targets/`."""

    version: Literal[1]
    name: Name
    title: str
    kind: TargetKind
    as_of: date
    summary: str
    formats: Annotated[tuple[DataFormat, ...], Field(min_length=1)]
    containers: tuple[Container, ...] = (Container.JSONL,)
    compressions: tuple[Compression, ...] = (Compression.NONE,)
    extensions: Fact[tuple[str, ...]] | None = None
    limits: SizeLimits = SizeLimits()
    turns: Turns = Turns()
    tools: Tools = Tools()
    images: Images = Images()
    text: Text = Text()
    rules: dict[Code, Stance] = Field(default_factory=dict)
    trainer: Name | None = None
    """The simulation in `schemaflux/trainers/` that says what is truncated and dropped."""
    tokenizer: str | None = None
    """A tiktoken encoding, where all models of the target share one."""
    template: Name | None = None
    """A chat template that ships with MIST CI."""
    notes: tuple[Fact[str], ...] = ()
    """What no rule can check and a reader should know."""
