"""A server of the chat-completions API that answers `42` after a fixed latency; prints its address, ends with stdin.

A process of its own, so that its CPU time is nobody's. Requests are counted: `GET /count` says how many were answered.
"""

import asyncio
import json
import sys

_ANSWER = json.dumps(
    {
        "id": "c-1",
        "object": "chat.completion",
        "created": 1_790_000_000,
        "model": "bench-2026-01-01",
        "system_fingerprint": "fp_1",
        "choices": [
            {
                "index": 0,
                "finish_reason": "stop",
                "logprobs": None,
                "message": {"role": "assistant", "content": "42"},
            }
        ],
        "usage": {"prompt_tokens": 21, "completion_tokens": 1, "total_tokens": 22},
    }
).encode()


def _reply(body: bytes) -> bytes:
    head = f"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
    return head.encode() + body


class Connection(asyncio.Protocol):
    """One connection: whole requests in, answers out in their order."""

    answered = 0

    def __init__(self, latency_s: float) -> None:
        self._latency_s = latency_s
        self._received = bytearray()
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Remembers where to answer."""
        if isinstance(transport, asyncio.Transport):
            self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Answers every request that is whole."""
        self._received += data
        while (end := self._received.find(b"\r\n\r\n")) >= 0:
            head = bytes(self._received[:end]).lower()
            if b"expect: 100-continue" in head and len(self._received) == end + 4:
                self._send(b"HTTP/1.1 100 Continue\r\n\r\n")
            length = 0
            for line in head.split(b"\r\n"):
                if line.startswith(b"content-length:"):
                    length = int(line[15:])
            if len(self._received) < end + 4 + length:
                return
            del self._received[: end + 4 + length]
            if head.startswith(b"get "):
                self._send(_reply(json.dumps({"answered": Connection.answered}).encode()))
            else:
                asyncio.get_running_loop().call_later(self._latency_s, self._answer)

    def _answer(self) -> None:
        Connection.answered += 1
        self._send(_reply(_ANSWER))

    def _send(self, data: bytes) -> None:
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(data)


async def serve(latency_s: float) -> None:
    """Until stdin ends."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Connection(latency_s), "127.0.0.1", 0, backlog=1024)
    print(server.sockets[0].getsockname()[1], flush=True)
    async with server:
        await loop.run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(serve(float(sys.argv[1])))
