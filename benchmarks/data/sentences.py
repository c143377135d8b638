"""Sentences in six scripts and in code, made up and seeded, as JSON fragments that only have to be joined."""

import json
import random
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, lru_cache

SEED = 20261126
_WORDS = (
    "the of and to in is that it was for on are as with his they at be this from have or by one had not but what "
    "all were when we there can an your which their said if do will each about how up out them then she many some "
    "so these would other into has more her two like him see time could no make than first been its who now people "
    "my made over did down only way find use may water long little very after words called just where most know get "
    "through back much before go good new write our used me man too any day same right look think also around "
    "another came come work three word must because does part even place well such here take why things help put "
    "years different away again off went old number great tell men say small every found still between name should "
    "home big give air line set own under read last never us left end along while might next sound below saw "
    "something thought both few those always looked show large often together asked house world going want school "
    "important until form food keep children feet land side without boy once animals life enough took sometimes "
    "four head above kind began almost live page got earth need far hand high year mother light parts country "
    "father let night following picture being study second eyes soon times story boys since white days ever paper "
    "hard near sentence better best across during today others however sure means knew try told young miles sun "
    "ways thing whole hear example heard several change answer room sea against top turned learn point city play "
    "toward five using himself usually"
)
COMMON = _WORDS.split()
_SOUNDS = "b br c ch d dr f fl g gr h j k l m n p pl pr r s sh st t tr v w"
_ONSETS = _SOUNDS.split()
_VOWELS = ("a", "e", "i", "o", "u", "ai", "ea", "ou")
_ENDS = ("", "", "n", "r", "s", "t", "l", "nd", "st", "m")
ACCENTED = ("café", "naïve", "résumé", "Zürich", "jalapeño", "São", "déjà", "façade", "Łódź", "smörgås")
EMOJI = ("😀", "🎉", "🚀", "👍🏽", "👨‍👩‍👧", "❤️", "🌍", "☕", "🧪", "🇵🇹")


@dataclass(frozen=True)
class Pool:
    """Sentences of one kind. `raw[i]` and `escaped[i]` are the same sentence as JSON, in UTF-8 and in ASCII."""

    raw: tuple[bytes, ...]
    escaped: tuple[bytes, ...]

    @cached_property
    def raw_bytes(self) -> float:
        """Of a sentence on average."""
        return sum(map(len, self.raw)) / len(self.raw)

    @cached_property
    def escaped_bytes(self) -> float:
        """Of a sentence on average."""
        return sum(map(len, self.escaped)) / len(self.escaped)


def _fragment(text: str, *, ascii_only: bool) -> bytes:
    return json.dumps(text, ensure_ascii=ascii_only)[1:-1].encode()


def _word(chance: random.Random) -> str:
    return "".join(
        chance.choice(_ONSETS) + chance.choice(_VOWELS) + chance.choice(_ENDS)
        for _ in range(chance.randint(1, 3))
    )


def _latin(chance: random.Random, rare: list[str]) -> str:
    count = chance.randint(7, 24)
    words = [chance.choice(chance.choice((COMMON, COMMON, rare))) for _ in range(count)]
    if not chance.randrange(5):
        words[count // 2] = chance.choice(ACCENTED)
    if not chance.randrange(5):
        words[count // 3] += ","
    if not chance.randrange(10):
        words[-2] = str(chance.randint(2, 900))
    return " ".join(words).capitalize() + chance.choice((".", ".", ".", "?", "!"))


def _spaced(alphabet: Callable[[random.Random], str], stop: str) -> Callable[[random.Random], str]:
    def sentence(chance: random.Random) -> str:
        return " ".join(alphabet(chance) for _ in range(chance.randint(5, 16))) + stop

    return sentence


def _syllables(onsets: str, vowels: str, least: int, most: int) -> Callable[[random.Random], str]:
    def word(chance: random.Random) -> str:
        count = chance.randint(least, most)
        return "".join(chance.choice(onsets) + chance.choice(vowels) for _ in range(count))

    return word


def _han(chance: random.Random) -> str:
    letters = [chr(0x4E00 + int(2500 * chance.random() ** 2)) for _ in range(chance.randint(10, 30))]
    letters.insert(len(letters) // 2, "\uff0c")
    return "".join(letters) + "。"


def _hangul(chance: random.Random) -> str:
    return "".join(chr(0xAC00 + chance.randrange(0, 11172, 7)) for _ in range(chance.randint(2, 4)))


def _emoji(chance: random.Random, rare: list[str]) -> str:
    return _latin(chance, rare)[:-1] + f" {chance.choice(EMOJI)}!"


def _code(chance: random.Random, rare: list[str]) -> str:
    name, other = chance.choice(rare), chance.choice(rare)
    form = chance.choice((
        '    {a} = {b}.get("{c}", {n})\n', "    for {a} in range({n}):\n        {b}.append({a} * {n})\n",
        "    if {a} is None:\n        return [{n}, {b}]\n", '    print(f"{c}: {{{a}}}")\n',
        "    assert {a} != {b}, '{c} < {n}'\n", "    {a}, {b} = {b}, {a} + {n}\n",
    ))  # fmt: skip
    return form.format(a=name, b=other + "s", c=chance.choice(COMMON), n=chance.randint(0, 99))


def _pool(count: int, make: Callable[[random.Random], str], salt: int, *, joint: str = " ") -> Pool:
    chance = random.Random(SEED + salt)
    texts = [make(chance) + joint for _ in range(count)]
    return Pool(
        tuple(_fragment(text, ascii_only=False) for text in texts),
        tuple(_fragment(text, ascii_only=True) for text in texts),
    )


@lru_cache(maxsize=1)
def pools() -> dict[str, Pool]:
    """Latin (the largest), code, and what is not Latin; about two seconds once."""
    chance = random.Random(SEED)
    rare = sorted({_word(chance) for _ in range(6000)})
    russian = _syllables("бвгдзклмнпрстх", "аеиоуы", 1, 4)
    arabic = _syllables("بتجحدرسعفقكلمنه", "اوي", 1, 3)
    hindi = _syllables("कगचजतदनपबमरलवसह", "\u093e\u093f\u0940\u0941\u0947\u094b", 1, 3)
    return {
        "latin": _pool(20_000, lambda chance: _latin(chance, rare), 1),
        "code": _pool(8_000, lambda chance: _code(chance, rare), 2, joint=""),
        "cyrillic": _pool(3_000, _spaced(russian, "."), 3),
        "arabic": _pool(3_000, _spaced(arabic, "."), 4),
        "devanagari": _pool(3_000, _spaced(hindi, "।"), 5),
        "han": _pool(3_000, _han, 6, joint=""),
        "hangul": _pool(3_000, _spaced(_hangul, "."), 7),
        "emoji": _pool(3_000, lambda chance: _emoji(chance, rare), 8),
    }


def name_of(number: int) -> str:
    """A pronounceable word that no other number has: what makes a row different from every other."""
    word = ""
    number += 17_000
    while number:
        number, digit = divmod(number, 105)
        word += "bcdfghjklmnprstvwxyz"[digit // 5 - 1] + "aeiou"[digit % 5]
    return word
