"""Claims: a private repository is read with the job's token, over https, by the real git; no other server sees it."""

import base64
import os
import ssl
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from mist_ci.adapters.git import GitRepository
from mist_ci.adapters.git_fetch import RemoteHistory
from mist_ci.adapters.git_remote import Access
from mist_ci.errors import Code, CouldNotRun, MistError
from tests.contract.github.hosting import commit, git

TOKEN = "ghs_private00000000000000000000000000000"
WANTED = "basic " + base64.b64encode(f"x-access-token:{TOKEN}".encode()).decode()


@dataclass
class PrivateServer:
    """git's own smart HTTP server behind a door that looks at one header."""

    root: Path
    listener: ThreadingHTTPServer
    seen: list[list[str]] = field(default_factory=list)
    """The Authorization headers of each request."""

    @property
    def url(self) -> str:
        return f"https://localhost:{self.listener.server_port}"


class _Door(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: "_Listener"

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Silent."""

    def _serve(self) -> None:
        private = self.server.private
        given = self.headers.get_all("Authorization") or []
        private.seen.append(given)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if given != [WANTED]:
            self.send_response(401 if not given else 400)
            self.send_header("WWW-Authenticate", 'Basic realm="private"')
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        parts = urlsplit(self.path)
        done = subprocess.run(
            ["git", "http-backend"],
            input=body,
            capture_output=True,
            check=True,
            env={
                "PATH": os.environ["PATH"],
                "GIT_PROJECT_ROOT": str(private.root),
                "GIT_HTTP_EXPORT_ALL": "1",
                "REQUEST_METHOD": self.command,
                "PATH_INFO": parts.path,
                "QUERY_STRING": parts.query,
                "CONTENT_TYPE": self.headers.get("Content-Type", ""),
                "GIT_PROTOCOL": self.headers.get("Git-Protocol", ""),
                "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
            },
        )
        head, _, content = done.stdout.partition(b"\r\n\r\n")
        self.send_response(200)
        for line in head.decode().split("\r\n"):
            name, _, value = line.partition(": ")
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_POST = _serve  # noqa: N815 - http.server's names


class _Listener(ThreadingHTTPServer):
    daemon_threads = True
    private: PrivateServer


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("certificate")
    command = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:prime256v1",
        "-nodes",
    ]
    command += ["-keyout", "key.pem", "-out", "cert.pem", "-days", "2", "-subj", "/CN=localhost"]
    command += ["-addext", "subjectAltName=DNS:localhost"]
    subprocess.run(command, cwd=place, check=True, capture_output=True)
    return place


@pytest.fixture
def private(tmp_path: Path, certificate: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[PrivateServer]:
    """`models.git` with main and topic; git trusts the server's certificate."""
    bare = tmp_path / "models.git"
    git(tmp_path, "init", "--quiet", "--bare", "--initial-branch=main", str(bare))
    base = commit(bare, "base", "main")
    commit(bare, "head", "topic", base)
    git(bare, "config", "uploadpack.allowAnySHA1InWant", "true")
    listener = _Listener(("localhost", 0), _Door)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate / "cert.pem", certificate / "key.pem")
    listener.socket = context.wrap_socket(listener.socket, server_side=True)
    listener.private = PrivateServer(tmp_path, listener)
    thread = threading.Thread(target=listener.serve_forever, args=(0.01,))
    thread.start()
    monkeypatch.setenv("GIT_SSL_CAINFO", str(certificate / "cert.pem"))
    yield listener.private
    listener.shutdown()
    thread.join()
    listener.server_close()


@pytest.fixture
def clone(private: PrivateServer, tmp_path: Path) -> Path:
    """What a checkout with persist-credentials: false leaves: one commit, and a remote that is closed to us."""
    path = tmp_path / "clone"
    source = f"file://{private.root}/models.git"
    git(tmp_path, "clone", "--quiet", "--depth=1", source, str(path))
    git(path, "remote", "set-url", "origin", f"{private.url}/models.git")
    return path


def history(clone: Path, server_url: str) -> RemoteHistory:
    return RemoteHistory(GitRepository(clone), access=Access(server_url, TOKEN))


def test_the_token_of_the_job_opens_the_repository(private: PrivateServer, clone: Path) -> None:
    base, head = history(clone, private.url).fetch(("main", "refs/heads/topic"))
    assert base == git(private.root / "models.git", "rev-parse", "main")
    assert head == git(private.root / "models.git", "rev-parse", "topic")


def test_what_a_checkout_left_in_the_repository_does_not_come_along(
    private: PrivateServer, clone: Path
) -> None:
    """GitHub refuses two of these headers."""
    git(clone, "config", f"http.{private.url}/.extraheader", "AUTHORIZATION: basic b2xk")
    history(clone, private.url).fetch(("main", "refs/heads/topic"))
    assert all(given == [WANTED] for given in private.seen)


def test_the_settings_of_the_image_stay(
    private: PrivateServer, clone: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_CONFIG_COUNT", "1")
    monkeypatch.setenv("GIT_CONFIG_KEY_0", "safe.directory")
    monkeypatch.setenv("GIT_CONFIG_VALUE_0", str(clone))
    variables = Access(private.url, TOKEN).configuration(os.environ)
    assert variables["GIT_CONFIG_COUNT"] == "3"
    assert "GIT_CONFIG_KEY_0" not in variables
    history(clone, private.url).fetch(("main",))


def test_another_server_never_sees_the_token(private: PrivateServer, clone: Path) -> None:
    with pytest.raises(CouldNotRun) as raised:
        history(clone, "https://github.example.com").fetch(("main",))
    assert raised.value.code is Code.GIT_FAILED
    assert private.seen
    assert all(given == [] for given in private.seen)


def test_a_token_that_is_refused_is_in_no_message(private: PrivateServer, clone: Path) -> None:
    wrong = "ghs_wrong0000000000000000000000000000000"
    source = RemoteHistory(GitRepository(clone), access=Access(private.url, wrong))
    with pytest.raises(MistError) as raised:
        source.fetch(("main",))
    told = f"{raised.value} {raised.value.hint} {source!r}"
    assert wrong not in told
    assert base64.b64encode(f"x-access-token:{wrong}".encode()).decode() not in told
