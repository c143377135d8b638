"""The same prompt has two answers.

What it finds: rows whose conversation up to the last answer is the same (whatever its case and white
space) and whose last answers differ. Short answers, such as labels and numbers, are an error. Longer
ones may both be right and are shown as information.

Why it matters: the model cannot learn both. On labels, such rows put a ceiling on its accuracy.

What to do: decide which answer is right and correct the other row.
"""

from collections.abc import Iterator, Sequence

import msgspec
import xxhash

from mist_ci.models.finding import Consequence, Severity
from mist_ci.schemaflux.example import GOOD, chat, rows
from mist_ci.schemaflux.message import Message
from mist_ci.schemaflux.prompts import fold
from mist_ci.schemaflux.row import Row
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
_encode = msgspec.json.Encoder(order="sorted").encode


def keys(row: Row, /) -> Iterator[tuple[bytes, bytes]]:
    """A hash of everything before the last answer, noted with a hash of that answer and its length."""
    if row.answer is None:
        yield from _judged(row)
        return
    if row.plain is not None:
        roles, texts = row.plain.roles, row.plain.texts
        turns = [part for turn in zip(roles[:-1], map(fold, texts[:-1]), strict=True) for part in turn]
        yield _hash(turns), _note(fold(texts[-1]), len(texts[-1]))
        return
    messages = [_said(message) for message in row.messages]
    answer = messages[row.answer]
    tools = [tool.value for tool in row.tools]
    before = [part for one in messages[: row.answer] for part in one]
    said_in_full = "".join(answer[1:])
    yield _hash(before, tools), _note(said_in_full, max(len(said_in_full), len(row.messages[-1].text)))


def _judged(row: Row) -> Iterator[tuple[bytes, bytes]]:
    """Of a row that judges a completion: a hash of all of it, noted with the judgement."""
    if isinstance(row.label, bool) and row.is_sound:
        said = [part for message in row.messages for part in _said(message)]
        yield _hash(["judged", *said]), _note(str(row.label), 1)


def verdict(first: bytes, other: bytes, /) -> Severity | None:
    """Short answers are labels: they cannot both be right."""
    if first == other:
        return None
    return Severity.ERROR if max(first[7], other[7]) <= _LABEL_CHARS else Severity.INFO


def describe(first: Mention, other: Mention, /) -> Problem:
    """Both answers, in short."""
    one, two = (quote(_shown(mention.row)) for mention in (first, other))
    if isinstance(other.row.label, bool):
        return Problem(
            f"{first} judges {one} {quote(first.row.label)}, here it is judged {quote(other.row.label)}",
            "decide which of them is right and remove the other row",
        )
    return Problem(
        f"{first} answers this prompt with {one}, here it is {two}",
        "decide which answer is right and correct the other row",
    )


def _hash(asked: Sequence[str], tools: Sequence[object] = ()) -> bytes:
    digest = xxhash.xxh3_128("\x1e".join(asked).encode("utf-8", "surrogatepass"))
    if tools:
        digest.update(_encode(tools))
    return digest.digest()


def _note(folded: str, chars: int) -> bytes:
    return xxhash.xxh3_64_digest(folded.encode("utf-8", "surrogatepass"))[:7] + bytes([min(chars, 255)])


def _said(message: Message) -> list[str]:
    """Role, text, and whatever else the model reads: images, calls, ids."""
    pictures = [dict(part) for part in message.parts if part.get("type") != "text"]
    rest = [dict(call.value) for call in message.calls]
    more = [*pictures, *rest, *([message.result_of] if message.result_of else [])]
    return [message.role or "", fold(message.text), *([_encode(more).decode()] if more else [])]


def _shown(row: Row) -> str:
    message = row.messages[-1]
    calls = [f"{call.name}({call.arguments})" for call in message.calls]
    text = " ".join(" ".join((message.text, *calls)).split())
    return text if len(text) <= _NOTE_CHARS else f"{text[:_LABEL_CHARS]}…"
