"""Secrets kept out of what leaves: comment, status, summary, artifact. GitHub masks only the log."""

import base64
import json
import re
from collections.abc import Iterable, Iterator
from urllib.parse import quote, quote_plus

REDACTED = "***"
SHORTEST_SECRET = 6
_JOINERS = dict.fromkeys(map(ord, "\u200c\u200d\ufe0e\ufe0f"))


def redact(text: str, secrets: Iterable[str]) -> str:
    """The text with `***` for each secret, as it is or inside base64, percent-encoding or JSON.

    Call it before any other function of this room: escaping and cutting spell a secret differently. Secrets
    shorter than six characters are ignored, they would match everywhere; of a secret with several lines each
    line counts. Base64 is found at all three alignments, in both alphabets; at either end one character that
    also holds neighbouring bits may stay. Other encodings (hexadecimal, reversed, spaced out) are not found.
    Cost: two scans of the text per secret and form, about twenty forms each.
    """
    forms = {form for secret in secrets for form in _forms(secret)}
    text = _replace(text, forms)
    # Joiners vanish when text is cleaned, and would leave a secret whole that they had parted.
    joined = text.translate(_JOINERS)
    redacted = _replace(joined, forms)
    return text if redacted == joined else redacted


def _forms(secret: str) -> Iterator[str]:
    for piece in {secret, secret.strip(), *(line.strip() for line in secret.splitlines())}:
        if len(piece) >= SHORTEST_SECRET:
            yield piece
            yield from _base64_forms(piece.encode("utf-8", "surrogatepass"))
            for percent in (quote, quote_plus):
                for safe in ("", "/"):
                    encoded = percent(piece, safe=safe, errors="surrogatepass")
                    yield encoded
                    yield re.sub("%[0-9A-F]{2}", lambda found: found[0].lower(), encoded)
            for ascii_only in (True, False):
                quoted = json.dumps(piece, ensure_ascii=ascii_only)[1:-1]
                yield quoted
                yield quoted.replace("/", r"\/")


def _base64_forms(secret: bytes) -> Iterator[str]:
    for before in range(3):
        encoded = base64.b64encode(bytes(before) + secret)
        # A character holds six bits: keep those that hold nothing but bits of the secret.
        first = -(-before * 8 // 6)
        last = (before + len(secret)) * 8 // 6
        own = encoded[first:last].decode("ascii")
        yield own
        yield own.translate(str.maketrans("+/", "-_"))


def _replace(text: str, forms: Iterable[str]) -> str:
    """`***` for each occurrence, one for those that overlap: no rest of a secret survives beside another."""
    spans = sorted(span for form in forms for span in _occurrences(text, form))
    pieces: list[str] = []
    position = 0
    for start, end in spans:
        if start >= position:
            pieces += (text[position:start], REDACTED)
        position = max(position, end)
    return "".join(pieces) + text[position:]


def _occurrences(text: str, form: str) -> Iterator[tuple[int, int]]:
    start = text.find(form)
    while start >= 0:
        yield start, start + len(form)
        start = text.find(form, start + 1)
