"""A real HTTP server on loopback that misbehaves as told: one behaviour per request, the last one repeats."""

import gzip
import json
import socket
import struct
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self

ANSWER: dict[str, object] = {
    "id": "c-1",
    "system_fingerprint": "fp_1",
    "choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "42"}}],
    "usage": {"prompt_tokens": 7, "completion_tokens": 1, "total_tokens": 8},
}


@dataclass(frozen=True, slots=True)
class Seen:
    """One request as it arrived."""

    path: str
    headers: Mapping[str, str]
    body: dict[str, object]


class Handler(BaseHTTPRequestHandler):
    """Plays the next behaviour of its server."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: "Listener"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.owner.next_behaviour(Seen(self.path, dict(self.headers), json.loads(body)))(self)

    def do_GET(self) -> None:
        self.server.owner.next_behaviour(Seen(self.path, dict(self.headers), {}))(self)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Silent."""

    def send(
        self, status: int, body: bytes, headers: Mapping[str, str] | None = None, length: int = -1
    ) -> None:
        self.send_response_only(status)
        for name, value in {"Content-Type": "application/json", **(headers or {})}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body) if length < 0 else length))
        self.end_headers()
        self.wfile.write(body)


class Listener(ThreadingHTTPServer):
    """Knows its FaultServer, and is silent about clients that hang up."""

    daemon_threads = True
    request_queue_size = 128
    owner: "FaultServer"

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that gave up is part of the play."""


Behaviour = Callable[[Handler], None]


class FaultServer:
    """Plays `script`, one behaviour per request. `seen` holds all requests; `url` is the base_url."""

    def __init__(self, *script: Behaviour) -> None:
        self.seen: list[Seen] = []
        self.closing = threading.Event()
        self._script = list(script) or [ok]
        self._lock = threading.Lock()
        self._listener = Listener(("127.0.0.1", 0), Handler)
        self._listener.owner = self
        self._thread = threading.Thread(target=self._listener.serve_forever, args=(0.01,))
        self.url = f"http://127.0.0.1:{self._listener.server_port}/v1"

    def next_behaviour(self, seen: Seen) -> Behaviour:
        with self._lock:
            self.seen.append(seen)
            return self._script.pop(0) if len(self._script) > 1 else self._script[0]

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.closing.set()
        self._listener.shutdown()
        self._thread.join()
        self._listener.server_close()


class Canary:
    """A listening socket that must stay silent: `touched` when anybody so much as connects."""

    def __init__(self) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._socket.settimeout(0.2)
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}/v1"

    def touched(self) -> bool:
        try:
            connection, _ = self._socket.accept()
        except TimeoutError:
            return False
        connection.close()
        return True

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()


def ok(handler: Handler) -> None:
    handler.send(200, json.dumps(ANSWER).encode())


def reply(status: int, document: object, **headers: str) -> Behaviour:
    """A JSON reply; `_` in header names stands for `-`."""
    body = json.dumps(document).encode()
    return raw(status, body, {name.replace("_", "-"): value for name, value in headers.items()})


def raw(status: int, body: bytes, headers: Mapping[str, str] | None = None) -> Behaviour:
    return lambda handler: handler.send(status, body, headers)


def error(status: int, message: str = "no", code: str | None = None, **headers: str) -> Behaviour:
    """An error in OpenAI's shape."""
    return reply(status, {"error": {"message": message, "type": "e", "code": code, "param": None}}, **headers)


def answer(**changes: object) -> Behaviour:
    """The good answer with other top-level fields; a value of None takes the field away."""
    return reply(200, {name: value for name, value in {**ANSWER, **changes}.items() if value is not None})


def html(status: int) -> Behaviour:
    return raw(status, b"<!doctype html><title>Welcome</title>", {"Content-Type": "text/html"})


def redirect(status: int, location: str) -> Behaviour:
    return raw(status, b"", {"Location": location})


def truncated_json(handler: Handler) -> None:
    """Well-formed HTTP, half a document."""
    handler.send(200, json.dumps(ANSWER).encode()[:60])


def cut_mid_body(handler: Handler) -> None:
    """Promises more bytes than it sends."""
    handler.send(200, json.dumps(ANSWER).encode()[:60], length=4096)
    handler.close_connection = True


def hang_up(handler: Handler) -> None:
    """Closes before any reply, with a reset."""
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    handler.close_connection = True


def ok_then_drop(handler: Handler) -> None:
    """Promises keep-alive and then closes the connection."""
    ok(handler)
    handler.close_connection = True


def huge(megabytes: int) -> Behaviour:
    """A body without an end in sight, written piece by piece."""

    def play(handler: Handler) -> None:
        handler.send(200, b"", length=megabytes * 2**20)
        for _ in range(megabytes):
            handler.wfile.write(b" " * 2**20)

    return play


def gzip_bomb(handler: Handler) -> None:
    """64 MiB of spaces in some 64 KiB."""
    handler.send(200, gzip.compress(b" " * 2**26), {"Content-Encoding": "gzip"})


def silent(handler: Handler) -> None:
    """Takes the request and never says a word."""
    handler.server.owner.closing.wait(10)
    handler.close_connection = True


def drip(handler: Handler) -> None:
    """Sends a byte now and then: no single read times out."""
    handler.send(200, b"", length=10_000)
    while not handler.server.owner.closing.wait(0.02):
        handler.wfile.write(b" ")
        handler.wfile.flush()
