"""One judged model of one gate run, small enough to be kept for ever: what `mist-ci history` is made from.

What comes back from a store may have been damaged, or written by anybody who can write there. So every field has
bounds, and a line that is not exactly a record of a version that is known is left out and counted.
"""

import json
from collections import Counter
from collections.abc import Iterable
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import AwareDatetime, Field, ValidationError

from mist_ci.errors import Code, CouldNotRun
from mist_ci.models.base import Fraction, Model
from mist_ci.models.suite import Role
from mist_ci.models.verdict import Outcome

VERSION = 1
MAX_LINE_BYTES = 2**20
MAX_TEXT = 300
MAX_USD = 10**9

Text = Annotated[str, Field(max_length=MAX_TEXT)]
RunId = Annotated[str, Field(pattern=r"^[0-9A-Za-z][0-9A-Za-z._-]{0,79}$")]
Commit = Annotated[str, Field(pattern=r"^[0-9a-f]{7,64}$")]
Count = Annotated[int, Field(ge=0, le=10**15)]
Difference = Annotated[float, Field(ge=-1, le=1)]
Dollars = Annotated[Decimal, Field(ge=0, le=MAX_USD, max_digits=90, decimal_places=80)]


class DataVersion(Model):
    """One data set as it was. `rows` and what training on it would take are None where the run did not validate it."""

    dataset: Text
    data_hash: Text
    rows: Count | None = None
    training_tokens: Count | None = None
    training_usd: Dollars | None = None


class Expense(Model):
    """What one side's answers took in this run. Stored answers were paid for earlier: they are in the last two only."""

    calls: Count
    tokens_in: Count
    tokens_out: Count
    cost_usd: Dollars | None
    """None when a price is unknown."""
    reused_calls: Count = 0
    saved_usd: Dollars | None = None


class SuiteScore(Model):
    """One suite. Means are fractions in [0, 1]; the interval is of head minus base."""

    name: Text
    digest: Text | None
    """Two iterations with the same one answered the same questions; None where it is not known."""
    role: Role
    n: Count
    """Samples."""
    missing: Count
    """Answers that nobody got, on both sides together."""
    base: Fraction | None
    head: Fraction | None
    estimate: Difference | None = None
    low: Difference | None = None
    high: Difference | None = None
    verdict: Text
    """The word that reports use: `pass`, `regressed`, `waived` and so on."""


class OverallScore(Model):
    """The overall hypothesis over the suites of old skills."""

    estimate: Difference
    low: Difference
    high: Difference
    verdict: Text


class Iteration(Model):
    """One model that was compared with its base, decided by one gate."""

    version: Literal[1] = 1
    run_id: RunId
    when: AwareDatetime
    gate: Text
    config: Text
    outcome: Outcome
    """Of the gate run: other models of the same run are in it."""
    model: Text
    """Its name in the policy."""
    head: Commit
    base: Commit
    base_ref: Text
    head_model: Text
    head_digest: Text
    base_model: Text | None
    data: Annotated[tuple[DataVersion, ...], Field(max_length=10_000)] = ()
    """What the model says it was trained on comes first."""
    suites: Annotated[tuple[SuiteScore, ...], Field(max_length=10_000)]
    overall: OverallScore | None = None
    base_expense: Expense | None = None
    head_expense: Expense | None = None
    anchor_expense: Expense | None = None
    """Of an accepted release that head was held against as well, where a gate does that."""
    duration_s: Annotated[float, Field(ge=0, le=10**9)]
    mist_ci: Text

    @property
    def was_accepted(self) -> bool:
        """True when the gate let it through."""
        return self.outcome in (Outcome.PASSED, Outcome.NOT_PROVEN)

    @property
    def expenses(self) -> tuple[Expense, ...]:
        """Of all sides that were asked."""
        sides = (self.base_expense, self.head_expense, self.anchor_expense)
        return tuple(side for side in sides if side is not None)

    @property
    def line(self) -> bytes:
        """The record as one line of JSON, without a line feed. Raises CouldNotRun MC321 when nobody would read it."""
        line = self.model_dump_json().encode()
        if len(line) > MAX_LINE_BYTES:
            message = f"a record of {len(line)} bytes is over the limit of {MAX_LINE_BYTES}"
            raise CouldNotRun(Code.HISTORY, message)
        return line


class IterationLog(Model):
    """What a store remembers, oldest first, and sentences about what in it could not be used."""

    iterations: tuple[Iteration, ...] = ()
    notices: tuple[str, ...] = ()


def read_log(lines: Iterable[bytes], place: str, left_out: Counter[str] | None = None) -> IterationLog:
    """Records from lines of JSON in any order; `left_out` counts by reason what the caller could not read.

    A record that is there twice counts once. Newer versions are never guessed at.
    """
    counted = Counter(left_out or {})
    found: dict[tuple[str, str], Iteration] = {}
    for line in lines:
        one = _decode(line)
        if isinstance(one, Iteration):
            found.setdefault((one.run_id, one.model), one)
        else:
            counted[one] += 1
    ordered = sorted(found.values(), key=lambda one: (one.when, one.run_id, one.model))
    return IterationLog(iterations=tuple(ordered), notices=_notices(counted, place))


def _decode(line: bytes) -> Iteration | str:
    """The record, or why it is left out."""
    if len(line) > MAX_LINE_BYTES:
        return "too large"
    try:
        return Iteration.model_validate_json(line)
    except ValidationError:
        return "of a newer version of mist-ci" if _is_newer(line) else "not understood"


def _is_newer(line: bytes) -> bool:
    try:
        loaded = json.loads(line)
    except (ValueError, RecursionError):
        return False
    version = loaded.get("version") if isinstance(loaded, dict) else None
    return isinstance(version, int) and version > VERSION


def _notices(counted: Counter[str], place: str) -> tuple[str, ...]:
    told = ", ".join(f"{number} {why}" for why, number in sorted(counted.items()) if number)
    return (f"entries in {place} that are not shown: {told}",) if told else ()
