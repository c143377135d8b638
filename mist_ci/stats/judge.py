"""Differences as a judge sees them, corrected for the mistakes that it makes."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from mist_ci.stats.checks import require, require_alpha, require_within
from mist_ci.stats.clustered import Cluster, robust_mean
from mist_ci.stats.interval import Bounds
from mist_ci.stats.normal import critical_z


def unattenuated_difference(observed: float, *, sensitivity: float, specificity: float) -> float:
    """Difference of true pass rates behind the difference that an imperfect pass/fail judge saw.

    observed / (sensitivity + specificity - 1): mistakes that both sides suffer alike shrink a difference.
    `observed` is in [-1, 1]; sensitivity and specificity are the judge's shares of right verdicts on good and
    on bad answers. The result may leave [-1, 1], which says that the shares cannot be right. Source: Rogan &
    Gladen 1978, American Journal of Epidemiology 107:71-76. Raises ValueError outside these ranges, or for a
    judge no better than chance.

    >>> round(unattenuated_difference(-0.0376, sensitivity=0.9, specificity=0.85), 6)
    -0.050133
    """
    require_within("observed", [observed], -1.0, 1.0)
    require_within("sensitivity and specificity", [sensitivity, specificity], 0.0, 1.0)
    informed = sensitivity + specificity - 1.0
    require(informed > 0.0, "sensitivity + specificity must exceed 1: the judge is no better than chance")
    return observed / informed


@dataclass(frozen=True, slots=True)
class Rectified:
    """A difference estimated by a judge on many samples and put right by people on some of them."""

    estimate: float
    se: float
    interval: Bounds


def rectified_difference(
    judged: Sequence[float], labelled: Sequence[tuple[float, float]], *, alpha: float
) -> Rectified:
    """Difference head minus base by prediction-powered inference: the judge's mean plus its mean mistake.

    `judged` holds the judge's differences, in [-1, 1], of samples that people did not label; `labelled`
    holds (by people, by the judge) for those that they did; at least two of each, a sample in one of them
    only. alpha is one-sided per end, in (0, 0.5]. se^2 is the sum of the two means' squared errors. Source:
    Angelopoulos et al. 2023, Science 382:669-674. Raises ValueError outside these ranges.

    >>> round(rectified_difference([0.0, -1.0], [(0.0, -1.0), (0.0, 0.0)], alpha=0.05).estimate, 6)
    0.0
    """
    require_alpha(alpha)
    require(min(len(judged), len(labelled)) > 1, "at least 2 judged and 2 labelled samples are needed")
    require_within("judged", judged, -1.0, 1.0)
    for index, pair in enumerate(labelled):
        require_within(f"labelled[{index}]", pair, -1.0, 1.0)
    seen = robust_mean(Cluster(difference, 1) for difference in judged)
    missed = robust_mean(Cluster(people - judge, 1) for people, judge in labelled)
    estimate, se = seen.mean + missed.mean, math.hypot(seen.se, missed.se)
    reach = critical_z(alpha) * se
    return Rectified(estimate, se, Bounds(estimate - reach, estimate + reach))
