"""The assistant speaks before the user does.

What it finds: a conversation whose first message, system messages aside, is from the assistant, where the target
wants the user to begin.

Why it matters: Amazon Nova, Claude and torchtune reject the row; chat templates of Gemma and Llama 2 raise. Where it
is taken, the model learns to talk before it was asked. What LLaMA-Factory makes of it is SF210.

What to do: begin with the user's message, or make the greeting a part of the system prompt.
"""

from collections.abc import Iterator

from mist_ci.models.finding import Consequence, Severity
from mist_ci.models.target import Fact, Target
from mist_ci.schemaflux.example import GOOD, chat, rows
from mist_ci.schemaflux.row import Row
from mist_ci.schemaflux.rule import Problem, RuleMeta
from mist_ci.schemaflux.stated import problem, when_true

META = RuleMeta(
    code="SF209",
    name="assistant-first",
    severity=Severity.ERROR,
    consequence=Consequence.REJECTED,
    since="0.1.0",
    target="torchtune",
    bad=rows(chat(("assistant", "Hello!"), ("user", "What is 2+2?"), ("assistant", "4"))),
    good=GOOD,
)
_SYSTEM = ("system", "developer")


def facts(target: Target, /) -> tuple[Fact[bool], ...]:
    """That the user begins."""
    return when_true(target.turns.user_first)


def check(row: Row, target: Target, /) -> Iterator[Problem]:
    """At most one problem per row. A row without any user message is SF203's or SF204's."""
    if row.text is not None:  # plain text is said by nobody
        return
    for fact in facts(target):
        first = next((message for message in row.messages if message.role not in _SYSTEM), None)
        if first is not None and first.role == "assistant":
            yield problem(
                fact,
                f"the assistant speaks first; {target.title} wants the user to begin",
                "begin with a message of the user, or move this text into the system message",
                first.at_role,
            )
