"""instructions: the answer follows instructions that a program can check."""

import json
from collections.abc import Mapping
from typing import ClassVar

from pydantic import ValidationError

from mist_ci.matchspec.graders import instruction_shape as shape
from mist_ci.matchspec.graders import instruction_wording as wording
from mist_ci.matchspec.graders.grader import Example, Grader
from mist_ci.matchspec.graders.instruction import Instruction
from mist_ci.models.answer import Answer
from mist_ci.models.suite import Sample
from mist_ci.parsing.document import nearest
from mist_ci.parsing.wording import reason

INSTRUCTIONS: dict[str, type[Instruction]] = {
    "words": shape.Words,
    "min_words": shape.MinWords,
    "max_words": shape.MaxWords,
    "sentences": shape.Sentences,
    "min_sentences": shape.MinSentences,
    "max_sentences": shape.MaxSentences,
    "paragraphs": shape.Paragraphs,
    "lines": shape.Lines,
    "bullets": shape.Bullets,
    "numbered_list": shape.NumberedList,
    "json": shape.Json,
    "quoted": shape.Quoted,
    "starts_with": wording.StartsWith,
    "ends_with": wording.EndsWith,
    "first_word": wording.FirstWord,
    "last_word": wording.LastWord,
    "contains": wording.Contains,
    "avoids": wording.Avoids,
    "keyword_times": wording.KeywordTimes,
    "letter_times": wording.LetterTimes,
    "uppercase": wording.Uppercase,
    "lowercase": wording.Lowercase,
    "no_commas": wording.NoCommas,
}


class Instructions(Grader):
    """The share of the expected instructions that the answer follows.

    `expected` is a list of mappings with the name of an `instruction` and its arguments, such as
    `{instruction: max_words, n: 20}`. Words are what stands between whitespace and holds a letter or a digit; sentences
    end with `.`, `!`, `?` or their like in other scripts. Whitespace around the answer never counts. `relation` is
    `exactly`, `at least` or `at most`. An empty answer follows nothing.
    """

    name: ClassVar[str] = "instructions"
    version: ClassVar[int] = 1
    examples: ClassVar[tuple[Example, ...]] = (
        Example("Yes, it rains.", ({"instruction": "max_words", "n": 3},), 1),
        Example("Yes, it rains.", ({"instruction": "max_words", "n": 3}, {"instruction": "no_commas"}), 0.5),
        Example(
            "Yes, it rains.",
            ({"instruction": "max_words", "n": 3}, {"instruction": "no_commas"}),
            0,
            {"strict": True},
        ),
        Example("- one\n- two", ({"instruction": "bullets", "n": 2},), 1),
        Example("1. one\n2. two", ({"instruction": "numbered_list", "n": 3},), 0),
        Example("The sea is blue.", ({"instruction": "contains", "texts": ["sea", "blue"]},), 1),
        Example(
            "banana", ({"instruction": "letter_times", "letter": "a", "relation": "at least", "n": 3},), 1
        ),
        Example("FINE", ({"instruction": "uppercase"}, {"instruction": "first_word", "word": "fine"}), 1),
    )

    strict: bool = False
    """1 when all of them are followed, else 0."""

    @classmethod
    def appendix(cls) -> str:
        """Every instruction with its arguments."""
        rows = [f"| `{name}` | {_arguments(one)} | {one.__doc__} |" for name, one in INSTRUCTIONS.items()]
        return "\n".join(
            ["## Instructions", "", "| instruction | arguments | followed by |", "|---|---|---|", *rows]
        )

    def grade(self, answer: Answer, sample: Sample) -> float:
        """From 0.0 to 1.0."""
        text = answer.text.strip()
        if not text:
            return 0.0
        followed = [one.is_followed(text) for one in _instructions(sample)]
        return float(all(followed)) if self.strict else sum(followed) / len(followed)

    def refuse(self, sample: Sample) -> str | None:
        """Every instruction exists, with these arguments."""
        expected = sample.expected
        if not isinstance(expected, tuple) or not expected:
            return "expected must be a list of instructions, such as [{instruction: max_words, n: 20}]"
        return next(filter(None, map(_why_not, expected)), None)


def _arguments(one: type[Instruction]) -> str:
    fields = one.model_fields.items()
    return ", ".join(
        f"`{name}`" if field.is_required() else f"`{name}` (`{field.default}`)" for name, field in fields
    )


def _instructions(sample: Sample) -> list[Instruction]:
    expected = sample.expected if isinstance(sample.expected, tuple) else ()
    return [_read(entry) for entry in expected if isinstance(entry, dict)]


def _read(entry: Mapping[str, object]) -> Instruction:
    arguments = {key: value for key, value in entry.items() if key != "instruction"}
    return INSTRUCTIONS[str(entry["instruction"])].model_validate_json(json.dumps(arguments))


def _why_not(entry: object) -> str | None:
    """What is wrong with one entry of `expected`, as a clause."""
    if not isinstance(entry, dict) or not isinstance(entry.get("instruction"), str):
        return "each entry of expected must be a mapping with the name of an `instruction`"
    name = entry["instruction"]
    if name not in INSTRUCTIONS:
        return f"no instruction is named {name!r}: {nearest(name, list(INSTRUCTIONS))}"
    try:
        _read(entry)
    except ValidationError as error:
        problem = error.errors(include_url=False)[0]
        argument = str(problem["loc"][0]) if problem["loc"] else ""
        match problem["type"]:
            case "extra_forbidden":
                return f"the instruction {name} has no argument {argument!r}"
            case "missing":
                return f"the instruction {name} needs the argument {argument!r}"
            case _:
                return f"{argument!r} of the instruction {name} {reason([problem])}"
    return None
