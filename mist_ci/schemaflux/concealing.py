"""What is found is shown, and what is private in it is not: whichever rule shows it.

A finding quotes the row: in its message, its snippet and its frame. Credentials and personal data in these are
replaced by dots of the same length, but for their first characters, so that places stay what they are.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import lru_cache

from mist_ci.schemaflux.patterns import byte_pattern
from mist_ci.schemaflux.privacy.addresses import EMAIL_TRIGGER, find_emails
from mist_ci.schemaflux.privacy.credentials import TRIGGER, find_credentials
from mist_ci.schemaflux.privacy.masking import without_escapes
from mist_ci.schemaflux.privacy.numbers import (
    CARD_TRIGGER,
    IBAN_TRIGGER,
    PHONE_TRIGGER,
    SSN_TRIGGER,
    find_cards,
    find_ibans,
    find_phones,
    find_social_security_numbers,
)
from mist_ci.schemaflux.rule import Problem

_MAY_BE_PRIVATE = byte_pattern(
    b"|".join((TRIGGER, EMAIL_TRIGGER, PHONE_TRIGGER, SSN_TRIGGER, CARD_TRIGGER, IBAN_TRIGGER))
)
_FINDERS = (find_emails, find_phones, find_social_security_numbers, find_cards, find_ibans)
_PREFIX_CHARS = 6
_SHOWN_CHARS = 4


class Private:
    """The private values of a row."""

    def __init__(self, values: Iterable[str]) -> None:
        self.values = sorted(set(values))
        self._starts = {value[:_PREFIX_CHARS] for value in self.values}
        self._longest_chars = max(map(len, self.values), default=0)

    def hide(self, text: str) -> str:
        """The text with every private value, whole or cut off at its end, replaced from its fifth character on.

        One pass over the text, whatever the number of values: a row may be nothing but addresses.
        """
        if not self.values:
            return text
        spaced, pieces, copied, place = without_escapes(text), list[str](), 0, 0
        while place < len(text):
            length = self._longest(spaced, place)
            if length > _SHOWN_CHARS:
                pieces += text[copied : place + _SHOWN_CHARS], "•" * (length - _SHOWN_CHARS)
                copied = place + length
            place += max(length, 1)
        return "".join((*pieces, text[copied:]))

    def _longest(self, text: str, place: int) -> int:
        """How many characters of a private value stand at a place; 0 when they are too few to be one."""
        if text[place : place + _PREFIX_CHARS] not in self._starts:
            return 0
        here = text[place : place + self._longest_chars]
        near = bisect_left(self.values, here)  # of sorted values, a neighbour has most in common
        return max(_common(here, value) for value in self.values[max(0, near - 1) : near + 1])


@lru_cache(maxsize=1)
def private_in(raw: bytes) -> Private:
    """What is private in a row. A row may have many findings, and is looked through once."""
    return Private(_private(raw.decode("utf-8", "replace")))


@lru_cache(maxsize=1)
def without_private(raw: bytes) -> str:
    """The row as text of the same length, without what is private: for frames, which may begin inside of it."""
    return private_in(raw).hide(raw.decode("utf-8", "replace"))


def concealed(problem: Problem, raw: bytes) -> Problem:
    """The same without what is private in the row, or in the texts of the problem themselves."""
    own = Private(_private(f"{problem.message}\n{problem.hint}\n{problem.snippet}"))
    private = private_in(raw)
    if not private.values and not own.values:
        return problem
    message, hint, snippet = (
        own.hide(private.hide(text)) for text in (problem.message, problem.hint, problem.snippet)
    )
    return replace(problem, message=message, hint=hint, snippet=snippet)


def _private(text: str) -> Iterator[str]:
    """Private values of a text, of JSON as well: escapes count as white space."""
    if _MAY_BE_PRIVATE.search(text.encode("utf-8", "replace")) is None:
        return
    spaced = without_escapes(text)
    yield from (secret for _, secret in find_credentials(spaced))
    for find in _FINDERS:
        yield from find(spaced)


def _common(one: str, other: str) -> int:
    """How many characters both begin with."""
    for index, (mine, yours) in enumerate(zip(one, other, strict=False)):
        if mine != yours:
            return index
    return min(len(one), len(other))
