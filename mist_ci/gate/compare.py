"""Base against head: intervals per suite and over all suites. Numbers only; `decide` says what they mean."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from math import sqrt
from statistics import fmean

from mist_ci.gate.pairing import (
    MAX_MISSING,
    Paired,
    flips,
    mean_score,
    missing,
    model_failures,
    pair,
    why_not_comparable,
)
from mist_ci.models.attempt import Attempt, spend_of
from mist_ci.models.comparison import (
    IntervalNumbers,
    ModelComparison,
    OverallNumbers,
    SideNumbers,
    SuiteComparison,
)
from mist_ci.models.config import Gate
from mist_ci.models.figures import are
from mist_ci.models.plan import ModelChange
from mist_ci.models.suite import Role, Suite
from mist_ci.stats import (
    ImputedInterval,
    imputed_interval,
    imputed_overall,
    mean_lower_bound,
    n_for_zero_discordance,
    n_required,
    wilson_lower_bound,
)

PLANNING_POWER = 0.8
NONE: frozenset[str] = frozenset()


def compare(
    change: ModelChange,
    suites: Sequence[Suite],
    attempts: Sequence[Attempt],
    gate: Gate,
    leaked: Mapping[str, tuple[str, ...]],
    waived: frozenset[str] = NONE,
) -> ModelComparison:
    """All suites of one model reference. `leaked` holds the keys of samples found in the training data.

    Nothing depends on the order of suites, samples or attempts. Waived suites stay out of the overall
    hypothesis: the team has accepted their loss by name.
    """
    ordered = sorted(suites, key=lambda suite: suite.name)
    spotted = {name: frozenset(keys) for name, keys in leaked.items()}
    compared = [
        _suite(
            pair(suite, attempts), gate, spotted.get(suite.name, NONE), has_baseline=change.base is not None
        )
        for suite in ordered
    ]
    counted = [
        (suite, with_all, without)
        for suite, with_all, without in compared
        if suite.role is not Role.TARGET and suite.suite not in waived and with_all and without
    ]
    return ModelComparison(
        model=change.name,
        path=change.path,
        base_model=change.base.model if change.base else None,
        base_label=change.base_label,
        head_model=change.head.model,
        head_digest=change.head.digest,
        trained_on=change.head.trained_on,
        suites=tuple(suite for suite, _, _ in compared),
        overall=_overall([with_all for _, with_all, _ in counted], gate),
        overall_without_leaked=(
            _overall([without for _, _, without in counted], gate) if any(spotted.values()) else None
        ),
    )


def _suite(
    paired: Paired, gate: Gate, leaked: frozenset[str], *, has_baseline: bool
) -> tuple[SuiteComparison, ImputedInterval | None, ImputedInterval | None]:
    """The suite's numbers, and its intervals with and without leaked samples for the overall hypothesis."""
    suite, alpha = paired.suite, gate.defaults.alpha
    margin = suite.margin if suite.margin is not None else gate.defaults.margin
    leaked = leaked & {sample.key for sample in suite.samples}
    reason = why_not_comparable(paired) if has_baseline else _too_few_answers(paired)
    with_all = _interval(paired, alpha) if has_baseline and reason is None else None
    without = _interval(paired, alpha, leaked) if leaked and with_all else with_all
    if has_baseline and reason is None and with_all is None:
        reason = "the scores carry no interval"
    if leaked and with_all and without is None:
        reason = "without the samples that leaked into the training data too few are left"
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
        base=_side(paired, paired.base, alpha) if has_baseline else None,
        head=_side(paired, paired.head, alpha),
        interval=_numbers(with_all),
        interval_without_leaked=_numbers(without) if leaked else None,
        leaked=len(leaked),
        not_comparable=reason,
        samples_needed=_needed(with_all, margin, alpha),
        better=sum(_delta(one) > 0 for one in paired.pairs()),
        worse=sum(_delta(one) < 0 for one in paired.pairs()),
        flips=flips(paired),
    )
    return numbers, with_all, without


def _too_few_answers(paired: Paired) -> str | None:
    """Without a baseline the floor still needs the answers."""
    gone, total = missing(paired.suite, paired.head), len(paired.suite.samples)
    return f"{gone} of {total} answers {are(gone)} missing" if gone > MAX_MISSING * total else None


def _delta(scores: tuple[float | None, float | None]) -> float:
    base, head = scores
    return 0.0 if base is None or head is None else head - base


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


def _side(paired: Paired, side: Mapping[str, list[Attempt]], alpha: float) -> SideNumbers:
    scores = [mean_score(side.get(sample.key, ())) for sample in paired.suite.samples]
    known = [score for score in scores if score is not None]
    return SideNumbers(
        mean=fmean(known) if known else None,
        mean_low=_lower_bound([score or 0.0 for score in scores], paired.clusters(), alpha),
        answered=len(known),
        model_failures=model_failures(dict(side)),
        missing=len(scores) - len(known),
        spend=spend_of(attempt for many in side.values() for attempt in many),
    )


def _lower_bound(scores: Sequence[float], clusters: Sequence[str] | None, alpha: float) -> float | None:
    """Wilson for independent pass/fail scores, else t; a missing answer counts as 0 here, never as a pass."""
    if clusters is None and set(scores) <= {0.0, 1.0}:
        return wilson_lower_bound(int(sum(scores)), len(scores), alpha=alpha)
    try:
        return mean_lower_bound(scores, alpha=alpha, clusters=clusters)
    except ValueError:
        return None


def _needed(interval: ImputedInterval | None, margin: float, alpha: float) -> int | None:
    if interval is None:
        return None
    if interval.worst.estimate == interval.best.estimate == 0 and interval.interval.method == "tango":
        return n_for_zero_discordance(margin, alpha=alpha)
    spread = interval.interval.se * sqrt(interval.interval.n)
    return n_required(spread, margin, alpha=alpha, power=PLANNING_POWER)


def _overall(intervals: Sequence[ImputedInterval], gate: Gate) -> OverallNumbers | None:
    if len(intervals) < 2:  # noqa: PLR2004 - one suite speaks for itself
        return None
    overall = imputed_overall(intervals, alpha=gate.defaults.alpha)
    return OverallNumbers(
        suites=overall.suites,
        estimate=overall.estimate,
        low=overall.low,
        high=overall.high,
        p_regressed=overall.p_regressed,
    )
