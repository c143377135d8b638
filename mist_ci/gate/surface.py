"""The capability surface: forgetting and gain of a suite, and what became of the old skills together."""

from collections.abc import Sequence

from mist_ci.gate.pairing import Paired
from mist_ci.models.attempt import Attempt
from mist_ci.models.comparison import Surface
from mist_ci.models.suite import Role
from mist_ci.models.verdict import CapabilitySurface, SuiteVerdict, Verdict
from mist_ci.stats import backward_transfer, forgetting_between, forgetting_mean, forgetting_sum

_NO_CHOICE = 1
"""Where there is one answer to choose, nobody can guess wrong."""


def surface(paired: Paired) -> Surface | None:
    """Over the samples that both sides answered; None where there is none."""
    base, head, choices = [], [], []
    for sample in paired.suite.samples:
        before, after = (_scores(side.get(sample.key, ())) for side in (paired.base, paired.head))
        if before and after:
            base.append(before)
            head.append(after)
            choices.append(len(sample.choices))
    if not base:
        return None
    guessable = all(count > _NO_CHOICE for count in choices)
    found = forgetting_between(base, head, choices=choices if guessable else None)
    rate = found.forgetting_rate if found.net_forgetting is None else found.net_forgetting_rate
    return Surface(
        base_mean=found.base_mean,
        head_mean=found.head_mean,
        forgotten=found.forgetting,
        gained=found.gain,
        noise=found.floor,
        forgetting_rate=rate,
        retention=found.retention,
        chance=found.chance_term,
    )


def _scores(attempts: Sequence[Attempt]) -> tuple[float, ...]:
    return tuple(one.score for one in attempts if one.score is not None)


def surface_of(suites: Sequence[SuiteVerdict]) -> CapabilitySurface | None:
    """Over the old skills that could be compared; None where there is none."""
    old = [
        (suite, suite.interval)
        for suite in suites
        if suite.numbers.role is not Role.TARGET and suite.verdict is not Verdict.ADVISORY
    ]
    known = [(suite, interval.estimate) for suite, interval in old if interval is not None]
    if not known:
        return None
    estimates = [estimate for _, estimate in known]
    return CapabilitySurface(
        suites=len(known),
        certified=sum(suite.verdict in (Verdict.PASS, Verdict.IMPROVED) for suite, _ in known),
        backward_transfer=backward_transfer(estimates),
        lost_sum=forgetting_sum(estimates),
        lost_mean=forgetting_mean(estimates),
    )
