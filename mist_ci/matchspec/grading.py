"""From an answer to a status and scores: the outcomes that must never blur (page 3 §4.2)."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from mist_ci.matchspec.calls import Call
from mist_ci.matchspec.graders import AskingGrader, CannotGrade, Grader, Outside, Said, grader
from mist_ci.matchspec.graders.modelled import Judged, ModelGrader
from mist_ci.models.attempt import AttemptStatus
from mist_ci.models.suite import Sample, Suite
from mist_ci.ports.model_client import Completion
from mist_ci.ports.programs import NoPrograms, Programs

_LONGEST_REASON = 500
NOBODY: Mapping[str, Judged | str] = MappingProxyType({})
Outcome = Said | str
"""A score, or why there is none: the end of a sentence that begins with the grader."""


@dataclass(frozen=True, slots=True)
class Graded:
    """`score` is the primary grader's, None when it crashed; `scores` holds all that worked."""

    status: AttemptStatus
    score: float | None
    scores: dict[str, float]
    reason: str = ""


class Grading:
    """The graders of every suite of a run, ready to grade."""

    def __init__(self, suites: Iterable[Suite], programs: Programs | None = None) -> None:
        suites = tuple(suites)
        programs = programs or NoPrograms()
        # Two suites may ask and decide the same, and so have one digest; what else they measure is their own.
        self._graders = {
            _place(suite): {spec.title: grader(spec) for spec in suite.graders} for suite in suites
        }
        self._outside = {_place(suite): Outside(programs, suite.grader_files) for suite in suites}

    @property
    def of_models(self) -> tuple[ModelGrader, ...]:
        """The graders that ask models."""
        many = self._graders.values()
        return tuple(one for named in many for one in named.values() if isinstance(one, ModelGrader))

    def graders(self, suite: Suite) -> Mapping[str, Grader]:
        """A suite's graders, by the names of their scores."""
        return self._graders[_place(suite)]

    async def grade(
        self, call: Call, answer: Completion, heard: Mapping[str, Judged | str] = NOBODY
    ) -> Graded:
        """Grades the answer to a call; some graders ask somebody themselves.

        `heard` is what models have said to the graders that ask some, or why they said nothing that counts.
        """
        outside = self._outside[_place(call.suite)]
        graders, primary = self.graders(call.suite), call.suite.primary
        outcomes: dict[str, Outcome] = {}
        for title, one in graders.items():
            if isinstance(one, ModelGrader):
                outcomes[title] = _heard(heard[title])
            elif isinstance(one, AskingGrader):
                outcomes[title] = await _asked(one, answer, call.sample, outside)
            else:
                outcomes[title] = _graded(one, answer, call.sample)
        return _judged(answer, outcomes, primary, graders[primary])


def _place(suite: Suite) -> tuple[str, str]:
    return suite.name, suite.digest


def grade(answer: Completion, sample: Sample, graders: Mapping[str, Grader], primary: str) -> Graded:
    """Grades one answer with graders by the names of their scores. One that crashes gives a reason, never a 0."""
    outcomes = {title: _graded(one, answer, sample) for title, one in graders.items()}
    return _judged(answer, outcomes, primary, graders[primary])


def _graded(one: Grader, answer: Completion, sample: Sample) -> Outcome:
    try:
        return _checked(Said(one.grade(answer.answer, sample)))
    except Exception as error:  # noqa: BLE001 - whatever a grader does, the run goes on and says so
        return _excuse(error)


async def _asked(one: AskingGrader, answer: Completion, sample: Sample, outside: Outside) -> Outcome:
    try:
        return _checked(await one.ask(answer.answer, sample, outside))
    except Exception as error:  # noqa: BLE001 - as above; being cancelled is no Exception
        return _excuse(error)


def _heard(found: Judged | str) -> Outcome:
    return f": {found}"[:_LONGEST_REASON] if isinstance(found, str) else _checked(Said(found.score))


def _excuse(error: Exception) -> str:
    if isinstance(error, CannotGrade):
        return f": {error}"[:_LONGEST_REASON]
    return f" crashed: {type(error).__name__}: {error}"[:_LONGEST_REASON]


def _checked(said: Said) -> Outcome:
    is_a_score = math.isfinite(said.score) and 0 <= said.score <= 1
    return said if is_a_score else f" gave {said.score}, outside [0, 1]"


def _judged(answer: Completion, outcomes: Mapping[str, Outcome], primary: str, decisive: Grader) -> Graded:
    scores = {title: one.score for title, one in outcomes.items() if isinstance(one, Said)}
    broken = [f"grader {title}{one}" for title, one in outcomes.items() if isinstance(one, str)]
    outcome = outcomes[primary]
    if isinstance(outcome, str):
        return Graded(AttemptStatus.GRADER_FAILURE, None, scores, f"grader {primary}{outcome}")
    failure = _model_failure(answer, may_refuse=decisive.expects_refusals)
    status = AttemptStatus.MODEL_FAILURE if failure else AttemptStatus.SCORED
    return Graded(status, outcome.score, scores, failure or next(iter(broken), outcome.reason))


def _model_failure(answer: Completion, *, may_refuse: bool) -> str:
    """Why the answer itself is not a proper one; it is graded all the same."""
    if answer.refusal:
        return "" if may_refuse else "refused"
    if answer.finish_reason in {"length", "content_filter"}:
        return f"finish_reason {answer.finish_reason}"
    return "" if answer.text.strip() or answer.tool_calls else "empty answer"
