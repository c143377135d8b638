"""Two sides' attempts become one pair of scores per sample: the sample is the unit, never the attempt."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class Paired:
    """Attempts of one suite, by sample key, on both sides."""

    suite: Suite
    base: dict[str, list[Attempt]]
    head: dict[str, list[Attempt]]

    def pairs(self, without: frozenset[str] = frozenset()) -> list[ScorePair]:
        """(base, head) mean score of each sample, None where missing, in the suite's fixed order."""
        return [
            (mean_score(self.base.get(sample.key, ())), mean_score(self.head.get(sample.key, ())))
            for sample in self.suite.samples
            if sample.key not in without
        ]

    def clusters(self, without: frozenset[str] = frozenset()) -> list[str] | None:
        """Cluster label of each sample, None when no sample has one; a sample without one is its own."""
        if all(sample.cluster is None for sample in self.suite.samples):
            return None
        # The prefix keeps a lone sample apart from a cluster that is named like its key.
        return [
            f"cluster {sample.cluster}" if sample.cluster is not None else f"sample {sample.key}"
            for sample in self.suite.samples
            if sample.key not in without
        ]


def pair(suite: Suite, attempts: Iterable[Attempt]) -> Paired:
    """Sorts attempts of this very version of the suite to their sides; others are left out."""
    sides: dict[Side, defaultdict[str, list[Attempt]]] = {side: defaultdict(list) for side in Side}
    for attempt in attempts:
        if attempt.suite == suite.name and attempt.suite_digest == suite.digest:
            sides[attempt.side][attempt.key].append(attempt)
    return Paired(suite, dict(sides[Side.BASE]), dict(sides[Side.HEAD]))


def mean_score(attempts: Sequence[Attempt]) -> float | None:
    """Mean over the attempts that have a score; None when there is none."""
    scores = [attempt.score for attempt in attempts if attempt.score is not None]
    return fmean(scores) if scores else None


def missing(suite: Suite, side: dict[str, list[Attempt]]) -> int:
    """Samples of the suite without any score on a side."""
    return sum(mean_score(side.get(sample.key, ())) is None for sample in suite.samples)


def model_failures(side: dict[str, list[Attempt]]) -> int:
    """Answers that were empty, cut off or refused."""
    return sum(one.status is AttemptStatus.MODEL_FAILURE for many in side.values() for one in many)


def why_not_comparable(paired: Paired) -> str | None:
    """The reason of page 3 §4.1 for which two sides cannot be compared, or None."""
    total = len(paired.suite.samples)
    if total < MIN_SAMPLES:
        return f"{count(total, 'sample')}; at least {MIN_SAMPLES} are needed to compare anything"
    base, head = missing(paired.suite, paired.base), missing(paired.suite, paired.head)
    for side, gone in (("base", base), ("head", head)):
        if gone > MAX_MISSING * total:
            return f"{gone} of {total} {side} answers {are(gone)} missing (at most {MAX_MISSING:.0%})"
    # Counts, because shares of samples do not subtract exactly: 5% less 3% is a little more than 2%.
    if abs(base - head) > MAX_MISSING_GAP * total:
        return f"base misses {base} of {total} answers and head {head}: too different"
    labels = paired.clusters()
    if labels is not None and len(set(labels)) < MIN_CLUSTERS:
        return f"{count(len(set(labels)), 'cluster')}; at least {MIN_CLUSTERS} are needed"
    return None


def flips(paired: Paired) -> tuple[Flip, ...]:
    """Samples that got worse, the worst first, at most MAX_FLIPS_KEPT; ties by key, so always the same."""
    found = [flip for sample in paired.suite.samples if (flip := _flip(sample, paired)) is not None]
    return tuple(sorted(found, key=lambda flip: (flip.delta, flip.key))[:MAX_FLIPS_KEPT])


def _flip(sample: Sample, paired: Paired) -> Flip | None:
    base, head = paired.base.get(sample.key, []), paired.head.get(sample.key, [])
    base_score, head_score = mean_score(base), mean_score(head)
    if base_score is None or head_score is None or head_score >= base_score:
        return None
    return Flip(
        sample=sample.id,
        key=sample.key,
        prompt=sample.messages[-1].content,
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
