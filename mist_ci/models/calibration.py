"""What `mist-ci calibrate` measured of a model against itself: mist-calibration.json, committed beside the policy."""

from collections.abc import Iterable
from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from mist_ci.models.base import Digest, Fraction, Model, Name, TreePath

CALIBRATION_FILE = "mist-calibration.json"
Count = Annotated[int, Field(ge=0)]
Positive = Annotated[int, Field(ge=1)]
Spread = Annotated[float, Field(ge=0, le=2)]


class Splits(Model):
    """How often pretend comparisons of a model with itself came out wrong.

    Each split deals a sample's attempts anew to two pretend sides. All splits share the same answers: the rates are
    right on average, and less certain than so many independent runs would be.
    """

    splits: Positive
    base_attempts: Positive
    head_attempts: Positive
    regressed: Count
    """Splits with the verdict "regressed", each one a false alarm."""
    not_proven: Count
    """Splits that came out undecided."""

    @property
    def false_alarm_rate(self) -> float:
        """The share of splits that said "regressed", in [0, 1]."""
        return self.regressed / self.splits


class SuiteCalibration(Model):
    """One suite on one model, asked several times over. Scores, spreads and the floor are fractions."""

    suite: Name
    suite_digest: str
    reference: TreePath
    """The model reference that was asked, at the time with this digest."""
    model: str
    model_digest: Digest
    measured_on: date
    samples: Positive
    attempts: Annotated[int, Field(ge=2)]
    missing: Count
    """Attempts without a score; they are left out."""
    pass_fail: bool
    """True when every score was 0 or 1."""
    mean: Fraction
    noise_floor: Fraction
    """Forgetting that sampling alone shows, where nothing was forgotten (page 3 §4.11)."""
    within_variance: Annotated[float, Field(ge=0, le=1)]
    """Variance of one attempt around the mean of its own sample, averaged over samples."""
    sd_noise: Spread
    """Standard deviation of the differences per sample, one attempt against another of the same model."""
    tokens_in: Annotated[float, Field(ge=0)]
    tokens_out: Annotated[float, Field(ge=0)]
    """Tokens of an answer, on average."""
    alone: Splits
    """This suite in the gate that was calibrated, with its correction for many suites."""

    @property
    def is_noiseless(self) -> bool:
        """True when no sample was ever scored in two ways: more attempts buy nothing."""
        return self.within_variance == 0


class GateCalibration(Model):
    """A whole gate on one model against itself."""

    gate: Name
    reference: TreePath
    model_digest: Digest
    measured_on: date
    suites: tuple[Name, ...]
    splits: Positive
    regressed: Count
    """Splits in which a suite or all of them together were said to have regressed: each one a false alarm."""
    not_proven: Count
    """Splits in which a suite came out undecided."""
    blocked: Count
    """Splits that the gate would have failed, for whatever reason."""


class Calibration(Model):
    """All of mist-calibration.json."""

    version: Literal[1]
    suites: tuple[SuiteCalibration, ...] = ()
    gates: tuple[GateCalibration, ...] = ()

    def of(self, suite: str, suite_digest: str, model_digest: str) -> SuiteCalibration | None:
        """What was measured of exactly this suite on exactly this model; None when it was another version of either."""
        wanted = (suite, suite_digest, model_digest)
        return next((one for one in self.suites if _identity(one) == wanted), None)

    def stale(self, suite: str, suite_digest: str, reference: str, model_digest: str) -> str | None:
        """Why an entry about this suite and reference says nothing any more; None when there is none, or a good one."""
        if self.of(suite, suite_digest, model_digest) is not None:
            return None
        for one in self.suites:
            if (one.suite, one.reference) == (suite, reference):
                changed = "the suite" if one.suite_digest != suite_digest else reference
                return (
                    f"the calibration of {suite} from {one.measured_on} is out of date: {changed} has changed"
                )
        return None

    def updated(self, suites: Iterable[SuiteCalibration], gates: Iterable[GateCalibration]) -> "Calibration":
        """With new measurements in the place of older ones of the same suite or gate and reference; in order."""
        by_suite = {(one.suite, one.reference): one for one in (*self.suites, *suites)}
        by_gate = {(one.gate, one.reference): one for one in (*self.gates, *gates)}
        return Calibration(
            version=1,
            suites=tuple(by_suite[key] for key in sorted(by_suite)),
            gates=tuple(by_gate[key] for key in sorted(by_gate)),
        )


def _identity(one: SuiteCalibration) -> tuple[str, str, str]:
    return one.suite, one.suite_digest, one.model_digest
