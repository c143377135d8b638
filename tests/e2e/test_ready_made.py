"""Claims: `mist:*` is asked over the wire like any suite, tools and all, and a server that is right scores 100."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

import pytest

from mist_ci.adapters.shipped import ShippedSuites
from mist_ci.matchspec import find, load
from mist_ci.models.answer import Answer
from tests.e2e.conftest import mist_ci
from tests.fakes import InlineExecutor, MemoryTree
from tests.unit.suites.answering import right

pytestmark = pytest.mark.slow

POLICY = """\
version: 1
providers: {{local: {{type: openai, base_url: "http://127.0.0.1:{port}/v1"}}}}
models: {{bot: bot.yml}}
suites: ["mist:*"]
gates: {{release: {{branches: [main], require: [arithmetic, tool-calls]}}}}
"""


class Oracle(BaseHTTPRequestHandler):
    """Knows the answer to every prompt of every suite, and has seen which tools were offered."""

    protocol_version = "HTTP/1.1"
    answers: ClassVar[dict[str, Answer]] = {}
    offered: ClassVar[set[str]] = set()

    def log_message(self, *_: object) -> None:
        """Nobody reads it."""

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        self.offered.update(tool["function"]["name"] for tool in body.get("tools", ()))
        answer = self.answers[body["messages"][-1]["content"]]
        message: dict[str, Any] = {"role": "assistant", "content": answer.text or "No tool is needed."}
        if answer.tool_calls:
            called = [{"name": call.name, "arguments": call.arguments} for call in answer.tool_calls]
            message["tool_calls"] = [
                {"id": f"call-{index}", "type": "function", "function": one}
                for index, one in enumerate(called)
            ]
        choice = {
            "index": 0,
            "message": message,
            "finish_reason": "tool_calls" if answer.tool_calls else "stop",
        }
        usage = {"prompt_tokens": 9, "completion_tokens": 3, "total_tokens": 12}
        content = json.dumps(
            {"id": "1", "object": "chat.completion", "choices": [choice], "usage": usage}
        ).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


@pytest.fixture
def oracle() -> Iterator[int]:
    for document in find(MemoryTree({}), ("mist:*",), "", ShippedSuites()):
        suite = load(document, InlineExecutor())
        for sample in suite.samples:
            Oracle.answers[sample.messages[-1].content] = next(right(suite.primary, sample))
    with ThreadingHTTPServer(("127.0.0.1", 0), Oracle) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_address[1]
        server.shutdown()


def test_a_server_that_is_always_right_scores_100_on_all_of_them(tmp_path: Path, oracle: int) -> None:
    (tmp_path / "mist.yml").write_text(POLICY.format(port=oracle))
    (tmp_path / "bot.yml").write_text("version: 1\nprovider: local\nmodel: oracle\n")
    done = mist_ci("eval", "bot.yml", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    scores = [line.split()[:2] for line in done.stdout.splitlines() if line.split()[1:2] == ["100.0"]]
    assert len(scores) == 10, done.stdout
    assert len(Oracle.offered) > 20
