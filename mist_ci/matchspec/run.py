"""Asking both models the same samples, side by side. The only asynchronous room."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from types import MappingProxyType

import anyio
import anyio.lowlevel
from msgspec.structs import replace

from mist_ci.errors import Code, CouldNotRun, cancelled
from mist_ci.matchspec import record, reuse
from mist_ci.matchspec.calls import Call, Contestant, Portion, all_calls
from mist_ci.matchspec.judging import Asks, Judging, OutOfMoneyError
from mist_ci.matchspec.marking import NO_MONEY, Marking
from mist_ci.models.attempt import Attempt
from mist_ci.models.config import Provider
from mist_ci.models.figures import count
from mist_ci.ports import World
from mist_ci.ports.model_client import ModelClient, NoAnswer
from mist_ci.ports.results import ResultStore

NO_PROVIDERS: Mapping[str, Provider] = MappingProxyType({})
GONE_AFTER = 3
"""So many calls in a row without any HTTP response, each with all its retries, and the server counts as gone."""


@dataclass(slots=True)
class _Line:
    """The line to one provider: how many may speak at once, and whether anybody answers."""

    client: ModelClient
    room: anyio.CapacityLimiter
    silent_in_a_row: int = 0


@dataclass(slots=True)
class _Run:
    """What the workers share. One event loop, so no locks."""

    calls: Iterator[Call]
    marking: Marking
    judging: Judging
    ceiling_usd: Decimal | None
    lines: dict[str, _Line] = field(default_factory=dict)
    attempts: list[Attempt] = field(default_factory=list)
    spent_usd: Decimal = Decimal(0)
    failure: Exception | None = None
    is_cut_short: bool = False
    """A judge was not asked, because the money ran out."""

    def keep(self, attempt: Attempt, store: ResultStore) -> None:
        """Counted even where it cannot be written down: it was paid for."""
        self.attempts.append(attempt)
        judgement = attempt.judgement
        self.spent_usd += (judgement.cost_usd if judgement else None) or 0
        self.is_cut_short |= attempt.reason == NO_MONEY
        store.record(attempt)

    @property
    def is_out_of_money(self) -> bool:
        """True when no new call may start."""
        return self.ceiling_usd is not None and self.spent_usd >= self.ceiling_usd


@dataclass(frozen=True, slots=True)
class Evaluation:
    """All attempts, in the order in which they ended.

    `complete` is False when the money ran out first, or when `failure` ended the run: the attempts up to then
    are still there, so that what was spent can be told.
    """

    attempts: tuple[Attempt, ...]
    planned: int
    complete: bool
    failure: Exception | None = None


def evaluate(
    portions: Sequence[Portion],
    contestants: Sequence[Contestant],
    world: World,
    store: ResultStore,
    ceiling_usd: Decimal | None = None,
    providers: Mapping[str, Provider] = NO_PROVIDERS,
) -> Evaluation:
    """Asks every contestant what the portions want of it, the sides interleaved on the same samples.

    What an earlier run was answered is not asked again, only graded again. Each attempt is in `store` before the
    next one of its worker starts. At the ceiling no new call starts, so the overspend is at most the calls in
    flight. A server that is gone, a provider that refuses, or a signal ends the run with a `failure`. Raises
    CouldNotRun, before the first call, when a price or a key is missing.

    Graders that ask models ask those of `providers`. What they are told is stored and counted in the same way, after
    the answer that they were asked about; an answer that was paid for is judged also when that reaches the ceiling.
    """
    calls = list(all_calls(portions, contestants))
    samples = sum(len(portion.samples) for portion in portions)
    whom = ", ".join(one.side.value for one in contestants) + " " if len(contestants) > 1 else ""
    world.progress.start(f"asking {whom}about {count(samples, 'sample')}, calls", len(calls))
    judging = Judging(world, providers, store.run_id, lambda: not run.is_out_of_money)
    run = _Run(iter(calls), Marking([portion.suite for portion in portions], judging), judging, ceiling_usd)
    run.marking.refuse_lonely(contestants)
    asked = [Asks(one.reference.provider, one.provider, one.reference.model) for one in contestants]
    _refuse_unpriced([*asked, *judging.models(run.marking.asking)], world, ceiling_usd)
    try:
        with world.interrupts.watched() as interrupted:
            anyio.run(_evaluate, run, contestants, world, store, interrupted)
    finally:
        world.progress.finish()
    complete = len(run.attempts) == len(calls) and not run.is_cut_short
    return Evaluation(tuple(run.attempts), len(calls), complete, run.failure)


def _refuse_unpriced(models: Iterable[Asks], world: World, ceiling_usd: Decimal | None) -> None:
    if ceiling_usd is None:
        return
    for one in models:
        cost = world.prices.cost(one.provider, one.model, 1, 1, world.clock.now().date())
        if cost.usd is None:
            message = f"a money budget is set and the price of {one.model!r} is unknown"
            hint = f"add `prices` to provider {one.name} in mist.yml"
            raise CouldNotRun(Code.UNPRICED, message, hint=hint)


async def _evaluate(
    run: _Run,
    contestants: Sequence[Contestant],
    world: World,
    store: ResultStore,
    interrupted: Callable[[], bool],
) -> None:
    providers = {one.reference.provider: one.provider for one in contestants}
    try:
        for name, provider in providers.items():
            room = anyio.CapacityLimiter(provider.limits.connections)
            run.lines[name] = _Line(world.models.open(name, provider), room)
        run.judging.open(run.marking.asking, {name: line.client for name, line in run.lines.items()})
        async with anyio.create_task_group() as watch:
            watch.start_soon(_heed, run, interrupted, watch.cancel_scope)
            async with anyio.create_task_group() as group:
                for _ in range(sum(provider.limits.connections for provider in providers.values())):
                    group.start_soon(_work, run, world, store, group.cancel_scope)
            watch.cancel_scope.cancel()
    finally:
        with anyio.CancelScope(shield=True):
            for attempt in run.marking.leave(ended=run.failure is not None):
                run.keep(attempt, store)
            await run.judging.aclose()
            for line in run.lines.values():
                await line.client.aclose()


async def _heed(run: _Run, interrupted: Callable[[], bool], scope: anyio.CancelScope) -> None:
    """Ctrl-C, or a CI job that ends: what was answered is kept."""
    while not interrupted():  # noqa: ASYNC110 - a signal handler cannot set an event of the loop
        await anyio.sleep(0.05)
    run.failure = cancelled()
    scope.cancel()


async def _work(run: _Run, world: World, store: ResultStore, scope: anyio.CancelScope) -> None:
    for call in run.calls:
        line = run.lines[call.contestant.reference.provider]
        try:
            attempt = None if call.fresh else await _recall(call, run, world, store)
            if attempt is None:
                async with line.room:
                    if run.is_out_of_money:
                        return
                    attempt = await _ask(call, run, world, store)
        except OutOfMoneyError:
            run.is_cut_short = True
            return
        except Exception as error:  # noqa: BLE001 - raised by the caller, who keeps what was paid for
            run.failure = run.failure or error
        else:
            world.progress.advance()
            if line.silent_in_a_row >= GONE_AFTER:
                run.failure = run.failure or _gone(call, attempt, run, store)
        if run.failure is not None:
            scope.cancel()
            return


def _gone(call: Call, attempt: Attempt, run: _Run, store: ResultStore) -> CouldNotRun:
    done = sum(one.status.counts for one in run.attempts)
    return CouldNotRun(
        Code.SERVER_GONE,
        f"the model server of provider {call.contestant.reference.provider!r} "
        f"({call.contestant.provider.base_url}) does not answer any more: {attempt.reason}",
        hint=f"{done} finished answers are kept in {store.location}; start the server and run the gate again",
    )


async def _recall(call: Call, run: _Run, world: World, store: ResultStore) -> Attempt | None:
    """The attempt with a stored answer: no call, no place in the line, no money. None when it has to be asked."""
    start_ns = world.clock.now_ns()
    stored = reuse.recall(call, world)
    if stored is None:
        return None
    answer, entry = stored
    await anyio.lowlevel.checkpoint()  # thousands of stored answers in a row must not keep a signal waiting
    end_ns = world.clock.now_ns()
    attempt = record.answered(call, answer, start_ns, end_ns, world)
    attempt = replace(attempt, reused=True, stored_at=entry.written, stored_for=entry.commit)
    for graded in await run.marking.mark(call, answer, attempt):
        run.keep(graded, store)
    return attempt


async def _ask(call: Call, run: _Run, world: World, store: ResultStore) -> Attempt:
    line = run.lines[call.contestant.reference.provider]
    start_ns = world.clock.now_ns()
    answer = await line.client.complete(call.request)
    end_ns = world.clock.now_ns()
    if isinstance(answer, NoAnswer):
        line.silent_in_a_row = line.silent_in_a_row + 1 if answer.server_gone else 0
        attempt = record.unanswered(call, answer, start_ns, end_ns)
        run.keep(attempt, store)
        return attempt
    line.silent_in_a_row = 0
    attempt = record.answered(call, answer, start_ns, end_ns, world)
    run.spent_usd += attempt.cost_usd or 0
    if not call.is_probe:
        reuse.remember(call, answer, world, store.run_id)
    for graded in await run.marking.mark(call, answer, attempt):
        run.keep(graded, store)
    return attempt
