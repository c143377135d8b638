"""Claims: files of a commit are opened as sources, large ones without being held, and git answers on afterwards."""

import gzip
import tracemalloc
from pathlib import Path

import pytest

from mist_ci.adapters.datasets.blobs import IN_MEMORY_BYTES, read_blob, read_blobs
from mist_ci.adapters.directory import DirectoryTree
from mist_ci.adapters.git import GitRepository
from mist_ci.errors import Code, ConfigError
from mist_ci.models.config import Dataset
from mist_ci.models.data_format import Container
from mist_ci.ports.sources import BrokenSource, BytesSource
from tests.contract.cloned import Clone, read

DATA = Dataset(path="data/**")
ROW = b'{"a": 1}\n'
LARGE = ROW * (8 * IN_MEMORY_BYTES // len(ROW))


@pytest.fixture
def clone(tmp_path: Path) -> Clone:
    return Clone(tmp_path / "clone", "https://git.example.com/acme/bot")


def test_every_container_is_opened_and_a_broken_one_does_not_hide_the_others(clone: Clone) -> None:
    clone.commit(
        {
            "data/a.jsonl": ROW,
            "data/b.csv": b"a,b\n1\n",
            "data/c/d.json": b'[{"a": 1}]',
            "data/e.jsonl.gz": gzip.compress(ROW),
            "data/f.jsonl": LARGE,
            "other/g.jsonl": ROW,
        }
    )
    with clone.room().open(clone.wanted(DATA)) as files:
        found = {one.path: one for one in files}
        assert list(found) == [
            "data/a.jsonl",
            "data/b.csv",
            "data/c/d.json",
            "data/e.jsonl.gz",
            "data/f.jsonl",
        ]
        assert isinstance(found["data/a.jsonl"], BytesSource)
        broken = found.pop("data/b.csv")
        assert isinstance(broken, BrokenSource)
        assert broken.line == 2
        array = found["data/c/d.json"]
        assert not isinstance(array, BrokenSource)
        assert array.container is Container.JSON_ARRAY
        large = found["data/f.jsonl"]
        assert not isinstance(large, BrokenSource)
        assert large.size == len(LARGE)
        assert b"".join(large.blocks(0, large.size)) == LARGE


def test_what_was_written_is_gone_afterwards(clone: Clone) -> None:
    clone.commit({"data/f.jsonl": LARGE})
    with clone.room().open(clone.wanted(DATA)) as (source,):
        view = source.view  # type: ignore[union-attr]
        assert view.is_file()
    assert not view.exists()


def test_a_large_blob_is_never_held(clone: Clone, tmp_path: Path) -> None:
    clone.commit({"data/f.jsonl": LARGE})
    tree = clone.wanted(DATA).tree
    tracemalloc.start()
    try:
        assert read_blob(tree, "data/f.jsonl", tmp_path / "f") == tmp_path / "f"
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < len(LARGE)
    assert (tmp_path / "f").read_bytes() == LARGE


def test_many_small_files_are_not_held_either(
    clone: Clone, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mist_ci.adapters.datasets.blobs.ALL_IN_MEMORY_BYTES", 6000)
    clone.commit({f"data/{n}.jsonl": ROW * 300 for n in range(5)})
    tree = clone.wanted(DATA).tree
    places = iter(tmp_path / str(n) for n in range(9))
    blobs = read_blobs(tree, tree.paths(), lambda: next(places))
    assert [isinstance(blob, bytes) for blob in blobs.values()] == [True, True, False, False, False]


def test_git_answers_on_after_a_copy_that_failed(clone: Clone) -> None:
    clone.commit({"data/a.jsonl": ROW, "data/f.jsonl": LARGE})
    repository = GitRepository(clone.path)
    tree = repository.tree(clone.git("rev-parse", "HEAD"), "head")

    def full(piece: bytes) -> None:
        raise OSError(28, f"No space left on device for {len(piece)} bytes")

    with pytest.raises(OSError, match="No space"):
        tree.copy("data/f.jsonl", full)
    assert tree.read("data/a.jsonl") == ROW
    pieces: list[bytes] = []
    tree.copy("data/f.jsonl", pieces.append)
    assert b"".join(pieces) == LARGE
    assert len(pieces) > 1
    assert tree.read("data/a.jsonl") == ROW


def test_a_link_is_copied_no_more_than_it_is_read(clone: Clone) -> None:
    clone.path.joinpath("link").symlink_to("/etc/passwd")
    clone.commit({"data/a.jsonl": ROW})
    for tree in (clone.wanted(DATA).tree, DirectoryTree(clone.path)):
        with pytest.raises(ConfigError) as caught:
            tree.copy("link", print)
        assert caught.value.code is Code.UNSAFE_PATH
    assert read(clone.room(), clone.wanted(DATA)) == {"data/a.jsonl": ROW}
