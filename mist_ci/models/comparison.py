"""Base against head on one suite: numbers only, before anyone says pass or fail."""

from datetime import date

from mist_ci.models.base import Model
from mist_ci.models.modelref import TrainedOn
from mist_ci.models.suite import Expected, Role
from mist_ci.models.usage import Spend


class Flip(Model):
    """A sample whose score changed, with both answers. `delta` is head minus base, in [-1, 1]."""

    sample: str
    key: str
    prompt: str
    expected: Expected
    base_output: str
    head_output: str
    base_score: float
    head_score: float

    @property
    def delta(self) -> float:
        """Head minus base; negative is worse."""
        return self.head_score - self.base_score


class IntervalNumbers(Model):
    """Paired difference head minus base with its one-sided bounds, as fractions (page 3 §4.3)."""

    n: int
    estimate: float
    low: float
    high: float
    se: float
    p_regressed: float
    p_improved: float
    method: str


class SideNumbers(Model):
    """What one side did on a suite. Means are fractions in [0, 1] over samples that have an answer."""

    mean: float | None
    mean_low: float | None
    """One-sided lower bound of the mean (Wilson for pass/fail scores, else t)."""
    answered: int
    model_failures: int
    missing: int
    spend: Spend


class LookNumbers(Model):
    """Which look this is (`at`, from 0), the shares of information of all of them, and how far this one goes."""

    at: int
    times: tuple[float, ...]
    suite_samples: int
    """Samples of the whole suite; fewer were asked where a look on the way decided."""
    head_attempts: int
    escalated: bool = False
    """Head was asked more often than at first, because the suite was undecided."""


class Calibrated(Model):
    """What base against itself showed on this very suite: how much of any difference is noise."""

    noise: float
    """Forgetting that sampling alone shows, as a fraction."""
    false_alarm_rate: float
    """Share of pretend comparisons of base with itself that this suite called regressed."""
    measured_on: date


class RectifiedNumbers(Model):
    """A difference that a judge saw, put right by people on some samples (page 3 §4.8); one-sided bounds."""

    labelled: int
    """Samples of which people labelled what both sides answered."""
    estimate: float
    low: float
    high: float
    p_improved: float


class JudgeNumbers(Model):
    """The model that decides a suite, and how far people have found that it can."""

    grader: str
    model: str
    fingerprint: str
    """Of the grader with all its options."""
    advisory: str | None
    """Why the suite decides nothing; None where people have checked its judge well enough."""
    labels: int | None
    kappa: float | None
    sensitivity: float | None
    specificity: float | None
    checked_on: date | None
    corrected: float | None = None
    """The difference behind the one that the judge saw: its mistakes shrink it. None where they are not known."""
    rectified: RectifiedNumbers | None = None
    pairs: int = 0
    """Pairs that it judged in both orders."""
    compares: bool = False
    """True when it says which of two answers is better."""
    order_flips: int = 0
    """Of these, how often it preferred another answer in the other order."""
    spend: Spend | None = None
    """What judging both sides took; None where nobody was asked."""


class Surface(Model):
    """Forgetting and gain of one suite, attempt against attempt (page 3 §4.11), as fractions of one.

    `forgotten` less `gained` is the loss. Both hold sampling noise, about `noise` of it: the net figures are
    without. `noise` is None where a side has a single attempt, because then nobody can tell.
    """

    base_mean: float
    head_mean: float
    forgotten: float
    gained: float
    noise: float | None
    forgetting_rate: float | None
    """`forgotten` as a share of what base could do; the net one where noise is known."""
    retention: float | None
    chance: float | None = None
    """What guessing alone makes of forgetting and of gain, where samples are multiple choice."""

    @property
    def net_forgotten(self) -> float | None:
        """Forgetting that is no noise; may be slightly below zero."""
        return None if self.noise is None else self.forgotten - self.noise

    @property
    def net_gained(self) -> float | None:
        """Gain that is no noise; may be slightly below zero."""
        return None if self.noise is None else self.gained - self.noise


def is_below(floor: float | None, mean: float | None) -> bool:
    """The rule of every floor: exactly at it is good enough, and no score at all is not."""
    return floor is not None and (mean is None or mean < floor)


class SuiteComparison(Model):
    """One suite on both sides. `interval` is None when there is no baseline or nothing can be compared."""

    suite: str
    path: str
    digest: str | None = None
    """The suite's own: two runs with the same one asked the same questions."""
    role: Role
    margin: float
    must_improve: bool
    floor: float | None
    required: bool
    samples: int
    """Samples that were asked; `look` says of how many."""
    look: LookNumbers
    base: SideNumbers | None
    head: SideNumbers
    interval: IntervalNumbers | None
    interval_without_leaked: IntervalNumbers | None = None
    leaked: int = 0
    not_comparable: str | None = None
    """Why the two sides cannot be compared; None when they can."""
    samples_needed: int | None = None
    """About how many samples an unchanged model needs to be shown to hold the margin, from this run's spread."""
    better: int = 0
    worse: int = 0
    flips: tuple[Flip, ...] = ()
    """Samples that got worse, the worst first; `better` and `worse` count all of them."""
    surface: Surface | None = None
    """None without a baseline, or where a side has no answers."""

    calibrated: Calibrated | None = None
    judge: JudgeNumbers | None = None
    """None where no model decides."""

    @property
    def is_advisory(self) -> bool:
        """True when it decides nothing, because nobody knows whether its judge can."""
        return self.judge is not None and self.judge.advisory is not None

    @property
    def stopped_early(self) -> bool:
        """True when it was decided before all samples were asked."""
        return self.samples < self.look.suite_samples

    @property
    def below_floor(self) -> bool:
        """True when there is a floor and head does not reach it."""
        return is_below(self.floor, self.head.mean)

    @property
    def missing(self) -> int:
        """Samples without an answer, on both sides together."""
        return self.head.missing + (self.base.missing if self.base else 0)


class OverallNumbers(Model):
    """The overall hypothesis: macro mean over retain and critical suites (page 3 §4.4)."""

    suites: int
    estimate: float
    low: float
    high: float
    p_regressed: float


class AnchorComparison(Model):
    """The same answers of head against a fixed model: a family of hypotheses of its own."""

    model: str
    label: str
    alpha: float
    suites: tuple[SuiteComparison, ...]
    overall: OverallNumbers | None
    overall_without_leaked: OverallNumbers | None = None


class ModelComparison(Model):
    """One model reference, base against head, over all suites."""

    model: str
    path: str
    base_model: str | None
    base_label: str
    head_model: str
    head_digest: str
    trained_on: TrainedOn | None = None
    """What head's reference says."""
    suites: tuple[SuiteComparison, ...]
    overall: OverallNumbers | None
    overall_without_leaked: OverallNumbers | None = None
    anchor: AnchorComparison | None = None
    added: tuple[SuiteComparison, ...] = ()
    """Samples that only head has: a cohort that can worsen the verdict, and never improve it."""
