"""What a new model forgot and what it gained, sample by sample, apart from the noise of sampling."""

import math
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate

from mist_ci.stats.checks import require, require_within

Attempts = tuple[float, ...]
FLOOR_NEEDS = 0.8
_PAIR = 2


@dataclass(frozen=True, slots=True)
class Forgetting:
    """One suite's losses and gains over `samples`, in score units from 0 to 1.

    - `forgetting`: mean drop from a base attempt to a head attempt at the same sample, where it is a drop;
      `gain` likewise for rises. Both include sampling noise: they are above zero without any change.
    - `floor`: what two equal models would show as forgetting; None where too few samples have two attempts on
      both sides. `floor_samples` counts those that have.
    - `chance_term`: forgetting, and gain, that guessing alone makes in multiple choice; None without choices.
    """

    samples: int
    base_mean: float
    head_mean: float
    forgetting: float
    gain: float
    floor: float | None
    floor_samples: int
    chance_term: float | None

    @property
    def delta(self) -> float:
        """Head mean minus base mean, in [-1, 1]: gain minus forgetting."""
        return self.gain - self.forgetting

    @property
    def forgetting_rate(self) -> float | None:
        """Forgetting as a share of what the base could do; None where it could do nothing."""
        return _ratio(self.forgetting, self.base_mean)

    @property
    def retention(self) -> float | None:
        """Head mean as a share of base mean, above 1 for a better head; None where the base has nothing."""
        return _ratio(self.head_mean, self.base_mean)

    @property
    def net_forgetting(self) -> float | None:
        """Forgetting less the floor, unbiased; below zero by chance, so show no less than 0."""
        return None if self.floor is None else self.forgetting - self.floor

    @property
    def net_gain(self) -> float | None:
        """Gain less the floor; net gain minus net forgetting is delta. Below zero by chance, as that is."""
        return None if self.floor is None else self.gain - self.floor

    @property
    def net_forgetting_rate(self) -> float | None:
        """Net forgetting, no less than 0, as a share of what the base could do."""
        net = self.net_forgetting
        return None if net is None else _ratio(max(0.0, net), self.base_mean)

    @property
    def chance_forgetting(self) -> float | None:
        """Forgetting less what guessing makes, no less than 0."""
        return None if self.chance_term is None else max(0.0, self.forgetting - self.chance_term)

    @property
    def chance_gain(self) -> float | None:
        """Gain less what guessing makes, no less than 0."""
        return None if self.chance_term is None else max(0.0, self.gain - self.chance_term)


def forgetting_between(
    base: Sequence[Sequence[float]],
    head: Sequence[Sequence[float]],
    *,
    choices: int | Sequence[int] | None = None,
) -> Forgetting:
    """Forgetting and gain over samples, each with one or more attempts a side, scores in [0, 1].

    base[i] and head[i] are the attempts at sample i; their numbers may differ. With a in base[i] and b in
    head[i], forgetting is the mean over samples of the mean over all pairs of max(0, a - b). The floor is
    half the sum of the same over distinct attempts of one side, both sides in turn; it is taken over samples
    with two attempts or more on both sides, and only where those are four in five or more, since the others
    may be of another kind. With it, net forgetting is unbiased, and net gain + net forgetting is half the
    energy distance of Szekely & Rizzo 2013 (J. Statistical Planning and Inference 143:1249-1272).

    `choices`, at least 2, is the number of options of a multiple-choice sample, for all or one per sample:
    the chance term is (1 - base_mean) * (1 - head_mean) * mean of 1 / (choices - 1). It stands for lucky
    guesses that go wrong on the other side, as if the sides guessed at unrelated samples, so it takes out too
    little where they guess at the same ones; the floor has no such assumption.

    Source: Harmon et al. 2025, arXiv 2510.17776, for sample-wise forgetting and the chance term, carried over
    to several attempts. Cost: one pass, and k log k per distinct pair of attempt lists. Raises ValueError for
    no samples, sides of different length, a sample without attempts, or values out of range.

    >>> found = forgetting_between([[1.0, 1.0], [1.0, 0.0]], [[0.0, 0.0], [1.0, 0.0]])
    >>> found.forgetting, found.gain, found.floor, found.net_forgetting
    (0.625, 0.125, 0.25, 0.375)
    """
    patterns = _patterns(base, head)
    base_mean = _mean((count, _average(a)) for (a, _), count in patterns.items())
    head_mean = _mean((count, _average(b)) for (_, b), count in patterns.items())
    repeated = {pair: count for pair, count in patterns.items() if min(map(len, pair)) >= _PAIR}
    floor_samples = sum(repeated.values())
    return Forgetting(
        samples=len(base),
        base_mean=base_mean,
        head_mean=head_mean,
        forgetting=_mean((count, _mean_drop(a, b)) for (a, b), count in patterns.items()),
        gain=_mean((count, _mean_drop(b, a)) for (a, b), count in patterns.items()),
        floor=_floor(repeated) if floor_samples >= FLOOR_NEEDS * len(base) else None,
        floor_samples=floor_samples,
        chance_term=None if choices is None else _chance_term(base_mean, head_mean, choices, len(base)),
    )


def _patterns(
    base: Sequence[Sequence[float]], head: Sequence[Sequence[float]]
) -> Counter[tuple[Attempts, Attempts]]:
    """How many samples have which attempts, sorted: pass/fail suites have a handful of such patterns."""
    require(len(base) > 0, "base must not be empty")
    require(len(base) == len(head), f"base and head must be of one length, got {len(base)} and {len(head)}")
    patterns = Counter(
        (tuple(sorted(before)), tuple(sorted(after))) for before, after in zip(base, head, strict=True)
    )
    for pair in patterns:
        for side, scores in zip(("base", "head"), pair, strict=True):
            require(len(scores) > 0, f"a sample has no {side} attempt")
            require_within(f"{side} attempts", scores, 0.0, 1.0)
    return patterns


def _mean(weighted: Iterable[tuple[int, float]]) -> float:
    pairs = list(weighted)
    return math.fsum(count * value for count, value in pairs) / sum(count for count, _ in pairs)


def _average(scores: Attempts) -> float:
    return math.fsum(scores) / len(scores)


def _mean_drop(before: Attempts, after: Attempts) -> float:
    """Mean over all pairs of max(0, a - b), both sorted."""
    if len(before) == 1 and len(after) == 1:
        return max(0.0, before[0] - after[0])
    sums = list(accumulate(after, initial=0.0))
    lower = [(a, bisect_left(after, a)) for a in before]
    return max(0.0, math.fsum(count * a - sums[count] for a, count in lower)) / (len(before) * len(after))


def _floor(repeated: dict[tuple[Attempts, Attempts], int]) -> float:
    """Half the mean drops between distinct attempts of the same side, both sides together."""
    sides = [
        (count, _mean_drop(scores, scores) * len(scores) / (len(scores) - 1))
        for pair, count in repeated.items()
        for scores in pair
    ]
    return _mean(sides)


def _chance_term(base_mean: float, head_mean: float, choices: int | Sequence[int], samples: int) -> float:
    options = [choices] if isinstance(choices, int) else choices
    named = isinstance(choices, int) or len(options) == samples
    require(named, f"{samples} samples need as many numbers of choices, got {len(options)}")
    require(min(options) >= _PAIR, f"choices must be at least 2, got {min(options)}")
    wrong_ways = math.fsum(1.0 / (count - 1) for count in options) / len(options)
    return max(0.0, 1.0 - base_mean) * max(0.0, 1.0 - head_mean) * wrong_ways


def _ratio(part: float, whole: float) -> float | None:
    return part / whole if whole > 0.0 else None
