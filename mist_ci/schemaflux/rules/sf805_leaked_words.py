"""A text has long runs of words in common with an eval suite.

What it finds: a text of a row that shares 13 words in a row with a prompt of a suite, or 80% of the prompt's words in
groups of five. What all prompts of a suite share is its template, and does not count. The message says where the run
is in both.

Why it matters: the model is trained on the exam in other clothes. When nearly the whole prompt is there, the sample
counts as leaked: the gate decides with and without it. When it is a part, somebody should look.

What to do: remove the row from the training data, or the part that is in the suite. Write other examples of the same
kind instead.
"""

from collections.abc import Iterator

from mist_ci.models.finding import Consequence, Severity
from mist_ci.schemaflux.example import chat, rows
from mist_ci.schemaflux.leaks import Match, SuiteIndex
from mist_ci.schemaflux.message import Message
from mist_ci.schemaflux.prompts import normalise_text
from mist_ci.schemaflux.row import Row
from mist_ci.schemaflux.rule import Problem, RuleMeta, quote

_EXAM = "A train leaves Oslo at nine and reaches Bergen at four. How many hours does it need?"

META = RuleMeta(
    code="SF805",
    name="leaked-words",
    severity=Severity.ERROR,
    consequence=Consequence.MISTRAINED,
    since="0.1.0",
    bad=rows(chat(("user", f"Please think: {_EXAM} Answer with a number."), ("assistant", "7"))),
    good=rows(chat(("user", "A bus leaves Oslo at ten. How many hours until noon?"), ("assistant", "2"))),
    suite_prompt=_EXAM,
)
_MOST_SHOWN = 3


def leaks(row: Row, suites: SuiteIndex, /) -> Iterator[tuple[str, str]]:
    """Suite and key of every sample that a text gives away."""
    for _, match in _matches(row, suites):
        if match.gives_away:
            yield match.exam.suite, match.exam.key


def check(row: Row, suites: SuiteIndex, /) -> Iterator[Problem]:
    """The best three matches of a row. An error when they give the sample away, else a warning."""
    for shown, (message, match) in enumerate(_matches(row, suites)):
        if shown == _MOST_SHOWN:
            return
        exam = match.exam
        yield Problem(
            f"{match.run_words} words in a row, characters {match.start + 1} to {match.end}, are in a prompt of suite "
            f"{exam.suite} from word {match.at_word + 1} on: {match.coverage:.0%} of it",
            "remove the row: what is trained cannot be tested",
            field=message.at_content,
            snippet=quote(message.text[match.start : match.end]),
            severity=None if match.gives_away else Severity.WARNING,
        )


def _matches(row: Row, suites: SuiteIndex) -> Iterator[tuple[Message, Match]]:
    """Without prompts that are there as a whole: those are SF804."""
    if suites.exams:
        for message in row.said:
            whole = suites.exact.get(normalise_text(message.text), ()) if message.role == "user" else ()
            for match in suites.matches(message.text):
                if (match.exam.suite, match.exam.key) not in whole:
                    yield message, match
