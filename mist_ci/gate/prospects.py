"""What a suite can decide, before it is asked: planning numbers (page 3 §4.7), and what they mean for the gate."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import prod

from mist_ci.gate.compare import PLANNING_POWER
from mist_ci.models.calibration import SuiteCalibration
from mist_ci.models.config import Gate, OnInconclusive
from mist_ci.models.outlook import Prospects, SpreadBasis
from mist_ci.models.suite import Role, Suite
from mist_ci.stats import minimum_detectable_effect, n_for_zero_discordance, n_required
from mist_ci.stats.prospects import chance_to_certify, chance_to_regress, findable_drop, sd_with_attempts

SD_PASS_FAIL = 0.40
SD_GRADED = 0.20
"""Planning values of one attempt per side: the median of real pairs of base and fine-tuned models (page 3 §2)."""
PASS_FAIL_GRADERS = frozenset({"exact", "contains", "numeric"})
FEW_SAMPLES = 100
A_COLLAPSE = 0.10
"""A suite that does not find drops of ten points finds only collapses."""
LEAST_SD = 0.01
"""No suite is planned with less: the formulas divide by nothing at zero."""


@dataclass(frozen=True, slots=True)
class Family:
    """How many things are tested at once: suites, and with the overall hypothesis where there is one."""

    suites: int
    hypotheses: int

    @classmethod
    def of(cls, suites: Sequence[Suite]) -> "Family":
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
    return measured.pass_fail if measured is not None else suite.primary in PASS_FAIL_GRADERS


def spread(suite: Suite, measured: SuiteCalibration | None) -> float:
    """Standard deviation of the differences per sample, as it is to be expected of a fine-tune.

    A calibration compares a model with itself, so it knows the noise and not how much a fine-tune differs from
    its base: it says which share of the assumed spread goes away with more attempts, and where the noise alone
    is larger than what is assumed.
    """
    single = SD_PASS_FAIL if is_pass_fail(suite, measured) else SD_GRADED
    within = 0.0 if measured is None else measured.within_variance
    base, head = (suite.attempts.base, suite.attempts.head) if within else (1, 1)
    return max(sd_with_attempts(single, within, base_attempts=base, head_attempts=head), LEAST_SD)


def spread_told(suite: Suite, measured: SuiteCalibration | None) -> Iterator[str]:
    """What the spread rests on, in a sentence; the same for many suites, so that it is told once."""
    single, kind = (SD_PASS_FAIL, "pass/fail") if is_pass_fail(suite, measured) else (SD_GRADED, "graded")
    if measured is None:
        yield f"spread of {kind} suites: sd {single:.2f} assumed, as with one attempt per side; not calibrated"
        return
    yield (
        f"spread of {suite.name}: sd {spread(suite, measured):.2f}, from {single:.2f} assumed for a {kind} suite and "
        f"a noise of sd {measured.sd_noise:.2f} calibrated on {measured.model} on {measured.measured_on}"
    )


def prospects(suite: Suite, gate: Gate, family: Family, measured: SuiteCalibration | None) -> Prospects:
    """What this suite can decide among all of them; `measured` is a calibration that still holds."""
    alpha, margin, n = gate.defaults.alpha, margin_of(suite, gate), len(suite.samples)
    first_step, sd = alpha / family.hypotheses, spread(suite, measured)
    certified = chance_to_certify(n, sd, margin, alpha=alpha)
    regressed = chance_to_regress(n, sd, margin, alpha=alpha, holm_alpha=first_step)
    finds, at_best = (
        findable_drop(n, sd, margin, alpha=alpha, holm_alpha=level, power=PLANNING_POWER)
        for level in (first_step, alpha)
    )
    gain = minimum_detectable_effect(n, sd, alpha=alpha / family.suites, power=PLANNING_POWER)
    without_flips = n_for_zero_discordance(margin, alpha=alpha) if is_pass_fail(suite, measured) else None
    return Prospects(
        sd=sd,
        sd_basis=SpreadBasis.ASSUMED if measured is None else SpreadBasis.CALIBRATED,
        finds=finds,
        finds_at_best=at_best,
        needs=n_required(sd, margin, alpha=alpha, power=PLANNING_POWER),
        needs_without_flips=without_flips,
        certified=certified,
        regressed=regressed,
        not_proven=max(0.0, 1.0 - certified - regressed),
        blocked=1.0 - certified if demands_proof(suite, gate) else regressed,
        gain_shown=gain if suite.must_improve else None,
        only_collapses=n < FEW_SAMPLES or finds > A_COLLAPSE,
    )


def clean_blocked(suites: Sequence[Prospects], family: Family, alpha: float) -> float:
    """Chance that a clean change is blocked by any suite or by the overall hypothesis, as if they were independent."""
    let_through = prod(1.0 - one.blocked for one in suites)
    return 1.0 - let_through * (1.0 - alpha / family.hypotheses if family.has_overall else 1.0)
