"""Head against base, and against the anchor: families of suites. Numbers only; `decide` says what they mean."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from mist_ci.gate.judged import judge_numbers
from mist_ci.gate.looks import Standing
from mist_ci.gate.measure import NONE, Measured, measure
from mist_ci.gate.pairing import Evidence, Paired
from mist_ci.models.attempt import Attempt, Side
from mist_ci.models.comparison import AnchorComparison, ModelComparison, OverallNumbers, SuiteComparison
from mist_ci.models.config import Gate
from mist_ci.models.judges import NO_JUDGES, Judges
from mist_ci.models.plan import ModelChange
from mist_ci.models.suite import Role, Suite
from mist_ci.stats import ImputedInterval, imputed_overall

"""No judge was checked: whatever a model decides is advisory."""


@dataclass(frozen=True, slots=True)
class _Family:
    """Suites whose hypotheses are corrected together."""

    suites: tuple[SuiteComparison, ...]
    overall: OverallNumbers | None
    overall_without_leaked: OverallNumbers | None


def compare(
    change: ModelChange,
    standings: Sequence[Standing],
    attempts: Sequence[Attempt],
    gate: Gate,
    leaked: Mapping[str, tuple[str, ...]],
    waived: frozenset[str] = NONE,
    added: Sequence[Suite] = (),
    judges: Judges = NO_JUDGES,
) -> ModelComparison:
    """All suites of one model reference, each as far as it was looked at.

    `leaked` holds the keys of samples found in the training data, `added` the samples that only head has. Nothing
    depends on the order of suites, samples or attempts. Waived suites stay out of the overall hypothesis: the
    team has accepted their loss by name. So do those that a model decides and `judges` does not vouch for.
    """
    evidence = Evidence(attempts)
    asked = _Asked(sorted(standings, key=lambda one: one.suite.name), evidence, gate, leaked, waived, judges)
    alpha = gate.defaults.alpha
    base = asked.family(Side.BASE, alpha, has_baseline=change.base is not None)
    return ModelComparison(
        model=change.name,
        path=change.path,
        base_model=change.base.model if change.base else None,
        base_label=change.base_label,
        head_model=change.head.model,
        head_digest=change.head.digest,
        trained_on=change.head.trained_on,
        suites=base.suites,
        overall=base.overall,
        overall_without_leaked=base.overall_without_leaked,
        anchor=_anchor(change, asked, gate.defaults.anchor_alpha),
        added=_added(change, added, evidence, gate, judges),
    )


@dataclass(frozen=True, slots=True)
class _Asked:
    standings: Sequence[Standing]
    evidence: Evidence
    gate: Gate
    leaked: Mapping[str, tuple[str, ...]]
    waived: frozenset[str]
    judges: Judges

    def family(self, against: Side, alpha: float, *, has_baseline: bool) -> _Family:
        """All suites against one side, and the overall hypothesis over those that must not get worse."""
        measured = [
            self._measure(standing, against, alpha, has_baseline=has_baseline) for standing in self.standings
        ]
        counted = [one for one in measured if self._counts(one)]
        leaks = any(self.leaked.values())
        return _Family(
            suites=tuple(one.numbers for one in measured),
            overall=_overall([one.with_all for one in counted if one.with_all], alpha),
            overall_without_leaked=(
                _overall([one.without_leaked for one in counted if one.without_leaked], alpha)
                if leaks
                else None
            ),
        )

    def _measure(self, standing: Standing, against: Side, alpha: float, *, has_baseline: bool) -> Measured:
        paired = self.evidence.pair(standing.seen, against)
        leaked = frozenset(self.leaked.get(standing.suite.name, ()))
        found = measure(standing, paired, self.gate, alpha, leaked, has_baseline=has_baseline)
        return replace(found, numbers=_with_judge(found.numbers, paired, self.judges, alpha))

    def _counts(self, one: Measured) -> bool:
        numbers = one.numbers
        is_whole = one.with_all is not None and one.without_leaked is not None and not numbers.is_advisory
        return is_whole and numbers.role is not Role.TARGET and numbers.suite not in self.waived


def _with_judge(numbers: SuiteComparison, paired: Paired, judges: Judges, alpha: float) -> SuiteComparison:
    """With what is known of the model that decides it, where one does."""
    found = judge_numbers(paired, judges, numbers.interval, alpha)
    return numbers if found is None else numbers.model_copy(update={"judge": found})


def _anchor(change: ModelChange, asked: _Asked, alpha: float) -> AnchorComparison | None:
    if change.anchor is None:
        return None
    standings = [replace(one, obstacle=one.obstacle or one.anchor_obstacle) for one in asked.standings]
    family = replace(asked, standings=standings).family(Side.ANCHOR, alpha, has_baseline=True)
    return AnchorComparison(
        model=change.anchor.model,
        label=change.anchor_label,
        alpha=alpha,
        suites=family.suites,
        overall=family.overall,
        overall_without_leaked=family.overall_without_leaked,
    )


def _added(
    change: ModelChange, added: Sequence[Suite], evidence: Evidence, gate: Gate, judges: Judges
) -> tuple[SuiteComparison, ...]:
    """The second cohort: without floors, which the whole suite's self-check holds."""
    if change.base is None:
        return ()
    plain = [one.model_copy(update={"floor": None, "must_improve": False}) for one in added]
    found, alpha = [], gate.defaults.alpha
    for suite in sorted(plain, key=lambda suite: suite.name):
        paired = evidence.pair(suite)
        numbers = measure(Standing.whole(suite), paired, gate, alpha, NONE, has_baseline=True).numbers
        found.append(_with_judge(numbers, paired, judges, alpha))
    return tuple(found)


def _overall(intervals: Sequence[ImputedInterval], alpha: float) -> OverallNumbers | None:
    if len(intervals) < 2:  # noqa: PLR2004 - one suite speaks for itself
        return None
    overall = imputed_overall(intervals, alpha=alpha)
    return OverallNumbers(
        suites=overall.suites,
        estimate=overall.estimate,
        low=max(overall.low, -1.0),  # as a suite's: a t interval can leave the range of scores
        high=min(overall.high, 1.0),
        p_regressed=overall.p_regressed,
    )
