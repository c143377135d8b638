"""Which questions are alike: by the template that they follow, and by their words."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from itertools import combinations

_WORD = re.compile(r"\w+")
_NUMBER = re.compile(r"\d+")
_RARE = 0.05
"""A word in a smaller share of the questions is what fills a template."""
_GRAM_WORDS = 3
_LONG_WORDS = 15
"""Shorter questions are near-duplicates only where their words are the same: one other word is another question."""
_NEARLY = 0.85
_COMMON = 20
"""Grams of more questions are a template's, and say nothing of two of them."""


def templates(texts: Sequence[str]) -> Counter[str]:
    """Template → how many questions follow it. Numbers and rare words are what differs between them.

    >>> templates(["Add 4 and 5.", "Add 12 and 3.", "Halve 7."])
    Counter({'add 0 and 0': 2, 'halve 0': 1})
    """
    worded = [_words(_NUMBER.sub("0", text)) for text in texts]
    known = Counter(word for words in worded for word in set(words))
    least = max(1.0, _RARE * len(texts)) if len(texts) >= 1 / _RARE else 0
    return Counter(" ".join(word if known[word] > least else "_" for word in words) for words in worded)


def near_duplicates(texts: Sequence[str]) -> list[tuple[int, int]]:
    """Pairs of places, each earlier one first; long questions that share 85% of their three-word sequences."""
    worded = [_words(text) for text in texts]
    alike: defaultdict[tuple[str, ...], list[int]] = defaultdict(list)
    for place, words in enumerate(worded):
        alike[tuple(words)].append(place)
    pairs = {(places[0], other) for words, places in alike.items() if words for other in places[1:]}
    return sorted(pairs | set(_long_pairs(worded)))


def _long_pairs(worded: Sequence[Sequence[str]]) -> Iterator[tuple[int, int]]:
    grams = {
        place: {tuple(words[at : at + _GRAM_WORDS]) for at in range(len(words) - _GRAM_WORDS + 1)}
        for place, words in enumerate(worded)
        if len(words) >= _LONG_WORDS
    }
    holders: defaultdict[tuple[str, ...], list[int]] = defaultdict(list)
    for place, found in grams.items():
        for gram in found:
            holders[gram].append(place)
    shared = {
        pair for places in holders.values() if 1 < len(places) <= _COMMON for pair in combinations(places, 2)
    }
    for one, other in shared:
        if len(grams[one] & grams[other]) >= _NEARLY * len(grams[one] | grams[other]):
            yield one, other


def _words(text: str) -> list[str]:
    return _WORD.findall(text.casefold())
