"""HTTP/1.1 connections to one provider: sockets by asyncio, the protocol by h11 (decision 21)."""

import asyncio
import ssl
from collections.abc import Mapping
from typing import cast
from urllib.parse import quote, urlsplit

import anyio
import h11

from mist_ci.adapters.providers.replies import Reply

CONNECT_TIMEOUT_S = 10.0
MAX_REPLY_BYTES = 8 * 2**20
_MOST_ARRIVING_BYTES = 2 * MAX_REPLY_BYTES
"""Of one exchange, with what is no body: interim replies and the extensions of chunks have no end of their own."""
HAPPY_EYEBALLS_S = 0.25
_ENOUGH_BYTES = 2**18
"""So much may wait unread, then the server has to."""


class BrokenExchange(Exception):
    """No whole reply. `answered` when the head of one came back, `sent` when the server may have read the request."""

    def __init__(self, reason: str, *, answered: bool, sent: bool) -> None:
        super().__init__(reason)
        self.answered = answered
        self.sent = sent


class Origin:
    """Where connections go: scheme, host and port of an address."""

    def __init__(self, address: str) -> None:
        parts = urlsplit(address)
        self.is_tls = parts.scheme == "https"
        self.host = (parts.hostname or "").encode("idna").decode() if parts.hostname else ""
        self.port = parts.port or (443 if self.is_tls else 80)
        name = f"[{self.host}]" if ":" in self.host else self.host
        self.header = f"{name}:{parts.port}" if parts.port else name


class Lanes:
    """Lends out connections that are open; the one given back last goes first."""

    def __init__(self, headers: Mapping[str, str]) -> None:
        # Compressed replies could grow a thousandfold while they are read.
        own = {
            "Accept-Encoding": "identity",
            "Content-Type": "application/json",
            "Accept": "application/json",
        }
        self._headers = [
            (name.encode(), value.encode("latin-1")) for name, value in {**own, **headers}.items()
        ]
        self._tls: ssl.SSLContext | None = None
        self._origins: dict[str, Origin] = {}
        self._known: dict[str, tuple[Origin, bytes]] = {}
        self._idle: dict[Origin, list[_Connection]] = {}
        self._all: set[_Connection] = set()

    async def post(self, address: str, body: bytes, limit_s: float) -> Reply:
        """One exchange; a redirect is a reply like any other. Raises BrokenExchange, after `limit_s` at the latest.

        A server may send a byte now and then: the limit is on the whole, not on each read. A connection that did not
        end as it should is never used again.
        """
        origin, target = self._where(address)
        head = [(b"Host", origin.header.encode()), *self._headers, (b"Content-Length", b"%d" % len(body))]
        request = h11.Request(method=b"POST", target=target, headers=head)
        connection = None
        try:
            async with asyncio.timeout(limit_s):
                connection = await self._connection(origin)
                return await connection.exchange(request, body)
        except TimeoutError:
            answered = connection is not None and connection.has_answered
            reason = f"no complete reply within {limit_s:.3g} s"
            raise BrokenExchange(reason, answered=answered, sent=connection is not None) from None
        finally:
            if connection is not None:
                self._give_back(origin, connection)

    async def aclose(self) -> None:
        """Closes all connections, also when the caller is being cancelled."""
        for connection in self._all:
            connection.close()
        self._all.clear()
        self._idle.clear()
        with anyio.CancelScope(shield=True):  # transports say goodbye in the loop's next round
            await asyncio.sleep(0)

    def _where(self, address: str) -> tuple[Origin, bytes]:
        """Origin and path of an address; a run asks at one or two."""
        if address not in self._known:
            self._known[address] = self._split(address)
        return self._known[address]

    def _split(self, address: str) -> tuple[Origin, bytes]:
        parts = urlsplit(address)
        place = f"{parts.scheme}://{parts.netloc}"
        if place not in self._origins:
            origin = self._origins[place] = Origin(address)
            self._idle[origin] = []
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        return self._origins[place], quote(path or "/", safe="/?&=:@!$'()*+,;%-._~").encode()

    async def _connection(self, origin: Origin) -> "_Connection":
        idle = self._idle[origin]
        while idle:
            connection = idle.pop()
            if connection.is_reusable():
                return connection
            self._drop(connection)
        try:
            with anyio.fail_after(CONNECT_TIMEOUT_S):
                _, connection = await asyncio.get_running_loop().create_connection(
                    _Connection, origin.host, origin.port,
                    ssl=self._trust() if origin.is_tls else None,
                    happy_eyeballs_delay=HAPPY_EYEBALLS_S,
                )  # fmt: skip
        except (OSError, UnicodeError) as error:  # TimeoutError and ssl.SSLError are OSErrors
            raise BrokenExchange(f"ConnectError: {_told(error)}", answered=False, sent=False) from None
        self._all.add(connection)
        return connection

    def _trust(self) -> ssl.SSLContext:
        """The environment must not choose whom to trust; a proxy of its choice is nowhere asked either."""
        if self._tls is None:
            import httpx  # noqa: PLC0415 - heavy, and a server on this machine needs no TLS

            self._tls = httpx.create_ssl_context(trust_env=False)
            self._tls.set_alpn_protocols(["http/1.1"])
        return self._tls

    def _give_back(self, origin: Origin, connection: "_Connection") -> None:
        if connection.is_reusable() and origin in self._idle:
            self._idle[origin].append(connection)
        else:
            self._drop(connection)

    def _drop(self, connection: "_Connection") -> None:
        connection.close()
        self._all.discard(connection)


class _Connection(asyncio.Protocol):
    """One connection, one exchange at a time."""

    def __init__(self) -> None:
        self.has_answered = False
        """The head of a reply to the last request has come."""
        self._h11 = h11.Connection(h11.CLIENT)
        self._transport: asyncio.Transport | None = None
        self._received = bytearray()
        self._arrived_bytes = 0
        self._ended = False
        self._lost: Exception | None = None
        self._news: asyncio.Future[None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Asyncio has opened it."""
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """Bytes of the server."""
        self._received += data
        if len(self._received) > _ENOUGH_BYTES and self._transport is not None:
            self._transport.pause_reading()
        self._tell()

    def eof_received(self) -> bool:
        """The server has said all that it will say."""
        self._ended = True
        self._tell()
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        """Closed, by whomever."""
        self._ended, self._lost = True, exc
        self._tell()

    def is_reusable(self) -> bool:
        """True when the last exchange ended as it should, and the server has said nothing since."""
        if self._ended or self._received or self._transport is None or self._transport.is_closing():
            return False
        return self._h11.our_state is h11.IDLE and not self._h11.trailing_data[0]

    def close(self) -> None:
        """At once, whatever is still to be said."""
        if self._transport is not None:
            self._transport.abort()

    async def exchange(self, request: h11.Request, body: bytes) -> Reply:
        """One request, one reply; its body is None when it is over MAX_REPLY_BYTES. Raises BrokenExchange."""
        protocol, head, self.has_answered, self._arrived_bytes = self._h11, None, False, 0
        read = bytearray()
        try:
            self._write(
                protocol.send(request), protocol.send(h11.Data(body)), protocol.send(h11.EndOfMessage())
            )
            while True:
                event = protocol.next_event()
                if event is h11.NEED_DATA:
                    protocol.receive_data(await self._more())
                elif isinstance(event, h11.Response):
                    head, self.has_answered = event, True
                elif isinstance(event, h11.Data):
                    read += event.data
                    if len(read) > MAX_REPLY_BYTES:
                        return _reply(head, None)
                elif isinstance(event, h11.EndOfMessage):
                    if protocol.our_state is protocol.their_state is h11.DONE:
                        protocol.start_next_cycle()
                    return _reply(head, bytes(read))
                elif isinstance(event, h11.ConnectionClosed):
                    raise h11.RemoteProtocolError("closed")  # told below
        except (OSError, h11.ProtocolError) as error:
            reason = self._why(error, len(read))
            raise BrokenExchange(reason, answered=self.has_answered, sent=True) from None

    def _why(self, error: Exception, read_bytes: int) -> str:
        """That a server hung up, h11 says in words that only its authors understand."""
        if not (self._ended and isinstance(error, h11.RemoteProtocolError)):
            return f"{type(error).__name__}: {_told(error)}"
        so_far = f"{read_bytes:,} bytes of its reply" if self.has_answered else "the request, without a reply"
        return f"the server closed the connection after {so_far}"

    def _write(self, *pieces: bytes | None) -> None:
        if self._transport is None or self._transport.is_closing():
            raise ConnectionResetError("the connection was closed")
        self._transport.write(b"".join(piece or b"" for piece in pieces))

    async def _more(self) -> bytes:
        """What has come in, at least a byte of it; nothing when the server has ended."""
        while not self._received and not self._ended:
            self._news = asyncio.get_running_loop().create_future()
            await self._news
        if self._lost is not None and not self._received:
            raise self._lost
        data = bytes(self._received)
        self._received.clear()
        self._arrived_bytes += len(data)
        if self._arrived_bytes > _MOST_ARRIVING_BYTES:
            raise h11.RemoteProtocolError("the server sends without end")
        if self._transport is not None and not self._ended:
            self._transport.resume_reading()
        return data

    def _tell(self) -> None:
        if self._news is not None and not self._news.done():
            self._news.set_result(None)


def _reply(head: h11.Response | None, body: bytes | None) -> Reply:
    """h11 gives no data before a head. Of headers with the same name the last one counts."""
    if head is None:
        raise h11.RemoteProtocolError("a body without a head")
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in head.headers}
    return Reply(head.status_code, headers, body)


def _told(error: Exception) -> str:
    if isinstance(error, TimeoutError) and not str(error):
        return f"no connection within {CONNECT_TIMEOUT_S:.0f} s"
    return str(error) or "no reason given"
