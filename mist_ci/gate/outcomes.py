"""What one suite comes to against base: its outcome, its problems, and what is worth knowing about it."""

from mist_ci.gate.advisory import advisory_verdict, judge_notes
from mist_ci.gate.escalation import advice
from mist_ci.gate.verdicts import (
    Judged,
    floor_hangs_on_missing,
    is_undecided,
    nothing_shows_that_it_holds,
)
from mist_ci.models.comparison import SuiteComparison
from mist_ci.models.config import Gate, OnInconclusive
from mist_ci.models.figures import are, count, delta, points
from mist_ci.models.suite import Role
from mist_ci.models.verdict import Outcome, SuiteVerdict, Verdict

MAX_LEAKED = 0.05


def suite_verdict(numbers: SuiteComparison, judged: Judged, gate: Gate) -> SuiteVerdict:
    """The suite's part of the outcome table of page 0."""
    if numbers.is_advisory:
        return advisory_verdict(numbers, judged)
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
    total = numbers.look.suite_samples
    too_many = numbers.leaked > MAX_LEAKED * total
    told = f"{numbers.leaked} of {total} samples {are(numbers.leaked)} in the training data"
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
    notes = _look_notes(numbers)
    interval, alpha = judged.interval, gate.defaults.alpha
    if interval is not None and judged.verdict is Verdict.PASS and interval.p_regressed <= alpha:
        notes.append("a small real drop inside the margin")
    if interval is not None and judged.verdict is Verdict.INCONCLUSIVE:
        if interval.p_regressed <= alpha or interval.estimate <= -numbers.margin:
            notes.append("leaning worse")
        notes.append(f"a drop of up to {points(-interval.low)} points is not ruled out")
        if (told := advice(numbers, interval)) is not None:
            notes.append(told)
    notes += judge_notes(numbers, judged)
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


def _look_notes(numbers: SuiteComparison) -> list[str]:
    """That it was asked more often; that it was decided early shows in the number of its samples."""
    look = numbers.look
    return [f"undecided at first: head answered {count(look.head_attempts)} times"] if look.escalated else []


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


def loss_verdict(numbers: SuiteComparison, judged: Judged, *, must_compare: bool) -> SuiteVerdict:
    """Of a comparison that can only worsen things, with the anchor or of added samples: a proven loss fails.

    Where the comparison is one that the policy asks for, one that cannot be made is a check that did not run.
    """
    if numbers.is_advisory:
        return advisory_verdict(numbers, judged, against_base=False)
    problems: list[str] = []
    notes: list[str] = []
    outcome = Outcome.PASSED
    if judged.verdict is Verdict.REGRESSED:
        outcome, problems = Outcome.FAILED, ["regressed"]
    elif judged.verdict is Verdict.NOT_COMPARABLE and must_compare:
        outcome, problems = Outcome.COULD_NOT_RUN, [f"not comparable: {numbers.not_comparable}"]
    elif judged.verdict is Verdict.NOT_COMPARABLE:
        notes = [f"not compared, and nothing hangs on it: {numbers.not_comparable}"]
    return SuiteVerdict(
        numbers=numbers,
        verdict=judged.verdict,
        interval=judged.interval,
        p_regressed_holm=judged.p_regressed,
        p_improved_holm=judged.p_improved,
        outcome=outcome,
        problems=tuple(problems),
        notes=tuple(notes),
    )
