"""Suites as training data is held against them: exact prompts, runs of words, and near-duplicates.

Every sample of a suite is a set of 5-grams of words. Grams that many samples of one suite share are its template and
give nothing away; they are left out. A text that shares none of the rarer words of any gram is done with in one
operation on sets, and most are.

Sources: 13-grams as in Brown et al. (2020), "Language Models are Few-Shot Learners", appendix C: nine 5-grams in a
row. Jaccard similarity of shingles: Broder (1997).
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

GRAM_WORDS = 5
RUN_WORDS = 13
"""A run of so many words is no coincidence."""
NEAR = 0.8
"""Jaccard similarity from which two prompts are the same one, more or less."""
_FEWEST_WORDS = 8
"""Of a prompt that is looked for by its words; shorter ones are looked for as a whole."""
_TEMPLATE_SHARE = 0.05
_TEMPLATE_SAMPLES = 3
SCRIPTS_WITHOUT_SPACES = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff"
_WORD = rf"[{SCRIPTS_WITHOUT_SPACES}]|[^\W_{SCRIPTS_WITHOUT_SPACES}]+"

SuiteTexts = Mapping[str, Mapping[str, Sequence[str]]]
"""Suite → sample key → normalised texts that give the sample away."""


@dataclass(frozen=True, slots=True)
class Exam:
    """One text of one sample."""

    suite: str
    key: str
    words: tuple[str, ...]
    grams: frozenset[str]


@dataclass(frozen=True, slots=True)
class Match:
    """What a text has in common with a sample."""

    exam: Exam
    run_words: int
    """Words of the longest run that both have."""
    start: int
    """Where the run begins in the text: its first character, from 0."""
    end: int
    at_word: int
    """Where it begins in the sample: its first word, from 0."""
    coverage: float
    """Share of the sample's grams that the text has, in [0, 1]."""
    jaccard: float
    """Similarity of both, in [0, 1]."""

    @property
    def gives_away(self) -> bool:
        """True when the sample is as good as known."""
        return self.jaccard >= NEAR or self.coverage >= NEAR


@dataclass(frozen=True, slots=True)
class SuiteIndex:
    """All samples of all suites. Small: suites are."""

    exact: Mapping[str, Sequence[tuple[str, str]]] = field(default_factory=dict)
    """Normalised text → (suite, sample key) of the samples that it gives away."""
    exams: Sequence[Exam] = ()
    by_gram: Mapping[str, Sequence[int]] = field(default_factory=dict)
    """Gram → positions in `exams`."""
    anchors: frozenset[str] = frozenset()
    """The rarest word of each gram: a text without any of them has no gram."""

    def __bool__(self) -> bool:
        return bool(self.exact)

    def matches(self, text: str) -> Iterator[Match]:
        """Samples that share a run of 13 words with a text, or nearly all of theirs. Best first."""
        words = split_words(text)
        if self.anchors.isdisjoint(words):
            return
        shared = self._shared(words)
        spans = [one.span() for one in re.finditer(_WORD, text)] if shared else []
        found = [
            match
            for number, places in shared.items()
            if (match := self._match(self.exams[number], spans, words, places)) is not None
        ]
        yield from sorted(found, key=lambda one: (-one.coverage, one.exam.suite, one.exam.key))

    def _shared(self, words: Sequence[str]) -> dict[int, list[int]]:
        """Position of an exam → places of its grams among the words."""
        shared: defaultdict[int, list[int]] = defaultdict(list)
        for place in range(len(words) - GRAM_WORDS + 1):
            for number in self.by_gram.get(" ".join(words[place : place + GRAM_WORDS]), ()):
                shared[number].append(place)
        return shared

    def _match(
        self, exam: Exam, spans: Sequence[tuple[int, int]], words: Sequence[str], places: Sequence[int]
    ) -> Match | None:
        first, last = _longest_run(places)
        run_words = last - first + GRAM_WORDS
        common = len({" ".join(words[place : place + GRAM_WORDS]) for place in places})
        coverage = common / len(exam.grams)
        jaccard = common / (len(exam.grams) + max(1, len(words) - GRAM_WORDS + 1) - common)
        if run_words < RUN_WORDS and max(coverage, jaccard) < NEAR:
            return None
        start, end = spans[first][0], spans[min(first + run_words, len(spans)) - 1][1]
        return Match(
            exam, run_words, start, end, _place_in(exam, words[first : first + GRAM_WORDS]), coverage, jaccard
        )


def split_words(text: str) -> list[str]:
    """Words without punctuation, in lower case; every character by itself where a script has no spaces.

    >>> split_words("What IS 7*6?")
    ['what', 'is', '7', '6']
    """
    return [word.lower() for word in re.findall(_WORD, text)]


def suite_index(suites: SuiteTexts) -> SuiteIndex:
    """The index of some suites. Empty texts never leak."""
    exact: dict[str, list[tuple[str, str]]] = {}
    exams: list[Exam] = []
    for suite, samples in sorted(suites.items()):
        told = {key: sorted({text for text in texts if text}) for key, texts in sorted(samples.items())}
        for key, texts in told.items():
            for text in texts:
                exact.setdefault(text, []).append((suite, key))
        exams += _exams(suite, told)
    by_gram: defaultdict[str, list[int]] = defaultdict(list)
    for number, exam in enumerate(exams):
        for gram in exam.grams:
            by_gram[gram].append(number)
    return SuiteIndex(exact, exams, dict(by_gram), _anchors(exams))


def _exams(suite: str, told: Mapping[str, Sequence[str]]) -> Iterator[Exam]:
    """The samples that have words enough, without the grams of the suite's template."""
    split = {
        (key, number): split_words(text) for key, texts in told.items() for number, text in enumerate(texts)
    }
    grams = {place: _grams(words) for place, words in split.items() if len(words) >= _FEWEST_WORDS}
    owners: defaultdict[str, set[str]] = defaultdict(set)
    for (key, _), mine in grams.items():
        for gram in mine:
            owners[gram].add(key)
    most = max(_TEMPLATE_SAMPLES, _TEMPLATE_SHARE * len(told))
    template = {gram for gram, keys in owners.items() if len(keys) > most}
    for (key, number), mine in grams.items():
        telling = mine - template
        if telling:
            yield Exam(suite, key, tuple(split[key, number]), frozenset(telling))


def _grams(words: Sequence[str]) -> set[str]:
    return {" ".join(words[place : place + GRAM_WORDS]) for place in range(len(words) - GRAM_WORDS + 1)}


def _anchors(exams: Sequence[Exam]) -> frozenset[str]:
    frequency = Counter(word for exam in exams for word in exam.words)
    grams = {gram for exam in exams for gram in exam.grams}
    return frozenset(min(gram.split(" "), key=lambda word: (frequency[word], word)) for gram in grams)


def _longest_run(places: Sequence[int]) -> tuple[int, int]:
    """First and last place of the longest run of neighbouring grams."""
    best = run = (places[0], places[0])
    for place in places[1:]:
        run = (run[0], place) if place == run[1] + 1 else (place, place)
        if run[1] - run[0] > best[1] - best[0]:
            best = run
    return best


def _place_in(exam: Exam, gram: Sequence[str]) -> int:
    size = len(exam.words) - len(gram) + 1
    return next((n for n in range(size) if list(exam.words[n : n + len(gram)]) == list(gram)), 0)
