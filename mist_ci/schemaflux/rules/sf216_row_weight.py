"""A weight of the whole row is wrong, or not read.

What it finds: a `weight` beside the messages that is no number from 0, where the target reads one; and any other
weight than 1 where the target reads none.

Why it matters: Together weighs examples by it and rejects anything else. TRL and LLaMA-Factory do not look at it:
all rows count the same.

What to do: write a number from 0. Where it is not read, repeat the row or leave it out.
"""

from collections.abc import Iterator
from dataclasses import replace

from mist_ci.models.finding import Consequence, Severity
from mist_ci.models.target import Fact, Target
from mist_ci.parsing.strict_json import JsonValue
from mist_ci.schemaflux.example import rows
from mist_ci.schemaflux.row import Row
from mist_ci.schemaflux.rule import Problem, RuleMeta, quote
from mist_ci.schemaflux.stated import problem, when
from mist_ci.schemaflux.trait import Trait

_TURNS: list[JsonValue] = [{"role": "user", "content": "What is 2+2?"}, {"role": "assistant", "content": "4"}]
META = RuleMeta(
    code="SF216",
    name="row-weight",
    severity=Severity.ERROR,
    consequence=Consequence.REJECTED,
    since="0.1.0",
    needs=Trait.WEIGHTS,
    target="together",
    bad=rows({"messages": _TURNS, "weight": -1}),
    good=rows({"messages": _TURNS, "weight": 1.5}),
)


def facts(target: Target, /) -> tuple[Fact[bool], ...]:
    """Whether rows have weights."""
    return when(target.rows.weight)


def check(row: Row, target: Target, /) -> Iterator[Problem]:
    """At most one problem per row; null means that there is no weight. Another type may be SF105."""
    weight = row.object.get("weight")
    if weight is None or not row.is_sound:
        return
    is_number = isinstance(weight, int | float) and not isinstance(weight, bool) and weight >= 0
    for fact in facts(target):
        if fact.value and not is_number:
            yield problem(
                fact,
                f"the weight of the row is {quote(weight)}; {target.title} takes a number from 0",
                "write a number from 0, or remove it",
                "weight",
            )
        elif not fact.value and weight != 1:
            found = problem(
                fact,
                f"{target.title} does not read the weight of a row: it counts like all others",
                "repeat the row to make it count more, leave it out to make it count less",
                "weight",
            )
            yield replace(
                found, severity=Severity.WARNING, consequence=fact.consequence or Consequence.MISTRAINED
            )
