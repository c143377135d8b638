"""From an answer to a status and scores: the outcomes that must never blur (page 3 §4.2)."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from mist_ci.matchspec.calls import Call
from mist_ci.matchspec.graders import CannotGrade, Grader, grader
from mist_ci.models.attempt import AttemptStatus
from mist_ci.models.suite import Sample, Suite
from mist_ci.ports.model_client import Completion

_LONGEST_REASON = 500


@dataclass(frozen=True, slots=True)
class Graded:
    """`score` is the primary grader's, None when it crashed; `scores` holds all that worked."""

    status: AttemptStatus
    score: float | None
    scores: dict[str, float]
    reason: str = ""


class Grading:
    """The graders of every suite of a run, ready to grade."""

    def __init__(self, suites: Iterable[Suite]) -> None:
        self._graders = {
            suite.digest: {spec.title: grader(spec) for spec in suite.graders} for suite in suites
        }

    async def grade(self, call: Call, answer: Completion) -> Graded:
        """Grades the answer to a call; some graders ask a model themselves."""
        return grade(answer, call.sample, self._graders[call.suite.digest], call.suite.primary)


def grade(answer: Completion, sample: Sample, graders: Mapping[str, Grader], primary: str) -> Graded:
    """Grades one answer with graders by the names of their scores. One that crashes gives a reason, never a 0."""
    scores: dict[str, float] = {}
    broken: dict[str, str] = {}
    for title, one in graders.items():
        try:
            score = one.grade(answer.answer, sample)
        except CannotGrade as reason:
            broken[title] = f"grader {title}: {reason}"
            continue
        except Exception as error:  # noqa: BLE001 - whatever a grader does, the run goes on and says so
            broken[title] = f"grader {title} crashed: {type(error).__name__}: {error}"[:_LONGEST_REASON]
            continue
        if math.isfinite(score) and 0 <= score <= 1:
            scores[title] = score
        else:
            broken[title] = f"grader {title} gave {score}, outside [0, 1]"
    if primary in broken:
        return Graded(AttemptStatus.GRADER_FAILURE, None, scores, broken[primary])
    failure = _model_failure(answer)
    status = AttemptStatus.MODEL_FAILURE if failure else AttemptStatus.SCORED
    return Graded(status, scores[primary], scores, failure or next(iter(broken.values()), ""))


def _model_failure(answer: Completion) -> str:
    """Why the answer itself is not a proper one; it is graded all the same."""
    if answer.refusal:
        return "refused"
    if answer.finish_reason in {"length", "content_filter"}:
        return f"finish_reason {answer.finish_reason}"
    return "" if answer.text.strip() or answer.tool_calls else "empty answer"
