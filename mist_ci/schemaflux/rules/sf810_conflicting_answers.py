"""The same prompt has two answers.

What it finds: rows whose conversation up to the last answer is the same (whatever its case and white
space, with the same pictures) and whose last answers differ. Labels, numbers and the like are an error, and
short sentences a warning. Longer answers may both be right and are shown as information.

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
OF_PROMPTS = True
_LABEL_CHARS = 40
_NOTE_CHARS = 80
_SENTENCE = 100
"""Stands for the length of a short answer that is a sentence."""
_SENTENCE_ENDS = (b".", b"!", b"?", *(char.encode() for char in "\u3002\uff01\uff1f"))
_encode = msgspec.json.Encoder(order="sorted").encode


def sketches(row: Row, /) -> Iterator[bytes]:
    """Beginnings and ends of the texts of the prompt."""
    if row.prompt_sketch is not None:
        yield row.prompt_sketch


def keys(row: Row, /) -> Iterator[tuple[bytes, bytes]]:
    """A hash of everything before the last answer, noted with a hash of that answer and its length."""
    if row.plain is not None:
        roles, texts = row.plain.roles, row.plain.texts
        if len(roles) == 1:
            return
        asked = [" ".join(roles).encode(), *map(fold, texts[:-1])]
        yield _hash(asked), _note(fold(texts[-1]), len(texts[-1]))
        return
    if row.answer is None:
        return
    messages = [_said(message) for message in row.messages]
    answer = messages[row.answer]
    rest = [*(tool.value for tool in row.tools), *([row.media] if row.media else [])]
    spoken = " ".join(message.role or "" for message in row.messages[: row.answer + 1])
    before = [part for one in messages[: row.answer] for part in one]
    said_in_full = b"".join(answer)
    chars = max(len(said_in_full.decode()), len(row.messages[-1].text))
    yield _hash([spoken.encode(), *before], rest), _note(said_in_full, chars)


def verdict(first: bytes, other: bytes, /) -> Severity | None:
    """Labels cannot both be right; short sentences may."""
    if first == other:
        return None
    longest = max(first[7], other[7])
    if longest <= _LABEL_CHARS:
        return Severity.ERROR
    return Severity.WARNING if longest == _SENTENCE else Severity.INFO


def describe(first: Mention, other: Mention, /) -> Problem:
    """Both answers, in short."""
    one, two = (quote(_shown(mention.row)) for mention in (first, other))
    return Problem(
        f"{first} answers this prompt with {one}, here it is {two}",
        "decide which answer is right and correct the other row",
    )


def _hash(asked: Sequence[bytes], rest: Sequence[object] = ()) -> bytes:
    digest = xxhash.xxh3_128(b"\x1e".join(asked))
    if rest:
        digest.update(_encode(rest))
    return digest.digest()


def _note(folded: bytes, chars: int) -> bytes:
    """The last byte says what the answer is: its length, or a short sentence, or anything longer."""
    if chars <= _LABEL_CHARS and folded.endswith(_SENTENCE_ENDS):
        chars = _SENTENCE
    elif chars > _LABEL_CHARS:
        chars = 255
    return xxhash.xxh3_64_digest(folded)[:7] + bytes([chars])


def _said(message: Message) -> list[bytes]:
    """Text, and whatever else the model reads: images, calls, ids."""
    pictures = [dict(part) for part in message.parts if part.get("type") != "text"]
    rest = [dict(call.value) for call in message.calls]
    more = [*pictures, *rest, *([message.result_of] if message.result_of else [])]
    return [fold(message.text), *([_encode(more)] if more else [])]


def _shown(row: Row) -> str:
    message = row.messages[-1]
    calls = [f"{call.name}({call.arguments})" for call in message.calls]
    text = " ".join(" ".join((message.text, *calls)).split())
    return text if len(text) <= _NOTE_CHARS else f"{text[:_LABEL_CHARS]}…"
