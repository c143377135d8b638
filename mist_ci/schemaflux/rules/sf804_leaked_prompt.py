"""A prompt of an eval suite is in the training data.

What it finds: a user message that equals the prompt of a suite's sample, whatever its case, white space
and Unicode form.

Why it matters: the model is trained on the exam. Its score on that suite says nothing any more, and the
gate counts it twice, with and without the leaked samples.

What to do: remove the row from the training data. Write other examples of the same kind instead.
"""

from collections.abc import Iterator

from mist_ci.models.finding import Consequence, Severity
from mist_ci.schemaflux.example import GOOD, chat, rows
from mist_ci.schemaflux.leaks import SuiteIndex
from mist_ci.schemaflux.message import Message
from mist_ci.schemaflux.prompts import normalise_text
from mist_ci.schemaflux.row import Row
from mist_ci.schemaflux.rule import Problem, RuleMeta, quote

META = RuleMeta(
    code="SF804",
    name="leaked-prompt",
    severity=Severity.ERROR,
    consequence=Consequence.MISTRAINED,
    since="0.1.0",
    bad=rows(chat(("user", "what is  7*6?"), ("assistant", "42"))),
    good=GOOD,
    suite_prompt="What is 7*6?",
)


def leaks(row: Row, suites: SuiteIndex, /) -> Iterator[tuple[str, str]]:
    """Suite and key of every sample that a user message gives away."""
    for _, samples in _matches(row, suites):
        yield from samples


def check(row: Row, suites: SuiteIndex, /) -> Iterator[Problem]:
    """One problem per user message."""
    for message, samples in _matches(row, suites):
        names = sorted({suite for suite, _ in samples})
        yield Problem(
            f"this prompt is asked by suite {', '.join(names[:3])}",
            "remove the row: what is trained cannot be tested",
            field=message.at_content,
            snippet=quote(message.text),
        )


def _matches(row: Row, suites: SuiteIndex) -> Iterator[tuple[Message, list[tuple[str, str]]]]:
    if suites:
        for message in row.messages:
            samples = suites.exact.get(normalise_text(message.text)) if message.role == "user" else None
            if samples:
                yield message, list(samples)
