"""A comparison beside what was measured of base against itself."""

from mist_ci.models.calibration import Calibration
from mist_ci.models.comparison import Calibrated, ModelComparison, SuiteComparison


def beside_calibration(
    comparison: ModelComparison, calibration: Calibration, reference: str, base_digest: str
) -> tuple[ModelComparison, list[str]]:
    """Every suite with its noise, where this very suite was measured on this very model; and what is out of date."""
    suites = tuple(_suite(one, calibration, base_digest) for one in comparison.suites)
    stale = [
        told
        for one in comparison.suites
        if (told := calibration.stale(one.suite, one.digest or "", reference, base_digest)) is not None
    ]
    return comparison.model_copy(update={"suites": suites}), stale


def _suite(one: SuiteComparison, calibration: Calibration, base_digest: str) -> SuiteComparison:
    found = calibration.of(one.suite, one.digest or "", base_digest)
    if found is None:
        return one
    calibrated = Calibrated(
        noise=found.noise_floor,
        false_alarm_rate=found.alone.false_alarm_rate,
        measured_on=found.measured_on,
    )
    return one.model_copy(update={"calibrated": calibrated})
