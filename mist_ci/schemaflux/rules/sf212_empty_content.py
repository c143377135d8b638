"""A message says nothing.

What it finds: content that is null, empty, or white space only, where something must be said: in user
and assistant messages. An assistant message with tool calls, a refusal or audio may be empty; so may a
system prompt or a tool result that is an empty string.

Why it matters: the model learns to answer with nothing, or to answer a question that was lost. Checkers
of providers let white space pass.

What to do: fill in the text, or remove the row.
"""

from collections.abc import Iterator

from mist_ci.models.finding import Consequence, Severity
from mist_ci.parsing.strict_json import JsonValue
from mist_ci.schemaflux.example import GOOD, chat, rows
from mist_ci.schemaflux.message import ROLES, Message, objects
from mist_ci.schemaflux.row import Row
from mist_ci.schemaflux.rule import Problem, RuleMeta, quote

META = RuleMeta(
    code="SF212",
    name="empty-content",
    severity=Severity.ERROR,
    consequence=Consequence.MISTRAINED,
    since="0.1.0",
    bad=rows(chat(("user", "What is 2+2?"), ("assistant", " "))),
    good=GOOD,
)
_MUST_SPEAK = ("user", "assistant")


def check(row: Row, /) -> Iterator[Problem]:
    """One problem per empty message."""
    for message in row.said:
        if message.role in ROLES and _has_content(message) and _is_empty(message):
            content = message.content
            yield Problem(
                f"{message.field} from the {message.role} says nothing: its content is {quote(content)}",
                "fill in the text, or remove the row",
                field=message.at_content,
            )


def _has_content(message: Message) -> bool:
    """False where the field is missing: that is SF104."""
    return not message.value or message.content is not None or "content" in message.value


def _is_empty(message: Message) -> bool:
    content = message.content
    if content is None:
        return not message.acts
    return message.role in _MUST_SPEAK and _is_blank(content) and not message.acts


def _is_blank(content: JsonValue) -> bool:
    if isinstance(content, str):
        return not content or content.isspace()
    return (
        isinstance(content, list)
        and all(_is_blank_part(part) for part in objects(content))
        and _only_objects(content)
    )


def _is_blank_part(part: object) -> bool:
    match part:
        case {"type": "text", "text": str(text)}:
            return not text.strip()
        case _:
            return False


def _only_objects(content: list[JsonValue]) -> bool:
    return all(isinstance(part, dict) for part in content)
