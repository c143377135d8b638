"""A role, or the name of a speaker, that the target does not take.

What it finds: a known role that the target does not list, such as developer at Together, Fireworks and Vertex, and a
`name` of a message that does not match the pattern that the target wants (no blanks at OpenAI and Azure).
Roles that nobody knows are SF201; tools at a target that takes none at all are SF320.

Why it matters: the row is rejected, or the trainer stops in the middle of the file.

What to do: rename the role as the hint says; write the name with letters, digits, `_` and `-`.
"""

import re
from collections.abc import Iterator
from typing import Any

from mist_ci.models.finding import Consequence, Severity
from mist_ci.models.target import Fact, Role, Target
from mist_ci.schemaflux.example import chat, rows
from mist_ci.schemaflux.message import ROLES, Message
from mist_ci.schemaflux.row import Row
from mist_ci.schemaflux.rule import Problem, RuleMeta, quote
from mist_ci.schemaflux.stated import listed, problem, when, when_false

META = RuleMeta(
    code="SF217",
    name="role-not-taken",
    severity=Severity.ERROR,
    consequence=Consequence.REJECTED,
    since="0.1.0",
    target="together",
    bad=rows(chat(("developer", "Be brief."), ("user", "What is 2+2?"), ("assistant", "4"))),
    good=rows(chat(("system", "Be brief."), ("user", "What is 2+2?"), ("assistant", "4"))),
)
_INSTEAD = {"developer": "system", "function": "tool", "tool": "function", "system": "user"}


def facts(target: Target, /) -> tuple[Fact[Any], ...]:
    """The roles and names that it takes."""
    return (*when(target.turns.roles), *when(target.turns.name_pattern))


def check(row: Row, target: Target, /) -> Iterator[Problem]:
    """One problem per role, and one for the first name."""
    yield from _names(row, target)
    for fact in when(target.turns.roles):
        told: set[str] = set()
        for message in row.said:
            role = message.role
            if role is None or role in told or not _is_refused(message, role, fact, target):
                continue
            told.add(role)
            instead = _INSTEAD.get(role)
            yield problem(
                fact,
                f"{target.title} takes no role {role}, only {listed(fact.value)}",
                f"rename it to {instead}" if instead in fact.value else "write it as another role",
                message.at_role,
                permits=lambda value, role=role: role in value,  # type: ignore[misc]
            )


def _names(row: Row, target: Target) -> Iterator[Problem]:
    for fact in when(target.turns.name_pattern):
        for message in row.said:
            name = message.value.get("name")
            if isinstance(name, str) and not re.fullmatch(fact.value, name):
                yield problem(
                    fact,
                    f"{target.title} takes names of speakers that match {fact.value}; this is {quote(name)}",
                    "write it with letters, digits, _ and -, or remove it",
                    f"{message.field}.name",
                    permits=lambda pattern, name=name: bool(re.fullmatch(pattern, name)),  # type: ignore[misc]
                )
                return


def _is_refused(message: Message, role: str, fact: Fact[tuple[Role, ...]], target: Target) -> bool:
    """What stands beside the messages (a system prompt in a key of the row) has no role that could be refused."""
    if role not in ROLES or role in fact.value or not message.value:
        return False
    return role not in ("tool", "function") or not when_false(target.tools.allowed)
