"""How much one model differs from itself on a suite: the measurements of page 3 §4.9."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import fmean

from mist_ci.errors import Code, CouldNotRun
from mist_ci.gate.pairing import MAX_MISSING
from mist_ci.models.attempt import Attempt
from mist_ci.models.figures import are
from mist_ci.models.suite import Suite
from mist_ci.stats import forgetting_between, within_variance

DIGITS = 6
"""Measurements are committed, and digits that mean nothing would only make noise there."""


@dataclass(frozen=True, slots=True)
class Noise:
    """Measured on several attempts at each sample. Scores are fractions, tokens are means per answer."""

    missing: int
    pass_fail: bool
    mean: float
    floor: float
    within_variance: float
    sd: float
    tokens_in: float
    tokens_out: float


def measure_noise(suite: Suite, attempts: Sequence[Attempt]) -> Noise:
    """What a suite's attempts on one model say about noise. Raises CouldNotRun MC307 with too many missing."""
    mine = [one for one in attempts if (one.suite, one.suite_digest) == (suite.name, suite.digest)]
    scores: dict[str, list[float]] = {}
    for one in mine:
        if one.score is not None:
            scores.setdefault(one.key, []).append(one.score)
    repeated = [many for many in scores.values() if len(many) > 1]
    missing = len(mine) - sum(len(many) for many in scores.values())
    if missing > MAX_MISSING * len(mine) or not repeated:
        message = f"{suite.name}: {missing} of {len(mine)} answers {are(missing)} missing (at most {MAX_MISSING:.0%})"
        raise CouldNotRun(
            Code.NOT_COMPARABLE, message, hint="calibrate again when the model's server answers"
        )
    answered = [one for one in mine if one.token_basis is not None]
    within = within_variance(repeated) or 0.0
    return Noise(
        missing=missing,
        pass_fail={score for many in scores.values() for score in many} <= {0.0, 1.0},
        mean=round(fmean(fmean(many) for many in scores.values()), DIGITS),
        floor=round(forgetting_between(repeated, repeated).floor or 0.0, DIGITS),
        within_variance=round(within, DIGITS),
        sd=round(sqrt(2 * within), DIGITS),
        tokens_in=round(fmean(one.tokens_in for one in answered), DIGITS),
        tokens_out=round(fmean(one.tokens_out for one in answered), DIGITS),
    )
