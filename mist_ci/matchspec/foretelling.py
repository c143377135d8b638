"""What the graders of a suite will ask models, before there is a single answer."""

from collections.abc import Iterator, Sequence

from mist_ci.matchspec.budget import DEFAULT_OUTPUT_TOKENS
from mist_ci.matchspec.graders import grader
from mist_ci.matchspec.graders.modelled import AnswerGrader, ModelGrader, PairingGrader
from mist_ci.models.answer import Answer
from mist_ci.models.outlook import JudgeQuestions
from mist_ci.models.suite import Sample, Suite
from mist_ci.ports.model_client import Request

_ONE, _OTHER, _ANOTHER = Answer("1"), Answer("2"), Answer("3")
"""Answers of a single sign, as short as answers are that anybody has to judge."""


def questions_of_judges(suite: Suite) -> Iterator[JudgeQuestions]:
    """One for each grader that asks a model, as if every answer were a single sign."""
    for spec in suite.graders:
        one = grader(spec) if spec.asks is not None else None
        if isinstance(one, ModelGrader):
            yield _questions(spec.title, one, suite.samples)


def _questions(title: str, one: ModelGrader, samples: Sequence[Sample]) -> JudgeQuestions:
    """Of each sample what is asked about every answer, and what is asked once because no answer is in it."""
    about, once, longest = list[tuple[str, ...]](), list[tuple[str, ...]](), 0
    for sample in samples:
        asked, again = _requests(one, sample, _ONE), _requests(one, sample, _OTHER)
        about.append(tuple(_text(request) for request in asked if request not in again))
        once.append(tuple(_text(request) for request in asked if request in again))
        limits = [request.parameters.max_tokens or DEFAULT_OUTPUT_TOKENS for request in asked]
        longest = max([longest, *limits])
    return JudgeQuestions(
        grader=title,
        provider=one.provider,
        model=one.model,
        compares=isinstance(one, PairingGrader),
        longest_reply=0 if one.embeds else longest,
        about_each=tuple(about),
        once=tuple(once),
    )


def _requests(one: ModelGrader, sample: Sample, answer: Answer) -> tuple[Request, ...]:
    """None where a plug-in's own mistake leaves the sample without a question, as it will in the run."""
    try:
        if isinstance(one, PairingGrader):
            return one.requests(answer, _ANOTHER, sample)
        return one.requests(answer, sample) if isinstance(one, AnswerGrader) else ()
    except Exception:  # noqa: BLE001 - a crashing grader asks nobody
        return ()


def _text(request: Request) -> str:
    return "\n".join(message.content for message in request.messages)
