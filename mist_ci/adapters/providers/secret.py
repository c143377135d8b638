"""A provider's key: it goes into one header and nowhere else."""

import base64
import json
import unicodedata
from collections.abc import Callable, Iterable
from urllib.parse import quote

REDACTED = "***"
MAX_REASON_CHARS = 300
LONGEST_READ = 20_000
"""Characters of a stranger's text that are looked at: an error page may have megabytes."""


Redact = Callable[[str, Iterable[str]], str]
"""Takes secrets out of a text, in every spelling that it knows; the report room has one."""


def _as_it_is(text: str, secrets: Iterable[str]) -> str:
    for secret in secrets:
        text = text.replace(secret, REDACTED)
    return text


SHORTEST = 6
"""Characters that make a secret. What is shorter keeps nothing, and matches everywhere."""


class Secret:
    """An API key, or none, that never shows itself: not in a repr, and not in a text that passed `clean`."""

    def __init__(self, value: str | None, redact: Redact = _as_it_is) -> None:
        self._value = value
        self._redact = redact
        self._forms = tuple(_forms(value)) if value else ()

    def __repr__(self) -> str:
        return f"Secret({REDACTED if self._value else None})"

    def headers(self) -> dict[str, str]:
        """The Authorization header, or no header when there is no key."""
        return self.header("Authorization", "Bearer ")

    def header(self, name: str, before: str = "") -> dict[str, str]:
        """The header that a vendor takes the key from, or no header when there is no key."""
        return {name: f"{before}{self._value}"} if self._value else {}

    def redact(self, text: str) -> str:
        """An answer of the model without the key: an answer is stored and shown, whatever is in it."""
        return self._redact(text, (self._value,)) if self._value else text

    def clean(self, text: str, limit: int = MAX_REASON_CHARS) -> str:
        """A stranger's text as one printable line of at most `limit` characters, with `***` for the key.

        The key is looked for after invisible characters are gone and before the text is cut, since either
        could otherwise hide it or leave half of it.
        """
        line = " ".join("".join(_visible(character) for character in text[:LONGEST_READ]).split())
        for form in self._forms:
            if len(form) >= SHORTEST:  # "x" for a server that wants none would take every x away
                line = line.replace(form, REDACTED)
        return line if len(line) <= limit else line[: limit - 1] + "…"


def _visible(character: str) -> str:
    if character.isspace():
        return " "
    return "" if unicodedata.category(character).startswith("C") else character


def _forms(value: str) -> list[str]:
    """The key as it is, and as JSON, percent-encoding and base64 spell it; longest first."""
    encoded = base64.b64encode(value.encode()).decode().rstrip("=")
    forms = {value, json.dumps(value)[1:-1], quote(value, safe=""), encoded}
    return sorted(forms, key=len, reverse=True)
