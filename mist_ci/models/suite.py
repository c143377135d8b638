"""An eval suite: samples, prompt, graders and the bar, versioned as code."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Annotated, Literal

from pydantic import Field, JsonValue

from mist_ci.models.base import Fraction, Model, Name, TreePath
from mist_ci.models.config import Margin
from mist_ci.models.function import Function


class Role(StrEnum):
    """What a suite stands for in the verdict."""

    TARGET = "target"
    """The skill the fine-tune is for; not part of the overall forgetting hypothesis."""
    RETAIN = "retain"
    """An old skill that must not be lost."""
    CRITICAL = "critical"
    """An old skill that must be shown not to be lost; undecided is a failure."""


class ToolCall(Function):
    """A tool that a model called, or should have. `arguments` is JSON as the model wrote it, which may be broken."""

    id: str | None = None
    name: str
    arguments: str


class Tool(Function):
    """A tool that a model may call; `parameters` is the JSON Schema of its arguments."""

    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9_.-]{1,64}$")]
    description: str | None = None
    parameters: dict[str, JsonValue] = Field(default_factory=dict)


class ChatMessage(Model):
    """One message of a prompt."""

    role: Literal["system", "developer", "user", "assistant", "tool"]
    content: str = ""
    tool_calls: tuple[ToolCall, ...] = ()
    """What an assistant called earlier in the conversation."""
    tool_call_id: str | None = None
    """The call that a message of a tool answers."""

    @property
    def identity(self) -> dict[str, JsonValue]:
        """Role and content, and what else is set: two messages are the same when these are."""
        told: dict[str, JsonValue] = {"role": self.role, "content": self.content}
        if not self.tool_calls and self.tool_call_id is None:
            return told
        return told | self.model_dump(mode="json", exclude={"role", "content"}, exclude_defaults=True)


Expected = str | int | float | bool | tuple[str, ...] | tuple[JsonValue, ...] | dict[str, JsonValue] | None
"""What a sample's answer is held against; a tuple of strings means any of them."""


class SampleRow(Model):
    """One row of a suite's data file."""

    id: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    input: str | None = None
    messages: Annotated[tuple[ChatMessage, ...], Field(min_length=1)] | None = None
    expected: Expected = None
    tags: tuple[str, ...] = ()
    cluster: str | None = None
    choices: Annotated[tuple[str, ...], Field(min_length=1)] | None = None
    tools: tuple[Tool, ...] | None = None
    """What the model may call here, instead of the suite's own tools."""
    vars: dict[str, JsonValue] = Field(default_factory=dict)
    """More names for the prompt's template."""


@dataclass(frozen=True, slots=True)
class SourceRow:
    """One row as its file has it; what it says is not looked at yet.

    Not a model like the other nouns: a suite may have a hundred thousand of them.
    """

    file: str
    line: int
    """Where it begins, from 1. In a Parquet file, which has no lines, its number among the rows."""
    text: str
    """The row as JSON."""
    places: Mapping[tuple[str | int, ...], tuple[int, int]] = field(default_factory=dict)
    """Line and column of what is in it, where the file's own parser knows them."""


class DataFormat(StrEnum):
    """Whose rows a data file holds (docs/suites.md)."""

    ROWS = "rows"
    """Our own: input or messages, expected, tags …"""
    PROMPTFOO = "promptfoo"
    """Tests with `vars` and `assert`, or CSV with `__expected`."""
    OPENAI_EVALS = "openai-evals"
    """JSON Lines with `input` and `ideal`."""
    MATCHSPEC = "matchspec"
    """A data set with `version`, `name` and `examples`."""


class AttemptCounts(Model):
    """How often each side answers each sample; more than 1 only where the model is stochastic."""

    base: Annotated[int, Field(ge=1, le=100)] = 1
    head: Annotated[int, Field(ge=1, le=100)] = 1
    max_head: Annotated[int, Field(ge=1, le=100)] | None = None
    """Where a suite is undecided at `head` attempts, head answers up to so many times."""

    @property
    def can_escalate(self) -> bool:
        """True when an undecided suite gets more attempts of head."""
        return self.max_head is not None and self.max_head > self.head


GraderOptions = dict[str, JsonValue]
GraderEntry = str | dict[str, GraderOptions | str | None]
"""`exact`, or `{exact: {ignore_case: true}}`, or with a name of its own `{as: strict, exact: {}}`."""


class SuiteFile(Model):
    """A suite as written in YAML."""

    version: Literal[1]
    name: Name
    role: Role = Role.RETAIN
    must_improve: bool = False
    floor: Fraction | None = None
    margin: Margin | None = None
    data: TreePath | None = None
    """Beside the suite file: JSON Lines, a JSON or YAML list, CSV or Parquet, as its name ends."""
    format: DataFormat | None = None
    """Whose rows they are; found out where it is plain."""
    samples: tuple[SampleRow, ...] | None = None
    prompt: str | None = None
    messages: Annotated[tuple[ChatMessage, ...], Field(min_length=1)] | None = None
    """A prompt of several messages, each one a template; instead of `prompt`."""
    system: str | None = None
    tools: tuple[Tool, ...] = ()
    """What the model may call at every sample that has no tools of its own."""
    primary: str | None = None
    graders: tuple[GraderEntry, ...] = ()
    imported: bool = False
    """Another runner asks: samples and scores come from results that are handed to the gate."""
    attempts: AttemptCounts = AttemptCounts()


class GraderSpec(Model):
    """A grader that exists, at a version, with checked options."""

    name: str
    version: int
    options: GraderOptions
    asks: str | None = Field(default=None, exclude=True)
    """The model that it asks; None for a grader that asks nobody."""
    compares: bool = Field(default=False, exclude=True)
    """True when it says which of two sides is better, and so cannot grade one alone."""
    label: str | None = None
    """What the suite calls it, where it is listed more than once; it changes no score."""

    origin: str | None = None
    """What else decides its scores: the content of a program's files, or the package and version of a plug-in."""

    @property
    def title(self) -> str:
        """The name of its scores."""
        return self.label or self.name

    @property
    def fingerprint(self) -> str:
        """Readable and exact: `exact@1{"ignore_case":true}`."""
        origin = f" of {self.origin}" if self.origin else ""
        return f"{self.name}@{self.version}{self.model_dump_json(include={'options'})}{origin}"

    @property
    def digest(self) -> str:
        """`sha256:…` of the fingerprint, which may be long."""
        return "sha256:" + hashlib.sha256(self.fingerprint.encode()).hexdigest()


class Sample(Model):
    """One case, ready to be asked. `key` hashes everything that makes it this case (design: page 3 §4.1)."""

    key: str
    id: str
    messages: tuple[ChatMessage, ...]
    """What the model is asked; none where another runner asked."""
    input: str = ""
    """What the prompt template was given; empty for samples that are written as messages."""
    expected: Expected
    tags: tuple[str, ...] = ()
    cluster: str | None = None
    choices: tuple[str, ...] = ()
    """The answers that a multiple-choice sample offers; none where it is not one."""
    tools: tuple[Tool, ...] = ()
    """What the model may call."""
    prompt_hash: str = ""
    """SHA-256 of the messages and tools: what the model is asked, whatever is expected of it."""


class Suite(Model):
    """A suite that was loaded, rendered and checked. Samples are in their fixed hash order."""

    name: str
    path: str
    role: Role
    must_improve: bool
    floor: float | None
    margin: float | None
    graders: tuple[GraderSpec, ...]
    primary: str
    attempts: AttemptCounts
    samples: tuple[Sample, ...]
    imported: bool = False
    top_logprobs: int | None = None
    """How many candidates for each token its graders want to see."""
    digest: str
    """Hash of the sample keys and of everything the suite itself decides."""
    grader_files: dict[str, bytes] = Field(default_factory=dict, exclude=True, repr=False)
    """What its command graders need, by path, out of the tree that is trusted."""

    @property
    def judge(self) -> GraderSpec | None:
        """The grader that decides, where it asks a model; None where it asks nobody."""
        primary = next((one for one in self.graders if one.title == self.primary), None)
        return primary if primary is not None and primary.asks is not None else None

    @property
    def is_pairwise(self) -> bool:
        """True when a score says which side is better: base and head have to answer the same."""
        return self.judge is not None and self.judge.compares

    @cached_property
    def grader_fingerprint(self) -> str:
        """The grader that decides, at its version with its options; empty where another runner grades."""
        return next((one.fingerprint for one in self.graders if one.title == self.primary), "")
