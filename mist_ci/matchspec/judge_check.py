"""Asking a judge about answers that people have labelled."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

import anyio

from mist_ci.errors import cancelled
from mist_ci.matchspec.budget import Budget
from mist_ci.matchspec.graders import grader
from mist_ci.matchspec.graders.modelled import AnswerGrader, Judged, ModelGrader, PairingGrader
from mist_ci.matchspec.judging import Judging, OutOfMoneyError, Question
from mist_ci.matchspec.labels import Labelled
from mist_ci.models.answer import Answer
from mist_ci.models.attempt import Judgement
from mist_ci.models.ceilings import Ceilings
from mist_ci.models.config import Provider
from mist_ci.models.suite import GraderSpec
from mist_ci.ports import World


@dataclass(frozen=True, slots=True)
class Opinion:
    """What people and the judge say about one answer; `found` is a reason where the judge said nothing that counts."""

    labelled: Labelled
    found: Judged | str


@dataclass(frozen=True, slots=True)
class Heard:
    """All that the judge said, in the order of the labels. `complete` is False where the money ran out.

    `failure` is what ended it before: the judge's server refuses, is gone, or somebody stopped the run.
    """

    opinions: tuple[Opinion, ...]
    complete: bool
    failure: Exception | None
    took_s: float
    """Seconds of asking."""


Keep = Callable[[Labelled, Judged | str, Judgement], None]
"""Told of each answer what the judge says, or why it says nothing, and what that took: also where it was cut short."""
CUT_SHORT = "the run ended before it was judged"


@dataclass(slots=True)
class _Hearing:
    judging: Judging
    judge: ModelGrader
    left: Iterator[tuple[int, Labelled]]
    keep: Keep
    found: dict[int, Opinion] = field(default_factory=dict)
    complete: bool = True
    failure: Exception | None = None


def hear(
    spec: GraderSpec,
    labels: Sequence[Labelled],
    providers: Mapping[str, Provider],
    world: World,
    run_id: str,
    keep: Keep,
    ceiling_usd: Decimal | None = None,
) -> Heard:
    """Asks the judge about every answer, and `keep` is told of each. What it said before is not asked again.

    Raises ConfigError for a provider that is not there.
    """
    judge = grader(spec)
    if not isinstance(judge, ModelGrader):
        raise TypeError(f"{spec.name} asks nobody")
    budget = Budget(Ceilings(usd=ceiling_usd), anyio.current_time)
    judging = Judging(world, providers, run_id, budget)
    hearing = _Hearing(judging, judge, iter(enumerate(labels)), keep)
    connections = judging.provider(judge).limits.connections
    world.progress.start("asking the judge, answers", len(labels))
    try:
        with world.interrupts.watched() as interrupted:
            anyio.run(_hear, hearing, budget, connections, world, interrupted)
    finally:
        world.progress.finish()
    found = tuple(hearing.found[index] for index in sorted(hearing.found))
    return Heard(found, hearing.complete, hearing.failure, budget.took_s)


async def _hear(
    hearing: _Hearing, budget: Budget, connections: int, world: World, interrupted: Callable[[], bool]
) -> None:
    hearing.judging.open([hearing.judge], {})
    budget.start()
    try:
        async with anyio.create_task_group() as watch:
            watch.start_soon(_heed, hearing, interrupted, watch.cancel_scope)
            async with anyio.create_task_group() as group:
                for _ in range(connections):
                    group.start_soon(_work, hearing, world, group.cancel_scope)
            watch.cancel_scope.cancel()
    finally:
        budget.finish()
        with anyio.CancelScope(shield=True):
            await hearing.judging.aclose()


async def _heed(hearing: _Hearing, interrupted: Callable[[], bool], scope: anyio.CancelScope) -> None:
    """Ctrl-C: what was said is stored."""
    while not interrupted():  # noqa: ASYNC110 - a signal handler cannot set an event of the loop
        await anyio.sleep(0.05)
    hearing.failure = cancelled()
    scope.cancel()


async def _work(hearing: _Hearing, world: World, scope: anyio.CancelScope) -> None:
    for index, labelled in hearing.left:
        try:
            await _listen(hearing, index, labelled)
        except OutOfMoneyError:
            hearing.complete = False
            return
        except Exception as error:  # noqa: BLE001 - raised by the caller, who keeps what was paid for
            hearing.failure = hearing.failure or error
            scope.cancel()
            return
        world.progress.advance()


async def _listen(hearing: _Hearing, index: int, labelled: Labelled) -> None:
    """One answer. What was asked about it was paid for, also where the rest never comes."""
    bill, found = hearing.judging.bill(), None
    try:
        found = await hearing.judging.judge(_question(hearing.judge, labelled), bill)
        hearing.found[index] = Opinion(labelled, found)
    finally:
        if found is not None or bill.calls or bill.saved or bill.tried:
            told = found.reason if isinstance(found, Judged) else ""
            hearing.keep(labelled, found or CUT_SHORT, bill.judgement(told))


def _question(judge: ModelGrader, labelled: Labelled) -> Question:
    sample, first, second = labelled.sample, Answer(labelled.output), Answer(labelled.other or "")
    if isinstance(judge, PairingGrader):
        pair = judge
        return Question(
            judge,
            tuple(pair.requests(first, second, sample)),
            lambda replies: pair.read(replies, first, second, sample),
        )
    if not isinstance(judge, AnswerGrader):
        raise TypeError(f"{judge.name} asks nobody")
    one = judge
    return Question(
        judge, tuple(one.requests(first, sample)), lambda replies: one.read(replies, first, sample)
    )
