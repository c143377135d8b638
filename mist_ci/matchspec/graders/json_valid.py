"""json_valid: the answer is JSON."""

from typing import ClassVar

from mist_ci.matchspec.graders import json_text
from mist_ci.matchspec.graders.grader import Example, Grader
from mist_ci.models.answer import Answer
from mist_ci.models.suite import Sample


class JsonValid(Grader):
    """1 when the answer is JSON and nothing else, else 0.

    `expected` is not looked at. NaN, numbers that no double holds and more than 64 levels are not JSON here: most
    programs cannot read them.
    """

    name: ClassVar[str] = "json_valid"
    version: ClassVar[int] = 1
    examples: ClassVar[tuple[Example, ...]] = (
        Example('{"city": "Paris"}', None, 1),
        Example(" [1, 2]\n", None, 1),
        Example("{'city': 'Paris'}", None, 0),
        Example('Here it is: {"city": "Paris"}', None, 0),
        Example("Here it is:\n```json\n[1]\n```", None, 0),
        Example("Here it is:\n```json\n[1]\n```", None, 1, {"fenced": True}),
        Example("42", None, 0, {"kind": "object"}),
    )

    fenced: bool = False
    """Also takes the JSON out of the answer's only fenced block (three backticks)."""
    kind: json_text.Kind = "any"
    """What it must be: `object`, `array`, or `any` value."""

    def grade(self, answer: Answer, sample: Sample) -> float:
        """1.0 or 0.0.

        >>> JsonValid().score('{"a": 1}', None)
        1.0
        """
        del sample
        try:
            value = json_text.read(answer.text, fenced=self.fenced)
        except json_text.NotJson:
            return 0.0
        return float(json_text.is_of(self.kind, value))

    def refuse(self, sample: Sample) -> str | None:
        """Any sample will do."""
        del sample
        return None
