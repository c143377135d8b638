"""The gate's own code on made-up answers: it asks look by look as in a real run, and decides."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

from benchmarks.simulation.population import Scores
from mist_ci import gate
from mist_ci.matchspec import Portion
from mist_ci.models.attempt import Attempt, AttemptStatus, Side
from mist_ci.models.config import Gate
from mist_ci.models.modelref import ModelReference
from mist_ci.models.plan import ModelChange
from mist_ci.models.suite import AttemptCounts, ChatMessage, GraderSpec, Role, Sample, Suite
from mist_ci.models.verdict import Outcome, Verdict
from mist_ci.stages.evaluation import ModelStage

WORLD: Any = SimpleNamespace(clock=SimpleNamespace(now=lambda: None))
"""A stage asks its world for the time only, and looks at it for stored answers only: there are none."""
Answers = Sequence[Mapping[str, Scores]]
"""Of each suite, what each model says at every attempt that it may ever be asked for."""


@dataclass(frozen=True, slots=True)
class Result:
    """What one pull request came to."""

    blocked: bool
    verdicts: tuple[Verdict | None, ...]
    """In the order of the suites."""
    overall_regressed: bool
    anchor_regressed: bool
    head_calls: int


@dataclass
class Procedure:
    """A gate over some suites with given attempts. Records of attempts are made once, and dealt out again."""

    sizes: Sequence[int]
    attempts: AttemptCounts
    has_anchor: bool = False
    one_by_one: bool = False
    """True hands over each attempt of base and anchor; else one record with their mean score, which is faster."""
    _suites: list[Suite] = field(init=False)
    _records: dict[tuple[str, Side, int], list[tuple[Attempt, ...]]] = field(init=False)

    def __post_init__(self) -> None:
        shown = self.attempts if self.one_by_one else self.attempts.model_copy(update={"base": 1})
        self._suites = [make_suite(number, size, shown) for number, size in enumerate(self.sizes)]
        self._records = {}

    def judge(self, answers: Answers) -> Result:
        """One pull request, from the first question to the verdict."""
        asker = _Dealer({suite.name: said for suite, said in zip(self._suites, answers, strict=True)}, self)
        policy = Gate(branches=("main",))
        change = ModelChange(
            name="assistant",
            path="models/assistant.yml",
            base=_reference("base"),
            base_label="base",
            head=_reference("head"),
            anchor=_reference("anchor") if self.has_anchor else None,
            anchor_label="anchor",
        )
        stage = ModelStage(change, policy, asker, WORLD, leaked={}, waived=frozenset())
        decision = gate.decide(policy, [stage.compare(self._suites, [])])
        (model,) = decision.models
        lost = [one.verdict is Verdict.REGRESSED for one in model.anchor.suites] if model.anchor else []
        if model.anchor is not None and model.anchor.overall is not None:
            lost.append(model.anchor.overall.verdict is Verdict.REGRESSED)
        return Result(
            blocked=decision.outcome is Outcome.FAILED,
            verdicts=tuple(one.verdict for one in model.suites),
            overall_regressed=model.overall is not None and model.overall.verdict is Verdict.REGRESSED,
            anchor_regressed=any(lost),
            head_calls=asker.calls[Side.HEAD],
        )

    def deal(self, name: str, side: Side, number: int, stretch: slice, scores: Scores) -> list[Attempt]:
        """Records of one attempt of a side at a stretch of a suite."""
        if side is Side.HEAD or self.one_by_one:
            out_of, right = 1, scores[number, stretch]
        else:
            out_of = self.attempts.base
            right = scores[:out_of, stretch].sum(axis=0)
        records = self._of(name, side, number, out_of)[stretch]
        return [choice[score] for choice, score in zip(records, right.tolist(), strict=True)]

    def _of(self, name: str, side: Side, number: int, out_of: int) -> list[tuple[Attempt, ...]]:
        """At each sample of a suite a record of every score that there may be."""
        place = (name, side, number)
        if place not in self._records:
            (suite,) = (one for one in self._suites if one.name == name)
            self._records[place] = [
                tuple(_attempt(suite, sample, side, number, right / out_of) for right in range(out_of + 1))
                for sample in suite.samples
            ]
        return self._records[place]


@dataclass
class _Dealer:
    """Answers a stage's questions from what was drawn."""

    answers: Mapping[str, Mapping[str, Scores]]
    procedure: Procedure
    calls: Counter[Side] = field(default_factory=Counter)
    complete: bool = True

    def ask(
        self, portions: Sequence[Portion], sides: Mapping[Side, ModelReference], label: str
    ) -> tuple[Attempt, ...]:
        """The attempts that are wanted; a portion is a stretch of its suite's samples."""
        del label
        dealt: list[Attempt] = []
        for portion in portions:
            start = int(portion.samples[0].id)
            stretch = slice(start, start + len(portion.samples))
            for side in sides:
                scores = self.answers[portion.suite.name][side.value]
                for number in portion.attempts.get(side, range(0)):
                    dealt += self.procedure.deal(portion.suite.name, side, number, stretch, scores)
                    self.calls[side] += len(portion.samples)
        return tuple(dealt)

    def forget(self, label: str, is_wrong: Callable[[Attempt], bool]) -> None:
        """Nothing here is ever out of date."""


def make_suite(number: int, size: int, attempts: AttemptCounts) -> Suite:
    """A suite that must not get worse; its samples are in their order already."""
    name = f"suite-{number}"
    samples = tuple(
        Sample(
            key=f"{name}-{index:04}",
            id=str(index),
            messages=(ChatMessage(role="user", content="?"),),
            expected="!",
        )
        for index in range(size)
    )
    return Suite(
        name=name,
        path=f"suites/{name}.yml",
        role=Role.RETAIN,
        must_improve=False,
        floor=None,
        margin=None,
        graders=(GraderSpec(name="exact", version=1, options={}),),
        primary="exact",
        attempts=attempts,
        samples=samples,
        digest=f"sha256:{name}",
    )


def _reference(model: str) -> ModelReference:
    return ModelReference(version=1, provider="local", model=model)


def _attempt(suite: Suite, sample: Sample, side: Side, number: int, score: float) -> Attempt:
    return Attempt(
        side=side,
        suite=suite.name,
        suite_digest=suite.digest,
        sample=sample.id,
        key=sample.key,
        attempt=number,
        status=AttemptStatus.SCORED,
        score=score,
        scores={suite.primary: score},
        output="",
        provider="local",
        model=side.value,
        start_ns=0,
        end_ns=0,
    )
