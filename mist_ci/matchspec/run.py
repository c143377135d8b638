"""Asking both models the same samples, side by side. The only asynchronous room."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

import anyio
import anyio.lowlevel
from msgspec.structs import replace

from mist_ci.errors import Code, CouldNotRun, cancelled
from mist_ci.matchspec import record, reuse
from mist_ci.matchspec.budget import Budget, Reservation, billed, expected_charge, expected_tokens
from mist_ci.matchspec.calls import Call, Contestant, Portion, all_calls, count_calls
from mist_ci.matchspec.judging import Asks, Judging, OutOfMoneyError
from mist_ci.matchspec.line import Line
from mist_ci.matchspec.marking import NO_MONEY, UNGRADED, Marking
from mist_ci.matchspec.tally import Evaluation, Tally
from mist_ci.matchspec.timing import Span
from mist_ci.matchspec.unpriced import refuse_unpriced
from mist_ci.models.attempt import Attempt, Side
from mist_ci.models.ceilings import NOTHING, UNLIMITED, Ceilings, Charge
from mist_ci.models.config import Provider
from mist_ci.models.figures import count
from mist_ci.ports import World
from mist_ci.ports.model_client import Completion, NoAnswer
from mist_ci.ports.results import ResultStore

NO_PROVIDERS: Mapping[str, Provider] = MappingProxyType({})
_LOOK_AGAIN_S = 0.02
_STORED_IN_A_ROW = 16

Watch = Callable[[Charge], None]
"""Told what counts against the ceiling, after each attempt."""
Answered = tuple[Attempt, Completion | None]
"""An attempt that nobody has graded, with its answer; None where there is none to grade."""


@dataclass(slots=True)
class _Door:
    """One contestant. Nobody else asks before a first call has come back: a wrong key costs one request."""

    is_open: bool = False
    first_is_back: anyio.Event | None = None
    """Set when the call that went ahead is back; None while none is under way."""


@dataclass(slots=True)
class _Run:
    """What the workers share. One event loop, so no locks."""

    calls: Iterator[Call]
    marking: Marking
    judging: Judging
    world: World
    store: ResultStore
    budget: Budget
    lines: dict[str, Line] = field(default_factory=dict)
    doors: defaultdict[Side, _Door] = field(default_factory=lambda: defaultdict(_Door))
    attempts: list[Attempt] = field(default_factory=list)
    tally: Tally = field(default_factory=Tally)
    failure: Exception | None = None
    watch: Watch | None = None
    is_cut_short: bool = False
    """A judge was not asked, because the budget ran out."""

    def fail(self, error: Exception) -> None:
        """The first failure is the one that is told."""
        self.failure = self.failure or error

    def keep(self, attempt: Attempt) -> None:
        """Counted even where it cannot be written down: it was paid for."""
        self.attempts.append(attempt)
        self.tally.add(attempt)
        self.is_cut_short = self.is_cut_short or attempt.reason == NO_MONEY
        self.store.record(attempt)
        if self.watch is not None:
            self.watch(self.budget.spent)


def evaluate(
    portions: Sequence[Portion],
    contestants: Sequence[Contestant],
    world: World,
    store: ResultStore,
    ceilings: Ceilings = UNLIMITED,
    providers: Mapping[str, Provider] = NO_PROVIDERS,
    watch: Watch | None = None,
) -> Evaluation:
    """Asks every contestant what the portions want of it, the sides interleaved on the same samples.

    What an earlier run was answered is not asked again, only graded again. An answer is in `world.outputs` before it is
    graded, and its attempt in `store` before the next one of its worker starts. What a call may take is set aside
    before it (`budget.Budget` says how far a ceiling can be passed). A server that is gone, a provider that refuses, or
    a signal ends the run with a `failure`. `watch` is told after each attempt what counts against ceilings. Raises
    CouldNotRun, before the first call, when a price or a key is missing.

    Graders that ask models ask those of `providers`, out of the same budget: what they are told is stored and counted
    as well. Raises ConfigError for a grader whose provider is none of them.
    """
    planned = count_calls(portions, contestants)
    samples = sum(len(portion.samples) for portion in portions)
    whom = ", ".join(one.side.value for one in contestants) + " " if len(contestants) > 1 else ""
    calls = all_calls(portions, contestants)
    budget = Budget(ceilings, anyio.current_time)
    judging = Judging(world, providers, store.run_id, budget)
    marking = Marking([portion.suite for portion in portions], judging, world.programs)
    marking.refuse_lonely(contestants)
    asked = [Asks(one.reference.provider, one.provider, one.reference.model) for one in contestants]
    if budget.counts_money:
        refuse_unpriced([*asked, *judging.models(marking.asking)], world)
    run = _Run(calls, marking, judging, world, store, budget, watch=watch)
    world.progress.start(f"asking {whom}about {count(samples, 'sample')}, calls", planned, run.tally.told)
    try:
        with world.interrupts.watched() as interrupted:
            anyio.run(_evaluate, run, contestants, interrupted)
    finally:
        world.progress.finish()
    complete = len(run.attempts) == planned and not run.is_cut_short
    stopped = frozenset() if complete else frozenset(budget.stopped_by)
    return Evaluation(
        tuple(run.attempts), planned, complete, run.failure, budget.spent, budget.took_s, stopped
    )


async def _evaluate(run: _Run, contestants: Sequence[Contestant], interrupted: Callable[[], bool]) -> None:
    providers = {one.reference.provider: one.provider for one in contestants}
    run.budget.start()
    try:
        for name, provider in providers.items():
            run.lines[name] = Line(run.world.models.open(name, provider))
        run.judging.open(run.marking.asking, {name: line.client for name, line in run.lines.items()})
        providers |= {one.name: one.provider for one in run.judging.models(run.marking.asking)}
        async with anyio.create_task_group() as watch:
            watch.start_soon(_heed, run, interrupted, watch.cancel_scope)
            async with anyio.create_task_group() as group:
                for _ in range(sum(provider.limits.connections for provider in providers.values())):
                    group.start_soon(_work, run, group.cancel_scope)
            watch.cancel_scope.cancel()
    finally:
        with anyio.CancelScope(shield=True):
            for attempt in run.marking.leave(ended=run.failure is not None):
                run.keep(attempt)
            run.budget.finish()
            await run.judging.aclose()
            for line in run.lines.values():
                await line.client.aclose()


async def _heed(run: _Run, interrupted: Callable[[], bool], scope: anyio.CancelScope) -> None:
    """Ctrl-C, or a CI job that ends: what was answered is kept."""
    while not interrupted():  # noqa: ASYNC110 - a signal handler cannot set an event of the loop
        await anyio.sleep(0.05)
    run.failure = cancelled(_kept(run))
    scope.cancel()


async def _work(run: _Run, scope: anyio.CancelScope) -> None:
    for call in run.calls:
        line = run.lines[call.contestant.reference.provider]
        try:
            answered = None if call.fresh else await _recall(call, run)
            if answered is None:
                answered = await _ask(call, run)
            if answered is None:
                return
            await _mark(call, run, *answered)
        except OutOfMoneyError:
            return
        except Exception as error:  # noqa: BLE001 - raised by the caller, who keeps what was paid for
            run.fail(error)
        else:
            run.world.progress.advance()
            if line.trouble and answered[1] is None:
                run.fail(_gone(call, line.trouble, answered[0], run))
        if run.failure is not None:
            scope.cancel()
            return


def _gone(call: Call, trouble: str, attempt: Attempt, run: _Run) -> CouldNotRun:
    return CouldNotRun(
        Code.SERVER_GONE,
        f"the model server of provider {call.contestant.reference.provider!r} "
        f"({call.contestant.provider.place}) {trouble}: {attempt.reason}",
        hint=f"{_kept(run)}; see to the server, and run this again",
    )


def _kept(run: _Run) -> str:
    done = sum(one.status.counts for one in run.attempts)
    stored = "; those in --outputs are not asked again" if run.world.outputs.keeps else ""
    return f"{done} finished answers are kept in {run.store.location}{stored}"


async def _mark(call: Call, run: _Run, attempt: Attempt, answer: Completion | None) -> None:
    """Graded, after its place in the line was given back: a judge may be slow, and may be asked in the same line."""
    done = (attempt,) if answer is None else await run.marking.mark(call, answer, attempt)
    for one in done:
        run.keep(one)


async def _recall(call: Call, run: _Run) -> Answered | None:
    """The attempt with a stored answer: no call, no place in the line, no money. None when it has to be asked."""
    world = run.world
    start_ns = world.clock.now_ns()
    stored = reuse.recall(call, world)
    if stored is None:
        return None
    answer, entry = stored
    if len(run.attempts) % _STORED_IN_A_ROW == 0:
        await anyio.lowlevel.checkpoint()  # thousands of stored answers must not keep a signal waiting
    attempt = record.answered(call, answer, UNGRADED, Span(start_ns, start_ns), world)
    return replace(attempt, reused=True, stored_at=entry.written, stored_for=entry.commit), answer


async def _ask(call: Call, run: _Run) -> Answered | None:
    """The attempt, once the contestant's first one is back; None when the budget has nothing left for it."""
    door, line = run.doors[call.contestant.side], run.lines[call.contestant.reference.provider]
    while not door.is_open:
        if run.failure is not None or line.trouble:
            return None
        if door.first_is_back is not None:
            await door.first_is_back.wait()
            continue
        door.first_is_back = is_back = anyio.Event()
        try:
            answered = await _pay(call, run)
            door.is_open = not line.silent_in_a_row
        except Exception as error:
            run.fail(error)
            raise
        finally:
            door.first_is_back = None
            is_back.set()
        return answered
    return await _pay(call, run)


async def _pay(call: Call, run: _Run) -> Answered | None:
    """Asks with money and tokens set aside. When they do not fit, others may give some back."""
    budget = run.budget
    needs_count = budget.counts_tokens or call.contestant.provider.limits.tpm is not None
    if budget.is_used_up():
        return None
    tokens = expected_tokens(call, run.world) if needs_count else (0, 0)
    charge = expected_charge(call, tokens, budget, run.world)
    while (reservation := budget.reserve(charge)) is None:
        if not budget.under_way or budget.is_used_up():
            return None
        await anyio.sleep(_LOOK_AGAIN_S)
    try:
        return await _complete(call, run, tokens, reservation)
    finally:
        reservation.settle(NOTHING)  # nothing, where it was settled already


async def _complete(call: Call, run: _Run, tokens: tuple[int, int], reservation: Reservation) -> Answered:
    line, world = run.lines[call.contestant.reference.provider], run.world
    request = call.request(sum(tokens), reservation.renew)
    start_ns, started_s = world.clock.now_ns(), anyio.current_time()
    answer = await line.client.complete(request)
    span = Span.of(start_ns, started_s, anyio.current_time(), answer)
    line.take(answer)
    if isinstance(answer, NoAnswer):
        attempt = record.unanswered(call, answer, span)
        reservation.settle(reservation.held if answer.may_cost else NOTHING)
        return attempt, None
    if not call.is_probe:
        reuse.remember(call, answer, world, run.store.run_id)
    attempt = record.answered(call, answer, UNGRADED, span, world)
    reservation.settle(billed(call, attempt, tokens, world))
    return attempt, answer
