"""Which hypotheses are corrected together, and which suites a look on the way has settled."""

from mist_ci.gate.verdicts import Family, judge
from mist_ci.models.comparison import AnchorComparison, ModelComparison, SuiteComparison
from mist_ci.models.config import Gate
from mist_ci.models.suite import Role
from mist_ci.models.verdict import Verdict

_SETTLED = {Verdict.IMPROVED, Verdict.PASS, Verdict.REGRESSED}


def base_family(comparison: ModelComparison, gate: Gate, *, on_the_way: bool = False) -> Family:
    """The suites against base with the overall hypothesis, which is looked at in the end only."""
    return _family(
        comparison.suites,
        comparison,
        gate.defaults.alpha,
        on_the_way=on_the_way,
    )


def anchor_family(anchor: AnchorComparison, *, on_the_way: bool = False) -> Family:
    """The suites against the anchor, by its own error rate."""
    return _family(anchor.suites, anchor, anchor.alpha, on_the_way=on_the_way)


def _family(
    suites: tuple[SuiteComparison, ...],
    of: ModelComparison | AnchorComparison,
    alpha: float,
    *,
    on_the_way: bool,
) -> Family:
    if on_the_way:
        old = sum(suite.role is not Role.TARGET and not suite.is_advisory for suite in suites)
        return Family(suites, None, None, alpha, is_pending=old > 1)
    return Family(suites, of.overall, of.overall_without_leaked, alpha)


def settled(comparison: ModelComparison, gate: Gate) -> frozenset[str]:
    """Names of the suites that need no further look: decided against base, and against the anchor as well."""
    of_base = _verdicts(base_family(comparison, gate, on_the_way=True))
    decided = {
        suite.suite
        for suite, verdict in of_base
        if _is_settled(suite, verdict) and not _still_wants_proof(suite, verdict)
    }
    if comparison.anchor is not None:
        of_anchor = _verdicts(anchor_family(comparison.anchor, on_the_way=True))
        decided &= {
            suite.suite
            for suite, verdict in of_anchor
            if _is_settled(suite, verdict) or (suite.judge is not None and suite.judge.compares)
        }
    return frozenset(decided)


def _verdicts(family: Family) -> list[tuple[SuiteComparison, Verdict]]:
    judged, _ = judge(family)
    return [(suite, one.alone or one.verdict) for suite, one in zip(family.suites, judged, strict=True)]


def _is_settled(suite: SuiteComparison, verdict: Verdict) -> bool:
    """Decided, or asked whole and not comparable: more attempts of head are for what is undecided."""
    return verdict in _SETTLED or (verdict is Verdict.NOT_COMPARABLE and not suite.stopped_early)


def _still_wants_proof(suite: SuiteComparison, verdict: Verdict) -> bool:
    """A suite that must improve is not done when it is only no worse. That is about base, never about the anchor."""
    can_be_shown = suite.judge is None or suite.judge.rectified is not None
    return suite.must_improve and verdict is Verdict.PASS and can_be_shown
