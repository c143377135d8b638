"""The only place that says pass or fail: the outcome table of page 0."""

from collections.abc import Sequence
from datetime import date

from mist_ci.gate.escalation import advice
from mist_ci.gate.verdicts import (
    Judged,
    floor_hangs_on_missing,
    is_undecided,
    judge,
    nothing_shows_that_it_holds,
)
from mist_ci.gate.wording import budget_reason, data_reason, model_reasons
from mist_ci.models.comparison import ModelComparison, SuiteComparison
from mist_ci.models.config import Gate, OnInconclusive, Waiver
from mist_ci.models.figures import are, count, delta, points
from mist_ci.models.finding import DataReport
from mist_ci.models.report import BudgetLine, SelfCheck
from mist_ci.models.suite import Role
from mist_ci.models.verdict import Decision, ModelVerdict, Outcome, SuiteVerdict, Verdict

MAX_LEAKED = 0.05


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
        reasons += model_reasons(model)
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
    """Verdicts of one model reference, suite by suite."""
    judged, overall = judge(comparison, gate.defaults.alpha)
    in_force = {waiver.suite: waiver for waiver in waivers if waiver.model_digest == comparison.head_digest}
    suites = tuple(
        _waive(_suite(numbers, one, gate), in_force.get(numbers.suite))
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
    )


def _worst_of(model: ModelVerdict, *, complete: bool) -> Outcome:
    outcomes = [suite.outcome for suite in model.suites if complete or not _was_cut_short(suite)]
    if model.overall is not None and model.overall.verdict is Verdict.REGRESSED:
        outcomes.append(Outcome.FAILED)
    return max(outcomes, key=lambda outcome: outcome.rank, default=Outcome.PASSED)


def _was_cut_short(suite: SuiteVerdict) -> bool:
    return suite.outcome is Outcome.COULD_NOT_RUN and suite.numbers.missing > 0


def _suite(numbers: SuiteComparison, judged: Judged, gate: Gate) -> SuiteVerdict:
    verdict = judged.verdict if numbers.base is not None else None
    outcome, problems = _outcome(numbers, verdict, gate)
    notes = _notes(numbers, judged, gate) if numbers.not_comparable is None else []
    return SuiteVerdict(
        numbers=numbers,
        verdict=verdict,
        interval=judged.interval,
        p_regressed_holm=judged.p_regressed,
        p_improved_holm=judged.p_improved,
        outcome=outcome,
        problems=tuple(problems),
        floor_problems=tuple(one for one in _floor_problems(numbers) if one in problems),
        notes=tuple(notes),
    )


def _outcome(numbers: SuiteComparison, verdict: Verdict | None, gate: Gate) -> tuple[Outcome, list[str]]:
    """What this suite comes to, and its problems. Leaking a suite away fails it, however little is left."""
    if numbers.not_comparable is not None:
        leaks = _leak_problems(numbers)
        outcome = Outcome.FAILED if leaks else Outcome.COULD_NOT_RUN
        return outcome, [*leaks, f"not comparable: {numbers.not_comparable}"]
    if problems := _problems(numbers, verdict):
        return Outcome.FAILED, problems
    if not is_undecided(numbers, verdict):
        return Outcome.PASSED, []
    if gate.on_inconclusive is OnInconclusive.BLOCK:
        return Outcome.FAILED, ["undecided, and the gate blocks on undecided suites"]
    return Outcome.NOT_PROVEN, []


def _problems(numbers: SuiteComparison, verdict: Verdict | None) -> list[str]:
    """Everything for which a suite that can be compared fails."""
    problems = []
    if verdict is Verdict.REGRESSED:
        problems.append("regressed")
    if numbers.role is Role.CRITICAL and verdict is Verdict.INCONCLUSIVE:
        problems.append("critical, and not certified to hold its margin")
    if numbers.must_improve and verdict is not None and verdict is not Verdict.IMPROVED:
        problems.append("an improvement is demanded and not shown")
    return problems + _leak_problems(numbers) + _floor_problems(numbers)


def _leak_problems(numbers: SuiteComparison) -> list[str]:
    too_many = numbers.leaked > MAX_LEAKED * numbers.samples
    told = f"{numbers.leaked} of {numbers.samples} samples {are(numbers.leaked)} in the training data"
    return [told] if too_many else []


def _floor_problems(numbers: SuiteComparison) -> list[str]:
    floor, head = numbers.floor, numbers.head
    if numbers.below_floor:
        return [f"{points(head.mean)} is below the floor of {points(floor)}"]
    if numbers.role is Role.CRITICAL and floor is not None and not _is_certified(numbers):
        bound = "" if head.mean_low is None else f" (at least {points(head.mean_low)})"
        return [f"critical, and not certified above its floor of {points(floor)}{bound}"]
    return []


def _is_certified(numbers: SuiteComparison) -> bool:
    """True when the whole interval of head's score is above the floor."""
    low = numbers.head.mean_low
    return numbers.floor is not None and low is not None and low > numbers.floor


def _notes(numbers: SuiteComparison, judged: Judged, gate: Gate) -> list[str]:
    notes = []
    interval, alpha = judged.interval, gate.defaults.alpha
    if interval is not None and judged.verdict is Verdict.PASS and interval.p_regressed <= alpha:
        notes.append("a small real drop inside the margin")
    if interval is not None and judged.verdict is Verdict.INCONCLUSIVE:
        if interval.p_regressed <= alpha or interval.estimate <= -numbers.margin:
            notes.append("leaning worse")
        notes.append(f"a drop of up to {points(-interval.low)} points is not ruled out")
        if (told := advice(numbers, interval)) is not None:
            notes.append(told)
    notes += _floor_notes(numbers)
    if numbers.leaked:
        clean = numbers.interval_without_leaked
        without = f" ({delta(clean.estimate)} points without)" if clean else ""
        leaked, them = count(numbers.leaked, "sample"), "it" if numbers.leaked == 1 else "them"
        told = (
            f"{leaked} {are(numbers.leaked)} in the training data: decided with and without {them}{without}"
        )
        notes.append(told)
    if numbers.head.model_failures:
        notes.append(f"empty, cut off or refused: {count(numbers.head.model_failures, 'answer')} of head")
    return notes + _baseline_notes(numbers)


def _baseline_notes(numbers: SuiteComparison) -> list[str]:
    """What the comparison cannot show, whatever it says."""
    if nothing_shows_that_it_holds(numbers):
        return ["neither a baseline nor a floor: nothing shows that it holds"]
    if numbers.base is not None and numbers.base.mean == 0 and numbers.role is not Role.TARGET:
        return ["base gets nothing right here, so no loss can show: look at its prompt and its grader"]
    return []


def _floor_notes(numbers: SuiteComparison) -> list[str]:
    floor = numbers.floor
    if floor is None or numbers.below_floor or numbers.role is Role.CRITICAL:
        return []
    if floor_hangs_on_missing(numbers):
        gone = count(numbers.head.missing, "missing answer")
        return [f"whether it holds its floor of {points(floor)} hangs on {gone}"]
    return [] if _is_certified(numbers) else [f"above the floor of {points(floor)}, but not certified"]


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
