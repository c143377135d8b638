"""From an answer to a status and scores: the outcomes that must never blur (page 3 §4.2)."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from mist_ci.matchspec.graders import CannotGrade, Grader
from mist_ci.matchspec.graders.asking import Judged, ModelGrader
from mist_ci.models.attempt import AttemptStatus
from mist_ci.models.suite import Sample
from mist_ci.ports.model_client import Completion

_LONGEST_REASON = 500
NOBODY_SAID: Mapping[str, Judged | str] = {}


@dataclass(frozen=True, slots=True)
class Graded:
    """`score` is the primary grader's, None when it crashed; `scores` holds all that worked."""

    status: AttemptStatus
    score: float | None
    scores: dict[str, float]
    reason: str = ""


def grade(
    answer: Completion,
    sample: Sample,
    graders: Mapping[str, Grader],
    primary: str,
    heard: Mapping[str, Judged | str] = NOBODY_SAID,
) -> Graded:
    """Grades one answer with graders by the names of their scores. One that crashes gives a reason, never a 0.

    `heard` is what models have said to those graders that ask some, or why they said nothing that counts.
    """
    scores: dict[str, float] = {}
    broken: dict[str, str] = {}
    for title, one in graders.items():
        try:
            score = _heard(heard[title]) if isinstance(one, ModelGrader) else one.grade(answer.answer, sample)
        except CannotGrade as reason:
            broken[title] = f"grader {title}: {reason}"[:_LONGEST_REASON]
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


def _heard(found: Judged | str) -> float:
    if isinstance(found, str):
        raise CannotGrade(found)
    return found.score


def _model_failure(answer: Completion) -> str:
    """Why the answer itself is not a proper one; it is graded all the same."""
    if answer.refusal:
        return "refused"
    if answer.finish_reason in {"length", "content_filter"}:
        return f"finish_reason {answer.finish_reason}"
    return "" if answer.text.strip() or answer.tool_calls else "empty answer"
