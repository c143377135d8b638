"""Several attempts at the same sample: the chances of pass@k and pass^k, and how far attempts scatter."""

import math
from collections.abc import Sequence

from mist_ci.stats.checks import require, require_within


def pass_at_k(attempts: int, successes: int, k: int) -> float:
    """Unbiased chance in [0, 1] that at least one of k fresh attempts passes: pass@k of one sample.

    1 - C(attempts - successes, k) / C(attempts, k), from 1 <= k <= attempts of which 0 to all were successes.
    Average it over samples. Source: Chen et al. 2021, arXiv 2107.03374. Raises ValueError for impossible
    counts.

    >>> round(pass_at_k(10, 3, 5), 6)
    0.916667
    """
    _require_attempts(attempts, successes, k)
    return 1.0 - math.comb(attempts - successes, k) / math.comb(attempts, k)


def pass_all_k(attempts: int, successes: int, k: int) -> float:
    """Unbiased chance in [0, 1] that all of k fresh attempts pass: pass^k of one sample.

    C(successes, k) / C(attempts, k); arguments and errors as pass_at_k. Source: Yao et al. 2024 (tau-bench),
    arXiv 2406.12045.

    >>> round(pass_all_k(5, 4, 2), 6)
    0.6
    """
    _require_attempts(attempts, successes, k)
    return math.comb(successes, k) / math.comb(attempts, k)


def within_variance(samples: Sequence[Sequence[float]]) -> float | None:
    """Variance of attempts at the same sample, from 0 up, pooled over samples; None without a repetition.

    Sum of squared distances from each sample's mean over the sum of (attempts - 1), which is unbiased; each
    sample is a sequence of scores in [0, 1], of any length, and samples may differ in length. Source: the
    pooled variance of one-way analysis of variance (Fisher 1925, Statistical Methods for Research Workers,
    chapter 7). Raises ValueError for no samples or scores out of range.

    >>> within_variance([[1.0, 0.0], [1.0, 1.0], [0.5]])
    0.25
    """
    require(len(samples) > 0, "samples must not be empty")
    for index, scores in enumerate(samples):
        require_within(f"samples[{index}]", scores, 0.0, 1.0)
    repeated = [scores for scores in samples if len(scores) > 1]
    freedom = sum(len(scores) - 1 for scores in repeated)
    return math.fsum(_squared_distances(scores) for scores in repeated) / freedom if freedom else None


def difference_sd(pairs: Sequence[tuple[float, float]]) -> float:
    """Standard deviation of head minus base over samples, from 0 up: the `sd` that planning asks for.

    Each pair is a sample's (base, head) mean score in [0, 1]; at least two. The sum of squares is divided by
    n - 1. Raises ValueError for fewer pairs or scores out of range.

    >>> round(difference_sd([(1.0, 0.0), (1.0, 1.0), (0.0, 1.0)]), 6)
    1.0
    """
    require(len(pairs) > 1, f"a standard deviation needs at least 2 pairs, got {len(pairs)}")
    for index, pair in enumerate(pairs):
        require_within(f"pairs[{index}]", pair, 0.0, 1.0)
    return math.sqrt(_squared_distances([head - base for base, head in pairs]) / (len(pairs) - 1))


def _squared_distances(values: Sequence[float]) -> float:
    mean = math.fsum(values) / len(values)
    return math.fsum((value - mean) ** 2 for value in values)


def _require_attempts(attempts: int, successes: int, k: int) -> None:
    require(1 <= k <= attempts, f"k must be in [1, {attempts}], got {k}")
    require(0 <= successes <= attempts, f"successes must be in [0, {attempts}], got {successes}")
