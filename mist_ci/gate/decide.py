"""The only place that says pass or fail: the outcome table of page 0."""

from collections.abc import Sequence
from datetime import date

from mist_ci.gate.verdicts import Judged, floor_hangs_on_missing, judge
from mist_ci.gate.wording import data_reason, model_reasons, points, signed
from mist_ci.models.comparison import ModelComparison, SuiteComparison
from mist_ci.models.config import Gate, OnInconclusive, Waiver
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
) -> Decision:
    """The worst of everything that was looked at, and why. Waivers must be those in force for this gate."""
    models = tuple(decide_model(gate, comparison, waivers) for comparison in comparisons)
    outcomes, reasons = [Outcome.PASSED], []
    for model in models:
        outcomes += [_worst_of(model)]
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
            reasons.append((0, f"over budget: {line.name} {line.spent} of {line.limit}"))
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
        suites=suites,
        overall=overall,
    )


def _worst_of(model: ModelVerdict) -> Outcome:
    outcomes = [suite.outcome for suite in model.suites]
    if model.overall is not None and model.overall.verdict is Verdict.REGRESSED:
        outcomes.append(Outcome.FAILED)
    return max(outcomes, key=lambda outcome: outcome.rank, default=Outcome.PASSED)


def _suite(numbers: SuiteComparison, judged: Judged, gate: Gate) -> SuiteVerdict:
    verdict = judged.verdict if numbers.base is not None else None
    if numbers.not_comparable is not None:
        outcome, problems, notes = Outcome.COULD_NOT_RUN, [f"not comparable: {numbers.not_comparable}"], []
    else:
        problems, notes = _problems(numbers, verdict), _notes(numbers, judged, gate)
        outcome = Outcome.FAILED if problems else Outcome.PASSED
        undecided = verdict is Verdict.INCONCLUSIVE or floor_hangs_on_missing(numbers)
        if undecided and not problems:
            if gate.on_inconclusive is OnInconclusive.BLOCK:
                outcome, problems = Outcome.FAILED, ["undecided, and the gate blocks on undecided suites"]
            else:
                outcome = Outcome.NOT_PROVEN
    return SuiteVerdict(
        numbers=numbers,
        verdict=verdict,
        interval=judged.interval,
        p_regressed_holm=judged.p_regressed,
        p_improved_holm=judged.p_improved,
        outcome=outcome,
        problems=tuple(problems),
        notes=tuple(notes),
    )


def _problems(numbers: SuiteComparison, verdict: Verdict | None) -> list[str]:
    """Everything for which this suite fails."""
    problems = []
    if verdict is Verdict.REGRESSED:
        problems.append("regressed")
    if numbers.role is Role.CRITICAL and verdict is Verdict.INCONCLUSIVE:
        problems.append("critical, and not certified to hold its margin")
    if numbers.must_improve and verdict is not None and verdict is not Verdict.IMPROVED:
        problems.append("an improvement is demanded and not shown")
    if numbers.leaked > MAX_LEAKED * numbers.samples:
        problems.append(f"{numbers.leaked} of {numbers.samples} samples are in the training data")
    return problems + _floor_problems(numbers)


def _floor_problems(numbers: SuiteComparison) -> list[str]:
    floor, mean, low = numbers.floor, numbers.head.mean, numbers.head.mean_low
    if floor is None:
        return []
    if mean is None or mean < floor:
        return [f"{points(mean)} is below the floor of {points(floor)}"]
    if numbers.role is Role.CRITICAL and (low is None or low <= floor):
        return [f"critical, and not certified above its floor of {points(floor)} (at least {points(low)})"]
    return []


def _notes(numbers: SuiteComparison, judged: Judged, gate: Gate) -> list[str]:
    notes = []
    interval, alpha = judged.interval, gate.defaults.alpha
    if interval is not None and judged.verdict is Verdict.PASS and interval.p_regressed <= alpha:
        notes.append("a small real drop inside the margin")
    if interval is not None and judged.verdict is Verdict.INCONCLUSIVE:
        if interval.p_regressed <= alpha or interval.estimate <= -numbers.margin:
            notes.append("leaning worse")
        notes.append(f"a drop of up to {points(-interval.low)} points is not ruled out")
        if numbers.samples_needed is not None and numbers.samples_needed > numbers.samples:
            notes.append(f"about {numbers.samples_needed} samples would decide")
    notes += _floor_notes(numbers)
    if numbers.leaked:
        clean = numbers.interval_without_leaked
        without = f" ({signed(clean.estimate)} points without)" if clean else ""
        notes.append(
            f"{numbers.leaked} samples are in the training data: decided with and without them{without}"
        )
    if numbers.head.model_failures:
        notes.append(f"{numbers.head.model_failures} answers of head were empty, cut off or refused")
    return notes


def _floor_notes(numbers: SuiteComparison) -> list[str]:
    floor, mean, low = numbers.floor, numbers.head.mean, numbers.head.mean_low
    if floor is None or mean is None or mean < floor or numbers.role is Role.CRITICAL:
        return []
    if floor_hangs_on_missing(numbers):
        return [
            f"whether it holds its floor of {points(floor)} hangs on {numbers.head.missing} missing answers"
        ]
    return [f"above the floor of {points(floor)}, but not certified"] if low is None or low <= floor else []


def _waive(verdict: SuiteVerdict, waiver: Waiver | None) -> SuiteVerdict:
    """A waiver forgives a failure; it cannot stand in for evidence that was never gathered."""
    if waiver is None or verdict.outcome is not Outcome.FAILED:
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
