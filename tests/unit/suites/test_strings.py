"""Claims: what is said about letters and words is so, done again from the questions letter by letter."""

import re
from collections.abc import Callable
from itertools import groupby

import pytest

from tests.unit.suites.test_answers import of_cluster

ALPHABET = "abcdefghijklmnopqrstuvwxyz"


def quoted(text: str) -> list[str]:
    return re.findall(r'"([^"]*)"', text)


def listed(text: str) -> list[str]:
    """The words after the question."""
    return re.split(r"[?:]", text)[-1].replace(",", " ").split()


def nth_letter(text: str) -> str:
    word, place = quoted(text)[-1], int(re.findall(r"\d+", text)[0])
    letters = list(word)[::-1] if "from the end" in text else list(word)
    return letters[place - 1]


def nth_word(text: str) -> str:
    words, place = listed(text), int(re.findall(r"\d+", text)[0])
    return (words[::-1] if "from the end" in text else words)[place - 1]


def sorted_letters(text: str) -> str:
    letters = [letter for letter in ALPHABET for _ in range(quoted(text)[0].count(letter))]
    return "".join(letters[::-1] if "from Z to A" in text else letters)


def sorted_words(text: str) -> str:
    """By insertion, so that no key function of the generator is trusted."""
    done: list[str] = []
    for word in listed(text):
        before = [
            one
            for one in done
            if (len(one) < len(word) if "by length" in text and len(one) != len(word) else one < word)
        ]
        done.insert(len(before), word)
    return " ".join(done)


def counted_words(text: str) -> int:
    return (
        sum(word[0] == quoted(text)[0] for word in listed(text))
        if "begin with" in text
        else len(listed(text))
    )


def superlative(text: str) -> str:
    lengths = {len(word): word for word in listed(text)}
    return lengths[max(lengths) if "longest" in text else min(lengths)]


def initials(text: str) -> str:
    names = re.search(r"initials of (.+) as", text)[1].split()  # type: ignore[index]
    letters = [name[0] for name in names]
    return "-".join(letters[::-1]).lower() if "reverse" in text else "".join(letters)


def shifted(text: str) -> str:
    by = int(re.findall(r"\d+", text)[0])
    return "".join((ALPHABET * 2)[ALPHABET.index(letter) + by] for letter in quoted(text)[0])


def case(text: str) -> str:
    word = quoted(text)[0]
    if "every second" in text:
        return "".join(one.lower() + two.upper() for one, two in re.findall("(.)(.?)", word))
    if "every word" in text:
        return " ".join(one[0].upper() + one[1:] for one in word.split())
    return word.upper()


def naming(text: str) -> str:
    if text.startswith("Join"):
        return "_".join(listed(text))
    name = re.search(r"the name (\S+) in", text)[1]  # type: ignore[index]
    if "camelCase" in text:
        return re.sub("_(.)", lambda found: found[1].upper(), name)
    snake = re.sub("([A-Z])", lambda found: "_" + found[1].lower(), name)
    return snake.replace("_", "-") if "kebab" in text else snake.upper() if "SCREAMING" in text else snake


def word_order(text: str) -> str:
    words = listed(text)
    if "letters of each" in text:
        return " ".join("".join(reversed(word)) for word in words)
    if "Swap" in text:
        words[0], words[-1] = words[-1], words[0]
        return " ".join(words)
    return " ".join(words[::-1])


def thinned(text: str) -> str:
    word = list(quoted(text)[0])
    first, step = (2, 3) if "3rd" in text else (1, 2)
    del word[first::step]
    return "".join(word)


def runs(text: str) -> str:
    given = text.split(": ")[1]
    if "Write out" in text:
        return "".join(letter * int(times) for letter, times in re.findall(r"([a-z])(\d)", given))
    return "".join(f"{letter}{len(list(run))}" for letter, run in groupby(given))


def digits(text: str) -> str:
    found = re.sub("[a-z]", "", quoted(text)[0])
    return found[::-1] if "reverse" in text else found


def padded(text: str) -> str:
    number, width = re.findall(r"\d+", text)[:2]
    full = "0" * (int(width) - len(number)) + number
    return re.sub(r"(\d{3})(?=\d)", r"\1-", full) if "hyphen" in text else full


DONE: dict[str, Callable[[str], object]] = {
    "reverse": lambda text: "".join(reversed(quoted(text)[0])),
    "letter-count": lambda text: len(re.findall(quoted(text)[0], quoted(text)[1])),
    "length": lambda text: sum(1 for _ in quoted(text)[0]),
    "nth-letter": nth_letter,
    "nth-word": nth_word,
    "last-letters": lambda text: "".join(
        re.findall(r"\b\w" if "first" in text else r"\w\b", " ".join(listed(text)))
    ),
    "without-vowels": lambda text: re.sub("[aeiou]", "", quoted(text)[0]),
    "replace": lambda text: quoted(text)[2].join(quoted(text)[1].split(quoted(text)[0])),
    "sorted-letters": sorted_letters,
    "sorted-words": sorted_words,
    "word-count": counted_words,
    "longest-word": superlative,
    "initials": initials,
    "shifted": shifted,
    "case": case,
    "naming-styles": naming,
    "word-order": word_order,
    "every-second": thinned,
    "run-lengths": runs,
    "digits": digits,
    "padding": padded,
}


@pytest.mark.parametrize("cluster", DONE)
def test_strings(cluster: str) -> None:
    for row, text in of_cluster("string-manipulation", cluster):
        answers = row["expected"] if isinstance(row["expected"], list) else [row["expected"]]
        found = str(DONE[cluster](text))
        assert {answer if len(answers) == 1 else answer.lower() for answer in answers} == {found}, text


def test_every_template_of_strings_is_checked() -> None:
    assert {row["cluster"] for row, _ in of_cluster("string-manipulation")} == set(DONE)
