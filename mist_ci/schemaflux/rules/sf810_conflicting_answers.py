"""The same prompt has two answers.

What it finds: rows whose conversation up to the last answer is the same (whatever its case and white
space) and whose last answers differ. Short answers, such as labels and numbers, are an error. Longer
ones may both be right and are shown as information.

Why it matters: the model cannot learn both. On labels, such rows put a ceiling on its accuracy.

What to do: decide which answer is right and correct the other row.
"""

import hashlib
from collections.abc import Iterator, Sequence

import msgspec

from mist_ci.models.finding import Consequence, Severity
from mist_ci.parsing.strict_json import JsonValue
from mist_ci.schemaflux.example import GOOD, chat, rows
from mist_ci.schemaflux.prompts import normalise_text
from mist_ci.schemaflux.row import PLAIN_KEYS, Message, Row, objects
from mist_ci.schemaflux.rule import Mention, Problem, RuleMeta, quote

META = RuleMeta(
    code="SF810",
    name="conflicting-answers",
    severity=Severity.ERROR,
    consequence=Consequence.MISTRAINED,
    since="0.1.0",
    bad=rows(
        chat(("user", "Refund or complaint? Give it back!"), ("assistant", "refund")),
        chat(("user", "Refund or complaint? Give it back!"), ("assistant", "complaint")),
    ),
    good=GOOD,
)
_LABEL_CHARS = 40
_NOTE_CHARS = 80
_SPOKEN = frozenset({"role", "content", "weight", "name"})
_encode = msgspec.json.Encoder(order="sorted").encode


def keys(row: Row, /) -> Iterator[tuple[bytes, str]]:
    """A hash of everything before the last answer, noted with that answer."""
    if row.answer is None:
        return
    asked = [_said(message) for message in row.messages[: row.answer]]
    tools = [row.object.get("tools"), row.object.get("functions")]
    key = hashlib.blake2b(_encode([asked, tools]), digest_size=16).digest()
    yield key, _note(row.messages[row.answer])


def check(group: Sequence[Mention], /) -> Iterator[tuple[Mention, Problem]]:
    """All whose answer is not that of the first."""
    first, *others = group
    for other in others:
        if other.note != first.note:
            is_label = max(len(first.note), len(other.note)) <= _LABEL_CHARS
            yield (
                other,
                Problem(
                    f"{first} answers this prompt with {quote(first.note)}, here it is {quote(other.note)}",
                    "decide which answer is right and correct the other row",
                    severity=None if is_label else Severity.INFO,
                ),
            )


def _said(message: Message) -> list[JsonValue]:
    """Role, text, and whatever else the model reads: images, calls, ids."""
    value = message.value
    if value.keys() <= PLAIN_KEYS and isinstance(value.get("content"), str):
        return [message.role, normalise_text(message.text)]
    pictures = [dict(part) for part in objects(value.get("content")) if part.get("type") != "text"]
    rest = {key: value[key] for key in value.keys() - _SPOKEN}
    return [message.role, normalise_text(message.text), *pictures, *([rest] if rest else [])]


def _note(message: Message) -> str:
    said = _said(message)
    text = " ".join(part if isinstance(part, str) else _encode(part).decode() for part in said[1:] if part)
    if len(text) <= _NOTE_CHARS:
        return text
    return f"{text[:_LABEL_CHARS]}… {hashlib.blake2b(text.encode(), digest_size=4).hexdigest()}"
