"""Private keys and signed tokens, decoded far enough to know that they are real."""

import re
from base64 import urlsafe_b64decode
from binascii import Error

import msgspec

from mist_ci.parsing.strict_json import JsonValue

_KEY_STARTS = ("MI", "b3BlbnNzaC1rZXktdjE")
"""A sequence of DER longer than 127 bytes, and the magic of OpenSSH."""
_FEWEST_KEY_CHARS = 100
_FEWEST_DISTINCT = 24
_JWT_IO = frozenset({"1234567890", "John Doe", "Jane Doe", "supabase-demo", "joe", "user123"})
"""What the tokens say that documentations show."""


def is_private_key(body: str) -> bool:
    """True when the lines after the header start as a key does, and go on for long enough."""
    key = re.sub(r"\\[nr]|\s|\\", "", body)
    return key.startswith(_KEY_STARTS) and len(key) >= _FEWEST_KEY_CHARS and len(set(key)) >= _FEWEST_DISTINCT


def is_signed_token(token: str) -> bool:
    """True for a JWT with an algorithm, a signature, and claims that are not those of an example."""
    header, claims = (_decoded(part) for part in token.split(".")[:2])
    if not isinstance(header, dict) or header.get("alg") in (None, "none") or not isinstance(claims, dict):
        return False
    told = {value for value in claims.values() if isinstance(value, str)}
    return len(set(token.split(".")[2])) >= _FEWEST_DISTINCT // 2 and not told & _JWT_IO


def _decoded(part: str) -> JsonValue:
    """The JSON of a part, or None."""
    try:
        value: JsonValue = msgspec.json.decode(urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    except (Error, ValueError, RecursionError):
        return None
    return value
