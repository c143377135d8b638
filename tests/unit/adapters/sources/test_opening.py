"""Claims: whatever is in a file, opening it gives a source or one reason, and leaves nothing behind."""

import gzip
import pickle
from pathlib import Path

import pytest
from backports import zstd

from mist_ci.adapters.sources import Limits, Opener
from mist_ci.adapters.sources.stored import BLOCK_BYTES, FileSource
from mist_ci.adapters.sources.walking import data_files
from mist_ci.errors import Code, ConfigError, CouldNotRun
from mist_ci.models.data_format import Compression, Container
from mist_ci.ports.sources import BrokenSource, BytesSource
from tests.unit.adapters.sources.reading import broken, content, opened, rows, save

ROWS = b'{"a": 1}\n{"a": 2}\n'


def packed(data: bytes) -> bytes:
    """In gzip, which would remember when."""
    return gzip.compress(data, mtime=0)


POINTER = b"version https://git-lfs.github.com/spec/v1\noid sha256:" + b"0" * 64 + b"\nsize 5\n"


def test_json_lines_are_read_where_they_lie(opener: Opener, tmp_path: Path) -> None:
    source = opened(opener, tmp_path, "x.jsonl", ROWS)
    assert source.view == tmp_path / "x.jsonl"
    assert (content(source), source.line(1)) == (ROWS, 2)
    assert (source.size, source.file_bytes, source.compression) == (18, 18, Compression.NONE)
    assert b"".join(source.blocks(3, 7)) == ROWS[3:7]
    assert list(source.blocks(18, 99)) == []


def test_a_line_of_any_length_comes_in_small_blocks(opener: Opener, tmp_path: Path) -> None:
    source = opened(opener, tmp_path, "x.jsonl", b'{"a": "' + b"x" * (3 * BLOCK_BYTES))
    assert max(len(block) for block in source.blocks(0, source.size)) == BLOCK_BYTES


@pytest.mark.parametrize("pack", [packed, zstd.compress])
@pytest.mark.parametrize("name", ["x.jsonl.gz", "x.jsonl"])
def test_packed_files_are_unpacked_whatever_their_name(
    opener: Opener, tmp_path: Path, pack: type[object], name: str
) -> None:
    data = pack(ROWS) + pack(b'{"a": 3}\n')  # type: ignore[call-arg,operator]
    source = opened(opener, tmp_path, name, data)
    assert rows(source) == [{"a": 1}, {"a": 2}, {"a": 3}]
    assert source.file_bytes == len(data)
    assert source.compression in {Compression.GZIP, Compression.ZSTD}


def test_what_is_inside_of_gzip_may_be_anything(opener: Opener, tmp_path: Path, scratch: Path) -> None:
    table = opened(opener, tmp_path, "x.csv.gz", packed(b"a,b\n1,2\n"))
    assert (rows(table), table.container) == ([{"a": "1", "b": "2"}], Container.CSV)
    array = opened(opener, tmp_path, "x.json.zst", zstd.compress(b'[{"a": 1},\n{"a": 2}]'))
    assert (rows(array), array.compression) == ([{"a": 1}, {"a": 2}], Compression.ZSTD)
    assert len([one for one in scratch.rglob("*") if one.is_file()]) == 2  # the unpacked ones are gone


def test_padding_after_gzip_is_no_damage(opener: Opener, tmp_path: Path) -> None:
    assert content(opened(opener, tmp_path, "x.gz", packed(ROWS) + b"\0" * 512)) == ROWS


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (packed(ROWS)[:-9], "its gzip data is cut off"),
        (zstd.compress(ROWS * 9)[:-2], "its Zstandard data is cut off"),
        (packed(ROWS)[:-8] + b"\0" * 8, "its gzip data is damaged"),
        (packed(ROWS) + b"more", "its gzip data is damaged"),
        (zstd.compress(ROWS) + b"more", "its Zstandard data is damaged"),
        (packed(packed(ROWS)), "is packed twice"),
        (b"PK\x03\x04" + b"\0" * 30, "is a ZIP archive"),
        (b"\x00\x01\x02" * 99, "is binary, not text"),
        ('{"a": 1}'.encode("utf-16-le"), "is UTF-16, not UTF-8"),
        ('{"a": 1}'.encode("utf-16-be"), "is UTF-16, not UTF-8"),
    ],
)
def test_what_is_no_training_data_is_said_once(
    opener: Opener, tmp_path: Path, data: bytes, reason: str
) -> None:
    assert reason in broken(opener, tmp_path, "x.jsonl", data).reason


@pytest.mark.slow
@pytest.mark.parametrize("pack", [packed, zstd.compress])
def test_a_bomb_is_one_clear_error_and_leaves_nothing(
    tmp_path: Path, scratch: Path, pack: type[object]
) -> None:
    bomb: bytes = pack(b" " * 2**26)  # type: ignore[call-arg,assignment]
    with Opener(Limits(ratio_from_bytes=2**20), scratch) as opener:
        assert "grows more than 250 times" in broken(opener, tmp_path, "x.jsonl", bomb).reason
        assert not [one for one in scratch.rglob("*") if one.is_file()]
    with Opener(Limits(max_bytes=2**22, max_ratio=10**6), scratch) as opener:
        assert "unpacks to more than" in broken(opener, tmp_path, "x.jsonl", bomb).reason


@pytest.mark.parametrize(
    "data", [b"", b"\n\n", POINTER, b"\xff\xfe{\0", b'{"a": "\0"}\n', b'{"a": 1', b"caf\xe9\n"]
)
@pytest.mark.parametrize("name", ["x.jsonl", "x.json"])
def test_what_rules_judge_is_handed_on_as_it_is(
    opener: Opener, tmp_path: Path, data: bytes, name: str
) -> None:
    assert content(opened(opener, tmp_path, name, data)) == data
    source = opener.open_bytes(name, data)
    assert isinstance(source, BytesSource)
    assert source.content == data


@pytest.mark.parametrize("name", ["x.csv", "x.parquet", "x.jsonl.gz"])
def test_a_pointer_is_a_pointer_whatever_its_name(opener: Opener, tmp_path: Path, name: str) -> None:
    assert content(opened(opener, tmp_path, name, POINTER)) == POINTER


def test_bytes_that_are_no_json_lines_are_rewritten_too(opener: Opener) -> None:
    source = opener.open_bytes("data/x.csv", b"a\n1\n")
    assert isinstance(source, FileSource)
    assert rows(source) == [{"a": "1"}]
    assert isinstance(opener.open_bytes("x.jsonl", b"PK\x03\x04"), BrokenSource)


def test_a_source_travels_to_another_process(opener: Opener, tmp_path: Path) -> None:
    source = pickle.loads(pickle.dumps(opened(opener, tmp_path, "x.csv", 'a\n"1\n2"\n3\n')))
    assert (rows(source), source.line(1)) == ([{"a": "1\n2"}, {"a": "3"}], 4)


def test_nothing_is_left_behind(tmp_path: Path, scratch: Path) -> None:
    with Opener(scratch=scratch) as opener:
        opened(opener, tmp_path, "x.jsonl", ROWS)
        assert not list(scratch.iterdir())
        opened(opener, tmp_path, "x.csv", "a\n1\n")
        broken(opener, tmp_path, "y.csv.gz", packed(b"a\n1,2\n"))
        assert list(scratch.iterdir())
    assert not list(scratch.iterdir())


def test_a_file_that_shrinks_while_it_is_read_is_no_pass(opener: Opener, tmp_path: Path) -> None:
    source = opened(opener, tmp_path, "x.jsonl", ROWS)
    save(tmp_path, "x.jsonl", b"{}\n")
    with pytest.raises(CouldNotRun) as caught:
        content(source)
    assert caught.value.code is Code.DATA_UNVERIFIED


def test_what_is_not_there_or_no_file_is_said(opener: Opener, tmp_path: Path) -> None:
    for place, reason in ((tmp_path / "none", "no such file"), (tmp_path, "is a directory")):
        with pytest.raises(ConfigError) as caught:
            opener.open("x", place)
        assert reason in caught.value.message


def test_links_that_lead_out_of_a_directory_are_said_and_not_followed(opener: Opener, tmp_path: Path) -> None:
    inside, outside = tmp_path / "data", tmp_path / "outside"
    (inside / "more").mkdir(parents=True)
    outside.mkdir()
    save(outside, "secret.jsonl", ROWS)
    save(inside, "a.jsonl", ROWS)
    save(inside / "more", "b.csv.gz", packed(b"a\n1\n"))
    save(inside, "notes.txt", b"no data")
    save(inside, "package.json", b'{\n  "name": "x"\n}\n')
    save(inside, "info.json", b'{"name": "x"}')
    save(inside, "h.json", ROWS)
    save(inside, "i.json", b"[1]")
    (inside / "c.jsonl").symlink_to(outside / "secret.jsonl")
    (inside / "d").symlink_to(outside)
    (inside / "e.jsonl").symlink_to("a.jsonl")
    (inside / "f").symlink_to("more")
    (inside / "g.jsonl").symlink_to("g.jsonl")
    found = {Path(one.path).name: one for one in data_files(opener, inside)}
    assert sorted(found) == ["a.jsonl", "b.csv.gz", "c.jsonl", "d", "e.jsonl", "g.jsonl", "h.json", "i.json"]
    refused = {name: one.reason for name, one in found.items() if isinstance(one, BrokenSource)}
    assert sorted(refused) == ["c.jsonl", "d", "g.jsonl"]
    assert "leads out of the directory" in refused["c.jsonl"]
