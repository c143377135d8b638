"""What a comment remembers of its run, hidden at its end, so that the next one can say what changed.

    <!-- mist-state:1 eyJub3ciOnsi… -->

The JSON is in base64: no name in it can end the HTML comment, and nobody reads it by accident. Coming back it
is hostile, although the caller has checked who wrote the comment: anything but exactly this is no state.
"""

import base64
import binascii
import json
import re
from decimal import Decimal
from typing import Annotated

from pydantic import Field, ValidationError

from mist_ci.models.base import Model
from mist_ci.models.report import Report
from mist_ci.models.verdict import Outcome
from mist_ci.report.words import Word, word, worst_first

MAX_SNAPSHOT = 5_000
"""Characters of JSON of one snapshot; suites that do not fit are left out, those that pass first."""

_LINE = re.compile(r"<!-- mist-state:1 ([A-Za-z0-9+/]{1,32000}={0,2}) -->")
_CENT_FRACTION = Decimal("0.000001")

Text = Annotated[str, Field(min_length=1, max_length=200)]
Score = Annotated[float, Field(ge=0, le=1)]
Dollars = Annotated[Decimal, Field(ge=0, le=1_000_000_000, max_digits=16, decimal_places=6)]

SuiteState = tuple[Text, Text, Word, Score | None]
"""Model, suite, what was said about it, and head's mean."""


class Snapshot(Model):
    """One run in a few numbers."""

    head: Annotated[str, Field(pattern=r"^[0-9a-f]{7,64}$")]
    outcome: Outcome
    findings: Annotated[int, Field(ge=0, le=1_000_000_000)]
    """New ones."""
    cost_usd: Dollars | None
    suites: Annotated[tuple[SuiteState, ...], Field(max_length=500)] = ()


class State(Model):
    """A run and the one that it was held against."""

    now: Snapshot
    before: Snapshot | None = None


def snapshot(report: Report) -> Snapshot | None:
    """What is to be remembered; None where the head commit has no proper name."""
    fresh = sum(data.count_new for data in report.data)
    costs = [line.spend.cost_usd for line in report.spend]
    known = [cost for cost in costs if cost is not None]
    total = sum(known, Decimal(0)).quantize(_CENT_FRACTION) if len(known) == len(costs) else None
    suites = [
        (model.model, suite.numbers.suite, word(suite), _score(suite.numbers.head.mean))
        for model in report.decision.models
        for suite in worst_first(model.suites)
        if model.model and suite.numbers.suite
    ]
    try:
        return Snapshot(
            head=report.event.head,
            outcome=report.decision.outcome,
            findings=fresh,
            cost_usd=total,
            suites=tuple(one for one in suites if len(one[0]) <= 200 and len(one[1]) <= 200)[:500],  # noqa: PLR2004
        )
    except ValidationError:
        return None


def write(now: Snapshot, before: Snapshot | None, room: int = MAX_SNAPSHOT) -> str:
    """The hidden line; each snapshot takes at most `room` characters of JSON, and its first fields in any case."""
    state = State(now=_capped(now, room), before=before and _capped(before, room))
    encoded = base64.b64encode(state.model_dump_json().encode()).decode("ascii")
    return f"<!-- mist-state:1 {encoded} -->"


def read(body: str) -> State | None:
    """The state on the last line of a comment, or None when there is none or anything is odd. Never raises."""
    match = _LINE.fullmatch(body[-40_000:].rstrip().rpartition("\n")[2])
    if match is None:
        return None
    try:
        return State.model_validate_json(base64.b64decode(match[1], validate=True))
    except (ValidationError, binascii.Error, ValueError):
        return None


def predecessor(previous: State | None, head: str) -> Snapshot | None:
    """The run about another commit that this one is held against.

    A comment about the same commit passes on its own predecessor: judging a commit again says the same again.
    """
    if previous is None:
        return None
    return previous.before if previous.now.head == head else previous.now


def _score(mean: float | None) -> float | None:
    return None if mean is None else round(min(max(mean, 0.0), 1.0), 4)


def _capped(one: Snapshot, room: int) -> Snapshot:
    left = room - len(one.model_copy(update={"suites": ()}).model_dump_json())
    kept = []
    for suite in one.suites:
        left -= len(json.dumps(suite)) + 1
        if left < 0:
            break
        kept.append(suite)
    return one.model_copy(update={"suites": tuple(kept)})
