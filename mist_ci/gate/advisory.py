"""Suites that a model decides, in words: what an advisory one comes to, and what to know about any judge's verdict."""

from mist_ci.gate.judged import WHAT_TO_DO
from mist_ci.gate.verdicts import Judged
from mist_ci.models.comparison import JudgeNumbers, SuiteComparison
from mist_ci.models.config import Gate
from mist_ci.models.figures import delta, points
from mist_ci.models.suite import Role, Suite
from mist_ci.models.verdict import Outcome, SuiteVerdict, Verdict

MANY_FLIPS = 0.2
"""A judge that prefers what comes first as often as this tells little."""


def advisory_verdict(numbers: SuiteComparison, judged: Judged, *, against_base: bool = True) -> SuiteVerdict:
    """Nothing is decided, so nothing fails; but where a decision is demanded, there is none, and that is an error."""
    demand = (
        _demand(numbers.role, is_required=numbers.required, must_improve=numbers.must_improve)
        if against_base
        else None
    )
    problems = (f"advisory, and {demand}: {WHAT_TO_DO}",) if demand else ()
    return SuiteVerdict(
        numbers=numbers,
        verdict=Verdict.ADVISORY,
        interval=judged.interval,
        outcome=Outcome.COULD_NOT_RUN if demand else Outcome.PASSED,
        problems=problems,
        notes=(*_advisory_notes(numbers, judged), *_about(numbers)),
    )


def judge_notes(numbers: SuiteComparison, judged: Judged) -> list[str]:
    """What to know about the verdict of a judge that people have checked; nothing where no model decides."""
    judge, interval = numbers.judge, judged.interval
    if judge is None:
        return []
    notes = _about(numbers)
    if judge.rectified is not None:
        right = judge.rectified
        notes.append(
            f"put right by people on {right.labelled} samples: {delta(right.estimate)} points "
            f"[{delta(right.low)}, {delta(right.high)}]"
        )
    elif interval is not None and judged.verdict is Verdict.PASS and interval.low > 0:
        notes.append(
            "the judge sees a gain; it is shown only where people labelled answers of both sides, because a judge may "
            "like head's manner"
        )
    return notes


def who_demands(suite: Suite, gate: Gate) -> str | None:
    """Who wants a suite decided, in words; None where nobody does."""
    return _demand(suite.role, is_required=suite.name in gate.require, must_improve=suite.must_improve)


def _demand(role: Role, *, is_required: bool, must_improve: bool) -> str | None:
    if is_required:
        return "the gate requires it"
    if role is Role.CRITICAL:
        return "it is critical"
    return "an improvement is demanded" if must_improve else None


def _advisory_notes(numbers: SuiteComparison, judged: Judged) -> list[str]:
    why = numbers.judge.advisory if numbers.judge else None
    notes = [f"advisory, decides nothing: {why}"]
    if numbers.not_comparable is not None:
        notes.append(f"not comparable: {numbers.not_comparable}")
    elif judged.alone is not None and judged.interval is not None:
        notes.append(f"by itself it would say: {judged.alone.value}")
    if numbers.below_floor:
        notes.append(f"{points(numbers.head.mean)} is below the floor of {points(numbers.floor)}")
    return notes


def _about(numbers: SuiteComparison) -> list[str]:
    """The judge's mistakes, as far as they are known."""
    judge = numbers.judge
    if judge is None:
        return []
    notes = []
    if judge.corrected is not None and numbers.interval is not None and numbers.interval.estimate:
        notes.append(
            f"{delta(judge.corrected)} points when the judge's mistakes are allowed for{_how(judge)}"
        )
    if judge.pairs:
        share = judge.order_flips / judge.pairs
        told = f"the order decided {judge.order_flips} of {judge.pairs} pairs ({share:.0%})"
        notes.append(f"{told}: its preferences tell little" if share > MANY_FLIPS else told)
    return notes


def _how(judge: JudgeNumbers) -> str:
    if judge.sensitivity is None or judge.specificity is None:
        return ""
    return f" (sensitivity {judge.sensitivity:.2f}, specificity {judge.specificity:.2f})"
