"""composite: one score out of several graders."""

from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, PrivateAttr, ValidationInfo, field_validator, model_validator

from mist_ci.matchspec.graders.asking import AskingGrader
from mist_ci.matchspec.graders.grader import CannotGrade, Example, Grader
from mist_ci.models.answer import Answer
from mist_ci.models.suite import GraderSpec, Sample

_BOTH = ["json_valid", {"contains": {"ignore_case": True}}]


class Composite(Grader):
    """One score out of several graders that see the same answer and the same `expected`.

    `graders` are written as in the suite itself. Each of them has to be able to grade every sample. When one of them
    fails on an answer, so does the whole. The names, versions and options of all of them are part of this one's
    fingerprint.
    """

    name: ClassVar[str] = "composite"
    version: ClassVar[int] = 1
    examples: ClassVar[tuple[Example, ...]] = (
        Example('{"city": "Paris"}', "Paris", 1, {"graders": _BOTH}),
        Example("It is Paris", "Paris", 0.5, {"graders": _BOTH}),
        Example("It is Paris", "Paris", 0.75, {"graders": _BOTH, "weights": [1, 3]}),
        Example("It is Paris", "Paris", 0, {"graders": _BOTH, "combine": "all"}),
        Example("It is Paris", "Paris", 1, {"graders": _BOTH, "combine": "any"}),
        Example("a red car", "the red bus", 0.5, {"graders": ["token_f1"], "combine": "min"}),
        Example("a red car", "red bus", 1, {"graders": ["token_f1"], "combine": "all", "right_from": 0.5}),
    )

    graders: Annotated[tuple[GraderSpec, ...], Field(min_length=1, max_length=20)]
    """The graders, each written as in the list of a suite."""
    weights: Annotated[tuple[Annotated[float, Field(gt=0, le=1e6)], ...], Field(max_length=20)] | None = None
    """For `mean`: how much each of them counts; all the same when it is left out."""
    combine: Literal["mean", "min", "max", "all", "any"] = "mean"
    """The weighted mean, the lowest or the highest score; `all` and `any` score 1 or 0."""
    right_from: Annotated[float, Field(gt=0, le=1)] = 1.0
    """For `all` and `any`: from which score on an answer is right."""

    _graders: tuple[Grader, ...] = PrivateAttr(default=())

    @field_validator("graders", mode="before")
    @classmethod
    def _specified(cls, entries: object, info: ValidationInfo) -> object:
        if not isinstance(entries, list | tuple) or info.context is None:
            return entries
        return tuple(info.context["specify"](_as_written(entry)) for entry in entries)

    @model_validator(mode="after")
    def _fits_together(self) -> "Composite":
        if self.weights is not None and len(self.weights) != len(self.graders):
            raise ValueError(f"weights has {len(self.weights)} entries for {len(self.graders)} graders")
        if self.weights is not None and self.combine != "mean":
            raise ValueError(f"weights do not go with {self.combine!r}")
        asking = [one.name for one in self._graders if isinstance(one, AskingGrader) or one.asks is not None]
        if asking:
            raise ValueError(f"{asking[0]} has to ask somebody, and cannot be part of a composite")
        return self

    def model_post_init(self, context: Any, /) -> None:  # noqa: ANN401 - pydantic's own interface
        """Builds the graders, once."""
        if context is not None:
            self._graders = tuple(context["grader"](spec) for spec in self.graders)

    @property
    def needs_logprobs(self) -> bool:  # type: ignore[override]  # as its parts do
        """True when one of its parts needs them."""
        return any(one.needs_logprobs for one in self._graders)

    def grade(self, answer: Answer, sample: Sample) -> float:
        """From 0.0 to 1.0."""
        scores = [self._part(one, answer, sample) for one in self._graders]
        match self.combine:
            case "mean":
                weights = self.weights or (1.0,) * len(scores)
                total = sum(score * weight for score, weight in zip(scores, weights, strict=True))
                return min(1.0, total / sum(weights))
            case "min":
                return min(scores)
            case "max":
                return max(scores)
            case "all":
                return float(min(scores) >= self.right_from)
            case "any":
                return float(max(scores) >= self.right_from)

    def _part(self, one: Grader, answer: Answer, sample: Sample) -> float:
        score = one.grade(answer, sample)
        if not 0 <= score <= 1:
            raise CannotGrade(f"{one.name} gave {score}, outside [0, 1]")
        return score

    def refuse(self, sample: Sample) -> str | None:
        """Each of the graders can grade it."""
        reasons = ((one.name, one.refuse(sample)) for one in self._graders)
        return next((f"{name}: {reason}" for name, reason in reasons if reason), None)


def _as_written(entry: object) -> object:
    """An entry as a suite has it, where it is one that was specified already."""
    if isinstance(entry, dict) and {"name", "version", "options"} <= set(entry):
        return {entry["name"]: entry["options"]}
    return entry
