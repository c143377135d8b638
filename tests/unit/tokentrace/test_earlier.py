"""Claims: what a run took is in a ledger once, however it is written there, and exactly what counts is counted."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from mist_ci.adapters.kept_ledger import LedgerDirectory
from mist_ci.errors import CouldNotRun
from mist_ci.models.attempt import Attempt, Side
from mist_ci.models.ceilings import Ceilings, Charge, Unit
from mist_ci.models.config import Budgets
from mist_ci.models.message import TraceSpan, encode
from mist_ci.models.spent import EarlierSpend, RecordedTraining, Spent
from mist_ci.models.usage import TokenBasis
from mist_ci.tokentrace import (
    Tracer,
    allowances,
    ceilings,
    condensed,
    earlier_spend,
    evaluation_budget,
    iterations,
    read_ledger,
    too_little,
    training_budget,
)
from tests.fakes import TickingClock
from tests.unit.gate.building import attempt, make_suite
from tests.unit.tokentrace.test_budgets import COHORT, SUITE, budgets, calls, estimate

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
NOW_NS = int(NOW.timestamp()) * 10**9
GATE = {"mist.gate": "release", "mist.config": "mist.yml"}


def lines(written: list[TraceSpan]) -> list[bytes]:
    clock = TickingClock()
    return [encode(clock.unique(), "trace.span", 1, one) for one in written]


def few_lines(attempts: list[Attempt], run_id: str = "run-1", **about: str | float) -> list[bytes]:
    return lines(list(condensed(run_id, attempts, (NOW_NS, NOW_NS + 10**9), {**GATE, **about})))


def all_lines(attempts: list[Attempt], run_id: str = "run-1", **about: str | float) -> list[bytes]:
    tracer = Tracer(run_id)
    written = [tracer.attempt(one) for one in attempts]
    written += tracer.end(NOW_NS, NOW_NS + 10**9, {**GATE, **about})
    return b"".join(written).splitlines()


@given(
    st.lists(
        st.tuples(
            st.sampled_from([Side.BASE, Side.HEAD]),
            st.integers(0, 2),
            st.integers(0, 9),
            st.decimals(0, 1, places=6),
        ),
        min_size=1,
        max_size=12,
    )
)
def test_a_run_in_a_few_spans_comes_to_the_same_as_call_by_call_and_both_together_count_once(
    taken: list[tuple[Side, int, int, Decimal]],
) -> None:
    attempts = [
        replace(
            attempt(SUITE, SUITE.samples[sample], side, 1.0, number),
            tokens_in=tokens, tokens_out=2 * tokens, cost_usd=usd, token_basis=TokenBasis.REPORTED,
        )
        for number, (side, sample, tokens, usd) in enumerate(taken)
    ]  # fmt: skip
    whole, few = all_lines(attempts), few_lines(attempts)
    assert len(few) <= 3
    for written in (whole, few, [*few, *whole], [*whole, *few]):
        known = read_ledger(written, NOW_NS)
        (run,) = known.runs
        assert (run.flaws, run.total().figures) == ([], read_ledger(whole, NOW_NS).runs[0].total().figures)
        spent = earlier_spend(known, NOW, GATE, "", "here").month
        assert (spent.usd, spent.tokens, spent.runs) == (
            sum((usd for *_, usd in taken), Decimal(0)), sum(3 * tokens for _, _, tokens, _ in taken), 1,
        )  # fmt: skip


def test_what_counts_for_a_pull_request_is_this_gate_and_this_number_and_what_may_have_been_billed() -> None:
    one = calls(["0.25"])
    told: dict[str, str | float] = {
        "mist.pull_requests": "acme/bot#7 acme/bot#9",
        "mist.own_usd": "0.75",
        "mist.own_tokens": 30,
    }
    written = all_lines(one, "mine", **told, **{"mist.asking_s": 4.5})
    written += all_lines(one, "other gate", **told | {"mist.gate": "nightly"})
    written += all_lines(one, "other number", **told | {"mist.pull_requests": "acme/bot#77"})
    known = read_ledger(written, NOW_NS)
    found = earlier_spend(known, NOW, GATE, "acme/bot#7", "here")
    assert found.pull_request == Spent(Decimal("0.75"), 30, 4.5, 1)
    assert (found.month.usd, found.month.runs) == (Decimal("2.25"), 3)
    assert earlier_spend(known, NOW.replace(month=12), GATE, "", "here") == EarlierSpend()


def test_an_unknown_price_of_an_earlier_run_is_an_error_under_money_and_under_nothing_else() -> None:
    known = read_ledger(all_lines(calls([None, "1"]), "unpriced"), NOW_NS)
    earlier = earlier_spend(known, NOW, GATE, "", "here")
    assert allowances(budgets(month_tokens=5), earlier)[0].before == 50
    with pytest.raises(CouldNotRun, match="month_usd is set and a price is unknown: of unpriced"):
        allowances(budgets(month_usd=5), earlier)


def test_the_smallest_rest_is_the_ceiling_and_what_does_not_pay_for_the_least_is_too_little() -> None:
    earlier = EarlierSpend(Spent(Decimal(90), 100, 60.0, 3), Spent(Decimal(3), 10, 30.0, 1))
    allowed = allowances(
        budgets(eval_usd=5, pull_request_usd=4, month_usd=100, eval_tokens=50, month_minutes=2), earlier
    )
    assert ceilings(allowed, Spent(Decimal("0.25"), 20, 15.0)) == Ceilings(Decimal("0.75"), 30, 45.0)
    assert too_little(allowed, Charge(Decimal(1), 50)) == set()
    assert too_little(allowed, Charge(Decimal("1.01"), 51)) == {Unit.USD, Unit.TOKENS}
    gone = allowances(budgets(month_minutes=1), earlier)
    assert too_little(gone, Charge(Decimal(0), 1)) == {Unit.MINUTES}
    assert too_little(gone, Charge()) == set(), "what asks nobody takes no time"


def test_only_the_budget_that_ran_out_first_is_told_to_have_stopped_the_run() -> None:
    limits = budgets(eval_usd=5, pull_request_usd=4, eval_tokens=100)
    allowed = allowances(limits, EarlierSpend(pull_request=Spent(Decimal(3), 10, 1.0, 1)))
    told = evaluation_budget(limits, allowed, calls(["0.99"]), COHORT, stopped_by={Unit.USD})
    assert [(one.name, one.spent, one.over) for one in told] == [
        ("eval_usd", "$0.9900", False),
        ("eval_tokens", "25 tokens", False),
        ("pull_request_usd", "$3.9900 (stopped before the end)", True),
    ]


@pytest.mark.parametrize(("head", "over"), [(12, False), (13, True)])
def test_an_answer_may_take_exactly_so_many_more_tokens(head: int, over: bool) -> None:
    def taking(side: Side, tokens: int) -> Attempt:
        one = attempt(SUITE, SUITE.samples[0], side, 1.0)
        return replace(one, tokens_in=4, tokens_out=tokens - 4, token_basis=TokenBasis.REPORTED)

    limits = budgets(tokens_per_request_increase=0.2)
    (line,) = evaluation_budget(limits, (), [taking(Side.BASE, 10), taking(Side.HEAD, head)], COHORT)
    assert (line.over, line.limit) == (over, "+20.0%")
    untold = replace(taking(Side.HEAD, head), token_basis=None)
    with pytest.raises(CouldNotRun, match="the tokens of an answer are unknown"):
        evaluation_budget(limits, (), [taking(Side.BASE, 10), untold], COHORT)


def test_latency_is_that_of_the_middle_answer_and_is_not_held_without_one() -> None:
    def timed(side: Side, sample: int, ms: int) -> Attempt:
        one = attempt(SUITE, SUITE.samples[sample], side, 1.0)
        return replace(one, start_ns=NOW_NS, end_ns=NOW_NS + ms * 10**6)

    attempts = [timed(Side.BASE, 0, 100), timed(Side.BASE, 1, 200), timed(Side.BASE, 2, 300)]
    attempts += [timed(Side.HEAD, 0, 100), timed(Side.HEAD, 1, 240), timed(Side.HEAD, 2, 60_000)]
    limits = budgets(latency_increase=0.2)
    (line,) = evaluation_budget(limits, (), attempts, COHORT)
    assert (line.spent, line.over, line.held) == ("+20.0%", False, True)
    assert line.note == "half of 3 answers within 200 ms at base, 240 ms at head"
    (tighter,) = evaluation_budget(budgets(latency_increase=0.19), (), attempts, COHORT)
    assert tighter.over
    stored = [replace(one, reused=True) for one in attempts]
    (line,) = evaluation_budget(limits, (), stored, COHORT)
    assert (line.spent, line.over, line.held) == (None, False, False)


TRAINED = RecordedTraining("training-1", "sha256:0", Decimal(7), 90_000, Decimal("6.5"))
UNTOLD = RecordedTraining("training-2", "sha256:0", None, None, None)


def test_what_was_recorded_counts_in_place_of_the_estimate_and_for_each_time() -> None:
    limits = budgets(training_usd=10, training_tokens=100_000, training_hours=12)

    def told(*recorded: RecordedTraining, limits: Budgets = limits) -> list[tuple[str | None, bool, bool]]:
        looked_at = iterations({"sha256:0": estimate("1")}, ("sha256:9",), recorded)
        found = training_budget(limits, looked_at, has_ledger=True)
        return [(one.spent, one.over, one.held) for one in found]

    assert told() == [("$1.0000", False, True), ("48,000 tokens", False, True), (None, False, False)]
    once = [("$7.0000", False, True), ("90,000 tokens", False, True), ("6.5 GPU-hours", False, True)]
    assert told(TRAINED) == once
    twice = [("$14.0000", True, True), ("180,000 tokens", True, True), ("13.0 GPU-hours", True, True)]
    assert told(TRAINED, TRAINED) == twice
    elsewhere = RecordedTraining("other", "sha256:5", Decimal(99), 10**9, Decimal(99))
    assert told(elsewhere)[0] == ("$1.0000", False, True)
    with pytest.raises(CouldNotRun, match="training_usd is set and the price of training-2 is unknown"):
        told(UNTOLD)
    half_known = told(TRAINED, UNTOLD, limits=budgets(training_tokens=100_000, training_hours=5))
    assert half_known == [("138,000 tokens", True, True), ("6.5 GPU-hours", True, False)]


def test_many_runs_add_to_one_ledger_at_once_and_every_line_is_whole(tmp_path: Path) -> None:
    suite = make_suite("skill", 3)

    def add(number: int) -> None:
        one = [attempt(suite, suite.samples[0], Side.HEAD, 1.0, cost_usd=Decimal(1))]
        kept = LedgerDirectory(tmp_path / "ledger", tmp_path / "results", TickingClock())
        kept.open()
        kept.append(list(condensed(f"run-{number}", one, (NOW_NS, NOW_NS + 1), GATE)))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(add, range(40)))
    kept = LedgerDirectory(tmp_path / "ledger", tmp_path / "results", TickingClock())
    known = read_ledger(kept.lines(), NOW_NS)
    assert (len(known.runs), known.notices, kept.notices) == (40, [], [])
    assert earlier_spend(known, NOW, GATE, "", "here").month.usd == 40
