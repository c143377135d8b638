"""What was decided. Verdicts are values; the only room that makes them is `gate`."""

from enum import StrEnum

from mist_ci.errors import ExitCode
from mist_ci.models.base import Model
from mist_ci.models.comparison import IntervalNumbers, OverallNumbers, SuiteComparison
from mist_ci.models.modelref import TrainedOn


class Verdict(StrEnum):
    """The answers to "is head worse than base on this suite?" (page 3 §4.5)."""

    IMPROVED = "improved"
    PASS = "pass"
    REGRESSED = "regressed"
    INCONCLUSIVE = "inconclusive"
    NOT_COMPARABLE = "not comparable"
    ADVISORY = "advisory"
    """Nothing was decided: a model judges this suite, and people have not found that it can."""


class State(StrEnum):
    """Commit status states, from best to worst. GitHub has no neutral one: the description says what was not shown."""

    SUCCESS = "success"
    FAILURE = "failure"
    ERROR = "error"


class Outcome(StrEnum):
    """Rows of the outcome table of page 0. The order is from best to worst; the worst wins."""

    NOTHING_TO_GATE = "nothing to gate"
    NOT_GATED_YET = "not gated yet"
    PASSED = "passed"
    NOT_PROVEN = "not proven"
    FAILED = "failed"
    CONFIG_ERROR = "configuration error"
    COULD_NOT_RUN = "could not run"

    @property
    def state(self) -> State:
        """The commit status of this outcome."""
        match self:
            case Outcome.FAILED:
                return State.FAILURE
            case Outcome.CONFIG_ERROR | Outcome.COULD_NOT_RUN:
                return State.ERROR
            case _:
                return State.SUCCESS

    @property
    def exit_code(self) -> ExitCode:
        """The exit code of this outcome; status and exit code always agree."""
        match self:
            case Outcome.FAILED:
                return ExitCode.FAILED
            case Outcome.CONFIG_ERROR:
                return ExitCode.CONFIG
            case Outcome.COULD_NOT_RUN:
                return ExitCode.COULD_NOT_RUN
            case _:
                return ExitCode.PASSED

    @property
    def rank(self) -> int:
        """0 for the best; the worst over several wins."""
        return list(Outcome).index(self)


class SuiteVerdict(Model):
    """One suite's numbers with what they mean."""

    numbers: SuiteComparison
    verdict: Verdict | None
    """None when there is no baseline: only the floor speaks."""
    interval: IntervalNumbers | None = None
    """The interval that decided: where samples leaked, the one with or the one without them."""
    p_regressed_holm: float | None = None
    p_improved_holm: float | None = None
    outcome: Outcome
    problems: tuple[str, ...] = ()
    """Why this suite fails or cannot be decided; each one a sentence."""
    floor_problems: tuple[str, ...] = ()
    """Those of the problems that are about the floor, also when they are waived."""
    notes: tuple[str, ...] = ()
    waiver: str | None = None
    """The reason of the waiver that turned a failure into a noted pass."""


class OverallVerdict(Model):
    """The overall hypothesis with what it means."""

    numbers: OverallNumbers
    margin: float
    p_regressed_holm: float
    verdict: Verdict


class AnchorVerdict(Model):
    """All suites of head against the anchor, with an error rate and a correction of their own. Only loss counts."""

    model: str
    label: str
    alpha: float
    suites: tuple[SuiteVerdict, ...]
    overall: OverallVerdict | None


class CapabilitySurface(Model):
    """What became of the old skills, over the suites with the role retain or critical (page 3 §4.11).

    `lost_sum` adds up the suites' losses and can exceed 1: it is the literature's figure, and no percentage.
    """

    suites: int
    certified: int
    """So many of them are shown to hold their margin."""
    backward_transfer: float
    """Mean of the suites' differences; negative is forgetting."""
    lost_sum: float
    lost_mean: float


class ModelVerdict(Model):
    """All suites of one model reference."""

    model: str
    path: str
    base_model: str | None
    base_label: str
    head_model: str
    head_digest: str
    trained_on: TrainedOn | None = None
    suites: tuple[SuiteVerdict, ...]
    overall: OverallVerdict | None
    anchor: AnchorVerdict | None = None
    added: tuple[SuiteVerdict, ...] = ()
    """Samples that only head has; only loss counts."""
    surface: CapabilitySurface | None = None
    """None where no old skill could be compared."""


class Decision(Model):
    """The gate's answer."""

    outcome: Outcome
    reasons: tuple[str, ...]
    """Most useful first; the first one becomes the status description."""
    models: tuple[ModelVerdict, ...] = ()
