"""Graders that ask a model. They stay pure: they say what to ask and read what comes back; somebody else asks."""

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, ClassVar

from pydantic import Field, ValidationInfo, field_validator

from mist_ci.matchspec.graders.grader import CannotGrade, Grader
from mist_ci.models.answer import Answer
from mist_ci.models.base import Name
from mist_ci.models.pinning import is_pinned
from mist_ci.models.suite import Sample
from mist_ci.ports.model_client import Completion, Request


@dataclass(frozen=True, slots=True)
class Judged:
    """A score in [0, 1] and why, in the words of whoever judged. `order_flipped`: the order of a pair decided."""

    score: float
    reason: str = ""
    order_flipped: bool | None = None


class UnreadableReplyError(ValueError):
    """A reply that is not what was asked for; `index` says which. It is asked for once more, and then missing."""

    def __init__(self, index: int, reason: str) -> None:
        super().__init__(reason)
        self.index = index
        self.reason = reason


class ModelGrader(Grader):
    """What all graders that ask a model have in common."""

    embeds: ClassVar[bool] = False
    """True when vectors are wanted, and no text."""

    provider: Name
    """The name of a provider of the policy."""
    allow_alias: bool = False
    """Takes a model whose name may mean another one tomorrow; stored replies of it expire after 7 days."""
    model: Annotated[str, Field(min_length=1, max_length=256)]
    """The model that is asked, pinned: a dated snapshot, a fine-tuning job's result, a revision or a digest."""

    @field_validator("model")
    @classmethod
    def _is_pinned(cls, model: str, info: ValidationInfo) -> str:
        if not is_pinned(model) and not info.data.get("allow_alias", False):
            raise ValueError(
                "must name one model for ever (a dated snapshot, a fine-tuning job's result, a revision or a digest); "
                "`allow_alias: true` takes an alias, whose stored verdicts expire after 7 days"
            )
        return model

    @property
    def asks(self) -> str | None:
        """The model that is asked."""
        return self.model

    def grade(self, answer: Answer, sample: Sample) -> float:
        """Never alone: without a model there is no score. Raises CannotGrade."""
        del answer, sample
        raise CannotGrade("it asks a model, and here nobody can be asked")


class AnswerGrader(ModelGrader):
    """Asks a model about one answer."""

    @abstractmethod
    def requests(self, answer: Answer, sample: Sample) -> tuple[Request, ...]:
        """What is asked, the same whoever answered; nothing where the score is plain without asking."""

    @abstractmethod
    def read(self, replies: Sequence[Completion], answer: Answer, sample: Sample) -> Judged:
        """What the replies to these requests come to. Raises UnreadableReplyError for one that is none."""


class PairingGrader(ModelGrader):
    """Asks a model which of two answers to one sample is better. Its score is that of the first of them."""

    @abstractmethod
    def requests(self, first: Answer, second: Answer, sample: Sample) -> tuple[Request, ...]:
        """What is asked; nothing where the two are alike."""

    @abstractmethod
    def read(self, replies: Sequence[Completion], first: Answer, second: Answer, sample: Sample) -> Judged:
        """What the replies to these requests come to. Raises UnreadableReplyError for one that is none."""
