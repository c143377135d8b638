"""Instructions about the words and letters of an answer."""

import re
from typing import Annotated

from pydantic import Field

from mist_ci.matchspec.graders.instruction import Count, Instruction, Relation, Text, Texts, holds
from mist_ci.matchspec.graders.words import bare


def _times(wanted: str, text: str) -> int:
    """How often a text occurs as whole words, whatever its case."""
    pattern = rf"(?<!\w){re.escape(wanted.casefold())}(?!\w)"
    return sum(1 for _ in re.finditer(pattern, text.casefold()))


class StartsWith(Instruction):
    """The answer begins with exactly this `text`."""

    text: Text

    def is_followed(self, text: str) -> bool:
        """Case counts."""
        return text.startswith(self.text.strip())


class EndsWith(Instruction):
    """The answer ends with exactly this `text`."""

    text: Text

    def is_followed(self, text: str) -> bool:
        """Case counts."""
        return text.endswith(self.text.strip())


class Contains(Instruction):
    """All `texts` occur as whole words, whatever their case; each `times` or more often."""

    texts: Texts
    times: Annotated[int, Field(ge=1, le=1_000)] = 1

    def is_followed(self, text: str) -> bool:
        """All of them."""
        return all(_times(one, text) >= self.times for one in self.texts)


class Avoids(Instruction):
    """None of the `words` occurs as a whole word, whatever its case."""

    words: Texts

    def is_followed(self, text: str) -> bool:
        """None of them; nothing at all is no answer."""
        return bool(text) and not any(_times(one, text) for one in self.words)


class KeywordTimes(Instruction):
    """The `word` occurs `times` as a whole word, whatever its case: exactly, or as `relation` says."""

    word: Text
    times: Count
    relation: Relation = "exactly"

    def is_followed(self, text: str) -> bool:
        """Counts occurrences."""
        return holds(_times(self.word, text), self.relation, self.times)


class LetterTimes(Instruction):
    """The `letter` occurs `n` times, whatever its case: exactly, or as `relation` says."""

    letter: Annotated[str, Field(min_length=1, max_length=1)]
    n: Count
    relation: Relation = "exactly"

    def is_followed(self, text: str) -> bool:
        """Counts characters."""
        return holds(text.casefold().count(self.letter.casefold()), self.relation, self.n)


class FirstWord(Instruction):
    """The first word is this `word`, whatever its case and the punctuation around it."""

    word: Text

    def is_followed(self, text: str) -> bool:
        """Compares one word."""
        first = text.split(maxsplit=1)[:1]
        return bool(first) and bare(first[0]).casefold() == bare(self.word).casefold()


class LastWord(Instruction):
    """The last word is this `word`, whatever its case and the punctuation around it."""

    word: Text

    def is_followed(self, text: str) -> bool:
        """Compares one word."""
        last = text.rsplit(maxsplit=1)[-1:]
        return bool(last) and bare(last[0]).casefold() == bare(self.word).casefold()


class Uppercase(Instruction):
    """No letter is a small one."""

    def is_followed(self, text: str) -> bool:
        """There has to be a letter."""
        return text.isupper()


class Lowercase(Instruction):
    """No letter is a capital."""

    def is_followed(self, text: str) -> bool:
        """There has to be a letter."""
        return text.islower()


class NoCommas(Instruction):
    """There is no comma."""

    def is_followed(self, text: str) -> bool:
        """Of any script; nothing at all is no answer."""
        return bool(text) and not any(comma in text for comma in ",，、،")
