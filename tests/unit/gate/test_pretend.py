"""Claims: a model against itself is judged by the gate as it is, no attempt meets itself, and there are no dice."""

import hashlib
from collections.abc import Sequence

import pytest
from msgspec import structs

from mist_ci.errors import Code, CouldNotRun
from mist_ci.gate import Pretended, measure_noise, pretend, sides
from mist_ci.gate.pretend import _by_sample, _split
from mist_ci.models.attempt import Attempt, Side
from mist_ci.models.suite import AttemptCounts, Role, Suite
from tests.unit.gate.building import attempt, make_change, make_gate, make_suite


def noisy(suite: Suite, attempts: int, rate: float, seed: int = 0) -> list[Attempt]:
    """Answers of a model that gets every sample right with the same probability, each time anew."""

    def score(key: str, number: int) -> float:
        digest = hashlib.sha256(f"{seed} {key} {number}".encode()).digest()
        return float(int.from_bytes(digest[:4], "big") / 2**32 < rate)

    return [
        attempt(suite, sample, Side.HEAD, score(sample.key, number), number, start_ns=number)
        for sample in suite.samples
        for number in range(attempts)
    ]


def judged(
    suites: Sequence[Suite], attempts: Sequence[Attempt], splits: int = 20, **settings: object
) -> Pretended:
    steps: list[None] = []
    found = pretend(
        make_change(), suites, attempts, make_gate(**settings), splits, lambda: steps.append(None)
    )
    assert len(steps) == splits
    return found


def test_a_model_that_always_says_the_same_never_raises_an_alarm() -> None:
    suite = make_suite("skill", 60)
    found = judged([suite], noisy(suite, 3, 1.0))
    assert (found.any_regressed, found.any_not_proven, found.blocked) == (0, 0, 0)


@pytest.mark.slow
def test_alarms_about_a_noisy_model_are_about_as_rare_as_the_error_rate_promises() -> None:
    suite = make_suite("skill", 100)
    alarms = sum(judged([suite], noisy(suite, 4, 0.7, seed), 10).any_regressed for seed in range(20))
    assert 0 < alarms <= 24  # 200 splits of 20 independent sets of answers, at 5%


def test_a_critical_suite_blocks_whenever_it_is_not_certified() -> None:
    suite = make_suite("safety", 60, Role.CRITICAL)
    found = judged([suite], noisy(suite, 5, 0.5))
    assert found.blocked == found.not_proven["safety"] + found.regressed["safety"] > 10


def test_the_same_answers_give_the_same_counts_in_any_order() -> None:
    suite = make_suite("skill", 60)
    attempts = noisy(suite, 5, 0.6)
    assert judged([suite], attempts) == judged([suite], attempts[::-1])


@pytest.mark.parametrize(
    ("counts", "attempts", "dealt"),
    [((1, 1), 2, (1, 1)), ((1, 1), 5, (1, 1)), ((5, 1), 5, (4, 1)), ((3, 3), 5, (3, 2)), ((5, 3), 2, (1, 1))],
)
def test_no_attempt_is_on_both_sides_and_none_is_empty(
    counts: tuple[int, int], attempts: int, dealt: tuple[int, int]
) -> None:
    base, head = counts
    wanted = AttemptCounts(base=base, head=head)
    suite = make_suite("skill", 12).model_copy(update={"attempts": wanted})
    assert sides(wanted, attempts) == dealt
    for split in range(5):
        chosen = list(_split(suite, _by_sample(noisy(suite, attempts, 0.5)), split))
        for sample in suite.samples:
            mine = [one for one in chosen if one.key == sample.key]
            assert len({one.start_ns for one in mine}) == len(mine)
            assert tuple(sum(one.side is side for one in mine) for side in (Side.BASE, Side.HEAD)) == dealt


@pytest.mark.slow
def test_a_suite_is_looked_at_as_the_gate_would_and_undecided_ones_get_more_attempts_of_head() -> None:
    suite = make_suite("skill", 240)
    attempts = noisy(suite, 6, 0.8)
    once = judged([suite], attempts)
    escalating = suite.model_copy(update={"attempts": AttemptCounts(base=3, head=1, max_head=3)})
    often = judged([escalating], attempts)
    assert often.any_not_proven < once.any_not_proven
    whole = judged([suite], attempts, defaults={"sequential": "none"})
    assert abs(whole.any_not_proven - once.any_not_proven) <= 4


def test_noise_is_measured_as_the_textbook_says() -> None:
    suite = make_suite("skill", 1500)
    found = measure_noise(suite, noisy(suite, 5, 0.7))
    assert found.pass_fail
    assert found.mean == pytest.approx(0.7, abs=0.02)
    assert found.within_variance == pytest.approx(0.21, abs=0.02)
    assert found.sd == pytest.approx(0.42**0.5, abs=0.02)
    assert found.floor == pytest.approx(0.21, abs=0.01)
    assert (found.tokens_in, found.tokens_out, found.missing) == (20, 5, 0)


def test_graded_scores_are_told_from_right_and_wrong() -> None:
    suite = make_suite("skill", 10)
    attempts = [
        attempt(suite, one, Side.HEAD, score, n)
        for one in suite.samples
        for n, score in enumerate((0.5, 0.7))
    ]
    found = measure_noise(suite, attempts)
    assert not found.pass_fail
    assert found.within_variance == pytest.approx(0.02)
    assert found.floor == pytest.approx(0.1)


def test_too_many_missing_answers_measure_nothing() -> None:
    suite = make_suite("skill", 10)
    attempts = noisy(suite, 2, 1.0)
    gone = [structs.replace(one, score=None) if index < 2 else one for index, one in enumerate(attempts)]
    assert measure_noise(suite, attempts).missing == 0
    with pytest.raises(CouldNotRun, match="2 of 20 answers are missing") as caught:
        measure_noise(suite, gone)
    assert caught.value.code == Code.NOT_COMPARABLE
