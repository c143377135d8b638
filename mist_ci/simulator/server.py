"""The fake GitHub as an HTTP server on loopback."""

import json
import socket
import struct
import threading
import time
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit

from mist_ci.simulator import graphql
from mist_ci.simulator.description import Breach, Description, Operation
from mist_ci.simulator.endpoints import ENDPOINTS
from mist_ci.simulator.exchange import Call, Refusal, Reply, missing
from mist_ci.simulator.faults import Fault, Faults
from mist_ci.simulator.state import Token, fresh_state

ENTERPRISE = "/api/v3"
GRAPHQL = {"/graphql", "/api/graphql"}
NO_CONTENT = 204


@dataclass
class Seen:
    """One request as it arrived; `status` is None while, or because, there was no answer."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: Any
    status: int | None = None
    at: float = field(default_factory=time.monotonic)

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


class FakeGitHub:
    """One repository over a bare git directory; see the package for what its parts are."""

    def __init__(
        self,
        repository: Path,
        full_name: str = "acme/models",
        *,
        port: int = 0,
        writes_per_minute: int = 80,
        description: Description | None = None,
    ) -> None:
        self.state = fresh_state(full_name, repository, writes_per_minute)
        self.faults = Faults()
        self.seen: list[Seen] = []
        self.breaches: list[str] = []
        self._description = description or Description()
        self._writes: deque[float] = deque()
        self._lock = threading.Lock()
        self._listener = _Listener(("127.0.0.1", port), _Handler)
        self._listener.github = self
        self._thread = threading.Thread(target=self._listener.serve_forever, args=(0.01,))
        self.url = f"http://127.0.0.1:{self._listener.server_port}"
        self.enterprise_url = f"{self.url}{ENTERPRISE}"

    def start(self) -> Self:
        """Answers from now on."""
        self._thread.start()
        return self

    def close(self) -> None:
        """Answers no more. Breaches stay readable."""
        self.faults.closing.set()
        self._listener.shutdown()
        self._thread.join()
        self._listener.server_close()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self.close()
        if kind is None and self.breaches:
            raise AssertionError("not as GitHub describes it:\n" + "\n".join(self.breaches))

    def requests(self) -> list[str]:
        """`METHOD path` of every request so far."""
        return [str(seen) for seen in self.seen]

    def note(self, seen: Seen) -> Fault | None:
        """Writes a request down and tells what goes wrong with it."""
        with self._lock:
            self.seen.append(seen)
        return self.faults.take(seen.method, seen.path)

    def answer(self, seen: Seen) -> Reply:
        """Carries a request out; both it and its reply are held against the description."""
        try:
            return self._answer(seen)
        except Refusal as refusal:
            return refusal.reply
        except Breach as breach:
            self.breaches.append(f"{seen}: {breach}")
            return Reply(400, {"message": f"not as GitHub describes it: {breach}"})

    def _answer(self, seen: Seen) -> Reply:
        token = self._token(seen)
        if seen.path in GRAPHQL:
            with self.state.lock:
                return graphql.answer(self.state, token, seen.body or {})
        path = seen.path.removeprefix(ENTERPRISE)
        operation = self._description.find(seen.method, path)
        if operation is None:
            raise Breach("MIST CI has no business with this endpoint, or the description was cut too short")
        query = self._description.query(operation, seen.query)
        self._description.check_body(operation, seen.body)
        reply = self._carry_out(seen, token, operation, query, path)
        self._description.check_reply(operation, reply.status, reply.body)
        return reply

    def _carry_out(
        self, seen: Seen, token: Token, operation: Operation, query: dict[str, Any], path: str
    ) -> Reply:
        values = operation.path_values
        base_url = self.url if path == seen.path else self.enterprise_url
        call = Call(
            self.state, self._description, base_url, token, values, query, seen.body or {}, base_url + path
        )
        try:
            with self.state.lock:
                self._admit(seen, token, values)
                self.state.follow_branches()
                return ENDPOINTS[operation.id](call)
        except Refusal as refusal:
            return refusal.reply

    def _token(self, seen: Seen) -> Token:
        scheme, _, value = seen.headers.get("authorization", "").partition(" ")
        token = self.state.tokens.get(value)
        if scheme.lower() not in {"bearer", "token"} or token is None:
            raise Refusal(401, "Bad credentials")
        return token

    def _admit(self, seen: Seen, token: Token, values: Mapping[str, Any]) -> None:
        if "owner" in values and f"{values['owner']}/{values['repo']}" != self.state.full_name:
            raise missing()
        if seen.method == "GET":
            return
        if not token.can_write:
            raise Refusal(403, "Resource not accessible by integration")
        now = time.monotonic()
        while self._writes and self._writes[0] < now - 60:
            self._writes.popleft()
        if len(self._writes) >= self.state.writes_per_minute:
            raise Refusal(403, "You have exceeded a secondary rate limit.", Retry_After="60")
        self._writes.append(now)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: "_Listener"

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Silent."""

    def _handle(self) -> None:
        seen = self._read()
        github = self.server.github
        fault = github.note(seen)
        reply = github.answer(seen) if fault is None or fault.is_after else None
        if fault is not None:
            if fault.wait is not None:
                fault.wait()
            if fault.hangs_up:
                self._hang_up()
                return
            reply = fault.reply or reply or github.answer(seen)
        if reply is not None:
            seen.status = reply.status
            self._send(reply)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _handle  # noqa: N815 - http.server's names

    def _read(self) -> Seen:
        parts = urlsplit(self.path)
        length = int(self.headers.get("Content-Length") or 0)
        body = json.loads(self.rfile.read(length)) if length else None
        headers = {name.lower(): value for name, value in self.headers.items()}
        return Seen(self.command, parts.path, dict(parse_qsl(parts.query)), headers, body)

    def _send(self, reply: Reply) -> None:
        is_json = not isinstance(reply.body, bytes)
        body = json.dumps(reply.body).encode() if is_json and reply.body is not None else reply.body or b""
        self.send_response_only(reply.status)
        for name, value in {"Content-Type": "application/json; charset=utf-8", **reply.headers}.items():
            self.send_header(name, value)
        if reply.status != NO_CONTENT:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _hang_up(self) -> None:
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True


class _Listener(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128
    github: FakeGitHub

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that gave up is part of the play."""
