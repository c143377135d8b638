"""Checksums that tell a number or a token that was issued from one that was made up."""

import string
import zlib

_BASE62 = string.digits + string.ascii_uppercase + string.ascii_lowercase
_IBAN_CHARS = {
    "AT": 20,
    "BE": 16,
    "BG": 22,
    "CH": 21,
    "CY": 28,
    "CZ": 24,
    "DE": 22,
    "DK": 18,
    "EE": 20,
    "ES": 24,
    "FI": 18,
    "FR": 27,
    "GB": 22,
    "GR": 27,
    "HR": 21,
    "HU": 28,
    "IE": 22,
    "IL": 23,
    "IS": 26,
    "IT": 27,
    "LI": 21,
    "LT": 20,
    "LU": 20,
    "LV": 21,
    "MC": 27,
    "MT": 31,
    "NL": 18,
    "NO": 15,
    "PL": 28,
    "PT": 25,
    "RO": 24,
    "SA": 24,
    "SE": 24,
    "SI": 19,
    "SK": 24,
    "TR": 26,
    "AE": 23,
    "BR": 29,
    "UA": 29,
    "RS": 22,
}


def is_luhn(digits: str) -> bool:
    """True when the last of these digits is the check digit of ISO/IEC 7812 (payment cards)."""
    total = 0
    for position, digit in enumerate(reversed(digits)):
        value = int(digit) * (1 + position % 2)
        total += value - 9 if value > 9 else value  # noqa: PLR2004 - the sum of two digits
    return total % 10 == 0


def is_iban(text: str) -> bool:
    """True for an IBAN without spaces: length of its country and check digits of ISO 7064 (mod 97)."""
    if _IBAN_CHARS.get(text[:2]) != len(text) or not text.isalnum() or not text.isascii():
        return False
    return int("".join(str(int(char, 36)) for char in text[4:] + text[:4])) % 97 == 1


def ends_with_crc32(body: str) -> bool:
    """True when the last six characters are the CRC-32 of the others in base 62, as in tokens of GitHub and npm."""
    rest, digits = zlib.crc32(body[:-6].encode()), ""
    while rest:
        rest, digit = divmod(rest, 62)
        digits = _BASE62[digit] + digits
    return digits.rjust(6, "0") == body[-6:]
