"""A real HTTP server on loopback whose models are functions: some answer, one judges, one makes vectors of texts."""

import json
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

from mist_ci.models.suite import ChatMessage

Model = Callable[[str, Sequence[ChatMessage]], object]
"""What a model of that name says to messages: a text, a list of numbers, or the status of an error."""


class JudgeServer:
    """Serves `/v1/chat/completions` and `/v1/embeddings`; a model that is not there is a 404. `asked` counts models."""

    def __init__(self, models: dict[str, Model]) -> None:
        self.models = models
        self.asked: Counter[str] = Counter()
        self.bodies: list[dict[str, Any]] = []
        owner = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                status, reply = owner.reply(self.path, body)
                encoded = json.dumps(reply).encode()
                self.send_response_only(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(encoded)))
                self.end_headers()
                self.wfile.write(encoded)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002
                """Silent."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}/v1"

    def reply(self, path: str, body: dict[str, Any]) -> tuple[int, dict[str, object]]:
        name = body["model"]
        self.asked[name] += 1
        self.bodies.append(body)
        model = self.models.get(name)
        if model is None:
            return 404, {"error": {"message": f"the model {name} does not exist"}}
        if path.endswith("/embeddings"):
            vector = model(name, (ChatMessage(role="user", content=body["input"]),))
            data = [{"object": "embedding", "index": 0, "embedding": vector}]
            return 200, {"object": "list", "data": data, "usage": {"prompt_tokens": 3, "total_tokens": 3}}
        messages = tuple(ChatMessage(role=one["role"], content=one["content"]) for one in body["messages"])
        said = model(name, messages)
        if isinstance(said, int):
            return said, {"error": {"message": "not now"}}
        message = {"role": "assistant", "content": said}
        usage = {"prompt_tokens": 10, "completion_tokens": 2, "total_tokens": 12}
        return 200, {
            "choices": [{"index": 0, "finish_reason": "stop", "message": message}],
            "usage": usage,
        }

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self._server.shutdown()
        self._server.server_close()
