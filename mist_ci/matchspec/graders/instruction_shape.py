"""Instructions about the size and the layout of an answer."""

import re

from mist_ci.matchspec.graders import json_text
from mist_ci.matchspec.graders.instruction import Count, Instruction, Relation, holds
from mist_ci.matchspec.graders.words import words

_BULLET = re.compile(r"(?m)^[ \t]{0,8}[*•+–-][ \t]+\S")
_NUMBERED = re.compile(r"(?m)^[ \t]{0,8}(\d{1,6})[.)][ \t]+\S")
_BLANK = re.compile(r"\n[ \t]*(?:\n[ \t]*)+")
_END = re.compile(r"[.!?…][\"'”’)\]*_]{0,4}(?=\s|$)|[。！？][”』」）]{0,2}")
_ABBREVIATION = re.compile(
    r"(?i)(?:^|[\s(])(?:(?:[a-z]\.)*[a-z]|dr|mr|mrs|ms|prof|st|vs|etc|e\.g|i\.e|no|fig|approx)\.$"
)
_QUOTES = {'"': '"', "“": "”", "„": "“", "«": "»", "「": "」"}


def sentences(text: str) -> int:
    """How many sentences a text has: by their marks at the end; what remains without one counts too.

    Common abbreviations, initials and decimal points end no sentence, and neither does the mark of a numbered list.
    """
    count = start = 0
    for mark in _END.finditer(text):
        is_short = _ABBREVIATION.search(text[max(start, mark.end() - 12) : mark.end()])
        is_list = re.fullmatch(r"\s*\d{1,6}\.", text[max(start, mark.end() - 12) : mark.end()])
        if is_list or (is_short and mark.end() < len(text)):
            continue
        count += 1
        start = mark.end()
    return count + any(map(str.isalnum, text[start:]))


class Words(Instruction):
    """Exactly `n` words, or as many as `relation` says."""

    n: Count
    relation: Relation = "exactly"

    def is_followed(self, text: str) -> bool:
        """Counts what has a letter or a digit between whitespace."""
        return holds(len(words(text)), self.relation, self.n)


class MinWords(Instruction):
    """`n` words or more."""

    n: Count

    def is_followed(self, text: str) -> bool:
        """Counts as Words does."""
        return len(words(text)) >= self.n


class MaxWords(Instruction):
    """`n` words or fewer."""

    n: Count

    def is_followed(self, text: str) -> bool:
        """Counts as Words does."""
        return len(words(text)) <= self.n


class Sentences(Instruction):
    """Exactly `n` sentences, or as many as `relation` says."""

    n: Count
    relation: Relation = "exactly"

    def is_followed(self, text: str) -> bool:
        """Counts sentences."""
        return holds(sentences(text), self.relation, self.n)


class MinSentences(Instruction):
    """`n` sentences or more."""

    n: Count

    def is_followed(self, text: str) -> bool:
        """Counts sentences."""
        return sentences(text) >= self.n


class MaxSentences(Instruction):
    """`n` sentences or fewer."""

    n: Count

    def is_followed(self, text: str) -> bool:
        """Counts sentences."""
        return sentences(text) <= self.n


class Bullets(Instruction):
    """Exactly `n` lines that begin with `-`, `*`, `+` or `•`."""

    n: Count
    relation: Relation = "exactly"

    def is_followed(self, text: str) -> bool:
        """Counts lines."""
        return holds(len(_BULLET.findall(text)), self.relation, self.n)


class NumberedList(Instruction):
    """A list of exactly `n` lines that are numbered 1., 2., 3., … (or with brackets)."""

    n: Count

    def is_followed(self, text: str) -> bool:
        """The numbers have to be right."""
        return [int(one) for one in _NUMBERED.findall(text)] == list(range(1, self.n + 1))


class Paragraphs(Instruction):
    """Exactly `n` paragraphs, with blank lines between them."""

    n: Count
    relation: Relation = "exactly"

    def is_followed(self, text: str) -> bool:
        """Counts texts between blank lines."""
        return holds(len([one for one in _BLANK.split(text) if one.strip()]), self.relation, self.n)


class Lines(Instruction):
    """Exactly `n` lines that are not blank."""

    n: Count
    relation: Relation = "exactly"

    def is_followed(self, text: str) -> bool:
        """Counts lines."""
        return holds(len([one for one in text.split("\n") if one.strip()]), self.relation, self.n)


class Json(Instruction):
    """The whole answer is JSON, in a fenced block or not."""

    def is_followed(self, text: str) -> bool:
        """Read as the grader json_valid does."""
        try:
            json_text.read(text, fenced=text.startswith("```") and text.endswith("```"))
        except json_text.NotJson:
            return False
        return True


class Quoted(Instruction):
    """The whole answer stands in double quotation marks."""

    def is_followed(self, text: str) -> bool:
        """Of English, German, French or Japanese form."""
        return len(text) > 1 and _QUOTES.get(text[0]) == text[-1]
