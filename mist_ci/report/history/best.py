"""Forgetting over history: how far the latest iteration is below the best one that was ever let through."""

from collections.abc import Sequence
from dataclasses import dataclass

from mist_ci.models.iteration import Iteration, SuiteScore


@dataclass(frozen=True, slots=True)
class Best:
    """The best earlier score of a suite, and the latest one's difference to it: negative is worse."""

    score: float
    reached: Iteration
    difference: float | None


def score_of(iteration: Iteration, suite: str) -> SuiteScore | None:
    """What an iteration says about a suite; None when it did not run there."""
    return next((one for one in iteration.suites if one.name == suite), None)


def best_so_far(iterations: Sequence[Iteration], suite: str) -> Best | None:
    """The highest mean of an accepted iteration before the last one, on the same questions (page 3 §4.11).

    The maximum of several noisy scores is too high: no interval belongs to it, and no verdict follows from it. Of
    equal scores the first counts. None when there is nothing to compare with.
    """
    if not iterations:
        return None
    latest = score_of(iterations[-1], suite)
    if latest is None or latest.digest is None:
        return None
    best: Best | None = None
    for one in iterations[:-1]:
        score = score_of(one, suite)
        if not one.was_accepted or score is None or score.head is None or score.digest != latest.digest:
            continue
        if best is None or score.head > best.score:
            difference = None if latest.head is None else latest.head - score.head
            best = Best(score.head, one, difference)
    return best
