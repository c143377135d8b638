"""What a row says, as sets of five words in a row: how near-duplicates are found among many rows.

Each word is hashed to 48 bits. The words of a row are one large number with a lane of 64 bits for each word; shifted
by one word and four bits, and added without carry, it gives the hashes of all its five-word shingles in four steps,
which is several times as fast as making a string of each. MinHash (rensa) picks 112 of them, in 14 bands of 8.

Sources: Broder (1997), "On the resemblance and containment of documents"; 14 × 8 bands as in datatrove.
"""

import re
import struct
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import msgspec
import xxhash
from rensa import RMinHash

from mist_ci.schemaflux.leaks import SCRIPTS_WITHOUT_SPACES
from mist_ci.schemaflux.row import Row

GRAM_WORDS = 5
FEWEST_WORDS = 20
"""Of a row that is looked at. What is shorter is alike by chance. A character of a script without spaces is half a
word."""
BANDS, BAND_ROWS = 14, 8
_SEED = 42
_SHIFT_BITS = 4
_LANE_BITS = 64
_MOST_HASHES = 1 << 17
_SIGNATURE = struct.Struct(f"<{BANDS * BAND_ROWS}I")
_BAND_BYTES = BAND_ROWS * 4
_SPACED = f"[{SCRIPTS_WITHOUT_SPACES}]|[^{SCRIPTS_WITHOUT_SPACES}]+"
_MARKS = bytes(byte for byte in range(0x80) if not chr(byte).isalnum())
_LETTERS = bytes(0x20 if byte in _MARKS else byte for byte in bytes(range(256)).lower())
_NO_DIGITS = bytes({*range(256)} - {*b"0123456789"})
_LEADS = bytes((0xE0, 0xE1, *range(0xE3, 0xEA)))
"""Bytes that a character of a script without spaces begins with in UTF-8."""
_NO_LEADS = bytes({*range(256)} - {*_LEADS})
_LEAD_BYTES = 3
_SILENT_ROLES = ("system", "developer", "tool", "function")
_encode = msgspec.json.Encoder(order="sorted").encode


class _Hashes(dict[bytes, bytes]):
    """Lanes of words. Most words of a data set are few."""

    def __missing__(self, word: bytes) -> bytes:
        if len(self) >= _MOST_HASHES:
            self.clear()
        lane = self[word] = b"\0\0" + xxhash.xxh3_64_digest(word)[:6]
        return lane


_LANES = _Hashes()


@dataclass(frozen=True, slots=True, eq=False)
class Wording:
    """The words of the users and the assistant in one row."""

    words: Sequence[bytes]
    last: bytes
    """The text of what is said last."""
    rest: bytes
    """A hash of what has to be the same: all digits in order, pictures, calls and labels."""

    @property
    def grams(self) -> frozenset[int]:
        """Hashes of all shingles."""
        return frozenset(_grams(self.words))

    @property
    def answer(self) -> list[bytes]:
        """The words of what is said last."""
        return _split(self.last)

    def bands(self) -> Iterator[bytes]:
        """14 keys of 16 bytes; rows that are alike share one of them."""
        grams = _grams(self.words)
        matrix = RMinHash.digest_matrix_from_flat_token_hashes(
            grams, [0, len(grams)], BANDS * BAND_ROWS, _SEED
        )
        signature = _SIGNATURE.pack(*matrix.to_rows()[0])
        for band in range(BANDS):
            piece = signature[band * _BAND_BYTES : (band + 1) * _BAND_BYTES]
            yield xxhash.xxh3_128_digest(self.rest + bytes([band]) + piece)


def read_wording(row: Row) -> Wording | None:
    """What a row says; None when that is little, or the row is not sound."""
    if not row.is_sound:
        return None
    said, more = _said(row)
    text = _spread("\n".join(said))
    words = _split(text)
    if len(words) < 2 * FEWEST_WORDS and len(words) - _halves(words) / 2 < FEWEST_WORDS:
        return None
    rest = xxhash.xxh3_64_digest(text.translate(None, _NO_DIGITS) + more)
    return Wording(words, _spread(said[-1]), rest)


def digest_of_said(row: Row) -> bytes:
    """16 bytes that are equal for rows that say the same, whatever else they hold."""
    if row.plain is not None:
        return xxhash.xxh3_128_digest(row.canonical)
    said = [
        [
            *(one.role, one.content, one.weight, one.is_masked, one.reasoning, one.result_of),
            *(dict(call.value) for call in one.calls),
            dict(one.value) if one.other_acts else None,
        ]
        for one in row.said
    ]
    sides = [len(side.messages) for side in row.sides]
    tools = [dict(tool.value) for tool in row.tools]
    return xxhash.xxh3_128_digest(_encode([said, sides, row.label, tools, row.media]))


def _said(row: Row) -> tuple[list[str], bytes]:
    """Texts of users and assistant in order, and what else is special about the row."""
    if row.plain is not None:
        turns = zip(row.plain.roles, row.plain.texts, strict=True)
        return [text for role, text in turns if role in ("user", "assistant")] or [""], b""
    said = [message for message in row.said if message.role not in _SILENT_ROLES]
    special: list[object] = [
        *([call.name, call.arguments] for message in said for call in message.calls),
        *(dict(part) for message in said for part in message.parts if part.get("type") != "text"),
        *([] if row.label is None else [row.label]),
        *([row.media] if row.media else []),
    ]
    return [message.text for message in said] or [""], _encode(special) if special else b""


def spaced(text: str) -> str:
    """Every character by itself where a script has no spaces."""
    return text if text.isascii() else " ".join(re.findall(_SPACED, text))


def _spread(text: str) -> bytes:
    """In lower case (of ASCII later), and spaced."""
    if text.isascii():
        return text.encode()
    text = text.lower()
    written = text.encode("utf-8", "surrogatepass")
    if not written.translate(None, _NO_LEADS):
        return written
    return spaced(text).encode("utf-8", "surrogatepass")


def _split(text: bytes) -> list[bytes]:
    """Words without punctuation of ASCII."""
    return text.translate(_LETTERS).split()


def _halves(words: Sequence[bytes]) -> int:
    """How many of them are single characters of a script without spaces."""
    return sum(len(word) == _LEAD_BYTES and word[0] in _LEADS for word in words)


def _grams(words: Sequence[bytes]) -> memoryview:
    """Hashes of the shingles in order, as unsigned numbers of 64 bits."""
    count = len(words)
    lanes = int.from_bytes(b"".join(map(_LANES.__getitem__, words)), "little")
    mixed = lanes
    for step in range(1, GRAM_WORDS):
        mixed ^= lanes >> step * (_LANE_BITS + _SHIFT_BITS)
    return memoryview(mixed.to_bytes(count * 8, "little"))[: (count - GRAM_WORDS + 1) * 8].cast("Q")


def overlap(one: Sequence[bytes], other: Sequence[bytes]) -> float:
    """Share of words that both have, in [0, 1]; 1 when there are none."""
    longest = max(len(one), len(other))
    return (Counter(one) & Counter(other)).total() / longest if longest else 1.0
