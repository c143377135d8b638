"""String manipulation: spelling, cutting, sorting and counting characters and words."""

import string
from random import Random

from suites.generators.growing import EASY, HARD, Item, Suite, Template
from suites.generators.words import LONG_WORDS, NAMES, RARE_WORDS, SHORT_WORDS

_WORDS = (SHORT_WORDS, LONG_WORDS, RARE_WORDS)
_VOWELS = "aeiou"


def reverse(rng: Random, level: int) -> Item:
    word = _word(rng, level)
    ask = rng.choice(
        (
            "Write the word {} backwards.",
            "Reverse the letters of the word {}.",
            "Spell {} from back to front.",
        )
    )
    return Item(ask.format(f'"{word}"'), word[::-1])


def letter_count(rng: Random, level: int) -> Item:
    text = _word(rng, level) if level < HARD else " ".join(_some(rng, 6, 1))
    letter = rng.choice([one for one in text if one.isalpha()])
    where = "word" if level < HARD else "words"
    return Item(
        f'How many times does the letter "{letter}" occur in the {where} "{text}"?', str(text.count(letter))
    )


def length(rng: Random, level: int) -> Item:
    word = _word(rng, level) if level < HARD else "".join(rng.choice(RARE_WORDS) for _ in range(2))
    return Item(f'How many letters does "{word}" have?', str(len(word)))


def nth_letter(rng: Random, level: int) -> Item:
    word = _word(rng, level)
    place = rng.randrange(1, len(word) + 1)
    if level == HARD:
        return Item(
            f'Counting from the end, what is letter number {place} of "{word}"?', _either(word[-place])
        )
    return Item(f'What is letter number {place} of "{word}"?', _either(word[place - 1]))


def nth_word(rng: Random, level: int) -> Item:
    words = _some(rng, (4, 8, 14)[level], level)
    place = rng.randrange(2, len(words))
    if level == HARD:
        return Item(
            f"Counting from the end, what is word number {place} of this list? {' '.join(words)}",
            _either(words[-place]),
        )
    return Item(f"What is word number {place} of this list? {' '.join(words)}", _either(words[place - 1]))


def last_letters(rng: Random, level: int) -> Item:
    words = _some(rng, (2, 4, 7)[level], min(level, 1))
    which, index = rng.choice((("first", 0), ("last", -1)))
    text = f"Take the {which} letter of each word and join them without spaces: {' '.join(words)}"
    return Item(text, "".join(word[index] for word in words))


def without_vowels(rng: Random, level: int) -> Item:
    text = _word(rng, level) if level < HARD else " ".join(_some(rng, 4, 1))
    keeps = " Keep the spaces." if level == HARD else ""
    kept = "".join(letter for letter in text if letter not in _VOWELS)
    return Item(f'Remove every a, e, i, o and u from "{text}".{keeps}', kept)


def replace(rng: Random, level: int) -> Item:
    text = _word(rng, level) if level < HARD else " ".join(_some(rng, 5, 1))
    old = rng.choice([one for one in text if one.isalpha()])
    new = rng.choice([one for one in "bkmptvxz" if one not in text] or ["j"])
    return Item(f'Replace every "{old}" in "{text}" by "{new}".', text.replace(old, new))


def sorted_letters(rng: Random, level: int) -> Item:
    word = _word(rng, level)
    back = level > EASY and rng.randrange(2)
    order = "from Z to A" if back else "alphabetically"
    return Item(
        f'Sort the letters of "{word}" {order} and write them without spaces. Letters that repeat stay.',
        "".join(sorted(word, reverse=bool(back))),
    )


def sorted_words(rng: Random, level: int) -> Item:
    words = _some(rng, (3, 6, 11)[level], min(level, 1))
    if level < HARD:
        return Item(
            f"Sort these words alphabetically, separated by spaces: {' '.join(words)}",
            " ".join(sorted(words)),
        )
    by_length = sorted(words, key=lambda word: (len(word), word))
    text = "Sort these words by length, the shortest first, and words of the same length alphabetically"
    return Item(f"{text}. Separate them by spaces: {' '.join(words)}", " ".join(by_length))


def word_count(rng: Random, level: int) -> Item:
    words = [
        _word(rng, rng.randrange(level + 1))
        for _ in range(rng.randrange(*((3, 7), (8, 14), (18, 30))[level]))
    ]
    if level == HARD:
        letter = rng.choice(words)[0]
        count = sum(word.startswith(letter) for word in words)
        return Item(f'How many of these words begin with "{letter}"? {" ".join(words)}', str(count))
    return Item(f"How many words are in this line? {' '.join(words)}", str(len(words)))


def longest_word(rng: Random, level: int) -> Item:
    for _ in range(1_000):
        words = _some(rng, (4, 7, 12)[level], rng.randrange(3))
        which, best = rng.choice((("longest", max), ("shortest", min)))
        found = best(words, key=len)
        if [len(word) for word in words].count(len(found)) == 1:
            return Item(f"Which of these words is the {which}? {', '.join(words)}", _either(found))
    raise ValueError("no such words")


def initials(rng: Random, level: int) -> Item:
    names = rng.sample(NAMES, (2, 3, 5)[level])
    if level < HARD:
        return Item(
            f"Write the initials of {' '.join(names)} as capital letters, without dots or spaces.",
            "".join(name[0] for name in names),
        )
    text = f"Write the initials of {' '.join(names)} as small letters in reverse order, joined by hyphens."
    return Item(text, "-".join(name[0].lower() for name in reversed(names)))


def shifted(rng: Random, level: int) -> Item:
    word, by = _word(rng, min(level, 1)), (1, rng.randrange(2, 4), rng.randrange(3, 14))[level]
    letters = string.ascii_lowercase
    moved = word.translate(str.maketrans(letters, letters[by:] + letters[:by]))
    places = "place" if by == 1 else "places"
    return Item(
        f'Move every letter of "{word}" {by} {places} forward in the alphabet; after z comes a again.', moved
    )


def case(rng: Random, level: int) -> Item:
    words = _some(rng, (1, 3, 5)[level], min(level, 1))
    text = " ".join(words)
    if level == EASY:
        return Item(f'Write "{text}" in capital letters.', text.upper())
    if level == 1:
        return Item(
            f'Write "{text}" with the first letter of every word as a capital, the others small.',
            text.title(),
        )
    swapped = "".join(
        letter.upper() if place % 2 else letter for place, letter in enumerate(words[0] + words[1])
    )
    return Item(
        f'Write "{words[0] + words[1]}" with every second letter as a capital: the 2nd, the 4th and so on.',
        swapped,
    )


def naming_styles(rng: Random, level: int) -> Item:
    words = _some(rng, (2, 3, 4)[level], min(level, 1))
    camel = words[0] + "".join(word.title() for word in words[1:])
    snake, kebab = "_".join(words), "-".join(words)
    if level == EASY:
        return Item(f"Join these words with underscores: {' '.join(words)}", snake)
    if level == 1:
        return Item(f"Write the name {snake} in camelCase, beginning with a small letter.", camel)
    target, answer = rng.choice(
        (("snake_case", snake), ("kebab-case", kebab), ("SCREAMING_SNAKE_CASE", snake.upper()))
    )
    return Item(f"Write the name {camel} in {target}.", answer)


def word_order(rng: Random, level: int) -> Item:
    words = _some(rng, (3, 5, 8)[level], min(level, 1))
    if level == 1:
        swapped = [words[-1], *words[1:-1], words[0]]
        return Item(f"Swap the first and the last word: {' '.join(words)}", " ".join(swapped))
    if level == HARD:
        mirrored = " ".join(word[::-1] for word in words[:4])
        return Item(
            f"Reverse the letters of each word, but keep the order of the words: {' '.join(words[:4])}",
            mirrored,
        )
    return Item(f"Write these words in reverse order: {' '.join(words)}", " ".join(reversed(words)))


def every_second(rng: Random, level: int) -> Item:
    word = _word(rng, level)
    if level == HARD:
        return Item(f'Delete the 3rd, 6th, 9th and so on letter of "{word}". What remains?', _drop(word, 3))
    return Item(
        f'Delete every second letter of "{word}", beginning with the 2nd. What remains?', _drop(word, 2)
    )


def run_lengths(rng: Random, level: int) -> Item:
    count = (2, 4, 7)[level]
    letters: list[str] = []
    while len(letters) < count:
        letter = rng.choice("abcdefgh")
        letters += [] if letters and letters[-1] == letter else [letter]
    runs = [(letter, rng.randrange(1, (4, 6, 8)[level])) for letter in letters]
    long, short = (
        "".join(letter * times for letter, times in runs),
        "".join(f"{one}{times}" for one, times in runs),
    )
    if rng.randrange(2):
        return Item(
            f'Write each run of equal letters as the letter and its number, as "aab" becomes "a2b1": {long}',
            short,
        )
    return Item(f'Write out the letters, as "a2b1" becomes "aab": {short}', long)


def digits(rng: Random, level: int) -> Item:
    count = (5, 9, 16)[level]
    text = "".join(rng.choice(string.ascii_lowercase + string.digits * 3) for _ in range(count))
    text = f"{text}{rng.randrange(10)}"
    if level == HARD:
        return Item(
            f'Write the digits in "{text}" in reverse order, without anything between them.',
            "".join(filter(str.isdigit, text))[::-1],
        )
    return Item(f'Write only the digits in "{text}", in their order.', "".join(filter(str.isdigit, text)))


def padding(rng: Random, level: int) -> Item:
    number, width = (
        rng.randrange(1, (99, 9_999, 99_999)[level]),
        rng.randrange(*((4, 6), (6, 9), (9, 13))[level]),
    )
    if level == HARD:
        groups = f"{number:0{width}}"
        cut = "-".join(groups[place : place + 3] for place in range(0, len(groups), 3))
        return Item(
            f"Write {number} with zeros in front as {width} digits, and a hyphen between groups of 3 from the left.",
            cut,
        )
    return Item(f"Write {number} with zeros in front so that it has {width} digits.", f"{number:0{width}}")


def _either(word: str) -> tuple[str, str]:
    """As it stands there, or with a capital: many answer in that way, and it does not matter here."""
    return word, word.capitalize()


def _drop(word: str, every: int) -> str:
    return "".join(letter for place, letter in enumerate(word, start=1) if place % every)


def _word(rng: Random, level: int) -> str:
    return rng.choice(_WORDS[level])


def _some(rng: Random, count: int, level: int) -> list[str]:
    """Different words."""
    return rng.sample([word for words in _WORDS[: level + 1] for word in words], count)


TEMPLATES: tuple[Template, ...] = (
    reverse, letter_count, length, nth_letter, nth_word, last_letters, without_vowels, replace, sorted_letters,
    sorted_words, word_count, longest_word, initials, shifted, case, naming_styles, word_order, every_second,
    run_lengths, digits, padding,
)  # fmt: skip

SUITE = Suite(
    name="string-manipulation",
    title="String manipulation",
    measures=(
        "Spelling and rearranging letters and words, which models that see tokens have to know by heart: from the "
        "first letter of a short word to sorting eleven words by length. Doing exactly what was asked is part of it."
    ),
    graded=(
        "The whole answer is the expected text (`exact`), capital letters included; spaces around it, and a full stop "
        "after it, do not count. A word or letter that is picked out of the question may begin with a capital."
    ),
    answers="an answer is a word or a short line.",
    templates=TEMPLATES,
    each=20,
    settings={
        "prompt": "{{ input }}\n\nReply with the result only: no explanation, no quotation marks.",
        "primary": "exact",
        "graders": [{"exact": {"ignore_whitespace": True, "ignore_final_punctuation": True}}],
    },
)
