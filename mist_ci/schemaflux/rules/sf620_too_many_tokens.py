"""A row has more tokens than its target takes.

What it finds: a row whose messages, and tools, have more tokens than the limit of a target that you named, counted
exactly with the tokenizer of the model. What a chat template adds is not counted.

Why it matters: what is too long is refused, dropped or cut, and answers come last. Where it is known what becomes of
the row, SF621 says that instead.

What to do: shorten what the message names, or split the conversation into rows that each end with an answer.
"""

from collections.abc import Iterator

from mist_ci.models.finding import Consequence, Severity
from mist_ci.schemaflux.example import GOOD, chat, rows
from mist_ci.schemaflux.places import beyond
from mist_ci.schemaflux.row import Row
from mist_ci.schemaflux.row_tokens import Passage
from mist_ci.schemaflux.rule import Problem, RuleMeta
from mist_ci.schemaflux.trainers.cutting import longest

META = RuleMeta(
    code="SF620",
    name="too-many-tokens",
    severity=Severity.ERROR,
    consequence=Consequence.TRUNCATED,
    since="0.1.0",
    bad=rows(chat(("user", "Count to five, in words."), ("assistant", "one two three four five"))),
    good=GOOD,
    max_tokens=8,
)


def check(row: Row, passage: Passage, /) -> Iterator[Problem]:
    """Only where nobody knows more than the limit."""
    limit = passage.destination.row_tokens
    if passage.destination.settings is not None or limit is None:
        return
    size = longest(passage.row)
    if size > limit:
        place, what = beyond(row, passage.row, limit)
        yield Problem(
            f"the row has {size:,} tokens and the limit is {limit:,}: {what}",
            "shorten the row, or split it into several that each end with an answer",
            field=place,
        )
