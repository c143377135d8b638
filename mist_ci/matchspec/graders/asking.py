"""Graders that have to ask somebody outside: a program, a model."""

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field

from mist_ci.matchspec.graders.grader import CannotGrade, Grader
from mist_ci.models.answer import Answer
from mist_ci.models.suite import Sample
from mist_ci.ports.programs import NoPrograms, Programs


@dataclass(frozen=True, slots=True)
class Outside:
    """Whom a grader may ask. `files` are those that the suite's graders need, by path, from the trusted branch."""

    programs: Programs = field(default_factory=NoPrograms)
    files: Mapping[str, bytes] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Said:
    """A score with whatever was said about it."""

    score: float
    reason: str = ""


class AskingGrader(Grader):
    """A grader whose score comes from elsewhere. It is asked after the answer was stored, by the same worker."""

    @abstractmethod
    async def ask(self, answer: Answer, sample: Sample, outside: Outside) -> Said:
        """A score in [0, 1]. Raises CannotGrade where there is none."""

    def grade(self, answer: Answer, sample: Sample) -> float:
        """Cannot: there is nobody to ask."""
        del answer, sample
        raise CannotGrade("it has to ask, and here nobody can be asked")
