"""A system message is not where the target wants it.

What it finds: a system or developer message after the beginning of the conversation, or more than one of them,
where the target takes a single one at the start.

Why it matters: Fireworks and torchtune reject the row. Other trainers write the message into the middle of the
conversation, where no prompt of production has one. What LLaMA-Factory makes of it is SF210.

What to do: move the text into the first message.
"""

from collections.abc import Iterator

from mist_ci.models.finding import Consequence, Severity
from mist_ci.models.target import Fact, Target
from mist_ci.schemaflux.example import chat, rows
from mist_ci.schemaflux.row import Row
from mist_ci.schemaflux.rule import Problem, RuleMeta
from mist_ci.schemaflux.stated import problem, when_true

META = RuleMeta(
    code="SF208",
    name="system-placement",
    severity=Severity.ERROR,
    consequence=Consequence.REJECTED,
    since="0.1.0",
    target="fireworks",
    bad=rows(chat(("user", "What is 2+2?"), ("system", "Be brief."), ("assistant", "4"))),
    good=rows(chat(("system", "Be brief."), ("user", "What is 2+2?"), ("assistant", "4"))),
)
_SYSTEM = ("system", "developer")


def facts(target: Target, /) -> tuple[Fact[bool], ...]:
    """That system messages come first, and that there is one."""
    return (*when_true(target.turns.system_first), *when_true(target.turns.one_system))


def check(row: Row, target: Target, /) -> Iterator[Problem]:
    """At most one problem per row."""
    found = [index for index, message in enumerate(row.messages) if message.role in _SYSTEM]
    late = [index for index in found if index > 0]
    if not late:
        return
    message = row.messages[late[0]]
    for fact in when_true(target.turns.system_first):
        yield problem(
            fact,
            f"{message.field} is a {message.role} message; {target.title} takes one at the start only",
            "move its text into the first message",
            message.at_role,
        )
        return
    for fact in when_true(target.turns.one_system) if len(found) > 1 else ():
        yield problem(
            fact,
            f"{len(found)} system messages; {target.title} takes one",
            "join them",
            message.at_role,
        )
