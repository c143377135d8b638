"""Decisions a second: six suites of 200 samples, compared and corrected; and scipy's interval beside ours."""

import math
import random
import timeit
from collections.abc import Callable

from scipy import stats

from mist_ci.stats import (
    holm_adjusted,
    imputed_interval,
    imputed_overall,
    obf_boundaries,
    paired_t_interval,
)

SUITES, SAMPLES, ALPHA, ROUNDS = 6, 200, 0.05, 7


def best_of(work: str, names: dict[str, object]) -> float:
    """Seconds for one execution of `work`: the best of several rounds."""
    timer = timeit.Timer(work, globals=names)
    number, _ = timer.autorange()
    return min(timer.repeat(ROUNDS, number)) / number


def decide(suites: list[list[tuple[float, float]]]) -> tuple[float, ...]:
    """What the gate computes between scores and verdict."""
    intervals = [imputed_interval(pairs, alpha=ALPHA) for pairs in suites]
    overall = imputed_overall(intervals, alpha=ALPHA)
    return holm_adjusted([*(one.interval.p_regressed for one in intervals), overall.p_regressed])


def scipy_interval(differences: list[float]) -> tuple[float, float, float]:
    """The same t interval and p-value, from scipy."""
    result = stats.ttest_1samp(differences, 0.0, alternative="less")
    interval = stats.ttest_1samp(differences, 0.0).confidence_interval(1 - 2 * ALPHA)
    return float(interval.low), float(interval.high), float(result.pvalue)


def measure_decisions(kind: str, draw: Callable[[], float]) -> None:
    """Print decisions a second over scores that `draw` makes up."""
    suites = [[(draw(), draw()) for _ in range(SAMPLES)] for _ in range(SUITES)]
    seconds = best_of("decide(suites)", {"decide": decide, "suites": suites})
    print(f"{kind:10}  {1 / seconds:8.0f} decisions/s")


def main() -> None:
    """Print both, and the ratio."""
    dice = random.Random(7)
    print(f"{SUITES} suites of {SAMPLES} samples, best of {ROUNDS}")
    measure_decisions("pass/fail", lambda: float(dice.randrange(5) > 0))
    measure_decisions("continuous", lambda: round(dice.betavariate(6, 2), 3))

    differences = [dice.betavariate(6, 2) - dice.betavariate(6, 2) for _ in range(SAMPLES)]
    ours, theirs = paired_t_interval(differences, alpha=ALPHA), scipy_interval(differences)
    if not math.isclose(ours.low, theirs[0], rel_tol=1e-9):
        raise SystemExit(f"the intervals differ: {ours} and {theirs}")
    names = {"ours": paired_t_interval, "theirs": scipy_interval, "differences": differences}
    fast, slow = best_of(f"ours(differences, alpha={ALPHA})", names), best_of("theirs(differences)", names)
    print(f"t interval  {fast * 1e6:8.0f} µs, scipy {slow * 1e6:.0f} µs: ratio {slow / fast:.1f}")
    measure_looks()


def measure_looks() -> None:
    """Print what boundaries of four looks cost, for error rates that were not asked for before."""
    levels = iter([0.05 / (1.0 + share / 1000.0) for share in range(100)])
    seconds = timeit.timeit(lambda: obf_boundaries(next(levels), (0.2, 0.4, 0.6, 1.0)), number=50) / 50
    print(f"bounds of four looks, not cached  {seconds * 1e3:.1f} ms")


if __name__ == "__main__":
    main()
