"""Where a request may go: to hosts that somebody trusted has named, and otherwise to public addresses only."""

import ipaddress
import socket
from collections.abc import Callable
from dataclasses import dataclass

import httpx

Resolve = Callable[[str, int], list[str]]
_DEFAULT_PORTS = {"http": 80, "https": 443}
_EMBEDDED_V4 = ipaddress.ip_network("64:ff9b::/96")


class Refused(Exception):
    """The request may not be sent; the text says why."""


@dataclass(frozen=True, slots=True)
class Route:
    """What one download may reach."""

    origin: str
    """`host` or `host:port` that the policy or the clone names: reached whatever it is."""
    hosts: frozenset[str] = frozenset()
    """Others that the policy names."""
    public: bool = False
    """Whether any host with public addresses will do, over https: where Git LFS keeps its objects."""


@dataclass(frozen=True, slots=True)
class Target:
    """A request that may be sent: to this URL, with these headers and extensions."""

    url: httpx.URL
    headers: dict[str, str]
    extensions: dict[str, str]


def resolve(host: str, port: int) -> list[str]:
    """The addresses of a host, as the system's resolver gives them."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(address[4][0]) for address in found]


def allowed(url: httpx.URL, route: Route, ask: Resolve = resolve) -> Target:
    """How to reach `url`. Raises Refused.

    A public host is resolved once, and the request goes to the address that was looked at: a name that answers
    differently the second time leads nowhere else.
    """
    if url.scheme not in _DEFAULT_PORTS or not url.host or url.userinfo:
        raise Refused("it leads to an address that is no plain https:// address")
    place = place_of_url(url)
    if place == route.origin or place in route.hosts:
        return Target(url, {}, {})
    if not route.public:
        raise Refused(f"it leads to {place}, which the policy does not name in `data_hosts`")
    if url.scheme != "https":
        raise Refused(f"it leads to {place} without TLS")
    address = _public_address(url, ask)
    headers = {"Host": url.netloc.decode("ascii")}
    return Target(url.copy_with(host=address), headers, {"sni_hostname": url.host})


def place_of_url(url: httpx.URL) -> str:
    """`host`, or `host:port` where the port is not that of the scheme."""
    host = f"[{url.host}]" if ":" in url.host else url.host
    return host if url.port in (None, _DEFAULT_PORTS.get(url.scheme)) else f"{host}:{url.port}"


def _public_address(url: httpx.URL, ask: Resolve) -> str:
    try:
        addresses = ask(url.host, url.port or 443)
    except (OSError, UnicodeError):
        raise Refused(f"it leads to {url.host}, which cannot be resolved") from None
    if not addresses or not all(is_public(address) for address in addresses):
        raise Refused(f"it leads to {url.host}, a private address that the policy does not name")
    return addresses[0]


def is_public(address: str) -> bool:
    """True for addresses of the public internet; an IPv4 address inside of an IPv6 one counts as itself.

    >>> [is_public(one) for one in ("140.82.112.3", "10.0.0.1", "169.254.169.254", "::ffff:127.0.0.1", "::1")]
    [True, False, False, False, False]
    """
    found = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(found, ipaddress.IPv6Address):
        if found in _EMBEDDED_V4:
            return is_public(str(ipaddress.IPv4Address(found.packed[-4:])))
        inner = found.ipv4_mapped or found.sixtofour
        if inner is not None:
            return is_public(str(inner))
    return found.is_global and not found.is_multicast
