"""A row holds personal data.

What it finds: email addresses of single people, phone numbers, US social security numbers, payment
cards and bank accounts (IBAN), by form, range and checksum, anywhere in a row. Addresses of roles,
numbers that are reserved for examples, test cards, order numbers and the like are left out. Public IP
addresses are shown as information, and as a warning where words such as `server` or `IP` stand before them.

Why it matters: models repeat what they were trained on, to anybody who asks. In many countries such
data may not be used for training without consent.

What to do: remove it or replace it by invented data: `name@example.com`, `+1 212 555 0123`,
`203.0.113.7`. If it is invented or public already, add it to the baseline.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from mist_ci.models.finding import Consequence, Severity
from mist_ci.schemaflux.example import chat, rows
from mist_ci.schemaflux.privacy.addresses import (
    EMAIL_TRIGGER,
    IP_TRIGGER,
    find_emails,
    find_public_addresses,
    is_told_as_host,
)
from mist_ci.schemaflux.privacy.masking import mask, without_escapes
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
from mist_ci.schemaflux.row import Row
from mist_ci.schemaflux.row_texts import strings, unescaped
from mist_ci.schemaflux.rule import Problem, RuleMeta
from mist_ci.schemaflux.triggers import TriggerSet

META = RuleMeta(
    code="SF902",
    name="pii",
    severity=Severity.WARNING,
    consequence=Consequence.MISTRAINED,
    since="0.1.0",
    bad=rows(chat(("user", "Write to ingrid.solheim@gmail.com."), ("assistant", "Done."))),
    good=rows(chat(("user", "Write to ingrid@example.com."), ("assistant", "Done."))),
    trigger=b"|".join((EMAIL_TRIGGER, PHONE_TRIGGER, SSN_TRIGGER, CARD_TRIGGER, IBAN_TRIGGER, IP_TRIGGER)),
)


@dataclass(frozen=True, slots=True)
class _Kind:
    name: str
    trigger: bytes
    find: Callable[[str], Iterator[str]]
    instead: str
    """What to write instead."""
    shown: int
    """Characters of it that may be shown."""


_KINDS = (
    _Kind("email address", EMAIL_TRIGGER, find_emails, "name@example.com", 1),
    _Kind("phone number", PHONE_TRIGGER, find_phones, "+1 212 555 0123", 4),
    _Kind("US social security number", SSN_TRIGGER, find_social_security_numbers, "000-12-3456", 0),
    _Kind("payment card", CARD_TRIGGER, find_cards, "a test card such as 4242 4242 4242 4242", 4),
    _Kind("bank account (IBAN)", IBAN_TRIGGER, find_ibans, "an example of the registry", 4),
    _Kind("public IP address", IP_TRIGGER, find_public_addresses, "203.0.113.7", 3),
)
_triggers = TriggerSet([kind.trigger for kind in _KINDS])


def check(row: Row, /) -> Iterator[Problem]:
    """One problem per kind, at the first place."""
    kinds = [_KINDS[index] for index in _triggers.matches(unescaped(row))]
    texts = [(one.field, without_escapes(one.text)) for one in strings(row)] if kinds else []
    for kind in kinds:
        found: dict[str, str] = {}
        for at, text in texts:
            for value in kind.find(text):
                found.setdefault(value, at)
        if found:
            value, field = next(iter(found.items()))
            more = f", and {len(found) - 1} more" if len(found) > 1 else ""
            yield Problem(
                f"{field} holds what looks like a real {kind.name}: {mask(value, kind.shown)}{more}",
                f"remove it, or write {kind.instead}",
                field=field,
                severity=_severity(kind, value, texts),
            )


def _severity(kind: _Kind, value: str, texts: Sequence[tuple[str, str]]) -> Severity | None:
    """Four numbers with dots are an address for sure only where words say so."""
    if kind.find is not find_public_addresses or any(is_told_as_host(text, value) for _, text in texts):
        return None
    return Severity.INFO
