"""Only earlier answers have their reasoning.

What it finds: a conversation in which answers before the last question show how they were thought (a field
such as `reasoning_content`, or `<think>…</think>` in the text) and no answer after it does.

Why it matters: the chat templates of Qwen3 and of other reasoning models leave out the reasoning of earlier
turns. What remains trains the model to answer without thinking.

What to do: make one row per answer, each ending with its answer and its reasoning; or leave the reasoning
out.
"""

from collections.abc import Iterator

from mist_ci.models.finding import Consequence, Severity
from mist_ci.schemaflux.example import chat, rows
from mist_ci.schemaflux.message import Message
from mist_ci.schemaflux.row import Row
from mist_ci.schemaflux.rule import Problem, RuleMeta

META = RuleMeta(
    code="SF220",
    name="reasoning-in-history-only",
    severity=Severity.INFO,
    consequence=Consequence.MISTRAINED,
    since="0.1.0",
    trigger=rb'</think>|"[a-zA-Z_]*(?:[Rr]easoning|thinking)[a-zA-Z_]*"',
    bad=rows(
        chat(
            ("user", "What is 2+2?"),
            ("assistant", "<think>Two and two.</think>4"),
            ("user", "And 3+3?"),
            ("assistant", "6"),
        )
    ),
    good=rows(
        chat(
            ("user", "What is 2+2?"),
            ("assistant", "4"),
            ("user", "And 3+3?"),
            ("assistant", "<think>Three and three.</think>6"),
        )
    ),
)


def check(row: Row, /) -> Iterator[Problem]:
    """One problem per row, at the last answer."""
    messages = row.messages
    if not messages or messages[-1].role != "assistant":
        return
    asked = max((index for index, message in enumerate(messages) if message.role == "user"), default=0)
    answers = [message for message in messages[asked:] if message.role == "assistant"]
    earlier = [message for message in messages[:asked] if message.role == "assistant"]
    if any(_thinks(message) for message in earlier) and not any(_thinks(message) for message in answers):
        yield Problem(
            "earlier answers have their reasoning, the last one has none",
            "make one row per answer: chat templates leave out the reasoning of earlier turns",
            field=row.messages[-1].field,
        )


def _thinks(message: Message) -> bool:
    if message.reasoning and not message.reasoning.isspace():
        return True
    text = message.text.lstrip()
    thought, closed, _ = text.partition("</think>")
    return bool(closed) and text.startswith("<think>") and bool(thought.removeprefix("<think>").strip())
