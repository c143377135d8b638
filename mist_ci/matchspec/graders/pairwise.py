"""pairwise: a model says which of two answers is better, in both orders."""

from collections.abc import Sequence
from typing import Annotated, ClassVar

from pydantic import Field

from mist_ci.matchspec.graders.case import Case, make_case
from mist_ci.matchspec.graders.judge import ask, is_empty, misunderstood, reference_of
from mist_ci.matchspec.graders.modelled import Judged, PairingGrader, UnreadableReplyError
from mist_ci.matchspec.graders.replies import Preference, read_reply, schema_of
from mist_ci.models.answer import Answer
from mist_ci.models.suite import Sample
from mist_ci.ports.model_client import Completion, Request

TIE = 0.5
_WON = {"first": 1.0, "second": 0.0, "neither": TIE}

_TASK = """\
Say which of the two texts FIRST and SECOND is the better answer to QUESTION{reference}: {criterion}. Their order \
means nothing. Where none is better, say neither.

Reply with {{"id": "{id}", "evidence": "…", "better": "first" or "second" or "neither"}}. `evidence` comes first: \
quote the words of both that decide it, and say in a sentence why."""


class Pairwise(PairingGrader):
    """How often a model prefers the answer of head to that of base, on the same sample and attempt.

    It is asked twice, with the answers in either order, and never told whose they are. Head's score is 1 where it is
    preferred both times, 0.5 for a tie or where the order decided, 0 where base is; base's score is the rest to 1. So
    a difference of 10 points is 55 preferences of 100 for head and 45 for base. Equal answers tie, an empty one
    loses, and nobody is asked.

    `expected` is optional, and the reference: a text, or `{reference: "..."}`. It has to be the primary grader of a
    suite, with as many attempts of base as of head and no `max_head`. The share of pairs in which the order decided is
    shown. The rest is as with `judge`: see [docs/judge.md](../judge.md).
    """

    name: ClassVar[str] = "pairwise"
    version: ClassVar[int] = 1

    snippet: ClassVar[str] = (
        "graders:\n"
        "  - pairwise: {provider: prod, model: gpt-4o-2024-08-06, criterion: kinder and to the point}\n"
        "samples:\n"
        '  - {input: "…"}'
    )

    criterion: Annotated[str, Field(min_length=1, max_length=4_000)] = (
        "more correct, more complete, and closer to what was asked for"
    )
    """What better means, in a clause."""
    max_answer_chars: Annotated[int, Field(ge=100, le=1_000_000)] = 20_000
    """A longer answer is shown without its middle, and that is said."""
    max_tokens: Annotated[int, Field(ge=16, le=100_000)] = 2_000
    """The longest reply of the judge."""
    structured: bool = True
    """Holds the judge to a JSON Schema, where the provider's wire format can; false for a server that takes none."""

    def refuse(self, sample: Sample) -> str | None:
        """An expectation is optional, and a reference."""
        if isinstance(sample.expected, dict) and "criteria" in sample.expected:
            return "pairwise knows no criteria of a sample: say in `criterion` what better means"
        return misunderstood(sample.expected)

    def requests(self, first: Answer, second: Answer, sample: Sample) -> tuple[Request, ...]:
        """The same pair in both orders: the same two requests whichever answer is called the first."""
        if _settled(first, second) is not None:
            return ()
        cases = self._cases(first, second, sample)
        schema = schema_of(Preference) if self.structured else None
        return tuple(
            ask(self.model, case, self._task(case, sample), self.max_tokens, schema) for case in cases
        )

    def read(self, replies: Sequence[Completion], first: Answer, second: Answer, sample: Sample) -> Judged:
        """The chance that the first answer is preferred, in [0, 1]."""
        settled = _settled(first, second)
        if settled is not None:
            return Judged(settled, "the answers are alike" if settled == TIE else "an answer is empty")
        told = []
        for index, (reply, case) in enumerate(zip(replies, self._cases(first, second, sample), strict=True)):
            one = read_reply(reply, index, Preference)
            if one.id != case.id:
                message = "the judge's reply does not name the id of what it was shown"
                raise UnreadableReplyError(index, message)
            told.append(one)
        ahead, behind = _WON[told[0].better], 1 - _WON[told[1].better]
        reason = (
            f"{told[0].better}: {told[0].evidence}; in the other order {told[1].better}: {told[1].evidence}"
        )
        return Judged((ahead + behind) / 2, reason, order_flipped=ahead != behind)

    def _cases(self, first: Answer, second: Answer, sample: Sample) -> tuple[Case, Case]:
        orders = ({"FIRST": first, "SECOND": second}, {"FIRST": second, "SECOND": first})
        one, other = (
            make_case(sample, reference_of(sample), answers, self.max_answer_chars) for answers in orders
        )
        return one, other

    def _task(self, case: Case, sample: Sample) -> str:
        reference = " and held against REFERENCE" if reference_of(sample) is not None else ""
        return _TASK.format(reference=reference, criterion=self.criterion, id=case.id)


def _settled(first: Answer, second: Answer) -> float | None:
    """What needs no judge: two answers that are alike, and an empty one."""
    if (first.text, first.tool_calls) == (second.text, second.tool_calls):
        return TIE
    if is_empty(first) or is_empty(second):
        return TIE if is_empty(first) and is_empty(second) else float(is_empty(second))
    return None
