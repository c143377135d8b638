"""A row holds personal data.

What it finds: email addresses of single people, phone numbers, US social security numbers, payment cards
and bank accounts (IBAN), by form, range and checksum, anywhere in a row. Addresses of roles, numbers that
are reserved for examples, test cards, order numbers and the like are left out. Public IP addresses are shown as information.

Why it matters: models repeat what they were trained on, to anybody who asks. In many countries such data
may not be used for training without consent.

What to do: remove it or replace it by invented data: `name@example.com`, `+1 212 555 0123`,
`203.0.113.7`. If it is invented or public already, add it to the baseline.
"""

from collections.abc import Callable, Iterator

from mist_ci.models.finding import Consequence, Severity
from mist_ci.schemaflux.example import chat, rows
from mist_ci.schemaflux.privacy.addresses import (
    EMAIL_TRIGGER,
    IP_TRIGGER,
    find_emails,
    find_public_addresses,
)
from mist_ci.schemaflux.privacy.masking import mask
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
from mist_ci.schemaflux.row_texts import strings
from mist_ci.schemaflux.rule import Problem, RuleMeta

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
_KINDS: tuple[tuple[str, Callable[[str], Iterator[str]], str, int], ...] = (
    ("email address", find_emails, "name@example.com", 1),
    ("phone number", find_phones, "+1 212 555 0123", 4),
    ("US social security number", find_social_security_numbers, "a number that starts with 000", 0),
    ("payment card", find_cards, "a test card such as 4242 4242 4242 4242", 4),
    ("bank account (IBAN)", find_ibans, "an example of the registry", 4),
    ("public IP address", find_public_addresses, "203.0.113.7", 3),
)


def check(row: Row, /) -> Iterator[Problem]:
    """One problem per kind, at the first place."""
    texts = [one for one in strings(row) if any(char in one.text for char in "@+-.") or _has_digits(one.text)]
    for kind, find, instead, shown in _KINDS:
        found: dict[str, str] = {}
        for one in texts:
            for value in find(one.text):
                found.setdefault(value, one.field)
        if found:
            value, field = next(iter(found.items()))
            more = f", and {len(found) - 1} more" if len(found) > 1 else ""
            yield Problem(
                f"{field} holds what looks like a real {kind}: {mask(value, shown)}{more}",
                f"remove it, or write {instead}",
                field=field,
                severity=Severity.INFO if kind == "public IP address" else None,
            )


def _has_digits(text: str) -> bool:
    return any(char.isdigit() for char in text)
