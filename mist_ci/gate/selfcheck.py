"""A changed suite on the current base model: it loads, it runs, its floor holds. Nothing is compared."""

from collections.abc import Sequence
from statistics import fmean

from mist_ci.gate.pairing import MAX_MISSING, mean_score, missing, pair
from mist_ci.gate.wording import points
from mist_ci.models.attempt import Attempt
from mist_ci.models.report import SelfCheck
from mist_ci.models.suite import Suite


def self_check(suite: Suite, attempts: Sequence[Attempt], model: str) -> SelfCheck:
    """Whether the suite as it stands at head works on the model that is in use."""
    answers = pair(suite, attempts).base
    gone = missing(suite, answers)
    scores = [score for many in answers.values() if (score := mean_score(many)) is not None]
    mean = fmean(scores) if scores else None
    below = suite.floor is not None and (mean is None or mean < suite.floor)
    broken = gone > MAX_MISSING * len(suite.samples)
    return SelfCheck(
        suite=suite.name,
        samples=len(suite.samples),
        mean=mean,
        floor=suite.floor,
        ok=not below and not broken,
        message=_message(suite, mean, gone, model, below=below, broken=broken),
    )


def _message(suite: Suite, mean: float | None, gone: int, model: str, *, below: bool, broken: bool) -> str:
    start = f"suite {suite.name} as changed, on the current {model}: "
    if broken:
        return start + f"{gone} of {len(suite.samples)} answers are missing"
    if below:
        return start + f"{points(mean)} is below its floor of {points(suite.floor)}"
    return start + f"{len(suite.samples)} samples run, score {points(mean)}; it decides after the merge"
