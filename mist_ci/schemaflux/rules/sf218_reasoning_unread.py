"""The target does not read the reasoning where it stands.

What it finds: reasoning of the assistant in a key that the target does not read. There are six spellings:
reasoning_content, reasoning, thinking, `<think>` in the content, and parts of Converse and Gemini.

Why it matters: nobody complains. The answer is trained without the thoughts that led to it, and the model unlearns to
think before it answers.

What to do: rename the key, or write the reasoning where the target reads it.
"""

from collections.abc import Iterator

from mist_ci.models.finding import Consequence, Severity
from mist_ci.models.target import Fact, Target
from mist_ci.parsing.strict_json import JsonValue
from mist_ci.schemaflux.example import rows
from mist_ci.schemaflux.message import Message
from mist_ci.schemaflux.row import Row
from mist_ci.schemaflux.rule import Problem, RuleMeta
from mist_ci.schemaflux.stated import listed, problem, when
from mist_ci.schemaflux.trait import Trait

_ASK: JsonValue = {"role": "user", "content": "What is 2+2?"}
META = RuleMeta(
    code="SF218",
    name="reasoning-unread",
    severity=Severity.WARNING,
    consequence=Consequence.MISTRAINED,
    since="0.1.0",
    needs=Trait.REASONING,
    target="together",
    bad=rows({"messages": [_ASK, {"role": "assistant", "thinking": "Two and two.", "content": "4"}]}),
    good=rows({"messages": [_ASK, {"role": "assistant", "reasoning": "Two and two.", "content": "4"}]}),
)
_KEYS = ("reasoning_content", "reasoning", "thinking")


def facts(target: Target, /) -> tuple[Fact[tuple[str, ...]], ...]:
    """Where it reads reasoning."""
    return when(target.turns.reasoning_keys)


def check(row: Row, target: Target, /) -> Iterator[Problem]:
    """One problem per row."""
    for fact in facts(target):
        for message in row.said:
            if message.reasoning and not _is_read(message, fact.value):
                used = next((key for key in _KEYS if message.value.get(key)), None)
                yield problem(
                    fact,
                    f"{target.title} reads no reasoning in {used or 'a part of its own'}: it will not be trained",
                    _hint(fact.value),
                    f"{message.field}.{used}" if used else message.field,
                    permits=lambda keys, used=used: used in keys,  # type: ignore[misc]
                )
                break


def _is_read(message: Message, keys: tuple[str, ...]) -> bool:
    """Reasoning in another place than the known keys is the format's own way, read wherever any is."""
    used = [key for key in _KEYS if message.value.get(key)]
    return any(key in keys for key in used) if used else bool(keys)


def _hint(keys: tuple[str, ...]) -> str:
    fields = [key for key in keys if key != "content"]
    if fields:
        return f"rename the key to {listed(fields[:1])}"
    return (
        "write it as <think>…</think> at the start of the content" if keys else "nothing reads it: remove it"
    )
