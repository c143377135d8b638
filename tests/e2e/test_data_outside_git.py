"""Data that is not in git, gated as a user does it: the program, a repository, and real servers on loopback."""

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.contract.fault_server import FaultServer, raw
from tests.contract.lfs_server import LfsServer
from tests.e2e.conftest import Outcome, Repository

NOWHERE = "http://127.0.0.1:9/v1"


@pytest.fixture
def server() -> Iterator[LfsServer]:
    with LfsServer() as opened:
        yield opened


@pytest.fixture
def repository(new_repository: Callable[[str], Repository]) -> Repository:
    return new_repository(NOWHERE)


@pytest.fixture
def gate(repository: Repository, tmp_path: Path) -> Callable[[str], Outcome]:
    """Nothing here asks a model, and each test has a cache of its own."""
    return lambda head: repository.gate(head, env={"XDG_CACHE_HOME": str(tmp_path / "cache")})


def test_data_in_git_lfs_is_validated_and_its_bad_rows_block(
    repository: Repository, server: LfsServer, gate: Callable[[str], Outcome]
) -> None:
    good = repository.read("data/finetune.jsonl").encode()
    repository.git("remote", "add", "origin", f"http://{server.place}/acme/bot.git")
    repository.replace("mist.yml", "path: data/*.jsonl", "path: data/*.jsonl\n    lfs: true")
    repository.write("data/finetune.jsonl", server.add(good).decode())
    repository.commit()

    repository.branch("bad")
    repository.write("data/finetune.jsonl", server.add(good + b"no json\n").decode())
    repository.commit()
    blocked = gate("bad")
    assert blocked.exit_code == 1
    (data,) = blocked.report["data"]
    assert data["rows_new"] == 1
    assert [finding["code"] for finding in data["findings"]] == ["SF002"]
    assert data["findings"][0]["where"]["file"] == "data/finetune.jsonl"

    repository.branch("gone")
    repository.write("data/finetune.jsonl", server.add(good[:-1]).decode())
    server.objects.popitem()
    repository.commit()
    unverified = gate("gone")
    assert unverified.exit_code == 3
    assert unverified.status["state"] == "error"
    assert "does not have this object" in unverified.comment


def test_data_at_an_address_is_validated_when_its_checksum_changes(
    repository: Repository, gate: Callable[[str], Outcome]
) -> None:
    good = repository.read("data/finetune.jsonl").encode()
    better = good + good.splitlines(keepends=True)[0].replace(b'"user"', b'"usr"')
    old, new = (hashlib.sha256(content).hexdigest() for content in (good, better))
    with FaultServer(raw(200, better)) as server:
        place = f"uri: {server.url}/finetune.jsonl\n    sha256: {old}"
        repository.replace("mist.yml", "path: data/*.jsonl", place)
        repository.commit()
        repository.branch("new-data")
        repository.replace("mist.yml", old, new)
        repository.commit()
        outcome = gate("new-data")
        assert outcome.exit_code == 1
        (data,) = outcome.report["data"]
        assert data["files"] == [f"{server.url}/finetune.jsonl"]
        assert [finding["code"] for finding in data["findings"] if not finding["known"]] != []
        assert "every row counts as new" in outcome.comment

        repository.branch("wrong-checksum")
        repository.replace("mist.yml", old, "0" * 64)
        repository.commit()
        unverified = gate("wrong-checksum")
        assert unverified.exit_code == 3
        assert "MC305" in unverified.comment + unverified.stderr + unverified.stdout
