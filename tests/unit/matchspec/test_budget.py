"""Claims: money is set aside before it can be spent, so a ceiling holds however many calls are under way."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from random import Random

import anyio
import anyio.lowlevel
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mist_ci.matchspec import Evaluation, evaluate
from mist_ci.matchspec.budget import DEFAULT_OUTPUT_TOKENS, MESSAGE_TOKENS, Budget
from mist_ci.models.ceilings import NOTHING, Ceilings, Charge, Unit
from mist_ci.models.config import PriceList, Provider
from mist_ci.models.modelref import ModelReference, Parameters
from mist_ci.ports.model_client import Completion, ModelClient, NoAnswer, Request
from tests.fakes import FakeModels, MemoryStores, completion, world
from tests.unit.matchspec.test_run import DOLLAR_A_CALL, both, portions, provider, right, suite

CENTS = st.integers(0, 300).map(lambda cents: Decimal(cents) / 100)


TOKENS = st.integers(0, 300)


@given(
    st.lists(
        st.tuples(CENTS, TOKENS, st.integers(0, 3), st.sampled_from(["now", "late", "never"])), max_size=60
    ),
    st.one_of(st.none(), CENTS),
    st.one_of(st.none(), TOKENS),
)
def test_what_is_spent_never_passes_a_ceiling_when_no_call_takes_more_than_was_set_aside(
    calls: list[tuple[Decimal, int, int, str]], usd: Decimal | None, tokens: int | None
) -> None:
    """Whatever is reported late, or not at all: then what was set aside counts as spent."""
    budget, under_way = Budget(Ceilings(usd, tokens)), []

    def holds() -> bool:
        within_usd = usd is None or budget.spent_usd + budget.reserved_usd <= usd
        return within_usd and (tokens is None or budget.spent_tokens + budget.reserved_tokens <= tokens)

    for cost, taken, retries, reports in calls:
        reservation = budget.reserve(Charge(cost, taken))
        if reservation is None:
            continue
        for _ in range(retries):
            reservation.renew()
        if reports == "now":
            reservation.settle(reservation.held)
        else:
            under_way.append((reservation, reports))
        assert holds()
    for reservation, reports in under_way:
        part = Charge(reservation.held.usd / 2, reservation.held.tokens // 2)
        reservation.settle(part if reports == "late" else reservation.held)
        assert holds()
    assert (budget.reserved_usd, budget.reserved_tokens, budget.under_way) == (Decimal(0), 0, 0)


def test_a_call_that_does_not_fit_leaves_the_money_to_others() -> None:
    budget = Budget(dollars(1))
    assert budget.reserve(Charge(Decimal("1.01"))) is None
    first = budget.reserve(Charge(Decimal("0.6")))
    assert first is not None
    assert budget.reserve(Charge(Decimal("0.6"))) is None
    first.settle(Charge(Decimal("0.1")))
    assert budget.reserve(Charge(Decimal("0.6"))) is not None


def test_a_try_that_may_have_cost_money_counts_as_spent_and_another_needs_money_of_its_own() -> None:
    budget = Budget(Ceilings(Decimal(1), 100))
    reservation = budget.reserve(Charge(Decimal("0.4"), 30))
    assert reservation is not None
    assert [reservation.renew(), reservation.renew()] == [True, False]
    assert (budget.spent, budget.reserved_usd) == (Charge(Decimal("0.8"), 60), Decimal(0))


def test_what_was_too_little_is_told_and_only_when_nobody_is_left_to_give_something_back() -> None:
    budget = Budget(Ceilings(Decimal(1), 100))
    first = budget.reserve(Charge(Decimal("0.4"), 90))
    assert first is not None
    assert budget.reserve(Charge(Decimal("0.4"), 20)) is None
    assert budget.stopped_by == set(), "the first may take less than that"
    first.settle(Charge(Decimal("0.4"), 90))
    assert budget.reserve(Charge(Decimal("0.4"), 20)) is None
    assert budget.stopped_by == {Unit.TOKENS}


def test_after_the_deadline_no_call_is_started_and_no_retry() -> None:
    seconds = iter([0.0, 59.9, 60.0, 60.0, 75.0])
    budget = Budget(Ceilings(seconds=60), lambda: next(seconds))
    budget.start()
    reservation = budget.reserve(NOTHING)
    assert reservation is not None
    assert not reservation.renew()
    assert budget.is_used_up()
    assert budget.stopped_by == {Unit.MINUTES}
    budget.finish()
    assert budget.took_s == 75


def test_without_a_ceiling_nobody_counts() -> None:
    reservation = Budget().reserve(Charge(Decimal(10**9)))
    assert reservation is not None
    assert reservation.renew()


@dataclass
class Billing:
    """Models that keep a bill of their own: each try of a call costs, also one whose answer was lost."""

    loses: int = 0
    """So many tries of each call are lost after they were billed."""
    reports: bool = True
    bill_usd: Decimal = Decimal(0)
    """A dollar a try."""
    in_flight: int = 0
    most_in_flight: int = 0
    answers: list[Completion | NoAnswer] = field(default_factory=list)

    def open(self, name: str, where: Provider) -> ModelClient:
        del name
        return _Biller(self, where.prices)


@dataclass
class _Biller:
    billing: Billing
    prices: PriceList | None
    turns: "itertools.count[int]" = field(default_factory=itertools.count)

    async def complete(self, request: Request) -> Completion | NoAnswer:
        billing = self.billing
        billing.in_flight += 1
        billing.most_in_flight = max(billing.most_in_flight, billing.in_flight)
        for _ in range(next(self.turns) % 7):
            await anyio.lowlevel.checkpoint()
        answer: Completion | NoAnswer = NoAnswer("lost", 0, server_gone=False)
        for number in range(billing.loses + 1):
            if number and request.may_retry is not None and not request.may_retry():
                break
            billing.bill_usd += 1
            await anyio.lowlevel.checkpoint()
            if number == billing.loses:
                answer = (
                    completion("0 0")
                    if billing.reports
                    else completion("0 0", tokens_in=None, tokens_out=None)
                )
        billing.in_flight -= 1
        return answer

    async def aclose(self) -> None:
        """Nothing is open."""


def dollars(amount: str | int | Decimal) -> Ceilings:
    return Ceilings(usd=Decimal(amount))


def asked(billing: Billing, ceilings: Ceilings, connections: int = 256) -> Evaluation:
    outside = world()
    outside = type(outside)(
        **{name: getattr(outside, name) for name in outside.__slots__} | {"models": billing}
    )
    return evaluate(
        portions([suite(600)]),
        both(provider(connections, DOLLAR_A_CALL)),
        outside,
        MemoryStores().create("run"),
        ceilings,
    )


@pytest.mark.parametrize("reports", [True, False])
@pytest.mark.parametrize("loses", [0, 1, 3])
def test_at_256_calls_at_once_with_lost_replies_and_without_reports_the_bill_stays_within_the_ceiling(
    loses: int, *, reports: bool
) -> None:
    billing = Billing(loses, reports)
    done = asked(billing, dollars(300))
    assert not done.complete, "a run that ran out of money was not finished, and cannot pass"
    assert billing.most_in_flight > 100
    assert 300 - 8 <= billing.bill_usd <= 300


@pytest.mark.parametrize("reports", [True, False])
def test_at_256_calls_at_once_with_lost_replies_the_tokens_stay_within_their_ceiling(
    *, reports: bool
) -> None:
    billing = Billing(1, reports)
    (one, _) = both(provider())
    a_try = MESSAGE_TOKENS + 2 + (one.reference.parameters.max_tokens or 0)
    done = asked(billing, Ceilings(tokens=300 * a_try))
    assert not done.complete
    assert done.stopped_by == {Unit.TOKENS}
    assert billing.most_in_flight > 100
    assert 0 < billing.bill_usd <= 300, "each try may take what was set aside for it"
    assert done.spent.tokens <= 300 * a_try


def test_a_run_without_time_asks_nobody_and_is_not_complete() -> None:
    billing = Billing()
    done = asked(billing, Ceilings(seconds=0.0))
    assert not done.attempts
    assert not done.complete
    assert done.stopped_by == {Unit.MINUTES}
    assert billing.bill_usd == 0
    within = asked(Billing(), Ceilings(seconds=600))
    assert within.complete
    assert 0 < within.took_s < 600


def test_a_model_without_max_tokens_is_taken_to_answer_at_length() -> None:
    models = FakeModels(right)
    where = provider(256, DOLLAR_A_CALL)
    (base, _) = both(where)
    reference = ModelReference(version=1, provider="prod", model="base", parameters=Parameters())
    talker = type(base)(base.side, reference, where)
    per_call = (Decimal(2 + MESSAGE_TOKENS) * 50_000 + Decimal(DEFAULT_OUTPUT_TOKENS) * 250_000) / 10**6
    outside = world(models=models)
    done = evaluate(
        portions([suite(50)]),
        [talker],
        outside,
        MemoryStores().create("run"),
        dollars(2 * per_call + Decimal(20)),
    )
    assert models.most_in_flight["prod"] == 2
    assert done.complete, "what is not needed is given back"


def test_no_tokens_are_counted_where_nobody_has_to_know() -> None:
    counted: list[str] = []

    class Counting:
        def count(self, text: str, model: str) -> int:
            del model
            counted.append(text)
            return 1

        def basis(self, model: str) -> str:
            return model

        def count_many(self, texts: Sequence[str], model: str) -> list[int]:
            return [self.count(text, model) for text in texts]

    outside = world(models=FakeModels(right))
    outside = type(outside)(
        **{name: getattr(outside, name) for name in outside.__slots__} | {"tokens": Counting()}
    )
    evaluate(portions([suite(5)]), both(provider()), outside, MemoryStores().create("run"))
    assert counted == []


class Faulty(Billing):
    """Loses, bills without answering, and answers, as a die falls. Every try that bills costs a dollar."""

    def __init__(self, die: Random) -> None:
        super().__init__(0, reports=True)
        self.die = die

    def open(self, name: str, where: Provider) -> ModelClient:
        del name, where
        return self

    async def aclose(self) -> None:
        """Nothing is open."""

    async def complete(self, request: Request) -> Completion | NoAnswer:
        self.in_flight += 1
        self.most_in_flight = max(self.most_in_flight, self.in_flight)
        try:
            return await self._tries(request)
        finally:
            self.in_flight -= 1

    async def _tries(self, request: Request) -> Completion | NoAnswer:
        fault = "lost"
        for number in range(self.die.randrange(1, 4)):
            if fault == "billed" and number and request.may_retry is not None and not request.may_retry():
                return NoAnswer("no money for another try", number, server_gone=False, may_cost=True)
            for _ in range(self.die.randrange(5)):
                await anyio.lowlevel.checkpoint()
            fault = self.die.choice(["lost", "billed", "answer", "uncounted", "empty"])
            if fault == "lost":
                continue
            if fault == "empty":  # too long, or filtered: nothing was made, and nothing is billed
                return completion("", tokens_in=None, tokens_out=None)
            self.bill_usd += 1
            if fault == "answer":
                return completion("0 0")
            if fault == "uncounted":
                return completion("0 0", tokens_in=None, tokens_out=None)
        return NoAnswer("lost", 2, server_gone=False, may_cost=fault == "billed")


@pytest.mark.parametrize("seed", [0, *(pytest.param(seed, marks=pytest.mark.slow) for seed in (1, 2))])
@pytest.mark.parametrize("ceiling", ["100", "100000"])
def test_256_calls_with_faults_of_all_kinds_keep_the_bound_and_end_in_one_attempt_each(
    seed: int, ceiling: str
) -> None:
    faulty = Faulty(Random(seed))
    done = asked(faulty, dollars(ceiling))
    assert done.failure is None
    places = [(one.side, one.key, one.attempt) for one in done.attempts]
    assert len(set(places)) == len(places)
    assert done.complete == (len(places) == done.planned == 1200)
    assert done.complete == (ceiling == "100000")
    assert faulty.bill_usd <= done.spent.usd <= Decimal(ceiling)
    assert faulty.in_flight == 0
    assert faulty.most_in_flight > 50
