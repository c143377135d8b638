"""Two sides' attempts become one pair of scores per sample: the sample is the unit, never the attempt."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from heapq import nsmallest
from itertools import groupby
from operator import attrgetter
from statistics import fmean

from mist_ci.models.attempt import Attempt, AttemptStatus, Side
from mist_ci.models.comparison import Flip
from mist_ci.models.figures import are, count
from mist_ci.models.suite import Sample, Suite
from mist_ci.stats import ScorePair

MIN_SAMPLES = 10
MIN_CLUSTERS = 5
MAX_MISSING = 0.05
MAX_MISSING_GAP = 0.02
MAX_FLIPS_KEPT = 50
_REASON_CHARS = 200


Answers = Mapping[str, Sequence[Attempt]]
"""Attempts of one side, by sample key."""


@dataclass(frozen=True)
class Paired:
    """Attempts of one suite, by sample key, on both sides; `base` is whoever head is held against: `against`."""

    suite: Suite
    base: Answers
    head: Answers
    against: Side = Side.BASE

    @cached_property
    def base_scores(self) -> list[float | None]:
        """Mean score of each sample, None where missing, in the suite's fixed order."""
        return [mean_score(self.base.get(sample.key, ())) for sample in self.suite.samples]

    @cached_property
    def head_scores(self) -> list[float | None]:
        """As `base_scores`."""
        return [mean_score(self.head.get(sample.key, ())) for sample in self.suite.samples]

    def pairs(self, without: frozenset[str] = frozenset()) -> list[ScorePair]:
        """(base, head) mean score of each sample, None where missing, in the suite's fixed order."""
        pairs = list(zip(self.base_scores, self.head_scores, strict=True))
        if not without:
            return pairs
        return [
            pair for sample, pair in zip(self.suite.samples, pairs, strict=True) if sample.key not in without
        ]

    def clusters(self, without: frozenset[str] = frozenset()) -> list[str] | None:
        """Cluster label of each sample, None when no sample has one; a sample without one is its own."""
        return _clusters(self.suite, without)


def count_clusters(suite: Suite) -> int | None:
    """How many clusters the suite's samples come in, lone ones among them; None when no sample has a label."""
    labels = _clusters(suite)
    return None if labels is None else len(set(labels))


def _clusters(suite: Suite, without: frozenset[str] = frozenset()) -> list[str] | None:
    if all(sample.cluster is None for sample in suite.samples):
        return None
    # The prefix keeps a lone sample apart from a cluster that is named like its key.
    return [
        f"cluster {sample.cluster}" if sample.cluster is not None else f"sample {sample.key}"
        for sample in suite.samples
        if sample.key not in without
    ]


class Evidence:
    """Attempts sorted once by suite, side and sample: many suites, many attempts."""

    def __init__(self, attempts: Iterable[Attempt]) -> None:
        self._sorted: defaultdict[tuple[str, str, Side], defaultdict[str, list[Attempt]]] = defaultdict(
            lambda: defaultdict(list)
        )
        # Attempts come in long stretches of one suite and side, which are looked up once.
        for place, stretch in groupby(attempts, attrgetter("suite", "suite_digest", "side")):
            by_key = self._sorted[place]
            for attempt in stretch:
                by_key[attempt.key].append(attempt)

    def of(self, suite: Suite, side: Side) -> Answers:
        """What one side answered to this very version of the suite."""
        return self._sorted.get((suite.name, suite.digest, side), {})

    def pair(self, suite: Suite, against: Side = Side.BASE) -> Paired:
        """Head's answers beside those of whoever it is held against."""
        return Paired(suite, self.of(suite, against), self.of(suite, Side.HEAD), against)


def mean_score(attempts: Sequence[Attempt]) -> float | None:
    """Mean over the attempts that have a score; None when there is none."""
    if len(attempts) == 1:
        return attempts[0].score
    scores = [attempt.score for attempt in attempts if attempt.score is not None]
    return fmean(scores) if scores else None


def missing(scores: Iterable[float | None]) -> int:
    """Samples without any score on a side."""
    return sum(score is None for score in scores)


def model_failures(side: Answers) -> int:
    """Answers that were empty, cut off or refused."""
    return sum(one.status is AttemptStatus.MODEL_FAILURE for many in side.values() for one in many)


def why_missing(side: Answers) -> str:
    """Why answers never came, to be written after how many they are: `: …`, or nothing where nobody knows."""
    failed = (one for many in side.values() for one in many if not one.status.counts)
    reasons = Counter(" ".join(one.reason.split()) for one in failed if one.reason)
    if not reasons:
        return ""
    [(reason, _)] = reasons.most_common(1)
    shown = reason if len(reason) <= _REASON_CHARS else f"{reason[: _REASON_CHARS - 1]}…"
    return f": {shown}" if len(reasons) == 1 else f", most often: {shown}"


def why_not_comparable(paired: Paired) -> str | None:
    """The reason of page 3 §4.1 for which two sides cannot be compared, or None."""
    total, other = len(paired.suite.samples), paired.against.value
    if total < MIN_SAMPLES:
        return f"{count(total, 'sample')}; at least {MIN_SAMPLES} are needed to compare anything"
    base, head = missing(paired.base_scores), missing(paired.head_scores)
    for side, answers, gone in ((other, paired.base, base), ("head", paired.head, head)):
        if gone > MAX_MISSING * total:
            told = f"{gone} of {total} {side} answers {are(gone)} missing (at most {MAX_MISSING:.0%})"
            return told + why_missing(answers)
    # Counts, because shares of samples do not subtract exactly: 5% less 3% is a little more than 2%.
    if abs(base - head) > MAX_MISSING_GAP * total:
        return f"{other} misses {base} of {total} answers and head {head}: too different"
    if reason := _attempts_missing(paired):
        return reason
    labels = paired.clusters()
    if labels is not None and len(set(labels)) < MIN_CLUSTERS:
        return f"{count(len(set(labels)), 'cluster')}; at least {MIN_CLUSTERS} are needed"
    return None


def _attempts_missing(paired: Paired) -> str | None:
    """As for samples: whoever fails where it would be wrong could else be judged by what is left of each sample."""
    named = paired.against.value
    for side, answers in ((named, paired.base), ("head", paired.head)):
        if reason := too_few_attempts(side, paired.suite, answers):
            return reason
    (base, base_made), (head, head_made) = (
        _unscored(paired.suite, one) for one in (paired.base, paired.head)
    )
    if abs(base * head_made - head * base_made) > MAX_MISSING_GAP * base_made * head_made:
        told = f"{base} of {base_made} attempts of {named} and {head} of {head_made} of head have no score"
        return f"{told}: too different"
    return None


def too_few_attempts(side: str, suite: Suite, answers: Answers) -> str | None:
    """Why what is left of a side's attempts is not what it would have scored; None where most are there."""
    gone, made = _unscored(suite, answers)
    if gone > MAX_MISSING * made:
        return f"{gone} of {made} attempts of {side} have no score (at most {MAX_MISSING:.0%})"
    return None


def _unscored(suite: Suite, answers: Answers) -> tuple[int, int]:
    """Attempts at the suite's samples that have no score, and all of them."""
    scores = [one.score for sample in suite.samples for one in answers.get(sample.key, ())]
    return scores.count(None), len(scores)


def flips(paired: Paired) -> tuple[Flip, ...]:
    """Samples that got worse, the worst first, at most MAX_FLIPS_KEPT; ties by key, so always the same."""
    worse = [
        (head - base, sample.key, sample)
        for sample, (base, head) in zip(paired.suite.samples, paired.pairs(), strict=True)
        if base is not None and head is not None and head < base
    ]
    worst = nsmallest(MAX_FLIPS_KEPT, worse, key=lambda one: one[:2])
    return tuple(_flip(sample, paired) for _, _, sample in worst)


def _flip(sample: Sample, paired: Paired) -> Flip:
    base, head = paired.base[sample.key], paired.head[sample.key]
    base_score, head_score = mean_score(base), mean_score(head)
    if base_score is None or head_score is None:
        raise ValueError("a flip has two scores")
    return Flip(
        sample=sample.id,
        key=sample.key,
        prompt=sample.messages[-1].content if sample.messages else sample.input,
        expected=sample.expected,
        base_output=_typical(base, base_score),
        head_output=_typical(head, head_score),
        base_score=base_score,
        head_score=head_score,
    )


def _typical(attempts: Sequence[Attempt], score: float) -> str:
    """The answer whose score is nearest to the mean, so that one odd attempt does not stand for all."""
    scored = [(abs(one.score - score), one.attempt, one.output) for one in attempts if one.score is not None]
    return min(scored)[2]
