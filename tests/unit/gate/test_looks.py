"""Claims: looks on the way decide what is plain, by bounds that all looks share, and ask no more than was planned."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mist_ci.gate import Look, Standing, compare, decide, first_look, settled
from mist_ci.gate.families import base_family
from mist_ci.gate.verdicts import judge
from mist_ci.models.attempt import Side
from mist_ci.models.suite import AttemptCounts, Role, Suite
from mist_ci.models.verdict import Outcome, Verdict
from mist_ci.stats import nominal_alpha
from tests.unit.gate.building import (
    Pair,
    answers,
    decide_suites,
    make_change,
    make_gate,
    make_suite,
    outcomes,
    suite_verdicts,
    whole,
)
from tests.unit.scripted import Script, from_pairs, play

VECTORS: dict[str, Any] = json.loads(
    (Path(__file__).parents[2] / "data" / "gate-vectors.json").read_text(encoding="utf-8")
)
QUARTERS = (0.25, 0.5, 0.75, 1.0)
THIRDS = (1 / 3, 2 / 3, 1.0)
THREE = AttemptCounts(max_head=3)


def escalating(suite: Suite, counts: AttemptCounts = THREE) -> Suite:
    return suite.model_copy(update={"attempts": counts})


def spread(n: int, gain: int = 0, loss: int = 0, wrong: int = 0) -> list[Pair]:
    """As `outcomes`, but every stretch of samples holds its share of each kind."""
    pairs = outcomes(n, gain, loss, wrong)
    step = next(one for one in range(n // 3 + 1, n) if all(n % p or one % p for p in (2, 3, 5, 7, 11, 13)))
    return [pairs[i * step % n] for i in range(n)]


def script(played: list[tuple[Suite, list[Pair]]], **more: Any) -> Script:
    suites = [suite for suite, _ in played]
    return Script(from_pairs({suite.name: pairs for suite, pairs in played}, suites), **more)


# When a suite is looked at.


PLAIN = make_suite("skill", 200)
SCHEDULES: dict[str, tuple[Suite, dict[str, Any], tuple[tuple[int, int, float], ...]]] = {
    "199 samples: one look": (make_suite("skill", 199), {}, ((199, 1, 1.0),)),
    "200 samples: in thirds": (
        PLAIN,
        {},
        ((67, 1, 1 / 3), (134, 1, 2 / 3), (200, 1, 1.0)),
    ),
    "a small one with more attempts": (
        escalating(make_suite("skill", 199)),
        {},
        ((199, 1, 0.6), (199, 3, 1.0)),
    ),
    "a large one with more attempts": (
        escalating(PLAIN),
        {},
        ((67, 1, 0.2), (134, 1, 0.4), (200, 1, 0.6), (200, 3, 1.0)),
    ),
    "as many attempts as at first are no escalation": (
        escalating(PLAIN, AttemptCounts(head=3, max_head=3)),
        {},
        ((67, 3, 1 / 3), (134, 3, 2 / 3), (200, 3, 1.0)),
    ),
    "a floor": (make_suite("skill", 600, floor=0.8), {}, ((600, 1, 1.0),)),
    "an improvement to be shown": (
        escalating(make_suite("skill", 600, must_improve=True)),
        {},
        ((600, 1, 0.6), (600, 3, 1.0)),
    ),
    "the trained skill": (make_suite("skill", 600, Role.TARGET), {}, ((600, 1, 1.0),)),
    "no baseline": (escalating(PLAIN), {"has_baseline": False}, ((200, 1, 1.0),)),
    "switched off": (PLAIN, {"sequential": "none"}, ((200, 1, 1.0),)),
    "switched off, with more attempts": (
        escalating(PLAIN),
        {"sequential": "none"},
        ((200, 1, 0.6), (200, 3, 1.0)),
    ),
}


@pytest.mark.parametrize("name", SCHEDULES)
def test_the_looks_of_a_suite_are_fixed_before_the_first_answer(name: str) -> None:
    suite, given_, looks = SCHEDULES[name]
    gate = make_gate(defaults={"sequential": given_.get("sequential", "obf")})
    standing = first_look(suite, gate, has_baseline=given_.get("has_baseline", True))
    assert [(look.samples, look.head_attempts, look.time) for look in standing.looks] == list(looks)
    assert standing.at == 0


def test_what_is_asked_first_are_the_first_samples_in_their_fixed_order() -> None:
    suite = make_suite("skill", 300)
    asker = script([(suite, outcomes(300, loss=300))])
    play(asker, [suite])
    assert {one.key for one in asker.asked} == {sample.key for sample in suite.samples[:100]}


# What is plain is decided early.


def test_an_obvious_loss_stops_at_a_third() -> None:
    suite = make_suite("skill", 300)
    asker = script([(suite, spread(300, loss=60))])
    decision, comparison = play(asker, [suite])
    assert decision.outcome is Outcome.FAILED
    assert asker.calls() == 200
    assert (comparison.suites[0].samples, comparison.suites[0].stopped_early) == (100, True)


def test_a_model_that_holds_plainly_stops_early() -> None:
    suite = make_suite("skill", 900)
    asker = script([(suite, outcomes(900))])
    decision, comparison = play(asker, [suite])
    assert (decision.outcome, asker.calls()) == (Outcome.PASSED, 600)
    assert comparison.suites[0].look.at == 0


def test_what_is_undecided_is_asked_in_full() -> None:
    suite = make_suite("skill", 300)
    asker = script([(suite, spread(300, gain=14, loss=22))])
    decision, comparison = play(asker, [suite])
    assert asker.calls() == 600
    assert comparison.suites[0].look.at == 2
    assert suite_verdicts(decision)["skill"].verdict is Verdict.INCONCLUSIVE


def test_a_suite_that_is_decided_is_not_asked_again_and_keeps_its_numbers() -> None:
    plain, open_ = make_suite("plain", 900), make_suite("open", 300)
    played = [(plain, outcomes(900)), (open_, spread(300, gain=14, loss=22))]
    asker = script(played)
    _, comparison = play(asker, [plain, open_])
    assert (asker.calls(suite="plain"), asker.calls(suite="open")) == (600, 600)
    alone = script(played[:1])
    _, before = play(alone, [plain])
    assert comparison.suites[1] == before.suites[0]


def test_looks_on_the_way_can_be_switched_off() -> None:
    suite = make_suite("skill", 300)
    asker = script([(suite, spread(300, loss=60))])
    play(asker, [suite], make_gate(defaults={"sequential": "none"}))
    assert asker.calls() == 600


# How much a look may decide.


@pytest.mark.parametrize("name", sorted(name for name in VECTORS if name.startswith("seq/")))
def test_the_gate_decides_at_a_look_as_the_golden_vectors_do(name: str) -> None:
    """Five suites and the overall hypothesis make six; this suite stands at the second of four looks."""
    given_, expect = VECTORS[name]["input"], VECTORS[name]["expect"]
    n, gate = given_["n"], make_gate(defaults={"margin": given_["margin"]})
    suite = make_suite("skill", 2 * n)
    looks = tuple(Look(int(2 * n * time), 1, time) for time in QUARTERS)
    others = [make_suite(f"other-{i}", 20) for i in range(given_["nhyp"] - 2)]
    played = [(other, outcomes(20)) for other in others]
    seen = Standing(suite, looks, given_["look"] - 1)
    attempts = answers(seen.seen, outcomes(n, given_["gain"], given_["loss"]))
    attempts += [one for other, pairs in played for one in answers(other, pairs)]
    comparison = compare(make_change(), [seen, *whole(others)], attempts, gate, {})
    judged, overall = judge(base_family(comparison, gate, on_the_way=True))
    (one,) = [one for one, numbers in zip(judged, comparison.suites, strict=True) if numbers.suite == "skill"]
    words = {Verdict.REGRESSED: "regressed", Verdict.INCONCLUSIVE: "continue", Verdict.PASS: "pass"}
    assert words[one.verdict] == expect["decision"]
    assert one.interval is not None
    assert one.interval.low == pytest.approx(expect["L_repeated"], abs=1e-5)
    assert ("skill" in settled(comparison, gate)) is (expect["decision"] != "continue")
    assert overall is None


@pytest.mark.parametrize(
    ("neighbour", "verdict"),
    [(outcomes(60, loss=40), Verdict.REGRESSED), (outcomes(60), Verdict.INCONCLUSIVE)],
)
def test_a_rejected_neighbour_is_out_of_the_count_and_one_that_passed_is_not(
    neighbour: list[Pair], verdict: Verdict
) -> None:
    """Three losses are p = 0.04: enough for the last hypothesis that is left, too little for one of two."""
    suite, other = make_suite("skill", 60, Role.TARGET), make_suite("other", 60, Role.TARGET)
    decision = decide_suites([(suite, outcomes(60, loss=3)), (other, neighbour)])
    assert suite_verdicts(decision)["skill"].verdict is verdict


def test_the_overall_hypothesis_takes_its_place_on_the_way_and_is_looked_at_in_the_end_only() -> None:
    """Six losses of 60 in both: two suites and a pending third hypothesis, then the overall one for itself."""
    suites = [make_suite(f"skill-{i}", 60) for i in range(3)]
    attempts = [one for suite in suites for one in answers(suite, outcomes(60, loss=3))]
    gate = make_gate()
    comparison = compare(make_change(), whole(suites), attempts, gate, {})
    on_the_way = base_family(comparison, gate, on_the_way=True)
    assert (on_the_way.overall, on_the_way.is_pending) == (None, True)
    assert {one.verdict for one in judge(on_the_way)[0]} == {Verdict.INCONCLUSIVE}
    in_the_end = decide(gate, [comparison])
    assert in_the_end.models[0].overall is not None
    assert in_the_end.models[0].overall.verdict is Verdict.REGRESSED


def test_one_skill_alone_has_no_overall_hypothesis_to_wait_for() -> None:
    suite, target = make_suite("skill", 60), make_suite("target", 60, Role.TARGET)
    attempts = [*answers(suite, outcomes(60)), *answers(target, outcomes(60))]
    comparison = compare(make_change(), whole([suite, target]), attempts, make_gate(), {})
    assert not base_family(comparison, make_gate(), on_the_way=True).is_pending


def test_a_look_that_is_the_only_one_decides_by_the_whole_error_rate() -> None:
    assert nominal_alpha(0.05, (1.0,), 0) == 0.05
    suite = make_suite("skill", 300)
    attempts = answers(suite, spread(300, gain=4, loss=10))
    gate = make_gate()
    last = Standing(suite, tuple(Look(300, 1, time) for time in THIRDS), 2)
    at_once, in_thirds = (
        compare(make_change(), [one], attempts, gate, {}).suites[0] for one in (Standing.whole(suite), last)
    )
    assert at_once.interval is not None
    assert in_thirds.interval is not None
    assert in_thirds.interval.low < at_once.interval.low
    assert in_thirds.interval.estimate == at_once.interval.estimate


def test_a_leak_changes_no_look_and_buys_no_laxer_bound() -> None:
    suite = make_suite("skill", 300)
    pairs = spread(300, gain=14, loss=22)
    leaked = {"skill": (suite.samples[299].key,)}
    _, plain = play(script([(suite, pairs)]), [suite])
    _, leaky = play(script([(suite, pairs)]), [suite], leaked=leaked)
    assert leaky.suites[0].interval == plain.suites[0].interval
    assert leaky.suites[0].look == plain.suites[0].look


def test_how_many_leaked_is_counted_over_the_whole_suite_however_early_it_was_decided() -> None:
    """The last 46 of 900 are more than 5%, and none of them was asked."""
    suite = make_suite("skill", 900)
    leaked = {"skill": tuple(sample.key for sample in suite.samples[-46:])}
    asker = script([(suite, outcomes(900))])
    decision, comparison = play(asker, [suite], leaked=leaked)
    assert (comparison.suites[0].samples, comparison.suites[0].leaked) == (300, 46)
    assert decision.outcome is Outcome.FAILED
    assert suite_verdicts(decision)["skill"].problems == ("46 of 900 samples are in the training data",)


small = st.integers(20, 199)


@pytest.mark.slow
@settings(max_examples=30)
@given(st.lists(st.tuples(small, st.integers(0, 6), st.integers(0, 12)), min_size=1, max_size=3))
def test_small_suites_are_decided_exactly_as_all_at_once(shapes: list[tuple[int, int, int]]) -> None:
    played = [
        (make_suite(f"skill-{i}", n), outcomes(n, min(gain, n // 4), min(loss, n // 4)))
        for i, (n, gain, loss) in enumerate(shapes)
    ]
    decision, _ = play(script(played), [suite for suite, _ in played])
    assert decision == decide_suites(played)


# Escalation.


def wavering(n: int, loss: int, again: float) -> list[Pair]:
    """Head fails some samples at first, and scores `again` there when it is asked once more."""
    return [(base, (head, again, again) if head == 0.0 else head) for base, head in outcomes(n, loss=loss)]


def three(pairs: list[Pair]) -> list[Pair]:
    return [(base, head if isinstance(head, tuple) else (head,) * 3) for base, head in pairs]


def test_only_undecided_suites_get_more_attempts_and_base_gets_none() -> None:
    held, lost, open_ = (escalating(make_suite(name, 150)) for name in ("held", "lost", "open"))
    played = [
        (held, three(outcomes(150))),
        (lost, three(outcomes(150, loss=60))),
        (open_, three(wavering(150, loss=6, again=1.0))),
    ]
    asker = script(played)
    decision, comparison = play(asker, [held, lost, open_])
    assert asker.calls(Side.BASE) == 450
    assert [asker.calls(Side.HEAD, name) for name in ("held", "lost", "open")] == [150, 150, 450]
    numbers = {one.suite: one for one in comparison.suites}
    assert [numbers[name].look.escalated for name in ("held", "lost", "open")] == [False, False, True]
    assert suite_verdicts(decision)["open"].verdict is Verdict.PASS
    assert "undecided at first: head answered 3 times" in suite_verdicts(decision)["open"].notes


def test_attempts_go_on_counting_and_the_verdict_uses_their_mean() -> None:
    suite = escalating(make_suite("skill", 150), AttemptCounts(base=2, head=2, max_head=5))
    wavers, steady = (0.0, 0.0, 1.0, 1.0, 1.0), (1.0,) * 5
    pairs: list[Pair] = [((1.0, 1.0), wavers if i < 3 else steady) for i in range(150)]
    asker = script([(suite, pairs)])
    _, comparison = play(asker, [suite])
    numbers = {number for side, _, _, number in asker.times() if side == Side.HEAD}
    assert numbers == {0, 1, 2, 3, 4}
    assert set(asker.times().values()) == {1}
    assert comparison.suites[0].interval is not None
    assert comparison.suites[0].interval.estimate == pytest.approx(-3 * 0.4 / 150)


def test_a_skill_that_must_improve_is_asked_more_until_it_has() -> None:
    skill = escalating(make_suite("skill", 150, Role.TARGET, must_improve=True))
    asker = script([(skill, three(outcomes(150)))])
    assert play(asker, [skill])[0].outcome is Outcome.FAILED
    assert asker.calls(Side.HEAD) == 450
    asker = script([(skill, three(outcomes(150, gain=60)))])
    assert play(asker, [skill])[0].outcome is Outcome.PASSED
    assert asker.calls(Side.HEAD) == 150


def test_more_attempts_cannot_help_where_nothing_can_be_compared_so_none_are_paid_for() -> None:
    few = escalating(make_suite("few", 9))
    asker = script([(few, three(outcomes(9)))])
    assert play(asker, [few])[0].outcome is Outcome.COULD_NOT_RUN
    assert asker.calls(Side.HEAD) == 9


def test_answers_that_are_missing_are_not_replaced_by_more_attempts() -> None:
    suite = escalating(make_suite("skill", 100))
    pairs: list[Pair] = [(1.0, (None, 1.0, 1.0) if i < 20 else (1.0,) * 3) for i in range(100)]
    asker = script([(suite, pairs)])
    assert play(asker, [suite])[0].outcome is Outcome.COULD_NOT_RUN
    assert asker.calls(Side.HEAD) == 100


# Money.


shapes = st.tuples(st.integers(150, 420), st.integers(0, 40), st.integers(0, 40))


@pytest.mark.slow
@settings(max_examples=15)
@given(st.lists(shapes, min_size=1, max_size=3), st.booleans(), st.integers(0, 2**32))
def test_a_run_never_asks_more_than_is_planned_nor_anything_twice(
    sizes: list[tuple[int, int, int]], escalates: bool, seed: int
) -> None:
    played = []
    for i, (n, gain, loss) in enumerate(sizes):
        suite = make_suite(f"skill-{i}", n)
        pairs = three(outcomes(n, gain, loss))
        pairs = pairs[seed % n :] + pairs[: seed % n]
        played.append((escalating(suite) if escalates else suite, pairs))
    asker = script(played)
    _, comparison = play(asker, [suite for suite, _ in played])
    assert set(asker.times().values()) == {1}
    most = sum(n * (1 + (3 if escalates else 1)) for n, _, _ in sizes)
    assert asker.calls() <= most
    for numbers in comparison.suites:
        seen = numbers.samples * (1 + numbers.look.head_attempts)
        assert asker.calls(suite=numbers.suite) == seen


@pytest.mark.parametrize("money", [201, 399, 599])
def test_money_that_ends_at_a_later_look_is_a_failure_that_tells_the_look_before(money: int) -> None:
    suite = make_suite("skill", 300)
    asker = script([(suite, spread(300, gain=14, loss=22))], money=money)
    decision, comparison = play(asker, [suite])
    assert decision.outcome is Outcome.FAILED
    (numbers,) = comparison.suites
    assert numbers.samples == (100 if money < 400 else 200)
    assert (numbers.missing, numbers.not_comparable) == (0, None)
    assert asker.calls() == money


def test_money_that_ends_during_more_attempts_leaves_the_verdict_on_the_first_ones() -> None:
    suite = escalating(make_suite("skill", 150))
    played = [(suite, three(wavering(150, loss=6, again=0.0)))]
    asker = script(played, money=350)
    decision, comparison = play(asker, [suite])
    assert decision.outcome is Outcome.FAILED
    assert comparison.suites[0].look.at == 0
    assert comparison.suites[0].head.spend.calls == 150


def test_a_loss_that_was_proven_before_the_money_ended_is_still_told() -> None:
    lost, open_ = make_suite("lost", 300), make_suite("open", 300)
    played = [(lost, spread(300, loss=60)), (open_, spread(300, gain=14, loss=22))]
    decision, _ = play(script(played, money=450), [lost, open_])
    assert suite_verdicts(decision)["lost"].verdict is Verdict.REGRESSED
    assert "regressed: lost" in decision.reasons[0]


# Worse answers never help, looks or not.


def spoiled(pairs: list[Pair], chosen: set[int]) -> list[Pair]:
    return [(base, 0.0 if i in chosen else head) for i, (base, head) in enumerate(pairs)]


@pytest.mark.slow
@settings(max_examples=60)
@given(
    st.lists(
        st.tuples(st.sampled_from([150, 210, 300, 420]), st.integers(0, 25), st.integers(0, 40)),
        min_size=1,
        max_size=3,
    ),
    st.sampled_from(["warn", "block"]),
    st.sampled_from([Role.RETAIN, Role.CRITICAL]),
    st.randoms(use_true_random=False),
)
def test_more_failures_of_head_never_improve_the_outcome_over_all_looks(
    sizes: list[tuple[int, int, int]], on_inconclusive: str, role: Role, random: Any
) -> None:
    gate = make_gate(on_inconclusive=on_inconclusive)
    before, after = [], []
    for i, (n, gain, loss) in enumerate(sizes):
        pairs = outcomes(n, gain, loss)
        random.shuffle(pairs)
        suite = make_suite(f"skill-{i}", n, role)
        before.append((suite, pairs))
        after.append((suite, spoiled(pairs, {random.randrange(n) for _ in range(random.randrange(20))})))
    suites = [suite for suite, _ in before]
    was, became = (play(script(played), suites, gate)[0] for played in (before, after))
    assert became.outcome.rank >= was.outcome.rank


@pytest.mark.slow
@settings(max_examples=60)
@given(
    st.sampled_from([150, 300]),
    st.integers(0, 25),
    st.integers(0, 40),
    st.integers(1, 12),
    st.randoms(use_true_random=False),
)
def test_leaking_never_improves_the_outcome_over_all_looks(
    n: int, gain: int, loss: int, leaks: int, random: Any
) -> None:
    pairs = outcomes(n, gain, loss)
    random.shuffle(pairs)
    suite = make_suite("skill", n, Role.CRITICAL)
    wrong = [sample.key for sample, (_, head) in zip(suite.samples, pairs, strict=True) if head == 0.0]
    some = random.sample([sample.key for sample in suite.samples], leaks)
    plain = play(script([(suite, pairs)]), [suite])[0]
    for keys in (wrong[:leaks], some):
        leaky = play(script([(suite, pairs)]), [suite], leaked={"skill": tuple(keys)})[0]
        assert leaky.outcome.rank >= plain.outcome.rank


@pytest.mark.slow
@settings(max_examples=8)
@given(st.integers(0, 25), st.integers(0, 40), st.randoms(use_true_random=False))
def test_the_order_and_the_names_of_suites_mean_nothing_over_all_looks(
    gain: int, loss: int, random: Any
) -> None:
    played = []
    for i in range(3):
        pairs = outcomes(300, gain, loss)
        random.shuffle(pairs)
        played.append((make_suite(f"skill-{i}", 300), pairs))
    suites = [suite for suite, _ in played]
    expected = play(script(played), suites)[0]
    random.shuffle(suites)
    assert play(script(played), suites)[0] == expected
    renamed = [
        (suite.model_copy(update={"name": f"new-{i}"}), pairs) for i, (suite, pairs) in enumerate(played)
    ]
    other = play(script(renamed), [suite for suite, _ in renamed])[0]
    assert other.outcome is expected.outcome


def test_a_standing_says_how_far_it_was_asked() -> None:
    standing = first_look(make_suite("skill", 300), make_gate(), has_baseline=True)
    assert (len(standing.seen.samples), standing.is_last) == (100, False)
    last = standing.next().next()
    assert (last.is_last, last.seen) == (True, last.suite)
    assert replace(standing, at=2) == last
