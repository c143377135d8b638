"""A weight that is neither 0 nor 1.

What it finds: a message whose `weight` is another number, true, false, or text.

Why it matters: a weight says whether a message is trained (1) or only read (0). OpenAI, Together,
Mistral and Fireworks reject anything else.

What to do: write 0 or 1. To make a row count more, repeat it or use the trainer's own setting.
"""

from collections.abc import Iterator

from mist_ci.models.finding import Consequence, Severity
from mist_ci.schemaflux.example import rows
from mist_ci.schemaflux.row import Row
from mist_ci.schemaflux.rule import Problem, RuleMeta, quote

_ASK = {"role": "user", "content": "What is 2+2?"}
META = RuleMeta(
    code="SF213",
    name="bad-weight",
    severity=Severity.ERROR,
    consequence=Consequence.REJECTED,
    since="0.1.0",
    bad=rows({"messages": [{**_ASK}, {"role": "assistant", "content": "4", "weight": 0.5}]}),
    good=rows({"messages": [{**_ASK}, {"role": "assistant", "content": "4", "weight": 1}]}),
)


def check(row: Row, /) -> Iterator[Problem]:
    """One problem per message; null means that there is no weight."""
    for message in row.said:
        weight = message.weight
        if weight is not None and (isinstance(weight, bool) or weight not in (0, 1)):
            yield Problem(
                f"{message.field}.weight is {quote(weight)}, expected 0 or 1",
                "write 1 to train on the message, 0 to only read it",
                field=f"{message.field}.weight",
            )
