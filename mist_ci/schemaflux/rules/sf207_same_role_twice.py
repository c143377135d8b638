"""The same role speaks twice in a row.

What it finds: two messages of the same role one after the other, where the target wants roles to take turns.
Results of tools may follow each other.

Why it matters: Together, Amazon Nova, Claude and torchtune reject the row. OpenAI, Azure and Mistral take it, so that
the same file is good there. What LLaMA-Factory makes of it is SF210.

What to do: join the two messages into one.
"""

from collections.abc import Iterator
from itertools import pairwise

from mist_ci.models.finding import Consequence, Severity
from mist_ci.models.target import Fact, Target
from mist_ci.schemaflux.example import GOOD, chat, rows
from mist_ci.schemaflux.row import Row
from mist_ci.schemaflux.rule import Problem, RuleMeta
from mist_ci.schemaflux.stated import problem, when_true

META = RuleMeta(
    code="SF207",
    name="same-role-twice",
    severity=Severity.ERROR,
    consequence=Consequence.REJECTED,
    since="0.1.0",
    target="together",
    bad=rows(chat(("user", "I have a question."), ("user", "What is 2+2?"), ("assistant", "4"))),
    good=GOOD,
)
_RESULTS = ("tool", "function")


def facts(target: Target, /) -> tuple[Fact[bool], ...]:
    """That roles take turns."""
    return when_true(target.turns.alternate)


def check(row: Row, target: Target, /) -> Iterator[Problem]:
    """One problem per row: the first place where it happens."""
    for fact in facts(target) if row.is_sound else ():
        for before, after in pairwise(row.messages):
            if after.role is not None and before.role == after.role and after.role not in _RESULTS:
                yield problem(
                    fact,
                    f"{after.role} speaks twice in a row; {target.title} wants roles to take turns",
                    f"join {before.field} and {after.field}",
                    after.at_role,
                )
                break
