"""What is fixed about a rule, and what it says: a module with a manual page, a META and a `check` (`kinds.py`)."""

import json
from dataclasses import dataclass

from mist_ci.models.chat_template import ChatTemplate
from mist_ci.models.data_format import Compression, Container, DataFormat
from mist_ci.models.finding import Consequence, Severity
from mist_ci.parsing.strict_json import JsonProblem, JsonValue
from mist_ci.schemaflux.row import Row
from mist_ci.schemaflux.trait import Trait

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
    trigger: bytes | None = None
    """A regular expression of RE2 over the row's compact JSON in UTF-8 (control characters and quotes escaped, all else
    as it is): matches whenever the rule may fire. Only for text rules."""
    needs: Trait | None = None
    """The rule is only asked about rows that have it."""
    formats: frozenset[DataFormat] | None = None
    """The rule is only asked about rows of these; None for all."""
    is_default: bool = True
    """False for a rule that is only asked when it is selected."""
    file: str = "train.jsonl"
    """Name of the file of the examples."""
    target: str | None = None
    """The target of the examples, by the name of a file that ships with MIST CI."""
    skips_plain: bool = False
    """True for a rule about the whole data that plain rows are nothing to."""
    longest_line: int | None = None
    """Bytes that a line of the examples may have."""
    trainer: bytes | None = None
    """Configuration of the trainer of the examples."""
    max_tokens: int | None = None
    """Tokens that a row of the examples may have."""
    template: ChatTemplate | None = None
    """Chat template of the examples."""
    base: bytes | None = None
    """The file of the examples before the change."""
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
    consequence: Consequence | None = None
    """Only where it differs from the consequence of the rule."""
    is_shared: bool = False
    """True where it is the chat template's: said once, at the template, however many rows show it."""


@dataclass(frozen=True, slots=True)
class FileHead:
    """The beginning of one file of a data set."""

    path: str
    size: int
    """Bytes of the file as JSONL."""
    content: bytes
    """Its first bytes."""
    container: Container = Container.JSONL
    compression: Compression = Compression.NONE
    declared: DataFormat | None = None
    """The format that its rows should have, where somebody said so."""

    @property
    def is_whole(self) -> bool:
        """True when the content is all of it."""
        return len(self.content) == self.size


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
    """One of the rows that share a key, read again."""

    row: Row

    def __str__(self) -> str:
        return f"{self.row.file}:{self.row.line}"


@dataclass(frozen=True, slots=True)
class Placed:
    """A problem of a data set, and where it is best shown: a row, or a file as a whole."""

    problem: Problem
    file: str
    line: int | None = None
    is_known: bool = False
    """True when all rows that it is about were there before."""


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
