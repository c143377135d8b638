"""Instructions that a program can check: how they are said, and which of them go together."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

from suites.generators.growing import HARD, Item

_KEYWORDS = (
    "lantern", "bridge", "orchard", "whistle", "pebble", "compass", "thimble", "harvest", "velvet", "anchor", "canyon",
    "saddle", "kettle", "marble", "lattice", "meadow", "bucket", "feather",
)  # fmt: skip
_COMMON = (
    "very",
    "really",
    "good",
    "nice",
    "important",
    "great",
    "also",
    "because",
    "but",
    "that",
    "with",
    "they",
)
_SIZES = (
    "words",
    "min_words",
    "max_words",
    "sentences",
    "max_sentences",
    "bullets",
    "numbered_list",
    "paragraphs",
    "lines",
)
_LISTS = frozenset({"bullets", "numbered_list"})
_CASES = frozenset({"uppercase", "lowercase"})
_CLASHES: tuple[frozenset[str], ...] = (
    _CASES,
    *(frozenset({case, edge}) for case in _CASES for edge in ("starts_with", "ends_with", "first_word")),
    *(frozenset({"uppercase", written}) for written in ("contains", "keyword_times", "last_word")),
    *(frozenset({layout, edge}) for layout in _LISTS for edge in ("starts_with", "first_word", "quoted", "ends_with")),
    frozenset({"starts_with", "first_word"}),
    frozenset({"ends_with", "last_word"}),
    *(frozenset({"quoted", edge}) for edge in ("starts_with", "ends_with", "paragraphs", "lines")),
    *(frozenset({one, two}) for one in _SIZES for two in _SIZES if one < two),
    *(frozenset({"json", one}) for one in (*_SIZES, *_CASES, "starts_with", "ends_with", "first_word", "last_word",
                                           "quoted", "no_commas", "keyword_times", "letter_times")),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Direction:
    """One instruction in words, as the grader `instructions` is told about it, and the words that it takes."""

    said: str
    checked: dict[str, Any]
    takes: tuple[str, ...] = field(default=())
    """Words that the answer has to contain, or must not: nothing else may speak about them."""

    @property
    def name(self) -> str:
        """Of the instruction."""
        return str(self.checked["instruction"])


Kind = Callable[[Random, int], Direction]


def words(rng: Random, level: int) -> Direction:
    n = (rng.randrange(3, 9), rng.randrange(9, 20), rng.randrange(20, 45))[level]
    said = rng.choice(
        ("Use exactly {} words.", "Your answer has to have exactly {} words, no more and no fewer.")
    )
    return _direction(said.format(n), "words", n=n)


def min_words(rng: Random, level: int) -> Direction:
    n = rng.randrange(*((6, 15), (30, 8 * 10), (90, 180))[level])
    return _direction(
        rng.choice(("Write at least {} words.", "Use {} words or more.")).format(n), "min_words", n=n
    )


def max_words(rng: Random, level: int) -> Direction:
    n = rng.randrange(*((30, 60), (15, 30), (10, 15))[level])
    return _direction(
        rng.choice(("Use at most {} words.", "Stay within {} words.")).format(n), "max_words", n=n
    )


def sentences(rng: Random, level: int) -> Direction:
    n = (rng.randrange(1, 3), rng.randrange(2, 5), rng.randrange(5, 9))[level]
    plural = "sentence" if n == 1 else "sentences"
    return _direction(
        rng.choice(("Write exactly {} {}.", "Answer in exactly {} {}.")).format(n, plural), "sentences", n=n
    )


def max_sentences(rng: Random, level: int) -> Direction:
    n = rng.randrange(*((3, 6), (2, 4), (2, 3))[level])
    return _direction(f"Write no more than {n} sentences.", "max_sentences", n=n)


def bullets(rng: Random, level: int) -> Direction:
    n = rng.randrange(*((2, 4), (3, 7), (6, 12))[level])
    said = (
        f'Answer with a list of exactly {n} bullet points, each on a line of its own that begins with "- ".'
    )
    return _direction(said, "bullets", n=n)


def numbered_list(rng: Random, level: int) -> Direction:
    n = rng.randrange(*((2, 4), (3, 7), (6, 12))[level])
    return _direction(
        f"Answer with a numbered list of exactly {n} entries: 1., 2. and so on.", "numbered_list", n=n
    )


def paragraphs(rng: Random, level: int) -> Direction:
    n = rng.randrange(*((2, 3), (2, 5), (4, 7))[level])
    return _direction(f"Write exactly {n} paragraphs with a blank line between them.", "paragraphs", n=n)


def lines(rng: Random, level: int) -> Direction:
    n = rng.randrange(*((2, 4), (3, 6), (6, 11))[level])
    return _direction(f"Write exactly {n} lines, one below the other, without headings.", "lines", n=n)


def starts_with(rng: Random, level: int) -> Direction:
    text = rng.choice(
        ("Well then:", "To begin with,", "Here is what I know.", "Dear reader,", "In short:", "As you asked,")
    )
    return _direction(f'Begin your answer with exactly these words: "{text}"', "starts_with", text=text)


def ends_with(rng: Random, level: int) -> Direction:
    text = rng.choice(
        (
            "That is all.",
            "What do you think?",
            "I hope this helps.",
            "Ask me for more.",
            "The rest is up to you.",
        )
    )
    return _direction(
        f'End with exactly this sentence, and write nothing after it: "{text}"', "ends_with", text=text
    )


def first_word(rng: Random, level: int) -> Direction:
    word = rng.choice(("Perhaps", "Usually", "Honestly", "Yesterday", "Somewhere", "Nobody"))
    return _direction(f'The first word of your answer has to be "{word}".', "first_word", (word,), word=word)


def last_word(rng: Random, level: int) -> Direction:
    word = rng.choice(("indeed", "today", "together", "anyway", "tomorrow", "enough"))
    return _direction(f'The last word of your answer has to be "{word}".', "last_word", (word,), word=word)


def contains(rng: Random, level: int) -> Direction:
    chosen = rng.sample(_KEYWORDS, (1, 2, 4)[level])
    named = ", ".join(f'"{word}"' for word in chosen)
    which = "this word" if len(chosen) == 1 else "all of these words"
    return _direction(
        f"Use {which}, exactly as written here: {named}.", "contains", tuple(chosen), texts=chosen
    )


def avoids(rng: Random, level: int) -> Direction:
    chosen = rng.sample(_COMMON, (1, 2, 4)[level])
    named = ", ".join(f'"{word}"' for word in chosen)
    which = "this word" if len(chosen) == 1 else "any of these words"
    return _direction(f"Do not use {which}: {named}.", "avoids", tuple(chosen), words=chosen)


def keyword_times(rng: Random, level: int) -> Direction:
    word, times = rng.choice(_KEYWORDS), rng.randrange(*((1, 3), (2, 4), (4, 7))[level])
    said = "once" if times == 1 else "twice" if times == 2 else f"{times} times"
    return _direction(
        f'Use the word "{word}" exactly {said}.', "keyword_times", (word,), word=word, times=times
    )


def letter_times(rng: Random, level: int) -> Direction:
    if level == HARD:
        letter = rng.choice("bcgjkpvwz")
        said = f'Do not use the letter "{letter}" at all, neither small nor as a capital.'
        return _direction(said, "letter_times", letter=letter, relation="at most", n=0)
    letter, n = rng.choice("bcfgmpw"), rng.randrange(*((1, 4), (4, 9))[level])
    times = f"{n} times" if n > 1 else "once"
    said = f'The letter "{letter}" has to occur at least {times}.'
    return _direction(said, "letter_times", letter=letter, relation="at least", n=n)


def uppercase(rng: Random, level: int) -> Direction:
    return _direction(
        rng.choice(("Write in capital letters only.", "USE CAPITAL LETTERS ONLY.")), "uppercase"
    )


def lowercase(rng: Random, level: int) -> Direction:
    return _direction(
        rng.choice(("Write in small letters only, without any capital.", "Use no capital letters at all.")),
        "lowercase",
    )


def no_commas(rng: Random, level: int) -> Direction:
    return _direction(
        rng.choice(("Do not use any commas.", "Your answer must not contain a comma.")), "no_commas"
    )


def quoted(rng: Random, level: int) -> Direction:
    return _direction("Put your whole answer in double quotation marks.", "quoted")


def json(rng: Random, level: int) -> Direction:
    keys = rng.sample(("title", "summary", "details", "reason", "example", "note"), (1, 2, 4)[level])
    named = ", ".join(f'"{key}"' for key in keys)
    return _direction(
        f"Reply with nothing but a JSON object that has these keys: {named}.", "json", tuple(keys)
    )


KINDS: tuple[Kind, ...] = (
    words, min_words, max_words, sentences, max_sentences, bullets, numbered_list, paragraphs, lines, starts_with,
    ends_with, first_word, last_word, contains, avoids, keyword_times, letter_times, uppercase, lowercase, no_commas,
    quoted, json,
)  # fmt: skip
BESIDE: tuple[Kind, ...] = (
    max_words,
    sentences,
    bullets,
    last_word,
    first_word,
    contains,
    avoids,
    keyword_times,
    no_commas,
    lowercase,
)
"""What is asked for beside something else."""


def gathered(rng: Random, level: int, main: Kind, tasks: Sequence[str]) -> Item:
    """A task with one instruction at easy, two at medium, three or four at hard; an answer can follow all of them."""
    chosen = [main(rng, level)]
    count = (1, 2, rng.randrange(3, 5))[level]
    while len(chosen) < count:
        kind = rng.choice(BESIDE)
        more = kind(rng, min(level, 1))
        if main is json and kind not in (contains, avoids):
            if len(chosen) == 3:  # nothing else goes with JSON
                break
            continue
        if all(_together(more, other) for other in chosen):
            chosen.append(more)
    told = [one.said for one in chosen]
    checked = [one.checked for one in chosen]
    if main is json:
        checked.append({"instruction": "contains", "texts": list(chosen[0].takes)})
    return Item(f"{rng.choice(tasks)} {' '.join(told)}", checked)


def _together(one: Direction, other: Direction) -> bool:
    if one.name == other.name or frozenset({one.name, other.name}) in _CLASHES:
        return False
    if {word.lower() for word in one.takes} & {word.lower() for word in other.takes}:
        return False
    return _fits(one, other) and _fits(other, one)


def _fits(one: Direction, other: Direction) -> bool:
    return _spells(one, other) and not _too_short(one, other) and not _speaks_of(one, other)


def _speaks_of(one: Direction, other: Direction) -> bool:
    """True where a beginning or an end that is wanted has what the other one forbids."""
    text = str(one.checked.get("text", "")).lower()
    if other.name == "no_commas":
        return "," in text
    return other.name == "avoids" and any(word in text for word in other.takes)


def _spells(one: Direction, other: Direction) -> bool:
    """False where a letter is forbidden that stands in a word, or in the beginning, that is wanted."""
    if one.checked.get("relation") != "at most" or one.name != "letter_times":
        return True
    wanted = " ".join((*(() if other.name == "avoids" else other.takes), str(other.checked.get("text", ""))))
    return one.checked["letter"] not in wanted.lower()


def _too_short(one: Direction, other: Direction) -> bool:
    """A handful of words has no room for anything else."""
    return (
        one.name == "words"
        and one.checked["n"] < 9
        and other.name not in ("no_commas", "lowercase", "avoids")
    )


def _direction(said: str, name: str, takes: tuple[str, ...] = (), **arguments: object) -> Direction:
    return Direction(said, {"instruction": name, **arguments}, takes)
