"""Numbers that identify people: phones, social security numbers, payment cards, bank accounts.

A number counts when its form, its range and its checksum say so. What stands before it may speak against it: an
order number that looks like a phone number is an order number.
"""

import re
from collections.abc import Iterator

from mist_ci.schemaflux.privacy.checksums import is_iban, is_luhn
from mist_ci.schemaflux.privacy.examples import EXAMPLE_IBANS, TEST_CARDS
from mist_ci.schemaflux.privacy.masking import NUMBER_START

PHONE_TRIGGER = (
    rb"[+][1-9][0-9 ().-]{7,}[0-9]|[2-9][0-9]{2}(?:[)][ -]?[2-9][0-9]{2}[ .-]|[.-][2-9][0-9]{2}[.-])[0-9]{4}"
)
SSN_TRIGGER = rb"[0-8][0-9]{2}-[0-9]{2}-[0-9]{4}"
CARD_TRIGGER = (
    NUMBER_START
    + rb"(?:(?:4[0-9]|5[1-5]|2[2-7]|6[045]|35)(?:[0-9]{14}|[0-9]{2}[ -][0-9]{4}[ -][0-9]{4}[ -][0-9]{4})"
    rb"|3[0468-9][0-9]{2}[ -][0-9]{6}[ -][0-9]{4}|3[47][0-9]{2}(?:[ -][0-9]{6}[ -][0-9]{5}|[0-9]{11}))"
)
IBAN_TRIGGER = rb"[A-Z]{2}[0-9]{2} ?[A-Z0-9]{4} ?[0-9A-Z]{4} ?[0-9A-Z]{3}"

_INTERNATIONAL = re.compile(
    r"(?<![\w+.,*/^=-])\+[1-9][0-9]*+(?:[ .-]?\(?[0-9]++\)?)*+(?![\w%]|[.,]\d)", re.ASCII
)
_NORTH_AMERICAN = re.compile(
    r"(?<![\w.+/#-])(?:\((?P<area>[2-9]\d\d)\)[ -]?(?P<exchange>[2-9]\d\d)[ .-]"
    r"|(?P<bare_area>[2-9]\d\d)(?P<sep>[.-])(?P<bare_exchange>[2-9]\d\d)(?P=sep))(?P<line>\d{4})(?![\w-]|[.,]\d)",
    re.ASCII,
)
_SSN = re.compile(r"(?<![\w.,/+#-])(?!000|666)[0-8]\d\d-(?!00)\d\d-(?!0000)\d{4}(?![\w/+-]|[.,]\d)", re.ASCII)
_CARD = re.compile(
    r"(?<![\w.,/+#-])(?<!\d )(?:[2-6]\d{3}([ -]?)\d{4}\1\d{4}\1\d{4}|3[47]\d\d([ -]?)\d{6}\2\d{5}"
    r"|3[068]\d\d([ -])\d{6}\3\d{4})(?![\w-]| \d|[.,]\d)",
    re.ASCII,
)
_IBAN = re.compile(
    r"(?<![A-Za-z0-9])[A-Z]{2}\d\d(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?(?![A-Za-z0-9])", re.ASCII
)
_NO_PHONE = re.compile(
    r"(?i)(?:order|ticket|invoice|case|account|acct|ref|reference|tracking|part|sku|item|isbn|issn|serial|model|patent"
    r"|version|confirmation|key|licen[cs]e|code|voucher|policy|claim|bestell\w*|auftrag\w*|rechnung\w*|commande|pedido|id|no|nr|number|n°|#)"
    r"[.:#]*\s*(?:is|was|id|no|nr|number|#)?[.:#]*\s*$"
)
_PHONE_NUMBER = re.compile(
    r"(?i)(?:phone|tel|telephone|mobile|cell|fax|contact|call|whatsapp)\W*(?:number|no|nr)?\W*(?:is)?\W*$"
)
_CARD_WORDS = re.compile(
    r"(?i)card|visa|master|amex|american express|credit|debit|payment|kredit|carte|tarjeta|carta|cartão|карт|卡"
)
_FEWEST_DISTINCT = 4
_RUNS = ("12345", "23456", "34567", "45678", "56789", "98765", "00000")
_TOLL_FREE = frozenset({"800", "888", "877", "866", "855", "844", "833", "822", "900"})
_CALLING_CODES = re.compile(
    r"1|7|2[07]|2[1-69]\d|3[0-469]|3[578]\d|4[013-9]|42\d|5[1-8]|5[09]\d|6[0-6]|6[7-9]\d|8[1246]|8[0578]\d"
    r"|9[0-58]|9[679]\d"
)
_FICTIONAL = re.compile(
    r"44(?:207946|161496|11[3-8]496|1[2359]1496|141496|28901|29201|1632960|7700900|8081570|3069990)"
    r"|33(?:19900|26191|35301|46571|53649|63998)|61(?:[2378]5550|[2378]7010|49157)"
    r"|49(?:3023125|6990009|4066969|2214710|8999998|15228|17139200|30901820)"
)
"""Ranges that regulators keep free for films and examples."""
_EXAMPLE_SSNS = frozenset(
    {"123-45-6789", "078-05-1120", "219-09-9999", "111-22-3333", "123-12-1234", "457-55-5462"}
)


def find_phones(text: str) -> Iterator[str]:
    """Phone numbers with a country code, or in a North American form. Fictional and toll-free numbers are none."""
    for match in _INTERNATIONAL.finditer(text):
        digits = _digits(match.group())
        if _is_international(digits) and not _is_named_otherwise(text, match.start()):
            yield match.group()
    for match in _NORTH_AMERICAN.finditer(text):
        area, exchange = match["area"] or match["bare_area"], match["exchange"] or match["bare_exchange"]
        if _is_north_american(area, exchange, match["line"]) and not _is_named_otherwise(text, match.start()):
            yield match.group()


def _is_international(digits: str) -> bool:
    code = _CALLING_CODES.match(digits)
    if code is None or not 10 <= len(digits) <= 15 or _is_counted(digits):  # noqa: PLR2004 - E.164
        return False
    if digits[0] == "1":
        return len(digits) == 11 and _is_north_american(digits[1:4], digits[4:7], digits[7:])  # noqa: PLR2004
    return _FICTIONAL.match(digits) is None


def _is_north_american(area: str, exchange: str, line: str) -> bool:
    if "555" in (area, exchange) or area in _TOLL_FREE or area[1:] == "11" or exchange[1:] == "11":
        return False
    return area[0] in "23456789" and exchange[0] in "23456789" and not _is_counted(area + exchange + line)


def _is_counted(digits: str) -> bool:
    """True for 1234567890 and 99999999: numbers that nobody has."""
    return len(set(digits)) < _FEWEST_DISTINCT or any(run in digits for run in _RUNS)


def _is_named_otherwise(text: str, start: int) -> bool:
    before = text[max(0, start - 40) : start]
    return bool(_NO_PHONE.search(before)) and not _PHONE_NUMBER.search(before)


def find_social_security_numbers(text: str) -> Iterator[str]:
    """US social security numbers in a range that was given out, without those that became examples."""
    for match in _SSN.finditer(text):
        number = match.group()
        if number in _EXAMPLE_SSNS or _is_counted(_digits(number)):
            continue
        before = text[max(0, match.start() - 40) : match.start()]
        if not _NO_PHONE.search(before) or re.search(r"(?i)ssn|social|security|tax", before):
            yield number


def find_cards(text: str) -> Iterator[str]:
    """Payment card numbers with the right check digit; digits in a row only where the text speaks of cards."""
    for match in _CARD.finditer(text):
        number = _digits(match.group())
        if (
            number in TEST_CARDS
            or len(set(number)) <= _FEWEST_DISTINCT
            or not _has_issuer(number)
            or not is_luhn(number)
        ):
            continue
        if _is_counted(number[:-1]):
            continue
        if _is_named_otherwise(text, match.start()):
            continue
        nearby = text[max(0, match.start() - 80) : match.end() + 80]
        if match.group() != number or _CARD_WORDS.search(nearby):
            yield match.group()


def _has_issuer(number: str) -> bool:
    """Visa, Mastercard, American Express, Discover, JCB, Diners by their first digits (ISO/IEC 7812)."""
    first = int(number[:4])
    match len(number):
        case 15:
            return number[:2] in ("34", "37")
        case 14:
            return number[:2] in ("30", "36", "38")
        case _:
            ranges = ((4000, 4999), (5100, 5599), (2221, 2720), (6011, 6011), (6440, 6599), (3528, 3589))
            return any(low <= first <= high for low, high in ranges)


def find_ibans(text: str) -> Iterator[str]:
    """International bank account numbers with the right check digits, without those of documentations."""
    for match in _IBAN.finditer(text):
        number = match.group().replace(" ", "")
        if is_iban(number) and number not in EXAMPLE_IBANS and "123456789" not in number:
            yield match.group()


def _digits(text: str) -> str:
    return "".join(char for char in text if char.isdigit())
