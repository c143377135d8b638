"""A stage's answers from a script: what each side scores at each sample, until the money is gone."""

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from msgspec.structs import replace

from mist_ci.gate import decide
from mist_ci.matchspec import Portion
from mist_ci.models.attempt import Attempt, Side
from mist_ci.models.comparison import ModelComparison
from mist_ci.models.config import Gate
from mist_ci.models.modelref import ModelReference
from mist_ci.models.plan import ModelChange
from mist_ci.models.suite import Sample, Suite
from mist_ci.models.verdict import Decision
from mist_ci.stages.evaluation import ChangedSuite, ModelStage
from tests.fakes import world
from tests.unit.gate.building import Pair, attempt, make_change, make_gate

Score = Callable[[Side, Suite, Sample, int], float | None]


def from_pairs(played: Mapping[str, Sequence[Pair]], suites: Sequence[Suite]) -> Score:
    """Scores of base and head by suite; the anchor answers as base does. A tuple holds one score per attempt."""
    places = {(suite.name, sample.key): i for suite in suites for i, sample in enumerate(suite.samples)}

    def score(side: Side, suite: Suite, sample: Sample, number: int) -> float | None:
        answer = played[suite.name][places[suite.name, sample.key]][side is Side.HEAD]
        return answer[number] if isinstance(answer, tuple) else answer

    return score


def but(one: Attempt, **changes: object) -> Attempt:
    """The attempt with some fields changed."""
    return replace(one, **changes)


def nothing_stored(side: Side, sample: Sample, number: int) -> datetime | None:
    """Every answer is asked for."""
    del side, sample, number
    return None


@dataclass
class Script:
    """Implements stages.evaluation.Asker. `stored` says when an answer was stored, and `then` what it scores."""

    score: Score
    money: int | None = None
    """So many calls, and no more."""
    stored: Callable[[Side, Sample, int], datetime | None] = nothing_stored
    then: float | None = None
    """None: as it would today."""
    complete: bool = True
    asked: list[Attempt] = field(default_factory=list)
    told: defaultdict[str, list[Attempt]] = field(default_factory=lambda: defaultdict(list))
    batches: list[int] = field(default_factory=list)

    def ask(
        self, portions: Sequence[Portion], sides: Mapping[Side, ModelReference], label: str
    ) -> tuple[Attempt, ...]:
        answers = []
        for portion in portions:
            for sample in portion.samples:
                for side, reference in sides.items():
                    for number in portion.attempts.get(side, range(0)):
                        if self.money is not None and len(self.asked) >= self.money:
                            self.complete = False
                            continue
                        answers.append(self._answer(portion, side, reference, sample, number))
        self.batches.append(len(answers))
        self.told[label] += answers
        return tuple(answers)

    def _answer(
        self, portion: Portion, side: Side, reference: ModelReference, sample: Sample, number: int
    ) -> Attempt:
        when = None if side in portion.fresh else self.stored(side, sample, number)
        score = self.score(side, portion.suite, sample, number)
        if when is not None and self.then is not None:
            score = self.then
        answer = but(
            attempt(portion.suite, sample, side, score, number),
            reused=when is not None,
            stored_at=when,
            model=reference.model,
        )
        if when is None:
            self.asked.append(answer)
        return answer

    def forget(self, label: str, is_wrong: Callable[[Attempt], bool]) -> None:
        self.told[label] = [one for one in self.told[label] if not is_wrong(one)]

    def calls(self, side: Side | None = None, suite: str | None = None) -> int:
        """How many calls were paid for."""
        return sum(side in (None, one.side) and suite in (None, one.suite) for one in self.asked)

    def times(self) -> Counter[tuple[str, str, str, int]]:
        """How often each attempt was asked for."""
        return Counter((one.side, one.suite, one.key, one.attempt) for one in self.asked)


def stage(
    asker: Script,
    gate: Gate | None = None,
    change: ModelChange | None = None,
    leaked: Mapping[str, tuple[str, ...]] | None = None,
) -> ModelStage:
    """A stage that asks the script."""
    return ModelStage(
        change or make_change(), gate or make_gate(), asker, world(), leaked or {}, waived=frozenset()
    )


def play(
    asker: Script,
    suites: Sequence[Suite],
    gate: Gate | None = None,
    change: ModelChange | None = None,
    *,
    leaked: Mapping[str, tuple[str, ...]] | None = None,
    changed: Sequence[ChangedSuite] = (),
) -> tuple[Decision, ModelComparison]:
    """The whole way of a model through its looks to the decision."""
    gate = gate or make_gate()
    comparison = stage(asker, gate, change, leaked).compare(suites, changed)
    return decide(gate, [comparison], complete=asker.complete), comparison
