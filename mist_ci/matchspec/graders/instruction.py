"""One instruction that a program can check: what `expected` of the grader `instructions` lists."""

from abc import ABC, abstractmethod
from typing import Annotated, Literal

from pydantic import Field

from mist_ci.models.base import Model

Count = Annotated[int, Field(ge=0, le=100_000)]
Text = Annotated[str, Field(min_length=1, max_length=10_000)]
Texts = Annotated[tuple[Text, ...], Field(min_length=1, max_length=1_000)]
Relation = Literal["exactly", "at least", "at most"]


class Instruction(Model, ABC):
    """The fields of a subclass are the arguments of an instruction; its docstring is its line in the manual."""

    @abstractmethod
    def is_followed(self, text: str) -> bool:
        """Whether an answer without whitespace around it does what was asked."""


def holds(count: int, relation: Relation, wanted: int) -> bool:
    """Whether a count is as wanted."""
    match relation:
        case "exactly":
            return count == wanted
        case "at least":
            return count >= wanted
        case "at most":
            return count <= wanted
