"""The only place that says pass or fail: the outcome table of page 0."""

from collections.abc import Mapping, Sequence
from datetime import date

from mist_ci.gate.families import anchor_family, base_family
from mist_ci.gate.outcomes import loss_verdict, suite_verdict
from mist_ci.gate.surface import surface_of
from mist_ci.gate.verdicts import Family, judge
from mist_ci.gate.wording import budget_reason, data_reason, model_reasons
from mist_ci.models.comparison import AnchorComparison, ModelComparison, SuiteComparison
from mist_ci.models.config import Gate, Waiver
from mist_ci.models.finding import DataReport
from mist_ci.models.report import BudgetLine, SelfCheck
from mist_ci.models.verdict import (
    AnchorVerdict,
    Decision,
    ModelVerdict,
    Outcome,
    SuiteVerdict,
    Verdict,
)


def decide(
    gate: Gate,
    comparisons: Sequence[ModelComparison],
    data: Sequence[DataReport] = (),
    self_checks: Sequence[SelfCheck] = (),
    budgets: Sequence[BudgetLine] = (),
    waivers: Sequence[Waiver] = (),
    *,
    complete: bool = True,
    remarks: Sequence[str] = (),
) -> Decision:
    """The worst of everything that was looked at, and why. Waivers must be those in force for this gate.

    A run that is not `complete` was stopped because the money ran out. That is a failure, and answers that were
    never asked for are no second problem. `remarks` are told first when nothing more useful is there.
    """
    models = tuple(decide_model(gate, comparison, waivers) for comparison in comparisons)
    outcomes, reasons = [Outcome.PASSED if complete else Outcome.FAILED], []
    for model in models:
        outcomes.append(_worst_of(model, complete=complete))
        told = model_reasons(model)
        reasons += told if complete else [(max(0, rank), reason) for rank, reason in told]
    for dataset in data:
        if dataset.gating(gate.data.fail_on):
            outcomes.append(Outcome.FAILED)
        reasons.append(data_reason(dataset, gate.data.fail_on))
    for check in self_checks:
        outcomes.append(Outcome.PASSED if check.ok else Outcome.FAILED)
        reasons.append((0 if not check.ok else 3, check.message))
    for line in budgets:
        if line.over:
            outcomes.append(Outcome.FAILED)
            reasons.append(budget_reason(line, complete=complete))
        elif not line.held:
            reasons.append((2, f"budget {line.name} is not held: {line.note}"))
    reasons += [(2, remark) for remark in remarks]
    ranked = sorted(reasons, key=lambda reason: reason[0])
    worst = max(outcomes, key=lambda outcome: outcome.rank)
    return Decision(outcome=worst, reasons=tuple(text for _, text in ranked), models=models)


def waivers_in_force(waivers: Sequence[Waiver], gate_name: str, today: date) -> tuple[Waiver, ...]:
    """The waivers of a gate that have not expired; the last day counts."""
    return tuple(waiver for waiver in waivers if waiver.gate == gate_name and waiver.expires >= today)


def waived_suites(waivers: Sequence[Waiver], head_digest: str) -> frozenset[str]:
    """Names of the suites that are waived for this very model."""
    return frozenset(waiver.suite for waiver in waivers if waiver.model_digest == head_digest)


def decide_model(gate: Gate, comparison: ModelComparison, waivers: Sequence[Waiver] = ()) -> ModelVerdict:
    """Verdicts of one model reference, suite by suite, against base and against the anchor."""
    judged, overall = judge(base_family(comparison, gate))
    in_force = {waiver.suite: waiver for waiver in waivers if waiver.model_digest == comparison.head_digest}
    suites = tuple(
        _waive(suite_verdict(numbers, one, gate), in_force.get(numbers.suite))
        for numbers, one in zip(comparison.suites, judged, strict=True)
    )
    return ModelVerdict(
        model=comparison.model,
        path=comparison.path,
        base_model=comparison.base_model,
        base_label=comparison.base_label,
        head_model=comparison.head_model,
        head_digest=comparison.head_digest,
        trained_on=comparison.trained_on,
        suites=suites,
        overall=overall,
        anchor=_anchor(comparison.anchor, in_force),
        added=_added(comparison, gate, in_force),
        surface=surface_of(suites),
    )


def _anchor(anchor: AnchorComparison | None, waivers: Mapping[str, Waiver]) -> AnchorVerdict | None:
    if anchor is None:
        return None
    judged, overall = judge(anchor_family(anchor))
    return AnchorVerdict(
        model=anchor.model,
        label=anchor.label,
        alpha=anchor.alpha,
        suites=tuple(
            _waive(loss_verdict(numbers, one, must_compare=_can(numbers)), waivers.get(numbers.suite))
            for numbers, one in zip(anchor.suites, judged, strict=True)
        ),
        overall=overall,
    )


def _can(numbers: SuiteComparison) -> bool:
    """A pairwise judge holds head against base alone: that it says nothing of the anchor is no missing evidence."""
    return numbers.judge is None or not numbers.judge.compares


def _added(
    comparison: ModelComparison, gate: Gate, waivers: Mapping[str, Waiver]
) -> tuple[SuiteVerdict, ...]:
    """A family of its own: hypotheses that head brings along must not make those of base harder to reject."""
    judged, _ = judge(Family(comparison.added, None, None, gate.defaults.alpha))
    return tuple(
        _waive(loss_verdict(numbers, one, must_compare=False), waivers.get(numbers.suite))
        for numbers, one in zip(comparison.added, judged, strict=True)
    )


def _worst_of(model: ModelVerdict, *, complete: bool) -> Outcome:
    anchor = model.anchor
    suites = (*model.suites, *(anchor.suites if anchor else ()), *model.added)
    outcomes = [suite.outcome for suite in suites if complete or not _was_cut_short(suite)]
    overall = (model.overall, anchor.overall if anchor else None)
    outcomes += [Outcome.FAILED for one in overall if one and one.verdict is Verdict.REGRESSED]
    return max(outcomes, key=lambda outcome: outcome.rank, default=Outcome.PASSED)


def _was_cut_short(suite: SuiteVerdict) -> bool:
    return suite.outcome is Outcome.COULD_NOT_RUN and suite.numbers.missing > 0


def _waive(verdict: SuiteVerdict, waiver: Waiver | None) -> SuiteVerdict:
    """A waiver forgives a failure; it cannot stand in for evidence that was never gathered."""
    if waiver is None or verdict.outcome is not Outcome.FAILED or verdict.numbers.not_comparable is not None:
        return verdict
    note = f"failure waived until {waiver.expires} ({waiver.reason}): {'; '.join(verdict.problems)}"
    return verdict.model_copy(
        update={
            "outcome": Outcome.PASSED,
            "waiver": waiver.reason,
            "problems": (),
            "notes": (*verdict.notes, note),
        }
    )
