"""A model against itself: its attempts are dealt to two pretend sides, again and again, and the gate judges them."""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from msgspec import structs

from mist_ci.gate.compare import compare
from mist_ci.gate.decide import decide
from mist_ci.gate.families import settled
from mist_ci.gate.looks import Standing, first_look
from mist_ci.models.attempt import Attempt, Side
from mist_ci.models.config import Gate
from mist_ci.models.judges import NO_JUDGES, Judges
from mist_ci.models.plan import ModelChange
from mist_ci.models.suite import AttemptCounts, Suite
from mist_ci.models.verdict import Decision, Outcome, Verdict

Dealt = tuple[Attempt, Attempt]
"""One attempt as it would be on the base side and on the head side."""


@dataclass(slots=True)
class Pretended:
    """Counts over all splits; by suite, and for the gate as a whole."""

    splits: int
    regressed: Counter[str] = field(default_factory=Counter)
    not_proven: Counter[str] = field(default_factory=Counter)
    any_regressed: int = 0
    any_not_proven: int = 0
    blocked: int = 0

    def count(self, decision: Decision) -> None:
        """Adds one split's verdicts."""
        (model,) = decision.models
        named = [(suite.numbers.suite, suite.verdict) for suite in model.suites]
        together = [model.overall.verdict] if model.overall else []
        everything = [*(verdict for _, verdict in named), *together]
        self.regressed.update(name for name, verdict in named if verdict is Verdict.REGRESSED)
        self.not_proven.update(name for name, verdict in named if verdict is Verdict.INCONCLUSIVE)
        self.any_regressed += Verdict.REGRESSED in everything
        self.any_not_proven += any(verdict is Verdict.INCONCLUSIVE for _, verdict in named)
        self.blocked += decision.outcome is Outcome.FAILED


def sides(wanted: AttemptCounts, attempts: int) -> tuple[int, int]:
    """How many attempts each pretend side gets at most: as the suite says where there are enough, else fewer.

    >>> sides(AttemptCounts(base=1, head=1), 5), sides(AttemptCounts(base=5, head=1), 5)
    ((1, 1), (4, 1))
    """
    head = min(max(wanted.head, wanted.max_head or 0), attempts // 2)
    return min(wanted.base, attempts - head), head


def pretend(
    change: ModelChange,
    suites: Sequence[Suite],
    attempts: Sequence[Attempt],
    gate: Gate,
    splits: int,
    advance: Callable[[], None],
    judges: Judges = NO_JUDGES,
) -> Pretended:
    """Judges `splits` pretend changes, look by look as a real one. Which attempt goes where is a hash: no dice.

    `advance` is called after each. The splits share all attempts, so what they count is right on average, and as
    uncertain as a few independent runs.
    """
    dealt = _by_sample(attempts)
    asked = [suite.model_copy(update={"attempts": _as_dealt(suite, dealt)}) for suite in suites]
    counts = Pretended(splits)
    for split in range(splits):
        chosen = [one for suite in asked for one in _split(suite, dealt, split)]
        counts.count(_judge(change, asked, chosen, gate, judges))
        advance()
    return counts


def _as_dealt(suite: Suite, dealt: Mapping[tuple[str, str], Sequence[Dealt]]) -> AttemptCounts:
    """The attempts that the suite's looks can count on."""
    fewest = min((len(dealt.get((suite.digest, one.key), ())) for one in suite.samples), default=0)
    wanted = suite.attempts
    base, head = sides(wanted, fewest)
    return AttemptCounts(base=max(base, 1), head=max(min(wanted.head, head), 1), max_head=max(head, 1))


def _judge(
    change: ModelChange, suites: Sequence[Suite], attempts: Sequence[Attempt], gate: Gate, judges: Judges
) -> Decision:
    """Goes on to the next look where a suite is undecided, with the attempts that a gate would then have."""
    standings = [first_look(suite, gate, has_baseline=True) for suite in suites]
    compared = compare(change, standings, _seen(attempts, standings), gate, {}, judges=judges)
    while onward := [one for one in standings if not one.is_last]:
        done = settled(compared, gate)
        going = [one for one in onward if one.suite.name not in done]
        if not going:
            break
        standings = [one.next() if one in going else one for one in standings]
        compared = compare(change, standings, _seen(attempts, standings), gate, {}, judges=judges)
    return decide(gate, [compared])


def _seen(attempts: Sequence[Attempt], standings: Sequence[Standing]) -> list[Attempt]:
    """Head's attempts as far as the suites' looks go; samples are left out by the looks themselves."""
    many = {one.suite.digest: one.look.head_attempts for one in standings}
    return [one for one in attempts if one.side is Side.BASE or one.attempt < many[one.suite_digest]]


def _by_sample(attempts: Sequence[Attempt]) -> dict[tuple[str, str], list[Dealt]]:
    dealt: dict[tuple[str, str], list[Dealt]] = {}
    for one in sorted(attempts, key=lambda one: one.attempt):
        base, head = (structs.replace(one, side=side) for side in (Side.BASE, Side.HEAD))
        dealt.setdefault((one.suite_digest, one.key), []).append((base, head))
    return dealt


def _split(suite: Suite, dealt: Mapping[tuple[str, str], Sequence[Dealt]], split: int) -> Iterator[Attempt]:
    """Base's attempts, and as many of head as the last look may want, counted from 0 as they are dealt."""
    for sample in suite.samples:
        mine = dealt.get((suite.digest, sample.key), ())
        base, head = sides(suite.attempts, len(mine))
        seed = hashlib.sha256(f"{split} {suite.digest} {sample.key}".encode()).digest()
        order = sorted(range(len(mine)), key=lambda number: hashlib.sha256(seed + bytes([number])).digest())
        yield from (mine[number][0] for number in order[:base])
        for place, number in enumerate(order[base : base + head]):
            yield structs.replace(mine[number][1], attempt=place)
