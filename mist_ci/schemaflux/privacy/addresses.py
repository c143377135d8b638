"""Email and IP addresses of people and machines that exist."""

import re
from collections.abc import Iterator
from ipaddress import IPv4Address

from mist_ci.schemaflux.patterns import byte_pattern
from mist_ci.schemaflux.privacy.examples import (
    PLACEHOLDER_LABELS,
    ROLE_NAMES,
    TOP_LEVEL,
    WELL_KNOWN_ADDRESSES,
)
from mist_ci.schemaflux.privacy.masking import NUMBER_START

EMAIL_TRIGGER = (
    rb"[^\\][A-Za-z0-9._%+-]@"
    rb"(?:[A-Za-df-z0-9-]|e[A-Za-wyz0-9-]|ex[A-Zb-z0-9-]|exa[A-Za-ln-z0-9-]|exam[A-Za-oq-z0-9-])[A-Za-z0-9-]*[.][A-Za-z]"
)
"""Not for domains that begin with `examp`: clean data is full of them."""
_EMAIL = byte_pattern(
    rb"(?:^|[^\\/@A-Za-z0-9._%+\x80-\xff-])([A-Za-z0-9][A-Za-z0-9._%+-]*@(?:[A-Za-z0-9-]+[.])+[A-Za-z]{2,12})"
)
_FIRST_OCTET = (
    "(?:[1-9]|1[1-9]|[2-9][0-9]|1[01345][0-9]|12[0-689]|16[0-8]|17[013-9]|18[0-9]|19[013-9]"
    "|2[01][0-9]|22[0-3])"
)
"""Not 0, 10, 127, 169, 172, 192, and 224 up: most of these are private, loopback, link-local or multicast."""
_OCTETS = f"{_FIRST_OCTET}[.][0-9]{{1,3}}[.][0-9]{{1,3}}[.][0-9]"
IP_TRIGGER = b"(?://|" + NUMBER_START + b")" + _OCTETS.encode()
_IP = re.compile(rf"(?:(?<=//)|(?<![\w.,/+#-])){_OCTETS}{{1,3}}(?![\w-]|\.\d)", re.ASCII)
_VERSION = re.compile(r"(?i)(?:\bv|ver\.?|version|release|build|section|§|[^/]/|oid|==|[<>~^]=?)\s*$")
_HOST = re.compile(
    r"(?i)\b(?:servers?|hosts?|machines?|routers?|gateways?|ip|ip address(?:es)?|logged in|connected)"
    r"\W{1,3}(?:(?:is|at|on|from|to|address|was|runs|has the)\W{1,3}){0,3}$"
)
_SMALL, _LARGEST = 99, 255
_LONGEST_URL = 200


def find_emails(text: str) -> Iterator[str]:
    """Addresses of single people: not those of roles, of examples, of placeholders, or inside of URLs."""
    if "@" not in text:
        return
    content = text.encode("utf-8", "surrogatepass")
    for match in _EMAIL.finditer(content):
        address, after = match.group(1).decode(), content[match.end() : match.end() + 1]
        is_whole = not after.isalnum() and after not in (b"_", b"-", b"@", b"(")
        if is_whole and not _is_in_url(content, match.start(1)) and _is_personal(address.lower()):
            yield address


def _is_in_url(content: bytes, start: int) -> bool:
    """True for `https://name:password@host`."""
    before = content[max(0, start - _LONGEST_URL) : start]
    return not before[-1:].isspace() and b"://" in (before.split() or [b""])[-1]


def _is_personal(address: str) -> bool:
    local, _, domain = address.partition("@")
    labels = domain.split(".")
    if domain.startswith("examp") or "example".startswith(labels[0]):
        return False
    if labels[-1] not in TOP_LEVEL or not PLACEHOLDER_LABELS.isdisjoint(labels):
        return False
    return (
        local not in ROLE_NAMES
        and local.split("+")[0] not in ROLE_NAMES
        and any(char.isalpha() for char in local)
    )


def find_public_addresses(text: str) -> Iterator[str]:
    """IPv4 addresses that are routed on the internet. What may be a version number is none."""
    for match in _IP.finditer(text):
        address = match.group()
        if (
            address not in WELL_KNOWN_ADDRESSES
            and _is_host(address)
            and not _VERSION.search(text[: match.start()][-16:])
        ):
            yield address


def is_told_as_host(text: str, address: str) -> bool:
    """True where the words before an address say that a machine has it."""
    place = text.find(address)
    return place > 0 and _HOST.search(text[max(0, place - 60) : place]) is not None


def _is_host(address: str) -> bool:
    """True for a machine on the internet; small numbers only, or zeros in front, are a version."""
    octets = address.split(".")
    if any(octet != str(int(octet)) for octet in octets) or not _SMALL < max(map(int, octets)) <= _LARGEST:
        return False
    one = IPv4Address(address)
    return one.is_global and not one.is_multicast and octets[3] not in ("0", "255")
