"""What a rule is: a module with a manual page (its docstring), a META and a `check`.

FileRule    sees a whole file before it is split into lines
LineRule    sees a line that is not strict JSON
RowRule     sees one row
RenderRule  sees one row and what the chat template made of it
LeakRule    sees one row and the prompts of the suites
CorpusRule  sees rows that share a key: `keys` maps each row, `check` judges each group of two or more
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from mist_ci.models.finding import Consequence, Severity
from mist_ci.parsing.strict_json import JsonProblem, JsonValue
from mist_ci.ports.executor import Rendered
from mist_ci.schemaflux.row import Row

_QUOTE_CHARS = 60


@dataclass(frozen=True, slots=True)
class RuleMeta:
    """What is fixed about a rule. The examples are whole files, and tests."""

    code: str
    name: str
    severity: Severity
    consequence: Consequence
    since: str
    bad: bytes
    good: bytes
    template: str | None = None
    """Chat template of the examples."""
    suite_prompt: str | None = None
    """Prompt of a suite that the bad example leaks."""


@dataclass(frozen=True, slots=True)
class Problem:
    """What a rule found: what is wrong, and the one thing to do next."""

    message: str
    hint: str
    field: str | None = None
    column: int | None = None
    snippet: str = ""
    line: int | None = None
    """Only where the place is not the row that was checked."""
    severity: Severity | None = None
    """Only where it differs from the severity of the rule."""


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One file of a data set."""

    path: str
    content: bytes


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line that is not strict JSON."""

    line: int
    file: str
    raw: bytes
    problem: JsonProblem
    is_known: bool = False


@dataclass(frozen=True, slots=True)
class Mention:
    """That a row has the key of a group. `note` is what the rule needs to compare."""

    file: str
    line: int
    is_known: bool
    note: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


PromptIndex = Mapping[str, Sequence[tuple[str, str]]]
"""Normalised prompt → (suite, sample key) of the samples that ask it."""


class Rule(Protocol):
    """A module in `rules/`."""

    META: RuleMeta
    __doc__: str | None


class FileRule(Rule, Protocol):
    """Judges a whole file. The rows of a file with a problem are not read."""

    def check(self, file: SourceFile, /) -> Iterable[Problem]:
        """What is wrong with the file."""
        ...


class LineRule(Rule, Protocol):
    """Explains why a line cannot be read."""

    def check(self, line: BadLine, /) -> Iterable[Problem]:
        """What is wrong, if it is the business of this rule."""
        ...


class RowRule(Rule, Protocol):
    """Judges one row by itself."""

    def check(self, row: Row, /) -> Iterable[Problem]:
        """What is wrong with the row."""
        ...


class RenderRule(Rule, Protocol):
    """Judges a row by its rendering."""

    def check(self, row: Row, rendered: Rendered, /) -> Iterable[Problem]:
        """What is wrong with the rendering."""
        ...


class LeakRule(Rule, Protocol):
    """Judges a row against the suites."""

    def leaks(self, row: Row, prompts: PromptIndex, /) -> Iterable[tuple[str, str]]:
        """Suite and key of the samples that the row gives away."""
        ...

    def check(self, row: Row, prompts: PromptIndex, /) -> Iterable[Problem]:
        """What is in the suites too."""
        ...


class CorpusRule(Rule, Protocol):
    """Judges rows against each other. Groups of parts of a data set merge by joining their mentions."""

    def keys(self, row: Row, /) -> Iterable[tuple[bytes, str]]:
        """Key and note of each group that the row belongs to."""
        ...

    def check(self, group: Sequence[Mention], /) -> Iterable[tuple[Mention, Problem]]:
        """The offenders of a group. What the base branch already has comes first: it is the original."""
        ...


def quote(value: JsonValue) -> str:
    """A value as JSON on one line, cut to what fits into a message."""
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _QUOTE_CHARS else text[: _QUOTE_CHARS - 1] + "…"


def type_name(value: JsonValue) -> str:
    """The JSON name of a value's type, with its article."""
    match value:
        case None:
            return "null"
        case bool():
            return "a boolean"
        case int() | float():
            return "a number"
        case str():
            return "a string"
        case list():
            return "a list"
        case _:
            return "an object"
