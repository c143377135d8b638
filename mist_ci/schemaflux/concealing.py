"""What is found is shown, and what is private in it is not: whichever rule shows it.

A finding quotes the row: in its message, its snippet and its frame. Credentials and personal data in these are
replaced by dots of the same length, but for their first characters, so that places stay what they are.
"""

from collections.abc import Iterator
from dataclasses import replace

from mist_ci.models.finding import Frame
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


def concealed(problem: Problem, frame: Frame | None, raw: bytes) -> tuple[Problem, Frame | None]:
    """The same without what is private in the row, or in the texts of the problem themselves."""
    shown = f"{problem.message}\n{problem.hint}\n{problem.snippet}"
    private = [*_private(raw.decode("utf-8", "replace")), *_private(shown)]
    if not private:
        return problem, frame
    hidden = replace(
        problem,
        message=_without(problem.message, private),
        hint=_without(problem.hint, private),
        snippet=_without(problem.snippet, private),
    )
    return hidden, frame and frame.model_copy(update={"text": _without(frame.text, private)})


def _private(text: str) -> Iterator[str]:
    """Private values of a text, of JSON as well: escapes count as white space."""
    if _MAY_BE_PRIVATE.search(text.encode("utf-8", "replace")) is None:
        return
    spaced = without_escapes(text)
    yield from (secret for _, secret in find_credentials(spaced))
    for find in _FINDERS:
        yield from find(spaced)


def _without(text: str, private: list[str]) -> str:
    """The text with every private value, whole or cut off at its end, replaced from its fifth character on."""
    spaced = without_escapes(text)
    for value in private:
        start = spaced.find(value[:_PREFIX_CHARS])
        while start >= 0:
            length = _common(spaced[start : start + len(value)], value)
            dots = "•" * (length - _SHOWN_CHARS)
            text = text[: start + _SHOWN_CHARS] + dots + text[start + length :]
            start = spaced.find(value[:_PREFIX_CHARS], start + length)
    return text


def _common(one: str, other: str) -> int:
    """How many characters both begin with."""
    for index, (mine, yours) in enumerate(zip(one, other, strict=False)):
        if mine != yours:
            return index
    return min(len(one), len(other))
