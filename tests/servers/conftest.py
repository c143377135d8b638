"""Servers of other people, which `make servers` installs; without them these tests are skipped, with the reason."""

import json
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

ROOT = Path(__file__).parents[2]
PLACE = "MIST_CI_SERVERS"
ON_REQUEST = "runs with `make servers`, which installs llama-server and aimock"
collect_ignore = ["to_gguf.py", "vendor_clients.py", "vendor_schemas.py"]
"""Programs for the Python that has gguf and the vendors' packages."""
AIMOCK_ANSWERS = {
    "fixtures": [
        {"match": {"userMessage": "6*7?"}, "response": {"content": "42"}},
        {
            "match": {"userMessage": "Weather?"},
            "response": {"toolCalls": [{"name": "weather", "arguments": '{"city": "Oslo"}'}]},
        },
    ]
}
Aimock = Callable[..., AbstractContextManager[str]]


@pytest.fixture(scope="session")
def place() -> Path:
    """Where the servers are."""
    if PLACE not in os.environ:
        pytest.skip(ON_REQUEST)
    return (ROOT / os.environ[PLACE]).resolve()


@contextmanager
def running(command: Sequence[str], url: str) -> Iterator[str]:
    """A server that answers at `url`, in a process group of its own, which is ended as a whole."""
    with subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    ) as server:
        try:
            _wait_for(url, server)
            yield url
        finally:
            os.killpg(server.pid, signal.SIGKILL)


def _wait_for(url: str, server: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        if server.poll() is not None:
            pytest.fail(f"the server ended with {server.returncode}")
        try:
            httpx.get(url, trust_env=False)
        except httpx.TransportError:
            time.sleep(0.1)
        else:
            return
    pytest.fail(f"nothing answers at {url}")


def free_port() -> int:
    """A port that nobody listened on a moment ago."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port: int = taken.getsockname()[1]
    return port


@pytest.fixture(scope="session")
def llama(place: Path) -> Iterator[str]:
    """llama-server with the example's models: its base_url."""
    root = place / "llama" / "root"
    if not (root / "usr" / "bin" / "llama-server").exists():
        pytest.skip("llama-server could not be fetched: tests/servers/llama.sh says why")
    if os.geteuid() != 0:
        pytest.skip("llama-server runs in a chroot, and that needs root")
    port = free_port()
    options = ["--models-dir", "/models", "--jinja", "--no-webui", "-t", "1", "-np", "4", "--port", str(port)]
    command = ["chroot", str(root), "/usr/bin/llama-server", *options]
    with running(command, f"http://127.0.0.1:{port}/health"):
        yield f"http://127.0.0.1:{port}/v1"


@pytest.fixture(scope="session")
def aimock(place: Path, tmp_path_factory: pytest.TempPathFactory) -> Aimock:
    """Starts aimock, with faults as its options say: gives the address without a path."""
    program = place / "node" / "node_modules" / ".bin" / "llmock"
    if not program.exists():
        pytest.skip("aimock is not installed: make servers")
    answers = tmp_path_factory.mktemp("aimock") / "answers.json"
    answers.write_text(json.dumps(AIMOCK_ANSWERS))

    @contextmanager
    def start(*options: str) -> Iterator[str]:
        port = free_port()
        command: list[Any] = [program, "-p", str(port), "-f", answers, "--strict", *options]
        with running(command, f"http://127.0.0.1:{port}/health"):
            yield f"http://127.0.0.1:{port}"

    return start
