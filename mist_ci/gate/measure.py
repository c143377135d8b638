"""One suite on two sides, as numbers: scores, interval, what is missing, what flipped."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from math import sqrt
from statistics import fmean

from mist_ci.gate.looks import Standing
from mist_ci.gate.pairing import (
    MAX_MISSING,
    Answers,
    Paired,
    flips,
    missing,
    model_failures,
    too_few_attempts,
    why_missing,
    why_not_comparable,
)
from mist_ci.gate.surface import surface
from mist_ci.models.attempt import spend_of
from mist_ci.models.comparison import IntervalNumbers, SideNumbers, SuiteComparison
from mist_ci.models.config import Gate
from mist_ci.models.figures import are
from mist_ci.stats import (
    ImputedInterval,
    imputed_interval,
    mean_lower_bound,
    n_for_zero_discordance,
    n_required,
    nominal_alpha,
    wilson_lower_bound,
)

PLANNING_POWER = 0.8
NONE: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Measured:
    """A suite's numbers, and the moments that it has in the overall hypothesis, with and without leaked samples.

    The suite's own interval holds at its look, the moments at the family's error rate.
    """

    numbers: SuiteComparison
    with_all: ImputedInterval | None
    without_leaked: ImputedInterval | None


def measure(
    standing: Standing,
    paired: Paired,
    gate: Gate,
    alpha: float,
    leaked: frozenset[str],
    *,
    has_baseline: bool,
) -> Measured:
    """All numbers of one suite at its look; `leaked` holds keys of samples found in the training data.

    How many leaked is counted over the whole suite, also where only a part of it was asked.
    """
    suite, look = paired.suite, standing.numbers
    margin = suite.margin if suite.margin is not None else gate.defaults.margin
    level = nominal_alpha(alpha, look.times, look.at)
    leaked &= {sample.key for sample in standing.suite.samples}
    reason = standing.obstacle or (why_not_comparable(paired) if has_baseline else _too_few_answers(paired))
    with_all = _interval(paired, level) if has_baseline and reason is None else None
    without = _interval(paired, level, leaked) if leaked and with_all else with_all
    if has_baseline and reason is None and with_all is None:
        reason = "the scores carry no interval"
    if leaked and with_all and without is None:
        reason = "without the samples that leaked into the training data too few are left"
    better, worse = _changes(paired)
    numbers = SuiteComparison(
        suite=suite.name,
        path=suite.path,
        digest=suite.digest,
        role=suite.role,
        margin=margin,
        must_improve=suite.must_improve,
        floor=suite.floor,
        required=suite.name in gate.require,
        samples=len(suite.samples),
        look=look,
        base=_side(paired, paired.base, paired.base_scores, alpha) if has_baseline else None,
        head=_side(paired, paired.head, paired.head_scores, alpha),
        interval=_numbers(with_all),
        interval_without_leaked=_numbers(without) if leaked else None,
        leaked=len(leaked),
        not_comparable=reason,
        samples_needed=_needed(with_all, margin, alpha, flipped=better + worse),
        better=better,
        worse=worse,
        flips=flips(paired),
        surface=surface(paired) if has_baseline and reason is None else None,
    )
    return Measured(numbers, with_all, without)


def _too_few_answers(paired: Paired) -> str | None:
    """Without a baseline the floor still needs the answers."""
    gone, total = missing(paired.head_scores), len(paired.suite.samples)
    if gone > MAX_MISSING * total:
        return f"{gone} of {total} answers {are(gone)} missing{why_missing(paired.head)}"
    return too_few_attempts("head", paired.suite, paired.head)


def _changes(paired: Paired) -> tuple[int, int]:
    """Samples that got better and samples that got worse."""
    known = [(base, head) for base, head in paired.pairs() if base is not None and head is not None]
    return sum(head > base for base, head in known), sum(head < base for base, head in known)


def _interval(paired: Paired, alpha: float, without: frozenset[str] = NONE) -> ImputedInterval | None:
    """None when what is left after taking out leaked samples cannot carry an interval."""
    pairs, clusters = paired.pairs(without), paired.clusters(without)
    try:
        return imputed_interval(pairs, alpha=alpha, clusters=clusters)
    except ValueError:
        return None


def _numbers(interval: ImputedInterval | None) -> IntervalNumbers | None:
    if interval is None:
        return None
    numbers = asdict(interval.interval)
    # A t interval over few clusters can leave the range of scores; no difference can.
    numbers |= {"low": max(numbers["low"], -1.0), "high": min(numbers["high"], 1.0)}
    return IntervalNumbers(**numbers)


def _side(paired: Paired, side: Answers, scores: Sequence[float | None], alpha: float) -> SideNumbers:
    known = [score for score in scores if score is not None]
    return SideNumbers(
        mean=fmean(known) if known else None,
        mean_low=_lower_bound([score or 0.0 for score in scores], paired.clusters(), alpha),
        answered=len(known),
        model_failures=model_failures(side),
        missing=len(scores) - len(known),
        spend=spend_of(attempt for many in side.values() for attempt in many),
    )


def _lower_bound(scores: Sequence[float], clusters: Sequence[str] | None, alpha: float) -> float | None:
    """Wilson for independent pass/fail scores, else t; a missing answer counts as 0 here, never as a pass."""
    if not scores:
        return None
    if clusters is None and set(scores) <= {0.0, 1.0}:
        return wilson_lower_bound(int(sum(scores)), len(scores), alpha=alpha)
    try:
        return mean_lower_bound(scores, alpha=alpha, clusters=clusters)
    except ValueError:
        return None


def _needed(interval: ImputedInterval | None, margin: float, alpha: float, *, flipped: int) -> int | None:
    if interval is None:
        return None
    if flipped == interval.imputed == 0 and interval.interval.method == "tango":
        return n_for_zero_discordance(margin, alpha=alpha)
    spread = interval.interval.se * sqrt(interval.interval.n)
    return n_required(spread, margin, alpha=alpha, power=PLANNING_POWER)
