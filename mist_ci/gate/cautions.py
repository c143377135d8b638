"""What a team should know about its gate before it relies on it, in sentences."""

from collections.abc import Iterator

from mist_ci.gate.pairing import MIN_CLUSTERS, MIN_SAMPLES
from mist_ci.models.calibration import SuiteCalibration
from mist_ci.models.figures import count, points
from mist_ci.models.outlook import ModelOutlook, Prospects, SuiteOutlook
from mist_ci.models.suite import Role

OFTEN = 0.05
"""A chance that is worth a warning: what an error rate of 5% promises already is not."""
MOST_NAMED = 12
"""Suites that one sentence names."""


def cautions(model: ModelOutlook) -> Iterator[str]:
    """Of each suite what it will not be able to do, and of all together how many clean changes they block."""
    for suite in model.suites:
        if not suite.imported:
            yield from _too_small_to_compare(suite)
        elif model.anchor_model is not None:
            yield (
                f"{suite.suite}: another runner asks it: without its results of the anchor as well "
                f"(--results anchor=FILE) the gate will end with an error"
            )
        if suite.prospects is not None:
            yield from _of_suite(suite, suite.prospects)
    yield from _clustered(model)
    blocked = model.clean_blocked
    if blocked is not None and blocked > 2 * OFTEN and len(model.suites) > 1:
        yield f"{model.model}: {in_ten(blocked)} clean pull requests will be blocked by one suite or another"


def measured_cautions(suite: SuiteOutlook, measured: SuiteCalibration | None) -> Iterator[str]:
    """What only a calibration can know: attempts that buy nothing, and a suite that nobody passes."""
    if measured is None:
        return
    if measured.mean == 0 and suite.role is not Role.TARGET:
        when = measured.measured_on
        yield f"{suite.suite}: {measured.model} gets nothing right here (calibrated {when}), so no loss can show"
    times = max(suite.base_attempts, suite.head_attempts.most)
    if measured.is_noiseless and times > 1:
        yield (
            f"{suite.suite}: attempts do not differ on {measured.model} (calibrated {measured.measured_on}), so "
            f"attempts above 1 buy nothing"
        )


def in_ten(chance: float) -> str:
    """A chance as a number of pull requests, to the nearest one.

    >>> in_ten(0.43), in_ten(0.03), in_ten(0.99)
    ('about 4 in 10', 'fewer than 1 in 10', 'nearly all')
    """
    tenths = round(10 * chance)
    if tenths == 0:
        return "fewer than 1 in 10"
    return "nearly all" if tenths == 10 else f"about {tenths} in 10"  # noqa: PLR2004


def _too_small_to_compare(suite: SuiteOutlook) -> Iterator[str]:
    if suite.samples < MIN_SAMPLES:
        yield (
            f"{suite.suite}: {count(suite.samples, 'sample')}, and at least {MIN_SAMPLES} are needed to compare "
            f"anything: the gate will end with an error"
        )
    if suite.clusters is not None and suite.clusters < MIN_CLUSTERS:
        yield (
            f"{suite.suite}: {count(suite.clusters, 'cluster')}, and at least {MIN_CLUSTERS} are needed: the gate "
            f"will end with an error"
        )


def _of_suite(suite: SuiteOutlook, told: Prospects) -> Iterator[str]:
    if told.only_collapses:
        find = "finds" if suite.samples == 1 else "find"
        yield f"{suite.suite} finds only collapses: {count(suite.samples, 'sample')} {find} {_finds(told)}"
    if told.blocked > OFTEN:
        why = "it is critical" if suite.role is Role.CRITICAL else "the gate blocks on undecided suites"
        yield (
            f"{suite.suite}: {in_ten(told.blocked)} clean pull requests will be blocked, because {why} and "
            f"{count(suite.samples, 'sample')} certify {points(suite.margin)} points with {told.certified:.0%}; "
            f"{count(told.needs)} would with 80%"
        )
    if told.gain_shown is not None:
        yield (
            f"{suite.suite} must improve: a true gain of less than {points(told.gain_shown)} points is blocked more "
            f"often than one time in five"
        )


def _clustered(model: ModelOutlook) -> Iterator[str]:
    """What is true of every suite with clusters is told once, of all of them."""
    told = [
        f"{one.suite} ({count(one.samples)} in {count(one.clusters)})"
        for one in model.suites
        if one.clusters is not None and one.prospects is not None
    ]
    more = f" and {len(told) - MOST_NAMED} more" if len(told) > MOST_NAMED else ""
    if told:
        yield (
            f"figures here take samples as independent, and the more alike the samples of a cluster are, the less a "
            f"suite finds (samples in clusters): {', '.join(told[:MOST_NAMED])}{more}"
        )


def _finds(told: Prospects) -> str:
    if told.finds >= 1:
        return "no drop with 80%"
    return f"a drop of {points(told.finds)} points with 80%"
