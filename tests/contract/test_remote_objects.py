"""Claims: an object at an address is what its checksum says or it is an error, and requests go where base says."""

import hashlib
import ipaddress
import ssl
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest

from mist_ci.adapters.datasets import routes
from mist_ci.adapters.datasets.arriving import Promised
from mist_ci.adapters.datasets.download import Downloader, Question
from mist_ci.adapters.datasets.remote import fetch
from mist_ci.adapters.datasets.routes import Refused, Route, allowed, place_of_url
from mist_ci.errors import Code, CouldNotRun, ExitCode
from mist_ci.models.config import Dataset
from tests.contract.cloned import Clone, read
from tests.contract.fault_server import (
    Canary,
    FaultServer,
    cut_mid_body,
    drip,
    error,
    gzip_bomb,
    hang_up,
    huge,
    raw,
    redirect,
)

ROWS = b'{"a": 1}\n' * 1000
SHA256 = hashlib.sha256(ROWS).hexdigest()
OK = raw(200, ROWS)


def data_at(uri: str, sha256: str = SHA256) -> Dataset:
    return Dataset(uri=uri, sha256=sha256)


@pytest.fixture
def clone(tmp_path: Path) -> Clone:
    made = Clone(tmp_path / "clone", "https://git.example.com/acme/bot")
    made.commit({"README": b"words"})
    return made


def refused(clone: Clone, uri: str, *hosts: str, **settings: Any) -> CouldNotRun:
    with pytest.raises(CouldNotRun) as caught:
        read(clone.room(**settings), clone.wanted(data_at(uri), "HEAD", "HEAD", *hosts))
    assert caught.value.code is Code.DATA_UNVERIFIED
    assert caught.value.exit_code is ExitCode.COULD_NOT_RUN
    assert str(caught.value.where) == uri
    return caught.value


def test_an_object_is_streamed_verified_and_kept(clone: Clone, tmp_path: Path) -> None:
    with FaultServer(OK) as server:
        uri = f"{server.url}/train.jsonl"
        for _ in range(2):
            found = read(clone.room(cache=tmp_path / "cache"), clone.wanted(data_at(uri)))
            assert found == {uri: ROWS}
        assert len(server.seen) == 1
        assert server.seen[0].headers["Accept-Encoding"] == "identity"


def test_the_name_at_the_address_says_what_it_is(clone: Clone) -> None:
    table = b"text\none\n"
    with FaultServer(raw(200, table)) as server:
        wanted = clone.wanted(data_at(f"{server.url}/train.csv", hashlib.sha256(table).hexdigest()))
        assert read(clone.room(), wanted) == {f"{server.url}/train.csv": b'{"text":"one"}\n'}


def test_a_cache_that_cannot_be_made_is_no_obstacle(clone: Clone, tmp_path: Path) -> None:
    tmp_path.joinpath("file").write_bytes(b"in the way")
    with FaultServer(OK) as server:
        room = clone.room(cache=tmp_path / "file" / "cache")
        assert read(room, clone.wanted(data_at(f"{server.url}/x"))) == {f"{server.url}/x": ROWS}


def test_a_cache_is_made_only_when_there_is_something_to_keep(clone: Clone, tmp_path: Path) -> None:
    read(clone.room(cache=tmp_path / "cache"), clone.wanted(Dataset(path="README", lfs=True)))
    assert not (tmp_path / "cache").exists()


def test_other_bytes_are_never_data_and_never_kept(clone: Clone, tmp_path: Path) -> None:
    with FaultServer(raw(200, ROWS + b"\n"), OK) as server:
        failed = refused(clone, f"{server.url}/x.jsonl", cache=tmp_path / "cache")
        assert f"and {SHA256[:12]}… is expected" in failed.message
        assert not [one for one in (tmp_path / "cache").rglob("*") if one.is_file()]


@pytest.mark.parametrize("first", [error(503), hang_up, cut_mid_body, error(429)])
def test_trouble_that_passes_is_waited_for(clone: Clone, first: Any) -> None:
    with FaultServer(first, first, OK) as server:
        assert read(clone.room(), clone.wanted(data_at(f"{server.url}/x"))) == {f"{server.url}/x": ROWS}
    with FaultServer(first) as server:
        assert "after 3 tries" in refused(clone, f"{server.url}/x").message
        assert len(server.seen) == 3


@pytest.mark.parametrize(
    ("status", "hint"), [(403, "may not read it"), (404, "is it there"), (500, "reachable")]
)
def test_what_will_not_pass_is_said(clone: Clone, status: int, hint: str) -> None:
    with FaultServer(error(status)) as server:
        failed = refused(clone, f"{server.url}/x")
        assert str(status) in failed.message
        assert hint in str(failed.hint)


def test_size_and_time_have_an_end(clone: Clone) -> None:
    with FaultServer(huge(64)) as server:
        assert "larger than 1,048,576 bytes" in refused(clone, f"{server.url}/x", max_bytes=2**20).message
    with FaultServer(drip) as server:
        assert "did not end within" in refused(clone, f"{server.url}/x", total_s=0.1).message
    with FaultServer(gzip_bomb) as server:  # compressed on the way: hashed as it came, and never unpacked
        assert "is expected" in refused(clone, f"{server.url}/x").message


# Redirects.


def test_redirects_stay_on_their_host_or_on_named_ones(clone: Clone) -> None:
    with FaultServer(OK) as other, FaultServer(redirect(302, "/v1/y"), OK) as server:
        assert read(clone.room(), clone.wanted(data_at(f"{server.url}/x")))
        assert server.seen[1].path == "/v1/y"
        with FaultServer(redirect(307, other.url)) as leading:
            failed = refused(clone, f"{leading.url}/x")
            place = place_of_url(httpx.URL(other.url))
            assert f"leads to {place}, which the policy does not name" in failed.message
            assert other.seen == []
            wanted = clone.wanted(data_at(f"{leading.url}/x"), "HEAD", "HEAD", place)
            assert read(clone.room(), wanted)


def test_a_circle_of_redirects_ends(clone: Clone) -> None:
    with FaultServer(redirect(302, "/v1/x")) as server:
        assert "more than 5 redirects" in refused(clone, f"{server.url}/x").message


def test_a_redirect_into_the_network_reaches_nobody(clone: Clone) -> None:
    with Canary() as canary:
        for address in (
            canary.url,
            canary.url.replace("http:", "https:"),
            "file:///etc/passwd",
            "//169.254.169.254/",
        ):
            with FaultServer(redirect(302, address)) as server:
                assert "was not fetched" in refused(clone, f"{server.url}/x").message
        assert not canary.touched()


def test_credentials_do_not_follow_a_redirect(tmp_path: Path) -> None:
    with FaultServer(OK) as other, FaultServer(redirect(302, f"{other.url}/y")) as server:
        places = [place_of_url(httpx.URL(one.url)) for one in (server, other)]
        route = Route(places[0], frozenset(places))
        question = Question("x", f"{server.url}/x", route, {"Authorization": "Basic c2VjcmV0"})
        Downloader().save(question, Promised(SHA256), tmp_path / "x")
        assert "Authorization" in server.seen[0].headers
        assert "Authorization" not in other.seen[0].headers
        assert "c2VjcmV0" not in repr(question)


# Public hosts: where Git LFS keeps objects.


PRIVATE = (
    *("127.0.0.1", "10.0.0.1", "192.168.1.1", "172.16.0.1", "169.254.1.1", "100.64.0.1", "0.0.0.0", "::1"),
    *("fe80::1%eth0", "fd00::1", "::ffff:10.0.0.1", "64:ff9b::a00:1", "2002:a00:1::", "224.0.0.1"),
)


@pytest.mark.parametrize("address", PRIVATE)
def test_a_name_of_a_private_address_is_refused(address: str) -> None:
    with pytest.raises(Refused, match="a private address"):
        allowed(
            httpx.URL("https://a.example.com/x"),
            Route("git", public=True),
            lambda *_: ["140.82.112.3", address],
        )


def test_the_address_that_was_looked_at_is_the_one_that_is_asked() -> None:
    url = httpx.URL("https://a.example.com:8443/x")
    target = allowed(url, Route("git", public=True), lambda *_: ["140.82.112.3"])
    assert (target.url.host, target.url.port) == ("140.82.112.3", 8443)
    assert target.headers == {"Host": "a.example.com:8443"}
    assert target.extensions == {"sni_hostname": "a.example.com"}
    assert ipaddress.ip_address(target.url.host).is_global


class _Hello(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response_only(200)
        self.end_headers()
        self.wfile.write(self.headers["Host"].encode())

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Silent."""


@pytest.fixture
def tls_server(tmp_path: Path) -> Iterator[tuple[int, ssl.SSLContext]]:
    """A server with a certificate for store.example.com, and who trusts it."""
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=store"]
    command += [
        "-addext",
        "subjectAltName=DNS:store.example.com",
        "-keyout",
        str(key),
        "-out",
        str(certificate),
    ]
    subprocess.run(command, check=True, capture_output=True)
    server = HTTPServer(("127.0.0.1", 0), _Hello)
    inside = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    inside.load_cert_chain(certificate, key)
    server.socket = inside.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield server.server_port, ssl.create_default_context(cafile=str(certificate))
    server.shutdown()
    thread.join()
    server.server_close()


def test_the_certificate_is_the_names_and_not_the_addresses(
    tls_server: tuple[int, ssl.SSLContext], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    port, trust = tls_server
    monkeypatch.setattr(routes, "is_public", lambda _: True)
    downloader = Downloader(ask=lambda *_: ["127.0.0.1"], tls=trust, sleep=lambda _: None)
    said = f"store.example.com:{port}".encode()
    promised = Promised(hashlib.sha256(said).hexdigest())
    question = Question("x", f"https://store.example.com:{port}/x", Route("git", public=True))
    downloader.save(question, promised, tmp_path / "x")
    assert (tmp_path / "x").read_bytes() == said
    other = Question("x", f"https://other.example.com:{port}/x", Route("git", public=True))
    with pytest.raises(CouldNotRun, match="CERTIFICATE_VERIFY_FAILED"):
        downloader.save(other, promised, tmp_path / "y")


# Stores, through fsspec.


def test_a_store_is_read_through_fsspec_and_verified(tmp_path: Path) -> None:
    fsspec = pytest.importorskip("fsspec")
    fsspec.filesystem("memory").pipe("/bucket/x.jsonl", ROWS)
    fetch(Downloader(), "memory://bucket/x.jsonl", SHA256, (), tmp_path / "x")
    assert (tmp_path / "x").read_bytes() == ROWS
    for sha256, limit, reason in ((SHA256, 100, "larger than 100 bytes"), ("0" * 64, 2**20, "is expected")):
        with pytest.raises(CouldNotRun, match=reason) as caught:
            fetch(Downloader(max_bytes=limit), "memory://bucket/x.jsonl", sha256, (), tmp_path / "y")
        assert caught.value.code is Code.DATA_UNVERIFIED
    with pytest.raises(CouldNotRun, match="cannot be fetched: FileNotFoundError"):
        fetch(Downloader(), "memory://bucket/none", SHA256, (), tmp_path / "z")


def test_a_store_without_its_library_names_the_library(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "s3fs", None)
    with pytest.raises(CouldNotRun) as caught:
        fetch(Downloader(), "s3://bucket/x.jsonl", SHA256, (), tmp_path / "x")
    assert caught.value.code is Code.EXTRA_MISSING
    assert "s3fs" in str(caught.value.hint)
