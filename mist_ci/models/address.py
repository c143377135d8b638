"""An address that a client can call: judged when the file is read, with line and column, and not in mid-run."""

import unicodedata
from typing import Annotated

from pydantic import AfterValidator, AnyHttpUrl, Field, ValidationError

MAX_HOST_CHARS = 253
NO_SUCH_PORT = "must have a port from 1 to 65535, or none"


def _can_be_called(value: str) -> str:
    authority = value.split("://", 1)[1].split("/", 1)[0]
    if "@" in authority:
        raise ValueError("must not contain a user name or password: name an environment variable in key_env")
    if "?" in value or "#" in value:
        raise ValueError("must not contain a query or a fragment")
    if not authority or set(authority) & set("\\%") or not unicodedata.is_normalized("NFC", authority):
        raise ValueError("must name a host after '://', written plainly, with '/' before the path")
    url = _parsed(value)
    if url.port == 0:
        raise ValueError(NO_SUCH_PORT)
    _check_host(url)
    return value.rstrip("/")


def _parsed(value: str) -> AnyHttpUrl:
    try:
        return AnyHttpUrl(value)
    except ValidationError as error:
        problem = error.errors()[0].get("ctx", {}).get("error")
    raise ValueError(
        NO_SUCH_PORT
        if problem == "invalid port number"
        else f"must name a host that can be called: {problem}"
    )


def _check_host(url: AnyHttpUrl) -> None:
    """What a name server can be asked for, and what clients read in the same way."""
    try:
        asked = (url.host or "").encode("idna")
    except UnicodeError:
        raise ValueError("must name a host whose parts have 1 to 63 characters") from None
    if len(asked) > MAX_HOST_CHARS:
        raise ValueError(f"must name a host of at most {MAX_HOST_CHARS} characters")
    host = url.unicode_host() or ""
    if not host.startswith("[") and not _is_plain(host):
        raise ValueError("must name a host that is made of letters, digits, dots and inner dashes")


def _is_plain(host: str) -> bool:
    """True for letters of any script, digits and inner dashes; names in ASCII may have `_`, as in containers.

    Two dashes in the third place announce an encoding: names of other scripts must not have them (RFC 5891, 4.2.3.1).
    """
    dashes = "-_" if host.isascii() else "-"
    return all(
        part == part.strip("-")
        and (host.isascii() or part[2:4] != "--")
        and all(one in dashes or unicodedata.category(one)[0] in "LMN" for one in part)
        for part in host.rstrip(".").split(".")
    )


_STORES = ("s3", "gs", "az", "abfs", "abfss", "hf")


def _can_be_fetched(value: str) -> str:
    scheme, _, rest = value.partition("://")
    place, _, name = rest.partition("/")
    if scheme in {"http", "https"}:
        return _can_be_called(value)
    if scheme not in _STORES:
        raise ValueError(f"must begin with https:// or one of {', '.join(f'{one}://' for one in _STORES)}")
    if not place or not name or not value.isprintable() or set(value) & set(" *?[]#\\"):
        raise ValueError("must name one object: a bucket, '/' and its name, without patterns")
    if "::" in value or ".." in name.split("/"):
        raise ValueError("must name one object plainly, without '::' and '..'")
    return value


def place_of(address: str) -> str:
    """Where an address leads: `host`, with its port where it has one, or `s3://bucket`.

    >>> place_of("https://data.example.com:8443/a.jsonl"), place_of("s3://bucket/a.jsonl")
    ('data.example.com:8443', 's3://bucket')
    """
    scheme, _, rest = address.partition("://")
    place = rest.partition("/")[0].lower()
    return place if scheme in {"http", "https"} else f"{scheme}://{place}"


DataAddress = Annotated[str, AfterValidator(_can_be_fetched)]
"""One object outside of git: `https://host/path`, or `s3://bucket/name` and the like; no credentials, no pattern."""

DataPlace = Annotated[str, Field(pattern=r"^([a-z0-9]+://)?[A-Za-z0-9._-]+(:[0-9]{1,5})?$", max_length=300)]
"""A host, as an address has it (`data.example.com`, `localhost:8080`), or a bucket (`s3://bucket`)."""

Address = Annotated[str, Field(pattern=r"^https?://[^\s]+$"), AfterValidator(_can_be_called)]
"""`http://` or `https://`, a host, perhaps a port and a path; no credentials, and no slash at the end."""
