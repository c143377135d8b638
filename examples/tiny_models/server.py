"""Serve the tiny models over the OpenAI protocol, on one core, with nothing to set up.

    python examples/tiny_models/server.py --port 0

When it is ready it prints one line of JSON on standard output:

    {"base_url": "http://127.0.0.1:PORT/v1", "models": ["base", ...]}

It stops, with exit code 0, on SIGTERM, on SIGINT and when its standard input ends, so it
cannot outlive the program that started it with a pipe (``--detached`` ignores standard
input). Needs the ``demo`` extra: numpy, safetensors, tokenizers; and Jinja.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import signal
import sys
import threading
import time
import uuid
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any

# Before the model's import loads numpy and its BLAS: the matrices are so small that
# threads only cost.
for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[_name] = "1"

from model import ChatModel, PromptError, load_chat_model  # noqa: E402 - see above
from protocol import ApiError, chat_response, parse_chat_request  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Sequence

MAX_BODY_BYTES = 1 << 20
IDLE_SECONDS = 120
MAX_DISCARDED_BYTES = 16 << 20
DISCARD_SECONDS = 0.2
_LENGTH_DIGITS = 12
_METHODS = {"/v1/chat/completions": "POST", "/v1/models": "GET", "/health": "GET"}


class Registry:
    """The models of a directory, each loaded when it is first asked for."""

    def __init__(self, directory: Path) -> None:
        """Find the models. Raises ValueError when the directory has none."""
        self._directory = directory
        self._loaded: dict[str, ChatModel] = {}
        self._lock = threading.Lock()
        self.names = sorted(path.parent.name for path in directory.glob("*/config.json"))
        if not self.names:
            raise ValueError(f"no models in {directory}")

    def get(self, name: str) -> ChatModel:
        """Return a model. Raises ApiError: 404 unknown, 500 its files are broken."""
        if name not in self.names:
            message = f"the model {name!r} does not exist"
            raise ApiError(HTTPStatus.NOT_FOUND, message, param="model", code="model_not_found")
        with self._lock:
            if name not in self._loaded:
                try:
                    self._loaded[name] = load_chat_model(self._directory, name)
                except (OSError, ValueError, KeyError) as error:
                    message = f"the model {name!r} cannot be loaded: {error}"
                    raise ApiError(HTTPStatus.INTERNAL_SERVER_ERROR, message) from error
            return self._loaded[name]


class TinyServer(ThreadingHTTPServer):
    """One thread per connection; one lock, so that one answer is computed at a time."""

    daemon_threads = True
    request_queue_size = 256

    def __init__(self, address: tuple[str, int], registry: Registry, slow_ms: int) -> None:
        """Bind and listen. Raises OSError when the address cannot be had."""
        super().__init__(address, Handler)
        self._registry = registry
        self._slow_seconds = slow_ms / 1000
        self._started = int(time.time())
        self._compute = threading.Lock()

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing when a client has gone; report everything else."""
        if not isinstance(sys.exception(), ConnectionError | TimeoutError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]

    def models(self) -> dict[str, Any]:
        """Return the body of GET /v1/models."""
        entries = [
            {
                "id": name,
                "object": "model",
                "created": self._started,
                "owned_by": "tiny_models",
            }
            for name in self._registry.names
        ]
        return {"object": "list", "data": entries}

    def chat(self, body: bytes) -> dict[str, Any]:
        """Answer a chat-completions request. Raises ApiError."""
        request = parse_chat_request(body)
        model = self._registry.get(request.model)
        if self._slow_seconds:
            time.sleep(self._slow_seconds)
        try:
            with self._compute:
                answer = model.complete(request.messages, request.max_tokens, request.sampling, request.stop)
        except PromptError as error:
            raise ApiError(HTTPStatus.BAD_REQUEST, str(error), param="messages") from error
        return chat_response(
            f"chatcmpl-{uuid.uuid4().hex}",
            int(time.time()),
            request.model,
            model.fingerprint,
            answer,
        )


class Handler(BaseHTTPRequestHandler):
    """HTTP: routes, limits, and every response written with a single send."""

    server: TinyServer
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    timeout = IDLE_SECONDS

    def _handle(self) -> None:
        headers: tuple[str, ...] = ()
        try:
            status, body = HTTPStatus.OK, self._route()
        except ApiError as error:
            status, body = error.status, error.body()
            if status == HTTPStatus.METHOD_NOT_ALLOWED:
                headers = (f"Allow: {_METHODS[self._path()]}",)
        except Exception as error:  # noqa: BLE001
            # The client must get JSON even when this server has a bug; the traceback
            # of it goes to standard error.
            sys.excepthook(type(error), error, error.__traceback__)
            status = HTTPStatus.INTERNAL_SERVER_ERROR
            body = ApiError(status, "internal error").body()
        self._send(status, body, headers)

    do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = do_HEAD = do_OPTIONS = _handle  # noqa: N815 - http.server's names

    def _path(self) -> str:
        return self.path.partition("?")[0]

    def _route(self) -> dict[str, Any]:
        """Answer the request. Raises ApiError."""
        content = self._read_body()
        path = self._path()
        method = _METHODS.get(path)
        if method is None:
            raise ApiError(HTTPStatus.NOT_FOUND, f"there is nothing at {path}", code="unknown_url")
        if method != self.command:
            message = f"{path} takes {method}, not {self.command}"
            raise ApiError(HTTPStatus.METHOD_NOT_ALLOWED, message, code="method_not_allowed")
        if path == "/v1/chat/completions":
            return self.server.chat(content)
        return self.server.models() if path == "/v1/models" else {"status": "ok"}

    def _read_body(self) -> bytes:
        """Read the body, so that the connection can be used again. Raises ApiError.

        When the body cannot be read to its end the connection is closed after the answer:
        what is left of it would be taken for the next request.
        """
        declared = self.headers.get("Content-Length")
        chunked = "Transfer-Encoding" in self.headers
        if declared is None and not chunked and self.command != "POST":
            return b""
        as_agreed, self.close_connection = self.close_connection, True
        if declared is None or chunked:
            raise ApiError(HTTPStatus.LENGTH_REQUIRED, "the body needs a Content-Length")
        if not (declared.isascii() and declared.isdigit()):
            raise ApiError(HTTPStatus.BAD_REQUEST, "the Content-Length is not a number")
        if len(declared) > _LENGTH_DIGITS or int(declared) > MAX_BODY_BYTES:
            self._discard_body()
            message = f"the body is larger than {MAX_BODY_BYTES} bytes"
            raise ApiError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, message)
        body = self.rfile.read(int(declared))
        if len(body) < int(declared):
            raise ApiError(HTTPStatus.BAD_REQUEST, "the body ended early")
        self.close_connection = as_agreed
        return body

    def _discard_body(self) -> None:
        """Read a good part of a body that is refused.

        A close with unread bytes resets the connection, and a client that is still
        sending would see the reset instead of the answer.
        """
        left = MAX_DISCARDED_BYTES
        self.connection.settimeout(DISCARD_SECONDS)
        with contextlib.suppress(OSError):
            while left > 0 and (chunk := self.rfile.read1(min(left, 1 << 16))):
                left -= len(chunk)

    def _send(self, status: HTTPStatus, body: dict[str, Any], headers: Sequence[str] = ()) -> None:
        content = json.dumps(body).encode()
        lines = [
            f"HTTP/1.1 {status.value} {status.phrase}",
            "Content-Type: application/json",
            f"Content-Length: {len(content)}",
            f"Connection: {'close' if self.close_connection else 'keep-alive'}",
            *headers,
        ]
        head = ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")
        self.wfile.write(head if self.command == "HEAD" else head + content)

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:  # noqa: ARG002
        """Answer requests that the base class cannot parse as JSON, too."""
        self.close_connection = True
        status = HTTPStatus(code)
        self._send(status, ApiError(status, message or status.phrase).body())

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Keep standard error for real errors: a run makes thousands of requests."""


def _watch_stdin(stop: threading.Event) -> None:
    """Set ``stop`` when standard input ends, which it does when the parent dies."""
    with contextlib.suppress(OSError):
        # Not sys.stdin: its lock, held by this thread, would break the interpreter's exit.
        while os.read(0, 4096):
            pass
    stop.set()


def main(argv: Sequence[str] | None = None) -> int:
    """Serve until told to stop; return the exit code."""
    parser = argparse.ArgumentParser(description="Serve the tiny models.")
    here = Path(__file__).resolve().parent
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--models-dir", type=Path, default=here / "models")
    parser.add_argument("--slow-ms", type=int, default=0, help="added to each request")
    parser.add_argument("--detached", action="store_true", help="ignore standard input")
    options = parser.parse_args(argv)
    stop = threading.Event()
    for signal_number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(signal_number, lambda *_: stop.set())
    try:
        registry = Registry(options.models_dir)
        server = TinyServer((options.host, options.port), registry, options.slow_ms)
    except (OSError, ValueError) as error:
        parser.error(str(error))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    if not options.detached:
        threading.Thread(target=_watch_stdin, args=(stop,), daemon=True).start()
    host, port = server.server_address[:2]
    ready = {"base_url": f"http://{host!s}:{port}/v1", "models": registry.names}
    print(json.dumps(ready), flush=True)
    stop.wait()
    server.shutdown()
    server.server_close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
