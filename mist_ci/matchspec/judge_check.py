"""Asking a judge about answers that people have labelled."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

import anyio

from mist_ci.errors import cancelled
from mist_ci.matchspec.bill import Bill
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
    """All that the judge said, in the order of the labels, and what each took. `complete` is False without money."""

    opinions: tuple[Opinion, ...]
    judgements: tuple[Judgement, ...]
    complete: bool


@dataclass(slots=True)
class _Hearing:
    judging: Judging
    judge: ModelGrader
    left: Iterator[tuple[int, Labelled]]
    found: dict[int, Opinion] = field(default_factory=dict)
    judgements: list[Judgement] = field(default_factory=list)
    complete: bool = True
    failure: Exception | None = None


def hear(
    spec: GraderSpec,
    labels: Sequence[Labelled],
    providers: Mapping[str, Provider],
    world: World,
    run_id: str,
    ceiling_usd: Decimal | None = None,
) -> Heard:
    """Asks the judge about every answer. What it said before is not asked again.

    Raises ConfigError for a provider that is not there, and CouldNotRun when the judge's server refuses, is gone, or
    the run is stopped.
    """
    judge = grader(spec)
    if not isinstance(judge, ModelGrader):
        raise TypeError(f"{spec.name} asks nobody")
    judging = Judging(world, providers, run_id, Budget(Ceilings(usd=ceiling_usd)))
    hearing = _Hearing(judging, judge, iter(enumerate(labels)))
    connections = judging.provider(judge).limits.connections
    world.progress.start("asking the judge, answers", len(labels))
    try:
        with world.interrupts.watched() as interrupted:
            anyio.run(_hear, hearing, connections, world, interrupted)
    finally:
        world.progress.finish()
    if hearing.failure is not None:
        raise hearing.failure
    found = tuple(hearing.found[index] for index in sorted(hearing.found))
    return Heard(found, tuple(hearing.judgements), hearing.complete)


async def _hear(hearing: _Hearing, connections: int, world: World, interrupted: Callable[[], bool]) -> None:
    hearing.judging.open([hearing.judge], {})
    try:
        async with anyio.create_task_group() as watch:
            watch.start_soon(_heed, hearing, interrupted, watch.cancel_scope)
            async with anyio.create_task_group() as group:
                for _ in range(connections):
                    group.start_soon(_work, hearing, world, group.cancel_scope)
            watch.cancel_scope.cancel()
    finally:
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
        bill = hearing.judging.bill()
        try:
            found = await hearing.judging.judge(_question(hearing.judge, labelled), bill)
        except OutOfMoneyError:
            hearing.complete = False
            _keep(hearing, bill)
            return
        except Exception as error:  # noqa: BLE001 - raised by the caller
            hearing.failure = hearing.failure or error
            scope.cancel()
            return
        hearing.found[index] = Opinion(labelled, found)
        _keep(hearing, bill)
        world.progress.advance()


def _keep(hearing: _Hearing, bill: Bill) -> None:
    hearing.judgements.append(bill.judgement())


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
