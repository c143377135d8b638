"""command: a program of the team's own gives the score."""

import json
from typing import Annotated, ClassVar

from pydantic import Field, model_validator

from mist_ci.matchspec.graders import json_text
from mist_ci.matchspec.graders.asking import AskingGrader, Outside, Said
from mist_ci.matchspec.graders.grader import CannotGrade, encodable
from mist_ci.models.answer import Answer
from mist_ci.models.base import TreePath
from mist_ci.models.suite import GraderOptions, Sample
from mist_ci.ports.programs import Program

_LONGEST_REASON = 300


class Command(AskingGrader):
    """The score that a program of your own gives.

    The program is started for every answer, without a shell. It reads one JSON object from its standard input:
    `{"output": …, "tool_calls": [{"name": …, "arguments": …}], "expected": …, "input": …, "id": …}`, with `arguments`
    as the model wrote them. It writes one to its standard output: `{"score": 0.5}`, and maybe a `reason`. Anything else
    is a failure of the grader and no score: another exit status than 0, output that is no such object, a score that is
    not from 0 to 1, more than a mebibyte, or more time than `timeout_s`.

    It runs in a directory of its own that holds the `files` and nothing else, with `PATH` and no other variable of the
    job: no keys. It is not a sandbox. In a gate, files and command come from the tip of the base branch: a pull request
    that adds or changes a command grader is told so, and its program does not run before it is merged. The content of
    the files is part of the grader's fingerprint.
    """

    name: ClassVar[str] = "command"
    version: ClassVar[int] = 1
    snippet: ClassVar[str] = (
        "graders:\n"
        "  - command: {run: [python3, graders/polite.py], files: [graders/polite.py], timeout_s: 5}\n"
        "samples:\n"
        '  - {input: "…"}'
    )

    run: Annotated[
        tuple[Annotated[str, Field(min_length=1, max_length=1000)], ...], Field(min_length=1, max_length=50)
    ]
    """The program and its arguments. Paths are those of `files`."""
    files: Annotated[tuple[TreePath, ...], Field(max_length=100)] = ()
    """The files of the repository that it needs; all are executable."""
    revision: Annotated[str, Field(min_length=1, max_length=100)] | None = None
    """For a program that is none of `files`: raise it whenever scores could change."""
    timeout_s: Annotated[float, Field(gt=0, le=600)] = 10.0
    """Seconds for one answer."""

    @model_validator(mode="after")
    def _can_be_told_apart(self) -> "Command":
        if not self.files and self.revision is None:
            raise ValueError(
                "name the program's `files`, or give a `revision`: else nobody could tell when it changes"
            )
        return self

    @property
    def identity(self) -> str:
        """What runs, as far as the suite says it."""
        return json.dumps([self.run, sorted(self.files)])

    async def ask(self, answer: Answer, sample: Sample, outside: Outside) -> Said:
        """Runs the program once."""
        files = {path: outside.files[path] for path in self.files}
        ran = await outside.programs.run(
            Program(self.run, self.timeout_s, files), json.dumps(_question(answer, sample)).encode()
        )
        if ran.problem is not None:
            raise CannotGrade(ran.problem)
        try:
            said = json_text.read(ran.output.decode())
        except ValueError:
            raise CannotGrade("it wrote something that is no JSON") from None
        match said:
            case {"score": bool()}:
                raise CannotGrade("its score is no number from 0 to 1")
            case {"score": int() | float() as score, **more} if 0 <= score <= 1:
                return Said(float(score), str(more.get("reason") or "")[:_LONGEST_REASON])
            case _:
                raise CannotGrade("its score is no number from 0 to 1")

    def refuse(self, sample: Sample) -> str | None:
        """Only the program knows what it needs."""
        del sample
        return None


def _question(answer: Answer, sample: Sample) -> GraderOptions:
    return {
        "output": encodable(answer.text),
        "tool_calls": [
            {"name": encodable(call.name), "arguments": encodable(call.arguments)}
            for call in answer.tool_calls
        ],
        "expected": list(sample.expected) if isinstance(sample.expected, tuple) else sample.expected,
        "input": sample.input,
        "id": sample.id,
    }
