"""Claims: an object of Git LFS is fetched, is what its pointer says, and no change chooses from where."""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mist_ci.adapters.datasets.lfs_endpoint import Endpoint, _beside, find_endpoint
from mist_ci.adapters.git import GitRepository
from mist_ci.adapters.git_remote import Access
from mist_ci.errors import Code, CouldNotRun
from mist_ci.models.config import Dataset
from tests.contract.cloned import Clone, read
from tests.contract.fault_server import Canary
from tests.contract.lfs_server import LfsServer, Play, pointer

LFS = Dataset(path="data/*", lfs=True)
ROWS = b'{"a": 1}\n' * 1000
OTHER = b'{"b": 2}\n'
TOKEN = "ghs_" + "t" * 36


@pytest.fixture
def server() -> Iterator[LfsServer]:
    with LfsServer() as opened:
        yield opened


@pytest.fixture
def clone(tmp_path: Path, server: LfsServer) -> Clone:
    return Clone(tmp_path / "clone", f"http://{server.place}/acme/bot")


def refused(clone: Clone, **settings: Any) -> CouldNotRun:
    with pytest.raises(CouldNotRun) as caught:
        read(clone.room(**settings), clone.wanted(LFS))
    assert caught.value.code is Code.DATA_UNVERIFIED
    assert caught.value.hint
    return caught.value


def test_objects_are_fetched_and_files_without_pointers_are_read(clone: Clone, server: LfsServer) -> None:
    clone.commit(
        {"data/a.jsonl": server.add(ROWS), "data/b.csv": server.add(b"x\n1\n"), "data/c.jsonl": OTHER}
    )
    found = read(clone.room(), clone.wanted(LFS))
    assert found == {"data/a.jsonl": ROWS, "data/b.csv": b'{"x":"1"}\n', "data/c.jsonl": OTHER}
    assert [one.method for one in server.seen] == ["POST", "GET", "GET"]
    assert server.seen[0].path == "/acme/bot.git/info/lfs/objects/batch"


def test_without_lfs_in_the_policy_a_pointer_stays_one(clone: Clone, server: LfsServer) -> None:
    clone.commit({"data/a.jsonl": server.add(ROWS)})
    assert read(clone.room(), clone.wanted(Dataset(path="data/*"))) == {"data/a.jsonl": pointer(ROWS)}
    assert server.seen == []


def test_more_objects_than_one_request_may_name(clone: Clone, server: LfsServer) -> None:
    contents = {f"data/{n:03}.jsonl": b'{"a": %d}\n' % (n % 103) for n in range(105)}
    clone.commit({path: server.add(content) for path, content in contents.items()})
    assert read(clone.room(), clone.wanted(LFS)) == contents
    methods = [one.method for one in server.seen]
    assert (methods.count("POST"), methods.count("GET")) == (2, 103)


def test_what_the_clone_or_the_cache_has_is_not_fetched(
    clone: Clone, server: LfsServer, tmp_path: Path
) -> None:
    clone.commit({"data/a.jsonl": server.add(ROWS)})
    cache = tmp_path / "cache"
    for _ in range(2):
        assert read(clone.room(cache=cache), clone.wanted(LFS))["data/a.jsonl"] == ROWS
    assert len(server.seen) == 2
    (cached,) = (one for one in cache.rglob("*") if one.is_file())
    oid = cached.name
    store = clone.path / ".git" / "lfs" / "objects" / oid[:2] / oid[2:4]
    store.mkdir(parents=True)
    shutil.copy(cached, store / oid)
    assert read(clone.room(), clone.wanted(LFS))["data/a.jsonl"] == ROWS
    assert len(server.seen) == 2


def test_a_damaged_copy_is_fetched_again(clone: Clone, server: LfsServer, tmp_path: Path) -> None:
    clone.commit({"data/a.jsonl": server.add(ROWS)})
    cache = tmp_path / "cache"
    read(clone.room(cache=cache), clone.wanted(LFS))
    (cached,) = (one for one in cache.rglob("*") if one.is_file())
    cached.write_bytes(b"x" * len(ROWS))
    assert read(clone.room(cache=cache), clone.wanted(LFS))["data/a.jsonl"] == ROWS


def test_wrong_bytes_are_never_data(clone: Clone, server: LfsServer) -> None:
    clone.commit({"data/a.jsonl": server.add(ROWS)})
    (oid,) = server.objects
    for wrong, reason in (
        (ROWS.replace(b"1", b"2"), "and"),
        (ROWS + b"\n", "larger than"),
        (ROWS[:-1], "8,999 bytes arrived, and its pointer says 9,000"),
        (b"", "0 bytes arrived"),
    ):
        server.objects[oid] = wrong
        assert reason in refused(clone).message


def test_a_pointer_cannot_ask_for_more_than_the_limit(clone: Clone, server: LfsServer) -> None:
    clone.commit({"data/a.jsonl": server.add(ROWS)})
    assert "the limit is 100" in refused(clone, max_bytes=100).message
    assert server.seen == []


def test_what_the_server_does_not_have_is_said_with_its_path(clone: Clone) -> None:
    clone.commit({"data/a.jsonl": pointer(ROWS)})
    error = refused(clone)
    assert str(error.where) == "data/a.jsonl"
    assert "does not have this object: Object does not exist" in error.message


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (b"<!doctype html>", "does not speak the batch API"),
        (b'{"objects": [], "transfer": "ssh"}', "does not speak the batch API"),
        (b'{"objects": []}', "does not have this object"),
        (b'{"objects": [' + b" " * 2**25, "has no end"),
    ],
)
def test_another_answer_is_said(tmp_path: Path, answer: bytes, reason: str) -> None:
    with LfsServer(Play(answer=answer)) as server:
        clone = Clone(tmp_path / "clone", f"http://{server.place}/acme/bot")
        clone.commit({"data/a.jsonl": server.add(ROWS)})
        assert reason in refused(clone).message


def test_nobody_listens_is_an_error_and_not_a_hang(tmp_path: Path) -> None:
    with Canary() as canary:
        gone = canary.url
    clone = Clone(tmp_path / "clone", gone.removesuffix("/v1") + "/acme/bot")
    clone.commit({"data/a.jsonl": pointer(ROWS)})
    assert "after 3 tries" in refused(clone).message


# Who is told what.


def test_the_jobs_token_goes_to_the_jobs_server_only(tmp_path: Path) -> None:
    with LfsServer(Play(token=TOKEN)) as server:
        clone = Clone(tmp_path / "clone", f"http://{server.place}/acme/bot.git")
        clone.commit({"data/a.jsonl": server.add(ROWS)})
        access = Access(f"http://{server.place}", TOKEN)
        assert read(clone.room(access=access), clone.wanted(LFS))["data/a.jsonl"] == ROWS
        server.seen.clear()
        error = refused(clone, access=Access("https://git.example.com", TOKEN))
        assert "401" in error.message
        assert all("Authorization" not in one.headers for one in server.seen)
        assert TOKEN not in f"{error} {error.hint} {access}"


def test_an_objects_own_host_gets_its_own_headers_only(tmp_path: Path) -> None:
    with LfsServer() as store, LfsServer(Play(token=TOKEN)) as server:
        server.play.action = lambda oid: {
            "href": f"http://{store.place}/objects/{oid}",
            "header": {"X-Signed": "yes"},
        }
        clone = Clone(tmp_path / "clone", f"http://{server.place}/acme/bot.git")
        clone.commit({"data/a.jsonl": server.add(ROWS)})
        store.add(ROWS)
        access = Access(f"http://{server.place}", TOKEN)
        with pytest.raises(CouldNotRun) as caught:  # its address is private, and nobody named it
            read(clone.room(access=access), clone.wanted(LFS))
        assert "without TLS" in caught.value.message
        assert store.seen == []
        wanted = clone.wanted(LFS, "HEAD", "HEAD", store.place)
        assert read(clone.room(access=access), wanted)["data/a.jsonl"] == ROWS
        assert store.seen[0].headers["X-Signed"] == "yes"
        assert "Authorization" not in store.seen[0].headers


@pytest.mark.parametrize(
    ("href", "reason"),
    [
        ("https://127.0.0.1/x", "a private address"),
        ("https://localhost/x", "a private address"),
        ("https://[::1]/x", "a private address"),
        ("https://[::ffff:10.0.0.1]/x", "a private address"),
        ("https://169.254.169.254/latest/meta-data", "a private address"),
        ("https://10.1.2.3/x", "a private address"),
        ("file:///etc/passwd", "no plain https:// address"),
        ("https://me:pw@example.com/x", "no plain https:// address"),
        ("https://", "no plain https:// address"),
        ("http://a b/", "was not fetched"),
    ],
)
def test_a_server_cannot_send_us_into_the_network(
    clone: Clone, server: LfsServer, href: str, reason: str
) -> None:
    clone.commit({"data/a.jsonl": server.add(ROWS)})
    server.play.action = lambda _: {"href": href}
    assert reason in refused(clone).message
    server.play.action = lambda _: None
    assert "does not say where" in refused(clone).message


def test_heads_lfsconfig_moves_nothing(clone: Clone, server: LfsServer) -> None:
    base = clone.commit({"data/a.jsonl": server.add(ROWS)})
    with Canary() as canary:
        clone.commit({".lfsconfig": f"[lfs]\n\turl = {canary.url}\n".encode()})
        assert read(clone.room(), clone.wanted(LFS, "HEAD", base))["data/a.jsonl"] == ROWS
        assert not canary.touched()


# Where the server is.


def test_base_may_say_where_its_objects_are(tmp_path: Path, server: LfsServer) -> None:
    clone = Clone(tmp_path / "clone", "https://git.example.com/acme/bot")
    text = f"[include]\n\tpath = /etc/gitconfig\n[lfs]\n\turl = {server.url}\n"
    clone.commit({"data/a.jsonl": server.add(ROWS), ".lfsconfig": text.encode()})
    assert read(clone.room(), clone.wanted(LFS))["data/a.jsonl"] == ROWS


def test_the_clone_itself_says_it_first(tmp_path: Path) -> None:
    clone = Clone(tmp_path / "clone", "git@git.example.com:acme/bot")
    clone.commit({".lfsconfig": b"[lfs]\n\turl = https://config.example.com/lfs\n"})
    trusted = clone.wanted(LFS).trusted

    def found() -> Endpoint | None:
        return find_endpoint(GitRepository(clone.path), trusted)

    assert found() == Endpoint("https://config.example.com/lfs")
    clone.git("config", "lfs.url", "https://me:p%40ss@local.example.com/lfs/")
    assert found() == Endpoint("https://local.example.com/lfs", ("me", "p@ss"))
    assert "p@ss" not in repr(found())


@pytest.mark.parametrize(
    ("remote", "endpoint"),
    [
        ("https://git.example.com/acme/bot", "https://git.example.com/acme/bot.git/info/lfs"),
        ("https://git.example.com/acme/bot.git/", "https://git.example.com/acme/bot.git/info/lfs"),
        ("ssh://git@git.example.com:2222/acme/bot", "https://git.example.com/acme/bot.git/info/lfs"),
        ("git@git.example.com:acme/bot.git", "https://git.example.com/acme/bot.git/info/lfs"),
        ("/srv/git/bot.git", None),
        ("file:///srv/git/bot.git", None),
        ("", None),
    ],
)
def test_the_endpoint_is_beside_the_remote(remote: str, endpoint: str | None) -> None:
    assert _beside(remote) == endpoint


def test_a_remote_without_a_server_is_said(tmp_path: Path) -> None:
    clone = Clone(tmp_path / "clone", str(tmp_path / "elsewhere"))
    clone.commit({"data/a.jsonl": pointer(ROWS)})
    assert "no server of Git LFS is known" in refused(clone).message


# The real one.

needs_git_lfs = pytest.mark.skipif(shutil.which("git-lfs") is None, reason="git-lfs is not installed")


@needs_git_lfs
def test_what_the_real_git_lfs_pushes_is_what_we_fetch(tmp_path: Path, server: LfsServer) -> None:
    """Its commits, its pointers, and its client against the same server that the other tests talk to."""
    bare = tmp_path / "bare.git"
    subprocess.run(["git", "init", "--quiet", "--bare", str(bare)], check=True)
    clone = Clone(tmp_path / "clone", str(bare))
    clone.git("config", "lfs.url", server.url)
    clone.git("config", "lfs.locksverify", "false")
    clone.git("lfs", "install", "--local")
    clone.git("lfs", "track", "data/*.jsonl")
    clone.commit({"data/a.jsonl": ROWS})
    clone.git("push", "--quiet", "origin", "main")
    assert server.objects
    shutil.rmtree(clone.path / ".git" / "lfs")
    assert read(clone.room(), clone.wanted(LFS))["data/a.jsonl"] == ROWS
    clone.git("lfs", "fetch", "origin", "main")
    assert (clone.path / ".git" / "lfs" / "objects").is_dir()
    server.objects.clear()
    assert read(clone.room(), clone.wanted(LFS))["data/a.jsonl"] == ROWS
