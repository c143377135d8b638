"""A target: what one provider or trainer takes, as dated data.

Files in `mist_ci/targets/` are read into these values by an adapter. A rule that needs a fact which the target
does not state is silent: nobody knows is not the same as not allowed.
"""

import re
from collections.abc import Callable, Iterator
from datetime import date
from enum import StrEnum
from typing import Annotated, Any, Generic, Literal, Self, TypeVar

from pydantic import AfterValidator, BaseModel, Field, model_validator

from mist_ci.models.base import Model, Name
from mist_ci.models.data_format import Compression, Container, DataFormat
from mist_ci.models.finding import Consequence

T = TypeVar("T")
Code = Annotated[str, Field(pattern=r"^SF[0-9]{3}$")]
Count = Annotated[int, Field(ge=0)]
Role = Literal["system", "developer", "user", "assistant", "tool", "function"]
Scheme = Literal["data", "https", "http", "s3", "gs", "file"]


def _pattern(value: str) -> str:
    try:
        re.compile(value)
    except re.error:
        raise ValueError("must be a regular expression") from None
    return value


Pattern = Annotated[str, AfterValidator(_pattern)]
"""A regular expression that a whole text must match."""


class Confidence(StrEnum):
    """How a fact is known."""

    EXECUTED = "executed"
    """The provider's or trainer's own code was run on such data."""
    CODE = "code"
    """Read in that code."""
    DOCS = "docs"
    """Read in documentation."""


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


class ArgumentsType(StrEnum):
    """How the arguments of a tool call are written."""

    STRING = "string"
    OBJECT = "object"


class WeightUse(StrEnum):
    """What becomes of the `weight` of a message."""

    ANY = "any"
    """Read on every message."""
    ASSISTANT = "assistant"
    """Read on messages of the assistant only."""
    IGNORED = "ignored"
    REFUSED = "refused"


class Presence(StrEnum):
    """What must be there."""

    PRESENT = "present"
    NOT_EMPTY = "not-empty"


class Claim(Model, Generic[T]):
    """What another source says about the same thing."""

    value: T
    source: str


class Fact(Model, Generic[T]):
    """One fact with where it was found; `contradicts` holds sources that say otherwise."""

    value: T
    source: Annotated[str, Field(min_length=1)]
    confidence: Confidence
    as_of: date | None = None
    """Only where it is not the date of the whole file."""
    consequence: Consequence | None = None
    """What happens to data that does not fit, where it is not what the rule says."""
    contradicts: tuple[Claim[T], ...] = ()

    @property
    def values(self) -> tuple[T, ...]:
        """What it says, then what other sources say."""
        return (self.value, *(claim.value for claim in self.contradicts))


class SizeLimits(Model):
    """Numbers. Bytes are of the file as it is uploaded; tokens, images and tools are for one row."""

    rows_min: Fact[Count] | None = None
    rows_max: Fact[Count] | None = None
    file_bytes: Fact[Count] | None = None
    request_bytes: Fact[Count] | None = None
    """What one plain upload takes; a larger file has to be uploaded in parts."""
    row_tokens: Fact[Count] | None = None
    overflow: Fact[Consequence] | None = None
    """What becomes of a row that has more tokens."""
    row_images: Fact[Count] | None = None
    message_images: Fact[Count] | None = None
    image_bytes: Fact[Count] | None = None
    row_tools: Fact[Count] | None = None
    validation_rows_max: Fact[Count] | None = None


class Rows(Model):
    """What a row and a file must look like around the conversation."""

    blank_lines: Fact[bool] | None = None
    """False where a blank line in the file is refused."""
    keys: dict[DataFormat, Fact[tuple[str, ...]]] = Field(default_factory=dict)
    """The only keys that a row of a format may have."""
    uniform_keys: Fact[tuple[str, ...]] | None = None
    """Keys that all rows must have when one has them."""
    schema_version: Fact[str] | None = None
    """What `schemaVersion` must say."""
    preference_keys: Fact[tuple[str, str]] | None = None
    """Where preference data has the better and the worse answer."""
    weight: Fact[bool] | None = None
    """True where the row itself may have a weight, a number from 0; False where nobody reads it."""


class Turns(Model):
    """What a conversation must look like. Only what is true is stated."""

    roles: Fact[tuple[Role, ...]] | None = None
    name_pattern: Fact[Pattern] | None = None
    """What the `name` of a message must match."""
    alternate: Fact[bool] | None = None
    """True where the same role twice in a row is refused (tool results aside)."""
    system_first: Fact[bool] | None = None
    one_system: Fact[bool] | None = None
    user_first: Fact[bool] | None = None
    """True where the user must speak before the assistant does."""
    prompt_not_assistant: Fact[bool] | None = None
    """True where the prompt of preference data must not end with the assistant."""
    parts: Fact[bool] | None = None
    """False where content must be a string, not a list of parts."""
    parts_and_text: Fact[bool] | None = None
    """False where one row may not mix content that is a string and content that is a list."""
    weights: Fact[WeightUse] | None = None
    reasoning_keys: Fact[tuple[str, ...]] | None = None
    """Where the target reads reasoning: keys of a message, or `content` (`<think>`). Empty: nowhere."""


class Tools(Model):
    """What a tool call must look like."""

    allowed: Fact[bool] | None = None
    arguments: Fact[ArgumentsType] | None = None
    call_id_pattern: Fact[Pattern] | None = None
    name_pattern: Fact[Pattern] | None = None
    description: Fact[Presence] | None = None
    """What every declared tool must have as its description."""
    needs_parameters: Fact[bool] | None = None
    content_beside_calls: Fact[bool] | None = None
    """False where an assistant message may not have content and tool calls."""


class Images(Model):
    """What a picture must look like."""

    allowed: Fact[bool] | None = None
    roles: Fact[tuple[Role, ...]] | None = None
    """Who may show pictures."""
    mime_types: Fact[tuple[str, ...]] | None = None
    url_schemes: Fact[tuple[Scheme, ...]] | None = None
    weighted: Fact[bool] | None = None
    """False where a message with a picture may not have a weight other than 0."""


class Text(Model):
    """What texts must not hold."""

    reserved: Fact[tuple[str, ...]] | None = None
    """Markers that the target refuses in any text."""
    reserved_any_case: Fact[bool] | None = None
    """True where they are refused whatever their case."""
    special_tokens: tuple[str, ...] = ()
    """Tokens that become control tokens when they stand in a text."""


class Lifecycle(Model):
    """When a target ends."""

    closed_to_new: Fact[date] | None = None
    """From that day on only existing customers may train."""
    last_jobs: Fact[date] | None = None
    """The last day on which anybody may start a job."""
    models_end: Fact[date] | None = None
    """The day on which what was trained stops answering."""


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
    formats_from: dict[DataFormat, str] = Field(default_factory=dict)
    """Where it was found that the target takes a format."""
    containers: tuple[Container, ...] = (Container.JSONL,)
    compressions: tuple[Compression, ...] = (Compression.NONE,)
    extensions: Fact[tuple[str, ...]] | None = None
    lifecycle: Lifecycle = Field(default_factory=Lifecycle)
    limits: SizeLimits = Field(default_factory=SizeLimits)
    rows: Rows = Field(default_factory=Rows)
    turns: Turns = Field(default_factory=Turns)
    tools: Tools = Field(default_factory=Tools)
    images: Images = Field(default_factory=Images)
    text: Text = Field(default_factory=Text)
    rules: dict[Code, Stance] = Field(default_factory=dict)
    trainer: Name | None = None
    """The simulation in `schemaflux/trainers/` that says what is truncated and dropped."""
    tokenizer: str | None = None
    """A tiktoken encoding, where all models of the target share one."""
    template: Name | None = None
    """A chat template that ships with MIST CI."""
    notes: tuple[Fact[str], ...] = ()
    """What no rule can check and a reader should know."""

    @model_validator(mode="after")
    def _every_format_has_a_source(self) -> Self:
        if set(self.formats_from) - set(self.formats):
            raise ValueError("must name in formats_from only what is in formats")
        return self

    def __reduce__(self) -> tuple[Callable[[str], "Target"], tuple[str]]:
        """As JSON: pickle finds no class for the values of a generic one."""
        return Target.model_validate_json, (self.model_dump_json(),)

    @property
    def facts(self) -> dict[str, Fact[Any]]:
        """Path such as `turns.roles` → every fact that is stated, in the order of the file; notes aside."""
        return dict(_facts(self, ""))

    def dated(self, fact: Fact[Any]) -> date:
        """The day on which a fact of this target was true."""
        return fact.as_of or self.as_of


def _facts(value: BaseModel, path: str) -> Iterator[tuple[str, Fact[Any]]]:
    for name in type(value).model_fields:
        inner = getattr(value, name)
        if isinstance(inner, Fact):
            yield f"{path}{name}", inner
        elif isinstance(inner, Model):
            yield from _facts(inner, f"{path}{name}.")
        elif isinstance(inner, dict):
            keyed = ((key, one) for key, one in inner.items() if isinstance(one, Fact))
            yield from ((f"{path}{name}.{key}", one) for key, one in keyed)
