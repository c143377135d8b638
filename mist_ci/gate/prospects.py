"""What a suite can decide, before it is asked: planning numbers (page 3 §4.7), and what they mean for the gate."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import prod, sqrt

from mist_ci.gate.measure import PLANNING_POWER
from mist_ci.models.calibration import SuiteCalibration
from mist_ci.models.config import Gate, OnInconclusive
from mist_ci.models.figures import points
from mist_ci.models.outlook import EarlierSuite, Prospects, SpreadBasis
from mist_ci.models.suite import AttemptCounts, Role, Suite
from mist_ci.stats import (
    chance_to_certify,
    chance_to_certify_pass_fail,
    findable_drop,
    minimum_detectable_effect,
    n_for_zero_discordance,
    n_required,
    sd_with_attempts,
)

SD_PASS_FAIL = 0.40
SD_GRADED = 0.20
"""Planning values of one attempt per side: the median of real pairs of base and fine-tuned models (page 3 §2)."""
PASS_FAIL_GRADERS = frozenset(
    {
        "exact", "contains", "prefix", "suffix", "regex", "numeric", "choice", "choice_logprob", "json_valid",
        "json_schema", "tool_call", "refusal",
    }
)  # fmt: skip
"""Graders that score 0 or 1, unless their option `partial` is on."""
FEW_SAMPLES = 100
A_COLLAPSE = 0.10
"""A suite that does not find drops of ten points finds only collapses."""
USUAL_BASE, USUAL_HEAD = 5, 3
WORTH_TELLING = 0.85
"""Attempts that bring what a suite finds down to this share are worth a sentence."""
LEAST_SD = 0.01
"""No suite is planned with less: the formulas divide by nothing at zero."""


@dataclass(frozen=True, slots=True)
class Hypotheses:
    """How many things are tested at once: suites, and with the overall hypothesis where there is one."""

    suites: int
    hypotheses: int

    @classmethod
    def of(cls, suites: Sequence[Suite]) -> "Hypotheses":
        """The overall hypothesis is there where two suites or more are not targets."""
        in_overall = sum(suite.role is not Role.TARGET for suite in suites)
        return cls(len(suites), len(suites) + (in_overall > 1))

    @property
    def has_overall(self) -> bool:
        """True when the suites are also tested together."""
        return self.hypotheses > self.suites


def margin_of(suite: Suite, gate: Gate) -> float:
    """The suite's own margin, else the gate's."""
    return suite.margin if suite.margin is not None else gate.defaults.margin


def demands_proof(suite: Suite, gate: Gate) -> bool:
    """True when an undecided suite fails the gate."""
    return suite.role is Role.CRITICAL or gate.on_inconclusive is OnInconclusive.BLOCK


def is_pass_fail(suite: Suite, measured: SuiteCalibration | None) -> bool:
    """Whether answers are right or wrong and nothing between: as it was measured, else as its grader scores."""
    if measured is not None:
        return measured.pass_fail
    primary = next((spec for spec in suite.graders if spec.title == suite.primary), None)
    return primary is not None and primary.name in PASS_FAIL_GRADERS and not primary.options.get("partial")


def spread(suite: Suite, measured: SuiteCalibration | None, earlier: EarlierSuite | None = None) -> float:
    """Standard deviation of the differences per sample that a clean fine-tune is to be expected to have.

    What an earlier run has seen counts as it is, for its number of attempts. A calibration compares a model with
    itself: it knows the noise, and not how much a fine-tune differs from its base. So the assumed spread stays,
    with two corrections. It cannot be larger than if the two models' answers had nothing to do with each other,
    sqrt(2 p (1 - p)) at the measured score p, unless the noise is. And the share of it that is noise shrinks with
    the number of attempts.
    """
    if earlier is not None:
        return max(earlier.sd, LEAST_SD)
    if measured is None:
        return _single(suite, None)
    within = measured.within_variance
    times = suite.attempts
    return max(
        sd_with_attempts(
            _single(suite, measured), within, base_attempts=times.base, head_attempts=times.head
        ),
        LEAST_SD,
    )


def _single(suite: Suite, measured: SuiteCalibration | None) -> float:
    """The spread with one attempt per side."""
    assumed = SD_PASS_FAIL if is_pass_fail(suite, measured) else SD_GRADED
    if measured is None:
        return assumed
    # One right and one wrong answer more than there were: a score of 1.0 is no proof that nothing ever goes wrong.
    mean = (measured.mean * measured.samples + 1) / (measured.samples + 2)
    return max(min(assumed, sqrt(2 * mean * (1 - mean))), measured.sd_noise, LEAST_SD)


def spread_told(
    suite: Suite, measured: SuiteCalibration | None, earlier: EarlierSuite | None = None
) -> Iterator[str]:
    """What the spread rests on, in a sentence; the same for many suites, so that it is told once."""
    single, kind = (SD_PASS_FAIL, "pass/fail") if is_pass_fail(suite, measured) else (SD_GRADED, "graded")
    if earlier is not None:
        sides = f"{earlier.base_model} and {earlier.head_model}"
        sd = spread(suite, measured, earlier)
        yield f"spread of {suite.name}: sd {sd:.2f}, as between {sides} in the run of {earlier.ran_on}"
        return
    if measured is None:
        yield f"spread of {kind} suites: sd {single:.2f} assumed, as with one attempt per side; not calibrated"
        return
    yield (
        f"spread of {suite.name}: sd {spread(suite, measured):.2f}, from {single:.2f} assumed for a {kind} suite, a "
        f"score of {points(measured.mean)} and a noise of sd {measured.sd_noise:.2f}, calibrated on {measured.model} "
        f"on {measured.measured_on}"
    )


def _certified(suite: Suite, sd: float, margin: float, alpha: float, *, pass_fail: bool) -> float:
    """Exact where Tango's interval will decide: pass/fail, one attempt per side, no clusters."""
    n, times = len(suite.samples), suite.attempts
    clustered = any(sample.cluster is not None for sample in suite.samples)
    if pass_fail and times.base == times.head == 1 and not clustered:
        return chance_to_certify_pass_fail(n, sd**2, margin, alpha=alpha)
    return chance_to_certify(n, sd, margin, alpha=alpha)


def prospects(
    suite: Suite,
    gate: Gate,
    family: Hypotheses,
    measured: SuiteCalibration | None,
    earlier: EarlierSuite | None = None,
) -> Prospects:
    """What this suite can decide among all of them; `measured` is a calibration that still holds."""
    alpha, margin, n = gate.defaults.alpha, margin_of(suite, gate), len(suite.samples)
    first_step, sd = alpha / family.hypotheses, spread(suite, measured, earlier)
    pass_fail = is_pass_fail(suite, measured)
    certified = _certified(suite, sd, margin, alpha, pass_fail=pass_fail)
    regressed = min(first_step, 1.0 - certified)
    finds, at_best = (
        findable_drop(n, sd, margin, alpha=alpha, holm_alpha=level, power=PLANNING_POWER, pass_fail=pass_fail)
        for level in (first_step, alpha)
    )
    gain = minimum_detectable_effect(n, sd, alpha=alpha / family.suites, power=PLANNING_POWER)
    without_flips = n_for_zero_discordance(margin, alpha=alpha) if pass_fail else None
    return Prospects(
        sd=sd,
        sd_basis=_basis(measured, earlier),
        finds=finds,
        finds_at_best=at_best,
        needs=max(n_required(sd, margin, alpha=alpha, power=PLANNING_POWER), without_flips or 0),
        needs_without_flips=without_flips,
        certified=certified,
        regressed=regressed,
        not_proven=max(0.0, 1.0 - certified - regressed),
        blocked=1.0 - certified if demands_proof(suite, gate) else regressed,
        gain_shown=gain if suite.must_improve else None,
        only_collapses=n < FEW_SAMPLES or finds > A_COLLAPSE,
    )


def _basis(measured: SuiteCalibration | None, earlier: EarlierSuite | None) -> SpreadBasis:
    if earlier is not None:
        return SpreadBasis.EARLIER
    return SpreadBasis.ASSUMED if measured is None else SpreadBasis.CALIBRATED


def attempts_advice(
    suite: Suite, gate: Gate, family: Hypotheses, measured: SuiteCalibration | None
) -> Iterator[str]:
    """What the usual attempts would do for a suite whose spread is mostly noise; nothing without a calibration."""
    if measured is None or measured.is_noiseless:
        return
    times = suite.attempts
    wanted = AttemptCounts(base=max(times.base, USUAL_BASE), head=max(times.head, USUAL_HEAD))
    now = prospects(suite, gate, family, measured)
    then = prospects(suite.model_copy(update={"attempts": wanted}), gate, family, measured)
    if then.finds <= WORTH_TELLING * now.finds:
        yield (
            f"{suite.name}: attempts {{base: {wanted.base}, head: {wanted.head}}} would bring its sd from {now.sd:.2f} "
            f"to {then.sd:.2f}, find drops of {points(then.finds)} points instead of {points(now.finds)}, and certify "
            f"a clean change with {then.certified:.0%} instead of {now.certified:.0%}"
        )


def clean_blocked(suites: Sequence[Prospects], family: Hypotheses, alpha: float) -> float:
    """Chance that a clean change is blocked by any suite or by the overall hypothesis, as if they were independent."""
    let_through = prod(1.0 - one.blocked for one in suites)
    return 1.0 - let_through * (1.0 - alpha / family.hypotheses if family.has_overall else 1.0)
