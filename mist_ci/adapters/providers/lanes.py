"""HTTP connections to one provider."""

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import anyio
import httpx

CONNECT_TIMEOUT_S = 10.0


class Lanes:
    """Lends out HTTP clients of one connection each; the one given back last goes first.

    One client with many connections would look at all of them for each request: at 64 connections that is
    most of the CPU time of a call.
    """

    def __init__(self, headers: Mapping[str, str], timeout_s: float) -> None:
        # Its debug log has response headers, and a server can put the key it was sent into one.
        logging.getLogger("httpcore").setLevel(logging.INFO)
        self._headers = headers
        self._timeout = httpx.Timeout(timeout_s, connect=min(timeout_s, CONNECT_TIMEOUT_S))
        # The environment must not choose whom to trust, nor (below) a proxy that would see the key.
        self._tls = httpx.create_ssl_context(trust_env=False)
        self._all: list[httpx.AsyncClient] = []
        self._idle: list[httpx.AsyncClient] = []

    @contextmanager
    def lane(self) -> Iterator[httpx.AsyncClient]:
        """A client that nobody else uses meanwhile; opened when none is idle."""
        client = self._idle.pop() if self._idle else self._open()
        try:
            yield client
        finally:
            self._idle.append(client)

    async def aclose(self) -> None:
        """Closes all connections, also when the caller is being cancelled."""
        with anyio.CancelScope(shield=True):
            for client in self._all:
                await client.aclose()

    def _open(self) -> httpx.AsyncClient:
        client = httpx.AsyncClient(
            # Compressed replies could grow a thousandfold while they are read.
            headers={
                "Accept-Encoding": "identity",
                "Content-Type": "application/json",
                **self._headers,
            },
            timeout=self._timeout,
            limits=httpx.Limits(max_connections=1),
            follow_redirects=False,
            trust_env=False,
            verify=self._tls,
        )
        self._all.append(client)
        return client
