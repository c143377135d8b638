"""Where a model answers, as the policy says it, and which settings belong to which kind of provider."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import Field, PrivateAttr, ValidationError, ValidationInfo, field_validator, model_validator
from pydantic_core import InitErrorDetails, PydanticCustomError

from mist_ci.models.address import Address
from mist_ci.models.base import Model, Name, TreePath
from mist_ci.models.contents import content_hash

Money = Annotated[Decimal, Field(ge=0, le=1_000_000_000)]
"""US dollars. A ceiling that nobody can reach is a slip: `1e400` would switch a budget off."""
VariableName = Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")]
ProviderType = Literal[
    "openai", "openai-completions", "openai-responses", "anthropic", "azure", "gemini", "command", "python", "replay"
]  # fmt: skip
VENDORS = {
    "openai": "https://api.openai.com/v1",
    "openai-completions": "https://api.openai.com/v1",
    "openai-responses": "https://api.openai.com/v1",
    "anthropic": "https://api.anthropic.com/v1",
    "gemini": "https://generativelanguage.googleapis.com/v1beta",
}
"""Where the vendor itself answers: `base_url` where the policy names none."""
_OVER_HTTP = frozenset({*VENDORS, "azure"})
_OWN_FIELDS: Mapping[str, frozenset[str]] = {
    "base_url": _OVER_HTTP,
    "key_env": _OVER_HTTP,
    "api_version": frozenset({"anthropic", "azure"}),
    "max_tokens_as": frozenset({"openai", "azure"}),
    "command": frozenset({"command"}),
    "protocol": frozenset({"command"}),
    "env": frozenset({"command"}),
    "callable": frozenset({"python"}),
    "files": frozenset({"command", "python"}),
    "recording": frozenset({"replay"}),
}
"""Field → the types that have it. All others are for every type."""
_REQUIRED: Mapping[str, str] = {
    "azure": "base_url",
    "command": "command",
    "python": "callable",
    "replay": "recording",
}


class TokenPrices(Model):
    """US dollars per million tokens."""

    input_per_mtok: Money
    output_per_mtok: Money
    cached_input_per_mtok: Money | None = None
    """Of input that the provider had in its cache; without it the price of other input."""
    cache_write_per_mtok: Money | None = None
    """Of input that the provider puts into its cache; without it the price of other input."""
    cache_write_1h_per_mtok: Money | None = None
    """Of input that stays in the cache for an hour; without it that of input that stays a shorter time."""

    @field_validator("cached_input_per_mtok")
    @classmethod
    def _is_no_dearer(cls, cached: Decimal | None, read: ValidationInfo) -> Decimal | None:
        """Money is set aside before a call, when nobody knows what will be in the cache."""
        fresh = read.data.get("input_per_mtok")
        if cached is not None and fresh is not None and cached > fresh:
            raise PydanticCustomError(
                "dear", "must not be more than input_per_mtok, which is {fresh}", {"fresh": str(fresh)}
            )
        return cached


class PriceList(TokenPrices):
    """US dollars per million tokens, with the day they were true."""

    training_per_mtok: Money | None = None
    tiers: dict[Name, TokenPrices] = Field(default_factory=dict)
    """Other prices by the service tier that a reply names, in lower case: `flex`, `priority`, `batch`. One that is not
    here has no known price."""
    as_of: date


class Limits(Model):
    """What the provider allows. `connections` is the most calls side by side; fewer are, where the server is slower.

    `timeout_s` is for one try, `total_s` for all calls of a run to the provider together.
    """

    rpm: Annotated[int, Field(ge=1)] | None = None
    tpm: Annotated[int, Field(ge=1)] | None = None
    connections: Annotated[int, Field(ge=1, le=512)] = 64
    timeout_s: Annotated[float, Field(gt=0, le=3600)] = 120.0
    total_s: Annotated[float, Field(gt=0, le=604_800)] | None = None


def _vendor_url(read: Mapping[str, Any]) -> str:
    return VENDORS.get(read.get("type", ""), "")


class Provider(Model):
    """Where a model answers. `key_env` names an environment variable; the key itself is never in a file."""

    type: ProviderType
    base_url: Address = Field(default_factory=_vendor_url)
    """The vendor's own address where none is given; empty for what is not asked over HTTP."""
    key_env: VariableName | None = None
    api_version: Annotated[str, Field(pattern=r"^[A-Za-z0-9.-]{1,40}$")] | None = None
    """Azure: the dated API, and without it the v1 API. Anthropic: the header `anthropic-version`."""
    max_tokens_as: Literal["max_tokens", "max_completion_tokens"] | None = None
    """What the server calls the limit of an answer. Without it the name of the model decides."""
    command: Annotated[tuple[str, ...], Field(min_length=1)] | None = None
    """A program and its arguments; no shell reads them."""
    protocol: Literal["json", "text", "lines"] = "json"
    """What a command prints: one JSON document, the bare text of an answer, or a line of JSON for each it reads."""
    env: tuple[VariableName, ...] = ()
    """Variables of this environment that a command sees, beside PATH and the language."""
    callable: Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_.]*:[A-Za-z_][A-Za-z0-9_]*$")] | None = None
    """`package.module:function`."""
    files: Annotated[tuple[TreePath, ...], Field(max_length=100)] = ()
    """Files of the repository that a command or a function needs: in a gate those of the base branch."""
    recording: TreePath | None = None
    """A file that `mist-ci eval --record` wrote."""
    prices: PriceList | None = None
    limits: Limits = Limits()
    _contents: Mapping[str, bytes] = PrivateAttr(default_factory=dict)
    _contents_hash: str | None = PrivateAttr(default=None)

    def holding(self, contents: Mapping[str, bytes]) -> "Provider":
        """The same with the content of its `files`, out of the tree that its policy was read from."""
        held = self.model_copy()
        held._contents, held._contents_hash = contents, content_hash(contents)  # noqa: SLF001 - its own class
        return held

    @property
    def contents(self) -> Mapping[str, bytes]:
        """Path → content of its `files`; what is not in here does not run."""
        return self._contents

    @property
    def place(self) -> str:
        """What answers, for messages, and to tell one provider from another."""
        if self.command:
            return " ".join(self.command)
        return self.callable or self.recording or self.base_url

    @cached_property
    def dialect(self) -> str | None:
        """Settings beside type and place that change what is asked, or how an answer is read; None for none of them."""
        named = ("api_version", "max_tokens_as", "protocol")
        told = [f"{name}={value}" for name in named if (value := getattr(self, name)) not in {None, "json"}]
        if self._contents_hash is not None:
            told.append(f"files={self._contents_hash}")
        return ";".join(told) or None

    @property
    def has_lasting_names(self) -> bool:
        """False where whoever runs it can point any name at another model, also one that looks dated."""
        return self.type not in {"azure", "command", "python", "replay"}

    @model_validator(mode="after")
    def _has_what_its_type_has(self) -> "Provider":
        problems = [
            InitErrorDetails(type=_misplaced(types, self.type), loc=(name,), input=getattr(self, name))
            for name, types in _OWN_FIELDS.items()
            if name in self.model_fields_set and self.type not in types
        ]
        needed = _REQUIRED.get(self.type)
        if needed and needed not in self.model_fields_set:
            problems.append(InitErrorDetails(type="missing", loc=(needed,), input={}))
        if problems:
            raise ValidationError.from_exception_data("Provider", problems)
        return self


def _misplaced(types: frozenset[str], there: str) -> PydanticCustomError:
    belongs = " or ".join(sorted(types)) if len(types) <= 2 else "of a server"  # noqa: PLR2004
    return PydanticCustomError(
        "misplaced",
        "must be left out: it belongs to providers {belongs}, and this one is {there}",
        {"belongs": belongs if belongs == "of a server" else f"of type {belongs}", "there": there},
    )
