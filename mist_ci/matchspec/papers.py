"""One answer while it is graded: what each grader made of it, and what asking models took."""

import math
from collections.abc import Callable
from dataclasses import dataclass, field

from msgspec.structs import replace

from mist_ci.matchspec.bill import Bill
from mist_ci.matchspec.calls import Call
from mist_ci.matchspec.graders import Grader
from mist_ci.matchspec.graders.asking import Judged
from mist_ci.models.attempt import Attempt, AttemptStatus
from mist_ci.ports.model_client import Completion


@dataclass(slots=True)
class Paper:
    """An answer with its scores so far. A grader that crashes leaves a reason, never a 0."""

    call: Call
    answer: Completion
    attempt: Attempt
    bill: Bill | None = None
    """None where no grader asks a model."""
    scores: dict[str, float] = field(default_factory=dict)
    broken: dict[str, str] = field(default_factory=dict)
    told: str = ""
    order_flipped: bool | None = None

    @property
    def place(self) -> tuple[str, str, int]:
        """What the answers of two sides to one question have in common."""
        return self.call.suite.digest, self.call.sample.key, self.call.number

    def take(self, one: Grader, score: Callable[[], float]) -> None:
        """One grader's score, or what is wrong with it."""
        try:
            given = score()
        except Exception as error:  # noqa: BLE001 - whatever a grader does, the run goes on and says so
            self.broken[one.name] = crashed(one, error)
            return
        if math.isfinite(given) and 0 <= given <= 1:
            self.scores[one.name] = given
        else:
            self.broken[one.name] = f"grader {one.name} gave {given}, outside [0, 1]"

    def hear(self, one: Grader, found: Judged | str) -> None:
        """What a model said, or why it said nothing that counts."""
        if isinstance(found, str):
            self.broken[one.name] = found
            return
        self.take(one, lambda: found.score)
        if one.name == self.call.suite.primary:
            self.told, self.order_flipped = found.reason, found.order_flipped

    def graded(self) -> Attempt:
        """The attempt with its status; the primary grader decides."""
        primary = self.call.suite.primary
        if primary in self.broken:
            return self.missing(self.broken[primary])
        failure = _model_failure(self.answer)
        return replace(
            self.attempt,
            status=AttemptStatus.MODEL_FAILURE if failure else AttemptStatus.SCORED,
            score=self.scores[primary],
            scores=self.scores,
            reason=failure or next(iter(self.broken.values()), ""),
            **self._judgement(),
        )

    def missing(self, reason: str) -> Attempt:
        """The attempt without a score, which is missing and never a zero."""
        return replace(
            self.attempt,
            status=AttemptStatus.GRADER_FAILURE,
            score=None,
            scores=self.scores,
            reason=reason,
            **self._judgement(),
        )

    def _judgement(self) -> dict[str, object]:
        if self.bill is None:
            return {}
        return {"judgement": self.bill.judgement(self.told, order_flipped=self.order_flipped)}


def crashed(one: Grader, error: Exception) -> str:
    """What a grader's own mistake is called."""
    return f"grader {one.name} crashed: {type(error).__name__}: {error}"


def _model_failure(answer: Completion) -> str:
    """Why the answer itself is not a proper one; it is graded all the same."""
    if answer.refusal:
        return "refused"
    if answer.finish_reason in {"length", "content_filter"}:
        return f"finish_reason {answer.finish_reason}"
    return "" if answer.text.strip() or answer.tool_calls else "empty answer"
