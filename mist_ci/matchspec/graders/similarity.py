"""similarity: how near the meaning of the answer is to that of the expected text, by embeddings."""

from collections.abc import Sequence
from typing import Annotated, ClassVar

from pydantic import Field

from mist_ci.matchspec.graders.grader import refuse_but_text, texts
from mist_ci.matchspec.graders.modelled import AnswerGrader, Judged, UnreadableReplyError
from mist_ci.models.answer import Answer
from mist_ci.models.base import Fraction
from mist_ci.models.embedding import cosine, decode_vector
from mist_ci.models.modelref import Parameters
from mist_ci.models.suite import ChatMessage, Sample
from mist_ci.ports.model_client import Completion, Request


class Similarity(AnswerGrader):
    """The cosine of the angle between the embeddings of the answer and of the expected text; below 0 counts as 0.

    Of several expected texts the nearest one counts. What cosine means "the same" is different for every model: look at
    some before you set a threshold. The provider has to speak OpenAI's `/embeddings`; most embedding models have names
    that are aliases, and need `allow_alias`. An empty answer scores 0, and nobody is asked. Nearness is not
    correctness: "is" and "is not" are near.

    It asks a model, so a suite that it decides is advisory until `mist-ci judge check` has held it against people: see
    [docs/judge.md](../judge.md).
    """

    name: ClassVar[str] = "similarity"
    version: ClassVar[int] = 1
    embeds: ClassVar[bool] = True

    snippet: ClassVar[str] = (
        "graders:\n"
        "  - similarity: {provider: prod, model: text-embedding-3-small, allow_alias: true}\n"
        "samples:\n"
        '  - {input: "…", expected: "…"}'
    )

    threshold: Fraction | None = None
    """From this cosine on the score is 1, else 0; without it the score is the cosine."""
    max_answer_chars: Annotated[int, Field(ge=100, le=1_000_000)] = 8_000
    """Only so much of an answer counts, from its start."""

    def refuse(self, sample: Sample) -> str | None:
        """The expectation must be a text that is not empty, or several."""
        if problem := refuse_but_text(sample.expected):
            return problem
        return None if all(text.strip() for text in texts(sample.expected)) else "expected must not be empty"

    def requests(self, answer: Answer, sample: Sample) -> tuple[Request, ...]:
        """The answer first, then every expected text: those are the same for all answers, and asked once."""
        if not answer.text.strip():
            return ()
        wanted = (answer.text[: self.max_answer_chars], *texts(sample.expected))
        return tuple(
            Request(self.model, (ChatMessage(role="user", content=text),), Parameters()) for text in wanted
        )

    def read(self, replies: Sequence[Completion], answer: Answer, sample: Sample) -> Judged:
        """The nearest of the expected texts."""
        del sample
        if not answer.text.strip():
            return Judged(0.0, "the answer is empty: nobody was asked")
        given, *expected = (_vector(reply, index) for index, reply in enumerate(replies))
        try:
            nearest = max(cosine(given, one) for one in expected)
        except ValueError as error:
            raise UnreadableReplyError(0, str(error)) from None
        score = max(0.0, nearest) if self.threshold is None else float(nearest >= self.threshold)
        return Judged(score, f"cosine {nearest:.3f}")


def _vector(reply: Completion, index: int) -> tuple[float, ...]:
    try:
        return decode_vector(reply.text)
    except ValueError as error:
        raise UnreadableReplyError(index, f"the server's reply is {error}") from None
