"""judge: a model says which criteria an answer meets, or grades it on a scale."""

from collections.abc import Mapping, Sequence
from typing import Annotated, ClassVar, Literal

from pydantic import Field, JsonValue, ValidationInfo, field_validator

from mist_ci.matchspec.graders.case import Case, make_case
from mist_ci.matchspec.graders.grader import texts
from mist_ci.matchspec.graders.modelled import AnswerGrader, Judged, UnreadableReplyError
from mist_ci.matchspec.graders.replies import Criteria, Grade, read_reply, schema_of
from mist_ci.models.answer import Answer
from mist_ci.models.modelref import Parameters
from mist_ci.models.suite import Expected, Sample
from mist_ci.ports.model_client import Completion, Request

Text = Annotated[str, Field(min_length=1, max_length=4_000)]
EMPTY = "the answer is empty: nobody was asked"

_BY_CRITERIA = """\
Decide for each criterion whether ANSWER meets it, as an answer to QUESTION{reference}. A criterion that is met in \
part is not met.

{criteria}

Reply with {{"criteria": [{{"id": "…", "evidence": "…", "met": true or false}}, …]}}: one entry for each criterion, \
in this order, with its id exactly as above. `evidence` comes first: quote the words of ANSWER that decide it, or \
say in a sentence what is not there."""

_BY_RUBRIC = """\
Grade ANSWER, as an answer to QUESTION{reference}, by this rubric:

{rubric}

The grades are {scale}, from worst to best.

Reply with {{"id": "{id}", "evidence": "…", "grade": …}}. `evidence` comes first: quote the words of ANSWER that \
decide the grade, and say in a sentence why."""


class Judge(AnswerGrader):
    """The share of criteria that a model finds the answer to meet; or its grade on a scale.

    Criteria are questions of yes or no: those of the grader for all samples, those of a sample in `expected: {criteria:
    [...], reference: "..."}`, or both. A text or a list of texts as `expected` is the reference: what is known of the
    right answer. With a `rubric` instead of criteria the lowest grade of the `scale` is 0 and the highest 1.

    The judge is asked at temperature 0, sees the question, the reference and the answer, and never whose answer it is.
    An empty answer scores 0, and nobody is asked. A reply that cannot be read is asked for once more; then the sample
    is missing, never 0.

    Nobody should be blocked by a judge that nobody has checked: until `mist-ci judge check` has held it against people,
    a suite that it decides is advisory. See [docs/judge.md](../judge.md).
    """

    name: ClassVar[str] = "judge"
    version: ClassVar[int] = 1

    snippet: ClassVar[str] = (
        "graders:\n"
        "  - judge:\n"
        "      provider: prod\n"
        "      model: gpt-4o-2024-08-06\n"
        "      criteria:\n"
        "        - Does it answer the question that was asked?\n"
        "samples:\n"
        '  - {input: "…", expected: {criteria: ["Does it name the settings page?"], reference: "…"}}'
    )

    criteria: Annotated[tuple[Text, ...], Field(max_length=20)] = ()
    """Questions of yes or no that every answer is held to."""
    rubric: Text | None = None
    """Instead of criteria: what each grade of the scale means."""
    scale: Annotated[tuple[int, ...], Field(min_length=2, max_length=11)] = (1, 2, 3, 4, 5)
    """For `rubric`: the grades, from worst to best."""
    counts: Literal["share", "all"] = "share"
    """For criteria: `share` scores the share of them that is met, `all` 1 only when all are."""
    max_answer_chars: Annotated[int, Field(ge=100, le=1_000_000)] = 20_000
    """A longer answer is shown without its middle, and that is said."""
    max_tokens: Annotated[int, Field(ge=16, le=100_000)] = 2_000
    """The longest reply of the judge."""
    structured: bool = True
    """Holds the judge to a JSON Schema, where the provider's wire format can; false for a server that takes none."""

    @field_validator("rubric")
    @classmethod
    def _stands_alone(cls, rubric: str | None, info: ValidationInfo) -> str | None:
        if rubric is not None and info.data.get("criteria"):
            raise ValueError("does not go with `criteria`: an answer is graded, or criteria are met or not")
        return rubric

    @field_validator("scale")
    @classmethod
    def _rises(cls, scale: tuple[int, ...]) -> tuple[int, ...]:
        if list(scale) != sorted(set(scale)):
            raise ValueError("must list whole numbers from the worst grade to the best")
        return scale

    def refuse(self, sample: Sample) -> str | None:
        """There must be something to judge by, and nothing in `expected` that nobody understands."""
        if problem := misunderstood(sample.expected):
            return problem
        if self.rubric is None and not self._criteria(sample):
            return "there are no criteria: give `criteria` to the grader, or `expected: {criteria: [...]}`"
        if self.rubric is not None and isinstance(sample.expected, dict) and "criteria" in sample.expected:
            return "expected.criteria do not go with a rubric"
        return None

    def requests(self, answer: Answer, sample: Sample) -> tuple[Request, ...]:
        """One request for all criteria together; none for an empty answer."""
        if is_empty(answer):
            return ()
        case = self._case(answer, sample)
        reference = " and held against REFERENCE" if reference_of(sample) is not None else ""
        task = (
            self._by_criteria(case, sample, reference)
            if self.rubric is None
            else self._by_rubric(case, reference)
        )
        schema = schema_of(Criteria if self.rubric is None else Grade) if self.structured else None
        return (ask(self.model, case, task, self.max_tokens, schema),)

    def read(self, replies: Sequence[Completion], answer: Answer, sample: Sample) -> Judged:
        """The score, and what spoke against the answer."""
        if is_empty(answer):
            return Judged(0.0, EMPTY)
        (reply,), case = replies, self._case(answer, sample)
        if self.rubric is not None:
            return self._graded(read_reply(reply, 0, Grade), case)
        return self._counted(read_reply(reply, 0, Criteria), self._ids(case, sample))

    def _case(self, answer: Answer, sample: Sample) -> Case:
        return make_case(sample, reference_of(sample), {"ANSWER": answer}, self.max_answer_chars)

    def _criteria(self, sample: Sample) -> tuple[str, ...]:
        own = sample.expected.get("criteria", []) if isinstance(sample.expected, dict) else []
        return (*self.criteria, *(str(one) for one in (own if isinstance(own, list | tuple) else ())))

    def _ids(self, case: Case, sample: Sample) -> dict[str, str]:
        """Id → criterion, in order."""
        return {f"{case.id}-{number}": text for number, text in enumerate(self._criteria(sample), start=1)}

    def _by_criteria(self, case: Case, sample: Sample, reference: str) -> str:
        listed = "\n".join(f"{key}: {text}" for key, text in self._ids(case, sample).items())
        return _BY_CRITERIA.format(reference=reference, criteria=listed)

    def _by_rubric(self, case: Case, reference: str) -> str:
        scale = ", ".join(map(str, self.scale))
        return _BY_RUBRIC.format(reference=reference, rubric=self.rubric, scale=scale, id=case.id)

    def _counted(self, reply: Criteria, ids: dict[str, str]) -> Judged:
        if [one.id for one in reply.criteria] != list(ids):
            raise UnreadableReplyError(
                0, "the judge's reply does not name the criteria by their ids, each once"
            )
        unmet = [f"not met: {ids[one.id]} ({one.evidence})" for one in reply.criteria if not one.met]
        share = 1 - len(unmet) / len(ids)
        return Judged(share if self.counts == "share" else float(not unmet), "; ".join(unmet))

    def _graded(self, reply: Grade, case: Case) -> Judged:
        if reply.id != case.id:
            raise UnreadableReplyError(0, "the judge's reply does not name the id of what it was shown")
        if reply.grade not in self.scale:
            raise UnreadableReplyError(0, f"the judge's grade {reply.grade} is not on the scale")
        worst, best = self.scale[0], self.scale[-1]
        return Judged((reply.grade - worst) / (best - worst), f"grade {reply.grade}: {reply.evidence}")


def is_empty(answer: Answer) -> bool:
    """Neither text nor tools: nothing that anybody could judge."""
    return not answer.text.strip() and not answer.tool_calls


def ask(
    model: str, case: Case, task: str, max_tokens: int, schema: Mapping[str, JsonValue] | None
) -> Request:
    """One question to a judge, at temperature 0."""
    parameters = Parameters(temperature=0.0, max_tokens=max_tokens)
    return Request(model, case.asked(task), parameters, reply_schema=schema)


def reference_of(sample: Sample) -> str | None:
    """What is known of the right answer; None where nothing is."""
    expected = sample.expected
    if isinstance(expected, dict):
        reference = expected.get("reference")
        return reference if isinstance(reference, str) else None
    if expected is None:
        return None
    return "\nor: ".join(texts(expected))


def misunderstood(expected: Expected) -> str | None:
    """What in an expectation is nothing that a judge knows."""
    if isinstance(expected, tuple) and not _are_texts(expected):
        return "expected must be a text, a list of texts, or {criteria: [...], reference: ...}"
    if not isinstance(expected, dict):
        return None
    if unknown := sorted(set(expected) - {"criteria", "reference"}):
        return f"expected has {unknown[0]!r}, and a judge knows `criteria` and `reference`"
    if not _are_texts(expected.get("criteria", [])):
        return "expected.criteria must be a list of texts"
    return None if isinstance(expected.get("reference", ""), str) else "expected.reference must be a text"


def _are_texts(value: object) -> bool:
    return isinstance(value, list | tuple) and all(isinstance(one, str) and one.strip() for one in value)
