"""What more samples would do for a suite that is undecided."""

from mist_ci.models.comparison import IntervalNumbers, SuiteComparison
from mist_ci.models.figures import count

HOPELESS = "more samples would not help: the drop that was seen is as large as the margin"
ENOUGH = "an unchanged model usually passes on this many samples: more of them may just as well show a drop"


def more_samples(numbers: SuiteComparison, interval: IntervalNumbers) -> int | None:
    """About how many samples an unchanged model still needs to be shown to hold the margin (page 3 §4.7).

    None where more samples promise nothing: the drop that was seen is outside the margin, or the suite
    already has as many as an unchanged model needs.
    """
    needed = numbers.samples_needed
    if is_hopeless(numbers, interval) or needed is None or needed <= numbers.samples:
        return None
    return needed - numbers.samples


def is_hopeless(numbers: SuiteComparison, interval: IntervalNumbers) -> bool:
    """True when the best guess is a drop that no number of samples could certify."""
    return interval.estimate <= -numbers.margin


def advice(numbers: SuiteComparison, interval: IntervalNumbers) -> str | None:
    """What more samples would do, in words; None where nothing is known about it."""
    if is_hopeless(numbers, interval):
        return HOPELESS
    if (more := more_samples(numbers, interval)) is not None:
        return needs(more)
    return ENOUGH if numbers.samples_needed is not None else None


def needs(more: int) -> str:
    """`needs about 188 more samples`."""
    return f"needs about {count(more, 'more sample')}"
