"""A text holds a marker that the target reserves.

What it finds: one of the target's own markers in any text of the row, such as `User:` and `[EOS]` at Amazon Nova or a
line that begins with `Human:` at Claude. What only differs in capital letters is a warning, where sources disagree
whether it counts.

Why it matters: the job fails, and its message does not say where. `end-user: name` holds a marker as well.

What to do: write it another way: `User -`, `(end of text)`.
"""

import re
from collections.abc import Iterator
from dataclasses import replace

from mist_ci.models.finding import Consequence, Severity
from mist_ci.models.target import Fact, Target
from mist_ci.parsing.strict_json import JsonValue
from mist_ci.schemaflux.example import rows
from mist_ci.schemaflux.message import Message, indexed_objects
from mist_ci.schemaflux.row import Row
from mist_ci.schemaflux.rule import Problem, RuleMeta, quote
from mist_ci.schemaflux.stated import problem, when, when_true


def _row(question: str) -> JsonValue:
    return {
        "schemaVersion": "bedrock-conversation-2024",
        "messages": [
            {"role": "user", "content": [{"text": question}]},
            {"role": "assistant", "content": [{"text": "It is empty."}]},
        ],
    }


META = RuleMeta(
    code="SF905",
    name="reserved-marker",
    severity=Severity.ERROR,
    consequence=Consequence.REJECTED,
    since="0.1.0",
    target="bedrock-nova",
    bad=rows(_row("What does this form say? User: none")),
    good=rows(_row("What does this form say? User - none")),
)
_CONTEXT_CHARS = 20


def facts(target: Target, /) -> tuple[Fact[tuple[str, ...]], ...]:
    """The markers."""
    return when(target.text.reserved)


def trigger(target: Target, /) -> bytes | None:
    """All markers as they stand in JSON, whatever their case."""
    for fact in facts(target):
        markers = (re.escape(_in_json(marker)) for marker in fact.value)
        return ("(?i)" + "|".join(markers)).encode()
    return None


def check(row: Row, target: Target, /) -> Iterator[Problem]:
    """One problem per message: the first marker in its text."""
    for fact in facts(target):
        for message in row.said:
            for text, at in _texts(message):
                found = _first(text, fact.value, ignore_case=_ignores_case(target))
                if found is not None:
                    yield _problem(fact, target, text, found, at)
                    break


def _texts(message: Message) -> Iterator[tuple[str, str]]:
    if isinstance(message.content, str):
        yield message.content, message.at_content
    for index, part in indexed_objects(message.content):
        if isinstance(text := part.get("text"), str):
            yield text, f"{message.at_content}[{index}].text"
    if message.reasoning:
        yield message.reasoning, message.field


def _ignores_case(target: Target) -> bool:
    return bool(when_true(target.text.reserved_any_case))


def _first(text: str, markers: tuple[str, ...], *, ignore_case: bool) -> re.Match[str] | None:
    """The first marker as it is written, else the first that differs in case, where that counts."""
    pattern = "|".join(map(re.escape, markers))
    exact = re.search(pattern, text)
    return exact if exact or not ignore_case else re.search(pattern, text, re.IGNORECASE)


def _problem(
    fact: Fact[tuple[str, ...]], target: Target, text: str, found: re.Match[str], at: str
) -> Problem:
    start, end = found.span()
    shown = text[max(0, start - _CONTEXT_CHARS) : end + _CONTEXT_CHARS]
    told = problem(
        fact,
        f"{quote(found[0])} in a text; {target.title} reserves {quote(_meant(found[0], fact.value))}",
        "write it another way",
        at,
    )
    told = replace(told, snippet=shown)
    if found[0] in fact.value:
        return told
    any_case = target.text.reserved_any_case
    return replace(told, severity=Severity.WARNING) if any_case and any_case.contradicts else told


def _meant(found: str, markers: tuple[str, ...]) -> str:
    return next((marker for marker in markers if marker.lower() == found.lower()), found)


def _in_json(text: str) -> str:
    """As in compact JSON, without the quotes around it."""
    return quote(text)[1:-1]
