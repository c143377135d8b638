"""A model against itself: its attempts are dealt to two pretend sides, again and again, and the gate judges them."""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from mist_ci.gate.compare import compare
from mist_ci.gate.decide import decide
from mist_ci.models.attempt import Attempt, Side
from mist_ci.models.config import Gate
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
    """How many attempts each pretend side gets: as the suite says where there are enough, else fewer, never none.

    >>> sides(AttemptCounts(base=1, head=1), 5), sides(AttemptCounts(base=5, head=1), 5)
    ((1, 1), (4, 1))
    """
    head = min(wanted.head, attempts // 2)
    return min(wanted.base, attempts - head), head


def pretend(
    change: ModelChange,
    suites: Sequence[Suite],
    attempts: Sequence[Attempt],
    gate: Gate,
    splits: int,
    advance: Callable[[], None],
) -> Pretended:
    """Judges `splits` pretend changes. Which attempt goes where is a hash of split, sample and number: no dice.

    `advance` is called after each. The splits share all attempts, so what they count is right on average, and as
    uncertain as a few independent runs.
    """
    dealt = _by_sample(attempts)
    counts = Pretended(splits)
    for split in range(splits):
        chosen = [one for suite in suites for one in _split(suite, dealt, split)]
        counts.count(decide(gate, [compare(change, suites, chosen, gate, {})]))
        advance()
    return counts


def _by_sample(attempts: Sequence[Attempt]) -> dict[tuple[str, str], list[Dealt]]:
    dealt: dict[tuple[str, str], list[Dealt]] = {}
    for one in sorted(attempts, key=lambda one: one.attempt):
        base, head = (one.model_copy(update={"side": side}) for side in (Side.BASE, Side.HEAD))
        dealt.setdefault((one.suite_digest, one.key), []).append((base, head))
    return dealt


def _split(suite: Suite, dealt: Mapping[tuple[str, str], Sequence[Dealt]], split: int) -> Iterator[Attempt]:
    for sample in suite.samples:
        mine = dealt.get((suite.digest, sample.key), ())
        base, head = sides(suite.attempts, len(mine))
        seed = hashlib.sha256(f"{split} {suite.digest} {sample.key}".encode()).digest()
        order = sorted(range(len(mine)), key=lambda number: hashlib.sha256(seed + bytes([number])).digest())
        yield from (mine[number][0] for number in order[:base])
        yield from (mine[number][1] for number in order[base : base + head])
