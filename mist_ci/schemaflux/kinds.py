"""What a rule is: a module with a manual page (its docstring), a META and a `check`.

BrokenRule  sees a file that is not what it says it is
FileRule    sees the beginning of a file before it is split into lines
InfoRule    sees a file beside the data that says how a trainer reads it, and the first rows
LineRule    sees a line that is not strict JSON
RowRule     sees one row
TargetRule  sees one row and a provider or trainer that it is meant for
TokenRule   sees one row as tokens on its way to a trainer
RenderRule  sees one row and what the chat template made of it
LeakRule    sees one row and the prompts of the suites
CorpusRule  sees rows that share a key: `keys` maps each row, `verdict` compares two of them
PairRule    sees rows that are nearly the same: `keys` finds candidates, `likeness` compares what they say
ChangeRule  sees what a change did to the rows
FoldRule    sees all rows of a data set, one by one: a `Tally` that adds up and merges
TargetFoldRule  the same, for a provider or trainer

Row and target rules come in two kinds, and that is what makes the fast path right. A *text rule* has a trigger, a
pattern over the row's JSON that matches whenever the rule may fire: rows that match none are not asked. A *shape
rule* has none: on a plain row (`plain.py`) what it says depends on the roles alone, so that one answer per sequence
of roles is enough. Tests hold every rule to its kind.
"""

from collections.abc import Iterable, Sequence
from typing import Protocol, Self

from mist_ci.models.finding import DataChange, Severity
from mist_ci.models.target import Target
from mist_ci.ports.executor import ChatRendered
from mist_ci.ports.sources import BrokenSource
from mist_ci.schemaflux.dataset_info import DatasetInfo
from mist_ci.schemaflux.leaks import SuiteIndex
from mist_ci.schemaflux.row import Row
from mist_ci.schemaflux.row_tokens import Passage
from mist_ci.schemaflux.rule import BadLine, FileHead, Mention, Placed, Problem, RuleMeta
from mist_ci.schemaflux.wording import Wording


class Rule(Protocol):
    """A module in `rules/`."""

    META: RuleMeta
    __doc__: str | None


class FileRule(Rule, Protocol):
    """Judges a file by its beginning. The rows of a file with a problem are not read."""

    def check(self, file: FileHead, /) -> Iterable[Problem]:
        """What is wrong with the file."""
        ...


class BrokenRule(Rule, Protocol):
    """Judges a file that could not be opened. It has no rows."""

    def check(self, file: BrokenSource, /) -> Iterable[Problem]:
        """Why it could not."""
        ...


class InfoRule(Rule, Protocol):
    """Judges a `dataset_info.json` by the first rows of the data that it describes."""

    def check(self, info: DatasetInfo, /) -> Iterable[Problem]:
        """What does not fit the rows."""
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


class TargetRule(Rule, Protocol):
    """Judges one row for one target. Silent where the target states nothing."""

    def check(self, row: Row, target: Target, /) -> Iterable[Problem]:
        """What the target would not like."""
        ...


class TargetTextRule(TargetRule, Protocol):
    """A text rule whose trigger depends on the target."""

    def trigger(self, target: Target, /) -> bytes | None:
        """As `RuleMeta.trigger`; None when the rule has nothing to say for this target."""
        ...


class RenderRule(Rule, Protocol):
    """Judges a row by its rendering."""

    def check(self, row: Row, rendered: ChatRendered, /) -> Iterable[Problem]:
        """What is wrong with the rendering."""
        ...


class TokenRule(Rule, Protocol):
    """Judges a row by its tokens, for one destination. Only asked where a row does not arrive whole."""

    def check(self, row: Row, passage: Passage, /) -> Iterable[Problem]:
        """What becomes of it that nobody wants."""
        ...


class LeakRule(Rule, Protocol):
    """Judges a row against the suites."""

    def leaks(self, row: Row, suites: SuiteIndex, /) -> Iterable[tuple[str, str]]:
        """Suite and key of the samples that the row gives away."""
        ...

    def check(self, row: Row, suites: SuiteIndex, /) -> Iterable[Problem]:
        """What is in the suites too."""
        ...


class CorpusRule(Rule, Protocol):
    """Judges rows against each other. What the base branch already has comes first: it is the original."""

    OF_PROMPTS: bool
    """Whether the sketch of a plain or orderly row is that of its prompt, where it has one; else it has none."""

    def sketches(self, row: Row, /) -> Iterable[bytes]:
        """16 bytes for each of `keys`, equal wherever the keys are equal, and cheaper."""
        ...

    def keys(self, row: Row, /) -> Iterable[tuple[bytes, bytes]]:
        """Key (16 bytes) and note (8 bytes) of each group that the row belongs to."""
        ...

    def verdict(self, first: bytes, other: bytes, /) -> Severity | None:
        """What a row is, going by the notes of the first of its group and of itself; None when it is fine."""
        ...

    def describe(self, first: Mention, other: Mention, /) -> Problem:
        """The problem in words. Only asked for problems that are shown."""
        ...


class PairRule(Rule, Protocol):
    """Judges rows that are nearly the same. Asked of small data, and where it is selected by name."""

    def keys(self, row: Row, /) -> Iterable[tuple[bytes, bytes]]:
        """Keys (16 bytes), each with a hash (8 bytes) of what the row says: rows with a common key are compared."""
        ...

    def view(self, row: Row, /) -> Wording | None:
        """What of a row is compared."""
        ...

    def likeness(self, first: Wording, other: Wording, around: Sequence[Wording], /) -> float | None:
        """How much of both is the same, in [0, 1]; None when that is no problem.

        `around` are other rows that have something in common with them.
        """
        ...

    def describe(self, first: Mention, other: Mention, /) -> Problem:
        """The problem in words. Only asked for problems that are shown."""
        ...


class Tally(Protocol):
    """What a fold rule remembers: little, whatever the number of rows."""

    def add(self, row: Row, /) -> None:
        """Takes in one row."""
        ...

    def merge(self, later: Self, /) -> None:
        """Takes in the tally of later rows."""
        ...

    def problems(self) -> Iterable["Placed"]:
        """What is wrong with the data set as a whole."""
        ...


class FoldRule(Rule, Protocol):
    """Judges a data set as a whole."""

    def tally(self) -> Tally:
        """A new, empty tally."""
        ...


class ChangeRule(Rule, Protocol):
    """Judges what a change does to a data set."""

    def check(self, change: DataChange, /) -> Iterable[Problem]:
        """What the author of the change should know."""
        ...


class TargetFoldRule(Rule, Protocol):
    """Judges a data set as a whole for one target. Silent where the target states nothing."""

    def tally(self, target: Target, /) -> Tally:
        """A new, empty tally."""
        ...
