"""The chosen and the rejected answer are the same.

What it finds: preference data whose two sides do not differ but in white space at their ends.

Why it matters: there is nothing to prefer. TRL even makes a prompt of all but the last character, and trains
on that character.

What to do: remove the row, or write the answer that was meant.
"""

from collections.abc import Iterator

from mist_ci.models.finding import Consequence, Severity
from mist_ci.schemaflux.example import rows
from mist_ci.schemaflux.pairs import pair, whole
from mist_ci.schemaflux.row import Row
from mist_ci.schemaflux.rule import Problem, RuleMeta, quote
from mist_ci.schemaflux.trait import Trait

META = RuleMeta(
    code="SF501",
    name="identical-sides",
    severity=Severity.ERROR,
    consequence=Consequence.MISTRAINED,
    since="0.1.0",
    needs=Trait.SIDES,
    bad=rows({"prompt": "What colour is the sky?", "chosen": "Blue.", "rejected": "Blue. "}),
    good=rows({"prompt": "What colour is the sky?", "chosen": "Blue.", "rejected": "Green."}),
)


def check(row: Row, /) -> Iterator[Problem]:
    """One problem per row."""
    sides = pair(row)
    if sides and whole(sides[0].messages) == whole(sides[1].messages):
        yield Problem(
            "the chosen and the rejected answer are the same",
            "remove the row, or write the answer that was meant",
            field=sides[1].field,
            snippet=quote(sides[1].text.strip()),
        )
