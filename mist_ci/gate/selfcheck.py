"""A changed suite on the current base model: it loads, it runs, its floor holds. Nothing is compared."""

from collections.abc import Sequence
from statistics import fmean

from mist_ci.gate.pairing import MAX_MISSING, Evidence, mean_score
from mist_ci.models.attempt import Attempt, Side
from mist_ci.models.comparison import is_below
from mist_ci.models.figures import are, count, points
from mist_ci.models.report import SelfCheck
from mist_ci.models.suite import Suite

IMPOSSIBLE = "a suite that nobody can pass measures nothing: look at its prompt and its graders"
"""Not a failure: a suite for a skill that is still to be learned begins like that."""


def self_check(suite: Suite, attempts: Sequence[Attempt], model: str) -> SelfCheck:
    """Whether the suite as it stands at head works on the model that is in use."""
    answers = Evidence(attempts).of(suite, Side.BASE)
    scores = [score for many in answers.values() if (score := mean_score(many)) is not None]
    gone = len(suite.samples) - len(scores)
    mean = fmean(scores) if scores else None
    below = is_below(suite.floor, mean)
    broken = gone > MAX_MISSING * len(suite.samples)
    return SelfCheck(
        suite=suite.name,
        samples=len(suite.samples),
        mean=mean,
        floor=suite.floor,
        ok=not below and not broken,
        message=_message(suite, mean, gone, model, below=below, broken=broken),
    )


def self_check_of_pairs(suite: Suite) -> SelfCheck:
    """A suite that compares two models has no score on one: that it loads is all that can be told before the merge."""
    ran = "1 sample loads" if len(suite.samples) == 1 else f"{count(len(suite.samples), 'sample')} load"
    return SelfCheck(
        suite=suite.name,
        samples=len(suite.samples),
        mean=None,
        floor=None,
        ok=True,
        message=f"suite {suite.name} as changed: {ran}; it compares two models, and decides after the merge",
    )


def _message(suite: Suite, mean: float | None, gone: int, model: str, *, below: bool, broken: bool) -> str:
    start = f"suite {suite.name} as changed, on the current {model}: "
    if broken:
        return start + f"{gone} of {len(suite.samples)} answers {are(gone)} missing"
    if below:
        return start + f"{points(mean)} is below its floor of {points(suite.floor)}"
    ran = "1 sample runs" if len(suite.samples) == 1 else f"{count(len(suite.samples), 'sample')} run"
    ran += f", score {points(mean)}; it decides after the merge"
    return start + ran + (f"; {IMPOSSIBLE}" if mean == 0 else "")
