"""The content has a shape that the target does not take.

What it finds: a row where one message has a string as its content and another a list of parts, where the target wants
all of them to be alike; and a list of parts where the target takes strings only.

Why it matters: Together rejects the row. It happens where pictures were added to some messages of a text data set.

What to do: write every content of the row as a list of parts, or every one as a string.
"""

from collections.abc import Iterator

from mist_ci.models.finding import Consequence, Severity
from mist_ci.models.target import Fact, Target
from mist_ci.schemaflux.example import rows
from mist_ci.schemaflux.row import Row
from mist_ci.schemaflux.rule import Problem, RuleMeta
from mist_ci.schemaflux.stated import problem, when_false
from mist_ci.schemaflux.trait import Trait

META = RuleMeta(
    code="SF406",
    name="mixed-content",
    severity=Severity.ERROR,
    consequence=Consequence.REJECTED,
    since="0.1.0",
    needs=Trait.PARTS,
    target="together",
    bad=rows(
        {
            "messages": [
                {"role": "user", "content": [{"type": "text", "text": "What is 2+2?"}]},
                {"role": "assistant", "content": "4"},
            ]
        }
    ),
    good=rows(
        {
            "messages": [
                {"role": "user", "content": [{"type": "text", "text": "What is 2+2?"}]},
                {"role": "assistant", "content": [{"type": "text", "text": "4"}]},
            ]
        }
    ),
)


def facts(target: Target, /) -> tuple[Fact[bool], ...]:
    """That contents are strings, or all alike."""
    return (*when_false(target.turns.parts), *when_false(target.turns.parts_and_text))


def check(row: Row, target: Target, /) -> Iterator[Problem]:
    """One problem per row."""
    lists = [message for message in row.said if message.value and isinstance(message.content, list)]
    strings = [message for message in row.said if message.value and isinstance(message.content, str)]
    if not lists:
        return
    for fact in when_false(target.turns.parts):
        message = f"{lists[0].field} has a list as its content; {target.title} takes a string"
        yield problem(fact, message, "write the text as a string", lists[0].at_content)
        return
    for fact in when_false(target.turns.parts_and_text) if strings else ():
        yield problem(
            fact,
            f"{strings[0].field} has a string as its content, {lists[0].field} a list of parts; "
            f"{target.title} wants all of them alike",
            'write the string as [{"type": "text", "text": …}]',
            strings[0].at_content,
        )
