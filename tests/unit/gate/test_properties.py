"""Claims that hold for any evidence: order means nothing, worse evidence never helps, and nothing is made up."""

from decimal import Decimal
from fractions import Fraction
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import force_setattr, replace

from mist_ci.gate import compare, decide
from mist_ci.models.attempt import Side, spend_of
from mist_ci.models.config import Gate
from mist_ci.models.finding import Finding, Severity
from mist_ci.models.suite import Role, Suite
from mist_ci.models.verdict import Decision, Outcome, Verdict
from tests.unit.gate.building import (
    Answer,
    Pair,
    answers,
    attempt,
    data_report,
    decide_attempts,
    decide_suites,
    finding,
    make_change,
    make_gate,
    make_suite,
    only_suite,
    outcomes,
    suite_verdicts,
    whole,
)

many = settings(deadline=None, max_examples=80)
some = settings(deadline=None, max_examples=30)

GOODNESS = (
    Verdict.IMPROVED,
    Verdict.PASS,
    Verdict.INCONCLUSIVE,
    Verdict.REGRESSED,
    Verdict.NOT_COMPARABLE,
)
PASSING = {Verdict.IMPROVED, Verdict.PASS}

roles = st.sampled_from(Role)
gates = st.sampled_from([make_gate(), make_gate(on_inconclusive="block")])
floors = st.sampled_from([None, None, 0.5, 0.8])


@st.composite
def counted(draw: st.DrawFn, smallest: int = 10, largest: int = 150) -> list[Pair]:
    """Pass/fail pairs with a few wins and losses, near to where verdicts turn."""
    n = draw(st.integers(smallest, largest))
    gain = draw(st.integers(0, n // 5))
    loss = draw(st.integers(0, n // 5))
    return outcomes(n, gain, loss, wrong=draw(st.integers(0, n // 4)))


@st.composite
def matches(draw: st.DrawFn, smallest: int = 10, largest: int = 150) -> list[tuple[Suite, list[Pair]]]:
    """One to three pass/fail suites and how they were played."""
    played = []
    for i in range(draw(st.integers(1, 3))):
        pairs = draw(counted(smallest, largest))
        suite = make_suite(
            f"skill-{i}", len(pairs), draw(roles), floor=draw(floors), must_improve=draw(st.booleans())
        )
        played.append((suite, pairs))
    return played


scores = st.sampled_from([None, 0.0, 0.1, 0.3, 0.7, 1.0, 1 / 3])
graded: st.SearchStrategy[Answer] = st.tuples(scores, scores)


@st.composite
def graded_matches(draw: st.DrawFn) -> list[tuple[Suite, list[Pair]]]:
    """Suites with partial credit, several attempts, clusters and a missing answer here and there."""
    played = []
    for i in range(draw(st.integers(1, 3))):
        pairs = draw(st.lists(st.tuples(graded, graded), min_size=10, max_size=14))
        labels = st.sampled_from(["a", "b", "c", "d", "e", "f", None])
        clusters = draw(st.none() | st.lists(labels, min_size=len(pairs), max_size=len(pairs)))
        played.append((make_suite(f"skill-{i}", len(pairs), draw(roles), clusters=clusters), pairs))
    return played


@pytest.mark.slow
@some
@given(graded_matches(), gates, st.randoms(use_true_random=False), st.integers(0, 3))
def test_the_order_of_suites_samples_and_attempts_never_changes_the_decision(
    played: list[tuple[Suite, list[Pair]]], gate: Gate, random: Random, leaks: int
) -> None:
    suites = [suite for suite, _ in played]
    attempts = [one for suite, pairs in played for one in answers(suite, pairs)]
    leaked = {suite.name: tuple(sample.key for sample in suite.samples[:leaks]) for suite in suites}
    expected = decide_attempts(suites, attempts, gate, leaked=leaked)

    shuffled = []
    for suite in suites:
        samples = list(suite.samples)
        random.shuffle(samples)
        shuffled.append(suite.model_copy(update={"samples": tuple(samples)}))
    random.shuffle(shuffled)
    random.shuffle(attempts)
    backwards = {name: keys[::-1] for name, keys in leaked.items()}
    assert decide_attempts(shuffled, attempts, gate, leaked=backwards) == expected


def badness(decision: Decision) -> dict[str, tuple[int, int]]:
    return {
        name: (suite.outcome.rank, -1 if suite.verdict is None else GOODNESS.index(suite.verdict))
        for name, suite in suite_verdicts(decision).items()
    }


def spoil(pairs: list[Pair], which: int, times: int) -> list[Pair]:
    """The pairs with some right answers of head made wrong."""
    right = [i for i, (_, head) in enumerate(pairs) if head == 1.0]
    spoilt = {right[(which + i) % len(right)] for i in range(times)} if right else set()
    return [(base, 0.0 if i in spoilt else head) for i, (base, head) in enumerate(pairs)]


@pytest.mark.slow
@many
@given(matches(), gates, st.integers(0, 2), st.integers(0, 200), st.integers(1, 5))
def test_turning_right_answers_of_head_into_wrong_ones_never_helps(
    played: list[tuple[Suite, list[Pair]]], gate: Gate, where: int, which: int, times: int
) -> None:
    where %= len(played)
    worse = [
        (suite, spoil(pairs, which, times) if i == where else pairs)
        for i, (suite, pairs) in enumerate(played)
    ]
    before, after = decide_suites(played, gate), decide_suites(worse, gate)
    assert after.outcome.rank >= before.outcome.rank
    was, became = badness(before), badness(after)
    assert all(became[name] >= was[name] for name in was)


@pytest.mark.slow
@many
@given(counted(), st.integers(0, 200), st.integers(1, 5), st.integers(0, 7))
def test_worse_answers_never_help_where_samples_leaked(
    pairs: list[Pair], which: int, times: int, leaks: int
) -> None:
    suite = make_suite("skill", len(pairs))
    leaked = {"skill": tuple(sample.key for sample in suite.samples[:leaks])}
    before = decide_suites([(suite, pairs)], leaked=leaked)
    after = decide_suites([(suite, spoil(pairs, which, times))], leaked=leaked)
    assert badness(after)["skill"] >= badness(before)["skill"]


@pytest.mark.slow
@many
@given(matches(40, 200), gates, st.integers(0, 2), st.lists(st.integers(0, 199), min_size=1, max_size=6))
def test_dropping_answers_of_head_never_turns_a_suite_into_a_pass(
    played: list[tuple[Suite, list[Pair]]], gate: Gate, where: int, dropped: list[int]
) -> None:
    where %= len(played)
    suite, pairs = played[where]
    gone = {i % len(pairs) for i in dropped}
    fewer: list[Pair] = [(base, None if i in gone else head) for i, (base, head) in enumerate(pairs)]
    before = decide_suites(played, gate)
    after = decide_suites([*played[:where], (suite, fewer), *played[where + 1 :]], gate)
    was, became = suite_verdicts(before)[suite.name], suite_verdicts(after)[suite.name]
    assert became.verdict not in PASSING or was.verdict in PASSING
    assert became.outcome is not Outcome.PASSED or was.outcome is Outcome.PASSED
    assert after.outcome is not Outcome.PASSED or before.outcome is Outcome.PASSED


def test_dropping_only_wrong_answers_never_lifts_a_suite_over_its_floor() -> None:
    suite, pairs = make_suite("skill", 600, floor=0.8), outcomes(600, wrong=121)[::-1]
    dropped: list[Pair] = [*pairs[:-12], *((base, None) for base, _ in pairs[-12:])]
    assert decide_suites([(suite, pairs)]).outcome is Outcome.FAILED
    after = decide_suites([(suite, dropped)])
    assert after.outcome is Outcome.NOT_PROVEN
    assert only_suite(after).numbers.head.mean == pytest.approx(479 / 588)


@pytest.mark.slow
@some
@given(counted(), counted(10, 40))
def test_answers_to_another_version_of_a_suite_are_ignored(pairs: list[Pair], others: list[Pair]) -> None:
    suite, other = make_suite("skill", len(pairs)), make_suite("skill", len(others), version="2")
    foreign = answers(other, others)
    assert decide_suites([(suite, pairs)], extra=foreign) == decide_suites([(suite, pairs)])


def test_answers_to_another_version_alone_are_no_evidence() -> None:
    suite, other = make_suite("skill", 60), make_suite("skill", 60, version="2")
    assert decide_attempts([suite], answers(other, outcomes(60))).outcome is Outcome.COULD_NOT_RUN


findings = st.builds(finding, st.sampled_from(Severity), known=st.booleans())


@some
@given(st.lists(findings, max_size=4), st.lists(findings, max_size=4), st.sampled_from(Severity))
def test_more_findings_never_turn_a_failure_into_a_pass(
    some_findings: list[Finding], more: list[Finding], fail_on: Severity
) -> None:
    gate = make_gate(data={"fail_on": fail_on.value})
    before = decide(gate, [], [data_report(some_findings)])
    after = decide(gate, [], [data_report([*some_findings, *more])])
    assert after.outcome.rank >= before.outcome.rank


@some
@given(st.sampled_from(Severity), st.sampled_from(Severity))
def test_a_stricter_fail_on_never_lets_more_through(severity: Severity, fail_on: Severity) -> None:
    report = data_report([finding(severity)])
    gating = {one: bool(report.gating(one)) for one in Severity}
    assert all(gating[one] for one in Severity if gating[fail_on] and one.rank >= fail_on.rank)


@some
@given(counted(10, 30), st.sets(st.integers(0, 59), min_size=1, max_size=4))
def test_one_unknown_price_makes_the_sum_unknown(pairs: list[Pair], unpriced: set[int]) -> None:
    suite = make_suite("skill", len(pairs))
    attempts = answers(suite, pairs)
    assert spend_of(attempts).cost_usd == Decimal("0.0001") * len(attempts)
    for i in unpriced:
        attempts[i % len(attempts)] = replace(attempts[i % len(attempts)], cost_usd=None)
    spend = spend_of(attempts)
    assert spend.cost_usd is None
    assert spend.tokens_in == 20 * len(attempts)


def test_calls_without_an_answer_cost_nothing_and_count_nothing() -> None:
    suite = make_suite("skill", 10)
    spend = spend_of([attempt(suite, suite.samples[0], Side.BASE, None)])
    assert (spend.calls, spend.tokens_in, spend.cost_usd) == (0, 0, Decimal(0))


@some
@given(counted(10, 30), st.sets(st.integers(0, 59)))
def test_spent_and_saved_are_together_what_the_answers_cost(pairs: list[Pair], chosen: set[int]) -> None:
    suite = make_suite("skill", len(pairs))
    attempts = answers(suite, pairs)
    mixed = [replace(one, reused=i in chosen) for i, one in enumerate(attempts)]
    all_asked, spend = spend_of(attempts), spend_of(mixed)
    assert spend.calls + spend.reused_calls == all_asked.calls
    assert spend.cost_usd is not None
    assert spend.saved_usd is not None
    assert spend.cost_usd + spend.saved_usd == all_asked.cost_usd
    assert spend.tokens_in == 20 * spend.calls


amounts = st.decimals(Decimal(0), Decimal(1000), allow_nan=False, places=30)


@pytest.mark.slow
@some
@given(st.lists(amounts, min_size=2, max_size=6), st.randoms(use_true_random=False))
def test_money_adds_up_to_the_same_exact_sum_in_any_order(costs: list[Decimal], random: Random) -> None:
    suite = make_suite("skill", 10)
    attempts = [attempt(suite, suite.samples[0], Side.BASE, 1.0, i, cost_usd=c) for i, c in enumerate(costs)]
    total = spend_of(attempts).cost_usd
    assert total is not None
    assert Fraction(total) == sum(map(Fraction, costs))
    random.shuffle(attempts)
    assert spend_of(attempts).cost_usd == total


@pytest.mark.slow
@some
@given(counted(20, 60), st.integers(2, 4))
def test_more_attempts_at_the_same_samples_are_not_more_samples(pairs: list[Pair], times: int) -> None:
    suite = make_suite("skill", len(pairs))
    repeated: list[Pair] = [((base,) * times, (head,) * times) for base, head in single(pairs)]
    once, often = (only_suite(decide_suites([(suite, played)])) for played in (pairs, repeated))
    assert often.numbers.interval == once.numbers.interval
    assert often.verdict is once.verdict


def single(pairs: list[Pair]) -> list[tuple[float, float]]:
    """Pass/fail pairs of one attempt, none missing."""
    return [(base, head) for base, head in pairs if isinstance(base, float) and isinstance(head, float)]


def test_answers_to_samples_that_are_not_in_the_suite_decide_nothing() -> None:
    suite, larger = make_suite("skill", 60), make_suite("skill", 600)
    foreign = answers(larger, outcomes(600, gain=500))[120:]
    comparison = compare(
        make_change(), whole([suite]), [*answers(suite, outcomes(60, loss=6)), *foreign], make_gate(), {}
    )
    alone = compare(make_change(), whole([suite]), answers(suite, outcomes(60, loss=6)), make_gate(), {})
    assert comparison.suites[0].interval == alone.suites[0].interval
    assert (comparison.suites[0].better, comparison.suites[0].worse) == (0, 6)


def test_scores_that_carry_no_interval_could_not_be_compared() -> None:
    """A score out of range cannot get into an attempt; should one do so all the same, nothing passes."""
    suite = make_suite("skill", 60)
    bent = answers(suite, outcomes(60))
    for one in bent:
        force_setattr(one, "score", 2.0)
    assert decide_attempts([suite], bent).outcome is Outcome.COULD_NOT_RUN
    with pytest.raises(ValueError, match="score"):
        attempt(suite, suite.samples[0], Side.HEAD, 2.0)
    with pytest.raises(ValueError, match="score"):
        attempt(suite, suite.samples[0], Side.HEAD, float("nan"))
