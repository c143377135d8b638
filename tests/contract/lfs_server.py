"""A server of Git LFS on loopback: the batch API and the basic transfers, held against the published schemas.

The real git-lfs pushes to it and fetches from it (test_lfs.py), so what our client talks to is the real protocol.
"""

import base64
import hashlib
import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Self

import jsonschema  # type: ignore[import-untyped]

SCHEMAS = Path(__file__).parents[1] / "data" / "git-lfs"
MEDIA_TYPE = "application/vnd.git-lfs+json"


def valid(document: Any, which: str) -> Any:
    """The document, which fits the published schema."""
    schema = json.loads((SCHEMAS / f"http-batch-{which}-schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft4Validator(schema).validate(document)
    return document


@dataclass(frozen=True, slots=True)
class Seen:
    method: str
    path: str
    headers: Mapping[str, str]


@dataclass
class Play:
    """How the server behaves."""

    token: str | None = None
    """What HTTP Basic must say as a password, for batches and (unless the action has its own) for objects."""
    action: Callable[[str], dict[str, Any] | None] | None = None
    """oid → another download action than its own; None takes the action away."""
    answer: bytes | None = None
    """Another answer to a batch."""


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: "Listener"

    def do_POST(self) -> None:
        body = self._body()
        if not self._is_welcome():
            return self._send(401, b'{"message": "no"}')
        if self.headers["Accept"].partition(";")[0] != MEDIA_TYPE:
            return self._send(406, b"{}")
        wanted = valid(json.loads(body), "request")
        owner = self.server.owner
        if owner.play.answer is not None:
            return self._send(200, owner.play.answer)
        objects = [owner.describe(one, wanted["operation"]) for one in wanted["objects"]]
        reply = valid({"transfer": "basic", "objects": objects}, "response")
        return self._send(200, json.dumps(reply).encode(), {"Content-Type": MEDIA_TYPE})

    def do_PUT(self) -> None:
        body = self._body()
        self.server.owner.objects[hashlib.sha256(body).hexdigest()] = body
        self._send(200, b"")

    def do_GET(self) -> None:
        self._body()
        content = self.server.owner.objects.get(self.path.rpartition("/")[2])
        if not self._is_welcome() and "X-Signed" not in self.headers:
            return self._send(401, b"")
        return self._send(404, b"") if content is None else self._send(200, content)

    def _body(self) -> bytes:
        self.server.owner.seen.append(Seen(self.command, self.path, dict(self.headers)))
        if self.headers.get("Transfer-Encoding") == "chunked":
            return b"".join(iter(self._chunk, b""))
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))

    def _chunk(self) -> bytes:
        chunk = self.rfile.read(int(self.rfile.readline(), 16))
        self.rfile.readline()
        return chunk

    def _is_welcome(self) -> bool:
        token = self.server.owner.play.token
        given = self.headers.get("Authorization", "").removeprefix("Basic ")
        return token is None or base64.b64decode(given).decode().partition(":")[2] == token

    def _send(self, status: int, body: bytes, headers: Mapping[str, str] | None = None) -> None:
        self.send_response_only(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Silent."""


class Listener(ThreadingHTTPServer):
    daemon_threads = True
    owner: "LfsServer"

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that gave up is part of the play."""


@dataclass
class LfsServer:
    """`url` is the endpoint; `objects` holds contents by oid, `seen` all requests."""

    play: Play = field(default_factory=Play)
    objects: dict[str, bytes] = field(default_factory=dict)
    seen: list[Seen] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._listener = Listener(("127.0.0.1", 0), Handler)
        self._listener.owner = self
        self._thread = threading.Thread(target=self._listener.serve_forever, args=(0.01,))
        self.place = f"127.0.0.1:{self._listener.server_port}"
        self.url = f"http://{self.place}/acme/bot.git/info/lfs"

    def add(self, content: bytes) -> bytes:
        """Keeps an object; gives its pointer."""
        oid = hashlib.sha256(content).hexdigest()
        self.objects[oid] = content
        return pointer(content)

    def describe(self, wanted: Mapping[str, Any], operation: str) -> dict[str, Any]:
        known = {"oid": wanted["oid"], "size": wanted["size"]}
        href = f"http://{self.place}/objects/{wanted['oid']}"
        if operation == "upload":
            return {**known, "actions": {"upload": {"href": href}}}
        if wanted["oid"] not in self.objects:
            return {**known, "error": {"code": 404, "message": "Object does not exist"}}
        action = self.play.action(wanted["oid"]) if self.play.action else {"href": href, "expires_in": 60}
        return {**known, "actions": {"download": action}} if action else known

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.shutdown()
        self._thread.join()
        self._listener.server_close()


def pointer(content: bytes) -> bytes:
    oid = hashlib.sha256(content).hexdigest()
    return f"version https://git-lfs.github.com/spec/v1\noid sha256:{oid}\nsize {len(content)}\n".encode()
