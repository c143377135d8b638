"""Claims: a file is replaced whole or not at all."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from mist_ci.adapters.rewriting import rewrite, why_not_rewritten
from mist_ci.errors import Code, CouldNotRun


def test_a_file_is_replaced_and_keeps_its_mode(tmp_path: Path) -> None:
    place = tmp_path / "train.jsonl"
    place.write_bytes(b"old\n")
    place.chmod(0o640)
    assert rewrite(place, iter([b"new", b"\n"]))
    assert place.read_bytes() == b"new\n"
    assert place.stat().st_mode & 0o777 == 0o640
    assert [one.name for one in tmp_path.iterdir()] == ["train.jsonl"]


def test_what_is_the_same_is_not_touched(tmp_path: Path) -> None:
    place = tmp_path / "train.jsonl"
    place.write_bytes(b"old\n")
    before = place.stat()
    assert not rewrite(place, iter([b"ol", b"d\n"]))
    assert (place.stat().st_ino, place.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    assert rewrite(place, iter([b"ol"]))
    assert place.read_bytes() == b"ol"


def test_when_it_breaks_half_way_nothing_has_changed(tmp_path: Path) -> None:
    place = tmp_path / "train.jsonl"
    place.write_bytes(b"old\n")

    def pieces() -> Iterator[bytes]:
        yield b"new"
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        rewrite(place, pieces())
    assert place.read_bytes() == b"old\n"
    assert [one.name for one in tmp_path.iterdir()] == ["train.jsonl"]


def test_a_link_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").write_bytes(b"old\n")
    link = tmp_path / "train.jsonl"
    link.symlink_to("elsewhere")
    assert "link" in (why_not_rewritten(link) or "")


def test_a_directory_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(CouldNotRun) as caught:
        rewrite(tmp_path / "gone" / "x.jsonl", [b""])
    assert caught.value.code is Code.CANNOT_WRITE
