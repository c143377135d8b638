"""How often the gate is wrong, and how much it finds: seeded, over made-up models (benchmarks/gate_simulation.py).

Bounds are generous and the dice are fixed: what fails here has changed how verdicts are made.
"""

import numpy as np
import pytest

from benchmarks.simulation.cells import (
    ESCALATES,
    HIT_BY_TEN,
    MAIN,
    PLAIN,
    SETTINGS,
    SINGLE,
    SIZES,
    Cell,
    repeat,
    stress_cells,
)
from benchmarks.simulation.population import draw
from benchmarks.simulation.procedure import Procedure
from benchmarks.simulation.tally import CERTIFIED, Tally

SEED = 20261126


def play(scenario: str, reps: int, setting: str = ESCALATES) -> Tally:
    return repeat(Cell(scenario, setting, MAIN[scenario], with_rules=True), SEED, range(reps))


@pytest.fixture(scope="module")
def unchanged() -> Tally:
    return play("no-change", 120)


@pytest.mark.slow
def test_clean_changes_are_blocked_about_once_in_twenty_at_most(unchanged: Tally) -> None:
    assert unchanged.blocked <= 0.05 * unchanged.reps
    assert unchanged.mean_share(CERTIFIED) >= 0.8


@pytest.mark.slow
def test_any_drop_would_block_nearly_all_of_the_same_clean_changes(unchanged: Tally) -> None:
    assert unchanged.rules["any drop", None] >= 0.9 * unchanged.reps
    assert unchanged.rules["paired t, each suite", None] >= 0.15 * unchanged.reps


@pytest.mark.slow
def test_looks_pay_for_most_of_the_escalation(unchanged: Tally) -> None:
    assert unchanged.head_calls(sum(SIZES)).value <= 1.5


@pytest.mark.slow
def test_a_drop_of_ten_points_is_found_and_its_suite_named() -> None:
    assert play("minus-10", 80).found(HIT_BY_TEN).value >= 0.95


@pytest.mark.slow
def test_a_suite_that_lost_its_margin_is_rarely_certified() -> None:
    _, lost = stress_cells(0.5, 0.95)
    tally = repeat(lost, SEED, range(40))
    assert sum(tally.certified(number).value for number in range(len(SIZES))) <= 0.08 * len(SIZES)


@pytest.mark.slow
def test_stored_attempts_may_be_handed_over_as_their_mean() -> None:
    dice = np.random.default_rng(SEED)
    counts = SETTINGS[ESCALATES]
    together, apart = Procedure(SIZES, counts), Procedure(SIZES, counts, one_by_one=True)
    for _ in range(3):
        answers = [draw(skill, dice, {"base": 5, "head": 3}) for skill in PLAIN]
        assert together.judge(answers) == apart.judge(answers)


@pytest.mark.slow
def test_repetitions_hang_on_the_seed_alone() -> None:
    cell = Cell("no-change", SINGLE, PLAIN)
    both, second = repeat(cell, SEED, range(4)), repeat(cell, SEED, range(2, 4))
    assert both.calls[2:] == second.calls
